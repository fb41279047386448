"""Customers as lists and one by one: who is at risk and why, and everything the data hold of one customer.

In: a store whose customers are scored (see scoring), filters, and what is searched for. Out: pages of rows, and a Profile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from cxdata.care import model
from cxdata.care.follow_ups import Kept
from cxdata.care.model import Learned
from cxdata.care.rules import Rule
from cxdata.care.signals import KNOWN, SIGNALS, signal
from cxdata.engine import Engine
from cxdata.errors import CxError
from cxdata.filters import Filters
from cxdata.questions import Moment
from cxdata.store import Store

RANKINGS = ("model", "rules")
ORDERS = {
    "stake": "stake desc nulls last, chance desc nulls last, score desc, customer_id",
    "chance": "chance desc nulls last, score desc, customer_id",
    "value": "value_year desc nulls last, customer_id",
    "last_contact": "last_contact_on desc nulls last, customer_id",
    "name": "name nulls last, customer_id",
}
LEAST_ADDED = 0.1  # to the log-odds, for a signal to be a reason: a tenth more


@dataclass(frozen=True)
class Wanted:
    """Which customers a list shows. `search`: of number, name or e-mail address; `ranking`: whose chances."""

    filters: Filters = field(default_factory=Filters)
    search: str = ""
    ranking: str = "model"
    order: str = "stake"
    everybody: bool = False
    without: tuple[str, ...] = ()


def page(store: Store, wanted: Wanted, limit: int = 25, offset: int = 0) -> tuple[int, list[dict[str, Any]]]:
    """(how many there are, the rows of one page): the columns of customer_scores, `chance` and `stake` (of the ranking)."""
    conditions, values = _conditions(wanted)
    chance, where = f"{wanted.ranking}_chance", " and ".join(conditions)
    found = store.query(f"select count(*) as found from customer_scores where {where}", **values).to_pylist()[0][
        "found"
    ]
    sql = f"""
        select *, {chance} as chance, {chance} * value_year as stake from customer_scores
        where {where} order by {ORDERS[wanted.order]} limit {int(limit)} offset {int(offset)}"""
    return int(found), store.query(sql, **values).to_pylist() if found else []


def _conditions(wanted: Wanted) -> tuple[list[str], dict[str, Any]]:
    conditions, values = wanted.filters.where("customer_facts")
    conditions.append("true" if wanted.everybody else "is_there")
    if wanted.search.strip():
        conditions.append(
            "(customer_id = $exact or contains(lower(customer_id), $text) or contains(lower(name), $text) or contains(lower(email), $text))"
        )
        values |= {"exact": wanted.search.strip(), "text": wanted.search.strip().lower()}
    if wanted.without:
        conditions.append("customer_id not in $without")
        values["without"] = list(wanted.without)
    return conditions, values


@dataclass(frozen=True)
class Totals:
    """Of the customers of a list who are there: how many, the sum of their value a year, and the sum at stake (None: unknown)."""

    customers: int
    value_year: float | None
    stake: float | None
    leaving: float | None


def totals(store: Store, wanted: Wanted) -> Totals:
    """What a list adds up to: `leaving` is the number expected to leave within the horizon."""
    conditions, values = _conditions(wanted)
    chance = f"{wanted.ranking}_chance"
    sql = f"""select count(*) as customers, sum(value_year) as value_year, sum({chance} * value_year) as stake, sum({chance}) as leaving
              from customer_scores where {" and ".join(conditions)} and is_there"""
    return Totals(**store.query(sql, **values).to_pylist()[0])


LEAST_FREQUENT = 3  # purchases of somebody who may have gone quiet
LIKELY_GONE = 0.5  # and the chance under which they may have


@dataclass(frozen=True)
class Expected:
    """Of the customers of a selection who bought: how many, how many of them still buy, and what is expected in 12 months.

    `quiet`: those who bought often and may have stopped. Nothing known is None.
    """

    customers: int
    alive: float | None
    purchases: float | None
    value: float | None
    quiet: int


_QUIET = f"p_alive < {LIKELY_GONE} and purchases >= {LEAST_FREQUENT}"


def expected(store: Store, filters: Filters) -> Expected:
    """What the purchases say of a selection; nothing where there is no model of them."""
    conditions, values = filters.where("customer_facts")
    where = " and ".join([*conditions, "p_alive is not null"])
    sql = f"""select count(*) as customers, sum(p_alive) as alive, sum(expected_purchases) as purchases, sum(value_12m) as value,
                     count(*) filter (where {_QUIET}) as quiet from customer_scores where {where}"""
    return Expected(**store.query(sql, **values).to_pylist()[0])


def quiet(store: Store, filters: Filters, limit: int = 200) -> list[dict[str, Any]]:
    """Rows of customer_scores: who bought often and now seem to have stopped, those of whom most is still expected first."""
    conditions, values = filters.where("customer_facts")
    where = " and ".join([*conditions, _QUIET])
    sql = f"""select * from customer_scores where {where}
              order by value_12m desc nulls last, expected_purchases desc nulls last, customer_id limit {int(limit)}"""
    found: list[dict[str, Any]] = store.query(sql, **values).to_pylist()
    return found


# --- reasons ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reason:
    """Why a customer is on the list: the signal, in words, and what it adds (weight of the rule, or log-odds)."""

    signal: str
    text: str
    adds: float


def reasons(row: Mapping[str, Any], ranking: str, in_force: Sequence[Rule]) -> list[Reason]:
    """The reasons of a row, what adds most first: the rules that hold, or the signals that raise the chance."""
    if ranking == "rules":
        held = [rule for rule in in_force if rule.weight and rule.signal.holds(row[rule.signal.name], rule.threshold)]
        found = [Reason(rule.signal.name, rule.signal.said(row), rule.weight) for rule in held]
    else:
        known = [one for one in model.LEARNED if row[one.name] is not None and row[f"by_{one.name}"] is not None]
        found = [
            Reason(one.name, one.said(row), row[f"by_{one.name}"])
            for one in known
            if row[f"by_{one.name}"] >= LEAST_ADDED
        ]
        renewal = next((rule for rule in in_force if rule.signal.name == "renewal"), None)
        if renewal and renewal.signal.holds(row["renewal"], renewal.threshold):
            found.append(Reason("renewal", renewal.signal.said(row), 0.0))
    return sorted(found, key=lambda one: -one.adds)


def protections(row: Mapping[str, Any]) -> list[Reason]:
    """What lowers the chance of a row by the model, most first."""
    known = [one for one in model.LEARNED if row[one.name] is not None and row[f"by_{one.name}"] is not None]
    found = [
        Reason(one.name, one.said(row), row[f"by_{one.name}"]) for one in known if row[f"by_{one.name}"] <= -LEAST_ADDED
    ]
    return sorted(found, key=lambda one: one.adds)


# --- a few of them, kept as they stood ----------------------------------------------------------------------


@dataclass(frozen=True)
class AtRisk:
    """The customers with most at stake whom nobody follows up, as plain values, and how many follow-ups are open and late."""

    rows: tuple[Mapping[str, Any], ...]
    open: int
    late: int


def at_risk(
    store: Store,
    learned: Learned,
    filters: Filters,
    kept: Sequence[Kept],
    today: date,
    in_force: Sequence[Rule],
    most: int = 5,
) -> AtRisk:
    """Those a meeting should hear of; none whom nothing is held against."""
    if filters.values:
        kept = _of(store, filters, kept)
    busy = tuple(one.follow_up.customer for one in kept if one.follow_up.is_open or one.follow_up.is_held_out(today))
    order = "stake" if learned.fitted else "chance"
    _found, rows = page(store, Wanted(filters, "", learned.better, order, without=busy), limit=most)
    made = [(row, reasons(row, learned.better, in_force)) for row in rows]
    return AtRisk(
        tuple(_plain(row, [one.signal for one in why]) for row, why in made if why),
        sum(one.follow_up.is_open for one in kept),
        sum(one.follow_up.is_late(today) for one in kept),
    )


def _of(store: Store, filters: Filters, kept: Sequence[Kept]) -> list[Kept]:
    """The follow-ups of customers that filters choose."""
    conditions, values = filters.where("customer_facts")
    sql = f"select customer_id from customer_scores where {' and '.join(conditions or ['true'])} and customer_id in $numbers"
    numbers = sorted({one.follow_up.customer for one in kept})
    there = (
        {row["customer_id"] for row in store.query(sql, **values, numbers=numbers).to_pylist()} if numbers else set()
    )
    return [one for one in kept if one.follow_up.customer in there]


def _plain(row: Mapping[str, Any], why: Sequence[str]) -> dict[str, Any]:
    """A row as JSON can hold it: days as text."""
    kept = ("customer_id", "name", "team", "segment", "chance", "stake", *(one.name for one in SIGNALS), *KNOWN)
    return {
        "why": list(why),
        **{name: row[name].isoformat() if isinstance(row[name], date) else row[name] for name in kept},
    }


def reasons_of(plain: Mapping[str, Any]) -> list[str]:
    """The reasons of a row kept as plain values, in the reader's language."""
    days = {name: date.fromisoformat(plain[name]) for name in KNOWN if name.endswith("_on") and plain[name]}
    return [signal(name).said({**plain, **days}) for name in plain["why"]]


# --- one customer -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Profile:
    """Everything the data hold of a customer: `row` of customer_scores; tickets, answers and purchases, newest first."""

    row: Mapping[str, Any]
    tickets: pd.DataFrame
    answers: pd.DataFrame
    purchases: pd.DataFrame

    @property
    def customer(self) -> str:
        return str(self.row["customer_id"])

    @property
    def title(self) -> str:
        return str(self.row["name"] or self.customer)


def profile(store: Store, engine: Engine, customer: str, moment: Moment) -> Profile:
    """One customer by number. Raises CxError where there is none."""
    rows = store.query(
        "select *, model_chance as chance, model_chance * value_year as stake from customer_scores where customer_id = $id",
        id=customer,
    ).to_pylist()
    if not rows:
        raise CxError('There is no customer "{number}" in the data.', number=customer)
    params: dict[str, Any] = {"id": customer, "as_of_s": moment.as_of_s}
    tickets = engine.query(
        """select source, key, created_s, created_on, first_response_at_s, resolved_at_s, resolved_on, channel, priority, team, agent,
                  stage, status, first_response_calendar_s, resolution_calendar_s, coalesce(reopens, 0) as reopens,
                  first_response_met, resolution_met, knows_stock, says_resolved
           from ticket_facts where customer_id = $id and created_s <= $as_of_s order by created_s desc""",
        **params,
    ).to_pandas(date_as_object=True)
    answers = engine.query(
        """select kind, score, worst, best, normal, answered_s, answered_on, channel, team, agent, comment, ticket_id, source, key
           from survey_facts where customer_id = $id and is_answer and score is not null and answered_s <= $as_of_s
           order by answered_s desc, kind""",
        **params,
    ).to_pandas(date_as_object=True)
    purchases = engine.query(
        """select purchased_s, purchased_on, amount, nth, key from purchase_facts
           where customer_id = $id and purchased_s <= $as_of_s order by purchased_s desc""",
        **params,
    ).to_pandas(date_as_object=True)
    return Profile(rows[0], tickets, answers, purchases)


def subjects(store: Store, tickets: pd.DataFrame) -> dict[tuple[str, str], str]:
    """{(source, key): subject, else reason} of some tickets, as last imported."""
    if tickets.empty:
        return {}
    sql = """
        select source, key, arg_max(coalesce(subject, ticket_type), import_id) as subject from tickets_versions
        where key in $keys and import_id in (select import_id from imports where undone_at is null)
              and coalesce(subject, ticket_type) is not null group by source, key"""
    rows = store.query(sql, keys=[str(key) for key in tickets["key"]]).to_pylist()
    return {(row["source"], row["key"]): row["subject"] for row in rows}
