"""What is known of every customer at an instant that may say that they are about to leave: one registry, one select.

In: the facts, an instant. Out: SIGNALS, and SQL that gives each customer who is there at that instant their values. The
select looks at nothing that happened at or after the instant, so that what is learned from the past is what was known
then. Rules and model read the same columns; adding a signal is one record here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from cxdata import calendars, formats
from cxdata.i18n import N_, _
from cxdata.metrics.tickets import BREACHED
from cxdata.settings import Settings

RECENT_DAYS = 90  # contacts, waits, breaches and reopenings that still count
SCORE_DAYS = 180  # answers that still count
YEAR_DAYS = 365
USUAL_AFTER = 4  # contacts and purchases from which on somebody has a usual rhythm
SHORTEST_GAP_DAYS = 7  # of that rhythm
DAY_S = 86400

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Signal:
    """One thing that may say that a customer is about to leave.

    `label`, `meaning`: message ids. `sql`: its value over the columns of `select`; null where it is not known.
    `worse`: "high" or "low", the end that worries; a rule holds from `threshold` on, and adds `weight` to the score.
    `shape`: how the model looks at it, see `model.features`; "" where it must not, since an export only knows it of those who
    stay. `said`: the reason in words, from a row. `unit`: of the threshold, a message id.
    """

    name: str
    label: str
    meaning: str
    sql: str
    worse: str
    threshold: float
    weight: float
    shape: str
    unit: str
    said: Callable[[Row], str]

    def holds(self, value: float | None, threshold: float) -> bool:
        """Whether the rule holds; never of what is not known."""
        if value is None or value != value:
            return False
        return value >= threshold if self.worse == "high" else value <= threshold


def _whole(number: float) -> str:
    return formats.decimal(number, 0)


def _said_of_nps(row: Row) -> str:
    word = _("Detractor") if row["nps"] <= 6 else _("Promoter") if row["nps"] >= 9 else _("Passive")
    return _("{word}: {score} of 10 on {day}", word=word, score=_whole(row["nps"]), day=formats.day(row["nps_on"]))


def _said_of_csat(row: Row) -> str:
    word = (
        _("Dissatisfied")
        if row["csat"] < 50
        else _("Satisfied")
        if row["csat"] >= 75
        else _("Neither satisfied nor not")
    )
    score, best = _whole(row["csat_score"]), _whole(row["csat_best"])
    return _("{word}: {score} of {best} on {day}", word=word, score=score, best=best, day=formats.day(row["csat_on"]))


def _said_of_ease(row: Row) -> str:
    now, before = formats.decimal(row["ease_last"], 1), formats.decimal(row["ease_before"], 1)
    if row["ease_change"] < 0:
        return _("Effort rises: ease {now} of 7, before {before}", now=now, before=before)
    return _("Effort does not rise: ease {now} of 7, before {before}", now=now, before=before)


def _counted(some: str, none: str) -> Callable[[str], Callable[[Row], str]]:
    """The words of a signal that counts: `some` with {count}, or `none`."""
    return lambda name: lambda row: _(some, count=_whole(row[name])) if row[name] else _(none)


SIGNALS: tuple[Signal, ...] = (
    Signal(
        "nps", N_("Detractor"), N_("The last NPS answer of the past 180 days"),
        "case when nps_s >= $scores_s then nps_last end", "low", 6, 3, "answer", N_("score of 10"), _said_of_nps,
    ),
    Signal(
        "csat", N_("Dissatisfied"), N_("The last satisfaction answer of the past 180 days, in percent of its scale"),
        "case when csat_s >= $scores_s then csat_normal * 1e2 end", "low", 40, 2, "percent", N_("% of the scale"), _said_of_csat,
    ),
    Signal(
        "ease_change", N_("Effort rises"), N_("The last ease answer (1–7) of the past 180 days against the mean of those before"),
        "case when ease_s >= $scores_s then ease_last - ease_before end", "low", -1.5, 1, "plain", N_("points of ease"),
        _said_of_ease,
    ),
    Signal(
        "breaches", N_("SLA breached"), N_("Targets breached on tickets of the past 90 days"),
        "coalesce(breached, 0)", "high", 2, 2, "count", N_("targets in 90 days"),
        _counted(N_("SLA targets breached in 90 days: {count}"), N_("No SLA target breached in 90 days"))("breaches"),
    ),
    Signal(
        "reopens", N_("Reopened"), N_("How often tickets of the past 90 days were opened again"),
        "coalesce(reopened, 0)", "high", 2, 2, "count", N_("times in 90 days"),
        _counted(N_("Reopened {count}× in 90 days"), N_("Nothing reopened in 90 days"))("reopens"),
    ),
    Signal(
        "contacts", N_("Many contacts"), N_("Tickets of the past 90 days"),
        "coalesce(recent, 0)", "high", 4, 1, "count", N_("tickets in 90 days"),
        _counted(N_("Contacts in 90 days: {count}"), N_("No contact in 90 days"))("contacts"),
    ),
    Signal(
        "waited", N_("Long wait"), N_("The longest wait for a first answer of the past 90 days, also while it lasts"),
        "longest_wait_s / 36e2", "high", 24, 1, "count", N_("hours"),
        lambda row: _("Waited {duration} for a first answer", duration=formats.duration(row["waited"] * formats.HOUR)),
    ),
    Signal(
        "open_days", N_("Left open"), N_("How long the oldest open ticket has been open"),
        "($at_s - oldest_open_s) / 864e2", "high", 7, 2, "count", N_("days"),
        lambda row: _("A ticket is open for {duration}", duration=formats.duration(row["open_days"] * formats.DAY)),
    ),
    Signal(
        "silence", N_("Silent"), N_("Time since the last contact or purchase against the usual time between two of them"),
        "silent_s / usual_s", "high", 3, 1, "count", N_("times as long as usual"),
        lambda row: _(
            "Last seen {since} ago, usually every {usual}", since=formats.duration(row["silent_s"]),
            usual=formats.duration(row["usual_s"]),
        ),
    ),
    Signal(
        "renewal", N_("Renewal"), N_("Days until the contract renews, where the customers file says when"),
        "case when renews_on >= $at_on then renews_on - $at_on end", "low", 60, 1, "", N_("days"),
        lambda row: _("Contract renews in {count} days", count=_whole(row["renewal"])),
    ),
    Signal(
        "tenure", N_("Time as a customer"), N_("Months since the start"),
        "($at_on - started_on) / 30436875e-6", "low", 3, 0, "tenure", N_("months"),
        lambda row: _("Customer for {count} months", count=_whole(row["tenure"])),
    ),
)  # fmt: skip


def signal(name: str) -> Signal:
    return next(one for one in SIGNALS if one.name == name)


# What a reason needs besides the value of its signal, and what lists show.
KNOWN = (
    "started_on", "renews_on", "monthly_value", "nps_on", "csat_score", "csat_best", "csat_on", "ease_last", "ease_before",
    "silent_s", "usual_s", "tickets", "open_tickets", "last_contact_on", "purchases", "spent", "spent_year",
    "last_purchase_on", "last_answer_on",
)  # fmt: skip


FACTS = ("customer_facts", "ticket_facts", "survey_facts", "purchase_facts")


def select(*, everybody: bool = False, among: str = "true", copies: str = "") -> str:
    """SQL: a row for each customer who is there at an instant, with SIGNALS and KNOWN.

    `everybody`: also those who had left by then, with `is_there`; `among`: a condition on customer_id; `copies`: what the names
    of copies of FACTS begin with that hold only some customers. Values: see `params`.
    """
    there = "(started_on < $at_on and coalesce(cancelled_on >= $at_on, true))"
    breached = " + ".join(f"count(*) filter (where created_s >= $recent_s and {late})" for late in BREACHED.values())
    is_open = "knows_stock and coalesce(resolved_at_s >= $at_s, true)"
    wait = "case when first_response_at_s < $at_s then first_response_at_s else $at_s end - created_s"
    asks = "case when resolved_at_s is null then not says_resolved else resolved_at_s >= $at_s end"
    waits = f"knows_first_response and not first_response_negative and (first_response_at_s < $at_s or {asks})"
    signals = ", ".join(f"cast({one.sql} as double) as {one.name}" for one in SIGNALS)
    return f"""
        with who as (
            select customer_id, team, entry_channel, segment, started_on, cancelled_on, renews_on, monthly_value, estimated,
                   {there} as is_there
            from {copies}customer_facts where {"true" if everybody else there} and not derived and {among}),
        asked as (
            select customer_id, count(*) as tickets, count(*) filter (where created_s >= $recent_s) as recent,
                   {breached} as breached,
                   sum(case when created_s >= $recent_s and resolved_at_s < $at_s then reopens end) as reopened,
                   max(case when created_s >= $recent_s and {waits} then {wait} end) as longest_wait_s,
                   count(*) filter (where {is_open}) as open_tickets,
                   min(case when {is_open} then created_s end) as oldest_open_s,
                   min(created_s) as first_contact_s, max(created_s) as last_contact_s, max(created_on) as last_contact_on
            from {copies}ticket_facts where created_s < $at_s and customer_id is not null and {among} group by customer_id),
        eases as (
            select *, case when kind = 'ces' then normal * 6e0 + 1e0 end as ease from {copies}survey_facts
            where answered_s < $at_s and is_answer and score is not null and customer_id is not null and {among}),
        answered as (
            select customer_id, max(answered_on) as last_answer_on,
                   arg_max(score, answered_s) filter (where kind = 'nps') as nps_last,
                   max(answered_s) filter (where kind = 'nps') as nps_s,
                   max(answered_on) filter (where kind = 'nps') as nps_on,
                   arg_max(normal, answered_s) filter (where kind = 'csat') as csat_normal,
                   arg_max(score, answered_s) filter (where kind = 'csat') as csat_score,
                   arg_max(best, answered_s) filter (where kind = 'csat') as csat_best,
                   max(answered_s) filter (where kind = 'csat') as csat_s,
                   max(answered_on) filter (where kind = 'csat') as csat_on,
                   arg_max(ease, answered_s) filter (where kind = 'ces') as ease_last,
                   (sum(ease) - arg_max(ease, answered_s) filter (where kind = 'ces')) / nullif(count(ease) - 1, 0) as ease_before,
                   max(answered_s) filter (where kind = 'ces') as ease_s
            from eases group by customer_id),
        bought as (
            select customer_id, count(*) as purchases, sum(amount) as spent,
                   sum(case when purchased_s >= $year_s then amount end) as spent_year,
                   min(purchased_s) as first_purchase_s, max(purchased_s) as last_purchase_s,
                   max(purchased_on) as last_purchase_on
            from {copies}purchase_facts where purchased_s < $at_s and {among} group by customer_id),
        together as (
            select who.*, asked.* exclude (customer_id, tickets, open_tickets), answered.* exclude (customer_id),
                   bought.* exclude (customer_id, purchases), coalesce(tickets, 0) as tickets,
                   coalesce(open_tickets, 0) as open_tickets, coalesce(purchases, 0) as purchases,
                   $at_s - greatest(last_contact_s, last_purchase_s) as since_s,
                   greatest(last_contact_s, last_purchase_s) - least(first_contact_s, first_purchase_s) as known_s,
                   coalesce(tickets, 0) + coalesce(purchases, 0) as times
            from who left join asked using (customer_id) left join answered using (customer_id)
            left join bought using (customer_id)),
        rhythm as (
            select *, case when times >= {USUAL_AFTER} then since_s end as silent_s,
                   case when times >= {USUAL_AFTER}
                        then greatest(known_s / (times - 1), {SHORTEST_GAP_DAYS * DAY_S}) end as usual_s
            from together)
        select customer_id, team, entry_channel, segment, cancelled_on, is_there, estimated, {", ".join(KNOWN)}, {signals}
        from rhythm"""


def params(settings: Settings, at_s: int) -> dict[str, Any]:
    """The values that `select` names, for an instant in UTC epoch seconds."""
    return {
        "at_s": at_s,
        "at_on": on(settings, at_s),
        "as_of_s": at_s - 1,
        "as_of_business_s": calendars.reading(settings.opening, at_s - 1),
        "recent_s": at_s - RECENT_DAYS * DAY_S,
        "scores_s": at_s - SCORE_DAYS * DAY_S,
        "year_s": at_s - YEAR_DAYS * DAY_S,
    }


def on(settings: Settings, at_s: int) -> date:
    """The local day of an instant."""
    return datetime.fromtimestamp(at_s, UTC).astimezone(ZoneInfo(settings.zone)).date()


def midnight(settings: Settings, day: date) -> int:
    """The instant at which a local day begins, UTC epoch seconds."""
    return int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(settings.zone)).timestamp())
