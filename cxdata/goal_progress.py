"""How far a goal is, whether it can be reached, and where it is going: arithmetic on a goal and what was measured.

In: a Goal, what was measured in complete periods, floats in the metric's unit, nan for nothing. Out: Progress and
Achievable, frozen. Nothing here asks an engine. Definitions: METRICS, "Goals".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from scipy import special

from cxdata import formats, statistics
from cxdata.goals import Goal, grain_word
from cxdata.i18n import N_, _
from cxdata.questions import period_end, starts_between
from cxdata.statistics import ControlLimits, Forecast

REACHED, ON_TRACK, LAGGING, AT_RISK, MISSED, NO_DATA, NEW, DRAFT = (
    "reached", "on_track", "lagging", "at_risk", "missed", "no_data", "new", "draft",
)  # fmt: skip
STATUS_WORDS = {
    REACHED: N_("Reached"),
    ON_TRACK: N_("On track"),
    LAGGING: N_("Lagging"),
    AT_RISK: N_("At risk"),
    MISSED: N_("Missed"),
    NO_DATA: N_("No data"),
    NEW: N_("Just begun"),
    DRAFT: N_("Draft"),
}
VERDICT_OF = {REACHED: "better", ON_TRACK: "better", LAGGING: "lagging", AT_RISK: "worse", MISSED: "worse"}
"""What a status is worth, for its colour; others are neither."""
NEED = (AT_RISK, LAGGING, NO_DATA, MISSED, ON_TRACK, NEW, REACHED, DRAFT)
"""The statuses in the order in which a meeting needs to talk about them."""
ON, BEHIND = 0.95, 0.75  # shares of what is expected, from which on a goal is on track, lagging
LEAST_STRETCHES = 4
RECENT = 12  # complete periods that the usual limits are told from
POWER = 0.8


@dataclass(frozen=True)
class Measured:
    """What a goal is held against its path with: a complete period, or for a total the days up to now.

    `end`: the day after the last one of it; `low`, `high`: the 95% interval.
    """

    start: date
    end: date
    value: float
    n: int
    low: float = math.nan
    high: float = math.nan


@dataclass(frozen=True)
class Progress:
    """Where a goal stands. `reason` of "no_data": few, nothing, gone or no_period; "" for other statuses.

    `progress` and `expected`: shares of the way from baseline to target, nan where there is no way to go; `wanted`: what
    the path asks of this period. `is_clear`: the value lies beyond its own interval from what is wanted.
    """

    status: str
    measured: Measured | None = None
    progress: float = math.nan
    expected: float = math.nan
    wanted: float = math.nan
    is_clear: bool = True
    reason: str = ""
    minimum: int = 0


@dataclass(frozen=True)
class Achievable:
    """What history says of a step: of `stretches` as long, `reached` moved at least as far; the least and most they moved.

    `moves` are signed in the wanted direction. `limits`: of the last complete periods, None where there are too few;
    `within_noise`: the target lies inside them; `answers`: how many a period it takes to tell the step from noise (at 95%,
    four times in five), nan where that cannot be said, and `now`: how many there are.
    """

    stretches: int
    reached: int
    least: float = math.nan
    most: float = math.nan
    limits: ControlLimits | None = None
    within_noise: bool = False
    answers: float = math.nan
    now: int = 0

    @property
    def is_known(self) -> bool:
        return self.stretches >= LEAST_STRETCHES

    @property
    def moved(self) -> tuple[int, int] | None:
        return (self.reached, self.stretches) if self.is_known else None


# --- where it stands ----------------------------------------------------------------------------------------


def progress(goal: Goal, measured: Measured | None, *, is_over: bool, minimum: int, reason: str = "") -> Progress:
    """The status of a goal on its newest complete period; of a total on all days up to now.

    `is_over`: the deadline lies in the past of the data. `minimum`: the least n that is judged. `reason`: why nothing
    was measured, where that is known.
    """
    if goal.is_draft or not goal.is_set:
        return Progress(DRAFT)
    if reason:
        return Progress(NO_DATA, reason=reason)
    if measured is None:
        return Progress(NO_DATA, reason="no_period") if is_over else Progress(NEW)
    if math.isnan(measured.value):
        return Progress(NO_DATA, measured, reason="nothing")
    if goal.entry.unit != "count" and measured.n < minimum:
        return Progress(NO_DATA, measured, reason="few", minimum=minimum)
    assert goal.baseline is not None
    assert goal.target is not None
    begin = 0.0 if goal.kind == "total" else goal.baseline
    wanted = goal.path(measured.end)
    way, done, due = goal.target - begin, measured.value - begin, wanted - begin
    share, expected = (done / way, due / way) if way else (math.nan, math.nan)
    clear = not (measured.low <= wanted <= measured.high)
    status = _of_total(goal, measured.value, wanted, is_over) if goal.kind == "total" else _of_level(goal, measured, done, due, is_over)  # fmt: skip
    return Progress(status, measured, share, expected, wanted, clear)


def _is_there(goal: Goal, value: float) -> bool:
    assert goal.target is not None
    return value >= goal.target if goal.is_upwards else value <= goal.target


def _of_level(goal: Goal, measured: Measured, done: float, due: float, is_over: bool) -> str:
    """Against the share of the way that was to be gone by now; of a level to be held, against the level itself."""
    there = _is_there(goal, measured.value)
    if is_over:
        return REACHED if there else MISSED
    if goal.target == goal.baseline and not goal.steps:
        held = not math.isnan(measured.low) and measured.low <= goal.path(measured.end) <= measured.high
        return ON_TRACK if there else LAGGING if held else AT_RISK
    if there:
        return REACHED
    if not due:
        return ON_TRACK if done * (1 if goal.is_upwards else -1) >= 0 else AT_RISK
    return _by_share(done / due)


def _of_total(goal: Goal, value: float, wanted: float, is_over: bool) -> str:
    """At least so many: against what was to be there by now. No more than so many: against what was to be used up by now."""
    assert goal.target is not None
    if goal.is_upwards:
        if value >= goal.target:
            return REACHED
        return MISSED if is_over else _by_share(value / wanted) if wanted else ON_TRACK
    if value > goal.target:
        return MISSED
    if is_over:
        return REACHED
    over = value / wanted if wanted else math.inf if value else 0.0
    return ON_TRACK if over <= 2 - ON else LAGGING if over <= 2 - BEHIND else AT_RISK


def _by_share(share: float) -> str:
    return ON_TRACK if share >= ON else LAGGING if share >= BEHIND else AT_RISK


# --- where it goes ------------------------------------------------------------------------------------------


def forecast(goal: Goal, values: Sequence[float], last_end: date, so_far: float = 0.0) -> Forecast | None:
    """What the deadline brings if nothing changes, with the range that holds four times in five.

    values: of the complete periods up to the one that ends just before `last_end`, oldest first. `so_far`: of a total,
    what there is already. None with too few periods, and after the deadline.
    """
    if goal.deadline is None or last_end >= goal.until or goal.entry.matures:
        return None
    bounds = goal.entry.bounds or ((0.0, math.inf) if goal.entry.unit in ("count", "duration", "money") else None)
    ahead = steps_ahead(goal, last_end)
    if not ahead:
        return None
    if goal.kind == "level":
        return statistics.forecast(values, [ahead[-1]], clip=bounds)
    assert goal.start is not None
    begin = max(last_end, goal.start)
    to_come = starts_between(begin, goal.until, goal.grain)
    found = statistics.forecast(values, ahead[-len(to_come) :], clip=bounds)
    if found is None:
        return None
    whole = sum((period_end(start, goal.grain) - start).days for start in to_come)
    part = (goal.until - begin).days / whole
    return Forecast(so_far + found.value * part, so_far + found.low * part, so_far + found.high * part, found.slope)


def steps_ahead(goal: Goal, last_end: date) -> list[int]:
    """How many periods ahead of the newest complete one those up to the deadline lie; of a level whole ones only."""
    starts = starts_between(last_end, goal.until, goal.grain)
    if goal.kind == "level":
        starts = [start for start in starts if period_end(start, goal.grain) <= goal.until]
    return list(range(1, len(starts) + 1))


def needed(goal: Goal, found: Progress) -> float:
    """What has to change a period from now on to reach the target in time; nan where that cannot be said."""
    if found.measured is None or goal.target is None or math.isnan(found.measured.value):
        return math.nan
    left = len(steps_ahead(goal, found.measured.end))
    return (goal.target - found.measured.value) / left if left else math.nan


def likely(goal: Goal, ahead: Forecast) -> str:
    """Whether the forecast reaches the target: "yes" (the whole range does), "maybe" or "no"."""
    assert goal.target is not None
    ends = (ahead.low, ahead.high) if goal.is_upwards else (-ahead.high, -ahead.low)
    target = goal.target if goal.is_upwards else -goal.target
    return "yes" if ends[0] >= target else "no" if ends[1] < target else "maybe"


# --- whether it can be reached ------------------------------------------------------------------------------


def achievable(
    goal: Goal, values: Sequence[float], low: Sequence[float], high: Sequence[float], n: Sequence[int]
) -> Achievable:
    """What history says of the step from baseline to target; all arrays are of complete periods in order of time.

    Stretches are as long as the goal and follow each other back from the newest period; one at whose ends nothing was
    measured counts as none.
    """
    assert goal.start is not None
    given = np.asarray(values, dtype=float)
    if goal.kind == "total":
        moves = _totals(goal, given)
    else:
        length = max(len(starts_between(goal.start, goal.until, goal.grain)), 1)
        ends = given[::-1][::length]
        moves = ends[:-1] - ends[1:]
    moves = moves[~np.isnan(moves)]
    sign = 1 if goal.is_upwards else -1
    reached = 0
    if goal.target is not None and goal.baseline is not None:
        step = goal.target if goal.kind == "total" else goal.target - goal.baseline
        near = 1e-9 * max(abs(step), 1e-9)
        reached = int(np.sum(sign * moves >= sign * step - near))
    limits = (
        statistics.xmr(given[-RECENT:], clip=goal.entry.bounds)
        if goal.kind == "level" and not goal.entry.matures
        else None
    )
    inside = limits is not None and goal.target is not None and limits.low < goal.target < limits.high
    signed = sorted(float(sign * move) for move in moves)
    return Achievable(
        len(moves), reached, signed[0] if signed else math.nan, signed[-1] if signed else math.nan, limits, inside,
        *_answers(goal, low, high, n),
    )  # fmt: skip


def _totals(goal: Goal, given: statistics.Array) -> statistics.Array:
    """What past stretches as long as the goal came to."""
    assert goal.start is not None
    length = max(len(starts_between(goal.start, goal.until, goal.grain)), 1)
    count = given.size // length
    newest = given[given.size - count * length :].reshape(count, length)
    return np.asarray(newest.sum(axis=1), dtype=float)


def _answers(goal: Goal, low: Sequence[float], high: Sequence[float], n: Sequence[int]) -> tuple[float, int]:
    """(how many rows a period it takes to tell the step from noise, how many the newest periods have).

    From the width of the newest intervals: a difference of two periods is seen at 95% with a power of 80% if it is
    1.96 + 0.84 standard errors of it.
    """
    counts = [int(one) for one in n][-RECENT:]
    now = int(np.median(counts)) if counts else 0
    if goal.kind == "total" or goal.target is None or goal.baseline is None or goal.target == goal.baseline:
        return math.nan, now
    width = np.asarray(high, dtype=float)[-RECENT:] - np.asarray(low, dtype=float)[-RECENT:]
    size = np.asarray(counts, dtype=float)
    known = ~np.isnan(width) & (width > 0) & (size > 0)
    if not known.any():
        return math.nan, now
    z = float(special.ndtri(0.975))
    variance = float(np.median((width[known] / 2 / z) ** 2 * size[known]))  # of one row
    return math.ceil(2 * variance * ((z + float(special.ndtri(POWER))) / (goal.target - goal.baseline)) ** 2), now


# --- in words -----------------------------------------------------------------------------------------------


def said_of(goal: Goal, found: Progress) -> str:
    """Where it stands, in one or two sentences."""
    entry, at = goal.entry, found.measured
    if found.status == DRAFT:
        return _("A draft: it is not followed until all five letters are there and somebody owns it.")
    if found.status == NEW:
        return _("No {grain} of it is complete yet.", grain=grain_word(goal))
    if at is None:
        return _(_NOTHING.get(found.reason, _NOTHING["no_period"]))
    when = _up_to(at) if goal.kind == "total" else formats.period(at.start, goal.grain)
    when = when[:1].upper() + when[1:]
    if found.reason == "nothing":
        return _("{period}: not measured.", period=when)
    value = formats.value(at.value, entry.unit)
    value += "" if entry.unit == "count" else f" (n = {formats.decimal(at.n, 0)})"
    if found.reason == "few":
        return _("{period}: {value}, measured on fewer than {minimum}, so it is not judged.", period=when, value=value, minimum=found.minimum)  # fmt: skip
    said = _("{period}: {value}, where the path asks {wanted}.", period=when, value=value, wanted=formats.value(found.wanted, entry.unit))  # fmt: skip
    if found.status in (LAGGING, AT_RISK) and not found.is_clear:
        said = f"{said} {_('The distance is within the noise of one {grain}.', grain=grain_word(goal))}"
    return said


def _up_to(at: Measured) -> str:
    return _("up to {day}", day=formats.day(at.end - timedelta(days=1)))


_NOTHING = {
    "no_period": N_("No whole period of it was measured."),
    "nothing": N_("There is no data for this yet."),
    "gone": N_("The data has no such rows any more: check its filters."),
}


def progress_said(goal: Goal, found: Progress) -> str:
    """How far along the way it is and should be; "" where there is no way to go."""
    if math.isnan(found.progress):
        return ""
    done, due = formats.percent(found.progress, 0), formats.percent(found.expected, 0)
    if goal.kind == "total" and not goal.is_upwards:
        return _("{done} used up, where {due} is the pace", done=done, due=due)
    return _("{done} of the way, where {due} is asked", done=done, due=due)


def needed_said(goal: Goal, found: Progress, needed: float) -> str:
    """What has to change a period from now on; "" for a total, where it is reached, and where that cannot be said."""
    if goal.kind == "total" or found.status not in (ON_TRACK, LAGGING, AT_RISK) or math.isnan(needed) or not needed:
        return ""
    step = formats.difference(needed, goal.entry.unit)
    return _("It takes {change} a {grain} from now on.", change=step, grain=grain_word(goal))


def forecast_said(goal: Goal, ahead: Forecast | None) -> str:
    """Where it goes if nothing changes; "" where that cannot be told."""
    if ahead is None or goal.deadline is None:
        return ""
    unit = goal.entry.unit
    ends = {
        "value": formats.value(ahead.value, unit), "low": formats.value(ahead.low, unit),
        "high": formats.value(ahead.high, unit), "day": formats.day(goal.deadline),
    }  # fmt: skip
    said = _("If nothing changes: {value} on {day}, four times in five between {low} and {high}.", **ends)
    verdict = {
        "yes": N_("That reaches the target."),
        "maybe": N_("The target lies within that range."),
        "no": N_("That does not reach the target."),
    }[likely(goal, ahead)]
    return f"{said} {_(verdict)}"


def achievable_said(goal: Goal, found: Achievable) -> list[str]:
    """What history says of the step, in sentences."""
    assert goal.target is not None
    entry, unit = goal.entry, goal.entry.unit
    if not found.is_known:
        said = [_("Not enough history: it takes {least} stretches as long as this goal, and there are {count}.", least=LEAST_STRETCHES, count=found.stretches)]  # fmt: skip
    elif goal.kind == "total":
        ends = sorted(abs(end) for end in (found.least, found.most))
        said = [
            _(
                "{times} of the past {all} stretches as long did as well; they came to {low} – {high}.",
                times=found.reached,
                all=found.stretches,
                low=formats.value(ends[0], unit),
                high=formats.value(ends[1], unit),
            )
        ]
    else:
        sign = 1 if goal.is_upwards else -1
        said = [
            _(
                "{times} of the past {all} stretches as long moved at least that far. They moved between {low} and {high}.",
                times=found.reached, all=found.stretches, low=formats.difference(sign * found.least, unit),
                high=formats.difference(sign * found.most, unit),
            )
        ]  # fmt: skip
    if found.limits is not None and found.within_noise:
        said.append(
            _(
                "The target lies within the usual {low} – {high} of one {grain}: it will be touched by luck. Judge it on more than one.",
                low=formats.value(found.limits.low, unit), high=formats.value(found.limits.high, unit), grain=grain_word(goal),
            )
        )  # fmt: skip
    if entry.matures:
        said.append(_("The newest periods still change: what they count has had less time."))
    if not math.isnan(found.answers) and entry.unit != "count" and found.answers > found.now:
        said.append(
            _(
                "To tell this step from noise takes about {answers} a {grain}; there are {now}.",
                answers=formats.decimal(found.answers, 0), grain=grain_word(goal), now=formats.decimal(found.now, 0),
            )
        )  # fmt: skip
    return said
