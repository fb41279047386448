"""Ticket metrics: volume, speed, resolution and SLA. Definitions: METRICS, "Tickets"."""

from cxdata.i18n import N_
from cxdata.metrics.base import Adherence, Breaches, Count, FlowCount, Mean, Metric, Quantile, Reasons, Share

FAMILY = "tickets"
ANSWERED = "first_response_at_s <= $as_of_s"
RESOLVED = "resolved_at_s <= $as_of_s"
SOLVED = f"({RESOLVED} or (resolved_at_s is null and says_resolved))"
AGAIN_S = 7 * 86400  # within which a contact is taken for the same issue
_BY_BOT = (N_("Solved by a bot, whose reply is no response of a person"), "handled_by = 'bot'")


def _reading(on_business: str) -> str:
    """SQL: the reading at as-of of the clock that a target runs on."""
    return f"case when {on_business} then $as_of_business_s else $as_of_s end"


def _achieved(target: str) -> str:
    return f"{target}_met and {target}_judged_s <= $as_of_s"


def _breached(target: str) -> str:
    open_ = f"{_reading('on_business')} > {target}_deadline"
    return f"case when {target}_judged_s <= $as_of_s then not {target}_met else {open_} end"


def running(target: str) -> str:
    """SQL: the target is neither achieved nor breached at as-of."""
    judged = f"coalesce({target}_judged_s <= $as_of_s, false)"
    return f"not {judged} and {_reading('on_business')} <= {target}_deadline"


def _not_judged(target: str) -> Reasons:
    """Why a target of a ticket is neither achieved nor breached."""
    return (
        *((_BY_BOT,) if target == "first_response" else ()),
        (N_("Still running: the target has not passed"), running(target)),
        (N_("Negative duration: the end lies before the start"), f"{target}_negative"),
        (N_("No policy with a target fits"), f"{target}_target_s is null"),
        (N_("The file does not say when it was"), "true"),
    )


def _target(target: str, label: str) -> tuple[str, str, str, Reasons]:
    return _achieved(target), _breached(target), label, _not_judged(target)


FIRST, LAST = _target("first_response", N_("First response")), _target("resolution", N_("Resolution"))
_IN_TIME = (N_("Achieved: it came in time"), "true")
FIRST_BREACHED, LAST_BREACHED = (
    (
        achieved,
        breached,
        label,
        (*left_out[:-1], (left_out[-1][0], f"{target}_target_s is not null and not ({achieved})"), _IN_TIME),
    )
    for target, (achieved, breached, label, left_out) in (("first_response", FIRST), ("resolution", LAST))
)
_LATER = (N_("Resolved after as-of"), "resolved_at_s > $as_of_s")
_NO_FIRST: Reasons = (
    _BY_BOT,
    (N_("The file does not say when the first response was"), "not knows_first_response"),
    (N_("Negative duration: the end lies before the start"), "first_response_negative"),
    (N_("No first response yet"), "true"),
)
_NO_LAST: Reasons = (
    _LATER, (N_("Negative duration: the end lies before the start"), "resolution_negative"), (N_("No duration"), "true"),
)  # fmt: skip
_NO_COUNT: Reasons = (_LATER, (N_("The file does not count replies or reopens"), "true"))
_UNKNOWN_END: Reasons = ((N_("The file does not say when tickets were resolved"), "true"),)
_UNKNOWN_HANDLER: Reasons = (
    (N_("The file does not say who solved it"), "handled_by is null"), (N_("Not resolved yet"), "true"),
)  # fmt: skip
_UNKNOWN_CUSTOMER = (N_("The file does not name the customer"), "customer_id is null")
_OVER = f"customer_id is not null and channel is not null and created_s + {AGAIN_S} <= $as_of_s"
_NOT_OVER: Reasons = (
    _UNKNOWN_CUSTOMER,
    (N_("The file does not name the channel"), "channel is null"),
    (N_("The 7 days are not over yet"), "true"),
)
_NONE_AGAIN: Reasons = (_UNKNOWN_CUSTOMER, (N_("The customer has not come again"), "true"))
_NOT_FIRST: Reasons = (_UNKNOWN_CUSTOMER, (N_("The customer had come before"), "true"))
BREACHED = {"first_response": FIRST[1], "resolution": LAST[1]}

_SLA_FORMULA = N_("achieved ÷ (achieved + breached); targets still running are left out")
_SLA_PITFALLS = (
    N_("Targets that still run are in neither count; a tool that counts them as met shows more."),
    N_("Each target runs on the clock of its policy, whatever clock the page shows."),
    N_("Judged by the policies in the settings; the verdict of the help desk counts only where the settings say so."),
)
_MEDIAN = N_("median (type 7) over tickets that have one")
_P90 = N_("90th percentile (type 7) over tickets that have one")

TICKETS: tuple[Metric, ...] = (
    Metric(
        "tickets_created", N_("New tickets"), FAMILY, "count", "", "ticket_facts", "created", Count(),
        N_("Tickets that customers opened. Deleted tickets and spam are in no metric."), N_("count, by creation"),
        pitfalls=(
            N_("A ticket is no customer: one customer can open several."),
            N_("A help desk that also counts deleted tickets and spam shows more."),
        ),
    ),
    Metric(
        "tickets_resolved", N_("Resolved tickets"), FAMILY, "count", "", "ticket_facts", "resolved", Count(RESOLVED, (_LATER,)),
        N_("Tickets with an instant of resolution."), N_("count, by last resolution"),
        pitfalls=(
            N_("Filed by the last resolution: a ticket that is opened again and solved later moves to the later period."),
            N_("No part of the new tickets: it also counts tickets that came in earlier."),
        ),
    ),
    Metric(
        "backlog", N_("Open work"), FAMILY, "count", "lower", "ticket_flow", "created", FlowCount("closing"),
        N_("Tickets created before the end of the period and not resolved by then."),
        N_("created before the period's end − resolved before it"),
        pitfalls=(
            N_("A stock at one moment: months cannot be added up."),
            N_("Tickets that wait for the customer or are on hold are open work too."),
        ),
    ),
    Metric(
        "first_response_time", N_("First response time"), FAMILY, "duration", "lower", "ticket_facts", "created",
        Quantile("first_response", ANSWERED, left_out=_NO_FIRST),
        N_("How long half of the customers waited for the first public reply of a person. Bots do not count."),
        _MEDIAN, short=N_("First response"),
        pitfalls=(
            N_("Only tickets that have a first response; those that nobody answered are in Unanswered."),
            N_("A median: a help desk that shows averages usually shows a longer time, pulled up by a few long waits."),
            N_("Filed by the creation of the ticket, not by the day of the reply. Automatic replies do not count."),
        ),
    ),
    Metric(
        "first_response_time_p90", N_("First response time, 90th percentile"), FAMILY, "duration", "lower",
        "ticket_facts", "created", Quantile("first_response", ANSWERED, 0.9, _NO_FIRST),
        N_("Nine in ten customers waited less than this for the first reply."), _P90, short=N_("First response, p90"),
        pitfalls=(
            N_("No maximum: one in ten customers waited longer than this."),
            N_("Percentiles of teams cannot be averaged into that of all."),
        ),
    ),
    Metric(
        "resolution_time", N_("Resolution time"), FAMILY, "duration", "lower", "ticket_facts", "resolved",
        Quantile("resolution", RESOLVED, left_out=_NO_LAST),
        N_("From creation to the last resolution, time on hold taken off where the export says it."),
        _MEDIAN, short=N_("Resolution"),
        pitfalls=(
            N_("Up to the last resolution (full). Tools that stop at the first one show less for tickets that were reopened."),
            N_("Filed by resolution: a month in which old tickets are cleared shows a longer time."),
            N_("Calendar time counts nights and weekends, business hours do not: compare on one clock."),
        ),
    ),
    Metric(
        "resolution_time_p90", N_("Resolution time, 90th percentile"), FAMILY, "duration", "lower", "ticket_facts",
        "resolved", Quantile("resolution", RESOLVED, 0.9, _NO_LAST),
        N_("Nine in ten tickets were resolved faster than this."), _P90, short=N_("Resolution, p90"),
        pitfalls=(
            N_("No maximum: one in ten tickets took longer than this."),
            N_("Percentiles of teams cannot be averaged into that of all."),
        ),
    ),
    Metric(
        "resolution_rate", N_("Resolution rate"), FAMILY, "share", "higher", "ticket_facts", "created",
        Share(SOLVED, "knows_resolution or says_resolved", _UNKNOWN_END),
        N_("Share of the tickets created in the period that are resolved by now. Recent periods still rise."),
        N_("resolved by as-of ÷ created"),
        short=N_("Resolved by now"), matures=True,
        pitfalls=(
            N_("It matures: tickets of recent periods still get resolved, so the newest values are too low."),
            N_("Not resolved ÷ created of one month, which can be above 100 %: here it is the same tickets on both sides."),
        ),
    ),
    Metric(
        "first_contact_resolution", N_("First contact resolution"), FAMILY, "share", "higher", "ticket_facts", "resolved",
        Share("one_touch", f"{RESOLVED} and one_touch is not null", _NO_COUNT),
        N_("Resolved with exactly one agent reply and never reopened. Other tools count it otherwise: see the settings."),
        N_("one reply and no reopen ÷ resolved tickets whose replies are known"), "Zendesk one-touch",
        pitfalls=(
            N_("Tools count it in ways that do not agree: one agent reply (Zendesk), one public response (Zoho), no further customer message (Freshservice), one teammate (Intercom)."),
            N_("A customer who comes back in a new ticket still counts as resolved at once."),
            N_("Only tickets of which the export says what the count needs."),
        ),
    ),
    Metric(
        "reopen_rate", N_("Reopened"), FAMILY, "share", "lower", "ticket_facts", "resolved",
        Share("reopens >= 1", f"{RESOLVED} and reopens is not null", _NO_COUNT),
        N_("Share of resolved tickets that were opened again at least once."),
        N_("resolved tickets with a reopen ÷ resolved tickets whose reopens are known"),
        pitfalls=(
            N_("Not the opposite of first contact resolution: a ticket with three replies need not be reopened."),
            N_("A follow-up that the tool files as a new ticket is no reopening."),
        ),
    ),
    Metric(
        "unanswered_rate", N_("Unanswered"), FAMILY, "share", "lower", "ticket_facts", "created",
        Share(
            f"coalesce(first_response_at_s > $as_of_s, true) and {_reading('answer_on_business')} > answer_deadline",
            "knows_first_response", _NO_FIRST[:2],
        ),
        N_("Nobody has answered, and the target for a first response has passed (24 hours where there is none)."),
        N_("no first response and target passed at as-of ÷ created"),
        pitfalls=(
            N_("Not every ticket without a reply: only those whose target has passed. The newest period can still rise."),
            N_("A late reply takes a ticket out of it; for the SLA it stays breached."),
        ),
    ),
    Metric(
        "sla_first_response", N_("SLA, first response"), FAMILY, "share", "higher", "ticket_facts", "created",
        Adherence(targets=(FIRST,)), N_("First responses within the target of the policy."), _SLA_FORMULA,
        pitfalls=_SLA_PITFALLS,
    ),
    Metric(
        "sla_resolution", N_("SLA, resolution"), FAMILY, "share", "higher", "ticket_facts", "created",
        Adherence(targets=(LAST,)), N_("Resolutions within the target of the policy."), _SLA_FORMULA,
        pitfalls=_SLA_PITFALLS,
    ),
    Metric(
        "sla", N_("SLA adherence"), FAMILY, "share", "higher", "ticket_facts", "created",
        Adherence(targets=(FIRST, LAST)), N_("Both targets, first response and resolution, each counted once."),
        _SLA_FORMULA, short=N_("SLA"),
        pitfalls=(
            N_("Not the mean of its two parts: each target of a ticket counts once, so a ticket can count twice."),
            *_SLA_PITFALLS[:2],
        ),
    ),
    Metric(
        "sla_breaches", N_("Targets breached"), FAMILY, "count", "lower", "ticket_facts", "created",
        Breaches(targets=(FIRST_BREACHED, LAST_BREACHED)),
        N_("First responses and resolutions that came too late, or have not come although their target has passed."),
        N_("breached targets, each counted once"),
        pitfalls=(
            N_("More tickets bring more breaches: SLA adherence says how well they are answered."),
            N_("A ticket can count twice: for its first response and for its resolution."),
            N_("Filed by the creation of the ticket, so the newest periods can still rise."),
        ),
    ),
    Metric(
        "replies_per_ticket", N_("Replies per ticket"), FAMILY, "number", "lower", "ticket_facts", "resolved",
        Mean("agent_replies", f"{RESOLVED} and agent_replies is not null", left_out=_NO_COUNT),
        N_("Public agent replies on a resolved ticket."), N_("mean over resolved tickets whose replies are known"),
        pitfalls=(
            N_("Public replies of people only; what the customer writes does not count."),
            N_("A mean: a few long tickets pull it up."),
        ),
    ),
    Metric(
        "self_service_rate", N_("Solved without a person"), FAMILY, "share", "higher", "ticket_facts", "created",
        Share("handled_by = 'bot'", f"handled_by is not null and {SOLVED}", _UNKNOWN_HANDLER),
        N_("Of the tickets that are resolved by now and of which the export says who solved them, the share solved by a bot alone."),
        N_("resolved by a bot ÷ resolved by a bot or a person"), short=N_("Self-service"), matures=True,
        pitfalls=(
            N_("It says nothing of the quality, and tools count a customer who does not come back as solved: hold reopens and scores of bots and people beside each other."),
            N_("Customers who found the answer themselves and never opened a ticket are not in it."),
            N_("A bot solves at once and people later, so the newest periods are too high at first."),
        ),
    ),
    Metric(
        "channel_switch_rate", N_("Channel switches"), FAMILY, "share", "lower", "ticket_facts", "created",
        Share(f"next_s <= created_s + {AGAIN_S} and next_channel <> channel", _OVER, _NOT_OVER),
        N_("Share of the tickets whose customer's next ticket came within 7 days, through another channel."),
        N_("tickets whose next one of the same customer came within 7 days through another channel ÷ tickets of a known customer and channel, 7 days or more ago"),
        short=N_("Channel switch"),
        pitfalls=(
            N_("The subject is not compared: a new question within the week counts too, whether or not the first was resolved by then."),
            N_("A switch that stays within one ticket (a call added to an e-mail) is not seen, and only the next ticket counts."),
            N_("Tickets of the last 7 days are left out, so the newest period is measured on fewer of them."),
        ),
    ),
    Metric(
        "repeat_contacts", N_("Contacts again within a week"), FAMILY, "count", "lower", "ticket_facts", "created",
        Count(f"next_s <= created_s + {AGAIN_S} and next_s <= $as_of_s", _NONE_AGAIN),
        N_("Tickets whose customer came with another one within 7 days, through the same channel or another."),
        N_("count, by creation of the first of the two"),
        pitfalls=(
            N_("Not necessarily the same issue: the subject is not compared."),
            N_("More tickets bring more of them; divide by the new tickets before comparing teams."),
        ),
    ),
    Metric(
        "first_contacts", N_("First contacts"), FAMILY, "count", "", "ticket_facts", "created",
        Count("nth_contact = 1", _NOT_FIRST),
        N_("Tickets that are the first ever of their customer in the data."),
        N_("count of the first ticket of each customer, by creation"),
        pitfalls=(
            N_("First in the data: who came before the oldest file counts as new, so the first months are far too high."),
            N_("Only tickets that name their customer."),
        ),
    ),
    Metric(
        "next_contacts", N_("Contacts with a next one"), FAMILY, "count", "", "ticket_facts", "created",
        Count("next_s <= $as_of_s", _NONE_AGAIN),
        N_("Tickets after which the same customer came again, whenever that was."),
        N_("count of the tickets that are followed by another of their customer, by creation"),
        pitfalls=(
            N_("Recent contacts have had less time to be followed by another."),
            N_("From one contact to the next, not the whole way of a customer."),
        ),
    ),
)  # fmt: skip
