"""Whether a series moves by more than it always does: control limits over complete periods, and what they show in words.

In: the answer to a question about one metric over time. Out: limits and signals (Wheeler's XmR chart, see
`statistics.xmr`), and a sentence. Partial periods take no part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import groupby

import numpy as np

from cxdata import formats, statistics
from cxdata.arrays import Key
from cxdata.comparison import Comparison
from cxdata.i18n import N_, _
from cxdata.metrics import metric
from cxdata.metrics.base import Metric
from cxdata.questions import TOTAL, Answer
from cxdata.statistics import ControlLimits

MOST_NAMED = 3  # periods that a sentence names


def limits(answer: Answer) -> ControlLimits | None:
    """The control limits of a series of one metric; None for other answers, with fewer than six complete periods, and
    for a metric whose recent periods still change.

    Positions of signals are those of the answer's rows. A run that is one only because a period outside the limits
    pulls the centre away is none.
    """
    entry, rows = _entry(answer), answer.rows
    if entry is None or entry.matures:
        return None
    values = np.where(rows["partial"].to_numpy(dtype=bool), np.nan, rows["value"].to_numpy(dtype=float))
    floor = (0.0, np.inf) if entry.unit in ("count", "duration", "money", "number") else None
    found = statistics.xmr(values, clip=entry.bounds or floor)
    outside = [signal.position for signal in found.signals if signal.rule == "outside"] if found else []
    if found is None or not outside:
        return found
    values[outside] = np.nan
    steady = statistics.xmr(values)
    runs = {signal.position for signal in steady.signals if signal.rule == "run"} if steady else set()
    return replace(found, signals=tuple(s for s in found.signals if s.rule == "outside" or s.position in runs))


def _entry(answer: Answer) -> Metric | None:
    """The metric of an answer that is one series; None for others."""
    query = answer.query
    if len(query.metrics) != 1 or query.by or query.grain == TOTAL or "month" in answer.rows:
        return None
    return metric(query.metrics[0])


def sentence(answer: Answer) -> str:
    """What the limits show: which periods stand out, or that none does; "" where there are no limits."""
    entry, found = _entry(answer), limits(answer)
    if entry is not None and entry.matures:
        return _("The newest periods still change: what they count has had less time.")
    if found is None or found.low == found.high:  # nothing moved at all
        return ""
    unit, rows, grain = metric(answer.query.metrics[0]).unit, answer.rows, answer.query.grain
    names = [formats.period(start, grain) for start in rows["period"]]
    ends = _("{low} – {high}", low=formats.value(found.low, unit), high=formats.value(found.high, unit))
    outside = {signal.position for signal in found.signals if signal.rule == "outside"}
    said = []
    above = [place for place in sorted(outside) if rows["value"][place] > found.centre]
    below = [place for place in sorted(outside) if rows["value"][place] < found.centre]
    if above:
        said.append(_("{periods} above the limits", periods=_listed([names[place] for place in above])))
    if below:
        said.append(_("{periods} below the limits", periods=_listed([names[place] for place in below])))
    for first, last, is_above in _runs(answer, found):
        words = (
            _("{first} to {last} all above the average") if is_above else _("{first} to {last} all below the average")
        )
        said.append(words.format(first=names[first], last=names[last]))
    if not said:
        return _(
            "Within this period nothing stands out: the ups and downs stay within {ends}, as one steady system.",
            ends=ends,
        )
    return _("Beyond the usual {ends}: {signals}.", ends=ends, signals="; ".join(said))


def said(answer: Answer, changes: Mapping[Key, Comparison] | None = None) -> str:
    """The sentence under a chart: of its groups, where they are held against an earlier period, else of its line."""
    return of_groups(answer.query.by[0], changes) if changes is not None else sentence(answer)


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


def _runs(answer: Answer, found: ControlLimits) -> list[tuple[int, int, bool]]:
    """(first, last, above) of the stretches on one side of the centre, in order; unmeasured periods end none."""
    measured = answer.rows["value"].notna() & ~answer.rows["partial"]
    place = {position: number for number, position in enumerate(np.flatnonzero(measured).tolist())}
    run = sorted(signal.position for signal in found.signals if signal.rule == "run")
    sides = [
        (place[position] - number, bool(answer.rows["value"][position] > found.centre), position)
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
    listed = ", ".join(names[:MOST_NAMED])
    return _("{names} and {more} more", names=listed, more=more) if more > 0 else listed
