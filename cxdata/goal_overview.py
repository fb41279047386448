"""Goals with all that is said of each: where it stands, what was said and done last, what comes next.

In: a store with goals, and where they stand or the engine and moment to ask it. Out: a Followed for each, those that need it
most first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from cxdata import following, goal_records, goals
from cxdata.engine import Engine
from cxdata.events import Event, concerning
from cxdata.filters import Period
from cxdata.following import Standing
from cxdata.goals import Action, CheckIn, Goal, Lesson
from cxdata.questions import Moment
from cxdata.store import Store


@dataclass(frozen=True, eq=False)
class Followed:
    """A goal with where it stands, its check-ins, oldest first, its actions, and how it was looked back on.

    `events`: what happened to its teams, and the actions that were done for goals on its metric. `today`: the day on which reviews and actions are due or not.
    """

    standing: Standing
    today: date
    check_ins: tuple[CheckIn, ...] = ()
    actions: tuple[Action, ...] = ()
    lesson: Lesson | None = None
    events: tuple[Event, ...] = ()

    @property
    def goal(self) -> Goal:
        return self.standing.goal

    @property
    def sure(self) -> CheckIn | None:
        """The newest check-in that says how sure the owner is."""
        return next((one for one in reversed(self.check_ins) if one.confidence is not None), None)

    @property
    def review(self) -> date | None:
        """When it is looked at next; None for a draft and for one that has ended."""
        if self.goal.is_draft or self.has_ended:
            return None
        return goals.next_review(self.goal, self.check_ins[-1].day if self.check_ins else None)

    @property
    def has_ended(self) -> bool:
        return self.goal.deadline is not None and self.goal.until <= self.today

    def is_late(self, day: date | None) -> bool:
        """Whether what was due on a day is overdue."""
        return day is not None and day < self.today

    @property
    def to_do(self) -> tuple[Action, ...]:
        """What is not done yet, the first by its day first."""
        left = (one for one in self.actions if one.done is None)
        return tuple(sorted(left, key=lambda one: (one.by or date.max, one.id)))


def overview(store: Store, engine: Engine, moment: Moment, teams: Collection[str] = ()) -> tuple[Followed, ...]:
    """All goals that are kept, or only those of some teams, on the first day that the data does not have as a whole."""
    found = [one.goal for one in goal_records.goals(store) if not teams or set(teams) & set(one.goal.teams)]
    return followed(store, following.follow(engine, found, moment), moment.complete_until)


def followed(store: Store, standings: Iterable[Standing], today: date) -> tuple[Followed, ...]:
    """These goals, in their order, with what was said and done."""
    actions, check_ins = goal_records.actions(store), goal_records.check_ins(store)
    happened, done = [kept.event for kept in store.events()], goal_records.done_as_events(store)
    return tuple(
        Followed(
            one,
            today,
            tuple(said for said in check_ins if said.goal == one.goal.id),
            tuple(action for action in actions if action.goal == one.goal.id),
            goal_records.lesson(store, one.goal.id),
            concerning(
                [*happened, *(event for name, event in done if name == one.goal.metric)], one.goal.filters(Period())
            ),
        )
        for one in standings
    )
