"""Contacts of one customer after each other: who switches channel, which way they go, who leaves after which; bots and people.

Customers A (cancelled 2026-03-31), B (stays) and C (unknown to the customers file), as-of 2026-06-01:

| ticket | customer | created | channel | stage | next of the same customer |
| --- | --- | --- | --- | --- | --- |
| 1 | A | 1 Jan 10:00 | email | purchase | 2, after 7 days to the second, by phone: a switch |
| 2 | A | 8 Jan 10:00 | phone | loyalty | 3, after 7 days and a second: too late |
| 3 | A | 15 Jan 10:00:01 | email | loyalty | 4, after A had left |
| 4 | A | 20 Apr 10:00 | email | none | none |
| 5 | B | 10 Mar 10:00 | chat | none | 6, the next day, by chat: no switch |
| 6 | B | 11 Mar 10:00 | chat | advocacy | none |
| 7 | C | 28 May 10:00 | email | purchase | 8, by phone; but the 7 days are not over |
| 8 | C | 30 May 10:00 | phone | purchase | none |
| 9 | nobody | 1 Mar 10:00 | email | purchase | – |
| 10 | A | 2 Jan 10:00 | chat | purchase | spam: no contact |
"""

from __future__ import annotations

from datetime import date

import pytest

from cxdata import drill
from cxdata.engine import DuckDBEngine
from cxdata.filters import Filters, Period
from cxdata.parsing import handler_of
from tests.conftest import moment, question

TICKETS = (
    "ticket_id,customer,created_at,channel,touchpoint,status\n"
    "1,A,2026-01-01 10:00:00,email,factuur,open\n2,A,2026-01-08 10:00:00,phone,storing,open\n"
    "3,A,2026-01-15 10:00:01,email,storing,open\n4,A,2026-04-20 10:00:00,email,jaarlijks,open\n"
    "5,B,2026-03-10 10:00:00,chat,,open\n6,B,2026-03-11 10:00:00,chat,review,open\n"
    "7,C,2026-05-28 10:00:00,email,factuur,open\n8,C,2026-05-30 10:00:00,phone,factuur,open\n"
    "9,,2026-03-01 10:00:00,email,factuur,open\n10,A,2026-01-02 10:00:00,chat,factuur,spam\n"
)
CUSTOMERS = "customer_id,started_on,cancelled_on\nA,2025-06-01,2026-03-31\nB,2025-06-01,\n"


@pytest.fixture
def contacts(store, load):
    load(CUSTOMERS, name="c.csv")
    load(TICKETS, name="t.csv")
    return store


def values(store, name: str, *by: str, as_of: str = "2026-06-01") -> dict:
    """{groups: (value, n)} where something was measured."""
    rows = question(store, name, by=by, as_of=as_of).rows
    return {
        tuple(None if row[one] != row[one] else row[one] for one in by): (row["value"], row["n"])
        for row in rows.to_dict("records")
        if row["n"]
    }


def test_a_switch_is_the_next_ticket_through_another_channel_within_a_week(contacts):
    assert values(contacts, "channel_switch_rate") == {(): (pytest.approx(1 / 6), 6)}  # 1 to 6
    assert values(contacts, "channel_switch_rate", "channel") == {
        ("chat",): (0, 2), ("email",): (pytest.approx(1 / 3), 3), ("phone",): (0, 1),
    }  # fmt: skip
    later = values(contacts, "channel_switch_rate", as_of="2026-06-06 10:00")
    assert later == {(): (pytest.approx(2 / 8), 8)}  # 7 is a switch, 8 the end


def test_who_comes_again_within_a_week_and_through_what(contacts):
    assert values(contacts, "repeat_contacts", "channel", "next_channel") == {
        ("email", "phone"): (2, 2), ("chat", "chat"): (1, 1),
    }  # fmt: skip
    assert values(contacts, "repeat_contacts", as_of="2026-05-29 10:00") == {(): (2, 2)}  # 8 has not come yet


def test_the_way_from_stage_to_stage(contacts):
    assert values(contacts, "next_contacts", "stage", "next_stage") == {
        ("purchase", "loyalty"): (1, 1), ("loyalty", "loyalty"): (1, 1), ("loyalty", None): (1, 1),
        (None, "advocacy"): (1, 1), ("purchase", "purchase"): (1, 1),
    }  # fmt: skip
    assert values(contacts, "first_contacts", "stage") == {("purchase",): (2, 2), (None,): (1, 1)}  # 1 and 7; 5


def test_customers_who_leave_after_a_contact(contacts):
    assert values(contacts, "churn_after_contact") == {(): (1, 1)}  # A; of B no 90 days are over
    assert values(contacts, "churn_after_contact", as_of="2026-06-08 23:59") == {(): (1, 1)}
    assert values(contacts, "churn_after_contact", as_of="2026-06-09") == {(): (0.5, 2)}  # 8 June was the 90th day
    assert values(contacts, "churn_after_contact", "stage", as_of="2026-06-10") == {
        ("purchase",): (1, 1), ("loyalty",): (1, 1), ("advocacy",): (0, 1), (None,): (0, 1),
    }  # fmt: skip


@pytest.mark.parametrize(("left", "share"), [("2026-04-01", 1), ("2026-04-02", 0)])
def test_the_ninetieth_day_counts_and_the_next_does_not(store, load, left, share):
    load(CUSTOMERS.replace("2026-03-31", left), name="c.csv")
    load(TICKETS, name="t.csv")
    assert values(store, "churn_after_contact", "stage")[("purchase",)] == (share, 1)  # 1 January and 90 days


def test_the_last_contact_before_leaving(contacts):
    assert values(contacts, "last_contacts", "stage") == {("loyalty",): (1, 1)}  # 3; 4 came after A had left
    assert values(contacts, "last_contacts", as_of="2026-04-01") == {(): (1, 1)}
    assert values(contacts, "last_contacts", as_of="2026-03-31 12:00") == {}  # A is a customer still


def test_without_a_customers_file_nobody_is_known_to_have_left(store, load):
    load(TICKETS, name="t.csv")
    assert values(store, "churn_after_contact") == values(store, "last_contacts") == {}
    assert values(store, "channel_switch_rate") == {(): (pytest.approx(1 / 6), 6)}


def test_customers_whose_dates_are_derived_are_in_no_churn(store, load):
    load("customerID,tenure,churn\nA,9,Yes\nB,9,No\n", name="c.csv")
    load(TICKETS, name="t.csv")
    assert values(store, "churn_after_contact", as_of="2027-06-01") == {}


def test_the_rows_behind_are_the_customers_and_what_is_left_out_are_contacts(contacts):
    engine, at = DuckDBEngine(contacts), moment(contacts, "2026-06-01")
    chosen = drill.Selection("churn_after_contact", Filters(Period(date(2026, 1, 1), date(2026, 6, 1))))
    (row,) = drill.behind(engine, chosen, at).to_dict("records")
    assert (row["customer_id"], row["contacts"], row["counts"], row["leaves_on"]) == ("A", 3, 1, date(2026, 3, 31))
    assert drill.left_out(engine, chosen, at) == {
        "Contacts of who is no known customer, or was none at the time": 4,  # 4, 7, 8 and 9
        "Contacts whose 90 days are not over yet": 2,  # 5 and 6
    }


# --- bots and people

BOTS = (
    "ticket_id,created_at,first_response_at,resolved_at,status,solved by\n"
    "1,2026-01-05 10:00,2026-01-05 10:01,2026-01-05 10:02,closed,Fin AI Agent\n"
    "2,2026-01-05 10:00,2026-01-05 12:00,2026-01-05 13:00,closed,Kim de Boer\n"
    "3,2026-01-05 10:00,,,open,bot\n"
    "4,2026-01-05 10:00,,,open,\n"
    "5,2026-01-05 10:00,2026-01-05 11:00,2026-01-05 12:00,closed,system\n"
)


def test_a_bot_solves_but_does_not_respond(store, load):
    load(BOTS)
    assert values(store, "self_service_rate", as_of="2026-02-01") == {(): (0.5, 2)}  # 1 and 2
    assert values(store, "first_response_time", "handled_by", as_of="2026-02-01") == {
        ("person",): (7200, 1), (None,): (3600, 1),
    }  # fmt: skip
    assert values(store, "unanswered_rate", as_of="2026-02-01") == {(): (pytest.approx(1 / 3), 3)}  # 4 of 2, 4 and 5
    assert values(store, "sla_first_response", "handled_by", as_of="2026-02-01") == {
        ("person",): (1, 1),
        (None,): (0.5, 2),
    }
    chosen = drill.Selection("first_response_time", Filters())
    assert drill.left_out(DuckDBEngine(store), chosen, moment(store, "2026-02-01")) == {
        "Solved by a bot, whose reply is no response of a person": 2, "No first response yet": 1,
    }  # fmt: skip


def test_an_answer_is_split_by_who_solved_its_ticket(store, load):
    load(BOTS)
    load(
        "response_id,answered_at,csat (1-5),ticket_id\n1,2026-01-06,5,1\n2,2026-01-06,1,2\n3,2026-01-06,1,\n",
        kind="surveys",
    )
    assert values(store, "csat", "handled_by", as_of="2026-02-01") == {
        ("bot",): (1, 1),
        ("person",): (0, 1),
        (None,): (0, 1),
    }


@pytest.mark.parametrize(
    ("word", "who"),
    [
        ("Fin", "bot"), ("Fin AI Agent", "bot"), ("Chatbot", "bot"), ("Zelfbediening", "bot"), ("yes", "bot"),
        ("Assumed resolution", "bot"), ("no", "person"), ("Routed to team", "person"), ("Fin de Jong", "person"),
        ("Abandoned", None), ("system", None), ("Niemand", None),
    ],
)  # fmt: skip
def test_who_solved_it_is_a_bot_a_person_or_not_said(word, who):
    assert handler_of(word) == who
