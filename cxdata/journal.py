"""Records that only grow: what is kept is never overwritten, a change is a newer version, a removal too.

In: a store, a kind of record, and its body as plain values. Out: Entries, newest versions or the whole history. What the
bodies mean is known above: goals, actions, check-ins, meetings, reviews.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from cxdata.store import Store

_COLUMNS = """
    number, kind, id, strftime(saved_at, '%Y-%m-%dT%H:%M:%SZ') as saved_at, saved_by, removed, reason,
    cast(body as varchar) as body"""


@dataclass(frozen=True)
class Entry:
    """One version of a record. `number` grows over all records; `saved_at`: UTC, ISO; `reason`: why it was changed."""

    number: int
    kind: str
    id: int
    saved_at: str
    saved_by: str
    removed: bool
    reason: str
    body: Mapping[str, Any]


def save(
    store: Store,
    kind: str,
    body: Mapping[str, Any],
    *,
    id: int = 0,
    by: str = "",
    reason: str = "",
    removed: bool = False,
) -> int:
    """Keep a record, as a new one where its id is 0, else as its newest version; its id."""
    with store.writing() as cursor:
        return write(cursor, kind, body, id=id, by=by, reason=reason, removed=removed)


def write(
    cursor: duckdb.DuckDBPyConnection,
    kind: str,
    body: Mapping[str, Any],
    *,
    id: int = 0,
    by: str = "",
    reason: str = "",
    removed: bool = False,
) -> int:
    """As `save`, inside the caller's transaction."""
    sql = "select coalesce(max(number), 0) + 1, coalesce(max(id) filter (where kind = ?), 0) + 1 from journal"
    number, free = cursor.execute(sql, [kind]).fetchall()[0]
    own = id or int(free)
    cursor.execute(
        "insert into journal values (?, ?, ?, cast(now() at time zone 'UTC' as timestamp), ?, ?, ?, ?)",
        [number, kind, own, by, removed, reason, json.dumps(body)],
    )
    return own


def newest(store: Store, kind: str) -> list[Entry]:
    """The newest version of each record of a kind that is not removed, in the order in which they were added."""
    sql = f"""
        select {_COLUMNS} from (
            select * from journal where kind = $kind qualify number = max(number) over (partition by id)) as newest
        where not removed order by id"""
    return [_entry(row) for row in store.query(sql, kind=kind).to_pylist()]


def history(store: Store, kind: str, id: int) -> list[Entry]:
    """Every version of a record, oldest first, removals included."""
    sql = f"select {_COLUMNS} from journal where kind = $kind and id = $id order by number"
    return [_entry(row) for row in store.query(sql, kind=kind, id=id).to_pylist()]


def number(store: Store) -> int:
    """A number that grows with everything that is kept; caches of what shows it carry it in their key."""
    return int(store.query("select coalesce(max(number), 0) as number from journal").to_pylist()[0]["number"])


def _entry(row: Mapping[str, Any]) -> Entry:
    return Entry(**{**row, "body": json.loads(row["body"])})
