"""Durations counted in steps: the quantiles of every group, their intervals and rank tests, from one small answer.

In: metrics on one duration, a question. Out: a Tally (how many durations of each group lie in each step), and from it and one
more, narrow question the exact order statistics. The facts hold beside every duration its step (`facts.STEP_SQL`,
about 2 % wide), so a scan counts small whole numbers instead of sorting durations, and only the few steps in which
an order statistic lies are read in full.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cxdata import scans, statistics
from cxdata.arrays import Key, Whole, coded, doubles
from cxdata.engine import Engine
from cxdata.metrics.base import Array, Metric, Quantile
from cxdata.questions import Moment, Query


@dataclass(frozen=True)
class Tally:
    """Durations by group and step, in order: `place` indexes `keys`, `k` counts the durations of a step.

    A group without any duration has a key and no step.
    """

    keys: tuple[Key, ...]
    place: Whole
    step: Whole
    k: Whole

    @property
    def n(self) -> Whole:
        """How many durations each group has."""
        return np.bincount(self.place, weights=self.k, minlength=len(self.keys)).astype("int64")

    def of(self, key: Key) -> Tally:
        """The durations of one group; none where it is not there."""
        own = self.place == self.keys.index(key) if key in self.keys else np.zeros(self.place.size, dtype=bool)
        return Tally((key,), np.zeros(int(own.sum()), dtype="int64"), self.step[own], self.k[own])


def tally(engine: Engine, entry: Metric, query: Query, moment: Moment) -> Tally:
    """Count the durations of each group by step, for a metric that is a quantile."""
    sql, params = scans.tally(entry, query, moment)
    found = engine.query(sql, **params)
    codes, keys = coded(found, list(scans.keys_of(entry, query)))
    steps, k = doubles(found["step"]), doubles(found["k"]).astype("int64")
    order = np.lexsort((steps, codes))
    order = order[~np.isnan(steps[order])]
    return Tally(keys, codes[order], steps[order].astype("int64"), k[order])


def quantiles(
    engine: Engine, entries: Sequence[Metric], query: Query, moment: Moment, found: Tally
) -> list[dict[str, Array]]:
    """For each metric on the same duration the parts `value`, `n`, `low` and `high`, aligned with the tally's keys.

    Type 7 between order statistics; the ends of the interval are order statistics (see statistics.quantile_ranks).
    """
    n = found.n.astype("float64")
    wanted: list[Array] = []  # 0-based ranks, nan where there is none
    measures = [entry.measure for entry in entries if isinstance(entry.measure, Quantile)]
    for measure in measures:
        at = np.where(n > 0, (n - 1) * measure.p, np.nan)
        low, high = statistics.quantile_ranks(n, measure.p)
        wanted += [np.floor(at), np.ceil(at), low - 1, high - 1]
    read = _order_statistics(engine, entries[0], query, moment, found, np.array(wanted).reshape(len(wanted), -1))
    answers = []
    for number, measure in enumerate(measures):
        below, above, low, high = read[4 * number : 4 * number + 4]
        share = (n - 1) * measure.p - np.floor((n - 1) * measure.p)
        answers.append({"value": below + (above - below) * share, "n": n, "low": low, "high": high})
    return answers


def mann_whitney(now: Tally, before: Tally) -> float:
    """Two-sided p-value that the durations of two tallies of one group differ; those of one step count as equal."""
    steps = np.union1d(now.step, before.step)
    a, b = np.zeros(steps.size), np.zeros(steps.size)
    a[np.searchsorted(steps, now.step)], b[np.searchsorted(steps, before.step)] = now.k, before.k
    together = a + b
    u = float(np.sum(a * (np.cumsum(b) - b / 2)))
    return float(statistics.mann_whitney_p(u, a.sum(), b.sum(), np.sum(together**3 - together)))


def _order_statistics(engine: Engine, entry: Metric, query: Query, moment: Moment, found: Tally, ranks: Array) -> Array:
    """The durations at 0-based ranks: one row a rank, one column a group, nan where the rank is."""
    answer = np.full(ranks.shape, np.nan)
    asked = np.isfinite(ranks)
    if not asked.any():
        return answer
    through = np.cumsum(found.k)
    n = found.n
    at = (ranks + (np.cumsum(n) - n))[asked].astype("int64")
    cell = np.searchsorted(through, at, side="right")
    within = at - (through[cell] - found.k[cell])
    cells = np.unique(cell)
    sql, params = scans.of_steps(entry, query, moment, np.unique(found.step[cells]).tolist())
    rows = engine.query(sql, **params)
    codes, keys = coded(rows, list(scans.keys_of(entry, query)))
    known = {key: place for place, key in enumerate(found.keys)}
    place = np.array([known[key] for key in keys], dtype="int64")[codes]
    width = int(found.step.max()) + 1
    own = place * width + doubles(rows["step"]).astype("int64")
    cell_codes = found.place[cells] * width + found.step[cells]
    slot = np.minimum(np.searchsorted(cell_codes, own), cells.size - 1)
    kept = cell_codes[slot] == own
    x = doubles(rows["x"])[kept].astype("int64")  # whole seconds, not negative: one number sorts them within their slot
    longest = int(x.max(initial=0)) + 1
    x = np.sort(slot[kept] * longest + x) % longest
    begins = np.concatenate(([0], np.cumsum(found.k[cells])[:-1]))
    answer[asked] = x[begins[np.searchsorted(cells, cell)] + within]
    return answer
