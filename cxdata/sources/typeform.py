"""Typeform: one row a response, times in UTC; the questions are free text."""

from cxdata.i18n import N_
from cxdata.sources.base import Source, named
from cxdata.sources.questions import QUESTIONS

TYPEFORM = Source(
    name="typeform",
    label=N_("Typeform responses"),
    kind="surveys",
    system="typeform",
    signature=("#", "Submit Date", "Network ID"),
    zone="UTC",
    columns={
        "response_id": named("#"),
        "answered_at": named("Submit Date"),
        "customer_id": named("customer_id", "klantnummer", "email"),
        "team": named("team"),
        "segment": named("segment"),
        "ticket_id": named("ticket_id"),
        **QUESTIONS,
    },
)
