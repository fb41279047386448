"""Following up a customer: who does it, by when and how, and what came of it; and a random part that is held out.

In: a store, and what people decide. Out: FollowUps, kept in the journal, each with all its versions. Where a share is held
out, a draw decides who of those chosen is not contacted; the draw of a customer is the same however often it is tried.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

from cxdata import journal
from cxdata.care.model import HORIZON_DAYS
from cxdata.errors import CxError, UnknownName
from cxdata.facts import merged
from cxdata.i18n import N_
from cxdata.journal import Entry
from cxdata.store import Store

FOLLOW_UP, TRIAL = "follow_up", "trial"
HOWS = {"call": N_("Call"), "mail": N_("Mail"), "message": N_("Message"), "visit": N_("Visit")}
OUTCOMES = {
    "solved": N_("Solved"),
    "stays": N_("Stays"),
    "leaves": N_("Leaves anyway"),
    "later": N_("Comes back to it"),
    "unreached": N_("Not reached"),
}
LONGEST_NOTE = 2000


@dataclass(frozen=True)
class FollowUp:
    """One promise to contact a customer by the day `due`, or, where `held_out`, not to until then.

    `answer`: source and key of the survey answer it is about, "" for none; `reason`: why, in words, as it was shown then;
    `chance`: that the customer leaves, as it stood then, None where there was none; `in_trial`: a draw decided.
    `opened_s`, `closed_s`: when it was asked for and when it was done (None while it is open), UTC epoch seconds;
    `outcome`: a key of OUTCOMES then.
    """

    id: int
    customer: str
    who: str
    due: date
    how: str
    opened_s: int
    reason: str = ""
    answer: str = ""
    chance: float | None = None
    score: float | None = None
    in_trial: bool = False
    held_out: bool = False
    outcome: str = ""
    note: str = ""
    closed_s: int | None = None

    def __post_init__(self) -> None:
        if not self.customer:
            raise CxError("A follow-up needs a customer.")
        if not self.held_out:
            if not self.who.strip():
                raise CxError("Say who follows up.")
            if self.how not in HOWS:
                raise UnknownName(N_("way to follow up"), self.how, list(HOWS))
        if self.closed_s is not None:
            if self.outcome not in OUTCOMES:
                raise UnknownName(N_("outcome"), self.outcome, list(OUTCOMES))
            if self.closed_s < self.opened_s:
                raise CxError("A follow-up cannot be done before it was asked for.")
        if len(self.note) > LONGEST_NOTE:
            raise CxError("A note has {most} characters at most.", most=LONGEST_NOTE)

    @property
    def is_open(self) -> bool:
        return not self.held_out and self.closed_s is None

    def is_late(self, today: date) -> bool:
        return self.is_open and self.due < today

    def is_held_out(self, today: date) -> bool:
        """Whether the customer is still not to be contacted: the stretch over which it is measured has not passed."""
        return self.held_out and today < self.due


@dataclass(frozen=True)
class Kept:
    """A follow-up as it is kept: when and by whom it was opened (UTC, ISO), and last saved."""

    follow_up: FollowUp
    saved_at: str
    saved_by: str


def dumped(own: FollowUp) -> dict[str, Any]:
    made = asdict(own)
    made.pop("id")
    made["due"] = made["due"].isoformat()
    return made


def _of(entry: Entry) -> FollowUp:
    return FollowUp(entry.id, **{**entry.body, "due": date.fromisoformat(entry.body["due"])})


def follow_ups(store: Store, customer: str | None = None) -> tuple[Kept, ...]:
    """The follow-ups, of everybody or of one customer, in the order in which they were opened.

    A customer who is known under two numbers has those of both (see `duplicates`).
    """
    with store.reading() as cursor:
        same = merged(cursor)
    made = ((_of(entry), entry) for entry in journal.newest(store, FOLLOW_UP))
    found = (
        Kept(replace(own, customer=same.get(own.customer, own.customer)), entry.saved_at, entry.saved_by)
        for own, entry in made
    )
    return tuple(kept for kept in found if customer is None or kept.follow_up.customer == customer)


def save(store: Store, *wanted: FollowUp, by: str = "") -> tuple[FollowUp, ...]:
    """Keep follow-ups, each as a new one where its id is 0, else as its newest version."""
    with store.writing() as cursor:
        saved = tuple(
            replace(own, id=journal.write(cursor, FOLLOW_UP, dumped(own), id=own.id, by=by)) for own in wanted
        )
        store.rebuild_follow_ups(cursor)
    return saved


def remove(store: Store, own: FollowUp, by: str = "", reason: str = "") -> None:
    """Take a follow-up off the list; its versions stay. One that a draw decided on stays: the comparison rests on it."""
    if own.in_trial:
        raise CxError(
            "The draw decided on this customer, and the comparison rests on it: it cannot be removed, only closed."
        )
    with store.writing() as cursor:
        journal.write(cursor, FOLLOW_UP, dumped(own), id=own.id, by=by, reason=reason, removed=True)
        store.rebuild_follow_ups(cursor)


def close(store: Store, own: FollowUp, outcome: str, closed_s: int, note: str = "", by: str = "") -> FollowUp:
    """Close the loop: what came of it, and when."""
    if own.held_out:
        raise CxError("This customer is held out and was not to be contacted: there is nothing to close.")
    (saved,) = save(store, replace(own, outcome=outcome, closed_s=closed_s, note=note.strip()), by=by)
    return saved


# --- opening, with or without a draw ------------------------------------------------------------------------


@dataclass(frozen=True)
class Trial:
    """Whether a random share of those chosen is held out, and the salt of the draw. 0: nobody is."""

    share: float = 0.0
    salt: str = ""

    def holds_out(self, customer: str) -> bool:
        """The draw of a customer: the same at every try."""
        number = int.from_bytes(hashlib.sha256(f"{self.salt}\x1f{customer}".encode()).digest()[:8])
        return number < self.share * 2**64


def trial(store: Store) -> Trial:
    """The trial that is going on."""
    found = journal.newest(store, TRIAL)
    return Trial(**found[-1].body) if found else Trial()


def hold_out(store: Store, share: float, by: str = "") -> Trial:
    """Hold out this share of those who are chosen from now on; 0 ends it. Draws that were made stay as they are."""
    if not 0 <= share <= 0.5:
        raise CxError("The share held out lies between 0 % (nobody) and 50 %.")
    now = trial(store)
    own = replace(now, share=share, salt=now.salt or secrets.token_hex(16))
    journal.save(store, TRIAL, asdict(own), id=1, by=by)
    return own


def check_free(own: FollowUp, there: Sequence[Kept], today: date) -> None:
    """Raise where a new follow-up cannot be: due in the past, of a customer who has one already, or who is held out."""
    if own.due < today:
        raise CxError("A follow-up is due today at the earliest ({day}).", day=today)
    for kept in there:
        other = kept.follow_up
        if other.customer == own.customer and other.is_open:
            raise CxError(
                "{customer} is being followed up already, by {who} until {day}.",
                customer=own.customer,
                who=other.who,
                day=other.due,
            )
        if other.customer == own.customer and other.is_held_out(today):
            raise CxError(
                "{customer} is held out until {day}, so that it can be told whether following up helps.",
                customer=own.customer,
                day=other.due,
            )


def open_for(
    store: Store, wanted: Sequence[FollowUp], today: date, *, drawn: bool = True, by: str = ""
) -> tuple[tuple[FollowUp, ...], tuple[FollowUp, ...]]:
    """(followed up, held out) of new follow-ups; `drawn` False passes the draw by, and stays out of the comparison.

    Nothing is saved where one of them cannot be.
    """
    there = follow_ups(store)
    for own in wanted:
        check_free(own, there, today)
    now, made = trial(store), list(wanted)
    if drawn and now.share:
        made = [replace(own, in_trial=True, held_out=now.holds_out(own.customer)) for own in made]
    free = today + timedelta(days=HORIZON_DAYS)
    saved = save(store, *(replace(own, due=free) if own.held_out else own for own in made), by=by)
    return tuple(own for own in saved if not own.held_out), tuple(own for own in saved if own.held_out)


def newest_of(kept: Iterable[Kept]) -> Mapping[str, FollowUp]:
    """{customer: the newest follow-up}."""
    return {one.follow_up.customer: one.follow_up for one in kept}
