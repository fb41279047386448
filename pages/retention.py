"""Retention: who stays, who leaves and when, by team and segment."""

from cxdata.boards import RETENTION
from cxdata.ui import board, look

view = board.head(RETENTION)
look.estimated_note()
board.show(RETENTION, view)
