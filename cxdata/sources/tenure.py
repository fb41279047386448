"""Customers without dates: how many months they have been there, and whether they left (churn data sets)."""

from cxdata.i18n import N_
from cxdata.sources.base import Column, Source, named

TENURE = Source(
    name="tenure",
    label=N_("Customers with months of tenure and churn"),
    kind="customers",
    system="tenure",
    signature=(
        ("customerID", "customer id", "customer", "klantnummer", "account", "user id"),
        ("tenure", "tenure months", "tenure in months", "months as a customer", "account length", "maanden klant", "looptijd"),
        ("churn", "churned", "churn label", "opgezegd", "vertrokken"),
    ),
    absent=("start date", "started on", "signup date", "customer since", "startdatum", "klant sinds", "tenure years"),
    derived=True,
    remark=N_(
        "The file has no dates, only how many months a customer has been there and whether the customer left. Start and "
        "end are derived from them, counted back from the month of the newest data: these customers are in the survival "
        "curve, and in no number by month."
    ),
    columns={
        "customer_id": named("customerID", "customer id", "customer", "klantnummer", "account", "user id"),
        "started_on": Column(
            ("tenure", "tenure months", "tenure in months", "months as a customer", "account length", "maanden klant", "looptijd"),
            reads="months_before",
        ),
        "cancelled_on": Column(("churn", "churned", "churn label", "opgezegd", "vertrokken"), reads="month_where_yes"),
        "customer_name": named("customer name", "name", "surname", "naam"),
        "email": named("email", "e-mail"),
        "team": named("team", "account manager", "region", "regio"),
        "segment": named("contract", "segment", "plan", "subscription type", "internetservice", "abonnement"),
        "channel": named("acquisition channel", "channel", "kanaal"),
        "monthly_value": named("MonthlyCharges", "monthly charges", "monthly charge", "monthly value", "mrr", "maandbedrag"),
    },
)  # fmt: skip
