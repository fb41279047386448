"""What is derived from the rows: clocks, SLA outcomes, what a file does not know, and what rows take from each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from importlib import import_module
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from cxdata import calendars
from cxdata.engine import DuckDBEngine
from cxdata.errors import CxError
from cxdata.facts import policy_for, stage_of
from cxdata.metrics.tickets import BREACHED, FIRST, LAST, running
from cxdata.settings import DEFAULT_POLICIES, HOUR, Policy, Settings
from cxdata.store import stored_columns
from tests.conftest import current, moment, question

base, of_tickets = import_module("cxdata.facts.base"), import_module("cxdata.facts.tickets")

HEADER = "ticket_id,created_at,first_response_at,resolved_at,status,priority,team,channel\n"


def facts(store, columns: str, table: str = "ticket_facts") -> list[tuple]:
    return [tuple(row.values()) for row in store.query(f"select {columns} from {table} order by key").to_pylist()]


def seconds(local: str, zone: str = "Europe/Amsterdam") -> int:
    return int(datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).timestamp())


# --- the business clock

GOLDEN = [
    ("2026-03-27 16:00", "2026-03-30 10:00", (), 2.0),  # the clocks changed on the 29th
    ("2026-04-02 16:30", "2026-04-07 09:30", (), 1.0),  # Good Friday and Easter Monday
    ("2026-04-02 16:30", "2026-04-07 09:30", ("2026-04-03",), 9.0),
    ("2026-05-02 11:00", "2026-05-03 23:00", (), 0.0),
    ("2026-05-04 08:00", "2026-05-04 18:00", (), 8.0),
]


@pytest.mark.parametrize(("created", "resolved", "worked_on", "hours"), GOLDEN)
def test_golden_business_time(store, load, created, resolved, worked_on, hours):
    store.save_settings(Settings(holidays_removed=worked_on))
    load(HEADER + f"1,{created},{resolved},{resolved},closed,,,\n")
    elapsed = seconds(resolved) - seconds(created)
    assert facts(
        store, "first_response_business_s, resolution_business_s, first_response_calendar_s, resolution_calendar_s"
    ) == [(hours * 3600, hours * 3600, elapsed, elapsed)]


@pytest.mark.parametrize("zone", ["Europe/Amsterdam", "America/New_York", "Asia/Kolkata"])
def test_sql_and_calendars_agree(store, load, zone):
    chosen = Settings(
        zone=zone,
        hours=(
            ("00:00", "24:00"),
            ("08:30", "17:15"),
            ("09:00", "17:00"),
            None,
            ("07:00", "23:00"),
            ("10:00", "12:00"),
            None,
        ),
    )
    store.save_settings(chosen)
    start = datetime(2026, 3, 1, 1, 7)
    rows = [(start + timedelta(hours=31 * n), timedelta(hours=(53 * n) % 400, minutes=n)) for n in range(200)]
    load(
        HEADER
        + "".join(
            f"{n:03},{a:%Y-%m-%d %H:%M},,{a + lasted:%Y-%m-%d %H:%M},closed,,,\n" for n, (a, lasted) in enumerate(rows)
        )
    )
    for created, resolved, calendar, business in facts(
        store, "created_s, resolved_at_s, resolution_calendar_s, resolution_business_s"
    ):
        assert (calendar, business) == (
            resolved - created,
            calendars.business_seconds(chosen.opening, created, resolved),
        )


def test_local_periods_are_those_of_the_reporting_zone(store, load):
    load(HEADER + "1,2026-01-01 00:30,,,open,,,\n")
    assert [str(value) for value in facts(store, "created_on, created_week, created_month, created_quarter, created_year, created_hour, created_weekday")[0]] == [
        "2026-01-01", "2025-12-29", "2026-01-01", "2026-01-01", "2026-01-01", "0", "4",
    ]  # fmt: skip
    store.save_settings(replace(store.settings(), zone="UTC"))
    assert [str(value) for value in facts(store, "created_on, created_year, created_hour")[0]] == [
        "2025-12-31",
        "2025-01-01",
        "23",
    ]


# --- SLA

AS_OF = "2026-05-04 12:00"  # a Monday
POLICY = Policy(None, None, None, 2 * HOUR, 4 * HOUR)


@pytest.mark.parametrize(
    ("clock", "created", "answered", "resolved", "first", "last"),
    [
        ("calendar", "2026-05-04 09:00", "2026-05-04 11:00", "", "achieved", "running"),
        ("calendar", "2026-05-04 09:00", "2026-05-04 11:01", "2026-05-04 11:30", "breached", "achieved"),
        ("calendar", "2026-05-04 10:00", "", "", "running", "running"),  # the target passes after 12:00
        ("calendar", "2026-05-04 09:59", "", "", "breached", "running"),
        ("calendar", "2026-05-04 07:00", "", "", "breached", "breached"),
        ("calendar", "2026-05-02 09:00", "2026-05-04 08:00", "", "breached", "breached"),
        ("calendar", "2026-05-04 09:00", "2026-05-04 12:30", "2026-05-04 13:30", "breached", "running"),  # not yet
        ("calendar", "2026-05-04 11:00", "2026-05-04 10:00", "2026-05-04 10:00", "none", "none"),  # a data error
        ("business", "2026-05-02 09:00", "2026-05-04 11:00", "", "achieved", "running"),  # Saturday
        ("business", "2026-05-02 09:00", "2026-05-04 11:01", "", "breached", "running"),
        ("business", "2026-05-01 16:00", "", "", "breached", "running"),  # 1 h on Friday, 3 h on Monday
        ("business", "2026-05-01 15:59", "", "", "breached", "breached"),
        ("business", "2026-05-04 10:00", "", "", "running", "running"),
    ],
)
def test_outcomes(store, load, clock, created, answered, resolved, first, last):
    store.save_settings(Settings(policies=(replace(POLICY, clock=clock),)))
    load(HEADER + f"1,{created},{answered},{resolved},open,,,\n2,2026-05-04 12:00,,,open,,,\n")
    assert outcome(store, "first_response", FIRST) == first
    assert outcome(store, "resolution", LAST) == last


def outcome(store, target: str, conditions: tuple[str, str], as_of: str = AS_OF) -> str:
    """The one word for ticket 1; the conditions exclude each other."""
    achieved, breached, *_words = conditions
    assert breached == BREACHED[target]
    sql = f"select {achieved} as achieved, {breached} as breached, {running(target)} as running from ticket_facts where key = '1'"
    row = DuckDBEngine(store).query(sql, **moment(store, as_of).params()).to_pylist()[0]
    true = [word for word, holds in row.items() if holds]
    assert len(true) <= 1
    return true[0] if true else "none"


def test_a_target_is_running_until_it_has_passed(store, load):
    store.save_settings(Settings(policies=(POLICY,)))
    load(HEADER + "1,2026-05-04 10:00,,,open,,,\n")
    assert outcome(store, "first_response", FIRST, "2026-05-04 12:00") == "running"
    assert outcome(store, "first_response", FIRST, "2026-05-04 12:00:01") == "breached"


def test_the_first_policy_that_matches_holds():
    policies = (
        Policy("urgent", "A", None, 1, 1),
        Policy("urgent", None, "phone", 2, 2),
        Policy(None, "A", None, 3, 3),
        Policy("normal", None, None, 4, 4),
    )
    asked = product(("urgent", "normal", None), ("A", "B", None), ("phone", "email"))
    found = {one: policy_for(policies, *one).first_response_s for one in asked}
    assert found == {
        ("urgent", "A", "phone"): 1, ("urgent", "A", "email"): 1, ("urgent", "B", "phone"): 2, ("urgent", "B", "email"): None,
        ("urgent", None, "phone"): 2, ("urgent", None, "email"): None, ("normal", "A", "phone"): 3, ("normal", "A", "email"): 3,
        ("normal", "B", "phone"): 4, ("normal", "B", "email"): 4, ("normal", None, "phone"): 4, ("normal", None, "email"): 4,
        (None, "A", "phone"): 3, (None, "A", "email"): 3, (None, "B", "phone"): 4, (None, "B", "email"): 4,
        (None, None, "phone"): 4, (None, None, "email"): 4,
    }  # fmt: skip


def test_targets_of_the_default_policies(store, load):
    load(
        HEADER
        + "".join(
            f"{n},2026-05-04 10:00,,,open,{word},,\n" for n, word in enumerate(("Urgent", "High", "Normal", "Low", ""))
        )
    )
    hours = [(1, 8), (4, 24), (8, 72), (24, 120), (8, 72)]  # no priority counts as normal
    assert facts(store, "first_response_target_s, resolution_target_s") == [(a * HOUR, b * HOUR) for a, b in hours]
    assert {policy.clock for policy in DEFAULT_POLICIES} == {"calendar"}


def test_no_policy_no_outcome(store, load, ask):
    store.save_settings(Settings(policies=(Policy("urgent", None, None, HOUR, HOUR),)))
    load(
        HEADER + "1,2026-05-04 10:00,2026-05-04 11:00,2026-05-04 11:00,closed,low,,\n2,2026-05-01 10:00,,,open,low,,\n"
    )
    assert ask("sla", "unanswered_rate") == {"sla": None, "unanswered_rate": 0.5}  # 24 h where no policy applies


def test_a_tools_own_outcome_is_taken_where_the_user_says_so(store, load, ask):
    text = (
        "Ticket ID,Subject,Status,Priority,Source,Created time,Resolved time,Initial response time,Resolution status,First response status\n"
        "1,a,Closed,Low,Email,2026-05-04 10:00:00,2026-05-04 11:00:00,2026-05-04 10:30:00,SLA Violated,Within SLA\n"
        "2,b,Closed,Low,Email,2026-05-04 10:00:00,2026-05-04 11:00:00,2026-05-04 10:30:00,Within SLA,Within SLA\n"
    )
    load(text)
    assert ask("sla_first_response", "sla_resolution") == {"sla_first_response": 1, "sla_resolution": 1}
    load(text, trust_sla=True)
    assert ask("sla_first_response", "sla_resolution") == {"sla_first_response": 1, "sla_resolution": 0.5}


# --- what a file does not know


def test_a_file_without_first_responses_says_nothing_of_them(load, ask):
    load(
        "ticket_id,created_at,resolved_at,status\n1,2026-01-05 10:00,2026-01-06 10:00,closed\n2,2026-01-05 10:00,,open\n9,2026-03-01 10:00,,open\n"
    )
    names = ("sla_first_response", "unanswered_rate", "first_response_time")
    assert ask(*names) == dict.fromkeys(names)
    assert ask("sla", "sla_resolution") == {"sla": 0.5, "sla_resolution": 0.5}


def test_a_file_without_resolutions_says_nothing_of_them(load, ask):
    load(
        "ticket_id,created_at,first_response_at,status\n1,2026-01-05 10:00,2026-01-05 11:00,closed\n2,2026-01-05 10:00,,open\n9,2026-03-01 10:00,,open\n"
    )
    assert ask("sla_resolution", "resolution_time", "backlog", "resolution_rate", "sla_first_response") == {
        "sla_resolution": None, "resolution_time": None, "backlog": 2, "resolution_rate": 1 / 3, "sla_first_response": 0.5,
    }  # fmt: skip


def test_a_file_with_neither_status_nor_resolution_says_nothing_of_open_work(load, ask):
    load("ticket_id,created_at,priority\n1,2026-01-05 10:00,high\n2,2026-02-05 10:00,low\n")
    assert ask("tickets_created", "backlog", "resolution_rate", "sla", "unanswered_rate") == {
        "tickets_created": 2, "backlog": 0, "resolution_rate": None, "sla": None, "unanswered_rate": None,
    }  # fmt: skip


def test_two_files_of_which_one_knows(load, ask):
    load("ticket_id,created_at,resolved_at,status\n1,2026-01-05 10:00,2026-01-06 10:00,closed\n", name="a.csv")
    load("number,opened_at,state\n1,2026-01-05 10:00,New\n", name="b.csv")
    load(
        "Ticket ID,Created time,Initial response time,Status,Source,Resolved time,Resolution status\n1,2026-01-05 10:00,2026-01-05 11:00,Closed,Email,,\n",
        name="c.csv",
    )
    assert ask("tickets_created", "sla_first_response", "unanswered_rate") == {
        "tickets_created": 3, "sla_first_response": 1, "unanswered_rate": 0,
    }  # fmt: skip


def test_deleted_and_spam_are_nowhere(store, load, ask):
    load(HEADER + "1,2026-01-05 10:00,,,deleted,,A,\n2,2026-01-05 10:00,,,spam,,A,\n3,2026-01-05 10:00,,,open,,A,\n")
    assert facts(store, "key") == [("3",)]
    load("answered_at,nps,ticket_id\n2026-01-06,9,1\n")
    assert facts(store, "team", "survey_facts") == [(None,)]
    assert ask("tickets_created", "backlog", "nps") == {"tickets_created": 1, "backlog": 1, "nps": 100}


# --- durations


def test_waiting_time_comes_off_the_resolution_clock(store, load):
    zendesk = "Summation column,Id,Requester,Created at,Solved at,Status,On hold time in minutes,On hold time in minutes within business hours\n"
    load(zendesk + "1,7,x,2026-05-04 10:00,2026-05-05 10:00,Closed,60,30\n")
    assert facts(store, "resolution_calendar_s, resolution_business_s") == [(23 * HOUR, 7.5 * HOUR)]
    store.save_settings(Settings(subtract_waiting=False))
    assert facts(store, "resolution_calendar_s, resolution_business_s") == [(24 * HOUR, 8 * HOUR)]


def test_waiting_moves_the_deadline(store, load):
    store.save_settings(Settings(policies=(POLICY,)))
    zendesk = "Summation column,Id,Requester,Created at,Solved at,Status,On hold time in minutes\n"
    load(zendesk + "1,1,x,2026-05-04 07:00,,Open,120\n1,2,x,2026-05-04 12:00,,Open,0\n")
    assert outcome(store, "resolution", LAST, "2026-05-04 12:00") == "running"  # 5 h, of which 2 h waiting
    assert outcome(store, "resolution", LAST, "2026-05-04 13:00:01") == "breached"


def test_a_duration_without_an_instant_gives_one(store, load):
    load("ticket_id,created_at,first_response_s,resolution_s,status\n1,2026-05-04 10:00,3600,7200,closed\n")
    created = seconds("2026-05-04 10:00")
    assert facts(store, "first_response_at_s, resolved_at_s, first_response_calendar_s, resolution_business_s") == [
        (created + 3600, created + 7200, 3600, 7200)
    ]


def test_a_business_duration_of_the_tool_is_kept(store, load):
    load(
        "Ticket ID,Status,Source,Created time,Resolved time,Resolution status,First response time (in hrs),Initial response time,Resolution time (in hrs)\n"
        "1,Closed,Email,2026-05-04 10:00:00,2026-05-04 12:00:00,x,00:07:00,2026-05-04 11:00:00,\n"
    )
    assert facts(store, "first_response_calendar_s, first_response_business_s, resolution_business_s") == [
        (3600, 420, 7200)
    ]


def test_negative_durations_are_left_out_and_flagged(store, load, ask):
    load(
        HEADER
        + "1,2026-05-04 10:00,2026-05-04 09:00,2026-05-04 08:00,closed,,,\n"
        + "2,2026-05-04 10:00,2026-05-04 11:00,2026-05-04 12:00,closed,,,\n"
    )
    assert facts(
        store,
        "first_response_negative, resolution_negative, first_response_calendar_s, first_response_business_s, resolution_calendar_s, resolution_business_s",
    ) == [
        (True, True, None, None, None, None),
        (False, False, 3600, 3600, 7200, 7200),
    ]
    assert ask("tickets_resolved", "first_response_time", "resolution_time", "sla", "unanswered_rate") == {
        "tickets_resolved": 2, "first_response_time": 3600, "resolution_time": 7200, "sla": 1, "unanswered_rate": 0,
    }  # fmt: skip


def test_a_negative_duration_of_the_tool_is_none(store, load):
    load("ticket_id,created_at,first_response_s,status\n1,2026-05-04 10:00,-60,open\n2,2026-05-04 10:00,60,open\n")
    assert facts(store, "first_response_calendar_s, first_response_negative") == [(None, True), (60, False)]


@pytest.mark.parametrize(
    ("count_as", "found"),
    [
        ("one_touch", [True, False, False, None]),
        ("freshservice", [True, False, True, None]),
        ("zoho", [True, True, False, None]),
        ("intercom", [True, False, None, None]),
    ],
)
def test_first_contact_resolution_in_four_ways(store, load, count_as, found):
    store.save_settings(Settings(count_as=count_as))
    load(
        "ticket_id,created_at,status,agent_replies,customer_messages,teammates,reopens\n"
        "1,2026-05-04 10:00,closed,1,1,1,0\n2,2026-05-04 10:00,closed,1,2,1,1\n3,2026-05-04 10:00,closed,2,1,,\n4,2026-05-04 10:00,closed,,,,\n"
    )
    assert [row[0] for row in facts(store, "one_touch")] == found


# --- what rows take from each other


def test_a_survey_takes_from_its_ticket_and_its_customer(store, load):
    load(
        "customer_id,started_on,team,segment,email\n7,2025-01-01,Z,gold,ann@example.com\n8,2025-01-01,Y,silver,\n",
        name="a.csv",
    )
    load(
        "ticket_id,created_at,status,team,channel,agent,priority,customer_id,touchpoint\n1,2026-01-05 10:00,open,Noord,email,Kim,high,7,factuur\n",
        name="b.csv",
    )
    load(
        "response_id,answered_at,nps,ticket_id,customer_id,team\n"
        "1,2026-01-06,9,1,,\n2,2026-01-06,9,1,,Zuid\n3,2026-01-06,9,,8,\n4,2026-01-06,9,,ann@example.com,\n5,2026-01-06,9,999,,\n6,2026-01-06,9,,77,\n",
        name="c.csv",
    )
    assert facts(store, "team, channel, agent, priority, customer_id, segment, stage", "survey_facts") == [
        ("Noord", "email", "Kim", "high", "7", "gold", "purchase"),
        ("Zuid", "email", "Kim", "high", "7", "gold", "purchase"),
        ("Y", None, None, None, "8", "silver", None),
        ("Z", None, None, None, "7", "gold", None),  # known by e-mail address
        (None, None, None, None, None, None, None),
        (None, None, None, None, "77", None, None),
    ]


def test_an_email_address_of_two_customers_is_nobodys(store, load):
    load("customer_id,started_on,email,team\n7,2025-01-01,a@b.nl,A\n8,2025-01-01,a@b.nl,B\n", name="a.csv")
    load("response_id,answered_at,nps,customer_id\n1,2026-01-06,9,a@b.nl\n", name="b.csv")
    assert facts(store, "team, customer_id", "survey_facts") == [(None, "a@b.nl")]


def test_a_ticket_number_of_two_tools_is_taken_from_none_of_them(store, load):
    load(HEADER + "1,2026-01-05 10:00,,,open,,A,\n", name="a.csv")
    load("number,opened_at,state,assignment_group\n1,2026-01-05 10:00,New,B\n", name="b.csv")
    load("Timestamp,How satisfied are you? (1-5),Ticket number\n2026-01-06 10:00,5,1\n", name="c.csv")
    assert facts(store, "team", "survey_facts") == [(None,)]


def test_a_ticket_and_a_purchase_take_the_customers_segment(store, load):
    load("customer_id,started_on,team,segment\n7,2025-01-01,Z,gold\n", name="a.csv")
    load(
        "ticket_id,created_at,status,customer_id,segment\n1,2026-01-05 10:00,open,7,\n2,2026-01-05 10:00,open,7,own\n",
        name="b.csv",
    )
    load("order id,customer id,order date,amount\nx,7,2026-01-05,12.5\n", name="c.csv")
    assert facts(store, "segment") == [("gold",), ("own",)]
    assert facts(store, "team, segment, amount, nth", "purchase_facts") == [("Z", "gold", 12.5, 1)]


def test_customers_are_estimated_where_no_file_names_them(store, load):
    columns = "customer_id, team, cast(started_on as varchar), cast(cancelled_on as varchar), estimated, monthly_value"
    load(
        "ticket_id,created_at,status,team,customer_id\n1,2026-01-05 10:00,closed,A,7\n2,2026-01-20 10:00,closed,B,7\n3,2026-05-01 10:00,open,A,8\n4,2026-02-01,spam,A,9\n",
        name="a.csv",
    )
    customers = "select {} from customer_facts order by customer_id"
    assert [tuple(row.values()) for row in store.query(customers.format(columns)).to_pylist()] == [
        ("7", "B", "2026-01-05", "2026-04-20", True, None),
        ("8", "A", "2026-05-01", "2026-07-30", True, None),
    ]
    answer = {row.metric: row.value for row in question(store, "active_customers", "lost_customers").rows.itertuples()}
    assert answer == {"active_customers": 1, "lost_customers": 1}  # 30 July has not come
    load("customer_id,started_on,team,segment\n5,2025-01-01,Z,gold\n", name="b.csv")
    assert [row["customer_id"] for row in store.query("select customer_id from customer_facts").to_pylist()] == ["5"]


def test_purchases_go_before_tickets_in_estimating(store, load):
    load("ticket_id,created_at,status,customer_id\n1,2026-01-05 10:00,closed,7\n", name="a.csv")
    load("order id,customer id,order date,amount\nx,8,2026-01-05,12.5\n", name="b.csv")
    assert store.query("select customer_id from customer_facts").to_pylist() == [{"customer_id": "8"}]


def test_a_customer_who_left_before_he_came_has_not_left(store, load):
    load("customer_id,started_on,cancelled_on,team\n7,2025-02-01,2025-01-01,Z\n")
    assert store.query("select cancelled_on, cancel_code from customer_facts").to_pylist() == [
        {"cancelled_on": None, "cancel_code": None}
    ]


def test_stages():
    assert stage_of("Factuur ", {}) == "purchase"
    assert stage_of("Factuur", {"Factuur": "advocacy"}) == "advocacy"
    assert stage_of("Factuur", {"Factuur": ""}) is None
    assert stage_of("storing, internet", {}) == "loyalty"
    assert stage_of("vraag over factuur", {}) is None  # consideration or purchase
    assert stage_of("unheard of", {}) is None
    assert stage_of(None, {"x": "loyalty"}) is None


def test_a_stage_that_does_not_exist_is_refused():
    with pytest.raises(CxError) as problem:
        Settings.loaded({"stages": '{"factuur": "buying"}'})
    assert str(problem.value) == (
        'The touchpoint "factuur" is mapped to the stage "buying", which does not exist. '
        "There are: awareness, consideration, purchase, loyalty, advocacy."
    )


# --- settings


@pytest.mark.parametrize(
    "wrong",
    [
        {"zone": "Mars/Olympus"}, {"clock": "sundial"}, {"count_as": "hubspot"}, {"minimum_n": 0}, {"sla_target": 80.0},
        {"margin": -0.1}, {"churn_after_days": 0}, {"policies": (Policy("asap"),)}, {"policies": (Policy(clock="moon"),)},
        {"policies": (Policy(first_response_s=0),)}, {"as_of": "yesterday"}, {"stages": {"factuur": "buying"}},
    ],
)  # fmt: skip
def test_settings_are_checked(wrong):
    with pytest.raises(CxError):
        Settings(**wrong)


def test_settings_survive_the_store():
    changed = Settings(
        zone="UTC", hours=(("08:00", "12:00"), None, None, None, None, None, ("00:00", "24:00")), holidays_added=("2026-12-24",),
        policies=(POLICY,), stages={"x": "loyalty"}, as_of="2026-01-01", language="nl",
    )  # fmt: skip
    assert Settings.loaded(changed.dumped()) == changed
    assert Settings.loaded({**changed.dumped(), "of_tomorrow": "1"}) == changed


# --- what is stored


def stored(store, relation: str) -> set[str]:
    """The columns of a table that take place in it."""
    with store.reading() as cursor:
        return set(stored_columns(cursor, relation))


def test_a_column_takes_no_place_before_a_file_fills_it(store, load):
    load("ticket_id,created_at,team\n1,2026-03-02 10:00,A\n", kind="tickets")
    assert stored(store, "tickets_versions") == {"import_id", "source", "key", "created_at", "team"}
    load("ticket_id,created_at,status,agent_replies\n2,2026-03-03 10:00,open,12\n", kind="tickets")
    added = {"status", "agent_replies"}
    assert stored(store, "tickets_versions") == {"import_id", "source", "key", "created_at", "team"} | added
    assert [
        (row["ticket_id"], row["team"], row["status"], row["agent_replies"]) for row in current(store, "tickets")
    ] == [
        ("1", "A", None, None),
        ("2", None, "open", 12),
    ]
    with pytest.raises(CxError):  # a file that cannot go in leaves no column behind
        load("ticket_id,created_at,priority\nx,never,high\n", kind="tickets")
    assert "priority" not in stored(store, "tickets_versions")


@pytest.mark.parametrize("most", [1, 1_000])
def test_few_and_many_words_are_the_same_to_who_asks(store, load, monkeypatch, most):
    monkeypatch.setattr(base, "MOST_LISTED", most)
    monkeypatch.setattr(of_tickets, "MOST_LISTED", most)
    rows = "".join(
        f"{n},2026-03-0{n} 10:00,{team},chat,K\n" for n, team in enumerate(("Zuid", "", "Oost's", "Noord"), start=1)
    )
    load(f"ticket_id,created_at,team,channel,customer\n{rows}", kind="tickets")
    types = {row["column_name"]: row["column_type"] for row in store.query("describe stored_ticket_facts").to_pylist()}
    assert types["team"].startswith("ENUM") == (most > 1)
    assert types["channel"].startswith("ENUM")
    assert facts(store, "team, channel, next_channel") == [
        ("Zuid", "chat", "chat"),
        (None, "chat", "chat"),
        ("Oost's", "chat", "chat"),
        ("Noord", "chat", None),
    ]
    assert [row["team"] for row in store.query("select team from ticket_facts order by team nulls last").to_pylist()] == [
        "Noord", "Oost's", "Zuid", None,
    ]  # fmt: skip
    assert store.query("select count(*) as k from ticket_facts where team in ('Zuid', 'West')").to_pylist() == [
        {"k": 1}
    ]


def test_what_is_the_same_for_every_ticket_is_not_stored(store, load):
    same = {"source", "on_business", "knows_first_response", "is_last_contact", "handled_by"}
    load(HEADER + "1,2026-03-02 10:00,2026-03-02 11:00,,open,,,\n")
    assert not same & stored(store, "stored_ticket_facts")
    assert facts(store, "source, on_business, knows_first_response, is_last_contact, handled_by") == [
        ("generic", False, True, False, None)
    ]
    load("#,Title,State,Created At,Group\n2,x,open,2026-03-02 10:00,A\n", source="zammad")
    found = facts(store, "key, source, knows_first_response")
    assert [(key, knows) for key, _source, knows in found] == [("1", True), ("2", False)]
    assert len({source for _key, source, _knows in found}) == 2


def test_outcomes_of_the_tool_are_stored_beside_ours(store, load):
    judged = {"first_response_met", "first_response_judged_s", "resolution_met", "resolution_judged_s"}
    load(HEADER + "1,2026-03-02 10:00,2026-03-02 11:00,2026-03-02 11:00,closed,,,\n")
    assert not judged & stored(store, "stored_ticket_facts")
    before = facts(store, ", ".join(sorted(judged)))
    load(
        "ticket_id,created_at,first_response_sla\n2,2026-03-02 10:00,breached\n",
        trust_sla=True, mapping={"first_response_in_sla": "first_response_sla"}, recall=False,
    )  # fmt: skip
    assert judged <= stored(store, "stored_ticket_facts")
    assert facts(store, ", ".join(sorted(judged)))[0] == before[0]
    assert facts(store, "first_response_met") == [(True,), (False,)]


def test_contacts_of_one_instant_have_one_order_whichever_file_came_first(store, load):
    header, files = "ticket_id,created_at,channel,customer\n", {"a": "", "b": ""}
    for number in range(20):
        customer = (
            f"K{number % 12}"  # the first eight have two contacts at noon, one in each file, and one before or after
        )
        at = f"2026-03-01 {12 if number < 12 else 11 + number % 2 * 2}:00"
        files["a"] += f"A{number},{at},chat,{customer}\n"
        if number < 8:
            files["b"] += f"B{number},2026-03-01 12:00,phone,{customer}\n"
    found = []
    for order in ("ab", "ba"):
        made = [load(header + files[name], kind="tickets").import_id for name in order]
        found.append(facts(store, "key, customer_id, created_s, nth_contact, next_s, next_channel"))
        for import_id in made:
            store.undo(import_id)
    assert found[0] == found[1]
    for customer in {row[1] for row in found[0]}:
        own = sorted((row for row in found[0] if row[1] == customer), key=lambda row: row[3])
        assert [row[3] for row in own] == list(range(1, len(own) + 1))
        assert [row[2] for row in own] == sorted(row[2] for row in own)
        assert [row[4] for row in own] == [*(row[2] for row in own[1:]), None]
        channels = ["phone" if row[0].startswith("B") else "chat" for row in own]
        assert [row[5] for row in own] == [*channels[1:], None]


def test_a_column_without_words_is_text_all_the_same(store, load):
    load("ticket_id,created_at,channel,customer\n1,2026-03-01 10:00,chat,K\n", kind="tickets")
    load("ticket_id,created_at,customer\n2,2026-03-01 10:00,K\n", kind="tickets")
    types = {row["column_name"]: row["column_type"] for row in store.query("describe ticket_facts").to_pylist()}
    assert {types[name] for name in ("stage", "next_stage", "segment", "handled_by")} == {"VARCHAR"}
    assert store.query("select count(*) as k from ticket_facts where next_stage in ('loyalty')").to_pylist() == [
        {"k": 0}
    ]
    store.undo(1)
    assert store.query("select count(*) as k from ticket_facts where next_channel in ('chat')").to_pylist() == [
        {"k": 0}
    ]
