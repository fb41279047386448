"""Public data sets of support tickets that people try a dashboard with."""

from cxdata.i18n import N_
from cxdata.sources.base import NO_ANSWER, Column, LeftOut, Source, named

NYC_311 = Source(
    name="nyc_311",
    label=N_("New York 311 service requests"),
    kind="tickets",
    system="nyc_311",
    signature=("unique_key", "created_date", "complaint_type", "agency"),
    zone="America/New_York",
    columns={
        "ticket_id": named("unique_key"),
        "created_at": named("created_date"),
        "resolved_at": named("closed_date"),
        "updated_at": named("resolution_action_updated_date"),
        "status": named("status"),
        "channel": named("open_data_channel_type"),
        "team": named("agency"),
        "subject": named("descriptor"),
        "ticket_type": named("complaint_type"),
    },
)

SHOP_CONTACTS = Source(
    name="shop_contacts",
    label=N_("Web shop contacts with CSAT (Kaggle)"),
    kind="tickets",
    system="shop_contacts",
    signature=("Unique id", "channel_name", "Issue_reported at", "issue_responded", "CSAT Score"),
    columns={
        "ticket_id": named("Unique id"),
        "created_at": named("Issue_reported at"),
        "first_response_at": named("issue_responded"),
        "channel": named("channel_name"),
        "team": named("Supervisor"),
        "agent": named("Agent_name"),
        "ticket_type": named("category"),
        "subject": named("Sub-category"),
    },
    answers={
        "csat": Column(("CSAT Score",), worst=1, best=5),
        "comment": named("Customer Remarks"),
        "answered_at": named("Survey_response_Date"),
    },
)

# Without a time of creation there are no tickets; what their customers answered is there all the same.
SUPPORT_RATINGS = Source(
    name="support_ratings",
    label=N_("Ratings of support tickets (Kaggle)"),
    kind="surveys",
    system="support_ratings",
    signature=("Ticket ID", "Date of Purchase", "Ticket Subject", "Time to Resolution", "Customer Satisfaction Rating"),
    left_out=(LeftOut("Customer Satisfaction Rating", reason=NO_ANSWER, empty=True),),
    remark=N_("This file does not say when a ticket was created: only the satisfaction ratings are taken from it."),
    columns={
        "response_id": named("Ticket ID"),
        "answered_at": Column(("Time to Resolution",), instead=(Column(("First Response Time",)),)),
        "csat": Column(("Customer Satisfaction Rating",), worst=1, best=5),
        "customer_id": named("Customer Email"),
        "customer_name": named("Customer Name"),
        "channel": named("Ticket Channel"),
        "segment": named("Product Purchased"),
        "touchpoint": named("Ticket Type"),
    },
)
