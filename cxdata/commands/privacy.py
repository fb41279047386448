"""`person` and `erase`: what is held about a person, and erasing it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from cxdata import erasing, keyed, people, person_files
from cxdata.care import scoring
from cxdata.commands.base import DONE, NOTHING_DONE, WRONG_USAGE, Command, opened, user, wrong_usage
from cxdata.commands.output import print_json
from cxdata.errors import CxError
from cxdata.people import DROPPED, REWRITTEN, Held

WHO = "a customer number, an e-mail address or a whole name, as in the files"


def person_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("customer", metavar="CUSTOMER", help=WHO)
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="where to write it: a .zip or a .json; else only what is held is said"
    )
    parser.add_argument("--json", action="store_true", help="say what is held as JSON")


def person(given: argparse.Namespace) -> int:
    form = person_files.form_of(given.out.name) if given.out else ""
    with opened(given) as store:
        found = people.find(store, given.customer)
        held = people.held(store, found)
        if given.out:
            _write(given.out, person_files.to_bytes(store, found, held, form))
    _say(held, as_json=given.json)
    if given.out and not given.json:
        print(f"Written to {given.out}. It is about one person: send it to nobody else, and remove it afterwards.")
    return DONE


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise CxError("{path} cannot be written: {reason}.", path=path, reason=error.strerror or error) from error


def erase_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("customer", nargs="?", metavar="CUSTOMER", help=WHO)
    parser.add_argument("--dry-run", action="store_true", help="say what would change and keep everything")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--log", action="store_true", help="list the erasures so far: when, by whom, how much")
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--new-key", action="store_true",
        help="where the key is lost: begin with a new one; who was erased before is not recognised in old files any more",
    )  # fmt: skip


def erase(given: argparse.Namespace) -> int:
    if sum((bool(given.customer), given.log, given.new_key)) != 1:
        return wrong_usage("Say whom to erase, or --log, or --new-key.")
    with opened(given) as store:
        if given.log:
            entries = erasing.log(store)
            rows = [{"number": one.number, "at": one.at, "by": one.by, **one.counts} for one in entries]
            if given.json:
                print_json(rows)
            else:
                for one in entries:
                    print(f"{one.number}  {one.at}  {one.by or '-'}  {_counted(one.counts)}")
            return DONE
        if given.new_key:
            path = keyed.new_key(store)
            print(f"The next import or erasure makes a new key at {path}. Old files can bring back who was erased.")
            return DONE
        found = people.find(store, given.customer)
        held = people.held(store, found)
        if not given.json or given.dry_run:
            _say(held, as_json=given.json)
        if given.dry_run:
            return DONE
        if not given.yes and not _confirmed():
            print("Nothing was changed.", file=sys.stderr)
            return NOTHING_DONE if sys.stdin.isatty() else WRONG_USAGE
        done = erasing.erase(store, found, held, user())
        scoring.ensure(store)
    if given.json:
        print_json([{"number": done.number, "at": done.at, **done.counts}])
    else:
        print("Erased. The rows stay as rows of nobody, and every number is as it was.")
        for text in erasing.OUT_OF_REACH:
            print(f"  not reached: {text}")
    return DONE


def _confirmed() -> bool:
    if not sys.stdin.isatty():
        print("This cannot be taken back. Add --yes to do it without being asked.", file=sys.stderr)
        return False
    return input('This cannot be taken back. Type "erase" to do it: ').strip() == "erase"


def _say(held: Held, *, as_json: bool) -> None:
    counts = erasing.counts_of(held)
    if as_json:
        print_json([counts])
        return
    for kind, count in held.rows.items():
        print(f"{count:>8}  {kind} (all versions)")
    print(f"{held.rejects:>8}  rejected rows")
    print(f"{sum(held.notes.values()):>8}  notes and records that name the person")
    for how, said in (
        (REWRITTEN, "is kept without its lines"),
        (DROPPED, "is not kept any more: it cannot be written without it"),
    ):
        for name in held.of(how):
            print(f"    file  {name}: {said}")


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in counts.items()) or "nothing"


PERSON = Command("person", "what is held about a customer, as a file for that customer", person_arguments, person)
ERASE = Command("erase", "erase a customer everywhere; numbers stay as they are", erase_arguments, erase)
