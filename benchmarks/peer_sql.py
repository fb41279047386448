"""The pages' questions as plain DuckDB SQL over raw rows, as a competent writer of SQL would put them.

In: a question and a connection to the raw tables. Out: {metric: frame of keys, value, n (and low, high of a
median)}, and for a comparison {metric: (now, before, p)}. Measures of one scan are asked in one select; everything
that the facts of the dashboard have ready (local months, durations, SLA outcomes) is worked out in the query.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from benchmarks.generate import ZONE
from benchmarks.questions import BEFORE, Question
from benchmarks.stocks import Frames, cohorts, stocks, survival
from cxdata import statistics
from cxdata.filters import Period
from cxdata.questions import Query

FIRST = "case when first_response_at >= created_at then epoch(first_response_at) - epoch(created_at) end"
LAST = "case when resolved_at >= created_at then epoch(resolved_at) - epoch(created_at) end"
FIRST_TARGET = "case priority when 'urgent' then 3600 when 'high' then 14400 when 'low' then 86400 else 28800 end"
LAST_TARGET = "case priority when 'urgent' then 28800 when 'high' then 86400 when 'low' then 432000 else 259200 end"


def _met(seconds: str, target: str) -> str:
    return f"count(*) filter ({seconds} <= {target})"


def _late(instant: str, seconds: str, target: str) -> str:
    passed = f"$as_of > epoch(created_at) + {target}"
    return f"count(*) filter (case when {instant} is null then {passed} else {seconds} > {target} end)"


_MET = (_met(FIRST, FIRST_TARGET), _met(LAST, LAST_TARGET))
_LATE = (_late("first_response_at", FIRST, FIRST_TARGET), _late("resolved_at", LAST, LAST_TARGET))

# metric: (scan, what is divided, by what); a median has the seconds and the probability
SHARES: dict[str, tuple[str, str, str]] = {
    "tickets_created": ("created_at", "count(*)", "1"),
    "tickets_resolved": ("resolved_at", "count(*)", "1"),
    "resolution_rate": ("created_at", "count(*) filter (resolved_at is not null)", "count(*)"),
    "first_contact_resolution": (
        "resolved_at", "count(*) filter (agent_replies = 1 and reopens = 0)", "count(agent_replies)"),
    "reopen_rate": ("resolved_at", "count(*) filter (reopens >= 1)", "count(reopens)"),
    "unanswered_rate": (
        "created_at",
        f"count(*) filter (first_response_at is null and $as_of > epoch(created_at) + {FIRST_TARGET})", "count(*)"),
    "sla_first_response": ("created_at", _MET[0], f"({_MET[0]} + {_LATE[0]})"),
    "sla_resolution": ("created_at", _MET[1], f"({_MET[1]} + {_LATE[1]})"),
    "sla": ("created_at", f"({_MET[0]} + {_MET[1]})", f"({_MET[0]} + {_LATE[0]} + {_MET[1]} + {_LATE[1]})"),
    "nps": ("answered_at", "100 * (count(*) filter (nps >= 9) - count(*) filter (nps <= 6))", "count(nps)"),
    "nps_promoters": ("answered_at", "count(*) filter (nps >= 9)", "count(nps)"),
    "nps_passives": ("answered_at", "count(*) filter (nps between 7 and 8)", "count(nps)"),
    "nps_detractors": ("answered_at", "count(*) filter (nps <= 6)", "count(nps)"),
    "csat": ("answered_at", "count(*) filter (csat >= 4)", "count(csat)"),
    "ces": ("answered_at", "sum(ces)", "count(ces)"),
    **{name: ("answered_at", f"25 * sum({name} - 1)", f"count({name})")
       for name in ("quality_accuracy", "quality_professionalism", "quality_overall")},
}  # fmt: skip
QUANTILES = {
    "first_response_time": ("created_at", FIRST, 0.5),
    "first_response_time_p90": ("created_at", FIRST, 0.9),
    "resolution_time": ("resolved_at", LAST, 0.5),
    "resolution_time_p90": ("resolved_at", LAST, 0.9),
}
CUSTOMERS = ("retention_rate", "churn_rate", "active_customers", "new_customers", "lost_customers")


class SqlPeer:
    """Answers questions on one connection. `as_of_s`: UTC epoch seconds."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, as_of_s: int) -> None:
        self.connection, self.as_of_s = connection, as_of_s

    def ask(self, question: Question) -> Frames:
        """A series, totals by something, or a curve."""
        query = question.query
        if query.metrics[0] in ("survival", "cohort_retention"):
            return self._curve(query.metrics[0], query.filters.period.end)
        found: Frames = {}
        for time in ("created_at", "resolved_at", "answered_at"):
            found |= self._scan(time, query)
        if "backlog" in query.metrics:
            found["backlog"] = self._backlog(query.filters.period)
        if set(query.metrics) & set(CUSTOMERS):
            found |= self._customers_by_month(query) if query.grain == "month" else self._customers(query)
        return found

    def compare(self, question: Question) -> dict[str, tuple[pd.Series, pd.Series, float]]:
        """{metric: (now, before, p of the rank test for a duration)}."""
        query = question.query
        now = self.ask(question)
        earlier = Query(query.metrics, filters=type(query.filters)(BEFORE))
        before = self.ask(Question(earlier))
        found = {}
        for name in query.metrics:
            p = self._ranks(*QUANTILES[name][:2], query.filters.period, BEFORE) if name in QUANTILES else np.nan
            found[name] = (now[name].iloc[0], before[name].iloc[0], p)
        return found

    # --- one scan -------------------------------------------------------------------------------------------

    def _run(self, sql: str, **params: Any) -> pd.DataFrame:
        named = {name: value for name, value in params.items() if f"${name}" in sql}
        return self.connection.execute(sql, named).df()

    def _where(self, time: str, period: Period) -> tuple[str, str]:
        table = "surveys" if time == "answered_at" else "tickets"
        within = " and ".join(
            [f"{time} >= timestamptz '{period.start} 00:00 {ZONE}'"] * bool(period.start)
            + [f"{time} < timestamptz '{period.end} 00:00 {ZONE}'"]
        )
        return table, within

    def _keys(self, time: str, query: Query) -> dict[str, str]:
        local = f"timezone('{ZONE}', {time})"
        keys = {"period": f"cast(date_trunc('month', {local}) as date)"} if query.grain == "month" else {}
        timed = {"weekday": f"isodow({local})", "hour": f"hour({local})"}
        return keys | {name: timed.get(name, name) for name in query.by}

    def _scan(self, time: str, query: Query) -> Frames:
        shares = {name: entry for name, entry in SHARES.items() if name in query.metrics and entry[0] == time}
        quantiles = {name: entry for name, entry in QUANTILES.items() if name in query.metrics and entry[0] == time}
        if not shares and not quantiles:
            return {}
        table, within = self._where(time, query.filters.period)
        keys = self._keys(time, query)
        columns = [f"{sql} as {name}" for name, sql in keys.items()]
        columns += [f"{x} as {name}_x, {n} as {name}_n" for name, (_, x, n) in shares.items()]
        probabilities = [p for _, _, p in quantiles.values()]
        if quantiles:
            seconds = next(iter(quantiles.values()))[1]
            columns.append(f"quantile_cont({seconds}, {probabilities}) as q, count({seconds}) as q_n")
        grouping = f"group by {', '.join(str(i + 1) for i in range(len(keys)))}" if keys else ""
        rows = self._run(f"select {', '.join(columns)} from {table} where {within} {grouping}", as_of=self.as_of_s)
        found = {}
        for name in shares:
            count = rows[f"{name}_n"] if name not in ("tickets_created", "tickets_resolved") else rows[f"{name}_x"]
            value = rows[f"{name}_x"] / rows[f"{name}_n"]
            found[name] = rows[list(keys)].assign(value=value, n=count)
        for place, name in enumerate(quantiles):
            value = [entry[place] for entry in rows["q"]]
            found[name] = rows[list(keys)].assign(value=value, n=rows["q_n"])
        if quantiles and query.grain == "total":
            self._bounds(found, list(quantiles), seconds, probabilities, table, within, keys)
        return found

    def _bounds(
        self,
        found: Frames,
        names: list[str],
        seconds: str,
        at: list[float],
        table: str,
        within: str,
        keys: dict[str, str],
    ) -> None:
        """The order statistics around the quantiles: one more scan for all groups, each reads its own."""
        n = found[names[0]]["n"].to_numpy(dtype=float)
        ends = np.array([np.atleast_1d(end) for p in at for end in statistics.quantile_probabilities(n, p)])
        wanted = ", ".join(repr(float(p)) for p in ends.T.ravel())
        columns = ", ".join(
            [*(f"{sql} as {name}" for name, sql in keys.items()), f"quantile_cont({seconds}, [{wanted}]) as q"]
        )
        grouping = f"group by {', '.join(str(i + 1) for i in range(len(keys)))}" if keys else ""
        rows = self._run(f"select {columns} from {table} where {within} {grouping}")
        if keys:
            rows = found[names[0]][list(keys)].merge(rows, on=list(keys), how="left")
        each = len(ends)
        for place, name in enumerate(names):
            own = [entry[i * each + 2 * place : i * each + 2 * place + 2] for i, entry in enumerate(rows["q"])]
            found[name] = found[name].assign(low=[low for low, _ in own], high=[high for _, high in own])

    def _ranks(self, time: str, seconds: str, now: Period, before: Period) -> float:
        _, is_now = self._where(time, now)
        _, within = self._where(time, Period(before.start, now.end))
        row = self._run(f"""
            with tally as (
                select {seconds} as x, (count(*) filter ({is_now}))::double as a, count(*)::double as t
                from tickets where {within} group by 1 having x is not null)
            select sum(a) as n, sum(t) as both, sum(a * (below + (t - a) / 2)) as u, sum(t * t * t - t) as ties
            from (select *, sum(t - a) over (order by x) - (t - a) as below from tally)""").iloc[0]
        return float(statistics.mann_whitney_p(row["u"], row["n"], row["both"] - row["n"], row["ties"]))

    # --- stocks and curves ----------------------------------------------------------------------------------

    def _backlog(self, period: Period) -> pd.DataFrame:
        local = f"timezone('{ZONE}', {{}})"
        rows = self._run(f"""
            with moves as (
                select date_trunc('month', {local.format("created_at")}) as month, count(*) as k from tickets group by 1
                union all
                select date_trunc('month', {local.format("greatest(created_at, resolved_at)")}), -count(*)
                from tickets where resolved_at is not null group by 1)
            select cast(month as date) as period, cast(sum(sum(k)) over (order by month) as bigint) as value
            from moves group by month""")
        kept = rows["period"].between(pd.Timestamp(period.start), pd.Timestamp(period.end), inclusive="left")
        return rows[kept].assign(n=rows["value"])

    def _customers(self, query: Query) -> Frames:
        names = list(query.by)
        keys = "".join(f"{name}, " for name in names)
        period = query.filters.period
        rows = self._run(
            f"""select {keys} count(*) filter (started_on < $a and coalesce(cancelled_on >= $a, true)) as opening,
                       count(*) filter (started_on < $a and cancelled_on >= $a and cancelled_on < $b) as lost,
                       count(*) filter (started_on >= $a and started_on < $b) as entered,
                       count(*) filter (cancelled_on >= $a and cancelled_on < $b) as departed,
                       count(*) filter (started_on < $b and coalesce(cancelled_on >= $b, true)) as closing
                from customers {f"group by {', '.join(names)}" if names else ""}""",
            a=period.start,
            b=period.end,
        )
        return stocks(rows, names, query)

    def _customers_by_month(self, query: Query) -> Frames:
        rows = self._run("""
            with moves as (
                select date_trunc('month', started_on) as period, count(*) as entered, 0 as departed, 0 as lost
                from customers group by 1
                union all
                select date_trunc('month', cancelled_on) as month, 0, count(*),
                       count(*) filter (started_on < date_trunc('month', cancelled_on))
                from customers where cancelled_on is not null group by 1),
            months as (select period, sum(entered) as entered, sum(departed) as departed, sum(lost) as lost
                       from moves group by 1)
            select cast(period as date) as period, entered, departed, lost,
                   sum(entered - departed) over (order by period) as closing, closing - entered + departed as opening
            from months""")
        period = query.filters.period
        kept = rows["period"].between(pd.Timestamp(period.start), pd.Timestamp(period.end), inclusive="left")
        return stocks(rows[kept], ["period"], query)

    def _curve(self, metric: str, until: date) -> Frames:
        code = "((year({0}) * 12 + month({0})) * 32 + day({0}))"
        gone = "cancelled_on < $until"
        start, end = code.format("started_on"), code.format("cancelled_on")
        if metric == "survival":
            last = (until.year * 12 + until.month) * 32 + until.day
            rows = self._run(
                f"""select case when {gone} then {end} else {last} end - {start} as lasted,
                           coalesce({gone}, false) as ended, count(*) as k
                    from customers where started_on < $until group by 1, 2""",
                until=until,
            )
            return {metric: survival(rows)}
        rows = self._run(
            f"""select cast(date_trunc('month', started_on) as date) as period,
                       case when {gone} then ({end} - {start}) // 32 end as months, count(*) as k
                from customers where started_on < $until group by 1, 2""",
            until=until,
        )
        return {metric: cohorts(rows, until)}
