"""A drawing as plain marks: what a chart or a page consists of, whatever it is written as.

In: marks in points or pixels from the top left. Out: a Drawing, and its SVG. `paper` writes the same marks as PDF.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FONTS = Path(__file__).resolve().parent / "fonts"
REGULAR, STRONG = "Inter", "Inter-SemiBold"
for _name, _file in ((REGULAR, "inter-regular.ttf"), (STRONG, "inter-semibold.ttf")):
    pdfmetrics.registerFont(TTFont(_name, FONTS / _file))

Point = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """Points joined. `dash`: lengths on and off."""

    points: tuple[Point, ...]
    colour: str
    width: float = 1.0
    dash: tuple[float, ...] = ()
    opacity: float = 1.0


@dataclass(frozen=True)
class Area:
    """A filled shape between points."""

    points: tuple[Point, ...]
    colour: str
    opacity: float = 1.0


@dataclass(frozen=True)
class Box:
    """A rectangle; `radius` rounds its corners, `edge` is the colour of its outline."""

    x: float
    y: float
    width: float
    height: float
    colour: str = ""
    edge: str = ""
    radius: float = 0.0
    opacity: float = 1.0


@dataclass(frozen=True)
class Disc:
    """A circle around a point; without `colour` a ring."""

    x: float
    y: float
    radius: float
    colour: str = ""
    edge: str = ""
    width: float = 1.0


@dataclass(frozen=True)
class Text:
    """A line of text on its baseline. `anchor`: start, middle or end; `turned`: degrees against the clock."""

    x: float
    y: float
    text: str
    size: float
    colour: str
    anchor: str = "start"
    strong: bool = False
    turned: float = 0.0


Mark = Line | Area | Box | Disc | Text


@dataclass(frozen=True)
class Drawing:
    """Marks on a surface, the first at the bottom."""

    width: float
    height: float
    marks: tuple[Mark, ...]


def width_of(text: str, size: float, *, strong: bool = False) -> float:
    """How wide a text is, in the unit of its size."""
    return float(pdfmetrics.stringWidth(shown(text), STRONG if strong else REGULAR, size))


def shown(text: str) -> str:
    """The text on one line, without what cannot be written: control characters and halves of a character."""
    return (
        "".join(" " if letter.isspace() else letter for letter in text if letter.isprintable() or letter.isspace())
        .encode("utf-8", "ignore")
        .decode()
    )


def wrapped(text: str, size: float, room: float, *, strong: bool = False) -> list[str]:
    """The text in lines that fit in the room; a word that is too long is broken."""
    lines, line = [], ""
    for word in shown(text).split():
        joined = f"{line} {word}" if line else word
        if width_of(joined, size, strong=strong) <= room:
            line = joined
            continue
        if line:
            lines.append(line)
        line = word
        while width_of(line, size, strong=strong) > room and len(line) > 1:
            fits = next(
                end
                for end in range(len(line) - 1, 0, -1)
                if end == 1 or width_of(line[:end], size, strong=strong) <= room
            )
            lines.append(line[:fits])
            line = line[fits:]
    return [*lines, line] if line else lines


def cut(text: str, size: float, room: float, *, strong: bool = False) -> str:
    """The text, or as much of it as fits, with an ellipsis."""
    text = shown(text)
    if width_of(text, size, strong=strong) <= room:
        return text
    while text and width_of(f"{text}…", size, strong=strong) > room:
        text = text[:-1].rstrip()
    return f"{text}…"


def placed(drawing: Drawing, x: float, y: float, scale: float) -> list[Mark]:
    """The marks of a drawing, made larger or smaller and put at a place of another."""
    return [_placed(mark, x, y, scale) for mark in drawing.marks]


def _placed(mark: Mark, x: float, y: float, k: float) -> Mark:
    if isinstance(mark, Line):
        points = tuple((x + px * k, y + py * k) for px, py in mark.points)
        return replace(mark, points=points, width=mark.width * k, dash=tuple(length * k for length in mark.dash))
    if isinstance(mark, Area):
        return replace(mark, points=tuple((x + px * k, y + py * k) for px, py in mark.points))
    left, top = x + mark.x * k, y + mark.y * k
    if isinstance(mark, Box):
        return replace(mark, x=left, y=top, width=mark.width * k, height=mark.height * k, radius=mark.radius * k)
    if isinstance(mark, Disc):
        return replace(mark, x=left, y=top, radius=mark.radius * k, width=mark.width * k)
    return replace(mark, x=left, y=top, size=mark.size * k)


# --- SVG ----------------------------------------------------------------------------------------------------


def svg(drawing: Drawing, background: str = "") -> str:
    """The drawing as an SVG text that stands alone."""
    marks: Iterable[Mark] = drawing.marks
    if background:
        marks = [Box(0, 0, drawing.width, drawing.height, background), *marks]
    size = f'width="{drawing.width:g}" height="{drawing.height:g}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {drawing.width:g} {drawing.height:g}" '
        f'font-family="Inter, sans-serif">{"".join(_element(mark) for mark in marks)}</svg>'
    )


def _element(mark: Mark) -> str:
    if isinstance(mark, Line):
        dash = f' stroke-dasharray="{" ".join(f"{length:g}" for length in mark.dash)}"' if mark.dash else ""
        return (
            f'<polyline points="{_points(mark.points)}" fill="none" stroke="{mark.colour}" stroke-width="{mark.width:g}" '
            f'stroke-linejoin="round"{dash}{_opacity(mark.opacity)}/>'
        )
    if isinstance(mark, Area):
        return f'<polygon points="{_points(mark.points)}" fill="{mark.colour}"{_opacity(mark.opacity)}/>'
    if isinstance(mark, Box):
        rounded = f' rx="{mark.radius:g}"' if mark.radius else ""
        return (
            f'<rect x="{mark.x:.2f}" y="{mark.y:.2f}" width="{mark.width:.2f}" height="{mark.height:.2f}"{rounded} '
            f"{_paint(mark.colour, mark.edge)}{_opacity(mark.opacity)}/>"
        )
    if isinstance(mark, Disc):
        return (
            f'<circle cx="{mark.x:.2f}" cy="{mark.y:.2f}" r="{mark.radius:.2f}" {_paint(mark.colour, mark.edge)} '
            f'stroke-width="{mark.width:g}"/>'
        )
    weight = ' font-weight="600"' if mark.strong else ""
    turned = f' transform="rotate({-mark.turned:g} {mark.x:.2f} {mark.y:.2f})"' if mark.turned else ""
    return (
        f'<text x="{mark.x:.2f}" y="{mark.y:.2f}" font-size="{mark.size:g}" fill={quoteattr(mark.colour)} '
        f'text-anchor="{mark.anchor}"{weight}{turned}>{escape(shown(mark.text))}</text>'
    )


def _points(points: Sequence[Point]) -> str:
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in points)


def _paint(colour: str, edge: str) -> str:
    return f'fill="{colour or "none"}" stroke="{edge or "none"}"'


def _opacity(opacity: float) -> str:
    return f' opacity="{opacity:g}"' if opacity < 1 else ""
