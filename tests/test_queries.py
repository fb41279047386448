"""Questions and answers: grains, groups, filters, partial periods, comparisons, and what does not exist."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from scipy import stats

from cxdata import comparison, queries
from cxdata.engine import DuckDBEngine
from cxdata.errors import CxError, UnknownName
from cxdata.filters import DIMENSIONS, FILTERS, NOTHING, Filters, Period, add_months, dimension, whole_months
from cxdata.metrics import ALL
from cxdata.metrics.base import Curve, ProjectedValue, Quantile
from cxdata.questions import ALL_GRAINS, Query, period_end, period_start, starts_between
from cxdata.settings import Settings
from tests.conftest import moment, question

DAYS = ("2025-12-31", "2026-01-01", "2026-01-05", "2026-04-06")
TICKETS = "ticket_id,created_at,status,team,channel,priority,agent\n" + "".join(
    f"{n},{day} 10:00,open,{team},email,high,Kim\n"
    for n, (day, team) in enumerate(zip(DAYS, ("A", "A", "", "B"), strict=True))
)


def d(text: str) -> date:
    return date.fromisoformat(text)


# --- grains

STARTS = {
    "year": [("2025-01-01", 1), ("2026-01-01", 3)],
    "quarter": [("2025-10-01", 1), ("2026-01-01", 2), ("2026-04-01", 1)],
    "month": [("2025-12-01", 1), ("2026-01-01", 2), ("2026-02-01", 0), ("2026-03-01", 0), ("2026-04-01", 1)],
    "week": [("2025-12-29", 2), ("2026-01-05", 1), *[(str(d("2026-01-12") + timedelta(7 * n)), 0) for n in range(12)], ("2026-04-06", 1)],
    "day": [("2025-12-31", 1), ("2026-01-01", 1), ("2026-01-02", 0), ("2026-01-03", 0), ("2026-01-04", 0), ("2026-01-05", 1)],
}  # fmt: skip


@pytest.mark.parametrize("grain", STARTS)
def test_periods_without_rows_are_there_too(load, table, grain):
    load(TICKETS)
    options = {"end": "2026-01-06"} if grain == "day" else {}
    assert table("tickets_created", grain=grain, **options) == [(d(day), n, n) for day, n in STARTS[grain]]


def test_a_rate_of_a_period_without_rows_is_none(load, table):
    load(TICKETS)
    assert table("resolution_rate", grain="quarter") == [
        (d("2025-10-01"), 0, 1), (d("2026-01-01"), 0, 2), (d("2026-04-01"), 0, 1),
    ]  # fmt: skip
    assert table("resolution_rate", grain="month")[2] == (d("2026-02-01"), None, 0)


def test_a_series_begins_and_ends_with_the_chosen_period(load, table):
    load(TICKETS)
    found = table("tickets_created", grain="month", start="2025-11-15", end="2026-02-15")
    assert found == [(d("2025-11-01"), 0, 0), (d("2025-12-01"), 1, 1), (d("2026-01-01"), 2, 2), (d("2026-02-01"), 0, 0)]


def test_groups_have_the_same_periods(load, table):
    load(TICKETS)
    assert table("tickets_created", grain="quarter", by=("team",)) == [
        (d("2025-10-01"), "A", 1, 1), (d("2025-10-01"), "B", 0, 0), (d("2025-10-01"), None, 0, 0),
        (d("2026-01-01"), "A", 1, 1), (d("2026-01-01"), "B", 0, 0), (d("2026-01-01"), None, 1, 1),
        (d("2026-04-01"), "A", 0, 0), (d("2026-04-01"), "B", 1, 1), (d("2026-04-01"), None, 0, 0),
    ]  # fmt: skip


def test_by_two_dimensions_and_by_hour_and_weekday(load, table):
    load(TICKETS)
    assert table("tickets_created", by=("team", "channel")) == [
        ("A", "email", 2, 2), ("B", "email", 1, 1), (None, "email", 1, 1),
    ]  # fmt: skip
    assert table("tickets_created", by=("weekday",)) == [(1, 2, 2), (3, 1, 1), (4, 1, 1)]
    assert table("tickets_created", by=("hour",)) == [(10, 4, 4)]


@pytest.mark.parametrize("grain", [grain for grain in ALL_GRAINS if grain != "total"])
def test_every_day_is_in_one_period(grain):
    day = d("2023-12-25")
    while day < d("2025-01-10"):
        start = period_start(day, grain)
        assert start <= day < period_end(start, grain)
        assert period_start(start, grain) == start
        assert starts_between(day, day + timedelta(1), grain) == [start]
        day += timedelta(1)


# --- partial periods


@pytest.mark.parametrize(
    ("as_of", "options", "partial"),
    [
        ("2026-04-06 12:00", {}, {"2026-04-01"}),
        ("2026-05-01", {}, set()),
        ("2026-05-01", {"start": "2025-12-10"}, {"2025-12-01"}),
        ("2026-05-01", {"end": "2026-03-10"}, {"2026-03-01"}),
        ("2026-02-10", {"start": "2025-12-10", "end": "2026-03-01"}, {"2025-12-01", "2026-02-01"}),
        ("2026-01-31 23:59", {"end": "2026-02-01"}, {"2026-01-01"}),  # the last day is not over
        ("2026-02-01", {"end": "2026-02-01"}, set()),
    ],
)
def test_partial_months(store, load, as_of, options, partial):
    load(TICKETS)
    rows = question(store, "tickets_created", grain="month", as_of=as_of, **options).rows
    assert {str(row.period) for row in rows.itertuples() if row.partial} == partial


@pytest.mark.parametrize(
    ("as_of", "partial"), [("2026-03-31 23:59", True), ("2026-04-01", False), ("2026-06-01", False)]
)
def test_a_total_is_partial_where_as_of_cuts_it(store, load, as_of, partial):
    load(TICKETS)
    options = {"start": "2026-01-01", "end": "2026-04-01", "as_of": as_of}
    assert bool(question(store, "tickets_created", **options).one("tickets_created").partial) is partial
    assert not question(store, "tickets_created", as_of=as_of).one("tickets_created").partial


# --- periods


@pytest.mark.parametrize(
    ("period", "previous", "year_before"),
    [
        (("2026-03-01", "2026-04-01"), ("2026-02-01", "2026-03-01"), ("2025-03-01", "2025-04-01")),
        (("2026-01-01", "2026-07-01"), ("2025-07-01", "2026-01-01"), ("2025-01-01", "2025-07-01")),
        (("2026-01-01", "2027-01-01"), ("2025-01-01", "2026-01-01"), ("2025-01-01", "2026-01-01")),
        (("2026-03-10", "2026-03-20"), ("2026-02-28", "2026-03-10"), ("2025-03-10", "2025-03-20")),
        (("2024-02-29", "2024-03-01"), ("2024-02-28", "2024-02-29"), ("2023-02-28", "2023-03-01")),
    ],
)
def test_periods_before(period, previous, year_before):
    asked = Period(*map(d, period))
    assert asked.previous() == Period(*map(d, previous))
    assert asked.year_before() == Period(*map(d, year_before))


@pytest.mark.parametrize(
    ("until", "now", "before"),
    [
        ("2026-05-01", ("2026-03-01", "2026-04-01"), ("2026-02-01", "2026-03-01")),  # over
        ("2026-03-11", ("2026-03-01", "2026-03-11"), ("2026-02-01", "2026-02-11")),  # to date
        ("2026-03-31", ("2026-03-01", "2026-03-31"), ("2026-02-01", "2026-03-01")),  # February is shorter
        ("2026-03-01", ("2026-03-01", "2026-03-02"), ("2026-02-01", "2026-02-02")),  # no day is over: the first
        ("2026-02-01", ("2026-03-01", "2026-03-02"), ("2026-02-01", "2026-02-02")),
    ],
)
def test_like_is_compared_with_like(until, now, before):
    march = Period(d("2026-03-01"), d("2026-04-01"))
    assert march.cut(d(until)) == (Period(*map(d, now)), Period(*map(d, before)))


def test_a_period_cannot_end_before_it_starts():
    with pytest.raises(CxError, match=r"The period ends \(2026-01-01\) before it starts \(2026-02-01\)."):
        Period(d("2026-02-01"), d("2026-01-01"))
    with pytest.raises(CxError, match="A comparison needs a period with a first and a last day"):
        Period().previous()


def test_months():
    assert add_months(d("2026-01-31"), 1) == d("2026-02-28")
    assert add_months(d("2024-01-31"), 1) == d("2024-02-29")
    assert add_months(d("2026-01-15"), -13) == d("2024-12-15")
    assert (whole_months(d("2026-01-01"), d("2026-04-01")), whole_months(d("2026-01-02"), d("2026-04-01"))) == (3, 0)


# --- filters


@pytest.mark.parametrize("entry", FILTERS, ids=lambda entry: entry.name)
def test_every_filter_and_no_value(sample, entry):
    name = "tickets_created" if "ticket_facts" in entry.facts else "new_customers"
    every = dict(question(sample, name, by=(entry.name,)).rows[[entry.name, "value"]].itertuples(index=False))
    assert every
    for value, count in every.items():
        chosen = NOTHING if value is None or value != value else value
        assert question(sample, name, **{entry.name: (chosen,)}).one(name).value == count
    values = tuple(NOTHING if value is None or value != value else value for value in every)
    assert question(sample, name, **{entry.name: values}).one(name).value == sum(every.values())
    assert question(sample, name, **{entry.name: ()}).one(name).value == sum(every.values())
    assert question(sample, name, **{entry.name: ("nobody",)}).one(name).value == 0


def test_two_filters_hold_together(load, ask):
    load(TICKETS)
    assert ask("tickets_created", team=("A", "B"), channel=("email",)) == {"tickets_created": 3}
    assert ask("tickets_created", team=("A",), channel=("phone",)) == {"tickets_created": 0}
    assert ask("tickets_created", team=("A", NOTHING)) == {"tickets_created": 3}


def test_a_filter_that_rows_do_not_have_is_named(sample):
    answer = question(sample, "active_customers", "tickets_created", channel=("email",))
    assert answer.ignored == {"active_customers": ("channel",)}


def test_words_are_never_sql(store, load, ask):
    hostile = ["O'Brien", "x') or true --", "$as_of_s", ":until", "\\", '"', "%", "–x"]
    load(
        "ticket_id,created_at,status,team\n"
        + "".join(
            f'{n},2026-01-05 10:00,open,"{word.replace(chr(34), chr(34) * 2)}"\n' for n, word in enumerate(hostile)
        )
    )
    for word in hostile:
        assert ask("tickets_created", team=(word,)) == {"tickets_created": 1}


# --- what does not exist


def said(make) -> str:
    with pytest.raises(CxError) as problem:
        make()
    return str(problem.value)


def test_unknown_names_suggest_the_nearest():
    assert (
        said(lambda: Query(("ticket_created",)))
        == 'There is no metric "ticket_created". Did you mean "tickets_created"?'
    )
    assert said(lambda: Query(("nps",), by=("taem",))) == 'There is no dimension "taem". Did you mean "team"?'
    assert said(lambda: Query(("nps",), grain="monthly")) == 'There is no grain "monthly". Did you mean "month"?'
    assert said(lambda: Filters(values={"chanel": ("x",)})) == 'There is no dimension "chanel". Did you mean "channel"?'
    with pytest.raises(UnknownName):
        Filters(values={"agent": ("Kim",)})


@pytest.mark.parametrize("entry", ALL, ids=lambda entry: entry.name)
def test_every_dimension_is_answered_or_refused(sample, entry):
    for one in DIMENSIONS:
        ask = lambda one=one: question(sample, entry.name, by=(one.name,), start="2026-10-01")  # noqa: E731
        if entry.table in one.facts:
            assert one.name in ask().rows.columns
        else:
            assert said(ask) == f"{entry.name} cannot be split by {one.name}: its rows do not have it."


def test_dimensions_are_columns_of_their_facts(sample):
    for entry in DIMENSIONS:
        for table in entry.facts:
            time = {
                "ticket_facts": "created",
                "survey_facts": "answered",
                "review_facts": "handled",
                "customer_facts": "started",
                "purchase_facts": "purchased",
                "follow_up_facts": "arose",
            }[table]
            sample.query(f"select {dimension(entry.name).column(time)} from {table} limit 1")


def test_distinct_values_are_the_most_used_first(store, load):
    load(TICKETS)
    assert queries.distinct_values(DuckDBEngine(store), "team") == ["A", "B"]


# --- comparison


def compared(store, *names: str, start: str, end: str, as_of: str | None = None, before=None, **values):
    query = Query(names, filters=Filters(Period(d(start), d(end)), values))
    return comparison.compare(DuckDBEngine(store), query, moment(store, as_of), before)


def waits(before: list[int], now: list[int]) -> str:
    """Tickets of February and of March 2026 that waited so many minutes."""
    rows = [
        (f"{month}{n}", month, minutes) for month, found in ((2, before), (3, now)) for n, minutes in enumerate(found)
    ]
    return "ticket_id,created_at,first_response_s,status\n" + "".join(
        f"{key},2026-0{month}-02 10:00,{minutes * 60},open\n" for key, month, minutes in rows
    )


@pytest.mark.parametrize(
    ("before", "now", "verdict"),
    [
        ([60] * 10 + [70], [10] * 10 + [20], "better"),
        ([10] * 10 + [20], [60] * 10 + [70], "worse"),
        ([10, 20, 30, 40, 50, 60], [12, 22, 28, 41, 49, 61], "none"),
        ([10, 20, 30, 40], [60, 70, 80, 90, 95], ""),  # fewer than the minimum
        ([], [60, 70, 80, 90, 95], ""),
    ],
)
def test_verdicts_of_durations(store, load, before, now, verdict):
    load(waits(before, now))
    found = compared(store, "first_response_time", start="2026-03-01", end="2026-04-01", as_of="2026-05-01")[
        "first_response_time"
    ]
    assert found.verdict == verdict
    assert (found.n, found.before_n) == (len(now), len(before))
    if before:
        assert found.change == pytest.approx(np.median(now) / np.median(before) - 1)
        if verdict:
            expected = stats.mannwhitneyu(now, before, alternative="two-sided", method="asymptotic").pvalue
            assert found.p == pytest.approx(expected, rel=1e-9)
    else:
        assert np.isnan(found.change)


def nps(before: list[int], now: list[int]) -> str:
    rows = [(f"{month}{n}", month, score) for month, found in ((2, before), (3, now)) for n, score in enumerate(found)]
    return "response_id,answered_at,nps\n" + "".join(f"{key},2026-0{month}-02,{score}\n" for key, month, score in rows)


@pytest.mark.parametrize(
    ("before", "now", "verdict"),
    [
        ([0] * 20 + [9], [10] * 20 + [0], "better"),
        ([10] * 20, [0] * 20, "worse"),
        ([10, 9, 8, 7, 0, 3], [10, 9, 8, 7, 0, 9], "none"),
        ([10] * 20, [0] * 4, ""),
    ],
)
def test_verdicts_of_scores(store, load, before, now, verdict):
    load(nps(before, now))
    found = compared(store, "nps", start="2026-03-01", end="2026-04-01", as_of="2026-05-01")["nps"]
    assert found.verdict == verdict
    assert found.change == pytest.approx(found.value - found.before)
    assert (found.difference_low > 0 or found.difference_high < 0) == (verdict in ("better", "worse")) or verdict == ""


def test_a_metric_that_is_neither_good_nor_bad_has_no_verdict(store, load):
    load(TICKETS)
    found = compared(store, "tickets_created", start="2026-01-01", end="2026-02-01", as_of="2026-05-01")[
        "tickets_created"
    ]
    assert (found.verdict, found.value, found.before, found.change) == ("", 2, 1, 1)


def test_no_change_from_zero_or_from_nothing(store, load):
    load(TICKETS)
    found = compared(store, "tickets_created", "nps", start="2026-04-01", end="2026-05-01", as_of="2026-05-01")
    assert np.isnan(found["tickets_created"].change)
    assert np.isnan(found["nps"].change)
    assert found["nps"].verdict == ""


def test_a_period_that_as_of_cuts_is_compared_to_date(store, load):
    load(waits([10] * 6, [20] * 6))
    found = compared(store, "tickets_created", start="2026-03-01", end="2026-04-01", as_of="2026-03-10 15:00")[
        "tickets_created"
    ]
    assert (found.period, found.before_period) == (
        Period(d("2026-03-01"), d("2026-03-10")), Period(d("2026-02-01"), d("2026-02-10")),
    )  # fmt: skip
    year = compared(
        store, "tickets_created", start="2026-03-01", end="2026-04-01", as_of="2026-03-10 15:00",
        before=Period(d("2025-03-01"), d("2025-04-01")),
    )["tickets_created"]  # fmt: skip
    assert year.before_period == Period(d("2025-03-01"), d("2025-03-10"))


@pytest.mark.parametrize(
    "entry", [entry for entry in ALL if not isinstance(entry.measure, Curve)], ids=lambda entry: entry.name
)
def test_every_metric_can_be_compared(sample, entry):
    found = compared(sample, entry.name, start="2026-03-01", end="2026-06-01")[entry.name]
    alone = [
        question(sample, entry.name, start=a, end=b).one(entry.name)
        for a, b in (("2026-03-01", "2026-06-01"), ("2025-12-01", "2026-03-01"))
    ]
    assert [found.value, found.before] == pytest.approx([row.value for row in alone], nan_ok=True)
    assert found.verdict in (("better", "worse", "none", "") if entry.better else ("",))
    if isinstance(entry.measure, ProjectedValue):
        assert found.verdict == "none" or np.isnan(found.low)
    if entry.is_rate and not np.isnan(found.change):
        assert found.change == pytest.approx(found.value - found.before)
        assert np.isnan(found.difference_low) or found.difference_low <= found.change <= found.difference_high


@pytest.mark.parametrize(
    "entry", [entry for entry in ALL if isinstance(entry.measure, Quantile)], ids=lambda entry: entry.name
)
def test_mann_whitney_is_that_of_scipy(sample, entry):
    """On the steps of about 2 % to the last digit; so near to that on seconds that no verdict turns on it."""
    found = compared(sample, entry.name, start="2026-04-01", end="2026-05-01")[entry.name]
    duration = entry.measure.duration
    frames = [
        sample.query(
            f"select {duration}_calendar_s as s, {duration}_calendar_step as step from {entry.facts} "
            f"where {entry.time}_on >= $start and {entry.time}_on < $end and {duration}_calendar_s is not null",
            start=d(start), end=d(end),
        ).to_pandas()
        for start, end in (("2026-04-01", "2026-05-01"), ("2026-03-01", "2026-04-01"))
    ]  # fmt: skip
    on_steps, on_seconds = (
        stats.mannwhitneyu(*(frame[column] for frame in frames), method="asymptotic").pvalue for column in ("step", "s")
    )
    assert found.p == pytest.approx(on_steps, rel=1e-6)
    assert found.p == pytest.approx(on_seconds, rel=0.05, abs=0.002)


def test_the_minimum_n_is_a_setting(store, load):
    load(waits([60] * 10, [10] * 10))
    store.save_settings(replace(Settings(), minimum_n=11))
    found = compared(store, "first_response_time", start="2026-03-01", end="2026-04-01", as_of="2026-05-01")[
        "first_response_time"
    ]
    assert found.verdict == ""


@pytest.mark.parametrize("grain", ["day", "week", "month", "quarter", "year"])
@pytest.mark.parametrize("name", ["backlog", "churn_rate", "active_customers", "repeat_customer_rate"])
def test_a_period_after_the_data_has_no_rows(sample, name, grain):
    filters = Filters(Period(d("2030-01-01"), d("2030-06-01")))
    assert len(queries.ask(DuckDBEngine(sample), Query((name,), grain, filters=filters), moment(sample)).rows) == 0
