"""Parts of the Service quality page: what to train on, the form that plans a training, and how far reviewers agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from cxdata import agreement, events, formats, goal_records, goals, rows, training
from cxdata.agreement import READINGS, Agreement, Kappa
from cxdata.errors import CxError
from cxdata.events import Event
from cxdata.filters import Filters
from cxdata.goals import Action, Goal
from cxdata.i18n import N_, _
from cxdata.schema import QUALITY
from cxdata.training import Below, Lowest
from cxdata.ui import jobs, look, reviewing, state
from cxdata.ui.view import View

BYS = ("team", "agent")
SHOWN = 4  # groups that are named before the rest is only counted
TRAININGS = 4
JUDGES = (
    ("review_facts", N_("As colleagues judge"), training.REVIEWED),
    ("survey_facts", N_("As customers judge"), training.ANSWERED),
)


# --- what to train on ---------------------------------------------------------------------------------------


def _trained(
    engine: Any, filters: Filters, moment: Any, names: tuple[str, ...]
) -> tuple[Lowest | None, tuple[Below, ...], int]:
    bys = BYS if moment.settings.agents == "by_name" else BYS[:1]
    return training.lowest(engine, names, filters, moment), *training.below(engine, names, bys, filters, moment)


def train(view: View) -> None:
    """What is lowest and who lies below the others, with the way to a training and to its before and after."""
    _told()
    with st.container(border=True, gap="small", key="cx-train"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.html(f'<div class="cx-title">{look.escaped(_("What to train on"))}</div>')
            _plan_button("plan_training", None, None)
            reviewing.button()
        tried = [_judged(view, title, names) for table, title, names in JUDGES if state.has(table)]
        if count := sum(tried):
            who = _("each team and each agent") if state.settings().agents == "by_name" else _("each team")
            held = _(
                "Held against all others together: {who}. The verdicts allow for {count} comparisons (Benjamini–Hochberg).",
                who=who, count=count,
            )  # fmt: skip
            st.html(f'<div class="cx-small">{look.escaped(held)}</div>')
        _trainings(view)
    if st.session_state.get("_training") is not None:
        _form()


def _judged(view: View, title: str, names: tuple[str, ...]) -> int:
    """What one kind of judges say; how many comparisons that took."""
    lowest, below, tried = state.cached_rows(state.version(), _trained, "training", view.filters, names)
    said = training.lowest_said(lowest) if lowest else _("Too few in this selection to tell.")
    if tried and not below:
        said = f"{said} {_('No team or agent lies below the others beyond noise.')}"
    with st.container(gap=None):
        st.html(f'<div class="cx-sub"><b>{look.escaped(_(title))}.</b> {look.escaped(said)}</div>')
        for one in below[:SHOWN]:
            with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
                st.html(
                    f'<div class="cx-sub"><span class="cx-chip worse">{look.escaped(formats.group(one.by, one.group))}</span> '
                    f"{look.escaped(training.below_said(one))}</div>"
                )
                _plan_button(f"plan_{one.metric}_{one.by}_{one.group}", one.metric, one)
        if len(below) > SHOWN:
            st.html(
                f'<div class="cx-small">{look.escaped(_("{count} more lie below.", count=len(below) - SHOWN))}</div>'
            )
    return int(tried)


def _plan_button(key: str, name: str | None, one: Below | None) -> None:
    st.button(
        _("Plan a training"), icon=":material/school:", key=key, type="tertiary" if one else "secondary",
        on_click=_plan, args=(name, one), width="content",
    )  # fmt: skip


def _plan(name: str | None, one: Below | None) -> None:
    """Open the form, filled in for what it is about."""
    state.use_language()
    team = None
    if one is not None:
        team = one.group if one.by == "team" else training.team_of(state.engine(), one.group)
    else:
        chosen = st.session_state.get("team") or []
        team = chosen[0] if len(chosen) == 1 else None
    whose = formats.group(one.by, one.group) if one else team or _("all teams")
    what = training.part(name).lower() if name else _("service quality")
    title = _("Training {what}, {whose}", what=what, whose=whose)
    turn = st.session_state.get("_training_turn", 0) + 1
    st.session_state.update(_training={"name": title[:80], "team": team, "metric": name}, _training_turn=turn)


def _close() -> None:
    st.session_state["_training"] = None


def _form() -> None:
    """The form of a training: an event, and where somebody chooses a goal an action of it."""
    filled, turn = st.session_state["_training"], st.session_state["_training_turn"]
    teams = state.values("team")
    offered = {goal.id: goal for goal in _goals(filled["team"], filled["metric"])}
    first = next(iter(offered.values()), None)
    with st.form(f"training_form_{turn}", border=True):
        st.html(f'<div class="cx-title">{look.escaped(_("Plan a training"))}</div>')
        left, middle, right = st.columns([3, 1, 1])
        name = left.text_input(_("Name"), filled["name"], max_chars=80)
        day = middle.date_input(_("Day"), state.today() + timedelta(days=14), format="DD-MM-YYYY")
        team = right.selectbox(
            _("Team"), teams, index=teams.index(filled["team"]) if filled["team"] in teams else None,
            placeholder=_("All teams"),
        )  # fmt: skip
        left, right = st.columns([3, 2])
        number = left.selectbox(
            _("And as an action of a goal"), list(offered), index=0 if first and _serves(first, filled["team"], filled["metric"]) else None,
            format_func=lambda key: goals.name(offered[key]), placeholder=_("no goal"),
        )  # fmt: skip
        who = right.text_input(_("Who gives it"), max_chars=60)
        with st.container(horizontal=True):
            save = st.form_submit_button(_("Save"), type="primary")
            st.form_submit_button(_("Cancel"), on_click=_close)
    if not save:
        return
    try:
        made = events.event(name or "", day, kind="training", team=team, note=(who or "").strip())
        saved = state.shown_store().save_event(made, jobs.who())
        if number:
            action = Action(0, number, saved.name, "training", (who or "").strip(), day)
            goal_records.save_action(state.shown_store(), action, jobs.who())
    except CxError as error:
        st.error(look.said(error), icon=":material/error:")
        return
    st.session_state.update(_training=None, _training_saved=(saved, goals.name(offered[number]) if number else ""))
    st.rerun()


def _goals(team: str | None, name: str | None) -> list[Goal]:
    """The goals that run, first those that the training serves."""
    running = [one.goal for one in state.followed() if not one.goal.is_draft and not one.has_ended]
    return sorted(running, key=lambda goal: (not _serves(goal, team, name), team not in goal.teams))


def _serves(goal: Goal, team: str | None, name: str | None) -> bool:
    """Whether a training in what this metric is about works towards a goal: on quality, of that team or of everybody."""
    about = (
        {name, "quality_overall", "reviewed_overall"} if name else {*QUALITY, *training.REVIEWED, "reviewed_overall"}
    )
    return goal.metric in about and (not goal.teams or team in goal.teams)


def _told() -> None:
    """The training that was planned last."""
    saved: tuple[Event, str] | None = st.session_state.pop("_training_saved", None)
    if saved is None:
        return
    event, goal = saved
    said = _("Planned: {name}, {day}.", name=event.name, day=formats.day(event.start))
    if goal:
        said += " " + _("It is an action of the goal on {goal} too.", goal=goal)
    st.success(look.plain(said), icon=":material/check:")


def _trainings(view: View) -> None:
    """The trainings that were kept as events, each a click away from its before and after."""
    found = [
        kept.event for kept in state.events()
        if kept.event.kind == "training" and _concerns(kept.event, view.filters.values.get("team", ()))
    ][:TRAININGS]  # fmt: skip
    if not found:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f'<div class="cx-small">{look.escaped(_("Before and after:"))}</div>', width="content")
        for one in found:
            if st.button(
                look.plain(f"{one.name} · {formats.day(one.start)}"), icon=":material/compare_arrows:", type="tertiary",
                key=f"training_{one.id}",
            ):  # fmt: skip
                st.session_state["_event"] = one.id
                st.switch_page(st.session_state["_pages"]["events"])


def _concerns(event: Event, teams: Sequence[str]) -> bool:
    return not teams or event.team is None or event.team in teams


# --- agreement ----------------------------------------------------------------------------------------------


def _agreed(engine: Any, filters: Filters, moment: Any) -> tuple[dict[str, Agreement], tuple[int, int]]:
    """({part of quality: agreement of all reviewers}, reviews without a known ticket and without a reviewer)."""
    found = rows.reviews(engine, filters, moment)
    own = {name: agreement.agreement(_ratings(found, name.removeprefix("quality_"))[1]) for name in QUALITY}
    return own, rows.review_remarks(engine, filters, moment)


def _paired(engine: Any, filters: Filters, moment: Any) -> dict[str, tuple[Kappa, ...]]:
    """{part of quality: kappa of every two reviewers}; none where it was asked on several scales."""
    found, pairs = rows.reviews(engine, filters, moment), dict[str, tuple[Kappa, ...]]()
    for name in QUALITY:
        own = found.dropna(subset=[name])
        ends = own[[f"{name}_worst", f"{name}_best"]].drop_duplicates().to_numpy()
        if len(ends) == 1 and (own[name] % 1 == 0).all():
            low, high = sorted(int(end) for end in ends[0])
            pairs[name] = agreement.kappas(*_ratings(own, name), range(low, high + 1))
    return pairs


def _ratings(found: pd.DataFrame, column: str) -> tuple[list[str], Any]:
    """(reviewers, their scores: a row a reviewer, a column a ticket)."""
    if found.empty:
        return [], np.empty((0, 0))
    who = found["reviewer"].str.casefold()
    names = found.groupby(who)["reviewer"].first()
    wide = found.assign(who=who).pivot_table(
        index="who", columns=["desk", "ticket_id"], values=column, dropna=False, observed=True
    )
    return [names[key] for key in wide.index], wide.to_numpy(dtype="float64")


def agree(view: View) -> None:
    """Krippendorff's alpha for each part of quality and what it is worth; the pairs when they are asked for."""
    if not state.has("review_facts"):
        return
    st.header(_("Agreement between reviewers"), anchor=False)
    found, (unknown, nameless) = state.cached_rows(state.version(), _agreed, "agreement", view.filters)
    with st.container(border=True, gap="small"):
        st.html(f'<div class="cx-sub">{look.escaped(_("How alike colleagues judge the same ticket: 1 is the same throughout, 0 what chance gives (Krippendorff’s alpha for ordered scores). From 0.80 on scores can be relied on; between 0.67 and 0.80 for large differences only."))}</div>')  # fmt: skip
        st.html(_table(found))
        for count, words in (
            (
                unknown,
                N_("Reviews of a ticket that is not in the data: {count}. They count, on the day of the review."),
            ),
            (nameless, N_("Reviews that do not say who reviewed: {count}. They count, and are in no agreement.")),
        ):
            if count:
                st.html(f'<div class="cx-small">{look.escaped(_(words, count=formats.decimal(count, 0)))}</div>')
        _pairs(view, max(one.tickets for one in found.values()))


def _table(found: dict[str, Agreement]) -> str:
    heads = [_("Part of quality"), _("Alpha"), _("95% interval"), _("Tickets with two reviews"), _("Reviewers"), ""]
    body = []
    for name, one in found.items():
        reading = agreement.reading(one.alpha, one.tickets)
        cells = [
            training.part(name), _number(one.alpha), _ends(one), formats.decimal(one.tickets, 0), formats.decimal(one.reviewers, 0),
            _(READINGS[reading], least=agreement.LEAST),
        ]  # fmt: skip
        body.append(_row(cells))
    return _html(heads, body)


def _pairs(view: View, tickets: int) -> None:
    if tickets < agreement.LEAST:
        return
    more = st.expander(_("By pair of reviewers"), key="agreement_pairs", on_change="rerun")
    if not more.open:
        return
    with more:
        found = state.cached_rows(state.version(), _paired, "pairs", view.filters)
        heads = [_("Reviewers"), _("Part of quality"), _("Kappa"), _("Tickets that both reviewed"), ""]
        body = [
            _row([
                f"{one.one} – {one.other}", training.part(name), _number(one.kappa), formats.decimal(one.tickets, 0),
                _(READINGS[agreement.reading(one.kappa, one.tickets)], least=agreement.LEAST),
            ])
            for name, pairs in found.items() for one in pairs
        ]  # fmt: skip
        if not body:
            st.html(
                f'<div class="cx-sub">{look.escaped(_("No two reviewers have enough tickets in common, on one scale."))}</div>'
            )
            return
        st.html(f'<div class="cx-sub">{look.escaped(_("Cohen’s kappa with quadratic weights: scores that lie further apart count more."))}</div>')  # fmt: skip
        st.html(_html(heads, body))


def _number(value: float) -> str:
    return formats.NONE if np.isnan(value) else formats.decimal(value, 2)


def _ends(one: Agreement) -> str:
    if np.isnan(one.low):
        return formats.NONE
    return _("{low} – {high}", low=formats.decimal(one.low, 2), high=formats.decimal(one.high, 2))


def _row(cells: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<td>{look.escaped(cell)}</td>' for cell in cells)}</tr>"


def _html(heads: Sequence[str], body: Sequence[str]) -> str:
    head = "".join(f'<th scope="col">{look.escaped(text)}</th>' for text in heads)
    return f'<div class="cx-table cx-worded"><table><thead><tr>{head}</tr></thead><tbody>{"".join(body)}</tbody></table></div>'
