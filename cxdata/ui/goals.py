"""The goals of the organisation as a board: by team, those that need it most first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import plotly.graph_objects as go
import streamlit as st

from cxdata import charts, formats, goal_progress, goals
from cxdata.following import Standing
from cxdata.goal_overview import Followed
from cxdata.goal_progress import STATUS_WORDS
from cxdata.goals import Goal
from cxdata.i18n import _
from cxdata.metrics import SINGLE
from cxdata.ui import goal_files, goal_form, look, state
from cxdata.ui.panels import wall

ALL, WHOLE = "", "–"  # every team; the goals that are of no single team


def show() -> None:
    """The board, with the way to set a goal."""
    found = state.followed()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(_("Set a goal"), icon=":material/add:", type="primary", on_click=_new, key="goal_new")
        team, status = _chosen(found)
        goal_files.menu()
    if not found:
        said = _("No goals yet. Set one here, or from the menu of a chart: Set a goal on this.")
        st.html(f'<div class="cx-sub">{look.escaped(said)}</div>')
        return
    found = tuple(one for one in found if team in (ALL, _team(one.goal)) and status in (ALL, one.standing.status))
    if not found:
        st.html(f'<div class="cx-sub">{look.escaped(_("No goals of this team and status."))}</div>')
    for name in sorted({_team(one.goal) for one in found}, key=lambda word: (word != WHOLE, word.casefold())):
        st.header(_("The whole organisation") if name == WHOLE else name, anchor=False)
        with wall(3):
            for one in found:
                if _team(one.goal) == name:
                    _card(one)


def _team(goal: Goal) -> str:
    return goal.teams[0] if len(goal.teams) == 1 else WHOLE


def _chosen(found: Sequence[Followed]) -> tuple[str, str]:
    """The team and the status that are looked at."""
    teams = sorted({_team(one.goal) for one in found} - {WHOLE}, key=str.casefold)
    if not found:
        return ALL, ALL
    team = st.segmented_control(
        _("Team"), [ALL, WHOLE, *teams], key="goals_team", default=ALL, required=True, label_visibility="collapsed",
        format_func=lambda name: {ALL: _("All"), WHOLE: _("The whole organisation")}.get(name, name),
    )  # fmt: skip
    there = [code for code in goal_progress.NEED if any(one.standing.status == code for one in found)]
    status = st.selectbox(
        _("Status"), [ALL, *there], key="goals_status", label_visibility="collapsed", width=190, filter_mode=None,
        format_func=lambda code: _(STATUS_WORDS[code]) if code else _("Every status"),
    )  # fmt: skip
    return team or ALL, status or ALL


def _new() -> None:
    goal_form.start("csat" if state.has("survey_facts") else SINGLE[0].name)


def open_goal(number: int) -> None:
    st.session_state["goal"] = str(number) if number else ""


def _card(one: Followed) -> None:
    goal = one.goal
    with st.container(border=True, height="stretch", gap=None):
        st.html(
            f'<div class="cx-row" style="margin-top:0">{chip(one.standing.status)}<span class="cx-small">{look.escaped(goal.owner)}</span></div>'
        )
        with st.container(key=f"cx-goalcard-{goal.id}"):
            st.button(
                look.plain(_title(goal)),
                type="tertiary",
                key=f"open_goal_{goal.id}",
                on_click=open_goal,
                args=(goal.id,),
            )
        st.html(bar(one.standing) + _lines(one))


def chip(status: str) -> str:
    return f'<span class="cx-chip {goal_progress.VERDICT_OF.get(status, "")}">{look.escaped(_(STATUS_WORDS[status]))}</span>'


def _title(goal: Goal) -> str:
    """The goal without its reason, which stands on its own page."""
    return goals.sentence(replace(goal, because="")).rstrip(".")


def bar(one: Standing) -> str:
    """How far it is, with a mark where the path asks it to be; "" where there is no way to go."""
    said = look.escaped(goal_progress.progress_said(one.goal, one.found))
    if not said:
        return ""
    done, due = (min(max(share, 0.0), 1.0) * 100 for share in (one.found.progress, one.found.expected))
    return (
        f'<div class="cx-bar {goal_progress.VERDICT_OF.get(one.status, "")}" role="img" aria-label="{said}" title="{said}">'
        f'<i style="width:{done:.1f}%"></i><b style="left:{due:.1f}%"></b></div><div class="cx-small">{said}</div>'
    )


def _lines(one: Followed) -> str:
    """What stands on a card below the bar."""
    goal, about = one.goal, list[str]()
    if one.sure:
        about.append(_("confidence {number} of 10", number=one.sure.confidence))
    if one.to_do:
        first = one.to_do[0]
        about.append(_("next: {what}", what=goals.action_said(first, late=one.is_late(first.by))))
    lines = [
        ("cx-sub", look.escaped(goal_progress.said_of(goal, one.standing.found))),
        ("cx-small", look.escaped(pace(one.standing))),
        ("cx-small", look.escaped(" · ".join(about))),
        ("cx-small", review(one)),
    ]
    return "".join(f'<div class="{style}" style="margin-top:.25rem">{html}</div>' for style, html in lines if html)


def figure(goal: Goal) -> go.Figure:
    """The chart of a goal that has a history: path, noise, forecast, check-ins, and what happened."""
    one = next(own for own in state.followed() if own.goal.id == goal.id)
    stands = one.standing
    assert stands.history is not None
    return charts.goal(
        stands.history, state.style(), goal=goal, ahead=stands.ahead, check_ins=one.check_ins, events=one.events
    )


def pace(one: Standing) -> str:
    """The forecast, and what has to change a period; "" where there is nothing to say."""
    said = goal_progress.forecast_said(one.goal, one.ahead), goal_progress.needed_said(one.goal, one.found, one.needed)
    return " ".join(filter(None, said))


def review(one: Followed) -> str:
    """When it is looked at next, as HTML; "" for a draft and after its end."""
    if one.review is None:
        return ""
    day = formats.day_short(one.review)
    if one.is_late(one.review):
        return f'<span class="cx-chip worse">{look.escaped(_("review overdue since {day}", day=day))}</span>'
    return look.escaped(_("review on {day}", day=day))
