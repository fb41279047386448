"""Channels: what comes in where, who waits, who switches, and bots beside people."""

from cxdata.boards import CHANNELS
from cxdata.ui import board

view = board.head(CHANNELS)
board.show(CHANNELS, view)
