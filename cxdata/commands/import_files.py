"""`import`: files, all files of a folder, or standard input."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from cxdata import alerting, watching
from cxdata.care import scoring
from cxdata.commands.base import Command, opened, user
from cxdata.commands.importing import Result, as_json, choice_options, choices, own_files, print_result, status
from cxdata.commands.output import print_json, say_alerts
from cxdata.errors import CxError

STANDARD_INPUT = "standard input"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="a file, a folder with files, or - for standard input"
    )
    choice_options(parser)
    parser.add_argument("--dry-run", action="store_true", help="say what would happen and keep nothing")
    parser.add_argument("--json", action="store_true")


def run(given: argparse.Namespace) -> int:
    chosen = choices(given)
    results: list[Result] = []
    with (
        opened(given, must_exist=False, keep=not given.dry_run) as store,
        alerting.following(store, say_alerts),
        TemporaryDirectory() as folder,
    ):
        for path, name in _files(given, Path(folder)):
            for result in watching.import_tables(store, path, chosen, name=name, by=user(), dry_run=given.dry_run):
                results.append(result)
                print_result(result, quiet=given.json)
        if not given.dry_run:
            scoring.ensure(store)
    if given.json:
        print_json([as_json(result) for result in results])
    return status(results)


def _files(given: argparse.Namespace, folder: Path) -> Iterator[tuple[Path, str | None]]:
    """(path, name) of every file that is meant: those in folders as well, and standard input as a file of ours."""
    for path in given.files:
        if str(path) == "-":
            kept = folder / "input"
            with kept.open("wb") as file:
                shutil.copyfileobj(sys.stdin.buffer, file)
            yield kept, STANDARD_INPUT
        elif path.is_dir():
            found = watching.files_in(path, besides=own_files(given))
            if not found:
                raise CxError("There are no files in {folder}.", folder=path)
            yield from ((one, None) for one in found)
        else:
            yield path, None


IMPORT = Command("import", "import exports", arguments, run)
