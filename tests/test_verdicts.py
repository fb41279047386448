"""What verdicts are worth: how often one is wrong where nothing changed, and that larger changes and more answers show."""

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from benchmarks import noise
from cxdata.metrics import metric

DOCS = Path(__file__).resolve().parent.parent / "docs"


@pytest.mark.parametrize("kind", noise.KINDS, ids=lambda kind: kind.label)
@pytest.mark.parametrize("n", [10, 100, 1000])
def test_of_what_did_not_change_one_in_twenty_is_called_changed_at_most(kind, n):
    """5 %, and what the chance of the simulation adds: three standard errors."""
    assert noise.told_apart(kind, n, 0.0, rounds=5000) <= 0.05 + 3 * (0.05 * 0.95 / 5000) ** 0.5


@pytest.mark.parametrize(
    ("n", "m"), [(10, 10), (20, 20), (30, 30), (50, 50), (100, 100), (300, 300), (30, 100), (97, 131)]
)
def test_of_shares_that_did_not_change_never_more_than_one_in_twenty(n, m):
    """Exactly: every pair of numbers of yes, by its probability."""
    x, y = (side.ravel().astype(float) for side in np.meshgrid(np.arange(n + 1), np.arange(m + 1), indexing="ij"))
    clear = metric("csat").measure.p_value({"x": x, "n": np.full(x.size, n)}, {"x": y, "n": np.full(x.size, m)}) < 0.05
    for share in (0.02, 0.1, 0.22, 0.3, 0.4, 0.45, 0.5):
        wrong = (stats.binom.pmf(x, n, share) * stats.binom.pmf(y, m, share))[clear].sum()
        assert wrong <= 0.05


def test_of_ten_numbers_together_hardly_one_is_called_changed():
    alone, together = noise.many(rounds=1000)
    assert alone > 0.3
    assert together <= 0.065


def test_a_chart_of_several_steady_lines_shows_hardly_more_than_one_of_one():
    assert noise.charts(8, allowing=False) > 0.15
    assert noise.charts(8, allowing=True) <= 0.05


@pytest.mark.parametrize("kind", noise.KINDS, ids=lambda kind: kind.label)
def test_larger_changes_and_more_answers_are_seen_more_often(kind):
    small, large = kind.changes[0][1], kind.changes[-1][1]
    seen = [noise.told_apart(kind, n, change, rounds=2000) for n, change in ((100, small), (100, large), (1000, large))]
    assert seen == sorted(seen)
    assert seen[-1] > 0.9


def test_the_page_in_the_docs_has_these_figures():
    page = (DOCS / "noise.md").read_text(encoding="utf-8")
    for kind in noise.KINDS[:2]:
        assert f"| {kind.label} | {kind.test} | {noise.told_apart(kind, 10, 0.0) * 100:.1f} % |" in page
