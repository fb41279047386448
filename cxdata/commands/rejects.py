"""`rejects`: the rejected rows of an import as the user's own table, with the reason."""

from __future__ import annotations

import argparse
import sys

from cxdata.commands.base import DONE, Command, opened
from cxdata.importing import write_left_out
from cxdata.rejects import write_rejects


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", type=int, metavar="ID")
    parser.add_argument("--left-out", action="store_true", help="the rows that were left out by rule instead")


def run(given: argparse.Namespace) -> int:
    with opened(given) as store:
        (write_left_out if given.left_out else write_rejects)(store, given.id, sys.stdout)
    return DONE


REJECTS = Command("rejects", "the rejected rows of an import as CSV, with a column reason", arguments, run)
