"""Agreement between reviewers, against published worked examples."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxdata.agreement import LEAST, READINGS, agreement, kappa, kappas, reading
from cxdata.i18n import _, set_language

_N = math.nan
# Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section C: 4 observers, 12 units, with missing data.
PUBLISHED = np.array([
    [1, 2, 3, 3, 2, 1, 4, 1, 2, _N, _N, _N],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _N, 3],
    [_N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _N],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _N],
])  # fmt: skip


def test_alpha_of_the_published_data():
    found = agreement(PUBLISHED)
    assert found.alpha == pytest.approx(0.815, abs=5e-4)
    assert (found.tickets, found.scores, found.reviewers) == (11, 40, 4)  # the twelfth has one score
    assert found.low < found.alpha < found.high <= 1


def test_kappa_of_the_published_table():
    """Fleiss, Cohen & Everitt (1969): 200 patients, two raters, three classes; quadratic weights by hand: 1 - 0.39 / 0.9."""
    table = np.array([[106, 10, 4], [22, 28, 10], [2, 12, 6]])
    pairs = [(row, column) for (row, column), count in np.ndenumerate(table) for _time in range(count)]
    one, other = np.array(pairs, dtype=float).T
    assert kappa(one, other, range(3)) == (pytest.approx(1 - 0.39 / 0.9), 200)


def test_a_score_that_nobody_gave_keeps_its_place_on_the_scale():
    one, other = np.array([1.0, 1, 5, 5]), np.array([1.0, 5, 1, 5])
    assert kappa(one, other, range(1, 6)) == (0, 4)
    assert kappa(one + _N, other, range(1, 6))[1] == 0


def test_nothing_is_said_on_few_tickets_or_on_one_score():
    few = agreement(PUBLISHED[:, : LEAST - 1])
    assert math.isnan(few.alpha)
    assert (few.tickets, reading(few.alpha, few.tickets)) == (9, "few")
    same = agreement(np.full((2, 12), 4.0))
    assert (same.tickets, reading(same.alpha, same.tickets)) == (12, "same")
    assert math.isnan(same.low)
    assert agreement(np.empty((0, 0))).tickets == 0
    assert agreement(np.array([[1.0, 2, 3]])).tickets == 0  # one reviewer


def test_pairs_have_enough_tickets_in_common():
    ratings = np.array([[1.0, 2, 3, 4, 5, 1], [1, 2, 3, 4, 5, _N], [_N, _N, _N, 4, 5, 1]])
    found = kappas(["Ann", "Bob", "Cis"], ratings, range(1, 6), least=3)
    assert [(one.one, one.other, one.tickets, one.kappa) for one in found] == [
        ("Ann", "Bob", 5, pytest.approx(1)), ("Ann", "Cis", 3, pytest.approx(1)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "tickets", "said"),
    [(0.8, 10, "reliable"), (0.79, 10, "tentative"), (0.667, 10, "tentative"), (0.66, 10, "apart"), (-0.2, 50, "apart"),
     (0.9, 9, "few"), (_N, 10, "same")],
)  # fmt: skip
def test_readings(value, tickets, said):
    assert reading(value, tickets) == said


@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_reading_is_a_sentence(language):
    set_language(language)
    for words in READINGS.values():
        assert _(words, least=LEAST).endswith(".")
    set_language("en")


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=LEAST, max_size=30))
def test_alpha_lies_in_its_range_and_does_not_know_who_is_who(pairs):
    ratings = np.array(pairs, dtype=float).T
    found, turned = agreement(ratings), agreement(ratings[::-1])
    assert math.isnan(found.alpha) or -1 <= found.alpha <= 1 + 1e-12
    assert found == turned or math.isnan(found.alpha)
    if (ratings[0] == ratings[1]).all() and len(set(ratings[0])) > 1:
        assert found.alpha == pytest.approx(1)
