"""Overview: the eight headline numbers, what changed, and the main trends."""

from cxdata.boards import OVERVIEW
from cxdata.ui import board

view = board.head(OVERVIEW)
board.show(OVERVIEW, view)
