"""Opening hours, public holidays and business time.

In: opening hours per weekday in a time zone, a country whose public holidays are closed days, and instants
as UTC epoch seconds. Out: readings of the *business clock* F(t), the seconds of opening time between a fixed
origin and t. Business time from a to b is then F(b) - F(a): elapsed seconds, also on a day the clocks change.
`days` is the same clock as a table for SQL.

A wall time stands for the first instant of its day at which the local clock shows it or a later time: the one
answer for a time that daylight saving skips (the instant of the change) or repeats (the first of the two).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import holidays
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cxdata.errors import CxError, UnknownName, note
from cxdata.i18n import N_

FIRST_DAY = date(1970, 1, 1)
"""The business clock starts at local midnight of this day, whatever is asked, so that readings stay equal."""
LAST_DAY = date(2100, 12, 31)

WEEKDAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
OFFICE_HOURS = (*[("09:00", "17:00")] * 5, None, None)

MANY_YEARS = 30  # more would be a long text to plan for the few rows of a strange file
FEW_ROWS = 10_000  # up to which it takes longer to plan comparisons than to ask the engine's calendar
_DAY = 86_400
_WALL_TIME = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")

Seconds = NDArray[np.int64]


@dataclass(frozen=True)
class OpeningHours:
    """When the desk is open: local wall times per weekday, Monday first, None for a closed day.

    A day is one stretch ("09:00", "17:00") that does not pass midnight; it may close at "24:00". Public
    holidays of the country (and subdivision) are closed days: `added` are more of them, `removed` are
    holidays worked on; country "" has no holidays. Raises CxError, or its child UnknownName for a zone,
    country or subdivision.
    """

    hours: tuple[tuple[str, str] | None, ...] = OFFICE_HOURS
    zone: str = "Europe/Amsterdam"
    country: str = "NL"
    subdivision: str = ""
    added: tuple[date, ...] = ()
    removed: tuple[date, ...] = ()

    def __post_init__(self) -> None:
        # Settings come from JSON as lists: equal settings become equal (and hashable) values.
        if len(self.hours) != 7:
            raise CxError("Opening hours need seven days, Monday first; {count} were given.", count=len(self.hours))
        week = tuple(_opening(name, day) for name, day in zip(WEEKDAYS, self.hours, strict=True))
        object.__setattr__(self, "hours", week)
        object.__setattr__(self, "added", tuple(sorted({_date(day) for day in self.added})))
        object.__setattr__(self, "removed", tuple(sorted({_date(day) for day in self.removed})))
        both = sorted(set(self.added) & set(self.removed))
        if both:
            raise CxError(
                "{day} is both added to and removed from the holidays; keep one of the two.", day=both[0].isoformat()
            )
        _check_zone(self.zone)
        _check_country(self.country, self.subdivision)


def days(hours: OpeningHours, first: date, last: date) -> pa.Table:
    """The business clock as a table, one row a local date from first to last, both included.

    Columns: `day` (date), `opens_s` and `closes_s` (bigint, UTC epoch seconds; both local midnight on a
    closed day), `before_s` (bigint, F at the local midnight that starts the day). With d the local date of t,

        F(t) = before_s(d) + least(greatest(t, opens_s(d)), closes_s(d)) - opens_s(d)

    Days before 1970 or after 2100 have no row, so that a left join gives null there: not measured. Equal to
    `reading` in every zone but four where the clocks once went back over midnight, so that a local date came
    twice (Newfoundland, Goose Bay and Moncton until 2011, Casey in 2010), and there only if midnight is open.
    """
    clock = _clock(hours)
    start = min(max((first - FIRST_DAY).days, 0), clock.opens.size)
    stop = min(max((last - FIRST_DAY).days + 1, start), clock.opens.size)
    return pa.table(
        {
            "day": pa.array(np.arange(start, stop, dtype=np.int32)).cast(pa.date32()),
            "opens_s": clock.opens[start:stop],
            "closes_s": clock.closes[start:stop],
            "before_s": clock.before[start:stop],
        }
    )


def reading(hours: OpeningHours, t_s: int) -> int:
    """F(t): seconds of opening time from the origin to UTC epoch second t_s. CxError outside 1970-2100."""
    clock = _clock(hours)
    day = bisect_right(clock.starts, t_s) - 1
    if day < 0 or day >= clock.opens.size:
        raise CxError(
            "The opening hours are known from {first} to {last}; {moment} lies outside.",
            first=FIRST_DAY,
            last=LAST_DAY,
            moment=_moment(t_s),
        )
    opens = int(clock.opens[day])
    return int(clock.before[day]) + min(max(int(t_s), opens), int(clock.closes[day])) - opens


def instant(hours: OpeningHours, reading: int) -> int:
    """The first UTC epoch second at which the business clock shows the reading: when a deadline falls.

    The inverse of `reading`: reading(instant(r)) == r, and instant(reading(t)) <= t. CxError for a reading
    below 0 or not reached by the end of 2100, such as any above 0 where the desk never opens.
    """
    clock = _clock(hours)
    if reading == 0:
        return int(clock.starts[0])
    day = bisect_left(clock.before, reading) - 1
    if reading < 0 or day >= clock.opens.size:
        raise CxError(
            "These opening hours never add up to {seconds} seconds; check that they open at all.", seconds=reading
        )
    return int(clock.opens[day]) + int(reading) - int(clock.before[day])


def business_seconds(hours: OpeningHours, a_s: int, b_s: int) -> int:
    """Seconds of opening time from UTC epoch second a_s to b_s; negative where b_s is the earlier one."""
    return reading(hours, b_s) - reading(hours, a_s)


@dataclass(frozen=True, eq=False)
class _Clock:
    """The clock per day since FIRST_DAY; `starts` and `before` have one element more, for the day after."""

    starts: Seconds
    opens: Seconds
    closes: Seconds
    before: Seconds


@lru_cache(maxsize=16)
def _clock(hours: OpeningHours) -> _Clock:
    count = (LAST_DAY - FIRST_DAY).days + 1
    midnights = np.arange(count + 1, dtype=np.int64) * _DAY
    weekday = (np.arange(count) + FIRST_DAY.weekday()) % 7
    week = [(_seconds(day[0]), _seconds(day[1])) if day else (0, 0) for day in hours.hours]
    opening = np.array(week, dtype=np.int64)[weekday]
    opening[[(day - FIRST_DAY).days for day in _closed_days(hours)]] = 0
    zone = _offsets(hours.zone)
    opens = _instants(midnights[:-1] + opening[:, 0], *zone)
    closes = _instants(midnights[:-1] + opening[:, 1], *zone)
    before = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(closes - opens)))
    return _Clock(_instants(midnights, *zone), opens, closes, before)


def _closed_days(hours: OpeningHours) -> list[date]:
    """Holidays within the days of the clock, with the days added and without those removed."""
    public: set[date] = set()
    if hours.country:
        years = range(FIRST_DAY.year, LAST_DAY.year + 1)
        public = set(holidays.country_holidays(hours.country, hours.subdivision or None, years=years))
    closed = (public | set(hours.added)) - set(hours.removed)
    return [day for day in closed if FIRST_DAY <= day <= LAST_DAY]


def local_sql(zone: str, instant: str, years: tuple[int, int] | None = None) -> str:
    """SQL: the local timestamp of a UTC timestamp.

    Within `years` (first and last) it is worked out by comparisons with the instants at which the clocks change, a tenth
    of the work of asking the engine's calendar for every row; outside of them, and without them, the calendar is asked.
    """
    calendar = f"timezone('{zone}', timezone('UTC', {instant}))"
    if years is None or years[1] - years[0] > MANY_YEARS:
        return calendar
    changes, offsets = _offsets(zone)
    return _within(years, instant, calendar, changes, offsets, "+")


def utc_sql(zone: str, local: str, years: tuple[int, int] | None = None) -> str:
    """SQL: the UTC timestamp of a local timestamp; see `local_sql`.

    Of a time that the clocks repeat it is the second, one that they skip counts on from before, as the engine's own
    calendar has it.
    """
    calendar = f"timezone('UTC', timezone('{zone}', {local}))"
    if years is None or years[1] - years[0] > MANY_YEARS:
        return calendar
    changes, offsets = _offsets(zone)
    return _within(years, local, calendar, changes + offsets[1:], offsets, "-")


def _within(years: tuple[int, int], time: str, calendar: str, changes: Seconds, offsets: Seconds, sign: str) -> str:
    low, high = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (years[0], years[1] + 1))
    first, last = np.searchsorted(changes, (low, high))
    shift = _offset_at(f"epoch_us({time})", changes[first:last], offsets[first : last + 1])
    inside = f"epoch_us({time}) >= {low}000000 and epoch_us({time}) < {high}000000"
    return f"case when {inside} then make_timestamp(epoch_us({time}) {sign} {shift}) else {calendar} end"


def _offset_at(us: str, changes: Seconds, offsets: Seconds) -> str:
    """SQL: the microseconds that a zone is ahead of UTC, as a tree of comparisons with the instants of its changes."""
    if not changes.size:
        return f"({1_000_000 * int(offsets[0])})"
    middle = changes.size // 2
    early = _offset_at(us, changes[:middle], offsets[: middle + 1])
    late = _offset_at(us, changes[middle + 1 :], offsets[middle + 1 :])
    return f"case when {us} < {1_000_000 * int(changes[middle])} then {early} else {late} end"


@lru_cache(maxsize=16)
def _offsets(zone: str) -> tuple[Seconds, Seconds]:
    """The instants at which the zone's UTC offset changes, and the offsets before, between and after them.

    Read off at every noon UTC and closed in on by halving; two changes within a day that cancel each other
    out would be missed, and no zone has had such since 1970.
    """
    tz = ZoneInfo(zone)
    changes: list[int] = []
    offsets = [_offset(tz, -_DAY * 3 // 2)]
    for noon in range(-_DAY // 2, ((LAST_DAY - FIRST_DAY).days + 3) * _DAY, _DAY):
        if (offset := _offset(tz, noon)) != offsets[-1]:
            before, after = noon - _DAY, noon
            while after - before > 1:
                middle = (before + after) // 2
                before, after = (middle, after) if _offset(tz, middle) == offsets[-1] else (before, middle)
            changes.append(after)
            offsets.append(offset)
    return np.array(changes, dtype=np.int64), np.array(offsets, dtype=np.int64)


def _offset(tz: ZoneInfo, t_s: int) -> int:
    offset = datetime.fromtimestamp(t_s, tz).utcoffset()
    assert offset is not None
    return offset.days * _DAY + offset.seconds


def _instants(walls: Seconds, changes: Seconds, offsets: Seconds) -> Seconds:
    """The first instant at which the local clock shows each wall time (local seconds since 1970) or later."""
    stretch = np.searchsorted(changes + offsets[:-1], walls, side="right")
    begins = np.concatenate((np.full(1, np.iinfo(np.int64).min), changes))
    instants: Seconds = np.maximum(walls - offsets[stretch], begins[stretch])
    return instants


def _opening(name: str, day: Sequence[str] | None) -> tuple[str, str] | None:
    """The day with its times spelt as HH:MM, or the reason why it cannot be."""
    if day is None:
        return None
    if isinstance(day, str) or len(day) != 2:
        raise CxError('{what} needs two times such as "09:00" and "17:00"; it has {given}.', what=name, given=repr(day))
    opens, closes = (_spelt(name, text) for text in day)
    if closes <= opens:
        raise CxError(
            "{what} closes at {closes}, which is not after it opens at {opens}. "
            "A day cannot pass midnight: close it at 24:00.",
            what=name,
            closes=closes,
            opens=opens,
        )
    return opens, closes


def _spelt(name: str, text: str) -> str:
    match = _WALL_TIME.fullmatch(str(text).strip())
    spelt = f"{int(match[1]):02}:{match[2]}" if match else ""
    if not match or spelt > "24:00":
        raise CxError('{what} has "{text}" as a time; write it as 09:00, at most 24:00.', what=name, text=text)
    return spelt


def _seconds(text: str) -> int:
    return int(text[:2]) * 3600 + int(text[3:]) * 60


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownName(N_("time zone"), zone, available_timezones()) from None


def _check_country(country: str, subdivision: str) -> None:
    if not country:
        if subdivision:
            raise CxError('The subdivision "{subdivision}" needs its country too.', subdivision=subdivision)
        return
    if country not in holidays.list_supported_countries():
        codes = holidays.list_supported_countries(include_aliases=False)
        raise UnknownName(N_("country with public holidays"), country, codes)
    entity = holidays.country_holidays(country)
    parts = (*entity.subdivisions, *entity.subdivisions_aliases)
    if subdivision and subdivision not in parts:
        raise UnknownName(note("subdivision of {country}", country=country), subdivision, parts)


def _date(value: date | str) -> date:
    """The date; settings hold it as ISO text."""
    try:
        return value if type(value) is date else date.fromisoformat(str(value))
    except ValueError:
        raise CxError('"{text}" is not a date for the list of holidays; write it as 2026-04-03.', text=value) from None


def _moment(t_s: int) -> str:
    """The instant in words of its own, also where a datetime cannot hold it."""
    try:
        return f"{datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(t_s)):%Y-%m-%d %H:%M} UTC"
    except OverflowError:
        return f"{t_s} seconds since 1970"
