"""The command line: every command and option, its exit status, and its JSON."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from python_calamine import CalamineWorkbook

from cxdata import alerting, sending
from cxdata.__main__ import main
from cxdata.alert_records import save_send_to
from cxdata.errors import CxError
from cxdata.filters import DIMENSIONS, FILTERS
from cxdata.metrics import ALL
from cxdata.metrics.base import Curve
from cxdata.sample import FILES, FOLDER
from cxdata.store import Store
from cxdata.views import SavedView
from tests.conftest import SECRET, question
from tests.test_alerts import weeks
from tests.test_containers import archive, book

TICKETS = (
    "ticket_id,created_at,first_response_at,resolved_at,status,team\n"
    "1,2026-03-02 10:00,2026-03-02 11:00,2026-03-02 12:00,closed,A\n"
    "2,2026-03-02 10:00,2026-03-02 13:00,,open,A\n"
    "3,2026-03-03 10:00,2026-03-03 12:00,,open,B\n"
)
IMPORTED = {
    "file",
    "source",
    "kind",
    "rows",
    "new",
    "changed",
    "unchanged",
    "rejected",
    "left_out",
    "warnings",
    "import_id",
}


@pytest.fixture
def db(tmp_path) -> Path:
    return tmp_path / "cx.duckdb"


@pytest.fixture
def run(db, capsys):
    """run("metrics", "nps") -> (exit status, standard output, standard error)."""

    def made(*arguments: object) -> tuple[int, str, str]:
        try:
            status = main([*map(str, arguments), "--db", str(db)])
        except SystemExit as left:
            status = int(left.code or 0)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return made


@pytest.fixture
def file(tmp_path):
    def made(text: str, name: str = "tickets.csv") -> Path:
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return made


def as_json(result: tuple[int, str, str]):
    status, out, err = result
    assert (status, err) == (0, "")
    return json.loads(out)


# --- import


def test_import_says_what_it_did(run, file):
    assert run("import", file(TICKETS)) == (
        0,
        "tickets.csv: Tickets, 3 rows, 2026-03-02 to 2026-03-03: 3 new, 0 changed, 0 unchanged, 0 rejected, 0 left out (import 1)\n",
        "",
    )


def test_import_as_json(run, file):
    found = as_json(
        run(
            "import", file(TICKETS + "4,never,,,open,B\n"), file("answered_at,nps\n2026-03-02,9\n", "nps.csv"), "--json"
        )
    )
    assert found == [
        {"file": "tickets.csv", "source": "generic", "kind": "tickets", "rows": 4, "new": 3, "changed": 0, "unchanged": 0,
         "rejected": 1, "left_out": 0, "warnings": [], "import_id": 1},
        {"file": "nps.csv", "source": "generic", "kind": "surveys", "rows": 1, "new": 1, "changed": 0, "unchanged": 0,
         "rejected": 0, "left_out": 0, "warnings": [], "import_id": 2},
    ]  # fmt: skip
    assert set(found[0]) == IMPORTED


def test_a_dry_run_keeps_nothing(run, file, db):
    found = as_json(run("import", file(TICKETS), "--dry-run", "--json"))
    assert [(row["new"], row["import_id"]) for row in found] == [(3, None)]
    assert not db.exists()
    run("import", file(TICKETS))
    assert (
        "0 new, 0 changed, 3 unchanged, 0 rejected, 0 left out (would be imported)"
        in run("import", file(TICKETS), "--dry-run")[1]
    )
    assert len(as_json(run("imports", "--json"))) == 1


def test_one_file_fails_while_others_go_in(run, file, tmp_path):
    good, bad = file(TICKETS), file("name,colour\nx,red\n", "colours.csv")
    status, out, err = run("import", bad, good, tmp_path / "gone.csv", "--json")
    assert status == 0
    first, second, third = json.loads(out)
    assert (first["file"], second["new"], third["file"]) == (str(bad), 3, str(tmp_path / "gone.csv"))
    assert first["error"].startswith("This looks most like Tickets, but no column was found for")
    assert err.splitlines()[0] == f"{bad}: {first['error']}"
    assert third["error"] == f"{tmp_path / 'gone.csv'} does not exist. Check the name and the folder."


def test_nothing_could_be_imported(run, file):
    status, out, err = run("import", file("name,colour\nx,red\n"))
    assert (status, out) == (1, "")
    assert err.startswith(str(file("name,colour\nx,red\n")))


US = "ticket_id,created_at,status,amount\n1,03/04/2026 10:00,open,5\n"


@pytest.mark.parametrize(
    ("text", "options", "column", "value"),
    [
        (US, ["--date-order", "mdy"], "created_at", "2026-03-04 09:00:00"),
        (US, ["--date-order", "dmy"], "created_at", "2026-04-03 08:00:00"),
        (US, ["--date-order", "mdy", "--timezone", "America/New_York"], "created_at", "2026-03-04 15:00:00"),
        (
            "nr,when,status\n7,2026-03-04 10:00,open\n",
            ["--as", "tickets", "--map", "ticket_id=nr", "--map", "created_at=when"],
            "key",
            "7",
        ),
        ("number,opened_at,state\n7,2026-03-04 10:00,New\n", ["--source", "servicenow"], "source", "servicenow"),
        (
            "number,opened_at,state\n7,2026-03-04 10:00,New\n",
            ["--source", "generic", "--map", "created_at=opened_at"],
            "source",
            "generic",
        ),
    ],
)
def test_options_of_import_for_tickets(run, file, db, text, options, column, value):
    status, _, err = run("import", file(text), *options)
    assert (status, err) == (0, "")
    with Store(db) as store:
        assert [str(row[column]) for row in store.query("select * from tickets_versions").to_pylist()] == [value]


@pytest.mark.parametrize(("mark", "amount"), [("comma", 1.234), ("point", 1234)])
def test_the_decimal_mark(run, file, db, mark, amount):
    path = file('order id,customer id,order date,amount\n1,x,2026-03-04,"1,234"\n')
    status, _, err = run("import", path)
    assert status == 1
    assert err.endswith("Choose the decimal mark (--decimal comma or --decimal point).\n")
    run("import", path, "--decimal", mark)
    with Store(db) as store:
        assert store.query("select amount from purchases_versions").to_pylist() == [{"amount": amount}]


@pytest.mark.parametrize(("direction", "ease"), [("easy", 7), ("hard", 1)])
def test_the_direction_of_effort(run, file, direction, ease):
    path = file("answered_at,ces (1-7)\n2026-03-04,7\n")
    assert run("import", path)[0] == 1
    assert run("import", path, "--direction", direction)[0] == 0
    assert as_json(run("metrics", "ces", "--format", "json"))[0]["value"] == ease


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--source", "zendisk"], 'There is no source "zendisk". Did you mean "zendesk"?'),
        (["--map", "team=Teem"], 'There is no column "Teem". Did you mean "team"?'),
        (["--map", "taem=team"], 'There is no field of tickets "taem". Did you mean "team"?'),
        (
            ["--timezone", "Europe/Amsterdan"],
            'There is no time zone "Europe/Amsterdan". Did you mean "Europe/Amsterdam"?',
        ),
        (["--map", "team"], '"team" has to be FIELD=COLUMN'),
        (["--as", "ticket"], "invalid choice: 'ticket'"),
        (["--date-order", "dym"], "invalid choice: 'dym'"),
        (["--decimal", "dot"], "invalid choice: 'dot'"),
        (["--direction", "up"], "invalid choice: 'up'"),
        (["--question", "npz=team"], 'There is no question "npz". Did you mean "nps"?'),
        (["--as", "surveys", "--question", "nps=Teem"], 'There is no column "Teem". Did you mean "team"?'),
        (["--question", "nps"], '"nps" has to be FIELD=COLUMN'),
        (["--scale", "csad=1-5"], 'There is no question "csad". Did you mean "csat"?'),
        (["--scale", "csat=5"], '"csat=5" has to be FIELD=WORST-BEST, such as csat=1-5 or ces=7-1'),
        (["--scale", "csat=5-5"], '"csat=5-5" has to be FIELD=WORST-BEST'),
        (["--scale", "csat=1.2.3-5"], '"csat=1.2.3-5" has to be FIELD=WORST-BEST'),
    ],
)
def test_import_options_that_do_not_exist(run, file, options, sentence):
    status, out, err = run("import", file(TICKETS), *options)
    assert (status, out) == (2, "")
    assert sentence in err


SURVEY = "answered_at,How happy,Effort\n2026-03-04,4,1\n2026-03-05,5,2\n"


def test_questions_and_their_scales(run, file, db):
    options = ("--question", "csat=How happy", "--question", "ces=effort", "--scale", "ces=7-1", "--scale", "csat=0-10")
    assert run("import", file(SURVEY, "survey.csv"), *options)[0] == 0
    with Store(db) as store:
        found = store.query(
            "select csat, csat_worst, csat_best, ces, ces_worst, ces_best from surveys_versions order by csat"
        )
    assert [tuple(row.values()) for row in found.to_pylist()] == [(4, 0, 10, 1, 7, 1), (5, 0, 10, 2, 7, 1)]


def test_a_folder_is_its_files_in_order(run, tmp_path, db):
    folder = tmp_path / "drop"
    for name in ("b.csv", "a.csv", "sub/c.csv", ".hidden.csv", ".git/d.csv", "e.csv.part", "~$f.xlsx"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(TICKETS)
    assert [row["file"] for row in as_json(run("import", folder, "--json"))] == ["a.csv", "b.csv", "c.csv"]
    (tmp_path / "none").mkdir()
    assert run("import", tmp_path / "none") == (1, "", f"There are no files in {tmp_path / 'none'}.\n")


def test_the_database_in_a_folder_is_no_export(run, tmp_path):
    run("import", tmp_path / "gone.csv")  # makes the database in this folder
    (tmp_path / "tickets.csv").write_text(TICKETS)
    assert [row["file"] for row in as_json(run("import", tmp_path, "--json"))] == ["tickets.csv"]


@pytest.mark.parametrize("content", [TICKETS.encode(), gzip.compress(TICKETS.encode())])
def test_standard_input(run, monkeypatch, content):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert [(row["file"], row["new"]) for row in as_json(run("import", "-", "--json"))] == [("standard input", 3)]


def test_nothing_on_standard_input(run, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    sentence = "standard input is empty (0 bytes). Export it again."
    assert run("import", "-") == (1, "", f"standard input: {sentence}\n")


def test_all_tables_of_an_archive(run, tmp_path):
    path = tmp_path / "export.zip"
    path.write_bytes(
        archive(**{"a.csv": TICKETS, "colours.csv": "name,colour\nx,red\n", "b.csv": TICKETS.replace("\n1,", "\n9,")})
    )
    status, out, err = run("import", path, "--json")
    first, second, third = json.loads(out)
    assert (status, first["file"], first["new"]) == (0, "export.zip: a.csv", 3)
    assert second["file"] == f"{path}: colours.csv"
    assert err == f"{path}: colours.csv: {second['error']}\n"
    assert (third["file"], third["new"], third["unchanged"]) == ("export.zip: b.csv", 1, 2)
    assert [row["file"] for row in as_json(run("import", path, "--sheet", "b.csv", "--json"))] == ["export.zip: b.csv"]


def test_a_sheet_of_a_workbook(run, tmp_path):
    path = tmp_path / "export.xlsx"
    rows = [line.split(",") for line in TICKETS.splitlines()]
    path.write_bytes(book(March=rows, April=rows[:2]))
    assert run("import", path) == (
        1, "", f'{path}: There are 2 tables in this file: "March", "April". Choose one of them (--sheet NAME).\n',
    )  # fmt: skip
    found = as_json(run("import", path, "--sheet", "april", "--json"))
    assert [(row["file"], row["new"]) for row in found] == [("export.xlsx: April", 1)]
    assert run("import", path, "--sheet", "Mai") == (2, "", f'{path}: There is no sheet "Mai". Did you mean "March"?\n')


# --- watch


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
    monkeypatch.setattr("cxdata.__main__._store", open_or_not)
    monkeypatch.setattr("cxdata.__main__.Event", lambda: waits)
    status, out, err = run("watch", drop)
    assert (status, err, out[:11]) == (0, "cx is in use\n", "tickets.csv")


# --- imports and rejects


def test_imports_and_undo(run, file):
    run("import", file(TICKETS))
    run(
        "import",
        file(
            TICKETS.replace(
                "2,2026-03-02 10:00,2026-03-02 13:00,,open",
                "2,2026-03-02 10:00,2026-03-02 13:00,2026-03-02 14:00,closed",
            )
        ),
    )
    second, first = as_json(run("imports", "--json"))
    assert set(first) == IMPORTED | {"imported_at", "imported_by", "undone_at"}
    assert [(row["import_id"], row["new"], row["changed"], row["unchanged"], row["undone_at"]) for row in (first, second)] == [
        (1, 3, 0, 0, None), (2, 0, 1, 2, None),
    ]  # fmt: skip
    assert run("imports", "--undo", 2) == (0, "Import 2 (tickets.csv) is undone.\n", "")
    assert as_json(run("imports", "--json"))[0]["undone_at"]
    status, out, err = run("imports", "--undo", 2)
    assert (status, out) == (1, "")
    assert err.startswith("Import 2 (tickets.csv) was undone already, on 20")
    assert run("imports", "--redo", 2) == (0, "Import 2 (tickets.csv) is back in its place.\n", "")
    assert run("imports", "--redo", 2) == (1, "", "Import 2 (tickets.csv) is not undone.\n")
    assert run("imports", "--undo", 2)[0] == 0
    assert run("imports", "--undo", 9) == (1, "", "There is no import 9. The list of imports shows their numbers.\n")
    assert [row["undone_at"] is None for row in as_json(run("imports", "--undo", 1, "--json"))] == [False, False]
    assert run("imports")[1].splitlines()[0].split()[:3] == ["import_id", "imported_at", "file"]


def test_what_was_chosen_before_holds_until_it_is_left_out(run, file):
    odd = file("nr,wanneer\n1,01-02-2026 10:00\n", "odd.csv")
    assert run("import", odd)[0] == 1
    assert run("import", odd, "--as", "tickets", "--map", "ticket_id=nr", "--map", "created_at=wanneer")[0] == 0
    status, out, _ = run("import", odd, "--dry-run")
    assert (status, "Read with what was chosen for an earlier file" in out) == (0, True)
    assert "  date order: dmy (" in out
    assert run("import", odd, "--afresh")[0] == 1


def test_rejects_are_the_users_own_table(run, file):
    run("import", file(TICKETS + '4,never,,,open,"a, b"\n'))
    status, out, _ = run("rejects", 1)
    assert status == 0
    assert list(csv.reader(io.StringIO(out))) == [
        ["ticket_id", "created_at", "first_response_at", "resolved_at", "status", "team", "reason"],
        [
            "4",
            "never",
            "",
            "",
            "open",
            "a, b",
            'line 5, column "created_at": "never" is no date and time that can be read (expected iso).',
        ],
    ]
    assert run("rejects", 7) == (1, "", "There is no import 7. The list of imports shows their numbers.\n")


# --- metrics


def test_metrics_as_json(run, file):
    run("import", file(TICKETS))
    options = ("--from", "2026-03-01", "--to", "2026-03-03", "--as-of", "2026-04-01", "--format", "json")
    assert as_json(run("metrics", "tickets_created", "resolution_rate", "nps", *options)) == [
        {"metric": "tickets_created", "period": None, "value": 2, "n": 2, "low": None, "high": None, "partial": False, "unit": "count"},
        {"metric": "resolution_rate", "period": None, "value": 0.5, "n": 2, "low": pytest.approx(0.0945, abs=1e-4), "high": pytest.approx(0.9055, abs=1e-4), "partial": False, "unit": "share"},
        {"metric": "nps", "period": None, "value": None, "n": 0, "low": None, "high": None, "partial": False, "unit": "nps"},
    ]  # fmt: skip


@pytest.mark.parametrize("by", ["team", "team,channel", "team, weekday"])
def test_the_keys_stand_in_order(run, file, by):
    run("import", file(TICKETS))
    rows = as_json(run("metrics", "tickets_created", "--by", by, "--grain", "month", "--format", "json"))
    dims = [name.strip() for name in by.split(",")]
    assert {tuple(row) for row in rows} == {("metric", "period", *dims, "value", "n", "low", "high", "partial", "unit")}
    assert {row["period"] for row in rows} == {"2026-03-01"}
    assert sum(row["value"] for row in rows) == 3


def test_filters_clock_and_as_of(run, file):
    run("import", file(TICKETS))

    def one(*options):
        return as_json(run("metrics", "tickets_created", "first_response_time", *options, "--format", "json"))

    assert [row["value"] for row in one("--team", "A")] == [2, 7200]
    assert [row["value"] for row in one("--team", "A", "--team", "B")] == [3, 7200]
    assert [row["value"] for row in one("--channel", "–")] == [3, 7200]
    assert [row["value"] for row in one("--clock", "business")] == [3, 7200]
    assert [row["value"] for row in one("--as-of", "2026-03-02T11:30")] == [2, 3600]
    assert [row["value"] for row in one("--as-of", "2026-03-02T10:30:00+00:00")] == [2, 3600]


@pytest.mark.parametrize("form", ["table", "csv"])
def test_other_forms(run, file, form):
    run("import", file(TICKETS))
    status, out, err = run("metrics", "tickets_created", "first_response_time", "--format", form)
    assert (status, err) == (0, "")
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(out)))
        assert [(row["metric"], row["value"], row["low"], row["partial"]) for row in rows] == [
            ("tickets_created", "3", "", "False"), ("first_response_time", "7200", "", "False"),
        ]  # fmt: skip
    else:
        assert [line.split()[:3] for line in out.splitlines()] == [
            ["metric", "period", "value"], ["tickets_created", "–", "3"], ["first_response_time", "–", "2"],
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "status", "sentence"),
    [
        (["ticket_created"], 2, 'There is no metric "ticket_created". Did you mean "tickets_created"?'),
        (["nps", "--by", "taem"], 2, 'There is no dimension "taem". Did you mean "team"?'),
        (["nps", "--team", "Nord"], 2, 'There is no team "Nord". Did you mean "Noord"?'),
        (["nps", "--grain", "monthly"], 2, "invalid choice: 'monthly'"),
        (["nps", "--clock", "sun"], 2, "invalid choice: 'sun'"),
        (["nps", "--format", "xml"], 2, "invalid choice: 'xml'"),
        (["nps", "--from", "yesterday"], 2, '"yesterday" is no date; write 2026-03-31'),
        (["nps", "--as-of", "now"], 1, '"now" is no date and time; write 2026-03-31 or 2026-03-31T17:00.'),
        (
            ["nps", "--from", "2026-03-01", "--to", "2026-02-01"],
            1,
            "The period ends (2026-02-01) before it starts (2026-03-01).",
        ),
        (
            ["active_customers", "--by", "channel"],
            1,
            "active_customers cannot be split by channel: its rows do not have it.",
        ),
        (
            ["active_customers", "--channel", "email"],
            1,
            "active_customers cannot be filtered by channel: its rows do not have it.",
        ),
        ([], 2, "the following arguments are required: NAME"),
    ],
)
def test_metrics_that_cannot_be_asked(sample_cli, options, status, sentence):
    found, out, err = sample_cli("metrics", *options)
    assert (found, out) == (status, "")
    assert sentence in err


def test_no_database_and_no_data(run, file, db):
    assert run("metrics", "nps") == (
        1,
        "",
        f"There is no database at {db}. Import a file first, or give its place with --db.\n",
    )
    with Store(db):
        pass
    assert run("metrics", "nps") == (1, "", "There is no data yet. Import a file first.\n")
    assert run("imports") == (0, "nothing\n", "")
    assert as_json(run("imports", "--json")) == []


# --- the sample


@pytest.fixture(scope="module")
def sample_database(sample_path, tmp_path_factory):
    """A copy: the session's store holds the other one open."""
    path = tmp_path_factory.mktemp("cli") / "sample.duckdb"
    path.write_bytes(sample_path.read_bytes())
    return path


@pytest.fixture
def sample_cli(sample_database, capsys):
    def made(*arguments):
        try:
            status = main([*map(str, arguments), "--db", str(sample_database)])
        except SystemExit as left:
            status = int(left.code or 0)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return made


def test_every_metric_is_the_same_as_on_the_pages(sample_cli, sample):
    names = [entry.name for entry in ALL if not isinstance(entry.measure, Curve)]
    rows = as_json(sample_cli("metrics", *names, "--format", "json"))
    expected = question(sample, *names).rows
    assert [row["metric"] for row in rows] == names
    for row, (_, one) in zip(rows, expected.iterrows(), strict=True):
        assert row["value"] == (None if one["value"] != one["value"] else one["value"])
        assert row["n"] == one["n"]


@pytest.mark.parametrize("entry", FILTERS, ids=lambda entry: entry.name)
def test_every_filter_has_its_option(sample_cli, entry):
    assert sample_cli("metrics", "tickets_created", f"--{entry.name}", "–", "--format", "json")[0] == 0
    assert entry in DIMENSIONS


def test_a_curve_has_its_months(sample_cli):
    rows = as_json(sample_cli("metrics", "survival", "--format", "json"))
    assert list(rows[0]) == ["metric", "period", "month", "value", "n", "low", "high", "partial", "unit"]
    assert [row["month"] for row in rows] == list(range(len(rows)))
    assert as_json(sample_cli("metrics", "cohort_retention", "--by", "team", "--format", "json"))


def test_the_sample_by_command(run, monkeypatch):
    monkeypatch.setattr("cxdata.sample.FILES", FILES[:1])
    assert run("sample") == (
        0, "klanten.csv: Customers, 3000 rows, 2021-01-02 to 2026-10-31: 3000 new, 0 changed, 0 unchanged, 0 rejected, 0 left out (import 1)\n", "",
    )  # fmt: skip


# --- as a program


def program(*arguments: object, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "cxdata", *map(str, arguments)],
        capture_output=True, text=True, cwd=FOLDER.parent, timeout=120, env={**os.environ, **environment},
    )  # fmt: skip


def test_as_a_program(run, db, file):
    run("import", file(TICKETS))
    asked = program("metrics", "tickets_created", "nps", "--format", "json", CX_DATABASE=str(db))
    assert (asked.returncode, asked.stderr) == (0, "")
    assert [row["value"] for row in json.loads(asked.stdout)] == [3, None]


def test_help_names_every_command(run):
    status, out, _ = run("--help")
    assert status == 0
    for command in ("import", "metrics", "imports", "rejects", "views", "sample"):
        assert f"    {command} " in out


# --- events -------------------------------------------------------------------------------------------------


def test_events_are_added_listed_and_removed(run, file):
    run("import", file(TICKETS))
    status, out, _err = run("events", "--add", "Launch", "--on", "2026-03-16", "--until", "2026-03-18", "--team", "A",
                            "--kind", "launch", "--note", "at last", "--format", "csv")  # fmt: skip
    assert status == 0
    (row,) = csv.DictReader(io.StringIO(out))
    assert {name: row[name] for name in ("id", "name", "kind", "start", "end", "team", "note")} == {
        "id": "1", "name": "Launch", "kind": "launch", "start": "2026-03-16", "end": "2026-03-18", "team": "A", "note": "at last",
    }  # fmt: skip
    (row,) = as_json(run("events", "--format", "json"))
    assert (row["name"], row["end"]) == ("Launch", "2026-03-18")
    assert "Launch" in run("events")[1]
    assert as_json(run("events", "--remove", 1, "--format", "json")) == []


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["--add", "Launch"], 1, "needs a date"),
        (["--add", " ", "--on", "2026-03-16"], 1, "needs a name"),
        (["--add", "Launch", "--on", "2026-03-16", "--until", "2026-03-15"], 1, "before it starts"),
        (["--add", "Launch", "--on", "16-3-2026"], 2, "is no date"),
        (["--add", "Launch", "--on", "2026-03-16", "--team", "Q"], 2, 'no team "Q". There are: A, B.'),
        (["--on", "2026-03-16"], 2, "belong to --add"),
        (["--remove", "7"], 1, "no event 7"),
        (["--reading", "7"], 1, "no event 7"),
        (["--remove", "7", "--add", "x"], 2, "not allowed with"),
    ],
)
def test_events_that_cannot_be_are_sentences(run, file, arguments, status, said):
    run("import", file(TICKETS))
    found = run("events", *arguments)
    assert (found[0], found[1]) == (status, "")
    assert said in found[2]


def test_before_and_after_an_event_is_that_of_the_page(sample_cli):
    _status, out, err = sample_cli("events", "--reading", 3, "--format", "json")
    rows = {row["metric"]: row for row in json.loads(out)}
    assert rows["first_response_time"]["before"] == 7980
    assert rows["first_response_time"]["verdict"] == "worse"
    assert (rows["sla"]["after_from"], rows["sla"]["after_to"]) == ("2026-03-16", "2026-06-08")
    assert "12 whole weeks before" in err
    assert "Another event in these days: Prijsverhoging" in err
    assert "2 h 13 min" in sample_cli("events", "--reading", 3)[1]


# --- views --------------------------------------------------------------------------------------------------


def save(database: Path, *made: SavedView) -> None:
    with Store(database) as store:
        for one in made:
            store.save_view(one, "Ana")


def test_views_are_listed_and_removed(run, file, db):
    run("import", file(TICKETS))
    assert run("views")[1] == "nothing\n"
    save(db, SavedView(0, "Weekly", "service", {"period": ("6m",), "team": ("A", "B")}, is_start=True))
    (row,) = as_json(run("views", "--format", "json"))
    assert {name: row[name] for name in ("name", "page", "choices", "start", "saved_by")} == {
        "name": "Weekly", "page": "service", "choices": {"period": ["6m"], "team": ["A", "B"]}, "start": True, "saved_by": "Ana",
    }  # fmt: skip
    assert "Weekly  service  period=6m&team=A&team=B  start" in run("views")[1]
    status, out, err = run("views", "--remove", "Weekli")
    assert (status, out) == (2, "")
    assert 'no view "Weekli". Did you mean "Weekly"?' in err
    assert as_json(run("views", "--remove", "weekly", "--format", "json")) == []


def sheets_of(path: Path) -> dict[str, list[list]]:
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_a_report_of_a_view_has_its_page_and_choices_unless_told_otherwise(run, file, db, tmp_path):
    run("import", file(TICKETS))
    save(
        db,
        SavedView(0, "Weekly", "sla", {"period": ("prev",), "team": ("A", "Q"), "clock": ("business",)}),
        SavedView(0, "Groups", "compare", {"split": ("team",)}),
    )
    path = tmp_path / "x.xlsx"
    status, out, err = run("report", "--out", path, "--view", "weekly")
    assert (status, out) == (0, f"{path}\n")
    assert err == 'Not in the data, and left out of the view "Weekly": team Q.\n'
    found = sheets_of(path)
    assert [name for name in found if name in ("SLA", "Service", "Overview")] == ["SLA"]
    said = [cell for row in found["SLA"] for cell in row]
    assert any(str(cell).startswith("A · ") and "Business hours" in str(cell) for cell in said)
    assert err.strip() in said
    _status, _out, err = run(
        "report", "--out", path, "--view", "Weekly", "--page", "service", "--team", "B", "--clock", "calendar"
    )
    assert err == ""
    said = [cell for row in sheets_of(path)["Service"] for cell in row]
    assert any(str(cell).startswith("B · ") and "Calendar time" in str(cell) for cell in said)
    assert run("report", "--out", path, "--view", "Weakly")[0] == 2
    status, _out, err = run("report", "--out", path, "--view", "Groups")
    assert status == 1
    assert "no report can hold. Choose pages with --page." in err
    assert run("report", "--out", path, "--view", "Groups", "--page", "sla")[0] == 0


# --- alerts --------------------------------------------------------------------------------------------


def test_alerts_are_added_listed_checked_and_removed(run, file, inbox, monkeypatch):
    run("import", file(weeks(1, 9)), "--as", "tickets")
    status, out, _err = run(
        "alerts", "--add", "Too slow", "--metric", "first_response_time", "--above", "4h", "--team", "Noord"
    )
    assert status == 0
    assert "First response time above 4 h · each week · Noord" in out
    run("alerts", "--add", "Odd", "--metric", "nps", "--signal", "--grain", "month")
    first, second = as_json(run("alerts", "--format", "json"))
    assert (first["state"], first["value"], first["n"], first["period"], first["since"]) == (
        "fires",
        32400,
        6,
        "2026-01-12",
        None,
    )
    assert (second["state"], second["sentence"]) == ("unjudged", "There is no data for this yet.")
    status, _out, err = run("alerts", "--check", "--send-to", inbox.address)
    assert status == 0
    assert "Too slow: Week 3, 2026: First response time 9 h (n = 6), above 4 h.\n  json://me:****@127.0.0.1" in err
    assert ": sent\n" in err
    assert run("alerts", "--check", "--send-to", inbox.address)[2] == ""
    monkeypatch.setenv("CX_SEND_TO", inbox.address)
    _status, _out, err = run("import", file(weeks(1, first=2), "more.csv"), "--as", "tickets")
    assert "Too slow: Week 4, 2026" in err
    assert inbox.titles == ["Alert: Too slow", "Cleared: Too slow"]
    log = as_json(run("alerts", "--log", "--format", "json"))
    assert [(row["name"], row["what"]) for row in log if row["name"] == "Too slow" and row["to"] is None] == [
        ("Too slow", "fires"), ("Too slow", "quiet"),
    ]  # fmt: skip
    assert SECRET not in f"{log} {err}"
    assert [row["id"] for row in as_json(run("alerts", "--remove", 1, "--format", "json"))] == [2]


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["--add", "X", "--metric", "nps"], 1, "needs --metric and one of"),
        (["--add", "X", "--metric", "nsp", "--above", "3"], 2, 'Did you mean "nps"'),
        (["--add", "X", "--metric", "nps", "--above", "lots"], 1, "Write it like 35"),
        (["--add", "X", "--metric", "nps", "--above", "3", "--team", "Nord"], 2, 'Did you mean "Noord"'),
        (["--add", "X", "--metric", "nps", "--above", "3", "--below", "1"], 2, "not allowed with"),
        (["--metric", "nps"], 2, "belong to --add"),
        (["--send-to", "json://host"], 2, "belongs to --check"),
        (["--remove", "9"], 1, "no alert 9"),
    ],
)  # fmt: skip
def test_alerts_that_cannot_be_are_sentences(run, file, arguments, status, said):
    run("import", file(weeks(1)), "--as", "tickets")
    found = run("alerts", *arguments)
    assert found[0] == status
    assert said in found[2]


def test_a_check_of_which_nothing_arrives_fails(run, file, nowhere, monkeypatch):
    monkeypatch.setattr(sending, "PAUSES", (0.01,))
    monkeypatch.setattr(alerting.check, "__kwdefaults__", {"pauses": (0.01,), "sleep": lambda _: None})
    run("alerts", "--add", "Busy", "--metric", "tickets_created", "--above", "3")
    monkeypatch.setenv("CX_SEND_TO", nowhere)
    status, _out, err = run("import", file(weeks(1)), "--as", "tickets")
    assert status == 0  # the import went in
    assert "not sent, tried 2 times. It could not be reached" in err
    status, _out, err = run("alerts", "--check")
    assert (status, SECRET in err) == (1, False)


def test_a_watched_folder_checks_after_what_went_in(run, tmp_path, inbox, monkeypatch):
    monkeypatch.setenv("CX_SEND_TO", inbox.address)
    run("alerts", "--add", "Too slow", "--metric", "first_response_time", "--above", "4")
    (tmp_path / "drop").mkdir()
    (tmp_path / "drop" / "tickets.csv").write_text(weeks(9))
    run("watch", tmp_path / "drop", "--once", "--every", "0.01")
    assert inbox.titles == ["Alert: Too slow"]


# --- reports that are sent ------------------------------------------------------------------------------------------------


def test_a_report_is_sent_with_or_without_a_file_of_its_own(sample_cli, inbox, tmp_path):
    status, out, err = sample_cli(
        "report", "--page", "sla", "--send", "--send-to", inbox.address, "--subject", "Monday"
    )
    assert (status, out) == (0, "")
    assert err.endswith(": sent\n")
    (message,) = inbox.messages
    assert message["title"] == "Monday"
    assert message["attachments"][0]["filename"] == "sla.pdf"
    sheet = tmp_path / "week.xlsx"
    status, out, _err = sample_cli("report", "--page", "sla", "--out", sheet, "--send", "--send-to", inbox.address)
    assert (status, out) == (0, f"{sheet}\n")
    assert inbox.messages[1]["attachments"][0]["filename"] == "week.xlsx"
    assert inbox.messages[1]["title"] == "SLA: Nov 2025 – Oct 2026"


def test_a_report_that_reaches_nobody_fails_and_is_kept(sample_cli, nowhere, tmp_path, monkeypatch):
    monkeypatch.setattr(sending.send, "__kwdefaults__", {"pauses": (), "sleep": lambda _: None})
    status, out, err = sample_cli(
        "report", "--page", "sla", "--out", tmp_path / "r.xlsx", "--send", "--send-to", nowhere
    )
    assert (status, out) == (1, f"{tmp_path / 'r.xlsx'}\n")
    assert "not sent. It could not be reached" in err
    assert SECRET not in err
    assert SECRET.encode() not in (tmp_path / "r.xlsx").read_bytes()


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        ([], 2, "needs --out FILE, or --send"),
        (["--out", "r.pdf", "--send-to", "json://host"], 2, "belong to --send"),
        (["--send"], 1, "nowhere to send to"),
    ],
)
def test_reports_that_cannot_be_sent(sample_cli, options, status, said):
    found = sample_cli("report", "--page", "sla", *options)
    assert found[0] == status
    assert said in found[2]


def test_a_report_is_made_while_the_dashboard_has_the_database(sample_path, tmp_path, inbox):
    """From a copy of how it stands: a program of its own holds the database meanwhile."""
    import shutil
    import subprocess
    import sys

    path = tmp_path / "cx.duckdb"
    shutil.copy(sample_path, path)
    command = [sys.executable, "-m", "cxdata", "report", "--page", "sla", "--send", "--db", str(path)]
    with Store(path) as held:
        save_send_to(held, [inbox.address])  # in the log of the database, not yet in its file
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, inbox.titles) == (0, ["SLA: Nov 2025 – Oct 2026"]), ended.stderr
    assert "Traceback" not in ended.stderr
