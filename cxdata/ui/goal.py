"""One goal on a page of its own: chart, check-ins, actions, evidence, what history says, and every version of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import streamlit as st

from cxdata import following, formats, goal_progress, goal_records, goals
from cxdata.errors import CxError
from cxdata.filters import Filters
from cxdata.goal_overview import Followed
from cxdata.goals import ACTION_KINDS, Action, CheckIn, Goal, Lesson
from cxdata.i18n import _
from cxdata.metrics import metric
from cxdata.ui import goal_form, jobs, look, state
from cxdata.ui.goal_form import letters_html
from cxdata.ui.goals import bar, chip, figure, open_goal, pace, review


def show(number: int) -> bool:
    """The page of a goal; False where there is none of that number."""
    one = next((own for own in state.followed() if own.goal.id == number), None)
    if one is None:
        return False
    goal = one.goal
    st.button(
        _("All goals"), icon=":material/arrow_back:", type="tertiary", on_click=open_goal, args=(0,), key="goals_back"
    )
    with st.container(horizontal=True, vertical_alignment="top", wrap=False, key="cx-goal-head"):
        st.html(
            f'<div class="cx-row" style="margin-top:0">{chip(one.standing.status)}<span class="cx-sub">{look.escaped(_about(goal))}</span></div>'
            f'<h1 class="cx-goal-title">{look.escaped(goals.sentence(goal))}</h1>'
        )
        with st.container(horizontal=True, width="content", gap="small"):
            st.button(_("Edit"), icon=":material/edit:", on_click=goal_form.change, args=(goal,), key="goal_change")
            st.button(
                _("Remove"),
                icon=":material/delete:",
                on_click=_remove,
                args=(goal,),
                key="goal_remove",
                type="tertiary",
            )
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _chart(one)
        _check_in(one)
        _lesson(one)
    with right:
        _actions(one)
        _why(one)
        _parts(goal)
    _history(goal)
    return True


def _about(goal: Goal) -> str:
    """Objective, owner, rhythm."""
    said = [
        *([goal.objective] if goal.objective else []),
        *([goal.owner] if goal.owner else []),
        _(goals.RHYTHMS[goal.rhythm]),
    ]
    return " · ".join(said)


def _remove(goal: Goal) -> None:
    try:
        goal_records.remove_goal(state.shown_store(), goal.id, jobs.who())
    except CxError:  # somebody else was first
        return
    st.session_state.update(_goal_removed=(state.version()[0], goal), goal="")


def told_last() -> None:
    """What was done last: saved, or removed with the way back."""
    if st.session_state.pop("_goal_saved", False):
        st.toast(_("Saved."), icon=":material/check:")
    removed: tuple[str, Goal] | None = st.session_state.get("_goal_removed")
    if removed is not None and removed[0] == state.version()[0]:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.html(f'<div class="cx-sub">{look.escaped(_("{name} is removed.", name=goals.name(removed[1])))}</div>')
            st.button(_("Put it back"), icon=":material/undo:", on_click=_put_back, args=(removed[1],), type="tertiary")


def _put_back(goal: Goal) -> None:
    goal_records.save_goal(state.shown_store(), goal, jobs.who(), reason=_("put back"))
    st.session_state.update(_goal_removed=None, goal=str(goal.id))


# --- where it stands ----------------------------------------------------------------------------------------


def _chart(one: Followed) -> None:
    goal, stands = one.goal, one.standing
    with st.container(border=True, gap="xsmall"):
        st.html(
            bar(stands)
            + f'<div class="cx-sub" style="margin-top:.3rem">{look.escaped(goal_progress.said_of(goal, stands.found))}</div>'
        )
        if stands.history is None:
            return
        alt = f"{goals.sentence(goal)} {goal_progress.said_of(goal, stands.found)}"
        st.plotly_chart(figure(goal), theme=None, config=look.CHART, key="goal_chart", alt=alt)
        if said := pace(stands):
            st.html(f'<div class="cx-small">{look.escaped(said)}</div>')
        _looked_at(goal)


def _looked_at(goal: Goal) -> None:
    """The surveys that tell whether customers notice, on the same rows."""
    if not goal.feedback or goal.feedback == goal.metric:
        return
    entry = metric(goal.feedback)
    shown = Goal(
        0,
        goal.feedback,
        {
            name: words
            for name, words in goal.values.items()
            if name not in Filters(values=goal.values).ignored(entry.table)
        },
        grain=goal.grain,
    )
    series = state.history(shown)
    if series is None:
        return
    rows = following.complete(series).tail(2)
    values = [formats.value(value, entry.unit) for value in rows["value"]]
    if len(values) == 2:
        said = _(
            "What customers notice: {metric} {now}, was {before}.",
            metric=_(entry.short or entry.label),
            now=values[1],
            before=values[0],
        )
        st.html(f'<div class="cx-small">{look.escaped(said)}</div>')


def _check_in(one: Followed) -> None:
    """What was said of it, and the form for what is said now."""
    goal = one.goal
    with st.container(border=True, gap="xsmall"):
        st.html(
            f'<div class="cx-row" style="margin-top:0"><span class="cx-title">{_("Check-ins")}</span><span class="cx-small">{review(one)}</span></div>'
        )
        if not goal.is_draft and not one.has_ended:
            with st.form("goal_check_in", border=False, clear_on_submit=True):
                left, right = st.columns([2, 3], vertical_alignment="bottom")
                confidence = left.slider(
                    _("Confidence that it will be reached"), *goals.CONFIDENCE, one.sure.confidence if one.sure else 5,
                )  # fmt: skip
                note = right.text_input(_("Note"), max_chars=goals.LONGEST)
                if st.form_submit_button(_("Check in"), icon=":material/check:"):
                    made = CheckIn(0, goal.id, one.today, confidence, (note or "").strip())
                    goal_records.save_check_in(state.shown_store(), made, jobs.who())
                    st.rerun()
        for entry in one.check_ins[:-13:-1]:
            said = [formats.day(entry.day)]
            if entry.confidence is not None:
                said.append(_("confidence {number} of 10", number=entry.confidence))
            text = look.escaped(", ".join(said)) + (f": {look.escaped(entry.note)}" if entry.note else "")
            st.html(f'<div class="cx-small">{text}</div>')
        if not one.check_ins:
            st.html(f'<div class="cx-small">{look.escaped(_("Nobody has checked in yet."))}</div>')


def _lesson(one: Followed) -> None:
    """Looking back on a goal that has ended."""
    goal = one.goal
    if one.standing.status not in (goal_progress.REACHED, goal_progress.MISSED):
        return
    store = state.shown_store()
    known = one.lesson or Lesson(goal.id)
    with st.container(border=True, gap="xsmall"):
        st.html(f'<div class="cx-title">{_("Looking back")}</div>')
        with st.form("goal_lesson", border=False):
            learned = st.text_area(_("What did we learn?"), known.learned, max_chars=1000, height=68)
            after = st.text_area(_("What comes next?"), known.next, max_chars=1000, height=68)
            if st.form_submit_button(_("Save")):
                goal_records.save_lesson(
                    store, Lesson(goal.id, (learned or "").strip(), (after or "").strip()), jobs.who()
                )
                st.toast(_("Saved."), icon=":material/check:")


# --- what is done for it ------------------------------------------------------------------------------------


def _actions(one: Followed) -> None:
    goal = one.goal
    done = sorted((own for own in one.actions if own.done), key=lambda own: own.done or one.today)
    with st.container(border=True, gap="xsmall"):
        st.html(f'<div class="cx-title">{_("Actions")}</div>')
        for action in (*one.to_do, *done):
            _action(action, one)
        if not one.actions:
            st.html(f'<div class="cx-small">{look.escaped(_("Nothing is planned for it yet."))}</div>')
        with (
            st.popover(_("Add an action"), icon=":material/add:", key="goal_action"),
            st.form("goal_add_action", border=False, clear_on_submit=True),
        ):
            what = st.text_input(_("What will be done"), max_chars=200, placeholder=_("Training in resolving at once"))
            left, middle, right = st.columns(3)
            kind = left.selectbox(_("Kind"), list(ACTION_KINDS), format_func=lambda code: _(ACTION_KINDS[code]))
            who = middle.text_input(_("Who"), max_chars=60)
            by = right.date_input(_("By"), value=None, format="DD-MM-YYYY")
            if st.form_submit_button(_("Save"), type="primary"):
                try:
                    made = Action(0, goal.id, (what or "").strip(), kind, (who or "").strip(), by)
                    goal_records.save_action(state.shown_store(), made, jobs.who())
                except CxError as error:
                    st.error(look.said(error), icon=":material/error:")
                    return
                st.rerun()


def _action(action: Action, one: Followed) -> None:
    is_late = action.done is None and one.is_late(action.by)
    about = [_(ACTION_KINDS[action.kind]), *([action.who] if action.who else [])]
    if action.done is not None:
        about.append(_("done on {day}", day=formats.day_short(action.done)))
    elif action.by is not None:
        words = _("overdue since {day}") if is_late else _("by {day}")
        about.append(words.format(day=formats.day_short(action.by)))
    with st.container(gap=None):
        st.checkbox(
            look.plain(action.what), value=action.done is not None, key=f"goal_done_{action.id}_{action.done}",
            on_change=_done, args=(action, one.today),
        )  # fmt: skip
        style = "cx-chip worse" if is_late else "cx-small"
        st.html(f'<div class="cx-action"><span class="{style}">{look.escaped(" · ".join(about))}</span></div>')


def _done(one: Action, today: date) -> None:
    done = None if one.done is not None else today
    goal_records.save_action(state.shown_store(), replace(one, done=done), jobs.who())


def _why(one: Followed) -> None:
    """The five letters, what history says, and what customers said."""
    goal = one.goal
    moved, said = None, list[str]()
    if goal.is_set:
        found = following.achievable(state.engine(), goal, state.the_moment(), one.standing.history)
        moved, said = found.moved, goal_progress.achievable_said(goal, found)
    with st.container(border=True, gap="xsmall"):
        st.html(letters_html(goals.letters(goal, moved, one.actions)))
        st.html(
            "".join(f'<div class="cx-small" style="margin-bottom:.25rem">{look.escaped(text)}</div>' for text in said)
        )
        if goal.need or goal.evidence:
            lines = [f'<div class="cx-title">{look.escaped(_("What customers need"))}</div>']
            lines += [f'<div class="cx-sub">{look.escaped(goal.need)}</div>'] if goal.need else []
            lines += [f'<div class="cx-quote">{look.escaped(text)}</div>' for text in goal.evidence]
            st.html("".join(lines))


def _parts(goal: Goal) -> None:
    """The goals that add up to this one, and whether that is enough."""
    parts = [kept.goal for kept in state.all_goals() if kept.goal.part_of == goal.id and not kept.goal.is_draft]
    whole = (
        next((kept.goal for kept in state.all_goals() if kept.goal.id == goal.part_of), None) if goal.part_of else None
    )
    if whole is not None:
        st.button(
            _("Part of: {name}", name=look.plain(goals.name(whole))),
            type="tertiary",
            on_click=open_goal,
            args=(whole.id,),
            icon=":material/account_tree:",
            key="goal_whole",
        )
    if not parts:
        return
    with st.container(border=True, gap="xsmall"):
        st.html(f'<div class="cx-title">{_("Adds up from")}</div>')
        for part in parts:
            own = state.standing(part)
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.html(chip(own.status), width="content")
                st.button(
                    look.plain(goals.sentence(replace(part, because=""))),
                    type="tertiary",
                    on_click=open_goal,
                    args=(part.id,),
                    key=f"goal_part_{part.id}",
                )
        try:
            found = following.together(state.engine(), goal, parts, state.the_moment())
        except CxError as error:
            st.caption(look.said(error))
            return
        if found.missing:
            st.caption(found.missing)
            return
        unit = goal.entry.unit
        words = (
            _(
                "If all of them are reached, together they come to {value}: enough for {target}.",
                value=formats.value(found.value, unit),
                target=formats.value(goal.target, unit),
            )
            if found.is_enough
            else _(
                "If all of them are reached, together they come to {value}: not enough for {target}.",
                value=formats.value(found.value, unit),
                target=formats.value(goal.target, unit),
            )
        )
        st.html(f'<div class="cx-small">{look.escaped(words)}</div>')


def _history(goal: Goal) -> None:
    """Every version, newest first."""
    versions = goal_records.goal_history(state.shown_store(), goal.id)
    with st.expander(
        _("History: {count} versions", count=len(versions)) if len(versions) > 1 else _("History"),
        icon=":material/history:",
    ):
        for newer in reversed(versions):
            about = [
                look.saved(newer.saved_at, newer.saved_by),
                *([_("because: {reason}", reason=newer.reason)] if newer.reason else []),
            ]
            st.html(
                f'<div class="cx-sub">{look.escaped(goals.sentence(newer.goal))}</div><div class="cx-small" style="margin-bottom:.4rem">{look.escaped(" · ".join(about))}</div>'
            )
