"""`rejects`: the rows of an import that were rejected."""

from __future__ import annotations

import csv
import io

from tests.commands.conftest import TICKETS


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
