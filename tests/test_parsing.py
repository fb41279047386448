"""Text to values: every shape of date, number, duration, word and score, decided on the whole column."""

from __future__ import annotations

import duckdb
import pytest

from cxdata import parsing
from cxdata.errors import Undecided
from cxdata.parsing import quoted

CONNECTION = duckdb.connect()


def run(sql: str) -> list[tuple]:
    return CONNECTION.execute(sql).fetchall()


def relation(*cells: str | None) -> str:
    """A relation with one column of text, t."""
    rows = ", ".join("(null)" if cell is None else f"({quoted(cell)})" for cell in cells)
    return f"(select cast(c as varchar) as t from (values {rows}) v(c)) as r"


def values(sql: str, *cells: str | None) -> list:
    return [row[0] for row in run(f"select {sql} from {relation(*cells)}")]


def read(*cells: str | None, **options) -> parsing.DateReading:
    return parsing.read_dates(run, relation(*cells), {"day": "t"}, **{"zone": "Europe/Amsterdam", **options})["day"]


def instants(*cells: str | None, **options) -> list[str | None]:
    """The UTC instants of a column, as text; None where a cell is no date."""
    found = values(read(*cells, **options).instant_sql("t"), *cells)
    return [None if moment is None else moment.isoformat(" ") for moment in found]


# --- dates

DATES = {
    # one shape that needs no decision -> UTC, read in Amsterdam
    "2024-01-16": "2024-01-15 23:00:00",
    "2024-07-16 10:58": "2024-07-16 08:58:00",
    "2024-07-16 10:58:07": "2024-07-16 08:58:07",
    "2024-07-16T10:58:07": "2024-07-16 08:58:07",
    "2024-07-16 10:58:07.250": "2024-07-16 08:58:07.250000",
    "2024-07-16T10:58:07.250": "2024-07-16 08:58:07.250000",
    "2024/07/16 10:58": "2024-07-16 08:58:00",
    "2024-07-16T10:58:07Z": "2024-07-16 10:58:07",
    "2024-07-16T10:58:07.000Z": "2024-07-16 10:58:07",
    "2024-07-16T10:58:07+03:00": "2024-07-16 07:58:07",
    "2018-05-11T09:46:53.000+0300": "2018-05-11 06:46:53",
    "2024-07-16 10:58:07-05:30": "2024-07-16 16:28:07",
    "2024-07-16 10:58:07 UTC": "2024-07-16 10:58:07",
    "2024-07-16 10:58:07 GMT+8": "2024-07-16 02:58:07",
    "2024-07-16 10:58:07 CDT": "2024-07-16 15:58:07",
    "2018/09/06 12:06:16 AM GMT+2": "2018-09-05 22:06:16",
    "14 Mar 2024 03:05 PM": "2024-03-14 14:05:00",
    "14 maart 2024 15:05": "2024-03-14 14:05:00",
    "14-mrt-2024 15:05": "2024-03-14 14:05:00",
    "Mar 14, 2024 03:05 PM": "2024-03-14 14:05:00",
    "18/jul/26 9:10 AM": "2026-07-18 07:10:00",
    "16/ene/24 10:58 AM": "2024-01-16 09:58:00",
    "Thu 14 Mar 2024 15:05": "2024-03-14 14:05:00",
    "20240716": "2024-07-15 22:00:00",
    "31-12-2026 23:59": "2026-12-31 22:59:00",
    "31/12/26": "2026-12-30 23:00:00",
    "12/31/2026 5:04": "2026-12-31 04:04:00",
    "12/31/2026 05:04:09 PM": "2026-12-31 16:04:09",
    "1-3-2024 9:16:34": "2024-03-01 08:16:34",  # dashes go with day-first
    "1.3.2024 9:16": "2024-03-01 08:16:00",
    "1721127487": "2024-07-16 10:58:07",
    "1721127487.0": "2024-07-16 10:58:07",
    "1721127487000": "2024-07-16 10:58:07",
    "45489,5": None,  # a day number of a spreadsheet is read with a point only
    "45489.5": "2024-07-16 10:00:00",
}


@pytest.mark.parametrize("text", DATES)
def test_one_date(text):
    assert instants(text) == [DATES[text]]


@pytest.mark.parametrize("text", ["42", "hello", "99:99", "2024-13", "tomorrow", "12-2024"])
def test_no_date(text):
    assert parsing.read_dates(run, relation(text), {"day": "t"}, zone="UTC") == {}


ORDERS = [
    # cells, why the order was taken, the first of them in UTC
    (("03/04/2026", "13/04/2026"), ("dmy", "days above 12"), "2026-04-03"),
    (("3/4/2026", "4/13/2026"), ("mdy", "days above 12"), "2026-03-04"),
    (("03/04/26", "13/04/26"), ("dmy", "days above 12"), "2026-04-03"),
    (("99/04/03", "98/04/13"), ("ymd", "year first"), "1999-04-03"),
    (("03-04-2026", "05-06-2026"), ("dmy", "written with dashes or dots"), "2026-04-03"),
    (("03.04.2026", "05.06.2026"), ("dmy", "written with dashes or dots"), "2026-04-03"),
    (("31/12/24", "31/12/25"), ("dmy", "days above 12"), "2024-12-31"),  # few cells do not make the day a year
    (("14-05-26", "13-04-26"), ("dmy", "days above 12"), "2026-05-14"),  # and 14 is no year of four digits
    (("13/04/26", "14/05/2026", "15/05/2026"), ("dmy", "days above 12"), "2026-04-13"),
]


@pytest.mark.parametrize(("cells", "decided", "first"), ORDERS)
def test_the_order_is_decided_by_the_whole_column(cells, decided, first):
    reading = read(*cells, zone="UTC")
    assert (reading.order, reading.why) == decided
    found = instants(*cells, zone="UTC")
    assert found[0] == f"{first} 00:00:00"
    assert None not in found


def test_many_days_and_few_years_show_a_year_of_two_digits():
    cells = [f"{year}/{month:02}/{day:02}" for year in (24, 25) for month in (3, 9) for day in range(1, 29)]
    assert read(*cells).order == "ymd"
    assert instants(*cells, zone="UTC")[0] == "2024-03-01 00:00:00"


def test_nothing_decides():
    with pytest.raises(Undecided) as problem:
        read("03/04/2026", "05/06/2026")
    assert str(problem.value) == (
        'In "day" no number above 12 shows which is the day: 03/04/2026 can be 3 April and March 4. '
        "Choose the order (--date-order dmy or --date-order mdy)."
    )


def test_dates_that_begin_with_their_year_decide_nothing():
    with pytest.raises(Undecided):
        read("2026-05-16 10:00", "03/04/2026 10:00")


def test_a_hint_decides_where_no_date_does():
    reading = read("03/04/2026", day_first_hint="semicolons go with day-first dates")
    assert (reading.order, reading.why) == ("dmy", "semicolons go with day-first dates")
    assert read("4/13/2026", day_first_hint="semicolons go with day-first dates").order == "mdy"


def test_one_column_decides_for_all():
    both = "(select '03/04/2026' as a, '4/13/2026' as b)"
    found = parsing.read_dates(run, both, {"one": "a", "two": "b"}, zone="UTC")
    assert {name: (reading.order, reading.why) for name, reading in found.items()} == {
        "one": ("mdy", "days above 12"),
        "two": ("mdy", "days above 12"),
    }


def test_mixed_orders_are_asked():
    with pytest.raises(Undecided, match="2 rows have a first number above 12 and 1 a second one"):
        read("13/04/2026", "14/04/2026", "4/15/2026")


def test_the_chosen_order_is_taken_and_other_rows_are_no_dates():
    assert instants("13/04/2026", "4/15/2026", order="mdy", zone="UTC") == [None, "2026-04-15 00:00:00"]
    assert instants("03/04/2026", order="mdy", zone="UTC") == ["2026-03-04 00:00:00"]
    assert instants("03/04/2026", order="dmy", zone="UTC") == ["2026-04-03 00:00:00"]


def test_one_slip_among_many_is_a_rejected_row():
    cells = ["13/04/2026"] * 30 + ["4/15/2026"]
    assert instants(*cells, zone="UTC")[-2:] == ["2026-04-13 00:00:00", None]


def test_implausible_years_are_no_dates():
    assert instants("2205-01-01", "1900-01-01", "2026-01-01", zone="UTC") == [None, None, "2026-01-01 00:00:00"]


def test_impossible_days_are_no_dates():
    assert instants("2026-02-28", "2026-02-30", None, zone="UTC") == ["2026-02-28 00:00:00", None, None]


def test_the_hour_that_summer_time_skips_and_the_one_it_repeats():
    gap, twice = instants("2026-03-29 02:30", "2026-10-25 02:30")
    assert gap == "2026-03-29 01:30:00"
    assert twice in ("2026-10-25 00:30:00", "2026-10-25 01:30:00")


def test_offsets_go_before_the_zone_and_cells_without_one_take_it():
    assert instants("2026-01-01T12:00:00Z", "2026-01-01T12:00:00") == ["2026-01-01 12:00:00", "2026-01-01 11:00:00"]


def test_a_date_keeps_the_day_it_was_written_on():
    reading = read("2026-01-01T23:30:00+05:00")
    assert str(values(reading.date_sql("t"), "2026-01-01T23:30:00+05:00")[0]) == "2026-01-01"


def test_days_without_a_time_are_known_as_such():
    assert read("2026-01-01").date_only
    assert read("31/12/2026").date_only
    assert not read("2026-01-01 00:00").date_only


# --- numbers


@pytest.mark.parametrize(
    ("cells", "delimiter", "mark", "numbers"),
    [
        (("1.5", "2"), ",", ".", [1.5, 2]),
        (("1,5", "2"), ",", ",", [1.5, 2]),
        (("1.249,00", "69,95"), ";", ",", [1249, 69.95]),
        (("1,249.00", "69.95"), ",", ".", [1249, 69.95]),
        (("€ 1.249,50", "12,-"), ";", ",", [1249.5, 12]),
        (("$1,249.50", "12%"), ",", ".", [1249.5, 12]),
        (("1 249,50",), ";", ",", [1249.5]),
        (("1,234", "1.5"), ",", ".", [1234, 1.5]),
        (("1,234", "0,5"), ",", ",", [1.234, 0.5]),
        (("1.234",), ";", ",", [1234]),  # semicolons go with a decimal comma
        (("-3", "+4", "1e5"), ",", ".", [-3, 4, 100000]),
        (("inf", "NaN", "abc", "12"), ",", ".", [None, None, None, 12]),
        (("12.5", "1,5", "0,25", "1.234.567"), ";", ",", [None, 1.5, 0.25, 1234567]),  # 12.5 is never 125
        (("1,5", "1.5", "2.25", "1,234,567.5", "12,34,567.8"), ",", ".", [None, 1.5, 2.25, 1234567.5, 1234567.8]),
    ],
)
def test_numbers(cells, delimiter, mark, numbers):
    assert parsing.decide_decimal(run, relation(*cells), ["t"], delimiter)[0] == mark
    assert values(parsing.number_sql("t", mark), *cells) == numbers


def test_a_number_that_can_be_two_is_asked():
    with pytest.raises(Undecided, match='Numbers such as "1,234" can be one thousand and more or one and a bit'):
        parsing.decide_decimal(run, relation("1,234", "5,678"), ["t"], ",")


def test_counts_are_whole_and_not_negative():
    assert values(parsing.count_sql("t", "."), "3", "3.0", "3.5", "-1", "99999999999", "x") == [
        3,
        3,
        None,
        None,
        None,
        None,
    ]


DURATIONS = {
    ("90", "s"): 90,
    ("90", "min"): 5400,
    ("1.5", "h"): 5400,
    ("2", "d"): 172800,
    ("01:30", "h"): 5400,
    ("1:30:15", "s"): 5415,
    ("100:00:01", "h"): 360001,  # hours go beyond 24
    ("-02:15", "h"): -8100,
    ("-90", "min"): -5400,
    ("12:99:1x", "s"): None,
    ("an hour", "h"): None,
    ("1e30", "s"): None,  # longer than anything lasts
    ("1700000000000", "s"): None,
}


@pytest.mark.parametrize(("text", "unit"), DURATIONS)
def test_durations(text, unit):
    assert values(parsing.seconds_sql("t", unit, "."), text) == [DURATIONS[text, unit]]


IN_WORDS = {
    "0 segundo": 0,
    "5 Minutes": 300,
    "2 Hours 3 Minutes": 7380,
    "1 horas 18 minutos": 4680,
    "8 dias 0 horas 35 minutos": 693300,
    "1 jour 2 heures": 93600,
    "3 Tage, 1 Stunde und 30 Minuten": 264600,
    "2 dagen en 4 uur": 187200,
    "1 hora y 10 minutos": 4200,
    "1 week 1 day": 691200,
    "1h 30m": 5400,
    "1,5 uur": 5400,
    "-2 hours": -7200,
    "2 horses": None,
    "about 2 hours": None,
    "2": None,
    "": None,
    "99999999 weeks": None,
}


def test_durations_in_words():
    assert values(parsing.seconds_in_words_sql("t"), *IN_WORDS) == list(IN_WORDS.values())


@pytest.mark.parametrize(
    ("text", "order"),
    [("mm/dd/yyyy", "mdy"), ("DD-MM-YYYY", "dmy"), ("yyyy-mm-dd", "ymd"), ("d/m/yy HH:mm", "dmy"), ("HH:mm:ss", None),
     ("UTC", None), ("", None), ("dd/dd/yyyy", None)],
)  # fmt: skip
def test_an_order_of_dates_that_a_header_states(text, order):
    assert parsing.order_named(text) == order


# --- words


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Open", "open"), ("New", "new"), ("Pending", "pending"), ("On-hold", "on_hold"), ("On Hold", "on_hold"),
        ("Solved", "solved"), ("Resolved", "solved"), ("Closed", "closed"), ("Deleted", "deleted"), ("Spam", "spam"),
        ("Waiting on Customer", "pending"), ("Waiting on Third Party", "on_hold"), ("In Progress", "open"),
        ("Awaiting User Info", "pending"), ("En cours (Attribué)", "open"), ("En attente", "pending"),
        ("Opgelost", "solved"), ("Gesloten", "closed"), ("In behandeling", "open"), ("Afgehandeld", "solved"),
        ("6 - Closed", "closed"), ("Closed - no reply", "closed"), ("Canceled", "closed"), ("Purple", None),
    ],
)  # fmt: skip
def test_statuses(word, status):
    assert parsing.status_of(word) == status


@pytest.mark.parametrize(
    ("word", "priority"),
    [
        ("Urgent", "urgent"), ("1 - Critical", "urgent"), ("2 - High", "high"), ("3 - Moderate", "normal"),
        ("4 - Low", "low"), ("5 - Planning", "low"), ("Medium", "normal"), ("Hoog", "high"), ("Spoed", "urgent"),
        ("1", "urgent"), ("4", "low"), ("P2", "high"), ("Moyenne", "normal"), ("Très haute", "urgent"),
        ("normal", "normal"), ("2 normal", "normal"), ("somewhat", None), ("12", None),
    ],
)  # fmt: skip
def test_priorities(word, priority):
    assert parsing.priority_of(word) == priority


@pytest.mark.parametrize(
    ("word", "channel"),
    [("E-mail", "email"), ("Telefoon", "phone"), ("WhatsApp", "whatsapp"), ("Live chat", "chat"), ("Fax", "fax")],
)
def test_channels(word, channel):
    assert parsing.channel_of(word) == channel


def test_what_says_that_there_is_nothing_is_nothing():
    cells = ["", " ", "-", "null", "N/A", "?", "\u00a0x\u00a0", "0"]
    assert values(parsing.cleaned("t"), *cells) == [None] * 6 + ["x", "0"]


# --- scores


@pytest.mark.parametrize(
    ("word", "score"),
    [
        ("10", 10), ("9.0", 9), ("4,5", 4.5), ("10 - Extremely likely", 10), ("Not at all likely - 0", 0),
        ("8/10", 8), ("Good", 1), ("Good with comment", 1), ("bad", 0), ("Very satisfied", 5), ("Zeer ontevreden", 1),
        ("neutral", 3), ("11", 11), ("I like it", None), ("call me at 9", None),
    ],
)  # fmt: skip
def test_scores(word, score):
    assert parsing.score_of(word) == score


@pytest.mark.parametrize(
    "scores",
    [
        {"Good": 1, "Bad": 0},
        {"Good": 5, "Neutral": 3, "Bad": 1},
        {"Goed": 5, "Neutraal": 3, "Slecht": 1, "4": 4, "goodness": None},
        {"Happy": 1, "9 - Happy": 9},
    ],
)
def test_scores_in_words_are_those_of_their_column(scores):
    assert parsing.scores_of(scores) == scores


@pytest.mark.parametrize(
    ("kind", "label", "tally", "scale"),
    [
        ("nps", "NPS", {9: 1}, (0, 10)),
        ("nps", "Recommend? (1-10)", {9: 1}, (1, 10)),
        ("csat", "How satisfied (1 = very bad, 5 = very good)", {5: 3}, (1, 5)),
        ("csat", "Tevredenheid (1-10)", {5: 3}, (1, 10)),
        ("csat", "Tevredenheid, 1 tot 7", {5: 3}, (1, 7)),
        ("csat", "rating", {1: 4, 5: 4}, (1, 5)),
        ("csat", "rating", {1: 4, 7: 4}, (1, 7)),
        ("csat", "rating", {1: 4, 10: 4}, (1, 10)),
        ("csat", "rating", {0: 4, 10: 4}, (0, 10)),
        ("csat", "rating", {0: 4, 1: 4}, (0, 1)),
        ("csat", "rating", {3: 100, 5: 100, 11: 1}, (1, 5)),  # one stray score does not make a scale
    ],
)
def test_scales(kind, label, tally, scale):
    assert parsing.scale_of(kind, label, tally) == scale


@pytest.mark.parametrize(
    ("label", "direction"),
    [
        ("How easy was it to get help?", "easy"),
        ("Hoe makkelijk was het? (1 = heel moeilijk, 7 = heel makkelijk)", "easy"),
        ("How much effort did it take (1 = easy, 5 = hard)", "hard"),
        ("How much effort did you put in?", "hard"),
        ("Hoeveel moeite kostte het?", "hard"),
        ("CES", None),
        ("Customer effort score", None),
    ],
)
def test_effort_direction(label, direction):
    assert parsing.effort_direction(label) == direction
