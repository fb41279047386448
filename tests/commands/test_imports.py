"""`imports`: the list, undo and redo."""

from __future__ import annotations

from tests.commands.conftest import IMPORTED, TICKETS, as_json


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
