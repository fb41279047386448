"""What a team wants to reach: one metric, on some rows, from a baseline to a target by a day, and what it does for it.

In: what somebody chose. Out: frozen Goals, Actions and CheckIns that can be, the path between baseline and target, and the
sentence that says a goal. `goal_progress` holds numbers against it; definitions: METRICS, "Goals".
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date, timedelta
from typing import Any

from cxdata import amounts, formats
from cxdata.errors import CxError, UnknownName
from cxdata.filters import Filters, Period, add_months
from cxdata.i18n import N_, _
from cxdata.metrics import SINGLE, metric
from cxdata.metrics.base import Count, FlowCount, Metric
from cxdata.questions import Moment, Query, period_end, period_start
from cxdata.settings import CLOCKS

GOAL_KINDS = {
    "level": N_("A level that each period is held against"),
    "total": N_("A number added up over the whole time"),
}
GOAL_GRAINS = {"week": N_("Week"), "month": N_("Month"), "quarter": N_("Quarter")}
RHYTHMS = {
    "weekly": N_("every week"),
    "fortnightly": N_("every two weeks"),
    "monthly": N_("every month"),
    "quarterly": N_("every quarter"),
}
ACTION_KINDS = {
    "training": N_("Training"),
    "staffing": N_("Staffing"),
    "knowledge": N_("Knowledge base"),
    "process": N_("New way of working"),
    "other": N_("Something else"),
}
FEEDBACK = ("nps", "csat", "ces", "quality_overall")  # what tells whether customers notice
CONFIDENCE = (1, 10)
LONGEST = 300  # characters of a text
Values = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Goal:
    """One goal. `id`: 0 as long as it is not kept. Raises CxError for what cannot be.

    `values`: the chosen values of each dimension, as in Filters. `kind`: "level", held against each period of `grain`, or
    "total", added up from `start` to `deadline`, both included. `baseline` and `target`: in the metric's unit; a total
    starts from 0. `steps`: ((last day, target of the time up to it), ...), the last one the deadline and the target; none:
    a straight line. `because`, `need`, `evidence`: why it matters, to whom, and what customers said. `part_of`: the goal it
    adds up to, 0 for none.
    """

    id: int
    metric: str
    values: Values = field(default_factory=dict)
    kind: str = "level"
    grain: str = "month"
    clock: str = "calendar"
    baseline: float | None = None
    target: float | None = None
    start: date | None = None
    deadline: date | None = None
    steps: tuple[tuple[date, float], ...] = ()
    objective: str = ""
    because: str = ""
    need: str = ""
    evidence: tuple[str, ...] = ()
    rhythm: str = "monthly"
    owner: str = ""
    feedback: str = ""
    part_of: int = 0
    is_draft: bool = False

    def __hash__(self) -> int:
        return hash(
            (self.id, self.metric, self.target, self.deadline, tuple(sorted(self.values.items())), self.is_draft)
        )

    def __post_init__(self) -> None:
        entry = metric(self.metric)
        if entry not in SINGLE:
            raise CxError("{metric} is a curve, not one number a period: no goal can be set on it.", metric=self.metric)
        for word, known, what in (
            (self.kind, GOAL_KINDS, N_("kind of goal")),
            (self.grain, GOAL_GRAINS, N_("grain")),
            (self.rhythm, RHYTHMS, N_("rhythm")),
            (self.clock, CLOCKS, N_("clock")),
        ):
            if word not in known:
                raise UnknownName(what, word, known)
        if self.feedback and self.feedback not in FEEDBACK:
            raise UnknownName(N_("survey"), self.feedback, FEEDBACK)
        if self.kind == "total" and not adds_up(entry):
            raise CxError(
                "{metric} cannot be added up over time. Set a level for it, or choose a number of things that happened.",
                metric=_(entry.label),
            )
        Filters(values=self.values).check(entry.table, _(entry.label))
        for value in (self.baseline, self.target, *(value for _last, value in self.steps)):
            if value is not None:
                amounts.check(value, entry)
        if self.start and self.deadline and self.deadline < self.start:
            raise CxError(
                "The deadline ({deadline}) lies before the start ({start}). Swap the two, or choose a later deadline.",
                deadline=self.deadline,
                start=self.start,
            )
        self._check_direction(entry)
        self._check_steps()

    def _check_direction(self, entry: Metric) -> None:
        if self.kind == "total" or self.baseline is None or self.target is None or not entry.better:
            return
        if (self.target - self.baseline) * (1 if entry.better == "higher" else -1) < 0:
            raise CxError(
                "Of {metric}, {wanted}: a target of {target} is worse than the baseline, {baseline}. Choose a target on the "
                "other side.",
                metric=_(entry.label),
                wanted=_("higher is better") if entry.better == "higher" else _("lower is better"),
                target=formats.value(self.target, entry.unit),
                baseline=formats.value(self.baseline, entry.unit),
            )

    def _check_steps(self) -> None:
        if not self.steps:
            return
        days = [last for last, _value in self.steps]
        if days != sorted(set(days)):
            raise CxError("The targets in between have to be in order of time, one for each day.")
        if self.start and days[0] < self.start:
            raise CxError("A target in between ({day}) lies before the start ({start}).", day=days[0], start=self.start)
        if self.steps[-1] != (self.deadline, self.target):
            raise CxError("The last target in between has to be that of the deadline itself.")

    @property
    def entry(self) -> Metric:
        return metric(self.metric)

    @property
    def is_set(self) -> bool:
        """Whether it has all that numbers can be held against."""
        return None not in (self.baseline, self.target, self.start, self.deadline)

    @property
    def until(self) -> date:
        """The day after the deadline."""
        assert self.deadline is not None
        return self.deadline + timedelta(days=1)

    @property
    def days(self) -> Period:
        """From its start up to and including its deadline."""
        assert self.start is not None
        return Period(self.start, self.until)

    @property
    def is_upwards(self) -> bool:
        """Whether more is wanted; of a goal that holds a level, what is better."""
        assert self.target is not None
        begin = 0.0 if self.kind == "total" else self.baseline
        assert begin is not None
        if self.kind == "total":
            return self.entry.better != "lower"
        return self.target > begin or (self.target == begin and self.entry.better != "lower")

    @property
    def teams(self) -> tuple[str, ...]:
        return self.values.get("team", ())

    @property
    def where(self) -> str:
        """The rows it is about, in words; "" where that is all."""
        return ", ".join(formats.group(name, word) for name, words in self.values.items() for word in words)

    def filters(self, period: Period) -> Filters:
        return Filters(period, {name: words for name, words in self.values.items() if words}, self.clock)

    def path(self, day: date) -> float:
        """What is wanted of a period that ends just before `day`: on the straight line, or on the steps."""
        assert self.start is not None
        assert self.target is not None
        begin = 0.0 if self.kind == "total" else self.baseline
        assert begin is not None
        if day <= self.start:
            return begin
        if day >= self.until:
            return self.target
        if self.kind == "level" and self.steps:
            return next(value for last, value in self.steps if day <= last + timedelta(days=1))
        first, value = self.start, begin
        for last, own in self.steps or ((self.deadline, self.target),):
            assert last is not None
            end = last + timedelta(days=1)
            if day <= end:
                return value + (own - value) * ((day - first).days / (end - first).days)
            first, value = end, own
        return self.target


@dataclass(frozen=True)
class Action:
    """Something that a team does for a goal: what, who, by when. `done`: the day on which it was done, None: not yet.

    `meeting`: in which it was agreed, 0 for none. Raises CxError for what cannot be.
    """

    id: int
    goal: int
    what: str
    kind: str = "other"
    who: str = ""
    by: date | None = None
    done: date | None = None
    meeting: int = 0

    def __post_init__(self) -> None:
        if not self.what.strip():
            raise CxError("An action says what will be done, such as: Training in resolving at once.")
        if self.kind not in ACTION_KINDS:
            raise UnknownName(N_("kind of action"), self.kind, ACTION_KINDS)


@dataclass(frozen=True)
class CheckIn:
    """What was said of a goal on a day: the owner's confidence, 1 to 10 or None, a note, and in which meeting (0: none)."""

    id: int
    goal: int
    day: date
    confidence: int | None = None
    note: str = ""
    meeting: int = 0

    def __post_init__(self) -> None:
        low, high = CONFIDENCE
        if self.confidence is not None and not low <= self.confidence <= high:
            raise CxError("Confidence is a number from {low} to {high}.", low=low, high=high)


@dataclass(frozen=True)
class Lesson:
    """How an ended goal was looked back on: what was learned, and what comes next."""

    goal: int
    learned: str = ""
    next: str = ""


def concerning(found: Sequence[Goal], query: Query) -> tuple[Goal, ...]:
    """The goals that a question about one metric is held against: levels on the same rows and, for times, the same clock."""
    if len(query.metrics) != 1 or query.by:
        return ()
    values = {name: set(words) for name, words in query.filters.values.items() if words}
    return tuple(
        goal
        for goal in found
        if goal.metric == query.metrics[0] and goal.kind == "level" and goal.is_set and not goal.is_draft
        and {name: set(words) for name, words in goal.values.items() if words} == values
        and (goal.entry.unit != "duration" or goal.clock == query.filters.clock)
    )  # fmt: skip


def adds_up(entry: Metric) -> bool:
    """Whether a metric counts what happened, so that periods can be added up."""
    measure = entry.measure
    return isinstance(measure, Count) or (
        isinstance(measure, FlowCount) and measure.column not in ("closing", "opening")
    )


# --- plain values -------------------------------------------------------------------------------------------


def plain(value: Any) -> Any:
    """Anything frozen as plain values: days as ISO text, nan as None."""
    if is_dataclass(value) and not isinstance(value, type):
        return {entry.name: plain(getattr(value, entry.name)) for entry in fields(value)}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, float):
        return None if math.isnan(value) else float(value)
    return value.item() if hasattr(value, "item") else value


def dumped(record: Goal | Action | CheckIn | Lesson) -> dict[str, Any]:
    """A record as plain values, without its id."""
    found: dict[str, Any] = plain(record)
    found.pop("id", None)
    return found


def goal_of(id: int, body: Mapping[str, Any]) -> Goal:
    """A goal from its plain values."""
    own = _dated(body, "start", "deadline")
    own["values"] = {name: tuple(words) for name, words in own.get("values", {}).items()}
    own["steps"] = tuple((date.fromisoformat(last), float(value)) for last, value in own.get("steps", ()))
    own["evidence"] = tuple(own.get("evidence", ()))
    return Goal(id, **own)


def action_of(id: int, body: Mapping[str, Any]) -> Action:
    return Action(id, **_dated(body, "by", "done"))


def check_in_of(id: int, body: Mapping[str, Any]) -> CheckIn:
    return CheckIn(id, **_dated(body, "day"))


def _dated(body: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {
        name: date.fromisoformat(value) if name in names and value is not None else value
        for name, value in body.items()
    }


# --- setting one --------------------------------------------------------------------------------------------


def relative(baseline: float, share: float, entry: Metric) -> dict[str, float]:
    """What a relative wish (0.1 for "+10 %") comes to: {"percent": of the baseline, "points": on its scale}, where it can.

    Percent and points are two things for shares, scores and NPS; counts, durations and money have percent only.
    """
    found = {"percent": baseline * (1 + share)} if baseline else {}
    if entry.is_rate:
        found["points"] = baseline + share * (
            1 if entry.unit == "share" else 100 if entry.unit in ("nps", "quality") else 1
        )
    low, high = entry.bounds or (-math.inf, math.inf)
    return {name: value for name, value in found.items() if low <= value <= high}


def next_whole(grain: str, moment: Moment) -> date:
    """The last day of the period that is the next to be complete."""
    return period_end(period_start(moment.complete_until, grain), grain) - timedelta(days=1)


def deadlines(grain: str, moment: Moment, count: int = 4) -> list[date]:
    """The last days of the next quarters (of weeks: of the next months): what a goal usually ends on."""
    step = "month" if grain == "week" else "quarter"
    found, day = list[date](), period_start(moment.complete_until, step)
    while len(found) < count:
        day = period_end(day, step)
        if day - timedelta(days=1) >= next_whole(grain, moment):
            found.append(day - timedelta(days=1))
    return found


def check_time(goal: Goal, moment: Moment) -> None:
    """Raise where no period can be complete between now and the deadline, so that nothing could ever be said."""
    if goal.deadline is None:
        return
    least = next_whole(goal.grain, moment) if goal.kind == "level" else moment.complete_until
    if goal.deadline < least:
        raise CxError(
            "The deadline ({deadline}) lies before the next whole {grain} is over. Choose {least} or later.",
            deadline=formats.day(goal.deadline),
            grain=grain_word(goal),
            least=formats.day(least),
        )


def is_cut(goal: Goal) -> bool:
    """Whether the deadline lies within a period, so that the last one counted ends before it."""
    return goal.kind == "level" and goal.deadline is not None and period_start(goal.until, goal.grain) != goal.until


# --- reviews ------------------------------------------------------------------------------------------------


def next_review(goal: Goal, last: date | None) -> date | None:
    """When it is looked at next: a rhythm after the last check-in, or after its start."""
    begin = last or goal.start
    if begin is None:
        return None
    if goal.rhythm in ("weekly", "fortnightly"):
        return begin + timedelta(days=7 if goal.rhythm == "weekly" else 14)
    return add_months(begin, 1 if goal.rhythm == "monthly" else 3)


def reviews(goal: Goal, last: date | None) -> list[date]:
    """All the days on which it is looked at, up to the deadline."""
    found, day = list[date](), next_review(goal, last)
    while day is not None and goal.deadline is not None and day < goal.deadline:
        found.append(day)
        day = next_review(goal, day)
    return found


# --- in words -----------------------------------------------------------------------------------------------


def grain_word(goal: Goal) -> str:
    """Week, month or quarter, within a sentence."""
    return _(GOAL_GRAINS[goal.grain]).lower()


def action_said(action: Action, *, late: bool = False) -> str:
    """What, who and by when: "Train the team – Bo, by 1 Dec 2026"."""
    about = [action.who] if action.who else []
    if action.done:
        about.append(_("done {day}", day=formats.day(action.done)))
    else:
        about += [_("by {day}", day=formats.day(action.by))] if action.by else []
        about += [_("overdue")] if late else []
    return f"{action.what} – {', '.join(about)}" if about else action.what


def name(goal: Goal) -> str:
    """What it is about: "CSAT, Noord"."""
    label = _(goal.entry.short or goal.entry.label)
    return f"{label}, {goal.where}" if goal.where else label


def sentence(goal: Goal) -> str:
    """The whole goal: "CSAT, Noord, from 78% to 83% by 31 Mar 2027, because renewals depend on it."."""
    unit = goal.entry.unit
    about = name(goal)
    if goal.target is None:
        said = about
    else:
        target = formats.value(goal.target, unit)
        if goal.kind == "total":
            words = (
                _("{about}: at least {target} in all")
                if goal.is_upwards
                else _("{about}: no more than {target} in all")
            )
            said = words.format(about=about, target=target)
        elif goal.baseline is None:
            said = _("{about} to {target}", about=about, target=target)
        elif goal.baseline == goal.target:
            said = _("{about} stays at {target} or better", about=about, target=target)
        else:
            start = formats.value(goal.baseline, unit)
            said = _("{about} from {start} to {target}", about=about, start=start, target=target)
    if goal.deadline is not None and goal.kind == "total" and goal.start is not None:
        said = _("{said}, {days}", said=said, days=formats.days(goal.start, goal.deadline))
    elif goal.deadline is not None:
        said = _("{said} by {deadline}", said=said, deadline=formats.day(goal.deadline))
    because = goal.because.strip().rstrip(".")
    return _("{said}, because {reason}.", said=said, reason=because) if because else f"{said}."


@dataclass(frozen=True)
class Letter:
    """One of S, M, A, R, T: whether the goal has it, and in words what it is, or what is missing."""

    letter: str
    word: str
    is_there: bool
    said: str


def letters(goal: Goal, moved: tuple[int, int] | None = None, actions: Sequence[Action] = ()) -> tuple[Letter, ...]:
    """The five letters. `moved`: (past stretches that moved at least as far, all of them), None where history is too short."""
    entry, unit = goal.entry, goal.entry.unit
    if goal.baseline is None and goal.kind == "level":
        measured = False, _("A baseline is missing: where it stands now.")
    elif goal.target is None:
        measured = False, _("A target is missing.")
    else:
        measured = True, _("from {start} to {target}", start=formats.value(0.0 if goal.kind == "total" else goal.baseline, unit), target=formats.value(goal.target, unit))  # fmt: skip
    if goal.target is None or goal.deadline is None:
        seen = False, _("Told once there is a target and a deadline.")
    elif moved is not None and moved[0]:
        seen = True, _("{times} of {all} past stretches moved as far", times=moved[0], all=moved[1])
    elif actions:
        seen = True, _("with {count} actions", count=len(actions)) if len(actions) > 1 else _("with an action")
    elif moved is not None:
        seen = False, _("None of {all} past stretches moved as far: add what you will do differently.", all=moved[1])
    else:
        seen = False, _("History is too short to tell: add what you will do for it.")
    if goal.deadline is None or goal.start is None:
        timed = False, _("A deadline is missing.")
    else:
        timed = True, formats.days(goal.start, goal.deadline)
    return (
        Letter("S", _("Specific"), True, f"{_(entry.label)}{f', {goal.where}' if goal.where else ''}"),
        Letter("M", _("Measurable"), *measured),
        Letter("A", _("Achievable"), *seen),
        Letter(
            "R", _("Relevant"), bool(goal.objective), goal.objective or _("Choose the business objective it serves.")
        ),
        Letter("T", _("Time-bound"), *timed),
    )


def as_draft(goal: Goal, found: Sequence[Letter]) -> Goal:
    """The goal as it may be kept: a draft where a letter is missing or nobody owns it."""
    return replace(goal, is_draft=not all(one.is_there for one in found) or not goal.owner.strip())
