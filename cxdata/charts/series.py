"""Figures over time: lines with band and limits, bars with a line, shares of a whole, small multiples.

In: an Answer with a grain. Out: a go.Figure.
"""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from cxdata import formats, noise
from cxdata.arrays import Key
from cxdata.charts.crosses import grid
from cxdata.charts.look import Style, group_name, hover_texts, keys_of, layout, period_axis, value_axis
from cxdata.charts.marking import marks_of
from cxdata.charts.paths import paths
from cxdata.comparison import Comparison
from cxdata.events import Event
from cxdata.goals import Goal
from cxdata.i18n import _
from cxdata.metrics import metric
from cxdata.questions import Answer
from cxdata.statistics import ControlLimits

MOST_GROUPS = 5  # lines of groups that an eye can follow
MOST_BANDS = 2  # lines whose bands can be told apart


@dataclass(frozen=True)
class Line:
    """One line of a trend: rows of one metric (and one group) over periods."""

    name: str
    rows: pd.DataFrame
    colour: str
    unit: str
    by: tuple[str, ...] = ()
    limits: ControlLimits | None = None

    @property
    def keys(self) -> dict[str, Any]:
        return keys_of(self.rows, self.by)


def trend(
    answer: Answer,
    style: Style,
    *,
    names: Sequence[str] = (),
    target: float | None = None,
    from_zero: bool = False,
    beside: tuple[Answer, str] | None = None,
    events: Sequence[Event] = (),
    goals: Sequence[Goal] = (),
) -> go.Figure:
    """Lines over periods: one for each metric, or for each of the largest groups where the question has one dimension.

    Rings are on what lies beyond the control limits. One line or two have their 95% interval as a band, a single one the
    limits it moves within.
    `beside`: (the answer for another selection or period, its name), drawn as a grey line, period by period.
    `goals`: those on the metric of a single line, whose paths are drawn.
    """
    lines = _lines(answer, style, names)
    periods = sorted(set(answer.rows["period"]))
    labels, xaxis = period_axis(periods, answer.query.grain)
    unit = lines[0].unit if lines else "count"
    place = dict(zip(periods, labels, strict=True))
    traces = [trace for line in lines for trace in traces_of(line, place, style, len(lines) > 1)]
    values = [value for line in lines for value in line.rows["value"]] + ([target] if target is not None else [])
    shapes, notes = _target(target, unit, style)
    if len(lines) <= MOST_BANDS:
        traces = [*(band for line in lines for band in band_of(line, place, style)), *traces]
        values += [end for line in lines for name in ("low", "high") for end in line.rows[name].dropna()]
    if len(lines) == 1 and lines[0].limits:
        ends = [lines[0].limits.low, lines[0].limits.high]
        shapes += [_level(end, style) for end in ends]
        values += ends
    traces += [rings for line in lines for rings in _signals(line, place, style)]
    if beside:
        traces.insert(0, _beside_line(beside[0], beside[1], labels, style))
        values += beside[0].rows["value"].tolist()
    wanted, targets, asked = paths(goals, periods, answer.query.grain, place, style)
    traces, notes, values = [*traces, *wanted], [*notes, *targets], [*values, *asked]
    marks = marks_of(events, periods, answer.query.grain, style)
    return go.Figure(
        data=traces,
        layout=layout(
            style,
            xaxis=xaxis,
            yaxis=value_axis(unit, values, from_zero=from_zero or unit in ("count", "duration")),
            showlegend=len(lines) > 1 or beside is not None,
            hovermode="x unified" if len(lines) > 1 else "closest",
            shapes=[*marks.shapes, *shapes],
            annotations=[*marks.notes, *notes],
            **marks.layout(),
        ),
    )


def said(
    draw: Callable[..., go.Figure], answer: Answer, changes: Mapping[Key, Comparison] | None = None,
    names: Sequence[str] = (),
) -> str:  # fmt: skip
    """The sentence under a chart: of its groups, where they are held against something, else of its lines."""
    if changes is not None and draw is grid:
        return noise.of_rest(answer.query.by[0], changes)
    if changes is not None:
        return noise.of_groups(answer.query.by[0], changes)
    if draw in (trend, multiples):
        return noise.sentence(answer, names, MOST_GROUPS if draw is trend else None)
    return ""


def _beside_line(answer: Answer, name: str, labels: Sequence[str], style: Style) -> go.Scatter:
    """The line of another selection, the first period above the first."""
    rows = answer.rows.head(len(labels))
    unit, grain = metric(answer.query.metrics[0]).unit, answer.query.grain
    hover = hover_texts("", rows, unit, style.minimum_n)
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
    for number, one in enumerate(noise.lines(answer, MOST_GROUPS)):
        entry = metric(one.metric)
        word = group_name(by[0], one.group) if by else names[number] if names else _(entry.short or entry.label)
        lines.append(Line(word, one.rows, style.colours[number % 10], entry.unit, by, one.limits))
    return lines


def traces_of(line: Line, place: dict[Any, str], style: Style, named: bool) -> list[go.Scatter]:
    """The line through complete periods, and dashed where a period is partial."""
    rows = line.rows
    x = [place[start] for start in rows["period"]]
    y = [None if formats.nothing(value) else value for value in rows["value"]]
    partial = rows["partial"].tolist()
    few = [line.unit != "count" and 0 < n < style.minimum_n for n in rows["n"]]
    solid = [value if not cut else None for value, cut in zip(y, partial, strict=True)]
    fills = [style.paper if cut or little else line.colour for cut, little in zip(partial, few, strict=True)]
    hover = hover_texts(line.name if named else "", rows, line.unit, style.minimum_n)
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


def band_of(line: Line, place: dict[Any, str], style: Style) -> list[go.Scatter]:
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


def _signals(line: Line, place: dict[Any, str], style: Style, size: int = 13) -> list[go.Scatter]:
    """A ring around every period that lies beyond the limits or in a run on one side of the centre."""
    at = sorted({signal.position for signal in line.limits.signals}) if line.limits else []
    if not at:
        return []
    rows = line.rows.iloc[at]
    return [
        go.Scatter(
            x=[place[start] for start in rows["period"]],
            y=rows["value"].tolist(),
            mode="markers",
            meta=keys_of(rows, line.by),
            marker={"size": size, "color": "rgba(0,0,0,0)", "line": {"color": style.strong, "width": 1.4}},
            hoverinfo="skip",
            showlegend=False,
            cliponaxis=False,
            name=_("beyond the usual"),
        )
    ]


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

    Rings are on what lies beyond the control limits of a group. The groups with most rows, in order of their newest complete value, worst first.
    """
    entry, by = metric(answer.query.metrics[0]), answer.query.by[0]
    sizes = answer.rows.groupby(by, dropna=False)["n"].sum().sort_values(ascending=False, kind="stable")
    groups = [None if pd.isna(group) else group for group in sizes.index[:most]]
    judged = {line.group: line for line in noise.lines(answer)}
    parts = {group: judged[group].rows for group in groups}
    newest = {group: part[~part["partial"]]["value"].dropna().tail(1).tolist() for group, part in parts.items()}
    worst_first = 1 if entry.better == "higher" else -1
    groups.sort(key=lambda group: worst_first * newest[group][0] if newest[group] else math.inf)
    periods = sorted(set(answer.rows["period"]))
    labels, xaxis = period_axis(periods, answer.query.grain)
    place = dict(zip(periods, labels, strict=True))
    values = [value for part in parts.values() for value in part["value"]]
    values += beside[0].rows["value"].tolist() if beside else []
    yaxis = value_axis(entry.unit, values, from_zero=entry.unit in ("count", "duration"), ticks=3)
    columns = max(1, min(columns, len(groups)))
    lines = math.ceil(len(groups) / columns)
    height, gap, title = 150, 0.16, 0.26  # pixels of a row; gaps as shares of a column and of a row
    panes, traces, notes = dict[str, Any](), list[Any](), list[dict[str, Any]]()
    shapes: list[dict[str, Any]] = []
    for number, group in enumerate(groups):
        row, column = divmod(number, columns)
        name = "" if number == 0 else str(number + 1)
        left, top = column / columns, 1 - row / lines
        domain = [left, left + (1 - gap) / columns], [top - 0.92 / lines, top - title / lines]
        ends = [place[periods[0]], place[periods[-1]]]
        panes[f"xaxis{name}"] = {
            **xaxis, "domain": domain[0], "anchor": f"y{name}", "showgrid": False, "fixedrange": True, "nticks": None,
            "tickvals": ends, "ticktext": [formats.period_short(periods[at], answer.query.grain) for at in (0, -1)],
            "linecolor": style.grid, "showticklabels": number + columns >= len(groups), "automargin": False,
            "tickfont": {"color": style.text, "size": 10},
        }  # fmt: skip
        panes[f"yaxis{name}"] = {
            **yaxis, "domain": domain[1], "anchor": f"x{name}", "fixedrange": True, "gridcolor": style.grid, "nticks": 3,
            "zeroline": False, "showticklabels": column == 0, "tickfont": {"color": style.text, "size": 10}, "automargin": False,
        }  # fmt: skip
        axes = {"xaxis": f"x{name}", "yaxis": f"y{name}"}
        if beside:
            grey = _beside_line(*beside, labels, style)
            traces.append(grey.update(mode="lines", hoverinfo="skip", hovertemplate=None, showlegend=False, **axes))
        line = Line(group_name(by, group), parts[group], style.colours[0], entry.unit, (by,), judged[group].limits)
        traces += [trace.update(marker={"size": 4}, **axes) for trace in traces_of(line, place, style, False)]
        traces += [rings.update(**axes) for rings in _signals(line, place, style, 10)]
        own = [event for event in events if by != "team" or event.team in (None, group)]
        marks, refs = marks_of(own, periods, answer.query.grain, style), {"xref": f"x{name}", "yref": f"y{name} domain"}
        shapes += [{**shape, **refs} for shape in marks.shapes]
        notes += [{**note, **refs, "text": "▾", "xanchor": "center"} for note in marks.notes]
        value = formats.value(newest[group][0] if newest[group] else None, entry.unit)
        notes.append(
            {
                "x": left, "y": top, "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "top", "showarrow": False,
                "text": f"<b>{line.name}</b>  {value}", "font": {"size": 12, "color": style.strong},
            }
        )  # fmt: skip
    base = layout(style, height=height * lines + 30, margin={"l": 44, "b": 24}, shapes=shapes, annotations=notes)
    return go.Figure(data=traces, layout={**base, **panes})


def bars_and_line(
    answer: Answer, style: Style, bars: Sequence[str], line: str | None = None, *, events: Sequence[Event] = ()
) -> go.Figure:
    """Counts a period as bars side by side, and one metric as a line over them."""
    periods = sorted(set(answer.rows["period"]))
    labels, xaxis = period_axis(periods, answer.query.grain)
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
                meta=keys_of(rows),
                marker={"color": style.colours[number], "opacity": [0.45 if cut else 1.0 for cut in rows["partial"]]},
                customdata=hover_texts(word, rows, "count", 0),
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    if line:
        rows = answer.of(line)
        values += rows["value"].tolist()
        entry = Line(_(metric(line).label), rows, style.colours[2], "count")
        data += traces_of(entry, dict(zip(periods, labels, strict=True)), style, True)
    marks = marks_of(events, periods, answer.query.grain, style)
    return go.Figure(
        data=data,
        layout=layout(
            style,
            xaxis=xaxis,
            yaxis=value_axis("count", values),
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
    labels, xaxis = period_axis(periods, answer.query.grain)
    data = []
    for name, colour in zip(names, colours, strict=True):
        rows, word = answer.of(name), _(metric(name).label)
        data.append(
            go.Bar(
                x=labels,
                y=rows["value"],
                name=word,
                meta=keys_of(rows),
                marker={"color": colour, "opacity": [0.5 if cut else 1.0 for cut in rows["partial"]]},
                customdata=hover_texts(word, rows, "share", style.minimum_n),
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    marks = marks_of(events, periods, answer.query.grain, style)
    return go.Figure(
        data=data,
        layout=layout(
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


NPS_SEGMENTS = ("nps_detractors", "nps_passives", "nps_promoters")


def nps_segments(answer: Answer, style: Style, *, events: Sequence[Event] = ()) -> go.Figure:
    """Detractors, passives and promoters as shares of a whole."""
    return stacked_shares(answer, style, NPS_SEGMENTS, (style.bad, style.muted, style.good), events=events)
