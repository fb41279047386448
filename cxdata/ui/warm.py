"""What is done before the first visitor: libraries loaded, databases open, the default questions asked once."""

from __future__ import annotations

from cxdata import charts, i18n
from cxdata.filters import Filters
from cxdata.questions import Query
from cxdata.ui import state, view

HEADLINES = ("nps", "csat", "ces", "first_response_time", "resolution_time", "sla", "retention_rate", "churn_rate")


def check() -> None:
    """Raise where the database does not open or answer."""
    state.own_store()._connection.cursor().execute("select 1").fetchall()


def warm() -> None:
    """Open the stores and answer the overview's questions; figures are drawn once for their imports."""
    moment = state.moment()
    if moment is None:
        return
    i18n.set_language(state.settings().language)
    period = view.period_of("12m", moment.complete_until, None)
    filters = Filters(period, {}, state.settings().clock)
    state.compare(Query(HEADLINES, filters=filters), period.previous())
    query = Query(HEADLINES, "month", (), filters)
    charts.trend(state.ask(Query(("nps",), "month", (), filters)), charts.Style())
    state.ask(query)
