"""From a question to an answer: Query -> SQL -> engine -> Answer.

In: which metrics, by what, over which period and filters. Out: rows with value, n, interval and whether the period
is partial. Metrics that share a table and an instant are asked in one scan. Nothing above does arithmetic on rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from cxdata import flows, statistics
from cxdata.engine import Engine
from cxdata.errors import CxError
from cxdata.filters import dimension
from cxdata.metrics import metric
from cxdata.metrics.base import Array, Curve, Metric, ProjectedValue, Quantile
from cxdata.questions import COLUMNS, TOTAL, Answer, Moment, Query, is_partial, period_end, starts_between

BEGINS = {"ticket_facts": "created_s", "survey_facts": "answered_s", "purchase_facts": "purchased_s"}


def ask(engine: Engine, query: Query, moment: Moment) -> Answer:
    """Answer a question. Raises UnknownName for a dimension that a metric does not have."""
    frames = []
    for group in groups(query):
        if isinstance(group[0].measure, Curve):
            frames += [flows.curve(engine, entry, query, moment) for entry in group]
        else:
            parts = ask_parts(engine, group, query, moment)
            frames += [measured_rows(entry, index, parts, query, moment, engine) for index, entry in enumerate(group)]
    rows = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=["metric", "period", *COLUMNS])
    order = {name: place for place, name in enumerate(query.metrics)}
    rows = rows.sort_values("metric", key=lambda names: names.map(order), kind="stable").reset_index(drop=True)
    ignored = {name: query.filters.ignored(metric(name).table) for name in query.metrics}
    return Answer(query, rows, {name: names for name, names in ignored.items() if names})


def groups(query: Query) -> list[list[Metric]]:
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


# --- parts to rows ------------------------------------------------------------------------------------------


def part_arrays(parts: pd.DataFrame, index: int) -> dict[str, Array]:
    prefix = f"m{index}_"
    return {
        name.removeprefix(prefix): parts[name].astype("float64").to_numpy()
        for name in parts.columns
        if name.startswith(prefix)
    }


def measured_rows(
    entry: Metric, index: int, parts: pd.DataFrame, query: Query, moment: Moment, engine: Engine
) -> pd.DataFrame:
    arrays = part_arrays(parts, index)
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


def distinct_values(engine: Engine, name: str) -> list[str]:
    """The values of a dimension in the data, most used first; NOTHING is not among them."""
    entry = dimension(name)
    union = " union all ".join(
        f"select {name} as word, count(*) as k from {facts} group by {name}" for facts in entry.facts
    )
    sql = f"select word, sum(k) as k from ({union}) as every where word is not null group by word order by k desc, word"
    return [str(row["word"]) for row in engine.query(sql).to_pylist()]
