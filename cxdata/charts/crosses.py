"""Tables of two ways: metrics by group, coloured by verdict, and from where to where the same customers came next.

In: an Answer in total. Out: a go.Figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from cxdata import formats
from cxdata.arrays import Key
from cxdata.charts.look import ORDERED, Style, against, group_name, hover_texts, in_order, keys_of, layout
from cxdata.comparison import Comparison
from cxdata.i18n import _
from cxdata.metrics import metric
from cxdata.questions import Answer

ROW = 42  # pixels of a row: a value, and under it what it is measured on
_WORTH = {"better": 1, "worse": -1}


def grid(answer: Answer, style: Style, *, changes: Mapping[Key, Comparison] | None = None, most: int = 8) -> go.Figure:
    """A metric a row, a group of one dimension a column; every cell says its value and n.

    `changes`: {(metric, group): against the other groups together}; only a cell that is clearly different has a colour.
    Of a dimension without an order of its own those groups with most rows.
    """
    by = answer.query.by[0]
    names = list(dict.fromkeys(answer.query.metrics))
    sizes = answer.of(names[0])
    groups = in_order(by, dict(zip(map(_plain, sizes[by]), sizes["n"], strict=True)), most)
    words = [group_name(by, group, 18) for group in groups]
    labels = [_(metric(name).short or metric(name).label) for name in names]
    colours: list[list[int]] = []
    texts: list[list[str]] = []
    traces: list[go.Scatter] = []
    for name, label in zip(names, labels, strict=True):
        unit = metric(name).unit
        own = {_plain(row[by]): place for place, row in enumerate(answer.of(name).to_dict("records"))}
        rows = answer.of(name).iloc[[own[group] for group in groups if group in own]]
        hover = dict(zip(map(_plain, rows[by]), hover_texts("", rows, unit, style.minimum_n), strict=True))
        worth = [(changes or {}).get((name, group)) for group in groups]
        cells = {_plain(row[by]): row for row in rows.to_dict("records")}
        colours.append([_WORTH.get(one.verdict, 0) if one else 0 for one in worth])
        texts.append([_cell(cells.get(group), unit, style.minimum_n) for group in groups])
        there = [place for place, group in enumerate(groups) if group in cells]
        traces.append(
            _unseen(
                there,
                [len(traces)] * len(there),
                [f"{label}, {words[at]}<br>{hover[groups[at]]}{against(worth[at], _('the others'))}" for at in there],
                keys_of(rows, (by,)),
            )
        )
    heat = go.Heatmap(
        x=list(range(len(words))), y=list(range(len(labels))), z=colours, zmin=-1, zmax=1, showscale=False, xgap=3, ygap=3, hoverinfo="skip",
        colorscale=[[0, style.bad_soft], [0.5, style.cell], [1, style.good_soft]],
        text=texts, texttemplate="%{text}", textfont={"size": 13, "color": style.strong},
    )  # fmt: skip
    return go.Figure([heat, *traces], _layout(style, words, labels))


def _cell(row: Mapping[str, Any] | None, unit: str, few: int) -> str:
    """The value of a cell, and under it its n; * few answers, – nothing measured."""
    if unit == "count":
        return formats.value(0 if row is None else row["value"], unit)
    if row is None or formats.nothing(row["value"]):
        return formats.NONE
    value = formats.value(row["value"], unit)
    return f'{value}{" *" if row["n"] < few else ""}<br><span style="font-size:10px">n = {formats.decimal(row["n"], 0)}</span>'


def from_to(answer: Answer, style: Style, *, most: int = 8) -> go.Figure:
    """Counts by two dimensions, from a row to a column: the share of its row, and the count."""
    here, there = answer.query.by
    rows = answer.rows[answer.rows["value"] > 0]
    counts = {(_plain(row[here]), _plain(row[there])): float(row["value"]) for row in rows.to_dict("records")}
    sums, arrived = _sums(counts, 0), _sums(counts, 1)
    together = {group: sums.get(group, 0.0) + arrived.get(group, 0.0) for group in {**sums, **arrived}}
    groups = in_order(here, together, most)  # one order for both, so that who stayed is on the diagonal
    from_ = [group for group in groups if here in ORDERED or sums.get(group)]
    to = [group for group in groups if here in ORDERED or arrived.get(group)]
    labels = [f"{group_name(here, group, 18)}  ({formats.decimal(sums.get(group, 0), 0)})" for group in from_]
    words = [group_name(there, group, 18) for group in to]
    shares = [[counts.get((a, b), 0.0) / sums[a] if sums.get(a) else 0.0 for b in to] for a in from_]
    texts = [
        [
            formats.NONE if (a, b) not in counts
            else f'{formats.percent(share, 0)}<br><span style="font-size:10px">{formats.decimal(counts[a, b], 0)}</span>'
            for b, share in zip(to, line, strict=True)
        ]
        for a, line in zip(from_, shares, strict=True)
    ]  # fmt: skip
    cells = [(a, b) for a in from_ for b in to if (a, b) in counts]
    hover = [
        _(
            "From {first} to {next}: <b>{count}</b>, {share} of those from {first}",
            first=group_name(here, a),
            next=group_name(there, b),
            count=formats.decimal(counts[a, b], 0),
            share=formats.percent(counts[a, b] / sums[a]),
        )
        for a, b in cells
    ]
    meta = {"metric": answer.query.metrics[0], "keys": [{here: a, there: b} for a, b in cells]}
    marks = _unseen([to.index(b) for _a, b in cells], [from_.index(a) for a, _b in cells], hover, meta)
    heat = go.Heatmap(
        x=list(range(len(words))), y=list(range(len(labels))), z=shares, zmin=0, zmax=1, showscale=False, xgap=3, ygap=3, hoverinfo="skip",
        colorscale=[[0, style.cell], [1, style.colours[0]]], text=texts, texttemplate="%{text}", textfont={"size": 13},
    )  # fmt: skip
    return go.Figure([heat, marks], _layout(style, words, labels))


def _sums(counts: Mapping[tuple[Any, Any], float], side: int) -> dict[Any, float]:
    """What the counts of each group of one side add up to."""
    found: dict[Any, float] = {}
    for key, count in counts.items():
        found[key[side]] = found.get(key[side], 0.0) + count
    return found


def _plain(group: Any) -> Any:
    return None if pd.isna(group) else group


def _unseen(x: Sequence[int], y: Sequence[int], hover: Sequence[str], meta: dict[str, Any]) -> go.Scatter:
    """Unseen marks over the cells, which cannot be chosen themselves."""
    return go.Scatter(
        x=list(x), y=list(y), mode="markers", marker={"color": "rgba(0,0,0,0)", "size": 34, "symbol": "square"},
        customdata=list(hover), hovertemplate="%{customdata}<extra></extra>", showlegend=False, meta=meta,
    )  # fmt: skip


def _layout(style: Style, words: Sequence[str], labels: Sequence[str]) -> dict[str, Any]:
    plain = {"showgrid": False, "showline": False, "ticks": "", "tickangle": 0, "nticks": None}
    across, down = (
        {**plain, "tickvals": list(range(len(names))), "ticktext": list(names)} for names in (words, labels)
    )
    return layout(
        style,
        height=34 + ROW * len(labels),
        xaxis={**across, "side": "top", "range": [-0.5, len(words) - 0.5]},
        yaxis={**down, "range": [len(labels) - 0.5, -0.5], "ticklabelstandoff": 8},
        margin={"l": 4, "r": 4, "t": 26, "b": 4},
    )
