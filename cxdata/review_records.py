"""Reviews that are made in the app, as the journal keeps them: batches of tickets drawn by lot, and what colleagues judged.

In: a store, and who reviews what. Out: batches, the tickets in them as they can be shown, and reviews. A review flows into the
facts of reviews, as an imported one does, in the transaction that keeps it. Nobody is shown who handled a ticket, nor what
another reviewer gave.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from cxdata import journal
from cxdata.errors import CxError
from cxdata.filters import Period
from cxdata.schema import QUALITY, REVIEWS
from cxdata.store import REVIEW, Store

BATCH = "review_batch"
SCALE = (1, 5)
MOST = 200  # tickets in a batch
LONGEST = 60  # characters of a name


@dataclass(frozen=True)
class Ticket:
    """Which ticket: the tool it is in, and its number there."""

    source: str
    key: str


@dataclass(frozen=True)
class Batch:
    """Tickets drawn by lot for everybody who reviews them, in an order that does not show whose they are.

    `teams`, `agents`: whom they were drawn from, none for all; `period`: when they were solved; `each`: how many of an agent;
    `seed`: of the draw.
    """

    id: int
    seed: int
    teams: tuple[str, ...]
    agents: tuple[str, ...]
    period: Period
    each: int
    tickets: tuple[Ticket, ...] = ()
    saved_at: str = ""
    saved_by: str = ""

    def __post_init__(self) -> None:
        if self.each < 1:
            raise CxError("A batch takes at least one ticket of each agent.")


@dataclass(frozen=True)
class Review:
    """What a colleague judged of a ticket: scores of SCALE by the names in QUALITY, None where it was left open.

    Raises CxError for what cannot be.
    """

    id: int
    batch: int
    ticket: Ticket
    reviewer: str
    scores: Mapping[str, int | None] = field(default_factory=dict)
    comment: str = ""

    def __post_init__(self) -> None:
        low, high = SCALE
        if not self.reviewer.strip():
            raise CxError("A review says who reviewed: give your name, so that it can be seen how far reviewers agree.")
        for score in self.scores.values():
            if score is not None and not low <= score <= high:
                raise CxError("A score is a number from {low} to {high}.", low=low, high=high)
        if all(self.scores.get(name) is None for name in QUALITY):
            raise CxError("Give one score at least, or skip the ticket.")


# --- batches ------------------------------------------------------------------------------------------------


def draw(store: Store, wanted: Batch, by: str = "") -> Batch:
    """Draw solved tickets by lot, so many of each agent, or of each team where agents are looked at in groups only, and keep them
    as a batch. The same seed draws the same tickets.

    Tickets that were reviewed before are not drawn again. Raises CxError where there is none, or more than MOST.
    """
    tickets = drawn(store, wanted)
    if not tickets:
        raise CxError(
            "There is no solved ticket with an agent or team in this choice that was not reviewed before. Choose a longer period, or "
            "more teams."
        )
    if len(tickets) > MOST:
        raise CxError(
            "These would be {count} tickets, and nobody reviews more than {most} at a time. Choose fewer of each, or one team.",
            count=len(tickets),
            most=MOST,
        )
    body = {
        "seed": wanted.seed, "teams": list(wanted.teams), "agents": list(wanted.agents), "each": wanted.each,
        "start": wanted.period.start and wanted.period.start.isoformat(),
        "end": wanted.period.end and wanted.period.end.isoformat(),
        "tickets": [[one.source, one.key] for one in tickets],
    }  # fmt: skip
    return replace(wanted, id=journal.save(store, BATCH, body, by=by), tickets=tickets)


def drawn(store: Store, wanted: Batch) -> tuple[Ticket, ...]:
    """The tickets that a draw gives, in the order in which they are reviewed."""
    params: dict[str, Any] = {"seed": str(wanted.seed), "each": wanted.each}
    of = "agent" if store.settings().agents == "by_name" else "team"
    conditions = ["resolved_at_s is not null", f"{of} is not null", "not exists (select 1 from review_facts r where r.ticket_id = t.key and coalesce(r.ticket_source, t.source) = t.source)"]  # fmt: skip
    for name, value, sql in (
        ("teams", wanted.teams, "team in $teams"),
        ("agents", wanted.agents, "agent in $agents"),
        ("start", wanted.period.start, "resolved_on >= $start"),
        ("end", wanted.period.end, "resolved_on < $end"),
    ):
        if value:
            conditions.append(sql)
            params[name] = list(value) if isinstance(value, tuple) else value
    sql = f"""
        select source, key from (
            select source, key, md5(concat($seed, ' ', source, ' ', key)) as lot, {of} from ticket_facts t
            where {" and ".join(conditions)}
            qualify row_number() over (partition by {of} order by lot, source, key) <= $each)
        order by md5(concat(lot, ' order')), source, key"""
    return tuple(Ticket(row["source"], row["key"]) for row in store.query(sql, **params).to_pylist())


def batches(store: Store) -> tuple[Batch, ...]:
    """The batches, newest first."""
    found = [
        Batch(
            entry.id,
            entry.body["seed"],
            tuple(entry.body["teams"]),
            tuple(entry.body["agents"]),
            Period(_day(entry.body["start"]), _day(entry.body["end"])),
            entry.body["each"],
            tuple(Ticket(source, key) for source, key in entry.body["tickets"]),
            entry.saved_at,
            entry.saved_by,
        )
        for entry in journal.newest(store, BATCH)
    ]
    return tuple(reversed(found))


def remove_batch(store: Store, batch: Batch, by: str = "") -> None:
    """Take a batch off the list; reviews of its tickets stay."""
    body = next((entry.body for entry in journal.newest(store, BATCH) if entry.id == batch.id), None)
    if body is not None:
        journal.save(store, BATCH, body, id=batch.id, by=by, removed=True)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


# --- what is shown of a ticket ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """What is known of a ticket, without who handled it. Times: UTC epoch seconds; durations: calendar seconds; None: not known."""

    ticket: Ticket
    subject: str | None
    reason: str | None
    tags: str | None
    channel: str | None
    team: str | None
    priority: str | None
    created_s: int
    first_response_s: float | None
    resolution_s: float | None
    replies: int | None
    reopens: int | None


def shown(store: Store, batch: Batch, reviewer: str) -> tuple[Shown, ...]:
    """The tickets of a batch that somebody can review, in its order: those that are in the data and not their own."""
    with store.reading() as cursor:
        numbers = [number for number, _met in store.active_imports(cursor, "tickets")]
    sql = """
        with wanted as (select unnest($sources) as source, unnest($keys) as key, unnest($places) as place),
        texts as (
            select v.source, v.key, v.subject, v.ticket_type, v.tags from tickets_versions v
            semi join wanted using (source, key) where v.import_id in $imports
            qualify v.import_id = max(v.import_id) over (partition by v.source, v.key))
        select f.source, f.key, x.subject, x.ticket_type as reason, x.tags, f.channel, f.team, f.priority, f.created_s,
               f.first_response_calendar_s as first_response_s, f.resolution_calendar_s as resolution_s,
               f.agent_replies as replies, f.reopens
        from wanted w join ticket_facts f using (source, key) left join texts x using (source, key)
        where lower(coalesce(f.agent, '')) != lower($reviewer) order by w.place"""
    rows = store.query(
        sql,
        sources=[one.source for one in batch.tickets],
        keys=[one.key for one in batch.tickets],
        places=list(range(len(batch.tickets))),
        imports=numbers,
        reviewer=" ".join(reviewer.split()),
    ).to_pylist()
    return tuple(Shown(Ticket(row.pop("source"), row.pop("key")), **row) for row in rows)


# --- reviews ------------------------------------------------------------------------------------------------


def reviews(store: Store) -> tuple[Review, ...]:
    """The reviews that were made in the app, each as it was saved last, oldest first."""
    return tuple(
        Review(
            entry.id,
            entry.body["batch"],
            Ticket(entry.body["source"], entry.body["ticket_id"]),
            entry.body["reviewer"],
            {name: entry.body.get(name) for name in QUALITY},
            entry.body["comment"],
        )
        for entry in journal.newest(store, REVIEW)
    )


def save_review(store: Store, review: Review, by: str = "") -> Review:
    """Keep a review, over an earlier one of the same reviewer on the same ticket; the facts of reviews have it at once."""
    own = [
        one.id
        for one in reviews(store)
        if (one.ticket, one.reviewer.casefold()) == (review.ticket, review.reviewer.casefold())
    ]
    worst, best = SCALE
    body = {
        "batch": review.batch, "source": review.ticket.source, "ticket_id": review.ticket.key, "reviewer": review.reviewer,
        **{name: review.scores.get(name) for name in QUALITY}, "worst": worst, "best": best, "comment": review.comment.strip(),
    }  # fmt: skip
    with store.writing() as cursor:
        number = journal.write(cursor, REVIEW, body, id=review.id or (own[0] if own else 0), by=by or review.reviewer)
        store.rebuild(cursor, {REVIEWS.name})
    return replace(review, id=number)


def left_to_do(batch: Batch, tickets: Sequence[Shown], found: Sequence[Review], reviewer: str) -> tuple[Shown, ...]:
    """The tickets of a batch that a reviewer has not judged yet, in its order."""
    done = {one.ticket for one in found if one.batch == batch.id and one.reviewer.casefold() == reviewer.casefold()}
    return tuple(one for one in tickets if one.ticket not in done)
