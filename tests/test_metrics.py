"""Every metric on a case worked out by hand, the golden cases of the definitions, and the rules for all of them."""

from __future__ import annotations

from datetime import date

import lifelines
import numpy as np
import pytest

from cxdata import questions, statistics
from cxdata.care import follow_ups
from cxdata.care.follow_ups import FollowUp
from cxdata.errors import UnknownName
from cxdata.facts import TABLES
from cxdata.filters import dimension
from cxdata.metrics import ALL, FAMILIES, metric
from cxdata.metrics.base import FLOW_TABLES, Count, Curve, FlowCount, Quantile
from cxdata.settings import Settings, parse_instant
from tests.conftest import none_if_nan, question

TICKETS = (
    "ticket_id,created_at,first_response_at,resolved_at,status,priority,team,agent_replies,reopens,customer,channel,solved by\n"
    "1,2026-03-02 10:00,2026-03-02 11:00,2026-03-02 12:00,closed,urgent,A,1,0,B,email,Kim\n"  # 1 h on time, 2 h on time
    "2,2026-03-02 10:00,2026-03-02 13:00,2026-03-04 10:00,closed,urgent,A,3,1,C,email,Kim\n"  # 3 h late, 48 h late
    "3,2026-03-03 10:00,2026-03-03 12:00,,open,low,B,1,0,B,phone,\n"  # 2 h on time, target passed
    "4,2026-03-03 10:00,,,open,normal,B,0,0,,,\n"  # neither, both passed
    "5,2026-04-01 10:00,,2026-04-01 16:00,closed,low,B,1,0,C,phone,Fin\n"  # never answered, 6 h on time
    "6,2026-04-02 10:00,,,deleted,low,B,1,0,,,\n"
)
SURVEYS = (
    "response_id,answered_at,nps,csat (1-5),ces (1-7),quality_accuracy (1-5),quality_professionalism (1-5),quality_overall (1-5),answered?,customer id\n"
    "1,2026-03-02 10:00,10,5,7,5,5,5,yes,\n"
    "2,2026-03-02 10:00,9,4,5,3,5,5,yes,\n"
    "3,2026-03-02 10:00,8,3,4,1,3,1,yes,\n"
    "4,2026-03-02 10:00,0,1,1,3,3,1,yes,A\n"
    "5,2026-03-02 10:00,,,,,,,no,\n"
)
CUSTOMERS = (
    "customer_id,started_on,cancelled_on,team,monthly_value\n"
    "A,2026-01-10,,N,100\nB,2026-01-15,2026-03-20,N,50\nC,2026-02-05,,Z,150\nD,2026-03-03,2026-03-28,Z,10\n"
)
PURCHASES = "order id,customer id,order date,amount\n1,x,2026-02-10,10\n2,x,2026-03-10,20\n3,y,2026-03-11,30\n4,y,2026-04-01,40\n"
REVIEWS = (
    "ticket_id,reviewed_at,reviewer,quality_accuracy (1-5),quality_professionalism (1-5),quality_overall (1-5)\n"
    "1,2026-04-10,Ann,5,4,3\n"  # 100, 75, 50
    "1,2026-04-11,Bob,3,4,5\n"  # 50, 75, 100: the ticket 75, 75, 75
    "2,2026-04-11,Ann,2,1,1\n"  # 25, 0, 0
    "5,2026-04-12,Ann,5,5,5\n"  # resolved in April
    "9,2026-03-20,Bob,1,,\n"  # a ticket that is not there: by the day of the review, 0
)
FILES = {"t.csv": TICKETS, "s.csv": SURVEYS, "c.csv": CUSTOMERS, "p.csv": PURCHASES, "r.csv": REVIEWS}
MARCH = {"start": "2026-03-01", "end": "2026-04-01"}
AS_OF = "2026-05-01"
HOUR = 3600.0
NOTHING = (float("nan"), 0)

# (value, n) in March 2026, as seen on 1 May 2026
MARCH_CASES = {
    "tickets_created": (4, 4),
    "tickets_resolved": (2, 2),
    "backlog": (2, 2),  # 3 and 4
    "first_response_time": (2 * HOUR, 3),  # 1, 3 and 2 h
    "first_response_time_p90": (2.8 * HOUR, 3),  # 2 + 0.8 × (3 − 2)
    "resolution_time": (25 * HOUR, 2),  # 2 and 48 h
    "resolution_time_p90": (43.4 * HOUR, 2),  # 2 + 0.9 × 46
    "resolution_rate": (2 / 4, 4),
    "first_contact_resolution": (1 / 2, 2),
    "reopen_rate": (1 / 2, 2),
    "unanswered_rate": (1 / 4, 4),
    "sla_first_response": (2 / 4, 4),
    "sla_resolution": (1 / 4, 4),
    "sla": (3 / 8, 8),
    "sla_breaches": (5, 5),  # of the 8 targets 3 were achieved
    "replies_per_ticket": (2, 2),  # 1 and 3
    "self_service_rate": (0, 2),
    "channel_switch_rate": (1 / 3, 3),  # of 1, 2 and 3: B called a day after his e-mail
    "repeat_contacts": (1, 1),
    "first_contacts": (2, 2),  # of B and of C
    "next_contacts": (2, 2),  # C came again in April
    "churn_after_contact": None,  # no 90 days are over; see the tests of contacts
    "last_contacts": (1, 1),  # 3, of B
    "nps": (25, 4),
    "nps_promoters": (2 / 4, 4),
    "nps_passives": (1 / 4, 4),
    "nps_detractors": (1 / 4, 4),
    "csat": (2 / 4, 4),
    "csat_mean": (13 / 4, 4),
    "ces": (17 / 4, 4),
    "ces_easy": (2 / 4, 4),
    "quality_accuracy": (50, 4),  # 100, 50, 0, 50
    "quality_professionalism": (75, 4),
    "quality_overall": (50, 4),
    "response_rate": (4 / 5, 5),
    "reviewed_accuracy": (100 / 3, 3),  # 75, 25, 0
    "reviewed_professionalism": (75 / 2, 2),
    "reviewed_overall": (75 / 2, 2),
    "reviews": (4, 4),
    "retention_rate": (2 / 3, 3),
    "churn_rate": (1 / 3, 3),
    "active_customers": (2, 2),
    "new_customers": (1, 1),
    "lost_customers": (2, 2),
    "revenue_churn_rate": (50 / 300, 3),
    "repeat_customer_rate": (1 / 2, 2),  # x bought before, y not yet
    "second_purchase_rate": NOTHING,  # y first bought on 11 March, less than 90 days before 1 May
    "time_between_purchases": (28 * 24 * HOUR, 1),  # x, 10 February to 10 March
    "lifetime_value": (60 / 2, 2),
    "lifetime_value_projected": (100 * 0.3 / (1 - (2 / 3) ** (30.436875 / 31)), 3),
    "survival": None,
    "cohort_retention": None,
    "second_purchase_cohorts": None,
    "follow_up_rate": (1, 1),  # of A, the only detractor whom we know
    "follow_up_time": (25 * HOUR, 2),  # A after 48 h, C after 2 h
}


def at(text: str) -> int:
    return parse_instant(text, "Europe/Amsterdam")


def keep_follow_ups(store):
    """A is followed up for the answer of 2 March, C for another reason."""
    for customer, opened, closed in (
        ("A", "2026-03-03T10:00", "2026-03-04T10:00"),
        ("C", "2026-03-10T10:00", "2026-03-10T12:00"),
    ):
        own = FollowUp(0, customer, "Eva", date(2026, 3, 12), "call", at(opened), outcome="solved", closed_s=at(closed))
        follow_ups.save(store, own)


@pytest.fixture
def march(store, load):
    for name, text in FILES.items():
        load(text, name=name, direction="easy")
    keep_follow_ups(store)
    return store


def test_every_metric_has_its_case():
    assert set(MARCH_CASES) == {entry.name for entry in ALL}


@pytest.mark.parametrize("entry", [entry for entry in ALL if MARCH_CASES[entry.name]], ids=lambda entry: entry.name)
def test_by_hand(sample_march, entry):
    (row,) = question(sample_march, entry.name, as_of=AS_OF, **MARCH).rows.itertuples()
    assert (row.value, row.n) == pytest.approx(MARCH_CASES[entry.name], rel=1e-12, nan_ok=True)
    assert not row.partial


@pytest.fixture(scope="module")
def sample_march(tmp_path_factory):
    """The files above in one store, only to be read."""
    from cxdata import importing
    from cxdata.store import Store
    from cxdata.understanding import Choices
    from tests.conftest import NOW

    folder = tmp_path_factory.mktemp("march")
    with Store(None) as made:
        for name, text in FILES.items():
            (folder / name).write_text(text)
            importing.import_file(made, folder / name, Choices(direction="easy"), now=NOW)
        keep_follow_ups(made)
        yield made


# --- rules for all of them


@pytest.mark.parametrize("entry", ALL, ids=lambda entry: entry.name)
def test_nothing_measured_is_no_number(sample_march, entry):
    rows = question(sample_march, entry.name, start="2020-01-01", end="2020-02-01", as_of=AS_OF).rows
    if isinstance(entry.measure, Curve):
        assert rows.empty
        return
    (row,) = rows.itertuples()
    expected = 0 if isinstance(entry.measure, Count | FlowCount) else None
    assert (none_if_nan(row.value), row.n, none_if_nan(row.low), none_if_nan(row.high)) == (expected, 0, None, None)


@pytest.mark.parametrize("entry", ALL, ids=lambda entry: entry.name)
def test_no_data_at_all_is_no_number_either(empty, entry):
    rows = question(empty, entry.name, as_of=AS_OF).rows
    if isinstance(entry.measure, Curve):
        assert rows.empty
    else:
        expected = 0 if isinstance(entry.measure, Count | FlowCount) else None
        assert [(none_if_nan(row.value), row.n) for row in rows.itertuples()] == [(expected, 0)]


@pytest.fixture(scope="module")
def empty():
    from cxdata.store import Store

    with Store(None) as made:
        yield made


# No export of the sample lists the surveys that nobody answered.
@pytest.mark.parametrize(
    "entry", [entry for entry in ALL if entry.name != "response_rate"], ids=lambda entry: entry.name
)
def test_its_value_lies_in_its_interval_and_bounds(sample, entry):
    grain = "total" if isinstance(entry.measure, Curve) else "month"
    rows = question(sample, entry.name, grain=grain).rows
    measured = rows[rows["value"].notna()]
    if (
        entry.name == "csat_mean"
    ):  # the sample asks on 1–5 in one tool and for good or bad in others: there is no one mean
        assert measured.empty
        return
    assert not measured.empty
    assert (measured["n"] > 0).all() or isinstance(entry.measure, Count | FlowCount)
    for end, sign in (("low", 1), ("high", -1)):
        bounded = measured[measured[end].notna()]
        assert (sign * (bounded["value"] - bounded[end]) >= -1e-9).all()
    if entry.bounds:
        low, high = entry.bounds
        assert measured["value"].between(low, high).all()


@pytest.mark.parametrize("entry", ALL, ids=lambda entry: entry.name)
def test_it_is_described(entry):
    assert entry.family in FAMILIES
    assert entry.unit in ("count", "duration", "share", "nps", "score", "number", "quality", "money")
    assert entry.better in ("higher", "lower", "")
    assert entry.facts in (*TABLES, *FLOW_TABLES)
    assert entry.label
    assert entry.meaning.endswith(".")
    assert entry.formula
    assert metric(entry.name) is entry


def test_names_are_unique():
    assert len({entry.name for entry in ALL}) == len(ALL)


def test_an_unknown_metric_suggests_the_nearest():
    with pytest.raises(UnknownName) as problem:
        metric("churnrate")
    assert str(problem.value) == 'There is no metric "churnrate". Did you mean "churn_rate"?'


ADDING = [entry for entry in ALL if isinstance(entry.measure, Count | FlowCount)]


PARTS = [
    (entry.name, by) for entry in ADDING for by in ("team", "segment", "channel") if entry.table in dimension(by).facts
]


@pytest.mark.parametrize(("name", "by"), PARTS)
def test_counts_of_the_parts_add_up_to_the_total(sample, name, by):
    for options in ({}, {"start": "2026-01-01", "end": "2026-03-10"}):
        total = question(sample, name, **options).one(name)
        parts = question(sample, name, by=(by,), **options).rows
        assert total.value == parts["value"].sum()


@pytest.mark.parametrize("entry", ADDING, ids=lambda entry: entry.name)
def test_a_total_is_what_its_months_are(sample, entry):
    months = question(sample, entry.name, grain="month", start="2025-03-01", end="2025-09-01").rows
    total = question(sample, entry.name, start="2025-03-01", end="2025-09-01").one(entry.name)
    stock = entry.name in ("backlog", "active_customers")
    assert total.value == (months["value"].iloc[-1] if stock else months["value"].sum())


def test_a_total_is_computed_from_rows_not_from_the_parts(load, ask, table):
    load(
        "ticket_id,created_at,first_response_at,status,team\n"
        "1,2026-03-02 10:00,2026-03-02 10:01,open,A\n2,2026-03-02 10:00,2026-03-02 10:02,open,A\n"
        "3,2026-03-02 10:00,2026-03-02 10:03,open,A\n4,2026-03-02 10:00,2026-03-02 11:00,open,B\n"
    )
    assert table("first_response_time", by=("team",)) == [("A", 120, 3), ("B", 3600, 1)]
    assert ask("first_response_time") == {"first_response_time": 150}  # not the mean of 120 and 3600


# --- surveys


def test_golden_nps(store, load):
    scores = (10, 9, 9, 8, 7, 7, 6, 3, 10, 0)
    load("response_id,answered_at,nps\n" + "".join(f"{n},2026-03-02,{score}\n" for n, score in enumerate(scores)))
    row = question(store, "nps").one("nps")
    assert (row.value, row.n) == (10, 10)
    assert (row.low, row.high) == pytest.approx((-36.06, 51.45), abs=0.005)


@pytest.mark.parametrize("scale", ["0-10", "1-10"])
def test_nps_cuts(load, ask, scale):
    load(f"response_id,answered_at,Recommend us? ({scale})\n" + "".join(f"{n},2026-03-02,{n}\n" for n in range(1, 11)))
    assert ask("nps_promoters", "nps_passives", "nps_detractors", "nps") == {
        "nps_promoters": 0.2, "nps_passives": 0.2, "nps_detractors": 0.6, "nps": -40,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("label", "satisfied", "not_satisfied"),
    [
        ("csat (1-5)", (4, 5), (1, 2, 3)),
        ("csat (1-7)", (6, 7), (1, 2, 3, 4, 5)),
        ("csat (1-10)", (8, 9, 10), (1, 5, 7)),
        ("csat (0-10)", (8, 9, 10), (0, 5, 7)),
        ("csat", ("Good", "good_with_comment"), ("Bad", "Bad with comment")),
        ("csat", ("very satisfied", "satisfied"), ("neutral", "dissatisfied", "very dissatisfied")),
    ],
)
def test_who_is_satisfied(load, ask, label, satisfied, not_satisfied):
    answers = (*satisfied, *not_satisfied)
    load(f"response_id,answered_at,{label}\n" + "".join(f"{n},2026-03-02,{word}\n" for n, word in enumerate(answers)))
    assert ask("csat") == {"csat": len(satisfied) / len(answers)}


def test_a_scale_of_0_to_10_is_known_by_its_answers(store, load):
    load("response_id,answered_at,csat\n" + "".join(f"{n},2026-03-02,{n % 11}\n" for n in range(44)))
    assert store.query("select distinct worst, best from survey_facts").to_pylist() == [{"worst": 0, "best": 10}]


def test_offered_is_no_answer(load, ask):
    words = ("good", "good", "bad", "offered", "Unoffered")
    load("response_id,answered_at,csat\n" + "".join(f"{n},2026-03-02,{word}\n" for n, word in enumerate(words)))
    assert ask("csat", "response_rate") == {"csat": 2 / 3, "response_rate": 3 / 5}


def test_a_mean_over_two_scales_is_none(load, ask):
    load("response_id,answered_at,csat (1-5)\n1,2026-03-02,5\n2,2026-03-02,3\n")
    assert ask("csat", "csat_mean") == {"csat": 0.5, "csat_mean": 4}
    load("response_id,answered_at,csat (1-10)\n3,2026-03-02,8\n4,2026-03-02,9\n")
    assert ask("csat", "csat_mean") == {"csat": 0.75, "csat_mean": None}


@pytest.mark.parametrize(("direction", "ease", "easy"), [("easy", 5, 2 / 3), ("hard", 3, 1 / 3)])
def test_effort_is_turned_to_ease(load, ask, direction, ease, easy):
    load("response_id,answered_at,ces (1-7)\n1,2026-03-02,7\n2,2026-03-02,6\n3,2026-03-02,2\n", direction=direction)
    assert ask("ces", "ces_easy") == {"ces": pytest.approx(ease), "ces_easy": pytest.approx(easy)}


def test_ease_of_five_of_seven_is_easy_on_every_scale(load, ask):
    # (score − 1) / 4 × 6 + 1: 4 of 5 is 5.5, 3 of 5 is 4; exactly 5 of 7 counts
    load("response_id,answered_at,ces (1-5)\n1,2026-03-02,4\n2,2026-03-02,3\n", direction="easy")
    load("response_id,answered_at,ces (1-7)\n3,2026-03-02,5\n4,2026-03-02,4\n", direction="easy")
    load("response_id,answered_at,ces (1-7)\n5,2026-03-02,3\n6,2026-03-02,4\n", direction="hard")
    assert ask("ces_easy") == {"ces_easy": 0.5}


# --- customers


def test_golden_customers(march, ask):
    names = ("retention_rate", "churn_rate", "new_customers", "lost_customers", "active_customers")
    assert ask(*names, as_of=AS_OF, **MARCH) == {
        "retention_rate": pytest.approx(2 / 3), "churn_rate": pytest.approx(1 / 3),
        "new_customers": 1, "lost_customers": 2, "active_customers": 2,
    }  # fmt: skip


def test_golden_customers_by_month(march, table):
    assert table("active_customers", grain="month", as_of=AS_OF) == [
        (date(2026, 1, 1), 2, 2), (date(2026, 2, 1), 3, 3), (date(2026, 3, 1), 2, 2), (date(2026, 4, 1), 2, 2),
    ]  # fmt: skip
    assert table("churn_rate", grain="month", as_of=AS_OF) == [
        (date(2026, 1, 1), None, 0), (date(2026, 2, 1), 0, 2), (date(2026, 3, 1), 1 / 3, 3), (date(2026, 4, 1), 0, 2),
    ]  # fmt: skip


def test_stocks_stand_in_months_after_the_last_event(load, table):
    load("customer_id,started_on,cancelled_on,segment\na,2026-01-10,,N\nb,2026-01-15,2026-03-20,N\n")
    assert table("active_customers", grain="month", start="2026-03-01", as_of="2026-06-01") == [
        (date(2026, 3, 1), 1, 1), (date(2026, 4, 1), 1, 1), (date(2026, 5, 1), 1, 1),
    ]  # fmt: skip
    assert table("retention_rate", grain="month", start="2026-04-01", as_of="2026-06-01") == [
        (date(2026, 4, 1), 1, 1), (date(2026, 5, 1), 1, 1),
    ]  # fmt: skip


def test_a_customer_of_the_border(load, ask):
    """Active at t: started before t, and cancelled on t or later."""
    load(
        "customer_id,started_on,cancelled_on,team\na,2026-02-28,2026-03-01,N\nb,2026-03-01,,N\nc,2026-02-28,2026-04-01,N\n"
    )
    assert ask("retention_rate", "new_customers", "lost_customers", "active_customers", as_of=AS_OF, **MARCH) == {
        "retention_rate": 0.5, "new_customers": 1, "lost_customers": 1, "active_customers": 2,
    }  # fmt: skip


@pytest.mark.parametrize("grain", ["total", "year", "quarter", "month", "week", "day"])
@pytest.mark.parametrize("by", [(), ("team",)])
def test_retention_and_churn_are_one(sample, grain, by):
    answer = question(sample, "retention_rate", "churn_rate", grain=grain, by=by, start="2025-11-01", end="2026-02-10")
    together = answer.of("retention_rate")["value"] + answer.of("churn_rate")["value"]
    assert np.allclose(together.dropna(), 1, rtol=0, atol=1e-15)
    assert together.notna().any()


def test_survival_is_that_of_lifelines(store, load):
    random = np.random.default_rng(7)
    months = random.integers(0, 30, 300)
    lasted = random.integers(0, 40, 300)
    rows = []
    for n, (month, lives) in enumerate(zip(months, lasted, strict=True)):
        start, end = months_on(int(month)), months_on(int(month + lives))
        rows.append(f"{n},{start},{end if end < '2026-07-01' else ''}")
    load("customer_id,started_on,cancelled_on\n" + "\n".join(rows) + "\n", kind="customers")
    found = question(store, "survival", as_of="2026-07-01").rows
    observed = np.minimum(lasted, 30 - months)
    fitted = lifelines.KaplanMeierFitter().fit(observed, lasted < 30 - months)
    expected = fitted.survival_function_at_times(found["month"])
    np.testing.assert_allclose(found["value"], expected, rtol=1e-12)
    band = fitted.confidence_interval_.loc[found["month"].clip(upper=fitted.confidence_interval_.index.max())]
    np.testing.assert_allclose(found["low"][1:], band.iloc[1:, 0], rtol=1e-6)
    np.testing.assert_allclose(found["high"][1:], band.iloc[1:, 1], rtol=1e-6)
    assert list(found["n"]) == [int((observed >= month).sum()) for month in found["month"]]


def months_on(months: int) -> str:
    return f"{2024 + months // 12}-{months % 12 + 1:02}-01"


def test_cohorts(march):
    rows = question(march, "cohort_retention", as_of=AS_OF).rows
    assert [(str(row.period), row.month, row.value, row.n) for row in rows.itertuples()] == [
        ("2026-01-01", 0, 1, 2), ("2026-01-01", 1, 1, 2), ("2026-01-01", 2, 1, 2), ("2026-01-01", 3, 0.5, 2),
        ("2026-02-01", 0, 1, 1), ("2026-02-01", 1, 1, 1), ("2026-02-01", 2, 1, 1),
        ("2026-03-01", 0, 1, 1), ("2026-03-01", 1, 0, 1),
    ]  # fmt: skip  # April has no cohort; a cell that as-of has not reached is not there


def test_survival_of_few(march):
    rows = question(march, "survival", as_of=AS_OF).rows
    assert [(row.month, row.value, row.n) for row in rows.itertuples()] == [
        (0, 1, 4), (1, 0.75, 3), (2, 0.75, 3), (3, 0.5, 1),
    ]  # fmt: skip  # D left in month 0, B in month 2; C is seen for two months and A for three


def test_repeat_buyers_up_to_the_end_of_the_period(march, table):
    assert table("repeat_customer_rate", grain="month", as_of=AS_OF) == [
        (date(2026, 2, 1), 0, 1), (date(2026, 3, 1), 0.5, 2), (date(2026, 4, 1), 1, 1),
    ]  # fmt: skip
    assert table("lifetime_value", grain="month", as_of=AS_OF) == [
        (date(2026, 2, 1), 10, 1), (date(2026, 3, 1), 30, 2), (date(2026, 4, 1), 50, 2),
    ]  # fmt: skip


def test_value_that_is_not_known_is_none(load, ask):
    load("customer_id,started_on,cancelled_on,team\na,2026-01-01,2026-03-10,N\nb,2026-01-01,,N\n", name="a.csv")
    load("order id,customer id,order date\n1,a,2026-02-10\n", name="b.csv")
    names = ("revenue_churn_rate", "lifetime_value", "lifetime_value_projected")
    assert ask(*names, as_of=AS_OF, **MARCH) == dict.fromkeys(names)


def test_a_mean_value_is_that_of_the_customers_whose_value_is_known(load, ask):
    load("customer_id,started_on,cancelled_on,monthly_value\na,2026-01-01,2026-03-10,30\nb,2026-01-01,,\n")
    churn = 1 - 0.5 ** (30.436875 / 31)
    assert ask("lifetime_value_projected", as_of=AS_OF, **MARCH) == {
        "lifetime_value_projected": pytest.approx(30 * 0.3 / churn)
    }


# --- time travel


def test_everything_is_read_at_as_of(march, ask):
    names = (
        "tickets_created",
        "tickets_resolved",
        "backlog",
        "first_response_time",
        "sla_first_response",
        "resolution_rate",
        "unanswered_rate",
    )
    at = {
        # 1 and 2 are there, 1 is answered after one hour
        "2026-03-02 11:00": (2, 0, 2, HOUR, 1, 0, 0),
        # 1 is answered in time, 2 is not answered and late; 1 is resolved
        "2026-03-02 12:00": (2, 1, 1, HOUR, 1 / 2, 1 / 2, 1 / 2),
        # 2 is answered late
        "2026-03-02 13:00": (2, 1, 1, 2 * HOUR, 1 / 2, 1 / 2, 0),
        # 3 is answered in time, 4 is running
        "2026-03-03 12:00": (4, 1, 3, 2 * HOUR, 2 / 3, 1 / 4, 0),
    }
    found = {moment: tuple(ask(*names, as_of=moment, **MARCH).values()) for moment in at}
    assert found == at


def test_answers_and_purchases_after_as_of_are_not_there_yet(march, ask):
    assert ask("nps", as_of="2026-03-02 09:59") == {"nps": None}
    assert ask("nps", as_of="2026-03-02 10:00") == {"nps": 25}
    assert ask("lifetime_value", as_of="2026-03-10 12:00") == {"lifetime_value": 30}
    assert ask("churn_rate", as_of="2026-03-15", **MARCH) == {"churn_rate": 0}
    assert ask("active_customers", as_of="2026-03-03 12:00") == {"active_customers": 4}


def test_as_of_can_be_set_by_hand(march, ask):
    march.save_settings(Settings(as_of="2026-03-02T11:00"))
    assert ask("tickets_created", "backlog") == {"tickets_created": 2, "backlog": 2}


# --- clocks


def test_the_reader_chooses_the_clock(store, load, ask):
    load(
        "ticket_id,created_at,first_response_at,resolved_at,status\n1,2026-03-27 16:00,2026-03-30 09:30,2026-03-30 10:00,closed\n"
    )
    names = ("first_response_time", "resolution_time")
    assert ask(*names, clock="business") == {"first_response_time": 1.5 * HOUR, "resolution_time": 2 * HOUR}
    assert ask(*names, clock="calendar") == {"first_response_time": 64.5 * HOUR, "resolution_time": 65 * HOUR}


@pytest.mark.parametrize(
    "entry", [entry for entry in ALL if isinstance(entry.measure, Quantile)], ids=lambda entry: entry.name
)
@pytest.mark.parametrize("clock", ["calendar", "business"])
def test_quantiles_and_their_intervals_are_those_of_numpy(sample, entry, clock):
    """The ends are order statistics at the ranks of the binomial; type 7 in between."""
    rows = question(
        sample, entry.name, grain="month", by=("team",), clock=clock, start="2026-01-01", end="2026-04-01"
    ).rows
    x, known = entry.measure.seconds(clock), entry.measure.known.replace("$as_of_s", str(sample.as_of()))
    facts = sample.query(
        f"select team, {entry.time}_month as month, {x} as x from {entry.facts} where {x} is not null and {known}"
    ).to_pandas()
    assert len(rows) > 5
    for row in rows.itertuples():
        x = np.sort(
            facts[(facts["team"] == row.team) & (facts["month"].astype(str) == str(row.period))]["x"].to_numpy()
        )
        assert row.n == x.size
        if x.size == 0:
            continue
        assert row.value == pytest.approx(np.quantile(x, entry.measure.p), rel=1e-12)
        low, high = statistics.quantile_ranks(x.size, entry.measure.p)
        if np.isnan(low):
            assert np.isnan(row.low)
        else:
            assert (row.low, row.high) == pytest.approx((x[int(low) - 1], x[int(high) - 1]), rel=1e-9)


def test_metrics_asked_together_are_those_asked_alone(sample):
    names = tuple(entry.name for entry in ALL if not isinstance(entry.measure, Curve))
    together = question(sample, *names, grain="quarter").rows
    assert list(dict.fromkeys(together["metric"])) == list(names)
    for name in names[::5]:
        alone = question(sample, name, grain="quarter").rows
        found = together[together["metric"] == name].reset_index(drop=True)
        assert found.equals(alone) or np.allclose(found["value"], alone["value"], equal_nan=True)
    assert questions.TOTAL == "total"


@pytest.mark.parametrize("entry", ALL, ids=lambda entry: entry.name)
def test_every_metric_says_what_confuses_people_and_how_its_interval_is_made(entry, sample):
    assert 1 <= len(entry.pitfalls) <= 3
    assert all(text.endswith(".") for text in entry.pitfalls)
    rows = question(sample, entry.name, start="2025-11-01", end="2026-11-01").rows
    measured = rows[rows["value"].notna()]
    assert measured.empty or bool(entry.measure.interval_by) == bool(measured["low"].notna().any())


# --- purchases

ORDERS = (
    "order id,customer id,order date,amount\n1,x,2026-01-10,10\n2,x,2026-02-09,20\n3,y,2026-01-31,30\n4,y,2026-03-30,40\n"
    "5,z,2026-02-01,50\n6,x,2026-02-09,5\n"
)


def test_lifetime_value_has_an_interval_over_customers(store, load):
    """x spent 35, y 70, z 50: mean 51.67, sd 17.56; t with 2 degrees of freedom 4.3027."""
    load(ORDERS)
    row = question(store, "lifetime_value").one("lifetime_value")
    half = 4.302652729911275 * np.std([35, 70, 50], ddof=1) / np.sqrt(3)
    assert (row.value, row.n) == (pytest.approx(155 / 3), 3)
    assert (row.low, row.high) == (pytest.approx(155 / 3 - half), pytest.approx(155 / 3 + half))


def test_second_purchases_by_cohort(store, load):
    """January: x after 0 whole months, y after 1 (31 January to 30 March); February: z not. Seen up to 1 May."""
    load(ORDERS)
    rows = question(store, "second_purchase_cohorts", as_of="2026-05-01").rows
    found = {(row.period.month, int(row.month)): (row.value, row.n) for row in rows.itertuples()}
    assert found == {(1, 1): (0.5, 2), (1, 2): (1.0, 2), (1, 3): (1.0, 2), (2, 1): (0.0, 1), (2, 2): (0.0, 1)}
    assert rows["low"].notna().all()
    early = question(store, "second_purchase_cohorts", as_of="2026-03-01").rows
    assert {(row.period.month, int(row.month)): row.value for row in early.itertuples()} == {(1, 1): 0.5}


def test_the_second_purchase_within_90_days_waits_for_91(store, load):
    load(ORDERS)
    row = question(store, "second_purchase_rate", as_of="2026-06-01").one("second_purchase_rate")
    assert (row.value, row.n) == (pytest.approx(2 / 3), 3)
    early = question(store, "second_purchase_rate", as_of="2026-04-15").one("second_purchase_rate")
    assert (early.value, early.n) == (1.0, 1)  # x only


def test_time_between_purchases_by_number_and_class(store, load, table):
    """x: 30 days and 0 days; y: 58 days."""
    load(ORDERS)
    day = 86400.0
    assert table("time_between_purchases") == [(30 * day, 3)]
    assert table("time_between_purchases", clock="business") == [(30 * day, 3)]
    numbers = [row for row in table("time_between_purchases", by=("purchase_number",)) if row[2]]
    assert numbers == [(2, 44 * day, 2), (3, 0.0, 1)]
    classes = [(row[0], row[2]) for row in table("time_between_purchases", by=("gap",)) if row[2]]
    assert classes == [(0, 1), (3, 2)]  # under 7 days; 30 to 59


def test_the_channel_of_entry_is_that_of_the_customer(store, load, table):
    load("customer_id,started_on,channel\nx,2026-01-01,Shop\ny,2026-01-01,Web\n", name="c.csv", kind="customers")
    load(ORDERS, name="p.csv")
    assert table("new_customers", by=("entry_channel",)) == [("shop", 1, 1), ("web", 1, 1)]
    spent = {row[0]: row[1] for row in table("lifetime_value", by=("entry_channel",))}
    assert spent == {None: 50, "shop": 35, "web": 70}
    assert table("lifetime_value", entry_channel=("web",)) == [(70, 1)]
