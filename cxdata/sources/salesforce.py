"""Salesforce cases: report exports, which end with totals and a confidentiality notice, and the Data Loader."""

from cxdata.i18n import N_
from cxdata.sources.base import LeftOut, Source, named

TOTALS = r"^(?:grand total|total|subtotal|confidential information|copyright \(c\)|count\b|sum\b)"

SALESFORCE = Source(
    name="salesforce",
    label=N_("Salesforce cases (report)"),
    kind="tickets",
    system="salesforce",
    signature=("Case Number", ("Date/Time Opened", "Opened Date"), ("Status", "Case Status", "Date/Time Closed")),
    left_out=(
        LeftOut("Case Number", reason=N_("totals and closing lines"), pattern=TOTALS, empty=True),
        LeftOut("", reason=N_("totals and closing lines"), pattern=TOTALS),
    ),
    columns={
        "ticket_id": named("Case Number"),
        "created_at": named("Date/Time Opened", "Opened Date"),
        "resolved_at": named("Date/Time Closed", "Closed Date"),
        "updated_at": named("Last Modified Date", "Case Last Modified Date"),
        "status": named("Status", "Case Status"),
        "priority": named("Priority"),
        "channel": named("Case Origin"),
        "team": named("Case Owner: Role", "Owner Role", "Queue"),
        "agent": named("Case Owner: Full Name", "Case Owner", "Case Owner Alias"),
        "customer_id": named("Account Number", "Contact ID", "Contact Email", "Account ID"),
        "customer_name": named("Contact Name", "Account Name"),
        "segment": named("Account Type", "Customer Segment"),
        "subject": named("Subject"),
        "ticket_type": named("Case Reason", "Case Type", "Type"),
    },
)

SALESFORCE_LOADER = Source(
    name="salesforce_loader",
    label=N_("Salesforce cases (Data Loader)"),
    kind="tickets",
    system="salesforce",
    signature=("CASENUMBER", "CREATEDDATE", "STATUS"),
    zone="UTC",
    columns={
        "ticket_id": named("CASENUMBER"),
        "created_at": named("CREATEDDATE"),
        "resolved_at": named("CLOSEDDATE"),
        "updated_at": named("LASTMODIFIEDDATE"),
        "status": named("STATUS"),
        "priority": named("PRIORITY"),
        "channel": named("ORIGIN"),
        "agent": named("OWNER.NAME", "OWNERID"),
        "customer_id": named("ACCOUNTID", "CONTACTID"),
        "customer_name": named("CONTACT.NAME", "SUPPLIEDNAME"),
        "subject": named("SUBJECT"),
        "ticket_type": named("REASON", "TYPE"),
    },
)
