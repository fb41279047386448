"""Goals: what can be one, where it stands, whether it can be reached, by cases worked out by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from cxdata import goal_progress, goals, statistics
from cxdata.errors import CxError, UnknownName
from cxdata.goal_progress import Measured
from cxdata.goals import Action, CheckIn, Goal
from cxdata.i18n import speaking
from cxdata.metrics import metric
from cxdata.questions import Moment
from cxdata.settings import Settings, parse_instant

NAN = math.nan


def goal(**own):
    """CSAT from 78% to 83% in the first quarter of 2026."""
    made = {
        "id": 1, "metric": "csat", "baseline": 0.78, "target": 0.83, "start": date(2026, 1, 1), "deadline": date(2026, 3, 31),
        "objective": "Keep renewals", "owner": "Ada", "values": {"team": ("Noord",)},
    }  # fmt: skip
    return Goal(**{**made, **own})


def month(number, value, n=400, low=NAN, high=NAN, year=2026):
    end = date(year + number // 12, number % 12 + 1, 1)
    return Measured(date(year, number, 1), end, value, n, low, high)


def status(own, measured, *, is_over=False, **more):
    return goal_progress.progress(own, measured, is_over=is_over, minimum=5, **more)


# --- what can be a goal -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"target": 0.7}, "higher is better"),
        ({"metric": "first_response_time", "baseline": 3600, "target": 7200}, "lower is better"),
        ({"target": 1.2}, "lies between 0.0% and 100.0%"),
        ({"deadline": date(2025, 12, 31)}, "lies before the start"),
        ({"metric": "survival"}, "is a curve"),
        ({"metric": "active_customers", "baseline": 1, "target": 2, "values": {"channel": ("email",)}}, "cannot be filtered by Channel"),
        ({"kind": "total"}, "cannot be added up"),
        ({"steps": ((date(2026, 1, 31), 0.8),)}, "The last target in between"),
        ({"steps": ((date(2026, 3, 31), 0.83), (date(2026, 1, 31), 0.8))}, "in order of time"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_a_sentence(own, said):
    with pytest.raises(CxError, match=said):
        goal(**own)


def test_unknown_words_name_the_nearest():
    for own in ({"rhythm": "weeky"}, {"grain": "mont"}, {"metric": "csatt"}, {"feedback": "nsp"}):
        with pytest.raises(UnknownName):
            goal(**own)


def test_actions_and_check_ins_that_cannot_be():
    with pytest.raises(CxError, match="says what will be done"):
        Action(0, 1, " ")
    with pytest.raises(UnknownName):
        Action(0, 1, "Train", "trainin")
    with pytest.raises(CxError, match="from 1 to 10"):
        CheckIn(0, 1, date(2026, 1, 1), 11)


def test_plain_values_come_back():
    own = goal(steps=((date(2026, 1, 31), 0.8), (date(2026, 3, 31), 0.83)), evidence=("late", "rude"))
    assert goals.goal_of(1, goals.dumped(own)) == own
    action = Action(3, 1, "Train", "training", "Bo", date(2026, 2, 1), date(2026, 2, 3))
    assert goals.action_of(3, goals.dumped(action)) == action


def test_percent_and_points_are_two_things():
    assert goals.relative(0.78, 0.1, metric("csat")) == pytest.approx({"percent": 0.858, "points": 0.88})
    assert goals.relative(20.0, 0.1, metric("nps")) == pytest.approx({"percent": 22.0, "points": 30.0})
    assert goals.relative(3600.0, -0.1, metric("first_response_time")) == pytest.approx({"percent": 3240.0})
    assert goals.relative(0.95, 0.1, metric("csat")) == {}  # both are beyond 100 %


def moment(text):
    return Moment(Settings(), parse_instant(text, "Europe/Amsterdam"))


def test_a_deadline_needs_a_whole_period_before_it():
    with pytest.raises(CxError, match="Choose 31 Mar 2026 or later"):
        goals.check_time(goal(deadline=date(2026, 3, 20)), moment("2026-03-10T12:00"))
    goals.check_time(goal(), moment("2026-03-10T12:00"))
    assert goals.is_cut(goal(deadline=date(2026, 3, 15)))
    assert not goals.is_cut(goal())


def test_deadlines_that_are_proposed_end_periods():
    assert goals.deadlines("month", moment("2026-03-10T12:00"), 2) == [date(2026, 3, 31), date(2026, 6, 30)]
    assert goals.deadlines("week", moment("2026-03-30T12:00"), 1) == [date(2026, 4, 30)]


# --- path, progress, status ---------------------------------------------------------------------------------


def test_the_path_is_a_straight_line():
    own = goal()
    assert own.path(date(2026, 1, 1)) == 0.78
    assert own.path(date(2026, 2, 1)) == pytest.approx(0.78 + 0.05 * 31 / 90)
    assert own.path(date(2026, 4, 1)) == 0.83


def test_steps_are_what_is_asked_of_their_time():
    own = goal(steps=((date(2026, 1, 31), 0.80), (date(2026, 3, 31), 0.83)))
    assert own.path(date(2026, 2, 1)) == 0.80
    assert own.path(date(2026, 3, 1)) == 0.83


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.80, "on_track"), (0.795, "lagging"), (0.79, "at_risk"), (0.83, "reached"), (0.77, "at_risk")],
)
def test_status_of_a_level(value, expected):
    # by 1 Feb 0.78 + 0.05 x 31 / 90 = 0.79722 is asked, 0.01722 of the way: 0.80 is 116 % of that, 0.795 87 %, 0.79 58 %
    assert status(goal(), month(1, value)).status == expected


def test_progress_and_expected_are_shares_of_the_way():
    found = status(goal(), month(1, 0.80))
    assert found.progress == pytest.approx(0.4)
    assert found.expected == pytest.approx(31 / 90)


def test_improvement_downwards():
    own = goal(metric="first_response_time", baseline=7200.0, target=3600.0)
    assert status(own, month(1, 5000)).status == "on_track"  # asked: 7200 - 3600 x 31 / 90 = 5960
    assert status(own, month(1, 6200)).status == "lagging"  # 1000 of 1240
    assert status(own, month(1, 7000)).status == "at_risk"
    assert status(own, month(1, 3500)).status == "reached"


def test_crossing_zero():
    own = goal(metric="nps", baseline=-10.0, target=10.0)
    found = status(own, month(1, 0.0))
    assert found.progress == pytest.approx(0.5)
    assert found.status == "on_track"


def test_a_level_that_is_held():
    own = goal(target=0.78)
    assert status(own, month(1, 0.79)).status == "on_track"
    assert status(own, month(1, 0.77, low=0.75, high=0.79)).status == "lagging"
    assert status(own, month(1, 0.70, low=0.68, high=0.72)).status == "at_risk"
    assert math.isnan(status(own, month(1, 0.79)).progress)
    assert status(own, month(3, 0.78), is_over=True).status == "reached"


def test_after_the_deadline_it_is_reached_or_missed():
    assert status(goal(), month(3, 0.83), is_over=True).status == "reached"
    assert status(goal(), month(3, 0.8299), is_over=True).status == "missed"


def test_nothing_and_few_are_no_status():
    assert status(goal(), month(1, 0.9, n=4)).reason == "few"
    assert status(goal(), month(1, NAN, n=0)).reason == "nothing"
    assert status(goal(), None).status == "new"
    assert status(goal(), None, is_over=True).reason == "no_period"
    assert status(goal(), None, reason="gone").status == "no_data"
    assert status(replace(goal(), is_draft=True), month(1, 0.9)).status == "draft"


@pytest.mark.parametrize(
    ("value", "is_over", "expected"),
    [
        (20, False, "on_track"),
        (25, False, "lagging"),
        (30, False, "at_risk"),
        (61, False, "missed"),
        (60, True, "reached"),
    ],
)
def test_no_more_than_so_many(value, is_over, expected):
    own = goal(metric="sla_breaches", kind="total", baseline=0.0, target=60.0)
    # 60 x 31 / 90 = 20.67 by 1 Feb: 20 is under it, 25 is 21 % over it, 30 is 45 % over it
    measured = Measured(date(2026, 1, 1), date(2026, 2, 1), value, value)
    assert status(own, measured, is_over=is_over).status == expected


@pytest.mark.parametrize(
    ("value", "is_over", "expected"),
    [
        (21, False, "on_track"),
        (17, False, "lagging"),
        (10, False, "at_risk"),
        (60, False, "reached"),
        (59, True, "missed"),
    ],
)
def test_at_least_so_many(value, is_over, expected):
    own = goal(metric="new_customers", kind="total", baseline=0.0, target=60.0)
    measured = Measured(date(2026, 1, 1), date(2026, 2, 1), value, value)
    assert status(own, measured, is_over=is_over).status == expected


def test_the_distance_may_be_noise():
    assert not status(goal(), month(1, 0.79, low=0.76, high=0.82)).is_clear
    assert status(goal(), month(1, 0.74, low=0.72, high=0.76)).is_clear
    assert "within the noise" in goal_progress.said_of(goal(), status(goal(), month(1, 0.79, low=0.76, high=0.82)))


# --- forecast -----------------------------------------------------------------------------------------------


def test_the_line_is_that_of_scipy():
    from scipy import stats

    rng = np.random.default_rng(3)
    for size in (2, 5, 12):
        values = rng.normal(size=size)
        slope, last = statistics.theil_sen(values)
        found = stats.theilslopes(values, np.arange(size), method="joint")
        assert slope == pytest.approx(found.slope)
        assert last == pytest.approx(found.intercept + found.slope * (size - 1))


def test_a_straight_line_goes_on():
    own = goal(start=date(2026, 1, 1), deadline=date(2026, 12, 31), target=0.9)
    values = [0.70 + 0.01 * number for number in range(6)]
    found = goal_progress.forecast(own, values, date(2026, 7, 1))
    assert found.value == pytest.approx(0.81)  # 0.75 in June, six months of 0.01
    assert (found.low, found.high) == (pytest.approx(0.81), pytest.approx(0.81))
    assert goal_progress.likely(own, found) == "no"


def test_one_odd_value_does_not_bend_it():
    assert statistics.forecast([1, 2, 3, 4, 50, 6, 7, 8], [1]).value == pytest.approx(9)


def test_missing_periods_are_passed_over():
    assert statistics.forecast([1, 2, NAN, 4, 5, 6, 7], [2]).value == pytest.approx(9)
    assert statistics.forecast([1, 2, NAN, 4, 5, 6], [1]) is None  # five values


def test_there_is_none_after_the_deadline_or_within_its_last_part():
    values = [0.7] * 8
    assert goal_progress.forecast(goal(), values, date(2026, 4, 1)) is None
    assert goal_progress.forecast(goal(deadline=date(2026, 3, 15)), values, date(2026, 3, 1)) is None


def test_a_total_adds_up_what_is_to_come():
    own = goal(metric="sla_breaches", kind="total", baseline=0.0, target=60.0)
    found = goal_progress.forecast(own, [20.0] * 6, date(2026, 2, 1), so_far=18.0)
    assert found.value == pytest.approx(58.0)  # 18, and two months of 20
    half = goal_progress.forecast(own, [20.0] * 6, date(2026, 2, 15), so_far=28.0)
    assert half.value == pytest.approx(28 + 40 * 45 / 59)  # 45 of the 59 days of February and March


def test_a_total_that_begins_later_counts_from_then():
    own = goal(metric="sla_breaches", kind="total", baseline=0.0, target=60.0, start=date(2026, 3, 1))
    assert goal_progress.forecast(own, [20.0] * 6, date(2026, 1, 1)).value == pytest.approx(20.0)
    rising = goal_progress.forecast(own, [10.0, 11, 12, 13, 14, 15], date(2026, 1, 1))
    assert rising.value == pytest.approx(18.0)  # March is the third month ahead


@pytest.mark.parametrize(("size", "ahead"), [(6, 1), (6, 6), (9, 3), (12, 1), (12, 12)])
@pytest.mark.parametrize("slope", [0.0, 0.4])
def test_the_range_holds_four_times_in_five(size, ahead, slope):
    rng = np.random.default_rng(size * 100 + ahead)
    rounds, held = 600, 0
    for _round in range(rounds):
        values = slope * np.arange(size + ahead) + rng.normal(size=size + ahead)
        found = statistics.forecast(values[:size], [ahead])
        held += found.low <= values[-1] <= found.high
    assert 0.73 <= held / rounds <= 0.88


# --- achievable ---------------------------------------------------------------------------------------------


def moved(own, values):
    nothing = [NAN] * len(values)
    return goal_progress.achievable(own, values, nothing, nothing, [400] * len(values))


def test_past_stretches_as_long():
    # 16 months: stretches of three months back from the newest: 0.80 0.79 0.76 0.77 0.70 -> moves +1 +3 -1 +7, x 100 points
    ends = {15: 0.80, 12: 0.79, 9: 0.76, 6: 0.77, 3: 0.70, 0: 0.72}
    found = moved(goal(), [ends.get(at, 0.5) for at in range(16)])
    assert (found.stretches, found.reached) == (5, 1)
    assert (found.least, found.most) == (pytest.approx(-0.02), pytest.approx(0.07))


def test_downwards_a_fall_is_the_wanted_move():
    own = goal(metric="first_response_time", baseline=100.0, target=90.0, deadline=date(2026, 1, 31))
    found = moved(own, [100.0, 95.0, 80.0, 85.0, 70.0])
    assert (found.stretches, found.reached) == (4, 2)  # -5 -15 +5 -15
    assert (found.least, found.most) == (-5.0, 15.0)


def test_under_four_stretches_nothing_is_said():
    found = moved(goal(), [0.7] * 12)
    assert found.stretches == 3
    assert found.moved is None
    assert "Not enough history" in goal_progress.achievable_said(goal(), found)[0]


def test_a_target_inside_the_usual_limits_is_luck():
    values = [0.78, 0.84, 0.76, 0.85, 0.77, 0.83, 0.79, 0.84, 0.76, 0.82, 0.78, 0.84]
    found = moved(goal(), values)
    assert found.within_noise
    assert "by luck" in " ".join(goal_progress.achievable_said(goal(), found))


def test_how_many_answers_it_takes():
    # one month of 100 answers at 80%: half the width is 1.96 x sqrt(0.16 / 100), so one answer has a variance of 0.16;
    # 5 points take 2 x 0.16 x ((1.96 + 0.8416) / 0.05)^2 = 1004.6 answers
    half = 1.959964 * math.sqrt(0.16 / 100)
    found = goal_progress.achievable(goal(), [0.8] * 6, [0.8 - half] * 6, [0.8 + half] * 6, [100] * 6)
    assert found.answers == 1005
    assert found.now == 100


def test_totals_are_held_against_totals():
    own = goal(metric="sla_breaches", kind="total", baseline=0.0, target=60.0)
    found = moved(own, [20, 20, 20, 10, 10, 10, 30, 30, 30, 25, 15, 19, 99][:12])
    assert (found.stretches, found.reached) == (4, 3)  # 60, 30, 90, 59
    assert "30 – 90" in goal_progress.achievable_said(own, found)[0]


# --- in words -----------------------------------------------------------------------------------------------


def test_the_sentence_in_both_languages():
    own = goal(because="renewals depend on it.")
    assert goals.sentence(own) == "CSAT, Noord from 78.0% to 83.0% by 31 Mar 2026, because renewals depend on it."
    with speaking("nl"):
        assert (
            goals.sentence(own)
            == "CSAT, Noord van 78,0% naar 83,0% uiterlijk 31 mrt 2026, omdat renewals depend on it."
        )
    total = goal(metric="sla_breaches", kind="total", baseline=0.0, target=60.0, values={})
    assert goals.sentence(total) == "Targets breached: no more than 60 in all, 1 Jan – 31 Mar 2026."


def test_the_letters_say_what_is_missing():
    full = goals.letters(goal(), (2, 11))
    assert [one.is_there for one in full] == [True] * 5
    assert full[2].said == "2 of 11 past stretches moved as far"
    vague = goals.letters(Goal(0, "csat"))
    assert [one.letter for one in vague if not one.is_there] == ["M", "A", "R", "T"]
    assert goals.as_draft(Goal(0, "csat"), vague).is_draft
    assert not goals.as_draft(goal(), full).is_draft
    assert goals.as_draft(goal(owner=" "), full).is_draft
    never = goals.letters(goal(), (0, 11))
    assert not never[2].is_there
    assert goals.letters(goal(), (0, 11), [Action(0, 1, "Train")])[2].is_there


def test_reviews_follow_the_rhythm():
    own = goal(rhythm="monthly")
    assert goals.next_review(own, None) == date(2026, 2, 1)
    assert goals.reviews(own, date(2026, 1, 31)) == [date(2026, 2, 28), date(2026, 3, 28)]
    assert goals.next_review(goal(rhythm="fortnightly"), date(2026, 1, 5)) == date(2026, 1, 19)
