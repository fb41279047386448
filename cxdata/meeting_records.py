"""Meetings, what is filled in during them, and their minutes, as the journal keeps them.

In: a store and what was typed. Out: the newest value of each field, and the check-ins, actions and lessons that these come
to. Each field is a record of its own, so that nothing is lost and several people can write at once.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from cxdata import goal_records, journal, meetings
from cxdata.errors import CxError
from cxdata.goals import CONFIDENCE, CheckIn, Lesson
from cxdata.i18n import _
from cxdata.meetings import Meeting, Minutes, Said, Situation, meeting_of, subject_of
from cxdata.store import Store

MEETINGS, MINUTES = "meeting", "minutes"
LONGEST = 2000  # characters of a field
_lock = threading.RLock()  # what is read, decided and kept belongs together


def meetings_of(store: Store) -> tuple[Meeting, ...]:
    """The meetings that are not closed, newest first."""
    closed = {one.meeting.id for one in past(store)}
    found = [meeting_of(entry.id, entry.body) for entry in journal.newest(store, MEETINGS)]
    return tuple(one for one in reversed(found) if one.id not in closed)


def one_meeting(store: Store, number: int) -> Meeting:
    for entry in journal.newest(store, MEETINGS):
        if entry.id == number:
            return meeting_of(entry.id, entry.body)
    raise CxError("There is no meeting {number}. Start one, or choose one from the list.", number=number)


def start(store: Store, meeting: Meeting, by: str = "") -> Meeting:
    """Begin a meeting; where one of the same team is open, that one goes on, with these people too."""
    with _lock:
        there = next((one for one in meetings_of(store) if one.team == meeting.team), None)
        if there is not None:
            own = meetings.renewed(there, [*there.there, *meeting.there])
            if own != there:
                save(store, own, by)
            return own
        return save(store, meetings.renewed(meeting, meeting.there), by)


def save(store: Store, meeting: Meeting, by: str = "") -> Meeting:
    number = journal.save(store, MEETINGS, meetings.dumped_meeting(meeting), id=meeting.id, by=by)
    return replace(meeting, id=number)


def drop(store: Store, number: int, by: str = "") -> None:
    """Take an open meeting off the list; check-ins and actions that came of it stay."""
    with _lock:
        if minutes(store, number) is None:
            meeting = one_meeting(store, number)
            journal.save(store, MEETINGS, meetings.dumped_meeting(meeting), id=number, by=by, removed=True)


# --- fields -------------------------------------------------------------------------------------------------


def _fields(meeting: int) -> str:
    return f"said/{meeting}"


def said(store: Store, meeting: int) -> dict[tuple[str, str], Said]:
    """{(item, field): its newest value} of a meeting."""
    entries = sorted(journal.newest(store, _fields(meeting)), key=lambda entry: entry.number)
    return {
        (entry.body["item"], entry.body["field"]): Said(
            entry.body["value"], entry.saved_by, entry.body["place"], entry.number, entry.saved_at
        )
        for entry in entries
    }


def say(
    store: Store, meeting: Meeting, item: str, field: str, value: str, day: date, *, by: str = "", place: str = ""
) -> None:
    """Keep what was filled in, as its newest value, and what it comes to: a check-in, an action, a lesson of the goal.

    `day`: on which it is said; `place`: the browser it was typed in. Raises CxError in a meeting that is closed.
    """
    with _lock:
        closed = minutes(store, meeting.id)
        if closed is not None:
            raise CxError("This meeting is closed, so this is not in its minutes: {text}", text=value.strip() or "–")
        known = said(store, meeting.id).get((item, field))
        if value == (known.value if known else ""):
            return
        write(store, meeting.id, item, field, value[:LONGEST], by, place)
        if goal := subject_of(item):
            settle(store, meeting, goal, day, by)


def write(store: Store, meeting: int, item: str, field: str, value: str, by: str, place: str = "") -> None:
    """Keep what a field holds and nothing else."""
    body = {"item": item, "field": field, "value": value, "place": place}
    journal.save(store, _fields(meeting), body, by=by)


def settle(store: Store, meeting: Meeting, goal: int, day: date, by: str = "") -> None:
    """Bring the check-in, the actions and the lesson of a goal up to what the fields of the meeting hold."""
    with _lock:
        found = said(store, meeting.id)
        _settle_check_in(store, meeting, goal, found, day, by)
        _settle_actions(store, meeting, goal, found, by)
        _settle_lesson(store, goal, found, by)


def _value(found: Mapping[tuple[str, str], Said], goal: int, name: str) -> str:
    own = found.get((f"goal-{goal}", name))
    return own.value.strip() if own else ""


def _settle_check_in(
    store: Store, meeting: Meeting, goal: int, found: Mapping[tuple[str, str], Said], day: date, by: str
) -> None:
    number, note = _value(found, goal, "confidence"), _value(found, goal, "note")
    confidence = int(number) if number.isdigit() and CONFIDENCE[0] <= int(number) <= CONFIDENCE[1] else None
    known = next((one for one in goal_records.check_ins(store, goal) if one.meeting == meeting.id), None)
    if known is None and not note and confidence is None:
        return
    own = CheckIn(known.id if known else 0, goal, known.day if known else day, confidence, note, meeting.id)
    if own != known:
        goal_records.save_check_in(store, own, by)


def _settle_actions(store: Store, meeting: Meeting, goal: int, found: Mapping[tuple[str, str], Said], by: str) -> None:
    known = {one.id: one for one in goal_records.actions(store, goal)}
    wanted = meetings.actions_said(meeting, goal, found)
    for slot in range(meetings.SLOTS):
        number = int(_value(found, goal, f"action{slot}") or 0)
        own, there = wanted.get(slot), known.get(number)
        if own is None:
            if there is not None:
                goal_records.remove_action(store, there, by)
            continue
        own = replace(own, id=number, kind=there.kind if there else own.kind, done=there.done if there else None)
        if own != there:
            kept = goal_records.save_action(store, own, by)
            if not number:
                write(store, meeting.id, f"goal-{goal}", f"action{slot}", str(kept.id), by)


def _settle_lesson(store: Store, goal: int, found: Mapping[tuple[str, str], Said], by: str) -> None:
    if (f"goal-{goal}", "learned") not in found and (f"goal-{goal}", "next") not in found:
        return
    own = Lesson(goal, _value(found, goal, "learned"), _value(found, goal, "next"))
    if own != goal_records.lesson(store, goal):
        goal_records.save_lesson(store, own, by)


# --- minutes ------------------------------------------------------------------------------------------------


def close(store: Store, situation: Situation, closed_at: str, by: str = "") -> Minutes:
    """Keep the minutes of a meeting, once. Raises CxError where somebody else was first, or where something is half filled in.

    What is in the minutes is read again here, so that nothing typed elsewhere a moment ago is missing.
    """
    with _lock:
        known = minutes(store, situation.meeting.id)
        if known is not None:
            raise CxError(
                "{who} has closed this meeting just before; its minutes are kept.",
                who=known.closed_by or _("Somebody else"),
            )
        now = replace(situation, said=said(store, situation.meeting.id))
        meetings.check_filled(now)
        for one in situation.standings:
            settle(store, situation.meeting, one.goal.id, situation.today, by)
        made = meetings.minutes_of(replace(now, actions=goal_records.actions(store)), closed_at, by)
        journal.save(store, MINUTES, meetings.dumped_minutes(made), id=situation.meeting.id, by=by)
        return made


def minutes(store: Store, meeting: int) -> Minutes | None:
    """The minutes of a meeting; None where it is not closed."""
    found = journal.history(store, MINUTES, meeting)
    return meetings.minutes_from(meeting, found[0].body) if found else None


def one_minutes(store: Store, meeting: int) -> Minutes:
    found = minutes(store, meeting)
    if found is None:
        raise CxError("There are no minutes {number}. The list of past meetings shows those there are.", number=meeting)
    return found


def past(store: Store, team: str | None = None) -> tuple[Minutes, ...]:
    """The minutes that are kept, newest first: all of them, or those of the meetings of one team."""
    found = [meetings.minutes_from(entry.id, entry.body) for entry in journal.newest(store, MINUTES)]
    ordered = sorted(found, key=lambda one: (one.meeting.started_at, one.meeting.id), reverse=True)
    return tuple(one for one in ordered if team is None or one.meeting.team == team)


def last(store: Store, meeting: Meeting) -> Minutes | None:
    """The minutes that a meeting starts from: the newest before it of the same team."""
    found = past(store, meeting.team)
    return next((one for one in found if one.meeting.started_at < meeting.started_at), None)


def gathered(store: Store, meeting: Meeting, today: date, until: date) -> Situation:
    """All of a meeting that is kept; standings and changes, which ask the engine, are added by the caller."""
    about = [kept.goal for kept in goal_records.goals(store) if meeting.is_about(kept.goal)]
    lessons = {goal.id: own for goal in about if (own := goal_records.lesson(store, goal.id)) is not None}
    return Situation(
        meeting, today, until, (), goal_records.actions(store), goal_records.check_ins(store), lessons,
        last(store, meeting), said=said(store, meeting.id),
    )  # fmt: skip
