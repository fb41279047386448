"""`alerts`: added, listed, checked, sent and removed."""

from __future__ import annotations

import pytest

from cxdata import alerting, sending
from tests.commands.conftest import as_json
from tests.conftest import SECRET
from tests.test_alerts import weeks


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
