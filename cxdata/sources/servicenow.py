"""ServiceNow incidents: the list view (column names or labels). `sys_updated_on` is no resolution."""

from cxdata.i18n import N_
from cxdata.sources.base import Column, Source, Where, named

# An incident is said to have made its SLA until it has not.
STOPPED = Where(
    ("state", "incident_state"), ("resolved", "closed", "canceled", "6", "7", "8", "6 - resolved", "7 - closed")
)

SERVICENOW = Source(
    name="servicenow",
    label=N_("ServiceNow incidents"),
    kind="tickets",
    system="servicenow",
    signature=("number", "opened_at"),
    columns={
        "ticket_id": named("number"),
        "created_at": named("opened_at"),
        "resolved_at": named("resolved_at"),
        "updated_at": named("sys_updated_on", "sys_updated_at"),
        "status": named("state", "incident_state"),
        "priority": named("priority"),
        "channel": named("contact_type"),
        "team": named("assignment_group"),
        "agent": named("assigned_to"),
        "customer_id": named("caller_id"),
        "subject": named("short_description"),
        "ticket_type": named("category"),
        "reopens": named("reopen_count"),
        "resolution_s": named("calendar_duration", unit="s"),
        "resolution_business_s": named("business_duration", unit="s"),
        "resolution_in_sla": Column(("made_sla",), reads="met", where=STOPPED),
    },
)

SERVICENOW_LABELS = Source(
    name="servicenow_labels",
    label=N_("ServiceNow incidents (column labels)"),
    kind="tickets",
    system="servicenow",
    signature=("Number", "Opened", "Short description", "State"),
    columns={
        "ticket_id": named("Number"),
        "created_at": named("Opened"),
        "resolved_at": named("Resolved"),
        "updated_at": named("Updated"),
        "status": named("State", "Incident state"),
        "priority": named("Priority"),
        "channel": named("Contact type", "Channel"),
        "team": named("Assignment group"),
        "agent": named("Assigned to"),
        "customer_id": named("Caller"),
        "subject": named("Short description"),
        "ticket_type": named("Category"),
        "reopens": named("Reopen count"),
        "resolution_s": named("Duration", unit="s"),
        "resolution_business_s": named("Business duration", unit="s"),
        "resolution_in_sla": Column(("Made SLA",), reads="met", where=STOPPED),
    },
)
