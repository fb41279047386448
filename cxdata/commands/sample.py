"""`sample`: import the sample data."""

from __future__ import annotations

import argparse

from cxdata import alerting
from cxdata.care import scoring
from cxdata.commands.base import DONE, Command, opened
from cxdata.commands.importing import print_outcome
from cxdata.sample import import_sample


def arguments(_parser: argparse.ArgumentParser) -> None:
    """It has none of its own."""


def run(given: argparse.Namespace) -> int:
    with opened(given, must_exist=False) as store:
        for outcome in import_sample(store):
            for one in outcome.all:
                print_outcome(one)
        alerting.check(store, ())
        scoring.ensure(store)
    return DONE


SAMPLE = Command("sample", "import the sample data", arguments, run)
