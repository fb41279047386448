"""Taking it along: pages as PDF or XLSX, a chart as PNG or SVG. Files are made when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import plotly.graph_objects as go
import streamlit as st

from cxdata import downloads, goal_overview, goal_records, i18n, reports, selection
from cxdata.boards import BOARDS, Board, board
from cxdata.charts import Style
from cxdata.downloads import FORMATS, Format
from cxdata.engine import Engine
from cxdata.events import Event
from cxdata.i18n import _, language
from cxdata.questions import Answer, Moment
from cxdata.store import Store
from cxdata.ui import state, view
from cxdata.ui.view import View

PICTURES = {"png": "image/png", "svg": "image/svg+xml"}


def pages(shown: Board) -> None:
    """The menu at the head of a board's page."""
    with st.container(key="cx-take", width="content"):
        _pages(shown, view.current(shown.uses, shown.needs))


@st.fragment
def _pages(shown: Board, seen: View) -> None:
    state.use_language()
    menu = st.popover(_("Take along"), icon=":material/download:", key="take_along", on_change="rerun")
    if not menu.open:
        return
    with menu:
        there = {entry.name: entry.title for entry in BOARDS if not entry.needs or any(map(state.has, entry.needs))}
        store = state.shown_store()
        there |= {reports.GOALS: reports.GOALS_TITLE} if goal_records.goals(store) else {}
        chosen = st.multiselect(
            _("Pages"), list(there), default=[shown.name], format_func=lambda name: _(there[name]),
            key=f"take_{shown.name}", placeholder=_("Choose at least one page."),
        )  # fmt: skip
        moment, engine = state.the_moment(), state.engine()
        events = [kept.event for kept in state.events()]
        remark = f"{_('Sample data')}: {_('a made-up company.')}" if state.shows_sample() else ""
        with st.container(horizontal=True):
            for entry in FORMATS:
                st.download_button(
                    entry.suffix.upper(),
                    data=partial(_report, entry, chosen, seen, store, engine, moment, events, remark, language()),
                    file_name=f"{_stem(chosen)}-{moment.complete_until - timedelta(days=1)}.{entry.suffix}",
                    mime=entry.mime,
                    icon=":material/download:",
                    key=f"take_{entry.suffix}",
                    on_click="ignore",
                    disabled=not chosen,
                )
        st.caption(_("With the period and the filters as chosen now; n, as-of and definitions are on it."))


def _stem(chosen: Sequence[str]) -> str:
    return chosen[0] if len(chosen) == 1 else "cx-report"


def _report(
    kind: Format,
    names: Sequence[str],
    seen: View,
    store: Store,
    engine: Engine,
    moment: Moment,
    events: Sequence[Event],
    remark: str,
    code: str,
) -> bytes:
    """The file; runs outside the page, so it is told the language."""
    i18n.set_language(code)
    made = datetime.now(ZoneInfo(moment.settings.zone))
    boards = [board(name) for name in names if name != reports.GOALS]
    teams = seen.filters.values.get("team", ())
    goals = goal_overview.overview(store, engine, moment, teams) if reports.GOALS in names else None
    return kind.write(
        reports.report(
            engine,
            boards,
            seen.filters,
            seen.held,
            moment,
            grain=seen.grain,
            made=made,
            events=events,
            remark=remark,
            goals=goals,
            done=goal_records.done_as_events(store),
            paths=[kept.goal for kept in goal_records.goals(store)],
        )
    )


def chart(
    key: str, title: str, subtitle: str, draw: Callable[..., go.Figure], answer: Answer, options: dict[str, Any]
) -> None:
    """Buttons that take a chart along as a picture, on white whatever the theme."""
    style, filters = Style(minimum_n=state.settings().minimum_n), answer.query.filters
    about = selection.sentence(filters, None, state.the_moment(), tuple(filters.values))
    about = " · ".join(part for part in (about, reports.measured_on(answer)) if part)
    for kind, mime in PICTURES.items():
        st.download_button(
            kind.upper(),
            data=partial(_picture, kind, draw, answer, style, options, (title, subtitle, about), language()),
            file_name=f"{'_'.join(answer.query.metrics[:3])}.{kind}",
            mime=mime,
            icon=":material/image:",
            key=f"{kind}_{key}",
            on_click="ignore",
        )


def _picture(
    kind: str, draw: Callable[..., go.Figure], answer: Answer, style: Style, options: dict[str, Any],
    words: tuple[str, str, str], code: str,
) -> bytes:  # fmt: skip
    i18n.set_language(code)
    return downloads.picture(draw(answer, style, **options), kind, style, *words)
