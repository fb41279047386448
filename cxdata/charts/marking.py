"""Events on figures over time: a line or a span for each, with its name where there is room.

In: events and the periods of an axis. Out: shapes and notes for the layout.
"""

from __future__ import annotations

import html
import math
import textwrap
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cxdata.charts.look import Style
from cxdata.events import EVENT_KINDS, Event, overlaps, when
from cxdata.filters import Period
from cxdata.i18n import _
from cxdata.questions import period_end

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


def marks_of(events: Sequence[Event], periods: Sequence[date], grain: str, style: Style) -> Marks:
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
