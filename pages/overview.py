"""Overview: the eight headline numbers, what changed, and the main trends."""

from cxdata.boards import OVERVIEW
from cxdata.ui import board, brief

view = board.head(OVERVIEW)
brief.show(view)
board.show(OVERVIEW, view)
