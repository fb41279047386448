"""Service: volume, speed, resolution and who waits where."""

from cxdata.boards import SERVICE
from cxdata.ui import board

view = board.head(SERVICE)
board.show(SERVICE, view)
