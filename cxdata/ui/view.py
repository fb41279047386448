"""What the reader looks at: period, filters, comparison and grain; kept in the session and in the URL.

In: the URL on arrival, the widgets in the sidebar after that. Out: a View that pages ask for answers. The URL holds
language-independent codes, so a link says the same to a Dutch and an English reader.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import streamlit as st

from cxdata import selection, views
from cxdata.comparison import Comparison
from cxdata.filters import FILTERS, NOTHING, Filters
from cxdata.i18n import _
from cxdata.questions import Answer, Query
from cxdata.selection import COMPARES, DAYS, GRAINS, PERIODS, Chosen, Held, day_of
from cxdata.settings import CLOCKS
from cxdata.ui import state

OF_PAGE: dict[str, dict[str, Any]] = {
    "goals": {"goal": ""},
    "customers": {"customer": "", "show": ""},
    "compare": {"split": "", "first": [], "second": [], "metric": ""},
    "quality": {"review": ""},
    "meeting": {"meeting": "", "item": "", "minutes": ""},
}


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


@dataclass(frozen=True)
class Missing:
    """What a link, or the view `name`, asked for on a page and is not there. `link`: the choices that were left of it."""

    page: str
    name: str
    values: views.Gone
    elsewhere: bool = False
    link: Mapping[str, Sequence[str]] | None = None


def _defaults(page: str = "") -> dict[str, Any]:
    """The choices as they are without any, those of one page only included."""
    return {
        **OF_PAGE.get(page, {}),
        **selection.DEFAULTS,
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
    take(page, params)
    if params.get("lang"):
        session["lang"] = params["lang"][0]
    session["_url"] = (page, params)


def take(page: str, link: Mapping[str, Sequence[str]], name: str = "", *, elsewhere: bool = False) -> None:
    """Make the choices of a link, or of the saved view `name`, those of the session; what it does not choose is as without.

    `elsewhere`: the page of the view is not there, and another is shown.
    """
    session = st.session_state
    for key, fallback in _defaults(page).items():
        given = link.get(key, [])
        session[key] = list(given) if isinstance(fallback, list) else (given[0] if given else fallback)
    for key in DAYS:
        session[key] = day_of(link.get(key))
    missing = views.gone(link, state.values) if state.moment() else ()
    session["_gone"] = Missing(page, name, missing, elsewhere) if missing or elsewhere else None


def said_missing(page: str) -> str:
    """What the link or view asked for and is no longer there, until the reader chooses something else; "" for nothing."""
    found: Missing | None = st.session_state.get("_gone")
    if found is None:
        return ""
    now = link("")
    if found.page != page or found.link not in (None, now):
        st.session_state["_gone"] = None
        return ""
    st.session_state["_gone"] = replace(found, link=now)
    texts = (
        [_('The page of the view "{name}" is no longer there: this is the overview.', name=found.name)]
        if found.elsewhere
        else []
    )
    return " ".join([*texts, *([views.said(found.values, found.name)] if found.values else [])])


def link(page: str) -> dict[str, list[str]]:
    """The choices that differ from the defaults, as the URL holds them; without the language."""
    session, found = st.session_state, {}
    for name, fallback in _defaults(page).items():
        chosen = session.get(name, fallback)
        if chosen and chosen != fallback:
            found[name] = [str(entry) for entry in chosen] if isinstance(chosen, list) else [str(chosen)]
    for name in DAYS:
        asked = session.get("compare") == "chosen" if name.startswith("against") else session.get("period") == "custom"
        if asked and session.get(name):
            found[name] = [session[name].isoformat()]
    return found


def write_url(page: str) -> None:
    """Put the choices that differ from the defaults into the URL."""
    session, params = st.session_state, link(page)
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


def other_teams() -> tuple[str, ...]:
    """The teams that numbers are held against; none where that was not asked, or cannot be."""
    return selection.other_teams(_chosen(), state.values("team"))


def _chosen() -> Chosen:
    return selection.chosen(link(""), state.settings().clock)


def first_day(facts: tuple[str, ...]) -> date | None:
    """The first day of the data that a page is about; of tickets and surveys where it is about all."""
    tables = [table for table in facts or ("ticket_facts", "survey_facts") if state.has(table)] or ["customer_facts"]
    return selection.first_day(state.engine(), tables)


def current(uses: tuple[str, ...], facts: tuple[str, ...] = ()) -> View:
    """The view of this run. `uses`: the dimensions that the page's numbers have; `facts`: the tables they are from."""
    choices = _chosen()
    first = first_day(facts) if choices.period == "all" else None
    filters, held, grain = selection.looked_at(choices, state.the_moment().complete_until, first, state.values("team"))
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
