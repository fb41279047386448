"""What the reader looks at: period, filters, comparison and grain; kept in the session and in the URL.

In: the URL on arrival, the widgets in the sidebar after that. Out: a View that pages ask for answers. The URL holds
language-independent codes, so a link says the same to a Dutch and an English reader.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import streamlit as st

from cxdata import formats
from cxdata.comparison import Comparison
from cxdata.filters import FILTERS, NOTHING, Filters, Period, add_months, dimension
from cxdata.i18n import N_, _
from cxdata.questions import Answer, Query
from cxdata.settings import CLOCKS
from cxdata.ui import state

PERIODS = {
    "1m": N_("This month"),
    "prev": N_("Last month"),
    "3m": N_("3 months"),
    "6m": N_("6 months"),
    "12m": N_("12 months"),
    "24m": N_("24 months"),
    "year": N_("This year"),
    "lastyear": N_("Last year"),
    "all": N_("All data"),
    "custom": N_("From – to"),
}
COMPARES = {"previous": N_("Period before"), "year": N_("Year before")}
GRAINS = {"auto": N_("Automatic"), "day": N_("Day"), "week": N_("Week"), "month": N_("Month"), "quarter": N_("Quarter")}
CLOCK_WORDS = {"calendar": N_("Calendar time"), "business": N_("Business hours")}
DEFAULTS: dict[str, Any] = {"period": "12m", "compare": "previous", "per": "auto"}


@dataclass(frozen=True)
class View:
    """The reader's choices, and the questions that pages ask under them."""

    filters: Filters
    grain: str
    before: Period
    uses: tuple[str, ...] = field(default=())

    def series(self, *names: str, by: tuple[str, ...] = (), grain: str | None = None) -> Query:
        """The metrics over the period, a row each period."""
        return Query(names, grain or self.grain, by, self.filters)

    def totals(self, *names: str, by: tuple[str, ...] = ()) -> Query:
        """The metrics over the whole period, by group."""
        return Query(names, "total", by, self.filters)

    def compared(self, *names: str) -> dict[str, Comparison]:
        """The metrics now and before."""
        return state.compare(Query(names, filters=self.filters), self.before)

    def one(self, name: str) -> Answer:
        return state.ask(self.totals(name))


def _defaults() -> dict[str, Any]:
    return {**DEFAULTS, "clock": state.settings().clock, **{entry.name: [] for entry in FILTERS}}


def sync_with_url(page: str) -> None:
    """Take the choices from the URL when the reader came by a link or changed it; else leave the session's."""
    session = st.session_state
    params = {name: st.query_params.get_all(name) for name in st.query_params}
    known_page, known_params = session.get("_url", (None, None))
    if known_page is not None and (known_page != page or params == known_params):
        return
    if known_page is not None and not params:
        return  # a link of our own within the page, without choices
    for name, fallback in _defaults().items():
        given = params.get(name, [])
        session[name] = given if isinstance(fallback, list) else (given[0] if given else fallback)
    for name in ("from", "to"):
        session[name] = _day(params.get(name))
    if params.get("lang"):
        session["lang"] = params["lang"][0]
    session["_url"] = (page, params)


def _day(texts: list[str] | None) -> date | None:
    try:
        return date.fromisoformat(texts[0]) if texts else None
    except ValueError:
        return None


def write_url(page: str) -> None:
    """Put the choices that differ from the defaults into the URL."""
    session, params = st.session_state, {}
    for name, fallback in _defaults().items():
        chosen = session.get(name, fallback)
        if chosen and chosen != fallback:
            params[name] = [str(entry) for entry in chosen] if isinstance(chosen, list) else [str(chosen)]
    if session.get("period") == "custom":
        for name in ("from", "to"):
            if session.get(name):
                params[name] = [session[name].isoformat()]
    if session.get("lang") and session["lang"] != state.settings().language:
        params["lang"] = [session["lang"]]
    if {name: st.query_params.get_all(name) for name in st.query_params} != params:
        st.query_params.from_dict(params)
    session["_url"] = (page, params)


def checked() -> None:
    """Choices that cannot be (an old link, a team that is gone) fall back; nothing outside the data is asked."""
    session = st.session_state
    for name, fallback in _defaults().items():
        if isinstance(fallback, list):
            there = {*state.values(name), NOTHING}
            session[name] = [word for word in session.get(name) or [] if word in there]
            continue
        allowed: Collection[str] = {"period": PERIODS, "compare": COMPARES, "per": GRAINS, "clock": CLOCKS}[name]
        if session.get(name) not in allowed:
            session[name] = fallback


def reset() -> None:
    """Back to the defaults; the language stays."""
    for name, fallback in _defaults().items():
        st.session_state[name] = fallback
    st.session_state["from"] = st.session_state["to"] = None


def is_filtered() -> bool:
    return any(st.session_state.get(name) != fallback for name, fallback in _defaults().items())


def is_backwards() -> bool:
    start, end = st.session_state.get("from"), st.session_state.get("to")
    return bool(start and end and end < start)


def first_day(facts: str) -> date | None:
    """The first day of the data that a page is about; of tickets and surveys where it is about several."""
    days = {"ticket_facts": "created_on", "survey_facts": "answered_on", "customer_facts": "started_on"}
    tables = [facts] if facts in days else ["ticket_facts", "survey_facts"]
    tables = [table for table in tables if state.has(table)] or ["customer_facts"]
    found = [state.engine().query(f"select min({days[table]}) as first from {table}").to_pylist() for table in tables]
    return min((rows[0]["first"] for rows in found if rows[0]["first"]), default=None)


def period_of(code: str, complete: date, first: date | None) -> Period:
    """The days of a period code, seen from the last whole day of the data."""
    today = complete - timedelta(days=1)
    month = today.replace(day=1)
    after = add_months(month, 1)
    if code.endswith("m") and code[:-1].isdigit():
        return Period(add_months(after, -int(code[:-1])), after)
    if code == "prev":
        return Period(add_months(month, -1), month)
    if code == "year":
        return Period(date(today.year, 1, 1), date(today.year + 1, 1, 1))
    if code == "lastyear":
        return Period(date(today.year - 1, 1, 1), date(today.year, 1, 1))
    start, end = st.session_state.get("from"), st.session_state.get("to")
    if code == "custom" and start and end and start <= end:
        return Period(start, end + timedelta(days=1))
    if first and first < after and code == "all":
        return Period(first.replace(day=1), after)
    return Period(add_months(after, -12), after)


def current(uses: tuple[str, ...], facts: str = "") -> View:
    """The view of this run. `uses`: the dimensions that the page's numbers have; `facts`: the table they are from."""
    moment, session = state.the_moment(), st.session_state
    first = first_day(facts) if session["period"] == "all" else None
    period = period_of(session["period"], moment.complete_until, first)
    chosen = {entry.name: tuple(session[entry.name]) for entry in FILTERS if session[entry.name]}
    before = period.year_before() if session["compare"] == "year" else period.previous()
    grain = session["per"] if session["per"] != "auto" else _grain(period)
    return View(Filters(period, chosen, session["clock"]), grain, before, uses)


def _grain(period: Period) -> str:
    days = period.days or 366
    if days <= 35:
        return "day"
    if days <= 100:
        return "week"
    return "month" if days <= 1100 else "quarter"


def sentence(view: View) -> str:
    """The choices in words: "Noord, e-mail · Jan – Jun 2026 against Jul – Dec 2025 · calendar time"."""
    parts = []
    for name, chosen in view.filters.values.items():
        parts.append(", ".join(formats.group(name, word) for word in chosen))
    words = " · ".join(parts) or _("Everything")
    now, before = view.filters.period.cut(state.the_moment().complete_until)
    if st.session_state["compare"] == "year" and now.days is not None:
        start = add_months(now.start or date.min, -12)
        before = Period(start, min(start + timedelta(days=now.days), view.before.end or date.max))
    stretch = _("{now} against {before}", now=formats.span(now), before=formats.span(before))
    text = f"{words} · {stretch} · {_(CLOCK_WORDS[view.filters.clock])}"
    local = state.the_moment().local
    whole = local.time() == datetime.min.time()
    last = formats.day(local.date() - timedelta(days=1)) if whole else formats.instant(local)
    seen = _("data up to {day}", day=last)
    ignored = [_(dimension(name).label) for name in view.filters.values if name not in view.uses]
    if ignored:
        text += f" · {_('not filtered here by: {names}', names=', '.join(ignored))}"
    return f"{text} · {seen}"


def without(view: View, *names: str) -> View:
    """The view without the filters that a page's numbers do not have."""
    kept = {name: chosen for name, chosen in view.filters.values.items() if name not in names}
    return replace(view, filters=replace(view.filters, values=kept))
