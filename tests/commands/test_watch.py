"""`watch`: a folder once and for ever, its options, and how it ends."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from cxdata.errors import CxError
from cxdata.sample import FOLDER
from cxdata.store import Store
from tests.commands.conftest import TICKETS, US
from tests.test_alerts import weeks


@pytest.fixture
def drop(tmp_path) -> Path:
    (tmp_path / "drop").mkdir()
    return tmp_path / "drop"


def watch(run, drop, *options: object) -> tuple[int, str, str]:
    return run("watch", drop, "--once", "--every", 0.01, *options)


def test_watch_imports_what_is_there_once(run, drop):
    (drop / "tickets.csv").write_text(TICKETS)
    status, out, err = watch(run, drop)
    assert (status, err) == (0, "")
    assert out.startswith("tickets.csv: Tickets, 3 rows")
    assert watch(run, drop) == (0, "", "")
    (drop / "again.csv").write_text(TICKETS)  # the same bytes under another name
    assert watch(run, drop) == (0, "", "")
    run("imports", "--undo", 1)
    assert json.loads(watch(run, drop, "--json")[1].splitlines()[0])["new"] == 3


def test_watch_without_anything_to_do_makes_no_database(run, drop, db):
    assert watch(run, drop) == (0, "", "")
    assert not db.exists()


def test_watch_says_what_failed(run, drop):
    (drop / "colours.csv").write_text("name,colour\nx,red\n")
    status, out, err = watch(run, drop)
    assert (status, out) == (1, "")
    assert err.startswith(f"{drop / 'colours.csv'}: This looks most like Tickets")
    (drop / "tickets.csv").write_text(TICKETS)
    assert watch(run, drop)[0] == 0


def test_watch_takes_the_options_of_import(run, drop, db):
    (drop / "tickets.csv").write_text(US)
    assert watch(run, drop, "--date-order", "mdy", "--map", "team=status")[0] == 0
    with Store(db) as store:
        assert store.query("select team, month(created_at) as m from tickets_versions").to_pylist() == [
            {"team": "open", "m": 3}
        ]


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (
            ["gone"],
            1,
            "gone cannot be read: No such file or directory. Check the name of the folder and that you may open it.\n",
        ),
        ([".", "--every", "0"], 2, '"0" is no number of seconds above 0\n'),
        ([".", "--every", "soon"], 2, '"soon" is no number of seconds above 0\n'),
        ([".", "--question", "npz=x"], 2, 'There is no question "npz". Did you mean "nps"?\n'),
    ],
)
def test_watch_with_what_cannot_be(run, arguments, status, sentence):
    found = run("watch", *arguments, "--once")
    assert found[:2] == (status, "")
    assert found[2].endswith(sentence)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_watch_stops_when_told_to(drop, db, number):
    command = [sys.executable, "-m", "cxdata", "watch", str(drop), "--every", "0.05", "--db", str(db)]
    with subprocess.Popen(
        command, cwd=FOLDER.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as going:
        too_long = threading.Timer(40, going.kill)
        too_long.start()
        (drop / "colours.csv").write_text("name,colour\nx,red\n")
        assert "This looks most like Tickets" in going.stderr.readline()
        (drop / "tickets.csv").write_text(TICKETS)
        assert going.stdout.readline().startswith("tickets.csv: Tickets, 3 rows")
        going.send_signal(number)
        out, err = going.communicate()
        too_long.cancel()
    assert (going.returncode, out, err) == (0, "", "")  # what failed was not said again


def test_watch_waits_while_another_has_the_database(run, drop, db, monkeypatch):
    """The dashboard may be running: the database is open only during an import, and a busy one is tried again."""
    (drop / "tickets.csv").write_text(TICKETS)
    looks, busy = iter(range(6)), []

    def open_or_not(given, **_):
        if len(busy) < 3:
            busy.append(1)
            raise CxError("{path} is in use", path="cx")
        return Store(db)

    waits = SimpleNamespace(wait=lambda _: next(looks, None) is None, is_set=bool, set=None)
    monkeypatch.setattr("cxdata.commands.watch.opened", open_or_not)
    monkeypatch.setattr("cxdata.commands.watch.Event", lambda: waits)
    status, out, err = run("watch", drop)
    assert (status, err, out[:11]) == (0, "cx is in use\n", "tickets.csv")


def test_a_watched_folder_checks_after_what_went_in(run, tmp_path, inbox, monkeypatch):
    monkeypatch.setenv("CX_SEND_TO", inbox.address)
    run("alerts", "--add", "Too slow", "--metric", "first_response_time", "--above", "4")
    (tmp_path / "drop").mkdir()
    (tmp_path / "drop" / "tickets.csv").write_text(weeks(9))
    run("watch", tmp_path / "drop", "--once", "--every", "0.01")
    assert inbox.titles == ["Alert: Too slow"]
