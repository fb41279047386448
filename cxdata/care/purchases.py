"""Buying without a contract: who still buys, how often and for how much in the next 12 months.

In: the facts of a store at as-of. Out: Buying: whether this fits the data at all, the model and how well it foretold purchases
that it had not seen; and the numbers of each customer. The model is BG/NBD for when (Fader, Hardie & Lee 2005) and
Gamma-Gamma for how much (Fader & Hardie 2013), both of the library clvkit. Days on which a customer bought count once;
a day with nothing but refunds is none.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd

from cxdata.engine import used
from cxdata.questions import Moment

if TYPE_CHECKING:
    from clvkit import BGNBD, CustomerBase

MOST_FITTED = 10_000  # customers learned from; more would say the same
LEAST_REPEAT = 100  # customers who came back, to learn from
LEAST_DAYS = 90  # of history
YEAR_DAYS = 365
HOLDOUT_SHARE = 3  # a third of the time is held out
MOST_EARLIER = 6  # earlier purchases; from this one on they are taken together


@dataclass(frozen=True)
class Fitted:
    """The parameters, with days as the unit of time; those of the amounts are nan where there are none to learn from."""

    r: float
    alpha: float
    a: float
    b: float
    p: float = float("nan")
    q: float = float("nan")
    gamma: float = float("nan")

    @property
    def knows_amounts(self) -> bool:
        return not np.isnan(self.p)

    def scored(self, frame: pd.DataFrame, days: float = YEAR_DAYS) -> pd.DataFrame:
        """Of rows with frequency, recency, T and monetary_value: p_alive, expected_purchases and amount (a purchase) of each."""
        from clvkit import GammaGamma

        model, base = self._timing(), _base(frame)
        made = pd.DataFrame({"p_alive": model.probability_alive(base).to_pandas()["probability_alive"].to_numpy()})
        with np.errstate(all="ignore"):
            expected = model.predict(days, base).to_pandas()["expected_purchases"].to_numpy(dtype="float64")
        made["expected_purchases"] = np.where(np.isfinite(expected) & (expected >= 0), expected, np.nan)
        made["amount"] = np.nan
        if self.knows_amounts:
            money = GammaGamma()
            money.p, money.q, money.gamma, money._cb = self.p, self.q, self.gamma, base
            made["amount"] = money.predict(base).to_pandas()["expected_spend"].to_numpy()
        return made

    def _timing(self) -> BGNBD:
        from clvkit import BGNBD

        model = BGNBD()
        model.params_ = pd.Series({"r": self.r, "alpha": self.alpha, "a": self.a, "b": self.b})
        model.time_unit_ = model.collapse_ = "D"
        return model


@dataclass(frozen=True)
class Group:
    """Customers with so many earlier purchases (those after the first) before the held-out time: purchases in it."""

    earlier: int
    n: int
    expected: float
    actual: int


@dataclass(frozen=True)
class Held:
    """What was expected of the days [begin, end) by what was known at `begin`, and what came.

    `as_before`: purchases had everybody gone on at the pace so far; `error`, `error_as_before`: mean distance of the two to
    the purchases of a customer.
    """

    begin: date
    end: date
    groups: tuple[Group, ...]
    as_before: float
    error: float
    error_as_before: float

    @property
    def n(self) -> int:
        return sum(one.n for one in self.groups)

    @property
    def expected(self) -> float:
        return sum(one.expected for one in self.groups)

    @property
    def actual(self) -> int:
        return sum(one.actual for one in self.groups)


@dataclass(frozen=True)
class Buying:
    """What the purchases say. `missing`: "" where the model is there, else why not: "none" (no purchases), "contracts" (customers
    have a contract: it says who is there), "few" (too little to learn from) or "unstable" (nothing that fits was found).

    `customers`, `repeat`: who bought, and who came back; `rho`, `eta`: rank correlation of how often and how much, and the share
    of the differences in amount that goes with how often; `independent`: whether both are small.
    """

    missing: str
    customers: int = 0
    repeat: int = 0
    fitted: Fitted | None = None
    held: Held | None = None
    rho: float = float("nan")
    eta: float = float("nan")
    independent: bool = False


def learn(cursor: duckdb.DuckDBPyConnection, moment: Moment) -> Buying:
    """Fit the model to what was bought up to as-of, and judge it on the last third of the time."""
    first, customers, repeat, contracts = cursor.execute("""
        select min(purchased_on), count(distinct customer_id), count(distinct case when nth > 1 then customer_id end),
               (select count(*) from customer_facts
                where not estimated and (monthly_value is not null or cancelled_on is not null)) from purchase_facts""").fetchall()[0]
    if not customers:
        return Buying("none")
    if contracts:
        return Buying("contracts", customers, repeat)
    last = moment.until - timedelta(days=1)
    if repeat < LEAST_REPEAT or (last - first).days < LEAST_DAYS:
        return Buying("few", customers, repeat)
    frame = _sample(cursor, moment, last, customers)
    fitted = fit(frame)
    if fitted is None:
        return Buying("unstable", customers, repeat)
    split = last - timedelta(days=(last - first).days // HOLDOUT_SHARE)
    return Buying("", customers, repeat, fitted, held_out(cursor, moment, split, last, customers), *independence(frame))


def _sample(cursor: duckdb.DuckDBPyConnection, moment: Moment, last: date, customers: int) -> pd.DataFrame:
    every = -(-customers // MOST_FITTED)
    among = f"hash(customer_id) % {every} = 0" if every > 1 else "true"
    return _ask(cursor, summary(among), {"as_of_s": moment.as_of_s, "last": last})


def _ask(cursor: duckdb.DuckDBPyConnection, sql: str, values: dict[str, Any]) -> pd.DataFrame:
    found: pd.DataFrame = cursor.sql(sql, params=used(sql, values)).to_arrow_table().to_pandas()
    return found


def summary(among: str = "true") -> str:
    """SQL: a row a customer who bought on or before $last: frequency (days after the first on which they bought), recency (days
    from the first to the last), T (days from the first to $last) and monetary_value (mean of those days, 0 for none)."""
    return f"""
        with days as (
            select customer_id, purchased_on, sum(amount) as spent from purchase_facts
            where purchased_s <= $as_of_s and purchased_on <= $last and customer_id is not null and {among}
            group by customer_id, purchased_on having count(*) filter (where coalesce(amount, 0e0) >= 0) > 0),
        dated as (select *, min(purchased_on) over (partition by customer_id) as first_on from days)
        select customer_id, cast(count(*) - 1 as double) as frequency,
               cast(max(purchased_on) - first_on as double) as recency, cast($last - first_on as double) as "T",
               coalesce(avg(case when purchased_on > first_on and spent > 0 then spent end), 0e0) as monetary_value
        from dated group by customer_id, first_on order by customer_id"""


def _base(frame: pd.DataFrame) -> CustomerBase:
    from clvkit import CustomerBase

    return CustomerBase(
        frame[["frequency", "recency", "T", "monetary_value"]], time_unit="D", has_monetary=True, on_negative="net",
        observation_period_end=pd.Timestamp(0),
    )  # fmt: skip


def fit(frame: pd.DataFrame) -> Fitted | None:
    """The parameters of rows of `summary`; None where no finite ones were found. Amounts without a mean are left out."""
    from clvkit import BGNBD, GammaGamma

    base = _base(frame)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        r, alpha, a, b = (float(one) for one in BGNBD().fit(base)._fitted_params())
        if not np.isfinite([r, alpha, a, b]).all() or max(r, alpha, a, b) > 1e6:
            return None
        try:
            money = GammaGamma().fit(base)
        except (RuntimeError, ValueError):  # no amounts, or none that it fits
            return Fitted(r, alpha, a, b)
    p, q, gamma = money.p, money.q, money.gamma
    if p is None or q is None or gamma is None or not np.isfinite([p, q, gamma]).all() or q <= 1:
        return Fitted(r, alpha, a, b)
    return Fitted(r, alpha, a, b, p, q, gamma)


def independence(frame: pd.DataFrame) -> tuple[float, float, bool]:
    """(rank correlation, share of the variance, whether both are small) of how often and how much; nan where it cannot be told."""
    from clvkit.clv.independence import check_monetary_independence

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = check_monetary_independence(_base(frame[frame["monetary_value"] > 0]))
        except ValueError:
            return float("nan"), float("nan"), False
    return found.spearman_rho, found.eta_squared, bool(found.holds())


def held_out(cursor: duckdb.DuckDBPyConnection, moment: Moment, split: date, last: date, customers: int) -> Held | None:
    """Learn from what was bought up to `split`, and compare with the days after it up to `last`; None where it cannot be."""
    known = _sample(cursor, moment, split, customers)
    if (known["frequency"] > 0).sum() < LEAST_REPEAT or (fitted := fit(known)) is None:
        return None
    sql = """
        select customer_id, cast(count(distinct purchased_on) as integer) as bought from (
            select customer_id, purchased_on from purchase_facts
            where purchased_s <= $as_of_s and purchased_on > $split and purchased_on <= $last and customer_id is not null
            group by customer_id, purchased_on having count(*) filter (where coalesce(amount, 0e0) >= 0) > 0) as days
        group by customer_id"""
    came = _ask(cursor, sql, {"as_of_s": moment.as_of_s, "split": split, "last": last}).set_index("customer_id")[
        "bought"
    ]
    actual = known["customer_id"].map(came).fillna(0).to_numpy(dtype="float64")
    days = float((last - split).days)
    expected = fitted.scored(known, days)["expected_purchases"].fillna(0).to_numpy()
    pace = known["frequency"].to_numpy() / np.maximum(known["T"].to_numpy(), 1.0) * days
    earlier = np.minimum(known["frequency"].to_numpy(), MOST_EARLIER).astype("int64")
    groups = tuple(
        Group(int(k), int(own.sum()), float(expected[own].sum()), int(actual[own].sum()))
        for k in np.unique(earlier)
        for own in [earlier == k]
    )
    return Held(
        split + timedelta(days=1), last + timedelta(days=1), groups, float(pace.sum()),
        float(np.abs(actual - expected).mean()), float(np.abs(actual - pace).mean()),
    )  # fmt: skip


# --- kept with the scores -----------------------------------------------------------------------------------


def dumped(buying: Buying) -> dict[str, Any]:
    made = asdict(buying)
    if made["held"]:
        made["held"] |= {"begin": made["held"]["begin"].isoformat(), "end": made["held"]["end"].isoformat()}
    return _without_nan(made)


def _without_nan(made: dict[str, Any]) -> dict[str, Any]:
    """nan is no JSON; it is left out."""
    kept = {name: _without_nan(value) if isinstance(value, dict) else value for name, value in made.items()}
    return {name: value for name, value in kept.items() if not (isinstance(value, float) and np.isnan(value))}


def loaded(made: Mapping[str, Any]) -> Buying:
    values = {one.name: made[one.name] for one in fields(Buying) if one.name in made}
    if values.get("fitted"):
        values["fitted"] = Fitted(**values["fitted"])
    if own := values.get("held"):
        days = {name: date.fromisoformat(own[name]) for name in ("begin", "end")}
        values["held"] = Held(**{**own, **days, "groups": tuple(Group(**one) for one in own["groups"])})
    return Buying(**values)
