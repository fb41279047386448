"""Meetings: the agenda, what is kept of each field, closing, and the minutes, on a tiny company with three goals."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import date

import pypdfium2
import pytest

from cxdata import following, goal_records, journal, meeting_records, meetings, minutes, paper
from cxdata.engine import DuckDBEngine
from cxdata.errors import CxError
from cxdata.goals import Action, Goal
from cxdata.i18n import speaking
from cxdata.meetings import Meeting
from cxdata.summary import summarise
from tests.test_following import goal as made
from tests.test_following import store  # noqa: F401

TODAY = date(2026, 1, 5)
ZONE = "Europe/Amsterdam"


def meeting(**own):
    return Meeting(**{"id": 0, "started_at": "2026-01-05T09:00:00Z", "there": ("Ada", "Bo"), "until": date(2026, 1, 1), **own})  # fmt: skip


@pytest.fixture
def goals(store):  # noqa: F811
    """Noord on its way to 90%, Zuid far from it, and one of Noord that ended in August, missed."""
    return [
        goal_records.save_goal(store, one).id
        for one in (made(), made(values={"team": ("Zuid",)}), made(deadline=date(2025, 8, 31)))
    ]


def situation(store, own):  # noqa: F811
    """All that is known in a meeting, as the page gathers it."""
    moment = store.moment()
    found = meeting_records.gathered(store, own, TODAY, moment.complete_until)
    about = [kept.goal for kept in goal_records.goals(store) if own.is_about(kept.goal)]
    span = meetings.since_last(found.before.meeting if found.before else None, moment, own.team)
    changes = summarise(DuckDBEngine(store), ("csat",), span, moment) if span else None
    return replace(found, standings=tuple(following.follow(DuckDBEngine(store), about, moment)), changes=changes)


def keys(store, own):  # noqa: F811
    return [item.key for item in meetings.agenda(situation(store, own))]


def say(store, own, goal, field, value, **more):  # noqa: F811
    meeting_records.say(store, own, f"goal-{goal}", field, value, TODAY, **more)


def closed(store, own, by="Ada"):  # noqa: F811
    return meeting_records.close(store, situation(store, own), "2026-01-05T09:40:00Z", by)


# --- agenda -------------------------------------------------------------------------------------------------


def test_the_agenda_goes_by_need_and_ended_goals_are_looked_back_on_once(store, goals):  # noqa: F811
    own = meeting_records.start(store, meeting())
    noord, zuid, ended = goals
    middle = [f"goal-{zuid}", f"goal-{ended}", f"goal-{noord}"]
    assert keys(store, own) == ["changes", "agreements", *middle, "overdue", "new", "close"]
    say(store, own, ended, "learned", "August is quiet")
    assert keys(store, own) == ["changes", "agreements", *middle, "overdue", "new", "close"]  # it stays until the end
    closed(store, own)
    later = meeting_records.start(store, meeting(started_at="2026-01-12T09:00:00Z"))
    assert f"goal-{ended}" not in keys(store, later)


def test_a_team_has_its_own_goals_and_a_meeting_may_have_none(store, goals):  # noqa: F811
    own = meeting_records.start(store, meeting(team="Zuid"))
    assert [key for key in keys(store, own) if key.startswith("goal")] == [f"goal-{goals[1]}"]
    gone = meeting_records.start(store, meeting(team="West"))
    assert keys(store, gone) == ["changes", "agreements", "overdue", "new", "close"]
    assert closed(store, gone).actions == ()


def test_an_item_that_is_gone_leads_to_the_first(store, goals):  # noqa: F811
    items = meetings.agenda(situation(store, meeting_records.start(store, meeting())))
    assert meetings.place_of(items, items[3].key) == 3
    assert meetings.place_of(items, "goal-99") == 0
    assert [meetings.subject_of(key) for key in ("goal-12", "close", "goal-x", "new-3")] == [12, 0, 0, 0]


def test_what_changed_is_since_the_last_meeting(store):  # noqa: F811
    moment = store.moment()  # 1 January 2026, midnight
    first = meetings.since_last(None, moment, "Noord")
    assert (first.period.start, first.period.end) == (date(2025, 12, 1), date(2026, 1, 1))
    assert first.values == {"team": ("Noord",)}
    later = meetings.since_last(meeting(until=date(2025, 12, 10)), moment)
    assert later.period.start == date(2025, 12, 10)
    assert meetings.since_last(meeting(until=date(2026, 1, 1)), moment) is None  # no newer data


def test_overdue_is_past_its_day_and_not_done(store, goals):  # noqa: F811
    for text, by, done in (("Late", date(2026, 1, 4), None), ("Today", TODAY, None), ("Done", date(2026, 1, 4), TODAY)):
        goal_records.save_action(store, Action(0, goals[0], text, by=by, done=done))
    found = situation(store, meeting_records.start(store, meeting()))
    assert [one.what for one in found.overdue] == ["Late"]


# --- fields -------------------------------------------------------------------------------------------------


def test_fields_come_to_a_check_in_an_action_and_a_lesson(store, goals):  # noqa: F811
    own, number = meeting_records.start(store, meeting()), goals[0]
    for field, value in (("note", "Good"), ("confidence", "7"), ("note", "Going well"), ("what0", "Train"), ("who0", "Bo"), ("by0", "2026-02-01"), ("learned", "Calls help")):  # fmt: skip
        say(store, own, number, field, value, by="Ada")
    (check_in,) = goal_records.check_ins(store, number)
    assert (check_in.confidence, check_in.note, check_in.day, check_in.meeting) == (7, "Going well", TODAY, own.id)
    (action,) = goal_records.actions(store, number)
    assert (action.what, action.who, action.by, action.meeting) == ("Train", "Bo", date(2026, 2, 1), own.id)
    assert goal_records.lesson(store, number).learned == "Calls help"
    assert len(journal.history(store, "check_in", check_in.id)) == 3  # every version is there


def test_an_action_that_is_cleared_goes_and_comes_back_as_the_same(store, goals):  # noqa: F811
    own, number = meeting_records.start(store, meeting()), goals[0]
    say(store, own, number, "what0", "Train")
    (before,) = goal_records.actions(store, number)
    say(store, own, number, "what0", "")
    assert goal_records.actions(store, number) == ()
    say(store, own, number, "what0", "Train more")
    (after,) = goal_records.actions(store, number)
    assert (after.id, after.what) == (before.id, "Train more")


def test_what_was_done_elsewhere_stays_done(store, goals):  # noqa: F811
    own, number = meeting_records.start(store, meeting()), goals[0]
    say(store, own, number, "what0", "Train")
    (action,) = goal_records.actions(store, number)
    goal_records.save_action(store, replace(action, kind="training", done=TODAY))
    say(store, own, number, "who0", "Bo")
    (after,) = goal_records.actions(store, number)
    assert (after.who, after.kind, after.done) == ("Bo", "training", TODAY)


def test_the_same_again_is_no_new_version(store, goals):  # noqa: F811
    own = meeting_records.start(store, meeting())
    say(store, own, goals[0], "note", "Good")
    before = journal.number(store)
    say(store, own, goals[0], "note", "Good")
    say(store, own, goals[0], "what0", "")
    assert journal.number(store) == before


def test_two_writers_lose_nothing(store, goals):  # noqa: F811
    own = meeting_records.start(store, meeting())

    def write(field, who):
        for number in range(10):
            say(store, own, goals[0], field, f"{who} {number}", by=who, place=who)

    threads = [threading.Thread(target=write, args=args) for args in (("note", "Ada"), ("what0", "Bo"))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    found = meeting_records.said(store, own.id)
    item = f"goal-{goals[0]}"
    assert (found[item, "note"].value, found[item, "note"].by) == ("Ada 9", "Ada")
    assert (found[item, "what0"].value, found[item, "what0"].place) == ("Bo 9", "Bo")
    assert len(goal_records.check_ins(store, goals[0])) == len(goal_records.actions(store, goals[0])) == 1


def test_a_crash_between_the_field_and_what_it_comes_to(store, goals, monkeypatch):  # noqa: F811
    own = meeting_records.start(store, meeting())
    with monkeypatch.context() as broken:
        broken.setattr(meeting_records, "settle", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            say(store, own, goals[0], "note", "Good")
    assert meeting_records.said(store, own.id)[f"goal-{goals[0]}", "note"].value == "Good"
    assert goal_records.check_ins(store, goals[0]) == ()
    closed(store, own)
    assert [one.note for one in goal_records.check_ins(store, goals[0])] == ["Good"]


# --- starting and closing -----------------------------------------------------------------------------------


def test_a_team_has_one_open_meeting(store):  # noqa: F811
    first = meeting_records.start(store, meeting())
    again = meeting_records.start(store, meeting(there=("Cy",)))
    assert (again.id, again.there) == (first.id, ("Ada", "Bo", "Cy"))
    other = meeting_records.start(store, meeting(team="Noord"))
    assert [one.id for one in meeting_records.meetings_of(store)] == [other.id, first.id]
    meeting_records.drop(store, first.id)
    assert [one.id for one in meeting_records.meetings_of(store)] == [other.id]
    with pytest.raises(CxError, match="There is no meeting"):
        meeting_records.one_meeting(store, first.id)


def test_who_closes_second_is_told_and_nothing_changes(store, goals):  # noqa: F811
    own = meeting_records.start(store, meeting())
    seen = situation(store, own)
    first = closed(store, own)
    with pytest.raises(CxError, match="Ada has closed this meeting"):
        meeting_records.close(store, seen, "2026-01-05T09:41:00Z", "Bo")
    with pytest.raises(CxError, match="This meeting is closed, so this is not in its minutes: Too late"):
        say(store, own, goals[0], "note", "Too late")
    assert meeting_records.past(store) == (first,)
    assert meeting_records.meetings_of(store) == ()
    meeting_records.drop(store, own.id)  # what is closed cannot be dropped
    assert meeting_records.one_minutes(store, own.id) == first


def test_an_action_without_a_text_keeps_the_meeting_open(store, goals):  # noqa: F811
    own = meeting_records.start(store, meeting())
    say(store, own, goals[1], "who0", "Bo")
    assert goal_records.actions(store, goals[1]) == ()
    with pytest.raises(CxError, match="An action for CSAT, Zuid has no text"):
        closed(store, own)
    assert meeting_records.past(store) == ()


def test_minutes_that_are_not_there(store):  # noqa: F811
    with pytest.raises(CxError, match="There are no minutes 4"):
        meeting_records.one_minutes(store, 4)


def test_an_empty_meeting_has_minutes(store):  # noqa: F811
    found = closed(store, meeting_records.start(store, meeting(there=())), "")
    assert "Nothing was agreed." in minutes.markdown(found, ZONE)


# --- minutes ------------------------------------------------------------------------------------------------


@pytest.fixture
def held(store, goals):  # noqa: F811
    """A whole meeting."""
    own = meeting_records.start(store, meeting())
    for goal, field, value in (
        (goals[1], "confidence", "4"), (goals[1], "note", "We answer *late*\nand know why"), (goals[1], "what0", "Train the evening shift"),
        (goals[1], "who0", "Bo"), (goals[1], "by0", "2026-01-31"), (goals[2], "learned", "Too short"), (goals[2], "next", "A longer one"),
    ):  # fmt: skip
        say(store, own, goal, field, value)
    meeting_records.say(store, own, "close", "there", "Ada, Cy", TODAY)
    meeting_records.say(store, own, "close", "note", "Next time in the big room", TODAY)
    return closed(store, own)


def test_minutes_are_frozen_plain_values(store, goals, held):  # noqa: F811
    assert json.loads(json.dumps(meetings.dumped_minutes(held), allow_nan=False)) == meetings.dumped_minutes(held)
    assert meeting_records.one_minutes(store, held.meeting.id) == held
    before = minutes.markdown(held, ZONE)
    goal_records.save_goal(store, replace(goal_records.one_goal(store, goals[1]), target=0.7), reason="Too far")
    goal_records.save_action(store, replace(goal_records.actions(store)[0], done=TODAY))
    assert minutes.markdown(meeting_records.one_minutes(store, held.meeting.id), ZONE) == before


def test_minutes_in_words(held):
    text = minutes.markdown(held, ZONE)
    for said in (
        "# Minutes: All teams, 5 Jan 2026", "5 Jan 2026, 10:00 – 10:40", "There: Ada, Cy", "Closed by Ada",
        "- Train the evening shift – Bo, by 31 Jan 2026 (CSAT, Zuid)", "## CSAT, Zuid", "**At risk**",
        "CSAT, Zuid from 60.0% to 90.0% by 28 Feb 2026.", "December 2025: 50.0% (n = 10)", "Confidence 4 of 10",
        "> We answer \\*late\\*\n> and know why", "**Missed**", "> Learned: Too short", "> Next time in the big room",
    ):  # fmt: skip
        assert said in text


def test_the_frame_is_in_the_language_of_the_reader_and_what_was_typed_stays(held):
    with speaking("nl"):
        text = minutes.text(held, ZONE)
    assert "WIE DOET WAT, EN WANNEER" in text
    assert "Train the evening shift – Bo, uiterlijk 31 jan 2026" in text
    assert "In gevaar" in text


def test_minutes_as_pdf(held):
    document = pypdfium2.PdfDocument(paper.letter(minutes.blocks(held, ZONE), "Sample data"))
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    assert "Minutes: All teams, 5 Jan 2026" in text
    assert "Train the evening shift – Bo, by 31 Jan 2026" in text


def test_the_next_meeting_begins_with_what_was_agreed(store, goals, held):  # noqa: F811
    goal_records.save_goal(store, Goal(0, "csat", baseline=0.5, target=0.6, start=date(2026, 1, 1), deadline=date(2026, 6, 30)))  # fmt: skip
    own = meeting_records.start(store, meeting(started_at="2026-02-05T09:00:00Z"))
    found = replace(situation(store, own), today=date(2026, 2, 5))
    assert found.before == held
    assert [one.what for one in found.agreed_before] == ["Train the evening shift"]
    assert found.overdue == ()  # it is among what was agreed
    assert [one.goal.id for one in found.new_goals] == [4]
    assert found.last_check_ins[goals[1]].confidence == 4
    (line,) = meetings.KINDS["agreements"].lines(meetings.KINDS["agreements"].freeze(found, 0))
    assert line.text == "CSAT, Zuid: Train the evening shift – Bo, by 31 Jan 2026, overdue"
