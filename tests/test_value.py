"""What a gesture costs and what less churn is worth, by hand; buying without a contract, on customers made up and on real ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxdata import i18n, importing
from cxdata.care import groups, people, purchases, scoring, value
from cxdata.care.groups import Standing
from cxdata.care.purchases import Buying, Fitted
from cxdata.errors import CxError
from cxdata.filters import Filters
from tests.conftest import NOW, moment, question

REAL = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "real"


@pytest.fixture(autouse=True)
def english():
    with i18n.speaking("en"):
        yield


# --- gestures and churn


def test_what_is_still_to_come_by_hand():
    assert value.remaining(100, 0.5, 0.1, None) == pytest.approx(500)  # 50 ÷ 0.1
    assert value.remaining(100, 0.5, 0.1, 2) == pytest.approx(50 + 50 * 0.9)
    assert value.remaining(100, 0.5, 0.0, 12) == 600
    assert value.remaining(100, 0.5, 1.0, 12) == 50  # the month that they are in
    assert value.monthly(1 - 0.9**12, 12) == pytest.approx(0.1)


def test_nobody_left_has_no_end():
    with pytest.raises(CxError, match="choose a number of months"):
        value.remaining(100, 0.5, 0.0, None)
    assert value.worth(100, None, 0.5, 0.0, "life").amount is None
    with pytest.raises(CxError, match="not known"):
        value.remaining(float("nan"), 0.5, 0.1, 12)
    with pytest.raises(CxError, match="share between"):
        value.monthly(1.2, 12)


def test_a_refund_against_what_a_customer_is_worth():
    found = value.gesture(30, 200)
    assert (found.left, found.share, found.pays) == (170, 0.15, True)
    assert found.said() == (
        "A gesture of € 30.00 to a customer worth € 200 leaves € 170. "
        "It pays for itself if at least 15% of those who get it stay because of it."
    )
    assert value.gesture(0, 200).said() == "A gesture of € 0.00 to a customer worth € 200 leaves € 200."
    assert found.said(one=True).endswith("raises the chance that they stay by 15 points or more.")
    dear = value.gesture(300, 200)
    assert (dear.left, dear.pays) == (-100, False)
    assert dear.said().endswith("leaves −€ 100. It costs more than they are still worth.")


@pytest.mark.parametrize(
    ("amount", "worth", "said"),
    [
        (-1, 200, "nothing or more: -1.00 is less|nothing or more: −1.00 is less"),
        (None, 200, "Fill in what the gesture costs"),
        (30, None, "not known"),
        (30, float("nan"), "not known"),
        (30, 0, "Nothing more is expected"),
    ],
)
def test_a_gesture_that_cannot_be_weighed_is_said(amount, worth, said):
    with pytest.raises(CxError, match=said):
        value.gesture(amount, worth)


def test_the_worth_of_a_customer_says_how():
    found = value.worth(100, 40, 0.5, 0.1, "life")
    assert (found.amount, found.how) == (pytest.approx(500), "€ 100 a month × 50% margin ÷ 10.00% churn a month")
    assert value.worth(100, None, 0.5, 0.1, "year").amount == pytest.approx(500 * (1 - 0.9**12))
    assert value.worth(None, 40, 0.5, None, "three").amount == 40
    assert value.worth(None, None, 0.5, 0.1, "year").amount is None


def test_less_churn_by_hand():
    found = value.less_churn(100, 20, 0.5, 0.02, 2)
    each = 10 * (1 - 0.98**12) / 0.02
    assert found.by_points == pytest.approx(100 * (120 - each))  # nobody leaves: 12 months of 10
    assert found.month == pytest.approx(100 * 0.02 * each)
    assert value.less_churn(100, 20, 0.5, 0.02, 0).by_points == 0
    for customers, points, said in ((0, 1, "not known here"), (100, -1, "0 or more"), (100, 3, "cannot fall by 3.00")):
        with pytest.raises(CxError, match=said):
            value.less_churn(customers, 20, 0.5, 0.02, points)


@given(
    monthly=st.floats(0.01, 1e4), margin=st.floats(0, 1), churn=st.floats(1e-4, 0.9), points=st.floats(0, 1),
    months=st.integers(1, 120),
)  # fmt: skip
def test_less_churn_never_costs_and_more_months_never_bring_less(monthly, margin, churn, points, months):
    whole = value.remaining(monthly, margin, churn, None)
    some = value.remaining(monthly, margin, churn, months)
    assert some <= value.remaining(monthly, margin, churn, months + 1) * (1 + 1e-9) <= whole * (1 + 2e-9)
    less = value.less_churn(10, monthly, margin, churn, min(points, churn * 100))
    assert less.by_points >= -1e-6 * monthly


# --- buying without a contract


def simulated(true: Fitted, n: int, days: float, seed: int = 1) -> pd.DataFrame:
    """Rows of `purchases.summary` of customers who behave as the model says."""
    rng = np.random.default_rng(seed)
    rows = []
    for _customer in range(n):
        rate, leaves, age = rng.gamma(true.r, 1 / true.alpha), rng.beta(true.a, true.b), days * rng.uniform(0.5, 1)
        at, times = 0.0, 0
        while True:
            step = rng.exponential(1 / rate)
            if at + step > age:
                break
            at, times = at + step, times + 1
            if rng.random() < leaves:
                break
        mean = rng.gamma(true.p * max(times, 1), 1) / rng.gamma(true.q, 1) * true.gamma / max(times, 1)
        rows.append((float(times), at, age, mean if times else 0.0))
    return pd.DataFrame(rows, columns=["frequency", "recency", "T", "monetary_value"])


def test_the_parameters_of_made_up_customers_are_found_again():
    true = Fitted(0.8, 30.0, 0.8, 2.5, 6.0, 4.0, 15.0)
    found = purchases.fit(simulated(true, 6000, 700))
    assert (found.r, found.alpha) == (pytest.approx(0.8, rel=0.1), pytest.approx(30, rel=0.15))
    assert found.a / (found.a + found.b) == pytest.approx(
        0.8 / 3.3, rel=0.15
    )  # the mean chance to stop after a purchase
    assert found.p * found.gamma / (found.q - 1) == pytest.approx(30, rel=0.08)  # the mean amount


def test_the_published_example_of_an_expected_number():
    """Fader, Hardie & Lee (2005): CDNOW customer 1, who bought twice more, last in week 30.43 of 38.86; the next 39 weeks."""
    cdnow = Fitted(0.243, 4.414, 0.793, 2.426)
    one = pd.DataFrame(
        {"frequency": [2.0, 0.0], "recency": [30.43, 0.0], "T": [38.86, 38.86], "monetary_value": [0.0, 0.0]}
    )
    found = cdnow.scored(one, 39)
    assert found["expected_purchases"][0] == pytest.approx(1.226, abs=5e-4)
    assert found["p_alive"][0] == pytest.approx(1 / (1 + 0.793 / 3.426 * (43.274 / 34.844) ** 2.243))
    assert found["p_alive"][1] == 1  # who bought once cannot have stopped yet, says the model
    assert found["amount"].isna().all()


def test_the_published_mean_of_amounts():
    """Fader & Hardie (2013): CDNOW with p 6.25, q 3.74, γ 15.44: 35.18 for nobody's purchases (p γ ÷ (q − 1))."""
    cdnow = Fitted(0.243, 4.414, 0.793, 2.426, 6.25, 3.74, 15.44)
    nobody = pd.DataFrame({"frequency": [0.0], "recency": [0.0], "T": [1.0], "monetary_value": [0.0]})
    assert cdnow.scored(nobody)["amount"][0] == pytest.approx(6.25 * 15.44 / 2.74)


def orders(n: int, *, amount: bool = True, seed: int = 3) -> str:
    """A file of purchases in 2024 and 2025 by customers some of whom stop."""
    rng = np.random.default_rng(seed)
    first = date(2024, 1, 1)
    lines = ["order id,customer id,order date,amount" if amount else "customer id,order date"]
    for customer in range(n):
        day, rate, mean = int(rng.integers(0, 300)), rng.gamma(1.2, 1 / 40), rng.gamma(5, 10)
        leaves = rng.beta(0.6, 2.4)
        while day < 730:
            when = (first + timedelta(days=day)).isoformat()
            lines.append(
                f"{len(lines)},C{customer},{when},{mean * rng.gamma(4, 0.25):.2f}" if amount else f"C{customer},{when}"
            )
            if rng.random() < leaves:
                break
            day += int(rng.exponential(1 / rate)) + 1
    return "\n".join(lines) + "\n"


def test_a_summary_by_hand(store, load):
    """A buys on 1 March twice, on 11 March (with a refund), on 21 March; B once, and brings it back another day."""
    load(
        "order id,customer id,order date,amount\n1,A,2026-03-01,10\n2,A,2026-03-01,5\n3,A,2026-03-11,20\n4,A,2026-03-11,-5\n"
        "5,A,2026-03-21,25\n6,B,2026-03-05,10\n7,B,2026-03-09,-10\n8,C,2026-03-31,1\n"
    )
    at = question(store, "lifetime_value").rows
    assert at["n"][0] == 3
    last = date(2026, 3, 31)
    found = store.query(purchases.summary(), as_of_s=2_000_000_000, last=last).to_pandas()
    assert list(found.itertuples(index=False, name=None)) == [
        ("A", 2.0, 20.0, 30.0, 20.0),  # of 15 and 25
        ("B", 0.0, 0.0, 26.0, 0.0),
        ("C", 0.0, 0.0, 0.0, 0.0),
    ]


def test_customers_without_a_contract_are_scored_and_held_out(store, load):
    load(orders(700))
    found = scoring.buying(store)
    assert (found.missing, found.customers) == ("", 700)
    assert found.fitted.knows_amounts
    held = found.held
    assert held.n == sum(one.n for one in held.groups) > 500
    assert held.actual == pytest.approx(held.expected, rel=0.2)
    assert held.error < held.error_as_before
    rows = store.query("select * from customer_scores").to_pandas()
    assert len(rows) == rows["p_alive"].count() == 700
    assert rows["p_alive"].between(0, 1).all()
    there = rows[rows["is_there"]]
    assert there["value_year"].to_numpy() == pytest.approx(there["value_12m"].to_numpy())  # no monthly value
    assert scoring.purchases.loaded(scoring.purchases.dumped(found)) == found
    twice = rows["value_12m"].sum()
    store.save_settings(replace(store.settings(), margin=0.6))
    scoring.ensure(store)
    assert store.query("select sum(value_12m) as v from customer_scores").to_pylist()[0]["v"] == pytest.approx(
        2 * twice
    )


def test_without_amounts_there_is_no_value(store, load):
    load(orders(500, amount=False), kind="purchases")
    found = scoring.buying(store)
    assert found.missing == ""
    assert not found.fitted.knows_amounts
    rows = store.query("select count(expected_purchases) as k, count(value_12m) as v from customer_scores").to_pylist()
    assert rows == [{"k": 500, "v": 0}]


def test_why_there_is_no_model(store, load):
    assert scoring.buying(store) == Buying("none")
    load("order id,customer id,order date,amount\n1,A,2026-03-01,10\n2,A,2026-05-01,5\n")
    assert scoring.buying(store) == Buying("few", 1, 1)
    load("customer_id,started_on,cancelled_on,monthly_value\nA,2026-01-10,,100\n", name="c.csv")
    assert scoring.buying(store) == Buying("contracts", 1, 1)
    assert store.query("select p_alive, value_year from customer_scores").to_pylist() == [
        {"p_alive": None, "value_year": pytest.approx(360)}
    ]


def test_who_has_gone_quiet_and_what_is_expected_in_all(store, load):
    load(orders(700))
    scoring.ensure(store)
    rows = store.query("select * from customer_scores").to_pandas()
    asked = people.expected(store, Filters())
    assert asked.customers == 700
    assert asked.alive == pytest.approx(rows["p_alive"].sum())
    assert asked.value == pytest.approx(rows["value_12m"].sum())
    silent = rows[(rows["p_alive"] < 0.5) & (rows["purchases"] >= 3)]
    found = people.quiet(store, Filters())
    assert asked.quiet == len(silent) >= len(found) > 0
    assert [one["value_12m"] for one in found] == sorted(silent["value_12m"], reverse=True)[: len(found)]
    nobody = people.expected(store, Filters(values={"team": ("X",)}))
    assert (nobody.customers, nobody.alive, nobody.value, nobody.quiet) == (0, None, None, 0)


def test_groups_as_they_are_now(store, load):
    """Up to 1 May 2026: N has A and B of whom B left within twelve months; Z has C, who came in them, and D, long gone."""
    load(
        "customer_id,started_on,cancelled_on,team,monthly_value\nA,2024-01-10,,N,100\nB,2024-01-15,2026-03-20,N,50\n"
        "C,2026-02-05,,Z,\nD,2024-03-03,2025-03-28,Z,10\n"
    )
    store.save_settings(replace(store.settings(), as_of="2026-05-01"))
    scoring.ensure(store)
    whole, north, south = groups.standings(store, Filters(), "team", moment(store))
    assert whole == Standing(None, True, 2, 1, 100.0, None, 2, 1)
    assert north == Standing("N", False, 1, 1, 100.0, None, 2, 1)
    assert south == Standing("Z", False, 1, 0, None, None, 0, 0)
    assert north.churn == pytest.approx(1 - 0.5 ** (1 / 12))
    assert south.churn is None
    (only,) = [
        one for one in groups.standings(store, Filters(values={"team": ("Z",)}), "team", moment(store)) if one.whole
    ]
    assert only.customers == 1


@pytest.mark.skipif(not REAL.is_dir(), reason="the real exports are not here")
def test_the_documented_example_of_lifetimes(store):
    """Its quick start: 5,000 customers of 2014, seen up to 31 December: a 1.85, alpha 1.86, b 3.18, r 0.16."""
    importing.import_file(store, REAL / "lifetimes_example_transactions.csv", now=NOW)
    store.save_settings(replace(store.settings(), as_of="2014-12-31T12:00"))
    found = scoring.buying(store)
    made = found.fitted
    assert (found.customers, round(made.a, 2), round(made.alpha, 2), round(made.b, 2), round(made.r, 2)) == (
        5000, 1.85, 1.86, 3.18, 0.16,
    )  # fmt: skip
