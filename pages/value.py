"""Customer value: what customers brought and will bring, what a gesture and less churn are worth, who comes back."""

from cxdata.boards import VALUE
from cxdata.ui import board, look, loop, value

loop.go()
view = board.head(VALUE)
look.estimated_note()
value.show(view)
