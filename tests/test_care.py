"""Customers at risk: their signals, rules, the model and its honesty, follow-ups, and whether those help."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from lifelines.utils import concordance_index
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from cxdata import i18n, statistics
from cxdata.care import duplicates, effect, follow_ups, model, people, rules, scoring, signals
from cxdata.care.follow_ups import FollowUp
from cxdata.care.people import Wanted
from cxdata.engine import DuckDBEngine
from cxdata.errors import CxError, UnknownName
from cxdata.filters import Filters
from cxdata.settings import Settings
from tests.conftest import filled_by, moment

CUSTOMERS = (
    "customer_id,name,e-mail,started_on,cancelled_on,team,monthly_value,renewal date\n"
    "A,Anna,anna@example.com,2025-01-01,,N,100,2026-06-01\n"
    "B,Bas,bas@example.com,2026-04-01,,Z,,\n"
    "C,Carla,,2025-03-01,2026-04-10,Z,50,\n"
)
TICKETS = (
    "ticket_id,created_at,first_response_at,resolved_at,status,priority,customer_id,reopens,subject\n"
    "1,2026-03-02 10:00,2026-03-02 11:00,2026-03-02 12:00,closed,urgent,A,2,Te laat\n"  # on time twice, reopened twice
    "2,2026-04-01 10:00,2026-04-02 12:00,2026-04-09 10:00,closed,normal,A,1,\n"  # 26 h and 8 days: late twice
    "3,2026-04-20 10:00,,,open,low,A,0,\n"  # open for 11 days
    "4,2025-04-20 10:00,2025-04-20 11:00,2025-04-20 12:00,closed,low,A,5,\n"  # too long ago for any signal
)
SURVEYS = (
    "response_id,answered_at,nps,csat (1-5),ces (1-7),customer_id\n"
    "1,2026-01-02 10:00,9,5,6,A\n2,2026-02-02 10:00,9,5,6,A\n3,2026-04-02 10:00,4,2,3,A\n4,2025-04-02 10:00,0,,,B\n"
)
PURCHASES = "order id,customer id,order date,amount\n1,A,2025-02-01,10\n2,A,2026-02-10,20\n3,A,2026-03-10,30\n4,B,2026-04-11,40\n"
AS_OF = "2026-05-01T10:00"


def fill(store, load) -> None:
    for name, text in {"c.csv": CUSTOMERS, "t.csv": TICKETS, "s.csv": SURVEYS, "p.csv": PURCHASES}.items():
        load(text, name=name, direction="easy")
    store.save_settings(replace(store.settings(), as_of=AS_OF))
    scoring.ensure(store)


@pytest.fixture
def care(store):
    return filled_by(store, fill)


def row(store, customer):
    return store.query("select * from customer_scores where customer_id = $id", id=customer).to_pylist()[0]


# --- signals and rules


def test_signals_by_hand(care):
    anna = row(care, "A")
    assert anna["nps"] == 4
    assert anna["csat"] == 25  # 2 of 1–5
    assert anna["ease_change"] == -3  # 3 against the mean of 6 and 6
    assert anna["breaches"] == 2 + 2  # ticket 2 twice; ticket 3, low: 24 h and 120 h have passed
    assert anna["reopens"] == 3
    assert anna["contacts"] == 3
    assert anna["waited"] == pytest.approx(11 * 24, rel=1e-5)  # ticket 3 still waits
    assert anna["open_days"] == pytest.approx(11, rel=1e-5)
    assert anna["renewal"] == 31
    assert anna["tenure"] == pytest.approx(485 / 30.436875)
    # seven times in 1 February 2025 – 20 April 2026, 443 days and 10 hours; the last one 11 days ago
    assert anna["silence"] == pytest.approx(11 / ((443 + 10 / 24) / 6), rel=1e-3)
    assert (anna["name"], anna["email"], anna["value_year"]) == ("Anna", "anna@example.com", pytest.approx(360))
    bas = row(care, "B")
    assert bas["nps"] is None  # over 180 days ago
    assert bas["silence"] is None  # once is no rhythm
    assert bas["value_year"] == pytest.approx(12)  # 30 % of what was bought in a year
    assert not row(care, "C")["is_there"]


def test_rules_by_hand(care):
    with i18n.speaking("en"):
        found = people.reasons(row(care, "A"), "rules", rules.rules(care.settings()))
    assert {one.signal: one.adds for one in found} == {
        "nps": 3, "csat": 2, "ease_change": 1, "breaches": 2, "reopens": 2, "waited": 1, "open_days": 2, "renewal": 1,
    }  # fmt: skip
    assert row(care, "A")["score"] == 14
    assert found[0].text == "Detractor: 4 of 10 on 2 Apr 2026"
    assert row(care, "B")["score"] == 0  # new, but time as a customer has no points by itself
    assert row(care, "C")["score"] is None


def test_rules_are_settings(care):
    before = care.version
    care.save_settings(replace(care.settings(), rules={"tenure": (2.0, 5.0), "nps": (3.0, 3.0)}))
    assert care.version == before + 1
    scoring.ensure(care)
    assert row(care, "A")["score"] == 11
    assert row(care, "B")["score"] == 5
    assert rules.changed(rules.rules(care.settings())) == {"tenure": (2.0, 5.0), "nps": (3.0, 3.0)}
    assert rules.changed(rules.rules(Settings())) == {}
    with pytest.raises(UnknownName, match="nps"):
        rules.check({"npss": (1.0, 1.0)})
    with pytest.raises(CxError, match="0 \\(out of use\\) to 100"):
        rules.check({"nps": (6.0, -1.0)})


def test_nobody_who_left_is_known_so_the_rules_rank(care):
    learned = scoring.ensure(care)
    assert (learned.missing, learned.fitted, learned.better) == ("none", None, "rules")  # C left too lately
    assert row(care, "A")["model_chance"] is None
    total, rows = people.page(care, Wanted(ranking="rules"))
    assert (total, [one["customer_id"] for one in rows]) == (2, ["A", "B"])
    assert people.totals(care, Wanted(ranking="rules")).stake is None


def test_customers_are_found_by_number_name_and_address(care):
    def found(text, **more):
        return [one["customer_id"] for one in people.page(care, Wanted(search=text, ranking="rules", **more))[1]]

    assert found("anna@") == found("ANNA") == found("a")[:1] == ["A"]
    assert found("Carla") == []
    assert found("Carla", everybody=True) == ["C"]
    assert found("", filters=Filters(values={"team": ("Z",)})) == ["B"]
    assert people.page(care, Wanted(ranking="rules"), limit=1, offset=5) == (2, [])


def test_a_profile_holds_everything_and_a_missing_customer_is_said(care):
    found = people.profile(care, DuckDBEngine(care), "A", moment(care))
    assert (len(found.tickets), len(found.answers), len(found.purchases)) == (4, 9, 3)
    assert people.subjects(care, found.tickets) == {("generic", "1"): "Te laat"}
    with pytest.raises(CxError, match='no customer "X"'):
        people.profile(care, DuckDBEngine(care), "X", moment(care))


def test_nothing_is_scored_without_data_and_scores_follow_the_data(store, load):
    assert scoring.ensure(store).missing == "none"
    load(CUSTOMERS, name="c.csv")
    assert scoring.ensure(store) == scoring.ensure(store)
    assert store.query("select count(*) as k from customer_scores").to_pylist() == [{"k": 3}]
    load("customer_id,started_on,cancelled_on\nZ,2026-01-01,\n", name="d.csv")
    scoring.ensure(store)
    assert store.query("select count(*) as k from customer_scores").to_pylist() == [{"k": 4}]


# --- one customer under two numbers


def test_two_numbers_become_one_customer_and_two_again(care):
    before = care.query("select * from customer_scores order by customer_id").to_pylist()
    follow_ups.save(care, wanted("B"))
    duplicates.merge(care, "B", "A", by="mo")
    scoring.ensure(care)
    anna = row(care, "A")
    assert people.page(care, Wanted(ranking="rules"))[0] == 1
    assert (anna["name"], anna["purchases"], anna["started_on"]) == ("Anna", 4, date(2025, 1, 1))
    assert follow_ups.follow_ups(care, "A")[0].follow_up.who == "Eva"
    (own,) = duplicates.merges(care)
    assert (own.number, own.into, own.saved_by) == ("B", "A", "mo")
    duplicates.separate(care, own)
    scoring.ensure(care)
    assert care.query("select * from customer_scores order by customer_id").to_pylist() == before
    assert follow_ups.follow_ups(care, "B")


def test_who_has_left_under_one_number_and_stays_under_the_other_stays(care):
    duplicates.merge(care, "C", "A")
    found = care.query("select * from customer_facts where customer_id = 'A'").to_pylist()[0]
    assert (found["cancelled_on"], found["started_on"]) == (None, date(2025, 1, 1))
    duplicates.merge(care, "A", "B")  # and so all three are B
    (found,) = care.query("select * from customer_facts").to_pylist()
    assert (found["customer_id"], found["team"], found["started_on"]) == ("B", "Z", date(2025, 1, 1))
    with pytest.raises(CxError, match="same customer already"):
        duplicates.merge(care, "C", "A")
    with pytest.raises(CxError, match='no customer "X"'):
        duplicates.merge(care, "X", "A")


def test_those_with_the_same_name_or_address_are_proposed(care, load):
    load(
        "customer_id,name,e-mail,started_on,cancelled_on\nD,anna,ANNA@example.com,2026-01-01,\nE,ANNA,,2026-01-01,\n",
        name="d.csv",
    )
    scoring.ensure(care)
    found = people.profile(care, DuckDBEngine(care), "A", moment(care))
    assert [one["customer_id"] for one in duplicates.alike(care, found)] == ["D", "E"]


# --- no leakage


def test_what_comes_later_changes_nothing_that_was_known_before(sample):
    """The signals of a month in the past are the same when every later row is gone, and when the future is shuffled."""
    at = moment(sample)
    day = date(2026, 3, 1)
    values = signals.params(at.settings, signals.midnight(at.settings, day))
    with sample.reading() as cursor:
        facts = {
            name: f"select * from {name}"
            for name in ("ticket_facts", "survey_facts", "purchase_facts", "customer_facts")
        }
        before = _known(cursor, facts, values)
        cut = dict(facts)
        cut["ticket_facts"] = """
            select * replace (
                case when resolved_at_s < $at_s then resolved_at_s end as resolved_at_s,
                case when first_response_at_s < $at_s then first_response_at_s end as first_response_at_s,
                case when resolved_at_s < $at_s then reopens else 99 end as reopens,
                case when resolved_at_s >= $at_s then false else says_resolved end as says_resolved)
            from ticket_facts where created_s < $at_s"""
        cut["survey_facts"] = "select * from survey_facts where answered_s < $at_s"
        cut["purchase_facts"] = "select * from purchase_facts where purchased_s < $at_s"
        cut["customer_facts"] = (
            "select * replace (case when cancelled_on < $at_on then cancelled_on end as cancelled_on) from customer_facts"
        )
        after = _known(cursor, cut, values)
        shuffled = dict(facts)
        shuffled["survey_facts"] = """
            select * replace (case when answered_s >= $at_s then 10 - score else score end as score,
                              case when answered_s >= $at_s then 1 - normal else normal end as normal) from survey_facts"""
        other = _known(cursor, shuffled, values)
    columns = [one.name for one in signals.SIGNALS]
    assert len(before) > 1000
    pd.testing.assert_frame_equal(before[columns], after[columns])
    pd.testing.assert_frame_equal(before, other)


def _known(cursor, tables, values):
    sql = signals.select()
    for name, select in tables.items():
        sql = sql.replace(f"from {name}", f"from ({select}) as {name}")
    used = {name: value for name, value in values.items() if f"${name}" in sql}
    found = cursor.sql(sql, params=used).to_arrow_table().to_pandas()
    return found.sort_values("customer_id").drop(columns=["cancelled_on"]).reset_index(drop=True)


# --- the model


def made_up(customers=2500, months=14, seed=1, effect_=1.0):
    """Person-months in which low scores and breaches make customers leave, by a known rule."""
    draw = np.random.default_rng(seed)
    frames = []
    there = np.ones(customers, dtype=bool)
    for number in range(months):
        first = date(2025 + (number // 12), number % 12 + 1, 1)
        frame = pd.DataFrame({one.name: np.nan for one in signals.SIGNALS}, index=range(customers))
        answered = draw.random(customers) < 0.6
        frame["nps"] = np.where(answered, draw.integers(0, 11, customers), np.nan)
        frame["breaches"] = draw.poisson(0.7, customers)
        for name in ("reopens", "contacts"):
            frame[name] = draw.poisson(0.5, customers)
        frame["tenure"] = 20.0
        logit = -3.4 + effect_ * (np.where(answered, (7 - frame["nps"]) * 0.25, 0) + 0.8 * np.log1p(frame["breaches"]))
        frame["left"] = draw.random(customers) < 1 / (1 + np.exp(-logit))
        frames.append(frame.assign(day=first, customer_id=[f"c{one}" for one in range(customers)], truth=logit)[there])
        there &= ~(frame["left"].to_numpy() & (draw.random(customers) < 0.34))
    return pd.concat(frames, ignore_index=True)


def test_the_model_finds_a_known_rule_and_says_how_well():
    frame = made_up()
    learned = model.learn(frame, rules.rules(Settings()))
    assert learned.missing == ""
    assert learned.model is not None
    assert learned.rules is not None
    assert learned.fitted is not None
    test = frame[frame["day"].isin(learned.judged)]
    best = model.concordance(test["truth"].to_numpy(), test["left"].to_numpy(), pd.factorize(test["day"])[0])
    assert learned.model.concordance == pytest.approx(best, abs=0.015)
    assert learned.model.low < learned.model.concordance < learned.model.high
    assert learned.model.concordance > learned.rules.concordance > 0.5
    assert learned.better == "model"
    for group in learned.model.groups:  # five intervals, each with a chance of 1 in 20 to miss
        assert group.low - 0.02 <= group.chance <= group.high + 0.02
    slopes = dict(zip(learned.fitted.owners, learned.fitted.slopes, strict=True))
    assert slopes["breaches"] == pytest.approx(0.8, abs=0.12)


def test_noise_is_not_taken_for_knowledge():
    learned = model.learn(made_up(effect_=0.0, seed=3), rules.rules(Settings()))
    assert learned.model is not None
    assert learned.model.low < 0.5 < learned.model.high


def test_a_model_is_judged_on_months_that_no_training_month_sees():
    frame = made_up(customers=1500, months=12)
    learned = model.learn(frame, rules.rules(Settings()))
    assert learned.judged == tuple(sorted(frame["day"].unique())[-4:])
    later = frame.assign(left=np.where(frame["day"] >= learned.judged[0], ~frame["left"], frame["left"]).astype(bool))
    older = frame[frame["day"] + pd.to_timedelta(90, "D").to_pytimedelta() <= learned.judged[0]]
    assert model.fit(older) == model.fit(later[later.index.isin(older.index)])


def test_chances_and_contributions_add_up():
    frame = made_up(customers=800, months=6)
    fitted = model.fit(frame)
    parts = fitted.contributions(frame)
    logit = fitted.level + sum(parts.values())
    assert 1 / (1 + np.exp(-logit)) == pytest.approx(fitted.chances(frame))
    matrix, owners = model.features(frame)
    assert len(owners) == matrix.shape[1]
    latest = np.isin(frame["day"].to_numpy(), sorted(frame["day"].unique())[-3:])
    assert fitted.chances(frame[latest]).mean() == pytest.approx(frame["left"][latest].mean(), abs=1e-6)


def test_the_slopes_are_those_of_the_library():
    frame = made_up(customers=600, months=4)
    matrix, _owners = model.features(frame)
    spread = matrix.std(axis=0)
    spread[spread == 0] = 1
    own = LogisticRegression(C=model.PENALTY, max_iter=500).fit((matrix - matrix.mean(axis=0)) / spread, frame["left"])
    assert np.array(model.fit(frame).slopes) == pytest.approx(own.coef_[0] / spread)


def test_concordance_is_that_of_the_libraries():
    draw = np.random.default_rng(2)
    rank, left = draw.integers(0, 9, 400).astype(float), draw.random(400) < 0.3
    one_month = model.concordance(rank, left, np.zeros(400))
    assert one_month == pytest.approx(roc_auc_score(left, rank))
    assert one_month == pytest.approx(concordance_index(np.where(left, 1, 2), -rank, left))
    # two months: pairs of 2 × 1 and 1 × 1, of which 1.5 and 1 are right
    two = model.concordance(np.array([5.0, 3, 3, 2, 1]), np.array([1, 1, 0, 1, 0], bool), np.array([0, 0, 0, 1, 1]))
    assert two == pytest.approx(2.5 / 3)
    assert np.isnan(model.concordance(np.array([1.0]), np.array([True]), np.array([0])))


def test_too_few_cancellations_are_not_learned_from():
    frame = made_up(customers=60, months=12)
    learned = model.learn(frame, rules.rules(Settings()))
    assert learned.missing == "few"
    assert learned.left == frame[frame["left"]]["customer_id"].nunique()
    assert model.learn(frame.iloc[:0], rules.rules(Settings())).missing == "none"


def test_what_was_learned_is_kept_as_it_is(sample):
    learned = scoring.ensure(sample)
    assert model.loaded(model.dumped(learned)) == learned
    assert learned.missing == ""
    assert all(day + timedelta(days=90) <= learned.judged[0] or day in learned.months for day in learned.months)


def test_the_chances_of_the_sample_add_up_to_what_is_usual(sample):
    learned = scoring.ensure(sample)
    found = people.totals(sample, Wanted())
    assert found.leaving / found.customers == pytest.approx(learned.rate, rel=0.25)
    total, rows = people.page(sample, Wanted(), limit=50)
    assert total == found.customers
    stakes = [one["stake"] for one in rows]
    assert stakes == sorted(stakes, reverse=True)
    assert all(one["stake"] == pytest.approx(one["model_chance"] * one["value_year"]) for one in rows)


# --- follow-ups


TODAY = date(2026, 5, 1)
NOW_S = 1777622400  # 1 May 2026, 10:00 in Amsterdam


def wanted(customer="A", **more):
    return FollowUp(0, customer, **{"who": "Eva", "due": date(2026, 5, 8), "how": "call", "opened_s": NOW_S, **more})


def test_a_follow_up_is_kept_with_its_versions_and_closed(care):
    (own,), held = follow_ups.open_for(care, [wanted()], TODAY, by="mo")
    assert (held, own.is_open, own.is_late(date(2026, 5, 9))) == ((), True, True)
    with pytest.raises(CxError, match="followed up already, by Eva"):
        follow_ups.open_for(care, [wanted("B"), wanted()], TODAY)
    assert len(follow_ups.follow_ups(care)) == 1  # nothing of B was saved either
    done = follow_ups.close(care, own, "solved", NOW_S + 3600, "gebeld")
    assert not done.is_open
    assert follow_ups.follow_ups(care, "A")[0].follow_up == done
    assert follow_ups.newest_of(follow_ups.follow_ups(care))["A"] == done
    follow_ups.remove(care, done)
    assert follow_ups.follow_ups(care) == ()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"who": " "}, "who follows up"),
        ({"how": "fax"}, "way to follow up"),
        ({"customer": ""}, "needs a customer"),
        ({"closed_s": NOW_S - 1, "outcome": "solved"}, "before it was asked"),
        ({"closed_s": NOW_S + 1, "outcome": "fine"}, "outcome"),
        ({"note": "x" * 2001}, "2000 characters"),
    ],
)
def test_a_follow_up_that_cannot_be_is_said(more, said):
    with pytest.raises(CxError, match=said):
        wanted(**more)


def test_a_follow_up_is_not_due_in_the_past(care):
    with pytest.raises(CxError, match="due today at the earliest"):
        follow_ups.open_for(care, [wanted(due=date(2026, 4, 30))], TODAY)


def test_a_follow_up_of_an_answer_within_30_days_is_about_it(care, ask):
    assert ask("follow_up_rate") == {
        "follow_up_rate": 0
    }  # of A's answer; B is known too, but 2025-04 is not in May's data
    (own,), _held = follow_ups.open_for(care, [wanted()], TODAY)
    assert ask("follow_up_rate", "follow_up_time") == {"follow_up_rate": 0, "follow_up_time": None}
    follow_ups.close(care, own, "solved", NOW_S + 7200)
    answered = care.query("select answered_s from survey_facts where score = 4 and kind = 'nps'").to_pylist()[0][
        "answered_s"
    ]
    assert ask("follow_up_rate", "follow_up_time") == {"follow_up_rate": 0.5, "follow_up_time": NOW_S + 7200 - answered}


def test_the_draw_is_the_same_at_every_try_and_about_its_share(care):
    follow_ups.hold_out(care, 0.3)
    now = follow_ups.trial(care)
    held = [now.holds_out(f"K{number}") for number in range(4000)]
    assert sum(held) / 4000 == pytest.approx(0.3, abs=0.03)
    again = follow_ups.trial(care)
    assert held == [again.holds_out(f"K{number}") for number in range(4000)]
    follow_ups.hold_out(care, 0.5)
    larger = follow_ups.trial(care)
    assert all(larger.holds_out(f"K{number}") for number in range(4000) if held[number])
    with pytest.raises(CxError, match="50 %"):
        follow_ups.hold_out(care, 0.8)


def test_whom_the_draw_holds_out_is_not_contacted_for_90_days(care):
    follow_ups.hold_out(care, 0.5)
    chosen = [f"K{number}" for number in range(40)]
    taken, held = follow_ups.open_for(care, [wanted(one) for one in chosen], TODAY)
    assert len(taken) + len(held) == 40
    assert len(held) > 5
    assert all(one.in_trial for one in (*taken, *held))
    first = held[0].customer
    with pytest.raises(CxError, match="held out until 2026-07-30"):
        follow_ups.open_for(care, [wanted(first)], TODAY)
    with pytest.raises(CxError, match="nothing to close"):
        follow_ups.close(care, held[0], "solved", NOW_S)
    with pytest.raises(CxError, match="cannot be removed"):
        follow_ups.remove(care, held[0])
    again, _held = follow_ups.open_for(care, [wanted(first, due=date(2026, 8, 8))], date(2026, 7, 30), drawn=False)
    assert not again[0].in_trial


# --- does it help?


def test_a_difference_over_strata_by_hand():
    # 8 of 10 against 6 of 10, and 1 of 2 against 10 of 20: weights 5 and 40/22
    difference, low, high = statistics.stratified_difference([8, 1], [10, 2], [6, 10], [10, 20])
    assert difference == pytest.approx((5 * 0.2 + 40 / 22 * 0) / (5 + 40 / 22))
    assert low < difference < high
    one = statistics.stratified_difference([8], [10], [6], [10])
    assert one[1:] == pytest.approx(tuple(float(x[0]) for x in statistics.newcombe([8], [10], [6], [10])))
    assert all(np.isnan(statistics.stratified_difference([1], [2], [0], [0])))


def test_a_known_effect_is_recovered_and_none_is_not_invented():
    """400 draws of a trial in which following up keeps 8 of 100 more: the interval holds it in about 95 of 100."""
    draw = np.random.default_rng(7)
    covered, found, noise = 0, [], 0
    for _round in range(400):
        followed = draw.random(600) < 0.7
        left = draw.random(600) < np.where(followed, 0.12, 0.20)
        one = effect.compare(pd.DataFrame({"followed": followed, "left": left, "stratum": 0}))
        covered += one.low <= 0.08 <= one.high
        found.append(one.difference)
        null = effect.compare(pd.DataFrame({"followed": followed, "left": draw.random(600) < 0.2, "stratum": 0}))
        noise += null.verdict != "unclear"
    assert np.mean(found) == pytest.approx(0.08, abs=0.005)
    assert covered / 400 == pytest.approx(0.95, abs=0.03)
    assert noise / 400 < 0.08


def test_those_alike_in_risk_take_away_what_the_choice_of_customers_brings_in():
    """Those at risk are called more often: compared as a whole calling looks harmful, among those alike it does not."""
    draw = np.random.default_rng(8)
    n = 20_000
    risk = draw.integers(0, 5, n)
    followed = draw.random(n) < 0.02 + 0.08 * risk
    left = draw.random(n) < 0.04 * risk
    frame = pd.DataFrame({"followed": followed, "left": left, "stratum": risk.astype(str)})
    whole = effect.compare(frame.assign(stratum=""))
    alike = effect.compare(frame)
    assert whole.verdict == "worse"
    assert alike.verdict == "unclear"
    assert abs(alike.difference) < 0.02


def test_effects_by_hand(store, load):
    """Four drawn in January: two followed up, of whom one leaves; two held out, who both leave. One drawn in April waits."""
    names = "abcde"
    gone = {"b": "2026-02-01", "c": "2026-02-01", "d": "2026-03-01"}
    load(
        "customer_id,started_on,cancelled_on\n"
        + "".join(f"{name},2025-01-01,{gone.get(name, '')}\n" for name in names),
        name="c.csv",
    )
    load("ticket_id,created_at,status,customer_id\n1,2026-05-01 10:00,open,a\n", name="t.csv")
    at = moment(store)
    opened = signals.midnight(at.settings, date(2026, 1, 14)) + 36000
    for name, held in zip("abcd", (False, False, True, True), strict=True):
        follow_ups.save(store, wanted(name, opened_s=opened, due=date(2026, 2, 1), in_trial=True, held_out=held))
    follow_ups.save(store, wanted("e", opened_s=NOW_S, in_trial=True))
    kept = follow_ups.follow_ups(store)
    found = effect.of_draw(DuckDBEngine(store), kept, at)
    assert (found.followed, found.others, found.waiting) == (2, 2, 1)
    assert (found.stayed, found.others_stayed, found.difference) == (0.5, 0, 0.5)
    alike = effect.of_those_alike(DuckDBEngine(store), kept, at, scoring.ensure(store))
    assert (alike.followed, alike.others, alike.waiting) == (2, 3, 1)  # c, d and e were not followed up in that week
    assert alike.stayed == 0.5
    assert not effect.of_draw(DuckDBEngine(store), (), at).is_told
    assert effect.of_draw(DuckDBEngine(store), (), at).verdict == ""


def test_the_sample_is_followed_up_the_same_every_time(sample):
    kept = follow_ups.follow_ups(sample)
    assert 60 < len(kept) < 200
    assert {one.follow_up.outcome for one in kept} == {"", *follow_ups.OUTCOMES}
    found = effect.of_those_alike(DuckDBEngine(sample), kept, moment(sample), scoring.ensure(sample))
    assert found.verdict == "unclear"
    assert found.waiting > 10


def test_of_customers_estimated_from_activity_nothing_is_learned(store, load):
    load(TICKETS, name="t.csv")
    learned = scoring.ensure(store)
    assert learned.missing == "none"
    assert row(store, "A")["estimated"]
    assert row(store, "A")["score"] > 0
