"""Stocks that rise and fall (customers, open tickets, buyers) and curves of months since a start.

In: a metric on a flow, a question. Out: for stocks, a SQL relation with one row a period and group and the columns
opening, entered, departed, lost, closing and their values; for curves, the answer itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cxdata import questions, statistics
from cxdata.facts import CODE_MONTH
from cxdata.filters import dimension
from cxdata.metrics.base import Metric

if TYPE_CHECKING:
    from cxdata.engine import Engine


@dataclass(frozen=True)
class Flow:
    """How a table rises and falls. `left`: condition that a row has left at as-of; `ends`: column prefix of leaving.

    `count` and `value` weigh a row (a purchase counts as a buyer only if it is his first); `valued`: condition that
    its value is known.
    """

    where: str
    enters: str
    ends: str
    left: str
    count: str = "1"
    value: str = "0e0"
    valued: str = "false"


FLOWS = {
    "ticket_flow": Flow(
        "created_s <= $as_of_s and created_on < $until and knows_resolution "
        "and not (says_resolved and resolved_at_s is null)",
        "created",
        "resolved",
        "resolved_at_s <= $as_of_s and resolved_on < $until",
    ),
    "customer_flow": Flow(
        "started_on < $until",
        "started",
        "cancelled",
        "cancelled_on < $until",
        value="coalesce(monthly_value, 0e0)",
        valued="monthly_value is not null",
    ),
    "purchase_flow": Flow(
        "purchased_s <= $as_of_s and purchased_on < $until",
        "purchased",
        "purchased",
        "false",
        count="case when nth = 1 then 1 else 0 end",
        value="coalesce(amount, 0e0)",
        valued="amount is not null",
    ),
}
_SUMS = ("opening", "entered", "departed", "lost", "opening_value", "entered_value", "departed_value", "lost_value")


def relation(entry: Metric, query: questions.Query, moment: questions.Moment) -> tuple[str, dict[str, Any]]:
    """SQL in brackets: a row for every period of the question and every group, and its values."""
    flow = FLOWS[entry.facts]
    conditions, params = query.filters.where(entry.table)
    params.update(moment.params())
    period = query.filters.period
    params["until"] = min(period.end, moment.until) if period.end else moment.until
    total = query.grain == questions.TOTAL
    enters, ends = _period_columns(flow, query.grain)
    start = "$start" if period.start else "date '0001-01-01'"
    if period.start:
        params["start"] = period.start
        params["first"] = period.start if total else questions.period_start(period.start, query.grain)
    first = "$first" if period.start else f"(select min({enters}) from {entry.table})" if not total else start
    dims = "".join(f", {dimension(name).column(entry.time)} as {name}" for name in query.by)
    names = "".join(f", {name}" for name in query.by)
    base = f"""
        select {flow.count} as k, {flow.value} as v, case when {flow.valued} then 1 else 0 end as valued,
               {flow.enters}_on as from_on, {first if total else enters} as from_period,
               case when {flow.left} then {_later(flow, "on")} end as to_on,
               case when {flow.left} then {first if total else ends} end as to_period{dims}
        from {entry.table} where {" and ".join([flow.where, *conditions])}"""
    moves = [
        _move(first, names, "opening", f"from_on < {start} and (to_on is null or to_on >= {start})"),
        _move("from_period", names, "entered", f"from_on >= {start}"),
        _move("to_period", names, "departed", f"to_on >= {start}"),
        _move("to_period", names, "lost", f"to_on >= {start} and from_on < greatest(to_period, {start})"),
    ]
    if not total:
        params["grain"] = query.grain
        distinct = f"(select distinct {names[2:]} from base) as d" if query.by else ""
        spine = f"periods cross join {distinct}" if query.by else "periods"
        at_least = "starts_on >= $first" if period.start else f"starts_on >= {first}"
        moves.append(
            f"select starts_on as period{names}, {_zeros()}, 0 as entered_valued, 0 as departed_valued, "
            f"0 as opening_valued from {spine} where grain = $grain and {at_least} and starts_on < $until"
        )
    over = f"over ({f'partition by {names[2:]} ' if query.by else ''}order by period rows between unbounded preceding and current row)"
    sums = ", ".join(
        f"sum({name}) as {name}" for name in (*_SUMS, "opening_valued", "entered_valued", "departed_valued")
    )
    return (
        f"""(with base as ({base}), moves as ({" union all ".join(moves)}),
            summed as (select period{names}, {sums} from moves group by period{names}),
            stock as (
                select *, sum(opening + entered - departed) {over} as closing,
                       sum(opening_value + entered_value - departed_value) {over} as closing_value,
                       sum(opening_valued + entered_valued - departed_valued) {over} as closing_valued
                from summed)
            select period{names}, closing - entered + departed as opening, entered, departed, lost, closing,
                   closing_value - entered_value + departed_value as opening_value, lost_value, closing_value,
                   closing_valued - entered_valued + departed_valued as opening_valued, closing_valued from stock) as flow""",
        params,
    )


def _period_columns(flow: Flow, grain: str) -> tuple[str, str]:
    column = "on" if grain in ("day", questions.TOTAL) else grain
    return f"{flow.enters}_{column}", _later(flow, column)


def _later(flow: Flow, column: str) -> str:
    """SQL: the period of leaving; a row that left before it came (a data error) leaves as it comes."""
    return f"greatest({flow.enters}_{column}, {flow.ends}_{column})"


def _zeros(given: str = "") -> str:
    values = {name: "0" if not name.endswith("_value") else "0e0" for name in _SUMS}
    if given:
        values[given] = "sum(k)"
        values[f"{given}_value"] = "sum(v)"
    return ", ".join(f"{value} as {name}" for name, value in values.items())


def _move(period: str, names: str, what: str, where: str) -> str:
    valued = ", ".join(
        f"{'sum(valued)' if name == what else '0'} as {name}_valued" for name in ("entered", "departed", "opening")
    )
    keys = "" if period.startswith(("$", "(", "date")) else period
    grouping = ", ".join(part for part in (keys, names[2:]) if part)
    return (
        f"select {period} as period{names}, {_zeros(what)}, {valued} from base where {where} "
        f"{f'group by {grouping}' if grouping else 'having count(*) > 0'}"
    )


# --- curves -------------------------------------------------------------------------------------------------


def curve(engine: Engine, entry: Metric, query: questions.Query, moment: questions.Moment) -> pd.DataFrame:
    """The rows of survival or cohort_retention: one for each number of whole months since the start."""
    made = _survival if entry.name == "survival" else _cohorts
    frame = made(engine, entry, query, moment)
    columns = ["metric", "period", *query.by, "month", *questions.COLUMNS]
    return frame.reindex(columns=columns).astype({"period": object})


def _scope(query: questions.Query, moment: questions.Moment, by: list[str]) -> tuple[str, str, dict[str, Any]]:
    conditions, params = query.filters.where("customer_facts")
    params.update(moment.params())
    conditions.append("started_on < $until")
    period = query.filters.period
    if period.end:
        params["until"] = min(period.end, moment.until)
        params["as_of_code"] = questions.code_of(params["until"])
    keys = "".join(f"{name}, " for name in by)
    return " and ".join(conditions), keys, params


def _survival(engine: Engine, entry: Metric, query: questions.Query, moment: questions.Moment) -> pd.DataFrame:
    where, keys, params = _scope(query, moment, list(query.by))
    lasted = "case when cancelled_on < $until then cancel_code else $as_of_code end - start_code"
    ended = "case when cancelled_on < $until then 1 else 0 end"
    sql = f"""select {keys}{lasted} as lasted, {ended} as ended, count(*) as k from customer_facts where {where}
              group by {keys}{lasted}, {ended}"""
    found = engine.query(sql, **params).to_pandas()
    frames = []
    groups = found.groupby(list(query.by), dropna=False, sort=True) if query.by else [((), found)]
    for names, rows in groups:
        if rows.empty:
            continue
        table = statistics.kaplan_meier(rows["lasted"].clip(lower=0), rows["ended"] == 1, rows["k"])
        months = np.arange(0, int(rows["lasted"].max()) // CODE_MONTH + 1)
        place = np.searchsorted(table.time, months * CODE_MONTH, side="right") - 1
        lasted_k = np.array([rows.loc[rows["lasted"] >= month * CODE_MONTH, "k"].sum() for month in months])
        columns: dict[str, Any] = {"metric": entry.name, "period": None}
        columns.update(dict(zip(query.by, names, strict=True)))
        columns.update(month=months, value=table.survival[place], n=lasted_k, low=table.low[place])
        frames.append(pd.DataFrame({**columns, "high": table.high[place], "partial": False}))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame({"metric": []})


def _cohorts(engine: Engine, entry: Metric, query: questions.Query, moment: questions.Moment) -> pd.DataFrame:
    where, keys, params = _scope(query, moment, list(query.by))
    if query.filters.period.start:
        where += " and started_month >= $first"
        params["first"] = questions.period_start(query.filters.period.start, "month")
    lasted = "case when cancelled_on < $until then cancel_code - start_code end"
    sql = f"""select {keys}started_month, {lasted} as lasted, count(*) as k from customer_facts where {where}
              group by {keys}started_month, {lasted}"""
    found = engine.query(sql, **params).to_pandas(date_as_object=True)
    frames = []
    for names, rows in found.groupby([*query.by, "started_month"], dropna=False, sort=True):
        start = names[-1]
        until = params["until"]
        reached = (until.year - start.year) * 12 + until.month - start.month - 1
        months = np.arange(0, reached + 1)
        size = int(rows["k"].sum())
        lasted_ = rows["lasted"].astype("float64").to_numpy()
        k = rows["k"].to_numpy()
        there = np.array([size - k[lasted_ < month * CODE_MONTH].sum() for month in months])
        low, high = statistics.wilson(there, np.full(months.size, size))
        columns: dict[str, Any] = {"metric": entry.name, "period": start}
        columns.update(dict(zip(query.by, names[:-1], strict=True)))
        columns.update(month=months, value=there / size, n=size, low=low, high=high, partial=False)
        if months.size:
            frames.append(pd.DataFrame(columns))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame({"metric": []})
