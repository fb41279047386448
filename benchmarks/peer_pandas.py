"""The pages' questions in pandas over frames of raw rows in memory, as a good analyst would write them.

In: a question and the frames. Out: as in peer_sql. Whatever a page needs twice (the local month, the seconds, the
SLA outcomes) is worked out once a page: a new PandasPeer is made for every page and keeps what it has worked out.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from scipy.stats import mannwhitneyu

from benchmarks.generate import ZONE
from benchmarks.peer_sql import CUSTOMERS
from benchmarks.questions import BEFORE, Question
from benchmarks.stocks import Frames, cohorts, stocks, survival
from cxdata import statistics
from cxdata.filters import Period
from cxdata.questions import Query

_HOUR = 3600
FIRST_TARGETS = {"urgent": _HOUR, "high": 4 * _HOUR, "normal": 8 * _HOUR, "low": 24 * _HOUR}
LAST_TARGETS = {"urgent": 8 * _HOUR, "high": 24 * _HOUR, "normal": 72 * _HOUR, "low": 120 * _HOUR}

# metric: (filed by, columns of 0 and 1 or numbers to sum, columns of what they are divided by, factor)
SHARES: dict[str, tuple[str, tuple[str, ...], tuple[str, ...], float]] = {
    "resolution_rate": ("created_at", ("is_resolved",), ("one",), 1),
    "unanswered_rate": ("created_at", ("unanswered",), ("one",), 1),
    "first_contact_resolution": ("resolved_at", ("one_touch",), ("replies_known",), 1),
    "reopen_rate": ("resolved_at", ("reopened",), ("reopens_known",), 1),
    "sla_first_response": ("created_at", ("first_met",), ("first_met", "first_late"), 1),
    "sla_resolution": ("created_at", ("last_met",), ("last_met", "last_late"), 1),
    "sla": ("created_at", ("first_met", "last_met"), ("first_met", "first_late", "last_met", "last_late"), 1),
    "nps": ("answered_at", ("nps_balance",), ("nps_known",), 100),
    "nps_promoters": ("answered_at", ("promoter",), ("nps_known",), 1),
    "nps_passives": ("answered_at", ("passive",), ("nps_known",), 1),
    "nps_detractors": ("answered_at", ("detractor",), ("nps_known",), 1),
    "csat": ("answered_at", ("satisfied",), ("csat_known",), 1),
}
MEANS = {
    "ces": ("ces", 0, 1),
    "quality_accuracy": ("quality_accuracy", 1, 25),
    "quality_professionalism": ("quality_professionalism", 1, 25),
    "quality_overall": ("quality_overall", 1, 25),
}  # metric: (column, what is taken off, factor)
COUNTS = {"tickets_created": "created_at", "tickets_resolved": "resolved_at"}
QUANTILES = {
    "first_response_time": ("created_at", "first_s", 0.5),
    "first_response_time_p90": ("created_at", "first_s", 0.9),
    "resolution_time": ("resolved_at", "last_s", 0.5),
    "resolution_time_p90": ("resolved_at", "last_s", 0.9),
}


class PandasPeer:
    """Answers the questions of one page. `as_of_s`: UTC epoch seconds."""

    def __init__(self, frames: dict[str, pd.DataFrame], as_of_s: int) -> None:
        self.raw, self.as_of = frames, pd.Timestamp(as_of_s, unit="s", tz="UTC").tz_convert(ZONE)
        self.columns: dict[str, pd.Series] = {}
        self._locals: dict[str, pd.Series] = {}

    def ask(self, question: Question) -> Frames:
        """A series, totals by something, or a curve."""
        query = question.query
        if query.metrics[0] == "survival":
            return {"survival": survival(self._lasted(query.filters.period.end))}
        if query.metrics[0] == "cohort_retention":
            return {"cohort_retention": self._cohorts(query.filters.period.end)}
        found: Frames = {}
        for time in ("created_at", "resolved_at", "answered_at"):
            found |= self._scan(time, query)
        if "backlog" in query.metrics:
            found["backlog"] = self._backlog(query.filters.period)
        if set(query.metrics) & set(CUSTOMERS):
            found |= self._customers(query)
        return found

    def compare(self, question: Question) -> dict[str, tuple[pd.Series, pd.Series, float]]:
        """{metric: (now, before, p of the rank test for a duration)}."""
        query = question.query
        earlier = Query(query.metrics, filters=type(query.filters)(BEFORE))
        now, before = self.ask(question), self.ask(Question(earlier))
        found = {}
        for name in query.metrics:
            p = np.nan
            if name in QUANTILES:
                time, column, _ = QUANTILES[name]
                values = self._column(column)
                stretches = [values[self._within(time, part)].dropna() for part in (query.filters.period, BEFORE)]
                p = mannwhitneyu(*stretches, method="asymptotic").pvalue
            found[name] = (now[name].iloc[0], before[name].iloc[0], p)
        return found

    # --- columns worked out once ----------------------------------------------------------------------------

    def _column(self, name: str) -> pd.Series:
        if name not in self.columns:
            self.columns[name] = self._made(name)
        return self.columns[name]

    def _made(self, name: str) -> pd.Series:
        t, s = self.raw["tickets"], self.raw["surveys"]
        made = {
            "one": lambda: pd.Series(1, index=t.index),
            "is_resolved": lambda: t["resolved_at"].notna(),
            "unanswered": lambda: t["first_response_at"].isna() & self._passed(FIRST_TARGETS),
            "one_touch": lambda: (t["agent_replies"] == 1) & (t["reopens"] == 0),
            "replies_known": lambda: t["agent_replies"].notna(),
            "reopened": lambda: t["reopens"] >= 1,
            "reopens_known": lambda: t["reopens"].notna(),
            "first_s": lambda: self._seconds("first_response_at"),
            "last_s": lambda: self._seconds("resolved_at"),
            "first_met": lambda: self._column("first_s") <= self._targets(FIRST_TARGETS),
            "last_met": lambda: self._column("last_s") <= self._targets(LAST_TARGETS),
            "first_late": lambda: self._late("first_s", "first_response_at", FIRST_TARGETS),
            "last_late": lambda: self._late("last_s", "resolved_at", LAST_TARGETS),
            "nps_known": lambda: s["nps"].notna(),
            "promoter": lambda: s["nps"] >= 9,
            "detractor": lambda: s["nps"] <= 6,
            "passive": lambda: s["nps"].between(7, 8),
            "nps_balance": lambda: self._column("promoter").astype("int32") - self._column("detractor").astype("int32"),
            "csat_known": lambda: s["csat"].notna(),
            "satisfied": lambda: s["csat"] >= 4,
        }
        return made[name]()

    def _seconds(self, end: str) -> pd.Series:
        t = self.raw["tickets"]
        taken = (t[end] - t["created_at"]).dt.total_seconds()
        return taken.where(taken >= 0)

    def _targets(self, targets: dict[str, int]) -> np.ndarray:
        codes = self.raw["tickets"]["priority"].cat
        by_code = np.array([targets[word] for word in codes.categories] + [targets["normal"]])
        return by_code[codes.codes.to_numpy()]  # no priority is code -1: the last one

    def _passed(self, targets: dict[str, int]) -> pd.Series:
        age = (self.as_of - self.raw["tickets"]["created_at"]).dt.total_seconds()
        return age > self._targets(targets)

    def _late(self, seconds: str, instant: str, targets: dict[str, int]) -> pd.Series:
        running = self.raw["tickets"][instant].isna() & self._passed(targets)
        return (self._column(seconds) > self._targets(targets)) | running

    def _local(self, time: str) -> pd.Series:
        """The wall time in the reporting zone."""
        if time not in self._locals:
            frame = self.raw["surveys" if time == "answered_at" else "tickets"]
            self._locals[time] = frame[time].dt.tz_localize(None)
        return self._locals[time]

    def _key(self, time: str, name: str) -> pd.Series:
        made = f"{time}_{name}"
        if name in ("team", "channel", "priority"):
            return self.raw["surveys" if time == "answered_at" else "tickets"][name]
        if made not in self.columns:
            local = self._local(time)
            if name == "month":
                self.columns[made] = _months(local)
            else:
                self.columns[made] = local.dt.weekday + 1 if name == "weekday" else local.dt.hour
        return self.columns[made]

    def _within(self, time: str, period: Period) -> pd.Series:
        local = self._local(time)
        before_end = local < pd.Timestamp(period.end)
        return (local >= pd.Timestamp(period.start)) & before_end if period.start else before_end

    # --- one scan -------------------------------------------------------------------------------------------

    def _scan(self, time: str, query: Query) -> Frames:
        shares = {name: entry for name, entry in SHARES.items() if name in query.metrics and entry[0] == time}
        means = {name: MEANS[name] for name in query.metrics if name in MEANS and time == "answered_at"}
        quantiles = {name: entry for name, entry in QUANTILES.items() if name in query.metrics and entry[0] == time}
        counts = [name for name in query.metrics if COUNTS.get(name) == time]
        if not (shares or means or quantiles or counts):
            return {}
        within = self._within(time, query.filters.period)
        names = ["period" if query.grain == "month" else "", *query.by]
        names = [name for name in names if name]
        keys = {name: self._key(time, "month" if name == "period" else name)[within] for name in names}
        summed = dict.fromkeys(part for _, x, n, _ in shares.values() for part in (*x, *n))
        work = pd.DataFrame({name: self._column(name)[within] for name in summed} | {
            column: self.raw["surveys"][column][within] for column, _, _ in means.values()
        } | {column: self._column(column)[within] for column in {q[1] for q in quantiles.values()}} | keys)  # fmt: skip
        grouping = names or np.zeros(len(work), dtype="int8")
        grouped = work.groupby(grouping, observed=True, dropna=False)
        sums = grouped[list(summed)].sum().reset_index() if summed else None
        found: Frames = {}
        for name, (_, x, n, factor) in shares.items():
            bottom = sum(sums[part] for part in n)
            found[name] = sums[names].assign(value=factor * sum(sums[part] for part in x) / bottom, n=bottom)
        if means:
            averages = grouped[[column for column, _, _ in means.values()]].agg(["mean", "count"]).reset_index()
            for name, (column, off, factor) in means.items():
                value = (averages[column]["mean"] - off) * factor
                found[name] = pd.DataFrame({k: averages[k] for k in names}).assign(
                    value=value, n=averages[column]["count"]
                )
        for name in counts:
            sizes = grouped.size().rename("n").reset_index()
            found[name] = sizes[names].assign(value=sizes["n"], n=sizes["n"])
        if quantiles:
            found |= self._quantiles(grouped, quantiles, names, query.grain == "total")
        return found

    def _quantiles(
        self, grouped: pd.api.typing.DataFrameGroupBy, quantiles: dict, names: list[str], bounds: bool
    ) -> Frames:
        """Each group is sorted once; all its quantiles and their bounds are read from the sorted values."""
        rows: dict[str, list[dict]] = {name: [] for name in quantiles}
        column = next(iter(quantiles.values()))[1]
        for key, values in grouped[column]:
            ordered = np.sort(values.dropna().to_numpy())
            for name, (_, _, p) in quantiles.items():
                row = dict(zip(names, key if isinstance(key, tuple) else (key,), strict=False))
                row |= {"value": _read(ordered, p), "n": ordered.size}
                if bounds:
                    low, high = statistics.quantile_probabilities(ordered.size, p)
                    row |= {"low": _read(ordered, float(low)), "high": _read(ordered, float(high))}
                rows[name].append(row)
        return {name: pd.DataFrame(entries) for name, entries in rows.items()}

    # --- stocks and curves ----------------------------------------------------------------------------------

    def _backlog(self, period: Period) -> pd.DataFrame:
        created, resolved = self._local("created_at"), self._local("resolved_at")
        came = self._key("created_at", "month").value_counts()
        later = resolved < created  # a clock that went back: leaves as it comes
        months = self._key("resolved_at", "month").mask(later, self._key("created_at", "month"))
        went = months.value_counts()
        stock = came.sub(went, fill_value=0).sort_index().cumsum().rename_axis("period").rename("value").reset_index()
        stock = stock[(stock["period"] >= pd.Timestamp(period.start)) & (stock["period"] < pd.Timestamp(period.end))]
        return stock.assign(n=stock["value"])

    def _customers(self, query: Query) -> Frames:
        c, period = self.raw["customers"], query.filters.period
        start, end = c["started_on"], c["cancelled_on"]
        if query.grain == "month":
            entered = _months(start).value_counts()
            ends = _months(end)
            departed, lost = ends.value_counts(), ends[start < ends].value_counts()
            rows = pd.DataFrame({"entered": entered, "departed": departed, "lost": lost}).fillna(0).sort_index()
            rows["closing"] = (rows["entered"] - rows["departed"]).cumsum()
            rows["opening"] = rows["closing"] - rows["entered"] + rows["departed"]
            rows = rows.rename_axis("period").reset_index()
            kept = (rows["period"] >= pd.Timestamp(period.start)) & (rows["period"] < pd.Timestamp(period.end))
            return stocks(rows[kept], ["period"], query)
        a, b = pd.Timestamp(period.start), pd.Timestamp(period.end)
        leaves = (end >= a) & (end < b)
        flags = {
            "opening": (start < a) & ~(end < a),
            "lost": (start < a) & leaves,
            "entered": (start >= a) & (start < b),
            "departed": leaves,
            "closing": (start < b) & ~(end < b),
        }
        if not query.by:
            return stocks(pd.DataFrame({name: [flag.sum()] for name, flag in flags.items()}), [], query)
        grouped = pd.DataFrame(flags).groupby(c[query.by[0]], observed=True).sum().reset_index()
        return stocks(grouped, list(query.by), query)

    def _lasted(self, until: date) -> pd.DataFrame:
        c = self.raw["customers"]
        gone = c["cancelled_on"] < pd.Timestamp(until)
        lasted = _code(c["cancelled_on"].where(gone, pd.Timestamp(until))) - _code(c["started_on"])
        kept = c["started_on"] < pd.Timestamp(until)
        rows = pd.DataFrame({"lasted": lasted[kept], "ended": gone[kept]})
        return rows.value_counts().rename("k").reset_index()

    def _cohorts(self, until: date) -> pd.DataFrame:
        c = self.raw["customers"]
        kept = c["started_on"] < pd.Timestamp(until)
        lasted = (_code(c["cancelled_on"]) - _code(c["started_on"])) // 32
        rows = pd.DataFrame(
            {"period": _months(c["started_on"]), "months": lasted.where(c["cancelled_on"] < pd.Timestamp(until))}
        )
        return cohorts(rows[kept].value_counts(dropna=False).rename("k").reset_index(), until)


def _months(days: pd.Series) -> pd.Series:
    return pd.Series(days.to_numpy().astype("datetime64[M]").astype("datetime64[s]"), days.index)


def _code(days: pd.Series) -> pd.Series:
    """Months x 32 + day of the month: k whole months are exactly 32 k."""
    return (days.dt.year * 12 + days.dt.month) * 32 + days.dt.day


def _read(ordered: np.ndarray, p: float) -> float:
    """The type-7 quantile of sorted values."""
    place = p * (ordered.size - 1)
    low = int(place)
    if low >= ordered.size - 1:
        return float(ordered[-1])
    return float(ordered[low] + (ordered[low + 1] - ordered[low]) * (place - low))
