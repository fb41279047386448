"""Follow-ups: whom to contact, what came of it, how fast the loop is closed, and whether it helps."""

from cxdata.boards import FOLLOW_UPS
from cxdata.ui import board, loop

loop.go()
view = board.head(FOLLOW_UPS)
loop.lists()
board.show(FOLLOW_UPS, view)
loop.helps()
