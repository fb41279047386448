"""Formbricks: responses. Texts that a spreadsheet might take for a formula have a quotation mark before them."""

from dataclasses import replace

from cxdata.i18n import N_
from cxdata.sources.base import LeftOut, Source, named
from cxdata.sources.questions import QUESTIONS

FORMBRICKS = Source(
    name="formbricks",
    label=N_("Formbricks responses"),
    kind="surveys",
    system="formbricks",
    signature=("Response ID", "Timestamp", "Finished", "Survey ID", "Formbricks ID"),
    left_out=(LeftOut("Finished", ("No", "False", "0"), N_("unfinished answers")),),
    columns={
        "response_id": named("Response ID"),
        "answered_at": named("Timestamp"),
        "customer_id": named(
            "customer_id", "customerId", "klantnummer", "User ID", "person.userId", "person.email", "userId"
        ),
        "team": named("team"),
        "segment": named("segment", "plan"),
        "channel": named("channel"),
        "agent": named("agent"),
        "ticket_id": named("ticket_id", "ticketId"),
        **QUESTIONS,
        "comment": replace(QUESTIONS["comment"], reads="without_guard"),
    },
)
