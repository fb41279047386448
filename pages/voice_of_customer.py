"""Voice of customer: loyalty, satisfaction, effort and quality over time, by team and channel, and the comments."""

from cxdata.boards import VOICE_OF_CUSTOMER
from cxdata.ui import board, voice

view = board.head(VOICE_OF_CUSTOMER)
board.show(VOICE_OF_CUSTOMER, view)
voice.comments(view)
