"""A person in the data: who is meant, and which rows, rejects, files and notes are about that person.

In: a store, and a customer number, an e-mail address or a name as it stands in the files. Out: a Person; what is held.
An e-mail address or a name that several customers have identifies none of them.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from cxdata import containers, keyed, originals, reading
from cxdata.errors import CxError, FileProblem
from cxdata.facts import merged
from cxdata.schema import KINDS, OF_CUSTOMERS, Kind
from cxdata.scrubbing import Lines, Words, without
from cxdata.store import Store

ERASED = "erased-"
NAMED = tuple(kind.name for kind in KINDS if any(field.name == "customer_name" for field in kind.fields))
# What a person may stand in besides rows, rejects and files: {table: the columns with texts of people}
NOTES = {
    "journal": ("saved_by", "reason", "body"),
    "events": ("saved_by", "name", "note"),
    "views": ("saved_by", "name", "choices"),
    "alerts": ("saved_by", "name", "filters"),
    "alert_states": ("question", "reason"),
    "sendings": ("what", "recipient", "reason"),
    "settings": ("value",),
    "remembered": ("choices",),
    "imports": ("imported_by", "file_name", "understood", "outcome"),
}


@dataclass(frozen=True)
class Person:
    """Who is meant. `numbers`: customer numbers; `emails` and `names`, in lower case, that are of nobody else.

    `spelled`: all customer numbers in the person's rows as they are written there, e-mail addresses among them.
    `tickets`: (source, ticket number) of the person; `own_tickets`: the ticket numbers that nobody else has.
    """

    numbers: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    spelled: tuple[str, ...] = ()
    tickets: frozenset[tuple[str, str]] = frozenset()
    own_tickets: frozenset[str] = frozenset()

    @property
    def params(self) -> dict[str, list[str]]:
        """The values of the conditions."""
        return {
            "numbers": sorted(self.numbers),
            "emails": sorted(self.emails),
            "names": sorted(self.names),
            "tickets": sorted("\x1f".join(one) for one in self.tickets),
            "own_tickets": sorted(self.own_tickets),
        }

    def words(self, pseudonym: str, of: Mapping[str, str] | None = None) -> Words:
        """What names the person; `of`: {number: its own pseudonym}."""
        return Words(pseudonym, self.numbers, self.emails, self.names, of or {})


def mine_sql(kind: Kind) -> str:
    """SQL: a version is about the person of the values of `Person.params`."""
    if kind not in OF_CUSTOMERS:  # what colleagues say of a ticket
        return "false"
    listed = {name: f"cast(${name} as varchar[])" for name in Person().params}
    columns = {name for name, _type in kind.columns}
    said = [
        f"list_contains({listed['numbers']}, customer_id)",
        f"list_contains({listed['emails']}, lower(customer_id))",
    ]
    if "email" in columns:
        said.append(f"list_contains({listed['emails']}, lower(trim(email)))")
    if kind.name in NAMED and kind.name != "customers":
        said.append(f"customer_id is null and list_contains({listed['names']}, lower(trim(customer_name)))")
    if kind.name == "surveys":
        said.append(
            f"customer_id is null and customer_name is null and (list_contains({listed['tickets']}, source || chr(31) || "
            f"ticket_id) or list_contains({listed['own_tickets']}, ticket_id))"
        )
    return "coalesce(" + " or ".join(f"({one})" for one in said) + ", false)"


def used(sql: str, person: Person) -> dict[str, list[str]]:
    """The values that a text of SQL names."""
    return {name: value for name, value in person.params.items() if f"${name}" in sql}


# --- who is meant -------------------------------------------------------------------------------------------


def find(store: Store, said: str) -> Person:
    """The person of a customer number, else of an e-mail address, else of a name. Raises CxError where there is none, or
    where several have that address or name."""
    said = said.strip()
    with store.reading() as cursor:
        if said and not said.startswith(ERASED):
            same = merged(cursor)
            for word in _spellings(store, cursor, said):
                found = _of(cursor, word, same)
                if found:
                    numbers, *others = found
                    return _whole(cursor, _as_one(numbers, same), *others)
    raise CxError(
        "Nobody is found under what you typed. Give the customer number, the e-mail address or the whole name, as in the "
        "files."
    )


def _spellings(store: Store, cursor: duckdb.DuckDBPyConnection, said: str) -> Iterator[str]:
    """What was typed, and what stands for it where names are pseudonyms."""
    yield said
    path = keyed.key_path(store)
    if path and path.exists():
        keyed.use(cursor, keyed.key_of(store, cursor, make=False))
        for what in (keyed.EMAIL, keyed.NAME):
            yield keyed.PREFIX + keyed.digests(cursor, what, [said])[said]


def _as_one(numbers: set[str], same: Mapping[str, str]) -> set[str]:
    """Customer numbers with those that count as the same customer."""
    ends = {same.get(one, one) for one in numbers}
    return numbers | ends | {one for one, end in same.items() if end in ends}


def _of(
    cursor: duckdb.DuckDBPyConnection, said: str, same: Mapping[str, str]
) -> tuple[set[str], set[str], set[str]] | None:
    """(numbers, e-mail addresses, names) that a word stands for; None where it stands nowhere. `same`: see `facts.merged`."""

    def asked(sql: str) -> list[Any]:
        return [row[0] for row in cursor.execute(sql, {"said": said}).fetchall()]

    anywhere = " union all ".join(f"select customer_id from {kind.name}_versions" for kind in OF_CUSTOMERS)
    by_email = asked("select distinct customer_id from customers_versions where lower(trim(email)) = lower($said)")
    if by_email:
        return {_one(by_email, same)}, set(), set()
    if asked(f"select customer_id from ({anywhere}) where customer_id = $said limit 1"):
        return ({said}, set(), set()) if "@" not in said else (set(), {said.lower()}, set())
    if "@" in said and asked(f"select customer_id from ({anywhere}) where lower(customer_id) = lower($said) limit 1"):
        return set(), {said.lower()}, set()
    named = " union ".join(
        f"select customer_id from {kind}_versions where lower(trim(customer_name)) = lower($said)" for kind in NAMED
    )
    emails = "select lower(trim(email)) as email, min(customer_id) as own from customers_versions group by 1 having count(distinct customer_id) = 1"
    whose = asked(
        f"select distinct coalesce(own, customer_id) from ({named}) left join ({emails}) on email = lower(customer_id) order by 1"
    )
    known = [one for one in whose if one is not None and not one.startswith(ERASED)]
    if known:
        own = _one(known, same)
        return ({own}, set(), set()) if "@" not in own else (set(), {own.lower()}, set())
    return (set(), set(), {said.lower()}) if whose else None


def _one(found: list[str], same: Mapping[str, str]) -> str:
    """The customer that several numbers are. Raises CxError where they are several."""
    ends = {same.get(one, one) for one in found}
    if len(ends) > 1:
        raise CxError(
            "{count} customers have that name or address. Give the customer number of the one you mean.",
            count=len(ends),
        )
    return ends.pop()


def _whole(cursor: duckdb.DuckDBPyConnection, numbers: set[str], emails: set[str], names: set[str]) -> Person:
    """Everything by which a person is known, from one of it."""

    def asked(sql: str, **params: Any) -> set[Any]:
        return {row[0] for row in cursor.execute(sql, params).fetchall()}

    listed = "list_contains(cast(${0} as varchar[]), {1})"
    own = asked(
        f"""select lower(trim(email)) from customers_versions where email is not null group by 1
            having bool_and({listed.format("numbers", "customer_id")})""",
        numbers=sorted(numbers),
    )
    emails = emails | own
    by_id = f"({listed.format('numbers', 'customer_id')} or {listed.format('emails', 'lower(customer_id)')})"
    params = {"numbers": sorted(numbers), "emails": sorted(emails)}
    together = " union all ".join(f"select customer_id, customer_name from {kind}_versions" for kind in NAMED)
    names = names | asked(
        f"""select lower(trim(customer_name)) from ({together}) where customer_name is not null group by 1
            having bool_or(coalesce({by_id}, false)) and not bool_or(coalesce(not {by_id}, false))""",
        **params,
    )
    ids = " union ".join(f"select customer_id from {kind.name}_versions where {by_id}" for kind in OF_CUSTOMERS)
    spelled = asked(ids, **params)
    person = Person(frozenset(numbers), frozenset(emails), frozenset(names), tuple(sorted(spelled)))
    tickets = next(kind for kind in KINDS if kind.name == "tickets")
    mine = mine_sql(tickets)
    found = cursor.execute(
        f"select distinct source, ticket_id from tickets_versions where {mine}", used(mine, person)
    ).fetchall()
    alone = asked(
        f"""select ticket_id from tickets_versions where list_contains(cast($found as varchar[]), ticket_id)
            group by ticket_id having bool_and({mine})""",
        found=sorted({number for _source, number in found}),
        **used(mine, person),
    )
    return Person(person.numbers, person.emails, person.names, person.spelled, frozenset(found), frozenset(alone))


# --- what is held -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Held:
    """What there is about a person. `rows`: {kind: versions}; `rejects`: rejected rows; `files`: {digest of an original: how it
    can be without the person}, see `REWRITTEN` and `DROPPED`; `names`: of those files; `notes`: {table: how many records
    name the person}; `version`: of the data it was looked for in."""

    rows: Mapping[str, int]
    rejects: int
    files: Mapping[str, str]
    names: Mapping[str, str]
    notes: Mapping[str, int]
    version: int = 0

    def of(self, how: str) -> list[str]:
        """The names of the files that can be so without the person."""
        return sorted(self.names[digest] for digest, own in self.files.items() if own == how)


REWRITTEN, DROPPED = "rewritten", "dropped"  # without the lines of the person; or not kept any more


def held(store: Store, person: Person) -> Held:
    """What there is about a person; the kept files are read for it."""
    rows, version = {}, store.version
    with store.reading() as cursor:
        for kind in KINDS:
            mine = mine_sql(kind)
            sql = f"select count(*) from {kind.name}_versions where {mine}"
            rows[kind.name] = int(cursor.execute(sql, used(mine, person)).fetchall()[0][0])
        rejected = len(rejects(cursor, person))
        notes = {table: len(changed_notes(cursor, table, person.words(ERASED), "main")) for table in NOTES}
    files, names = {}, {}
    for digest, name, how in files_of(store, person):
        files[digest], names[digest] = how, name
    return Held(rows, rejected, files, names, {table: count for table, count in notes.items() if count}, version)


def reject_places(cursor: duckdb.DuckDBPyConnection, database: str = "main") -> list[tuple[int, list[int], list[int]]]:
    """[(import with rejects, places of customer numbers, places of addresses and names)] of cells, counted from 1."""
    sql = f"""select import_id, understood from {database}.imports
              where import_id in (select distinct import_id from {database}.rejects)"""
    found = []
    for number, text in cursor.execute(sql).fetchall():
        told = json.loads(text)
        at = {
            name: told["header"].index(column) + 1
            for name, column in told["columns"].items()
            if column in told["header"]
        }
        ids = [at["customer_id"]] if "customer_id" in at else []
        found.append((int(number), ids, ids + [at[name] for name in ("email", "customer_name") if name in at]))
    return found


def reject_mine_sql(places: list[tuple[int, list[int], list[int]]]) -> str:
    """SQL: a rejected row names the person, in the cells that are about customers or, with an e-mail address, anywhere."""
    emails = "list_has_any(list_transform(cells, lambda cell: lower(trim(cell))), cast($emails as varchar[]))"
    said = [emails]
    for number, ids, words in places:
        own = [f"list_contains(cast($numbers as varchar[]), trim(cells[{at}]))" for at in ids]
        own += [f"list_contains(cast($names as varchar[]), lower(trim(cells[{at}])))" for at in words]
        if own:
            said.append(f"import_id = {number} and ({' or '.join(own)})")
    return "coalesce(" + " or ".join(f"({one})" for one in said) + ", false)"


def rejects(cursor: duckdb.DuckDBPyConnection, person: Person) -> list[dict[str, Any]]:
    """The rejected rows of a person, with the number of their import."""
    mine = reject_mine_sql(reject_places(cursor))
    sql = f"select import_id, line, column_name, value, cells from rejects where {mine} order by import_id, line"
    rows: list[dict[str, Any]] = cursor.sql(sql, params=used(mine, person)).to_arrow_table().to_pylist()
    return rows


def changed_notes(
    cursor: duckdb.DuckDBPyConnection, table: str, words: Words, database: str
) -> list[tuple[int, dict[str, str]]]:
    """[(rowid, {column: its text without the person})] of the records that name the person."""
    columns = NOTES[table]
    found = []
    listed = ", ".join(f"cast({column} as varchar)" for column in columns)
    for number, *texts in cursor.execute(f"select rowid, {listed} from {database}.{table}").fetchall():
        changed = {}
        for column, text in zip(columns, texts, strict=True):
            after = _without(words, text) if text else text
            if after != text:
                changed[column] = after
        if changed:
            found.append((int(number), changed))
    return found


def _without(words: Words, text: str) -> str:
    """A text without the person, or all that is in it where it is JSON."""
    if text[:1] not in '{["':
        return words.text(text)
    try:
        value = json.loads(text)
    except ValueError:
        return words.text(text)
    after = words.json(value)
    return text if after == value else json.dumps(after)


# --- the files as they came ---------------------------------------------------------------------------------


def files_of(store: Store, person: Person) -> Iterator[tuple[str, str, str]]:
    """(digest, name, how it can be without the person) of the kept files in which the person is."""
    for digest, name, lines, has_rows in kept_files(store, person):
        with tempfile.TemporaryDirectory(prefix="cx-person-") as folder:
            path = Path(folder) / "original"
            if not originals.restore(store, digest, path):
                continue
            how = how_without(path, Path(folder), name, person.words(ERASED), lines, has_rows)
            if how:
                yield digest, name, how


def kept_files(store: Store, person: Person) -> list[tuple[str, str, list[Lines], bool]]:
    """[(digest, name, which lines are the person's, whether rows of it are)] of all kept files."""
    found: dict[str, tuple[str, list[Lines], bool]] = {}
    kept = {
        row["sha256"]
        for row in store.query("select distinct sha256 from originals where compressed is not null").to_pylist()
    }
    with store.reading() as cursor:
        keys: dict[int, tuple[list[str], list[str]]] = {}
        for kind in KINDS:
            mine = mine_sql(kind)
            about = "ticket_id" if kind.name == "surveys" else "null"
            sql = f"select import_id, {kind.id}, {about} from {kind.name}_versions where {mine}"
            for number, key, ticket in cursor.execute(sql, used(mine, person)).fetchall():
                own = keys.setdefault(int(number), ([], []))
                if key is not None:
                    own[0].append(key)
                elif ticket is not None:
                    own[1].append(ticket)
    for row in store.imports():
        if row["sha256"] not in kept:
            continue
        told, number = row["understood"], row["import_id"]
        columns = {
            name: told["columns"].get(name, "") for name in ("customer_id", "email", "customer_name", "ticket_id")
        }
        columns["key"] = told["columns"].get(next(kind.id for kind in KINDS if kind.name == row["kind"]), "")
        own_keys, tickets = keys.get(number, ([], []))
        name, lines, has_rows = found.get(row["sha256"], (told.get("original") or row["file_name"], [], False))
        lines = [*lines, Lines(columns, frozenset(own_keys), frozenset(tickets))]
        found[row["sha256"]] = (name, lines, has_rows or number in keys)
    return [(digest, *own) for digest, own in found.items()]


def how_without(path: Path, folder: Path, name: str, words: Words, lines: list[Lines], has_rows: bool) -> str:
    """How a file can be without a person: REWRITTEN, DROPPED, or "" where the person is not in it."""
    with path.open("rb") as file:
        packed = containers.is_packed(file.read(8))
    try:
        if not packed:
            return REWRITTEN if without(reading.read(path, folder, name=name), words, lines) else ""
        if has_rows:
            return DROPPED
        for part in containers.parts(path, folder, name=name):
            if part.problem or without(reading.read(part.path, folder, delimiter=part.delimiter), words, lines):
                return DROPPED
    except FileProblem:
        return DROPPED  # nobody can say that the person is not in it
    return ""
