"""Service: volume, speed, resolution and who waits where."""

import streamlit as st

from cxdata import charts
from cxdata.i18n import _
from cxdata.ui import look
from cxdata.ui.cards import cards
from cxdata.ui.panels import panel, wall

CARDS = ("tickets_created", "first_response_time", "resolution_time", "resolution_rate", "first_contact_resolution", "unanswered_rate")  # fmt: skip
view = look.head(
    _("Service"),
    "team",
    "channel",
    "priority",
    "segment",
    "stage",
    needs="ticket_facts",
    what=_("This page needs tickets: an export of your help desk."),
)
cards(view, dict.fromkeys(CARDS, ""), 6)

with wall():
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
        "hours",
        _("When customers come"),
        _("New tickets by weekday and hour"),
        charts.week_heatmap,
        view.totals("tickets_created", by=("weekday", "hour")),
    )
    for name, title in (("first_response_time", _("First response time")), ("resolution_time", _("Resolution time"))):
        panel(
            name,
            title,
            _("Median, and the time that nine in ten stay under"),
            charts.trend,
            view.series(name, f"{name}_p90"),
            names=(_("median"), _("90th percentile")),
        )
    panel(
        "rates",
        _("Resolved at once, reopened, unanswered"),
        _("Shares of the tickets"),
        charts.trend,
        view.series("first_contact_resolution", "reopen_rate", "unanswered_rate"),
        from_zero=True,
    )
    panel(
        "resolved",
        _("Resolution rate"),
        _("Share of the tickets created in the period that is resolved by now"),
        charts.trend,
        view.series("resolution_rate"),
    )

for by, title in (("team", _("By team")), ("channel", _("By channel: who is left waiting"))):
    st.header(title, anchor=False)
    with wall():
        for name, label in (
            ("first_response_time", _("First response")),
            ("resolution_time", _("Resolution")),
            ("unanswered_rate", _("Unanswered")),
            ("first_contact_resolution", _("Resolved at once")),
        ):
            panel(
                f"{name}_{by}",
                label,
                _("Lines are 95% intervals; * few answers"),
                charts.breakdown,
                view.totals(name, by=(by,)),
                before=view.before,
            )
