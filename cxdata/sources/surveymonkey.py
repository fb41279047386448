"""SurveyMonkey: individual responses. Under the questions stands a second header record with the parts of each."""

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
    second_header=("",),
    columns={
        "response_id": named("RespondentID", "Respondent ID"),
        "answered_at": named("End Date", "Start Date"),
        "customer_name": named("First Name"),
        "customer_id": named("Custom Data 1", "Email Address"),
        **QUESTIONS,
    },
)
