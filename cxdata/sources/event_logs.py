"""Logs with one row an event: every change of a ticket, of which one row is made. Process mining, ITSM change logs."""

from cxdata.i18n import N_
from cxdata.sources.base import Column, Source, Where, named

# Words of an activity or a status that end a ticket.
_DONE = (
    "closed", "close", "close ticket", "ticket closed", "case closed", "completed", "complete", "resolved", "resolve",
    "resolve ticket", "ticket resolved", "solved", "done", "finished", "gesloten", "afgesloten", "opgelost", "afgerond",
    "geschlossen", "gelöst", "abgeschlossen", "fermé", "résolu", "clos", "cerrado", "resuelto", "fechado", "resolvido",
)  # fmt: skip

_CASE = ("case:concept:name", "case id", "caseid", "case_id", "case")
_ACTIVITY = ("concept:name", "activity", "activity name", "event")
_TIME = ("time:timestamp", "complete timestamp", "completetimestamp", "timestamp", "event time", "end timestamp")

VINST = Source(
    name="vinst",
    label=N_("Problem or incident log, one row a change (VINST)"),
    kind="tickets",
    system="vinst",
    signature=(
        ("Problem Number", "SR Number"),
        ("Problem Change Date+Time", "Change Date+Time"),
        "Status",
        "Sub Status",
    ),
    events=True,
    columns={
        "ticket_id": named("Problem Number", "SR Number"),
        "created_at": Column(("Problem Change Date+Time", "Change Date+Time"), shared=True),
        "resolved_at": Column(
            ("Problem Change Date+Time", "Change Date+Time"), where=Where("Status", ("Completed",)), shared=True
        ),
        "status": named("Status", "Sub Status"),
        "priority": named("Latest Impact", "SR Latest Impact"),
        "team": named("Involved ST"),
        "agent": named("Owner First Name"),
        "segment": named("Country"),
        "ticket_type": named("Product"),
    },
)

EVENT_LOG = Source(
    name="event_log",
    label=N_("Event log, one row an event"),
    kind="tickets",
    system="event_log",
    signature=(_CASE, _ACTIVITY, _TIME),
    absent=("response id", "respondent id"),
    events=True,
    remark=N_(
        "A ticket was created at its first event and resolved at the last one whose activity says so (closed, resolved, "
        "completed)."
    ),
    columns={
        "ticket_id": named(*_CASE),
        "created_at": Column(_TIME, shared=True),
        "resolved_at": Column(_TIME, where=Where(_ACTIVITY, _DONE), shared=True),
        "status": named("status", "lifecycle state"),
        "priority": named("priority", "case:priority", "impact", "prioriteit"),
        "channel": named("channel", "case:channel", "kanaal"),
        "team": named("org:group", "team", "group", "support_section", "department", "afdeling"),
        "agent": named("org:resource", "resource", "agent", "medewerker"),
        "customer_id": named("customer", "customer id", "case:customer"),
        "ticket_type": named("product", "case:type", "type", "variant"),
    },
)
