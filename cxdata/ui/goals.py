"""The goals of the organisation as a board: by team, those that need it most first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import streamlit as st

from cxdata import following, formats, goal_progress, goals
from cxdata.following import Standing
from cxdata.goal_progress import STATUS_WORDS
from cxdata.goal_records import Kept
from cxdata.goals import Action, CheckIn, Goal
from cxdata.i18n import _
from cxdata.ui import goal_files, goal_form, look, state
from cxdata.ui.panels import wall

STYLES = {"reached": "better", "on_track": "better", "lagging": "warn", "at_risk": "worse", "missed": "worse"}
ALL, WHOLE = "", "–"  # every team; the goals that are of no single team


def show() -> None:
    """The board, with the way to set a goal."""
    kept = state.all_goals()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(_("Set a goal"), icon=":material/add:", type="primary", on_click=_new, key="goal_new")
        team, status = _chosen(kept)
        goal_files.menu()
    found = following.by_need(state.standing(one.goal) for one in kept)
    found = [one for one in found if (team == ALL or team == _team(one.goal)) and status in (ALL, one.status)]
    if not kept:
        st.html(
            f'<div class="cx-sub">{look.escaped(_("No goals yet. Set one here, or from the menu of a chart: Set a goal on this."))}</div>'
        )
        return
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


def _chosen(kept: Sequence[Kept]) -> tuple[str, str]:
    """The team and the status that are looked at."""
    teams = sorted({_team(one.goal) for one in kept} - {WHOLE}, key=str.casefold)
    if not kept:
        return ALL, ALL
    team = st.segmented_control(
        _("Team"), [ALL, WHOLE, *teams], key="goals_team", default=ALL, required=True, label_visibility="collapsed",
        format_func=lambda name: {ALL: _("All"), WHOLE: _("The whole organisation")}.get(name, name),
    )  # fmt: skip
    there = [code for code in goal_progress.NEED if any(state.standing(one.goal).status == code for one in kept)]
    status = st.selectbox(
        _("Status"), [ALL, *there], key="goals_status", label_visibility="collapsed", width=190, filter_mode=None,
        format_func=lambda code: _(STATUS_WORDS[code]) if code else _("Every status"),
    )  # fmt: skip
    return team or ALL, status or ALL


def _new() -> None:
    goal_form.start("csat" if state.has("survey_facts") else goals.METRICS[0].name)


def open_goal(number: int) -> None:
    st.session_state["goal"] = str(number) if number else ""


def _card(one: Standing) -> None:
    goal = one.goal
    with st.container(border=True, height="stretch", gap=None):
        st.html(
            f'<div class="cx-row" style="margin-top:0">{chip(one.status)}<span class="cx-small">{look.escaped(goal.owner)}</span></div>'
        )
        with st.container(key=f"cx-goalcard-{goal.id}"):
            st.button(
                look.plain(_title(goal)),
                type="tertiary",
                key=f"open_goal_{goal.id}",
                on_click=open_goal,
                args=(goal.id,),
            )
        st.html(bar(one) + _lines(one))


def chip(status: str) -> str:
    return f'<span class="cx-chip {STYLES.get(status, "")}">{look.escaped(_(STATUS_WORDS[status]))}</span>'


def _title(goal: Goal) -> str:
    """The goal without its reason, which stands on its own page."""
    return goals.sentence(replace(goal, because="")).rstrip(".")


def bar(one: Standing) -> str:
    """How far it is, with a mark where the path asks it to be; "" where there is no way to go."""
    if math.isnan(one.found.progress):
        return ""
    done, due = (min(max(share, 0.0), 1.0) * 100 for share in (one.found.progress, one.found.expected))
    said = _(
        "{done} of the way, where {due} is asked",
        done=formats.percent(one.found.progress, 0),
        due=formats.percent(one.found.expected, 0),
    )
    if one.goal.kind == "total" and not one.goal.is_upwards:
        said = _(
            "{done} used up, where {due} is the pace",
            done=formats.percent(one.found.progress, 0),
            due=formats.percent(one.found.expected, 0),
        )
    return (
        f'<div class="cx-bar {STYLES.get(one.status, "")}" role="img" aria-label="{look.escaped(said)}" title="{look.escaped(said)}">'
        f'<i style="width:{done:.1f}%"></i><b style="left:{due:.1f}%"></b></div>'
        f'<div class="cx-small">{look.escaped(said)}</div>'
    )


def _lines(one: Standing) -> str:
    """What stands on a card below the bar."""
    goal = one.goal
    lines = [("cx-sub", goal_progress.said_of(goal, one.found))]
    if ahead := pace(one):
        lines.append(("cx-small", ahead))
    about = []
    if (newest := last_check_in(goal.id)) is not None and newest.confidence is not None:
        about.append(_("confidence {number} of 10", number=newest.confidence))
    if (action := next_action(goal.id)) is not None:
        about.append(_("next: {what}", what=action_said(action)))
    if about:
        lines.append(("cx-small", " · ".join(about)))
    html = "".join(
        f'<div class="{style}" style="margin-top:.25rem">{look.escaped(text)}</div>' for style, text in lines
    )
    if late := review_said(one):
        html += f'<div class="cx-small" style="margin-top:.25rem">{late}</div>'
    return html


def pace(one: Standing) -> str:
    """The forecast, and what has to change a period; "" where that is nothing to say."""
    goal, said = one.goal, []
    if one.ahead is not None:
        said.append(goal_progress.forecast_said(goal, one.ahead))
    if (
        goal.kind == "level"
        and one.status in ("on_track", "lagging", "at_risk")
        and not math.isnan(one.needed)
        and one.needed
    ):
        said.append(
            _("It takes {step} a {grain}.", step=formats.difference(one.needed, goal.entry.unit), grain=_(goals.GOAL_GRAINS[goal.grain]).lower())
        )  # fmt: skip
    return " ".join(said)


# --- check-ins, actions, reviews ----------------------------------------------------------------------------


def last_check_in(number: int) -> CheckIn | None:
    own = [one for one in state.check_ins() if one.goal == number]
    return own[-1] if own else None


def next_action(number: int) -> Action | None:
    """The open action that is due first."""
    own = [one for one in state.actions() if one.goal == number and one.done is None]
    return min(own, key=lambda one: (one.by or date.max, one.id), default=None)


def action_said(action: Action) -> str:
    """An action in words: what, who, by when, and whether that has passed."""
    about = [*([action.who] if action.who else []), *([formats.day_short(action.by)] if action.by else [])]
    said = f"{action.what} ({', '.join(about)})" if about else action.what
    if action.done is None and action.by is not None and action.by < state.today():
        return _("{action}, overdue", action=said)
    return said


def review_said(one: Standing) -> str:
    """When it is looked at next, as HTML; "" for a draft and after its end."""
    goal = one.goal
    if goal.is_draft or one.status == goal_progress.DRAFT or not goal.is_set or goal.until <= state.today():
        return ""
    newest = last_check_in(goal.id)
    due = goals.next_review(goal, newest.day if newest else None)
    if due is None:
        return ""
    if due < state.today():
        return f'<span class="cx-chip worse">{look.escaped(_("review overdue since {day}", day=formats.day_short(due)))}</span>'
    return look.escaped(_("review on {day}", day=formats.day_short(due)))
