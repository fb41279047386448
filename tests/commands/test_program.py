"""The command line as a whole: as a program of its own, its help, and no database."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

from cxdata.commands import COMMANDS
from cxdata.sample import FOLDER
from cxdata.store import Store
from tests.commands.conftest import TICKETS, as_json


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
    for command in COMMANDS:
        assert re.search(rf"^    {command.name}\s", out, re.MULTILINE)
        assert run(command.name, "--help")[0] == 0
