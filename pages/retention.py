"""Retention: who stays, who leaves and when, by team and segment."""

from cxdata import charts
from cxdata.i18n import _
from cxdata.ui import look
from cxdata.ui.cards import cards
from cxdata.ui.panels import panel, wall

CARDS = ("retention_rate", "churn_rate", "active_customers", "new_customers", "lost_customers", "revenue_churn_rate")
view = look.head(
    _("Retention"),
    "team",
    "segment",
    needs="customer_facts",
    what=_("This page needs customers: a list with start and cancel dates, or purchases."),
)
look.estimated_note()
cards(view, dict.fromkeys(CARDS, ""), 6)

with wall():
    panel(
        "retention",
        _("Retention"),
        _("Share of the customers at the start of the period who are there at its end"),
        charts.trend,
        view.series("retention_rate"),
    )
    panel(
        "churn", _("Churn"), _("Share of the customers at the start who left"), charts.trend, view.series("churn_rate")
    )
    panel(
        "moves",
        _("New and lost customers"),
        _("Customers who started and who cancelled"),
        charts.bars_and_line,
        view.series("new_customers", "lost_customers"),
        bars=("new_customers", "lost_customers"),
    )
    panel("active", _("Active customers"), _("At the end of the period"), charts.trend, view.series("active_customers"))

panel(
    "cohorts",
    _("Cohorts"),
    _("Percent of the customers who started in a month (number in brackets) still there so many months later"),
    charts.cohorts,
    view.series("cohort_retention"),
)

with wall():
    kaplan_meier = _("Kaplan–Meier with 95% band, all customers up to now")
    panel("survival", _("How long customers stay"), kaplan_meier, charts.survival, view.totals("survival"))
    panel(
        "survival_segment",
        _("How long customers stay, by segment"),
        _("Kaplan–Meier, all customers up to now"),
        charts.survival,
        view.totals("survival", by=("segment",)),
    )
    for by, title in (("team", _("Churn by team")), ("segment", _("Churn by segment"))):
        panel(
            f"churn_{by}",
            title,
            _("Over the whole period; lines are 95% intervals; * few answers"),
            charts.breakdown,
            view.totals("churn_rate", by=(by,)),
            before=view.before,
        )
    panel(
        "repeat",
        _("Repeat customers"),
        _("Of the buyers in the period, the share with two purchases or more"),
        charts.trend,
        view.series("repeat_customer_rate"),
    )
    panel(
        "value",
        _("Lifetime value to date"),
        _("What a buyer has spent so far, on average"),
        charts.trend,
        view.series("lifetime_value"),
    )
