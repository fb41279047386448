"""SLA: adherence against the target, and the tickets whose clock runs now."""

from cxdata.boards import SLA
from cxdata.ui import board, deadlines

view = board.head(SLA)
board.show(SLA, view)
deadlines.late(view)
deadlines.now(view)
