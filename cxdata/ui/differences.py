"""Differences of many metrics between two sides, as a table: values, difference with its interval, n and verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from cxdata import formats
from cxdata.comparison import Comparison
from cxdata.i18n import N_, _
from cxdata.metrics import metric
from cxdata.metrics.words import VERDICTS
from cxdata.ui import look

NOT_JUDGED = N_("Not judged: no direction that is good, no interval, or few answers")


@dataclass(frozen=True)
class Words:
    """How the table names the sides (better and worse are said of `own`), and which rows are clear and which are not."""

    other: str
    own: str
    change: str
    clear: str
    unclear: str


def table(found: Sequence[Comparison], words: Words) -> str:
    """HTML of the comparisons, what is clear first."""
    heads = [
        _("Metric"), words.other, words.own, words.change, _("95% interval"), _("n, {side}", side=words.other),
        _("n, {side}", side=words.own), "",
    ]  # fmt: skip
    body = []
    for verdicts, label in ((("better", "worse"), words.clear), (("none",), words.unclear), (("",), _(NOT_JUDGED))):
        rows = [_row(one) for one in found if one.verdict in verdicts]
        if rows:
            body += [f'<tr><th colspan="8">{look.escaped(label)}</th></tr>', *rows]
    head = "".join(f'<th scope="col">{look.escaped(text)}</th>' for text in heads)
    return f'<div class="cx-table"><table><thead><tr>{head}</tr></thead><tbody>{"".join(body)}</tbody></table></div>'


def _row(one: Comparison) -> str:
    entry = metric(one.metric)
    verdict = (
        f'<span class="cx-chip {one.verdict}">{look.escaped(_(VERDICTS[one.verdict]))}</span>'
        if one.verdict in ("better", "worse")
        else ""
    )
    cells = [
        look.escaped(_(entry.label)),
        formats.value(one.before, entry.unit),
        formats.value(one.now, entry.unit),
        formats.change(one.change, entry.unit, entry.is_rate),
        _ends(one),
        formats.decimal(one.before_n, 0),
        formats.decimal(one.n, 0),
        verdict,
    ]
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _ends(one: Comparison) -> str:
    """The interval of the difference, in the unit of the metric; – where it has none."""
    unit = metric(one.metric).unit
    if math.isnan(one.difference_low) or math.isnan(one.difference_high):
        return formats.NONE
    low, high = (formats.difference(end, unit) for end in (one.difference_low, one.difference_high))
    return _("{low} to {high}", low=low, high=high)
