"""The boards of the pages on service: speed, targets, channels, quality."""

from __future__ import annotations

from dataclasses import replace

from cxdata import charts
from cxdata.boards.base import (
    INTERVALS,
    NEEDS_TICKETS,
    QUALITY_PARTS,
    TICKETS,
    VOLUME,
    Board,
    Panel,
    Section,
    breakdown,
    crossed,
    trend,
)
from cxdata.i18n import N_

_MEDIAN = N_("Median, and the time that nine in ten stay under")
_MEDIANS = (N_("median"), N_("90th percentile"))


def _service_by(by: str, title: str) -> Section:
    shown = (
        ("first_response_time", N_("First response")),
        ("resolution_time", N_("Resolution")),
        ("unanswered_rate", N_("Unanswered")),
        ("first_contact_resolution", N_("Resolved at once")),
    )
    return Section(tuple(breakdown(name, by, label, INTERVALS) for name, label in shown), title=title)


SERVICE = Board(
    "service",
    N_("Service"),
    TICKETS,
    cards=dict.fromkeys(
        (
            "tickets_created",
            "first_response_time",
            "resolution_time",
            "resolution_rate",
            "first_contact_resolution",
            "unanswered_rate",
        ),
        "",
    ),
    needs=("ticket_facts",),
    what=NEEDS_TICKETS,
    sections=(
        Section(
            (
                VOLUME,
                Panel(
                    "hours",
                    N_("When customers come"),
                    N_("New tickets by weekday and hour"),
                    charts.week_heatmap,
                    ("tickets_created",),
                    ("weekday", "hour"),
                    total=True,
                ),
                trend(
                    "first_response_time",
                    N_("First response time"),
                    _MEDIAN,
                    "first_response_time",
                    "first_response_time_p90",
                    names=_MEDIANS,
                ),
                trend(
                    "resolution_time",
                    N_("Resolution time"),
                    _MEDIAN,
                    "resolution_time",
                    "resolution_time_p90",
                    names=_MEDIANS,
                ),
                trend(
                    "rates",
                    N_("Resolved at once, reopened, unanswered"),
                    N_("Shares of the tickets"),
                    "first_contact_resolution",
                    "reopen_rate",
                    "unanswered_rate",
                    options={"from_zero": True},
                ),
                trend(
                    "resolved",
                    N_("Resolution rate"),
                    N_("Share of the tickets created in the period that is resolved by now"),
                    "resolution_rate",
                ),
            )
        ),
        _service_by("team", N_("By team")),
        _service_by("channel", N_("By channel: who is left waiting")),
    ),
)


_ADHERENCE = N_("SLA adherence; lines are 95% intervals; * few answers")

SLA = Board(
    "sla",
    N_("SLA"),
    TICKETS,
    cards=dict.fromkeys(("sla", "sla_first_response", "sla_resolution", "unanswered_rate", "backlog"), ""),
    card_columns=5,
    needs=("ticket_facts",),
    what=NEEDS_TICKETS,
    sections=(
        Section(
            (
                trend(
                    "sla",
                    N_("SLA adherence"),
                    N_("Achieved ÷ (achieved + breached), both targets"),
                    "sla",
                    target="sla_target",
                ),
                trend(
                    "targets",
                    N_("First response and resolution"),
                    N_("Adherence for each target apart"),
                    "sla_first_response",
                    "sla_resolution",
                    target="sla_target",
                ),
            )
        ),
        Section(
            tuple(
                breakdown("sla", by, title, _ADHERENCE, target="sla_target")
                for by, title in (
                    ("priority", N_("By priority")),
                    ("team", N_("By team")),
                    ("channel", N_("By channel")),
                )
            ),
            columns=3,
        ),
    ),
)


def _by_channel(key: str, title: str, subtitle: str, name: str) -> Panel:
    return trend(key, title, subtitle, name, by=("channel",))


CHANNELS = Board(
    "channels",
    N_("Channels"),
    TICKETS,
    cards=dict.fromkeys(
        (
            "tickets_created",
            "first_response_time",
            "unanswered_rate",
            "resolution_rate",
            "channel_switch_rate",
            "self_service_rate",
        ),
        "",
    ),
    needs=("ticket_facts",),
    what=NEEDS_TICKETS,
    sections=(
        Section(
            (
                Panel(
                    "channels",
                    N_("Channels at a glance"),
                    N_("Colour: clearly better or worse than the other channels together; * few answers"),
                    charts.grid,
                    (
                        "tickets_created",
                        "first_response_time",
                        "unanswered_rate",
                        "resolution_time",
                        "resolution_rate",
                        "first_contact_resolution",
                        "csat",
                        "ces",
                        "nps",
                        "channel_switch_rate",
                    ),
                    ("channel",),
                    total=True,
                    rest=True,
                ),
            ),
            columns=1,
        ),
        Section(
            (
                _by_channel(
                    "volume",
                    N_("New tickets"),
                    N_("Tickets that customers opened, by channel; the five with most"),
                    "tickets_created",
                ),
                _by_channel(
                    "response",
                    N_("First response time"),
                    N_("Median wait for the first reply of a person; the five channels with most"),
                    "first_response_time",
                ),
                _by_channel(
                    "unanswered",
                    N_("Unanswered"),
                    N_("Nobody answered within the target; the five channels with most tickets"),
                    "unanswered_rate",
                ),
                _by_channel(
                    "satisfied",
                    N_("Customer satisfaction"),
                    N_("Share of satisfied answers; the five channels with most"),
                    "csat",
                ),
            ),
            title=N_("Over time"),
        ),
        Section(
            (
                breakdown("first_response_time", "channel", N_("First response"), INTERVALS),
                breakdown("resolution_time", "channel", N_("Resolution"), INTERVALS),
                breakdown("unanswered_rate", "channel", N_("Unanswered"), INTERVALS),
                breakdown("first_contact_resolution", "channel", N_("Resolved at once"), INTERVALS),
                breakdown("csat", "channel", N_("CSAT"), INTERVALS),
                breakdown("ces", "channel", N_("CES"), INTERVALS),
            ),
            3,
            N_("Each channel against its earlier self"),
        ),
        Section(
            (
                breakdown(
                    "channel_switch_rate",
                    "channel",
                    N_("Came again through another channel"),
                    N_("Share of the tickets, within 7 days; lines are 95% intervals"),
                ),
                trend(
                    "switches",
                    N_("Channel switches"),
                    N_("Tickets whose customer came through another channel within 7 days"),
                    "channel_switch_rate",
                ),
            ),
            title=N_("Customers who switch channel"),
        ),
        crossed(
            "from_to",
            N_("Who came again within a week, through which channel"),
            N_("A row: tickets whose customer came again within 7 days. Through what, as share of the row and number"),
            "repeat_contacts",
            ("channel", "next_channel"),
        ),
        Section(
            (
                trend(
                    "self_service",
                    N_("Solved without a person"),
                    N_("Of the resolved tickets of which it is known who solved them"),
                    "self_service_rate",
                ),
                Panel(
                    "handled",
                    N_("Bots and people beside each other"),
                    N_("Colour: clearly better or worse than the other; * few answers"),
                    charts.grid,
                    ("tickets_created", "resolution_time", "reopen_rate", "csat", "ces", "channel_switch_rate"),
                    ("handled_by",),
                    total=True,
                    rest=True,
                ),
            ),
            title=N_("Bots, self-service and people"),
            needs="handled_by",
            what=N_(
                "No file says whether a bot or a person solved a ticket. Import a column that does (such as Resolved by, "
                "Fin AI Agent resolution state or a yes/no on self-service) as Solved by."
            ),
        ),
    ),
)


_REVIEWED = ("reviewed_accuracy", "reviewed_professionalism", "reviewed_overall")
_ON_QUALITY = (N_("Accuracy"), N_("Professionalism"), N_("Overall experience"))
_BOTH = N_("0 to 100; bands are 95% intervals")
_LOWEST = N_("The twelve lowest, where there are more; lines are 95% intervals")


def _quality_by(by: str, names: tuple[str, ...], title: str) -> Section:
    """The three parts of quality side by side; of many agents those with the lowest scores, which is what a trainer looks for."""
    return Section(
        tuple(
            replace(breakdown(name, by, label, _LOWEST), options={"worst": True})
            if by == "agent"
            else breakdown(name, by, label, INTERVALS)
            for name, label in zip(names, _ON_QUALITY, strict=True)
        ),
        3,
        title,
    )


QUALITY = Board(
    "quality",
    N_("Service quality"),
    TICKETS,
    cards=dict.fromkeys((*_REVIEWED, *QUALITY_PARTS), ""),
    card_columns=3,
    needs=("review_facts", "survey_facts"),
    what=N_("This page needs judgements: reviews by colleagues, or survey answers on quality."),
    sections=(
        Section(
            (
                *(
                    trend(
                        f"{asked}_over_time", label, _BOTH, reviewed, asked, names=(N_("colleagues"), N_("customers"))
                    )
                    for reviewed, asked, label in zip(_REVIEWED, QUALITY_PARTS, _ON_QUALITY, strict=True)
                ),
                Panel(
                    "reviews",
                    N_("Reviews"),
                    N_("By when the ticket was resolved"),
                    charts.bars_and_line,
                    ("reviews",),
                    options={"bars": ("reviews",)},
                ),
            )
        ),
        _quality_by("team", _REVIEWED, N_("By team, as colleagues judge")),
        _quality_by("team", QUALITY_PARTS, N_("By team, as customers judge")),
        _quality_by("agent", _REVIEWED, N_("By agent, as colleagues judge")),
        _quality_by("agent", QUALITY_PARTS, N_("By agent, as customers judge")),
    ),
)
