"""What verdicts are worth: how often one is wrong where nothing changed, and that larger changes and more answers show."""

from pathlib import Path

import pytest

from benchmarks import noise

DOCS = Path(__file__).resolve().parent.parent / "docs"


@pytest.mark.parametrize("kind", noise.KINDS, ids=lambda kind: kind.label)
@pytest.mark.parametrize("n", [10, 100, 1000])
def test_of_what_did_not_change_one_in_twenty_is_called_changed_at_most(kind, n):
    """5 %, and what the approximations of the intervals and the chance of the simulation add."""
    assert noise.told_apart(kind, n, 0.0, rounds=5000) <= 0.065


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
