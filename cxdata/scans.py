"""One select over a fact table for several metrics, from its months where they answer, else from its rows.

In: metrics that share a table and an instant, a question. Out: SQL and its values. The *months* of a table hold the
parts of its additive metrics at as-of, a row for every calendar month and combination of the filterable dimensions:
a few thousand rows, whatever the number of tickets. The *steps* of a table count its durations by month and step (see
`tallies`). Days that stick out of whole months are read from the facts and added, so a question answers the same from
both (a test compares them).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import duckdb

from cxdata.facts.base import calendar_columns
from cxdata.filters import FILTERS, dimension
from cxdata.metrics import ALL, metric
from cxdata.metrics.base import Metric, Quantile
from cxdata.questions import TOTAL, Moment, Query, period_end, period_start
from cxdata.settings import CLOCKS

BEGINS = {
    "ticket_facts": "created_s",
    "survey_facts": "answered_s",
    "review_facts": "handled_s",
    "purchase_facts": "purchased_s",
    "follow_up_facts": "arose_s",
}
_MONTHLY = ("month", "quarter", "year")
_MOST_STRETCHES = 8


def months_of(entry: Metric) -> str:
    """The name of the table of months of a metric; "" where it is not additive."""
    return f"{entry.time}_months" if entry.measure.additive else ""


def steps_of(entry: Metric) -> str:
    """The name of the table of steps of a metric; "" where it is no quantile."""
    return f"{entry.time}_steps" if isinstance(entry.measure, Quantile) else ""


_ROLLED = {months_of(entry): [one for one in ALL if months_of(one) == months_of(entry)] for entry in ALL}
_ROLLED.pop("")
_DURATIONS = {entry.name: entry.measure for entry in ALL if isinstance(entry.measure, Quantile)}
_STEPPED = {steps_of(metric(name)): metric(name) for name in _DURATIONS}
MONTHS = (*_ROLLED, *_STEPPED)


def build_months(cursor: duckdb.DuckDBPyConnection, moment: Moment, of: Collection[str]) -> None:
    """(Re)write the tables of months and of steps from some tables `of` facts, as they stand at as-of, inside the
    caller's transaction."""
    made = {}
    for table, entries in _ROLLED.items():
        entry = entries[0]
        keys = [f"{entry.time}_month", *_dimensions(entry)]
        columns = [f"{sql} as {one.name}_{part}" for one in entries for part, sql in one.measure.parts("").items()]
        made[table] = entry, f"select {', '.join([*keys, *columns])} from {{}} group by {', '.join(keys)}"
    for table, entry in _STEPPED.items():
        month = f"{entry.time}_month"
        own = {one.duration: one for name, one in _DURATIONS.items() if steps_of(metric(name)) == table}
        made[table] = (
            entry,
            " union all ".join(
                f"select {month}, '{one.duration}_{clock}' as duration, {one.step(clock)} as step, count(*) as k "
                f"from {{}} and {one.known} and {one.step(clock)} is not null group by {month}, {one.step(clock)}"
                for one in own.values()
                for clock in CLOCKS
            ),
        )
    for table, (entry, sql) in made.items():
        if entry.facts not in of:
            continue
        conditions, params = scope(entry, Query((entry.name,)), moment)
        rows = sql.replace("{}", f"{entry.facts} where {' and '.join(conditions)}")
        longer = calendar_columns(entry.time)
        further = ", ".join(f"{longer[f'{entry.time}_{grain}']} as {entry.time}_{grain}" for grain in _MONTHLY[1:])
        sql = f"create or replace table {table} as select *, {further} from ({rows})"
        cursor.execute(sql, {name: value for name, value in params.items() if f"${name}" in sql})


_ROLLED_BY = {one.name for one in FILTERS}  # what a row of months can be told apart by


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
    if entry.facts in BEGINS and not moment.sees_all:
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
    rolled = all(months_of(one) for one in group) and {*query.by, *query.filters.values} <= _ROLLED_BY
    months = _whole_months(entry, query, moment) if rolled else None
    if not months:
        return grouped(group, query.filters.clock, keys, entry.facts, conditions), params
    chosen, _ = query.filters.where(entry.table)
    params |= months.params
    stored = [f"{one.name}_{part} as m{i}_{part}" for i, one in enumerate(group) for part in one.measure.parts("")]
    named = [f"{sql} as {name}" for name, sql in keys.items()]
    where = " and ".join([*chosen, *months.within(f"{entry.time}_month")]) or "true"
    pieces = [f"select {', '.join([*named, *stored])} from {months_of(entry)} where {where}"]
    if months.edges:
        pieces.append(grouped(group, query.filters.clock, keys, entry.facts, [*conditions, months.sticking_out]))
    columns = [
        f"{one.measure.combined(part, f'm{i}_{part}')} as m{i}_{part}"
        for i, one in enumerate(group)
        for part in one.measure.parts("")
    ]
    grouping = f"group by {', '.join(keys)}" if keys else ""
    return f"select {', '.join([*keys, *columns])} from ({' union all '.join(pieces)}) as parts {grouping}", params


def tally(entry: Metric, query: Query, moment: Moment) -> tuple[str, dict[str, Any]]:
    """The keys, `step` and `k`: how many durations of a quantile lie in each step; a null step counts the rows without.

    Rows without a duration are only there where the rows are asked, for the sake of their keys.
    """
    assert isinstance(entry.measure, Quantile)
    measure, clock, keys = entry.measure, query.filters.clock, keys_of(entry, query)
    conditions, params = scope(entry, query, moment)
    step = measure.step(clock) if moment.sees_all else f"case when {measure.known} then {measure.step(clock)} end"
    named = ", ".join([*(f"{sql} as {name}" for name, sql in keys.items()), ""])

    def of_rows(more: Sequence[str] = ()) -> str:
        where = " and ".join([*conditions, *more])
        grouping = ", ".join([*keys.values(), step])
        return f"select {named}{step} as step, count(*) as k from {entry.facts} where {where} group by {grouping}"

    whole = not query.by and not query.filters.where(entry.table)[0]
    months = _whole_months(entry, query, moment) if whole else None
    if not months:
        return of_rows(), params
    duration = [f"duration = '{measure.duration}_{clock}'", *months.within(f"{entry.time}_month")]
    pieces = [f"select {named}step, k from {steps_of(entry)} where {' and '.join(duration)}"]
    if months.edges:
        pieces.append(of_rows([months.sticking_out]))
    grouping = ", ".join([*keys, "step"])
    rows = " union all ".join(pieces)
    return f"select {grouping}, sum(k) as k from ({rows}) as pieces group by {grouping}", params | months.params


def of_steps(entry: Metric, query: Query, moment: Moment, steps: Sequence[int]) -> tuple[str, dict[str, Any]]:
    """The keys, `step` and `x`: the durations in seconds that lie in some steps and a few between, in no order."""
    assert isinstance(entry.measure, Quantile)
    measure, clock = entry.measure, query.filters.clock
    conditions, params = scope(entry, query, moment)
    if not moment.sees_all:
        conditions.append(measure.known)
    columns = {**keys_of(entry, query), "step": measure.step(clock), "x": measure.seconds(clock)}
    wanted = " or ".join(f"{measure.step(clock)} between {first} and {last}" for first, last in _stretches(steps))
    return (
        f"select {', '.join(f'{sql} as {name}' for name, sql in columns.items())} from {entry.facts} "
        f"where {' and '.join(conditions)} and ({wanted})"
    ), params


def _stretches(steps: Sequence[int]) -> list[tuple[int, int]]:
    """Ordered steps as a few stretches, (first, last): apart where the gaps are widest."""
    gaps = [after - step for step, after in pairwise(steps)]
    apart = sorted(sorted(range(len(gaps)), key=lambda at: -gaps[at])[: _MOST_STRETCHES - 1])
    apart = [at for at in apart if gaps[at] > 1]
    firsts = [steps[0], *(steps[at + 1] for at in apart)]
    return list(zip(firsts, [*(steps[at] for at in apart), steps[-1]], strict=True))


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
    edges: tuple[str, ...]
    params: dict[str, Any]

    def within(self, column: str) -> list[str]:
        found = [f"{column} >= $month_start"] if self.start else []
        return [*found, f"{column} < $month_end"] if self.end else found

    @property
    def sticking_out(self) -> str:
        """The condition of the days besides."""
        return f"({' or '.join(self.edges)})"


def _whole_months(entry: Metric, query: Query, moment: Moment) -> _Months | None:
    """The months that can answer a question; None where its as-of, grain or period needs the rows."""
    period = query.filters.period
    if moment.rolled_s != moment.as_of_s or query.grain not in (*_MONTHLY, TOTAL):
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
        edges.append(f"{entry.time}_on < $month_start")
    if last and last < end:
        edges.append(f"{entry.time}_on >= $month_end")
    return _Months(start, last, tuple(edges), {"month_start": start, "month_end": last})
