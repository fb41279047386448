"""What stands on the pages: for each its cards and charts, as data.

In: nothing. Out: BOARDS, one for each page of numbers. The pages show them, reports take them along, and both ask the
same questions. Texts are message ids; an answer has no place here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import plotly.graph_objects as go

from cxdata import charts
from cxdata.errors import UnknownName
from cxdata.filters import Filters, dimension
from cxdata.i18n import N_, _
from cxdata.metrics import metric
from cxdata.questions import TOTAL, Answer, Query
from cxdata.settings import Settings


@dataclass(frozen=True)
class Panel:
    """A chart of a question. `key` is unique on its board.

    `total`: over the whole period instead of a row a period. `changes`: its groups are held against an earlier period;
    `rest`: each of them against the others together. `names`: message ids for the lines; `target`: the
    setting that holds the target to draw; `options`: whatever else goes to the drawing function.
    """

    key: str
    title: str
    subtitle: str
    draw: Callable[..., go.Figure]
    metrics: tuple[str, ...]
    by: tuple[str, ...] = ()
    total: bool = False
    changes: bool = False
    rest: bool = False
    names: tuple[str, ...] = ()
    target: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)

    def query(self, filters: Filters, grain: str) -> Query:
        """What the chart asks, at the grain of the page."""
        return Query(self.metrics, TOTAL if self.total else grain, self.by, filters)

    @property
    def is_line(self) -> bool:
        """Whether it is one metric as one line over periods, which another selection can be drawn beside."""
        return self.draw is charts.trend and len(self.metrics) == 1 and not self.by and not self.total

    @property
    def worded_names(self) -> tuple[str, ...]:
        """The names of the lines, in the reader's language."""
        return tuple(_(name) for name in self.names)

    def drawn_with(self, settings: Settings) -> dict[str, Any]:
        """The options of the drawing function, in the reader's language."""
        made = dict(self.options)
        if self.names:
            made["names"] = self.worded_names
        if self.target:
            made["target"] = getattr(settings, self.target)
        return made


@dataclass(frozen=True)
class Section:
    """Panels beside each other, `columns` in a row where there is room, under a title or none.

    `needs`: the dimension without which none of them has anything to show, and `what`: the sentence that says so instead.
    """

    panels: tuple[Panel, ...]
    columns: int = 2
    title: str = ""
    needs: str = ""
    what: str = ""

    @property
    def tables(self) -> frozenset[str]:
        """The fact tables that its numbers are from; where none of them has rows it is left out."""
        return frozenset(metric(name).table for panel in self.panels for name in panel.metrics)


@dataclass(frozen=True)
class Board:
    """The content of a page. `name`: its file in pages/.

    `uses`: the dimensions that its numbers have. `needs`: the fact tables of which one has to have rows, else it is empty, and
    `what`: the sentence that says so. `cards`: {metric: page it leads to, or ""}, `card_columns` in a row.
    """

    name: str
    title: str
    uses: tuple[str, ...]
    cards: Mapping[str, str]
    sections: tuple[Section, ...]
    card_columns: int = 6
    needs: tuple[str, ...] = ()
    what: str = ""

    @property
    def panels(self) -> tuple[Panel, ...]:
        return tuple(panel for section in self.sections for panel in section.panels)

    @property
    def metrics(self) -> tuple[str, ...]:
        """Every metric on the board, once, cards first."""
        return tuple(dict.fromkeys([*self.cards, *(name for panel in self.panels for name in panel.metrics)]))


def trend(key: str, title: str, subtitle: str, *metrics: str, **more: Any) -> Panel:
    """Metrics as lines over the periods."""
    return Panel(key, title, subtitle, charts.trend, metrics, **more)


def breakdown(name: str, by: str, title: str, subtitle: str, key: str = "", target: str = "") -> Panel:
    """One metric by one dimension, over the whole period."""
    return Panel(
        key or f"{name}_{by}",
        title,
        subtitle,
        charts.breakdown,
        (name,),
        (by,),
        total=True,
        changes=True,
        target=target,
    )


_TICKETS = ("team", "channel", "priority", "segment", "stage", "handled_by")
_NEEDS_TICKETS = N_("This page needs tickets: an export of your help desk.")
_SCORE = N_("Promoters minus detractors, −100 to 100")
_INTERVALS = N_("Lines are 95% intervals; * few answers")
_STAYED = N_("Share of the customers at the start of the period who are there at its end")
_VOLUME = Panel(
    "volume",
    N_("Tickets and open work"),
    N_("New and resolved tickets; open work at the end of the period"),
    charts.bars_and_line,
    ("tickets_created", "tickets_resolved", "backlog"),
    options={"bars": ("tickets_created", "tickets_resolved"), "line": "backlog"},
)

OVERVIEW = Board(
    "overview",
    N_("Overview"),
    _TICKETS,
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
                trend("nps", N_("Net Promoter Score"), _SCORE, "nps"),
                trend("csat", N_("Customer satisfaction"), N_("Share of satisfied answers"), "csat"),
                _VOLUME,
                trend(
                    "response",
                    N_("First response time"),
                    N_("Median wait for the first reply of a person"),
                    "first_response_time",
                ),
                trend("retention", N_("Retention"), _STAYED, "retention_rate"),
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

_QUALITY = ("quality_accuracy", "quality_professionalism", "quality_overall")


def _voice_by(by: str, title: str) -> Section:
    scores = (("nps", N_("NPS")), ("csat", N_("CSAT")), ("ces", N_("CES")))
    return Section(tuple(breakdown(name, by, label, _INTERVALS) for name, label in scores), 3, title)


VOICE_OF_CUSTOMER = Board(
    "voice_of_customer",
    N_("Voice of customer"),
    _TICKETS,
    cards=dict.fromkeys(("nps", "csat", "ces", *_QUALITY), ""),
    needs=("survey_facts",),
    what=N_("This page needs survey answers: an export with NPS, CSAT or CES."),
    sections=(
        Section(
            (
                trend("nps", N_("Net Promoter Score"), _SCORE, "nps"),
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
                    *_QUALITY,
                ),
            )
        ),
        _voice_by("team", N_("By team")),
        _voice_by("channel", N_("By channel")),
    ),
)

_WHOLE = N_("Over the whole period; lines are 95% intervals; * few answers")

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
                trend("retention", N_("Retention"), _STAYED, "retention_rate"),
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
                breakdown("churn_rate", "team", N_("Churn by team"), _WHOLE, "churn_team"),
                breakdown("churn_rate", "segment", N_("Churn by segment"), _WHOLE, "churn_segment"),
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

_MEDIAN = N_("Median, and the time that nine in ten stay under")
_MEDIANS = (N_("median"), N_("90th percentile"))


def _service_by(by: str, title: str) -> Section:
    shown = (
        ("first_response_time", N_("First response")),
        ("resolution_time", N_("Resolution")),
        ("unanswered_rate", N_("Unanswered")),
        ("first_contact_resolution", N_("Resolved at once")),
    )
    return Section(tuple(breakdown(name, by, label, _INTERVALS) for name, label in shown), title=title)


SERVICE = Board(
    "service",
    N_("Service"),
    _TICKETS,
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
    what=_NEEDS_TICKETS,
    sections=(
        Section(
            (
                _VOLUME,
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
    _TICKETS,
    cards=dict.fromkeys(("sla", "sla_first_response", "sla_resolution", "unanswered_rate", "backlog"), ""),
    card_columns=5,
    needs=("ticket_facts",),
    what=_NEEDS_TICKETS,
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


def _beside_each_other(service: str, experience: str, titles: tuple[str, str]) -> tuple[Panel, Panel]:
    """A measure of our own work, and one of what customers make of it, by stage."""
    return (
        breakdown(service, "stage", titles[0], _INTERVALS),
        breakdown(experience, "stage", titles[1], _INTERVALS),
    )


JOURNEY = Board(
    "journey",
    N_("Customer journey"),
    _TICKETS,
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
        Section(
            (
                Panel(
                    "paths",
                    N_("From one stage to the next"),
                    N_(
                        "A row: contacts in a stage after which the same customer came again. Where that was, as share of the row and number"
                    ),
                    charts.from_to,
                    ("next_contacts",),
                    ("stage", "next_stage"),
                    total=True,
                ),
            ),
            columns=1,
        ),
    ),
)


def _by_channel(key: str, title: str, subtitle: str, name: str) -> Panel:
    return trend(key, title, subtitle, name, by=("channel",))


CHANNELS = Board(
    "channels",
    N_("Channels"),
    _TICKETS,
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
    what=_NEEDS_TICKETS,
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
                breakdown("first_response_time", "channel", N_("First response"), _INTERVALS),
                breakdown("resolution_time", "channel", N_("Resolution"), _INTERVALS),
                breakdown("unanswered_rate", "channel", N_("Unanswered"), _INTERVALS),
                breakdown("first_contact_resolution", "channel", N_("Resolved at once"), _INTERVALS),
                breakdown("csat", "channel", N_("CSAT"), _INTERVALS),
                breakdown("ces", "channel", N_("CES"), _INTERVALS),
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
        Section(
            (
                Panel(
                    "from_to",
                    N_("Who came again within a week, through which channel"),
                    N_(
                        "A row: tickets whose customer came again within 7 days. Through what, as share of the row and number"
                    ),
                    charts.from_to,
                    ("repeat_contacts",),
                    ("channel", "next_channel"),
                    total=True,
                ),
            ),
            columns=1,
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
            else breakdown(name, by, label, _INTERVALS)
            for name, label in zip(names, _ON_QUALITY, strict=True)
        ),
        3,
        title,
    )


QUALITY = Board(
    "quality",
    N_("Service quality"),
    _TICKETS,
    cards=dict.fromkeys((*_REVIEWED, *_QUALITY), ""),
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
                    for reviewed, asked, label in zip(_REVIEWED, _QUALITY, _ON_QUALITY, strict=True)
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
        _quality_by("team", _QUALITY, N_("By team, as customers judge")),
        _quality_by("agent", _REVIEWED, N_("By agent, as colleagues judge")),
        _quality_by("agent", _QUALITY, N_("By agent, as customers judge")),
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

BOARDS: tuple[Board, ...] = (
    OVERVIEW, VOICE_OF_CUSTOMER, RETENTION, VALUE, FOLLOW_UPS, JOURNEY, SERVICE, SLA, CHANNELS, QUALITY,
)  # fmt: skip


def nothing(answer: Answer) -> str:
    """The sentence of a panel that has nothing to draw; "" where there is something."""
    query = answer.query
    measured = answer.rows[answer.rows["n"] > 0] if "n" in answer.rows else answer.rows
    if measured.empty:
        tables = {metric(name).table for name in query.metrics}
        if tables == {"survey_facts"}:
            return _("No answers in this selection.")
        if tables == {"follow_up_facts"}:
            return _("No detractors whom we know, and no follow-ups, in this selection.")
        if tables == {"review_facts"}:
            return _("No reviews in this selection.")
        if tables == {"survey_facts", "review_facts"}:
            return _("No reviews and no answers in this selection.")
        if set(query.metrics) <= {"lifetime_value_projected", "revenue_churn_rate"}:
            return _("No customers with a monthly value in this selection.")
        if tables == {"purchase_facts"}:
            return _("No purchases in this selection that this can be measured on.")
        if tables <= {"customer_facts", "purchase_facts"}:
            return _("No customers in this selection.")
        return _("No tickets in this selection that this can be measured on.")
    if query.by and measured[query.by[0]].isna().all():
        return _("Nothing here names its {dimension}.", dimension=_(dimension(query.by[0]).label).lower())
    return ""


def board(name: str) -> Board:
    """The board of that name; an unknown one raises with the nearest."""
    for entry in BOARDS:
        if entry.name == name:
            return entry
    raise UnknownName(N_("page"), name, [entry.name for entry in BOARDS])


def place_of(metric: str) -> tuple[str, str]:
    """(the page that shows a metric in most detail, the key of its chart there): over time where there is one, and as a whole.

    The key is "" where the page has a card only, both where there is no page.
    """
    charts_ = [(board.name, panel) for board in reversed(BOARDS) for panel in board.panels if metric in panel.metrics]
    charts_.sort(key=lambda place: (place[1].total, bool(place[1].by)))
    places = [(name, panel.key) for name, panel in charts_]
    places += [(board.name, "") for board in reversed(BOARDS) if metric in board.cards]
    return places[0] if places else ("", "")
