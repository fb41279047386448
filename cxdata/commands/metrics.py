"""`metrics`: numbers, as on the pages."""

from __future__ import annotations

import argparse
from typing import Any

from cxdata import formats, queries, questions
from cxdata.commands.base import (
    DONE,
    Command,
    check_values,
    day,
    filter_options,
    filter_values,
    format_option,
    moment,
    opened,
)
from cxdata.commands.output import plain, print_csv, print_json, print_table
from cxdata.engine import DuckDBEngine
from cxdata.errors import CxError
from cxdata.filters import Filters, Period
from cxdata.metrics import ALL, metric
from cxdata.questions import Answer, Query
from cxdata.settings import CLOCKS


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="+", metavar="NAME", help=f"one of: {', '.join(entry.name for entry in ALL)}")
    parser.add_argument("--grain", default="total", choices=list(questions.ALL_GRAINS))
    parser.add_argument("--by", default="", metavar="DIM,...")
    parser.add_argument("--from", dest="start", type=day, metavar="DATE", help="first day")
    parser.add_argument("--to", dest="end", type=day, metavar="DATE", help="the day after the last")
    filter_options(parser)
    parser.add_argument("--clock", choices=list(CLOCKS))
    parser.add_argument("--as-of", metavar="DATETIME", help="read open clocks at this instant")
    format_option(parser)


def run(given: argparse.Namespace) -> int:
    for name in given.names:
        metric(name)
    with opened(given) as store:
        when = moment(store, given.as_of)
        engine = DuckDBEngine(store)
        values = filter_values(given)
        check_values(engine, values)
        filters = Filters(Period(given.start, given.end), values, given.clock or store.settings().clock)
        by = tuple(name.strip() for name in given.by.split(",") if name.strip())
        query = Query(tuple(given.names), given.grain, by, filters)
        for name in query.metrics:
            unknown = filters.ignored(metric(name).table)
            if unknown:
                raise CxError(
                    "{metric} cannot be filtered by {names}: its rows do not have it.",
                    metric=name,
                    names=", ".join(unknown),
                )
        answer = queries.ask(engine, query, when)
    _print_answer(answer, given.format)
    return DONE


def _print_answer(answer: Answer, form: str) -> None:
    rows = _rows(answer)
    if form == "json":
        print_json(rows)
    elif form == "csv":
        print_csv(rows, ["metric", "period"])
    else:
        print_table([_worded(row) for row in rows])


def _rows(answer: Answer) -> list[dict[str, Any]]:
    """The rows of an answer as plain values: durations in seconds, shares as 0–1, nothing measured as None."""
    extra = [name for name in ("month",) if name in answer.rows.columns]
    rows = []
    for row in answer.rows.to_dict("records"):
        made = {"metric": row["metric"], "period": row["period"].isoformat() if row["period"] else None}
        made.update({name: plain(row[name]) for name in (*answer.query.by, *extra)})
        made.update({name: plain(row[name]) for name in ("value", "n", "low", "high")})
        made.update(partial=bool(row["partial"]), unit=metric(row["metric"]).unit)
        rows.append(made)
    return rows


def _worded(row: dict[str, Any]) -> dict[str, Any]:
    entry = metric(row["metric"])
    words = {name: formats.value(row[name], entry.unit) for name in ("value", "low", "high")}
    return {
        **{name: row[name] for name in row if name != "unit"},
        **words,
        "partial": "partial" if row["partial"] else "",
    }


METRICS = Command("metrics", "numbers, as on the pages", arguments, run)
