"""Zoho Desk: export of tickets. A label of two modules has its module in brackets: "Status (Ticket)"."""

from cxdata.i18n import N_
from cxdata.sources.base import Source, named

ZOHO_DESK = Source(
    name="zoho_desk",
    label=N_("Zoho Desk tickets"),
    kind="tickets",
    system="zoho_desk",
    signature=("Ticket Id", "Subject", "Status", "Ticket Owner", "Created Time"),
    columns={
        "ticket_id": named("Ticket Id"),
        "created_at": named("Created Time (Ticket)", "Created Time"),
        "resolved_at": named("Ticket Closed Time (Ticket)", "Ticket Closed Time", "Closed Time"),
        "updated_at": named("Modified Time (Ticket)", "Modified Time"),
        "status": named("Status (Ticket)", "Status"),
        "priority": named("Priority (Ticket)", "Priority"),
        "channel": named("Channel (Ticket)", "Channel"),
        "team": named("Team", "Department"),
        "agent": named("Ticket Owner"),
        "customer_id": named("Contact Id", "Email (Contact)", "Email (Ticket)", "Email"),
        "customer_name": named("Contact Name"),
        "segment": named("Account Name"),
        "subject": named("Subject"),
        "tags": named("Tags"),
        "ticket_type": named("Category (Ticket)", "Category", "Ticket Type"),
        "reopens": named("Number of Reopen"),
        "agent_replies": named("Number of Responses"),
        "first_response_business_s": named("First Response Time (Business Hours)", unit="h"),
        "resolution_business_s": named("Resolution Time (Business Hours)", unit="h"),
    },
)
