"""From a file on disk to a text table that DuckDB reads strictly.

In: the path of an export, of any size, in any usual encoding. Out: a TextTable: a file in UTF-8 with \\n line
ends and without NUL or BOM (the original itself when it already is one), plus what was understood of it:
encoding, delimiter, the first records, the header. Nothing here knows about tools, dates or numbers.

DuckDB reads exactly what is meant here with, for a table of N columns:

    read_csv($path, delim = $delimiter, quote = '"', escape = '"', header = false, skip = $skip_lines,
             new_line = '\\n', auto_detect = false, strict_mode = true,
             columns = {'c0': 'varchar', ... N of them, and one more when line_column is set})

What DuckDB 2.0 makes of records under these options stands in `records`. An irregular record raises; then
`strict_copy` writes a regular file and tells which records did not fit.
"""

from __future__ import annotations

import csv
import os
import re
import tempfile
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, TypeVar

from cxdata import encoding, fixed_width
from cxdata.errors import FileProblem
from cxdata.records import (
    HEAD_RECORDS,
    Kept,
    Place,
    Ragged,
    RawRecord,
    after_sep_line,
    count_filled,
    head_records,
    layout,
    physical_lines,
    quote_lines,
    records_from,
    split_cells,
    stays_open,
    unique_names,
)

__all__ = ["Place", "Ragged", "TextTable", "line_numbers", "raw_records", "read", "strict_copy", "unique_names"]

MAX_FOOTER = 50

_T = TypeVar("_T")
_WriteRow = Callable[[Iterable[object]], object]

# -------------------------------------------------------------------------------------- what comes out


@dataclass(frozen=True)
class TextTable:
    """A file that DuckDB can read, and what was understood of it. See the module for the options of read_csv.

    path is the file to read: the original itself, or a copy in the working folder that the caller may delete.
    records are the first (up to 60) records with their raw cells, blank lines left out; record_lines are
    their lines in the original. header_at is the index in records of the header, header_records how many
    records it takes. skip_lines is DuckDB's `skip`. line_column, when set, is the index of a last column with
    the line in the original. replaced counts the bytes that could not be decoded (now U+FFFD), nuls_removed
    the NUL characters left out. footer and ragged_total are filled by strict_copy; ragged_total counts also
    what was too much to keep.
    """

    path: Path
    original: Path
    encoding: str
    delimiter: str
    records: tuple[tuple[str, ...], ...]
    record_lines: tuple[int, ...]
    header_at: int
    header_records: int
    skip_lines: int
    data_start: Place
    line_column: int | None = None
    replaced: int = 0
    nuls_removed: int = 0
    footer: tuple[Ragged, ...] = ()
    ragged_total: int = 0
    plain: bool = False  # no quotation mark and no blank line in the file: every line is a record
    ascii: bool = False  # nothing beyond ASCII, for sure
    ends: tuple[Place, ...] = ()  # the place after each of records
    patched: frozenset[int] = frozenset()  # lines of the head that were quoted as a whole, so that DuckDB can skip
    name: str = ""  # of the file, as the user knows it
    aligned: bool = False  # columns were aligned with blanks; path is a CSV of them

    @property
    def is_copy(self) -> bool:
        """Whether path is a file of ours in the working folder."""
        return self.path != self.original

    @property
    def columns(self) -> int:
        """How many columns the header has, the line column not counted."""
        return len(self.records[self.header_at])

    @property
    def header(self) -> tuple[str, ...]:
        """The column names as in the file: trimmed, unique, "Column 7" where there is none."""
        return unique_names(self.records[self.header_at])

    def with_header(self, at: int, records: int = 1) -> TextTable:
        """The same table with the header at another record; nothing is read or written again.

        Raises FileProblem when the first records do not reach that far, ValueError for a strict copy.
        """
        if self.line_column is not None:
            raise ValueError("Choose the header before strict_copy: the copy holds only the data.")
        last = at + max(records, 1) - 1
        if at < 0 or last >= len(self.records):
            raise FileProblem(
                "{file}: the header cannot be row {row} with {records} header row(s), because only {seen} rows were "
                "looked at. Choose an earlier row as the header.",
                file=self.name or self.original.name,
                row=at + 1,
                records=records,
                seen=len(self.records),
            )
        end = self.ends[last]
        return replace(self, header_at=at, header_records=records, skip_lines=end.units, data_start=end)


# --------------------------------------------------------------------------------------------- reading


def read(
    path: Path,
    workdir: Path,
    header_at: int | None = None,
    header_records: int = 1,
    *,
    name: str | None = None,
    delimiter: str | None = None,
) -> TextTable:
    """Make a file readable for DuckDB and say what it is. A clean UTF-8 file is not copied.

    A header_at of None proposes one. `name` is the file's name as the user knows it; a `delimiter` is not looked for
    when given. Raises FileProblem, in one sentence with the file's name, for what is not a table.
    """
    path, workdir = Path(path), Path(workdir)
    name = name or path.name
    _refuse_what_is_no_file(path, name)
    ours: list[Path] = []
    try:
        workdir.mkdir(parents=True, exist_ok=True)
        table = _read(path, workdir, name, delimiter, ours)
        return table.with_header(table.header_at if header_at is None else header_at, header_records)
    except FileProblem:
        _remove(ours)
        raise
    except OSError as error:
        _remove(ours)
        raise FileProblem(
            "{file} could not be read: {reason}. Check that it is still there, that you may open it and that the disk "
            "is not full.",
            file=name,
            reason=error.strerror or error,
        ) from error


def _read(path: Path, workdir: Path, name: str, separator: str | None, ours: list[Path]) -> TextTable:
    with path.open("rb") as file:
        encoding.refuse_binary(name, file.read(8192))
    survey = encoding.survey(path)
    clean = path
    if not survey.clean:
        clean = _new_file(workdir, path, "utf8", ours)
        survey = encoding.normalise(path, clean, survey)
    start, declared = after_sep_line(clean)
    with clean.open("rb") as file:
        file.seek(start.offset)
        encoding.refuse_text(name, file.read(65536).decode("utf-8", "replace"))
    delimiter, proposed = layout(name, clean, start, declared or separator)
    columns = None if declared or separator else _aligned_columns(clean, delimiter)
    if columns:
        aligned = _new_file(workdir, path, "aligned", ours)
        fixed_width.write(clean, aligned, columns)
        if clean != path:
            _remove([clean])
        clean, delimiter, proposed, survey = aligned, ",", 0, survey._replace(plain=False)
    head = head_records(clean, delimiter, start)
    patched = frozenset(record.line for record in head if record.kind in ("unclosed", "malformed"))
    if patched:
        patched_file = _new_file(workdir, path, "utf8", ours)
        quote_lines(clean, patched_file, patched)
        if clean != path:
            _remove([clean])
        clean, survey = patched_file, survey._replace(plain=False)
        head = head_records(clean, delimiter, start)
    return TextTable(
        path=clean,
        original=path,
        encoding=survey.encoding,
        delimiter=delimiter,
        records=tuple(split_cells(record.raw, delimiter) for record in head),
        record_lines=tuple(record.line for record in head),
        header_at=proposed,
        header_records=1,
        skip_lines=0,
        data_start=start,
        replaced=survey.replaced,
        nuls_removed=survey.nuls,
        plain=survey.plain,
        ascii=survey.ascii,
        ends=tuple(record.end for record in head),
        patched=patched,
        name=name,
        aligned=columns is not None,
    )


def _aligned_columns(path: Path, delimiter: str) -> fixed_width.Columns | None:
    """The columns of a text without delimiters; None where it has delimiters, or nothing is aligned."""
    lines: list[tuple[int, str]] = []
    with path.open("rb") as file:
        for number, (raw, size) in enumerate(physical_lines(file, 10_000), 1):
            line = raw.decode("utf-8", "replace").rstrip("\n")
            if line.strip():
                lines.append((number, line))
            if size > 10_000 or len(lines) == HEAD_RECORDS:
                break
    found = fixed_width.find(lines)
    if found is None or found.ruled:
        return found
    header = next(line for number, line in lines if number == found.header)
    return None if delimiter in header else found


def _new_file(workdir: Path, path: Path, kind: str, ours: list[Path]) -> Path:
    stem = re.sub(r"[^\w-]+", "_", path.stem)[:40]
    handle, name = tempfile.mkstemp(prefix=f"{stem}.{kind}.", suffix=".csv", dir=workdir)
    os.close(handle)
    ours.append(Path(name))
    return Path(name)


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        with suppress(OSError):
            path.unlink()


def _refuse_what_is_no_file(path: Path, name: str) -> None:
    try:
        if path.is_dir():
            raise FileProblem("{file} is a folder, not a file. Choose a file in it.", file=path)
        if path.exists() and not path.is_file():
            raise FileProblem(
                "{file} is a device, not a file with a table. Choose the CSV file that your tool exported.", file=path
            )
        if not path.exists():
            raise FileProblem("{file} does not exist. Check the name and the folder.", file=path)
        if path.stat().st_size == 0:
            raise FileProblem("{file} is empty (0 bytes). Export it again.", file=name)
    except (OSError, ValueError) as error:
        raise FileProblem(
            "{file} could not be opened: {reason}. Check the name and your permissions.", file=name, reason=error
        ) from error


# --------------------------------------------------------------------------------------- the slow path


def strict_copy(table: TextTable, workdir: Path) -> tuple[TextTable, tuple[Ragged, ...]]:
    """Rewrite the data as a perfectly regular CSV, for when DuckDB's strict read of the table raises.

    Every record gets the header's number of cells plus the line in the original (`line_column`). Short
    records are padded, blank cells too many are cut; what does not fit comes back as Ragged (at most 10,000;
    `ragged_total` counts all). Short records with one filled cell at the end of a file of three or more
    columns are `footer`. Raises FileProblem when the copy cannot be written.
    """
    if table.line_column is not None:
        return table, ()
    ours: list[Path] = []
    try:
        target = _new_file(Path(workdir), table.original, "strict", ours)
        with table.path.open("rb") as file, target.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, delimiter=table.delimiter, lineterminator="\n")
            writer.writerow((*table.header, "line"))
            data_start = Place(1, 1, out.tell())
            footer, kept = _write_strict(table, file, writer.writerow)
    except OSError as error:
        _remove(ours)
        raise FileProblem(
            "{file} could not be copied to {folder}: {reason}. Make room on the disk and try again.",
            file=table.name or table.original.name,
            folder=workdir,
            reason=error.strerror or error,
        ) from error
    copy = replace(
        table,
        path=target,
        skip_lines=1,
        data_start=data_start,
        line_column=table.columns,
        footer=footer,
        ragged_total=kept.total,
        plain=False,
    )
    return copy, tuple(kept.records)


def _write_strict(table: TextTable, file: BinaryIO, write: _WriteRow) -> tuple[tuple[Ragged, ...], Kept]:
    width, kept = table.columns, Kept()
    pending: deque[tuple[int, tuple[str, ...]]] = deque()  # what is a footer if nothing follows
    for record in records_from(file, table.delimiter, table.data_start):
        cells, reason = _fit(record, table, width)
        if reason == "blank":
            continue
        if reason:
            kept.add(record.line, cells, reason)
            continue
        if width >= 3 and len(cells) < width and count_filled(cells) == 1:
            pending.append((record.line, cells))
            if len(pending) <= MAX_FOOTER:
                continue
            rows = [pending.popleft()]
        else:
            rows = [*pending, (record.line, cells)]
            pending.clear()
        for line, row in rows:
            write((*row, *[""] * (width - len(row)), line))
    return tuple(Ragged(line, row, "footer") for line, row in pending), kept


def _fit(record: RawRecord, table: TextTable, width: int) -> tuple[tuple[str, ...], str]:
    """(cells, "") of a record that fits, at most width of them; else (cells, reason)."""
    raw, kind = record.raw, record.kind
    if kind == "too_long":
        return (raw[:1000].decode("utf-8", "replace"),), "too_long"
    if record.line in table.patched:
        raw = raw[1:-1].replace(b'""', b'"')
        kind = "unclosed" if stays_open(raw, False, table.delimiter) else "good"
    if not raw.strip() and table.delimiter.encode() not in raw:
        return (), "blank"
    cells = split_cells(raw, table.delimiter)
    if kind == "unclosed":
        return cells, "unclosed_quote"
    if not any(cell.strip() for cell in cells[width:]):
        return cells[:width], ""
    return (cells[-1:], "overflow") if table.aligned else (cells, "too_many_cells")


# -------------------------------------------------------------------------------- back to the original


def line_numbers(table: TextTable, records: Iterable[int]) -> dict[int, int]:
    """The physical line in the original (1-based) of data records, numbered from 0 as DuckDB returns them.

    Without quotation marks and blank lines in the file this is arithmetic; else one pass up to the last one
    asked for.
    """
    wanted = set(records)
    if table.plain and table.line_column is None:
        return {number: table.data_start.lines + number + 1 for number in sorted(wanted)}
    if table.line_column is None:
        return _pick(table, wanted, lambda record: record.line)
    return _pick(table, wanted, lambda record: int(split_cells(record.raw, table.delimiter)[-1]))


def raw_records(table: TextTable, records: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """The cells of data records, numbered from 0 as DuckDB returns them, without the line column."""
    return _pick(table, set(records), lambda record: split_cells(record.raw, table.delimiter)[: table.line_column])


def _pick(table: TextTable, wanted: set[int], take: Callable[[RawRecord], _T]) -> dict[int, _T]:
    """take(record) for each wanted record of a table that DuckDB has read without an error."""
    result: dict[int, _T] = {}
    last, number = max(wanted, default=-1), 0
    blank_is_record = table.columns == 1 and table.line_column is None
    with table.path.open("rb") as file:
        for record in records_from(file, table.delimiter, table.data_start, tolerant=False):
            if number > last:
                break
            if record.kind == "blank" and not blank_is_record:
                continue
            if number in wanted:
                result[number] = take(record)
            number += 1
    return result
