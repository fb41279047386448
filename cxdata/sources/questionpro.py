"""QuestionPro: raw data. An account of the survey stands above the header; only completed responses count.

A looped question repeats the row of its response: the last of them counts. Times are those of the tool's servers, in
California.
"""

from cxdata.i18n import N_
from cxdata.sources.base import LeftOut, Source, named
from cxdata.sources.questions import QUESTIONS

QUESTIONPRO = Source(
    name="questionpro",
    label=N_("QuestionPro raw data"),
    kind="surveys",
    system="questionpro",
    signature=("Response ID", "Response Status", "Timestamp", "Seq. Number"),
    zone="America/Los_Angeles",
    left_out=(LeftOut("Response Status", reason=N_("unfinished answers"), only=("Completed", "Complete")),),
    columns={
        "response_id": named("Response ID"),
        "answered_at": named("Timestamp"),
        "customer_id": named("External Reference", "Respondent Email"),
        "team": named("team", "group"),
        "segment": named("segment"),
        "channel": named("channel", "kanaal"),
        "agent": named("agent", "medewerker"),
        "ticket_id": named("ticket_id", "ticketnummer"),
        **QUESTIONS,
    },
)
