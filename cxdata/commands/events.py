"""`events`: what happened, adding and removing it, and every metric before and after it."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from cxdata import before_after, formats, queries
from cxdata.commands.base import DONE, Command, day, format_option, moment, opened, user, wrong_usage
from cxdata.commands.output import print_rows
from cxdata.engine import DuckDBEngine
from cxdata.events import EVENT_KINDS, check_team, event
from cxdata.metrics import metric
from cxdata.store import Store


def arguments(parser: argparse.ArgumentParser) -> None:
    done = parser.add_mutually_exclusive_group()
    done.add_argument("--add", metavar="NAME", help="keep an event of this name; needs --on")
    done.add_argument("--remove", type=int, metavar="ID", help="take this event off the list")
    done.add_argument("--reading", type=int, metavar="ID", help="every metric before and after this event")
    parser.add_argument("--on", type=day, metavar="DATE", help="the day, or the first day")
    parser.add_argument("--until", type=day, metavar="DATE", help="the last day")
    parser.add_argument("--team", metavar="T", help="the team it concerns; without it everybody")
    parser.add_argument("--kind", choices=list(EVENT_KINDS), default="other")
    parser.add_argument("--note", default="", metavar="TEXT")
    format_option(parser)


def run(given: argparse.Namespace) -> int:
    if given.add is None and any((given.on, given.until, given.team, given.note)):
        return wrong_usage("--on, --until, --team and --note belong to --add NAME.")
    with opened(given, must_exist=given.add is None) as store:
        engine = DuckDBEngine(store)
        if given.reading is not None:
            rows = _reading(store, engine, given.reading)
            print_rows([_reading_words(row) for row in rows] if given.format == "table" else rows, given.format)
            return DONE
        if given.add is not None:
            made = event(given.add, given.on, kind=given.kind, end=given.until, team=given.team, note=given.note)
            check_team(made.team, queries.distinct_values(engine, "team"))
            store.save_event(made, user())
        if given.remove is not None:
            store.remove_event(given.remove, user())
        rows = [
            {
                "id": kept.event.id,
                "name": kept.event.name,
                "kind": kept.event.kind,
                "start": kept.event.start,
                "end": kept.event.end,
                "team": kept.event.team,
                "note": kept.event.note,
                "saved_at": kept.saved_at,
                "saved_by": kept.saved_by,
            }
            for kept in store.events()
        ]
    print_rows(rows, given.format)
    return DONE


def _reading(store: Store, engine: DuckDBEngine, number: int) -> list[dict[str, Any]]:
    """Before and after an event; what makes it less sure goes to standard error."""
    when = moment(store)
    found = before_after.reading(engine, store.one_event(number), [kept.event for kept in store.events()], when)
    for text in (*map(before_after.sentence, found.parts), *found.unread, *found.warnings):
        print(text, file=sys.stderr)
    return before_after.rows(found)


def _reading_words(row: dict[str, Any]) -> dict[str, Any]:
    entry = metric(row["metric"])
    return {
        "metric": entry.name,
        **{name: formats.value(row[name], entry.unit) for name in ("before", "after")},
        "change": formats.NONE if row["change"] is None else formats.change(row["change"], entry.unit, entry.is_rate),
        **{
            name: formats.NONE if row[name] is None else formats.difference(row[name], entry.unit)
            for name in ("difference_low", "difference_high")
        },
        **{name: row[name] for name in ("n_before", "n_after", "verdict")},
    }


EVENTS = Command("events", "list what happened, add or remove an event, or read before and after one", arguments, run)
