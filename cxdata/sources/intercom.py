"""Intercom: the tickets dataset. The zone of the times stands in the header: "Ticket created (Europe/Amsterdam)"."""

from cxdata.i18n import N_
from cxdata.sources.base import Source, named

INTERCOM_TICKETS = Source(
    name="intercom_tickets",
    label=N_("Intercom tickets"),
    kind="tickets",
    system="intercom",
    signature=("Conversation ID", "Ticket created", "Ticket title", "Current ticket state category"),
    columns={
        "ticket_id": named("Conversation ID"),
        "created_at": named("Ticket created", "Conversation created at"),
        "resolved_at": named("Ticket last resolved"),
        "updated_at": named("Conversation updated at"),
        "status": named("Current ticket state category", "Current ticket custom state", "Current conversation state"),
        "channel": named("Channel"),
        "team": named("Team currently assigned"),
        "agent": named("Teammate currently assigned"),
        "customer_id": named("User participant IDs"),
        "customer_name": named("User participant names"),
        "subject": named("Ticket title"),
        "ticket_type": named("Ticket type"),
        "resolution_s": named("Ticket time to resolve", unit="s"),
    },
)
