"""Answers to Plotly figures: no SQL, no Streamlit, no arithmetic on rows.

In: an Answer and a Style. Out: a go.Figure built in one constructor, about 150 marks at most. Periods that are
partial are dashed or hatched, values on few answers are open, and every mark says its value and n on hover. Figures over
periods mark the events that they are handed.
"""

from __future__ import annotations

import html
import inspect
import math
import textwrap
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from cxdata import formats, noise
from cxdata.arrays import Key
from cxdata.comparison import Comparison
from cxdata.events import EVENT_KINDS, Event, overlaps, when
from cxdata.filters import Period
from cxdata.i18n import N_, _, language
from cxdata.metrics import metric
from cxdata.metrics.words import VERDICTS
from cxdata.questions import Answer, period_end
from cxdata.statistics import ControlLimits

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
    def scale(self) -> list[list[Any]]:
        """Sequential colours from little to much."""
        steps = (
            ("#18213a", "#24376c", "#3552a5", "#5577da", "#93acf6", "#bccbfb")
            if self.dark
            else ("#eef2fd", "#c3d1f7", "#8ba5ec", "#5075dd", "#2c4bb8", "#213a91")
        )
        return [[index / (len(steps) - 1), colour] for index, colour in enumerate(steps)]


def _layout(style: Style, height: int = HEIGHT, **more: Any) -> dict[str, Any]:
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


def draws_events(draw: Callable[..., go.Figure]) -> bool:
    """Whether a drawing function takes the events that its question concerns."""
    return "events" in inspect.signature(draw).parameters


# --- axes ---------------------------------------------------------------------------------------------------


def _value_axis(unit: str, values: Sequence[float], *, from_zero: bool = True, ticks: int = 5) -> dict[str, Any]:
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
        return {"tickformat": ".1f" if unit == "score" else "d", "range": [low - pad, top + pad]}
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


def _period_axis(periods: Sequence[Any], grain: str) -> tuple[list[str], dict[str, Any]]:
    """Labels of the periods and an axis that shows about eight of them."""
    labels = [formats.period(start, grain) for start in periods]
    short = [formats.period_short(start, grain) for start in periods]
    every = max(1, math.ceil(len(labels) / 8))
    offset = (len(labels) - 1) % every
    shown = list(range(offset, len(labels), every))
    return labels, {
        "type": "category",
        "tickvals": [labels[place] for place in shown],
        "ticktext": [short[place] for place in shown],
        "tickangle": 0,
        "range": [-0.5, len(labels) - 0.5],
    }


def _hover(name: str, rows: pd.DataFrame, unit: str, few: int) -> list[str]:
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


# --- events -------------------------------------------------------------------------------------------------

MOST_NAMED, LONGEST_NAME, SHORTEST_NAME = 4, 22, 7  # names of events in a figure, characters of each
_ACROSS, _LETTER = 420, 5.5  # pixels that a plot has across, as a rule, and a letter of a name
_ABOVE = 20  # pixels above the plot for the names


@dataclass(frozen=True)
class Marks:
    """What events add to the layout of a figure whose axis is that of `_period_axis`. `words`: their names and days."""

    shapes: list[dict[str, Any]]
    notes: list[dict[str, Any]]
    words: tuple[str, ...]

    def layout(self) -> dict[str, Any]:
        """Room above the plot for the names, below a legend; the words go along for what is read aloud."""
        if not self.notes:
            return {}
        return {"meta": self.words, "margin": {"t": 8 + _ABOVE}, "legend": {"y": 1.12}}


def _marks(events: Sequence[Event], periods: Sequence[date], grain: str, style: Style) -> Marks:
    """A thin line at each event, a light span where it lasted, and its name above; all of it said on hover.

    Events of one day share a mark. The newest are named, shortened to their room; the others have a sign instead.
    """
    places: dict[tuple[float, float | None], list[Event]] = {}
    for event in events:
        place = _place(event, periods, grain)
        if place:
            places.setdefault(place, []).append(event)
    shapes: list[dict[str, Any]] = []
    for start, end in places:
        common = {"yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
        if end is not None:
            shapes.append(
                {**common, "type": "rect", "x0": start, "x1": end, "fillcolor": style.span, "line": {"width": 0}}
            )
        line = {"color": style.event, "width": 1}
        shapes.append({**common, "type": "line", "x0": start, "x1": start, "line": line})
    words = tuple(f"{event.name}, {when(event)}" for group in places.values() for event in group)
    return Marks(shapes, _names(places, len(periods), style), words)


def _place(event: Event, periods: Sequence[date], grain: str) -> tuple[float, float | None] | None:
    """Where an event stands on the axis, the first period from -0.5 to 0.5: the middle of its day, or (start, end)."""
    if not periods or not overlaps(event.days, Period(periods[0], period_end(periods[-1], grain))):
        return None
    if event.end is None:
        return _position(event.start, periods, grain, 0.5), None
    return _position(event.start, periods, grain, 0), _position(event.end, periods, grain, 1)


def _position(day: date, periods: Sequence[date], grain: str, part: float) -> float:
    """The place of a part of a day on the axis, at most its ends."""
    if day < periods[0]:
        return -0.5
    place = bisect_right(periods, day) - 1
    end = period_end(periods[place], grain)
    if day >= end:
        return place + 0.5
    return round(place - 0.5 + ((day - periods[place]).days + part) / (end - periods[place]).days, 4)


def _names(places: Mapping[tuple[float, float | None], list[Event]], count: int, style: Style) -> list[dict[str, Any]]:
    """The names above the lines, from the newest on: to the right of the line up to the next, or to the left of it."""
    notes: list[dict[str, Any]] = []
    starts = sorted({start for start, _end in places})
    label = {
        "bgcolor": style.paper,
        "bordercolor": style.event,
        "font": {"color": style.strong, "family": "Inter, sans-serif", "size": 13},
    }
    named, limit = 0, 1.0
    for (start, _end), events in sorted(places.items(), key=lambda entry: entry[0][0], reverse=True):
        at, place = (start + 0.5) / count, starts.index(start)
        before = (starts[place - 1] + 0.5) / count if place else 0.0
        more = f" +{len(events) - 1}" if len(events) > 1 else ""
        rooms = (_letters(limit - at), _letters(at - before)) if named < MOST_NAMED else (0, 0)
        word, anchor = _fitted(events[0].name, more, *rooms)
        named += anchor != "center"
        limit = at - _share(len(word)) if anchor == "right" else at if anchor == "left" else at - _share(1) / 2
        notes.append(
            {
                "x": start,
                "y": 1,
                "yref": "paper",
                "yanchor": "bottom",
                "xanchor": anchor,
                "text": html.escape(word, quote=False),
                "showarrow": False,
                "font": {"size": 11, "color": style.text},
                "hovertext": "<br><br>".join(map(_event_hover, events)),
                "hoverlabel": label,
            }
        )
    return notes


def _letters(room: float) -> int:
    """How many letters fit into a share of the axis."""
    return max(math.floor((room * _ACROSS - 8) / _LETTER), 0)


def _share(letters: int) -> float:
    """The share of the axis that letters take."""
    return (letters * _LETTER + 8) / _ACROSS


def _fitted(name: str, more: str, right: int, left: int) -> tuple[str, str]:
    """(a name in the room beside its line, how it is anchored); a sign in the middle where there is none."""
    whole = f"{_cut_name(name)}{more}"
    if len(whole) <= right:
        return whole, "left"
    if len(whole) <= left:
        return whole, "right"
    room, anchor = max((right, "left"), (left, "right"))
    if room - len(more) >= SHORTEST_NAME:
        return f"{_cut_name(name, room - len(more))}{more}", anchor
    return "▾", "center"


def _cut_name(name: str, most: int = LONGEST_NAME) -> str:
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"


def _event_hover(event: Event) -> str:
    """All that is known of an event."""
    about = " · ".join([when(event), _(EVENT_KINDS[event.kind]), event.team or _("All teams")])
    lines = [f"<b>{html.escape(event.name, quote=False)}</b>", html.escape(about, quote=False)]
    lines += [html.escape(line, quote=False) for line in textwrap.wrap(event.note, 60)[:5]]
    return "<br>".join(lines)


def _keys(rows: pd.DataFrame, by: Sequence[str] = ()) -> dict[str, Any]:
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


# --- series -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One line of a trend: rows of one metric (and one group) over periods."""

    name: str
    rows: pd.DataFrame
    colour: str
    unit: str
    by: tuple[str, ...] = ()

    @property
    def keys(self) -> dict[str, Any]:
        return _keys(self.rows, self.by)


def trend(
    answer: Answer,
    style: Style,
    *,
    names: Sequence[str] = (),
    target: float | None = None,
    from_zero: bool = False,
    beside: tuple[Answer, str] | None = None,
    events: Sequence[Event] = (),
) -> go.Figure:
    """Lines over periods: one for each metric, or for each group where the question has one dimension.

    A single line has its 95% interval as a band, the control limits it moves within, and rings on what lies beyond.
    `beside`: (the answer for another selection or period, its name), drawn as a grey line, period by period.
    """
    lines = _lines(answer, style, names)
    periods = sorted(set(answer.rows["period"]))
    labels, xaxis = _period_axis(periods, answer.query.grain)
    unit = lines[0].unit if lines else "count"
    place = dict(zip(periods, labels, strict=True))
    traces = [trace for line in lines for trace in _traces(line, place, style, len(lines) > 1)]
    values = [value for line in lines for value in line.rows["value"]] + ([target] if target is not None else [])
    shapes, notes = _target(target, unit, style)
    found = noise.limits(answer) if len(lines) == 1 else None
    if len(lines) == 1:
        traces = [*_band(lines[0], place, style), *traces]
        values += [end for name in ("low", "high") for end in lines[0].rows[name].dropna()]
    if found:
        shapes += [_level(end, style) for end in (found.low, found.high)]
        traces.append(_signals(lines[0], place, found, style))
        values += [found.low, found.high]
    if beside:
        traces.insert(0, _beside_line(beside[0], beside[1], labels, style))
        values += beside[0].rows["value"].tolist()
    marks = _marks(events, periods, answer.query.grain, style)
    return go.Figure(
        data=traces,
        layout=_layout(
            style,
            xaxis=xaxis,
            yaxis=_value_axis(unit, values, from_zero=from_zero or unit in ("count", "duration")),
            showlegend=len(lines) > 1 or beside is not None,
            hovermode="x unified" if len(lines) > 1 else "closest",
            shapes=[*marks.shapes, *shapes],
            annotations=[*marks.notes, *notes],
            **marks.layout(),
        ),
    )


def _beside_line(answer: Answer, name: str, labels: Sequence[str], style: Style) -> go.Scatter:
    """The line of another selection, the first period above the first."""
    rows = answer.rows.head(len(labels))
    unit, grain = metric(answer.query.metrics[0]).unit, answer.query.grain
    hover = _hover("", rows, unit, style.minimum_n)
    return go.Scatter(
        x=list(labels[: len(rows)]),
        y=[None if formats.nothing(value) else value for value in rows["value"]],
        name=html.escape(name, quote=False),
        mode="lines+markers",
        line={"color": style.muted, "width": 1.8},
        marker={"color": style.muted, "size": 4},
        cliponaxis=False,
        customdata=[
            f"{html.escape(name, quote=False)}, {formats.period(start, grain)}<br>{text}"
            for start, text in zip(rows["period"], hover, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _lines(answer: Answer, style: Style, names: Sequence[str]) -> list[Line]:
    by = answer.query.by
    lines = []
    for number, name in enumerate(answer.query.metrics):
        entry, rows = metric(name), answer.of(name)
        if by:
            for place, (group, part) in enumerate(rows.groupby(by[0], dropna=False, sort=True)):
                word = _group(by[0], group)
                lines.append(Line(word, part.reset_index(drop=True), style.colours[place % 10], entry.unit, by))
        else:
            word = names[number] if names else _(entry.short or entry.label)
            lines.append(Line(word, rows, style.colours[number % 10], entry.unit))
    return lines


def _traces(line: Line, place: dict[Any, str], style: Style, named: bool) -> list[go.Scatter]:
    """The line through complete periods, and dashed where a period is partial."""
    rows = line.rows
    x = [place[start] for start in rows["period"]]
    y = [None if formats.nothing(value) else value for value in rows["value"]]
    partial = rows["partial"].tolist()
    few = [line.unit != "count" and 0 < n < style.minimum_n for n in rows["n"]]
    solid = [value if not cut else None for value, cut in zip(y, partial, strict=True)]
    fills = [style.paper if cut or little else line.colour for cut, little in zip(partial, few, strict=True)]
    hover = _hover(line.name if named else "", rows, line.unit, style.minimum_n)
    common = {
        "x": x,
        "cliponaxis": False,
        "mode": "lines+markers",
        "name": line.name,
        "legendgroup": line.name,
        "meta": line.keys,
    }
    traces = [
        go.Scatter(
            **common,
            y=solid,
            line={"color": line.colour, "width": 2.4},
            marker={"color": fills, "size": 6, "line": {"color": line.colour, "width": 1.5}},
            customdata=hover,
            hovertemplate="%{customdata}<extra></extra>" if named else "%{x}<br>%{customdata}<extra></extra>",
        )
    ]
    if any(partial):
        dashed = [
            value if cut or (i + 1 < len(y) and partial[i + 1]) or (i > 0 and partial[i - 1]) else None
            for i, (value, cut) in enumerate(zip(y, partial, strict=True))
        ]
        own = [text if cut else None for text, cut in zip(hover, partial, strict=True)]
        traces.append(
            go.Scatter(
                **common,
                y=dashed,
                showlegend=False,
                line={"color": line.colour, "width": 2, "dash": "dot"},
                marker={
                    "color": style.paper,
                    "size": [6 if cut else 0 for cut in partial],
                    "line": {"color": line.colour, "width": 1.5},
                },
                customdata=own,
                hoverinfo="skip" if not any(own) else None,
                hovertemplate=("%{customdata}<extra></extra>" if named else "%{x}<br>%{customdata}<extra></extra>"),
            )
        )
    return traces


def _band(line: Line, place: dict[Any, str], style: Style) -> list[go.Scatter]:
    """The 95% interval of each period, as a band behind the line; nothing where the metric has none."""
    rows = line.rows[line.rows["low"].notna() & line.rows["high"].notna()]
    if len(rows) < 2:
        return []
    x = [place[start] for start in rows["period"]]
    red, green, blue = (int(line.colour[at : at + 2], 16) for at in (1, 3, 5))
    return [
        go.Scatter(
            x=[*x, *reversed(x)],
            y=[*rows["high"], *reversed(rows["low"].tolist())],
            fill="toself",
            fillcolor=f"rgba({red},{green},{blue},{0.2 if style.dark else 0.13})",
            line={"width": 0},
            mode="lines",
            hoverinfo="skip",
            showlegend=False,
            name=_("95% interval"),
        )
    ]


def _level(value: float, style: Style) -> dict[str, Any]:
    """A control limit, across the chart."""
    line = {"color": style.muted, "width": 1, "dash": "dot"}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": value, "y1": value, "line": line}


def _signals(line: Line, place: dict[Any, str], found: ControlLimits, style: Style) -> go.Scatter:
    """A ring around every period that lies beyond the limits or in a run on one side of the centre."""
    at = sorted({signal.position for signal in found.signals})
    rows = line.rows.iloc[at]
    return go.Scatter(
        x=[place[start] for start in rows["period"]],
        y=rows["value"].tolist(),
        mode="markers",
        meta=_keys(rows, line.by),
        marker={"size": 13, "color": "rgba(0,0,0,0)", "line": {"color": style.strong, "width": 1.4}},
        hoverinfo="skip",
        showlegend=False,
        cliponaxis=False,
        name=_("beyond the usual"),
    )


def _target(target: float | None, unit: str, style: Style) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    if target is None:
        return [], []
    line = {"color": style.text, "width": 1.2, "dash": "dash"}
    shape = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": target, "y1": target, "line": line}
    said = {
        "xref": "paper",
        "x": 1,
        "y": target,
        "text": _("target {value}", value=formats.value(target, unit)),
        "showarrow": False,
        "xanchor": "right",
        "yanchor": "bottom",
        "font": {"size": 11, "color": style.text},
    }
    return [shape], [said]


def multiples(
    answer: Answer, style: Style, *, beside: tuple[Answer, str] | None = None, columns: int = 4, most: int = 16,
    events: Sequence[Event] = (),
) -> go.Figure:  # fmt: skip
    """One metric over periods, a small chart a group on one scale; `beside`: (the same of all together, its name), in grey.

    The groups with most rows, in order of their newest complete value, worst first.
    """
    entry, by = metric(answer.query.metrics[0]), answer.query.by[0]
    sizes = answer.rows.groupby(by, dropna=False)["n"].sum().sort_values(ascending=False, kind="stable")
    groups = [None if pd.isna(group) else group for group in sizes.index[:most]]
    parts = {group: answer.rows[_is(answer.rows[by], group)].reset_index(drop=True) for group in groups}
    newest = {group: part[~part["partial"]]["value"].dropna().tail(1).tolist() for group, part in parts.items()}
    worst_first = 1 if entry.better == "higher" else -1
    groups.sort(key=lambda group: worst_first * newest[group][0] if newest[group] else math.inf)
    periods = sorted(set(answer.rows["period"]))
    labels, xaxis = _period_axis(periods, answer.query.grain)
    place = dict(zip(periods, labels, strict=True))
    values = [value for part in parts.values() for value in part["value"]]
    values += beside[0].rows["value"].tolist() if beside else []
    yaxis = _value_axis(entry.unit, values, from_zero=entry.unit in ("count", "duration"), ticks=3)
    columns = max(1, min(columns, len(groups)))
    lines = math.ceil(len(groups) / columns)
    height, gap, title = 150, 0.16, 0.26  # pixels of a row; gaps as shares of a column and of a row
    layout, traces, notes = dict[str, Any](), list[Any](), list[dict[str, Any]]()
    shapes: list[dict[str, Any]] = []
    for number, group in enumerate(groups):
        row, column = divmod(number, columns)
        name = "" if number == 0 else str(number + 1)
        left, top = column / columns, 1 - row / lines
        domain = [left, left + (1 - gap) / columns], [top - 0.92 / lines, top - title / lines]
        ends = [place[periods[0]], place[periods[-1]]]
        layout[f"xaxis{name}"] = {
            **xaxis, "domain": domain[0], "anchor": f"y{name}", "showgrid": False, "fixedrange": True, "nticks": None,
            "tickvals": ends, "ticktext": [formats.period_short(periods[at], answer.query.grain) for at in (0, -1)],
            "linecolor": style.grid, "showticklabels": number + columns >= len(groups), "automargin": False,
            "tickfont": {"color": style.text, "size": 10},
        }  # fmt: skip
        layout[f"yaxis{name}"] = {
            **yaxis, "domain": domain[1], "anchor": f"x{name}", "fixedrange": True, "gridcolor": style.grid, "nticks": 3,
            "zeroline": False, "showticklabels": column == 0, "tickfont": {"color": style.text, "size": 10}, "automargin": False,
        }  # fmt: skip
        axes = {"xaxis": f"x{name}", "yaxis": f"y{name}"}
        if beside:
            grey = _beside_line(*beside, labels, style)
            traces.append(grey.update(mode="lines", hoverinfo="skip", hovertemplate=None, showlegend=False, **axes))
        line = Line(_group(by, group), parts[group], style.colours[0], entry.unit, (by,))
        traces += [trace.update(marker={"size": 4}, **axes) for trace in _traces(line, place, style, False)]
        own = [event for event in events if by != "team" or event.team in (None, group)]
        marks, refs = _marks(own, periods, answer.query.grain, style), {"xref": f"x{name}", "yref": f"y{name} domain"}
        shapes += [{**shape, **refs} for shape in marks.shapes]
        notes += [{**note, **refs, "text": "▾", "xanchor": "center"} for note in marks.notes]
        value = formats.value(newest[group][0] if newest[group] else None, entry.unit)
        notes.append(
            {
                "x": left, "y": top, "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "top", "showarrow": False,
                "text": f"<b>{line.name}</b>  {value}", "font": {"size": 12, "color": style.strong},
            }
        )  # fmt: skip
    base = _layout(style, height=height * lines + 30, margin={"l": 44, "b": 24}, shapes=shapes, annotations=notes)
    return go.Figure(data=traces, layout={**base, **layout})


def _is(column: pd.Series, group: Any) -> pd.Series:
    return column.isna() if group is None else column == group


def bars_and_line(
    answer: Answer, style: Style, bars: Sequence[str], line: str | None = None, *, events: Sequence[Event] = ()
) -> go.Figure:
    """Counts a period as bars side by side, and one metric as a line over them."""
    periods = sorted(set(answer.rows["period"]))
    labels, xaxis = _period_axis(periods, answer.query.grain)
    data: list[Any] = []
    values: list[float] = []
    for number, name in enumerate(bars):
        rows, word = answer.of(name), _(metric(name).label)
        values += rows["value"].tolist()
        data.append(
            go.Bar(
                x=labels,
                y=rows["value"],
                name=word,
                meta=_keys(rows),
                marker={"color": style.colours[number], "opacity": [0.45 if cut else 1.0 for cut in rows["partial"]]},
                customdata=_hover(word, rows, "count", 0),
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    if line:
        rows = answer.of(line)
        values += rows["value"].tolist()
        entry = Line(_(metric(line).label), rows, style.colours[2], "count")
        data += _traces(entry, dict(zip(periods, labels, strict=True)), style, True)
    marks = _marks(events, periods, answer.query.grain, style)
    return go.Figure(
        data=data,
        layout=_layout(
            style,
            xaxis=xaxis,
            yaxis=_value_axis("count", values),
            showlegend=True,
            hovermode="x unified",
            barmode="group",
            bargap=0.3,
            shapes=marks.shapes,
            annotations=marks.notes,
            **marks.layout(),
        ),
    )


def stacked_shares(
    answer: Answer, style: Style, names: Sequence[str], colours: Sequence[str], *, events: Sequence[Event] = ()
) -> go.Figure:
    """Shares that add up to a whole, a bar a period."""
    periods = sorted(set(answer.rows["period"]))
    labels, xaxis = _period_axis(periods, answer.query.grain)
    data = []
    for name, colour in zip(names, colours, strict=True):
        rows, word = answer.of(name), _(metric(name).label)
        data.append(
            go.Bar(
                x=labels,
                y=rows["value"],
                name=word,
                meta=_keys(rows),
                marker={"color": colour, "opacity": [0.5 if cut else 1.0 for cut in rows["partial"]]},
                customdata=_hover(word, rows, "share", style.minimum_n),
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    marks = _marks(events, periods, answer.query.grain, style)
    return go.Figure(
        data=data,
        layout=_layout(
            style,
            xaxis=xaxis,
            yaxis={"tickformat": ".0%", "range": [0, 1.001]},
            showlegend=True,
            barmode="stack",
            hovermode="x unified",
            shapes=[{**shape, "layer": "above"} for shape in marks.shapes],
            annotations=marks.notes,
            **marks.layout(),
        ),
    )


# --- breakdowns ---------------------------------------------------------------------------------------------


def breakdown(
    answer: Answer,
    style: Style,
    *,
    target: float | None = None,
    most: int = 12,
    changes: Mapping[Key, Comparison] | None = None,
) -> go.Figure:
    """One metric by one dimension: a bar a group with its interval, worst last; few answers are muted.

    `changes`: {key of a group: against an earlier period}; beside a bar stands only a change that is clear, in colour.
    """
    entry, by = metric(answer.query.metrics[0]), answer.query.by[0]
    rows = answer.of(entry.name).dropna(subset=["value"])
    rows = rows.sort_values("value", ascending=entry.better == "lower", kind="stable").head(most).iloc[::-1]
    words = [_group(by, group) for group in rows[by]]
    few = [entry.unit != "count" and n < style.minimum_n for n in rows["n"]]
    found = [(changes or {}).get((None if pd.isna(group) else group,)) for group in rows[by]]
    hover = [
        f"{word}<br>{text}{_against(change)}"
        for word, text, row, change in zip(
            words, _hover("", rows, entry.unit, style.minimum_n), rows.itertuples(), found, strict=True
        )
    ]
    axis = _value_axis(entry.unit, [*rows["value"], *rows["high"]], ticks=3)
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
                meta=_keys(rows, answer.query.by),
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
        layout=_layout(
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


def _against(change: Comparison | None) -> str:
    """What a group was in the earlier period, the change with its interval, and what it is worth."""
    if change is None or formats.nothing(change.before):
        return ""
    entry = metric(change.metric)
    lines = [
        _(
            "{period}: {value}",
            period=formats.span(change.before_period),
            value=formats.value(change.before, entry.unit),
        )
    ]
    if not formats.nothing(change.change):
        worth = f", {_(VERDICTS[change.verdict])}" if change.verdict else ""
        lines.append(f"{formats.change(change.change, entry.unit, entry.is_rate)}{worth}")
    if not formats.nothing(change.difference_low):
        ends = (
            formats.change(end, entry.unit, entry.is_rate) for end in (change.difference_low, change.difference_high)
        )
        lines.append(_("95% interval of the change {low} to {high}", low=next(ends), high=next(ends)))
    return "<br>" + "<br>".join(lines)


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


def _interval(low: float, high: float, unit: str) -> str:
    if formats.nothing(low) or formats.nothing(high):
        return ""
    ends = f"{formats.value(low, unit)} – {formats.value(high, unit)}"
    return f"<br>{_('95% interval {ends}', ends=ends)}"


def _group(by: str, group: Any, most: int = 26) -> str:
    """The name of a group for a figure: long ones cut, and nothing in it read as markup."""
    text = formats.group(by, None if pd.isna(group) else group)
    return html.escape(text if len(text) <= most else f"{text[: most - 1].rstrip()}…", quote=False)


def distribution(
    labels: Sequence[str],
    counts: Sequence[int],
    colours: Sequence[str],
    style: Style,
    meta: dict[str, Any] | None = None,
) -> go.Figure:
    """How many answers each score got. `meta`: what each bar is about (see `_keys`)."""
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
        layout=_layout(
            style,
            xaxis={"type": "category", "tickangle": 0},
            yaxis=_value_axis("count", list(counts)),
            bargap=0.2,
        ),
    )


NPS_SEGMENTS = ("nps_detractors", "nps_passives", "nps_promoters")


def nps_segments(answer: Answer, style: Style, *, events: Sequence[Event] = ()) -> go.Figure:
    """Detractors, passives and promoters as shares of a whole."""
    return stacked_shares(answer, style, NPS_SEGMENTS, (style.bad, style.muted, style.good), events=events)


def nps_scores(answer: Answer, style: Style) -> go.Figure:
    """Answers for each NPS score, in the colours of the segments."""
    found = {int(row.score): int(row.n) for row in answer.rows.itertuples() if row.n and not pd.isna(row.score)}
    scores = list(range(min(found, default=0) if min(found, default=0) > 0 else 0, 11))
    colours = [style.bad if score <= 6 else style.muted if score <= 8 else style.good for score in scores]
    return distribution([str(s) for s in scores], [found.get(s, 0) for s in scores], colours, style, {
        "metric": "nps", "keys": [{"score": score} for score in scores]
    })  # fmt: skip


# --- tables of colour ---------------------------------------------------------------------------------------


def week_heatmap(answer: Answer, style: Style) -> go.Figure:
    """Counts by weekday and hour."""
    rows = answer.rows
    table = rows.pivot_table(index="weekday", columns="hour", values="value", aggfunc="sum").reindex(
        index=range(1, 8), columns=range(24)
    )
    days = [formats.weekday(number) for number in range(1, 8)]
    hover = [
        [
            f"{day} {hour}:00–{hour + 1}:00: <b>{formats.value(table.loc[number, hour], 'count')}</b>"
            for hour in range(24)
        ]
        for number, day in zip(range(1, 8), days, strict=True)
    ]
    return go.Figure(
        data=[
            go.Heatmap(
                x=list(range(24)),
                y=days,
                z=table.fillna(0).to_numpy().tolist(),
                colorscale=style.scale,
                showscale=False,
                xgap=2,
                ygap=2,
                customdata=hover,
                hovertemplate="%{customdata}<extra></extra>",
            ),
            _cells(
                [hour for _number in range(1, 8) for hour in range(24)],
                [day for day in days for _hour in range(24)],
                [text for line in hover for text in line],
                {
                    "metric": answer.query.metrics[0],
                    "keys": [{"weekday": number, "hour": hour} for number in range(1, 8) for hour in range(24)],
                },
            ),
        ],
        layout=_layout(
            style,
            height=HEIGHT,
            xaxis={
                "tickvals": list(range(0, 24, 3)),
                "ticktext": [f"{hour}:00" for hour in range(0, 24, 3)],
                "showline": False,
                "range": [-0.5, 23.5],
            },
            yaxis={"range": [6.5, -0.5], "showgrid": False, "nticks": None, "ticks": "", "ticklabelstandoff": 6},
        ),
    )


def _cells(x: Sequence[Any], y: Sequence[Any], hover: Sequence[str], meta: dict[str, Any]) -> go.Scatter:
    """Unseen marks over the cells of a heatmap, which cannot be chosen itself."""
    return go.Scatter(
        x=list(x),
        y=list(y),
        mode="markers",
        marker={"color": "rgba(0,0,0,0)", "size": 16, "symbol": "square"},
        customdata=list(hover),
        hovertemplate="%{customdata}<extra></extra>",
        showlegend=False,
        meta=meta,
    )


def cohorts(answer: Answer, style: Style, most: int = 18) -> go.Figure:
    """The triangle: a row a start month, a column for each number of months since; empty where as-of has not come."""
    rows = answer.rows
    periods = sorted(set(rows["period"]))[-most:]
    rows = rows[rows["period"].isin(periods)]
    table = rows.pivot(index="period", columns="month", values="value").reindex(index=periods)
    sizes = rows.groupby("period")["n"].max()
    labels = [f"{formats.period_short(start, 'month')}  ({formats.decimal(sizes[start], 0)})" for start in periods]
    hover = [
        [
            ""
            if pd.isna(table.loc[start, month])
            else _(
                "{month}: after {count} months <b>{share}</b> of {n} still there",
                month=formats.period(start, "month"),
                count=month,
                share=formats.percent(table.loc[start, month]),
                n=formats.decimal(sizes[start], 0),
            )
            for month in table.columns
        ]
        for start in periods
    ]
    cells = [[None if pd.isna(value) else value for value in line] for line in table.to_numpy()]
    words = [["" if value is None else formats.decimal(value * 100, 0) for value in line] for line in cells]
    return go.Figure(
        data=[
            go.Heatmap(
                x=[int(month) for month in table.columns],
                y=labels,
                z=cells,
                zmin=min((value for line in cells for value in line if value is not None), default=0),
                zmax=1,
                colorscale=style.scale,
                showscale=False,
                xgap=2,
                ygap=2,
                text=words,
                texttemplate="%{text}",
                textfont={"size": 11},
                customdata=hover,
                hovertemplate="%{customdata}<extra></extra>",
                hoverongaps=False,
            ),
            _cells(
                rows["month"].astype(int),
                [labels[periods.index(start)] for start in rows["period"]],
                [hover[periods.index(row.period)][list(table.columns).index(row.month)] for row in rows.itertuples()],
                _keys(rows),
            ),
        ],
        layout=_layout(
            style,
            height=max(220, 60 + 22 * len(periods)),
            xaxis={
                "title": {"text": _("months since the start")},
                "dtick": 1 if len(table.columns) < 20 else 3,
                "range": [-0.5, len(table.columns) - 0.5],
            },
            yaxis={
                "range": [len(labels) - 0.5, -0.5],
                "showgrid": False,
                "nticks": None,
                "type": "category",
                "ticks": "",
                "ticklabelstandoff": 6,
            },
        ),
    )


def survival(answer: Answer, style: Style, most_months: int = 60) -> go.Figure:
    """Kaplan–Meier with its band; one line, or one for each group without bands."""
    by = answer.query.by
    rows = answer.rows[answer.rows["month"] <= most_months]
    groups: list[tuple[Any, pd.DataFrame]] = [("", rows)] if not by else list(rows.groupby(by[0], dropna=False))
    data: list[go.Scatter] = []
    for number, (group, part) in enumerate(groups):
        colour = style.colours[number % 10]
        word = _group(by[0], group) if by else ""
        months = part["month"].astype(int).tolist()
        if not by:
            data.append(
                go.Scatter(
                    x=months + months[::-1],
                    y=part["high"].tolist() + part["low"].tolist()[::-1],
                    fill="toself",
                    fillcolor=colour,
                    opacity=0.16,
                    line={"width": 0},
                    hoverinfo="skip",
                    showlegend=False,
                )
            )
        hover = [
            _("after {count} months <b>{share}</b> still there", count=row.month, share=formats.percent(row.value))
            + ("" if by else _interval(row.low, row.high, "share"))
            + f"<br>n = {formats.decimal(row.n, 0)}"
            for row in part.itertuples()
        ]
        data.append(
            go.Scatter(
                x=months,
                y=part["value"],
                mode="lines",
                name=word,
                meta=_keys(part, by),
                line={"color": colour, "width": 2.4, "shape": "hv"},
                customdata=hover,
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    low = min((value for value in rows["low"] if not formats.nothing(value)), default=0.0)
    return go.Figure(
        data=data,
        layout=_layout(
            style,
            xaxis={"title": {"text": _("months since the start")}, "dtick": 6 if len(rows) > 24 else None},
            yaxis={"tickformat": ".0%", "range": [max(0.0, low - 0.1), 1.005]},
            showlegend=bool(by),
        ),
    )


# --- small ---------------------------------------------------------------------------------------------------


def spark_svg(values: Sequence[float | None], colour: str, *, last_partial: bool = False, width: int = 150) -> str:
    """A sparkline as an SVG text: a light image instead of a chart. Gaps where nothing was measured."""
    height, pad = 34, 3
    known = [value for value in values if value is not None and not formats.nothing(value)]
    if len(known) < 2:
        return ""
    low, high = min(known), max(known)
    across = (width - 2 * pad) / max(len(values) - 1, 1)

    def scale(value: float) -> float:
        return height / 2 if high == low else height - pad - (value - low) / (high - low) * (height - 2 * pad)

    points = [
        None if value is None or formats.nothing(value) else (pad + place * across, scale(value))
        for place, value in enumerate(values)
    ]
    whole = points[:-1] if last_partial and len(points) > 2 else points
    parts = [f'<path d="{_path(whole)}" fill="none" stroke="{colour}" stroke-width="1.8" stroke-linejoin="round"/>']
    if whole is not points:
        parts.append(
            f'<path d="{_path(points[-2:])}" fill="none" stroke="{colour}" stroke-width="1.6" stroke-dasharray="2 3"/>'
        )
    last = next((point for point in reversed(points) if point), None)
    if last:
        parts.append(f'<circle cx="{last[0]:.1f}" cy="{last[1]:.1f}" r="2.6" fill="{colour}"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" preserveAspectRatio="none" '
        f'width="{width}" height="{height}">{"".join(parts)}</svg>'
    )


def _path(points: Sequence[tuple[float, float] | None]) -> str:
    path, pen_down = [], False
    for point in points:
        if point is None:
            pen_down = False
            continue
        path.append(f"{'L' if pen_down else 'M'}{point[0]:.1f} {point[1]:.1f}")
        pen_down = True
    return " ".join(path)
