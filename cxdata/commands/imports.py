"""`imports`: the list of imports, and undoing or redoing one."""

from __future__ import annotations

import argparse
from typing import Any

from cxdata import alerting
from cxdata.commands.base import DONE, Command, opened
from cxdata.commands.output import print_json, print_table, say_alerts
from cxdata.errors import Note


def arguments(parser: argparse.ArgumentParser) -> None:
    changed = parser.add_mutually_exclusive_group()
    changed.add_argument("--undo", type=int, metavar="ID", help="take this import back")
    changed.add_argument("--redo", type=int, metavar="ID", help="put an import that was undone back in its place")
    parser.add_argument("--json", action="store_true")


def run(given: argparse.Namespace) -> int:
    with opened(given) as store:
        for number, change, said in (
            (given.undo, store.undo, "undone"),
            (given.redo, store.redo, "back in its place"),
        ):
            if number is not None:
                with alerting.following(store, say_alerts):
                    row = change(number)
                if not given.json:
                    print(f"Import {number} ({row['file_name']}) is {said}.")
                    return DONE
        rows = [_as_json(row) for row in store.imports()]
    if given.json:
        print_json(rows)
    else:
        print_table([{name: row[name] for name in row if name != "warnings"} for row in rows])
    return DONE


def _as_json(row: dict[str, Any]) -> dict[str, Any]:
    outcome = row["outcome"]
    return {
        "import_id": row["import_id"],
        "imported_at": row["imported_at"],
        "file": row["file_name"],
        "source": row["source"],
        "kind": row["kind"],
        **{name: outcome[name] for name in ("rows", "new", "changed", "unchanged", "rejected")},
        "left_out": sum(outcome["left_out"].values()),
        "warnings": [str(Note(*entry)) for entry in outcome["notes"]],
        "undone_at": row["undone_at"],
        "imported_by": row["imported_by"],
    }


IMPORTS = Command("imports", "list the imports, or undo or redo one", arguments, run)
