"""From a question to an answer: Query -> SQL -> engine -> Answer.

In: which metrics, by what, over which period and filters. Out: rows with value, n, interval and whether the period
is partial. Metrics that share a table and an instant are asked in one scan; the previous period is the same
question with another period. Nothing above this module does arithmetic on rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from cxdata import calendars, flows, statistics
from cxdata.engine import Engine
from cxdata.errors import CxError, UnknownName
from cxdata.facts import GRAINS
from cxdata.filters import Filters, Period, dimension
from cxdata.i18n import N_
from cxdata.metrics import metric
from cxdata.metrics.base import Array, Curve, Metric, ProjectedValue, Quantile
from cxdata.settings import Settings

TOTAL = "total"
ALL_GRAINS = (*GRAINS, TOTAL)
COLUMNS = ("value", "n", "low", "high", "partial")
BEGINS = {"ticket_facts": "created_s", "survey_facts": "answered_s", "purchase_facts": "purchased_s"}


@dataclass(frozen=True)
class Query:
    """A question. `grain`: day, week, month, quarter, year or total; `by`: names of dimensions.

    `intervals` off saves the second question that the interval of a median needs.
    """

    metrics: tuple[str, ...]
    grain: str = TOTAL
    by: tuple[str, ...] = ()
    filters: Filters = field(default_factory=Filters)
    intervals: bool = True

    def __post_init__(self) -> None:
        if self.grain not in ALL_GRAINS:
            raise UnknownName(N_("grain"), self.grain, ALL_GRAINS)
        for name in self.metrics:
            metric(name)
        for name in self.by:
            dimension(name)


@dataclass(frozen=True)
class Moment:
    """As-of and what follows from the settings: what every open clock is read at.

    `as_of_s` UTC epoch seconds; `until`: the first local day not begun at as-of.
    """

    settings: Settings
    as_of_s: int

    @property
    def local(self) -> datetime:
        return datetime.fromtimestamp(self.as_of_s, UTC).astimezone(ZoneInfo(self.settings.zone))

    @property
    def until(self) -> date:
        day = self.local
        return day.date() if day.time() == datetime.min.time() else day.date() + timedelta(days=1)

    @property
    def complete_until(self) -> date:
        """The day after the last whole day seen."""
        return self.local.date()

    def params(self) -> dict[str, Any]:
        return {
            "as_of_s": self.as_of_s,
            "as_of_business_s": calendars.reading(self.settings.opening, self.as_of_s),
            "until": self.until,
            "as_of_code": flows.code_of(self.local.date()),
        }


@dataclass(frozen=True)
class Answer:
    """Rows of a question: metric, period (first day, None for total), one column a dimension, and COLUMNS.

    `value`, `low`, `high` are nan where nothing was measured; `n` is the number of rows measured on. Curves have a
    column `month` too. `ignored`: {metric: chosen filters that its rows do not have}.
    """

    query: Query
    rows: pd.DataFrame
    ignored: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, name: str) -> pd.DataFrame:
        """The rows of one metric."""
        return self.rows[self.rows["metric"] == name].reset_index(drop=True)

    def one(self, name: str) -> pd.Series:
        """The single row of a metric asked in total and by nothing."""
        found = self.of(name)
        if len(found) != 1:
            raise ValueError(f"{name} has {len(found)} rows here, not one")
        return found.iloc[0]


def ask(engine: Engine, query: Query, moment: Moment) -> Answer:
    """Answer a question. Raises UnknownName for a dimension that a metric does not have."""
    frames = []
    for group in _groups(query):
        if isinstance(group[0].measure, Curve):
            frames += [flows.curve(engine, entry, query, moment) for entry in group]
        else:
            parts = ask_parts(engine, group, query, moment)
            frames += [_rows(entry, index, parts, query, moment, engine) for index, entry in enumerate(group)]
    rows = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=["metric", "period", *COLUMNS])
    order = {name: place for place, name in enumerate(query.metrics)}
    rows = rows.sort_values("metric", key=lambda names: names.map(order), kind="stable").reset_index(drop=True)
    ignored = {name: query.filters.ignored(metric(name).table) for name in query.metrics}
    return Answer(query, rows, {name: names for name, names in ignored.items() if names})


def _groups(query: Query) -> list[list[Metric]]:
    """The metrics that one scan can answer together."""
    groups: dict[tuple[str, str, str], list[Metric]] = {}
    for name in dict.fromkeys(query.metrics):
        entry = metric(name)
        check_dimensions(entry, query.by)
        own = entry.name if isinstance(entry.measure, Curve) else ""
        groups.setdefault((entry.facts, entry.time, own), []).append(entry)
    return list(groups.values())


def check_dimensions(entry: Metric, by: Iterable[str]) -> None:
    """Raise where a metric's rows do not have a dimension, naming those they have."""
    for name in by:
        if entry.table not in dimension(name).facts:
            raise CxError("{metric} cannot be split by {name}: its rows do not have it.", metric=entry.name, name=name)


# --- SQL ----------------------------------------------------------------------------------------------------


def scope(entry: Metric, query: Query, moment: Moment) -> tuple[list[str], dict[str, Any]]:
    """The conditions of the rows that a question is about, and their values."""
    conditions, params = query.filters.where(entry.table)
    params.update(moment.params())
    time = entry.time
    period = query.filters.period
    if period.start:
        conditions.append(f"{time}_on >= $start")
        params["start"] = period.start
    conditions.append(f"{time}_on < $until")
    if period.end:
        params["until"] = min(period.end, moment.until)
    if entry.facts in BEGINS:
        conditions.append(f"{BEGINS[entry.facts]} <= $as_of_s")
    return conditions, params


def build_sql(group: Sequence[Metric], query: Query, moment: Moment) -> tuple[str, dict[str, Any]]:
    """One select for the metrics of a group: a column `period`, one a dimension, and m{i}_{part} for each part."""
    entry = group[0]
    keys = [] if query.grain == TOTAL else [f"{entry.time}_{query.grain}"]
    names = [] if query.grain == TOTAL else ["period"]
    if query.grain == "day":
        keys = [f"{entry.time}_on"]
    keys += [dimension(name).column(entry.time) for name in query.by]
    names += query.by
    columns = [f"{key} as {name}" for key, name in zip(keys, names, strict=True)]
    if entry.facts in flows.FLOWS:
        relation, params = flows.relation(entry, query, moment)
        columns = [*names]
        keys, where = names, ""
    else:
        conditions, params = scope(entry, query, moment)
        relation, where = entry.facts, f"where {' and '.join(conditions)}"
    for index, one in enumerate(group):
        columns += [f"{sql} as m{index}_{part}" for part, sql in one.measure.parts(query.filters.clock).items()]
    grouping = f"group by {', '.join(keys)}" if keys else ""
    return f"select {', '.join(columns)} from {relation} {where} {grouping}", params


def ask_parts(engine: Engine, group: Sequence[Metric], query: Query, moment: Moment) -> pd.DataFrame:
    """The parts of each metric, a row for every period and group, also for periods in which nothing happened."""
    sql, params = build_sql(group, query, moment)
    found = engine.query(sql, **params).to_pandas(date_as_object=True)
    keys = [*(["period"] if query.grain != TOTAL else []), *query.by]
    if not keys:
        return found
    found = found.sort_values(keys, key=_sortable).reset_index(drop=True)
    if query.grain == TOTAL:
        return found
    spine = period_starts(engine, group[0], query, moment)
    combinations = found[list(query.by)].drop_duplicates() if query.by else pd.DataFrame(index=[0])
    whole = combinations.merge(pd.DataFrame({"period": spine}), how="cross")[keys].sort_values(keys, key=_sortable)
    filled = whole.merge(found, on=keys, how="left")
    counts = [name for name in filled.columns if name.rsplit("_", 1)[-1] in ("n", "x", "promoters", "detractors")]
    filled[counts] = filled[counts].astype("float64").fillna(0)
    return filled.reset_index(drop=True)


def _sortable(column: pd.Series) -> pd.Series:
    """Values in order, rows without a value last; numbers as numbers, others as text."""
    if pd.api.types.is_numeric_dtype(column):
        return column.astype("float64")
    return column.map(lambda value: None if value is None else str(value))


def period_starts(engine: Engine, entry: Metric, query: Query, moment: Moment) -> list[date]:
    """The first days of all periods of the question, from its start or the first day of the data to its end."""
    period = query.filters.period
    start = period.start or first_day(engine, entry)
    end = min(period.end, moment.until) if period.end else moment.until
    if start is None or start >= end:
        return []
    return starts_between(start, end, query.grain)


def first_day(engine: Engine, entry: Metric) -> date | None:
    """The first day on which the rows of a metric are filed."""
    found = engine.query(f"select min({entry.time}_on) as first from {entry.table}").to_pylist()
    return found[0]["first"] if found else None


def starts_between(start: date, end: date, grain: str) -> list[date]:
    """First days of the periods of a grain that touch [start, end)."""
    starts = []
    day = period_start(start, grain)
    while day < end:
        starts.append(day)
        day = period_end(day, grain)
    return starts


def period_start(day: date, grain: str) -> date:
    if grain == "week":
        return day - timedelta(days=day.weekday())
    if grain == "month":
        return day.replace(day=1)
    if grain == "quarter":
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    if grain == "year":
        return day.replace(month=1, day=1)
    return day


def period_end(start: date, grain: str) -> date:
    """The first day after the period that begins on `start`."""
    if grain == "day":
        return start + timedelta(days=1)
    if grain == "week":
        return start + timedelta(days=7)
    months = {"month": 1, "quarter": 3, "year": 12}[grain]
    number = start.year * 12 + start.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


# --- parts to rows ------------------------------------------------------------------------------------------


def _arrays(parts: pd.DataFrame, index: int) -> dict[str, Array]:
    prefix = f"m{index}_"
    return {
        name.removeprefix(prefix): parts[name].astype("float64").to_numpy()
        for name in parts.columns
        if name.startswith(prefix)
    }


def _rows(entry: Metric, index: int, parts: pd.DataFrame, query: Query, moment: Moment, engine: Engine) -> pd.DataFrame:
    arrays = _arrays(parts, index)
    periods = parts["period"].tolist() if query.grain != TOTAL else [None] * len(parts)
    if isinstance(entry.measure, ProjectedValue):
        arrays.update(_projection(periods, query, moment, engine, entry))
    value = entry.measure.value(arrays)
    n = np.nan_to_num(entry.measure.n(arrays)).astype("int64")
    if isinstance(entry.measure, Quantile):
        low, high = (
            _quantile_bounds(engine, entry, query, moment, parts, n) if query.intervals else (value * np.nan,) * 2
        )
    else:
        low, high = entry.measure.interval(arrays)
    columns: dict[str, Any] = {"metric": entry.name, "period": periods}
    columns.update({name: _labels(parts[name]) for name in query.by})
    columns.update(value=value, n=n, low=low, high=high)
    columns["partial"] = [is_partial(start, query, moment) for start in periods]
    return pd.DataFrame(columns).astype({"period": object})


def _labels(column: pd.Series) -> list[Any]:
    return [None if pd.isna(value) else int(value) if isinstance(value, float) else value for value in column]


def is_partial(start: date | None, query: Query, moment: Moment) -> bool:
    """Whether as-of or the chosen period cuts a period (None: the whole of what is asked)."""
    chosen = query.filters.period
    if start is None:
        return chosen.end is not None and chosen.end > moment.complete_until
    end = period_end(start, query.grain)
    return (
        end > moment.complete_until
        or (chosen.start is not None and start < chosen.start)
        or (chosen.end is not None and end > chosen.end)
    )


def _projection(
    periods: Sequence[date | None], query: Query, moment: Moment, engine: Engine, entry: Metric
) -> dict[str, Array]:
    """How many months each period is, and the margin, for the projected lifetime value."""
    chosen = query.filters.period
    months = []
    for start in periods:
        first = start or chosen.start or first_day(engine, entry) or moment.until
        last = period_end(start, query.grain) if start else moment.until
        first, last = max(first, chosen.start or first), min(last, moment.until, chosen.end or last)
        months.append(max((last - first).days, 1) / 30.436875)
    return {"months": np.array(months), "margin": np.full(len(months), moment.settings.margin)}


def _quantile_bounds(
    engine: Engine, entry: Metric, query: Query, moment: Moment, parts: pd.DataFrame, n: Array
) -> tuple[Array, Array]:
    """The order statistics that bound a quantile: their ranks depend on each group's n, so they are asked after it.

    One select a group, joined by `union all`: a period is a stretch of the sorted facts, so each reads its own.
    """
    measure = entry.measure
    assert isinstance(measure, Quantile)
    low, high = np.full(len(parts), np.nan), np.full(len(parts), np.nan)
    p_low, p_high = statistics.quantile_probabilities(n.astype("float64"), measure.p)
    p_low, p_high = np.atleast_1d(p_low), np.atleast_1d(p_high)
    conditions, params = scope(entry, query, moment)
    selects = []
    for row in range(len(parts)):
        if np.isnan(p_low[row]) or np.isnan(p_high[row]):
            continue
        own = [*conditions]
        if query.grain != TOTAL:
            start = parts["period"].iloc[row]
            params[f"from_{row}"], params[f"to_{row}"] = start, period_end(start, query.grain)
            own += [f"{entry.time}_on >= $from_{row}", f"{entry.time}_on < $to_{row}"]
        for name in query.by:
            value, column = _labels(parts[name])[row], dimension(name).column(entry.time)
            if value is None:
                own.append(f"{column} is null")
            else:
                params[f"{name}_{row}"] = value
                own.append(f"{column} = ${name}_{row}")
        x = measure.expression(query.filters.clock)
        selects.append(
            f"select {row} as place, quantile_cont({x}, {float(p_low[row])!r}) as low, "
            f"quantile_cont({x}, {float(p_high[row])!r}) as high from {entry.facts} where {' and '.join(own)}"
        )
    for first in range(0, len(selects), 200):
        for found in engine.query(" union all ".join(selects[first : first + 200]), **params).to_pylist():
            low[found["place"]], high[found["place"]] = found["low"], found["high"]
    return low, high


# --- comparison ---------------------------------------------------------------------------------------------


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
    for group in _groups(query):
        if isinstance(group[0].measure, Curve):
            continue
        if now_period == whole or moment.complete_until == moment.until:
            queries["whole"] = queries["now"]
        parts = {when: ask_parts(engine, group, one, moment) for when, one in queries.items()}
        for index, entry in enumerate(group):
            rows = {when: _rows(entry, index, parts[when], queries[when], moment, engine).iloc[0] for when in queries}
            arrays = {when: _arrays(parts[when], index) for when in queries}
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


def distinct_values(engine: Engine, name: str) -> list[str]:
    """The values of a dimension in the data, most used first; NOTHING is not among them."""
    entry = dimension(name)
    union = " union all ".join(
        f"select {name} as word, count(*) as k from {facts} group by {name}" for facts in entry.facts
    )
    sql = f"select word, sum(k) as k from ({union}) as every where word is not null group by word order by k desc, word"
    return [str(row["word"]) for row in engine.query(sql).to_pylist()]
