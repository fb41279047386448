"""A number against another: now and before, one selection and another; the difference, and whether it is more than noise.

In: a question in total and the filters it is held against. Out: a Comparison for each metric, or for each group, with
interval and verdict; several verdicts together allow for their number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from cxdata import statistics, tallies
from cxdata.arrays import Array, Key, sortable
from cxdata.engine import Engine
from cxdata.filters import Filters, Period
from cxdata.metrics import metric
from cxdata.metrics.base import Count, Curve, FlowCount, Metric, ProjectedValue, Quantile
from cxdata.queries import Parts, aligned, ask_parts, distinct_values, groups, measured
from cxdata.questions import TOTAL, Moment, Query

LEVEL = 0.05  # of a verdict, or of the false discoveries among several
_UNEQUAL = 0.15  # periods whose lengths differ by more hold counts that cannot be compared


@dataclass(frozen=True)
class Comparison:
    """A number and what it is held against. `change`: difference for rates and scores, relative for counts and durations.

    `value`, `n`, `low`, `high` are of the whole period asked, up to as-of. The comparison itself is of `period`, which
    ends with the last whole day, with `before_period`, the same stretch of the other one; `now` is the value there.

    `verdict`: "better", "worse", "none" (no clear change) or "" (nothing to say). `difference_low`, `difference_high`: 95%
    interval of the difference in the metric's unit, nan where the metric has none; `p`: of the test that goes with it, for
    durations the rank test.
    """

    metric: str
    value: float
    n: int
    low: float
    high: float
    now: float
    before: float
    before_n: int
    change: float
    difference_low: float
    difference_high: float
    p: float
    verdict: str
    period: Period
    before_period: Period
    ignored: tuple[str, ...] = ()


def stretches(whole: Period, before: Period, until: date) -> tuple[Period, Period]:
    """(a period up to `until`, the same stretch of another one): a cut period is not compared with a whole one."""
    now, _previous = whole.cut(until)
    if now == whole or before.start is None or before.end is None:
        return now, before
    return now, Period(before.start, min(before.start + timedelta(days=now.days or 0), before.end))


def compare(
    engine: Engine, query: Query, moment: Moment, other: Period | Filters | None = None
) -> dict[str, Comparison]:
    """Each metric of a question in total and in another period or selection (default: the period just before).

    A period that as-of cuts is compared up to its last whole day, with the same stretch of the other one. Verdicts allow
    for the number of metrics: of ten numbers that did not change, one at least looks changed in 40% of the cases if
    each is judged by itself (docs/noise.md).
    """
    found = compare_apart(engine, query, moment, other)
    return dict(zip(found, allowing_for_many(list(found.values())), strict=True))


def compare_apart(
    engine: Engine, query: Query, moment: Moment, other: Period | Filters | None = None
) -> dict[str, Comparison]:
    """As `compare`, each verdict by itself."""
    found = _compared(engine, replace(query, grain=TOTAL, by=()), moment, other)
    return {name: own[()] for name, own in found.items()}


def compare_groups(
    engine: Engine, query: Query, moment: Moment, other: Period | Filters | None = None
) -> dict[Key, Comparison]:
    """Each group of a question about one metric, as `compare`, with verdicts that allow for the number of groups."""
    (found,) = _compared(engine, replace(query, grain=TOTAL), moment, other).values()
    return dict(zip(found, allowing_for_many(list(found.values())), strict=True))


@dataclass(frozen=True)
class Rest:
    """In place of an earlier period: the other groups together are what each group is held against."""


REST = Rest()


def compare_with_rest(engine: Engine, query: Query, moment: Moment, most: int = 12) -> dict[Key, Comparison]:
    """{(metric, group): comparison} of the groups of one dimension, each against the other groups together, in total.

    The largest groups only; rows that name no group are on neither side. Counts are not compared: a large group is no
    better than a small one. Verdicts allow for the number of all of them.
    """
    by, filters = query.by[0], query.filters
    chosen = filters.values.get(by, ())
    words = [word for word in distinct_values(engine, by)[:most] if word in chosen or not chosen]
    names = tuple(name for name in dict.fromkeys(query.metrics) if metric(name).unit != "count")
    found: dict[Key, Comparison] = {}
    for word in words if len(words) > 1 and names else []:
        others = tuple(other for other in words if other != word)
        own, rest = (replace(filters, values={**filters.values, by: side}) for side in ((word,), others))
        apart = compare_apart(engine, Query(names, filters=own), moment, rest)
        found |= {(name, word): one for name, one in apart.items()}
    return dict(zip(found, allowing_for_many(list(found.values())), strict=True))


def allowing_for_many(found: Sequence[Comparison]) -> list[Comparison]:
    """The comparisons with verdicts that keep the share of false ones among the clear ones at 5% (Benjamini–Hochberg)."""
    judged = np.array([one.p if one.verdict else np.nan for one in found])
    adjusted = statistics.benjamini_hochberg(judged)
    return [
        replace(one, verdict="none") if one.verdict and not p < LEVEL else one
        for one, p in zip(found, adjusted, strict=True)
    ]


def records(found: Sequence[Comparison], own: str, other: str) -> list[dict[str, object]]:
    """The comparisons as plain values under the names of the sides: durations in seconds, shares as 0–1, None for nothing."""
    return [
        {
            "metric": one.metric,
            other: _plain(one.before),
            own: _plain(one.now),
            "change": _plain(one.change),
            "difference_low": _plain(one.difference_low),
            "difference_high": _plain(one.difference_high),
            "p": _plain(one.p),
            f"n_{other}": one.before_n,
            f"n_{own}": one.n,
            "verdict": one.verdict,
            f"{other}_from": one.before_period.start,
            f"{other}_to": one.before_period.end,
            f"{own}_from": one.period.start,
            f"{own}_to": one.period.end,
            "unit": metric(one.metric).unit,
        }
        for one in found
    ]


def _plain(number: float) -> float | None:
    return None if np.isnan(number) else float(number)


def periods(query: Query, moment: Moment, other: Period | Filters | None) -> tuple[Filters, Filters]:
    """(the filters of the stretch that is compared, those of what it is held against)."""
    whole = query.filters.period
    held = other if isinstance(other, Filters) else replace(query.filters, period=other or whole.previous())
    now, before = stretches(whole, held.period, moment.complete_until)
    return replace(query.filters, period=now), replace(held, period=before)


def _compared(
    engine: Engine, query: Query, moment: Moment, other: Period | Filters | None
) -> dict[str, dict[Key, Comparison]]:
    """{metric: {key of a group: comparison}}, groups in order; a total has the key ()."""
    now, before = periods(query, moment, other)
    asked = {"whole": query, "now": replace(query, filters=now), "before": replace(query, filters=before)}
    if now.period == query.filters.period or moment.complete_until == moment.until:
        asked["whole"] = asked["now"]
    found: dict[str, dict[Key, Comparison]] = {}
    for group in groups(query):
        if isinstance(group[0].measure, Curve):
            continue
        answers = {one: ask_parts(engine, group, one, moment) for one in dict.fromkeys(asked.values())}
        parts = together({when: answers[one] for when, one in asked.items()})
        for entry in group:
            rows = {when: measured(entry, parts[when], asked[when], moment, engine) for when in asked}
            found[entry.name] = _judged(entry, rows, parts, asked, moment)
    return {name: found[name] for name in query.metrics if name in found}


def together(parts: Mapping[str, Parts]) -> dict[str, Parts]:
    """The same keys in each, in order: a group that was not there then counts nothing."""
    keys = tuple(sorted({key for own in parts.values() for key in own.keys}, key=sortable))
    return {when: replace(own, keys=keys, arrays=aligned(own.keys, own.arrays, keys)) for when, own in parts.items()}


def _judged(
    entry: Metric,
    rows: Mapping[str, Mapping[str, Any]],
    parts: Mapping[str, Parts],
    asked: Mapping[str, Query],
    moment: Moment,
) -> dict[Key, Comparison]:
    whole, now, before = rows["whole"], rows["now"], rows["before"]
    keys = parts["now"].keys
    enough = np.minimum(now["n"], before["n"]) >= moment.settings.minimum_n
    if entry.unit == "count":
        enough = np.ones(len(keys), dtype=bool)
    low, high, p = _tested(entry, parts)
    difference = now["value"] - before["value"]
    clear = p < LEVEL
    judged = ~np.isnan(difference) & enough & ~(np.isnan(low) & np.isnan(p))
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.where(before["value"] != 0, difference / before["value"], np.nan)
    change = difference if entry.is_rate else relative
    if _grows_with_time(entry) and _unequal(asked["now"].filters.period, asked["before"].filters.period):
        change = np.full(change.shape, np.nan)
    return {
        key: Comparison(
            entry.name,
            float(whole["value"][at]),
            int(whole["n"][at]),
            float(whole["low"][at]),
            float(whole["high"][at]),
            float(now["value"][at]),
            float(before["value"][at]),
            int(before["n"][at]),
            float(change[at]),
            float(low[at]),
            float(high[at]),
            float(p[at]),
            _verdict(entry, float(difference[at]), bool(clear[at]), bool(judged[at])),
            asked["now"].filters.period,
            asked["before"].filters.period,
            asked["now"].filters.ignored(entry.table),
        )
        for at, key in enumerate(keys)
    }


def _tested(entry: Metric, parts: Mapping[str, Parts]) -> tuple[Array, Array, Array]:
    """The ends of the interval of each group's difference, and p; nan where the metric has none."""
    keys = parts["now"].keys
    nothing = np.full(len(keys), np.nan)
    if isinstance(entry.measure, ProjectedValue):
        return nothing, nothing, nothing
    if isinstance(entry.measure, Quantile):
        own, other = (parts[when].tallies[entry.measure.duration] for when in ("now", "before"))
        return nothing, nothing, np.array([tallies.mann_whitney(own.of(key), other.of(key)) for key in keys])
    now, before = parts["now"].arrays[entry.name], parts["before"].arrays[entry.name]
    low, high = entry.measure.difference(now, before)
    if np.isnan(low).all():
        return low, high, nothing
    return low, high, entry.measure.p_value(now, before)


def _grows_with_time(entry: Metric) -> bool:
    """Whether a longer period holds more of it: counts of what happened, not of what there is."""
    measure = entry.measure
    return isinstance(measure, Count) or (isinstance(measure, FlowCount) and measure.column != "closing")


def _unequal(one: Period, other: Period) -> bool:
    return bool(one.days and other.days and abs(one.days / other.days - 1) > _UNEQUAL)


def _verdict(entry: Metric, difference: float, clear: bool, judged: bool) -> str:
    if not judged or not entry.better:
        return ""
    if not clear or difference == 0:
        return "none"
    return "better" if (difference > 0) == (entry.better == "higher") else "worse"
