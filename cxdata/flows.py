"""Stocks that rise and fall (customers, open tickets, buyers) and curves of months since a start.

In: metrics on a flow, a question. Out: for stocks, arrays of what there was, came and left in every period and
group; for curves, the rows of the answer. The engine adds up what moves together, numpy the few sums over time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cxdata import questions, scans, statistics
from cxdata.arrays import Array, Key, Whole, coded, doubles, sortable
from cxdata.engine import Engine
from cxdata.facts import CODE_MONTH
from cxdata.filters import dimension
from cxdata.metrics.base import FlowMean, Metric

NEVER = -2  # the place of a period that did not come; -1 is before the first that is asked
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Flow:
    """How a table rises and falls. `enters`, `ends`: column prefixes of coming and leaving ("": never leaves); `left_s`:
    the instant of leaving, where it may lie after as-of.

    `count` and `value` weigh a row ("": 1; a purchase counts as a buyer only if it is his first); `valued`: condition that
    its value is known; `squares`: what adds up to the squares of the values of what `per` tells apart; `per`: the column whose values are what is there, where it is not the rows.
    """

    enters: str
    ends: str = ""
    where: str = "true"
    left_s: str = ""
    count: str = ""
    value: str = "0e0"
    valued: str = "false"
    squares: str = "0e0"
    per: str = ""


FLOWS = {
    "ticket_flow": Flow("created", "resolved", where="knows_stock", left_s="resolved_at_s"),
    "customer_flow": Flow(
        "started",
        "cancelled",
        where="not derived",
        value="coalesce(monthly_value, 0e0)",
        valued="monthly_value is not null",
    ),
    "purchase_flow": Flow(
        "purchased",
        count="case when nth = 1 then 1 else 0 end",
        value="coalesce(amount, 0e0)",
        valued="amount is not null",
        # (before + amount)² − before², so that all purchases of a customer add up to the square of what was spent
        squares="coalesce(amount, 0e0) * (coalesce(amount, 0e0) + 2e0 * spent_before)",
        per="customer_id",
    ),
}


def stocks(
    engine: Engine, group: Sequence[Metric], query: questions.Query, moment: questions.Moment, starts: Sequence[date]
) -> tuple[tuple[Key, ...], dict[str, Array]]:
    """(keys in order, columns) of a flow: opening, entered, departed, lost and closing of every period and group.

    `starts`: the first days of the periods, none for a total. `lost` are those of the opening who departed. With a
    measure that weighs, each has a `_value` and a `_valued` (rows whose value is known).
    """
    total = query.grain == questions.TOTAL
    sql, params = _moves_sql(group, query, moment)
    found = engine.query(sql, **params)
    codes, names = coded(found, list(query.by))
    order = sorted(range(len(names)), key=lambda place: sortable(names[place]))
    group_of = np.argsort(order)[codes] if found.num_rows else codes
    begun, ended = (_places(found[f"{which}_period"], None if total else starts) for which in ("from", "to"))
    if not total:  # a row that left before it came (a data error) leaves as it comes
        ended = np.where(ended == NEVER, NEVER, np.maximum(begun, ended))
    start = query.filters.period.start
    if "was_there" in found.column_names:
        was_there, leaves = (doubles(found[name]) == 1 for name in ("was_there", "leaves"))
    else:
        was_there, leaves = (begun < 0) if start else np.zeros(begun.size, bool), ended >= 0
    gone = (ended != NEVER) & ~leaves
    is_lost = leaves & (was_there | (begun < ended))
    shape = (1 if total else len(starts), len(names))
    columns: dict[str, Array] = {}
    for weight in _weights(group):
        k, suffix = doubles(found[weight]), "" if weight == "k" else f"_{weight}"
        opening = np.bincount(group_of[was_there & ~gone], k[was_there & ~gone], len(names))
        moved: dict[str, Array] = {}
        for name, at, kept in (
            ("entered", begun, ~was_there), ("departed", ended, leaves), ("lost", ended, is_lost),
        ):  # fmt: skip
            moved[name] = np.zeros(shape)
            np.add.at(moved[name], (at[kept], group_of[kept]), k[kept])
        closing: Array = opening + np.cumsum(moved["entered"] - moved["departed"], axis=0).astype("float64")
        whole: dict[str, Array] = {
            "opening": closing - moved["entered"] + moved["departed"],
            **moved,
            "closing": closing,
        }
        columns |= {f"{name}{suffix}": array.ravel() for name, array in whole.items()}
    keys = [names[place] for place in order]
    return tuple(
        (*period, *key) for period, key in product([()] if total else [(one,) for one in starts], keys)
    ), columns


def _places(periods: pa.ChunkedArray, starts: Sequence[date] | None) -> Whole:
    """The place of each period among those that start so, of a total (None) 0. One after the last was never."""
    days = doubles(pc.cast(periods, pa.int32()))
    if starts is None:
        return np.where(np.isnan(days), NEVER, 0)
    firsts = np.array([(start - EPOCH).days for start in starts])
    places = np.searchsorted(firsts, days, side="right") - 1
    return np.where(np.isnan(days) | (days > max(firsts, default=np.inf)), NEVER, places)


def _weights(group: Sequence[Metric]) -> tuple[str, ...]:
    weighed = ("value", "valued") if any(entry.measure.weighed for entry in group) else ()
    squared = ("squares",) if any(isinstance(entry.measure, FlowMean) for entry in group) else ()
    return ("k", *weighed, *squared)


def _moves_sql(group: Sequence[Metric], query: questions.Query, moment: questions.Moment) -> tuple[str, dict[str, Any]]:
    """SQL: how many rows came in a period and left in a period, and whether that was before the start."""
    entry = group[0]
    flow = FLOWS[entry.facts]
    conditions, params = query.filters.where(entry.table)
    params.update(moment.params())
    period, total = query.filters.period, query.grain == questions.TOTAL
    params["until"] = min(period.end, moment.until) if period.end else moment.until
    params["start"] = period.start
    column = "on" if query.grain in ("day", questions.TOTAL) else query.grain
    conditions += [flow.where, f"{flow.enters}_on < $until"]
    left = f"{flow.ends}_on < $until" if flow.ends else "false"
    if not moment.sees_all:
        conditions += [f"{begins} <= $as_of_s" for begins in [scans.BEGINS.get(entry.table)] if begins]
        left += f" and {flow.left_s} <= $as_of_s" if flow.left_s else ""
    keys = {name: dimension(name).column(entry.time) for name in query.by}
    keys["from_period"] = "date '0001-01-01'" if total else f"{flow.enters}_{column}"
    keys["to_period"] = keys["from_period"] if total else f"{flow.ends or flow.enters}_{column}"
    cut = params["until"] not in (moment.until, questions.period_start(params["until"], query.grain))
    if total or cut or not moment.sees_all or not flow.ends:
        keys["to_period"] = f"case when {left} then {keys['to_period']} end"
    if period.start and (total or period.start != questions.period_start(period.start, query.grain)):
        keys["was_there"] = f"case when {flow.enters}_on < $start then 1 else 0 end"
        later = f"greatest({flow.enters}_on, {flow.ends or flow.enters}_on)"
        keys["leaves"] = f"case when {left} and {later} >= $start then 1 else 0 end"
    sums = {
        "k": f"sum({flow.count})" if flow.count else "count(*)",
        "value": f"sum({flow.value})",
        "valued": f"count(*) filter (where {flow.valued})",
        "squares": f"sum({flow.squares})",
    }
    columns = [f"{sql} as {name}" for name, sql in keys.items()]
    columns += [f"{sums[weight]} as {weight}" for weight in _weights(group)]
    return (
        f"select {', '.join(columns)} from {entry.table} where {' and '.join(conditions)} group by {', '.join(keys.values())}",
        params,
    )


def conditions(
    entry: Metric, query: questions.Query, moment: questions.Moment
) -> tuple[list[str], dict[str, str], dict[str, Any]]:
    """(conditions of the rows of a flow up to the end of a question in total, SQL of what a row is in it, values).

    The SQL: opening, entered, departed, lost and closing as conditions; value, valued and count as `Flow` has them.
    """
    flow = FLOWS[entry.facts]
    chosen, params = query.filters.where(entry.table)
    params.update(moment.params())
    period = query.filters.period
    params["until"] = min(period.end, moment.until) if period.end else moment.until
    rows = [*chosen, flow.where, f"{flow.enters}_on < $until"]
    if entry.table in scans.BEGINS and not moment.sees_all:
        rows.append(f"{scans.BEGINS[entry.table]} <= $as_of_s")
    left = f"coalesce({flow.ends}_on < $until, false)" if flow.ends else "false"
    if flow.left_s and not moment.sees_all:
        left = f"({left} and {flow.left_s} <= $as_of_s)"
    there, later = "false", "true"
    if period.start:
        params["start"] = period.start
        there = f"{flow.enters}_on < $start"
        later = f"greatest({flow.enters}_on, {flow.ends or flow.enters}_on) >= $start"
    names = {
        "opening": f"({there} and not ({left} and not ({later})))",
        "entered": f"(not ({there}))",
        "departed": f"({left} and {later})",
        "lost": f"({there} and {left} and {later})",
        "closing": f"(not {left})",
        "value": flow.value,
        "valued": flow.valued,
        "count": flow.count or "1",
    }
    return rows, names, params


# --- curves -------------------------------------------------------------------------------------------------


def curve(engine: Engine, entry: Metric, query: questions.Query, moment: questions.Moment) -> pd.DataFrame:
    """The rows of a curve: one for each number of whole months since the start, or since the first purchase."""
    frame = _CURVES[entry.name](engine, entry, query, moment)
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
    where += " and not derived"
    if query.filters.period.start:
        where += " and started_month >= $first"
        params["first"] = questions.period_start(query.filters.period.start, "month")
    lasted = f"case when cancelled_on < $until then floor((cancel_code - start_code) / {CODE_MONTH}e0) end"
    sql = f"""select {keys}started_month, {lasted} as lasted, count(*) as k from customer_facts where {where}
              group by {keys}started_month, {lasted}"""
    return _triangle(entry, query, engine.query(sql, **params), "started_month", params["until"])


def _second_purchases(engine: Engine, entry: Metric, query: questions.Query, moment: questions.Moment) -> pd.DataFrame:
    """Of those who first bought in a month, who bought again within k whole months; of k from 1 on."""
    conditions, params = query.filters.where("purchase_facts")
    params.update(moment.params())
    period = query.filters.period
    params["until"] = min(period.end, moment.until) if period.end else moment.until
    conditions += ["nth = 1", "purchased_on < $until"]
    if not moment.sees_all:
        conditions.append("purchased_s <= $as_of_s")
    if period.start:
        conditions.append("purchased_month >= $first")
        params["first"] = questions.period_start(period.start, "month")
    keys = "".join(f"{name}, " for name in query.by)
    sql = f"""select {keys}purchased_month, next_months as lasted, count(*) as k from purchase_facts
              where {" and ".join(conditions)} group by {keys}purchased_month, next_months"""
    return _triangle(entry, query, engine.query(sql, **params), "purchased_month", params["until"], kept=False)


def _triangle(
    entry: Metric, query: questions.Query, table: pa.Table, begin: str, until: date, *, kept: bool = True
) -> pd.DataFrame:
    """A row for each cohort and number of whole months that all of it have seen: the share that is `kept`, or that is not.

    `table`: by the month of `begin`, how many (`k`) lasted so many whole months, null for those who still do.
    """
    found = table.to_pandas(date_as_object=True)
    keys_ = [[None if one != one else one for one in found[name].tolist()] for name in (*query.by, begin)]
    places: dict[tuple[Any, ...], int] = {}
    place = np.array([places.setdefault(key, len(places)) for key in zip(*keys_, strict=True)], dtype="int64")
    k = found["k"].to_numpy(dtype="float64")
    # How many of each cohort left within so many months: whole months lasted, added up from the first on.
    whole = found["lasted"].to_numpy(dtype="float64", na_value=np.nan)
    left = ~np.isnan(whole)
    ages = [(until.year - key[-1].year) * 12 + until.month - key[-1].month for key in places]
    gone = np.zeros((len(places), max(ages, default=0) + 1))
    late = np.minimum(np.maximum(whole[left], 0).astype("int64"), gone.shape[1] - 1)
    np.add.at(gone, (place[left], late), k[left])
    sizes = np.bincount(place, weights=k, minlength=len(places))
    frames = []
    for key, at in sorted(places.items(), key=lambda entry: tuple((one is None, str(one)) for one in entry[0])):
        months = np.arange(max(ages[at], 0))
        counted = np.concatenate(([0.0], np.cumsum(gone[at])))[: months.size]
        if kept:
            counted = sizes[at] - counted
        else:
            months, counted = months[1:], counted[1:]
        low, high = statistics.wilson(counted, np.full(months.size, sizes[at]))
        columns: dict[str, Any] = {"metric": entry.name, "period": key[-1]}
        columns.update(dict(zip(query.by, key[:-1], strict=True)))
        columns.update(month=months, value=counted / sizes[at], n=int(sizes[at]), low=low, high=high, partial=False)
        frames.append(columns)
    return _rows(frames)


_CURVES = {"survival": _survival, "cohort_retention": _cohorts, "second_purchase_cohorts": _second_purchases}


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
