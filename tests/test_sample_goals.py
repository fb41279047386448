"""The goals of the sample: each in the state that it is there to show."""

from __future__ import annotations

import pytest

from cxdata import following, goal_records
from cxdata.engine import DuckDBEngine
from cxdata.goals import next_review
from cxdata.sample import FOLDER
from cxdata.sample_goals import GOALS, OBJECTIVES, keep_goals
from cxdata.store import Store


@pytest.fixture(scope="module")
def standings(sample):
    kept = [one.goal for one in goal_records.goals(sample)]
    return [following.standing(DuckDBEngine(sample), goal, sample.moment()) for goal in kept]


def test_each_is_in_the_state_it_shows(standings):
    assert [one.status for one in standings] == [
        "on_track", "lagging", "at_risk", "reached", "missed", "on_track", "draft",
    ]  # fmt: skip


def test_the_evidence_is_what_customers_wrote(standings):
    written = (FOLDER / "google_forms_tevredenheid.csv").read_text(encoding="utf-8")
    said = [text for one in standings for text in one.goal.evidence]
    assert said
    assert all(text in written for text in said)


def test_two_teams_add_up_to_the_organisation(sample, standings):
    whole, *parts = [one.goal for one in standings]
    own = [one for one in parts if one.part_of == whole.id]
    assert [one.teams for one in own] == [("Noord",), ("Zuid",)]
    assert following.together(DuckDBEngine(sample), whole, own, sample.moment()).is_enough


def test_what_was_done_and_what_is_late(sample):
    today = sample.moment().complete_until
    made = goal_records.actions(sample)
    assert sum(one.done is not None for one in made) == 5
    assert [one.what[:11] for one in made if one.done is None and one.by < today] == ["Lumio Thuis"]
    assert sum(one.done is None and one.by >= today for one in made) == 3


def test_reviews_are_due_and_to_come(sample, standings):
    today = sample.moment().complete_until
    due = {
        one.goal.id: next_review(one.goal, goal_records.check_ins(sample, one.goal.id)[-1].day)
        for one in standings
        if one.status not in ("draft", "missed")
    }
    assert {number for number, day in due.items() if day < today} == {3}


def test_the_missed_one_has_its_lesson_and_the_changed_one_its_reason(sample):
    assert goal_records.lesson(sample, 5).next
    assert [kept.goal.target for kept in goal_records.goal_history(sample, 2)] == [0.80, 0.75]
    assert goal_records.goal_history(sample, 2)[-1].reason


def test_they_are_kept_once():
    with Store(None) as empty:
        keep_goals(empty)
        keep_goals(empty)
        assert len(goal_records.goals(empty)) == len(GOALS)
        assert goal_records.objectives(empty) == OBJECTIVES
