"""What docs/goals.md says of the forecast is what a simulation says, and its columns are those of the table."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from cxdata import statistics
from cxdata.goal_files import COLUMNS

PAGE = (Path(__file__).parent.parent / "docs" / "goals.md").read_text(encoding="utf-8")
CASES = ((6, [1]), (6, [3]), (12, [1]), (12, [3]), (12, [6]), (12, [1, 2, 3]))  # (periods, ahead), a column each
ROUNDS = 500


def carried(share):
    def made(rng, size):
        values, noise = np.zeros(size + 50), rng.normal(size=size + 50)
        for place in range(1, size + 50):
            values[place] = share * values[place - 1] + noise[place]
        return values[50:]

    return made


SERIES = {
    "only chance": lambda rng, size: rng.normal(size=size),
    "a trend and chance": lambda rng, size: 0.4 * np.arange(size) + rng.normal(size=size),
    "chance with a long tail": lambda rng, size: rng.lognormal(0, 0.5, size=size),
    "half of each period carries over to the next": carried(0.5),
    "all of it carries over (a random walk)": carried(1.0),
}


@pytest.mark.parametrize("name", SERIES)
def test_how_often_the_range_holds(name):
    said = [int(cell) for cell in re.search(rf"^\| {re.escape(name)} \|(.*)\|$", PAGE, re.M)[1].split("|")]
    for (size, ahead), percent in zip(CASES, said, strict=True):
        rng, held = np.random.default_rng(size * 100 + ahead[-1]), 0
        for _round in range(ROUNDS):
            values = SERIES[name](rng, size + ahead[-1])
            found = statistics.forecast(values[:size], ahead)
            held += found.low <= values[size - 1 + np.array(ahead)].sum() <= found.high
        assert abs(100 * held / ROUNDS - percent) < 6.5  # three standard errors of a share of 500


def test_every_column_is_explained():
    assert {name for name in COLUMNS if f"`{name}`" not in PAGE} == set()
