"""`goals`: where each stands and where it goes; bringing goals in from a table, and taking them along."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from typing import Any

from cxdata import formats, goal_calendar, goal_files, goal_overview, goal_records, goals
from cxdata.commands.base import (
    DONE,
    NOTHING_DONE,
    Command,
    check_values,
    format_option,
    moment,
    opened,
    user,
    wrong_usage,
)
from cxdata.commands.output import plain, print_csv, print_json, print_table
from cxdata.engine import DuckDBEngine
from cxdata.errors import CxError, UnknownName
from cxdata.filters import FILTERS
from cxdata.goal_files import CHANGED, NEW, REFUSED, UNCHANGED
from cxdata.goal_overview import Followed
from cxdata.goal_progress import STATUS_WORDS
from cxdata.i18n import LANGUAGES, N_, set_language
from cxdata.questions import Moment
from cxdata.store import Store

SUFFIXES = (".csv", ".ics")
NAMES = (
    "id", "metric", *(entry.name for entry in FILTERS), "kind", "grain", "baseline", "current", "period", "n", "target",
    "start", "deadline", "status", "progress", "expected", "wanted", "forecast", "forecast_low", "forecast_high",
    "confidence", "checked_on", "owner", "next_review", "next_action", "objective", "part_of", "unit", "sentence",
)  # fmt: skip


def arguments(parser: argparse.ArgumentParser) -> None:
    done = parser.add_mutually_exclusive_group()
    done.add_argument("--import", dest="file", type=Path, metavar="FILE", help="bring in the goals of this CSV")
    done.add_argument(
        "--export", type=Path, metavar="FILE", help="write all goals: goals.csv, or their days as goals.ics"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what --import would do, and keep nothing")
    parser.add_argument(
        "--date-order", choices=["dmy", "mdy", "ymd"], help="of the dates in the file, where it does not show"
    )
    parser.add_argument("--team", action="append", default=[], metavar="T", help="only goals of this team")
    parser.add_argument("--status", action="append", default=[], choices=list(STATUS_WORDS))
    parser.add_argument("--lang", choices=list(LANGUAGES), help="default: that of the settings")
    parser.add_argument("--as-of", metavar="DATETIME", help="where they stood at this instant")
    format_option(parser)


def run(given: argparse.Namespace) -> int:
    if given.file is None and (given.dry_run or given.date_order):
        return wrong_usage("--dry-run and --date-order belong to --import FILE.")
    if (given.file or given.export) and (given.team or given.status):
        return wrong_usage("--team and --status do not go with --import and --export, which are about all goals.")
    with opened(given) as store:
        set_language(given.lang or store.settings().language)
        when = moment(store, given.as_of)
        if given.file is not None:
            return _brought_in(store, when, given)
        if given.export is not None:
            return _written(store, when, given.export)
        engine = DuckDBEngine(store)
        if given.team:
            check_values(engine, {"team": tuple(given.team)})
        found = goal_overview.overview(store, engine, when, given.team)
    found = tuple(one for one in found if one.standing.status in (given.status or STATUS_WORDS))
    rows = [_row(one) for one in found]
    if given.format == "json":
        print_json(rows)
    elif given.format == "csv":
        print_csv(rows, list(NAMES))
    else:
        print_table([_worded(one, row) for one, row in zip(found, rows, strict=True)])
    return DONE


def _row(one: Followed) -> dict[str, Any]:
    """A goal with where it stands as plain values: durations in seconds, shares as 0–1, days as ISO text."""
    goal, at, found, ahead = one.goal, one.standing.found.measured, one.standing.found, one.standing.ahead
    return {
        "id": goal.id,
        "metric": goal.metric,
        **{entry.name: " | ".join(goal.values.get(entry.name, ())) or None for entry in FILTERS},
        "kind": goal.kind,
        "grain": goal.grain,
        "baseline": plain(goal.baseline),
        "current": plain(at.value) if at else None,
        "period": at.start.isoformat() if at else None,
        "n": at.n if at else None,
        "target": plain(goal.target),
        "start": goal.start and goal.start.isoformat(),
        "deadline": goal.deadline and goal.deadline.isoformat(),
        "status": found.status,
        "progress": plain(found.progress),
        "expected": plain(found.expected),
        "wanted": plain(found.wanted),
        "forecast": plain(ahead.value) if ahead else None,
        "forecast_low": plain(ahead.low) if ahead else None,
        "forecast_high": plain(ahead.high) if ahead else None,
        "confidence": one.sure and one.sure.confidence,
        "checked_on": one.sure and one.sure.day.isoformat(),
        "owner": goal.owner or None,
        "next_review": one.review and one.review.isoformat(),
        "next_action": one.to_do[0].what if one.to_do else None,
        "objective": goal.objective or None,
        "part_of": goal.part_of or None,
        "unit": goal.entry.unit,
        "sentence": goals.sentence(goal),
    }


def _worded(one: Followed, row: dict[str, Any]) -> dict[str, Any]:
    unit = one.goal.entry.unit
    ahead = one.standing.ahead
    share = {
        name: formats.percent(row[name], 0) if row[name] is not None else None for name in ("progress", "expected")
    }
    return {
        "id": row["id"],
        "goal": goals.name(one.goal),
        "status": row["status"],
        "baseline": formats.value(one.goal.baseline, unit),
        "current": formats.value(math.nan if row["current"] is None else row["current"], unit),
        "target": formats.value(one.goal.target, unit),
        "deadline": row["deadline"],
        **share,
        "forecast": formats.value(ahead.value, unit) if ahead else None,
        "confidence": row["confidence"],
        "owner": row["owner"],
        "next_review": row["next_review"],
    }


def _brought_in(store: Store, when: Moment, given: argparse.Namespace) -> int:
    """Say of each row what comes of it, and keep what can be kept."""
    plan = goal_files.planned(store, DuckDBEngine(store), given.file, when, date_order=given.date_order)
    kept = () if given.dry_run else goal_files.keep(store, plan, user())
    saved = iter(kept)
    rows = []
    for one in plan.rows:
        goal = next(saved) if kept and one.what in (NEW, CHANGED) else one.goal
        rows.append(
            {
                "line": one.line,
                "what": one.what,
                "id": (goal.id or None) if goal else None,
                "goal": goals.sentence(goal) if goal else None,
                "remark": " ".join(map(str, one.remarks)),
            }
        )
    if given.format == "table":
        print_table([{name: row[name] for name in row if name != "remark"} for row in rows])
    elif given.format == "csv":
        print_csv(rows, ["line", "what", "id", "goal", "remark"])
    else:
        print_json(rows)
    for remark in (*map(str, plan.remarks), *(said for one in plan.rows if (said := goal_files.remark(one)))):
        print(remark, file=sys.stderr)
    print(plan.sentence, file=sys.stderr)
    return NOTHING_DONE if plan.count(REFUSED) and not any(map(plan.count, (NEW, CHANGED, UNCHANGED))) else DONE


def _written(store: Store, when: Moment, file: Path) -> int:
    """Write the goals, or their days."""
    suffix = file.suffix.casefold()
    if suffix not in SUFFIXES:
        raise UnknownName(N_("kind of file"), file.suffix, SUFFIXES)
    kept = [one.goal for one in goal_records.goals(store)]
    made = goal_files.to_csv(kept) if suffix == ".csv" else goal_calendar.to_ics(store, when)
    try:
        file.write_bytes(made)
    except OSError as error:
        raise CxError("{path} cannot be written: {reason}.", path=file, reason=error.strerror or error) from None
    print(file)
    return DONE


GOALS = Command("goals", "list the goals and where they stand, or bring them in and take them along", arguments, run)
