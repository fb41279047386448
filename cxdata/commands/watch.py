"""`watch`: import what appears in a folder, until it is told to stop."""

from __future__ import annotations

import argparse
import json
import math
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from threading import Event

from cxdata import alerting, watching
from cxdata.care import scoring
from cxdata.commands.base import Command, opened, user
from cxdata.commands.importing import Result, as_json, choice_options, choices, own_files, print_result, status
from cxdata.commands.output import say_alerts
from cxdata.errors import CxError
from cxdata.store import Store
from cxdata.watching import Watch


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--every", type=_seconds, default=10.0, metavar="SECONDS", help="between two looks (10)")
    parser.add_argument("--once", action="store_true", help="import what is there, and stop")
    choice_options(parser)
    parser.add_argument("--json", action="store_true", help="an object a line")


def _seconds(text: str) -> float:
    with suppress(ValueError):
        if 0 < float(text) < math.inf:
            return float(text)
    raise argparse.ArgumentTypeError(f'"{text}" is no number of seconds above 0')


def run(given: argparse.Namespace) -> int:
    chosen = choices(given)
    watch = Watch(given.folder, own_files(given))
    stop, results, said = Event(), list[Result](), ""
    followed = partial(_followed, given)
    with _stopped_by_signals(stop):
        for _turn in watching.rounds(lambda: stop.wait(given.every), once=given.once):
            try:
                for result in watching.import_ready(watch, followed, chosen, stop, by=user()):
                    results.append(result)
                    print_result(result, quiet=given.json)
                    if given.json:
                        print(json.dumps(as_json(result), ensure_ascii=False, default=str), flush=True)
                said = ""
            except CxError as error:  # the folder or the database cannot be reached; perhaps at the next look
                if given.once:
                    raise
                if str(error) != said:
                    said = str(error)
                    print(said, file=sys.stderr, flush=True)
            results = results if given.once else []
    return status(results)


@contextmanager
def _followed(given: argparse.Namespace) -> Iterator[Store]:
    """The database, as long as there is something to import; at the end its alerts, and its customers scored."""
    with opened(given, must_exist=False) as store:
        with alerting.following(store, say_alerts):
            yield store
        scoring.ensure(store)


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


WATCH = Command("watch", "import what appears in a folder", arguments, run)
