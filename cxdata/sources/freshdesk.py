"""Freshdesk: Tickets > Export as CSV. "(in hrs)" columns are HH:MM:SS and count business hours."""

from cxdata.i18n import N_
from cxdata.sources.base import Source, named

FRESHDESK = Source(
    name="freshdesk",
    label=N_("Freshdesk tickets"),
    kind="tickets",
    system="freshdesk",
    signature=("Ticket ID", "Status", "Source", "Created time", "Resolved time", "Resolution status"),
    absent=("Urgency", "Impact", "Requester Location"),
    columns={
        "ticket_id": named("Ticket ID"),
        "created_at": named("Created time"),
        "first_response_at": named("Initial response time"),
        "resolved_at": named("Resolved time", "Closed time"),
        "updated_at": named("Last update time", "Last updated time"),
        "status": named("Status"),
        "priority": named("Priority"),
        "channel": named("Source"),
        "team": named("Group"),
        "agent": named("Agent"),
        "customer_id": named("Unique external ID", "Contact ID", "Email"),
        "customer_name": named("Full name", "Contact name"),
        "subject": named("Subject"),
        "tags": named("Tags"),
        "ticket_type": named("Type"),
        "agent_replies": named("Agent interactions"),
        "customer_messages": named("Customer interactions"),
        "first_response_business_s": named("First response time (in hrs)", unit="h"),
        "resolution_business_s": named("Resolution time (in hrs)", unit="h"),
        "first_response_in_sla": named("First response status"),
        "resolution_in_sla": named("Resolution status"),
    },
)
