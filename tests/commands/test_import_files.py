"""`import`: its options, what it says of files, folders, archives and standard input, and its JSON."""

from __future__ import annotations

import gzip
import io
import json
import sys

import pytest

from cxdata.store import Store
from tests.commands.conftest import IMPORTED, TICKETS, US, as_json
from tests.test_containers import archive, book


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


def test_what_was_chosen_before_holds_until_it_is_left_out(run, file):
    odd = file("nr,wanneer\n1,01-02-2026 10:00\n", "odd.csv")
    assert run("import", odd)[0] == 1
    assert run("import", odd, "--as", "tickets", "--map", "ticket_id=nr", "--map", "created_at=wanneer")[0] == 0
    status, out, _ = run("import", odd, "--dry-run")
    assert (status, "Read with what was chosen for an earlier file" in out) == (0, True)
    assert "  date order: dmy (" in out
    assert run("import", odd, "--afresh")[0] == 1
