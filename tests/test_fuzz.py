"""Damaged exports: an import is refused in a sentence or adds up to the row, whatever is in the file.

Every sample is damaged in seeded ways. `CX_FUZZ=50 pytest tests/test_fuzz.py` tries fifty times as many; a failure names
its sample and seed, and `damaged(path, seed)` gives the file again.
"""

from __future__ import annotations

import csv
import io
import json
import os
import random
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxdata import importing
from cxdata.errors import CxError, Note
from cxdata.i18n import LANGUAGES, set_language
from cxdata.schema import KINDS
from cxdata.store import Store
from tests.conftest import NOW
from tests.test_samples import FILES

FUZZ = int(os.environ.get("CX_FUZZ") or 1)
ODD = (
    *(
        "0000-00-00",
        "0001-01-01",
        "9999-12-31 23:59:59",
        "290308-12-22",
        "2026-02-30",
        "31-12-1969",
        "1e400",
        "-1",
        "nan",
    ),
    *(
        "infinity",
        "9" * 40,
        "-9223372036854775809",
        "1,5,5",
        "=1+1",
        "\u00a0",
        "\u202e\u0007",
        "%s {x}",
        "'; drop",
        "\\",
        '"',
    ),
)


# --- damage: each takes the bytes of a file and a seeded source of chance


def flipped(raw: bytes, chance: random.Random) -> bytes:
    changed = bytearray(raw)
    for _ in range(chance.randint(1, 20) if raw else 0):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def cut(raw: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randint(0, len(raw)) for _ in range(2))
    return chance.choice((raw[:end], raw[start:], raw[:start] + raw[end:]))


def inserted(raw: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 8)):
        what = chance.choice(
            (b'"', b'""', b"'", b"\0", b"\n", b"\r", b"\r\n", b"\t", b";", b",", b"|", b"\xef\xbb\xbf")
        )
        at = chance.randint(0, len(raw))
        raw = raw[:at] + what * chance.choice((1, 1, 1, 40)) + raw[at:]
    return raw


def swapped(raw: bytes, chance: random.Random) -> bytes:
    one, other = chance.sample((b",", b";", b"\t", b"|", b":", b".", b'"', b"\n"), 2)
    return chance.choice((raw.replace(one, other), raw.translate(bytes.maketrans(one + other, other + one))))


def mixed(raw: bytes, chance: random.Random) -> bytes:
    names = ("utf-8", "utf-8-sig", "windows-1252", "utf-16", "utf-16-be", "mac-roman", "cp850")
    return b"".join(
        line.decode("utf-8", "replace").encode(chance.choice(names), "replace") for line in raw.splitlines(True)
    )


def shuffled(raw: bytes, chance: random.Random) -> bytes:
    lines = raw.splitlines(True)
    kept = chance.choice((0, 1))
    return b"".join(lines[:kept] + chance.sample(lines[kept:], len(lines[kept:])))


def repeated(raw: bytes, chance: random.Random) -> bytes:
    lines = raw.splitlines(True)
    for _ in range(chance.randint(1, 5) if lines else 0):
        lines.insert(chance.randint(0, len(lines)), chance.choice(lines))
    return b"".join(lines)


def in_cells(change: Callable[[list[list[str]], int, random.Random], None]) -> Callable[[bytes, random.Random], bytes]:
    """Damage to the table: `change` is given its rows and the number of its columns."""

    def damage(raw: bytes, chance: random.Random) -> bytes:
        text = raw.decode("utf-8", "replace").replace("\0", "")
        delimiter = max(",;\t|", key=text.count)
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        width = max((len(row) for row in rows), default=0)
        if width:
            change(rows, width, chance)
        written = io.StringIO()
        csv.writer(written, delimiter=delimiter).writerows(rows)
        return written.getvalue().encode()

    return damage


@in_cells
def columns_changed(rows: list[list[str]], width: int, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 3)):
        at, to = chance.randrange(width), chance.randrange(width)
        double = chance.random() < 0.5
        for row in rows:
            cell = row[at : at + 1]
            row[at : at + 1] = []
            row[to:to] = cell * 2 if double else []


@in_cells
def cells_changed(rows: list[list[str]], width: int, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 6)):
        row = chance.choice(rows)
        if row:
            row[chance.randrange(len(row))] = chance.choice(ODD)


@in_cells
def column_filled(rows: list[list[str]], width: int, chance: random.Random) -> None:
    at, value = chance.randrange(width), chance.choice((*ODD, ""))
    for row in rows[1:]:
        row[at : at + 1] = [value]


DAMAGE = (flipped, cut, inserted, swapped, mixed, shuffled, repeated, columns_changed, cells_changed, column_filled)


def damaged(path: Path, seed: int) -> bytes:
    """A sample with one to three kinds of damage."""
    chance = random.Random(f"{path.name} {seed}")
    raw = path.read_bytes()
    for _ in range(chance.choice((1, 1, 2, 3))):
        raw = chance.choice(DAMAGE)(raw, chance)
    return raw


# --- what must hold


class Forgetful(Store):
    """A store that, unless it `keeps`, counts what a transaction leaves behind and takes it back.

    Where it does not `derive` it has no facts, which takes half the time.
    """

    keeps = derives = True
    found: dict[str, int]
    rejected: list[tuple[int, int, str]]

    def rebuild(self, cursor: duckdb.DuckDBPyConnection, changed: Collection[str] | None = None) -> None:
        if self.derives:
            super().rebuild(cursor, changed)

    @contextmanager
    def writing(self, size: int = 0) -> Iterator[duckdb.DuckDBPyConnection]:
        with super().writing(size) as cursor:
            yield cursor
            if not self.keeps:
                self.found = self.count(cursor)
                self.rejected = cursor.execute("select import_id, line, reason from rejects").fetchall()
                cursor.rollback()
                cursor.begin()

    def count(self, cursor: duckdb.DuckDBPyConnection) -> dict[str, int]:
        """How many current rows there are of each kind, and how many rows of everything else."""
        relations = {name: f"({sql})" for name, sql in self.current_relations(cursor).items()}
        relations |= {name: name for name in ("imports", "originals", "rejects")}
        relations |= {f"{kind.name} versions": f"{kind.name}_versions" for kind in KINDS}
        return {name: cursor.execute(f"select count(*) from {sql}").fetchall()[0][0] for name, sql in relations.items()}


@pytest.fixture(scope="module")
def store() -> Iterator[Forgetful]:
    with Forgetful(None) as made:
        made.keeps = False
        yield made


@contextmanager
def holding(store: Forgetful, path: Path) -> Iterator[None]:
    """The store with a file imported, and without facts; empty again at the end."""
    store.keeps, store.derives = True, False
    with suppress(CxError):
        importing.import_file(store, path, now=NOW)
    store.keeps = False
    try:
        yield
    finally:
        with store.reading() as cursor:
            for table in ("imports", "originals", "rejects", *(f"{kind.name}_versions" for kind in KINDS)):
                cursor.execute(f"delete from {table}")
        store.derives = True


def check(store: Forgetful, path: Path) -> None:
    """Import a file; it is refused in one sentence, or every outcome adds up and is what the store holds."""
    with store.reading() as cursor:
        before = store.count(cursor)
    try:
        outcome = importing.import_file(store, path, now=NOW)
    except CxError as error:
        for code in LANGUAGES:
            set_language(code)
            said = str(error)
            set_language("en")
            assert said.endswith((".", "?", ")")), said
            assert "\n" not in said, repr(said)
    else:
        for one in outcome.all:
            taken = one.new + one.changed + one.unchanged
            assert one.rows == taken + one.rejected + sum(one.left_out.values()), one
            assert store.found[one.kind] - before[one.kind] == one.new, (one, store.found, before)
            assert store.found[f"{one.kind} versions"] - before[f"{one.kind} versions"] == taken, (one, store.found)
            rejects = [(line, reason) for number, line, reason in store.rejected if number == one.import_id]
            assert len(rejects) == one.rejected, (one, rejects)
            lines = len(path.read_bytes().replace(b"\r", b"\n").split(b"\n"))
            for line, reason in rejects:
                assert 1 < line <= lines, (line, reason)
                assert str(Note(*json.loads(reason)))
            assert all(str(note) for note in one.notes)
        assert store.found["imports"] - before["imports"] == len(outcome.all)
    with store.reading() as cursor:
        assert store.count(cursor) == before


def tried(store: Forgetful, path: Path, folder: Path, seeds: Iterable[int]) -> None:
    file = folder / path.name
    for seed in seeds:
        file.write_bytes(damaged(path, seed))
        try:
            check(store, file)
        except Exception as error:
            raise AssertionError(f"{path.name} with seed {seed}: {type(error).__name__}: {error}") from error


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_damaged_export_is_refused_in_a_sentence_or_adds_up(store, tmp_path, path):
    tried(store, path, tmp_path, range(0, 2 * FUZZ, 2))


@pytest.mark.parametrize("path", FILES if FUZZ > 1 else FILES[::3], ids=lambda path: path.name)
def test_so_is_one_over_what_was_imported_before(store, tmp_path, path):
    with holding(store, path):
        tried(store, path, tmp_path, range(1, 2 * FUZZ, 2))


STARTS = (
    b"",
    b"PK\x03\x04",
    b"\x1f\x8b\x08",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"sep=;\n",
    b"ticket_id,created_at\n",
    b"score\n",
)


@settings(
    max_examples=25 * FUZZ, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from(STARTS), st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_so_are_bytes_of_any_kind(store, tmp_path, start, rest):
    (tmp_path / "any.csv").write_bytes(start + rest)
    check(store, tmp_path / "any.csv")
