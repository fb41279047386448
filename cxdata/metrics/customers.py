"""Customer metrics: retention, churn, value. Definitions: METRICS, "Customers"."""

from cxdata.i18n import N_
from cxdata.metrics.base import Curve, Distinct, FlowCount, FlowRatio, FlowShare, Metric, ProjectedValue

FAMILY = "customers"
FLOW, TIME = "customer_flow", "started"

CUSTOMERS: tuple[Metric, ...] = (
    Metric(
        "retention_rate", N_("Retention"), FAMILY, "share", "higher", FLOW, TIME, FlowShare(kept=True),
        N_("Of the customers at the start of the period, the share still there at its end. New ones are in neither count."),
        N_("(customers at the start − those of them who left) ÷ customers at the start"),
    ),
    Metric(
        "churn_rate", N_("Churn"), FAMILY, "share", "lower", FLOW, TIME, FlowShare(),
        N_("Of the customers at the start of the period, the share who left in it. Retention + churn = 100 %."),
        N_("those of them who left ÷ customers at the start"),
    ),
    Metric(
        "active_customers", N_("Active customers"), FAMILY, "count", "higher", FLOW, TIME, FlowCount("closing"),
        N_("Customers at the end of the period."), N_("started before the end and not cancelled before it"),
    ),
    Metric(
        "new_customers", N_("New customers"), FAMILY, "count", "higher", FLOW, TIME, FlowCount("entered"),
        N_("Customers who started in the period."), N_("count, by start date"),
    ),
    Metric(
        "lost_customers", N_("Lost customers"), FAMILY, "count", "lower", FLOW, TIME, FlowCount("departed"),
        N_("Customers who cancelled in the period, also those who started in it."), N_("count, by cancel date"),
    ),
    Metric(
        "revenue_churn_rate", N_("Revenue churn"), FAMILY, "share", "lower", FLOW, TIME,
        FlowRatio("lost_value", "opening_value", "opening_valued", "opening_valued"),
        N_("Share of the monthly value at the start that left with its customers."),
        N_("monthly value of those who left ÷ monthly value at the start"),
    ),
    Metric(
        "repeat_customer_rate", N_("Repeat customers"), FAMILY, "share", "higher", "purchase_facts", "purchased",
        Distinct("nth >= 2", per="customer_id"),
        N_("Of the customers who bought in the period, the share with two purchases or more by its end."),
        N_("buyers with ≥ 2 purchases ever ÷ buyers in the period"),
    ),
    Metric(
        "lifetime_value", N_("Lifetime value to date"), FAMILY, "money", "higher", "purchase_flow", "purchased",
        FlowRatio("closing_value", "closing", "closing", "closing_valued"),
        N_("What a buyer has spent so far, on average, up to the end of the period."),
        N_("sum of all purchases ÷ customers who ever bought"),
    ),
    Metric(
        "lifetime_value_projected", N_("Lifetime value, projected"), FAMILY, "money", "higher", FLOW, TIME, ProjectedValue(),
        N_("A projection, not a measurement: what a customer will bring if value and churn stay as they are."),
        N_("mean monthly value × margin ÷ monthly churn"),
    ),
    Metric(
        "survival", N_("Survival"), FAMILY, "share", "higher", "customer_facts", TIME, Curve(),
        N_("Share of customers still there so many months after their start; those who are there now count as seen so far."),
        N_("Kaplan–Meier, right-censored at as-of, Greenwood log-log band"), "Kaplan & Meier 1958",
    ),
    Metric(
        "cohort_retention", N_("Cohorts"), FAMILY, "share", "higher", "customer_facts", TIME, Curve(),
        N_("Of the customers who started in a month, the share still there so many months later."),
        N_("still active k months after their start ÷ customers of the start month"),
    ),
)  # fmt: skip
