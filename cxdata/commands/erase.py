"""`person` and `erase`: what is held of a person, taken along or erased."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from cxdata import privacy
from cxdata.care import scoring
from cxdata.commands.base import DONE, Command, opened, user
from cxdata.commands.output import print_json
from cxdata.errors import CxError
from cxdata.privacy import Person


def _whom(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("customer", metavar="CUSTOMER", help="a customer number, an e-mail address or a name")


def person_arguments(parser: argparse.ArgumentParser) -> None:
    _whom(parser)
    parser.add_argument("--out", type=Path, metavar="FILE", help="write everything that is held into this ZIP")
    parser.add_argument("--json", action="store_true")


def person_run(given: argparse.Namespace) -> int:
    with opened(given) as store:
        found = privacy.find(store, given.customer)
        if given.out:
            given.out.write_bytes(privacy.taken_along(store, found))
    _say(found, as_json=given.json)
    return DONE


def erase_arguments(parser: argparse.ArgumentParser) -> None:
    _whom(parser)
    parser.add_argument("--dry-run", action="store_true", help="say what would be erased and erase nothing")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--json", action="store_true")


def erase_run(given: argparse.Namespace) -> int:
    with opened(given) as store:
        found = privacy.find(store, given.customer)
        _say(found, as_json=given.json)
        if given.dry_run:
            return DONE
        if not given.yes and not _agreed():
            raise CxError("Nothing was erased. Add --yes, or answer yes on a terminal.")
        made = privacy.erase(store, found, user())
        scoring.ensure(store)
    if not given.json:
        print(
            f"Erased. Files rewritten without their lines: {made.rewritten}; files no longer kept: {made.dropped}. Copies "
            "elsewhere (backups, downloads, messages that were sent) are not reached."
        )
    return DONE


def _agreed() -> bool:
    if not sys.stdin.isatty():
        return False
    return input("Erase this person everywhere? It cannot be undone. Type yes: ").strip().casefold() == "yes"


def _say(found: Person, *, as_json: bool) -> None:
    counts = {**found.rows, "rejects": found.rejects, "files": found.files, "mentions": found.mentions}
    if as_json:
        print_json([counts])
    else:
        print(", ".join(f"{name}: {count}" for name, count in counts.items()))


PERSON = Command("person", "what is held of a person", person_arguments, person_run)
ERASE = Command("erase", "erase a person everywhere; goals and totals stay", erase_arguments, erase_run)
