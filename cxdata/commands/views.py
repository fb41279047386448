"""`views`: the saved views, and taking one off the list."""

from __future__ import annotations

import argparse

from cxdata import views
from cxdata.commands.base import DONE, Command, format_option, opened, user
from cxdata.commands.output import print_rows


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--remove", metavar="NAME", help="take this view off the list")
    format_option(parser)


def run(given: argparse.Namespace) -> int:
    with opened(given) as store:
        if given.remove is not None:
            store.remove_view(given.remove, user())
        rows = [
            {
                "name": kept.view.name,
                "page": kept.view.page,
                "choices": dict(kept.view.choices) if given.format == "json" else views.link_text(kept.view.choices),
                "start": kept.view.is_start,
                "saved_at": kept.saved_at,
                "saved_by": kept.saved_by,
            }
            for kept in store.views()
        ]
    print_rows(
        [{**row, "start": "start" if row["start"] else ""} for row in rows] if given.format == "table" else rows,
        given.format,
    )
    return DONE


VIEWS = Command("views", "list the saved views, or remove one", arguments, run)
