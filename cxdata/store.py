"""The one module that opens DuckDB: versions of rows, imports and their undo, events, views, settings, transactions.

In: typed rows of an import (see importing). Out: the current rows, and facts derived from them (see facts).
Nothing is ever overwritten: a later import of the same key adds a version, an undo marks the import as undone,
and the current row of a key is its version in the newest import that is not undone.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from cxdata import facts, scans, views
from cxdata.arrays import spelt_out
from cxdata.errors import CxError
from cxdata.events import Event, Kept
from cxdata.parsing import quoted
from cxdata.questions import Moment
from cxdata.schema import KINDS, QUALITY, REVIEWS, TICKETS, Kind, stored_as
from cxdata.settings import Settings, parse_instant
from cxdata.tuning import straight_into_the_file
from cxdata.views import KeptView, SavedView

# 2: steps, months of facts; 3: months of steps, the latest instant; 4: messages, teammates; 5: groups; 6: care;
# 8: facts of tickets are a view; 9: originals in pieces
SCHEMA_VERSION = 9
REVIEW = "review"  # the kind under which the journal keeps a review that was made in the app
_LOGGED = 16 * 2**20  # bytes of a transaction, up to which it goes into the log first
OF_SCORES = {"rules"}  # settings that no fact depends on: only customers are scored again

_TABLES = """
create table if not exists state (name varchar primary key, value bigint);
create table if not exists imports (
    import_id integer primary key, imported_at timestamp, imported_by varchar, file_name varchar, sha256 varchar,
    bytes bigint, source varchar, kind varchar, understood json, outcome json, undone_at timestamp, redone_at timestamp);
alter table imports add column if not exists redone_at timestamp;
create table if not exists remembered (header varchar primary key, saved_at timestamp, choices json);
create table if not exists originals (sha256 varchar, part integer, compressed blob using compression uncompressed);
create table if not exists rejects (
    import_id integer, line bigint, field varchar, column_name varchar, value varchar, reason varchar,
    cells varchar[]);
create table if not exists settings (id integer, saved_at timestamp, name varchar, value json);
create table if not exists events (
    version integer, id integer, saved_at timestamp, saved_by varchar, removed boolean, name varchar, kind varchar,
    starts_on date, ends_on date, team varchar, note varchar);
create table if not exists views (
    version integer, id integer, saved_at timestamp, saved_by varchar, removed boolean, name varchar, page varchar,
    choices json, is_start boolean);
create table if not exists alerts (
    version integer, id integer, saved_at timestamp, saved_by varchar, removed boolean, name varchar, metric varchar,
    rule varchar, threshold double, grain varchar, filters json, enabled boolean);
create table if not exists alert_states (
    number integer, alert integer, question varchar, seen_at timestamp, as_of_s bigint, state varchar, value double, n bigint,
    period date, reason varchar, low double, high double, centre double, minimum integer);
create table if not exists sendings (
    number integer, sent_at timestamp, what varchar, alert integer, alert_state integer, recipient varchar, delivered boolean,
    attempts integer, reason varchar);
create table if not exists journal (
    number integer, kind varchar, id integer, saved_at timestamp, saved_by varchar, removed boolean, reason varchar, body json);
create table if not exists scoring (version integer, facts bigint, learned json);
create table if not exists fact_columns (relation varchar, place integer, name varchar, made varchar);
create table if not exists erasures (number integer, erased_at timestamp, erased_by varchar, counts json);
create table if not exists erased (hash varchar, pseudonym varchar);
"""
PATIENCE = 60  # seconds that a new file waits for those who are reading the old one


# SQL: the reviews that were made in the app, each as it was saved last, as rows of their kind.
_REVIEWED_HERE = f"""
    select cast(null as integer) as import_id, body ->> 'source' as source, 'cx-' || id as key, body ->> 'ticket_id' as ticket_id,
           saved_at as reviewed_at, body ->> 'reviewer' as reviewer, nullif(body ->> 'comment', '') as comment,
           {", ".join(f"cast(body ->> '{name}' as double) as {name}" for name in QUALITY)},
           {", ".join(f"cast(body ->> '{end}' as double) as {name}_{end}" for name in QUALITY for end in ("worst", "best"))}
    from (select * from journal where kind = '{REVIEW}' qualify number = max(number) over (partition by id)) as newest
    where not removed"""


class InUse(CxError):
    """A database that another program has open."""


@dataclass(frozen=True)
class Standing:
    """Rows of an import: those of no other one, those over an older state, and those under a newer one."""

    alone: int
    over: int
    under: int


class Store:
    """One database file. `path` None keeps everything in memory (previews without a database, tests).

    Several threads may read at once, each through its own cursor; one writes at a time.
    """

    def __init__(self, path: Path | None = None, *, memory: str | None = None) -> None:
        self.path = path
        self._memory = memory or os.environ.get("CX_MEMORY") or "1GB"
        self._lock = threading.RLock()
        self._gate = threading.Condition()
        self._readers, self._is_swapping, self._own = 0, False, threading.local()
        self._columns: tuple[int, dict[str, dict[str, str]]] = -1, {}  # of the facts of a version of the data
        self._connection = self._connect()
        with self.writing() as cursor:
            self._prepare(cursor)

    def _connect(self) -> duckdb.DuckDBPyConnection:
        try:
            if self.path is not None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            return duckdb.connect(
                str(self.path) if self.path else ":memory:",
                config={
                    "autoinstall_known_extensions": False,
                    "autoload_known_extensions": False,
                    "memory_limit": self._memory,
                },
            )
        except (duckdb.IOException, OSError) as error:
            raise _cannot_open(self.path, error) from error

    def close(self) -> None:
        """Close the file, once nobody reads or writes any more; after a while all the same."""
        with self._lock, self._gate:
            self._gate.wait_for(lambda: not self._readers, PATIENCE)
            self._connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @staticmethod
    def _define(cursor: duckdb.DuckDBPyConnection) -> None:
        """Make the tables that are not there yet."""
        cursor.execute(_TABLES)
        for kind in KINDS:
            columns = [
                stored_as(*column) for column in (("import_id", "integer"), ("source", "varchar"), ("key", "varchar"))
            ]
            columns += [stored_as(name, type_, kind.unfilled(name)) for name, type_ in kind.columns]
            cursor.execute(f"create table if not exists {kind.name}_versions ({', '.join(columns)})")
            held = {name for name, *_ in cursor.execute(f"describe {kind.name}_versions").fetchall()}
            for name, type_ in kind.columns:
                if name not in held:  # of a newer program than the one that wrote this database
                    cursor.execute(f"alter table {kind.name}_versions add column {name} {type_}")

    @staticmethod
    def make_room(cursor: duckdb.DuckDBPyConnection, kind: Kind, names: Collection[str]) -> tuple[str, ...]:
        """Store these columns of the versions of a kind from now on: a column that no file has filled takes no place.
        All that are stored then, of those of the kind and the key."""
        table = f"{kind.name}_versions"
        stored = stored_columns(cursor, table)
        for name, type_ in kind.columns:
            if name in names and name not in stored and kind.unfilled(name) == "null":
                cursor.execute(f"alter table {table} drop column {name}")
                cursor.execute(f"alter table {table} add column {stored_as(name, type_)}")
        return tuple(name for name in stored_columns(cursor, table) if name not in ("import_id", "source"))

    def _prepare(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._define(cursor)
        found = cursor.execute("select value from state where name = 'schema'").fetchall()
        if not found:
            cursor.execute("insert into state values ('schema', ?), ('data', 0), ('facts', 0)", [SCHEMA_VERSION])
            self.rebuild(cursor)
        elif found[0][0] > SCHEMA_VERSION:
            raise CxError(
                "{path} was written by a newer version of CX Dashboard. Update the program to open it.", path=self.path
            )
        elif found[0][0] < SCHEMA_VERSION:
            cursor.execute("drop table if exists periods")
            if found[0][0] < 8:
                cursor.execute("drop table if exists ticket_facts")
            cursor.execute("update originals set compressed = null where raw_bytes = 0")  # of what is not kept
            cursor.execute("alter table originals drop column raw_bytes")
            cursor.execute("insert or ignore into state values ('facts', 0)")  # since 6
            self.rebuild(cursor)
            cursor.execute("update state set value = ? where name = 'schema'", [SCHEMA_VERSION])

    # --- reading and writing --------------------------------------------------------------------------------

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor of its own, closed at the end."""
        held = getattr(self._own, "held", 0)
        with self._gate:
            if not held:  # who reads already goes on reading, or nobody would ever be done
                self._gate.wait_for(lambda: not self._is_swapping)
            self._readers += 1
        self._own.held = held + 1
        try:
            with self._connection.cursor() as cursor:
                yield cursor
        finally:
            self._own.held = max(getattr(self._own, "held", 0) - 1, 0)
            with self._gate:
                self._readers -= 1
                self._gate.notify_all()

    @contextmanager
    def writing(self, size: int = 0) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor inside one transaction: all of it is kept, or nothing. `size`: about how many bytes it will write."""
        with self._lock, self._opened_again(), self._connection.cursor() as cursor:
            cursor.begin()
            try:
                yield cursor
                with straight_into_the_file(cursor) if size > _LOGGED else nullcontext():
                    cursor.commit()
            except duckdb.OutOfMemoryException as error:
                cursor.rollback()
                raise CxError(
                    "The database needs more memory for this than it may use; nothing was changed. Set CX_MEMORY to more "
                    "(now 1GB unless set), such as CX_MEMORY=4GB, and try again."
                ) from error
            except BaseException as error:
                with suppress(duckdb.Error):  # a commit that failed has ended the transaction
                    cursor.rollback()
                if is_full_disk(error):
                    raise full_disk(error) from error
                raise

    @contextmanager
    def _opened_again(self) -> Iterator[None]:
        """An error while the file is written, such as a full disk, ends DuckDB's work with it for good: then it is opened once
        more, as it was before."""
        try:
            yield
        except BaseException as error:
            if self.path is not None and isinstance(error.__cause__ or error, duckdb.FatalException):
                with self._unread():
                    self._connection.close()
                    self._connection = self._connect()
            raise

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else writes meanwhile."""
        with self._lock:
            yield

    def rewrite(self, fill: Mapping[str, Callable[[duckdb.DuckDBPyConnection, str], None]]) -> None:
        """Write the whole database into a new file that takes the place of this one: what is left out of it is in no block
        that DuckDB keeps, and in no log.

        `fill`: {table: what writes it, given a cursor and the name of the database it is read from}; the other tables are
        copied, and facts derived again. Either all of it happens, or nothing. Readers wait only while the files change
        places. Raises CxError for a database in memory, a full disk, or readers that do not come to an end.
        """
        if self.path is None:
            raise CxError("This database is kept in memory only, and not in a file that can be written again.")
        fresh = self.path.with_name(f"{self.path.name}.new")
        with self._lock:
            try:
                self._write_fresh(fresh, fill)
                self._take(fresh)
            except BaseException as error:
                if is_full_disk(error):
                    raise full_disk(error) from error
                raise
            finally:
                for one in (fresh, fresh.with_name(f"{fresh.name}.wal")):
                    one.unlink(missing_ok=True)

    def _write_fresh(self, fresh: Path, fill: Mapping[str, Callable[[duckdb.DuckDBPyConnection, str], None]]) -> None:
        for one in (fresh, fresh.with_name(f"{fresh.name}.wal")):
            one.unlink(missing_ok=True)
        with self._connection.cursor() as cursor:
            own = str(cursor.execute("select current_database()").fetchall()[0][0])
            cursor.execute(f"attach {quoted(str(fresh))} as fresh")
            try:
                cursor.execute("use fresh")
                self._define(cursor)
                for kind in KINDS:
                    self.make_room(cursor, kind, stored_columns(cursor, f"{kind.name}_versions", own))
                sql = "select table_name from duckdb_tables() where database_name = 'fresh' order by table_name"
                for (table,) in cursor.execute(sql).fetchall():
                    if table in fill:
                        fill[table](cursor, f'"{own}"')
                    else:
                        columns = ", ".join(stored_columns(cursor, table))
                        cursor.execute(f'insert into {table} by name select {columns} from "{own}".{table}')
                self.rebuild(cursor)
                cursor.execute("checkpoint fresh")
            finally:
                cursor.execute(f'use "{own}"')
                cursor.execute("detach fresh")

    def _take(self, fresh: Path) -> None:
        """Put a file in the place of this database, while nobody reads."""
        assert self.path is not None
        with self._unread() as is_so:
            if not is_so:
                raise CxError("Others are reading the database all the time, and nothing was changed. Try again later.")
            self._connection.execute("checkpoint")
            self._connection.close()
            try:
                self.path.with_name(f"{self.path.name}.wal").unlink(missing_ok=True)
                os.replace(fresh, self.path)
            finally:
                self._connection = self._connect()

    @contextmanager
    def _unread(self) -> Iterator[bool]:
        """Nobody begins to read meanwhile, and who reads comes to an end; whether that is so after a while."""
        with self._gate:
            self._is_swapping = True
            try:
                yield self._gate.wait_for(lambda: not self._readers, PATIENCE)
            finally:
                self._is_swapping = False
                self._gate.notify_all()

    def query(self, sql: str, **params: object) -> pa.Table:
        """The answer of a select, with $named parameters."""
        with self.reading() as cursor:
            return spelt_out(cursor.sql(sql, params=params or None).to_arrow_table())

    @contextmanager
    def asking(self, sql: str) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
        """A cursor and the text for a question over facts, in which their views are no wider than it needs."""
        with self.reading() as cursor:
            if any(view in sql for view in facts.VIEWS):
                cursor.begin()  # or an import between the two might give the columns another meaning
                sql = facts.narrowed(sql, self._fact_columns(cursor))
            yield cursor, sql

    def _fact_columns(self, cursor: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
        """{view: {column: the SQL it is worked out by, or nothing where it is stored}}"""
        version, known = self._columns
        now = int(cursor.execute("select value from state where name = 'data'").fetchall()[0][0])
        if now != version:
            known = {}
            for view, name, made in cursor.execute(
                "select relation, name, made from fact_columns order by relation, place"
            ).fetchall():
                known.setdefault(view, {})[name] = made
            self._columns = now, known
        return known

    @property
    def version(self) -> int:
        """A number that grows with every change of data or settings; caches carry it in their key."""
        with self.reading() as cursor:
            return int(cursor.execute("select value from state where name = 'data'").fetchall()[0][0])

    # --- imports --------------------------------------------------------------------------------------------

    def active_imports(self, cursor: duckdb.DuckDBPyConnection, kind: str) -> list[tuple[int, bool]]:
        """[(import id, whether its keys may be those of others)] of the imports that are not undone."""
        sql = """
            select import_id, redone_at is not null or coalesce(cast(outcome ->> 'changed' as bigint), 0)
                                                      + coalesce(cast(outcome ->> 'unchanged' as bigint), 0) > 0
            from imports where kind = ? and undone_at is null order by import_id"""
        return [(int(number), bool(met)) for number, met in cursor.execute(sql, [kind]).fetchall()]

    def current_sql(self, cursor: duckdb.DuckDBPyConnection, kind: str, columns: str = "*") -> str:
        """SQL that selects the current rows of a kind: each key's version in its newest import not undone."""
        active = self.active_imports(cursor, kind)
        numbers = ", ".join(str(number) for number, _ in active) or "-1"
        rows = f"select {columns} from {kind}_versions where import_id in ({numbers})"
        if not any(met for _, met in active):
            return rows
        return f"""
            with active as ({rows}),
            twice as (select source, key, max(import_id) as newest from active group by source, key having count(*) > 1)
            select active.* from active left join twice on active.source = twice.source and active.key = twice.key
            where twice.newest is null or active.import_id = twice.newest"""

    def current_relations(self, cursor: duckdb.DuckDBPyConnection) -> dict[str, str]:
        """{kind: SQL of its current rows}, what facts are derived from; those of tickets with the `place` each is stored at."""
        found = {kind.name: self.current_sql(cursor, kind.name) for kind in KINDS}
        found[TICKETS.name] = self.current_sql(cursor, TICKETS.name, "*, rowid as place")
        found[REVIEWS.name] = f"select * from ({found[REVIEWS.name]}) union all by name {_REVIEWED_HERE}"
        return found

    def rebuild(self, cursor: duckdb.DuckDBPyConnection, changed: Collection[str] | None = None) -> None:
        """Derive the facts again, inside the caller's transaction. `changed`: the kinds of rows that did; None: all may have."""
        settings = self._settings(cursor)
        self._roll(cursor, settings, facts.build(cursor, settings, self.current_relations(cursor), changed))

    def rebuild_follow_ups(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Derive the facts of follow-ups again, and what is kept of them by month, inside the caller's transaction."""
        settings = self._settings(cursor)
        facts.follow_ups(cursor, settings)
        self._roll(cursor, settings, {"follow_up_facts"})

    def _roll(self, cursor: duckdb.DuckDBPyConnection, settings: Settings, tables: Collection[str]) -> None:
        """Make the months of some facts as they stand at as-of, of all where as-of has moved, and count the change.

        The number "facts" grows with the facts of what customers did only: they are scored from those.
        """
        as_of_s = self._as_of(cursor, settings)
        before = cursor.execute("select value from state where name = 'rolled'").fetchall()
        at = parse_instant(str(facts.NO_DATA), "UTC") if as_of_s is None else as_of_s
        scans.build_months(cursor, Moment(settings, at), tables if before == [(as_of_s,)] else facts.TABLES)
        cursor.execute("delete from state where name = 'rolled' or name = 'newest'")
        cursor.execute("insert into state values ('rolled', ?), ('newest', ?)", [as_of_s, facts.newest(cursor)])
        told_apart = set(tables) - {"review_facts", "follow_up_facts"}
        counted = "name = 'data' or name = 'facts'" if told_apart else "name = 'data'"
        cursor.execute(f"update state set value = value + 1 where {counted}")

    def imports(self) -> list[dict[str, Any]]:
        """Every import, newest first, with its outcome."""
        sql = """
            select import_id, strftime(imported_at, '%Y-%m-%dT%H:%M:%SZ') as imported_at, imported_by, file_name, sha256,
                   bytes, source, kind, understood, outcome, strftime(undone_at, '%Y-%m-%dT%H:%M:%SZ') as undone_at
            from imports order by import_id desc"""
        rows: list[dict[str, Any]] = self.query(sql).to_pylist()
        for row in rows:
            row["understood"], row["outcome"] = json.loads(row["understood"]), json.loads(row["outcome"])
        return rows

    def one_import(self, import_id: int) -> dict[str, Any]:
        for row in self.imports():
            if row["import_id"] == import_id:
                return row
        raise CxError("There is no import {number}. The list of imports shows their numbers.", number=import_id)

    def undo(self, import_id: int) -> dict[str, Any]:
        """Take an import back: the rows are as they would be without it. Its file and rejects are kept."""
        row = self.one_import(import_id)
        if row["undone_at"]:
            raise CxError(
                "Import {number} ({file}) was undone already, on {day}.",
                number=import_id,
                file=row["file_name"],
                day=row["undone_at"][:10],
            )
        return self._standing_again(import_id, "undone_at", "redone_at")

    def redo(self, import_id: int) -> dict[str, Any]:
        """Put an import that was undone back in its place: the rows are as if it had never been taken back."""
        row = self.one_import(import_id)
        if not row["undone_at"]:
            raise CxError("Import {number} ({file}) is not undone.", number=import_id, file=row["file_name"])
        return self._standing_again(import_id, "redone_at", "undone_at")

    def _standing_again(self, import_id: int, now: str, never: str) -> dict[str, Any]:
        with self.writing() as cursor:
            sql = f"update imports set {now} = cast(now() at time zone 'UTC' as timestamp), {never} = null where import_id = ?"
            kind = cursor.execute(f"{sql} returning kind", [import_id]).fetchall()[0][0]
            self.rebuild(cursor, {kind})
        return self.one_import(import_id)

    def standing(self, import_id: int) -> Standing:
        """How the rows of an import stand to those of the others that are not undone."""
        kind = self.one_import(import_id)["kind"]
        sql = f"""
            with others as (
                select source, key, min(import_id) < $id as older, max(import_id) > $id as newer from {kind}_versions
                where import_id != $id and import_id in (select import_id from imports where undone_at is null)
                group by source, key)
            select count(*) filter (where older is null) as alone, count(*) filter (where older and not newer) as over,
                   count(*) filter (where newer) as under
            from {kind}_versions as mine left join others using (source, key) where mine.import_id = $id"""
        return Standing(**self.query(sql, id=import_id).to_pylist()[0])

    # --- what the reader said of a header -------------------------------------------------------------------

    def remember(self, cursor: duckdb.DuckDBPyConnection, header: Sequence[str], choices: Mapping[str, Any]) -> None:
        """Keep what was chosen for a file, for the next one with the same header."""
        sql = "insert or replace into remembered values (?, cast(now() at time zone 'UTC' as timestamp), ?)"
        cursor.execute(sql, [_fingerprint(header), json.dumps(choices)])

    def forget(self, cursor: duckdb.DuckDBPyConnection, header: Sequence[str]) -> None:
        """Keep nothing for this header any more."""
        cursor.execute("delete from remembered where header = ?", [_fingerprint(header)])

    def remembered(self, header: Sequence[str]) -> tuple[str, dict[str, Any]] | None:
        """(day, choices) kept for a header; None where there are none."""
        sql = "select strftime(saved_at, '%Y-%m-%d') as day, choices from remembered where header = $header"
        rows = self.query(sql, header=_fingerprint(header)).to_pylist()
        return (rows[0]["day"], json.loads(rows[0]["choices"])) if rows else None

    def rejects(self, import_id: int) -> tuple[list[str], list[dict[str, Any]]]:
        """(header of the file, rejected rows with line, column, value, reason and cells)."""
        header = self.one_import(import_id)["understood"]["header"]
        sql = """select line, column_name, value, reason, cells from rejects where import_id = $id order by line"""
        return header, self.query(sql, id=import_id).to_pylist()

    # --- events ---------------------------------------------------------------------------------------------

    def events(self) -> tuple[Kept, ...]:
        """The events that are kept, each as it was saved last; newest first."""
        sql = """
            select id, name, kind, starts_on, ends_on, team, note, saved_by,
                   strftime(saved_at, '%Y-%m-%dT%H:%M:%SZ') as saved_at
            from (select * from events qualify version = max(version) over (partition by id)) as newest
            where not removed order by starts_on desc, id desc"""
        return tuple(
            Kept(
                Event(row["id"], row["name"], row["kind"], row["starts_on"], row["ends_on"], row["team"], row["note"]),
                row["saved_at"],
                row["saved_by"],
            )
            for row in self.query(sql).to_pylist()
        )

    @property
    def events_version(self) -> int:
        """A number that grows with every change of an event; caches of what shows them carry it in their key."""
        with self.reading() as cursor:
            return int(cursor.execute("select coalesce(max(version), 0) from events").fetchall()[0][0])

    def one_event(self, event_id: int) -> Event:
        for kept in self.events():
            if kept.event.id == event_id:
                return kept.event
        raise CxError("There is no event {number}. The list of events shows their numbers.", number=event_id)

    def save_event(self, event: Event, by: str = "") -> Event:
        """Keep an event, as a new one where its id is 0, else as the newest version of that one (also a removed one)."""
        with self.writing() as cursor:
            saved = event if event.id else replace(event, id=self._next(cursor, "events", "id"))
            self._save_event(cursor, saved, by, removed=False)
        return saved

    def remove_event(self, event_id: int, by: str = "") -> Event:
        """Take an event off the list; its versions stay, and saving it again brings it back."""
        event = self.one_event(event_id)
        with self.writing() as cursor:
            self._save_event(cursor, event, by, removed=True)
        return event

    def _save_event(self, cursor: duckdb.DuckDBPyConnection, event: Event, by: str, *, removed: bool) -> None:
        cursor.execute(
            "insert into events values (?, ?, cast(now() at time zone 'UTC' as timestamp), ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                self._next(cursor, "events", "version"), event.id, by, removed, event.name, event.kind, event.start, event.end,
                event.team, event.note,
            ],
        )  # fmt: skip

    @staticmethod
    def _next(cursor: duckdb.DuckDBPyConnection, table: str, column: str) -> int:
        return int(cursor.execute(f"select coalesce(max({column}), 0) + 1 from {table}").fetchall()[0][0])

    # --- views ----------------------------------------------------------------------------------------------

    def views(self) -> tuple[KeptView, ...]:
        """The views that are kept, each as it was saved last, by name."""
        with self.reading() as cursor:
            return self._views(cursor)

    @staticmethod
    def _views(cursor: duckdb.DuckDBPyConnection) -> tuple[KeptView, ...]:
        sql = """
            select id, name, page, cast(choices as varchar) as choices, is_start, saved_by,
                   strftime(saved_at, '%Y-%m-%dT%H:%M:%SZ') as saved_at
            from (select * from views qualify version = max(version) over (partition by id)) as newest
            where not removed"""
        rows = cursor.sql(sql).to_arrow_table().to_pylist()
        kept = (
            KeptView(
                SavedView(
                    row["id"],
                    row["name"],
                    row["page"],
                    {name: tuple(words) for name, words in json.loads(row["choices"]).items()},
                    row["is_start"],
                ),
                row["saved_at"],
                row["saved_by"],
            )
            for row in rows
        )
        return tuple(sorted(kept, key=lambda one: one.view.name.casefold()))

    @property
    def views_version(self) -> int:
        """A number that grows with every change of a view; caches of what shows them carry it in their key."""
        with self.reading() as cursor:
            return int(cursor.execute("select coalesce(max(version), 0) from views").fetchall()[0][0])

    def save_view(self, view: SavedView, by: str = "") -> SavedView:
        """Keep a view, as a new one where its id is 0, else as the newest version of that one (also a removed one).

        At most one is the start: saving one as such takes it from the other. Raises CxError where another has the name.
        """
        with self.writing() as cursor:
            others = [kept.view for kept in self._views(cursor) if kept.view.id != view.id]
            views.check_name(view, others)
            for other in others:
                if view.is_start and other.is_start:
                    self._save_view(cursor, replace(other, is_start=False), by)
            saved = view if view.id else replace(view, id=self._next(cursor, "views", "id"))
            self._save_view(cursor, saved, by)
        return saved

    def remove_view(self, name: str, by: str = "") -> SavedView:
        """Take a view off the list; its versions stay. Raises UnknownName where there is none of that name."""
        with self.writing() as cursor:
            view = views.one_named(name, [kept.view for kept in self._views(cursor)])
            self._save_view(cursor, view, by, removed=True)
        return view

    def _save_view(self, cursor: duckdb.DuckDBPyConnection, view: SavedView, by: str, *, removed: bool = False) -> None:
        cursor.execute(
            "insert into views values (?, ?, cast(now() at time zone 'UTC' as timestamp), ?, ?, ?, ?, ?, ?)",
            [
                self._next(cursor, "views", "version"), view.id, by, removed, view.name, view.page,
                json.dumps(view.choices), view.is_start,
            ],
        )  # fmt: skip

    # --- settings and as-of ---------------------------------------------------------------------------------

    def settings(self) -> Settings:
        with self.reading() as cursor:
            return self._settings(cursor)

    @staticmethod
    def _settings(cursor: duckdb.DuckDBPyConnection) -> Settings:
        sql = "select name, arg_max(cast(value as varchar), id) from settings group by name"
        return Settings.loaded(dict(cursor.execute(sql).fetchall()))

    def save_settings(self, changed: Settings) -> None:
        """Keep the settings that differ from those in force, and derive the facts again."""
        with self.writing() as cursor:
            before: Mapping[str, str] = self._settings(cursor).dumped()
            different = {name: value for name, value in changed.dumped().items() if before[name] != value}
            for name, value in different.items():
                cursor.execute(
                    "insert into settings select coalesce(max(id), 0) + 1, cast(now() at time zone 'UTC' as timestamp), ?, ? "
                    "from settings",
                    [name, value],
                )
            if different and set(different) <= OF_SCORES:
                cursor.execute("update state set value = value + 1 where name = 'data' or name = 'facts'")
                return
            self.rebuild(cursor)

    def as_of(self) -> int | None:
        """UTC epoch seconds at which open clocks are read; None while there is no data."""
        with self.reading() as cursor:
            return self._as_of(cursor, self._settings(cursor))

    def moment(self, as_of_s: int | None = None) -> Moment | None:
        """The settings and an as-of (default: that of the data or the settings); None while there is no data."""
        with self.reading() as cursor:
            settings = self._settings(cursor)
            as_of_s = self._as_of(cursor, settings) if as_of_s is None else as_of_s
            state = dict(cursor.execute("select name, value from state").fetchall())
        return None if as_of_s is None else Moment(settings, as_of_s, state["rolled"], state["newest"])

    @staticmethod
    def _as_of(cursor: duckdb.DuckDBPyConnection, settings: Settings) -> int | None:
        if settings.as_of:
            return parse_instant(settings.as_of, settings.zone)
        sql = "select max(cast(outcome ->> 'newest_s' as bigint)) from imports where undone_at is null"
        newest = cursor.execute(sql).fetchall()[0][0]
        return None if newest is None else int(newest)

    def export_facts(self, folder: Path) -> dict[str, Path]:
        """Write the facts as Parquet, for an engine elsewhere: {table: file}."""
        import pyarrow.parquet as pq

        folder.mkdir(parents=True, exist_ok=True)
        written = {}
        for table in (*facts.TABLES, *scans.MONTHS):
            path = folder / f"{table}.parquet"
            pq.write_table(self.query(f"select * from {table}"), path)
            written[table] = path
        return written


def copied(path: Path, folder: Path, tries: int = 5) -> Path:
    """A copy of a database that another program has open, as it stands now; to be read only. Raises InUse where it changes
    all the time."""
    files = (path, path.with_name(f"{path.name}.wal"))

    def look() -> list[tuple[int, int] | None]:
        found = [one.stat() if one.exists() else None for one in files]
        return [(one.st_size, one.st_mtime_ns) if one else None for one in found]

    for _try in range(tries):
        before = look()
        for one in files:
            (folder / one.name).unlink(missing_ok=True)
            with suppress(FileNotFoundError):
                shutil.copyfile(one, folder / one.name)
        if look() == before:
            return folder / path.name
    raise InUse("{path} is being written by another program. Try again when that is done.", path=path)


def is_full_disk(error: BaseException) -> bool:
    """Whether something could not be written, by us or by the database."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return isinstance(error, duckdb.Error) and "could not write" in str(error).casefold()


def full_disk(error: BaseException) -> CxError:
    return CxError(
        "The disk is full or cannot be written, and nothing was changed: {reason}. Make room where the database and the "
        "temporary files are (TMPDIR), and try again.",
        reason=str(error).splitlines()[0].rstrip("."),
    )


def _cannot_open(path: Path | None, error: Exception) -> CxError:
    text = str(error)
    if "lock" in text.casefold():
        return InUse(
            "{path} is in use by another program, probably the dashboard. Import on its Import page, or stop it first.",
            path=path,
        )
    return CxError("{path} cannot be opened as a database: {reason}", path=path, reason=text.splitlines()[0])


def _fingerprint(header: Sequence[str]) -> str:
    return hashlib.sha256("\x1f".join(header).encode()).hexdigest()


def stored_columns(cursor: duckdb.DuckDBPyConnection, table: str, database: str = "") -> tuple[str, ...]:
    """The columns of a table that take place in it, in order; those that are worked out do not. `database`: an attached
    one; else the one in use."""
    sql = """select column_name from duckdb_columns() where table_name = $table and generation_expression is null
             and schema_name = 'main' and database_name = coalesce(nullif($database, ''), current_database()) order by column_index"""
    return tuple(name for (name,) in cursor.execute(sql, {"table": table, "database": database}).fetchall())
