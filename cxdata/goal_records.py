"""Goals, their actions, check-ins and lessons, and the business objectives, as the journal keeps them.

In: a store and what is to be kept. Out: the newest version of each, and every earlier one. A changed target needs its reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cxdata import journal
from cxdata.errors import CxError
from cxdata.events import Event
from cxdata.goals import Action, CheckIn, Goal, Lesson, action_of, check_in_of, dumped, goal_of
from cxdata.journal import Entry
from cxdata.store import Store

GOALS, ACTIONS, CHECK_INS, OBJECTIVES, LESSONS = "goal", "action", "check_in", "objective", "lesson"
_PROMISED = ("metric", "values", "kind", "baseline", "target", "start", "deadline", "steps")
EVENT_OF = {"training": "training", "staffing": "staffing", "process": "process", "knowledge": "process"}


@dataclass(frozen=True)
class Kept:
    """A goal as it is kept: when and by whom its newest version was saved (UTC, ISO), and why."""

    goal: Goal
    saved_at: str
    saved_by: str
    reason: str = ""


def goals(store: Store) -> tuple[Kept, ...]:
    """The goals that are kept, each as it was saved last, in the order in which they were added."""
    return tuple(_kept(entry) for entry in journal.newest(store, GOALS))


def _kept(entry: Entry) -> Kept:
    return Kept(goal_of(entry.id, entry.body), entry.saved_at, entry.saved_by, entry.reason)


def one_goal(store: Store, number: int) -> Goal:
    for kept in goals(store):
        if kept.goal.id == number:
            return kept.goal
    raise CxError("There is no goal {number}. The list of goals shows their numbers.", number=number)


def goal_history(store: Store, number: int) -> tuple[Kept, ...]:
    """Every version of a goal, oldest first."""
    return tuple(_kept(entry) for entry in journal.history(store, GOALS, number) if not entry.removed)


def save_goal(store: Store, goal: Goal, by: str = "", reason: str = "") -> Goal:
    """Keep a goal, as a new one where its id is 0, else as the newest version of that one.

    Raises CxError where what was promised changes without a reason; a draft promises nothing yet.
    """
    if goal.id:
        before = next((kept.goal for kept in reversed(goal_history(store, goal.id))), None)
        if before is not None:
            check_reason(before, goal, reason)
    number = journal.save(store, GOALS, dumped(goal), id=goal.id, by=by, reason=" ".join(reason.split()))
    return replace(goal, id=number)


def check_reason(before: Goal, after: Goal, reason: str) -> None:
    """Raise where what was agreed changes and nobody says why."""
    if not before.is_draft and changed(before, after) and not reason.strip():
        raise CxError("What was agreed changes: say why, so that it can be read back later.")


def changed(before: Goal, after: Goal) -> tuple[str, ...]:
    """Which of the things that were promised differ."""
    return tuple(name for name in _PROMISED if getattr(before, name) != getattr(after, name))


def remove_goal(store: Store, number: int, by: str = "") -> Goal:
    """Take a goal off the list; its versions stay, and saving it again brings it back."""
    goal = one_goal(store, number)
    journal.save(store, GOALS, dumped(goal), id=number, by=by, removed=True)
    return goal


# --- actions and check-ins ----------------------------------------------------------------------------------


def actions(store: Store, goal: int | None = None) -> tuple[Action, ...]:
    """The actions, of all goals or of one, in the order in which they were added."""
    found = (action_of(entry.id, entry.body) for entry in journal.newest(store, ACTIONS))
    return tuple(one for one in found if goal is None or one.goal == goal)


def save_action(store: Store, action: Action, by: str = "") -> Action:
    number = journal.save(store, ACTIONS, dumped(action), id=action.id, by=by)
    return replace(action, id=number)


def remove_action(store: Store, action: Action, by: str = "") -> None:
    journal.save(store, ACTIONS, dumped(action), id=action.id, by=by, removed=True)


def check_ins(store: Store, goal: int | None = None) -> tuple[CheckIn, ...]:
    """The check-ins, of all goals or of one, oldest first."""
    found = (check_in_of(entry.id, entry.body) for entry in journal.newest(store, CHECK_INS))
    return tuple(sorted((one for one in found if goal is None or one.goal == goal), key=lambda one: (one.day, one.id)))


def save_check_in(store: Store, check_in: CheckIn, by: str = "") -> CheckIn:
    number = journal.save(store, CHECK_INS, dumped(check_in), id=check_in.id, by=by)
    return replace(check_in, id=number)


def lesson(store: Store, goal: int) -> Lesson | None:
    """What was learned of an ended goal; None where it was not looked back on."""
    found = journal.history(store, LESSONS, goal)
    return Lesson(**found[-1].body) if found else None


def save_lesson(store: Store, own: Lesson, by: str = "") -> None:
    journal.save(store, LESSONS, dumped(own), id=own.goal, by=by)


def done_as_events(store: Store) -> tuple[tuple[str, Event], ...]:
    """((metric, event), ...) of the actions that are done, for the charts of that metric: on their day, of the team of their
    goal where that is one. What is kept as an event under the same name is one already."""
    known = {kept.goal.id: kept.goal for kept in goals(store)}
    events = {kept.event.name for kept in store.events()}
    found = []
    for one in actions(store):
        if one.done is not None and one.goal in known and one.what not in events:
            goal = known[one.goal]
            team = goal.teams[0] if len(goal.teams) == 1 else None
            found.append((goal.metric, Event(-one.id, one.what, EVENT_OF.get(one.kind, "other"), one.done, team=team)))
    return tuple(found)


# --- objectives ---------------------------------------------------------------------------------------------


def objectives(store: Store) -> tuple[str, ...]:
    """The business objectives that goals serve, in the order in which they were added."""
    return tuple(entry.body["name"] for entry in journal.newest(store, OBJECTIVES))


def save_objectives(store: Store, names: Sequence[str], by: str = "") -> None:
    """Keep these objectives; those that are not among them go off the list, and stay with the goals that serve them."""
    wanted = list(dict.fromkeys(" ".join(name.split()) for name in names if name.strip()))
    there = {entry.body["name"]: entry.id for entry in journal.newest(store, OBJECTIVES)}
    for name, number in there.items():
        if name not in wanted:
            journal.save(store, OBJECTIVES, {"name": name}, id=number, by=by, removed=True)
    for name in wanted:
        if name not in there:
            journal.save(store, OBJECTIVES, {"name": name}, by=by)
