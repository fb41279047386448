"""SurveyMonkey and Typeform: survey tools whose questions are free text."""

from cxdata.i18n import N_
from cxdata.sources.base import Source, named
from cxdata.sources.questions import QUESTIONS

SURVEYMONKEY = Source(
    name="surveymonkey",
    label=N_("SurveyMonkey responses"),
    kind="surveys",
    system="surveymonkey",
    signature=(),
    first_header=("RespondentID", "Respondent ID"),
    columns={
        "response_id": named("RespondentID", "Respondent ID"),
        "answered_at": named("End Date", "Start Date"),
        "customer_name": named("First Name"),
        "customer_id": named("Custom Data 1", "Email Address"),
        **QUESTIONS,
    },
)

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
