"""A process that is killed in the middle of an import, and a disk that fills up: all of an import is there, or nothing.

`CX_FUZZ=7 pytest tests/test_killed.py` kills a hundred times instead of fifteen.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from cxdata import importing, originals
from cxdata import store as stores
from cxdata.errors import CxError
from cxdata.store import Store
from tests.conftest import NOW

resource = pytest.importorskip("resource", reason="signals and limits of POSIX")

KILLS = 15 * int(os.environ.get("CX_FUZZ") or 1)
ROWS = 20_000
HEADER = "ticket_id,created_at,resolved_at,status,team,subject\n"
FORKS = multiprocessing.get_context("forkserver")  # the modules are imported once, not by every child
FORKS.set_forkserver_preload([__name__])


def tickets(rows: int, first: int = 1) -> str:
    """Tickets whose rows differ in length, the last of them rejected."""
    return (
        HEADER
        + "".join(
            f"{number},2026-0{number % 9 + 1}-05 10:00,2026-0{number % 9 + 1}-06 11:0{number % 10},closed,{number % 7},{number**5}\n"
            for number in range(first, first + rows)
        )
        + "x,never,,open,A,a\n"
    )


def import_over_and_over(said: Connection, database: Path, file: Path, straight: bool) -> None:
    """`straight`: as a large file, which does not go through the log."""
    if straight:
        stores._LOGGED = 0
    store = Store(database)
    said.send("ready")
    while True:
        importing.import_file(store, file, now=NOW)
        said.send("imported")


def import_on_a_full_disk(said: Connection, database: Path, file: Path, room: int, straight: bool) -> None:
    if straight:
        stores._LOGGED = 0
    store = Store(database)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    try:
        importing.import_file(store, file, now=NOW)
    except CxError as error:
        said.send(str(error))
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    with store.writing() as cursor:
        cursor.execute("delete from rejects where import_id > 1")
    said.send(store.query("select count(*) as n from ticket_facts")["n"].to_pylist())


def child(work: Callable[..., None], *arguments: object) -> tuple[ForkServerProcess, Connection]:
    """A process at work, and what it says."""
    hears, said = FORKS.Pipe(duplex=False)
    process = FORKS.Process(target=work, args=(said, *arguments))
    process.start()
    said.close()  # the child has the only end, so that it ends with the child
    return process, hears


def rest(hears: Connection) -> list[str]:
    """What is said until the end of the process."""
    found = []
    with suppress(EOFError):
        while True:
            found.append(hears.recv())
    return found


def check(store: Store) -> int:
    """Everything that is kept of the imports agrees; how many there are."""
    imports = {row["import_id"]: row for row in store.imports()}
    for table, name in (("tickets_versions", "new + changed + unchanged"), ("rejects", "rejected")):
        found = store.query(f"select import_id, count(*) as n from {table} group by import_id").to_pylist()
        wanted = {number: sum(row["outcome"][word] for word in name.split(" + ")) for number, row in imports.items()}
        assert {row["import_id"]: row["n"] for row in found} == wanted
    for row in imports.values():
        assert len(originals.read(store, row["sha256"])) == row["bytes"]
    assert store.query("select count(distinct sha256) as n from originals").to_pylist() == [
        {"n": len({row["sha256"] for row in imports.values()})}
    ]
    with store.reading() as cursor:
        current = cursor.execute(f"select count(*) from ({store.current_sql(cursor, 'tickets')})").fetchall()
    assert store.query("select count(*) as n from ticket_facts").to_pylist() == [{"n": current[0][0]}]
    return len(imports)


def test_after_a_kill_there_is_all_of_an_import_or_nothing(tmp_path):
    path, large, small = tmp_path / "cx.duckdb", tmp_path / "large.csv", tmp_path / "small.csv"
    large.write_text(tickets(ROWS))
    small.write_text(tickets(2, first=10**6))
    chance = random.Random("killed")
    there = 0
    for kill in range(KILLS):
        if kill % 5 == 0:  # a database that stays small
            path.unlink(missing_ok=True)
            there = 0
        wait = chance.uniform(0, 1.2)
        process, hears = child(import_over_and_over, path, large, kill % 2 == 0)
        assert hears.recv() == "ready"
        time.sleep(wait)
        process.kill()
        process.join()
        said = len(rest(hears))
        with Store(path) as store:
            found = check(store)
            assert there + said <= found <= there + said + 1, f"kill {kill} after {wait} s"
            outcome = importing.import_file(store, small, now=NOW)
            assert outcome.new == 2
            store.undo(outcome.import_id)
            there = check(store)
            assert there == found + 1


@pytest.mark.parametrize(
    ("room", "straight"),
    [(0, False), (10_000, False), (400_000, False), (3_000_000, False), (3_000_000, True), (4_000_000, True)],
)
def test_a_full_disk_is_a_sentence_and_changes_nothing(tmp_path, room, straight):
    """No file can grow beyond `room` bytes: the working folder, the packed original, the log of the database."""
    path, large, small = tmp_path / "cx.duckdb", tmp_path / "large.csv", tmp_path / "small.csv"
    large.write_text(tickets(ROWS))
    small.write_text(tickets(2, first=10**6))
    with Store(path) as store:
        importing.import_file(store, small, now=NOW)
        before = store.query("select * from ticket_facts order by key")
    process, hears = child(import_on_a_full_disk, path, large, room, straight)
    said, goes_on = rest(hears)
    assert "Make room " in said
    assert goes_on == [2]
    process.join()
    assert process.exitcode == 0
    with Store(path) as store:
        assert check(store) == 1
        assert store.query("select * from ticket_facts order by key").equals(before)
        assert importing.import_file(store, large, now=NOW).new == ROWS
