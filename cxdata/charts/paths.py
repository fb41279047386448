"""The paths of goals on figures over time: what is wanted of each period, from baseline to target.

In: goals and the periods of an axis. Out: traces and notes.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import plotly.graph_objects as go

from cxdata import formats
from cxdata.charts.look import Style
from cxdata.goals import Goal, sentence
from cxdata.i18n import _
from cxdata.questions import period_end, period_start


def path_of(goal: Goal, periods: Sequence[date], grain: str) -> list[tuple[date, float]]:
    """[(first day of a period, what is wanted of it)] where the axis has it; it begins with the period before the start."""
    assert goal.start is not None
    before = period_start(goal.start, grain)
    if before == goal.start:
        before = next((start for start in reversed(periods) if start < goal.start), goal.start)
    found = []
    for start in periods:
        end = period_end(start, grain)
        if start == before or (start >= goal.start and (end <= goal.until or start < goal.until)):
            found.append((start, goal.path(min(end, goal.until))))
    return found


def path_trace(goal: Goal, path: Sequence[tuple[date, float]], place: Mapping[date, str], style: Style) -> go.Scatter:
    """A dashed line through what is wanted of each period, with the goal's sentence on hover."""
    unit = goal.entry.unit
    said = html.escape(sentence(goal), quote=False)
    return go.Scatter(
        x=[place[start] for start, _value in path],
        y=[value for _start, value in path],
        mode="lines",
        name=_("Goal"),
        line={"color": style.strong, "width": 1.6, "dash": "dash"},
        customdata=[_("{said}<br>wanted here: {value}", said=said, value=formats.value(value, unit)) for _start, value in path],
        hovertemplate="%{customdata}<extra></extra>",
        showlegend=False,
        cliponaxis=False,
    )  # fmt: skip


def target_note(
    goal: Goal, path: Sequence[tuple[date, float]], place: Mapping[date, str], style: Style
) -> dict[str, Any]:
    """The target at the end of its path, or what is wanted at the end of the axis."""
    start, value = path[-1]
    return {
        "x": place[start],
        "y": value,
        "text": _("goal {value}", value=formats.value(value, goal.entry.unit)),
        "showarrow": False,
        "xanchor": "right",
        "yanchor": "bottom" if goal.is_upwards else "top",
        "font": {"size": 11, "color": style.strong},
    }


def paths(
    goals: Sequence[Goal], periods: Sequence[date], grain: str, place: Mapping[date, str], style: Style
) -> tuple[list[go.Scatter], list[dict[str, Any]], list[float]]:
    """(traces, notes, values) of the goals whose time the axis shows."""
    traces, notes, values = [], [], []
    for goal in goals:
        path = path_of(goal, periods, grain)
        if not path:
            continue
        traces.append(path_trace(goal, path, place, style))
        notes.append(target_note(goal, path, place, style))
        values += [value for _start, value in path]
    return traces, notes, values
