"""The command line: the same imports and numbers as the pages, for scripts and nightly jobs.

Exit status: 0 done, 1 nothing could be done, 2 wrong usage. Answers go to standard output, remarks to standard error.
"""

from __future__ import annotations

import argparse
import csv
import getpass
import json
import math
import os
import re
import shutil
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any

from cxdata import (
    alert_records,
    alerting,
    alerts,
    before_after,
    downloads,
    formats,
    queries,
    questions,
    reports,
    selection,
    sending,
    views,
    watching,
)
from cxdata.alerting import Checked
from cxdata.alerts import ALERT_GRAINS, FIRES
from cxdata.boards import BOARDS, Board, board
from cxdata.engine import DuckDBEngine
from cxdata.errors import CxError, Note, UnknownName
from cxdata.events import EVENT_KINDS, check_team, event
from cxdata.filters import FILTERS, NOTHING, Filters, Period
from cxdata.i18n import LANGUAGES, N_, set_language
from cxdata.importing import Outcome, write_left_out
from cxdata.metrics import ALL, metric
from cxdata.questions import Query
from cxdata.rejects import write_rejects
from cxdata.sample import import_sample
from cxdata.schema import KINDS, SCORES
from cxdata.selection import Chosen
from cxdata.sending import Delivery, Message
from cxdata.settings import CLOCKS, parse_instant
from cxdata.store import InUse, Store, copied
from cxdata.understanding import Choices
from cxdata.views import SavedView
from cxdata.watching import Failure, Watch

DEFAULT_DATABASE = Path("data/cx.duckdb")
STANDARD_INPUT = "standard input"
DONE, NOTHING_DONE, WRONG_USAGE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        return int(given.run(given))
    except UnknownName as error:
        print(error, file=sys.stderr)
        return WRONG_USAGE
    except CxError as error:
        print(error, file=sys.stderr)
        return NOTHING_DONE
    except BrokenPipeError:
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cxdata", description="Imports and numbers of CX Dashboard.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _import_parser(commands)
    _metrics_parser(commands)
    _report_parser(commands)
    saved = commands.add_parser("views", help="list the saved views, or remove one")
    saved.add_argument("--remove", metavar="NAME", help="take this view off the list")
    saved.add_argument("--format", default="table", choices=["table", "csv", "json"])
    saved.set_defaults(run=_views)
    listed = commands.add_parser("imports", help="list the imports, or undo or redo one")
    changed = listed.add_mutually_exclusive_group()
    changed.add_argument("--undo", type=int, metavar="ID", help="take this import back")
    changed.add_argument("--redo", type=int, metavar="ID", help="put an import that was undone back in its place")
    listed.add_argument("--json", action="store_true")
    listed.set_defaults(run=_imports)
    rejects = commands.add_parser("rejects", help="the rejected rows of an import as CSV, with a column reason")
    rejects.add_argument("id", type=int, metavar="ID")
    rejects.add_argument("--left-out", action="store_true", help="the rows that were left out by rule instead")
    rejects.set_defaults(run=_rejects)
    _events_parser(commands)
    _alerts_parser(commands)
    sample = commands.add_parser("sample", help="import the sample data")
    sample.set_defaults(run=_sample)
    for command in commands.choices.values():
        command.add_argument("--db", type=Path, metavar="PATH", help="the database (CX_DATABASE, or data/cx.duckdb)")
    return parser


def _import_parser(commands: Any) -> None:
    parser = commands.add_parser("import", help="import exports")
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="a file, a folder with files, or - for standard input"
    )
    _choice_options(parser)
    parser.add_argument("--dry-run", action="store_true", help="say what would happen and keep nothing")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=_import)
    watch = commands.add_parser("watch", help="import what appears in a folder")
    watch.add_argument("folder", type=Path, metavar="FOLDER")
    watch.add_argument("--every", type=_seconds, default=10.0, metavar="SECONDS", help="between two looks (10)")
    watch.add_argument("--once", action="store_true", help="import what is there, and stop")
    _choice_options(watch)
    watch.add_argument("--json", action="store_true", help="an object a line")
    watch.set_defaults(run=_watch)


def _choice_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--as", dest="kind", choices=[kind.name for kind in KINDS], help="what the files hold")
    parser.add_argument("--source", metavar="NAME", help="the tool that wrote the files")
    parser.add_argument("--sheet", metavar="NAME", help="the sheet of a workbook, or the file in an archive")
    parser.add_argument("--timezone", metavar="ZONE", help="the zone of times without one")
    parser.add_argument("--date-order", choices=["dmy", "mdy", "ymd"])
    parser.add_argument("--decimal", choices=["comma", "point"])
    parser.add_argument("--map", dest="pairs", action="append", default=[], metavar="FIELD=COLUMN", type=_pair)
    parser.add_argument(
        "--question", dest="questions", action="append", default=[], metavar="FIELD=COLUMN", type=_pair,
        help=f"the column that answers a question: {', '.join(SCORES)}",
    )  # fmt: skip
    parser.add_argument("--direction", choices=["easy", "hard"], help="what a high effort score means")
    parser.add_argument(
        "--afresh", action="store_true", help="without what was chosen for an earlier file with the same header"
    )
    parser.add_argument(
        "--scale", dest="scales", action="append", default=[], metavar="FIELD=WORST-BEST", type=_scale,
        help="the ends of a scale, such as csat=1-5, or ces=7-1 where 1 is best",
    )  # fmt: skip


def _metrics_parser(commands: Any) -> None:
    parser = commands.add_parser("metrics", help="numbers, as on the pages")
    parser.add_argument("names", nargs="+", metavar="NAME", help=f"one of: {', '.join(entry.name for entry in ALL)}")
    parser.add_argument("--grain", default="total", choices=list(questions.ALL_GRAINS))
    parser.add_argument("--by", default="", metavar="DIM,...")
    parser.add_argument("--from", dest="start", type=_day, metavar="DATE", help="first day")
    parser.add_argument("--to", dest="end", type=_day, metavar="DATE", help="the day after the last")
    for entry in FILTERS:
        parser.add_argument(f"--{entry.name}", action="append", default=[], metavar=entry.name[0].upper())
    parser.add_argument("--clock", choices=list(CLOCKS))
    parser.add_argument("--as-of", metavar="DATETIME", help="read open clocks at this instant")
    parser.add_argument("--format", default="table", choices=["table", "csv", "json"])
    parser.set_defaults(run=_metrics)


def _events_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "events", help="list what happened, add or remove an event, or read before and after one"
    )
    done = parser.add_mutually_exclusive_group()
    done.add_argument("--add", metavar="NAME", help="keep an event of this name; needs --on")
    done.add_argument("--remove", type=int, metavar="ID", help="take this event off the list")
    done.add_argument("--reading", type=int, metavar="ID", help="every metric before and after this event")
    parser.add_argument("--on", type=_day, metavar="DATE", help="the day, or the first day")
    parser.add_argument("--until", type=_day, metavar="DATE", help="the last day")
    parser.add_argument("--team", metavar="T", help="the team it concerns; without it everybody")
    parser.add_argument("--kind", choices=list(EVENT_KINDS), default="other")
    parser.add_argument("--note", default="", metavar="TEXT")
    parser.add_argument("--format", default="table", choices=["table", "csv", "json"])
    parser.set_defaults(run=_events)


def _alerts_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "alerts", help="list the alerts and what they come to, check them and send, add or remove one"
    )
    done = parser.add_mutually_exclusive_group()
    done.add_argument("--check", action="store_true", help="log what changed, and send what is due")
    done.add_argument("--add", metavar="NAME", help="keep an alert of this name; needs --metric and a rule")
    done.add_argument("--remove", type=int, metavar="ID", help="take this alert off the list")
    done.add_argument("--log", action="store_true", help="every change of state and every message instead")
    parser.add_argument("--metric", metavar="M", help=f"one of: {', '.join(entry.name for entry in alerts.METRICS)}")
    rule = parser.add_mutually_exclusive_group()
    rule.add_argument("--above", metavar="X", help="a threshold such as 80%%, 4h, 90 min, 12.5")
    rule.add_argument("--below", metavar="X")
    rule.add_argument("--signal", action="store_true", help="beyond the usual limits of its control chart")
    parser.add_argument("--grain", choices=list(ALERT_GRAINS), help="judge each day, week (default) or month")
    for entry in FILTERS:
        parser.add_argument(f"--{entry.name}", action="append", default=[], metavar=entry.name[0].upper())
    _send_to_option(parser)
    parser.add_argument("--format", default="table", choices=["table", "csv", "json"])
    parser.set_defaults(run=_alerts)


def _send_to_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--send-to", action="append", default=[], metavar="ADDRESS",
        help="where to send, instead of CX_SEND_TO and the settings; file:/path: the addresses in that file, which keeps "
        "them out of sight of others on this machine",
    )  # fmt: skip


def _report_parser(commands: Any) -> None:
    parser = commands.add_parser("report", help="pages to take along, as PDF or XLSX")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="report.pdf or report.xlsx; may be left out with --send"
    )
    parser.add_argument(
        "--send", action="store_true", help="send it to the addresses of --send-to, CX_SEND_TO or the settings"
    )
    _send_to_option(parser)
    parser.add_argument("--subject", metavar="TEXT", help="default: the title of the report and its period")
    parser.add_argument(
        "--page", dest="pages", action="append", default=[], metavar="NAME",
        help=f"one or more of: {', '.join(entry.name for entry in BOARDS)} (default: that of the view, or all)",
    )  # fmt: skip
    parser.add_argument("--view", metavar="NAME", help="a saved view; the other options go before its choices")
    parser.add_argument(
        "--period", choices=[code for code in selection.PERIODS if code != "custom"], help="default: 12m"
    )
    parser.add_argument("--from", dest="start", type=_day, metavar="DATE", help="first day, instead of --period")
    parser.add_argument("--to", dest="end", type=_day, metavar="DATE", help="the day after the last")
    parser.add_argument("--compare", choices=list(selection.EARLIER), help="default: previous")
    parser.add_argument("--grain", choices=list(selection.GRAINS), help="default: auto")
    for entry in FILTERS:
        parser.add_argument(f"--{entry.name}", action="append", default=[], metavar=entry.name[0].upper())
    parser.add_argument("--clock", choices=list(CLOCKS))
    parser.add_argument("--lang", choices=list(LANGUAGES), help="default: that of the settings")
    parser.add_argument("--as-of", metavar="DATETIME", help="read open clocks at this instant")
    parser.set_defaults(run=_report)


def _pair(text: str) -> tuple[str, str]:
    name, equals, column = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f'"{text}" has to be FIELD=COLUMN, such as created_at="Opened on"')
    return name.strip(), column.strip()


def _scale(text: str) -> tuple[str, tuple[float, float]]:
    found = re.fullmatch(r"\s*(\w+)\s*=\s*(-?[\d.]+)\s*-\s*(-?[\d.]+)\s*", text)
    with suppress(ValueError):
        if found and float(found[2]) != float(found[3]):
            return found[1], (float(found[2]), float(found[3]))
    raise argparse.ArgumentTypeError(f'"{text}" has to be FIELD=WORST-BEST, such as csat=1-5 or ces=7-1')


def _seconds(text: str) -> float:
    with suppress(ValueError):
        if 0 < float(text) < math.inf:
            return float(text)
    raise argparse.ArgumentTypeError(f'"{text}" is no number of seconds above 0')


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f'"{text}" is no date; write 2026-03-31') from None


def _database(given: argparse.Namespace) -> Path:
    return given.db or Path(os.environ.get("CX_DATABASE") or DEFAULT_DATABASE)


def _store(given: argparse.Namespace, *, must_exist: bool = True, keep: bool = True) -> Store:
    path = _database(given)
    if must_exist and not path.exists():
        raise CxError("There is no database at {path}. Import a file first, or give its place with --db.", path=path)
    return Store(path if keep or path.exists() else None)


# --- import -------------------------------------------------------------------------------------------------


def _import(given: argparse.Namespace) -> int:
    choices = _choices(given)
    results: list[Outcome | Failure] = []
    with (
        _store(given, must_exist=False, keep=not given.dry_run) as store,
        alerting.following(store, _say_alerts),
        TemporaryDirectory() as folder,
    ):
        for path, name in _files(given, Path(folder)):
            for result in watching.import_tables(store, path, choices, name=name, by=_user(), dry_run=given.dry_run):
                results.append(result)
                _print_result(result, quiet=given.json)
    if given.json:
        _print_json([_result_json(result) for result in results])
    return _status(results)


def _choices(given: argparse.Namespace) -> Choices:
    for field, _value in (*given.questions, *given.scales):
        if field not in SCORES:
            raise UnknownName(N_("question"), field, SCORES)
    return Choices(
        kind=given.kind,
        source=given.source,
        zone=given.timezone,
        date_order=given.date_order,
        decimal={"comma": ",", "point": "."}.get(given.decimal or ""),
        direction=given.direction,
        mapping=dict([*given.pairs, *given.questions]),
        scales=dict(given.scales),
        sheet=given.sheet,
        recall=not given.afresh,
    )


def _files(given: argparse.Namespace, folder: Path) -> Iterator[tuple[Path, str | None]]:
    """(path, name) of every file that is meant: those in folders as well, and standard input as a file of ours."""
    for path in given.files:
        if str(path) == "-":
            kept = folder / "input"
            with kept.open("wb") as file:
                shutil.copyfileobj(sys.stdin.buffer, file)
            yield kept, STANDARD_INPUT
        elif path.is_dir():
            found = watching.files_in(path, besides=_own_files(given))
            if not found:
                raise CxError("There are no files in {folder}.", folder=path)
            yield from ((one, None) for one in found)
        else:
            yield path, None


def _own_files(given: argparse.Namespace) -> tuple[Path, ...]:
    database = _database(given)
    return database, database.with_name(f"{database.name}.wal")


def _print_result(result: Outcome | Failure, *, quiet: bool) -> None:
    if isinstance(result, Failure):
        print(f"{result.file}: {result.error}", file=sys.stderr, flush=True)
    elif not quiet:
        _print_outcome(result)
        sys.stdout.flush()


def _result_json(result: Outcome | Failure) -> dict[str, Any]:
    if isinstance(result, Failure):
        return {"file": result.file, "error": str(result.error)}
    return _outcome_json(result)


def _status(results: Sequence[Outcome | Failure]) -> int:
    """Done when anything went in; else whether it was wrong usage."""
    errors = [result.error for result in results if isinstance(result, Failure)]
    if len(errors) < len(results) or not results:
        return DONE
    return WRONG_USAGE if all(isinstance(error, UnknownName) for error in errors) else NOTHING_DONE


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def _outcome_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "file": outcome.file,
        "source": outcome.source,
        "kind": outcome.kind,
        "rows": outcome.rows,
        "new": outcome.new,
        "changed": outcome.changed,
        "unchanged": outcome.unchanged,
        "rejected": outcome.rejected,
        "left_out": sum(outcome.left_out.values()),
        "warnings": [str(entry) for entry in outcome.notes],
        "import_id": outcome.import_id,
    }


def _print_outcome(outcome: Outcome) -> None:
    done = "would be imported" if outcome.import_id is None else f"import {outcome.import_id}"
    left = sum(outcome.left_out.values())
    print(
        f"{outcome.file}: {outcome.understood['label']}, {outcome.rows} rows, {outcome.first} to {outcome.last}: "
        f"{outcome.new} new, {outcome.changed} changed, {outcome.unchanged} unchanged, {outcome.rejected} rejected, "
        f"{left} left out ({done})"
    )
    for reason, rows in outcome.left_out.items():
        print(f"  left out: {rows} {reason}")
    for what, value, why in outcome.understood["decisions"] if outcome.import_id is None else ():
        print(f"  {what.replace('_', ' ')}: {value} ({Note(*why)})")
    for entry in outcome.notes:
        print(f"  note: {entry}")


# --- watch --------------------------------------------------------------------------------------------------


def _watch(given: argparse.Namespace) -> int:
    choices = _choices(given)
    watch = Watch(given.folder, _own_files(given))
    stop, results, said = Event(), list[Outcome | Failure](), ""
    opened = partial(_followed, given)
    with _stopped_by_signals(stop):
        for _turn in watching.rounds(lambda: stop.wait(given.every), once=given.once):
            try:
                for result in watching.import_ready(watch, opened, choices, stop, by=_user()):
                    results.append(result)
                    _print_result(result, quiet=given.json)
                    if given.json:
                        print(json.dumps(_result_json(result), ensure_ascii=False, default=str), flush=True)
                said = ""
            except CxError as error:  # the folder or the database cannot be reached; perhaps at the next look
                if given.once:
                    raise
                if str(error) != said:
                    said = str(error)
                    print(said, file=sys.stderr, flush=True)
            results = results if given.once else []
    return _status(results)


@contextmanager
def _followed(given: argparse.Namespace) -> Iterator[Store]:
    """The database, as long as there is something to import, and its alerts at the end."""
    with _store(given, must_exist=False) as store, alerting.following(store, _say_alerts):
        yield store


@contextmanager
def _stopped_by_signals(stop: Event) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end the watch after the import that is going on; a second one ends it at once."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def handle(number: int, _frame: object) -> None:
        stop.set()
        signal.signal(number, before[signal.Signals(number)])

    for number in before:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _sample(given: argparse.Namespace) -> int:
    with _store(given, must_exist=False) as store:
        for outcome in import_sample(store):
            for one in outcome.all:
                _print_outcome(one)
        alerting.check(store, ())
    return DONE


# --- imports and rejects ------------------------------------------------------------------------------------


def _imports(given: argparse.Namespace) -> int:
    with _store(given) as store:
        for number, change, said in (
            (given.undo, store.undo, "undone"),
            (given.redo, store.redo, "back in its place"),
        ):
            if number is not None:
                with alerting.following(store, _say_alerts):
                    row = change(number)
                if not given.json:
                    print(f"Import {number} ({row['file_name']}) is {said}.")
                    return DONE
        rows = [_import_json(row) for row in store.imports()]
    if given.json:
        _print_json(rows)
    else:
        _print_table([{name: row[name] for name in row if name != "warnings"} for row in rows])
    return DONE


def _import_json(row: dict[str, Any]) -> dict[str, Any]:
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


def _rejects(given: argparse.Namespace) -> int:
    with _store(given) as store:
        (write_left_out if given.left_out else write_rejects)(store, given.id, sys.stdout)
    return DONE


# --- events -------------------------------------------------------------------------------------------------


def _events(given: argparse.Namespace) -> int:
    if given.add is None and any((given.on, given.until, given.team, given.note)):
        print("--on, --until, --team and --note belong to --add NAME.", file=sys.stderr)
        return WRONG_USAGE
    with _store(given, must_exist=given.add is None) as store:
        engine = DuckDBEngine(store)
        if given.reading is not None:
            rows = _reading(store, engine, given.reading)
            _print_rows([_reading_words(row) for row in rows] if given.format == "table" else rows, given.format)
            return DONE
        if given.add is not None:
            made = event(given.add, given.on, kind=given.kind, end=given.until, team=given.team, note=given.note)
            check_team(made.team, queries.distinct_values(engine, "team"))
            store.save_event(made, _user())
        if given.remove is not None:
            store.remove_event(given.remove, _user())
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
    _print_rows(rows, given.format)
    return DONE


def _reading(store: Store, engine: DuckDBEngine, number: int) -> list[dict[str, Any]]:
    """Before and after an event; what makes it less sure goes to standard error."""
    moment = store.moment()
    if moment is None:
        raise CxError("There is no data yet. Import a file first.")
    found = before_after.reading(engine, store.one_event(number), [kept.event for kept in store.events()], moment)
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


def _print_rows(rows: list[dict[str, Any]], form: str) -> None:
    if form == "json":
        _print_json(rows)
    elif form == "csv":
        _print_csv(rows, [])
    else:
        _print_table(rows)


def _print_csv(rows: list[dict[str, Any]], names: list[str]) -> None:
    """The rows under their names; `names` where there are no rows."""
    writer = csv.DictWriter(sys.stdout, list(rows[0]) if rows else names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


# --- alerts -------------------------------------------------------------------------------------------------


def _alerts(given: argparse.Namespace) -> int:
    own = (
        given.metric,
        given.above,
        given.below,
        given.signal,
        given.grain,
        *(getattr(given, f.name) for f in FILTERS),
    )
    if given.add is None and any(own):
        print("--metric, the rule, --grain and the filters belong to --add NAME.", file=sys.stderr)
        return WRONG_USAGE
    if given.send_to and not given.check:
        print("--send-to belongs to --check.", file=sys.stderr)
        return WRONG_USAGE
    status, checked = DONE, list[Checked]()
    with _store(given, must_exist=given.add is None) as store:
        if given.add is not None:
            _add_alert(store, given)
        if given.remove is not None:
            alert_records.remove_alert(store, given.remove, _user())
        if given.check:
            checked = alerting.check(store, sending.addresses(given.send_to, alert_records.send_to(store)))
            due = [one for found in checked for one in found.deliveries]
            status = NOTHING_DONE if due and not any(one.delivered for one in due) else DONE
        rows = _alert_log(store) if given.log else _alert_rows(store)
        if given.format == "table" and not given.log:
            conditions = {kept.alert.id: kept.alert.condition for kept in alert_records.alerts(store)}
            rows = [
                {"id": row["id"], "name": row["name"], "alert": conditions[row["id"]], "state": row["state"]}
                | {"since": row["since"], "sentence": row["sentence"]}
                for row in rows
            ]
    _print_rows(rows, given.format)
    _say_checked(checked)
    return status


def _add_alert(store: Store, given: argparse.Namespace) -> None:
    rule = (
        "signal" if given.signal else "above" if given.above is not None else "below" if given.below is not None else ""
    )
    if not given.metric or not rule:
        raise CxError("An alert needs --metric and one of --above X, --below X and --signal.")
    values = {entry.name: tuple(getattr(given, entry.name)) for entry in FILTERS if getattr(given, entry.name)}
    limit = given.above if rule == "above" else given.below
    made = alerts.alert(given.add, given.metric, rule, limit, grain=given.grain or "week", values=values)
    _check_values(DuckDBEngine(store), values)
    alert_records.save_alert(store, made, _user())


def _alert_rows(store: Store) -> list[dict[str, Any]]:
    moment, engine, rows = store.moment(), DuckDBEngine(store), []
    for kept in alert_records.alerts(store):
        one = kept.alert
        state = alerting.evaluate(engine, one, moment) if moment and one.enabled else None
        rows.append(
            {
                "id": one.id,
                "name": one.name,
                "metric": one.metric,
                "rule": one.rule,
                "threshold": _plain(one.threshold),
                "grain": one.grain,
                **{entry.name: ", ".join(one.values.get(entry.name, ())) or None for entry in FILTERS},
                "state": state.state if state else "paused" if moment else "no data",
                "value": _plain(state.value) if state else None,
                "n": state.n if state else None,
                "period": state.period if state else None,
                "since": alerting.since(store, one, state) if state else None,
                "sentence": alerts.sentence(one, state) if state else "",
            }
        )
    return rows


def _alert_log(store: Store) -> list[dict[str, Any]]:
    names = {kept.alert.id: kept.alert.name for kept in alert_records.alerts(store)}
    changes = [
        {
            "at": entry.seen_at, "id": entry.alert, "name": names.get(entry.alert), "what": entry.state.state,
            "value": _plain(entry.state.value), "n": entry.state.n, "period": entry.state.period, "to": None, "delivered": None,
            "attempts": None, "reason": entry.state.reason,
        }
        for entry in alert_records.entries(store)
    ]  # fmt: skip
    messages = [
        {
            "at": one.sent_at, "id": one.alert or None, "name": names.get(one.alert), "what": one.what, "value": None, "n": None,
            "period": None, "to": one.recipient, "delivered": one.delivered, "attempts": one.attempts,
            "reason": str(one.reason or ""),
        }
        for one in alert_records.sendings(store)
    ]  # fmt: skip
    return sorted([*changes, *messages], key=lambda row: row["at"])


def _say_alerts(store: Store) -> None:
    """Evaluate the alerts after an import, and say on standard error what changed and what was sent."""
    _say_checked(alerting.check(store, sending.addresses((), alert_records.send_to(store))))


def _say_checked(checked: Sequence[Checked]) -> None:
    for one in checked:
        if one.message or (one.is_new and one.state.state == FIRES):
            print(f"{one.alert.name}: {alerts.sentence(one.alert, one.state)}", file=sys.stderr)
        if one.message and not one.deliveries:
            print("  sent to nobody: set CX_SEND_TO, or say where with --send-to", file=sys.stderr)
        _say_deliveries(one.deliveries)


def _say_deliveries(deliveries: Sequence[Delivery]) -> None:
    for one in deliveries:
        done = "sent" if one.delivered else f"not sent, tried {one.attempts} times" if one.attempts > 1 else "not sent"
        print(f"  {one.recipient}: {done}{f'. {one.reason}' if one.reason else ''}", file=sys.stderr)


# --- metrics ------------------------------------------------------------------------------------------------


def _metrics(given: argparse.Namespace) -> int:
    for name in given.names:
        metric(name)
    with _store(given) as store:
        settings = store.settings()
        moment = store.moment(parse_instant(given.as_of, settings.zone) if given.as_of else None)
        if moment is None:
            raise CxError("There is no data yet. Import a file first.")
        engine = DuckDBEngine(store)
        values = {entry.name: tuple(getattr(given, entry.name)) for entry in FILTERS if getattr(given, entry.name)}
        _check_values(engine, values)
        filters = Filters(Period(given.start, given.end), values, given.clock or settings.clock)
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
        answer = queries.ask(engine, query, moment)
    _print_answer(answer, given.format)
    return DONE


# --- views --------------------------------------------------------------------------------------------------


def _views(given: argparse.Namespace) -> int:
    with _store(given) as store:
        if given.remove is not None:
            store.remove_view(given.remove, _user())
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
    _print_rows(
        [{**row, "start": "start" if row["start"] else ""} for row in rows] if given.format == "table" else rows,
        given.format,
    )
    return DONE


# --- report -------------------------------------------------------------------------------------------------


def _report(given: argparse.Namespace) -> int:
    if not given.send and (given.send_to or given.subject):
        print("--send-to and --subject belong to --send.", file=sys.stderr)
        return WRONG_USAGE
    if given.out is None and not given.send:
        print("A report needs --out FILE, or --send.", file=sys.stderr)
        return WRONG_USAGE
    writer = downloads.writer(given.out.suffix if given.out else ".pdf")
    with TemporaryDirectory(prefix="cx-report-") as folder:
        with _read(given, Path(folder)) as store:
            made, remarks = _made_report(given, store)
            recipients = sending.addresses(given.send_to, alert_records.send_to(store)) if given.send else ()
        if given.send and not recipients:
            raise CxError(
                "There is nowhere to send to. Give addresses with --send-to or in CX_SEND_TO; docs/sending.md shows how."
            )
        out = given.out or Path(folder) / f"{_file_name(made.title)}.pdf"
        try:
            out.write_bytes(writer(made))
        except OSError as error:
            raise CxError("{path} cannot be written: {reason}.", path=out, reason=error.strerror or error) from None
        for remark in remarks:
            print(remark, file=sys.stderr)
        if given.out:
            print(out)
        return _sent(given, made, out, recipients) if given.send else DONE


@contextmanager
def _read(given: argparse.Namespace, folder: Path) -> Iterator[Store]:
    """The database to read only: a copy of it where the dashboard has it open."""
    try:
        store = _store(given)
    except InUse:
        store = Store(copied(_database(given), folder))
    with store:
        yield store


def _sent(given: argparse.Namespace, made: reports.Report, file: Path, recipients: Sequence[str]) -> int:
    """Send a report, log it where the database is free, and say what came of it."""
    subject = given.subject or f"{made.title}: {formats.span(made.filters.period)}"
    deliveries = sending.send(Message(subject, made.sentence, file), recipients)
    with suppress(InUse), _store(given) as store:
        alert_records.keep_sendings(store, subject, deliveries)
    _say_deliveries(deliveries)
    return DONE if any(one.delivered for one in deliveries) else NOTHING_DONE


def _file_name(title: str) -> str:
    return re.sub(r"\W+", "-", title.casefold()).strip("-")


def _made_report(given: argparse.Namespace, store: Store) -> tuple[reports.Report, list[str]]:
    """The report, and what has to be said with it."""
    boards = tuple(board(name) for name in dict.fromkeys(given.pages))
    settings = store.settings()
    moment = store.moment(parse_instant(given.as_of, settings.zone) if given.as_of else None)
    if moment is None:
        raise CxError("There is no data yet. Import a file first.")
    view = views.one_named(given.view, [kept.view for kept in store.views()]) if given.view is not None else None
    set_language(given.lang or settings.language)
    engine = DuckDBEngine(store)
    link = {name: words for name, words in view.choices.items() if not getattr(given, name, None)} if view else {}
    missing = views.gone(link, partial(queries.distinct_values, engine))
    remarks = [views.said(missing, view.name)] if view and missing else []
    boards = boards or ((_board_of(view),) if view else BOARDS)
    filters, held, grain = selection.looked_at(
        _chosen(given, engine, views.without(link, missing), settings.clock),
        moment.complete_until,
        selection.first_day(engine, ("ticket_facts", "survey_facts"))
        or selection.first_day(engine, ("customer_facts",)),
        queries.distinct_values(engine, "team"),
    )
    made = reports.report(
        engine, boards, filters, held, moment, grain=grain, events=[kept.event for kept in store.events()],
        title=view.name if view else "", remarks=remarks,
    )  # fmt: skip
    return made, remarks


def _board_of(view: SavedView) -> Board:
    """The board of a view's page. Raises CxError where that page has none."""
    if view.page not in {entry.name for entry in BOARDS}:
        raise CxError(
            'The view "{name}" is of the page {page}, which no report can hold. Choose pages with --page.',
            name=view.name,
            page=view.page,
        )
    return board(view.page)


def _chosen(given: argparse.Namespace, engine: DuckDBEngine, link: views.Link, clock: str) -> Chosen:
    """The choices of the options, and of a view where an option is not given."""
    values = {entry.name: tuple(getattr(given, entry.name)) for entry in FILTERS if getattr(given, entry.name)}
    _check_values(engine, values)
    if (given.start or given.end) and not (given.start and given.end):
        raise CxError("A report needs both --from and --to, or --period.")
    found = selection.chosen(link, clock)
    return replace(
        found,
        period="custom" if given.start else given.period or found.period,
        days=Period(given.start, given.end) if given.start else found.days,
        compare=given.compare or found.compare,
        per=given.grain or found.per,
        clock=given.clock or found.clock,
        values={**found.values, **values},
    )


def _check_values(engine: DuckDBEngine, values: dict[str, tuple[str, ...]]) -> None:
    what = {"team": N_("team"), "channel": N_("channel"), "priority": N_("priority"), "segment": N_("segment"), "stage": N_("journey stage")}  # fmt: skip
    for name, chosen in values.items():
        known = queries.distinct_values(engine, name)
        for value in chosen:
            if value not in known and value != NOTHING:
                raise UnknownName(what[name], value, known)


def answer_rows(answer: questions.Answer) -> list[dict[str, Any]]:
    """The rows of an answer as plain values: durations in seconds, shares as 0–1, nothing measured as None."""
    extra = [name for name in ("month",) if name in answer.rows.columns]
    rows = []
    for row in answer.rows.to_dict("records"):
        plain = {"metric": row["metric"], "period": row["period"].isoformat() if row["period"] else None}
        plain.update({name: _plain(row[name]) for name in (*answer.query.by, *extra)})
        plain.update({name: _plain(row[name]) for name in ("value", "n", "low", "high")})
        plain.update(partial=bool(row["partial"]), unit=metric(row["metric"]).unit)
        rows.append(plain)
    return rows


def _plain(value: Any) -> Any:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and math.isnan(value):
        return None
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


def _print_answer(answer: questions.Answer, form: str) -> None:
    rows = answer_rows(answer)
    if form == "json":
        _print_json(rows)
    elif form == "csv":
        _print_csv(rows, ["metric", "period"])
    else:
        _print_table([_worded(row) for row in rows])


def _worded(row: dict[str, Any]) -> dict[str, Any]:
    entry = metric(row["metric"])
    words = {name: formats.value(row[name], entry.unit) for name in ("value", "low", "high")}
    return {
        **{name: row[name] for name in row if name != "unit"},
        **words,
        "partial": "partial" if row["partial"] else "",
    }


def _print_json(rows: list[dict[str, Any]]) -> None:
    print(json.dumps(rows, indent=2, ensure_ascii=False, default=str))


def _print_table(rows: list[dict[str, Any]]) -> None:
    if not rows:
        print("nothing")
        return
    names = list(rows[0])
    cells = [[("–" if row[name] is None else str(row[name])) for name in names] for row in rows]
    widths = [max(len(text) for text in column) for column in zip(names, *cells, strict=True)]
    for line in (names, *cells):
        print("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


if __name__ == "__main__":
    sys.exit(main())
