"""Goals taken along as a table or a calendar, and brought in from a table: what comes of each row before it is kept."""

from __future__ import annotations

import tempfile
from pathlib import Path

import streamlit as st

from cxdata import goal_calendar, goal_files, goals
from cxdata.errors import CxError
from cxdata.goal_files import CHANGED, NEW, Plan
from cxdata.i18n import _, language, set_language
from cxdata.ui import jobs, look, state


def menu() -> None:
    """The menu at the head of the board."""
    if told := st.session_state.pop("_goals_brought_in", ""):
        st.toast(told, icon=":material/check:")
    place = st.popover(_("Take along, bring in"), icon=":material/swap_vert:", key="goals_files", on_change="rerun")
    if not place.open:
        return
    with place:
        code = language()
        with st.container(horizontal=True):
            st.download_button(
                _("Table (CSV)"), lambda: _csv(code), "goals.csv", "text/csv", icon=":material/download:", key="goals_csv", on_click="ignore",
                help=_("All goals, to be read and changed in a spreadsheet and brought in again."),
            )  # fmt: skip
            st.download_button(
                _("Calendar"), lambda: _ics(code), "goals.ics", "text/calendar", icon=":material/event:", key="goals_ics",
                on_click="ignore", help=_("Reviews, deadlines and what is to be done, as an iCalendar file."),
            )  # fmt: skip
        dropped = st.file_uploader(
            _("Bring in goals from a table (CSV)"), type=["csv", "tsv", "txt"], key=f"goals_file_{st.session_state.get('_goals_turn', 0)}"
        )  # fmt: skip
        if dropped is not None:
            _proposed(dropped.name, dropped.getvalue())


def _csv(code: str) -> bytes:
    """Runs outside the page, so it is told the language."""
    set_language(code)
    return goal_files.to_csv([kept.goal for kept in state.all_goals()])


def _ics(code: str) -> bytes:
    set_language(code)
    return goal_calendar.to_ics(state.shown_store(), state.the_moment())


def _proposed(name: str, content: bytes) -> None:
    """What comes of a file, and the button that keeps it."""
    try:
        with tempfile.TemporaryDirectory(prefix="cx-goals-") as folder:
            path = Path(folder) / "goals.csv"
            path.write_bytes(content)
            plan = goal_files.planned(state.shown_store(), state.engine(), path, state.the_moment(), name=name)
    except CxError as error:
        st.error(look.said(error), icon=":material/error:")
        return
    st.html(f'<div class="cx-sub">{look.escaped(plan.sentence)}</div>')
    for remark in plan.remarks:
        st.caption(look.plain(remark))
    with st.container(height=220 if len(plan.rows) > 4 else "content", border=False, gap=None):
        for row in plan.rows:
            said = goal_files.remark(row) or (goals.sentence(row.goal) if row.goal else "")
            st.html(f'<div class="cx-small">{look.escaped(said)}</div>')
    st.button(
        _("Bring them in"), type="primary", key="goals_keep", on_click=_keep, args=(plan,),
        disabled=not plan.count(NEW) and not plan.count(CHANGED),
    )  # fmt: skip


def _keep(plan: Plan) -> None:
    goal_files.keep(state.shown_store(), plan, jobs.who())
    st.session_state["_goals_turn"] = st.session_state.get("_goals_turn", 0) + 1
    st.session_state["_goals_brought_in"] = plan.sentence
