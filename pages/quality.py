"""Service quality: what colleagues judge beside what customers judge, what to train on, and the form for reviews."""

from cxdata.boards import QUALITY
from cxdata.ui import board, quality, reviewing, state

if state.moment() is not None and reviewing.opened():
    reviewing.show()
else:
    view = board.head(QUALITY, otherwise=reviewing.offer)
    quality.train(view)
    board.show(QUALITY, view)
    quality.agree(view)
