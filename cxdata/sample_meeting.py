"""The meeting that the sample company had in October, with its minutes: where its next one begins.

In: the sample's store, with its goals. Out: one meeting of all teams, closed. Numbers in the minutes are those of that day.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from cxdata import following, goal_records, meeting_records, meetings, summary
from cxdata.engine import DuckDBEngine
from cxdata.meetings import Meeting
from cxdata.sample import BY
from cxdata.settings import parse_instant
from cxdata.store import Store

DAY = date(2026, 10, 6)
THERE = ("Marieke Vos", "Joris de Wit", "Amira Haddad", "Sanne Visser", "Pieter Bakker")
NEAR = 2  # days between what was written down of a goal and the meeting
NOTES = {
    "changes": "De lancering zit er nu een half jaar in. Wat overblijft is wachten.",
    "close": "Volgende keer de cijfers van de storm erbij.",
}


def keep_meeting(store: Store) -> None:
    """Keep the meeting of the sample, once: its check-ins, and the open actions as what was agreed."""
    if meeting_records.past(store):
        return
    moment = store.moment(parse_instant(f"{DAY}T09:00", store.settings().zone))
    if moment is None:
        return
    meeting = meeting_records.save(store, Meeting(0, "", f"{DAY}T07:00:00Z", THERE, moment.complete_until), BY)
    for item, text in NOTES.items():
        meeting_records.write(store, meeting.id, item, "note", text, BY)
    for kept in goal_records.goals(store):
        _said_of(store, meeting, kept.goal.id)
    found = meeting_records.gathered(store, meeting, DAY, moment.complete_until)
    engine = DuckDBEngine(store)
    standings = following.follow(engine, [kept.goal for kept in goal_records.goals(store)], moment)
    span = meetings.since_last(None, moment)
    changes = summary.summarise(engine, summary.METRICS, span, moment) if span else None
    meeting_records.close(
        store, replace(found, standings=tuple(standings), changes=changes), f"{DAY}T07:45:00Z", THERE[0]
    )


def _said_of(store: Store, meeting: Meeting, goal: int) -> None:
    """What was said of a goal around that day, and what was agreed."""
    said: dict[str, str] = {}
    for one in goal_records.check_ins(store, goal):
        if abs((one.day - DAY).days) <= NEAR:
            goal_records.save_check_in(store, replace(one, meeting=meeting.id), BY)
            said |= {"confidence": str(one.confidence or ""), "note": one.note}
    agreed = [one for one in goal_records.actions(store, goal) if one.done is None and one.by and one.by > DAY]
    for slot, action in enumerate(agreed[: meetings.SLOTS]):
        goal_records.save_action(store, replace(action, meeting=meeting.id), BY)
        said |= {f"what{slot}": action.what, f"who{slot}": action.who, f"by{slot}": str(action.by)}
        said[f"action{slot}"] = str(action.id)
    lesson = goal_records.lesson(store, goal)
    if lesson is not None:
        said |= {"learned": lesson.learned, "next": lesson.next}
    for name, value in said.items():
        meeting_records.write(store, meeting.id, f"goal-{goal}", name, value, BY)
