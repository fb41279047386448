"""The database: whole or not at all, reopened as it was, never two writers, nothing lost."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from cxdata import importing, originals
from cxdata import store as stores
from cxdata.errors import CxError, UnknownName
from cxdata.facts import TABLES
from cxdata.scans import MONTHS
from cxdata.schema import KINDS, SQL_TYPES, kind
from cxdata.settings import Settings
from cxdata.store import Store
from tests.conftest import NOW, current, question

TICKETS = "ticket_id,created_at,status,team\n1,2026-01-01 00:30,open,A\n2,2026-01-05 10:00,open,B\n"


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "folder" / "cx.duckdb"


def test_what_is_written_is_there_after_reopening(path, load):
    with Store(path) as made:
        load(TICKETS, into=made)
        made.save_settings(Settings(minimum_n=7))
        before = (
            current(made, "tickets"),
            made.imports(),
            made.as_of(),
            made.version,
            made.query("select * from ticket_facts"),
        )
    with Store(path) as made:
        assert (
            current(made, "tickets"),
            made.imports(),
            made.as_of(),
            made.version,
            made.query("select * from ticket_facts"),
        ) == before
        assert made.settings() == Settings(minimum_n=7)


def test_who_reads_is_done_before_it_is_closed(path, load):
    made = Store(path)
    load(TICKETS, into=made)
    with made.reading() as cursor:
        closing = threading.Thread(target=made.close)
        closing.start()
        closing.join(0.2)
        assert closing.is_alive()
        assert cursor.execute("select count(*) from ticket_facts").fetchall() == [(2,)]
    closing.join(10)
    assert not closing.is_alive()
    with pytest.raises(duckdb.ConnectionException):
        made.version  # noqa: B018


def test_another_process_has_it_open(path):
    with Store(path):
        code = f"from pathlib import Path; from cxdata.store import Store\ntry: Store(Path({str(path)!r}))\nexcept Exception as error: print(type(error).__name__, error)"
        found = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parent.parent, timeout=60
        )
    assert (
        found.stdout
        == f"InUse {path} is in use by another program, probably the dashboard. Import on its Import page, or stop it first.\n"
    )


@pytest.mark.parametrize("content", [b"hello, this is no database at all, but text", b"ticket_id;created_at\n"])
def test_a_file_that_is_no_database(tmp_path, content):
    (tmp_path / "x.duckdb").write_bytes(content * 100)
    with pytest.raises(CxError, match=r"x\.duckdb cannot be opened as a database: "):
        Store(tmp_path / "x.duckdb")


def test_a_folder_is_no_database(tmp_path):
    with pytest.raises(CxError, match="cannot be opened as a database"):
        Store(tmp_path)


def test_a_database_of_a_newer_program_is_refused_and_let_go(path):
    with Store(path) as made, made.writing() as cursor:
        cursor.execute("update state set value = value + 1 where name = 'schema'")
    with pytest.raises(
        CxError, match=r"was written by a newer version of CX Dashboard\. Update the program to open it\."
    ):
        Store(path)
    with duckdb.connect(str(path), config={"memory_limit": "200MB"}) as free:  # nothing holds it
        assert free.execute("select value from state where name = 'schema'").fetchall() == [
            (stores.SCHEMA_VERSION + 1,)
        ]


# --- settings


def test_settings_are_kept_with_their_history(store):
    assert store.settings() == Settings()
    for n in (7, 7, 9):
        store.save_settings(replace(store.settings(), minimum_n=n))
    rows = store.query("select id, name, cast(value as varchar) as value from settings order by id").to_pylist()
    assert rows == [{"id": 1, "name": "minimum_n", "value": "7"}, {"id": 2, "name": "minimum_n", "value": "9"}]
    assert store.settings() == Settings(minimum_n=9)


def test_a_setting_derives_the_facts_again(store, load):
    load(TICKETS)
    version = store.version
    assert [str(day) for (day,) in facts(store)] == ["2026-01-01", "2026-01-05"]
    store.save_settings(Settings(zone="UTC"))
    assert [str(day) for (day,) in facts(store)] == ["2025-12-31", "2026-01-05"]
    assert store.version == version + 1


def facts(store) -> list[tuple]:
    return [
        tuple(row.values()) for row in store.query("select created_on from ticket_facts order by created_s").to_pylist()
    ]


def test_as_of_by_hand_and_back(store, load):
    load(TICKETS)
    of_the_data = store.as_of()
    store.save_settings(Settings(as_of="2026-01-02"))
    assert (store.as_of(), of_the_data) == (1767308400, 1767603600)
    store.save_settings(Settings(as_of=None))
    assert store.as_of() == of_the_data


def test_no_data_no_as_of(store):
    assert store.as_of() is None
    assert {name: store.query(f"select * from {name}").num_rows for name in TABLES} == dict.fromkeys(TABLES, 0)


# --- originals


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1252"])
def test_the_original_comes_back_byte_for_byte(store, load, encoding):
    content = (TICKETS.replace("A", "Één")).encode(encoding)
    load(content)
    (row,) = store.imports()
    assert (row["sha256"], row["bytes"]) == (hashlib.sha256(content).hexdigest(), len(content))
    assert originals.read(store, row["sha256"]) == content


def test_a_large_original_is_kept_in_pieces(store, load, tmp_path, monkeypatch):
    monkeypatch.setattr(originals, "BLOCK", 100)
    monkeypatch.setattr(originals, "PIECE", 10)
    monkeypatch.setattr(originals, "_AT_ONCE", 7)
    content = (TICKETS + "".join(f"{n},2026-01-05 10:00,open,A\n" for n in range(3, 60))).encode()
    load(content)
    assert (
        store.query("select count(*) as k, max(octet_length(compressed)) as size from originals").to_pylist()[0]["k"]
        > 50
    )
    digest = hashlib.sha256(content).hexdigest()
    assert originals.read(store, digest) == content
    assert originals.restore(store, digest, tmp_path / "back") == len(content)
    assert (tmp_path / "back").read_bytes() == content


def test_the_same_file_twice_is_kept_once(store, load):
    load(TICKETS)
    load(TICKETS)
    assert store.query("select count(*) as k from originals").to_pylist() == [{"k": 1}]
    assert [row["import_id"] for row in store.imports()] == [2, 1]


# --- at once


def test_readers_see_the_old_state_until_a_write_is_whole(store, load, tmp_path, monkeypatch):
    load(TICKETS)
    half_way, go_on = threading.Event(), threading.Event()
    rebuild = store.rebuild

    def slowly(cursor, *_changed):
        rebuild(cursor)
        half_way.set()
        assert go_on.wait(30)

    monkeypatch.setattr(store, "rebuild", slowly)
    path = tmp_path / "more.csv"
    path.write_text(TICKETS.replace("\n1,", "\n3,").replace("\n2,", "\n4,"))
    writer = threading.Thread(target=importing.import_file, args=(store, path), kwargs={"now": NOW})
    writer.start()
    assert half_way.wait(30)
    version = store.version
    before = (question(store, "tickets_created").one("tickets_created").value, len(store.imports()))
    go_on.set()
    writer.join(30)
    after = (question(store, "tickets_created").one("tickets_created").value, len(store.imports()))
    assert (before, after) == ((2, 1), (4, 2))
    assert store.version == version + 1


def test_many_readers_and_writers_at_once(store, load, tmp_path):
    load(TICKETS)
    paths = []
    for n in range(4):
        paths.append(tmp_path / f"{n}.csv")
        paths[-1].write_text(f"ticket_id,created_at,status\nx{n},2026-01-05 10:00,open\n")
    wrong: list[Exception] = []

    def write(path):
        try:
            importing.import_file(store, path, now=NOW)
        except Exception as error:
            wrong.append(error)

    def read():
        try:
            for _ in range(10):
                assert 2 <= question(store, "tickets_created").one("tickets_created").value <= 6
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=write, args=(path,)) for path in paths] + [
        threading.Thread(target=read) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert wrong == []
    assert question(store, "tickets_created").one("tickets_created").value == 6
    assert [row["import_id"] for row in store.imports()] == [5, 4, 3, 2, 1]


# --- export and schema


def test_facts_as_parquet(store, load, tmp_path):
    load(TICKETS)
    written = store.export_facts(tmp_path / "facts")
    assert tuple(written) == (*TABLES, *MONTHS)
    for table, file in written.items():
        assert duckdb.sql(f"select count(*) from '{file}'").fetchall() == [
            (store.query(f"select * from {table}").num_rows,)
        ]


@pytest.mark.parametrize("entry", KINDS, ids=lambda entry: entry.name)
def test_every_kind_has_its_table(store, entry):
    columns = [name for name, _ in entry.columns]
    assert len(set(columns)) == len(columns)
    assert {field.type for field in entry.fields} <= set(SQL_TYPES)
    found = store.query(f"select * from {entry.name}_versions").schema.names
    assert found == ["import_id", "source", "key", *columns]
    assert entry.field(entry.id).name == entry.id
    assert all(field.label and field.meaning for field in entry.fields)


def test_unknown_kinds_suggest_the_nearest():
    with pytest.raises(UnknownName) as problem:
        kind("ticket")
    assert str(problem.value) == 'There is no kind of file "ticket". Did you mean "tickets"?'


def test_too_little_memory_is_a_sentence_and_changes_nothing(store):
    def write() -> None:
        with store.writing() as cursor:
            cursor.execute("insert into state values ('x', 1)")
            raise duckdb.OutOfMemoryException("failed to pin block")

    with pytest.raises(CxError, match="CX_MEMORY"):
        write()
    assert store.query("select count(*) as k from state where name = 'x'").to_pylist() == [{"k": 0}]


def test_a_database_of_the_first_version_is_brought_up_to_date(tmp_path):
    path = tmp_path / "old.duckdb"
    with Store(path) as made:
        (tmp_path / "tickets.csv").write_text(TICKETS)
        importing.import_file(made, tmp_path / "tickets.csv", now=NOW)
        kept, moment = made.query("select * from ticket_facts").to_pylist(), made.moment()
        with made.writing() as cursor:  # as version 1 left it
            for table in MONTHS:
                cursor.execute(f"drop table {table}")
            cursor.execute("create table held as select * from ticket_facts")
            cursor.execute("drop view ticket_facts")
            cursor.execute("drop table stored_ticket_facts")
            cursor.execute("alter table held rename to ticket_facts")
            cursor.execute("alter table ticket_facts drop column resolution_calendar_step")
            cursor.execute("create table periods (grain varchar)")
            cursor.execute("delete from state where name in ('rolled', 'newest')")
            cursor.execute("alter table imports drop column redone_at")
            cursor.execute("drop table remembered")
            cursor.execute("alter table originals rename to pieces")
            cursor.execute("create table originals (sha256 varchar, part integer, raw_bytes integer, compressed blob)")
            cursor.execute("insert into originals select sha256, part, ?, compressed from pieces", [len(TICKETS)])
            cursor.execute("drop table pieces")
            cursor.execute("insert into originals values ('not kept', 0, 0, ''::blob)")
            cursor.execute("update state set value = 1 where name = 'schema'")
    for _ in range(2):  # the second time there is nothing to do
        with Store(path) as opened:
            assert opened.query("select * from ticket_facts").to_pylist() == kept
            assert opened.moment() == moment
            assert moment.rolled_s == moment.as_of_s
            assert opened.query("select sum(tickets_created_n) as n from created_months").to_pylist() == [
                {"n": len(kept)}
            ]
            names = opened.query("select table_name from information_schema.tables").to_pylist()
            assert {"table_name": "periods"} not in names
            assert originals.read(opened, opened.imports()[0]["sha256"]).decode() == TICKETS
            assert originals.read(opened, "not kept") == b""
            opened.undo(1)
            assert opened.redo(1)["undone_at"] is None


@pytest.mark.parametrize(("size", "logged"), [(1_000, True), (100_000_000, False)])
def test_what_is_large_goes_into_the_file_without_the_log(store, size, logged):
    log = store.path.with_name(f"{store.path.name}.wal")
    with store.writing(size) as cursor:
        cursor.execute("insert into originals select 'a', range, repeat('x', 1000)::blob from range(1000)")
    assert (log.exists() and log.stat().st_size > 1_000_000) is logged
    assert store.query("select sum(octet_length(compressed)) as n from originals")["n"].to_pylist() == [1_000_000]


def test_facts_that_stayed_empty_have_the_columns_of_later_files(store, load):
    tickets = "ticket_id,created_at,Branch\n1,2026-01-01 10:00:00,A\n"
    load(tickets, kind="tickets")
    load(tickets.replace("\n1,", "\n2,"), kind="tickets", groups=("Branch",))
    assert store.query("select own_branch from survey_facts").num_rows == 0
    load("response_id,answered_at,ticket_id,nps\n1,2026-01-02 10:00:00,2,9\n", kind="surveys")
    assert store.query("select score, own_branch from survey_facts").to_pylist() == [{"score": 9, "own_branch": "A"}]
