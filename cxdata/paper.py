"""A report as PDF, and a drawing as PDF or PNG, without a browser.

In: a Report. Out: bytes. Pages are composed as marks, A4 upright, charts as vector graphics in the app's light look, with
the choices and the page number on each page and the definitions at the end.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pandas as pd
import pypdfium2
from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from cxdata import charts, formats, goal_progress, goals
from cxdata.boards import Panel, Section, nothing
from cxdata.charts import Style
from cxdata.comparison import Comparison
from cxdata.drawing import drawn
from cxdata.goal_overview import Followed
from cxdata.goal_progress import STATUS_WORDS, VERDICT_OF
from cxdata.i18n import _, language
from cxdata.marks import (
    REGULAR,
    STRONG,
    Area,
    Box,
    Disc,
    Drawing,
    Line,
    Mark,
    Text,
    cut,
    placed,
    shown,
    width_of,
    wrapped,
)
from cxdata.metrics import metric
from cxdata.metrics.words import BETTER, RULES, UNITS, VERDICTS
from cxdata.minutes import Block
from cxdata.questions import Answer
from cxdata.reports import GOALS_TITLE, Chapter, Report, measured_on
from cxdata.statistics import Forecast

WIDTH, HEIGHT = 595.28, 841.89  # A4 in points
EDGE, TOP, BOTTOM = 36.0, 58.0, 44.0
ROOM = WIDTH - 2 * EDGE
GAP = 10.0
PIXELS = {1: 780.0, 2: 400.0, 3: 290.0}  # how wide a chart is drawn, by the number beside each other
HEIGHT_OF_CHART = 205.0  # of those without a height of their own
INK, GREY, LINE = "#1b2230", "#566072", "#dfe3ea"
VERDICT_COLOURS = {"better": ("#e6f4ec", "#12704a"), "worse": ("#fdeaea", "#b4232f"), "lagging": ("#fdf1dd", "#8a5a00")}
PALE = "#eef1f5"


@dataclass
class _Page:
    """A page in the making: its marks, and the title that a reader's list of contents shows for it."""

    marks: list[Mark] = field(default_factory=list)
    title: str = ""
    sentence: str = ""


class _Pages:
    """Pages filled from the top; `at` is where the next thing goes."""

    def __init__(self) -> None:
        self.pages: list[_Page] = []
        self.at = 0.0

    def turn(self, title: str = "", sentence: str = "") -> None:
        """A new page; without a sentence, that of the page before goes on."""
        self.pages.append(_Page([], title, sentence or (self.pages[-1].sentence if self.pages else "")))
        self.at = TOP

    def needs(self, height: float) -> None:
        """Turn the page where the height is not left."""
        if self.at + height > HEIGHT - BOTTOM:
            self.turn()

    def put(self, marks: Sequence[Mark], height: float) -> None:
        self.pages[-1].marks += marks
        self.at += height

    def text(
        self, text: str, size: float, colour: str = INK, *, strong: bool = False, x: float = EDGE, room: float = ROOM
    ) -> None:
        """Wrapped text, a line after the other, over the pages where it is long."""
        for line in wrapped(text, size, room, strong=strong):
            self.needs(size * 1.4)
            self.put([Text(x, self.at + size, line, size, colour, strong=strong)], size * 1.4)


def to_pdf(report: Report) -> bytes:
    """The report as a PDF."""
    pages, style = _Pages(), Style(minimum_n=report.moment.settings.minimum_n)
    for number, chapter in enumerate(report.chapters):
        pages.turn(_(chapter.board.title), chapter.sentence)
        if number == 0:
            _opening(pages, report)
        _chapter(pages, chapter, report, style)
    if report.goals is not None:
        pages.turn(_(GOALS_TITLE), report.of_goals)
        if not report.chapters:
            _opening(pages, report)
        _goals(pages, report.goals, report.of_goals, style)
    pages.turn(_("Definitions"), report.sentence)
    _definitions(pages, report)
    return _written(report, pages.pages)


def letter(blocks: Sequence[Block], remark: str = "") -> bytes:
    """A text as a PDF: a title, headings, paragraphs, notes and actions."""
    pages, whole = _Pages(), _Letter(blocks[0].text, remark=remark)
    pages.turn(whole.title)
    for place, block in enumerate(blocks):
        size, colour, strong = _LETTER.get(block.look, (10.0, INK, False))
        indent = 14.0 if block.look in ("note", "action") else 0.0
        if block.look == "heading":
            pages.put([], 9)
            pages.needs(size * 1.4 + 30)  # a heading is not left alone at the foot
        before = len(pages.pages), pages.at
        if block.look == "action":
            pages.needs(size * 1.4)
            pages.put([Box(EDGE + 2, pages.at + 2.4, 7.5, 7.5, edge=GREY, radius=1)], 0)
        for line in block.text.splitlines() or [""]:
            pages.text(line, size, colour, strong=strong, x=EDGE + indent, room=ROOM - indent)
        if block.look == "note" and before[0] == len(pages.pages):
            pages.put([Line(((EDGE + 5, before[1] + 2), (EDGE + 5, pages.at)), LINE, 2.0)], 0)
        pages.put([], 8 if place == 0 else 2.5)
    return _written(whole, pages.pages)


@dataclass(frozen=True)
class _Letter:
    """What the margins say of a text."""

    title: str
    sentence: str = ""
    remark: str = ""
    made: datetime | None = None


_LETTER = {
    "title": (18.0, INK, True), "heading": (12.0, INK, True), "small": (9.0, GREY, False),
    "good": (10.0, VERDICT_COLOURS["better"][1], True), "bad": (10.0, VERDICT_COLOURS["worse"][1], True),
}  # fmt: skip


def png(drawing: Drawing, background: str = "#ffffff", scale: float = 2.0) -> bytes:
    """The drawing as a picture, `scale` dots a pixel."""
    document = pypdfium2.PdfDocument(single(drawing, background))
    try:
        picture = document[0].render(scale=scale).to_pil()
    finally:
        document.close()
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def single(drawing: Drawing, background: str = "") -> bytes:
    """The drawing as a PDF of one page of its size."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(drawing.width, drawing.height))
    if background:
        _paint(canvas, [Box(0, 0, drawing.width, drawing.height, background)], drawing.height)
    _paint(canvas, drawing.marks, drawing.height)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


# --- what stands on the pages -------------------------------------------------------------------------------


def _opening(pages: _Pages, report: Report) -> None:
    """Title of the report where it is not that of its only page."""
    titles = [chapter.board.title for chapter in report.chapters] + ([] if report.goals is None else [GOALS_TITLE])
    if len(titles) > 1 or report.title != _(titles[0]):
        pages.text(report.title, 20, strong=True)
        pages.put([], 10)


def _chapter(pages: _Pages, chapter: Chapter, report: Report, style: Style) -> None:
    pages.text(_(chapter.board.title), 16, strong=True)
    pages.put([], 2)
    pages.text(chapter.sentence, 8.5, GREY)
    pages.put([], 8)
    if chapter.missing:
        pages.text(_(chapter.missing), 10)
        return
    for remark in chapter.remarks:
        pages.text(remark, 8.5)
        pages.put([], 4)
    _cards(pages, chapter, style)
    for section in chapter.board.sections:
        _section(pages, section, chapter, report, style)


def _cards(pages: _Pages, chapter: Chapter, style: Style) -> None:
    columns, names = chapter.board.card_columns, list(chapter.cards)
    width = (ROOM - GAP * (columns - 1)) / columns
    for start in range(0, len(names), columns):
        made = [
            _card(chapter.cards[name], chapter.series.of(name), width, style) for name in names[start : start + columns]
        ]
        height = max(bottom for _marks, bottom in made) + 6
        pages.needs(height)
        for place, (marks, _bottom) in enumerate(made):
            x = EDGE + place * (width + GAP)
            frame = Box(0, 0, width, height, edge=LINE, radius=5)
            pages.put(placed(Drawing(width, height, (frame, *marks)), x, pages.at, 1), 0)
        pages.put([], height + GAP)
    pages.put([], 4)


def _card(found: Comparison, series: pd.DataFrame, width: float, style: Style) -> tuple[list[Mark], float]:
    """(marks, where they end) of a card: value, change with its verdict, what it was, n, and a sparkline."""
    entry, pad = metric(found.metric), 7.0
    room = width - 2 * pad
    few = entry.unit != "count" and 0 < found.n < style.minimum_n
    y, marks = pad, list[Mark]()
    for line in wrapped(_(entry.short or entry.label), 8, room)[:2]:
        marks.append(Text(pad, y + 8, line, 8, GREY))
        y += 10.5
    value = formats.value(found.value, entry.unit)
    size = min(15.0, 15.0 * room / max(width_of(value, 15, strong=True), 1))
    marks.append(Text(pad, y + 17, value, size, GREY if few else INK, strong=True))
    y += 23
    if not math.isnan(found.change):
        change = formats.change(found.change, entry.unit, entry.is_rate)
        word = _(VERDICTS[found.verdict]) if found.verdict else ""
        back, colour = VERDICT_COLOURS.get(found.verdict, (PALE, GREY))
        chip = f"{change} {word}" if found.verdict in VERDICT_COLOURS else change
        long = width_of(chip, 7.5) + 8
        marks += [Box(pad, y, long, 11.5, back, radius=5.5), Text(pad + 4, y + 8.6, chip, 7.5, colour)]
        y += 14.5
        if word and chip == change:
            marks.append(Text(pad, y + 7, cut(word, 7.5, room), 7.5, GREY))
            y += 10
    small = [_("was {value}", value=formats.value(found.before, entry.unit))] if not math.isnan(found.before) else []
    small += [f"n = {formats.decimal(found.n, 0)}"] if entry.unit != "count" else []
    small += [_("few answers")] if few else []
    small += [_("all channels and priorities")] if found.ignored else []
    for line in (part for text in small for part in wrapped(text, 7.5, room)):
        marks.append(Text(pad, y + 7.5, line, 7.5, GREY))
        y += 10
    marks += _spark(series, pad, y + 3, room, 16, style)
    return marks, y + 22


def _spark(series: pd.DataFrame, x: float, y: float, width: float, height: float, style: Style) -> Iterator[Mark]:
    """The values of a card's metric over time, as a thin line."""
    values = series["value"].tolist()
    known = [value for value in values if not formats.nothing(value)]
    if len(known) < 2:
        return
    low, high = min(known), max(known)
    points = [
        None
        if formats.nothing(value)
        else (
            x + place * width / (len(values) - 1),
            y + height / 2 if high == low else y + height - (value - low) / (high - low) * height,
        )
        for place, value in enumerate(values)
    ]
    partial = bool(series["partial"].iloc[-1]) and len(points) > 2
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points[:-1] if partial else points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    for run in runs:
        if len(run) > 1:
            yield Line(tuple(run), style.colours[0], 1.1)
    before, last = points[-2:]
    if partial and before and last:
        yield Line((before, last), style.colours[0], 1.0, (1.2, 1.8))
    end = next(point for point in reversed(points) if point)
    yield Disc(end[0], end[1], 1.5, style.colours[0])


def _section(pages: _Pages, section: Section, chapter: Chapter, report: Report, style: Style) -> None:
    answers = {panel.key: answer for panel, answer in chapter.panels}
    columns = section.columns
    width = (ROOM - GAP * (columns - 1)) / columns
    rows = [section.panels[start : start + columns] for start in range(0, len(section.panels), columns)]
    for number, row in enumerate(rows):
        made = [
            _panel(panel, answers[panel.key], chapter.more.get(panel.key, {}), width, columns, report, style)
            for panel in row
        ]
        height = max(bottom for _marks, bottom in made) + 7
        heading = 26.0 if section.title and number == 0 else 0.0
        pages.needs(height + heading)
        if heading:
            pages.put([], 6)
            pages.text(_(section.title), 12, strong=True)
            pages.put([], 3)
        for place, (marks, _bottom) in enumerate(made):
            frame = Box(0, 0, width, height, edge=LINE, radius=5)
            pages.put(placed(Drawing(width, height, (frame, *marks)), EDGE + place * (width + GAP), pages.at, 1), 0)
        pages.put([], height + GAP)


def _panel(
    panel: Panel, answer: Answer, more: Mapping[str, Any], width: float, columns: int, report: Report, style: Style
) -> tuple[list[Mark], float]:
    """(marks, where they end) of a chart with its title, its sentence and its n."""
    pad = 8.0
    room = width - 2 * pad
    y, marks = pad, list[Mark]()
    for text, size, colour, strong in ((_(panel.title), 9.5, INK, True), (_(panel.subtitle), 7.5, GREY, False)):
        for line in wrapped(text, size, room, strong=strong):
            marks.append(Text(pad, y + size, line, size, colour, strong=strong))
            y += size * 1.32
    y += 4
    if said := nothing(answer):
        marks.append(Text(width / 2, y + 40, cut(said, 8, room), 8, GREY, "middle"))
        return marks, y + 70
    figure = panel.draw(answer, style, **panel.drawn_with(report.moment.settings), **more)
    said = charts.said(panel.draw, answer, more.get("changes"), panel.worded_names)
    chart = drawn(figure, PIXELS[columns], HEIGHT_OF_CHART if figure.layout.height == charts.HEIGHT else None)
    scale = room / chart.width
    marks += placed(chart, pad, y, scale)
    y += chart.height * scale + 3
    for text in (said, measured_on(answer)):
        for line in wrapped(text, 7, room):
            marks.append(Text(pad, y + 7, line, 7, GREY))
            y += 9.2
    return marks, y


# --- goals --------------------------------------------------------------------------------------------------

GOAL_COLUMNS = (0.0, 212.0, 264.0, 316.0, 396.0, 466.0)  # where they begin: what, now, wanted, forecast, owner, review


def _goals(pages: _Pages, found: Sequence[Followed], sentence: str, style: Style) -> None:
    """All goals in a table, and then each with what is known of it."""
    pages.text(_(GOALS_TITLE), 16, strong=True)
    pages.put([], 2)
    pages.text(sentence, 8.5, GREY)
    pages.put([], 8)
    if not found:
        pages.text(_("There are no goals here."), 10)
        return
    titles = (_("Goal"), _("Now"), _("Wanted by now"), _("Forecast"), _("Owner"), _("Next review"))
    made = [[wrapped(title, 7.5, _room(place), strong=True) for place, title in enumerate(titles)]]
    _goal_row(pages, made[0], strong=True)
    for one in found:
        goal, unit, ahead, at = one.goal, one.goal.entry.unit, one.standing.ahead, one.standing.found.measured
        late = f" ({_('overdue')})" if one.is_late(one.review) else ""
        words = (
            (goals.sentence(goal),),
            (formats.value(at.value, unit) if at else formats.NONE,),
            (formats.value(one.standing.found.wanted, unit),),
            (formats.value(ahead.value, unit), _between(ahead, unit)) if ahead else (formats.NONE,),
            (goal.owner or formats.NONE,),
            (f"{formats.day(one.review)}{late}" if one.review else formats.NONE,),
        )
        cells = [[line for word in own for line in wrapped(word, 7.5, _room(place))] for place, own in enumerate(words)]
        _goal_row(pages, cells, one.standing.status)
    pages.put([], 10)
    for one in found:
        if not one.goal.is_draft:
            _goal(pages, one, style)


def _between(ahead: Forecast, unit: str) -> str:
    return f"{formats.value(ahead.low, unit)} – {formats.value(ahead.high, unit)}"


def _room(place: int) -> float:
    ends = (*GOAL_COLUMNS[1:], ROOM)
    return ends[place] - GOAL_COLUMNS[place] - 8


def _goal_row(pages: _Pages, cells: Sequence[Sequence[str]], status: str = "", *, strong: bool = False) -> None:
    """A row of the table; under what a goal says stands its status."""
    height = max(map(len, cells)) * 10 + 5
    if status:
        height = max(height, len(cells[0]) * 10 + 19)
    pages.needs(height)
    marks: list[Mark] = []
    for x, lines in zip(GOAL_COLUMNS, cells, strict=True):
        for number, line in enumerate(lines):
            marks.append(Text(EDGE + x, pages.at + 8 + 10 * number, line, 7.5, GREY if strong else INK, strong=strong))
    if status:
        marks += _chip(EDGE, pages.at + len(cells[0]) * 10 + 2, status)
    marks.append(Line(((EDGE, pages.at + height - 1), (WIDTH - EDGE, pages.at + height - 1)), LINE, 0.7))
    pages.put(marks, height + 2)


def _chip(x: float, y: float, status: str) -> list[Mark]:
    back, colour = VERDICT_COLOURS.get(VERDICT_OF.get(status, ""), (PALE, GREY))
    word = _(STATUS_WORDS[status])
    return [Box(x, y, width_of(word, 7.5) + 8, 11.5, back, radius=5.5), Text(x + 4, y + 8.6, word, 7.5, colour)]


def _goal(pages: _Pages, one: Followed, style: Style) -> None:
    """A goal in a frame: where it stands and goes, why, what was said last, what is done and to do."""
    pad, goal, found = 8.0, one.goal, one.standing
    room, y = ROOM - 2 * pad, pad
    marks: list[Mark] = []

    def write(text: str, size: float = 8.0, colour: str = INK, *, strong: bool = False) -> None:
        nonlocal y
        for line in wrapped(text, size, room, strong=strong):
            marks.append(Text(pad, y + size, line, size, colour, strong=strong))
            y += size * 1.4

    write(goals.sentence(goal), 9.5, strong=True)
    marks.extend(_chip(pad, y + 1, found.status))
    y += 17
    write(
        " ".join(
            filter(None, (goal_progress.said_of(goal, found.found), goal_progress.forecast_said(goal, found.ahead)))
        )
    )
    if found.history is not None:
        figure = charts.goal(
            found.history, style, goal=goal, ahead=found.ahead, check_ins=one.check_ins, events=one.events
        )
        chart = drawn(figure, PIXELS[1], HEIGHT_OF_CHART)
        y += 3
        marks.extend(placed(chart, pad, y, room / chart.width))
        y += chart.height * room / chart.width + 5
    about = [(_("Objective"), goal.objective), (_("What customers need"), goal.need), (_("Owner"), goal.owner)]
    write(" · ".join(f"{label}: {word}" for label, word in about if word), colour=GREY)
    if one.check_ins:
        last = one.check_ins[-1]
        sure = _("confidence {number} of 10", number=last.confidence) if last.confidence else ""
        write(f"{_('Last check-in')}: {', '.join(filter(None, (formats.day(last.day), sure)))}. {last.note}")
    for action in sorted(one.actions, key=lambda own: (own.done is None, own.done or own.by or date.max)):
        late = action.done is None and one.is_late(action.by)
        write(
            f"{'✓' if action.done else '○'} {goals.action_said(action, late=late)}",
            7.5,
            GREY if action.done else VERDICT_COLOURS["worse"][1] if late else INK,
        )
    if one.lesson:
        write(f"{_('Learned')}: {one.lesson.learned}")
        write(f"{_('Next')}: {one.lesson.next}")
    height = y + pad - 2
    pages.needs(height)
    frame = Box(0, 0, ROOM, height, edge=LINE, radius=5)
    pages.put(placed(Drawing(ROOM, height, (frame, *marks)), EDGE, pages.at, 1), height + GAP)


# --- definitions --------------------------------------------------------------------------------------------


def _definitions(pages: _Pages, report: Report) -> None:
    """Every metric of the report: what it means and how it is computed, and the rules for all; in two columns."""
    pages.text(_("Definitions"), 16, strong=True)
    pages.put([], 6)
    blocks: list[tuple[tuple[str, float, str, bool], ...]] = []
    for entry in report.metrics:
        formula = f"{_('Formula')}: {_(entry.formula)} · {_(UNITS[entry.unit])}, {_(BETTER[entry.better])}"
        formula += f" · {_('Source')}: {entry.source}" if entry.source else ""
        blocks.append(
            (
                (_(entry.label), 9.0, INK, True),
                (_(entry.meaning), 8.0, INK, False),
                (formula, 8.0, GREY, False),
                *((f"– {_(text)}", 8.0, GREY, False) for text in entry.pitfalls),
            )
        )
    n = formats.decimal(report.moment.settings.minimum_n, 0)
    rules = tuple((f"– {_(rule, n=n) if '{n}' in rule else _(rule)}", 8.0, INK, False) for rule in RULES)
    blocks.append(((_("Rules for all numbers"), 10.0, INK, True), *rules))
    width, column, top = (ROOM - 2 * GAP) / 2, 0, pages.at
    for block in blocks:
        lines = [
            (line, size, colour, strong)
            for text, size, colour, strong in block
            for line in wrapped(text, size, width, strong=strong)
        ]
        height = sum(size * 1.35 for _line, size, *_more in lines) + 7
        if pages.at + height > HEIGHT - BOTTOM:
            if column == 0:
                column, pages.at = 1, top
            else:
                pages.turn()
                column, top = 0, pages.at
        for line, size, colour, strong in lines:
            x = EDGE + column * (width + 2 * GAP)
            pages.put([Text(x, pages.at + size, line, size, colour, strong=strong)], size * 1.35)
        pages.put([], 7)


# --- writing ------------------------------------------------------------------------------------------------


def _written(report: Report | _Letter, pages: Sequence[_Page]) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), lang=language())
    canvas.setTitle(report.title)
    canvas.setAuthor("CX Dashboard")
    canvas.setSubject(report.sentence)
    for number, page in enumerate(pages, start=1):
        if page.title:
            canvas.bookmarkPage(str(number))
            canvas.addOutlineEntry(page.title, str(number), 0)
        _paint(canvas, [*page.marks, *_margins(report, page, number, len(pages))], HEIGHT)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _margins(report: Report | _Letter, page: _Page, number: int, last: int) -> list[Mark]:
    """What every page says: whose report, the choices, when it was made, and the number of the page."""
    made = _("made {moment}", moment=formats.instant(report.made)) if report.made else ""
    right = " · ".join(part for part in (made, f"{number} / {last}") if part)
    foot = HEIGHT - 22
    return [
        Text(
            EDGE,
            32,
            cut(" · ".join(part for part in ("CX Dashboard", report.remark) if part), 8, ROOM / 2),
            8,
            GREY,
            strong=True,
        ),
        Text(WIDTH - EDGE, 32, cut(report.title, 8, ROOM / 2), 8, GREY, "end"),
        Line(((EDGE, 40), (WIDTH - EDGE, 40)), LINE, 0.7),
        Line(((EDGE, foot - 13), (WIDTH - EDGE, foot - 13)), LINE, 0.7),
        Text(EDGE, foot, cut(page.sentence, 7, ROOM - width_of(right, 7) - 16), 7, GREY),
        Text(WIDTH - EDGE, foot, right, 7, GREY, "end"),
    ]


def _paint(canvas: Canvas, marks: Sequence[Mark], height: float) -> None:
    """Marks from the top left on a canvas that counts from the bottom."""
    for mark in marks:
        canvas.saveState()
        if isinstance(mark, Text):
            _write(canvas, mark, height)
        elif isinstance(mark, Line):
            canvas.setStrokeColor(HexColor(mark.colour))
            canvas.setStrokeAlpha(mark.opacity)
            canvas.setLineWidth(mark.width)
            canvas.setLineJoin(1)
            if mark.dash:
                canvas.setDash(list(mark.dash))
            canvas.drawPath(_path(canvas, mark.points, height), stroke=1, fill=0)
        elif isinstance(mark, Area):
            canvas.setFillColor(HexColor(mark.colour))
            canvas.setFillAlpha(mark.opacity)
            canvas.drawPath(_path(canvas, mark.points, height, close=True), stroke=0, fill=1)
        else:
            _shape(canvas, mark, height)
        canvas.restoreState()


def _path(canvas: Canvas, points: Sequence[tuple[float, float]], height: float, *, close: bool = False) -> Any:
    path = canvas.beginPath()
    path.moveTo(points[0][0], height - points[0][1])
    for x, y in points[1:]:
        path.lineTo(x, height - y)
    if close:
        path.close()
    return path


def _shape(canvas: Canvas, mark: Box | Disc, height: float) -> None:
    if mark.colour:
        canvas.setFillColor(HexColor(mark.colour))
    if mark.edge:
        canvas.setStrokeColor(HexColor(mark.edge))
    inks = {"stroke": int(bool(mark.edge)), "fill": int(bool(mark.colour))}
    if isinstance(mark, Disc):
        canvas.setLineWidth(mark.width)
        canvas.circle(mark.x, height - mark.y, mark.radius, **inks)
        return
    canvas.setLineWidth(0.8)
    canvas.setFillAlpha(mark.opacity)
    bottom = height - mark.y - mark.height
    if mark.radius:
        canvas.roundRect(mark.x, bottom, mark.width, mark.height, mark.radius, **inks)
    else:
        canvas.rect(mark.x, bottom, mark.width, mark.height, **inks)


def _write(canvas: Canvas, mark: Text, height: float) -> None:
    canvas.setFillColor(HexColor(mark.colour))
    canvas.setFont(STRONG if mark.strong else REGULAR, mark.size)
    x, y = mark.x, height - mark.y
    if mark.turned:
        canvas.translate(x, y)
        canvas.rotate(mark.turned)
        x = y = 0
    put = {"start": canvas.drawString, "middle": canvas.drawCentredString, "end": canvas.drawRightString}[mark.anchor]
    put(x, y, shown(mark.text))
