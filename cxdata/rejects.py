"""Rejected rows: line, column, value, reason and cells of each, kept with the import and written as CSV.

In: the parsed rows of a file, in which each row that is none carries the number of the field that failed. Out: rejects.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

import duckdb
import pyarrow as pa

from cxdata import reading
from cxdata.errors import Note, note
from cxdata.i18n import N_, _
from cxdata.parsing import Run
from cxdata.pseudonyms import Keeping
from cxdata.reading import Ragged, TextTable
from cxdata.store import Store
from cxdata.understanding import STAGING, Plan, Understanding

REQUIRED_MISSING = 1000  # added to a field's number where a required cell is empty
RAGGED = {
    "too_many_cells": N_("The row has {cells} cells, the header {columns}."),
    "unclosed_quote": N_("A quotation mark is opened and never closed."),
    "too_long": N_("The row is longer than 1 MB."),
    "overflow": N_("A value runs over into the next column, so that it is not clear where it ends."),
}
REASONS = {
    "instant": N_('"{value}" is no date and time that can be read (expected {reads}).'),
    "date": N_('"{value}" is no date that can be read (expected {reads}).'),
    "seconds": N_('"{value}" is no duration.'),
    "count": N_('"{value}" is no whole number.'),
    "number": N_('"{value}" is no number.'),
    "score": N_('"{value}" is no score on the scale {reads}.'),
}
EMPTY = N_("The cell is empty, and every row needs {what}.")


@dataclass(frozen=True)
class Rejects:
    """The rejected rows of one file. `unreadable`: how many rows have a cell that cannot be read; `ragged`: those that
    do not fit the header; `first_row`: the rowid of the first staged row."""

    run: Run
    table: TextTable
    ragged: Sequence[Ragged]
    understood: Understanding
    unreadable: int
    first_row: int

    def found(self, limit: int | None = None) -> Iterator[tuple[int, str, str, str, list[str]]]:
        """(line, column, value, reason as JSON, cells) of every rejected row, by line within each cause."""
        plans = list(self.understood.plans.values()) if self.unreadable else []
        for number, plan in enumerate(plans):
            for code in (number, number + REQUIRED_MISSING):
                line = "line" if self.table.line_column is not None else "cast(null as bigint)"
                found = self.run(
                    f"""select p.record, {plan.text}, {line} from parsed p join {STAGING} s on s.rowid = p.record + {self.first_row}
                        where p.left_out is null and p.bad = {code} order by 1 {f"limit {limit}" if limit else ""}"""
                )
                if found:
                    yield from self._described(plan, code, found)
        for entry in self.ragged:
            said = note(RAGGED[entry.reason], cells=len(entry.cells), columns=self.table.columns)
            yield entry.line, "", "", json.dumps(said.dumped()), list(entry.cells)

    def _described(self, plan: Plan, code: int, found: list[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
        records = [int(row[0]) for row in found]
        lines = reading.line_numbers(self.table, records) if self.table.line_column is None else {}
        cells = reading.raw_records(self.table, records)
        for record, value, line in found:
            if code >= REQUIRED_MISSING:
                said = note(EMPTY, what=self.understood.kind.field(plan.name).label)
            else:
                said = note(REASONS[plan.type], value=value, reads=plan.reads)
            raw = list(cells[int(record)])[: self.table.columns]
            yield line or lines[int(record)], plan.header, value or "", json.dumps(said.dumped()), raw

    def keep(self, cursor: duckdb.DuckDBPyConnection, import_id: int, keeping: Keeping | None = None) -> None:
        """Write all of them into the store, without what is kept back of people."""
        found: Iterator[tuple[int, str, str, str, list[str]]] = self.found()
        if keeping:
            columns = {name: plan.header for name, plan in self.understood.plans.items()}
            found = keeping.rejects(found, self.understood.header, columns)
        rows = [(import_id, *row) for row in found]
        batch = pa.table(
            {
                "import_id": pa.array([row[0] for row in rows], pa.int32()),
                "line": pa.array([row[1] for row in rows], pa.int64()),
                "column_name": pa.array([row[2] for row in rows], pa.string()),
                "value": pa.array([row[3] for row in rows], pa.string()),
                "reason": pa.array([row[4] for row in rows], pa.string()),
                "cells": pa.array([row[5] for row in rows], pa.list_(pa.string())),
            }
        )
        cursor.register("reject_rows", batch)
        cursor.execute("insert into rejects by name select * from reject_rows")
        cursor.unregister("reject_rows")


def write_rejects(store: Store, import_id: int, file: TextIO) -> int:
    """Write the rejected rows of an import as CSV: the user's own columns and `reason`. How many there were."""
    header, rows = store.rejects(import_id)
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*header, "reason"])
    for cells in store.one_import(import_id)["understood"]["under_header"]:
        writer.writerow([*cells, ""])
    for row in rows:
        cells = list(row["cells"])
        reason = _("line {line}", line=row["line"])
        if row["column_name"]:
            reason += f', {_("column")} "{row["column_name"]}"'
        cells += [""] * (len(header) - len(cells))
        writer.writerow([*cells, f"{reason}: {Note(*json.loads(row['reason']))}"])
    return len(rows)
