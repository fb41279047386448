"""Overview: the eight headline numbers, what changed, and the main trends."""

from cxdata import charts
from cxdata.i18n import _
from cxdata.ui import look, state
from cxdata.ui.cards import cards
from cxdata.ui.panels import panel, wall

VOICE, RETENTION, SERVICE, SLA = "voice_of_customer", "retention", "service", "sla"
view = look.head(_("Overview"), "team", "channel", "priority", "segment", "stage")

cards(
    view,
    {
        "nps": VOICE, "csat": VOICE, "ces": VOICE, "retention_rate": RETENTION, "first_response_time": SERVICE,
        "resolution_time": SERVICE, "sla": SLA, "churn_rate": RETENTION,
    },
)  # fmt: skip

with wall():
    panel(
        "nps", _("Net Promoter Score"), _("Promoters minus detractors, −100 to 100"), charts.trend, view.series("nps")
    )
    panel("csat", _("Customer satisfaction"), _("Share of satisfied answers"), charts.trend, view.series("csat"))
    panel(
        "volume",
        _("Tickets and open work"),
        _("New and resolved tickets; open work at the end of the period"),
        charts.bars_and_line,
        view.series("tickets_created", "tickets_resolved", "backlog"),
        bars=("tickets_created", "tickets_resolved"),
        line="backlog",
    )
    panel(
        "response",
        _("First response time"),
        _("Median wait for the first reply of a person"),
        charts.trend,
        view.series("first_response_time"),
    )
    panel(
        "retention",
        _("Retention"),
        _("Share of the customers at the start of the period who are there at its end"),
        charts.trend,
        view.series("retention_rate"),
    )
    panel(
        "sla",
        _("SLA adherence"),
        _("First responses and resolutions within their target"),
        charts.trend,
        view.series("sla"),
        target=state.settings().sla_target,
    )
