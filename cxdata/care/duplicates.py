"""One customer under two numbers: kept as a mapping that can be taken back, never as a change of rows.

In: a store, two numbers. Out: the mapping, in the journal; the facts read every row of the one as one of the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cxdata import journal
from cxdata.care.people import Profile
from cxdata.errors import CxError
from cxdata.facts import SAME_CUSTOMER, merged
from cxdata.store import Store

MOST_ALIKE = 5


@dataclass(frozen=True)
class Merge:
    """`number` is one with `into`. `id`: of the mapping; who kept it and when (UTC, ISO)."""

    id: int
    number: str
    into: str
    saved_at: str
    saved_by: str


def merges(store: Store) -> tuple[Merge, ...]:
    """The mappings that are kept, in the order in which they were added."""
    return tuple(
        Merge(entry.id, entry.body["number"], entry.body["into"], entry.saved_at, entry.saved_by)
        for entry in journal.newest(store, SAME_CUSTOMER)
    )


def merge(store: Store, number: str, into: str, by: str = "") -> None:
    """Take a customer for the same as another from now on. Raises CxError where one is not there, or they are one already."""
    number, into = number.strip(), into.strip()
    with store.writing() as cursor:
        known = merged(cursor)
        ends = [known.get(one, one) for one in (number, into)]
        if ends[0] == ends[1]:
            raise CxError("{number} and {into} are the same customer already.", number=number, into=into)
        for one in ends:
            if not cursor.execute("select count(*) from customer_facts where customer_id = ?", [one]).fetchall()[0][0]:
                raise CxError('There is no customer "{number}" in the data.', number=one)
        journal.write(cursor, SAME_CUSTOMER, {"number": ends[0], "into": ends[1]}, by=by)
        store.rebuild(cursor)


def separate(store: Store, own: Merge, by: str = "") -> None:
    """Take a mapping back: the two are two customers again, as they were."""
    with store.writing() as cursor:
        body = {"number": own.number, "into": own.into}
        journal.write(cursor, SAME_CUSTOMER, body, id=own.id, by=by, removed=True)
        store.rebuild(cursor)


def alike(store: Store, found: Profile) -> list[dict[str, Any]]:
    """Customers with the same e-mail address or name as this one, under another number."""
    sql = f"""
        select customer_id, name, email, team from customer_scores
        where customer_id <> $id and (lower(email) = lower($email) or lower(name) = lower($name))
        order by lower(email) = lower($email) desc nulls last, customer_id limit {MOST_ALIKE}"""
    row = found.row
    rows: list[dict[str, Any]] = store.query(
        sql, id=found.customer, email=row["email"] or "", name=row["name"] or ""
    ).to_pylist()
    return rows
