"""Plotly figures to marks: the few traces, shapes and notes that `charts` uses, drawn without a browser.

In: a figure and a size in pixels. Out: a Drawing. Only `charts` decides what a chart looks like; what it uses beyond this
module raises, and a test converts every chart.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go

from cxdata import formats
from cxdata.marks import Area, Box, Disc, Drawing, Line, Mark, Text, width_of

DASHES = {"dot": (2.0, 3.0), "dash": (6.0, 4.0), "dashdot": (6.0, 3.0, 2.0, 3.0)}
SWATCH = 36  # what a name in the legend takes beside its text
GAP = 6  # between a label and what it is about


def drawn(figure: go.Figure, width: float = 640, height: float | None = None) -> Drawing:
    """The figure as marks, at its own height unless another is given."""
    layout = figure.layout
    tall = float(height or layout.height or 270)
    traces = list(figure.data)
    for trace in traces:
        if trace.type not in ("scatter", "bar", "heatmap"):
            raise NotImplementedError(f"a trace of type {trace.type} has no drawing")
    x = _Axis(layout.xaxis, [value for trace in traces for value in _along(trace, "x")], traces, "x")
    y = _Axis(layout.yaxis, [value for trace in traces for value in _along(trace, "y")], traces, "y")
    frame = _frame(layout, traces, x, y, width, tall)
    x.lies(frame.left, frame.right)
    y.lies(frame.bottom, frame.top)
    marks = [*_grid(layout, x, y, frame)]
    marks += [mark for shape in layout.shapes if shape.layer == "below" for mark in _shape(shape, x, y, frame)]
    marks += [mark for number, trace in enumerate(traces) for mark in _trace(trace, number, traces, layout, x, y)]
    marks += [mark for shape in layout.shapes if shape.layer != "below" for mark in _shape(shape, x, y, frame)]
    marks += [mark for note in layout.annotations for mark in _note(note, layout, x, y, frame)]
    marks += _labels(layout, x, y, frame)
    if layout.showlegend:
        marks += _legend(layout, traces, frame, width)
    return Drawing(width, tall, tuple(marks))


# --- axes ---------------------------------------------------------------------------------------------------


class _Axis:
    """Where a value lies: categories by their place, numbers on their scale; and which ticks it has."""

    def __init__(self, axis: Any, values: Sequence[Any], traces: Sequence[Any], letter: str) -> None:
        self.axis, self.letter = axis, letter
        self.of_categories = axis.type == "category" or any(isinstance(value, str) for value in values)
        words = [*(axis.categoryarray if axis.categoryarray is not None else ()), *map(str, values)]
        self.categories = {word: place for place, word in enumerate(dict.fromkeys(words))}
        self.low, self.high = self._range(values, traces)
        self.start = self.end = 0.0

    def _range(self, values: Sequence[Any], traces: Sequence[Any]) -> tuple[float, float]:
        if self.axis.range:
            low, high = self.axis.range
            return float(low), float(high)
        if self.of_categories:
            low, high = -0.5, len(self.categories) - 0.5
        else:
            known = [float(value) for value in values if not _missing(value)] or [0.0]
            low, high = min(known), max(known)
            if any(trace.type == "heatmap" for trace in traces):
                low, high = low - 0.5, high + 0.5
            elif any(trace.type == "bar" for trace in traces):
                low, high = min(low, 0.0), max(high, 0.0)
            if low == high:
                high = low + 1
        return (high, low) if self.axis.autorange == "reversed" else (low, high)

    def lies(self, start: float, end: float) -> None:
        self.start, self.end = start, end

    def number(self, value: Any) -> float:
        """The value on the scale; of a category, its place."""
        return float(self.categories[str(value)]) if self.of_categories and isinstance(value, str) else float(value)

    def at(self, value: Any) -> float:
        return self.place(self.number(value))

    def place(self, number: float) -> float:
        return self.start + (number - self.low) / (self.high - self.low) * (self.end - self.start)

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """(place on the scale, label) of the ticks in sight."""
        low, high = min(self.low, self.high), max(self.low, self.high)
        if self.axis.tickvals is not None:
            words = self.axis.ticktext if self.axis.ticktext is not None else map(str, self.axis.tickvals)
            found = [
                (self.number(value), _plain(str(word))) for value, word in zip(self.axis.tickvals, words, strict=True)
            ]
        elif self.of_categories:
            found = [(float(place), _plain(word)) for word, place in self.categories.items()]
        else:
            step = float(self.axis.dtick or _step(high - low, self.axis.nticks or 6))
            first = math.ceil(low / step - 1e-9)
            found = [
                (number * step, _number(number * step, self.axis.tickformat, step))
                for number in range(first, math.floor(high / step + 1e-9) + 1)
            ]
        return [(place, word) for place, word in found if low - 1e-9 <= place <= high + 1e-9]

    @property
    def size(self) -> float:
        return float((self.axis.tickfont.size if self.axis.tickfont else None) or 12)

    @property
    def has_labels(self) -> bool:
        return self.axis.showticklabels is not False


def _along(trace: Any, letter: str) -> list[Any]:
    """What a trace has along an axis; a bar's end counts from its base."""
    values = getattr(trace, letter)
    if values is None:
        return []
    lengthwise = trace.type == "bar" and (letter == "x") == (trace.orientation == "h")
    if lengthwise and trace.base is not None:
        return [value + trace.base for value in values if not _missing(value)]
    return [value.item() if hasattr(value, "item") else value for value in values if value is not None]


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _step(span: float, most: int) -> float:
    """The nice step that gives at most so many ticks."""
    rough = span / max(most, 1)
    power = 10.0 ** math.floor(math.log10(rough)) if rough > 0 else 1.0
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)


def _number(value: float, pattern: str | None, step: float) -> str:
    """A number in the few patterns that the axes use: ".0%", ".1f", "d", ",d", or none."""
    found = re.fullmatch(r",?(?:\.(\d+))?([%fd])?", pattern or "")
    digits = int(found[1]) if found and found[1] else 0
    if found and found[2] == "%":
        return formats.percent(value, digits)
    if not pattern or found is None:
        digits = 0 if step >= 1 else math.ceil(-math.log10(step) - 1e-9)
    return formats.decimal(value, digits)


# --- frame, grid and labels ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Frame:
    """The edges of the part that the axes span."""

    left: float
    right: float
    top: float
    bottom: float


def _frame(layout: Any, traces: Sequence[Any], x: _Axis, y: _Axis, width: float, height: float) -> _Frame:
    margin = layout.margin
    left, right, top, bottom = (float(getattr(margin, side) or 0) for side in ("l", "r", "t", "b"))
    if y.has_labels:
        widest = max((width_of(word, y.size) for _place, word in y.ticks), default=0)
        left = max(left, widest + GAP + 4)
    if x.has_labels and x.axis.side == "top":
        top = max(top, x.size + GAP + 6)
    elif x.has_labels:
        bottom = max(bottom, x.size + GAP + 6)
    if x.axis.title.text:
        bottom += x.size + 4
    if layout.showlegend:
        top += 20 * len(_legend_rows(layout, traces, width - left)[0]) + 2
    return _Frame(left, width - right, top, height - bottom)


def _grid(layout: Any, x: _Axis, y: _Axis, frame: _Frame) -> Iterable[Mark]:
    for axis in (x, y):
        if axis.axis.showgrid is False:
            continue
        colour = axis.axis.gridcolor or layout.yaxis.gridcolor or "#e9ecf1"
        for place, _word in axis.ticks:
            at = axis.place(place)
            ends = ((at, frame.top), (at, frame.bottom)) if axis is x else ((frame.left, at), (frame.right, at))
            yield Line(ends, colour, 1)


def _labels(layout: Any, x: _Axis, y: _Axis, frame: _Frame) -> list[Mark]:
    marks: list[Mark] = []
    colour = layout.font.color or "#566072"
    for axis in (x, y):
        if not axis.has_labels:
            continue
        for place, word in axis.ticks:
            at = axis.place(place)
            if axis is x and x.axis.side == "top":
                marks.append(Text(at, frame.top - GAP, word, axis.size, colour, "middle"))
            elif axis is x:
                marks.append(Text(at, frame.bottom + axis.size + GAP, word, axis.size, colour, "middle"))
            else:
                marks.append(Text(frame.left - GAP, at + axis.size * 0.36, word, axis.size, colour, "end"))
    if x.axis.title.text:
        below = frame.bottom + (x.size + GAP if x.has_labels else 0) + x.size + 4
        middle = (frame.left + frame.right) / 2
        marks.append(Text(middle, below, _plain(x.axis.title.text), x.size, colour, "middle"))
    return marks


def _legend_rows(layout: Any, traces: Sequence[Any], room: float) -> tuple[list[list[Any]], bool]:
    """(the traces that the legend names, in rows, whether they are in line with the plot): a row where that is enough."""
    named = [trace for trace in traces if trace.showlegend is not False and trace.name]
    size = float(layout.font.size or 12)
    wide = [width_of(_plain(trace.name), size) + SWATCH for trace in named]
    if sum(wide) <= room:
        return [named], True
    rows: list[list[Any]] = [[]]
    used = 0.0
    for trace, width in zip(named, wide, strict=True):
        if rows[-1] and used + width > room + 40:
            rows.append([])
            used = 0.0
        rows[-1].append(trace)
        used += width
    return rows, False


def _legend(layout: Any, traces: Sequence[Any], frame: _Frame, width: float) -> list[Mark]:
    marks: list[Mark] = []
    size, colour = float(layout.font.size or 12), layout.font.color or "#566072"
    rows, aligned = _legend_rows(layout, traces, width - frame.left)
    for number, row in enumerate(rows):
        at, middle = frame.left if aligned else max(frame.left - 40, 0), frame.top - 20 * (len(rows) - number) + 6
        for trace in row:
            word = _plain(trace.name)
            if trace.type == "bar":
                marks.append(Box(at + 4, middle - 5, 12, 10, _first(trace.marker.color)))
            else:
                marks.append(Line(((at, middle), (at + 16, middle)), _first(trace.line.color), 2.4, _dash(trace.line)))
            marks.append(Text(at + 21, middle + size * 0.36, word, size, colour))
            at += width_of(word, size) + SWATCH
    return marks


# --- traces -------------------------------------------------------------------------------------------------


def _trace(trace: Any, number: int, traces: Sequence[Any], layout: Any, x: _Axis, y: _Axis) -> Iterable[Mark]:
    if trace.type == "bar":
        return _bars(trace, number, traces, layout, x, y)
    if trace.type == "heatmap":
        return _cells(trace, x, y)
    return _scatter(trace, x, y)


def _scatter(trace: Any, x: _Axis, y: _Axis) -> Iterable[Mark]:
    points = [
        None if _missing(across) or _missing(up) else (x.at(across), y.at(up))
        for across, up in zip(trace.x, trace.y, strict=True)
    ]
    shade = 1.0 if trace.opacity is None else float(trace.opacity)
    mode = trace.mode or "lines"
    if trace.fill == "toself":
        colour, opacity = _colour(trace.fillcolor)
        yield Area(tuple(point for point in points if point), colour, opacity * shade)
    width = 2.0 if trace.line.width is None else float(trace.line.width)
    if "lines" in mode and width:
        colour, opacity = _colour(trace.line.color)
        for stretch in _stretches(points):
            yield Line(_stepped(stretch, trace.line.shape), colour, width, _dash(trace.line), opacity * shade)
    if "markers" in mode:
        for place, point in enumerate(points):
            size = float(_each(trace.marker.size, place) or 0)
            if point is None or not size:
                continue
            colour, opacity = _colour(_each(trace.marker.color, place))
            edge = _each(trace.marker.line.color, place) or ""
            width = float(_each(trace.marker.line.width, place) or 0)
            yield Disc(point[0], point[1], size / 2, colour if opacity else "", edge if width else "", width)
    if "text" in mode and trace.text is not None:
        size = float(trace.textfont.size or 12)
        for place, point in enumerate(points):
            if point is not None and _each(trace.text, place):
                colour = _each(trace.textfont.color, place) or "#566072"
                yield Text(point[0], point[1] - GAP, _plain(_each(trace.text, place)), size, colour, "middle")


def _stretches(points: Iterable[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """The points in runs without a gap, of two or more."""
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if len(run) > 1]


def _stepped(points: Sequence[tuple[float, float]], shape: str | None) -> tuple[tuple[float, float], ...]:
    """The points as they are, or with the corner of each step."""
    if shape != "hv":
        return tuple(points)
    made = [points[0]]
    for before, point in pairwise(points):
        made += [(point[0], before[1]), point]
    return tuple(made)


def _bars(trace: Any, number: int, traces: Sequence[Any], layout: Any, x: _Axis, y: _Axis) -> Iterable[Mark]:
    bars = [other for other in traces if other.type == "bar"]
    mine = next(place for place, other in enumerate(bars) if other is traces[number])
    stacked, lying = layout.barmode in ("stack", "relative"), trace.orientation == "h"
    across, along = (y, x) if lying else (x, y)
    names, values = (trace.y, trace.x) if lying else (trace.x, trace.y)
    wide = 1 - float(layout.bargap if layout.bargap is not None else 0.2)
    each = wide if stacked else wide / len(bars)
    ends = trace.error_x if lying else trace.error_y
    for place, (name, value) in enumerate(zip(names, values, strict=True)):
        if _missing(value):
            continue
        below = sum(_value(other, name, lying) for other in bars[:mine]) if stacked else float(trace.base or 0)
        first = across.number(name) - wide / 2 + (0 if stacked else mine * each)
        side = sorted((across.place(first), across.place(first + each)))
        length = sorted((along.at(below), along.at(below + float(value))))
        colour, _opaque = _colour(_each(trace.marker.color, place))
        opacity = float(_each(trace.marker.opacity, place) or 1.0)
        (left, right), (top, bottom) = (length, side) if lying else (side, length)
        yield Box(left, top, right - left, bottom - top, colour, opacity=opacity)
        if ends.visible and ends.array is not None:
            yield from _interval(ends, place, below + float(value), (side[0] + side[1]) / 2, along, lying)


def _value(trace: Any, name: Any, lying: bool) -> float:
    names, values = (trace.y, trace.x) if lying else (trace.x, trace.y)
    return next((float(v) for n, v in zip(names, values, strict=True) if n == name and not _missing(v)), 0.0)


def _interval(ends: Any, place: int, value: float, middle: float, along: _Axis, lying: bool) -> Iterable[Mark]:
    above = float(ends.array[place] or 0)
    below = float(ends.arrayminus[place] or 0) if ends.arrayminus is not None else above
    if not above and not below:
        return
    low, high = along.at(value - below), along.at(value + above)
    cap, wide = float(ends.width or 3), float(ends.thickness or 1)
    strokes = [((low, middle), (high, middle))] + [((end, middle - cap), (end, middle + cap)) for end in (low, high)]
    for stroke in strokes:
        yield Line(stroke if lying else tuple((up, across) for across, up in stroke), ends.color or "#566072", wide)


def _cells(trace: Any, x: _Axis, y: _Axis) -> Iterable[Mark]:
    known = [float(value) for row in trace.z for value in row if not _missing(value)]
    low = float(trace.zmin if trace.zmin is not None else min(known, default=0))
    high = float(trace.zmax if trace.zmax is not None else max(known, default=1))
    apart_x, apart_y = float(trace.xgap or 0), float(trace.ygap or 0)
    for up, row in zip(trace.y, trace.z, strict=True):
        for place, (across, value) in enumerate(zip(trace.x, row, strict=True)):
            if _missing(value):
                continue
            left, right = sorted(_edges(x, across))
            top, bottom = sorted(_edges(y, up))
            shade = _scaled(trace.colorscale, (float(value) - low) / (high - low) if high > low else 0.0)
            yield Box(left + apart_x / 2, top + apart_y / 2, right - left - apart_x, bottom - top - apart_y, shade)
            word = trace.text[list(trace.y).index(up)][place] if trace.text is not None and trace.texttemplate else ""
            lines = [_plain(line) for line in re.split(r"<br ?/?>", str(word))] if word else []
            size = min(float(trace.textfont.size or 11), (right - left) * 0.48)
            middle = (top + bottom) / 2 + size * 0.36 - size * 0.55 * (len(lines) - 1)
            for number, line in enumerate(lines):  # what is under the first line is smaller
                own, level = size * (0.8 if number else 1.0), middle + number * size * 1.15
                yield Text((left + right) / 2, level, line, own, _readable_on(shade), "middle")


def _edges(axis: _Axis, value: Any) -> tuple[float, float]:
    """Where the cell of a value starts and ends."""
    middle = axis.number(value)
    return axis.place(middle - 0.5), axis.place(middle + 0.5)


# --- shapes and notes ---------------------------------------------------------------------------------------


def _across(ref: str | None, value: Any, axis: _Axis, start: float, end: float) -> float:
    """A place along an axis, or as a part of the frame."""
    if ref == "paper" or (ref or "").endswith("domain"):
        return start + float(value) * (end - start)
    return axis.at(value)


def _shape(shape: Any, x: _Axis, y: _Axis, frame: _Frame) -> Iterable[Mark]:
    left, right = (_across(shape.xref, value, x, frame.left, frame.right) for value in (shape.x0, shape.x1))
    top, bottom = (_across(shape.yref, value, y, frame.bottom, frame.top) for value in (shape.y0, shape.y1))
    opacity = 1.0 if shape.opacity is None else float(shape.opacity)
    if shape.type == "line":
        colour, shade = _colour(shape.line.color)
        yield Line(
            ((left, top), (right, bottom)), colour, float(shape.line.width or 1), _dash(shape.line), shade * opacity
        )
    elif shape.type == "rect":
        colour, shade = _colour(shape.fillcolor)
        (left, right), (top, bottom) = sorted((left, right)), sorted((top, bottom))
        yield Box(left, top, right - left, bottom - top, colour, opacity=shade * opacity)
    else:
        raise NotImplementedError(f"a shape of type {shape.type} has no drawing")


def _note(note: Any, layout: Any, x: _Axis, y: _Axis, frame: _Frame) -> Iterable[Mark]:
    at = _across(note.xref, note.x, x, frame.left, frame.right) + float(note.xshift or 0)
    level = _across(note.yref, note.y, y, frame.bottom, frame.top) - float(note.yshift or 0)
    if note.showarrow is not False:
        at, level = at + float(note.ax or 0), level + float(note.ay if note.ay is not None else -10)
    size = float(note.font.size or layout.font.size or 12)
    colour = note.font.color or layout.font.color or "#566072"
    anchor = {"left": "start", "right": "end"}.get(note.xanchor or "", "middle")
    lines = [_plain(line) for line in re.split(r"<br ?/?>", note.text or "")]
    lift = {"bottom": -size * (len(lines) - 1) * 1.25 - size * 0.3, "top": size * 0.95}.get(
        note.yanchor or "", size * 0.36 - size * 1.25 * (len(lines) - 1) / 2
    )
    for number, line in enumerate(lines):
        turned = -float(note.textangle or 0)
        yield Text(at, level + lift + number * size * 1.25, line, size, colour, anchor, turned=turned)


# --- colours and words --------------------------------------------------------------------------------------


def _colour(given: str | None) -> tuple[str, float]:
    """(hexadecimal colour, opacity) of a colour as Plotly writes it."""
    found = re.fullmatch(r"rgba?\(([^)]*)\)", str(given or "").replace(" ", ""))
    if found is None:
        return (str(given), 1.0) if given else ("#566072", 1.0)
    red, green, blue, *opacity = found[1].split(",")
    return "#" + "".join(f"{int(float(part)):02x}" for part in (red, green, blue)), float(
        opacity[0]
    ) if opacity else 1.0


def _scaled(scale: Sequence[Sequence[Any]], part: float) -> str:
    """The colour at a part of a colour scale."""
    part = min(max(part, 0.0), 1.0)
    steps = [(float(place), str(colour)) for place, colour in scale]
    for (start, first), (end, second) in pairwise(steps):
        if part <= end:
            share = (part - start) / (end - start) if end > start else 0.0
            pairs = zip(_channels(first), _channels(second), strict=True)
            return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
    return steps[-1][1]


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _readable_on(colour: str) -> str:
    red, green, blue = _channels(colour)
    return "#1b2230" if 0.299 * red + 0.587 * green + 0.114 * blue > 150 else "#ffffff"


def _dash(line: Any) -> tuple[float, ...]:
    return DASHES.get(line.dash or "", ())


def _each(given: Any, place: int) -> Any:
    """The value of one mark where an attribute is one for all or one for each."""
    if given is None or isinstance(given, str | int | float | Mapping):
        return given
    return given[place]


def _first(given: Any) -> str:
    return _colour(_each(given, 0))[0]


def _plain(text: object) -> str:
    """Text without the few tags that figures use."""
    return html.unescape(re.sub(r"</?(?:b|i|span|br)[^>]*>", "", str(text)))
