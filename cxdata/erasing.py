"""Erasing a person: the rows stay as rows of nobody, so that numbers stay; who it was is written nowhere any more.

In: a store and a person. Out: an Erased, which says how much was changed and nothing of who it was. The database is written
anew into another file, because a database keeps the bytes of what was changed for a while.
"""

from __future__ import annotations

import json
import secrets
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import duckdb

from cxdata import keyed, originals, people, reading
from cxdata.errors import CxError, note
from cxdata.i18n import N_
from cxdata.keyed import EMAIL, NAME, NUMBER
from cxdata.parsing import quoted
from cxdata.people import DROPPED, ERASED, NOTES, Held, Person
from cxdata.pseudonyms import REJECTED, TEXTS, emptied_sql
from cxdata.schema import KINDS, OF_CUSTOMERS, Kind
from cxdata.scrubbing import Lines, Words, without
from cxdata.store import Store, stored_columns

Cursor = duckdb.DuckDBPyConnection
OUT_OF_REACH = (
    N_("Copies and backups of the database, wherever they are."),
    N_("Reports, minutes and tables that were downloaded or sent."),
    N_("The help desk and the other tools that the exports come from."),
    N_("What others wrote about the person without the whole name or the address."),
)


@dataclass(frozen=True)
class Erasure:
    """An entry of the log: when, by whom, and how much was changed. UTC, ISO."""

    number: int
    at: str
    by: str
    counts: Mapping[str, int] = field(default_factory=dict)


def counts_of(held: Held) -> dict[str, int]:
    """What an erasure changes, as the log keeps it."""
    files = list(held.files.values())
    return {
        **{kind: count for kind, count in held.rows.items() if count},
        **({"rejects": held.rejects} if held.rejects else {}),
        **({"files": len(files) - files.count(DROPPED)} if len(files) > files.count(DROPPED) else {}),
        **({"files_dropped": files.count(DROPPED)} if DROPPED in files else {}),
        **({"notes": sum(held.notes.values())} if held.notes else {}),
    }


def erase(store: Store, person: Person, found: Held, by: str = "") -> Erasure:
    """Erase a person of whom `found` is held. Raises CxError where the database is in memory, the key is not there, or the
    disk is full; then nothing is changed."""
    if store.path is None:
        raise CxError("This database is kept in memory only, and not in a file that can be written again.")
    with store.alone(), tempfile.TemporaryDirectory(prefix="cx-erase-") as folder:
        if found.version != store.version:
            found = people.held(store, person)
        pseudonyms = _pseudonyms(store, person)
        words = person.words(next(iter(pseudonyms.values())), pseudonyms)
        lines = {digest: own for digest, _name, own, _has_rows in people.kept_files(store, person)}
        files = {
            digest: _rewritten(store, digest, how, found.names[digest], words, lines[digest], Path(folder))
            for digest, how in found.files.items()
        }
        with store.writing() as cursor:
            key = keyed.key_of(store, cursor, make=True)
            keyed.use(cursor, key)
            hashes = _hashes(cursor, person, pseudonyms, words.pseudonym)
        fill: dict[str, Callable[[Cursor, str], None]] = {
            **{f"{kind.name}_versions": partial(_rows, kind, person, pseudonyms, words, key) for kind in KINDS},
            **{table: partial(_notes, table, words) for table in NOTES},
            "rejects": partial(_rejects, person, words),
            "originals": partial(_originals, files),
            "erased": partial(_remember, hashes),
            "erasures": partial(_log, counts_of(found), by),
        }
        store.rewrite(fill)
    return log(store)[0]


def log(store: Store) -> list[Erasure]:
    """The erasures so far, newest first."""
    sql = """select number, strftime(erased_at, '%Y-%m-%dT%H:%M:%SZ') as at, erased_by, cast(counts as varchar) as counts
             from erasures order by number desc"""
    return [
        Erasure(row["number"], row["at"], row["erased_by"], json.loads(row["counts"]))
        for row in store.query(sql).to_pylist()
    ]


def _pseudonyms(store: Store, person: Person) -> dict[str, str]:
    """{customer number as it is written: its pseudonym}: one for a number and the addresses that stand for it, so that there
    are as many customers afterwards; two numbers that count as one customer stay two. A person without a number has one too."""
    main = ERASED + secrets.token_hex(4)
    with store.reading() as cursor:
        current = store.current_sql(cursor, "customers")
        sql = f"""select email from ({current}) where email is not null group by email
                  having count(distinct customer_id) = 1 and bool_or(list_contains(cast(? as varchar[]), customer_id))"""
        known = {email for (email,) in cursor.execute(sql, [sorted(person.numbers)]).fetchall()}
    found: dict[str, str] = {}
    others = 1
    for spelled in sorted(person.spelled, key=lambda one: (one not in person.numbers, one)):
        if not found or spelled in known:
            found[spelled] = main
        else:
            others += 1
            found[spelled] = f"{main}-{others}"
    return found or {"": main}


def _hashes(cursor: Cursor, person: Person, pseudonyms: Mapping[str, str], main: str) -> list[tuple[str, str]]:
    """[(digest of what the person was known by, pseudonym)], by which an import recognises the person."""
    known = (
        (NUMBER, pseudonyms),
        (EMAIL, dict.fromkeys(person.emails, main)),
        (NAME, dict.fromkeys(person.names, main)),
    )
    found: dict[str, str] = {}
    for what, words in known:
        digests = keyed.digests(cursor, what, sorted(word for word in words if word))
        found |= {f"{what}:{digest}": words[word] for word, digest in digests.items()}
    return sorted(found.items())


def _rewritten(
    store: Store, digest: str, how: str, name: str, words: Words, lines: Sequence[Lines], folder: Path
) -> Path | None:
    """A kept file without the person, packed; None where it is not kept any more."""
    if how == DROPPED:
        return None
    own = folder / digest
    own.mkdir()
    path, target = own / "original", own / "without"
    originals.restore(store, digest, path)
    without(reading.read(path, own, name=name), words, lines, target)
    path.unlink()
    return originals.pack(target, own).path


# --- tables of the new file ---------------------------------------------------------------------------------


def _rows(
    kind: Kind, person: Person, pseudonyms: Mapping[str, str], words: Words, key: bytes, cursor: Cursor, old: str
) -> None:
    keyed.use(cursor, key)
    mine = people.mine_sql(kind)
    whens = " ".join(f"when {quoted(word)} then {quoted(own)}" for word, own in pseudonyms.items())
    whose = f"case customer_id {whens} else {quoted(words.pseudonym)} end" if kind in OF_CUSTOMERS else "null"
    made = emptied_sql(kind, "mine", whose)
    made |= {name: f"case when not mine then {words.without_sql(name)} end" for name in TEXTS if name in made}
    changed = ", ".join(f"{made.get(name, name)} as {name}" for name in stored_columns(cursor, f"{kind.name}_versions"))
    cursor.execute(
        f"""insert into {kind.name}_versions by name select {changed}
            from (select *, {mine} as mine from {old}.{kind.name}_versions)""",
        people.used(mine, person),
    )


def _rejects(person: Person, words: Words, cursor: Cursor, old: str) -> None:
    mine = people.reject_mine_sql(people.reject_places(cursor, old))
    said = quoted(json.dumps(note(REJECTED).dumped()))
    cursor.execute(
        f"""insert into rejects by name select * exclude (mine) replace (
                case when mine then '' else {words.without_sql("value")} end as value,
                case when mine then {said} else {words.without_sql("reason")} end as reason,
                case when mine then list_transform(cells, lambda cell: '')
                     else list_transform(cells, lambda cell: {words.without_sql("cell")}) end as cells)
            from (select *, {mine} as mine from {old}.rejects)""",
        people.used(mine, person),
    )


def _notes(table: str, words: Words, cursor: Cursor, old: str) -> None:
    """Copy the records of a table, and put the person out of those that name the person."""
    cursor.execute("create or replace temp table renoted (place bigint, name varchar, written varchar)")
    changed = people.changed_notes(cursor, table, words, old)
    rows = [[place, name, text] for place, texts in changed for name, text in texts.items()]
    if rows:
        cursor.executemany("insert into temp.renoted values (?, ?, ?)", rows)
    types = {name: type_ for name, type_, *_rest in cursor.execute(f"describe {old}.{table}").fetchall()}
    made = ", ".join(f"coalesce(cast(written['{name}'] as {types[name]}), {name}) as {name}" for name in NOTES[table])
    cursor.execute(f"""
        insert into {table} by name select * exclude (place, written) replace ({made})
        from (select *, rowid as place from {old}.{table}) as own left join (
            select place, map(list(name), list(written)) as written from temp.renoted group by place) using (place)
        order by place""")
    cursor.execute("drop table temp.renoted")


def _originals(files: Mapping[str, Path | None], cursor: Cursor, old: str) -> None:
    """Write the kept files, those in which the person is not as they are."""
    for (digest,) in cursor.execute(f"select distinct sha256 from {old}.originals order by 1").fetchall():
        if digest not in files:
            originals.copy(cursor, digest, old)
    for digest, packed in files.items():
        originals.write(cursor, digest, packed)


def _remember(hashes: list[tuple[str, str]], cursor: Cursor, old: str) -> None:
    cursor.execute(f"insert into erased select * from {old}.erased")
    cursor.executemany("insert into erased values (?, ?)", [list(one) for one in hashes])


def _log(counts: Mapping[str, int], by: str, cursor: Cursor, old: str) -> None:
    cursor.execute(f"insert into erasures select * from {old}.erasures")
    cursor.execute(
        """insert into erasures select coalesce(max(number), 0) + 1, cast(now() at time zone 'UTC' as timestamp), ?, ?
           from erasures""",
        [by, json.dumps(counts)],
    )
