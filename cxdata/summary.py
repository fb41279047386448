"""What changed beyond noise, and where: the few findings that a meeting starts from.

In: metrics, filters and what they are held against. Out: findings, strongest first, and five sentences at most. A change is taken apart by team,
channel, priority and segment: what comes from the groups themselves (rate effect) and what from more or fewer rows
of some of them (mix effect). The two add up to the change exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from cxdata import comparison, formats, statistics
from cxdata.arrays import Array, Key, Whole
from cxdata.comparison import LEVEL, Comparison
from cxdata.engine import Engine
from cxdata.filters import Filters, Period, dimension
from cxdata.i18n import N_, _
from cxdata.metrics import metric
from cxdata.metrics.base import Measure, Metric, Quantile, Share, ratio
from cxdata.queries import ask_parts
from cxdata.questions import TOTAL, Moment, Query

METRICS = (
    "nps", "csat", "ces", "retention_rate", "first_response_time", "resolution_time", "sla", "unanswered_rate",
    "first_contact_resolution", "reopen_rate",
)  # fmt: skip
"""What is looked at for what changed."""
DIMENSIONS = ("team", "channel", "priority", "segment")
MOST = 0.5  # of a change, that a group explains when it is said to explain most
MORE_THAN_ITS_SHARE = 0.2  # by which that is more than its share of the rows
NEARLY_ALL = 0.9
TOLD = 3  # findings that get a sentence of their own


@dataclass(frozen=True)
class Place:
    """Where a change comes from. `groups`: {dimension: group}, one or two; `explained`: the share of the change.

    `is_mix`: not the group itself changed, but its share of the rows did, from `before` to `now`.
    """

    groups: Mapping[str, str | None]
    explained: float
    is_mix: bool = False
    before: float = np.nan
    now: float = np.nan


@dataclass(frozen=True)
class Finding:
    """A clear change, and the place it mostly comes from; None where it is spread out or cannot be taken apart.

    `looked_at`: the dimensions by which it was taken apart.
    """

    change: Comparison
    place: Place | None
    looked_at: tuple[str, ...]


@dataclass(frozen=True)
class Summary:
    """`findings`: clear changes, strongest first; `unsure`: clear one by one, but not among so many; `steady`: none;
    `unknown`: nothing to compare with, or too few. The last three are names of metrics; `held`: the period held against;
    `earlier`: it is another one than that of the numbers themselves.
    """

    findings: tuple[Finding, ...]
    unsure: tuple[str, ...]
    steady: tuple[str, ...]
    unknown: tuple[str, ...]
    held: Period
    earlier: bool

    @property
    def judged(self) -> int:
        return len(self.findings) + len(self.unsure) + len(self.steady)


def summarise(
    engine: Engine, names: Sequence[str], filters: Filters, moment: Moment, other: Period | Filters | None = None
) -> Summary:
    """Compare metrics, allow for their number, and take the clear changes apart."""
    query = Query(tuple(names), filters=filters)
    alone = comparison.compare_apart(engine, query, moment, other)
    together = {one.metric: one for one in comparison.allowing_for_many(list(alone.values()))}
    clear = sorted((one for one in together.values() if one.verdict in ("better", "worse")), key=lambda one: one.p)
    here, there = comparison.periods(query, moment, other)
    places = _places(engine, clear, here, there, moment)
    findings = (Finding(one, *places.get(one.metric, (None, ()))) for one in clear)
    unsure = [name for name, one in together.items() if one.verdict == "none" and alone[name].verdict != "none"]
    return Summary(
        tuple(findings),
        tuple(unsure),
        tuple(name for name, one in together.items() if one.verdict == "none" and name not in unsure),
        tuple(name for name, one in together.items() if not one.verdict),
        there.period,
        here.period != there.period,
    )


# --- where ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Cells:
    """The rows of both sides by all dimensions together: the keys, and the parts of the measure for each cell."""

    measure: Measure
    names: tuple[str, ...]
    keys: tuple[Key, ...]
    now: Mapping[str, Array]
    before: Mapping[str, Array]

    def within(self, name: str, group: str | None) -> _Cells:
        """The cells of one group, without its dimension."""
        at = self.names.index(name)
        kept = [place for place, key in enumerate(self.keys) if key[at] == group]
        return replace(
            self,
            names=self.names[:at] + self.names[at + 1 :],
            keys=tuple(self.keys[place][:at] + self.keys[place][at + 1 :] for place in kept),
            now={part: array[kept] for part, array in self.now.items()},
            before={part: array[kept] for part, array in self.before.items()},
        )

    def by(self, name: str) -> tuple[list[str | None], Mapping[str, Array], Mapping[str, Array]]:
        """(groups, their parts now, their parts before) of one dimension."""
        at = self.names.index(name)
        places: dict[str | None, int] = {}
        codes: Whole = np.array([places.setdefault(key[at], len(places)) for key in self.keys], dtype="int64")

        def added(parts: Mapping[str, Array]) -> dict[str, Array]:
            made: dict[str, Array] = {}
            for part, array in parts.items():
                made[part] = np.bincount(codes, np.nan_to_num(array), len(places)).astype("float64")
            return made

        return list(places), added(self.now), added(self.before)


def _places(
    engine: Engine, clear: Sequence[Comparison], here: Filters, there: Filters, moment: Moment
) -> dict[str, tuple[Place | None, tuple[str, ...]]]:
    """{metric: (where its change mostly comes from, the dimensions looked at)}."""
    entries = {one.metric: _linear(metric(one.metric), one, here.clock) for one in clear}
    found: dict[str, tuple[Place | None, tuple[str, ...]]] = {}
    for table in dict.fromkeys(entry.table for entry in entries.values() if entry):
        own = {name: entry for name, entry in entries.items() if entry and entry.table == table}
        names = tuple(
            name
            for name in DIMENSIONS
            if table in dimension(name).facts and here.values.get(name) == there.values.get(name)
            and len(here.values.get(name, ())) != 1
        )  # fmt: skip
        for cells_of in _asked(engine, own, names, here, there, moment):
            found |= {name: (_place(cells), names) for name, cells in cells_of.items()}
    return found


def _asked(
    engine: Engine, entries: Mapping[str, Metric], names: tuple[str, ...], here: Filters, there: Filters, moment: Moment
) -> list[dict[str, _Cells]]:
    """The cells of metrics of one table, asked together where they can be."""
    together: dict[tuple[str, str, bool], dict[str, Metric]] = {}
    for name, entry in entries.items():
        together.setdefault((entry.facts, entry.time, entry.measure.additive), {})[name] = entry
    made = []
    for own in together.values():
        sides = [
            ask_parts(engine, list(own.values()), Query((), TOTAL, names, filters), moment) for filters in (here, there)
        ]
        both = comparison.together(dict(zip(("now", "before"), sides, strict=True)))
        made.append(
            {
                name: _Cells(entry.measure, names, both["now"].keys, *(both[w].arrays[entry.name] for w in both))
                for name, entry in own.items()
            }
        )
    return made


class _Longer(Share):
    """The share of durations that are longer than some; not among what is kept by month."""

    additive = False


def _linear(entry: Metric, change: Comparison, clock: str) -> Metric | None:
    """A metric that adds up over groups and changes as this one does; None where there is none.

    For a duration: the share of the rows that take longer than the quantile was.
    """
    if isinstance(entry.measure, Quantile):
        seconds = entry.measure.seconds(clock)
        longer = _Longer(f"{seconds} > {change.before:.0f}", f"{entry.measure.known} and {seconds} is not null")
        return replace(entry, measure=longer)
    return entry if entry.measure.additive or entry.facts != entry.table else None


def _place(cells: _Cells) -> Place | None:
    """The group that explains most of a change, and one within it; else the mix that does."""
    first = _best(cells)
    if first is None or first.is_mix:
        return first
    ((name, group),) = first.groups.items()
    inner = _best(cells.within(name, group), mix=False)
    if inner is None:
        return first
    return Place({**first.groups, **inner.groups}, first.explained * inner.explained)


def _best(cells: _Cells, *, mix: bool = True) -> Place | None:
    """The group, of any dimension, that explains most of a change and far more than its share of the rows."""
    candidates: list[tuple[float, Place]] = []
    tested: list[tuple[float, str, Any]] = []
    for name in cells.names:
        groups_, now, before = cells.by(name)
        if len(groups_) < 2:
            continue
        top, bottom = (cells.measure.numerator(parts) for parts in (now, before))
        n1, n0 = cells.measure.n(now), cells.measure.n(before)
        mixed, own = contributions(top, n1, bottom, n0)
        whole = float((mixed + own).sum())
        if not whole or np.isnan(whole):
            return None
        share = (n1 / n1.sum() + n0 / n0.sum()) / 2
        p = statistics.p_value(partial(cells.measure.difference, now, before))
        for at, group in enumerate(groups_):
            tested.append((float(p[at]), name, group))
            explained = float((mixed[at] + own[at]) / whole)
            if explained >= MOST and explained - share[at] >= MORE_THAN_ITS_SHARE and own[at] * whole > 0:
                candidates.append((explained - float(share[at]), Place({name: group}, explained)))
        if mix and float(mixed.sum()) / whole >= MOST:
            at = int(np.argmax(mixed / whole))
            shares = float(n0[at] / n0.sum()), float(n1[at] / n1.sum())
            candidates.append(
                (float(mixed.sum()) / whole, Place({name: groups_[at]}, float(mixed.sum()) / whole, True, *shares))
            )
    adjusted = statistics.benjamini_hochberg([p for p, _name, _group in tested])
    clear = {(name, group) for (_p, name, group), q in zip(tested, adjusted, strict=True) if q < LEVEL}
    kept = [one for one in candidates if one[1].is_mix or next(iter(one[1].groups.items())) in clear]
    return max(kept, key=lambda one: one[0])[1] if kept else None


def contributions(x1: Array, n1: Array, x0: Array, n0: Array) -> tuple[Array, Array]:
    """(mix, rate): what each group contributes to the change of x / n from before (0) to now (1); their sum is the change.

    With w the share of a group in n, r its own x / n and R that of all, bars for the mean of before and now:
    rate = w̄ (r1 - r0), mix = (w1 - w0) (r̄ - R̄). A group that is on one side only has the rate it has there: all of it
    is mix.
    """
    w1, w0 = ratio(n1, np.full(n1.shape, n1.sum())), ratio(n0, np.full(n0.shape, n0.sum()))
    r1, r0 = ratio(x1, n1), ratio(x0, n0)
    r1, r0 = np.where(np.isnan(r1), r0, r1), np.where(np.isnan(r0), r1, r0)
    r1, r0 = np.nan_to_num(r1), np.nan_to_num(r0)
    middle = (float(x1.sum() / n1.sum()) + float(x0.sum() / n0.sum())) / 2 if n1.sum() and n0.sum() else np.nan
    return (w1 - w0) * ((r1 + r0) / 2 - middle), (w1 + w0) / 2 * (r1 - r0)


# --- in words ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sentence:
    """One sentence, the metric it is about (the first of several), its verdict, and whether that went "up" or "down"."""

    text: str
    metric: str = ""
    verdict: str = "none"
    direction: str = ""


def sentences(found: Summary) -> list[Sentence]:
    """The summary in words: the strongest changes one by one, the others together, and what did not change."""
    told = [
        _sentence(f"{_changed(one.change, found.earlier)} {_where(one)}".strip(), one.change)
        for one in found.findings[:TOLD]
    ]
    for verdict, words in (("worse", N_("Also worse: {names}.")), ("better", N_("Also better: {names}."))):
        others = [one.change for one in found.findings[TOLD:] if one.change.verdict == verdict]
        if others:
            told.append(_sentence(_(words, names=", ".join(_moved(one) for one in others)), others[0]))
    rest = []
    if found.steady:
        rest.append(_("No clear change in {names}.", names=_named(found.steady)))
    if found.unsure:
        text = _("{names}: may be luck, among {count} numbers.", names=_named(found.unsure), count=found.judged)
        rest.append(text)
    if not found.judged:
        period = formats.span(found.held)
        rest.append(_("There is too little in {period} to hold this against.", period=period))
    if rest:
        told.append(Sentence(" ".join(rest), next(iter([*found.steady, *found.unsure]), "")))
    return told


def _sentence(text: str, change: Comparison) -> Sentence:
    return Sentence(text, change.metric, change.verdict, "up" if change.now > change.before else "down")


def _changed(change: Comparison, earlier: bool) -> str:
    entry = metric(change.metric)
    words = _("{metric} is better") if change.verdict == "better" else _("{metric} is worse")
    text = (
        N_("{what}: {now}, was {before} ({change}).") if earlier else N_("{what}: {now} against {before} ({change}).")
    )
    return _(
        text,
        what=words.format(metric=f"**{_(entry.label)}**"),
        now=formats.value(change.now, entry.unit),
        before=formats.value(change.before, entry.unit),
        change=formats.change(change.change, entry.unit, entry.is_rate),
    )


def _moved(change: Comparison) -> str:
    entry = metric(change.metric)
    return f"{_(entry.label)} ({formats.change(change.change, entry.unit, entry.is_rate)})"


def _named(names: Sequence[str]) -> str:
    return ", ".join(_(metric(name).label) for name in names)


def _where(one: Finding) -> str:
    """Where a change mostly comes from, in words."""
    if one.place is None:
        if len(one.looked_at) < 2:
            return ""
        named = [_(dimension(name).label).lower() for name in one.looked_at]
        listed = _("{names} or {last}", names=", ".join(named[:-1]), last=named[-1])
        return _("It does not come from one {listed}.", listed=listed)
    groups = [
        f"{_(dimension(name).label).lower()} {formats.group(name, group)}" for name, group in one.place.groups.items()
    ]
    place = _("{inner} within {outer}", inner=groups[1], outer=groups[0]) if len(groups) > 1 else groups[0]
    most = one.place.explained >= NEARLY_ALL
    share = _("Nearly all") if most else _("About {share}", share=formats.percent(one.place.explained, 0))
    if not one.place.is_mix:
        return _("{share} of it comes from {place}.", share=share, place=place)
    return _(
        "{share} of it comes from another mix: {place} went from {before} to {now}.",
        share=share,
        place=place,
        before=formats.percent(one.place.before, 0),
        now=formats.percent(one.place.now, 0),
    )
