"""The rows behind a number as a file to take along, read and written some at a time.

In: a selection, and the columns to write. Out: the bytes of a CSV or XLSX; the workbook says on a sheet of its own what the
number is. Text is written as text, so that nothing in it is read as a formula.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from cxdata import drill
from cxdata.drill import Column, Selection
from cxdata.engine import Engine
from cxdata.i18n import _
from cxdata.questions import Moment

MOST_ROWS = 1_048_575  # that a sheet holds below its header
_RISKY = ("=", "+", "-", "@", "\t", "\r")


def to_csv(engine: Engine, selection: Selection, moment: Moment, shown: Sequence[Column], *, search: str = "") -> bytes:
    """All rows as CSV: local times, durations in seconds, columns by their own names; UTF-8 with its mark."""
    out = io.BytesIO("\ufeff".encode())
    out.seek(0, io.SEEK_END)
    columns = [drill.plain_name(column) for column in shown]
    out.write((",".join(columns) + "\n").encode())
    for block in drill.blocks(engine, selection, moment, search=search):
        rows = drill.plain(block, shown, moment)
        for column in shown:
            if column.kind in ("text", "group"):
                name = drill.plain_name(column)
                rows[name] = [f"'{word}" if str(word).startswith(_RISKY) else word for word in rows[name]]
        out.write(rows.to_csv(index=False, header=False).encode())
    return out.getvalue()


def to_xlsx(
    engine: Engine, selection: Selection, moment: Moment, shown: Sequence[Column], about: Sequence[tuple[str, str]],
    *, search: str = "",
) -> bytes:  # fmt: skip
    """The rows as a workbook, as many as a sheet holds, with `about` (label, text) on a second sheet."""
    with tempfile.TemporaryDirectory(prefix="cx-rows-") as folder:
        path = Path(folder) / "rows.xlsx"
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "nan_inf_to_errors": False,
        }
        with xlsxwriter.Workbook(path, options) as book:
            styles = {
                "head": book.add_format({"bold": True, "bg_color": "#eef1f5", "bottom": 1, "bottom_color": "#b3bccb"}),
                "instant": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
                "day": book.add_format({"num_format": "yyyy-mm-dd"}),
                "duration": book.add_format({"num_format": "[h]:mm:ss"}),
            }
            sheet = book.add_worksheet(_("Rows")[:31])
            sheet.freeze_panes(1, 0)
            for at, column in enumerate(shown):
                sheet.set_column(at, at, 40 if column.name == "comment" else 18)
                sheet.write_string(0, at, _(column.label), styles["head"])
            written = 0
            for block in drill.blocks(engine, selection, moment, search=search):
                rows = drill.plain(block.head(MOST_ROWS - written), shown, moment)
                for record in rows.itertuples(index=False, name=None):
                    written += 1
                    for at, (value, column) in enumerate(zip(record, shown, strict=True)):
                        _cell(sheet, written, at, value, column, styles)
                if written >= MOST_ROWS:
                    break
            told = book.add_worksheet(_("About")[:31])
            told.set_column(0, 0, 30)
            told.set_column(1, 1, 100)
            for line, (label, text) in enumerate(about):
                told.write_string(line, 0, label, styles["head"])
                told.write_string(line, 1, text)
        return path.read_bytes()


def _cell(sheet: Any, row: int, at: int, value: Any, column: Column, styles: dict[str, Any]) -> None:
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return
    if isinstance(value, datetime):
        sheet.write_datetime(row, at, value, styles["instant"])
    elif isinstance(value, date):
        sheet.write_datetime(row, at, value, styles["day"])
    elif isinstance(value, str):
        sheet.write_string(row, at, value[:32767])
    elif column.kind == "duration":
        sheet.write_number(row, at, float(value) / 86400, styles["duration"])
    else:
        sheet.write_number(row, at, float(value))
