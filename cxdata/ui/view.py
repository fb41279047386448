"""What the reader looks at: period, filters, comparison and grain; kept in the session and in the URL.

In: the URL on arrival, the widgets in the sidebar after that. Out: a View that pages ask for answers. The URL holds
language-independent codes, so a link says the same to a Dutch and an English reader.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import streamlit as st

from cxdata import selection
from cxdata.comparison import Comparison
from cxdata.filters import FILTERS, NOTHING, Filters, Period
from cxdata.i18n import _
from cxdata.questions import Answer, Query
from cxdata.selection import COMPARES, GRAINS, PERIODS, Held, before_of, grain_of, period_of
from cxdata.settings import CLOCKS
from cxdata.ui import state

DEFAULTS: dict[str, Any] = {"period": "12m", "compare": "previous", "per": "auto", "against": ""}
OF_PAGE: dict[str, dict[str, Any]] = {"compare": {"split": "", "first": [], "second": [], "metric": ""}}
DAYS = ("from", "to", "against_from", "against_to")


@dataclass(frozen=True)
class View:
    """The reader's choices, and the questions that pages ask under them. `held`: what numbers are held against."""

    filters: Filters
    grain: str
    held: Held
    uses: tuple[str, ...] = field(default=())

    def series(self, *names: str, by: tuple[str, ...] = (), grain: str | None = None) -> Query:
        """The metrics over the period, a row each period."""
        return Query(names, grain or self.grain, by, self.filters)

    def totals(self, *names: str, by: tuple[str, ...] = ()) -> Query:
        """The metrics over the whole period, by group."""
        return Query(names, "total", by, self.filters)

    def compared(self, *names: str) -> dict[str, Comparison]:
        """The metrics here and in what they are held against."""
        return state.compare(Query(names, filters=self.filters), self.held.against)

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
    tables = (
        [facts] if facts in ("ticket_facts", "survey_facts", "customer_facts") else ["ticket_facts", "survey_facts"]
    )
    tables = [table for table in tables if state.has(table)] or ["customer_facts"]
    return selection.first_day(state.engine(), tables)


def current(uses: tuple[str, ...], facts: str = "") -> View:
    """The view of this run. `uses`: the dimensions that the page's numbers have; `facts`: the table they are from."""
    moment, session = state.the_moment(), st.session_state
    first = first_day(facts) if session["period"] == "all" else None
    period = period_of(session["period"], moment.complete_until, first, _between("from", "to"))
    chosen = {entry.name: tuple(session[entry.name]) for entry in FILTERS if session[entry.name]}
    days = _between("against_from", "against_to")
    before = before_of(period, session["compare"], days)
    grain = session["per"] if session["per"] != "auto" else grain_of(period)
    filters, teams = Filters(period, chosen, session["clock"]), other_teams(chosen)
    held = Held(before, drawn=session["compare"] == "year" or (session["compare"] == "chosen" and days is not None))
    if teams:
        name = ", ".join(teams) if session["compare"] == "team" else _("the other teams")
        held = Held(period.previous(), replace(filters, values={**chosen, "team": teams}), name, drawn=True)
    return View(filters, grain, held, uses)


def sentence(view: View, *, held: bool = True) -> str:
    """The choices in words: "Noord, e-mail · Jan – Jun 2026 against Jul – Dec 2025 · calendar time".

    `held`: numbers are held against something.
    """
    return selection.sentence(view.filters, view.held if held else None, state.the_moment(), view.uses)


def without(view: View, *names: str) -> View:
    """The view without the filters that a page's numbers do not have."""

    def kept(filters: Filters) -> Filters:
        return replace(filters, values={name: own for name, own in filters.values.items() if name not in names})

    other = view.held.other
    return replace(view, filters=kept(view.filters), held=replace(view.held, other=kept(other) if other else None))
