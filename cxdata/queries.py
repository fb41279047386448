"""From a question to an answer: Query -> SQL -> engine -> Answer.

In: which metrics, by what, over which period and filters. Out: rows with value, n, interval and whether the period
is partial. Metrics that share a table and an instant are asked in one scan, durations through a tally. Nothing above
does arithmetic on rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from cxdata import flows, scans, tallies
from cxdata.arrays import Key, coded, doubles, sortable
from cxdata.engine import Engine
from cxdata.errors import CxError, UnknownName
from cxdata.filters import DIMENSIONS, dimension
from cxdata.i18n import N_
from cxdata.metrics import metric
from cxdata.metrics.base import Array, Curve, Distinct, Metric, ProjectedValue, Quantile
from cxdata.questions import COLUMNS, TOTAL, Answer, Moment, Query, is_partial, period_end, starts_between
from cxdata.schema import OWN
from cxdata.tallies import Tally

NO_ROWS = pd.DataFrame(columns=["metric", "period", *COLUMNS])
_COUNTS = ("n", "x", "promoters", "detractors")  # parts that are 0 where nothing happened


@dataclass(frozen=True)
class Parts:
    """What the measures of a group are made of: for each key (period first, then dimensions) one element an array.

    `arrays`: {metric: {part: array}}; `tallies`: {duration: its tally}, for the rank test of two totals.
    """

    names: tuple[str, ...]
    keys: tuple[Key, ...]
    arrays: Mapping[str, Mapping[str, Array]]
    tallies: Mapping[str, Tally] = field(default_factory=dict)


def ask(engine: Engine, query: Query, moment: Moment) -> Answer:
    """Answer a question. Raises UnknownName for a dimension that a metric does not have."""
    found: dict[str, pd.DataFrame | dict[str, Any]] = {}
    for group in groups(query):
        if isinstance(group[0].measure, Curve):
            check_own(engine, query, moment)
            found[group[0].name] = flows.curve(engine, group[0], query, moment)
        else:
            parts = ask_parts(engine, group, query, moment)
            found |= {entry.name: measured(entry, parts, query, moment, engine) for entry in group}
    ignored = {name: query.filters.ignored(metric(name).table) for name in query.metrics}
    rows = _together([found[name] for name in dict.fromkeys(query.metrics)])
    return Answer(query, rows, {name: names for name, names in ignored.items() if names})


def _together(found: Sequence[pd.DataFrame | dict[str, Any]]) -> pd.DataFrame:
    """One frame of the rows of all metrics: measured ones are joined as lists, and made a frame once."""
    frames, columns = [], list[dict[str, Any]]()
    for rows in [*found, None]:
        if isinstance(rows, dict):
            columns.append(rows)
            continue
        if columns:
            frames.append(pd.DataFrame({name: _joined([one[name] for one in columns]) for name in columns[0]}))
            columns = []
        if rows is not None:
            frames.append(rows)
    if not frames:
        return NO_ROWS
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


def _joined(columns: Sequence[Any]) -> Any:
    """Some columns one after the other; arrays stay arrays, with their type."""
    if isinstance(columns[0], np.ndarray):
        return np.concatenate(columns)
    return [value for column in columns for value in column]


def groups(query: Query) -> list[list[Metric]]:
    """The metrics that one scan can answer together; what the months do not hold does not keep others from them."""
    groups: dict[tuple[str, str, str], list[Metric]] = {}
    for name in dict.fromkeys(query.metrics):
        entry = metric(name)
        check_dimensions(entry, query.by)
        own = entry.name if isinstance(entry.measure, Curve | Distinct) else ""
        groups.setdefault((entry.facts, entry.time, own), []).append(entry)
    return list(groups.values())


def check_dimensions(entry: Metric, by: Iterable[str]) -> None:
    """Raise where a metric's rows do not have a dimension, naming those they have."""
    for name in by:
        if entry.table not in dimension(name).facts:
            raise CxError("{metric} cannot be split by {name}: its rows do not have it.", metric=entry.name, name=name)


def own_groups(engine: Engine) -> tuple[str, ...]:
    """The names of the columns that imports keep to compare groups by; every fact table has them."""
    columns = engine.query("select * from ticket_facts limit 0").column_names
    return tuple(name for name in columns if name.startswith(OWN))


def check_own(engine: Engine, query: Query, moment: Moment) -> None:
    """Raise where a question names a kept column that the data do not have, or agents where they are in groups only."""
    if "agent" in query.by and moment.settings.agents == "in_groups":
        raise CxError("Agents are looked at in groups only: nothing is split by agent. The settings on privacy say so.")
    for name in (*query.by, *query.filters.values):
        if name.startswith(OWN) and name not in (known := own_groups(engine)):
            raise UnknownName(N_("dimension"), name, [*known, *(entry.name for entry in DIMENSIONS)])


# --- questions to parts -------------------------------------------------------------------------------------


def ask_parts(engine: Engine, group: Sequence[Metric], query: Query, moment: Moment) -> Parts:
    """The parts of each metric, an element for every period and group, also for periods in which nothing happened."""
    check_own(engine, query, moment)
    answered: list[tuple[tuple[Key, ...], Mapping[str, Mapping[str, Array]]]] = []
    plain = [entry for entry in group if not isinstance(entry.measure, Quantile)]
    if plain and plain[0].facts in flows.FLOWS:
        starts = period_starts(engine, plain[0], query, moment) if query.grain != TOTAL else []
        own_keys, columns = flows.stocks(engine, plain, query, moment, starts)
        answered.append((own_keys, {entry.name: columns for entry in plain}))
    elif plain:
        answered.append(_scanned(engine, plain, query, moment))
    found: dict[str, Tally] = {}
    for duration in dict.fromkeys(entry.measure.duration for entry in group if isinstance(entry.measure, Quantile)):
        own = [e for e in group if isinstance(e.measure, Quantile) and e.measure.duration == duration]
        found[duration] = tallies.tally(engine, own[0], query, moment)
        answers = tallies.quantiles(engine, own, query, moment, found[duration])
        answered.append((found[duration].keys, dict(zip((entry.name for entry in own), answers, strict=True))))
    names = tuple(scans.keys_of(group[0], query))
    keys = _all_keys(engine, group[0], query, moment, [key for keys, _ in answered for key in keys])
    arrays = {name: parts for own_keys, arrays in answered for name, parts in aligned(own_keys, arrays, keys).items()}
    return Parts(names, keys, arrays, found)


def _scanned(
    engine: Engine, group: Sequence[Metric], query: Query, moment: Moment
) -> tuple[tuple[Key, ...], Mapping[str, Mapping[str, Array]]]:
    sql, params = scans.select(group, query, moment)
    table = engine.query(sql, **params)
    arrays: dict[str, dict[str, Array]] = {}
    for index, entry in enumerate(group):
        prefix = f"m{index}_"
        own = [name for name in table.column_names if name.startswith(prefix)]
        arrays[entry.name] = {name.removeprefix(prefix): doubles(table[name]) for name in own}
    places, keys = coded(table, list(scans.keys_of(group[0], query)))
    return tuple(keys[place] for place in places), arrays


def _all_keys(engine: Engine, entry: Metric, query: Query, moment: Moment, found: Sequence[Key]) -> tuple[Key, ...]:
    """The keys in order; with a grain every period of the question for every group that was found."""
    if query.grain == TOTAL:
        distinct = list(dict.fromkeys(found)) if query.by else [()]
        return tuple(sorted(distinct, key=sortable))
    combinations = sorted({key[1:] for key in found}, key=sortable) if query.by else [()]
    periods = period_starts(engine, entry, query, moment)
    return tuple((period, *names) for period, names in product(periods, combinations))


def aligned(
    own: Sequence[Key], arrays: Mapping[str, Mapping[str, Array]], keys: Sequence[Key]
) -> dict[str, dict[str, Array]]:
    """The arrays in the order of `keys`; where a key was not found, counts are 0 and other parts nan."""
    if list(own) == list(keys):
        return {name: dict(parts) for name, parts in arrays.items()}
    place = {key: index for index, key in enumerate(own)}
    at = np.array([place.get(key, -1) for key in keys], dtype="int64")
    made: dict[str, dict[str, Array]] = {}
    for name, parts in arrays.items():
        made[name] = {}
        for part, array in parts.items():
            missing = 0.0 if part in _COUNTS else np.nan
            made[name][part] = np.where(at >= 0, array[at], missing) if array.size else np.full(at.size, missing)
    return made


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


def measured(entry: Metric, parts: Parts, query: Query, moment: Moment, engine: Engine) -> dict[str, Any]:
    """The columns of a metric's rows, in order: numbers as arrays, names as lists."""
    arrays = dict(parts.arrays[entry.name])
    periods = [key[0] for key in parts.keys] if query.grain != TOTAL else [None] * len(parts.keys)
    if isinstance(entry.measure, ProjectedValue):
        arrays.update(_projection(periods, query, moment, engine, entry))
    low, high = entry.measure.interval(arrays)
    columns: dict[str, Any] = {"metric": [entry.name] * len(periods), "period": np.array(periods, dtype=object)}
    columns |= {name: [key[index] for key in parts.keys] for index, name in enumerate(parts.names) if name != "period"}
    columns["value"] = entry.measure.value(arrays)
    columns["n"] = np.nan_to_num(entry.measure.n(arrays)).astype("int64")
    columns["low"], columns["high"] = low, high
    partial = {start: is_partial(start, query, moment) for start in dict.fromkeys(periods)}
    columns["partial"] = np.array([partial[start] for start in periods], dtype=bool)
    return columns


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


def distinct_values(engine: Engine, name: str) -> list[str]:
    """The values of a dimension in the data, most used first; NOTHING is not among them. None of a column that is not kept."""
    entry = dimension(name)
    if name.startswith(OWN) and name not in own_groups(engine):
        return []
    union = " union all ".join(
        f"select {name} as word, count(*) as k from {facts} group by {name}" for facts in entry.facts
    )
    sql = f"select word, sum(k) as k from ({union}) as every where word is not null group by word order by k desc, word"
    return [str(row["word"]) for row in engine.query(sql).to_pylist()]
