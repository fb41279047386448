"""What happened: launches, trainings, price changes and the like, kept by the organisation and marked on the charts.

In: what somebody wrote down. Out: frozen Events that can be, and which of them concern a question.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from cxdata import formats
from cxdata.errors import CxError, UnknownName
from cxdata.filters import Filters, Period
from cxdata.i18n import N_

EVENT_KINDS = {
    "launch": N_("Launch"),
    "training": N_("Training"),
    "price": N_("Price change"),
    "tool": N_("New tool"),
    "staffing": N_("Staffing"),
    "process": N_("New way of working"),
    "disruption": N_("Disruption"),
    "other": N_("Something else"),
}
YEARS = (1970, 2100)


@dataclass(frozen=True)
class Event:
    """Something that happened on a day, or from `start` up to and including `end`.

    `id`: 0 as long as it is not kept. `team` None: it concerns everybody. Raises CxError for what cannot be.
    """

    id: int
    name: str
    kind: str
    start: date
    end: date | None = None
    team: str | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise CxError("An event needs a name, such as: Launch of the new web shop.")
        if self.kind not in EVENT_KINDS:
            raise UnknownName(N_("kind of event"), self.kind, EVENT_KINDS)
        for day in (self.start, self.end):
            if day is not None and not YEARS[0] <= day.year < YEARS[1]:
                raise CxError("An event cannot be on {day}: check the year.", day=day)
        if self.end is not None and self.end < self.start:
            raise CxError(
                "The event ends ({end}) before it starts ({start}). Swap the two, or leave the last day out for an event "
                "of one day.",
                start=self.start,
                end=self.end,
            )

    @property
    def days(self) -> Period:
        """The days on which it happened."""
        return Period(self.start, (self.end or self.start) + timedelta(days=1))


@dataclass(frozen=True)
class Kept:
    """An event as it is kept: when and by whom its newest version was saved (UTC, ISO)."""

    event: Event
    saved_at: str
    saved_by: str


def event(
    name: str, start: date | None, *, kind: str = "other", end: date | None = None, team: str | None = None,
    note: str = "", id: int = 0,
) -> Event:  # fmt: skip
    """An event from what was written down. Raises CxError where something lacks or cannot be."""
    if start is None:
        raise CxError("An event needs a date: the day on which it happened, or its first day.")
    return Event(id, " ".join(name.split()), kind, start, end, team or None, note.strip())


def check_team(team: str | None, known: Iterable[str]) -> None:
    """Raise, with the nearest name, where the data has no such team."""
    names = list(known)
    if team is not None and team not in names:
        raise UnknownName(N_("team"), team, names)


def concerning(events: Iterable[Event], filters: Filters) -> tuple[Event, ...]:
    """The events within the period that concern the chosen teams, oldest first; with no team chosen all are concerned."""
    teams = filters.values.get("team", ())
    found = [
        one
        for one in events
        if overlaps(one.days, filters.period) and (not teams or one.team is None or one.team in teams)
    ]
    return tuple(sorted(found, key=lambda one: (one.start, one.id)))


def when(one: Event) -> str:
    """The day of an event in words, or its first and last."""
    return formats.day(one.start) if one.end is None else formats.days(one.start, one.end)


def overlaps(days: Period, period: Period) -> bool:
    """Whether some day is in both."""
    assert days.start is not None
    assert days.end is not None
    return (period.end is None or days.start < period.end) and (period.start is None or days.end > period.start)
