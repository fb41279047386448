"""The files that reports and charts are taken along as.

In: a Report, or a figure. Out: bytes. FORMATS says which kinds of reports there are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import plotly.graph_objects as go

from cxdata.charts import HEIGHT, Style
from cxdata.drawing import drawn
from cxdata.errors import UnknownName
from cxdata.i18n import N_
from cxdata.marks import Drawing, Mark, Text, placed, svg, wrapped
from cxdata.paper import png, to_pdf
from cxdata.reports import Report
from cxdata.sheets import to_xlsx


@dataclass(frozen=True)
class Format:
    """A kind of file: what its name ends with, its media type, and how a report becomes one."""

    suffix: str
    mime: str
    write: Callable[[Report], bytes]


FORMATS: tuple[Format, ...] = (
    Format("pdf", "application/pdf", to_pdf),
    Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", to_xlsx),
)


def writer(suffix: str) -> Callable[[Report], bytes]:
    """How a file with this ending (".pdf") is made of a report; another ending raises with those there are."""
    for entry in FORMATS:
        if suffix.casefold() == f".{entry.suffix}":
            return entry.write
    raise UnknownName(N_("kind of report"), suffix, [f".{entry.suffix}" for entry in FORMATS])


def picture(figure: go.Figure, kind: str, style: Style, title: str, subtitle: str, about: str) -> bytes:
    """A figure with its title and what it is about, as "png" (two dots a pixel) or "svg", without a browser."""
    edge, width = 20.0, 800.0
    marks: list[Mark] = []
    y = edge
    for text, size, colour, strong in ((title, 18.0, style.strong, True), (subtitle, 13.0, style.text, False)):
        for line in wrapped(text, size, width - 2 * edge, strong=strong):
            marks.append(Text(edge, y + size, line, size, colour, strong=strong))
            y += size * 1.35
    chart = drawn(figure, width - 2 * edge, 380 if figure.layout.height == HEIGHT else None)
    marks += placed(chart, edge, y + 12, 1)
    y += chart.height + 24
    for line in wrapped(about, 10.5, width - 2 * edge):
        marks.append(Text(edge, y + 10.5, line, 10.5, style.text))
        y += 15
    drawing = Drawing(width, y + edge * 0.6, tuple(marks))
    return png(drawing, style.paper) if kind == "png" else svg(drawing, style.paper).encode()
