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
    names = "".join(f", {name}" for name in query.by)
    from_period = first if total else enters
    to_period = f"case when {flow.left} then {first if total else ends} end"
    was_there = f"{flow.enters}_on < {start}"
    leaves = f"coalesce({flow.left} and {_later(flow, 'on')} >= {start}, false)"
    is_gone = f"coalesce({flow.left} and {_later(flow, 'on')} < {start}, false)"
    is_lost = f"coalesce({flow.enters}_on < greatest({to_period}, {start}), false)"
    groups = {"from_period": from_period, "to_period": to_period, "was_there": was_there, "leaves": leaves}
    groups |= {"is_gone": is_gone, "is_lost": is_lost} | {name: dimension(name).column(entry.time) for name in query.by}
    # Whatever moves together is added up first: what follows works on a few hundred rows.
    base = f"""
        select {", ".join(groups)}, sum(k) as k, sum(v) as v, sum(valued) as valued from (
            select {", ".join(f"{sql} as {name}" for name, sql in groups.items())},
                   {flow.count} as k, {flow.value} as v, case when {flow.valued} then 1 else 0 end as valued
            from {entry.table} where {" and ".join([flow.where, *conditions])}) as each
        group by {", ".join(groups)}"""
    moves = [
        _move(first, names, "opening", "was_there and not is_gone"),
        _move("from_period", names, "entered", "not was_there"),
        _move("to_period", names, "departed", "leaves"),
        _move("to_period", names, "lost", "leaves and is_lost"),
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
        months = np.arange(0, max(int(rows["lasted"].max()), 0) // CODE_MONTH + 1)
        place = np.searchsorted(table.time, months * CODE_MONTH, side="right") - 1
        order = np.argsort(rows["lasted"].to_numpy())
        shorter = np.concatenate(([0], np.cumsum(rows["k"].to_numpy()[order])))
        at_risk = shorter[-1] - shorter[np.searchsorted(rows["lasted"].to_numpy()[order], months * CODE_MONTH)]
        columns: dict[str, Any] = {"metric": entry.name, "period": None}
        columns.update(dict(zip(query.by, names, strict=True)))
        columns.update(month=months, value=table.survival[place], n=at_risk, low=table.low[place])
        frames.append({**columns, "high": table.high[place], "partial": False})
    return _rows(frames)


def _cohorts(engine: Engine, entry: Metric, query: questions.Query, moment: questions.Moment) -> pd.DataFrame:
    where, keys, params = _scope(query, moment, list(query.by))
    if query.filters.period.start:
        where += " and started_month >= $first"
        params["first"] = questions.period_start(query.filters.period.start, "month")
    lasted = "case when cancelled_on < $until then cancel_code - start_code end"
    sql = f"""select {keys}started_month, {lasted} as lasted, count(*) as k from customer_facts where {where}
              group by {keys}started_month, {lasted}"""
    found = engine.query(sql, **params).to_pandas(date_as_object=True)
    until = params["until"]
    keys_ = [found[name].tolist() for name in (*query.by, "started_month")]
    places: dict[tuple[Any, ...], int] = {}
    place = np.array([places.setdefault(key, len(places)) for key in zip(*keys_, strict=True)], dtype="int64")
    k = found["k"].to_numpy(dtype="float64")
    # How many of each cohort left within so many months: whole months lasted, added up from the first on.
    whole = np.floor(found["lasted"].to_numpy(dtype="float64", na_value=np.nan) / CODE_MONTH)
    left = ~np.isnan(whole)
    ages = [(until.year - key[-1].year) * 12 + until.month - key[-1].month for key in places]
    gone = np.zeros((len(places), max(ages, default=0) + 1))
    late = np.minimum(np.maximum(whole[left], 0).astype("int64"), gone.shape[1] - 1)
    np.add.at(gone, (place[left], late), k[left])
    sizes = np.bincount(place, weights=k, minlength=len(places))
    frames = []
    for key, at in sorted(places.items(), key=lambda entry: tuple((one is None, str(one)) for one in entry[0])):
        months = np.arange(max(ages[at], 0))
        there = sizes[at] - np.concatenate(([0.0], np.cumsum(gone[at])))[: months.size]
        low, high = statistics.wilson(there, np.full(months.size, sizes[at]))
        columns: dict[str, Any] = {"metric": entry.name, "period": key[-1]}
        columns.update(dict(zip(query.by, key[:-1], strict=True)))
        columns.update(month=months, value=there / sizes[at], n=int(sizes[at]), low=low, high=high, partial=False)
        frames.append(columns)
    return _rows(frames)


def _rows(curves: list[dict[str, Any]]) -> pd.DataFrame:
    """One frame of the columns of several curves, made once."""
    curves = [one for one in curves if one["month"].size]
    if not curves:
        return pd.DataFrame({"metric": []})
    joined: dict[str, list[Any]] = {}
    for name in curves[0]:
        for one in curves:
            value = one[name]
            joined.setdefault(name, []).extend(
                value.tolist() if isinstance(value, np.ndarray) else [value] * one["month"].size
            )
    return pd.DataFrame(joined)
