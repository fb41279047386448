"""What the reader looks at: period, filters, comparison and grain; kept in the session and in the URL.

In: the URL on arrival, the widgets in the sidebar after that. Out: a View that pages ask for answers. The URL holds
language-independent codes, so a link says the same to a Dutch and an English reader.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import streamlit as st

from cxdata import comparison, formats
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
COMPARES = {
    "previous": N_("Period before"),
    "year": N_("Year before"),
    "chosen": N_("A chosen period"),
    "team": N_("Another team"),
    "rest": N_("The other teams"),
}
GRAINS = {"auto": N_("Automatic"), "day": N_("Day"), "week": N_("Week"), "month": N_("Month"), "quarter": N_("Quarter")}
CLOCK_WORDS = {"calendar": N_("Calendar time"), "business": N_("Business hours")}
DEFAULTS: dict[str, Any] = {"period": "12m", "compare": "previous", "per": "auto", "against": ""}
OF_PAGE: dict[str, dict[str, Any]] = {"compare": {"split": "", "first": [], "second": [], "metric": ""}}
DAYS = ("from", "to", "against_from", "against_to")


@dataclass(frozen=True)
class View:
    """The reader's choices, and the questions that pages ask under them.

    `before`: the earlier period that numbers are held against; `other`: the other selection that they are held against
    instead, if that was chosen.
    """

    filters: Filters
    grain: str
    before: Period
    other: Filters | None = None
    uses: tuple[str, ...] = field(default=())

    def series(self, *names: str, by: tuple[str, ...] = (), grain: str | None = None) -> Query:
        """The metrics over the period, a row each period."""
        return Query(names, grain or self.grain, by, self.filters)

    def totals(self, *names: str, by: tuple[str, ...] = ()) -> Query:
        """The metrics over the whole period, by group."""
        return Query(names, "total", by, self.filters)

    def compared(self, *names: str) -> dict[str, Comparison]:
        """The metrics here and in what they are held against."""
        return state.compare(Query(names, filters=self.filters), self.other or self.before)

    def one(self, name: str) -> Answer:
        return state.ask(self.totals(name))


def _defaults(page: str = "") -> dict[str, Any]:
    """The choices as they are without any, those of one page only included."""
    return {
        **OF_PAGE.get(page, {}),
        **DEFAULTS,
        "clock": state.settings().clock,
        **{entry.name: [] for entry in FILTERS},
    }


def sync_with_url(page: str) -> None:
    """Take the choices from the URL when the reader came by a link or changed it; else leave the session's."""
    session = st.session_state
    params = {name: st.query_params.get_all(name) for name in st.query_params}
    known_page, known_params = session.get("_url", (None, None))
    if known_page is not None and (known_page != page or params == known_params):
        return
    if known_page is not None and not params:
        return  # a link of our own within the page, without choices
    for name, fallback in _defaults(page).items():
        given = params.get(name, [])
        session[name] = given if isinstance(fallback, list) else (given[0] if given else fallback)
    for name in DAYS:
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
    for name, fallback in _defaults(page).items():
        chosen = session.get(name, fallback)
        if chosen and chosen != fallback:
            params[name] = [str(entry) for entry in chosen] if isinstance(chosen, list) else [str(chosen)]
    for name in DAYS:
        asked = session.get("compare") == "chosen" if name.startswith("against") else session.get("period") == "custom"
        if asked and session.get(name):
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
        allowed: Collection[str] = {
            "period": PERIODS, "compare": COMPARES, "per": GRAINS, "clock": CLOCKS, "against": ["", *state.values("team")],
        }[name]  # fmt: skip
        if session.get(name) not in allowed:
            session[name] = fallback
    if session["against"] in session["team"]:
        session["against"] = ""


def reset() -> None:
    """Back to the defaults; the language stays."""
    for name, fallback in _defaults().items():
        st.session_state[name] = fallback
    for name in DAYS:
        st.session_state[name] = None


def is_filtered() -> bool:
    return any(st.session_state.get(name) != fallback for name, fallback in _defaults().items())


def is_backwards(first: str, last: str) -> bool:
    """Whether two chosen days are the wrong way round."""
    start, end = st.session_state.get(first), st.session_state.get(last)
    return bool(start and end and end < start)


def _between(first: str, last: str) -> Period | None:
    """The period of two chosen days, the last one included; None where they are none."""
    start, end = st.session_state.get(first), st.session_state.get(last)
    return Period(start, end + timedelta(days=1)) if start and end and start <= end else None


def other_teams(chosen: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The teams that numbers are held against; none where that was not asked, or cannot be."""
    own, how = chosen.get("team", ()), st.session_state["compare"]
    if how == "team" and own and st.session_state["against"] not in ("", *own):
        return (st.session_state["against"],)
    if how == "rest" and own:
        return tuple(name for name in [*state.values("team"), NOTHING] if name not in own)
    return ()


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
    if code == "custom" and (chosen := _between("from", "to")):
        return chosen
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
    if session["compare"] == "chosen":
        before = _between("against_from", "against_to") or before
    grain = session["per"] if session["per"] != "auto" else _grain(period)
    filters, teams = Filters(period, chosen, session["clock"]), other_teams(chosen)
    other = replace(filters, values={**chosen, "team": teams}) if teams else None
    return View(filters, grain, before, other, uses)


def _grain(period: Period) -> str:
    days = period.days or 366
    if days <= 35:
        return "day"
    if days <= 100:
        return "week"
    return "month" if days <= 1100 else "quarter"


def sentence(view: View, *, held: bool = True) -> str:
    """The choices in words: "Noord, e-mail · Jan – Jun 2026 against Jul – Dec 2025 · calendar time".

    `held`: numbers are held against something.
    """
    parts = []
    for name, chosen in view.filters.values.items():
        parts.append(", ".join(formats.group(name, word) for word in chosen))
    words = " · ".join(parts) or _("Everything")
    asked = Query((), filters=view.filters)
    now, other = comparison.periods(asked, state.the_moment(), view.other or view.before)
    stretch = formats.span(now.period if held else view.filters.period)
    if held:
        against = name_of(view) if view.other else formats.span(other.period)
        stretch = _("{now} against {before}", now=stretch, before=against)
    text = f"{words} · {stretch} · {_(CLOCK_WORDS[view.filters.clock])}"
    local = state.the_moment().local
    whole = local.time() == datetime.min.time()
    last = formats.day(local.date() - timedelta(days=1)) if whole else formats.instant(local)
    seen = _("data up to {day}", day=last)
    ignored = [_(dimension(name).label) for name in view.filters.values if name not in view.uses]
    if ignored:
        text += f" · {_('not filtered here by: {names}', names=', '.join(ignored))}"
    return f"{text} · {seen}"


def name_of(view: View) -> str:
    """What numbers are held against, where it is another selection: the name of a team, or "the other teams"."""
    if st.session_state["compare"] == "team" and view.other:
        return ", ".join(view.other.values["team"])
    return _("the other teams")


def beside(view: View, query: Query) -> tuple[Query, str] | None:
    """(the question of what was chosen to be held against, its name), to be drawn beside a line; None for the default."""
    if view.other:
        return replace(query, filters=view.other), name_of(view)
    if st.session_state["compare"] == "previous":
        return None
    before = view.before
    if st.session_state["compare"] == "chosen" and _between("against_from", "against_to") is None:
        return None
    return replace(query, filters=replace(query.filters, period=before)), formats.span(before)


def without(view: View, *names: str) -> View:
    """The view without the filters that a page's numbers do not have."""

    def kept(filters: Filters) -> Filters:
        return replace(filters, values={name: own for name, own in filters.values.items() if name not in names})

    return replace(view, filters=kept(view.filters), other=kept(view.other) if view.other else None)
