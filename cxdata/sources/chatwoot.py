"""Chatwoot: the CSAT download, with a line that states its period below the answers; and reports that are averages."""

from cxdata.i18n import N_
from cxdata.sources.base import Column, LeftOut, Source, named

CHATWOOT_CSAT = Source(
    name="chatwoot_csat",
    label=N_("Chatwoot CSAT responses"),
    kind="surveys",
    system="chatwoot",
    signature=("Agent Name", "Rating", "Feedback Comment", "Recorded date"),
    left_out=(
        LeftOut("", reason=N_("totals and closing lines"), pattern="^(?:reporting period|the timezone|all times)"),
    ),
    columns={
        "response_id": named("Link to the conversation", reads="number_at_end"),
        "ticket_id": Column(("Link to the conversation",), reads="number_at_end", shared=True),
        "answered_at": named("Recorded date"),
        "csat": Column(("Rating",), worst=1, best=5),
        "comment": named("Feedback Comment"),
        "customer_id": named("Contact Email Address", "Contact Phone Number"),
        "customer_name": named("Contact Name"),
        "agent": named("Agent Name", reads="without_address"),
    },
)

_AVERAGES = N_(
    "This Chatwoot report holds averages and counts, not conversations, and cannot be taken apart again. Take the CSAT "
    "report (Reports > CSAT > Download) instead."
)

CHATWOOT_REPORT = Source(
    name="chatwoot_report",
    label=N_("Chatwoot report"),
    kind="tickets",
    system="chatwoot",
    signature=(
        ("Agent name", "Inbox name", "Team name", "Label"),
        ("Assigned conversations", "No. of conversations", "Conversations count"),
        ("Avg first response time", "Avg resolution time"),
    ),
    columns={},
    refused=_AVERAGES,
)

CHATWOOT_SLA = Source(
    name="chatwoot_sla",
    label=N_("Chatwoot SLA report"),
    kind="tickets",
    system="chatwoot",
    signature=("Conversation ID", "SLA Policy", "Breached Events"),
    columns={},
    refused=N_(
        "This Chatwoot report lists breaches of SLA policies only, without times. Take the CSAT report (Reports > CSAT > "
        "Download) instead."
    ),
)
