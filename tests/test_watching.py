"""A watched folder: a file is ready when it has stopped changing, and is tried once as it is."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest
import streamlit as st

from cxdata import importing, watching
from cxdata.errors import CxError
from cxdata.ui import state, warm
from cxdata.watching import Watch
from tests.conftest import NOW

TICKETS = "ticket_id,created_at,status\n1,2026-03-02 10:00,open\n"


def put(path: Path, text: str, written: int) -> Path:
    path.write_text(text)
    os.utime(path, (written, written))
    return path


def test_a_file_is_ready_when_two_looks_are_the_same(tmp_path):
    watch = Watch(tmp_path)
    path = put(tmp_path / "a.csv", "x", 1)
    assert watch.ready() == []
    put(path, "xy", 1)  # still growing
    assert watch.ready() == []
    put(path, "xy", 2)  # written again
    assert watch.ready() == []
    assert watch.ready() == [path]
    assert watch.ready() == [path]  # until it was tried
    watch.tried(path)
    assert watch.ready() == []


def test_what_was_tried_is_ready_again_when_it_changes(tmp_path):
    watch = Watch(tmp_path)
    path = put(tmp_path / "a.csv", "x", 1)
    watch.ready(), watch.ready()
    watch.tried(path)
    put(path, "other", 3)
    assert watch.ready() == []
    assert watch.ready() == [path]


def test_a_file_that_goes_and_comes_back_starts_anew(tmp_path):
    watch = Watch(tmp_path)
    path = put(tmp_path / "a.csv", "x", 1)
    watch.ready()
    path.unlink()
    assert watch.ready() == []
    put(path, "x", 1)
    assert watch.ready() == []
    assert watch.ready() == [path]


def test_files_of_a_folder(tmp_path):
    for name in (
        "b.csv",
        "A.csv",
        "sub/c.csv",
        ".x.csv",
        ".y/d.csv",
        "e.csv.CRDOWNLOAD",
        "f.tmp",
        "~$g.xlsx",
        "cx.duckdb",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        put(tmp_path / name, "x", 1)
    (tmp_path / "broken").symlink_to(tmp_path / "gone")
    (tmp_path / "loop").symlink_to(tmp_path)
    found = watching.files_in(tmp_path, besides=[tmp_path / "cx.duckdb"])
    assert [str(path.relative_to(tmp_path)) for path in found] == ["A.csv", "b.csv", "sub/c.csv"]


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(CxError, match="gone cannot be read: No such file or directory"):
        Watch(tmp_path / "gone").ready()


def test_the_same_bytes_are_known_until_their_import_is_undone(store, tmp_path):
    path, copy = put(tmp_path / "a.csv", TICKETS, 1), put(tmp_path / "b.csv", TICKETS, 2)
    assert not watching.is_imported(store, path)
    outcome = importing.import_file(store, path, now=NOW)
    assert watching.is_imported(store, copy)
    store.undo(outcome.import_id)
    assert not watching.is_imported(store, path)


def test_rounds():
    waits = iter([False, False, True])
    assert len(list(watching.rounds(lambda: next(waits), once=False))) == 3
    assert len(list(watching.rounds(lambda: False, once=True))) == 2
    assert len(list(watching.rounds(lambda: True, once=True))) == 1


# --- in the dashboard


def test_the_dashboard_imports_what_appears_in_its_folder(tmp_path, monkeypatch, caplog):
    monkeypatch.setenv("CX_DATABASE", str(tmp_path / "cx.duckdb"))
    monkeypatch.setattr(warm, "EVERY", 0.05)
    st.cache_resource.clear()
    folder = tmp_path / "exports"
    folder.mkdir()
    with warm.watched(str(folder)):
        (folder / "photo.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\x00" * 100)
        (folder / "tickets.csv").write_text(TICKETS)
        for _ in range(600):
            if state.own_store().imports() and "PNG picture" in caplog.text:
                break
            time.sleep(0.05)
    (row,) = state.own_store().imports()
    assert (row["file_name"], row["imported_by"]) == ("tickets.csv", "watched folder")
    assert caplog.text.count("PNG picture") == 1
    state.own_store().close()
    st.cache_resource.clear()


def test_a_dashboard_without_a_folder_watches_none():
    before = threading.active_count()
    with warm.watched(None):
        assert threading.active_count() == before
