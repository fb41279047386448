"""What to train on: which part of quality is lowest, and which groups lie below the others, beyond noise.

In: an engine, metrics of quality, filters. Out: Lowest and Below, and sentences. Groups are held against all others together;
verdicts allow for the number of groups and metrics (Benjamini–Hochberg at 5%).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cxdata import formats, statistics
from cxdata.arrays import Array
from cxdata.comparison import LEVEL
from cxdata.engine import Engine
from cxdata.filters import Filters
from cxdata.i18n import N_, _
from cxdata.metrics import metric
from cxdata.queries import Parts, ask_parts
from cxdata.questions import Moment, Query

REVIEWED = ("reviewed_accuracy", "reviewed_professionalism")
ANSWERED = ("quality_accuracy", "quality_professionalism")
"""What somebody can be trained in, as colleagues and as customers judge it; the overall experience is what comes of it."""
PARTS = {
    "accuracy": N_("Accuracy"),
    "professionalism": N_("Professionalism"),
    "overall": N_("Overall experience"),
}


@dataclass(frozen=True)
class Lowest:
    """The metric with the lowest value, and the next one. `low`, `high`: interval of the difference; `is_clear`: beyond noise."""

    metric: str
    value: float
    n: int
    next: str
    next_value: float
    low: float
    high: float
    is_clear: bool


@dataclass(frozen=True)
class Below:
    """A group that lies below all others together on a metric. `low`, `high`: 95% interval of the difference."""

    metric: str
    by: str
    group: str
    value: float
    n: int
    others: float
    others_n: int
    low: float
    high: float


def lowest(engine: Engine, names: Sequence[str], filters: Filters, moment: Moment) -> Lowest | None:
    """The lowest of some metrics on one scale; None where fewer than two are measured well enough.

    The interval of the difference allows for the pairs that could have been compared; it takes the two as independent, and so
    is rather too wide where both are of the same tickets.
    """
    parts = ask_parts(engine, [metric(name) for name in names], Query(tuple(names), filters=filters), moment)
    found = []
    for name in names:
        own, measure = parts.arrays[name], metric(name).measure
        n = int(np.nan_to_num(measure.n(own))[0])
        if n >= moment.settings.minimum_n:
            found.append((float(measure.value(own)[0]), n, name))
    if len(found) < 2:
        return None
    (value, n, name), (next_value, _n, other) = sorted(found)[:2]
    pairs = len(found) * (len(found) - 1) / 2
    low, high = metric(name).measure.difference(parts.arrays[name], parts.arrays[other], 1 - LEVEL / pairs)
    return Lowest(name, value, n, other, next_value, float(low[0]), float(high[0]), bool(high[0] < 0))


def below(
    engine: Engine, names: Sequence[str], bys: Sequence[str], filters: Filters, moment: Moment
) -> tuple[tuple[Below, ...], int]:
    """(the groups by some dimensions that lie clearly below all others together, furthest first; how many comparisons were made).

    The comparisons of each dimension are allowed for by themselves, as in the charts: many agents do not hide a team.
    """
    clear, count = list[Below](), 0
    for by in bys:
        tried = list(_tried(engine, names, by, filters, moment))
        adjusted = statistics.benjamini_hochberg([p for _one, p in tried])
        clear += [one for (one, _p), p in zip(tried, adjusted, strict=True) if p < LEVEL and one.value < one.others]
        count += len(tried)
    return tuple(sorted(clear, key=lambda one: one.value - one.others)), count


def _tried(
    engine: Engine, names: Sequence[str], by: str, filters: Filters, moment: Moment
) -> Iterator[tuple[Below, float]]:
    """Every group that can be held against the others, with the p-value of the difference."""
    parts = ask_parts(engine, [metric(name) for name in names], Query(tuple(names), by=(by,), filters=filters), moment)
    least = moment.settings.minimum_n
    for name in names:
        measure = metric(name).measure
        own, others = _sides(parts, name)
        n, rest = measure.n(own), measure.n(others)
        values, other_values = measure.value(own), measure.value(others)
        low, high = measure.difference(own, others)
        p = measure.p_value(own, others)
        for at, key in enumerate(parts.keys):
            if key[0] is not None and n[at] >= least and rest[at] >= least and not np.isnan(p[at]):
                yield (
                    Below(
                        name, by, str(key[0]), float(values[at]), int(n[at]), float(other_values[at]), int(rest[at]),
                        float(low[at]), float(high[at]),
                    ),
                    float(p[at]),
                )  # fmt: skip


def team_of(engine: Engine, agent: str) -> str | None:
    """The team of most of an agent's tickets; None where none is known."""
    sql = "select team from ticket_facts where agent = $agent and team is not null group by team order by count(*) desc, team limit 1"
    found = engine.query(sql, agent=agent).to_pylist()
    return str(found[0]["team"]) if found else None


def _sides(parts: Parts, name: str) -> tuple[dict[str, Array], dict[str, Array]]:
    """The parts of each group, and those of all other groups together: sums, squares and n add up."""
    own = {part: np.nan_to_num(array) for part, array in parts.arrays[name].items()}
    return own, {part: array.sum() - array for part, array in own.items()}


# --- in words -----------------------------------------------------------------------------------------------


def lowest_said(found: Lowest) -> str:
    """Which is lowest, and whether that is more than noise."""
    words = {
        "name": part(found.metric), "value": formats.value(found.value, "quality"), "other": part(found.next).lower(),
        "next": formats.value(found.next_value, "quality"), "low": formats.difference(found.low, "quality"),
        "high": formats.difference(found.high, "quality"),
    }  # fmt: skip
    if found.is_clear:
        return _("{name} is lowest: {value}, against {next} for {other}. That is more than noise (95% interval of the difference {low} to {high}).", **words)  # fmt: skip
    return _("{name} ({value}) and {other} ({next}) do not differ beyond noise: neither is clearly the one to train on.", **words)  # fmt: skip


def below_said(one: Below) -> str:
    """What a group lies below, and how sure that is; without its name."""
    return _(
        "{name} {value}, against {others} of all others together (95% interval of the difference {low} to {high}; n = {n})",
        name=part(one.metric).lower(),
        value=formats.value(one.value, "quality"),
        others=formats.value(one.others, "quality"),
        low=formats.difference(one.low, "quality"),
        high=formats.difference(one.high, "quality"),
        n=formats.decimal(one.n, 0),
    )


def part(name: str) -> str:
    """The part of quality that a metric is about, in words."""
    return _(PARTS[name.split("_", 1)[1]])
