"""Help Scout: the export of conversations."""

from cxdata.i18n import N_
from cxdata.sources.base import Column, Source, named

HELP_SCOUT = Source(
    name="help_scout",
    label=N_("Help Scout conversations"),
    kind="tickets",
    system="help_scout",
    signature=("Number", "Subject", "Customer", "Status", ("Mailbox", "Inbox"), ("Created", "Created At")),
    columns={
        "ticket_id": named("Number"),
        "created_at": named("Created", "Created At"),
        "resolved_at": named("Closed", "Closed At"),
        "updated_at": named("Modified", "Updated"),
        "status": named("Status"),
        "channel": named("Source", "Type"),
        "team": named("Mailbox", "Inbox"),
        "agent": named("Assigned To", "Assignee"),
        "customer_id": named("Customer ID", "Email"),
        "customer_name": named("Customer"),
        "subject": named("Subject"),
        "tags": named("Tags"),
        "agent_replies": named("Replies"),
        "first_response_s": named("First Response Time", unit="s"),
        "resolution_s": named("Resolution Time", unit="s"),
    },
    answers={
        "csat": Column(
            ("Rating", "Satisfaction Rating"), worst=0, best=2, words={"great": 2, "okay": 1, "not good": 0}
        ),
        "comment": named("Rating Comments", "Rating Comment"),
    },
)
