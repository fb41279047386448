"""A program of its own: the sheets of a workbook (Excel, OpenDocument) as CSV files.

In, as arguments: the workbook, a folder, how many bytes of memory and of each file it may use, and how many rows of a
sheet to write (0: all). Out: in the folder a CSV per visible sheet with cells, in UTF-8 with commas, and on standard
output one JSON object: {"sheets": [{"name", "file", "rows", "cut": whether there are more}],
"others": names of sheets that are hidden, empty or hold only charts} or {"problem": "password" | "damaged"}.

It runs in a process of its own because the library ends the whole process on some damaged workbooks and keeps a sheet
in memory as a full rectangle: one stray cell in the last corner would need 500 GB.

Line n of a CSV is row n of its sheet; line breaks inside cells are blanks, therefore. Dates are ISO, durations H:MM:SS,
numbers plain digits, booleans TRUE and FALSE, errors such as #N/A empty.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError
from python_calamine import SheetTypeEnum as Type
from python_calamine import SheetVisibleEnum as Visible

FIRST_DAY = datetime.fromisoformat(
    "1899-12-31"
)  # day 0 of a workbook, where a duration that is formatted as a time counts from
DATES_FROM = 1904  # the first year of real dates; what is earlier is such a duration
_DECIMAL_COMMA = re.compile(r"[-€$£\s]*\d+(?:\.\d{3})*,(?:\d{1,2}|\d{4,})\s*[€%]?")

Rows = Callable[[], Iterator[list[Any]]]


def main(workbook: str, folder: str, memory: str, size: str, most: str) -> None:
    _limit(int(memory), int(size))
    try:
        answer = write_sheets(Path(workbook), Path(folder), int(most) or None)
    except PasswordError:
        answer = {"problem": "password"}
    except CalamineError:
        answer = {"problem": "damaged"}
    print(json.dumps(answer))


def _limit(memory: int, size: int) -> None:
    """End with an error rather than take the memory or the disk of others; Windows has no such limits."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def write_sheets(workbook: Path, folder: Path, most: int | None) -> dict[str, Any]:
    """Write each sheet that has cells; the names of the files are numbers, whatever the sheets are called."""
    sheets: list[dict[str, Any]] = []
    others: list[str] = []
    with workbook.open("rb") as file, CalamineWorkbook.from_filelike(file) as book:
        for number, about in enumerate(book.sheets_metadata):
            target, rows, cut = folder / f"sheet-{number}.csv", 0, False
            if about.visible == Visible.Visible and about.typ == Type.WorkSheet:
                sheet = book.get_sheet_by_index(number)
                rows = write_sheet(sheet, target, most)
                cut = most is not None and sheet.end is not None and sheet.end[0] >= most
            if rows:
                sheets.append({"name": about.name, "file": str(target), "rows": rows, "cut": cut})
            else:
                others.append(about.name)
    return {"sheets": sheets, "others": others}


def write_sheet(sheet: CalamineSheet, target: Path, most: int | None = None) -> int:
    """Write one sheet, or its first rows; how many rows have a cell with something in it."""
    if sheet.start is None:
        return 0

    def first_rows() -> Iterator[list[Any]]:
        return islice(sheet.iter_rows(), most)

    texts = Cells(first_rows)
    filled = 0
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        for row in first_rows():
            cells = [
                cell if type(cell) is str and "\n" not in cell else texts.of(cell, at) for at, cell in enumerate(row)
            ]
            if any(cells[1:]):
                filled += 1
                writer.writerow(cells)
            elif cells[0]:  # a title above the table or a remark below it, as a text file would have it
                filled += 1
                writer.writerow(cells[:1])
            else:
                out.write("\n")
    return filled


class Cells:
    """How the cells of one sheet are spelt, decided on the whole of each column.

    A cell at midnight comes as a date without a time: it gets 00:00:00 where others in its column have times. In a
    column without real dates, dates of 1900 are durations in a format for times of day. Where numbers written as text
    have decimal commas, so do the numbers: a file has one decimal mark.
    """

    def __init__(self, rows: Rows) -> None:
        self.with_time: set[int] = set()
        self.with_dates: set[int] = set()
        commas = False
        for row in rows():
            for at, cell in enumerate(row):
                kind = type(cell)
                if kind is str:
                    commas = commas or ("," in cell and len(cell) < 30 and bool(_DECIMAL_COMMA.fullmatch(cell.strip())))
                elif kind is datetime or kind is date:
                    if kind is datetime:
                        self.with_time.add(at)
                    if cell.year >= DATES_FROM:
                        self.with_dates.add(at)
        self.mark = "," if commas else "."

    def of(self, cell: Any, at: int) -> str:
        """The text of a cell in the column `at`."""
        if isinstance(cell, str):
            return " ".join(cell.split("\n")).replace("\r", "")
        if isinstance(cell, float):
            return self.number(cell)
        if isinstance(cell, bool):
            return "TRUE" if cell else "FALSE"
        if isinstance(cell, int):
            return str(cell)
        if isinstance(cell, time):
            return clock(
                timedelta(hours=cell.hour, minutes=cell.minute, seconds=cell.second, microseconds=cell.microsecond)
            )
        if isinstance(cell, timedelta):
            return clock(cell)
        return self.instant(cell, at) if isinstance(cell, date) else ""

    def number(self, value: float) -> str:
        """Plain digits, never 1.2e+17; three decimals get a fourth, so that 1.234 cannot be read as a thousand."""
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        text = repr(value)
        if "e" in text:
            text = format(Decimal(text), "f")
        whole, _, decimals = text.partition(".")
        if decimals in ("", "0"):
            return whole
        return f"{whole}{self.mark}{decimals}0" if len(decimals) == 3 else f"{whole}{self.mark}{decimals}"

    def instant(self, value: date, at: int) -> str:
        """A date or an instant, to the second: finer parts are what binary fractions of a day leave."""
        moment = value if isinstance(value, datetime) else datetime.combine(value, time())
        if at not in self.with_dates:
            return clock(moment - FIRST_DAY)
        if at not in self.with_time:
            return moment.date().isoformat()
        if moment.microsecond:
            moment = (moment + timedelta(microseconds=500_000)).replace(microsecond=0)
        return moment.isoformat(" ")


def clock(value: timedelta) -> str:
    """H:MM:SS, over 24 hours as well."""
    seconds = round(value.total_seconds())
    sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
    return f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


if __name__ == "__main__":
    main(*sys.argv[1:])
