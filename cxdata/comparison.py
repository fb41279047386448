"""A number now against a number before: the change, and whether it is more than noise.

In: a question in total and an earlier period. Out: a Comparison for each metric, with interval and verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pandas as pd

from cxdata import statistics
from cxdata.engine import Engine
from cxdata.filters import Period
from cxdata.metrics.base import Array, Curve, Metric, ProjectedValue, Quantile
from cxdata.queries import ask_parts, groups, measured_rows, part_arrays, scope
from cxdata.questions import TOTAL, Moment, Query


@dataclass(frozen=True)
class Comparison:
    """A number now and before. `change`: difference for rates and scores, relative for counts and durations.

    `value`, `n`, `low`, `high` are of the whole period asked, up to as-of. The comparison itself is of `period`, which
    ends with the last whole day, with `before_period`, the same stretch earlier.

    `verdict`: "better", "worse", "none" (no clear change) or "" (nothing to say). `low`, `high`: 95% interval of
    the difference in the metric's unit, nan where the metric has none; `p`: for durations, of the rank test.
    """

    metric: str
    value: float
    n: int
    low: float
    high: float
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


def compare(engine: Engine, query: Query, moment: Moment, before: Period | None = None) -> dict[str, Comparison]:
    """Each metric of a total question now and in an earlier period (default: the one just before), with a verdict.

    A period that as-of cuts is compared up to its last whole day, with the same stretch of the earlier one.
    """
    whole = query.filters.period
    now_period, before_period = whole.cut(moment.complete_until)
    if before is not None:
        stretch = (now_period.days or 0) if now_period != whole else None
        assert before.start is not None
        assert before.end is not None
        before_period = (
            before if stretch is None else Period(before.start, min(before.start + timedelta(days=stretch), before.end))
        )
    queries = {
        "whole": replace(query, grain=TOTAL, by=()),
        "now": replace(query, grain=TOTAL, by=(), filters=replace(query.filters, period=now_period)),
        "before": replace(
            query, grain=TOTAL, by=(), filters=replace(query.filters, period=before_period), intervals=False
        ),
    }
    found: dict[str, Comparison] = {}
    for group in groups(query):
        if isinstance(group[0].measure, Curve):
            continue
        if now_period == whole or moment.complete_until == moment.until:
            queries["whole"] = queries["now"]
        asked = {one: ask_parts(engine, group, one, moment) for one in dict.fromkeys(queries.values())}
        parts = {when: asked[one] for when, one in queries.items()}
        for index, entry in enumerate(group):
            rows = {
                when: measured_rows(entry, index, parts[when], queries[when], moment, engine).iloc[0]
                for when in queries
            }
            arrays = {when: part_arrays(parts[when], index) for when in queries}
            found[entry.name] = _compared(entry, rows, arrays, queries, moment, engine)
    return {name: found[name] for name in query.metrics if name in found}


def _compared(
    entry: Metric,
    rows: Mapping[str, pd.Series],
    arrays: Mapping[str, Mapping[str, Array]],
    queries: Mapping[str, Query],
    moment: Moment,
    engine: Engine,
) -> Comparison:
    whole, now, before = rows["whole"], rows["now"], rows["before"]
    p = np.nan
    low = high = np.nan
    enough = min(now["n"], before["n"]) >= moment.settings.minimum_n or entry.unit == "count"
    measured = not (np.isnan(now["value"]) or np.isnan(before["value"]))
    if isinstance(entry.measure, Quantile):
        p = mann_whitney(engine, entry, queries["now"], queries["before"], moment) if enough and measured else np.nan
        clear = bool(p < 0.05)
    elif isinstance(entry.measure, ProjectedValue):
        clear = False
    else:
        ends = entry.measure.difference(arrays["now"], arrays["before"])
        low, high = (float(np.atleast_1d(end)[0]) for end in ends)
        clear = bool(low > 0 or high < 0)
    difference = now["value"] - before["value"]
    change = difference if entry.is_rate else difference / before["value"] if before["value"] else np.nan
    return Comparison(
        entry.name,
        float(whole["value"]),
        int(whole["n"]),
        float(whole["low"]),
        float(whole["high"]),
        float(before["value"]),
        int(before["n"]),
        float(change),
        low,
        high,
        float(p),
        _verdict(entry, difference, clear and enough, measured and enough and not (np.isnan(low) and np.isnan(p))),
        queries["now"].filters.period,
        queries["before"].filters.period,
        queries["now"].filters.ignored(entry.table),
    )


def _verdict(entry: Metric, difference: float, clear: bool, judged: bool) -> str:
    if not judged or not entry.better:
        return ""
    if not clear or difference == 0:
        return "none"
    return "better" if (difference > 0) == (entry.better == "higher") else "worse"


def mann_whitney(engine: Engine, entry: Metric, now: Query, before: Query, moment: Moment) -> float:
    """Two-sided p-value that durations of two periods differ, from counts of equal values, exact with ties."""
    measure = entry.measure
    assert isinstance(measure, Quantile)
    x = measure.expression(now.filters.clock)
    conditions, params = scope(entry, replace(now, filters=replace(now.filters, period=Period())), moment)
    own = {}
    for when, query in (("now", now), ("before", before)):
        period = query.filters.period
        params[f"{when}_start"], params[f"{when}_end"] = period.start, min(period.end or moment.until, moment.until)
        own[when] = f"({entry.time}_on >= ${when}_start and {entry.time}_on < ${when}_end)"
    where = " and ".join([*conditions, f"({own['now']} or {own['before']})"])
    sql = f"""
        with tally as (
            select {x} as x, cast(count(*) filter (where {own["now"]}) as double) as a,
                   cast(count(*) filter (where {own["before"]}) as double) as b
            from {entry.facts} where {where} group by {x}),
        ranked as (
            select a, b, a + b as t, sum(b) over (order by x rows between unbounded preceding and current row) - b as below
            from tally where x is not null)
        select sum(a) as now_n, sum(b) as before_n, sum(a * (below + b * 5e-1)) as u, sum(t * t * t - t) as ties
        from ranked"""
    row = engine.query(sql, **params).to_pylist()[0]
    if not row["now_n"] or not row["before_n"]:
        return float("nan")
    return float(statistics.mann_whitney_p(row["u"], row["now_n"], row["before_n"], row["ties"]))
