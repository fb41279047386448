"""`person`, `erase` and `import --pseudonymise`."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace

import pytest

from cxdata import erasing
from cxdata.store import Store
from tests.commands.conftest import as_json
from tests.test_erasing import CUSTOMERS, EMAIL, NAME, NUMBER, PURCHASES, SURVEYS, TICKETS
from tests.test_erasing import left as left_in

HELD = {"tickets": 2, "surveys": 2, "customers": 1, "purchases": 1, "rejects": 1, "files": 4}


def left(store: Store, *words: str) -> list[str]:
    """The words that are left, once the files that were imported are gone."""
    for path in store.path.parent.glob("*.csv"):
        path.unlink()
    return left_in(store, words) if words else left_in(store)


@pytest.fixture
def imported(run, file, db):
    run("import", file(CUSTOMERS, "klanten.csv"))
    run("import", file(TICKETS, "tickets.csv"), "--as", "tickets")
    run("import", file(SURVEYS, "enquete.csv"), "--as", "surveys")
    run("import", file(PURCHASES, "aankopen.csv"), "--as", "purchases")
    return db


def test_a_person_gets_every_version_of_every_row_and_the_rest(run, imported, tmp_path):
    out = tmp_path / "persoon.zip"
    status, said, _err = run("person", NUMBER, "--out", out)
    assert status == 0
    assert [line.split()[:2] for line in said.splitlines()[:4]] == [
        ["2", "tickets"],
        ["2", "surveys"],
        ["1", "customers"],
        ["1", "purchases"],
    ]
    with zipfile.ZipFile(out) as made:
        assert sorted(made.namelist()) == [
            "READ ME.txt",
            "customers.csv",
            "other.json",
            "purchases.csv",
            "surveys.csv",
            "tickets.csv",
        ]
        tickets = list(csv.DictReader(io.StringIO(made.read("tickets.csv").decode("utf-8-sig"))))
        assert [(row["ticket_id"], row["file"], row["customer_name"], row["subject"]) for row in tickets] == [
            ("1", "tickets.csv", NAME, "Mijn adres"), ("3", "tickets.csv", NAME, "Zonder nummer"),
        ]  # fmt: skip
        other = json.loads(made.read("other.json"))
        assert "Ticket number" in made.read("READ ME.txt").decode()
    assert other["files"] == ["aankopen.csv", "enquete.csv", "klanten.csv", "tickets.csv"]
    assert [(row["line"], row["cells"]["ticket_id"], row["cells"]["subject"]) for row in other["rejected_rows"]] == [
        (5, "12", "Kapot")
    ]


def test_everything_in_one_json_without_agents_where_they_are_in_groups(run, imported, file, tmp_path):
    run(
        "import",
        file(f"ticket_id,created_at,customer_id,agent\n9,2026-03-09 10:00,{NUMBER},Kim\n", "meer.csv"),
        "--as",
        "tickets",
    )
    out = tmp_path / "persoon.json"
    assert run("person", EMAIL, "--out", out)[0] == 0
    assert [row.get("agent") for row in json.loads(out.read_text())["rows"]["tickets"]] == [None, None, "Kim"]
    with Store(imported) as store:
        store.save_settings(replace(store.settings(), agents="in_groups"))
    assert run("person", EMAIL, "--out", out)[0] == 0
    assert "Kim" not in out.read_text()
    assert as_json(run("person", NAME, "--json")) == [HELD | {"tickets": 3, "files": 5}]


def test_a_file_of_another_kind_and_one_that_cannot_be_written_are_sentences(run, imported, tmp_path):
    assert run("person", NUMBER, "--out", tmp_path / "p.csv")[::2] == (
        1, '"p.csv" has to end in .zip (tables and a text) or in .json (everything in one).\n',
    )  # fmt: skip
    status, _out, err = run("person", NUMBER, "--out", tmp_path / "no" / "p.zip")
    assert (status, "cannot be written" in err) == (1, True)


def test_erasing_says_what_it_changes_and_wants_a_word(run, imported, monkeypatch):
    assert as_json(run("erase", NUMBER, "--dry-run", "--json")) == [HELD]
    status, said, err = run("erase", NUMBER)
    assert (status, "2  tickets" in said, err.splitlines()) == (
        2, True, ["This cannot be taken back. Add --yes to do it without being asked.", "Nothing was changed."],
    )  # fmt: skip
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _text: "no")
    assert run("erase", NUMBER)[::2] == (1, "Nothing was changed.\n")
    with Store(imported) as store:
        assert NAME in left(store)
    monkeypatch.setattr("builtins.input", lambda _text: "erase")
    status, said, _err = run("erase", NUMBER)
    assert status == 0
    assert [f"  not reached: {text}" for text in erasing.OUT_OF_REACH] == said.splitlines()[-4:]
    with Store(imported) as store:
        assert left(store) == []
    assert run("erase", NUMBER, "--yes")[::2] == (
        1, "Nobody is found under what you typed. Give the customer number, the e-mail address or the whole name, as in the files.\n",
    )  # fmt: skip
    ((entry),) = as_json(run("erase", "--log", "--json"))
    assert {name: entry[name] for name in HELD} == HELD
    assert run("erase", "--log")[1].startswith("1  20")


def test_erasing_as_json_and_what_does_not_go_together(run, imported):
    assert run("erase")[::2] == (2, "Say whom to erase, or --log, or --new-key.\n")
    assert run("erase", NUMBER, "--log")[0] == 2
    (done,) = as_json(run("erase", NUMBER, "--yes", "--json"))
    assert {name: done[name] for name in HELD} == HELD
    assert run("erase", "--log")[0] == 0


def test_a_lost_key_is_said_and_a_new_one_begins(run, imported, file, db):
    run("erase", NUMBER, "--yes")
    db.with_name("cx.key").unlink()
    assert "The key of this database is not at" in run("import", file(TICKETS, "t.csv"), "--as", "tickets")[2]
    assert run("erase", "--new-key")[0] == 0
    assert run("import", file(TICKETS, "t.csv"), "--as", "tickets")[0] == 0


def test_pseudonyms_are_a_choice_of_an_import(run, file, db):
    (outcome,) = as_json(run("import", file(CUSTOMERS, "klanten.csv"), "--pseudonymise", "--json"))
    assert "Names and e-mail addresses became pseudonyms, and the file itself is not kept." in outcome["warnings"]
    with Store(db) as store:
        assert left(store, NAME, EMAIL) == []
        store.save_settings(replace(store.settings(), pseudonymise=True))
    (outcome,) = as_json(run("import", file(CUSTOMERS, "klanten.csv"), "--no-pseudonymise", "--json"))
    assert outcome["changed"] == 3


def test_nothing_is_split_by_agent_where_they_are_in_groups(run, imported):
    assert run("metrics", "nps", "--by", "agent")[0] == 0
    with Store(imported) as store:
        store.save_settings(replace(store.settings(), agents="in_groups"))
    assert run("metrics", "nps", "--by", "agent") == (
        1, "", "Agents are looked at in groups only: nothing is split by agent. The settings on privacy say so.\n",
    )  # fmt: skip
