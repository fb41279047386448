"""One select over a fact table for several metrics, from its months where they answer, else from its rows.

In: metrics that share a table and an instant, a question. Out: SQL and its values. The *months* of a table hold the
parts of its additive metrics at as-of, a row for every calendar month and combination of the filterable dimensions:
a few thousand rows, whatever the number of tickets. Days that stick out of whole months are read from the facts and
added, so a question answers the same from both (a test compares them).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from cxdata.filters import FILTERS, dimension
from cxdata.metrics import ALL
from cxdata.metrics.base import Metric
from cxdata.questions import TOTAL, Moment, Query, period_end, period_start

BEGINS = {"ticket_facts": "created_s", "survey_facts": "answered_s", "purchase_facts": "purchased_s"}
_MONTHLY = ("month", "quarter", "year")


def months_of(entry: Metric) -> str:
    """The name of the table of months of a metric; "" where it is not additive."""
    return f"{entry.time}_months" if entry.measure.additive else ""


_ROLLED = {months_of(entry): [one for one in ALL if months_of(one) == months_of(entry)] for entry in ALL}
_ROLLED.pop("")
MONTHS = tuple(_ROLLED)


def build_months(cursor: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """(Re)write the tables of months from the facts, as they stand at as-of. Part of the caller's transaction."""
    for table, entries in _ROLLED.items():
        entry = entries[0]
        keys = [*(f"{entry.time}_{grain}" for grain in _MONTHLY), *_dimensions(entry)]
        conditions, params = scope(entry, Query((entry.name,)), moment)
        columns = [f"{sql} as {one.name}_{part}" for one in entries for part, sql in one.measure.parts("").items()]
        sql = (
            f"create or replace table {table} as select {', '.join([*keys, *columns])} from {entry.facts} "
            f"where {' and '.join(conditions)} group by {', '.join(keys)}"
        )
        cursor.execute(sql, {name: value for name, value in params.items() if f"${name}" in sql})


def _dimensions(entry: Metric) -> list[str]:
    return [one.name for one in FILTERS if entry.table in one.facts]


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


def keys_of(entry: Metric, query: Query) -> dict[str, str]:
    """{name: SQL} of the keys of a question's rows: the period, if it has a grain, and the dimensions."""
    keys = {}
    if query.grain != TOTAL:
        keys["period"] = f"{entry.time}_{'on' if query.grain == 'day' else query.grain}"
    return keys | {name: dimension(name).column(entry.time) for name in query.by}


def select(group: Sequence[Metric], query: Query, moment: Moment) -> tuple[str, dict[str, Any]]:
    """One select for metrics that share a scan: the keys, and m{i}_{part} for each part of each metric."""
    entry = group[0]
    keys = keys_of(entry, query)
    conditions, params = scope(entry, query, moment)
    months = _whole_months(group, query, moment)
    if not months:
        return grouped(group, query.filters.clock, keys, entry.facts, conditions), params
    chosen, _ = query.filters.where(entry.table)
    params |= months.params
    stored = [f"{one.name}_{part} as m{i}_{part}" for i, one in enumerate(group) for part in one.measure.parts("")]
    named = [f"{sql} as {name}" for name, sql in keys.items()]
    where = " and ".join([*chosen, *months.within(f"{entry.time}_month")]) or "true"
    pieces = [f"select {', '.join([*named, *stored])} from {months_of(entry)} where {where}"]
    if months.edges:
        edge = " or ".join(f"({' and '.join(days)})" for days in months.edges)
        pieces.append(grouped(group, query.filters.clock, keys, entry.facts, [*conditions, f"({edge})"]))
    columns = [
        f"{one.measure.combined(part, f'm{i}_{part}')} as m{i}_{part}"
        for i, one in enumerate(group)
        for part in one.measure.parts("")
    ]
    grouping = f"group by {', '.join(keys)}" if keys else ""
    return f"select {', '.join([*keys, *columns])} from ({' union all '.join(pieces)}) as parts {grouping}", params


def grouped(
    group: Sequence[Metric], clock: str, keys: dict[str, str], relation: str, conditions: Sequence[str] = ()
) -> str:
    """A select of the keys and m{i}_{part} for each part of each metric, from the rows of a relation."""
    columns = [f"{sql} as {name}" for name, sql in keys.items()]
    for index, one in enumerate(group):
        columns += [f"{sql} as m{index}_{part}" for part, sql in one.measure.parts(clock).items()]
    where = f"where {' and '.join(conditions)}" if conditions else ""
    grouping = f"group by {', '.join(keys.values())}" if keys else ""
    return f"select {', '.join(columns)} from {relation} {where} {grouping}"


@dataclass(frozen=True)
class _Months:
    """The whole months of a question (None: no end), the conditions of the days besides, and the values named."""

    start: date | None
    end: date | None
    edges: tuple[tuple[str, ...], ...]
    params: dict[str, Any]

    def within(self, column: str) -> list[str]:
        found = [f"{column} >= $month_start"] if self.start else []
        return [*found, f"{column} < $month_end"] if self.end else found


def _whole_months(group: Sequence[Metric], query: Query, moment: Moment) -> _Months | None:
    """The months that can answer a question; None where it needs the rows."""
    entry, period = group[0], query.filters.period
    if (
        moment.rolled_s != moment.as_of_s
        or not all(months_of(one) for one in group)
        or query.grain not in (*_MONTHLY, TOTAL)
        or not set(query.by) <= set(_dimensions(entry))
    ):
        return None
    end = min(period.end, moment.until) if period.end else moment.until
    start = period.start and period_start(period.start, "month")
    if period.start and start and start < period.start:
        start = period_end(start, "month")
    last = None if end == moment.until else period_start(end, "month")
    if start and start >= (last or end):
        return None
    edges = []
    if start and period.start and period.start < start:
        edges.append((f"{entry.time}_on < $month_start",))
    if last and last < end:
        edges.append((f"{entry.time}_on >= $month_end",))
    return _Months(start, last, tuple(edges), {"month_start": start, "month_end": last})
