"""What the pages ask: for each page its questions, as the pages put them.

Totals have their intervals (ours gives them for series too, the peers do not); a comparison sets the last 12 months
against the 12 before. Curves (survival, cohorts) are totals of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cxdata.filters import Filters, Period
from cxdata.questions import Query

END = date(2026, 5, 1)
BEGIN, MIDDLE = date(2024, 5, 1), date(2025, 5, 1)
BOTH_YEARS, BEFORE, YEAR = Period(BEGIN, END), Period(BEGIN, MIDDLE), Period(MIDDLE, END)


@dataclass(frozen=True)
class Question:
    """One question of a page; `compared`: with the year before and a verdict."""

    query: Query
    compared: bool = False

    @property
    def name(self) -> str:
        what = "compare" if self.compared else " by ".join([self.query.grain, *self.query.by])
        return f"{what}: {', '.join(self.query.metrics)}"


def _series(*metrics: str) -> Question:
    return Question(Query(metrics, "month", filters=Filters(BOTH_YEARS)))


def _totals(by: str, *metrics: str) -> Question:
    return Question(Query(metrics, by=tuple(by.split(",")), filters=Filters(YEAR)))


def _compared(*metrics: str) -> Question:
    return Question(Query(metrics, filters=Filters(YEAR)), compared=True)


def _curve(metric: str) -> Question:
    return Question(Query((metric,), filters=Filters(Period(None, END))))


_HEADLINES = (
    "nps", "csat", "ces", "first_response_time", "resolution_time", "sla", "retention_rate", "churn_rate",
)  # fmt: skip
_SPEED = (
    "first_response_time", "first_response_time_p90", "resolution_time", "resolution_time_p90", "resolution_rate",
    "first_contact_resolution", "reopen_rate", "unanswered_rate",
)  # fmt: skip
_SLA = ("sla", "sla_first_response", "sla_resolution")
_VOICE = (
    "nps", "nps_promoters", "nps_passives", "nps_detractors", "csat", "ces",
    "quality_accuracy", "quality_professionalism", "quality_overall",
)  # fmt: skip
_LOYALTY = ("retention_rate", "churn_rate", "active_customers", "new_customers", "lost_customers")

PAGES: dict[str, tuple[Question, ...]] = {
    "Overview": (_compared(*_HEADLINES), _series(*_HEADLINES)),
    "Service": (
        _series("tickets_created", "tickets_resolved", "backlog", *_SPEED),
        _totals("team", *_SPEED),
        _totals("channel", *_SPEED),
        _totals("weekday,hour", "tickets_created"),
    ),
    "SLA": (_series(*_SLA), _totals("priority", *_SLA), _totals("team", *_SLA), _totals("channel", *_SLA)),
    "Voice": (_series(*_VOICE), _totals("team", *_VOICE), _totals("channel", *_VOICE)),
    "Retention": (
        _series(*_LOYALTY),
        _totals("team", *_LOYALTY),
        _totals("segment", *_LOYALTY),
        _curve("cohort_retention"),
        _curve("survival"),
    ),
}
