"""Goals against the data: what is asked of an engine to know where a goal stands and where it goes.

In: an engine, goals, the moment. Out: a Standing for each. The arithmetic is in `goal_progress`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from cxdata import goal_progress, queries
from cxdata.engine import Engine
from cxdata.errors import CxError
from cxdata.filters import NOTHING, Period, add_months
from cxdata.goal_progress import Achievable, Measured, Progress
from cxdata.goals import Goal
from cxdata.i18n import _
from cxdata.questions import TOTAL, Answer, Moment, Query, period_end, period_start
from cxdata.statistics import Forecast

YEARS = 10  # of history that is looked at
BASELINE = 3  # complete periods that a proposed baseline is measured on


@dataclass(frozen=True, eq=False)
class Standing:
    """A goal with where it stands. `history`: its metric over all periods, partial ones marked; None without data."""

    goal: Goal
    found: Progress
    ahead: Forecast | None = None
    needed: float = math.nan
    history: Answer | None = None

    @property
    def status(self) -> str:
        return self.found.status


def standing(engine: Engine, goal: Goal, moment: Moment) -> Standing:
    """Where a goal stands at a moment."""
    series = history(engine, goal, moment)
    reason = "gone" if is_gone(engine, goal) else "nothing" if series is None else ""
    if reason or series is None or not goal.is_set:
        return Standing(
            goal, goal_progress.progress(goal, None, is_over=False, minimum=1, reason=reason), history=series
        )
    rows = complete(series)
    is_over = moment.complete_until >= goal.until
    measured = _total(engine, goal, moment) if goal.kind == "total" else _newest(goal, rows)
    found = goal_progress.progress(goal, measured, is_over=is_over, minimum=moment.settings.minimum_n)
    ahead = None
    if measured is not None and not is_over and not goal.is_draft:
        until = min(moment.complete_until, goal.until) if goal.kind == "total" else measured.end
        values = rows[rows["end"] <= until]["value"].tolist()
        so_far = 0.0 if math.isnan(measured.value) else measured.value
        ahead = goal_progress.forecast(goal, values, until, so_far)
    return Standing(goal, found, ahead, goal_progress.needed(goal, found), series)


def history(engine: Engine, goal: Goal, moment: Moment) -> Answer | None:
    """The metric of a goal on its rows, period by period, as far back as there is data; None where there is none."""
    first = queries.first_day(engine, goal.entry)
    if first is None:
        return None
    start = period_start(max(first, add_months(moment.until, -12 * YEARS)), goal.grain)
    if start >= moment.until:
        return None
    query = Query((goal.metric,), goal.grain, (), goal.filters(Period(start, moment.until)))
    return queries.ask(engine, query, moment)


def complete(series: Answer) -> pd.DataFrame:
    """The complete periods of a series from the first one measured on, with the day after each (`end`)."""
    rows = series.rows[~series.rows["partial"].astype(bool)].reset_index(drop=True)
    ends = [period_end(start, series.query.grain) for start in rows["period"]]
    rows = rows.assign(end=ends)
    measured = np.flatnonzero(rows["n"].to_numpy(dtype=float) > 0)
    return rows.iloc[int(measured[0]) if measured.size else len(rows) :].reset_index(drop=True)


def _newest(goal: Goal, rows: pd.DataFrame) -> Measured | None:
    """The newest complete period from the start of a goal up to its deadline."""
    own = rows[(rows["period"] >= goal.start) & (rows["end"] <= goal.until)]
    if own.empty:
        return None
    row = own.iloc[-1]
    return Measured(
        row["period"], row["end"], float(row["value"]), int(row["n"]), float(row["low"]), float(row["high"])
    )


def _total(engine: Engine, goal: Goal, moment: Moment) -> Measured | None:
    """What a total has come to on the whole days so far."""
    assert goal.start is not None
    until = min(moment.complete_until, goal.until)
    if until <= goal.start:
        return None
    row = queries.ask(engine, Query((goal.metric,), TOTAL, (), goal.filters(Period(goal.start, until))), moment).one(
        goal.metric
    )
    return Measured(goal.start, until, float(row["value"]), int(row["n"]))


def is_gone(engine: Engine, goal: Goal) -> bool:
    """Whether the data has none of the values of a dimension that a goal is about."""
    return any(
        words and not set(words) & {*queries.distinct_values(engine, name), NOTHING}
        for name, words in goal.values.items()
    )


# --- setting one --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Baseline:
    """Where a metric stands now: its value over the last complete periods together, and which days those are."""

    period: Period
    value: float
    n: int


def baseline(engine: Engine, goal: Goal, moment: Moment) -> Baseline:
    """The value of the last three complete periods together, which is less noisy than that of one. Raises CxError where
    nothing was measured in them."""
    end = period_start(moment.complete_until, goal.grain)
    start = end
    for _period in range(BASELINE):
        start = period_start(start - timedelta(days=1), goal.grain)
    row = queries.ask(engine, Query((goal.metric,), TOTAL, (), goal.filters(Period(start, end))), moment).one(
        goal.metric
    )
    if math.isnan(row["value"]) or not row["n"]:
        raise CxError(
            "{metric} was not measured in the last {count} whole periods on these rows, so there is no baseline. Choose another metric or "
            "other filters, or import the data first.",
            metric=_(goal.entry.label),
            count=BASELINE,
        )
    return Baseline(Period(start, end), float(row["value"]), int(row["n"]))


def achievable(engine: Engine, goal: Goal, moment: Moment, series: Answer | None = None) -> Achievable:
    """What history says of the step that a goal asks."""
    series = series or history(engine, goal, moment)
    if series is None or goal.start is None or goal.deadline is None:
        return Achievable(0, 0)
    rows = complete(series)
    columns = (rows[name].tolist() for name in ("value", "low", "high", "n"))
    return goal_progress.achievable(goal, *columns)


def ahead_of(engine: Engine, goal: Goal, moment: Moment, series: Answer | None = None) -> Forecast | None:
    """What the deadline of a goal that is being set brings if nothing changes."""
    series = series or history(engine, goal, moment)
    if series is None or goal.start is None or goal.deadline is None:
        return None
    rows = complete(series)
    if rows.empty:
        return None
    values = rows["value"].tolist()
    if goal.kind == "level":
        return goal_progress.forecast(goal, values, rows["end"].iloc[-1])
    so_far = _total(engine, goal, moment)
    return goal_progress.forecast(goal, values, moment.complete_until, so_far.value if so_far else 0.0)


# --- goals together -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Together:
    """What the goals that add up to another come to if all of them are reached, in its unit; `missing`: why it cannot be said."""

    value: float
    parts: tuple[Goal, ...]
    is_enough: bool
    missing: str = ""


def together(engine: Engine, whole: Goal, parts: Sequence[Goal], moment: Moment) -> Together:
    """Whether goals of parts (teams) bring the whole to its target: totals are added, levels weighed by their rows now."""
    own = tuple(one for one in parts if one.metric == whole.metric and one.is_set and one.kind == whole.kind)
    if not own or whole.target is None:
        return Together(math.nan, own, False, _("No goal on the same metric adds up to it."))
    if whole.kind == "total":
        value = sum(one.target or 0.0 for one in own)
    else:
        weights = [max(baseline(engine, replace(one, grain=whole.grain), moment).n, 1) for one in own]
        value = sum((one.target or 0.0) * weight for one, weight in zip(own, weights, strict=True)) / sum(weights)
    enough = value >= whole.target if whole.is_upwards else value <= whole.target
    return Together(value, own, enough)


def follow(engine: Engine, found: Sequence[Goal], moment: Moment) -> list[Standing]:
    """Where several goals stand, those that need it most first."""
    return by_need(standing(engine, goal, moment) for goal in found)


def by_need(standings: Iterable[Standing]) -> list[Standing]:
    """Those that need it most first, then those that end first."""
    return sorted(
        standings, key=lambda one: (goal_progress.NEED.index(one.status), one.goal.deadline or date.max, one.goal.id)
    )
