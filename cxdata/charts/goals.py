"""The figure of one goal: its metric with noise, the path it asks, where that goes, check-ins and actions.

In: the Answer of a goal's metric over periods, the goal. Out: a go.Figure.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import date

import plotly.graph_objects as go

from cxdata import formats
from cxdata.charts.look import Style, layout, period_axis, value_axis
from cxdata.charts.marking import marks_of
from cxdata.charts.paths import path_of, path_trace, target_note
from cxdata.charts.series import Line, band_of, traces_of
from cxdata.events import Event
from cxdata.goal_progress import steps_ahead
from cxdata.goals import CheckIn, Goal
from cxdata.i18n import _
from cxdata.questions import Answer, period_end, period_start, starts_between
from cxdata.statistics import Forecast

BEFORE = 12  # periods before the start that are shown


def goal(
    answer: Answer,
    style: Style,
    *,
    goal: Goal,
    ahead: Forecast | None = None,
    check_ins: Sequence[CheckIn] = (),
    events: Sequence[Event] = (),
    height: int = 300,
) -> go.Figure:
    """The metric of a goal up to its deadline. A total is added up from the start of the goal.

    `ahead`: where it goes if nothing changes, drawn as a dotted line with its range at the deadline. Check-ins stand on the
    line of the metric, with what was said on hover; `events`: what happened, done actions among them.
    """
    grain, is_total = goal.grain, goal.kind == "total"
    rows = answer.rows
    if goal.start is not None:
        first = goal.start if is_total else _back(goal.start, grain)
        rows = rows[[period_end(start, grain) > first for start in rows["period"]]]
    if goal.deadline is not None:
        rows = rows[[start < goal.until for start in rows["period"]]]
    rows = rows.reset_index(drop=True)
    periods = rows["period"].tolist()
    if goal.deadline is not None:
        begin = period_end(periods[-1], grain) if periods else goal.start or goal.deadline
        periods += starts_between(begin, goal.until, grain)
    labels, xaxis = period_axis(periods, grain)
    place = dict(zip(periods, labels, strict=True))
    if is_total:
        rows = rows.assign(value=rows["value"].fillna(0).cumsum(), low=float("nan"), high=float("nan"))
    line = Line(_(goal.entry.short or goal.entry.label), rows, style.colours[0], goal.entry.unit)
    traces = [*([] if is_total else band_of(line, place, style)), *traces_of(line, place, style, False)]
    values = [*rows["value"].dropna(), *rows["low"].dropna(), *rows["high"].dropna()]
    notes = []
    if goal.is_set:
        path = path_of(goal, periods, grain)
        traces.append(path_trace(goal, path, place, style))
        notes.append(target_note(goal, path, place, style))
        values += [value for _start, value in path]
    if ahead is not None:
        traces += _ahead(goal, line, ahead, place, style)
        values += [ahead.low, ahead.high]
    traces += _check_ins(check_ins, line, place, grain, style)
    marks = marks_of(events, periods, grain, style)
    return go.Figure(
        data=traces,
        layout=layout(
            style,
            height,
            xaxis=xaxis,
            yaxis=value_axis(goal.entry.unit, values, from_zero=goal.entry.unit in ("count", "duration")),
            shapes=marks.shapes,
            annotations=[*marks.notes, *notes],
            **marks.layout(),
        ),
    )


def _back(start: date, grain: str) -> date:
    """The first of the periods before the start that are shown."""
    day = period_start(start, grain)
    for _period in range(BEFORE):
        day = period_start(date.fromordinal(day.toordinal() - 1), grain)
    return day


def _ahead(goal: Goal, line: Line, ahead: Forecast, place: dict[date, str], style: Style) -> list[go.Scatter]:
    """A dotted line from the newest complete period to the forecast, and its range at the deadline."""
    whole = line.rows[~line.rows["partial"].astype(bool)]
    if whole.empty:
        return []
    last = whole["period"].iloc[-1]
    steps = steps_ahead(goal, period_end(last, goal.grain))
    starts = starts_between(period_end(last, goal.grain), goal.until, goal.grain)[: len(steps)]
    if not starts or starts[-1] not in place:
        return []
    begin = float(whole["value"].iloc[-1]) if goal.kind == "total" else ahead.value - ahead.slope * len(starts)
    y = [begin + (ahead.value - begin) * number / len(starts) for number in range(len(starts) + 1)]
    unit = goal.entry.unit
    text = _(
        "If nothing changes: {value}, four times in five between {low} and {high}",
        value=formats.value(ahead.value, unit),
        low=formats.value(ahead.low, unit),
        high=formats.value(ahead.high, unit),
    )
    return [
        go.Scatter(
            x=[place[start] for start in (last, *starts)],
            y=y,
            mode="lines",
            name=_("If nothing changes"),
            line={"color": style.text, "width": 1.6, "dash": "dot"},
            customdata=[text] * len(y),
            hovertemplate="%{customdata}<extra></extra>",
            showlegend=False,
            cliponaxis=False,
        ),
        go.Scatter(
            x=[place[starts[-1]]] * 2,
            y=[ahead.low, ahead.high],
            mode="lines",
            name=_("If nothing changes"),
            line={"color": style.muted, "width": 7},
            opacity=0.7,
            customdata=[text] * 2,
            hovertemplate="%{customdata}<extra></extra>",
            showlegend=False,
            cliponaxis=False,
        ),
    ]


def _check_ins(
    found: Sequence[CheckIn], line: Line, place: dict[date, str], grain: str, style: Style
) -> list[go.Scatter]:
    """A diamond on the line for each period with a check-in."""
    known = dict(zip(line.rows["period"], line.rows["value"], strict=True))
    by_period: dict[date, list[CheckIn]] = {}
    for one in found:
        start = period_start(one.day, grain)
        if start in known and not formats.nothing(known[start]):
            by_period.setdefault(start, []).append(one)
    if not by_period:
        return []
    return [
        go.Scatter(
            x=[place[start] for start in by_period],
            y=[known[start] for start in by_period],
            mode="markers",
            name=_("Check-ins"),
            marker={
                "size": 11,
                "symbol": "diamond",
                "color": style.paper,
                "line": {"color": style.strong, "width": 1.6},
            },
            customdata=["<br>".join(_said(one) for one in own) for own in by_period.values()],
            hovertemplate="%{customdata}<extra></extra>",
            showlegend=False,
            cliponaxis=False,
        )
    ]


def _said(one: CheckIn) -> str:
    """A check-in in a line: day, confidence, note."""
    parts = [formats.day(one.day)]
    if one.confidence is not None:
        parts.append(_("confidence {number} of 10", number=one.confidence))
    note = one.note if len(one.note) <= 80 else f"{one.note[:79].rstrip()}…"
    return html.escape(": ".join([", ".join(parts), *([note] if note else [])]), quote=False)
