"""Every interval against a value worked out by hand and against statsmodels, scipy or lifelines."""

from __future__ import annotations

from fractions import Fraction

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from scipy import stats
from statsmodels.duration.survfunc import SurvfuncRight
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from cxdata.statistics import (
    ControlLimits,
    Signal,
    benjamini_hochberg,
    kaplan_meier,
    mann_whitney_p,
    mean_difference,
    mean_interval,
    newcombe,
    nps_difference,
    nps_interval,
    quantile_probabilities,
    quantile_ranks,
    wilson,
    xmr,
)

NAN = float("nan")


def near(interval: tuple, digits: int) -> tuple[float, ...]:
    return tuple(round(float(end), digits) for end in interval)


def all_nan(interval: tuple) -> bool:
    return bool(np.isnan(interval).all())


# Shares


def test_wilson_of_two_thirds() -> None:
    """2 of 3: centre (2/3 + z²/6) / (1 + z²/3) = 1.30691/2.28049 = 0.57309, half ±0.36531."""
    assert near(wilson(2, 3), 4) == (0.2077, 0.9385)


def test_wilson_ends_and_empty() -> None:
    low, high = wilson([0, 10, 0, NAN], [10, 10, 0, 10])
    assert low[0] == 0.0
    assert high[1] == 1.0
    assert np.isnan([low[2], high[2], low[3], high[3]]).all()
    n = np.arange(1, 3000)
    assert (wilson(0 * n, n)[0] == 0.0).all()
    assert (wilson(n, n)[1] == 1.0).all()


@settings(deadline=None)
@given(n=st.integers(1, 10**6), share=st.floats(0, 1), confidence=st.sampled_from([0.8, 0.95, 0.99]))
def test_wilson_is_statsmodels(n: int, share: float, confidence: float) -> None:
    x = round(share * n)
    expected = proportion_confint(x, n, alpha=1 - confidence, method="wilson")
    np.testing.assert_allclose(wilson(x, n, confidence=confidence), expected, atol=1e-12)


def test_newcombe_of_its_own_article() -> None:
    """Table II of Newcombe (1998), method 10: 56/70 − 48/80 and 9/10 − 3/10; then 10/10 − 0/10."""
    assert near(newcombe(56, 70, 48, 80), 4) == (0.0524, 0.3339)
    assert near(newcombe(9, 10, 3, 10), 4) == (0.1705, 0.8090)
    assert near(newcombe(10, 10, 0, 10), 4) == (0.6075, 1.0)


@settings(deadline=None)
@given(counts=st.tuples(*[st.integers(1, 5000)] * 2), shares=st.tuples(*[st.floats(0, 1)] * 2))
def test_newcombe_is_statsmodels(counts: tuple[int, int], shares: tuple[float, float]) -> None:
    n1, n2 = counts
    x1, x2 = round(n1 * shares[0]), round(n2 * shares[1])
    expected = confint_proportions_2indep(x1, n1, x2, n2, method="newcomb", compare="diff")
    np.testing.assert_allclose(newcombe(x1, n1, x2, n2), expected, atol=1e-9)


def test_newcombe_without_answers_on_one_side() -> None:
    assert all_nan(newcombe(1, 2, 0, 0))
    assert all_nan(newcombe(0, 0, 1, 2))


# NPS


def test_nps_golden_of_metrics() -> None:
    assert near(nps_interval(4, 3, 3), 2) == (-36.06, 51.45)


def test_nps_is_clipped_and_nothing_without_answers() -> None:
    low, high = nps_interval([1, 0, 0], [0, 0, 0], [0, 1, 0], confidence=0.99)
    assert high[0] == 100.0
    assert low[1] == -100.0
    assert np.isnan([low[2], high[2]]).all()


def test_nps_difference_by_hand() -> None:
    """4/3/3 against 3/3/4: adjusted scores ±100/13, so 15.38; twice 0.64793/13; ±1.96 × 100 × √0.099682."""
    assert near(nps_difference(4, 3, 3, 3, 3, 4), 1) == (-46.5, 77.3)
    assert all_nan(nps_difference(4, 3, 3, 0, 0, 0))
    assert nps_difference(1, 0, 0, 0, 0, 1, confidence=0.9999)[1] == 200.0
    assert nps_difference(0, 0, 1, 1, 0, 0, confidence=0.9999)[0] == -200.0


# Means


def test_mean_of_three_by_hand() -> None:
    """1, 2, 3: 2 ± 4.30265 × 1 / √3."""
    assert near(mean_interval(2, 1, 3), 4) == (-0.4841, 4.4841)


def test_mean_of_fewer_than_two_is_unknown() -> None:
    low, high = mean_interval([5, 5, NAN], [NAN, 0, NAN], [1, 1, 0])
    assert np.isnan([low, high]).all()
    assert mean_interval(5, 0, 10) == (5, 5)
    assert all_nan(mean_difference(5, 1, 1, 4, 1, 10))
    assert all_nan(mean_difference(5, 0, 10, 4, 0, 10))


@settings(deadline=None, max_examples=50)
@given(seed=st.integers(0, 2**32), n1=st.integers(2, 40), n2=st.integers(2, 40))
def test_means_are_statsmodels(seed: int, n1: int, n2: int) -> None:
    random = np.random.default_rng(seed)
    a, b = random.normal(3, 1, n1), random.normal(2, 4, n2)
    one, two = DescrStatsW(a), DescrStatsW(b)
    mean = mean_interval(a.mean(), a.std(ddof=1), n1)
    np.testing.assert_allclose(mean, one.tconfint_mean(), rtol=1e-9)
    difference = mean_difference(a.mean(), a.std(ddof=1), n1, b.mean(), b.std(ddof=1), n2)
    np.testing.assert_allclose(difference, CompareMeans(one, two).tconfint_diff(usevar="unequal"), rtol=1e-9)


# Quantiles


def test_ranks_of_small_samples() -> None:
    """Median: 2 × (1/2)⁵ > 5 %, 2 × (1/2)⁶ < 5 %; n = 10 takes ranks 2 and 9 (Conover). P90: 0.9³⁶ < 2.5 %."""
    low, high = quantile_ranks([0, 1, 5, 6, 10, 100], 0.5)
    np.testing.assert_array_equal(low, [NAN, NAN, NAN, 1, 2, 40])
    np.testing.assert_array_equal(high, [NAN, NAN, NAN, 6, 9, 61])
    low, high = quantile_ranks([35, 36], 0.9)
    np.testing.assert_array_equal(low, [NAN, 29])
    np.testing.assert_array_equal(high, [NAN, 36])
    assert all_nan(quantile_ranks([10, 10, NAN], [0, 1, 0.5]))


@pytest.mark.parametrize("p", [0.1, 0.5, 0.75, 0.9, 0.95])
@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_ranks_cover_and_no_narrower_ones_do(p: float, confidence: float) -> None:
    n = np.concatenate([np.arange(1, 2000), [10**4, 10**5, 10**6, 5 * 10**6]])
    low, high = quantile_ranks(n, p, confidence=confidence)
    tail = (1 - confidence) / 2
    known = ~np.isnan(low)
    n, low, high = n[known], low[known], high[known]
    assert (low >= 1).all()
    assert (high <= n).all()
    assert (stats.binom.cdf(high - 1, n, p) - stats.binom.cdf(low - 1, n, p) >= confidence).all()
    assert (stats.binom.cdf(low - 1, n, p) <= tail + 1e-12).all()
    assert (stats.binom.cdf(low, n, p) > tail - 1e-12).all()
    assert (stats.binom.sf(high - 1, n, p) <= tail + 1e-12).all()
    assert (stats.binom.sf(high - 2, n, p) > tail - 1e-12).all()
    smallest = next(m for m in range(1, 500) if max((1 - p) ** m, p**m) <= tail)
    assert n[0] == smallest


@pytest.mark.parametrize("n", [6, 7, 36, 100, 1234])
@pytest.mark.parametrize("p", [0.5, 0.9])
def test_probabilities_read_the_ranks_off(n: int, p: float) -> None:
    values = np.random.default_rng(n).integers(0, 10**7, n)
    ranks, shares = quantile_ranks(n, p), quantile_probabilities(n, p)
    if np.isnan(ranks[0]):
        assert all_nan(shares)
        return
    expected = [float(np.sort(values)[int(rank) - 1]) for rank in ranks]
    np.testing.assert_allclose(np.quantile(values, shares), expected, rtol=1e-9)
    with duckdb.connect() as connection:
        sql = "select quantile_cont(x, $low), quantile_cont(x, $high) from (select unnest($values) as x)"
        got = connection.execute(
            sql, {"low": float(shares[0]), "high": float(shares[1]), "values": [float(v) for v in values]}
        ).fetchone()
    np.testing.assert_allclose(got, expected, rtol=1e-9)


def test_probabilities_of_too_few_values() -> None:
    assert all_nan(quantile_probabilities([0, 1, 5], 0.5))


# Mann–Whitney


def u_and_ties(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    u = float((a[:, None] > b).sum() + 0.5 * (a[:, None] == b).sum())
    _, sizes = np.unique(np.concatenate([a, b]), return_counts=True)
    return u, float((sizes.astype(float) ** 3 - sizes).sum())


@settings(deadline=None, max_examples=100)
@given(seed=st.integers(0, 2**32), n1=st.integers(1, 60), n2=st.integers(1, 60), spread=st.integers(1, 200))
def test_mann_whitney_is_scipy(seed: int, n1: int, n2: int, spread: int) -> None:
    random = np.random.default_rng(seed)
    a, b = random.integers(0, spread, n1), random.integers(spread // 3, spread + 1, n2)
    u, ties = u_and_ties(a, b)
    expected = stats.mannwhitneyu(a, b, method="asymptotic").pvalue
    np.testing.assert_allclose(mann_whitney_p(u, n1, n2, ties), expected, rtol=1e-9)
    np.testing.assert_allclose(mann_whitney_p(n1 * n2 - u, n1, n2, ties), expected, rtol=1e-9)


def test_mann_whitney_edges() -> None:
    """All five equal: U = 3, ties = 5³ − 5 = 120, variance 0, also where it is rounded to less than 0."""
    assert mann_whitney_p(3, 3, 2, 120) == 1.0
    n = 1_000_003.0 + 999
    assert mann_whitney_p(1_000_003 * 999 / 2, 1_000_003, 999, n**3 - n) == 1.0
    assert np.isnan(mann_whitney_p([0, 0, NAN], [0, 5, 5], [5, 0, 5])).all()
    assert 0 <= mann_whitney_p(0, 10**7, 10**7) < 1e-300


# False discovery rate


def test_benjamini_hochberg_by_hand() -> None:
    """Four tests: 0.01 × 4/1, 0.02 × 4/2, 0.03 × 4/3, 0.5 × 4/4; in the order given, nan left out."""
    np.testing.assert_allclose(benjamini_hochberg([0.5, 0.02, NAN, 0.01, 0.03]), [0.5, 0.04, NAN, 0.04, 0.04])
    assert benjamini_hochberg([]).shape == (0,)


@settings(deadline=None)
@given(p_values=st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_benjamini_hochberg_is_statsmodels(p_values: list[float]) -> None:
    expected = multipletests(p_values, method="fdr_bh")[1]
    np.testing.assert_allclose(benjamini_hochberg(p_values), expected, rtol=1e-12, atol=1e-300)


# Control charts


def test_control_limits_by_hand() -> None:
    """Mean 6, moving ranges 2, 2, 2, 2, 2: 6 ± 2.66 × 2."""
    limits = xmr([5, 7, 5, 7, 5, 7])
    assert limits == ControlLimits(6.0, pytest.approx(0.68), pytest.approx(11.32), ())


def test_five_points_have_no_limits() -> None:
    assert xmr([1, 2, 3, 4, 5]) is None
    assert xmr([1, 2, None, 3, 4, 5]) is None
    assert xmr([]) is None


def test_a_point_outside_the_limits() -> None:
    """Mean 21/11, moving ranges nine times 0 and once 10, so 1 on average; the point is 11."""
    limits = xmr([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 11])
    assert limits is not None
    assert limits.high == pytest.approx(21 / 11 + 2.66)
    assert limits.signals == (*[Signal(i, "run") for i in range(10)], Signal(10, "outside"))


def test_eight_in_a_row_on_one_side() -> None:
    """Mean 4: eight below it, then eight above it. Seven are not a run, and a point on the centre ends one."""
    eight = xmr([1, 3] * 4 + [5, 7] * 4)
    assert eight == ControlLimits(4.0, pytest.approx(-1.32), pytest.approx(9.32), eight.signals)
    assert eight.signals == tuple(Signal(i, "run") for i in range(16))
    seven = xmr([1, 3, 1, 3, 1, 3, 1, 7, 5, 7, 5, 7, 5, 7])
    assert seven is not None
    assert seven.signals == ()
    ended = xmr([1, 3, 1, 3, 4, 1, 3, 1, 3, 7, 5, 7, 5, 4, 7, 5, 7, 5])
    assert ended is not None
    assert ended.signals == ()


def test_a_period_without_a_value_is_passed_over_and_keeps_its_place() -> None:
    limits = xmr([1, 3, 1, 3, None, 1, 3, 1, 3, *[5, 7] * 4])
    assert limits is not None
    assert [signal.position for signal in limits.signals] == [0, 1, 2, 3, *range(5, 17)]


@pytest.mark.parametrize("value", [0.0, 0.1, 1e9 / 3, -7.7])
def test_equal_points_are_no_signal_whatever_the_rounding(value: float) -> None:
    for count in range(6, 30):
        limits = xmr([value] * count)
        assert limits is not None
        assert limits.signals == ()


def test_limits_of_a_rate_are_clipped() -> None:
    limits = xmr([0.1, 0.9, 0.1, 0.9, 0.1, 0.9], clip=(0, 1))
    assert limits == ControlLimits(pytest.approx(0.5), 0.0, 1.0, ())


# Survival


def test_survival_by_hand() -> None:
    """Five customers: one gone at 1, two at 2 (one of them censored), gone at 3, censored at 4.

    S: 4/5, × 3/4 = 3/5, × 1/2 = 3/10, 3/10.
    """
    table = kaplan_meier([3, 1, 2, 2, 4], [1, 1, 1, 0, 0])
    np.testing.assert_array_equal(table.time, [0, 1, 2, 3, 4])
    np.testing.assert_array_equal(table.at_risk, [5, 5, 4, 2, 1])
    np.testing.assert_array_equal(table.events, [0, 1, 1, 1, 0])
    expected = [Fraction(1), Fraction(4, 5), Fraction(3, 5), Fraction(3, 10), Fraction(3, 10)]
    np.testing.assert_allclose(table.survival, [float(share) for share in expected])


SURVIVAL_EDGES = {
    "no events": ([1, 2, 3], [0, 0, 0]),
    "all at once": ([2, 2, 2], [1, 1, 1]),
    "to zero": ([1, 2, 3], [1, 1, 1]),
    "zero at the last of a tie": ([1, 3, 3], [1, 1, 0]),
    "gone at once": ([0, 0, 1, 2], [1, 0, 1, 0]),
    "one gone": ([5], [1]),
    "one staying": ([5], [0]),
}


def same_as_lifelines(durations: object, events: object) -> None:
    durations, events = np.asarray(durations, dtype=float), np.asarray(events)
    fitter = KaplanMeierFitter().fit(durations, events)
    band = fitter.confidence_interval_survival_function_
    table = kaplan_meier(durations, events)
    np.testing.assert_array_equal(table.time, fitter.timeline)
    np.testing.assert_array_equal(table.at_risk, fitter.event_table["at_risk"])
    np.testing.assert_array_equal(table.events, fitter.event_table["observed"])
    np.testing.assert_allclose(table.survival, fitter.survival_function_["KM_estimate"], atol=1e-12)
    np.testing.assert_allclose(table.low, band.iloc[:, 0], atol=1e-9)
    np.testing.assert_allclose(table.high, band.iloc[:, 1], atol=1e-9)


@pytest.mark.parametrize(("durations", "events"), SURVIVAL_EDGES.values(), ids=SURVIVAL_EDGES.keys())
def test_survival_edges_are_lifelines(durations: list[int], events: list[int]) -> None:
    same_as_lifelines(durations, events)


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 2**32), n=st.integers(1, 300), longest=st.integers(1, 60), gone=st.floats(0, 1))
def test_survival_is_lifelines_and_grouping_changes_nothing(seed: int, n: int, longest: int, gone: float) -> None:
    random = np.random.default_rng(seed)
    durations, events = random.integers(0, longest + 1, n), random.random(n) < gone
    same_as_lifelines(durations, events)
    groups, counts = np.unique(np.stack([durations, events]), axis=1, return_counts=True)
    whole, grouped = kaplan_meier(durations, events), kaplan_meier(groups[0], groups[1], counts)
    for column in ("time", "at_risk", "events", "survival", "low", "high"):
        np.testing.assert_array_equal(getattr(whole, column), getattr(grouped, column))


def test_survival_is_statsmodels() -> None:
    random = np.random.default_rng(7)
    durations, events = random.integers(1, 40, 500), random.random(500) < 0.4
    peer, table = SurvfuncRight(durations, events), kaplan_meier(durations, events)
    at = np.searchsorted(table.time, peer.surv_times)
    np.testing.assert_allclose(table.survival[at], peer.surv_prob)
    np.testing.assert_array_equal(table.at_risk[at], peer.n_risk)
    np.testing.assert_array_equal(table.events[at], peer.n_events)
    s, spread = peer.surv_prob, 1.959964 * peer.surv_prob_se / (peer.surv_prob * np.log(peer.surv_prob))
    np.testing.assert_allclose(table.low[at], s ** np.exp(-spread), rtol=1e-6)
    np.testing.assert_allclose(table.high[at], s ** np.exp(spread), rtol=1e-6)


def test_survival_of_nothing_and_of_a_negative_duration() -> None:
    assert kaplan_meier([], []).time.size == 0
    assert kaplan_meier([NAN, 2], [1, 1], [5, 0]).time.size == 0
    np.testing.assert_array_equal(kaplan_meier([NAN, 2], [1, 1]).at_risk, [1, 1])
    with pytest.raises(ValueError, match="negative"):
        kaplan_meier([-1], [1])
    with pytest.raises(ValueError, match="one row each"):
        kaplan_meier([1, 2], [1])


# All of them


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (wilson, (3, 9)),
        (newcombe, (3, 9, 4, 8)),
        (nps_interval, (4, 3, 3)),
        (nps_difference, (4, 3, 3, 3, 3, 4)),
        (mean_interval, (4, 1, 9)),
        (mean_difference, (4, 1, 9, 3, 2, 8)),
        (quantile_ranks, (40, 0.5)),
        (quantile_probabilities, (40, 0.5)),
        (mann_whitney_p, (30, 9, 8, 12)),
    ],
)
def test_a_column_of_rows_gives_what_each_row_gives(function: object, arguments: tuple[float, ...]) -> None:
    """Scalars in, scalars out; shape (3, 2) in, shape (3, 2) out; not measured in, not measured out."""
    alone = np.asarray(function(*arguments))
    columns = [np.full((3, 2), value) for value in arguments]
    many = np.asarray(function(*columns))
    assert many.shape == (*alone.shape, 3, 2)
    np.testing.assert_array_equal(many, np.broadcast_to(alone[..., None, None], many.shape))
    for position in range(len(arguments)):
        missing = [[None] if position == i else [value] for i, value in enumerate(arguments)]
        assert np.isnan(function(*missing)).all()


@pytest.mark.parametrize("function", [wilson, newcombe, nps_interval, mean_interval, quantile_ranks])
def test_more_confidence_is_wider(function: object) -> None:
    arguments = {wilson: (3, 9), newcombe: (3, 9, 4, 8), nps_interval: (4, 3, 3), mean_interval: (4, 1, 9)}
    given = arguments.get(function, (40, 0.5))
    wide, narrow = function(*given, confidence=0.99), function(*given, confidence=0.8)
    assert wide[0] < narrow[0] < narrow[1] < wide[1]
