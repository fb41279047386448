"""What all figures share: the style, the layout, the axes, and what a mark says and is about.

In: a Style, units, rows. Out: pieces of Plotly figures.
"""

from __future__ import annotations

import html
import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from cxdata import formats
from cxdata.comparison import Comparison
from cxdata.i18n import N_, _, language
from cxdata.metrics import metric
from cxdata.metrics.words import VERDICTS
from cxdata.schema import HANDLERS, STAGES

LIGHT = ("#3157d5", "#17a2a2", "#e0912f", "#8a5fc9", "#c94f7c", "#5d6b82", "#7fa83a", "#2f89c5", "#b5653a", "#4c9a6a")
DARK = ("#7c9bff", "#45c8c2", "#f2b35e", "#b896ef", "#ee88ad", "#9aa7bc", "#b0d069", "#69bbee", "#e39a72", "#7fcf9e")
HEIGHT = 270


@dataclass(frozen=True)
class Style:
    """What a figure looks like: theme, and from which n on a value counts as measured well."""

    dark: bool = False
    minimum_n: int = 5

    @property
    def colours(self) -> tuple[str, ...]:
        return DARK if self.dark else LIGHT

    @property
    def text(self) -> str:
        return "#a3aebf" if self.dark else "#566072"

    @property
    def strong(self) -> str:
        return "#e7ebf2" if self.dark else "#1b2230"

    @property
    def grid(self) -> str:
        return "#232c3a" if self.dark else "#e9ecf1"

    @property
    def paper(self) -> str:
        return "#0f141d" if self.dark else "#ffffff"

    @property
    def muted(self) -> str:
        return "#5c6879" if self.dark else "#b3bccb"

    @property
    def event(self) -> str:
        return "#8693a8" if self.dark else "#8a95a6"

    @property
    def span(self) -> str:
        return "rgba(163,174,191,0.14)" if self.dark else "rgba(86,96,114,0.09)"

    @property
    def good(self) -> str:
        return "#6fd3a0" if self.dark else "#2e9c6d"

    @property
    def bad(self) -> str:
        return "#ff9aa2" if self.dark else "#c8434e"

    @property
    def good_soft(self) -> str:
        return "#173d2b" if self.dark else "#d9efe3"

    @property
    def bad_soft(self) -> str:
        return "#4a2227" if self.dark else "#fbdcdc"

    @property
    def cell(self) -> str:
        return "#1b2331" if self.dark else "#f3f5f8"

    @property
    def scale(self) -> list[list[Any]]:
        """Sequential colours from little to much."""
        steps = (
            ("#18213a", "#24376c", "#3552a5", "#5577da", "#93acf6", "#bccbfb")
            if self.dark
            else ("#eef2fd", "#c3d1f7", "#8ba5ec", "#5075dd", "#2c4bb8", "#213a91")
        )
        return [[index / (len(steps) - 1), colour] for index, colour in enumerate(steps)]


def layout(style: Style, height: int = HEIGHT, **more: Any) -> dict[str, Any]:
    axis: dict[str, Any] = {
        "automargin": True,
        "zeroline": False,
        "linecolor": style.grid,
        "tickfont": {"color": style.text, "size": 12},
        "fixedrange": True,
    }
    base: dict[str, Any] = {
        "height": height,
        "margin": {"l": 4, "r": 12, "t": 8, "b": 4},
        "font": {"family": "Inter, sans-serif", "size": 12, "color": style.text},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "separators": ",." if language() == "nl" else ".,",
        "hoverlabel": {
            "bgcolor": style.paper,
            "bordercolor": style.grid,
            "font": {"color": style.strong, "family": "Inter, sans-serif", "size": 13},
            "align": "left",
        },
        "legend": {
            "orientation": "h",
            "y": 1.02,
            "yanchor": "bottom",
            "x": 0,
            "traceorder": "normal",
            "itemclick": False,
        },
        "showlegend": False,
        "xaxis": {**axis, "showgrid": False},
        "yaxis": {**axis, "gridcolor": style.grid, "nticks": 6, "showline": False},
        "bargap": 0.25,
    }
    for name, value in more.items():
        base[name] = {**base[name], **value} if isinstance(base.get(name), dict) else value
    return base


def draws(draw: Callable[..., go.Figure], what: str) -> bool:
    """Whether a drawing function takes the `events` or the `goals` that its question concerns."""
    return what in inspect.signature(draw).parameters


# --- axes ---------------------------------------------------------------------------------------------------


def value_axis(unit: str, values: Sequence[float], *, from_zero: bool = True, ticks: int = 5) -> dict[str, Any]:
    """The axis of a unit: percent, durations in words, plain numbers; about five ticks."""
    known = [value for value in values if not formats.nothing(value)]
    top, low = max(known, default=1.0), min(known, default=0.0)
    if unit == "duration":
        return _duration_axis(top, ticks)
    if unit == "share":
        spread = top - low
        start = 0.0 if from_zero or low < 0.2 else max(0.0, low - max(spread * 0.35, 0.02))
        end = min(1.0, top + max(spread * 0.2, 0.01)) if not from_zero else top * 1.12
        digits = 0 if end - start > 0.04 else 1
        return {"tickformat": f".{digits}%", "range": [start, max(end, start + 0.01)]}
    if unit == "nps":
        return {"tickformat": "d", "range": [min(low - 8, -10 if low < 0 else 0), top + 10]}
    if unit in ("score", "quality") and not from_zero:
        pad = max((top - low) * 0.5, 0.25 if unit == "score" else 3)
        if unit == "quality":
            return {"tickformat": "d", "range": [max(low - pad, 0), min(top + pad, 100)]}
        return {"tickformat": ".1f", "range": [low - pad, top + pad]}
    whole = unit == "count"
    return {
        **({"dtick": 1} if whole and top < 5 else {}),
        "tickformat": ",d" if whole or top >= 1000 else None,
        "range": [min(0, low * 1.1), max(top * 1.12, 1)],
    }


_SIZES = ((86400, N_("d")), (3600, N_("h")), (60, "min"))


def _duration_axis(top: float, most: int) -> dict[str, Any]:
    steps = (60, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800, 432000, 864000, 2592000)
    step = next((step for step in steps if top / step <= most + 0.5), 5184000 * max(1, math.ceil(top / 5184000 / most)))
    ticks = [step * number for number in range(int(top * 1.05 // step) + 2)]
    size, word = next((entry for entry in _SIZES if step % entry[0] == 0), _SIZES[-1])
    words = ["0", *(f"{tick // size} {_(word)}" for tick in ticks[1:])]
    return {"tickvals": ticks, "ticktext": words, "range": [0, max(top * 1.12, step)]}


def period_axis(periods: Sequence[Any], grain: str) -> tuple[list[str], dict[str, Any]]:
    """Labels of the periods and an axis that shows about eight of them."""
    labels = [formats.period(start, grain) for start in periods]
    short = [formats.period_short(start, grain) for start in periods]
    every = max(1, math.ceil(len(labels) / 8))
    offset = (len(labels) - 1) % every
    shown = list(range(offset, len(labels), every))
    return labels, {
        "type": "category",
        "categoryorder": "array",
        "categoryarray": labels,
        "tickvals": [labels[place] for place in shown],
        "ticktext": [short[place] for place in shown],
        "tickangle": 0,
        "range": [-0.5, len(labels) - 0.5],
    }


def hover_texts(name: str, rows: pd.DataFrame, unit: str, few: int) -> list[str]:
    """What a mark says: value, n, 95% interval, and whether n is few or the period is not over."""
    texts = []
    for row in rows.itertuples():
        text = f"<b>{formats.value(row.value, unit)}</b>"
        if unit != "count":
            text += f"  n = {formats.decimal(row.n, 0)}"
            if not (formats.nothing(row.low) or formats.nothing(row.high)):
                text += f"  [{formats.value(row.low, unit)} – {formats.value(row.high, unit)}]"
            if 0 < row.n < few:
                text += f" ({_('few answers')})"
        if row.partial:
            text += f"<br>{_('period not complete')}"
        texts.append(f"{name}: {text}" if name else text)
    return texts


def keys_of(rows: pd.DataFrame, by: Sequence[str] = ()) -> dict[str, Any]:
    """What each mark of a trace is about, as its `meta`: the metric, and for each mark its period, groups and month."""
    keys: list[dict[str, Any]] = []
    for row in rows.to_dict("records"):
        key = {name: None if pd.isna(row[name]) else row[name] for name in by}
        if row.get("period") is not None and not pd.isna(row["period"]):
            key["period"] = row["period"].isoformat()
        if "month" in row:
            key["month"] = int(row["month"])
        keys.append(key)
    return {"metric": rows["metric"].iloc[0] if len(rows) else "", "keys": keys}


def interval_line(low: float, high: float, unit: str) -> str:
    if formats.nothing(low) or formats.nothing(high):
        return ""
    ends = f"{formats.value(low, unit)} – {formats.value(high, unit)}"
    return f"<br>{_('95% interval {ends}', ends=ends)}"


def against(change: Comparison | None, name: str) -> str:
    """What a group is held against, here called `name`, the difference with its interval, and what it is worth."""
    if change is None or formats.nothing(change.before):
        return ""
    entry = metric(change.metric)
    lines = [_("{period}: {value}", period=name, value=formats.value(change.before, entry.unit))]
    if not formats.nothing(change.change):
        worth = f", {_(VERDICTS[change.verdict])}" if change.verdict else ""
        lines.append(f"{formats.change(change.change, entry.unit, entry.is_rate)}{worth}")
    if not formats.nothing(change.difference_low):
        ends = (
            formats.change(end, entry.unit, entry.is_rate) for end in (change.difference_low, change.difference_high)
        )
        lines.append(_("95% interval of the change {low} to {high}", low=next(ends), high=next(ends)))
    return "<br>" + "<br>".join(lines)


# Dimensions whose groups have an order of their own, and are shown also where they have no rows.
ORDERED: dict[str, tuple[str, ...]] = {"stage": STAGES, "handled_by": HANDLERS}


def in_order(by: str, sizes: Mapping[Any, float], most: int) -> list[Any]:
    """The groups of a dimension in its own order and then what has no name, or the largest first. `sizes`: rows by group."""
    if own := ORDERED.get(by):
        return [*own, None]
    return sorted((group for group, size in sizes.items() if size), key=lambda group: -sizes[group])[:most]


def group_name(by: str, group: Any, most: int = 26) -> str:
    """The name of a group for a figure: long ones cut, and nothing in it read as markup."""
    text = formats.group(by, None if pd.isna(group) else group)
    return html.escape(text if len(text) <= most else f"{text[: most - 1].rstrip()}…", quote=False)
