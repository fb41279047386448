"""Whether a series moves by more than it always does: control limits over complete periods, and what they show in words.

In: the answer to a question over time. Out: for each line of it limits and signals (Wheeler's XmR chart, see
`statistics.xmr`), and a sentence about them all. Partial periods take no part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
import pandas as pd

from cxdata import formats, statistics
from cxdata.arrays import Key
from cxdata.comparison import Comparison
from cxdata.i18n import N_, _
from cxdata.metrics import metric
from cxdata.questions import TOTAL, Answer
from cxdata.statistics import XMR_POINTS, ControlLimits

MOST_NAMED = 3  # periods, groups or lines that a sentence names
MOST_LINES = 16  # of a chart, that are judged


@dataclass(frozen=True)
class Line:
    """One line of an answer over time, of a metric or, where the question has a dimension, of a group of it.

    `limits`: None with fewer than six complete periods, and for a metric whose recent periods still change. Positions of
    signals are those of `rows`.
    """

    metric: str
    group: str | None
    rows: pd.DataFrame
    limits: ControlLimits | None = None


def lines(answer: Answer, most: int | None = None) -> tuple[Line, ...]:
    """The lines of an answer over time, each with its limits, which allow for the number of lines; () for other answers.

    `most`: of more groups than that, those with most rows.
    """
    query = answer.query
    if query.grain == TOTAL or len(query.by) > 1 or "month" in answer.rows or answer.rows.empty:
        return ()
    apart = [line for name in query.metrics for line in _apart(answer, name)]
    if query.by and most and len(apart) > most:
        largest = sorted(apart, key=lambda line: -line.rows["n"].sum())[:most]
        apart = [line for line in apart if any(line is one for one in largest)]
    judged = sum(_values(line).count() >= XMR_POINTS for line in apart if not metric(line.metric).matures)
    if not 0 < judged <= MOST_LINES:
        return tuple(apart)
    return tuple(replace(line, limits=_limits(line, judged)) for line in apart)


def _apart(answer: Answer, name: str) -> list[Line]:
    rows, by = answer.of(name), answer.query.by
    if not by:
        return [Line(name, None, rows)]
    return [
        Line(name, None if pd.isna(group) else group, own.reset_index(drop=True))
        for group, own in rows.groupby(by[0], dropna=False, sort=True)
    ]


def _values(line: Line) -> pd.Series:
    """The values of the complete periods."""
    return line.rows["value"].astype("float64").mask(line.rows["partial"].astype(bool))


def _limits(line: Line, among: int) -> ControlLimits | None:
    """A run that is one only because a period outside the limits pulls the centre away is none."""
    entry, values = metric(line.metric), _values(line).to_numpy(copy=True)
    if entry.matures:
        return None
    floor = (0.0, np.inf) if entry.unit in ("count", "duration", "money", "number") else None
    found = statistics.xmr(values, clip=entry.bounds or floor, among=among)
    outside = [signal.position for signal in found.signals if signal.rule == "outside"] if found else []
    if found is None or not outside:
        return found
    values[outside] = np.nan
    steady = statistics.xmr(values, among=among)
    runs = {signal.position for signal in steady.signals if signal.rule == "run"} if steady else set()
    return replace(found, signals=tuple(s for s in found.signals if s.rule == "outside" or s.position in runs))


def limits(answer: Answer) -> ControlLimits | None:
    """The control limits of an answer that is one line over time; None for others."""
    found = lines(answer)
    return found[0].limits if len(found) == 1 else None


def sentence(answer: Answer, names: Sequence[str] = (), most: int | None = None) -> str:
    """What the limits show: which periods of which lines stand out, or that none does; "" where there are no limits.

    `names`: of the lines, where they are not those of their metrics or groups; `most`: as of `lines`.
    """
    found, grain = lines(answer, most), answer.query.grain
    if found and all(metric(line.metric).matures for line in found):
        return _("The newest periods still change: what they count has had less time.")
    moving = [
        (line, _name(answer, line, names)) for line in found if line.limits and line.limits.low < line.limits.high
    ]
    if not moving:  # nothing can be judged, or nothing moved at all
        return ""
    standing_out = [
        (name, "; ".join(_signals(line, grain))) for line, name in moving if line.limits and line.limits.signals
    ]
    if len(found) == 1:
        return _of_one(moving[0][0], standing_out[0][1] if standing_out else "")
    steady = [name for line, name in moving if line.limits and not line.limits.signals]
    told = [
        _("Beyond the usual: {lines}.", lines="; ".join(f"{name} ({said})" for name, said in standing_out[:MOST_NAMED]))
    ]
    if len(standing_out) > MOST_NAMED:
        told.append(_("Also beyond it: {names}.", names=_listed([name for name, _said in standing_out[MOST_NAMED:]])))
    if steady:
        words = (
            N_("Nothing else stands out: {names}.")
            if standing_out
            else N_("Nothing stands out in {names}: steady systems.")
        )
        told = [*(told if standing_out else []), _(words, names=_listed(steady))]
    if len(moving) > 1:
        told.append(_("The limits allow for {count} lines.", count=len(moving)))
    return " ".join(told)


def _name(answer: Answer, line: Line, names: Sequence[str]) -> str:
    if answer.query.by:
        return formats.group(answer.query.by[0], line.group)
    entry = metric(line.metric)
    return names[answer.query.metrics.index(line.metric)] if names else _(entry.short or entry.label)


def _of_one(line: Line, signals: str) -> str:
    assert line.limits
    low, high = (formats.value(end, metric(line.metric).unit) for end in (line.limits.low, line.limits.high))
    ends = _("{low} – {high}", low=low, high=high)
    if not signals:
        return _(
            "Within this period nothing stands out: the ups and downs stay within {ends}, as one steady system.",
            ends=ends,
        )
    return _("Beyond the usual {ends}: {signals}.", ends=ends, signals=signals)


def _signals(line: Line, grain: str) -> list[str]:
    """What stands out in a line, in words."""
    assert line.limits
    rows, found = line.rows, line.limits
    names = [formats.period(start, grain) for start in rows["period"]]
    outside = {signal.position for signal in found.signals if signal.rule == "outside"}
    said = []
    above = [place for place in sorted(outside) if rows["value"][place] > found.centre]
    below = [place for place in sorted(outside) if rows["value"][place] < found.centre]
    if above:
        said.append(_("{periods} above the limits", periods=_listed([names[place] for place in above])))
    if below:
        said.append(_("{periods} below the limits", periods=_listed([names[place] for place in below])))
    for first, last, is_above in _runs(rows, found):
        words = (
            _("{first} to {last} all above the average") if is_above else _("{first} to {last} all below the average")
        )
        said.append(words.format(first=names[first], last=names[last]))
    return said


def of_groups(by: str, changes: Mapping[Key, Comparison]) -> str:
    """Which groups changed more than by chance against the earlier period, and how many did not; "" where none is judged."""
    judged = {key[0]: one for key, one in changes.items() if one.verdict}
    if not judged:
        return ""
    said = []
    for verdict, words in (
        ("better", N_("{names} better")), ("worse", N_("{names} worse")), ("none", N_("no clear change in {names}")),
    ):  # fmt: skip
        names = [formats.group(by, group) for group, one in judged.items() if one.verdict == verdict]
        if names:
            said.append(_(words, names=_listed(names)))
    period = formats.span(next(iter(judged.values())).before_period)
    text = _("Against {period}: {changes}.", period=period, changes="; ".join(said))
    if len(judged) == 1:
        return text
    return f"{text} {_('Allowing for {count} comparisons (Benjamini–Hochberg).', count=len(judged))}"


def of_rest(by: str, changes: Mapping[Key, Comparison]) -> str:
    """Which groups are clearly better or worse than the others together, and in what; "" where none is judged.

    `changes`: {(metric, group): comparison}.
    """
    judged = {key: one for key, one in changes.items() if one.verdict}
    if not judged:
        return ""
    said = []
    for verdict, words in (("better", N_("{names} better")), ("worse", N_("{names} worse"))):
        names = [
            f"{_(metric(name).short or metric(name).label)} ({formats.group(by, group)})"
            for (name, group), one in judged.items() if one.verdict == verdict
        ]  # fmt: skip
        if names:
            said.append(_(words, names=_listed(names)))
    found = "; ".join(said) or _("no clear difference")
    text = _("Each against the others together: {differences}.", differences=found)
    return f"{text} {_('Allowing for {count} comparisons (Benjamini–Hochberg).', count=len(judged))}"


def _runs(rows: pd.DataFrame, found: ControlLimits) -> list[tuple[int, int, bool]]:
    """(first, last, above) of the stretches on one side of the centre, in order; unmeasured periods end none."""
    measured = rows["value"].notna() & ~rows["partial"]
    place = {position: number for number, position in enumerate(np.flatnonzero(measured).tolist())}
    run = sorted(signal.position for signal in found.signals if signal.rule == "run")
    sides = [
        (place[position] - number, bool(rows["value"][position] > found.centre), position)
        for number, position in enumerate(run)
    ]
    stretches = []
    for (_apart, above), members in groupby(sides, key=lambda side: side[:2]):
        positions = [position for *_rest, position in members]
        stretches.append((positions[0], positions[-1], above))
    return stretches


def _listed(names: list[str]) -> str:
    """The first few names, and how many more there are."""
    more = len(names) - MOST_NAMED
    listed = ("; " if any("," in name for name in names) else ", ").join(names[:MOST_NAMED])
    return _("{names} and {more} more", names=listed, more=more) if more > 0 else listed
