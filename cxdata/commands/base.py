"""What a command is, its exit status, and what commands share: options, the database and its moment."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cxdata import queries
from cxdata.engine import DuckDBEngine
from cxdata.errors import CxError, UnknownName
from cxdata.filters import FILTERS, NOTHING
from cxdata.i18n import N_
from cxdata.questions import Moment
from cxdata.settings import parse_instant
from cxdata.store import Store

DEFAULT_DATABASE = Path("data/cx.duckdb")
DONE, NOTHING_DONE, WRONG_USAGE = 0, 1, 2


@dataclass(frozen=True)
class Command:
    """`python -m cxdata NAME`: `arguments` adds its arguments to its parser, `run` gives its exit status."""

    name: str
    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def wrong_usage(text: str) -> int:
    """Say what does not go together; the exit status."""
    print(text, file=sys.stderr)
    return WRONG_USAGE


# --- options ------------------------------------------------------------------------------------------------


def database_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--db", type=Path, metavar="PATH", help="the database (CX_DATABASE, or data/cx.duckdb)")


def format_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", default="table", choices=["table", "csv", "json"])


def filter_options(parser: argparse.ArgumentParser) -> None:
    for entry in FILTERS:
        parser.add_argument(f"--{entry.name}", action="append", default=[], metavar=entry.name[0].upper())


def send_to_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--send-to", action="append", default=[], metavar="ADDRESS",
        help="where to send, instead of CX_SEND_TO and the settings; file:/path: the addresses in that file, which keeps "
        "them out of sight of others on this machine",
    )  # fmt: skip


def day(text: str) -> date:
    """The type of an option that is a date."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f'"{text}" is no date; write 2026-03-31') from None


# --- the database -------------------------------------------------------------------------------------------


def database(given: argparse.Namespace) -> Path:
    return given.db or Path(os.environ.get("CX_DATABASE") or DEFAULT_DATABASE)


def opened(given: argparse.Namespace, *, must_exist: bool = True, keep: bool = True) -> Store:
    """The database that is meant; `keep`: whether one that is not there is made on disk."""
    path = database(given)
    if must_exist and not path.exists():
        raise CxError("There is no database at {path}. Import a file first, or give its place with --db.", path=path)
    return Store(path if keep or path.exists() else None)


def moment(store: Store, as_of: str | None = None) -> Moment:
    """The instant at which numbers are read. Raises CxError where there is no data."""
    found = store.moment(parse_instant(as_of, store.settings().zone) if as_of else None)
    if found is None:
        raise CxError("There is no data yet. Import a file first.")
    return found


def filter_values(given: argparse.Namespace) -> dict[str, tuple[str, ...]]:
    """The chosen values, by filter."""
    return {entry.name: tuple(getattr(given, entry.name)) for entry in FILTERS if getattr(given, entry.name)}


def check_values(engine: DuckDBEngine, values: dict[str, tuple[str, ...]]) -> None:
    """Raises UnknownName for a chosen value that is not in the data."""
    what = {"team": N_("team"), "channel": N_("channel"), "priority": N_("priority"), "segment": N_("segment"), "entry_channel": N_("channel of entry"), "stage": N_("journey stage"), "handled_by": N_("way of solving")}  # fmt: skip
    for name, chosen in values.items():
        known = queries.distinct_values(engine, name)
        for value in chosen:
            if value not in known and value != NOTHING:
                raise UnknownName(what[name], value, known)


def user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
