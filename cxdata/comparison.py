"""A number now against a number before: the change, and whether it is more than noise.

In: a question in total and an earlier period. Out: a Comparison for each metric, with interval and verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np

from cxdata import tallies
from cxdata.engine import Engine
from cxdata.filters import Period
from cxdata.metrics.base import Curve, Metric, ProjectedValue, Quantile
from cxdata.queries import Parts, ask_parts, groups, measured
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
        "before": replace(query, grain=TOTAL, by=(), filters=replace(query.filters, period=before_period)),
    }
    found: dict[str, Comparison] = {}
    for group in groups(query):
        if isinstance(group[0].measure, Curve):
            continue
        if now_period == whole or moment.complete_until == moment.until:
            queries["whole"] = queries["now"]
        asked = {one: ask_parts(engine, group, one, moment) for one in dict.fromkeys(queries.values())}
        parts = {when: asked[one] for when, one in queries.items()}
        for entry in group:
            rows = {when: measured(entry, parts[when], queries[when], moment, engine) for when in queries}
            found[entry.name] = _compared(entry, rows, parts, queries, moment)
    return {name: found[name] for name in query.metrics if name in found}


def _compared(
    entry: Metric,
    rows: Mapping[str, Mapping[str, Any]],
    parts: Mapping[str, Parts],
    queries: Mapping[str, Query],
    moment: Moment,
) -> Comparison:
    whole, now, before = ({name: column[0] for name, column in rows[when].items()} for when in queries)
    p = np.nan
    low = high = np.nan
    enough = min(now["n"], before["n"]) >= moment.settings.minimum_n or entry.unit == "count"
    is_measured = not (np.isnan(now["value"]) or np.isnan(before["value"]))
    if isinstance(entry.measure, Quantile):
        duration = entry.measure.duration
        if enough and is_measured:
            p = tallies.mann_whitney(parts["now"].tallies[duration], parts["before"].tallies[duration])
        clear = bool(p < 0.05)
    elif isinstance(entry.measure, ProjectedValue):
        clear = False
    else:
        ends = entry.measure.difference(parts["now"].arrays[entry.name], parts["before"].arrays[entry.name])
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
        _verdict(entry, difference, clear and enough, is_measured and enough and not (np.isnan(low) and np.isnan(p))),
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
