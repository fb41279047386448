"""Qualtrics: three header records (ids, question texts, ImportIds with the zone); previews and unfinished dropped."""

from cxdata.i18n import N_
from cxdata.sources.base import Column, LeftOut, Source, named
from cxdata.sources.questions import QUESTIONS

QUALTRICS = Source(
    name="qualtrics",
    label=N_("Qualtrics survey"),
    kind="surveys",
    system="qualtrics",
    signature=("StartDate", "EndDate", "RecordedDate", "ResponseId"),
    header_records=3,
    labels_in=1,
    zone_pattern=r'timeZone"{1,2}\s*:\s*"{1,2}([^"]+)"',
    left_out=(
        LeftOut("Status", ("Survey Preview", "Preview", "1"), N_("preview answers")),
        LeftOut("Status", ("Spam", "8"), N_("answers marked as spam")),
        LeftOut("Finished", ("False", "0", "No"), N_("unfinished answers")),
    ),
    columns={
        "response_id": named("ResponseId"),
        "answered_at": named("RecordedDate", "EndDate"),
        "customer_id": named("ExternalReference", "customer_id", "klantnummer"),
        "channel": named("channel", "kanaal"),
        "team": named("team", "group"),
        "agent": named("agent", "medewerker"),
        "segment": named("segment"),
        "ticket_id": named("ticket_id", "ticketnummer"),
        "touchpoint": named("touchpoint"),
        **{name: Column((name,), column.pattern) for name, column in QUESTIONS.items()},
    },
)
