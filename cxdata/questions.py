"""What can be asked and what is answered: Query, Moment and Answer, and the arithmetic of periods.

In: names, grains, filters, settings, as-of. Out: frozen values; nothing here asks an engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from cxdata import calendars
from cxdata.errors import UnknownName
from cxdata.facts import CODE_MONTH, GRAINS
from cxdata.filters import Filters, dimension
from cxdata.i18n import N_
from cxdata.metrics import metric
from cxdata.settings import Settings

TOTAL = "total"
ALL_GRAINS = (*GRAINS, TOTAL)
COLUMNS = ("value", "n", "low", "high", "partial")


@dataclass(frozen=True)
class Query:
    """A question. `grain`: day, week, month, quarter, year or total; `by`: names of dimensions."""

    metrics: tuple[str, ...]
    grain: str = TOTAL
    by: tuple[str, ...] = ()
    filters: Filters = field(default_factory=Filters)

    def __post_init__(self) -> None:
        if self.grain not in ALL_GRAINS:
            raise UnknownName(N_("grain"), self.grain, ALL_GRAINS)
        for name in self.metrics:
            metric(name)
        for name in self.by:
            dimension(name)


@dataclass(frozen=True)
class Moment:
    """As-of and what follows from the settings: what every open clock is read at.

    `as_of_s` UTC epoch seconds; `until`: the first local day not begun at as-of. `rolled_s`: the as-of at which the
    facts hold months (see `scans`); `newest_s`: the latest instant in the facts. None where they hold none.
    """

    settings: Settings
    as_of_s: int
    rolled_s: int | None = None
    newest_s: int | None = None

    @property
    def local(self) -> datetime:
        return datetime.fromtimestamp(self.as_of_s, UTC).astimezone(ZoneInfo(self.settings.zone))

    @property
    def until(self) -> date:
        day = self.local
        return day.date() if day.time() == datetime.min.time() else day.date() + timedelta(days=1)

    @property
    def complete_until(self) -> date:
        """The day after the last whole day seen."""
        return self.local.date()

    @property
    def sees_all(self) -> bool:
        """Whether nothing in the facts lies after as-of, so that no row has to be compared with it."""
        return self.newest_s is not None and self.newest_s <= self.as_of_s

    def params(self) -> dict[str, Any]:
        return {
            "as_of_s": self.as_of_s,
            "as_of_business_s": calendars.reading(self.settings.opening, self.as_of_s),
            "until": self.until,
            "as_of_on": self.complete_until,
            "as_of_code": code_of(self.local.date()),
        }


@dataclass(frozen=True)
class Answer:
    """Rows of a question: metric, period (first day, None for total), one column a dimension, and COLUMNS.

    `value`, `low`, `high` are nan where nothing was measured; `n` is the number of rows measured on. Curves have a
    column `month` too. `ignored`: {metric: chosen filters that its rows do not have}.
    """

    query: Query
    rows: pd.DataFrame
    ignored: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, name: str) -> pd.DataFrame:
        """The rows of one metric."""
        return self.rows[self.rows["metric"] == name].reset_index(drop=True)

    def one(self, name: str) -> pd.Series:
        """The single row of a metric asked in total and by nothing."""
        found = self.of(name)
        if len(found) != 1:
            raise ValueError(f"{name} has {len(found)} rows here, not one")
        return found.iloc[0]


# --- periods ------------------------------------------------------------------------------------------------


def starts_between(start: date, end: date, grain: str) -> list[date]:
    """First days of the periods of a grain that touch [start, end)."""
    starts = []
    day = period_start(start, grain)
    while day < end:
        starts.append(day)
        day = period_end(day, grain)
    return starts


def period_start(day: date, grain: str) -> date:
    if grain == "week":
        return day - timedelta(days=day.weekday())
    if grain == "month":
        return day.replace(day=1)
    if grain == "quarter":
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    if grain == "year":
        return day.replace(month=1, day=1)
    return day


def period_end(start: date, grain: str) -> date:
    """The first day after the period that begins on `start`."""
    if grain == "day":
        return start + timedelta(days=1)
    if grain == "week":
        return start + timedelta(days=7)
    months = {"month": 1, "quarter": 3, "year": 12}[grain]
    number = start.year * 12 + start.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def is_partial(start: date | None, query: Query, moment: Moment) -> bool:
    """Whether as-of or the chosen period cuts a period (None: the whole of what is asked)."""
    chosen = query.filters.period
    if start is None:
        return chosen.end is not None and chosen.end > moment.complete_until
    end = period_end(start, query.grain)
    return (
        end > moment.complete_until
        or (chosen.start is not None and start < chosen.start)
        or (chosen.end is not None and end > chosen.end)
    )


def code_of(day: date) -> int:
    """The day as months × 32 + day of the month, as in customer_facts.start_code."""
    return (day.year * 12 + day.month) * CODE_MONTH + day.day
