"""`report`: of a view, sent, and while the dashboard has the database."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from cxdata import sending
from cxdata.alert_records import save_send_to
from cxdata.store import Store
from cxdata.views import SavedView
from tests.commands.conftest import TICKETS, save
from tests.conftest import SECRET


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
    path = tmp_path / "cx.duckdb"
    shutil.copy(sample_path, path)
    command = [sys.executable, "-m", "cxdata", "report", "--page", "sla", "--send", "--db", str(path)]
    with Store(path) as held:
        save_send_to(held, [inbox.address])  # in the log of the database, not yet in its file
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, inbox.titles) == (0, ["SLA: Nov 2025 – Oct 2026"]), ended.stderr
    assert "Traceback" not in ended.stderr
