"""Goals against the data and in the store: tiny companies with known numbers."""

from __future__ import annotations

import json
from datetime import date

import pytest

from cxdata import following, goal_records, journal
from cxdata.engine import DuckDBEngine
from cxdata.errors import CxError
from cxdata.goals import Action, CheckIn, Goal, Lesson
from cxdata.importing import import_file
from cxdata.store import Store


@pytest.fixture
def store(tmp_path):
    """Two teams, 12 months of ten satisfaction answers each: of Noord six are satisfied until June and then one more a
    month, up to ten; of Zuid always five."""
    lines = ["response id,submitted at,csat,team"]
    for number in range(12):
        satisfied = {"Noord": min(10, 6 + max(0, number - 5)), "Zuid": 5}
        for team, good in satisfied.items():
            lines += [
                f"{team}{number}-{at},2025-{number + 1:02d}-10,{5 if at < good else 1},{team}" for at in range(10)
            ]
    path = tmp_path / "answers.csv"
    path.write_text("\n".join(lines))
    own = Store(None)
    import_file(own, path)
    own.save_settings(own.settings().__class__(as_of="2026-01-01T00:00", zone="Europe/Amsterdam"))
    yield own
    own.close()


def goal(**own):
    made = {
        "id": 0, "metric": "csat", "values": {"team": ("Noord",)}, "baseline": 0.6, "target": 0.9, "start": date(2025, 7, 1),
        "deadline": date(2026, 2, 28), "owner": "Ada", "objective": "Keep renewals",
    }  # fmt: skip
    return Goal(**{**made, **own})


def stands(store, own):
    return following.standing(DuckDBEngine(store), own, store.moment())


def test_the_newest_whole_period_counts(store):
    found = stands(store, goal())
    assert found.found.measured.start == date(2025, 12, 1)
    assert found.found.measured.value == 1.0
    assert found.status == "reached"
    assert found.found.progress == pytest.approx(4 / 3)


def test_only_rows_of_its_filters_count(store):
    found = stands(store, goal(values={"team": ("Zuid",)}))
    assert found.found.measured.value == 0.5
    assert found.status == "at_risk"


def test_a_deadline_in_the_past_decides(store):
    assert stands(store, goal(deadline=date(2025, 9, 30))).status == "reached"  # 0.9 in September
    assert stands(store, goal(deadline=date(2025, 8, 31))).status == "missed"  # 0.8 in August


def test_a_deadline_within_a_period_counts_the_one_before(store):
    found = stands(store, goal(deadline=date(2025, 9, 15)))
    assert found.found.measured.start == date(2025, 8, 1)
    assert found.status == "missed"


def test_a_team_that_is_gone_and_a_metric_without_data(store):
    assert stands(store, goal(values={"team": ("West",)})).found.reason == "gone"
    assert stands(store, goal(metric="sla", values={})).found.reason == "nothing"
    with pytest.raises(CxError, match="no baseline"):
        following.baseline(DuckDBEngine(store), goal(metric="sla", values={}), store.moment())


def test_the_baseline_is_of_three_whole_periods(store):
    found = following.baseline(DuckDBEngine(store), goal(), store.moment())
    assert (found.period.start, found.period.end) == (date(2025, 10, 1), date(2026, 1, 1))
    assert (found.value, found.n) == (1.0, 30)


def test_the_forecast_ends_with_the_deadline(store):
    found = stands(store, goal(target=1.0, values={"team": ("Zuid",)}))
    assert found.ahead.value == 0.5
    assert found.needed == pytest.approx(0.25)  # January and February are left


def test_history_says_how_often_it_moved(store):
    own = goal(start=date(2026, 1, 1), deadline=date(2026, 1, 31), baseline=0.6, target=0.7)
    found = following.achievable(DuckDBEngine(store), own, store.moment())
    assert (found.stretches, found.reached) == (11, 4)


def test_team_goals_add_up_by_their_rows(store):
    whole = goal(values={}, baseline=0.6, target=0.8)
    parts = [goal(id=2, target=0.9), goal(id=3, values={"team": ("Zuid",)}, baseline=0.5, target=0.6)]
    found = following.together(DuckDBEngine(store), whole, parts, store.moment())
    assert found.value == pytest.approx(0.75)  # as many answers in both
    assert not found.is_enough


def test_those_that_need_it_most_come_first(store):
    made = [goal(id=1), goal(id=2, values={"team": ("Zuid",)}), goal(id=3, is_draft=True)]
    found = following.follow(DuckDBEngine(store), made, store.moment())
    assert [one.goal.id for one in found] == [2, 1, 3]


# --- kept ---------------------------------------------------------------------------------------------------


def test_a_change_of_what_was_agreed_needs_a_reason(store):
    own = goal_records.save_goal(store, goal(), by="Ada")
    later = goal(id=own.id, target=0.95)
    with pytest.raises(CxError, match="say why"):
        goal_records.save_goal(store, later, by="Bo")
    assert goal_records.one_goal(store, own.id) == own
    goal_records.save_goal(store, later, by="Bo", reason="Already there")
    goal_records.save_goal(store, goal(id=own.id, target=0.95, owner="Bo"), by="Bo")  # who owns it is no promise
    versions = goal_records.goal_history(store, own.id)
    assert [(kept.goal.target, kept.reason, kept.saved_by) for kept in versions] == [
        (0.9, "", "Ada"), (0.95, "Already there", "Bo"), (0.95, "", "Bo"),
    ]  # fmt: skip
    assert len(goal_records.goals(store)) == 1


def test_a_draft_changes_without_a_reason(store):
    own = goal_records.save_goal(store, goal(is_draft=True))
    goal_records.save_goal(store, goal(id=own.id, target=0.95))
    assert goal_records.one_goal(store, own.id).target == 0.95


def test_a_removed_goal_comes_back(store):
    own = goal_records.save_goal(store, goal())
    goal_records.remove_goal(store, own.id)
    assert goal_records.goals(store) == ()
    with pytest.raises(CxError, match="There is no goal"):
        goal_records.one_goal(store, own.id)
    goal_records.save_goal(store, own)
    assert goal_records.one_goal(store, own.id) == own


def test_actions_check_ins_and_lessons(store):
    own = goal_records.save_goal(store, goal())
    action = goal_records.save_action(store, Action(0, own.id, "Train the team", "training", "Bo", date(2025, 9, 1)))
    assert goal_records.done_as_events(store) == ()
    goal_records.save_action(store, Action(action.id, own.id, "Train the team", "training", "Bo", date(2025, 9, 1), date(2025, 9, 3)))  # fmt: skip
    ((name, event),) = goal_records.done_as_events(store)
    assert name == "csat"
    assert (event.name, event.kind, event.start, event.team) == (
        "Train the team",
        "training",
        date(2025, 9, 3),
        "Noord",
    )
    goal_records.save_check_in(store, CheckIn(0, own.id, date(2025, 9, 1), 7, "Going well"))
    goal_records.save_check_in(store, CheckIn(0, own.id, date(2025, 8, 1), 5))
    assert [one.confidence for one in goal_records.check_ins(store, own.id)] == [5, 7]
    assert goal_records.lesson(store, own.id) is None
    goal_records.save_lesson(store, Lesson(own.id, "Training works", "Zuid next"))
    assert goal_records.lesson(store, own.id).next == "Zuid next"


def test_objectives_are_a_list(store):
    goal_records.save_objectives(store, ["Keep renewals", " Fewer  calls ", ""])
    assert goal_records.objectives(store) == ("Keep renewals", "Fewer calls")
    goal_records.save_objectives(store, ["Fewer calls", "Happy people"])
    assert goal_records.objectives(store) == ("Fewer calls", "Happy people")


def test_nothing_in_the_journal_is_overwritten(store):
    before = journal.number(store)
    number = journal.save(store, "goal", {"a": 1})
    journal.save(store, "goal", {"a": 2}, id=number)
    assert journal.number(store) == before + 2
    assert [json.dumps(dict(entry.body)) for entry in journal.history(store, "goal", number)] == [
        '{"a": 1}',
        '{"a": 2}',
    ]
