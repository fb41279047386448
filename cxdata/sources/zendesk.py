"""Zendesk: the account CSV export (Reports > Export) and the table shape that its API connectors write."""

from cxdata.i18n import N_
from cxdata.sources.base import Source, named

MINUTES = "min"

ZENDESK = Source(
    name="zendesk",
    label=N_("Zendesk tickets"),
    kind="tickets",
    system="zendesk",
    signature=("Summation column", "Id", "Requester", "Created at", "Solved at"),
    columns={
        "ticket_id": named("Id"),
        "created_at": named("Created at"),
        "resolved_at": named("Solved at"),
        "updated_at": named("Updated at"),
        "status": named("Status"),
        "priority": named("Priority"),
        "channel": named("Via"),
        "team": named("Group"),
        "agent": named("Assignee"),
        "customer_id": named("Requester external id", "Requester id"),
        "customer_name": named("Requester"),
        "subject": named("Subject"),
        "tags": named("Tags"),
        "ticket_type": named("Ticket type"),
        "agent_replies": named("Replies"),
        "reopens": named("Reopens"),
        "teammates": named("Assignee stations"),
        "first_response_s": named(
            "First reply time in minutes",
            "First reply time (in minutes)",
            "First reply time (min)",
            "First reply time",
            unit=MINUTES,
        ),
        "first_response_business_s": named("First reply time in minutes within business hours", unit=MINUTES),
        "resolution_s": named("Full resolution time in minutes", "Full resolution time (min)", unit=MINUTES),
        "resolution_business_s": named("Full resolution time in minutes within business hours", unit=MINUTES),
        "waiting_s": named("On hold time in minutes", unit=MINUTES),
        "waiting_business_s": named("On hold time in minutes within business hours", unit=MINUTES),
    },
)

ZENDESK_API = Source(
    name="zendesk_api",
    label=N_("Zendesk tickets (API table)"),
    kind="tickets",
    system="zendesk",
    signature=("id", "created_at", "updated_at", "status", "via_channel", "requester_id", "brand_id"),
    zone="UTC",
    columns={
        "ticket_id": named("id"),
        "created_at": named("created_at"),
        "resolved_at": named("solved_at"),
        "updated_at": named("updated_at"),
        "status": named("status"),
        "priority": named("priority"),
        "channel": named("via_channel"),
        "team": named("group_id"),
        "agent": named("assignee_id"),
        "customer_id": named("requester_id"),
        "subject": named("subject"),
        "ticket_type": named("type"),
    },
)
