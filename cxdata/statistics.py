"""Intervals, differences, control limits and survival: pure functions over numpy arrays.

In: counts, means and standard deviations as queries return them, scalars or arrays that broadcast together
(floats; nan, or None inside a list, means not measured). Out: float arrays of the broadcast shape, scalars
for scalars; nan wherever there is nothing to say (n = 0, n = 1 for a mean, ...), never a made-up 0. Intervals
are 95 % unless `confidence` says otherwise. `METRICS.md` says which metric takes which interval.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Array = NDArray[np.float64]
Interval = tuple[Array, Array]
Level = float | Array  # a confidence, or several along the first axis

XMR_POINTS = 6
XMR_FACTOR = 2.66  # moving ranges in three standard deviations
RUN_LENGTH = 8
NPS_ADDED = (0.75, 1.5, 0.75)
"""Promoters, passives and detractors added to the sample before its variance is taken (Rocks 2016)."""


def wilson(x: ArrayLike, n: ArrayLike, *, confidence: Level = 0.95) -> Interval:
    """Interval of a share x / n, both ends in [0, 1]; n = 0 gives nan.

    Score interval without continuity correction: Wilson (1927), JASA 22, 209-212.
    """
    x, n = _floats(x, n)
    z = _z(confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = x / n
        centre = (share + z * z / (2 * n)) / (1 + z * z / n)
        half = z * np.sqrt(share * (1 - share) / n + (z / (2 * n)) ** 2) / (1 + z * z / n)
    nothing = ~(n > 0)
    low = np.where(x == 0, 0.0, np.maximum(centre - half, 0))
    high = np.where(x == n, 1.0, np.minimum(centre + half, 1))
    return _blank(low, nothing), _blank(high, nothing)


def newcombe(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, *, confidence: Level = 0.95) -> Interval:
    """Interval of the difference of two independent shares, x1 / n1 - x2 / n2, in [-1, 1].

    Hybrid score interval, method 10 of Newcombe (1998), Statistics in Medicine 17, 873-890: the distances
    from each share to its own Wilson limits are added as squares. Either n = 0 gives nan.
    """
    x1, n1, x2, n2 = _floats(x1, n1, x2, n2)
    low1, high1 = wilson(x1, n1, confidence=confidence)
    low2, high2 = wilson(x2, n2, confidence=confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        p1, p2 = x1 / n1, x2 / n2
    low = p1 - p2 - np.hypot(p1 - low1, high2 - p2)
    high = p1 - p2 + np.hypot(high1 - p1, p2 - low2)
    return low, high


def half_yates(n1: ArrayLike, n2: ArrayLike) -> Array:
    """By how much an end of the interval of a difference of two shares has to clear zero before it is called clear.

    Shares move in steps of one answer; an interval that just clears zero by part of a step is wrong in up to 5.7 % of the
    cases. Half of Yates's correction keeps that at 5 % or below; docs/noise.md says where it was counted. nan where n is 0.
    """
    first, second = _floats(n1, n2)
    with np.errstate(divide="ignore"):
        return _blank((1 / first + 1 / second) / 4, ~((first > 0) & (second > 0)))


def stratified_difference(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, *, confidence: Level = 0.95
) -> tuple[float, float, float]:
    """(difference, low, high) of two shares over strata, in [-1, 1]: like is compared with like, and averaged.

    The weights are those of Mantel and Haenszel, n1 n2 / (n1 + n2); the limits of the weighted sum come from the Wilson
    limits of each share (Zou 2009, Statistics in Medicine 28, 3247-3260). Strata in which either n is 0 say nothing; with none
    left all three are nan.
    """
    x1, n1, x2, n2 = _floats(x1, n1, x2, n2)
    both = (n1 > 0) & (n2 > 0)
    if not both.any():
        return float("nan"), float("nan"), float("nan")
    x1, n1, x2, n2 = x1[both], n1[both], x2[both], n2[both]
    weight = n1 * n2 / (n1 + n2)
    weight = weight / weight.sum()
    p1, p2 = x1 / n1, x2 / n2
    low1, high1 = wilson(x1, n1, confidence=confidence)
    low2, high2 = wilson(x2, n2, confidence=confidence)
    difference = float((weight * (p1 - p2)).sum())
    below = np.sqrt((weight**2 * ((p1 - low1) ** 2 + (high2 - p2) ** 2)).sum())
    above = np.sqrt((weight**2 * ((high1 - p1) ** 2 + (p2 - low2) ** 2)).sum())
    return difference, difference - float(below), difference + float(above)


def nps_interval(
    promoters: ArrayLike, passives: ArrayLike, detractors: ArrayLike, *, confidence: Level = 0.95
) -> Interval:
    """Interval of a Net Promoter Score from its three counts, clipped to [-100, 100]; no answers gives nan.

    Adjusted Wald (Rocks 2016, "Interval Estimation for the Net Promoter Score", The American Statistician 70,
    365-372): three answers are added, 3/4 promoter, 3/2 passive and 3/4 detractor. The interval is centred on
    the adjusted score, so it is not symmetric about the score that is shown.
    """
    score, variance = _adjusted_nps(promoters, passives, detractors)
    half = _z(confidence) * np.sqrt(variance)
    return np.clip(score - half, -100, 100), np.clip(score + half, -100, 100)


def nps_difference(
    promoters1: ArrayLike,
    passives1: ArrayLike,
    detractors1: ArrayLike,
    promoters2: ArrayLike,
    passives2: ArrayLike,
    detractors2: ArrayLike,
    *,
    confidence: Level = 0.95,
) -> Interval:
    """Interval of NPS 1 - NPS 2 for independent samples, clipped to [-200, 200]; an empty sample gives nan.

    z on the sum of the two adjusted variances of `nps_interval`, centred on the difference of the adjusted
    scores, which shrinks a small sample's score towards 0.
    """
    score1, variance1 = _adjusted_nps(promoters1, passives1, detractors1)
    score2, variance2 = _adjusted_nps(promoters2, passives2, detractors2)
    half = _z(confidence) * np.sqrt(variance1 + variance2)
    return np.clip(score1 - score2 - half, -200, 200), np.clip(score1 - score2 + half, -200, 200)


def mean_interval(mean: ArrayLike, sd: ArrayLike, n: ArrayLike, *, confidence: Level = 0.95) -> Interval:
    """Interval of a mean from its sample standard deviation (n - 1), in the mean's unit; n < 2 gives nan.

    Student's t with n - 1 degrees of freedom. Equal answers (sd = 0) give an interval of no width.
    """
    mean, sd, n = _floats(mean, sd, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        half = _blank(_t(confidence, n - 1) * sd / np.sqrt(n), ~(n >= 2))
    return mean - half, mean + half


def mean_difference(
    m1: ArrayLike,
    s1: ArrayLike,
    n1: ArrayLike,
    m2: ArrayLike,
    s2: ArrayLike,
    n2: ArrayLike,
    *,
    confidence: Level = 0.95,
) -> Interval:
    """Interval of mean 1 - mean 2 for independent samples with unequal variances, in the means' unit.

    Welch (1947), Biometrika 34, 28-35, with the Welch-Satterthwaite degrees of freedom. Either n < 2 gives
    nan, and so do two standard deviations of 0: two runs of equal answers say nothing about their spread.
    """
    m1, s1, n1, m2, s2, n2 = _floats(m1, s1, n1, m2, s2, n2)
    with np.errstate(divide="ignore", invalid="ignore"):
        v1, v2 = s1**2 / n1, s2**2 / n2
        freedom = (v1 + v2) ** 2 / (v1**2 / (n1 - 1) + v2**2 / (n2 - 1))
        half = _t(confidence, freedom) * np.sqrt(v1 + v2)
    half = _blank(half, ~((n1 >= 2) & (n2 >= 2) & (v1 + v2 > 0)))
    return m1 - m2 - half, m1 - m2 + half


def quantile_ranks(n: ArrayLike, p: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Ranks (l, u): the l-th and u-th smallest of n values bound the p-quantile, whatever the distribution.

    Ranks are 1-based whole numbers (as floats). With B ~ Binomial(n, p), the number of values below the
    quantile, l is the largest rank with P(B < l) < alpha / 2 and u the smallest with P(B >= u) <= alpha / 2,
    so that P(X(l) <= quantile <= X(u)) >= P(l <= B <= u - 1) >= confidence (Conover, Practical Nonparametric
    Statistics, section 3.2). Where n is too small for either rank to exist both are nan: the median needs
    n >= 6, the 90th percentile n >= 36.
    """
    n, p = _floats(n, p)
    tail = (1 - confidence) / 2
    asked = (n >= 1) & (p > 0) & (p < 1)
    size, share = np.where(asked, n, 1.0), np.where(asked, p, 0.5)
    low = _binomial_quantile(size, share, tail)
    high = _binomial_quantile(size, share, 1 - tail) + 1
    nothing = ~asked | (low < 1) | (high > size)
    return _blank(low, nothing), _blank(high, nothing)


def quantile_probabilities(n: ArrayLike, p: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Probabilities at which a type-7 quantile of n values is the l-th and u-th smallest of `quantile_ranks`.

    Type 7 (`quantile_cont`, numpy's default) reads the k-th smallest at (k - 1) / (n - 1). nan where the
    ranks are.
    """
    low, high = quantile_ranks(n, p, confidence=confidence)
    (n,) = _floats(n)
    with np.errstate(divide="ignore", invalid="ignore"):
        return (low - 1) / (n - 1), (high - 1) / (n - 1)


def mann_whitney_p(u: ArrayLike, n1: ArrayLike, n2: ArrayLike, ties: ArrayLike = 0.0) -> Array:
    """Two-sided p-value of the Mann-Whitney U statistic of either sample; an empty sample gives nan.

    `ties` is the sum of t^3 - t over the groups of t equal values in both samples together (in doubles: t^3
    leaves 64 bits at two million). Normal approximation with tie and continuity correction (Hollander &
    Wolfe, Nonparametric Statistical Methods, section 4.1), good from about 8 values a sample. All values
    equal gives 1.
    """
    u, n1, n2, ties = _floats(u, n1, n2, ties)
    n = n1 + n2
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = n1 * n2 / 12 * (n + 1 - ties / (n * (n - 1)))
        distance = np.abs(u - n1 * n2 / 2) - 0.5
        p = np.minimum(2 * special.ndtr(-distance / np.sqrt(variance)), 1.0)
    p = np.where(variance <= 1e-12 * n * n1 * n2, 1.0, p)
    return _blank(p, ~((n1 > 0) & (n2 > 0)) | np.isnan(u) | np.isnan(ties))


def p_value(difference: Callable[[Level], Interval]) -> Array:
    """Two-sided p-values that belong to intervals of differences: 1 - the confidence at which an end just touches zero.

    `difference` gives the intervals, shape (k,), at a confidence, and of shape (m, k) for confidences of shape (m, 1).
    nan where there is no interval; never less than 1e-12.
    """
    low, high = difference(0.95)
    k = np.shape(low)
    least, most = np.full(k, -12.0), np.zeros(k)  # powers of ten between which p lies
    for _turn in range(4):
        powers = np.linspace(least, most, 33)
        lows, highs = difference(1 - 10.0**powers)
        at = np.argmax((lows > 0) | (highs < 0) | (powers >= 0), axis=0)
        most = np.take_along_axis(powers, at[None], axis=0)[0]
        least = np.take_along_axis(powers, np.maximum(at - 1, 0)[None], axis=0)[0]
    return _blank(10.0**most, np.isnan(low) | np.isnan(high))


def benjamini_hochberg(p_values: ArrayLike) -> Array:
    """Adjusted p-values, in the order given: reject those <= q to keep the false discovery rate at q.

    Benjamini & Hochberg (1995), JRSS B 57, 289-300, step-up. A nan stays nan and does not count as a test.
    """
    p = np.asarray(p_values, dtype=float)
    adjusted = np.full(p.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(p))
    order = tested[np.argsort(p[tested], kind="stable")]
    steps = p[order] * order.size / np.arange(1, order.size + 1)
    adjusted[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    return adjusted


@dataclass(frozen=True)
class Signal:
    """A point of a control chart that is more than noise: its position in the values given, and the rule."""

    position: int
    rule: Literal["outside", "run"]


@dataclass(frozen=True)
class ControlLimits:
    """The three lines of a control chart, in the unit of the values, and its signals by position."""

    centre: float
    low: float
    high: float
    signals: tuple[Signal, ...]


def xmr(
    values: Sequence[float | None] | Array, *, clip: tuple[float, float] | None = None, among: int = 1
) -> ControlLimits | None:
    """Control limits of complete periods in order of time; None with fewer than 6 measured points.

    Centre = mean, limits = mean +- 2.66 x mean moving range, cut to `clip` if given ((0, 1) for a rate):
    Wheeler, Understanding Variation (1993). Signals: a point outside the limits, and every point of a run of
    8 or more on one side of the centre (a point on the centre ends a run). A period without a value is passed
    over.

    `among`: how many such charts are looked at together. The chance of a point outside and of a run is divided
    by it (Bonferroni): wider limits (3.3 instead of 3 standard deviations among three), longer runs (10 among four).
    """
    given = np.asarray(values, dtype=float)
    positions = np.flatnonzero(~np.isnan(given))
    points = given[positions]
    if points.size < XMR_POINTS:
        return None
    centre = float(points.mean())
    wider = float(special.ndtri(special.ndtr(-3.0) / among)) / -3.0
    reach = XMR_FACTOR * wider * float(np.abs(np.diff(points)).mean())
    low, high = centre - reach, centre + reach
    rounding = 1e-12 * float(np.abs(points).max())
    outside = (points < low - rounding) | (points > high + rounding)
    side = np.where(np.abs(points - centre) <= rounding, 0.0, np.sign(points - centre))
    signals = [Signal(int(positions[i]), "outside") for i in np.flatnonzero(outside)]
    signals += [Signal(int(positions[i]), "run") for i in _runs(side, RUN_LENGTH + math.ceil(math.log2(among)))]
    if clip is not None:
        low, high = (float(np.clip(limit, *clip)) for limit in (low, high))
    return ControlLimits(centre, low, high, tuple(sorted(signals, key=lambda s: (s.position, s.rule))))


FORECAST_POINTS = (6, 12)  # the fewest and the most that a forecast is told from


@dataclass(frozen=True)
class Forecast:
    """A value so many steps ahead, the range it falls in with `confidence`, and the slope a step; in the values' unit."""

    value: float
    low: float
    high: float
    slope: float


def theil_sen(values: ArrayLike) -> tuple[float, float]:
    """(slope a step, value at the last of them) of the line through equally spaced values; nan ones are passed over.

    The median of the slopes of all pairs, and of what is left over (Sen 1968, JASA 63, 1379-1389): a few odd values do not
    bend it. Fewer than two values give nan.
    """
    given = np.asarray(values, dtype=float)
    x = np.flatnonzero(~np.isnan(given)).astype(float)
    if x.size < 2:
        return np.nan, np.nan
    y = given[x.astype(int)]
    first, second = np.triu_indices(x.size, 1)
    slope = float(np.median((y[second] - y[first]) / (x[second] - x[first])))
    return slope, float(np.median(y - slope * x)) + slope * (given.size - 1)


def forecast(
    values: ArrayLike, steps: ArrayLike, *, confidence: float = 0.8, clip: tuple[float, float] | None = None
) -> Forecast | None:
    """The sum, over `steps` ahead of the last value, of what the line through the last 6 to 12 values says.

    values: equally spaced, oldest first, nan where nothing was measured. steps: how far ahead; one for a level at that
    time. None with fewer than 6 measured values. The range comes from the residuals of the line (their 10% and 90%
    points at the default), made wider as the line is less sure further ahead, as in the prediction interval of a
    regression: coverage is simulated in docs/goals.md.
    """
    least, most = FORECAST_POINTS
    given = np.asarray(values, dtype=float)
    known = np.flatnonzero(~np.isnan(given))[-most:]
    if known.size < least:
        return None
    given = given[known[0] :]
    x = np.flatnonzero(~np.isnan(given)).astype(float)
    slope, last = theil_sen(given)
    ahead = np.atleast_1d(np.asarray(steps, dtype=float))
    said = last + slope * ahead
    left = given[x.astype(int)] - (last + slope * (x - (given.size - 1)))
    n = x.size
    tail = (1 - confidence) / 2
    at = ahead + (given.size - 1)
    around = float(np.sum((x - x.mean()) ** 2))
    unsure = ahead.size + ahead.size**2 * (1 / n + float((at.mean() - x.mean()) ** 2) / around)
    wider = np.sqrt(unsure * n / (n - 2)) * special.stdtrit(n - 2, 1 - tail) / special.ndtri(1 - tail)
    below, above = (
        np.minimum(np.quantile(left, tail, method="median_unbiased"), 0.0),
        np.maximum(np.quantile(left, 1 - tail, method="median_unbiased"), 0.0),
    )
    ends = np.array([said.sum(), said.sum() + wider * below, said.sum() + wider * above])
    if clip is not None:
        ends = np.clip(ends, *clip)
    value, low, high = (float(end) for end in ends)
    return Forecast(value, low, high, slope)


@dataclass(frozen=True, eq=False)
class Survival:
    """A Kaplan-Meier table, one row a distinct time, the first at time 0; arrays of equal length.

    `at_risk` counts those observed until just before the time, `events` those that ended at it; `survival`
    and its band hold from the time until the next.
    """

    time: Array
    at_risk: Array
    events: Array
    survival: Array
    low: Array
    high: Array


def kaplan_meier(
    durations: ArrayLike, events: ArrayLike, counts: ArrayLike | None = None, *, confidence: float = 0.95
) -> Survival:
    """Survival from right-censored durations: one row a customer or, with `counts`, a group of equal ones.

    durations: shape (n,), >= 0, any unit (nan rows are left out). events: shape (n,), true where the end was
    seen, false where observation stopped (censored); at equal times the ended go before the censored. counts:
    shape (n,), how many each row stands for (default 1). Nothing observed gives empty arrays.

    Kaplan & Meier (1958), JASA 53, 457-481; band: Greenwood's variance on log(-log S), Kalbfleisch & Prentice
    (2002), section 1.4, which has no width where S is 1 or 0. ValueError for a negative duration.
    """
    duration = np.asarray(durations, dtype=float)
    count = np.ones(duration.shape) if counts is None else np.asarray(counts, dtype=float)
    seen = np.asarray(events, dtype=bool)
    if not duration.shape == seen.shape == count.shape:
        raise ValueError("durations, events and counts must have one row each per group.")
    if np.any(duration < 0):
        raise ValueError("A duration is negative; leave such rows out and count them first.")
    kept = ~np.isnan(duration) & (count > 0)
    ended = np.where(seen, count, 0.0)
    if not kept.any():
        return Survival(*(np.empty(0) for _ in range(6)))
    time, row = np.unique(np.concatenate(([0.0], duration[kept])), return_inverse=True)
    left: Array = np.bincount(row[1:], weights=count[kept], minlength=time.size).astype(float)
    d: Array = np.bincount(row[1:], weights=ended[kept], minlength=time.size).astype(float)
    at_risk: Array = np.cumsum(left[::-1])[::-1].astype(float)
    survival: Array = np.cumprod((at_risk - d) / at_risk).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(d / (at_risk * (at_risk - d)))
        spread = np.exp(_z(confidence) * np.sqrt(greenwood) / -np.log(survival))
        band = survival**spread, survival ** (1 / spread)
    certain = (survival == 1) | (survival == 0)
    low, high = (np.where(certain, survival, limit) for limit in band)
    return Survival(time, at_risk, d, survival, low, high)


def _floats(*values: ArrayLike) -> tuple[Array, ...]:
    return tuple(np.asarray(value, dtype=float) for value in values)


def _blank(values: Any, nothing: Any) -> Array:
    """The values with nan where there is nothing to say; a scalar stays a scalar."""
    blanked: Array = np.where(nothing, np.nan, values)[()]
    return blanked


def _z(confidence: Level) -> Any:
    return special.ndtri((1 + np.asarray(confidence, dtype=float)) / 2)


def _t(confidence: Level, freedom: Any) -> Any:
    return special.stdtrit(freedom, (1 + np.asarray(confidence, dtype=float)) / 2)


def _adjusted_nps(promoters: ArrayLike, passives: ArrayLike, detractors: ArrayLike) -> tuple[Array, Array]:
    """Adjusted score (-100..100) and the variance of that score; nan without answers."""
    counts = _floats(promoters, passives, detractors)
    promoting, passive, detracting = (count + more for count, more in zip(counts, NPS_ADDED, strict=True))
    n = promoting + passive + detracting
    p, d = promoting / n, detracting / n
    variance = (p + d - (p - d) ** 2) / n
    nothing = ~(counts[0] + counts[1] + counts[2] > 0)
    return _blank(1e2 * (p - d), nothing), _blank(1e4 * variance, nothing)


def _binomial_quantile(n: Array, p: Array, q: float) -> Array:
    """Smallest k with P(B <= k) >= q for B ~ Binomial(n, p); starts at the continuous inverse and steps."""
    trials = n.astype(np.int64)
    k = np.clip(np.ceil(special.bdtrik(q, trials, p)), 0, n)
    k = np.where((k > 0) & (special.bdtr(np.maximum(k - 1, 0), trials, p) >= q), k - 1, k)
    quantile: Array = np.where(special.bdtr(k, trials, p) < q, np.minimum(k + 1, n), k)
    return quantile


def _runs(side: Array, length: int) -> list[int]:
    """Positions in runs of at least so many equal signs that are not 0."""
    starts = np.flatnonzero(np.concatenate(([True], side[1:] != side[:-1])))
    ends = np.append(starts[1:], side.size)
    return [
        i
        for start, end in zip(starts, ends, strict=True)
        if side[start] != 0 and end - start >= length
        for i in range(int(start), int(end))
    ]
