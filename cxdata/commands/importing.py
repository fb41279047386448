"""What the commands that import share: the options of a reading, and what is said of what came of a file."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from cxdata.commands.base import DONE, NOTHING_DONE, WRONG_USAGE, database
from cxdata.errors import Note, UnknownName
from cxdata.i18n import N_
from cxdata.importing import Outcome
from cxdata.schema import KINDS, SCORES
from cxdata.understanding import Choices
from cxdata.watching import Failure

Result = Outcome | Failure
GROUP = "group"  # in place of a field


def choice_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--as", dest="kind", choices=[kind.name for kind in KINDS], help="what the files hold")
    parser.add_argument("--source", metavar="NAME", help="the tool that wrote the files")
    parser.add_argument("--sheet", metavar="NAME", help="the sheet of a workbook, or the file in an archive")
    parser.add_argument("--timezone", metavar="ZONE", help="the zone of times without one")
    parser.add_argument("--date-order", choices=["dmy", "mdy", "ymd"])
    parser.add_argument("--decimal", choices=["comma", "point"])
    parser.add_argument(
        "--map", dest="pairs", action="append", default=[], metavar="FIELD=COLUMN", type=_pair,
        help="the column of a field; group=COLUMN keeps a column to compare groups by",
    )  # fmt: skip
    parser.add_argument(
        "--question", dest="questions", action="append", default=[], metavar="FIELD=COLUMN", type=_pair,
        help=f"the column that answers a question: {', '.join(SCORES)}",
    )  # fmt: skip
    parser.add_argument("--direction", choices=["easy", "hard"], help="what a high effort score means")
    parser.add_argument(
        "--afresh", action="store_true", help="without what was chosen for an earlier file with the same header"
    )
    parser.add_argument(
        "--pseudonymise", action=argparse.BooleanOptionalAction,
        help="keep pseudonyms in place of the names and e-mail addresses of customers, and not the file (else as set)",
    )  # fmt: skip
    parser.add_argument(
        "--scale", dest="scales", action="append", default=[], metavar="FIELD=WORST-BEST", type=_scale,
        help="the ends of a scale, such as csat=1-5, or ces=7-1 where 1 is best",
    )  # fmt: skip


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


def choices(given: argparse.Namespace) -> Choices:
    """The choices of the options. Raises UnknownName for a question that is not there."""
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
        mapping=dict([*(pair for pair in given.pairs if pair[0] != GROUP), *given.questions]),
        groups=tuple(dict.fromkeys(column for name, column in given.pairs if name == GROUP)),
        scales=dict(given.scales),
        sheet=given.sheet,
        recall=not given.afresh,
        pseudonymise=given.pseudonymise,
    )


def own_files(given: argparse.Namespace) -> tuple[Path, ...]:
    """The files of the database, which are no exports wherever they are."""
    path = database(given)
    return path, path.with_name(f"{path.name}.wal")


def status(results: Sequence[Result]) -> int:
    """Done when anything went in; else whether it was wrong usage."""
    errors = [result.error for result in results if isinstance(result, Failure)]
    if len(errors) < len(results) or not results:
        return DONE
    return WRONG_USAGE if all(isinstance(error, UnknownName) for error in errors) else NOTHING_DONE


def print_result(result: Result, *, quiet: bool) -> None:
    if isinstance(result, Failure):
        print(f"{result.file}: {result.error}", file=sys.stderr, flush=True)
    elif not quiet:
        print_outcome(result)
        sys.stdout.flush()


def print_outcome(outcome: Outcome) -> None:
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


def as_json(result: Result) -> dict[str, Any]:
    if isinstance(result, Failure):
        return {"file": result.file, "error": str(result.error)}
    return {
        "file": result.file,
        "source": result.source,
        "kind": result.kind,
        "rows": result.rows,
        "new": result.new,
        "changed": result.changed,
        "unchanged": result.unchanged,
        "rejected": result.rejected,
        "left_out": sum(result.left_out.values()),
        "warnings": [str(entry) for entry in result.notes],
        "import_id": result.import_id,
    }
