"""A report as a workbook: numbers as numbers, on a sheet for each page, with what has to be said with them.

In: a Report. Out: the bytes of an XLSX. Shares are percentages, durations times, periods dates; trends and breakdowns have a
chart of Excel's own beside their rows. Text is written as text, so that nothing in it is read as a formula.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import xlsxwriter

from cxdata import charts, formats, goals, selection
from cxdata.boards import Panel, nothing
from cxdata.charts import Style
from cxdata.filters import FILTERS, dimension
from cxdata.goal_overview import Followed
from cxdata.goal_progress import STATUS_WORDS
from cxdata.i18n import _
from cxdata.metrics import metric
from cxdata.metrics.words import BETTER, FILED, RULES, UNITS, VERDICTS
from cxdata.questions import Answer
from cxdata.reports import GOALS_TITLE, Chapter, Report

NUMBERS = {
    "share": "0.0%",
    "duration": "[h]:mm:ss",
    "count": "#,##0",
    "nps": "0.0",
    "score": "0.00",
    "quality": "0.0",
    "money": '"€" #,##0.00',
    "number": "0.00",
}
PERIODS = {"month": "mmm yyyy", "quarter": "mmm yyyy", "year": "yyyy"}
DAY = 86400
STEPS = (60, 300, 600, 1800, 3600, 7200, 14400, 21600, 43200, DAY, 2 * DAY, 5 * DAY, 10 * DAY)  # of an axis, in seconds
STYLE = Style()
CHART_ROWS = 15  # height of a chart, in rows
TREND, BARS, BREAKDOWN, STACK = "line", "column", "bar", "stack"
CHARTS: dict[Callable[..., Any], str] = {
    charts.trend: TREND,
    charts.bars_and_line: BARS,
    charts.nps_segments: STACK,
    charts.breakdown: BREAKDOWN,
}


def to_xlsx(report: Report) -> bytes:
    """The report as a workbook."""
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": False,
        "default_date_format": "d mmm yyyy",
    }
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties(
            {"title": report.title, "comments": report.sentence, "author": "CX Dashboard", "created": _made(report)}
        )
        writing = _Book(book)
        _summary(writing, report)
        for chapter in report.chapters:
            _chapter(writing, chapter)
        if report.goals is not None:
            _goals(writing, report.goals, report.of_goals)
        _definitions(writing, report)
    return out.getvalue()


def _made(report: Report) -> datetime:
    """When the workbook was made, or else the moment of its data, so that the same report is the same file."""
    return (report.made or report.moment.local).astimezone(UTC).replace(tzinfo=None)


class _Book:
    """A workbook with the formats and names that it has used so far."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self.names: set[str] = set()

    def style(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format({"valign": "top", **properties})
        return self.formats[key]

    def sheet(self, title: str) -> _Sheet:
        name = sheet_name(title, self.names)
        self.names.add(name.casefold())
        return _Sheet(self, self.book.add_worksheet(name), name)


def sheet_name(title: str, taken: set[str]) -> str:
    """A name that Excel allows: at most 31 characters, none of []:*?/ and backslash, and unlike the others."""
    plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", title).strip(" '")[:31].strip(" '") or "–"
    name, number = plain, 2
    while name.casefold() in taken or name.casefold() == "history":
        name, number = f"{plain[: 31 - len(str(number)) - 1]} {number}", number + 1
    return name


class _Sheet:
    """A sheet filled from the top; `row` is where the next line goes."""

    def __init__(self, book: _Book, sheet: Any, name: str) -> None:
        self.book, self.sheet, self.name, self.row = book, sheet, name, 0
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&8&F – &A&R&8&P / &N")

    def line(self, text: str, *, skip: int = 0, **style: Any) -> None:
        """A line of text, not wrapped."""
        if style.get("font_size", 0) > 12:
            self.sheet.set_row(self.row, 1.6 * style["font_size"])
        self.sheet.write_string(self.row, 0, text, self.book.style(**style))
        self.row += 1 + skip

    def header(self, words: Sequence[str], numbers: Collection[int] = ()) -> None:
        """A row of column titles; those of the columns in `numbers` stand above their numbers."""
        look = {"bold": True, "bg_color": "#eef1f5", "bottom": 1, "bottom_color": "#b3bccb", "text_wrap": True}
        for column, word in enumerate(words):
            style = self.book.style(**look, **({"align": "right"} if column in numbers else {}))
            self.sheet.write_string(self.row, column, word, style)
        self.row += 1

    def cells(self, cells: Sequence[tuple[Any, str]], **style: Any) -> None:
        """A row of (value, number format): numbers and dates as such, nothing as nothing, all else as text."""
        for column, (value, pattern) in enumerate(cells):
            self.cell(column, value, pattern, **style)
        self.row += 1

    def cell(self, column: int, value: Any, pattern: str = "", **style: Any) -> None:
        side = "left" if isinstance(value, date) else "right"
        look = self.book.style(num_format=pattern, align=side, **style) if pattern else self.book.style(**style)
        if value is None or (isinstance(value, float) and math.isnan(value)):
            self.sheet.write_blank(self.row, column, None, look)
        elif isinstance(value, bool) or not isinstance(value, int | float | date):
            self.sheet.write_string(self.row, column, str(value)[:32767], look)
        elif isinstance(value, date):
            self.sheet.write_datetime(self.row, column, value, look)
        else:
            self.sheet.write_number(self.row, column, value, look)


def typed(value: float, unit: str) -> float:
    """A value of a metric as a cell holds it: durations as days, everything else as it is."""
    return float(value) / DAY if unit == "duration" else float(value)


# --- the first sheet ----------------------------------------------------------------------------------------


def _summary(book: _Book, report: Report) -> None:
    sheet = book.sheet(_("Summary"))
    sheet.sheet.set_column(0, 0, 34)
    sheet.sheet.set_column(1, 9, 14)
    sheet.line(report.title, bold=True, font_size=16)
    sheet.line(report.sentence, font_color="#566072")
    if report.remark:
        sheet.line(report.remark)
    sheet.row += 1
    now, before = report.compared
    facts: list[tuple[str, Any, str]] = [
        (_("Period"), formats.span(now), ""),
        (_("Compared with"), report.held.name or formats.span(before), ""),
        (_("Clock"), _(selection.CLOCK_WORDS[report.filters.clock]), ""),
        (_("Data up to"), selection.last_seen(report.moment), ""),
        (_("Time zone"), report.moment.settings.zone, ""),
    ]
    for entry in FILTERS:
        chosen = report.filters.values.get(entry.name, ())
        words = ", ".join(formats.group(entry.name, word) for word in chosen) or _(entry.all_label)
        facts.append((_(entry.label), words, ""))
    if report.made:
        facts.append((_("Made"), formats.instant(report.made), ""))
    for label, value, pattern in facts:
        sheet.cell(0, label, bold=True)
        sheet.cell(1, value, pattern)
        sheet.row += 1
    for chapter in report.chapters:
        sheet.row += 1
        sheet.line(_(chapter.board.title), bold=True, font_size=12)
        if chapter.missing:
            sheet.line(_(chapter.missing))
        else:
            _cards(sheet, chapter, report)


def _cards(sheet: _Sheet, chapter: Chapter, report: Report) -> None:
    few = report.moment.settings.minimum_n
    titles = (_("Metric"), _("Value"), _("Low"), _("High"), "n", _("Before"), _("n before"), _("Change"))
    sheet.header([*titles, f"  {_('Verdict')}", _("Remark")], range(1, len(titles)))
    for name, found in chapter.cards.items():
        entry = metric(name)
        pattern = NUMBERS[entry.unit]
        change = 100 * found.change if entry.unit == "share" else found.change
        points = '+0.0" ' + _("pt") + '";-0.0" ' + _("pt") + '";0.0" ' + _("pt") + '"'
        as_rate = points if entry.unit in ("share", "nps") else "+0.00;-0.00;0.00"
        remarks = [_("few answers")] if entry.unit != "count" and 0 < found.n < few else []
        remarks += (
            [_("not filtered by {names}", names=", ".join(_(dimension(one).label) for one in found.ignored))]
            if found.ignored
            else []
        )
        sheet.cells(
            [
                (_(entry.label), ""),
                *((typed(value, entry.unit), pattern) for value in (found.value, found.low, found.high)),
                (found.n, "#,##0"),
                (typed(found.before, entry.unit), pattern),
                (found.before_n, "#,##0"),
                (change, as_rate if entry.is_rate else "+0.0%;-0.0%;0.0%"),
                (f"  {_(VERDICTS[found.verdict])}" if found.verdict else "", ""),
                ("; ".join(remarks), ""),
            ]
        )


# --- a sheet a page -----------------------------------------------------------------------------------------


def _chapter(book: _Book, chapter: Chapter) -> None:
    sheet = book.sheet(_(chapter.board.title))
    sheet.sheet.set_column(0, 0, 26)
    sheet.sheet.set_column(1, 9, 14)
    sheet.line(_(chapter.board.title), bold=True, font_size=16)
    sheet.line(chapter.sentence, font_color="#566072")
    for remark in chapter.remarks:
        sheet.line(remark)
    sheet.row += 1
    if chapter.missing:
        sheet.line(_(chapter.missing))
        return
    titles = {
        panel.key: section.title for section in chapter.board.sections for panel in section.panels if section.title
    }
    for panel, answer in chapter.panels:
        title = f"{_(titles[panel.key])} – {_(panel.title)}" if panel.key in titles else _(panel.title)
        _panel(sheet, panel, answer, title)


def _panel(sheet: _Sheet, panel: Panel, answer: Answer, title: str) -> None:
    """The rows of a chart under its title, and the chart beside them where Excel has one like it."""
    sheet.line(title, bold=True, font_size=12)
    sheet.line(_(panel.subtitle), font_color="#566072")
    if said := nothing(answer):
        sheet.line(said, skip=1)
        return
    if said := charts.said(panel.draw, answer, names=panel.worded_names):
        sheet.line(said, font_color="#566072")
    columns = _columns(answer)
    numbers = [
        place
        for place, (_label, values) in enumerate(columns)
        if any(pattern and not isinstance(value, date) for value, pattern in values)
    ]
    sheet.header([label for label, _values in columns], numbers)
    first = sheet.row
    for row in zip(*(values for _label, values in columns), strict=True):
        sheet.cells(row)
    kind = CHARTS.get(panel.draw)
    if kind:
        chart = _chart(sheet, panel, answer, kind, first, [label for label, _values in columns])
        sheet.sheet.insert_chart(first - 1, len(columns) + 1, chart)
        sheet.row = max(sheet.row, first - 1 + CHART_ROWS)
    sheet.row += 2


Column = tuple[str, list[tuple[Any, str]]]


def _columns(answer: Answer) -> list[Column]:
    """(label, cells) of an answer's columns: what the row is of, then value, interval, n and a remark."""
    rows, query = answer.rows, answer.query
    units = [metric(name).unit for name in rows["metric"]]
    columns: list[Column] = []
    if len(set(rows["metric"])) > 1:
        columns.append((_("Metric"), [(_(metric(name).label), "") for name in rows["metric"]]))
    if query.grain != "total" or ("month" in rows and rows["period"].notna().any()):
        pattern = PERIODS.get("month" if "month" in rows else query.grain, "d mmm yyyy")
        columns.append((_("Period"), [(start, pattern) for start in rows["period"]]))
    for name in query.by:
        columns.append((_(dimension(name).label), [_group(name, word) for word in rows[name]]))
    if "month" in rows:
        columns.append((_("Months"), [(int(month), "0") for month in rows["month"]]))
    for column, label in (("value", _("Value")), ("low", _("Low")), ("high", _("High"))):
        if column == "value" or rows[column].notna().any():
            cells = [(typed(value, unit), NUMBERS[unit]) for value, unit in zip(rows[column], units, strict=True)]
            columns.append((label, cells))
    columns.append(("n", [(int(n), "#,##0") for n in rows["n"]]))
    if rows["partial"].any():
        columns.append((_("Remark"), [(_("period not complete") if cut else "", "") for cut in rows["partial"]]))
    return columns


def _group(name: str, word: Any) -> tuple[Any, str]:
    """The cell of a group: scores and hours as numbers, all else in words."""
    if pd.isna(word) or name not in ("score", "hour"):
        return formats.group(name, None if pd.isna(word) else word), ""
    return float(word), "0"


def _chart(sheet: _Sheet, panel: Panel, answer: Answer, kind: str, first: int, labels: Sequence[str]) -> Any:
    """Excel's own chart over the rows just written."""
    book, runs = sheet.book.book, _runs(answer)
    value = labels.index(_("Value"))
    named = next(place for place, label in enumerate(labels) if label != _("Metric"))
    line = panel.options.get("line")
    stacked = {"type": "column", "subtype": "stacked"}
    main = book.add_chart(stacked if kind == STACK else {"type": kind})
    colours = (STYLE.bad, STYLE.muted, STYLE.good) if kind == STACK else STYLE.colours
    for number, (name, start, end) in enumerate(runs):
        colour = colours[number % len(colours)]
        series: dict[str, Any] = {
            "name": panel.worded_names[number] if panel.names else _(metric(name).label),
            "categories": [sheet.name, first + start, named, first + end, named],
            "values": [sheet.name, first + start, value, first + end, value],
        }
        if kind == TREND or name == line:
            point = {"type": "circle", "size": 4, "fill": {"color": colour}, "border": {"color": colour}}
            series |= {"line": {"color": colour, "width": 2}, "marker": point}
        else:
            series |= {"fill": {"color": colour}, "gap": 60}
        if name == line:
            over = book.add_chart({"type": "line"})
            over.add_series(series)
            main.combine(over)
        else:
            main.add_series(series)
    values = _value_axis(answer, stacked=kind == STACK)
    if kind == BREAKDOWN:
        main.set_x_axis({**values, "label_position": "high"})
        main.set_y_axis({"reverse": True, "label_position": "low"})
    else:
        month = answer.query.grain in PERIODS
        main.set_x_axis({"text_axis": True, "num_format": "mmm yy" if month else "d mmm", "label_position": "low"})
        main.set_y_axis(values)
    main.set_title({"none": True})
    main.set_legend({"position": "top"} if len(runs) > 1 else {"none": True})
    main.set_size({"width": 560, "height": 280})
    return main


def _value_axis(answer: Answer, *, stacked: bool) -> dict[str, Any]:
    """The axis of the values: in the unit's format, durations in steps that people count in."""
    unit = metric(answer.query.metrics[0]).unit
    axis: dict[str, Any] = {
        "num_format": {"duration": "[h]:mm", "share": "0%", "score": "0.0"}.get(unit, "#,##0"),
        "major_gridlines": {"visible": True, "line": {"color": STYLE.grid}},
        "line": {"none": True},
    }
    if unit == "duration":
        top = float(answer.rows["value"].max())
        step = next((step for step in STEPS if top / step <= 6), math.ceil(top / 6 / DAY) * DAY)
        axis |= {"min": 0, "major_unit": step / DAY}
    return {**axis, "min": 0, "max": 1} if stacked else axis


def _runs(answer: Answer) -> list[tuple[str, int, int]]:
    """(metric, first, last) of the stretches of rows of one metric."""
    names = answer.rows["metric"].tolist()
    return [(name, names.index(name), len(names) - 1 - names[::-1].index(name)) for name in dict.fromkeys(names)]


# --- goals --------------------------------------------------------------------------------------------------


GOAL_WIDTHS = (9, 62, 26, 18, 14, *[12] * 10, 13, 13, 20, 12, 18, 34, 34)


def _goals(book: _Book, found: Sequence[Followed], sentence: str) -> None:
    """A sheet with a row a goal, and under them what was done for them and said of them."""
    sheet = book.sheet(_(GOALS_TITLE))
    for column, width in enumerate(GOAL_WIDTHS):
        sheet.sheet.set_column(column, column, width)
    sheet.line(_(GOALS_TITLE), bold=True, font_size=16)
    sheet.line(sentence, font_color="#566072", skip=1)
    if not found:
        sheet.line(_("There are no goals here."))
        return
    titles = (
        _("Number"), _("Goal"), _("Metric"), _("Team"), _("Status"), _("Baseline"), _("Now"), "n", _("Wanted by now"), _("Wanted in the end"),
        _("Progress"), _("Expected"), _("Forecast"), _("Low"), _("High"), _("Start"), _("Deadline"), _("Owner"),
        _("Confidence"), _("Next review"), _("Next action"), _("Objective"),
    )  # fmt: skip
    sheet.sheet.set_row(sheet.row, 30)
    sheet.header(titles, range(5, 15))
    first = sheet.row
    for one in found:
        _wrapped_row(sheet, _goal_cells(one))
    sheet.sheet.autofilter(first - 1, 0, sheet.row - 1, len(titles) - 1)
    sheet.sheet.freeze_panes(first, 2)
    names = {one.goal.id: goals.name(one.goal) for one in found}
    done = [
        [(own.what, ""), (names[own.goal], ""), (own.who, ""), (own.by, "d mmm yyyy"), (own.done, "d mmm yyyy")]
        for one in found
        for own in one.actions
    ]
    said = [
        [(own.note, ""), (names[own.goal], ""), (own.confidence, "0"), (own.day, "d mmm yyyy")]
        for one in found
        for own in one.check_ins
    ]
    _under(sheet, _("Actions"), (_("What"), _("Goal"), _("Who"), _("By"), _("Done")), done)
    _under(sheet, _("Check-ins"), (_("Note"), _("Goal"), _("Confidence"), _("Day")), said)


def _wrapped_row(sheet: _Sheet, cells: Sequence[tuple[Any, str]]) -> None:
    """A row as high as its longest text takes in the columns of goals."""
    lines = (math.ceil(1.05 * len(str(value)) / width) for (value, pattern), width in zip(cells, GOAL_WIDTHS, strict=False) if not pattern)  # fmt: skip
    sheet.sheet.set_row(sheet.row, 15 * max(1, *lines))
    sheet.cells(cells, text_wrap=True, indent=1)


def _goal_cells(one: Followed) -> list[tuple[Any, str]]:
    goal, found, ahead = one.goal, one.standing.found, one.standing.ahead
    unit, at = goal.entry.unit, one.standing.found.measured
    pattern = NUMBERS[unit]

    def number(value: float | None) -> tuple[Any, str]:
        return (None if value is None else typed(value, unit)), pattern

    return [
        (goal.id, "0"),
        (goals.sentence(goal), ""),
        (_(goal.entry.label), ""),
        (", ".join(goal.teams), ""),
        (_(STATUS_WORDS[found.status]), ""),
        number(goal.baseline),
        number(at.value if at else None),
        (at.n if at else None, "#,##0"),
        number(found.wanted),
        number(goal.target),
        (found.progress, "0%"),
        (found.expected, "0%"),
        *(number(value) for value in ((ahead.value, ahead.low, ahead.high) if ahead else (None, None, None))),
        (goal.start, "d mmm yyyy"),
        (goal.deadline, "d mmm yyyy"),
        (goal.owner, ""),
        (one.sure.confidence if one.sure else None, "0"),
        (one.review, "d mmm yyyy"),
        (one.to_do[0].what if one.to_do else "", ""),
        (goal.objective, ""),
    ]


def _under(sheet: _Sheet, title: str, titles: Sequence[str], found: Sequence[Sequence[tuple[Any, str]]]) -> None:
    """A smaller table under the first, from its second column on."""
    if not found:
        return
    sheet.row += 1
    sheet.line(title, bold=True, font_size=12)
    sheet.header(["", *titles])
    for cells in found:
        _wrapped_row(sheet, [("", ""), *cells])


# --- the last sheet -----------------------------------------------------------------------------------------


def _definitions(book: _Book, report: Report) -> None:
    sheet = book.sheet(_("Definitions"))
    widths = (26, 26, 60, 60, 70, 24, 30, 26)
    for column, width in enumerate(widths):
        sheet.sheet.set_column(column, column, width)
    sheet.line(_("Definitions"), bold=True, font_size=16, skip=1)
    sheet.header(
        [
            _("Metric"),
            _("Name"),
            _("Meaning"),
            _("Formula"),
            _("Often confused"),
            _("Filed by"),
            _("Unit"),
            _("Source"),
        ]
    )
    for entry in report.metrics:
        unit = f"{_(UNITS[entry.unit])}, {_(BETTER[entry.better])}"
        words = (
            _(entry.label),
            entry.name,
            _(entry.meaning),
            _(entry.formula),
            " ".join(_(text) for text in entry.pitfalls),
            _(FILED[entry.time]),
            unit,
            entry.source,
        )
        lines = max(math.ceil(1.1 * len(word) / width) for word, width in zip(words, widths, strict=True))
        sheet.sheet.set_row(sheet.row, 15 * lines)
        sheet.cells([(word, "") for word in words], text_wrap=True)
    sheet.row += 1
    sheet.line(_("Rules for all numbers"), bold=True, font_size=12)
    n = formats.decimal(report.moment.settings.minimum_n, 0)
    for rule in RULES:
        sheet.line(_(rule, n=n) if "{n}" in rule else _(rule))
