"""What stands on the pages: for each its cards and charts, as data.

In: nothing. Out: BOARDS, one for each page of numbers. The pages show them, reports take them along, and both ask the
same questions.
"""

from __future__ import annotations

from cxdata.boards.base import Board, Panel, Section
from cxdata.boards.customers import FOLLOW_UPS, JOURNEY, RETENTION, VALUE, VOICE_OF_CUSTOMER
from cxdata.boards.overview import OVERVIEW
from cxdata.boards.service import CHANNELS, QUALITY, SERVICE, SLA
from cxdata.errors import UnknownName
from cxdata.filters import dimension
from cxdata.i18n import N_, _
from cxdata.metrics import metric
from cxdata.questions import Answer

__all__ = [
    "BOARDS", "CHANNELS", "FOLLOW_UPS", "JOURNEY", "OVERVIEW", "QUALITY", "RETENTION", "SERVICE", "SLA", "VALUE",
    "VOICE_OF_CUSTOMER", "Board", "Panel", "Section", "board", "nothing", "place_of",
]  # fmt: skip
BOARDS: tuple[Board, ...] = (
    OVERVIEW, VOICE_OF_CUSTOMER, RETENTION, VALUE, FOLLOW_UPS, JOURNEY, SERVICE, SLA, CHANNELS, QUALITY,
)  # fmt: skip


def nothing(answer: Answer) -> str:
    """The sentence of a panel that has nothing to draw; "" where there is something."""
    query = answer.query
    measured = answer.rows[answer.rows["n"] > 0] if "n" in answer.rows else answer.rows
    if measured.empty:
        tables = {metric(name).table for name in query.metrics}
        if tables == {"survey_facts"}:
            return _("No answers in this selection.")
        if tables == {"follow_up_facts"}:
            return _("No detractors whom we know, and no follow-ups, in this selection.")
        if tables == {"review_facts"}:
            return _("No reviews in this selection.")
        if tables == {"survey_facts", "review_facts"}:
            return _("No reviews and no answers in this selection.")
        if set(query.metrics) <= {"lifetime_value_projected", "revenue_churn_rate"}:
            return _("No customers with a monthly value in this selection.")
        if tables == {"purchase_facts"}:
            return _("No purchases in this selection that this can be measured on.")
        if tables <= {"customer_facts", "purchase_facts"}:
            return _("No customers in this selection.")
        return _("No tickets in this selection that this can be measured on.")
    if query.by and measured[query.by[0]].isna().all():
        return _("Nothing here names its {dimension}.", dimension=_(dimension(query.by[0]).label).lower())
    return ""


def board(name: str) -> Board:
    """The board of that name; an unknown one raises with the nearest."""
    for entry in BOARDS:
        if entry.name == name:
            return entry
    raise UnknownName(N_("page"), name, [entry.name for entry in BOARDS])


def place_of(metric: str) -> tuple[str, str]:
    """(the page that shows a metric in most detail, the key of its chart there): over time where there is one, and as a whole.

    The key is "" where the page has a card only, both where there is no page.
    """
    charts_ = [(board.name, panel) for board in reversed(BOARDS) for panel in board.panels if metric in panel.metrics]
    charts_.sort(key=lambda place: (place[1].total, bool(place[1].by)))
    places = [(name, panel.key) for name, panel in charts_]
    places += [(board.name, "") for board in reversed(BOARDS) if metric in board.cards]
    return places[0] if places else ("", "")
