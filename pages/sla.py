"""SLA: adherence against the target, and the tickets whose clock runs now."""

from cxdata import charts
from cxdata.i18n import _
from cxdata.ui import deadlines, look, state
from cxdata.ui.cards import cards
from cxdata.ui.panels import panel, wall

view = look.head(
    _("SLA"),
    "team",
    "channel",
    "priority",
    "segment",
    "stage",
    needs="ticket_facts",
    what=_("This page needs tickets: an export of your help desk."),
)
target = state.settings().sla_target
cards(view, dict.fromkeys(("sla", "sla_first_response", "sla_resolution", "unanswered_rate", "backlog"), ""), 5)

with wall():
    panel(
        "sla",
        _("SLA adherence"),
        _("Achieved ÷ (achieved + breached), both targets"),
        charts.trend,
        view.series("sla"),
        target=target,
    )
    panel(
        "targets",
        _("First response and resolution"),
        _("Adherence for each target apart"),
        charts.trend,
        view.series("sla_first_response", "sla_resolution"),
        target=target,
    )
with wall(3):
    for by, title in (("priority", _("By priority")), ("team", _("By team")), ("channel", _("By channel"))):
        panel(
            f"sla_{by}",
            title,
            _("SLA adherence; lines are 95% intervals; * few answers"),
            charts.breakdown,
            view.totals("sla", by=(by,)),
            before=view.before,
            target=target,
        )

deadlines.late(view)
deadlines.now(view)
