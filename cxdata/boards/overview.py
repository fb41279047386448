"""The board of the Overview."""

from __future__ import annotations

from cxdata.boards.base import SCORE, STAYED, TICKETS, VOLUME, Board, Section, trend
from cxdata.i18n import N_

OVERVIEW = Board(
    "overview",
    N_("Overview"),
    TICKETS,
    cards={
        "nps": "voice_of_customer",
        "csat": "voice_of_customer",
        "ces": "voice_of_customer",
        "retention_rate": "retention",
        "first_response_time": "service",
        "resolution_time": "service",
        "sla": "sla",
        "churn_rate": "retention",
    },
    card_columns=4,
    sections=(
        Section(
            (
                trend("nps", N_("Net Promoter Score"), SCORE, "nps"),
                trend("csat", N_("Customer satisfaction"), N_("Share of satisfied answers"), "csat"),
                VOLUME,
                trend(
                    "response",
                    N_("First response time"),
                    N_("Median wait for the first reply of a person"),
                    "first_response_time",
                ),
                trend("retention", N_("Retention"), STAYED, "retention_rate"),
                trend(
                    "sla",
                    N_("SLA adherence"),
                    N_("First responses and resolutions within their target"),
                    "sla",
                    target="sla_target",
                ),
            )
        ),
    ),
)
