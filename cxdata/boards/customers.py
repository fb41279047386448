"""The boards of the pages on customers: what they say, who stays, what they are worth, follow-ups, the journey."""

from __future__ import annotations

from cxdata import charts
from cxdata.boards.base import (
    INTERVALS,
    QUALITY_PARTS,
    SCORE,
    STAYED,
    TICKETS,
    WHOLE,
    Board,
    Panel,
    Section,
    breakdown,
    crossed,
    trend,
)
from cxdata.i18n import N_


def _voice_by(by: str, title: str) -> Section:
    scores = (("nps", N_("NPS")), ("csat", N_("CSAT")), ("ces", N_("CES")))
    return Section(tuple(breakdown(name, by, label, INTERVALS) for name, label in scores), 3, title)


VOICE_OF_CUSTOMER = Board(
    "voice_of_customer",
    N_("Voice of customer"),
    TICKETS,
    cards=dict.fromkeys(("nps", "csat", "ces", *QUALITY_PARTS), ""),
    needs=("survey_facts",),
    what=N_("This page needs survey answers: an export with NPS, CSAT or CES."),
    sections=(
        Section(
            (
                trend("nps", N_("Net Promoter Score"), SCORE, "nps"),
                Panel(
                    "segments",
                    N_("Promoters, passives and detractors"),
                    N_("Share of the answers"),
                    charts.nps_segments,
                    charts.NPS_SEGMENTS,
                ),
                Panel(
                    "scores",
                    N_("NPS scores"),
                    N_("How many customers gave each score"),
                    charts.nps_scores,
                    ("nps",),
                    ("score",),
                    total=True,
                ),
                trend("csat", N_("Customer satisfaction"), N_("Share of satisfied answers"), "csat"),
                trend("ces", N_("Customer effort (ease)"), N_("Mean ease, 7 is easy"), "ces"),
                trend(
                    "quality",
                    N_("Service quality"),
                    N_("Accuracy, professionalism and overall experience, 0 to 100"),
                    *QUALITY_PARTS,
                ),
            )
        ),
        _voice_by("team", N_("By team")),
        _voice_by("channel", N_("By channel")),
    ),
)


RETENTION = Board(
    "retention",
    N_("Retention"),
    ("team", "segment", "entry_channel"),
    cards=dict.fromkeys(
        (
            "retention_rate",
            "churn_rate",
            "active_customers",
            "new_customers",
            "lost_customers",
            "revenue_churn_rate",
        ),
        "",
    ),
    needs=("customer_facts",),
    what=N_("This page needs customers: a list with start and cancel dates, or purchases."),
    sections=(
        Section(
            (
                trend("retention", N_("Retention"), STAYED, "retention_rate"),
                trend("churn", N_("Churn"), N_("Share of the customers at the start who left"), "churn_rate"),
                Panel(
                    "moves",
                    N_("New and lost customers"),
                    N_("Customers who started and who cancelled"),
                    charts.bars_and_line,
                    ("new_customers", "lost_customers"),
                    options={"bars": ("new_customers", "lost_customers")},
                ),
                trend("active", N_("Active customers"), N_("At the end of the period"), "active_customers"),
            )
        ),
        Section(
            (
                Panel(
                    "cohorts",
                    N_("Cohorts"),
                    N_(
                        "Percent of the customers who started in a month (number in brackets) still there so many months later"
                    ),
                    charts.cohorts,
                    ("cohort_retention",),
                ),
            ),
            columns=1,
        ),
        Section(
            (
                Panel(
                    "survival",
                    N_("How long customers stay"),
                    N_("Kaplan–Meier with 95% band, all customers up to now"),
                    charts.survival,
                    ("survival",),
                    total=True,
                ),
                Panel(
                    "survival_segment",
                    N_("How long customers stay, by segment"),
                    N_("Kaplan–Meier, all customers up to now"),
                    charts.survival,
                    ("survival",),
                    ("segment",),
                    total=True,
                ),
                breakdown("churn_rate", "team", N_("Churn by team"), WHOLE, "churn_team"),
                breakdown("churn_rate", "segment", N_("Churn by segment"), WHOLE, "churn_segment"),
                trend(
                    "repeat",
                    N_("Repeat customers"),
                    N_("Of the buyers in the period, the share with two purchases or more"),
                    "repeat_customer_rate",
                ),
                trend(
                    "value",
                    N_("Lifetime value to date"),
                    N_("What a buyer has spent so far, on average"),
                    "lifetime_value",
                ),
            )
        ),
    ),
)


FOLLOW_UPS = Board(
    "follow_ups",
    N_("Follow-ups"),
    ("team", "segment"),
    cards=dict.fromkeys(("follow_up_rate", "follow_up_time", "nps_detractors"), ""),
    card_columns=3,
    sections=(
        Section(
            (
                trend(
                    "rate",
                    N_("Detractors followed up"),
                    N_("Share of their answers after which the loop was closed"),
                    "follow_up_rate",
                ),
                trend(
                    "time",
                    N_("Time to close the loop"),
                    N_("Median from the low score to a closed follow-up"),
                    "follow_up_time",
                ),
            )
        ),
    ),
)


def _beside_each_other(service: str, experience: str, titles: tuple[str, str]) -> tuple[Panel, Panel]:
    """A measure of our own work, and one of what customers make of it, by stage."""
    return (
        breakdown(service, "stage", titles[0], INTERVALS),
        breakdown(experience, "stage", titles[1], INTERVALS),
    )


JOURNEY = Board(
    "journey",
    N_("Customer journey"),
    TICKETS,
    cards=dict.fromkeys(
        ("nps", "csat", "ces", "first_response_time", "resolution_time", "churn_after_contact"),
        "",
    ),
    sections=(
        Section(
            (
                Panel(
                    "stages",
                    N_("The journey at a glance"),
                    N_("Colour: clearly better or worse than the other stages together; * few answers"),
                    charts.grid,
                    (
                        "tickets_created",
                        "nps",
                        "csat",
                        "ces",
                        "first_response_time",
                        "resolution_time",
                        "resolution_rate",
                        "sla",
                        "churn_after_contact",
                    ),
                    ("stage",),
                    total=True,
                    rest=True,
                ),
            ),
            columns=1,
        ),
        Section(
            (
                breakdown(
                    "first_contacts", "stage", N_("Enter"), N_("First contact of a customer in the data, by its stage")
                ),
                breakdown(
                    "first_response_time_p90",
                    "stage",
                    N_("Wait"),
                    N_("First response: nine in ten customers waited less than this"),
                ),
                breakdown("unanswered_rate", "stage", N_("Wait in vain"), N_("Nobody answered within the target")),
                breakdown(
                    "churn_after_contact",
                    "stage",
                    N_("Drop out"),
                    N_("Customers who cancelled within 90 days after a contact"),
                ),
                breakdown(
                    "last_contacts",
                    "stage",
                    N_("Last contact before leaving"),
                    N_("At most 90 days before they cancelled"),
                ),
                breakdown("reopen_rate", "stage", N_("Opened again"), N_("Resolved tickets that came back")),
            ),
            3,
            N_("Where customers enter, wait and drop out"),
        ),
        Section(
            (
                *_beside_each_other("first_response_time", "csat", (N_("First response"), N_("CSAT"))),
                *_beside_each_other("resolution_time", "ces", (N_("Resolution"), N_("CES"))),
                *_beside_each_other("sla", "nps", (N_("SLA adherence"), N_("NPS"))),
            ),
            title=N_("Our own work, and what customers make of it"),
        ),
        crossed(
            "paths",
            N_("From one stage to the next"),
            N_(
                "A row: contacts in a stage after which the same customer came again. Where that was, as share of the row and number"
            ),
            "next_contacts",
            ("stage", "next_stage"),
        ),
    ),
)


_TO_DATE = N_("What a buyer has spent so far, on average; lines are 95% intervals")
_PROJECTED = N_("A projection: monthly value × margin ÷ monthly churn; no interval")


def _value_by(by: str, title: str, projected: str) -> tuple[Panel, Panel]:
    """What was measured and what is projected, beside each other."""
    return (
        breakdown("lifetime_value", by, title, _TO_DATE),
        breakdown("lifetime_value_projected", by, projected, _PROJECTED),
    )


VALUE = Board(
    "value",
    N_("Customer value"),
    ("team", "segment", "entry_channel"),
    cards=dict.fromkeys(
        (
            "lifetime_value",
            "lifetime_value_projected",
            "revenue_churn_rate",
            "repeat_customer_rate",
            "second_purchase_rate",
            "time_between_purchases",
        ),
        "",
    ),
    needs=("customer_facts",),
    what=N_("This page needs purchases, or a list of customers with their monthly value."),
    sections=(
        Section(
            (
                *_value_by("team", N_("To date, by team"), N_("Projected, by team")),
                *_value_by("segment", N_("To date, by segment"), N_("Projected, by segment")),
                *_value_by("entry_channel", N_("To date, by channel of entry"), N_("Projected, by channel of entry")),
            ),
            title=N_("Lifetime value"),
        ),
        Section(
            (
                trend(
                    "repeat",
                    N_("Repeat customers"),
                    N_("Of the buyers in the period, the share with two purchases or more"),
                    "repeat_customer_rate",
                ),
                trend(
                    "second",
                    N_("Second purchase within 90 days"),
                    N_("Of those who first bought in the period; the last 90 days cannot be told yet"),
                    "second_purchase_rate",
                ),
                trend(
                    "between",
                    N_("Time between purchases"),
                    N_("Median time since the purchase before, by the day of the later one"),
                    "time_between_purchases",
                ),
                Panel(
                    "between_number",
                    N_("From one purchase to the next"),
                    N_(
                        "Median time from the first to the second and so on, of those who made it; lines are 95% intervals"
                    ),
                    charts.breakdown,
                    ("time_between_purchases",),
                    ("purchase_number",),
                    total=True,
                    options={"in_order": True},
                ),
            ),
            title=N_("Who comes back"),
        ),
        Section(
            (
                Panel(
                    "second_cohorts",
                    N_("Second purchase by cohort"),
                    N_(
                        "Percent of the customers who first bought in a month (number in brackets) that bought again within so many months"
                    ),
                    charts.cohorts,
                    ("second_purchase_cohorts",),
                ),
            ),
            columns=1,
        ),
        Section(
            (
                Panel(
                    "between_days",
                    N_("How long it takes to come back"),
                    N_("Purchases by the days since the one before"),
                    charts.gaps,
                    ("time_between_purchases",),
                    ("gap",),
                    total=True,
                ),
            ),
            columns=1,
        ),
    ),
)
