"""What is held of a person: found, taken along, and erased on request; and not brought back by the next import.

In: a store, and a customer number, an e-mail address or a name. Out: a Person with how many rows hold them; a ZIP of all of
it; or an Erasure. Rows stay, so that goals and totals stay to the last digit: identifiers become one made-up word, texts
become empty. What remains of an erasure is when, by whom, how many rows, and keyed hashes of the identifiers; the key lies
in a file of its own.
"""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import json
import os
import re
import secrets
import tempfile
import zipfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from cxdata import containers, originals, reading
from cxdata.errors import CxError
from cxdata.facts import merged
from cxdata.records import Place, records_from, split_cells
from cxdata.schema import KINDS, Kind
from cxdata.store import Store

MARK = "erased-"
TEXTS = ("customer_name", "email", "subject", "tags", "comment")  # columns that become empty
SHORTEST_WORD = 5  # characters of a name or address that is looked for inside texts
GONE = "This file held a person who was erased, and is no longer kept.\n"
_ABOUT = ("name", "email", "note", "reason", "comment")  # of what is kept in the journal beside a customer


@dataclass(frozen=True)
class Person:
    """Whom a request is about. `numbers`: what stands for them as a customer, `emails`, `names`; `tickets`: of theirs.

    `rows`: {kind: rows that hold them, all versions}, `rejects`, `files` (originals), `mentions` (entries of the journal).
    """

    numbers: tuple[str, ...]
    emails: tuple[str, ...]
    names: tuple[str, ...]
    rows: Mapping[str, int]
    rejects: int = 0
    files: int = 0
    mentions: int = 0

    @property
    def words(self) -> frozenset[str]:
        """Everything that names the person, folded."""
        return frozenset(word.strip().casefold() for word in (*self.numbers, *self.emails, *self.names) if word.strip())

    @property
    def total(self) -> int:
        return sum(self.rows.values())


@dataclass(frozen=True)
class Erasure:
    """What an erasure came to. `rewritten` and `dropped`: originals without the person's lines, and those no longer kept."""

    person: Person
    rewritten: int = 0
    dropped: int = 0


# --- finding ------------------------------------------------------------------------------------------------


def find(store: Store, text: str) -> Person:
    """The person of a customer number, an e-mail address or a name, in any version of any row.

    Raises CxError where nothing holds these words, or where several people have the name. `names` are those that nobody else
    has: they are looked for in files and texts.
    """
    asked = text.strip()
    if not asked:
        raise CxError("Give a customer number, an e-mail address or a name.")
    with store.reading() as cursor:
        numbers = _numbers(cursor, asked)
        same = merged(cursor)
        ends = {same.get(one, one) for one in numbers}
        if len(ends) > 1:
            raise CxError(
                "{count} customers go by that name. Give the number of the one who is meant.", count=len(ends)
            )
        numbers |= ends | {one for one, end in same.items() if end in ends}
        emails, names = _called(cursor, numbers)
        if not numbers:
            names = {asked}
        numbers |= {email for email in emails if _there(cursor, email)}
        person = Person(_ordered(numbers), _ordered(emails), _ordered(names), {})
        rows = {kind.name: _count(cursor, kind, person) for kind in KINDS}
        if not sum(rows.values()):
            raise CxError("Nothing is held under these words: no number, e-mail address or name is like that.")
        person = Person(person.numbers, person.emails, person.names, rows)
        rejects = sum(1 for _ in _rejects(cursor, person.words))
        mentions = sum(1 for _ in _mentions(cursor, person))
        words = _all_words(cursor, person)
    held = sum(_cleaned(store, sha256, words) is not None for sha256 in _files(store))
    return Person(person.numbers, person.emails, person.names, rows, rejects, held, mentions)


def _ordered(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(words))


def _kinds(column: str) -> list[Kind]:
    return [kind for kind in KINDS if any(field.name == column for field in kind.fields)]


def _there(cursor: duckdb.DuckDBPyConnection, number: str) -> bool:
    return any(
        cursor.execute(f"select count(*) > 0 from {kind.name}_versions where customer_id = ?", [number]).fetchall()[0][
            0
        ]
        for kind in _kinds("customer_id")
    )


def _numbers(cursor: duckdb.DuckDBPyConnection, asked: str) -> set[str]:
    """The customer numbers that words stand for: a number itself, else of an e-mail address, else of a name."""
    for column, where in (
        ("customer_id", "customer_id = ?"),
        ("email", "lower(email) = lower(?)"),
        ("customer_name", "lower(customer_name) = lower(?)"),
    ):
        found = {
            row[0]
            for kind in _kinds(column)
            if kind in _kinds("customer_id")
            for row in cursor.execute(
                f"select distinct customer_id from {kind.name}_versions where {where} and customer_id is not null",
                [asked],
            ).fetchall()
        }
        if found:
            return found
    return set()


def _called(cursor: duckdb.DuckDBPyConnection, numbers: Collection[str]) -> tuple[set[str], set[str]]:
    """(e-mail addresses, names) of some customer numbers; a name that others have too is not theirs to be known by."""
    found: dict[str, set[str]] = {"email": set(), "customer_name": set()}
    for column, words in found.items():
        for kind in _kinds(column):
            sql = f"select distinct {column} from {kind.name}_versions where list_contains(?, customer_id) and {column} is not null"
            words |= {row[0] for row in cursor.execute(sql, [list(numbers)]).fetchall()}
    others = set[str]()
    for kind in _kinds("customer_name"):
        sql = f"""select distinct lower(customer_name) from {kind.name}_versions
                  where not list_contains(?, customer_id) and list_contains(?, lower(customer_name))"""
        wanted = [name.lower() for name in found["customer_name"]]
        others |= {row[0] for row in cursor.execute(sql, [list(numbers), wanted]).fetchall()}
    return found["email"], {name for name in found["customer_name"] if name.lower() not in others}


def _where(kind: Kind, person: Person) -> tuple[str, list[Any]]:
    """SQL: the rows of a kind that are about a person, and its values."""
    columns = {field.name for field in kind.fields}
    parts, values = list[str](), list[Any]()
    if "customer_id" in columns and person.numbers:
        parts.append("list_contains(?, customer_id)")
        values.append(list(person.numbers))
    if "email" in columns and person.emails:
        parts.append("list_contains(?, email)")
        values.append(list(person.emails))
    if "customer_name" in columns and "customer_id" in columns and not person.numbers:
        parts.append("(customer_id is null and list_contains(?, lower(customer_name)))")
        values.append([name.lower() for name in person.names])
    if "ticket_id" in columns and kind.name != "tickets" and person.numbers:
        of = "select key from tickets_versions where list_contains(?, customer_id)"
        nobody = "customer_id is null and " if "customer_id" in columns else ""
        parts.append(f"({nobody}ticket_id in ({of}))")
        values.append(list(person.numbers))
    return " or ".join(parts) or "false", values


def _count(cursor: duckdb.DuckDBPyConnection, kind: Kind, person: Person) -> int:
    where, values = _where(kind, person)
    return int(cursor.execute(f"select count(*) from {kind.name}_versions where {where}", values).fetchall()[0][0])


def _holds(cells: Iterable[str | None], words: Collection[str]) -> bool:
    """Whether a cell is one of the words, or holds an address or a whole name among them."""
    inside = [word for word in words if "@" in word or (" " in word and len(word) >= SHORTEST_WORD)]
    for cell in cells:
        folded = (cell or "").strip().casefold()
        if folded in words or any(word in folded for word in inside):
            return True
    return False


def _rejects(cursor: duckdb.DuckDBPyConnection, words: Collection[str]) -> Iterable[tuple[int, int]]:
    """(import, line) of the rejected rows that name a person."""
    for import_id, line, cells in cursor.execute("select import_id, line, cells from rejects").fetchall():
        if _holds(cells or (), words):
            yield import_id, line


# --- the journal --------------------------------------------------------------------------------------------


def _mentions(cursor: duckdb.DuckDBPyConnection, person: Person) -> Iterable[tuple[int, str]]:
    """(number, body without the person) of the entries that mention them."""
    said = _said(cursor, person)
    for number, body in cursor.execute("select number, cast(body as varchar) from journal").fetchall():
        found = json.loads(body)
        cleaned = _without(found, person, said, f"{MARK}person")
        if cleaned != found:
            yield number, json.dumps(cleaned)


def _said(cursor: duckdb.DuckDBPyConnection, person: Person) -> frozenset[str]:
    """What a person wrote: their comments and subjects, which may be linked as evidence."""
    found: set[str] = set()
    for kind in KINDS:
        where, values = _where(kind, person)
        for column in ("comment", "subject"):
            if any(field.name == column for field in kind.fields):
                sql = f"select distinct {column} from {kind.name}_versions where ({where}) and {column} is not null"
                found |= {row[0] for row in cursor.execute(sql, values).fetchall()}
    return frozenset(found)


def _all_words(cursor: duckdb.DuckDBPyConnection, person: Person) -> frozenset[str]:
    """What names a person and what they wrote, folded: a cell of a file that is one of these is about them."""
    said = {text.strip().casefold() for text in _said(cursor, person)}
    return person.words | {text for text in said if len(text) >= SHORTEST_WORD}


def _without(value: Any, person: Person, said: Collection[str], pseudonym: str) -> Any:
    """A body of the journal without a person: their words replaced, what stands beside their number empty."""
    if isinstance(value, Mapping):
        about = any(str(one).strip().casefold() in person.words for one in value.values() if isinstance(one, str))
        return {
            name: "" if about and name in _ABOUT and isinstance(one, str) else _without(one, person, said, pseudonym)
            for name, one in value.items()
        }
    if isinstance(value, list):
        return [_without(one, person, said, pseudonym) for one in value]
    if isinstance(value, str):
        if value in said:
            return ""
        return pseudonym if value.strip().casefold() in person.words else _pattern(person).sub(pseudonym, value)
    return value


def _pattern(person: Person) -> re.Pattern[str]:
    """The words of a person inside a longer text: addresses, whole names, and numbers that are long enough to be theirs."""
    long = [word for word in (*person.numbers, *person.emails, *person.names) if len(word) >= SHORTEST_WORD]
    if not long:
        return re.compile(r"(?!)")
    listed = "|".join(re.escape(word) for word in sorted(long, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{listed})(?!\w)", re.IGNORECASE)


# --- originals ----------------------------------------------------------------------------------------------


def _files(store: Store) -> list[str]:
    return [row["sha256"] for row in store.query("select distinct sha256 from originals").to_pylist()]


def _cleaned(store: Store, sha256: str, words: Collection[str]) -> bytes | None:
    """An original without the records that name a person; None where none does. A packed one becomes a note."""
    content = store.original(sha256)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "original"
        path.write_bytes(content)
        if containers.is_packed(content[:16]):
            try:
                parts = containers.parts(path, Path(folder))
                held = any(_records_without(part.path, Path(folder), words) is not None for part in parts)
            except CxError:
                held = True  # what cannot be looked into is not kept either
            return GONE.encode() if held else None
        return _records_without(path, Path(folder), words)


def _records_without(path: Path, folder: Path, words: Collection[str]) -> bytes | None:
    """A text without the records that name a person, as UTF-8; None where none does."""
    try:
        table = reading.read(path, folder)
    except CxError:
        return None
    kept, dropped = bytearray(), False
    with table.path.open("rb") as file:
        for record in records_from(file, table.delimiter, Place(0, 0, 0)):
            if _holds(split_cells(record.raw, table.delimiter), words):
                dropped = True
            else:
                kept += record.raw + b"\n"
    return bytes(kept) if dropped else None


def _replace(cursor: duckdb.DuckDBPyConnection, sha256: str, content: bytes, folder: Path) -> None:
    path = folder / "cleaned"
    path.write_bytes(content)
    packed = originals.pack(path, folder)
    cursor.execute("delete from originals where sha256 = ?", [sha256])
    originals.keep(cursor, packed, name=sha256)


# --- erasing ------------------------------------------------------------------------------------------------


def erase(store: Store, person: Person, by: str = "") -> Erasure:
    """Erase a person: every version of their rows, rejects, originals, what the journal says; and keep them away.

    Raises CxError where the database is being read at length, and nothing was changed then.
    """
    mark = f"{MARK}{secrets.token_hex(4)}"
    pseudonyms = {number: f"{mark}-{place}" if place else mark for place, number in enumerate(person.numbers)}
    rewritten, dropped = _erase(store, person, pseudonyms)
    with store.writing() as cursor:
        counts = {**person.rows, "rejects": person.rejects, "files": rewritten + dropped, "mentions": person.mentions}
        cursor.execute(
            "insert into erasures select coalesce(max(number), 0) + 1, cast(now() at time zone 'UTC' as timestamp), ?, ? from erasures",
            [by, json.dumps(counts)],
        )
        key = _key(store)
        for word in (*person.numbers, *person.emails):
            cursor.execute("insert into erased values (?, ?)", [_hash(key, word), pseudonyms.get(word, mark)])
    store.rewrite()
    return Erasure(person, rewritten, dropped)


def _erase(store: Store, person: Person, pseudonyms: Mapping[str, str]) -> tuple[int, int]:
    """Erase what names a person everywhere, in one transaction: (originals rewritten, originals dropped)."""
    fallback = next(iter(pseudonyms.values()), f"{MARK}person")
    rewritten = dropped = 0
    with store.reading() as cursor:
        words = _all_words(cursor, person)
    cleaned = {sha256: made for sha256 in _files(store) if (made := _cleaned(store, sha256, words)) is not None}
    with tempfile.TemporaryDirectory() as folder, store.writing() as cursor:
        for number, body in list(_mentions(cursor, person)):
            cursor.execute(
                "update journal set body = ? where number = ?", [body.replace(f"{MARK}person", fallback), number]
            )
        for import_id, line in list(_rejects(cursor, person.words)):
            sql = """update rejects set value = null, cells = list_transform(cells, lambda cell: '')
                     where import_id = ? and line = ?"""
            cursor.execute(sql, [import_id, line])
        for kind in reversed(KINDS):  # tickets last: what is about them is found by them
            _erase_rows(cursor, kind, person, pseudonyms, fallback)
        for sha256, content in cleaned.items():
            rewritten += content != GONE.encode()
            dropped += content == GONE.encode()
            _replace(cursor, sha256, content, Path(folder))
        cursor.execute("drop table if exists customer_scores")
        cursor.execute("delete from scoring")
        store.rebuild(cursor)
    return rewritten, dropped


def _erase_rows(
    cursor: duckdb.DuckDBPyConnection, kind: Kind, person: Person, pseudonyms: Mapping[str, str], fallback: str
) -> None:
    columns = [field.name for field in kind.fields]
    where, values = _where(kind, person)
    sets = [f"{name} = null" for name in TEXTS if name in columns]
    sets.append("groups = null")
    texts = [name for name in ("comment", "subject") if name in columns]
    if "customer_id" in columns:
        for number, pseudonym in pseudonyms.items():
            named = [*sets, "customer_id = ?", *(["key = ?"] if kind.name == "customers" else [])]
            given = [pseudonym] * (2 if kind.name == "customers" else 1)
            sql = f"update {kind.name}_versions set {', '.join(named)} where customer_id = ?"
            cursor.execute(sql, [*given, number])
    if where != "false":
        cursor.execute(f"update {kind.name}_versions set {', '.join(sets)} where {where}", values)
    for name in texts:  # where others write about them
        for word in (*person.emails, *person.names):
            if len(word) >= SHORTEST_WORD:
                sql = f"update {kind.name}_versions set {name} = replace({name}, ?, ?) where contains({name}, ?)"
                cursor.execute(sql, [word, fallback, word])


# --- keeping away -------------------------------------------------------------------------------------------


def keep_erased(store: Store) -> int:
    """Erase again whom a new import has brought back; how many people. Looks only at imports that came since the last time."""
    state = {row["name"]: row["value"] for row in store.query("select name, value from state").to_pylist()}
    newest = store.query("select coalesce(max(import_id), 0) as newest from imports").to_pylist()[0]["newest"]
    hashes = {row["hash"]: row["pseudonym"] for row in store.query("select hash, pseudonym from erased").to_pylist()}
    since = int(state.get("looked_for_erased", 0))
    if not hashes or newest <= since:
        return 0
    key, found = _key(store), dict[str, str]()
    for kind in KINDS:
        columns = [name for name in ("customer_id", "email") if any(field.name == name for field in kind.fields)]
        for name in columns:
            sql = f"select distinct {name} as word from {kind.name}_versions where import_id > $since and {name} is not null"
            for row in store.query(sql, since=since).to_pylist():
                if (pseudonym := hashes.get(_hash(key, row["word"]))) is not None:
                    found[row["word"]] = pseudonym
    for word, pseudonym in found.items():
        with store.reading() as cursor:
            numbers = _numbers(cursor, word) | {word}
            emails, names = _called(cursor, numbers)
        person = Person(_ordered(numbers), _ordered(emails), _ordered(names), {})
        _erase(store, person, dict.fromkeys(person.numbers, pseudonym))
    with store.writing() as cursor:
        cursor.execute("delete from state where name = 'looked_for_erased'")
        cursor.execute("insert into state values ('looked_for_erased', ?)", [newest])
    if found:
        store.rewrite()
    return len(found)


def _hash(key: bytes, word: str) -> str:
    return hmac.new(key, word.strip().casefold().encode(), hashlib.sha256).hexdigest()


def key_path(store: Store) -> Path | None:
    """Where the key of the hashes lies: CX_KEY_FILE, else beside the database; None for one in memory."""
    if given := os.environ.get("CX_KEY_FILE"):
        return Path(given)
    return store.path.with_suffix(".key") if store.path else None


def _key(store: Store) -> bytes:
    """The key, made where there is none yet. Raises CxError where it cannot be read or written."""
    path = key_path(store)
    if path is None:
        return b"in memory"
    try:
        if not path.exists():
            with store.reading() as cursor:
                if cursor.execute("select count(*) from erased").fetchall()[0][0]:
                    raise CxError(
                        "The key file {path} is missing. Put it back: without it nobody who was erased is known again when a "
                        "file brings them back.",
                        path=path,
                    )
            path.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(secrets.token_bytes(32))
        return path.read_bytes()
    except OSError as error:
        raise CxError(
            "The key file {path} cannot be used: {reason}.", path=path, reason=error.strerror or error
        ) from error


def erasures(store: Store) -> list[dict[str, Any]]:
    """The log: when, by whom, how many rows of what; newest first. Not who."""
    sql = """select number, strftime(erased_at, '%Y-%m-%dT%H:%M:%SZ') as erased_at, erased_by, cast(counts as varchar) as counts
             from erasures order by number desc"""
    return [{**row, "counts": json.loads(row["counts"])} for row in store.query(sql).to_pylist()]


# --- taking along -------------------------------------------------------------------------------------------


def taken_along(store: Store, person: Person) -> bytes:
    """A ZIP of everything that is held of a person: a CSV for each kind of rows, all versions, and a JSON of the rest."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive, store.reading() as cursor:
        for kind in KINDS:
            where, values = _where(kind, person)
            found = cursor.execute(f"select * from {kind.name}_versions where {where} order by import_id", values)
            header = [column[0] for column in found.description or ()]
            if rows := found.fetchall():
                archive.writestr(f"{kind.name}.csv", _csv(header, rows))
        rejects = [
            {"import": import_id, "line": line, "cells": cells}
            for import_id, line, cells in cursor.execute("select import_id, line, cells from rejects").fetchall()
            if _holds(cells or (), person.words)
        ]
        numbers = [number for number, _body in _mentions(cursor, person)]
        entries = [
            json.loads(row[0])
            for row in cursor.execute(
                "select cast(body as varchar) from journal where list_contains(?, number)", [numbers]
            ).fetchall()
        ]
        rest = {"rejected rows": rejects, "written in the dashboard": entries}
        archive.writestr("other.json", json.dumps(rest, ensure_ascii=False, indent=1))
    return made.getvalue()


def _csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
