"""What a metric is: its words, where its rows are, and one of a few measures.

A measure states which parts it needs as SQL aggregates (portable subset) and turns arrays of those parts into
value, n and interval. The subclasses are the kinds of numbers there are; a metric is one constant using one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxdata import statistics
from cxdata.i18n import N_

Array = npt.NDArray[np.float64]
Parts = Mapping[str, Array]
Pair = tuple[Array, Array]


def nothing(like: Array) -> Array:
    return np.full(like.shape, np.nan)


def ratio(x: Array, n: Array) -> Array:
    """x / n; nan where n is 0: nothing measured is no number."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(n > 0, x / n, np.nan)


Reasons = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Counted:
    """Rows that a number is measured on, in SQL over its facts; names in braces are conditions of a flow (see `flows`).

    `among`: which rows; `counts`: what each counts for; `weight`: what it is divided by, in a ratio of sums; `label`: which of
    several targets this is. `left_out`: (message id, condition) why a row of the selection is not among them, first match.
    """

    among: str
    counts: str = "1"
    weight: str = "1"
    label: str = ""
    left_out: Reasons = ()


class Measure:
    """Base of the kinds of numbers. Arrays are aligned, one element a group.

    `additive`: the parts of a whole follow from those of its pieces (see `combined`), so that months can be kept.
    `weighed`: it needs the values of the rows of a flow, not only how many there are. `counts_as`: what `Counted.counts`
    says of a row: "" nothing, "yes_no", "nps" (100, 0 or -100) or "value" in the metric's unit. `per`: the column whose
    values are the rows, where they are not those of the facts. `interval_by`: how its 95% interval is made, "" for none.
    """

    additive = True
    interval_by = ""
    weighed = False
    counts_as = ""
    per = ""

    def parts(self, clock: str) -> dict[str, str]:
        """{part: SQL aggregate}."""
        raise NotImplementedError

    def counted(self, clock: str) -> tuple[Counted, ...]:
        """The rows behind the number; none where it is no function of rows."""
        raise NotImplementedError

    def recomputed(self) -> str:
        """SQL: the value from `counts` and `weight` of the rows behind it, by another way than `parts`; "" for none."""
        return "avg(counts)"

    def combined(self, part: str, column: str) -> str:
        """SQL: a part of a whole from the column that holds that part of its pieces."""
        return f"coalesce(sum({column}), 0)"

    def value(self, parts: Parts) -> Array:
        raise NotImplementedError

    def n(self, parts: Parts) -> Array:
        return parts["n"]

    def numerator(self, parts: Parts) -> Array:
        """What divided by n is the value, and adds up over groups; nan where the kind has none."""
        return nothing(self.n(parts))

    def interval(self, parts: Parts) -> Pair:
        """95% interval; nan where the kind has none."""
        value = self.value(parts)
        return nothing(value), nothing(value)

    def difference(self, now: Parts, before: Parts, confidence: statistics.Level = 0.95) -> Pair:
        """Interval of now − before, 95% unless told otherwise; nan where the kind has none."""
        value = self.value(now)
        return nothing(value), nothing(value)

    def slack(self, now: Parts, before: Parts) -> Array:
        """By how much an end of that interval has to clear zero before a difference is called clear.

        More than zero for shares only, see `statistics.half_yates`.
        """
        return np.zeros_like(self.value(now))

    def p_value(self, now: Parts, before: Parts) -> Array:
        """Two-sided p of now − before, from the interval of the difference and its slack; nan where the kind has none."""
        slack = self.slack(now, before)

        def wider(confidence: statistics.Level) -> Pair:
            low, high = self.difference(now, before, confidence)
            return low - slack, high + slack

        return statistics.p_value(wider)


@dataclass(frozen=True)
class Count(Measure):
    """Rows that meet a condition."""

    where: str = "true"
    left_out: Reasons = ()

    def parts(self, clock: str) -> dict[str, str]:
        return {"n": f"count(*) filter (where {self.where})"}

    def counted(self, clock: str) -> tuple[Counted, ...]:
        return (Counted(self.where, left_out=self.left_out),)

    def recomputed(self) -> str:
        return "count(*)"

    def value(self, parts: Parts) -> Array:
        return parts["n"]


@dataclass(frozen=True)
class Share(Measure):
    """Rows that meet `x` among those that meet `among`; both conditions in SQL. Wilson, Newcombe."""

    interval_by = N_("Wilson")
    counts_as = "yes_no"
    x: str
    among: str = "true"
    left_out: Reasons = ()

    def counted(self, clock: str) -> tuple[Counted, ...]:
        return (Counted(self.among, f"case when {self.x} then 1e0 else 0e0 end", left_out=self.left_out),)

    def parts(self, clock: str) -> dict[str, str]:
        return {
            "x": f"count(*) filter (where ({self.among}) and ({self.x}))",
            "n": f"count(*) filter (where {self.among})",
        }

    def value(self, parts: Parts) -> Array:
        return ratio(parts["x"], parts["n"])

    def numerator(self, parts: Parts) -> Array:
        return parts["x"]

    def interval(self, parts: Parts) -> Pair:
        return statistics.wilson(parts["x"], parts["n"])

    def difference(self, now: Parts, before: Parts, confidence: statistics.Level = 0.95) -> Pair:
        return statistics.newcombe(now["x"], now["n"], before["x"], before["n"], confidence=confidence)

    def slack(self, now: Parts, before: Parts) -> Array:
        return statistics.half_yates(now["n"], before["n"])


@dataclass(frozen=True)
class Adherence(Share):
    """Achieved ÷ (achieved + breached) over one or more targets, counted per target."""

    x: str = ""
    targets: tuple[tuple[str, str, str, Reasons], ...] = ()  # (achieved, breached: conditions; label; left out)

    def counted(self, clock: str) -> tuple[Counted, ...]:
        return tuple(
            Counted(
                f"({achieved}) or ({breached})", f"case when {achieved} then 1e0 else 0e0 end", "1", label, left_out
            )
            for achieved, breached, label, left_out in self.targets
        )

    def parts(self, clock: str) -> dict[str, str]:
        met = " + ".join(f"count(*) filter (where {achieved})" for achieved, *_ in self.targets)
        late = " + ".join(f"count(*) filter (where {breached})" for _, breached, *_rest in self.targets)
        return {"x": met, "n": f"{met} + {late}"}


@dataclass(frozen=True)
class Breaches(Count):
    """How many of one or more targets were breached, counted per target."""

    targets: tuple[tuple[str, str, str, Reasons], ...] = ()  # as of Adherence

    def counted(self, clock: str) -> tuple[Counted, ...]:
        return tuple(Counted(breached, label=label, left_out=left_out) for _, breached, label, left_out in self.targets)

    def parts(self, clock: str) -> dict[str, str]:
        return {"n": " + ".join(f"count(*) filter (where {breached})" for _, breached, *_rest in self.targets)}


@dataclass(frozen=True)
class Distinct(Share):
    """Distinct values of a column with a row that meets `x`, among those with a row that meets `among`: customers, for one."""

    additive = False
    per: str = ""

    def parts(self, clock: str) -> dict[str, str]:
        return {
            "x": f"count(distinct case when ({self.among}) and ({self.x}) then {self.per} end)",
            "n": f"count(distinct case when {self.among} then {self.per} end)",
        }


@dataclass(frozen=True)
class Mean(Measure):
    """Mean of an expression over the rows that meet `among`. Student t, Welch. `same`: an expression that must
    have one value only (the scale), else there is no mean to speak of. `ends`: what a value lies between; the interval
    reaches no further."""

    interval_by = N_("Student t")
    counts_as = "value"
    x: str
    among: str
    same: str = ""
    left_out: Reasons = ()
    ends: tuple[float, float] = (-np.inf, np.inf)

    def counted(self, clock: str) -> tuple[Counted, ...]:
        value = f"cast({self.x} as double)"
        return (Counted(f"{self.among} and {self.x} is not null", value, self.same or "1", left_out=self.left_out),)

    def recomputed(self) -> str:
        return "case when min(weight) = max(weight) then avg(counts) end" if self.same else "avg(counts)"

    def parts(self, clock: str) -> dict[str, str]:
        of = f"case when {self.among} then cast({self.x} as double) end"
        parts = {"sum": f"sum({of})", "squares": f"sum({of} * {of})", "n": f"count({of})"}
        if self.same:
            scale = f"case when {self.among} then {self.same} end"
            parts |= {"scale_low": f"min({scale})", "scale_high": f"max({scale})"}
        return parts

    def combined(self, part: str, column: str) -> str:
        if part in ("scale_low", "scale_high"):
            return f"{'min' if part == 'scale_low' else 'max'}({column})"
        return super().combined(part, column)

    def value(self, parts: Parts) -> Array:
        mean = ratio(parts["sum"], parts["n"])
        return np.where(parts["scale_low"] == parts["scale_high"], mean, np.nan) if self.same else mean

    def numerator(self, parts: Parts) -> Array:
        return parts["sum"]

    @staticmethod
    def _sd(parts: Parts) -> Array:
        """Sample standard deviation; what is less than rounding of the squares is none."""
        with np.errstate(divide="ignore", invalid="ignore"):
            around = parts["squares"] - parts["sum"] ** 2 / parts["n"]
            around = np.where(around > 1e-12 * parts["squares"], around, 0.0)
            return np.where(parts["n"] > 1, np.sqrt(around / (parts["n"] - 1)), np.nan)

    def interval(self, parts: Parts) -> Pair:
        low, high = statistics.mean_interval(self.value(parts), self._sd(parts), parts["n"])
        return np.clip(low, *self.ends), np.clip(high, *self.ends)

    def difference(self, now: Parts, before: Parts, confidence: statistics.Level = 0.95) -> Pair:
        return statistics.mean_difference(
            self.value(now),
            self._sd(now),
            now["n"],
            self.value(before),
            self._sd(before),
            before["n"],
            confidence=confidence,
        )


@dataclass(frozen=True)
class Quantile(Measure):
    """A quantile (type 7) of a duration on the clock the reader chose, over the rows where `known` holds.

    Its parts (value, n, low, high) are read from a tally of the duration (see `tallies`), not from one scan.
    """

    additive = False
    interval_by = N_("binomial order statistics")
    counts_as = "value"
    duration: str
    known: str
    p: float = 0.5
    left_out: Reasons = ()

    def counted(self, clock: str) -> tuple[Counted, ...]:
        seconds = self.seconds(clock)
        return (Counted(f"{self.known} and {seconds} is not null", seconds, left_out=self.left_out),)

    def recomputed(self) -> str:
        return f"quantile_cont(counts, {self.p})"

    def seconds(self, clock: str) -> str:
        return f"{self.duration}_{clock}_s"

    def step(self, clock: str) -> str:
        return f"{self.duration}_{clock}_step"

    def value(self, parts: Parts) -> Array:
        return parts["value"]

    def interval(self, parts: Parts) -> Pair:
        return parts["low"], parts["high"]


@dataclass(frozen=True)
class Nps(Measure):
    """Promoters minus detractors, −100 to 100; adjusted Wald (Rocks 2016)."""

    interval_by = N_("adjusted Wald (Rocks 2016)")
    counts_as = "nps"
    among: str
    left_out: Reasons = ()

    def counted(self, clock: str) -> tuple[Counted, ...]:
        counts = "case when score >= 9 then 1e2 when score <= 6 then -1e2 else 0e0 end"
        return (Counted(self.among, counts, left_out=self.left_out),)

    def parts(self, clock: str) -> dict[str, str]:
        return {
            "promoters": f"count(*) filter (where {self.among} and score >= 9)",
            "detractors": f"count(*) filter (where {self.among} and score <= 6)",
            "n": f"count(*) filter (where {self.among})",
        }

    def value(self, parts: Parts) -> Array:
        return ratio(self.numerator(parts), parts["n"])

    def numerator(self, parts: Parts) -> Array:
        return 100 * (parts["promoters"] - parts["detractors"])

    def interval(self, parts: Parts) -> Pair:
        return statistics.nps_interval(*_thirds(parts))

    def difference(self, now: Parts, before: Parts, confidence: statistics.Level = 0.95) -> Pair:
        return statistics.nps_difference(*_thirds(now), *_thirds(before), confidence=confidence)


def _thirds(parts: Parts) -> tuple[Array, Array, Array]:
    passives = parts["n"] - parts["promoters"] - parts["detractors"]
    return parts["promoters"], passives, parts["detractors"]


_NOT_AT_START: Reasons = (
    (N_("Came in the period: not there at its start"), "{entered}"),
    (N_("Had left before the period"), "true"),
)


class Flow(Measure):
    """A number of a flow. Its parts are the flow's columns (see `flows.stocks`), not SQL."""

    additive = False


@dataclass(frozen=True)
class FlowCount(Flow):
    """A column of a flow: opening, entered, departed or closing."""

    column: str

    def counted(self, clock: str) -> tuple[Counted, ...]:
        return (Counted(f"{{{self.column}}}"),)

    def recomputed(self) -> str:
        return "count(*)"

    def value(self, parts: Parts) -> Array:
        return parts[self.column]

    def n(self, parts: Parts) -> Array:
        return parts[self.column]


@dataclass(frozen=True)
class FlowShare(Flow):
    """The share of the stock at the period's opening that was lost, or kept. Wilson, Newcombe."""

    interval_by = N_("Wilson")
    counts_as = "yes_no"
    kept: bool = False

    def counted(self, clock: str) -> tuple[Counted, ...]:
        kept, lost = ("1e0", "0e0") if self.kept else ("0e0", "1e0")
        return (Counted("{opening}", f"case when {{lost}} then {lost} else {kept} end", left_out=_NOT_AT_START),)

    def numerator(self, parts: Parts) -> Array:
        return parts["opening"] - parts["lost"] if self.kept else parts["lost"]

    def value(self, parts: Parts) -> Array:
        return ratio(self.numerator(parts), parts["opening"])

    def n(self, parts: Parts) -> Array:
        return parts["opening"]

    def interval(self, parts: Parts) -> Pair:
        return statistics.wilson(self.numerator(parts), parts["opening"])

    def difference(self, now: Parts, before: Parts, confidence: statistics.Level = 0.95) -> Pair:
        return statistics.newcombe(
            self.numerator(now), now["opening"], self.numerator(before), before["opening"], confidence=confidence
        )

    def slack(self, now: Parts, before: Parts) -> Array:
        return statistics.half_yates(now["opening"], before["opening"])


@dataclass(frozen=True)
class FlowRatio(Flow):
    """One column over another of a flow, without an interval; `count` says how many stand behind it."""

    weighed = True
    top: str
    bottom: str
    count: str
    known: str  # column that counts the rows whose value is known; none known, no number
    counts_as = "value"

    def counted(self, clock: str) -> tuple[Counted, ...]:
        stock = self.bottom.removesuffix("_value")
        counts = (
            "{value}"
            if self.top == f"{stock}_value"
            else f"case when {{{self.top.removesuffix('_value')}}} then {{value}} else 0e0 end"
        )
        weight = "{value}" if self.bottom.endswith("_value") else "{count}"
        among = f"{{{stock}}} and {{valued}}" if self.count.endswith("_valued") else f"{{{stock}}}"
        return (Counted(among, counts, weight),)

    def recomputed(self) -> str:
        return "sum(counts) / nullif(sum(weight), 0)"

    def value(self, parts: Parts) -> Array:
        return np.where(parts[self.known] > 0, ratio(parts[self.top], parts[self.bottom]), np.nan)

    def n(self, parts: Parts) -> Array:
        return np.where(parts[self.known] > 0, parts[self.count], 0)


@dataclass(frozen=True)
class FlowMean(FlowRatio):
    """The mean of a value over what there is at the end of a period, from its sum and the sum of its squares. Student t."""

    interval_by = N_("Student t")

    def interval(self, parts: Parts) -> Pair:
        stock = self.bottom
        known = {"sum": parts[self.top], "squares": parts[f"{stock}_squares"], "n": parts[stock]}
        return statistics.mean_interval(self.value(parts), Mean._sd(known), parts[stock])


@dataclass(frozen=True)
class ProjectedValue(Flow):
    """Mean monthly value × margin ÷ monthly churn; `months` and `margin` are filled in by queries."""

    weighed = True
    counts_as = "yes_no"

    def counted(self, clock: str) -> tuple[Counted, ...]:
        return (Counted("{opening}", "case when {lost} then 1e0 else 0e0 end", "{value}"),)

    def recomputed(self) -> str:
        return ""

    def value(self, parts: Parts) -> Array:
        churn = 1 - (1 - ratio(parts["lost"], parts["opening"])) ** (1 / parts["months"])
        with np.errstate(divide="ignore", invalid="ignore"):
            value = ratio(parts["opening_value"], parts["opening_valued"]) * parts["margin"] / churn
        return np.where(np.isfinite(value), value, np.nan)

    def n(self, parts: Parts) -> Array:
        return np.where(parts["opening_valued"] > 0, parts["opening"], 0)


@dataclass(frozen=True)
class Curve(Measure):
    """Survival and cohorts: a value for each number of months since the start; `flows` computes them."""

    additive = False
    interval_by: str = ""

    def counted(self, clock: str) -> tuple[Counted, ...]:
        return ()

    def recomputed(self) -> str:
        return ""


@dataclass(frozen=True)
class Metric:
    """One number with one definition.

    `facts`: the table or flow its rows are in. `time`: the instant it is filed by, the prefix of its columns.
    `unit`: count, duration, share, nps, score, number, quality or money. `better`: "higher", "lower" or "".
    `matures`: the value of a recent period still changes as time goes by, so periods are no equals yet.
    `label`, `meaning`, `formula` and `pitfalls` (what confuses people about it) are message ids;
    `source` names where the definition comes from.
    """

    name: str
    label: str
    family: str
    unit: str
    better: str
    facts: str
    time: str
    measure: Measure
    meaning: str
    formula: str
    source: str = ""
    short: str = ""
    matures: bool = False
    pitfalls: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        """The fact table behind a flow, or the table itself."""
        return FLOW_TABLES.get(self.facts, self.facts)

    @property
    def is_rate(self) -> bool:
        """Whether its change is said in points rather than in percent."""
        return self.unit in ("share", "nps", "score", "quality")

    @property
    def bounds(self) -> tuple[float, float] | None:
        return {"share": (0.0, 1.0), "nps": (-100.0, 100.0), "quality": (0.0, 100.0)}.get(self.unit)


FLOW_TABLES: dict[str, str] = {
    "ticket_flow": "ticket_facts",
    "customer_flow": "customer_facts",
    "purchase_flow": "purchase_facts",
}
