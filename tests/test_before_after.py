"""Before and after an event: which days, which numbers, and what else changed at the same time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cxdata import before_after
from cxdata.before_after import Reading, comparable
from cxdata.engine import DuckDBEngine
from cxdata.events import Event
from cxdata.metrics import ALL
from tests.conftest import moment

DAY = date(2026, 3, 2)  # a Monday


def tickets(
    days: range, a_day: int = 2, *, slow: int = 1, first: int = 0, team: str = "Noord", channel: str = "email"
) -> str:
    """Rows of tickets on days around DAY, a few a day, answered within `slow` hours."""
    lines = []
    for day in days:
        for number in range(a_day):
            at = f"{DAY + timedelta(days=day)}"
            key = f"{first}-{day}-{number}-{team}"
            lines.append(f"{key},{at} 09:00,{at} {9 + slow:02}:0{number % 10},{team},{channel},normal\n")
    return "".join(lines)


HEADER = "ticket_id,created_at,first_response_at,team,channel,priority\n"


def on(day: int = 0, end: int | None = None, number: int = 1, **more) -> Event:
    last = None if end is None else DAY + timedelta(days=end)
    return Event(number, f"Event {number}", "launch", DAY + timedelta(days=day), last, **more)


def read(store, event: Event, *others: Event) -> Reading:
    return before_after.reading(DuckDBEngine(store), event, others, moment(store))


def days(found: Reading) -> list[tuple]:
    """(first day, day after the last) before and after, counted from DAY."""
    return [
        tuple((end - DAY).days for end in (part.before.start, part.before.end, part.after.start, part.after.end))
        for part in found.parts
    ]


# --- which days ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "event", "expected", "cut"),
    [
        (-200, 200, on(), (-84, 0, 0, 84), ""),
        (-200, 200, on(0, 9), (-84, 0, 10, 94), ""),
        (-200, 30, on(), (-28, 0, 0, 28), "; no more, because the last whole day of the data is 30 Mar 2026."),
        (-16, 200, on(), (-14, 0, 0, 14), "; no more, because the data begins on 14 Feb 2026."),
        (-200, 15, on(), (-14, 0, 0, 14), "; no more"),
    ],
)
def test_whole_weeks_on_both_sides_cut_at_the_data(store, load, first, last, event, expected, cut):
    load(HEADER + tickets(range(first, last), 1))
    found = read(store, event)
    assert days(found) == [expected]
    said = before_after.sentence(found.parts[0])
    assert said.startswith(f"{(expected[3] - expected[2]) // 7} whole weeks before (")
    assert cut in said
    assert found.unread == ()


@pytest.mark.parametrize(
    ("first", "last", "event", "said"),
    [
        (
            -100,
            13,
            on(),
            "It is too early: the last whole day of the data is 13 Mar 2026, which gives 12 days after it. A reading needs 14.",
        ),
        (-100, 30, on(0, 40), "It is too early: the last whole day of the data is 30 Mar 2026."),
        (-100, 30, on(90), "It is too early: the last whole day of the data is 30 Mar 2026."),
        (
            -9,
            100,
            on(),
            "There is too little before it: the data begins on 21 Feb 2026, which gives 9 days. A reading needs 14.",
        ),
        (5, 100, on(), "There is nothing before it: the data begins on 7 Mar 2026."),
        (-50, 50, on(team="Atlantis"), "The data has no rows of team Atlantis: nothing can be compared."),
    ],
)
def test_too_few_days_are_a_sentence(store, load, first, last, event, said):
    load(HEADER + tickets(range(first, last), 1))
    found = read(store, event)
    assert (found.parts, found.unread, found.warnings) == ((), (said,), ())


def test_each_table_has_the_days_of_its_own_rows(store, load):
    load(HEADER + tickets(range(-200, 60), 1))
    answers = "".join(f"{day},{DAY + timedelta(days=day)},{day % 11}\n" for day in range(-5, 60))
    load(f"ID,Survey date,NPS\n{answers}", name="nps.csv")
    found = read(store, on())
    assert "ticket_facts" in found.parts[0].tables
    assert any(text.startswith("Surveys") and "too little before it" in text for text in found.unread)
    assert "nps" not in {one.metric for one in found.found}


# --- which numbers ------------------------------------------------------------------------------------------


def test_the_days_of_a_range_are_in_neither_side(store, load):
    load(HEADER + tickets(range(-28, 0)) + tickets(range(7), 9, slow=5) + tickets(range(7, 36), 4, slow=3))
    found = {one.metric: one for one in read(store, on(0, 6)).found}
    created, wait = found["tickets_created"], found["first_response_time"]
    assert (created.before, created.value) == (28 * 2, 28 * 4)
    assert (wait.before_n, wait.n, wait.verdict) == (56, 112, "worse")
    assert (wait.before, wait.value) == (3600 + 30, 3 * 3600 + 90)


def test_an_event_of_a_team_is_read_on_its_rows(store, load):
    load(HEADER + tickets(range(-30, 30), team="Noord") + tickets(range(-30, 30), 5, team="Zuid"))
    found = {one.metric: one for one in read(store, on(team="Noord")).found}
    assert found["tickets_created"].value == 56


def test_all_metrics_that_can_be_compared_are_and_no_others():
    left_out = {entry.name for entry in ALL} - {entry.name for entry in comparable()}
    assert left_out == {
        "survival", "cohort_retention", "second_purchase_cohorts", "lifetime_value_projected", "resolution_rate",
        "follow_up_rate", "self_service_rate", "second_purchase_rate",
    }  # fmt: skip


def test_the_sample_tells_its_story(sample):
    events = {kept.event.name: kept.event for kept in sample.events()}

    def verdicts(name: str) -> dict[str, str]:
        found = before_after.reading(DuckDBEngine(sample), events[name], events.values(), sample.moment())
        return {one.metric: one.verdict for one in found.found}

    launch, price, training = (verdicts(name) for name in ("Lancering Lumio Thuis", "Prijsverhoging", "Training Zuid"))
    assert launch["first_response_time"] == launch["sla"] == "worse"
    assert price["churn_rate"] == price["nps"] == "worse"
    assert training["reopen_rate"] == training["first_contact_resolution"] == "better"
    assert read_rows(sample, events["Lancering Lumio Thuis"])[0]["after_from"] == date(2026, 3, 16)


def read_rows(store, event: Event) -> list[dict]:
    return before_after.rows(read(store, event))


# --- what else changed --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (on(10, number=2), ["Another event in these days: Event 2, 12 Mar 2026."]),
        (on(-20, -15, number=2), ["Another event in these days: Event 2, 10 Feb – 15 Feb 2026."]),
        (on(10, number=2, team="Noord"), ["Another event in these days: Event 2 (Noord), 12 Mar 2026."]),
        (on(10, number=2, team="Zuid"), []),
        (on(40, number=2), []),
        (on(), []),
    ],
)
def test_another_event_in_the_days_is_a_warning(store, load, other, said):
    load(HEADER + tickets(range(-28, 28)))
    assert list(read(store, on(team="Noord"), other).warnings) == said


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (4, 6, ["50% more new tickets came in: 168, was 112."]),
        (6, 4, ["33% fewer new tickets came in: 112, was 168."]),
        (4, 5, []),
    ],
)
def test_another_volume_is_a_warning(store, load, before, after, said):
    load(HEADER + tickets(range(-28, 0), before) + tickets(range(29), after))
    assert list(read(store, on()).warnings) == said


def test_more_by_chance_is_none(store, load):
    load(HEADER + tickets(range(-28, 0, 7), 1) + tickets(range(0, 28, 5), 1) + tickets(range(27, 28), 1, first=1))
    assert read(store, on()).warnings == ()


def test_another_mix_is_a_warning(store, load):
    some = [tickets(days, first=1, channel="email") + tickets(days, k, first=2, channel="chat")
            for days, k in ((range(-28, 0), 2), (range(28), 2))]  # fmt: skip
    load(HEADER + "".join(some))
    assert read(store, on()).warnings == ()
    load(HEADER + tickets(range(28), 2, first=1, channel="whatsapp"))  # the same tickets, filed elsewhere
    (said,) = read(store, on()).warnings
    assert said == "Another mix of channels among the new tickets: E-mail from 50% to 0%; WhatsApp from 0% to 50%."


def test_a_help_desk_that_begins_in_these_days_is_a_warning(store, load):
    load(HEADER + tickets(range(-28, 28), 4))
    other = "Ticket ID,Subject,Status,Priority,Source,Type,Agent,Group,Created time\n"
    load(
        other
        + "".join(f"{day},x,Open,Low,Email,,,Noord,{DAY + timedelta(days=day)} 10:00:00\n" for day in range(3, 28)),
        name="fd.csv",
        source="freshdesk",
    )
    assert any("begin in these days, on 5 Mar 2026" in text for text in read(store, on()).warnings)
