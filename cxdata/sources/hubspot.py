"""HubSpot: the export of tickets. Times carry a zone that changes with summer time (CDT, CST); statuses are stages."""

from cxdata.i18n import N_
from cxdata.sources.base import Source, named

HUBSPOT = Source(
    name="hubspot",
    label=N_("HubSpot tickets"),
    kind="tickets",
    system="hubspot",
    signature=("Ticket ID", "Ticket name", "Ticket status", "Pipeline", "Create date"),
    columns={
        "ticket_id": named("Ticket ID"),
        "created_at": named("Create date"),
        "first_response_at": named("First agent email response date"),
        "resolved_at": named("Close date"),
        "updated_at": named("Last modified date"),
        "status": named("Ticket status"),
        "priority": named("Priority"),
        "channel": named("Source"),
        "team": named("HubSpot team", "Team", "Pipeline"),
        "agent": named("Ticket owner"),
        "customer_id": named(
            "Associated Contact IDs", "Email", "All associated contact emails", reads="first_of_several"
        ),
        "customer_name": named("Associated Contact", reads="first_of_several"),
        "segment": named("Associated Company (Primary)", "Associated Company"),
        "subject": named("Ticket name"),
        "tags": named("Ticket tags"),
        "ticket_type": named("Category", reads="first_of_several"),
        "first_response_s": named("Time to first agent email reply", unit="h"),
        "resolution_s": named("Time to close", unit="h"),
    },
)
