"""`events`: added, listed, removed, and read before and after."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tests.commands.conftest import TICKETS, as_json


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
