"""What is asked about: the period, and the values of the dimensions.

In: what the reader chose. Out: SQL conditions with named values, the previous period, and the sentence that says
it in words. A dimension is one record in DIMENSIONS; adding one there adds its filter, its grouping and its words.
Columns that an import keeps are dimensions too, by name (see `dimension`); they group, and are not among the FILTERS.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from cxdata.errors import CxError, UnknownName
from cxdata.i18n import N_, _
from cxdata.schema import OWN

NOTHING = "–"  # how a row without a value is chosen and shown
SMALLER_TEAMS = (
    "smaller_teams"  # what teams of few agents are called together, where agents are looked at in groups only
)


@dataclass(frozen=True)
class Dimension:
    """One way to split or filter. `facts`: the fact tables that have it. `timed`: the column is {time}_{name}."""

    name: str
    label: str
    all_label: str
    facts: tuple[str, ...]
    filterable: bool = True
    timed: bool = False

    def column(self, time: str) -> str:
        return f"{time}_{self.name}" if self.timed else self.name


CONTACTS = ("ticket_facts", "survey_facts")
SERVICE = (*CONTACTS, "review_facts")
BOUGHT = ("customer_facts", "purchase_facts")
EVERYWHERE = (*SERVICE, *BOUGHT, "follow_up_facts")
DIMENSIONS: tuple[Dimension, ...] = (
    Dimension("team", N_("Team"), N_("All teams"), EVERYWHERE),
    Dimension("channel", N_("Channel"), N_("All channels"), SERVICE),
    Dimension("priority", N_("Priority"), N_("All priorities"), SERVICE),
    Dimension("segment", N_("Segment"), N_("All segments"), EVERYWHERE),
    Dimension("entry_channel", N_("Channel of entry"), N_("All channels of entry"), BOUGHT),
    Dimension("stage", N_("Journey stage"), N_("All stages"), SERVICE),
    Dimension("handled_by", N_("Solved by"), N_("Bots and people"), CONTACTS),
    Dimension("agent", N_("Agent"), N_("All agents"), SERVICE, filterable=False),
    Dimension("next_channel", N_("Next channel"), N_("All channels"), ("ticket_facts",), filterable=False),
    Dimension("next_stage", N_("Next stage"), N_("All stages"), ("ticket_facts",), filterable=False),
    Dimension("score", N_("Score"), N_("All scores"), ("survey_facts",), filterable=False),
    Dimension("purchase_number", N_("Purchase"), N_("All purchases"), ("purchase_facts",), filterable=False),
    Dimension("gap", N_("Days between two purchases"), N_("All purchases"), ("purchase_facts",), filterable=False),
    Dimension("weekday", N_("Weekday"), N_("All weekdays"), CONTACTS, filterable=False, timed=True),
    Dimension("hour", N_("Hour"), N_("All hours"), CONTACTS, filterable=False, timed=True),
)
FILTERS = tuple(entry for entry in DIMENSIONS if entry.filterable)


def dimension(name: str) -> Dimension:
    """The dimension of that name. Any name that begins as those of kept columns do is one: "own_ab_test" is "Ab test"."""
    if re.fullmatch(rf"{OWN}\w+", name):
        label = name.removeprefix(OWN).replace("_", " ").capitalize()
        return Dimension(name, label, label, EVERYWHERE)
    for entry in DIMENSIONS:
        if entry.name == name:
            return entry
    raise UnknownName(N_("dimension"), name, [entry.name for entry in DIMENSIONS])


@dataclass(frozen=True)
class Period:
    """Days [start, end), end not included; None is open."""

    start: date | None = None
    end: date | None = None

    def __post_init__(self) -> None:
        if self.start and self.end and self.start >= self.end:
            raise CxError("The period ends ({end}) before it starts ({start}).", start=self.start, end=self.end)

    @property
    def days(self) -> int | None:
        return (self.end - self.start).days if self.start and self.end else None

    def previous(self) -> Period:
        """The stretch of the same length just before: whole months before whole months, else as many days."""
        start, end = self._closed()
        months = whole_months(start, end)
        if months:
            return Period(add_months(start, -months), start)
        return Period(start - (end - start), start)

    def year_before(self) -> Period:
        start, end = self._closed()
        return Period(add_months(start, -12), add_months(end, -12))

    def cut(self, until: date) -> tuple[Period, Period]:
        """(this period up to `until`, the same stretch of the previous one): like is compared with like."""
        start, end = self._closed()
        before = self.previous()
        if until >= end:
            return self, before
        until = max(until, start + timedelta(days=1))
        assert before.start is not None
        stretch = min(before.start + (until - start), start)
        return Period(start, until), Period(before.start, stretch)

    def _closed(self) -> tuple[date, date]:
        if self.start is None or self.end is None:
            raise CxError("A comparison needs a period with a first and a last day.")
        return self.start, self.end


def add_months(day: date, months: int) -> date:
    """The same day so many months on; the 31st becomes the last day of a shorter month."""
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def whole_months(start: date, end: date) -> int:
    """How many whole calendar months [start, end) is; 0 when it is cut."""
    if start.day != 1 or end.day != 1:
        return 0
    return (end.year - start.year) * 12 + end.month - start.month


@dataclass(frozen=True)
class Filters:
    """A period, the chosen values of each dimension ({name: values}; none chosen is all) and the clock."""

    period: Period = Period()
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    clock: str = "calendar"

    def __hash__(self) -> int:
        return hash((self.period, tuple(sorted(self.values.items())), self.clock))

    def __post_init__(self) -> None:
        for name in self.values:
            if not dimension(name).filterable:
                raise UnknownName(N_("filter"), name, [entry.name for entry in FILTERS])

    def where(self, facts: str) -> tuple[list[str], dict[str, Any]]:
        """SQL conditions on the dimensions that `facts` has, and their named values."""
        conditions, params = [], {}
        for name, chosen in sorted(self.values.items()):
            if not chosen or facts not in dimension(name).facts:
                continue
            given = [value for value in chosen if value != NOTHING]
            parts = [f"{name} in ${name}"] if given else []
            parts += [f"{name} is null"] if NOTHING in chosen else []
            conditions.append(f"({' or '.join(parts)})")
            if given:
                params[name] = given
        return conditions, params

    def check(self, facts: str, metric: str) -> None:
        """Raise where a metric of this label, whose rows are in `facts`, cannot be filtered by what is chosen."""
        if ignored := self.ignored(facts):
            raise CxError(
                "{metric} cannot be filtered by {names}: its rows do not have it.",
                metric=metric,
                names=", ".join(_(dimension(name).label) for name in ignored),
            )

    def ignored(self, facts: str) -> tuple[str, ...]:
        """Names of the chosen filters that these facts do not have."""
        return tuple(name for name, chosen in self.values.items() if chosen and facts not in dimension(name).facts)
