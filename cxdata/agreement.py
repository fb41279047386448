"""How far reviewers agree: Krippendorff's alpha over all of them, and Cohen's weighted kappa of a pair.

In: scores, a row a reviewer and a column a ticket, nan where there is none. Out: Agreement and Kappa, and what they are worth
in words. Krippendorff, Content Analysis (2018), chapter 12; Cohen 1968.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import krippendorff
import numpy as np
import numpy.typing as npt

from cxdata.i18n import N_

Array = npt.NDArray[np.float64]

LEAST = 10  # tickets that two reviewers judged; with fewer nothing is said
RELIABLE, TENTATIVE = 0.8, 0.667  # Krippendorff's own limits
RESAMPLES = 500
READINGS = {
    "few": N_("Too few to tell: it takes {least} tickets that two colleagues reviewed."),
    "same": N_("Everybody gave the same score: that cannot be told from agreeing by chance."),
    "reliable": N_("They judge alike: the scores can be relied on."),
    "tentative": N_("They judge more or less alike: lean on large differences only."),
    "apart": N_("They judge differently: talk about what the scores mean before you compare anybody by them."),
}


@dataclass(frozen=True)
class Agreement:
    """Alpha of all reviewers with its 95% interval (bootstrap over tickets); nan where there is none.

    `tickets`: those with two scores or more; `scores`: how many they have together; `reviewers`: who gave them.
    """

    alpha: float
    low: float
    high: float
    tickets: int
    scores: int
    reviewers: int


@dataclass(frozen=True)
class Kappa:
    """Quadratic weighted kappa of two reviewers on the tickets that both judged; nan where there is none."""

    one: str
    other: str
    kappa: float
    tickets: int


def agreement(ratings: Array, *, least: int = LEAST) -> Agreement:
    """Krippendorff's alpha of ordinal scores: 1 is agreement throughout, 0 what chance gives.

    It takes any number of reviewers, each of whom may have judged some of the tickets only.
    """
    known = ~np.isnan(ratings)
    paired = known.sum(axis=0) >= 2
    own = ratings[:, paired]
    counted = Agreement(
        math.nan, math.nan, math.nan, int(paired.sum()), int(known[:, paired].sum()), int(known[:, paired].any(axis=1).sum())
    )  # fmt: skip
    domain = np.unique(own[~np.isnan(own)])
    if counted.tickets < least or len(domain) < 2:
        return counted
    counts = np.array([[np.count_nonzero(ticket == value) for value in domain] for ticket in own.T])
    draws = np.random.default_rng(0).integers(0, len(counts), (RESAMPLES, len(counts)))
    found = [alpha for draw in draws if not math.isnan(alpha := _alpha(counts[draw], domain))]
    low, high = np.quantile(found, [0.025, 0.975]) if found else (math.nan, math.nan)
    return Agreement(
        _alpha(counts, domain), float(low), float(high), counted.tickets, counted.scores, counted.reviewers
    )


def _alpha(counts: npt.NDArray[np.int64], domain: Array) -> float:
    """Alpha from how often each ticket got each value; nan where only one value was given."""
    given = counts.sum(axis=0) > 0
    if given.sum() < 2:
        return math.nan
    return float(
        krippendorff.alpha(value_counts=counts[:, given], value_domain=domain[given], level_of_measurement="ordinal")
    )


def kappa(one: Array, other: Array, scale: Sequence[int]) -> tuple[float, int]:
    """(quadratic weighted kappa, tickets that both judged); `scale`: every score that can be given, in order.

    nan without any ticket, and where both gave one score throughout.
    """
    both = ~(np.isnan(one) | np.isnan(other))
    first, second = one[both].astype(int), other[both].astype(int)
    if len(np.unique([first, second])) < 2:
        return math.nan, int(both.sum())
    from sklearn.metrics import cohen_kappa_score  # takes seconds to import, and few look at pairs

    return float(cohen_kappa_score(first, second, labels=list(scale), weights="quadratic")), int(both.sum())


def kappas(names: Sequence[str], ratings: Array, scale: Sequence[int], *, least: int = LEAST) -> tuple[Kappa, ...]:
    """Kappa of every two reviewers with so many tickets in common, those with most tickets first."""
    found = []
    for one, other in combinations(range(len(names)), 2):
        if np.count_nonzero(~(np.isnan(ratings[one]) | np.isnan(ratings[other]))) >= least:
            found.append(Kappa(names[one], names[other], *kappa(ratings[one], ratings[other], scale)))
    return tuple(sorted(found, key=lambda pair: (-pair.tickets, pair.one, pair.other)))


def reading(value: float, tickets: int, *, least: int = LEAST) -> str:
    """The key in READINGS of what an alpha or a kappa is worth."""
    if tickets < least:
        return "few"
    if math.isnan(value):
        return "same"
    return "reliable" if value >= RELIABLE else "tentative" if value >= TENTATIVE else "apart"
