"""Figures of groups: bars with their intervals and clear changes, and how many answers each score got.

In: an Answer in total. Out: a go.Figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from cxdata import formats
from cxdata.arrays import Key
from cxdata.charts.look import ORDERED, Style, against, group_name, hover_texts, keys_of, layout, value_axis
from cxdata.comparison import Comparison
from cxdata.metrics import metric
from cxdata.questions import Answer
from cxdata.schema import GAPS


def breakdown(
    answer: Answer,
    style: Style,
    *,
    target: float | None = None,
    most: int = 12,
    worst: bool = False,
    changes: Mapping[Key, Comparison] | None = None,
    in_order: bool = False,
) -> go.Figure:
    """One metric by one dimension: a bar a group with its interval, `in_order` of the groups or of the dimension, or else worst last;
    few answers are muted.

    Of more groups than `most` the best ones are shown, or the `worst`: of those that are measured well, if these are enough.

    `changes`: {key of a group: against an earlier period}; beside a bar stands only a change that is clear, in colour.
    """
    entry, by = metric(answer.query.metrics[0]), answer.query.by[0]
    rows = answer.of(entry.name).dropna(subset=["value"])
    if own := ORDERED.get(by):
        rows = rows.sort_values(by, key=lambda groups: groups.map({group: place for place, group in enumerate(own)}))
    elif in_order:
        rows = rows.sort_values(by, kind="stable").head(most)
    else:
        rows = rows.sort_values("value", ascending=entry.better == "lower", kind="stable")
        if worst and len(rows) > most:
            well = rows[rows["n"] >= style.minimum_n]
            rows = (well if len(well) >= most else rows).tail(most)
        rows = rows.head(most)
    rows = rows.iloc[::-1]
    words = [group_name(by, group) for group in rows[by]]
    few = [entry.unit != "count" and n < style.minimum_n for n in rows["n"]]
    found = [(changes or {}).get((None if pd.isna(group) else group,)) for group in rows[by]]
    hover = [
        f"{word}<br>{text}{against(change, formats.span(change.before_period) if change else '')}"
        for word, text, row, change in zip(
            words, hover_texts("", rows, entry.unit, style.minimum_n), rows.itertuples(), found, strict=True
        )
    ]
    axis = value_axis(entry.unit, [*rows["value"], *rows["high"]], ticks=3)
    lows = [0 if formats.nothing(low) else value - low for value, low in zip(rows["value"], rows["low"], strict=True)]
    highs = [
        0 if formats.nothing(high) else high - value for value, high in zip(rows["value"], rows["high"], strict=True)
    ]
    shapes: list[dict[str, Any]] = []
    if target is not None:
        line = {"color": style.text, "width": 1.2, "dash": "dash"}
        shapes.append({"type": "line", "yref": "paper", "y0": 0, "y1": 1, "x0": target, "x1": target, "line": line})
    texts = [
        f"{formats.value(value, entry.unit)}{' *' if little else ''}"
        for value, little in zip(rows["value"], few, strict=True)
    ]
    clear = [_clear(change) for change in found]
    beside = [
        f'{text}  <span style="color:{style.good if change.verdict == "better" else style.bad}">{said}</span>'
        if change and said
        else text
        for text, said, change in zip(texts, clear, found, strict=True)
    ]
    base = axis["range"][0]
    return go.Figure(
        data=[
            go.Bar(
                orientation="h",
                y=words,
                x=[value - base for value in rows["value"]],
                base=base,
                meta=keys_of(rows, answer.query.by),
                marker={"color": [style.muted if little else style.colours[0] for little in few]},
                error_x={
                    "type": "data",
                    "array": highs,
                    "arrayminus": lows,
                    "color": style.text,
                    "thickness": 1.1,
                    "width": 3,
                    "visible": any(highs) or any(lows),
                },
                customdata=hover,
                hovertemplate="%{customdata}<extra></extra>",
            )
        ],
        layout=layout(
            style,
            height=24 + 30 * len(rows),
            xaxis={**axis, "showgrid": True, "gridcolor": style.grid, "showline": False, "showticklabels": False},
            yaxis={"type": "category", "showgrid": False, "nticks": None, "automargin": False, "ticklabelstandoff": 6},
            shapes=shapes,
            annotations=[_beside(word, text) for word, text in zip(words, beside, strict=True)],
            margin={
                "l": _room(words),
                "r": _room([f"{text}  {said}" if said else text for text, said in zip(texts, clear, strict=True)]),
                "t": 4,
                "b": 4,
            },
            bargap=0.35,
        ),
    )


def _room(texts: Sequence[str]) -> int:
    """Pixels that the longest of the texts takes beside the bars."""
    return 18 + round(6.6 * max((len(text) for text in texts), default=0))


def _clear(change: Comparison | None) -> str:
    """The change of a group where it is clear, else ""."""
    if change is None or change.verdict not in ("better", "worse"):
        return ""
    return formats.change(change.change, metric(change.metric).unit, metric(change.metric).is_rate)


def _beside(word: str, text: str) -> dict[str, Any]:
    """The value at the right edge, in line with its bar."""
    return {
        "x": 1.01,
        "xref": "paper",
        "xanchor": "left",
        "y": word,
        "text": text,
        "showarrow": False,
        "font": {"size": 12},
    }


def distribution(
    labels: Sequence[str],
    counts: Sequence[int],
    colours: Sequence[str],
    style: Style,
    meta: dict[str, Any] | None = None,
) -> go.Figure:
    """How many answers or purchases each class got. `meta`: what each bar is about (see `_keys`)."""
    total = sum(counts) or 1
    hover = [
        f"{label}: <b>{formats.decimal(count, 0)}</b> ({formats.percent(count / total)})"
        for label, count in zip(labels, counts, strict=True)
    ]
    return go.Figure(
        data=[
            go.Bar(
                x=list(labels),
                y=list(counts),
                meta=meta,
                marker={"color": list(colours)},
                customdata=hover,
                hovertemplate="%{customdata}<extra></extra>",
            )
        ],
        layout=layout(
            style,
            xaxis={"type": "category", "tickangle": 0},
            yaxis=value_axis("count", list(counts)),
            bargap=0.2,
        ),
    )


def nps_scores(answer: Answer, style: Style) -> go.Figure:
    """Answers for each NPS score, in the colours of the segments."""
    found = {int(row.score): int(row.n) for row in answer.rows.itertuples() if row.n and not pd.isna(row.score)}
    scores = list(range(min(found, default=0) if min(found, default=0) > 0 else 0, 11))
    colours = [style.bad if score <= 6 else style.muted if score <= 8 else style.good for score in scores]
    return distribution([str(s) for s in scores], [found.get(s, 0) for s in scores], colours, style, {
        "metric": "nps", "keys": [{"score": score} for score in scores]
    })  # fmt: skip


def gaps(answer: Answer, style: Style) -> go.Figure:
    """How many purchases came so many days after the one before."""
    found = {int(row.gap): int(row.n) for row in answer.rows.itertuples() if row.n and not pd.isna(row.gap)}
    places = list(range(len(GAPS) + 1))
    return distribution(
        [formats.group("gap", place) for place in places], [found.get(place, 0) for place in places],
        [style.colours[0]] * len(places), style,
        {"metric": answer.query.metrics[0], "keys": [{"gap": place} for place in places]},
    )  # fmt: skip
