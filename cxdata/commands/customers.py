"""`customers`: who is at risk, why, and what is at stake, as on the Customers page."""

from __future__ import annotations

import argparse
from typing import Any

from cxdata import formats
from cxdata.care import people, rules, scoring
from cxdata.care.people import RANKINGS, Wanted
from cxdata.commands.base import DONE, Command, check_values, filter_options, filter_values, format_option, opened
from cxdata.commands.output import print_csv, print_json, print_table
from cxdata.engine import DuckDBEngine
from cxdata.filters import Filters

COLUMNS = ("customer_id", "name", "team", "segment", "started_on", "chance", "points", "value_year", "stake", "reasons")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--ranking", choices=list(RANKINGS), help="whose chances; standard: what did better on the past"
    )
    parser.add_argument("--order", default="stake", choices=list(people.ORDERS))
    parser.add_argument("--search", default="", metavar="TEXT", help="in number, name or e-mail address")
    parser.add_argument("--limit", type=int, default=25, metavar="N", help="how many (standard 25)")
    filter_options(parser)
    format_option(parser)


def run(given: argparse.Namespace) -> int:
    with opened(given) as store:
        values = filter_values(given)
        check_values(DuckDBEngine(store), values)
        filters = Filters(values=values)
        filters.check("customer_facts", "customers")
        learned = scoring.ensure(store)
        ranking = given.ranking or learned.better
        in_force = rules.rules(store.settings())
        _total, found = people.page(
            store, Wanted(filters, given.search, ranking, given.order), limit=max(given.limit, 1)
        )
        rows = [_row(row, ranking, in_force) for row in found]
    if given.format == "json":
        print_json(rows)
    elif given.format == "csv":
        print_csv([{**row, "reasons": "; ".join(row["reasons"])} for row in rows], list(COLUMNS))
    else:
        print_table([_worded(row) for row in rows])
    return DONE


def _row(row: dict[str, Any], ranking: str, in_force: tuple[rules.Rule, ...]) -> dict[str, Any]:
    why = [one.text for one in people.reasons(row, ranking, in_force)]
    made = {name: row[name] for name in ("customer_id", "name", "team", "segment")}
    return {
        **made,
        "started_on": row["started_on"].isoformat(),
        "chance": row["chance"],
        "points": row["score"],
        "value_year": row["value_year"],
        "stake": row["stake"],
        "reasons": why,
    }


def _worded(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "customer": row["customer_id"],
        "name": row["name"] or "",
        "chance": formats.value(row["chance"], "share"),
        "points": formats.decimal(row["points"], 0),
        "value a year": formats.value(row["value_year"], "money"),
        "at stake": formats.value(row["stake"], "money"),
        "reasons": "; ".join(row["reasons"]),
    }


CUSTOMERS = Command("customers", "who is at risk and why", arguments, run)
