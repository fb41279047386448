"""The business clock against METRICS.md's golden cases, a count minute by minute, DuckDB and its own laws."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxdata.calendars import (
    FIRST_DAY,
    LAST_DAY,
    OFFICE_HOURS,
    OpeningHours,
    _offsets,
    business_seconds,
    days,
    instant,
    local_sql,
    reading,
    utc_sql,
)
from cxdata.errors import CxError

HOUR = 3600
NEAR = (-7200, -3601, -3600, -1800, -1, 0, 1, 1800, 3599, 3600, 7200)  # seconds around a change of the clocks
ALWAYS = (("00:00", "24:00"),) * 7

OFFICE = OpeningHours()
WORKED_GOOD_FRIDAY = OpeningHours(removed=(date(2026, 4, 3),))

CALENDARS = {
    "office": OFFICE,
    "always": OpeningHours(ALWAYS, country=""),
    "Kolkata": OpeningHours((*[("09:30", "18:15")] * 6, None), zone="Asia/Kolkata", country=""),
    "New York": OpeningHours(ALWAYS, zone="America/New_York", country="US", subdivision="NY"),
    "Lord Howe, half-hour clock change": OpeningHours(
        (("00:00", "12:00"),) * 7, zone="Australia/Lord_Howe", country=""
    ),
    "midnight clock change": OpeningHours((("00:00", "12:00"),) * 7, zone="America/Santiago", country=""),
}
calendars = pytest.mark.parametrize("hours", CALENDARS.values(), ids=CALENDARS.keys())


def at(text: str, zone: str = "Europe/Amsterdam") -> int:
    """The UTC epoch second of a local time."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp())


@pytest.mark.parametrize(
    ("hours", "begin", "end", "expected"),
    [
        (OFFICE, "2026-03-27 16:00", "2026-03-30 10:00", 2 * HOUR),
        (OFFICE, "2026-04-02 16:30", "2026-04-07 09:30", 1 * HOUR),
        (WORKED_GOOD_FRIDAY, "2026-04-02 16:30", "2026-04-07 09:30", 9 * HOUR),
        (OFFICE, "2026-05-02 11:00", "2026-05-03 23:00", 0),
        (OFFICE, "2026-05-04 08:00", "2026-05-04 18:00", 8 * HOUR),
    ],
)
def test_golden_cases_of_business_time(hours: OpeningHours, begin: str, end: str, expected: int) -> None:
    assert business_seconds(hours, at(begin), at(end)) == expected
    assert business_seconds(hours, at(end), at(begin)) == -expected


def test_an_added_holiday_is_closed() -> None:
    hours = OpeningHours(added=(date(2026, 5, 5),))
    assert business_seconds(hours, at("2026-05-04 09:00"), at("2026-05-06 17:00")) == 16 * HOUR


@pytest.mark.parametrize(
    ("day", "opens", "closes", "expected"),
    [
        ("2026-03-29", "00:00", "24:00", 23 * HOUR),
        ("2026-10-25", "00:00", "24:00", 25 * HOUR),
        ("2026-03-29", "01:00", "04:00", 2 * HOUR),
        ("2026-10-25", "01:00", "04:00", 4 * HOUR),
        # 02:30 is skipped in March: it stands for the instant of the change, 03:00.
        ("2026-03-29", "02:30", "04:00", 1 * HOUR),
        ("2026-03-29", "01:00", "02:30", 1 * HOUR),
        ("2026-03-29", "02:15", "02:45", 0),
        # 02:30 comes twice in October: the first one counts.
        ("2026-10-25", "01:00", "02:30", 90 * 60),
        ("2026-10-25", "02:30", "04:00", 150 * 60),
    ],
)
def test_clock_change_inside_opening_hours(day: str, opens: str, closes: str, expected: int) -> None:
    hours = OpeningHours((*[None] * 6, (opens, closes)))
    monday = date.fromisoformat(day) + timedelta(days=1)
    assert business_seconds(hours, at(f"{day} 00:00"), at(f"{monday} 00:00")) == expected


def test_half_hour_zone() -> None:
    kolkata = CALENDARS["Kolkata"]
    opens = int(datetime(2026, 5, 4, 4, 0, tzinfo=UTC).timestamp())
    assert at("2026-05-04 09:30", "Asia/Kolkata") == opens
    assert business_seconds(kolkata, opens - HOUR, opens + HOUR) == HOUR


def test_a_date_that_a_zone_left_out_has_no_opening_time() -> None:
    samoa = OpeningHours(ALWAYS, zone="Pacific/Apia", country="")
    week = days(samoa, date(2011, 12, 28), date(2012, 1, 1)).to_pylist()
    assert [row["closes_s"] - row["opens_s"] for row in week] == [24 * HOUR, 24 * HOUR, 0, 24 * HOUR, 24 * HOUR]


def test_days_of_a_week_around_the_clock_change() -> None:
    friday = {
        "day": date(2026, 3, 27),
        "opens_s": at("2026-03-27 09:00"),
        "closes_s": at("2026-03-27 17:00"),
        "before_s": reading(OFFICE, at("2026-03-27 00:00")),
    }
    closed = [
        {
            "day": date(2026, 3, day),
            "opens_s": at(f"2026-03-{day} 00:00"),
            "closes_s": at(f"2026-03-{day} 00:00"),
            "before_s": friday["before_s"] + 8 * HOUR,
        }
        for day in (28, 29)
    ]
    table = days(OFFICE, date(2026, 3, 27), date(2026, 3, 29))
    assert table.to_pylist() == [friday, *closed]
    assert [str(kind) for kind in table.schema.types] == ["date32[day]", "int64", "int64", "int64"]


def test_readings_do_not_depend_on_the_days_asked_for() -> None:
    whole = days(OFFICE, FIRST_DAY, LAST_DAY).to_pylist()
    assert len(whole) == (LAST_DAY - FIRST_DAY).days + 1
    assert whole[0]["before_s"] == 0
    assert days(OFFICE, date(2026, 1, 1), date(2026, 1, 1)).to_pylist() == [
        row for row in whole if row["day"] == date(2026, 1, 1)
    ]
    assert days(OFFICE, date(1900, 1, 1), date(2999, 1, 1)).num_rows == len(whole)
    assert days(OFFICE, date(2026, 1, 2), date(2026, 1, 1)).num_rows == 0
    assert days(OFFICE, date(1900, 1, 1), date(1900, 2, 1)).num_rows == 0


@calendars
def test_days_joined_in_sql_give_the_reading(hours: OpeningHours) -> None:
    """Each quarter of an hour of a year of clock changes, and one second before and after it."""
    first = int(datetime(2025, 12, 30, tzinfo=UTC).timestamp())
    sql = """
        with instants as (
            select first_s + 900 * quarter + nudge as t
            from (select $first as first_s), range(36000) as q(quarter), (values (-1), (0), (1)) as n(nudge)
        )
        select t, before_s + least(greatest(t, opens_s), closes_s) - opens_s as reading_s
        from instants join opening on day = cast(timezone($zone, to_timestamp(t)) as date)
    """
    with duckdb.connect() as connection:
        connection.register("opening", days(hours, date(2025, 12, 1), date(2027, 2, 1)))
        rows = connection.execute(sql, {"first": first, "zone": hours.zone}).fetchall()
    assert len(rows) == 108_000
    assert [row for row in rows if reading(hours, row[0]) != row[1]] == []


@calendars
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_equals_a_count_minute_by_minute(hours: OpeningHours, data: st.DataObject) -> None:
    """Up to three days, with the days of a clock change taken often; times that come twice are left to a case."""
    day = data.draw(
        st.one_of(
            st.dates(date(1990, 1, 1), date(2035, 1, 1)),
            st.sampled_from([date(2026, 3, 28), date(2026, 10, 24), date(2026, 4, 4), date(2026, 9, 5)]),
        )
    )
    begin = at(f"{day} 00:00", "UTC") + 60 * data.draw(st.integers(0, 1440))
    minutes = data.draw(st.integers(0, 4320))
    zone = ZoneInfo(hours.zone)
    closed = closed_dates(hours, day)

    def is_open(t_s: int) -> bool:
        local = datetime.fromtimestamp(t_s, zone)
        span = hours.hours[local.weekday()]
        return bool(span and local.date() not in closed and span[0] <= f"{local:%H:%M}" < span[1])

    counted = sum(60 for minute in range(minutes) if is_open(begin + 60 * minute))
    assert business_seconds(hours, begin, begin + 60 * minutes) == counted


def closed_dates(hours: OpeningHours, day: date) -> set[date]:
    import holidays

    if not hours.country:
        return set()
    years = [day.year - 1, day.year, day.year + 1]
    return set(holidays.country_holidays(hours.country, hours.subdivision or None, years=years))


INSTANTS = st.integers(at("1970-01-03 00:00", "UTC"), at("2100-12-30 00:00", "UTC"))


@calendars
@settings(deadline=None)
@given(instants=st.tuples(INSTANTS, INSTANTS, INSTANTS))
def test_laws_of_the_business_clock(hours: OpeningHours, instants: tuple[int, int, int]) -> None:
    a, b, c = sorted(instants)
    assert 0 <= business_seconds(hours, a, b) <= b - a
    assert business_seconds(hours, a, b) + business_seconds(hours, b, c) == business_seconds(hours, a, c)
    deadline = instant(hours, reading(hours, a))
    assert deadline <= a
    assert reading(hours, deadline) == reading(hours, a)
    assert deadline == instant(hours, 0) or reading(hours, deadline - 1) < reading(hours, deadline)


def test_a_deadline_skips_the_weekend() -> None:
    created = at("2026-03-27 16:00")
    assert instant(OFFICE, reading(OFFICE, created) + 2 * HOUR) == at("2026-03-30 10:00")
    assert instant(OFFICE, reading(OFFICE, created) + 1 * HOUR) == at("2026-03-27 17:00")


def test_a_desk_that_never_opens() -> None:
    never = OpeningHours((None,) * 7)
    assert business_seconds(never, at("2026-01-01 00:00"), at("2027-01-01 00:00")) == 0
    with pytest.raises(CxError, match="check that they open at all"):
        instant(never, 1)


def test_the_clock_starts_at_local_midnight_of_1970() -> None:
    origin = at("1970-01-01 00:00")
    assert reading(OFFICE, origin) == 0
    assert instant(OFFICE, 0) == origin
    with pytest.raises(CxError, match="lies outside"):
        reading(OFFICE, origin - 1)


def test_instants_outside_the_calendar_are_refused() -> None:
    with pytest.raises(CxError, match="1969-12-30 00:00 UTC lies outside"):
        reading(OFFICE, -2 * 24 * HOUR)
    with pytest.raises(CxError, match="2101-01-01 00:00 UTC lies outside"):
        reading(OFFICE, at("2101-01-01 00:00", "UTC"))
    with pytest.raises(CxError, match="lies outside"):
        reading(OFFICE, 10**15)
    with pytest.raises(CxError, match="never add up"):
        instant(OFFICE, -1)


def test_settings_read_from_json_are_the_same_hours() -> None:
    as_json = {
        "hours": [["9:00", "17:00"]] * 5 + [None, None],
        "added": ["2026-05-05", "2026-01-02"],
        "removed": ["2026-04-03"],
    }
    expected = OpeningHours(OFFICE_HOURS, added=(date(2026, 1, 2), date(2026, 5, 5)), removed=(date(2026, 4, 3),))
    assert OpeningHours(**as_json) == expected
    assert hash(OpeningHours(**as_json)) == hash(expected)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"zone": "Europe/Amsterdm"}, 'There is no time zone "Europe/Amsterdm". Did you mean "Europe/Amsterdam"?'),
        ({"zone": ""}, 'There is no time zone "".'),
        ({"zone": "../etc/passwd"}, 'There is no time zone "../etc/passwd".'),
        ({"country": "nl"}, 'There is no country with public holidays "nl". Did you mean "NL"?'),
        ({"country": "HolidayBase"}, 'There is no country with public holidays "HolidayBase".'),
        (
            {"country": "DE", "subdivision": "Bayer"},
            'There is no subdivision of DE "Bayer". Did you mean "Bayern"?',
        ),
        ({"country": "", "subdivision": "BY"}, 'The subdivision "BY" needs its country too.'),
        (
            {"hours": (None, ("17:00", "09:00"), *[None] * 5)},
            "Tuesday closes at 09:00, which is not after it opens at 17:00. "
            "A day cannot pass midnight: close it at 24:00.",
        ),
        (
            {"hours": (("09:00", "9:00"), *[None] * 6)},
            "Monday closes at 09:00, which is not after it opens at 09:00. "
            "A day cannot pass midnight: close it at 24:00.",
        ),
        (
            {"hours": (("9 am", "17:00"), *[None] * 6)},
            'Monday has "9 am" as a time; write it as 09:00, at most 24:00.',
        ),
        (
            {"hours": (("09:00", "24:01"), *[None] * 6)},
            'Monday has "24:01" as a time; write it as 09:00, at most 24:00.',
        ),
        (
            {"hours": (("09:60", "17:00"), *[None] * 6)},
            'Monday has "09:60" as a time; write it as 09:00, at most 24:00.',
        ),
        (
            {"hours": ("09:00-17:00", *[None] * 6)},
            'Monday needs two times such as "09:00" and "17:00"; it has \'09:00-17:00\'.',
        ),
        ({"hours": (None,) * 5}, "Opening hours need seven days, Monday first; 5 were given."),
        (
            {"added": ("3 April",)},
            '"3 April" is not a date for the list of holidays; write it as 2026-04-03.',
        ),
        (
            {"added": (date(2026, 4, 3),), "removed": (date(2026, 4, 3),)},
            "2026-04-03 is both added to and removed from the holidays; keep one of the two.",
        ),
    ],
)
def test_wrong_settings_are_told_in_a_sentence(wrong: dict[str, object], sentence: str) -> None:
    with pytest.raises(CxError) as raised:
        OpeningHours(**wrong)
    assert str(raised.value) == sentence


@pytest.mark.parametrize(
    "zone", ["Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC", "America/Sao_Paulo"]
)
def test_the_comparisons_give_what_the_engine_s_own_calendar_gives(zone):
    changes, offsets = _offsets(zone)
    near = [
        int(c) + int(o) * away + d for c, o in zip(changes, offsets[1:], strict=True) for away in (0, 1) for d in NEAR
    ]
    with duckdb.connect() as connection:
        connection.execute("create table t as select make_timestamp(1000000 * unnest($1)) as t", [[*near, 0, 2**31]])
        for ours, theirs in (
            (local_sql(zone, "t"), f"timezone('{zone}', timezone('UTC', t))"),
            (utc_sql(zone, "t"), f"timezone('UTC', timezone('{zone}', t))"),
        ):
            assert connection.execute(f"select t from t where {ours} is distinct from {theirs}").fetchall() == []
