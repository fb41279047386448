"""The days of goals for a calendar: reviews, deadlines, and by when what is to be done (iCalendar, RFC 5545).

In: a store with goals. Out: the bytes of a calendar of whole days, in the reader's language. An event keeps its UID from one
calendar to the next, so that bringing it in again moves what moved.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from icalendar import Calendar, Event
from icalendar.enums import TRANSP

from cxdata import goal_records, goals
from cxdata.goal_records import Kept
from cxdata.goals import Action
from cxdata.i18n import _, language
from cxdata.questions import Moment
from cxdata.store import Store


def to_ics(store: Store, moment: Moment) -> bytes:
    """The days to come, and what is overdue, of the goals that are no drafts and have not ended."""
    made = Calendar()
    made.add("prodid", f"-//CX Dashboard//Goals//{language().upper()}")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", _("Goals"))
    made.add("name", _("Goals"))
    actions = goal_records.actions(store)
    for kept in goal_records.goals(store):
        goal = kept.goal
        if goal.is_draft or goal.deadline is None or goal.until <= moment.complete_until:
            continue
        for event in _of_goal(store, kept, [one for one in actions if one.goal == goal.id]):
            made.add_component(event)
    return bytes(made.to_ical())


def _of_goal(store: Store, kept: Kept, actions: list[Action]) -> Iterator[Event]:
    goal = kept.goal
    said = goal_records.check_ins(store, goal.id)
    versions = goal_records.goal_history(store, goal.id)
    # The number that a journal gives is that of its own database; when the goal was first saved tells two of them apart.
    own = f"{versions[0].saved_at} {goal.id}"
    stamp = datetime.fromisoformat(kept.saved_at).astimezone(UTC)
    told = "\n".join(
        [goals.sentence(goal), *([f"{_('Owner')}: {goal.owner}"] if goal.owner else []), *([goal.objective] if goal.objective else [])]
    )  # fmt: skip
    name = goals.name(goal)

    def event(what: str, day: date, summary: str, description: str) -> Event:
        found = Event()
        found.add("uid", f"{uuid5(NAMESPACE_URL, f'{own} {what}')}@cx-dashboard")
        found.add("dtstamp", stamp)
        found.add("sequence", len(versions) + len(said))
        found.add("dtstart", day)
        found.add("dtend", day + timedelta(days=1))
        found.add("summary", summary)
        found.add("description", description)
        found.add("categories", [_("Goals")])
        found.add("transp", TRANSP.TRANSPARENT)
        return found

    for place, day in enumerate(goals.reviews(goal, said[-1].day if said else None), start=len(said) + 1):
        yield event(f"review {place}", day, _("Review: {goal}", goal=name), told)
    assert goal.deadline is not None
    yield event("deadline", goal.deadline, _("Deadline: {goal}", goal=name), told)
    for action in actions:
        if action.done is None and action.by is not None:
            who = f"{action.what} ({action.who})" if action.who else action.what
            yield event(f"action {action.id}", action.by, _("To do: {what}", what=who), f"{name}\n{told}")
