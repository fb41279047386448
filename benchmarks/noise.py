"""How often a verdict is wrong where nothing changed, and how often it is right where something did.

In: nothing. Out: docs/noise.md, from simulated months of answers and tickets put through the same intervals and tests as
the cards. `python -m benchmarks.noise [file]`; the same figures on every run.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from cxdata import statistics
from cxdata.metrics import metric
from cxdata.metrics.base import Parts

ROUNDS = 20_000
SIZES = (10, 30, 100, 300, 1000)
LINES = (1, 2, 4, 8)  # of a chart
SEED = 2026
STRETCH = 1000  # rounds of durations at a time
Judge = Callable[[np.random.Generator, int, float, int], NDArray[np.bool_]]


@dataclass(frozen=True)
class Kind:
    """A kind of number: `judge(rng, n, change, rounds)` says for each round whether two samples of n are told apart,
    the second one changed by `change`; `changes` are those of which the power is reported, in words."""

    label: str
    test: str
    judge: Judge
    changes: tuple[tuple[str, float], ...]


def _share(name: str, base: float) -> Judge:
    def judge(rng: np.random.Generator, n: int, change: float, rounds: int) -> NDArray[np.bool_]:
        sides = [_parts(rng.binomial(n, share, rounds), n) for share in (base + change, base)]
        return metric(name).measure.p_value(*sides) < 0.05

    return judge


def _parts(x: NDArray[np.int64], n: int) -> Parts:
    return {"x": x.astype(float), "n": np.full(x.size, float(n))}


def _nps(base: tuple[float, float, float]) -> Judge:
    """`base`: shares of promoters, passives and detractors; a change moves detractors to promoters."""

    def judge(rng: np.random.Generator, n: int, change: float, rounds: int) -> NDArray[np.bool_]:
        moved = change / 200
        sides: list[Parts] = []
        for by in (moved, 0.0):
            counts = rng.multinomial(n, (base[0] + by, base[1], base[2] - by), rounds).astype(float)
            sides.append({"promoters": counts[:, 0], "detractors": counts[:, 2], "n": np.full(rounds, float(n))})
        return metric("nps").measure.p_value(*sides) < 0.05

    return judge


def _effort(shares: tuple[float, ...]) -> Judge:
    """Answers of 1 to 7 with these shares; a change moves so much of every answer but the best one step up."""

    def judge(rng: np.random.Generator, n: int, change: float, rounds: int) -> NDArray[np.bool_]:
        own = np.array(shares)
        moved = change / own[:-1].sum()
        better = np.append(own[:-1] * (1 - moved), own[-1]) + np.append(0.0, own[:-1] * moved)
        sides: list[Parts] = []
        scores = np.arange(1.0, 8.0)
        for probabilities in (better, own):
            counts = rng.multinomial(n, probabilities, rounds)
            sides.append({"sum": counts @ scores, "squares": counts @ scores**2, "n": np.full(rounds, float(n))})
        return metric("ces").measure.p_value(*sides) < 0.05

    return judge


def _duration(rng: np.random.Generator, n: int, change: float, rounds: int) -> NDArray[np.bool_]:
    """Waiting times, log-normal with a long tail (sigma 1.5, median 2 hours), in steps of 2 % as in the facts."""
    apart = []
    for start in range(0, rounds, STRETCH):
        size = (min(STRETCH, rounds - start), n)
        own = np.exp(rng.normal(np.log(7200), 1.5, size))
        other = np.exp(rng.normal(np.log(7200 * (1 + change)), 1.5, size))
        both = np.floor(50 * np.log(np.concatenate([other, own], axis=1) + 1))
        first, last = (stats.rankdata(both, method=end, axis=1).astype(float) for end in ("min", "max"))
        u = (first + last)[:, :n].sum(axis=1) / 2 - n * (n + 1) / 2
        ties = ((last - first + 1) ** 2 - 1).sum(axis=1)  # k rows of k equal ones: k³ - k
        apart.append(statistics.mann_whitney_p(u, n, n, ties) < 0.05)
    return np.concatenate(apart)


KINDS = (
    Kind("CSAT of 78 %", "Newcombe, half Yates", _share("csat", 0.78), (("3 points", 0.03), ("5 points", 0.05), ("10 points", 0.10))),
    Kind(
        "Unanswered of 4 %", "Newcombe, half Yates", _share("unanswered_rate", 0.04),
        (("1 point", 0.01), ("2 points", 0.02), ("4 points", 0.04)),
    ),
    Kind("SLA of 50 %", "Newcombe, half Yates", _share("sla", 0.50), (("3 points", 0.03), ("5 points", 0.05), ("10 points", 0.10))),
    Kind(
        "NPS of 15", "adjusted Wald", _nps((0.40, 0.35, 0.25)),
        (("5 points", 5.0), ("10 points", 10.0), ("20 points", 20.0)),
    ),
    Kind(
        "CES of 5.2", "Welch", _effort((0.03, 0.05, 0.08, 0.12, 0.20, 0.27, 0.25)),
        (("0.1", 0.1), ("0.2", 0.2), ("0.4", 0.4)),
    ),
    Kind("Median of 2 hours", "Mann–Whitney", _duration, (("10 %", 0.10), ("20 %", 0.20), ("50 %", 0.50))),
)  # fmt: skip


def told_apart(kind: Kind, n: int, change: float, rounds: int = ROUNDS) -> float:
    """The share of rounds in which two samples of n are told apart."""
    rng = np.random.default_rng([SEED, KINDS.index(kind), n])
    return float(kind.judge(rng, n, change, rounds).mean())


def many(rounds: int = 2000, numbers: int = 10, n: int = 100) -> tuple[float, float]:
    """How often any of ten CSATs that did not change is called changed: (each by itself, allowing for their number)."""
    rng = np.random.default_rng(SEED)
    measure = metric("csat").measure
    sides = [_parts(rng.binomial(n, 0.78, rounds * numbers), n) for _side in range(2)]
    p = measure.p_value(*sides).reshape(rounds, numbers)
    adjusted = np.array([statistics.benjamini_hochberg(row) for row in p])
    return float((p < 0.05).any(axis=1).mean()), float((adjusted < 0.05).any(axis=1).mean())


def charts(lines: int, *, allowing: bool, periods: int = 12, rounds: int = 2000) -> float:
    """How often any of some control charts over steady periods has a signal."""
    rng = np.random.default_rng([SEED, lines])
    among = lines if allowing else 1

    def signals(values: statistics.Array) -> bool:
        found = statistics.xmr(values, among=among)
        return found is not None and bool(found.signals)

    return float(np.mean([any(map(signals, rng.normal(size=(lines, periods)))) for _round in range(rounds)]))


def page() -> str:
    """docs/noise.md."""
    lines = [
        "# What a verdict is worth", "",
        "A card, a bar and the summary say *better* or *worse* only where the difference is larger than chance allows. This page",
        "says how often that is wrong, and how large a change has to be before it is seen. It is written by",
        f"`python -m benchmarks.noise` from {ROUNDS:,} simulated pairs of periods a cell.", "",
        "## Nothing changed: how often is a change seen all the same?", "",
        "Both periods hold the same number of answers or tickets, drawn from the same distribution. It should be 5 % at most;",
        "a tenth or two more is the chance of the simulation (± 0.3). Of shares it was more in none of 1,850 combinations of share",
        "and numbers of answers (4.93 % at most), every pair of outcomes added up. For that, an interval has to clear zero by",
        "half of Yates's correction; the interval that is shown is Newcombe's own.", "",
        f"| number | test | {' | '.join(f'n = {n:,}' for n in SIZES)} |", f"| --- | --- |{' ---: |' * len(SIZES)}",
    ]  # fmt: skip
    for kind in KINDS:
        cells = " | ".join(f"{told_apart(kind, n, 0.0) * 100:.1f} %" for n in SIZES)
        lines.append(f"| {kind.label} | {kind.test} | {cells} |")
    alone, together = many()
    lines += [
        "",
        f"Of ten numbers that did not change, looked at together, at least one is called changed in {alone * 100:.0f} % of the cases",
        f"if each is judged by itself, and in {together * 100:.1f} % with the correction for their number (Benjamini–Hochberg), which",
        "cards, breakdowns, the summary, events and group comparisons all use.", "",
        "## Steady lines: how often is something beyond the usual?", "",
        "Twelve months that only vary by chance, each line with the limits of its control chart (XmR). It should be as rare on a",
        "chart of several lines as on a chart of one: limits and runs allow for the number of lines (Bonferroni).", "",
        f"| | {' | '.join(f'{lines} lines' if lines > 1 else '1 line' for lines in LINES)} |", f"| --- |{' ---: |' * len(LINES)}",
        *(
            f"| {words} | {' | '.join(f'{charts(lines, allowing=allowing) * 100:.1f} %' for lines in LINES)} |"
            for words, allowing in (("each by itself", False), ("allowing for their number", True))
        ),
        "",
        "## Something changed: how often is it seen?", "",
        f"| number | true change | {' | '.join(f'n = {n:,}' for n in SIZES)} |", f"| --- | --- |{' ---: |' * len(SIZES)}",
    ]  # fmt: skip
    for kind in KINDS:
        for words, change in kind.changes:
            cells = " | ".join(f"{told_apart(kind, n, change) * 100:.0f} %" for n in SIZES)
            lines.append(f"| {kind.label} | {words} | {cells} |")
    lines += [
        "",
        "n is the number in *each* of the two periods. *No clear change* does not say that nothing changed: with 100 answers a",
        "month, a change of CSAT by 5 points is overlooked more often than not.",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    Path(sys.argv[1] if len(sys.argv) > 1 else "docs/noise.md").write_text(page(), encoding="utf-8")
