"""Setting a goal: seven steps on one screen, with its path, its five letters and what history says beside them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from cxdata import amounts, charts, following, formats, goal_progress, goal_records, goals
from cxdata.errors import CxError
from cxdata.filters import FILTERS, NOTHING, Filters
from cxdata.goals import ACTION_KINDS, FEEDBACK, GOAL_GRAINS, GOAL_KINDS, RHYTHMS, Action, Goal
from cxdata.i18n import N_, _
from cxdata.metrics import SINGLE, metric
from cxdata.questions import Answer, period_end, period_start
from cxdata.selection import whole_year
from cxdata.ui import aim, jobs, look, state

FORM, SEEN, FRESH = "_goal_form", "_goal_form_seen", "_goal_form_fresh"
_KEYS = (
    "metric", "kind", "grain", "baseline", "target", "deadline", "start", "objective", "because", "need", "evidence",
    "rhythm", "owner", "feedback", "part_of", "reason", "stepped",
)  # fmt: skip
_SCALES = {"share": 100.0}
_STEP_WORDS = (
    N_("Why"), N_("What, where"), N_("Customer need"), N_("Target, by when"), N_("Rhythm"), N_("Actions"), N_("Feedback"),
)  # fmt: skip


def key(name: str) -> str:
    return f"goal_{name}"


def opened() -> bool:
    """Whether the form is on the screen."""
    return FORM in st.session_state


def start(name: str, filters: Filters | None = None) -> None:
    """Open the form for a new goal on a metric, with the rows that a chart shows."""
    moment = state.the_moment()
    grain = "month"
    begin = period_start(moment.complete_until, grain)
    values = {} if filters is None else {one: words for one, words in filters.values.items() if words}
    values = {
        one: words for one, words in values.items() if one not in Filters(values=values).ignored(metric(name).table)
    }
    clock = filters.clock if filters is not None else moment.settings.clock
    deadline = goals.deadlines(grain, moment)[1]
    change(Goal(0, name, values, grain=grain, clock=clock, start=begin, deadline=deadline))


def change(goal: Goal) -> None:
    """Open the form for a goal as it is."""
    close()
    session = st.session_state
    session[FORM] = goal
    session[FRESH] = True
    unit = goal.entry.unit
    session.update(
        {
            key("metric"): goal.metric, key("kind"): goal.kind, key("grain"): goal.grain,
            key("baseline"): "" if goal.baseline is None else formats.value(goal.baseline, unit),
            key("target"): "" if goal.target is None else formats.value(goal.target, unit),
            key("deadline"): goal.deadline, key("start"): goal.start, key("objective"): goal.objective or None,
            key("because"): goal.because, key("need"): goal.need, key("evidence"): list(goal.evidence),
            key("rhythm"): goal.rhythm, key("owner"): goal.owner or jobs.who(), key("feedback"): goal.feedback,
            key("part_of"): goal.part_of, key("reason"): "", key("stepped"): bool(goal.steps),
        }
    )  # fmt: skip
    for entry in FILTERS:
        session[key(entry.name)] = list(goal.values.get(entry.name, ()))
    if goal.id:
        session[SEEN] = _asked(goal)


def close() -> None:
    """Leave the form; nothing of it stays."""
    for name in [name for name in st.session_state if str(name).startswith("goal_") or name in (FORM, SEEN, FRESH)]:
        del st.session_state[name]


# --- the form -----------------------------------------------------------------------------------------------


@dataclass
class _Given:
    """What the steps have come to so far. `problem`: the sentence of what cannot be."""

    goal: Goal
    series: Answer | None = None
    problem: str = ""


def show() -> None:
    """The form. Saving leads to the page of the goal."""
    own: Goal = st.session_state[FORM]
    with st.container(key="cx-goal-top"):
        st.title(_("Change the goal") if own.id else _("Set a goal"), anchor=False)
    _form(own)
    if st.session_state.pop(FRESH, False):
        aim.bring("cx-goal-top")


@st.fragment
def _form(own: Goal) -> None:
    state.use_language()
    left, right = st.columns([11, 9], gap="medium")
    with left:
        given = _steps(own)
        actions = _actions(own, given)
    with right, st.container(key="cx-goal-side", gap="small"):
        _beside(own, given, actions)


def _step(number: int) -> Any:
    """The place of a step: its number and name on the left, its fields on the right."""
    row = st.container(horizontal=True, gap="small", wrap=False, key=f"cx-step-{number}")
    row.html(
        f'<div class="cx-step"><b>{number}</b><span>{look.escaped(_(_STEP_WORDS[number - 1]))}</span></div>', width=108
    )
    return row.container(gap="xsmall")


def _steps(own: Goal) -> _Given:
    """The steps up to the rhythm, and the goal that they make."""
    with _step(1):
        one, two = st.columns(2)
        known = list(dict.fromkeys([*state.objectives(), *([own.objective] if own.objective else [])]))
        objective = one.selectbox(
            _("Business objective"), known, key=key("objective"), index=None, accept_new_options=True, label_visibility="collapsed",
            placeholder=_("Business objective: choose or type"), persist_state="session",
        )  # fmt: skip
        because = two.text_input(
            _("Because …"), key=key("because"), max_chars=goals.LONGEST, placeholder=_("because … renewals depend on it"),
            label_visibility="collapsed", persist_state="session",
        )  # fmt: skip
    with _step(2):
        name = st.selectbox(
            _("Metric"), [entry.name for entry in SINGLE], key=key("metric"), label_visibility="collapsed",
            format_func=lambda code: _(metric(code).label), persist_state="session",
        )  # fmt: skip
        values = _values(name)
    with _step(3):
        one, two = st.columns([3, 2])
        need = one.text_input(
            _("What customers need"), key=key("need"), max_chars=goals.LONGEST, persist_state="session",
            placeholder=_("An answer that solves it the first time"), label_visibility="collapsed",
        )  # fmt: skip
        with two:
            evidence = _evidence(values)
    with _step(4):
        given = _target(own, name, values)
    with _step(5):
        one, two = st.columns(2)
        rhythm = one.selectbox(
            _("Looked at"), list(RHYTHMS), key=key("rhythm"), format_func=lambda code: _("looked at {rhythm}", rhythm=_(RHYTHMS[code])),
            label_visibility="collapsed", filter_mode=None, persist_state="session",
        )  # fmt: skip
        owner = two.text_input(
            _("Owner"), key=key("owner"), max_chars=60, placeholder=_("Owner: who answers for it"), label_visibility="collapsed",
            persist_state="session",
        )  # fmt: skip
    given.goal = replace(
        given.goal, objective=(objective or "").strip(), because=because or "", need=need or "", evidence=evidence,
        rhythm=rhythm or "monthly", owner=(owner or "").strip(),
    )  # fmt: skip
    return given


def _values(name: str) -> dict[str, tuple[str, ...]]:
    """The rows that it is about: the dimensions that the metric and the data have."""
    table = metric(name).table
    offered = [
        entry for entry in FILTERS
        if table in entry.facts and (len(state.values(entry.name)) > 1 or st.session_state.get(key(entry.name)))
    ]  # fmt: skip
    found = {}
    places = [place for _row in range(0, len(offered), 2) for place in st.columns(2)]
    for place, entry in zip(places, offered, strict=False):
        chosen = st.session_state.get(key(entry.name)) or []
        words = sorted(
            {*state.values(entry.name), *chosen} - {NOTHING},
            key=lambda word: formats.group(entry.name, word).casefold(),
        )
        picked = place.multiselect(
            _(entry.label), [*words, NOTHING], key=key(entry.name), placeholder=_(entry.all_label), select_all=False,
            label_visibility="collapsed", format_func=partial(formats.group, entry.name), persist_state="session",
        )  # fmt: skip
        if picked:
            found[entry.name] = tuple(picked)
    return found


def _evidence(values: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """What customers say, to be linked to the goal."""
    moment = state.the_moment()
    chosen: list[str] = st.session_state.setdefault(key("evidence"), [])
    label = _("What customers say ({count} linked)", count=len(chosen)) if chosen else _("What customers say")
    said = st.popover(label, icon=":material/forum:", key="goal_said", on_change="rerun", width="stretch")
    if said.open:
        with said:
            filters = Filters(whole_year(moment.complete_until), values)
            comments, reasons = state.cached_needs(filters)
            st.caption(_("The lowest scores of the last 12 whole months. Tick what this goal answers."))
            if not comments and not reasons:
                st.caption(_("No comments and no reasons in this selection."))
            for number, one in enumerate(comments):
                text = f"{formats.decimal(one.score, 0)}/{formats.decimal(one.best, 0)}: {one.text[: goals.LONGEST]}"
                _tick(text, f"c{number}", chosen)
            if reasons:
                st.caption(_("Most frequent reasons and tags"))
            for number, reason in enumerate(reasons):
                _tick(
                    _("{word}: {count} tickets", word=reason.word, count=formats.decimal(reason.tickets, 0)),
                    f"r{number}",
                    chosen,
                )
    return tuple(chosen)


def _tick(text: str, number: str, chosen: list[str]) -> None:
    if st.checkbox(look.plain(text), value=text in chosen, key=f"goal_tick_{number}_{hash(text)}"):
        if text not in chosen:
            chosen.append(text)
    elif text in chosen:
        chosen.remove(text)


# --- target -------------------------------------------------------------------------------------------------


def _asked(goal: Goal) -> tuple[Any, ...]:
    """What the proposed baseline hangs on."""
    return goal.metric, tuple(sorted(goal.values.items())), goal.grain, goal.kind


def _target(own: Goal, name: str, values: dict[str, tuple[str, ...]]) -> _Given:
    """Baseline, target and dates; the goal that they make, or the sentence of what cannot be."""
    session, moment, entry = st.session_state, state.the_moment(), metric(name)
    unit, kind = entry.unit, "level"
    counts = goals.adds_up(entry)
    one, two, three, *rest = st.columns([3, 3, 3, 4] if counts else [1, 1, 1])
    grain = three.selectbox(
        _("Measured each"), list(GOAL_GRAINS), key=key("grain"), format_func=lambda code: _(GOAL_GRAINS[code]), filter_mode=None,
        persist_state="session",
    )  # fmt: skip
    if counts:
        kind = rest[0].selectbox(
            _("Counted"), list(GOAL_KINDS), key=key("kind"), filter_mode=None, persist_state="session",
            format_func=lambda code: {"level": _("each period"), "total": _("in all")}[code], help="; ".join(map(_, GOAL_KINDS.values())),
        )  # fmt: skip
    basis = replace(
        own, metric=name, values=values, kind=kind or "level", grain=grain or "month", steps=(), baseline=None, target=None,
    )  # fmt: skip
    series = state.history(basis)
    problem, proposed = "", None
    try:
        proposed = following.baseline(state.engine(), basis, moment) if basis.kind == "level" else None
    except CxError as error:
        problem = str(error)
    if session.get(SEEN) != _asked(basis):
        first = SEEN not in session
        session[SEEN] = _asked(basis)
        session[key("baseline")] = formats.value(proposed.value, unit) if proposed else ""
        if not first:
            session[key("target")] = ""
    baseline: float | None = 0.0
    if basis.kind == "level":
        text = one.text_input(
            _("Baseline"), key=key("baseline"), persist_state="session",
            help=_("Where it stands now: proposed is its value over the last three whole periods together, {days}.", days=formats.span(proposed.period)) if proposed else None,
        )  # fmt: skip
        baseline = _number(text, unit)
        if proposed and text == formats.value(proposed.value, unit):
            baseline = proposed.value
    wish = two.text_input(
        _("Target"), key=key("target"), live="600ms", persist_state="session", placeholder=_("or +10%"),
        help=_("In the unit of the metric, such as {example}; or a wish such as +10%, which is shown as percent and as points.", example=formats.value(proposed.value if proposed else 60, unit)),
    )  # fmt: skip
    target, said = _wished(wish or "", baseline, basis)
    problem = problem or said
    if basis.kind == "level" and series is not None and baseline is not None:
        _slider(basis, series, baseline, target)
    one, two = st.columns(2)
    start = one.date_input(_("From"), key=key("start"), format="DD-MM-YYYY", persist_state="session")
    deadline = two.date_input(
        _("Up to and including"), key=key("deadline"), format="DD-MM-YYYY", persist_state="session"
    )
    with st.container(horizontal=True, gap="small", horizontal_alignment="right", key="cx-goal-by"):
        for day in goals.deadlines(basis.grain, moment, 3):
            st.button(formats.day(day), key=f"goal_by_{day}", on_click=_by, args=(day,), type="tertiary")
    goal = basis
    try:
        goal = replace(basis, baseline=baseline, start=start, deadline=deadline)
        goal = replace(goal, target=target)
        goals.check_time(goal, moment)
        goal = _stepped(goal)
    except CxError as error:
        problem = problem or str(error)
    if goals.is_cut(goal) and goal.deadline is not None:
        end = period_start(goal.until, goal.grain)
        st.caption(
            _(
                "The deadline lies within a {grain}, so {period} is the last one that counts.",
                grain=_(GOAL_GRAINS[goal.grain]).lower(),
                period=formats.period(period_start(date.fromordinal(end.toordinal() - 1), goal.grain), goal.grain),
            )
        )
    return _Given(goal, series, problem)


def _by(day: date) -> None:
    st.session_state[key("deadline")] = day


def _number(text: str | None, unit: str) -> float | None:
    try:
        return amounts.parsed(text, unit) if text and text.strip() else None
    except CxError:
        return None


def _wished(text: str, baseline: float | None, basis: Goal) -> tuple[float | None, str]:
    """(the target, "") of a value or of a wish; (None, the sentence) of what is neither."""
    text, unit = text.strip(), basis.entry.unit
    if not text:
        return None, ""
    is_relative = text[0] in "+-−" and text.endswith("%")
    if not is_relative or baseline is None:
        try:
            return amounts.parsed(text, unit), ""
        except CxError as error:
            return None, str(error)
    share = _number(text.replace("−", "-"), "share")
    options = goals.relative(baseline, share, basis.entry) if share is not None else {}
    if not options:
        return None, _(
            "{wish} of {baseline} cannot be. Choose a value.", wish=text, baseline=formats.value(baseline, unit)
        )
    words = {"percent": N_("{value}: {wish} of the baseline"), "points": N_("{value}: {wish} as points")}
    picked = st.segmented_control(
        _("{wish} is two things. Which one?", wish=text) if len(options) > 1 else text, list(options), key=key("meant"),
        default=None if len(options) > 1 else next(iter(options)),
        format_func=lambda code: _(words[code], value=formats.value(options[code], unit), wish=text),
    )  # fmt: skip
    return (options[picked], "") if picked in options else (None, "")


def _slider(basis: Goal, series: Answer, baseline: float, target: float | None) -> None:
    """The target by hand, within what it has been and a way beyond."""
    rows, unit = following.complete(series), basis.entry.unit
    known = [*rows["value"].dropna().tolist(), baseline, *([target] if target is not None else [])]
    low, high = min(known), max(known)
    spread = (high - low) or abs(baseline) * 0.2 or 1.0
    scale = _SCALES.get(unit, 1.0)
    if unit == "duration":
        scale = 1 / 3600 if baseline >= 7200 else 1 / 60
    bounds = basis.entry.bounds or (
        (0.0, math.inf) if unit in ("duration", "count", "money", "number") else (-math.inf, math.inf)
    )
    low, high = max(low - spread * 0.3, bounds[0]) * scale, min(high + spread * 0.3, bounds[1]) * scale
    step = 10.0 ** math.floor(math.log10(max(high - low, 1e-6) / 40))
    low, high = math.floor(low / step) * step, math.ceil(high / step) * step
    low, high = max(low, bounds[0] * scale), min(high, bounds[1] * scale)
    if not low < high:
        return
    value = min(max((baseline if target is None else target) * scale, low), high)
    st.session_state[key("slider")] = value
    digits = max(0, -math.floor(math.log10(step)))
    unit_word = {"share": "%%", "duration": f" {_('h')}" if scale == 1 / 3600 else " min"}.get(unit, "")
    st.slider(
        _("Target"), low, high, step=step, key=key("slider"), format=f"%.{digits}f{unit_word}", label_visibility="collapsed",
        on_change=_slid, args=(unit, scale),
    )  # fmt: skip


def _slid(unit: str, scale: float) -> None:
    st.session_state[key("target")] = formats.value(st.session_state[key("slider")] / scale, unit)


def _stepped(goal: Goal) -> Goal:
    """The goal with the targets in between, where they are wanted."""
    if not goal.is_set or not st.checkbox(_("Other targets in between"), key=key("stepped"), persist_state="session"):
        return goal
    own: Goal = st.session_state[FORM]
    proposed = dict(own.steps) if (own.steps and own.target == goal.target and own.deadline == goal.deadline) else {}
    lasts = []
    assert goal.start is not None
    assert goal.deadline is not None
    step = "quarter" if (goal.until - goal.start).days > 300 else "month"
    day = goal.start
    while day < goal.until:
        day = period_end(period_start(day, step), step)
        lasts.append(min(date.fromordinal(day.toordinal() - 1), goal.deadline))
    unit = goal.entry.unit
    table = pd.DataFrame(
        {
            "last": [formats.day(last) for last in lasts],
            "value": [formats.value(proposed.get(last, goal.path(date.fromordinal(last.toordinal() + 1))), unit) for last in lasts],
        }
    )  # fmt: skip
    edited = st.data_editor(
        table, hide_index=True, disabled=["last"], key=f"goal_steps_{goal.start}_{goal.deadline}_{goal.target}_{goal.baseline}",
        column_config={"last": st.column_config.TextColumn(_("Up to and including")), "value": st.column_config.TextColumn(_("Target"))},
    )  # fmt: skip
    values = [amounts.parsed(str(text), unit) for text in edited["value"]]
    assert goal.target is not None
    return replace(goal, steps=tuple(zip(lasts, [*values[:-1], goal.target], strict=True)))


# --- actions and the end of it --------------------------------------------------------------------------------


def _actions(own: Goal, given: _Given) -> list[Action]:
    """Steps six and seven; the actions that are wanted."""
    with _step(6):
        kept = [one for one in state.actions() if one.goal == own.id] if own.id else []
        if kept:
            st.html("".join(f'<div class="cx-small">{look.escaped(one.what)}</div>' for one in kept))
        words = {code: _(word) for code, word in ACTION_KINDS.items()}
        table = pd.DataFrame({"what": [""], "kind": [words["training"]], "who": [""], "by": [None]}).astype(
            {"by": "datetime64[us]"}
        )
        edited = st.data_editor(
            table, hide_index=True, num_rows="dynamic", key=key("actions"), height=108, placeholder="",
            column_config={
                "what": st.column_config.TextColumn(_("What will be done"), width=150),
                "kind": st.column_config.SelectboxColumn(_("Kind"), options=list(words.values()), width=82),
                "who": st.column_config.TextColumn(_("Who"), width=62),
                "by": st.column_config.DateColumn(_("By"), format="DD-MM-YYYY", width=88),
            },
        )  # fmt: skip
        codes = {word: code for code, word in words.items()}
        made = [
            Action(
                0, own.id, str(row.what).strip(), codes.get(row.kind, "other"), "" if pd.isna(row.who) else str(row.who).strip(),
                None if pd.isna(row.by) else pd.Timestamp(row.by).date(),
            )
            for row in edited.itertuples()
            if not pd.isna(row.what) and str(row.what).strip()
        ]  # fmt: skip
    with _step(7):
        feedback = st.segmented_control(
            _("Which survey tells whether customers notice?"), list(FEEDBACK), key=key("feedback"), persist_state="session", label_visibility="collapsed",
            format_func=lambda code: _(metric(code).short or metric(code).label),
        )  # fmt: skip
        parents = _parents(given.goal)
        part_of = 0
        if parents:
            part_of = st.selectbox(
                _("Adds up to"), [0, *parents], key=key("part_of"), persist_state="session",
                format_func=lambda number: goals.name(parents[number]) if number else _("(nothing)"),
            )  # fmt: skip
        given.goal = replace(given.goal, feedback=feedback or "", part_of=part_of or 0)
    return [*kept, *made]


def _parents(goal: Goal) -> dict[int, Goal]:
    """The goals that this one can add up to: on the same metric, and no part themselves."""
    return {
        kept.goal.id: kept.goal
        for kept in state.all_goals()
        if kept.goal.metric == goal.metric
        and kept.goal.kind == goal.kind
        and kept.goal.id != goal.id
        and not kept.goal.part_of
    }


def _beside(own: Goal, given: _Given, actions: list[Action]) -> None:
    """The sentence, the chart with the path, the five letters, what history says, and saving."""
    goal, moment = given.goal, state.the_moment()
    st.html(f'<div class="cx-goal-said">{look.escaped(goals.sentence(goal))}</div>')
    ahead = None
    if given.series is not None:
        ahead = following.ahead_of(state.engine(), goal, moment, given.series)
        figure = charts.goal(given.series, state.style(), goal=goal, ahead=ahead, height=230)
        st.plotly_chart(figure, theme=None, config=look.CHART, key=key("chart"))
    moved = None
    if goal.is_set and not given.problem:
        found = following.achievable(state.engine(), goal, moment, given.series)
        moved = found.moved
        said = goal_progress.achievable_said(goal, found)
        said += [text] if (text := goal_progress.forecast_said(goal, ahead)) else []
        st.html(
            "".join(f'<div class="cx-small" style="margin-bottom:.25rem">{look.escaped(one)}</div>' for one in said)
        )
    letters = goals.letters(goal, moved, actions)
    st.html(letters_html(letters))
    if given.problem:
        st.warning(look.plain(given.problem), icon=":material/error:")
    before = next((kept.goal for kept in state.all_goals() if kept.goal.id == own.id), None) if own.id else None
    changes = before is not None and not before.is_draft and bool(goal_records.changed(before, goal))
    reason = st.text_input(_("Why does it change?"), key=key("reason"), max_chars=200) if changes else ""
    is_whole = not goals.as_draft(goal, letters).is_draft
    if not is_whole and not goal.owner and all(one.is_there for one in letters):
        st.caption(_("Say who owns it, in step 5."))
    with st.container(horizontal=True):
        save = st.button(
            _("Save the goal"), type="primary", disabled=bool(given.problem) or not is_whole, key=key("save")
        )
        draft = (
            st.button(_("Keep as a draft"), disabled=bool(given.problem), key=key("draft")) if not is_whole else False
        )
        st.button(_("Cancel"), on_click=close, key=key("cancel"))
    if state.shows_sample():
        st.caption(_("This is the sample: what you add here stays with the sample."))
    if save or draft:
        _save(goals.as_draft(goal, letters), actions, reason or "")


def letters_html(letters: tuple[goals.Letter, ...]) -> str:
    """The five letters, each ticked or with what is missing."""
    lines = []
    for one in letters:
        style, sign = ("better", "✓") if one.is_there else ("worse", "·")
        lines.append(
            f'<div class="cx-letter"><span class="cx-chip {style}">{one.letter} {sign}</span>'
            f"<span><b>{look.escaped(one.word)}</b> {look.escaped(one.said)}</span></div>"
        )
    return f'<div class="cx-letters">{"".join(lines)}</div>'


def _save(goal: Goal, actions: list[Action], reason: str) -> None:
    store, who = state.shown_store(), jobs.who()
    try:
        saved = goal_records.save_goal(store, goal, who, reason)
        for one in actions:
            if not one.id:
                goal_records.save_action(store, replace(one, goal=saved.id), who)
        if saved.objective and saved.objective not in state.objectives():
            goal_records.save_objectives(store, [*state.objectives(), saved.objective], who)
    except CxError as error:
        st.error(look.said(error), icon=":material/error:")
        return
    close()
    st.session_state.update(goal=str(saved.id), _goal_saved=True)
    st.rerun()
