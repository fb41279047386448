"""Customer metrics: retention, churn, value. Definitions: METRICS, "Customers"."""

from cxdata.i18n import N_
from cxdata.metrics.base import (
    Count,
    Curve,
    Distinct,
    FlowCount,
    FlowMean,
    FlowRatio,
    FlowShare,
    Metric,
    ProjectedValue,
    Quantile,
    Reasons,
    Share,
)

FAMILY = "customers"
FLOW, TIME = "customer_flow", "started"
SECOND_DAYS = 90
LEAVES_WITHIN_DAYS = 90  # after a contact, for it to be one that a customer left after
_LEFT = f"leaves_in_days <= {LEAVES_WITHIN_DAYS}"
_NOT_MEASURED: Reasons = (
    (N_("Contacts of who is no known customer, or was none at the time"), "leaving_known_on is null"),
    (N_("Contacts whose 90 days are not over yet"), "true"),
)
_NOT_LAST: Reasons = (
    (N_("Contacts of who is no known customer, or was none at the time"), "leaving_known_on is null"),
    (N_("The customer is still there, or left more than 90 days later"), f"not coalesce({_LEFT} and leaves_on < $as_of_on, false)"),
    (N_("The customer came again before leaving"), "true"),
)  # fmt: skip

CUSTOMERS: tuple[Metric, ...] = (
    Metric(
        "retention_rate", N_("Retention"), FAMILY, "share", "higher", FLOW, TIME, FlowShare(kept=True),
        N_("Of the customers at the start of the period, the share still there at its end. New ones are in neither count."),
        N_("(customers at the start − those of them who left) ÷ customers at the start"),
        pitfalls=(
            N_("It belongs to a length of time: twelve months of 98 % make a year of 78 %, and months are not averaged."),
            N_("New customers do not lift it: they were not there at the start."),
        ),
    ),
    Metric(
        "churn_rate", N_("Churn"), FAMILY, "share", "lower", FLOW, TIME, FlowShare(),
        N_("Of the customers at the start of the period, the share who left in it. Retention + churn = 100 %."),
        N_("those of them who left ÷ customers at the start"),
        pitfalls=(
            N_("Over the period shown: 2 % a month is 21.5 % a year. Compare equal lengths only."),
            N_("Who came and left within the period is a lost customer, but in no churn."),
        ),
    ),
    Metric(
        "active_customers", N_("Active customers"), FAMILY, "count", "higher", FLOW, TIME, FlowCount("closing"),
        N_("Customers at the end of the period."), N_("started before the end and not cancelled before it"),
        pitfalls=(
            N_("At the end of the period: no mean over it, and not everybody who was there in it."),
        ),
    ),
    Metric(
        "new_customers", N_("New customers"), FAMILY, "count", "higher", FLOW, TIME, FlowCount("entered"),
        N_("Customers who started in the period."), N_("count, by start date"),
        pitfalls=(
            N_("By start date; without a customer file the first purchase, ticket or answer is taken for it."),
        ),
    ),
    Metric(
        "lost_customers", N_("Lost customers"), FAMILY, "count", "lower", FLOW, TIME, FlowCount("departed"),
        N_("Customers who cancelled in the period, also those who started in it."), N_("count, by cancel date"),
        pitfalls=(
            N_("More than those in churn: also who started in the same period."),
            N_("Filed by the last day as a customer, not by the day of the notice."),
        ),
    ),
    Metric(
        "revenue_churn_rate", N_("Revenue churn"), FAMILY, "share", "lower", FLOW, TIME,
        FlowRatio("lost_value", "opening_value", "opening_valued", "opening_valued"),
        N_("Share of the monthly value at the start that left with its customers."),
        N_("monthly value of those who left ÷ monthly value at the start"),
        pitfalls=(
            N_("Gross: what other customers came to pay more does not make up for it."),
            N_("Only customers whose monthly value is known."),
        ),
    ),
    Metric(
        "repeat_customer_rate", N_("Repeat customers"), FAMILY, "share", "higher", "purchase_facts", "purchased",
        Distinct("nth >= 2", per="customer_id"),
        N_("Of the customers who bought in the period, the share with two purchases or more by its end."),
        N_("buyers with ≥ 2 purchases ever ÷ buyers in the period"),
        pitfalls=(
            N_("Two purchases ever, not two in the period."),
            N_("A purchase from before the file begins is not known, so the first months are too low."),
        ),
    ),
    Metric(
        "second_purchase_rate", N_("Second purchase within 90 days"), FAMILY, "share", "higher", "purchase_facts", "purchased",
        Share(
            f"next_days <= {SECOND_DAYS}", f"nth = 1 and purchased_s <= $as_of_s - {(SECOND_DAYS + 1) * 86400}",
            left_out=(
                (N_("Not a first purchase"), "nth > 1"),
                (N_("First bought less than 90 days before as-of"), "true"),
            ),
        ),
        N_("Of the customers who bought for the first time in the period, the share that bought again within 90 days."),
        N_("first purchases followed by a second within 90 days ÷ first purchases of at least 90 days ago"),
        short=N_("Second purchase"), matures=True,
        pitfalls=(
            N_("By the month of the first purchase; the last 90 days cannot be told yet and are left out."),
            N_("A purchase from before the file begins is not known, so who seems new in the first months may be not."),
        ),
    ),
    Metric(
        "time_between_purchases", N_("Time between purchases"), FAMILY, "duration", "", "purchase_facts", "purchased",
        Quantile("between", "nth >= 2", left_out=((N_("A first purchase: nothing before it"), "true"),)),
        N_("Median of the days between a purchase and the one before it by the same customer, by the day of the later one."),
        N_("median(day of a purchase − day of the purchase before it)"),
        pitfalls=(
            N_("Only of those who came back: who never did is in no gap. The second purchase rate tells how many do."),
            N_("In a young file long gaps cannot be there yet, so it is too short at first."),
            N_("Two orders on one day are two purchases, 0 days apart. The clock makes no difference."),
        ),
    ),
    Metric(
        "lifetime_value", N_("Lifetime value to date"), FAMILY, "money", "higher", "purchase_flow", "purchased",
        FlowMean("closing_value", "closing", "closing", "closing_valued"),
        N_("What a buyer has spent so far, on average, up to the end of the period."),
        N_("sum of all purchases ÷ customers who ever bought"),
        pitfalls=(
            N_("To date: many new customers make it lower, though nothing got worse."),
            N_("What was paid, not what was earned: no costs are taken off."),
            N_("A few large customers carry the mean; the interval says how far it can be off."),
        ),
    ),
    Metric(
        "lifetime_value_projected", N_("Lifetime value, projected"), FAMILY, "money", "higher", FLOW, TIME, ProjectedValue(),
        N_("A projection, not a measurement: what a customer will bring if value and churn stay as they are."),
        N_("mean monthly value × margin ÷ monthly churn"),
        pitfalls=(
            N_("Not to be compared with the value to date: it looks ahead and takes the margin into account."),
            N_("A churn near zero makes it very large, and it has no interval."),
        ),
    ),
    Metric(
        "survival", N_("Survival"), FAMILY, "share", "higher", "customer_facts", TIME, Curve(N_("Greenwood, log-log")),
        N_("Share of customers still there so many months after their start; those who are there now count as seen so far."),
        N_("Kaplan–Meier, right-censored at as-of, Greenwood log-log band"), "Kaplan & Meier 1958",
        pitfalls=(
            N_("By months since the start of each customer, not by calendar month; one month's churn cannot be read from it."),
        ),
    ),
    Metric(
        "second_purchase_cohorts", N_("Second purchase by cohort"), FAMILY, "share", "higher", "purchase_facts", "purchased",
        Curve(N_("Wilson")),
        N_("Of the customers who first bought in a month, the share that bought again within so many months."),
        N_("a second purchase within k months of the first ÷ customers of the month of first purchase"),
        pitfalls=(
            N_("A recent cohort has few months yet: what as-of has not reached is empty, not 0."),
            N_("The first months of a file hold customers who had bought before; they come back sooner than new ones."),
        ),
    ),
    Metric(
        "cohort_retention", N_("Cohorts"), FAMILY, "share", "higher", "customer_facts", TIME, Curve(N_("Wilson")),
        N_("Of the customers who started in a month, the share still there so many months later."),
        N_("still active k months after their start ÷ customers of the start month"),
        pitfalls=(
            N_("A recent cohort has few months yet: what as-of has not reached is empty, not 0."),
            N_("By month of start; the retention of a calendar month is another number."),
        ),
    ),
    Metric(
        "churn_after_contact", N_("Churn after contact"), FAMILY, "share", "lower", "ticket_facts", "created",
        Distinct(_LEFT, "leaving_known_on <= $as_of_on", _NOT_MEASURED, per="customer_id"),
        N_("Of the customers with a contact in the period, the share who cancelled within 90 days after one of those contacts."),
        N_("customers who cancelled within 90 days of a contact ÷ customers with a contact whose 90 days are over"),
        pitfalls=(
            N_("The newest three months are empty: only contacts whose 90 days are over at as-of count. Without a customers file all are."),
            N_("Leaving after a contact is not leaving because of it: who wants to cancel gets in touch first."),
            N_("A customer with contacts in two stages or channels counts in both, so the parts do not add up to the whole."),
        ),
    ),
    Metric(
        "last_contacts", N_("Last contacts before leaving"), FAMILY, "count", "lower", "ticket_facts", "created",
        Count(f"is_last_contact and {_LEFT} and leaves_on < $as_of_on", _NOT_LAST),
        N_("Contacts that were the last of their customer before he or she cancelled, at most 90 days later."),
        N_("count, by creation of the ticket; each customer who cancelled counts once at most"),
        pitfalls=(
            N_("More contacts bring more of them: churn after contact says which stage loses more than others."),
            N_("Who cancelled without any contact in the 90 days before is not in it."),
            N_("The newest periods still rise: those who will leave have not left yet."),
        ),
    ),
)  # fmt: skip
