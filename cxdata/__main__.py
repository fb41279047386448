"""The command line: the same imports and numbers as the pages, for scripts and nightly jobs.

Exit status: 0 done, 1 nothing could be done, 2 wrong usage. Answers go to standard output, remarks to standard error.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from cxdata.commands import COMMANDS
from cxdata.commands.base import DONE, NOTHING_DONE, WRONG_USAGE, database_option
from cxdata.errors import CxError, UnknownName


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    given = _parser().parse_args(arguments)
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
    for command in COMMANDS:
        own = commands.add_parser(command.name, help=command.help)
        command.arguments(own)
        database_option(own)
        own.set_defaults(run=command.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
