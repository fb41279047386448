"""From the lines of a UTF-8 text to records, cells, the delimiter and the header.

In: a file in UTF-8 with \\n line ends and without NUL or BOM, as `encoding` leaves it. Out: its records as bytes with
the place where each ends, the cells of a record, and a proposal: which delimiter, and which record is the header.

What DuckDB 2.0 does, and this module follows: `skip` counts records and blank lines (a record over three lines is one);
a blank line is skipped, except in a table of one column, where it is a row with NULL; one empty cell too many at the
end of a record is accepted; blanks around a quoted cell are dropped; a record over 2 MB raises.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import BinaryIO, NamedTuple

from cxdata.encoding import CHUNK
from cxdata.errors import FileProblem

DELIMITERS = (",", ";", "\t", "|")
HEAD_RECORDS = 60
HEAD_BYTES = 8_000_000
MAX_RECORD_LINES = 200
MAX_RECORD_BYTES = 1_000_000  # twice this, when every character is a quotation mark, still fits DuckDB's 2 MB
MAX_RAGGED = 10_000
MAX_RAGGED_BYTES = 50_000_000

_Line = tuple[bytes, int]  # a physical line, perhaps cut, and its size in bytes

# --------------------------------------------------------------------------------------------- records


class Place(NamedTuple):
    """A point between two records: lines, DuckDB's skip units and bytes before it."""

    lines: int
    units: int
    offset: int


class RawRecord(NamedTuple):
    """One record as bytes, without its last line end.

    kind: "blank" (an empty line), "good", "malformed" (one line, text after a closing quotation mark),
    "unclosed" (one line, its quotation mark is not closed), "too_long" (raw holds the start only).
    """

    line: int
    raw: bytes
    kind: str
    end: Place


@dataclass(frozen=True)
class Ragged:
    """A record that does not fit the header, kept for the user.

    line is the 1-based physical line of the original file where it starts. reason is "too_many_cells",
    "unclosed_quote", "too_long" (over 1 MB; cells holds its first 1,000 bytes), "overflow" (of aligned text: a value runs
    over into the next column; cells holds the line) or "footer".
    """

    line: int
    cells: tuple[str, ...]
    reason: str


class Kept:
    """The ragged records, bounded in number and size; total counts all."""

    def __init__(self) -> None:
        self.records: list[Ragged] = []
        self.total = self.size = 0

    def add(self, line: int, cells: tuple[str, ...], reason: str) -> None:
        self.total += 1
        self.size += sum(map(len, cells))
        if len(self.records) < MAX_RAGGED and self.size < MAX_RAGGED_BYTES:
            self.records.append(Ragged(line, cells, reason))


_BODY = r'[^"]*+(?:""[^"]*+)*+'


@cache
def _patterns(
    delimiter: str,
) -> tuple[re.Pattern[bytes], re.Pattern[bytes], re.Pattern[bytes], re.Pattern[str]]:
    """(closed cells of a line, the rest of an open cell, a strict record, one cell and its delimiter)."""
    d = re.escape(delimiter)
    cell = rf'(?: *+"{_BODY}"[^{d}\n]*+|(?! *+")[^{d}\n]*+)'
    strict = rf'(?: *+"{_BODY}" *+(?={d}|\Z)|(?! *+")[^{d}\n]*+)'
    quoted = rf' *+"(?P<quoted>{_BODY})" *+(?={d}|\Z)'
    one = rf'(?:{quoted}|(?P<odd> *+"{_BODY}"[^{d}]*+)|(?P<bare>[^{d}]*+))(?P<sep>{d}|\Z)'
    return (
        re.compile(rf"(?:{cell}{d})*+(?:{cell}(?=\n?\Z))?+".encode()),
        re.compile(rf'{_BODY}"[^{d}\n]*+'.encode()),
        re.compile(rf"{strict}(?:{d}{strict})*+\Z".encode()),
        re.compile(one),
    )


def split_cells(raw: bytes, delimiter: str) -> tuple[str, ...]:
    """The cells of one record. A cell with text after its closing quotation mark stays as it stands."""
    text = raw.decode("utf-8", "replace")
    if '"' not in text:
        return tuple(text.split(delimiter))
    cells = []
    for found in _patterns(delimiter)[3].finditer(text):
        if (quoted := found["quoted"]) is not None:
            cells.append(quoted.replace('""', '"'))
        elif (odd := found["odd"]) is not None:
            odd = odd.strip(" ")
            cells.append(odd[1:-1] if odd.endswith('"') else odd)
        else:
            cells.append(found["bare"])
        if not found["sep"]:
            break
    return tuple(cells)


def stays_open(line: bytes, is_open: bool, delimiter: str) -> bool:
    """Whether a quoted cell is open at the end of this physical line."""
    if b'"' not in line:
        return is_open
    closed_cells, rest_of_cell, _, _ = _patterns(delimiter)
    length, at = len(line) - line.endswith(b"\n"), 0
    if is_open:
        found = rest_of_cell.match(line)
        if not found:
            return True
        at = found.end() + 1
        if at > length:
            return False
    found = closed_cells.match(line, at)
    return found is None or found.end() < length


def physical_lines(file: BinaryIO, limit: int | None) -> Iterator[_Line]:
    """Each physical line with its size; of one over the limit only the first limit bytes are kept."""
    while line := file.readline(-1 if limit is None else limit + 1):
        size = len(line)
        if limit is not None and size > limit and not line.endswith(b"\n"):
            rest = line
            while not rest.endswith(b"\n") and (rest := file.readline(CHUNK)):
                size += len(rest)
        yield line, size


def records_from(file: BinaryIO, delimiter: str, at: Place, tolerant: bool = True) -> Iterator[RawRecord]:
    """The records from a place on: of 200 lines and 1 MB at most, or not tolerant: as DuckDB reads."""
    file.seek(at.offset)
    source = physical_lines(file, MAX_RECORD_BYTES if tolerant else None)
    waiting: deque[_Line] = deque()
    lines, units, offset = at
    while True:
        first = waiting.popleft() if waiting else next(source, None)
        if first is None:
            return
        taken, kind = [first], "good"
        if tolerant and first[1] > MAX_RECORD_BYTES:
            kind = "too_long"
        elif first[0] == b"\n":
            kind = "blank"
        elif b'"' in first[0]:
            more, kind = _assemble(first[0], waiting, source, delimiter, tolerant)
            taken += more
        end = Place(lines + len(taken), units + 1, offset + sum(size for _, size in taken))
        yield RawRecord(lines + 1, b"".join(line for line, _ in taken).removesuffix(b"\n"), kind, end)
        lines, units, offset = end


def _assemble(
    first: bytes, waiting: deque[_Line], source: Iterator[_Line], delimiter: str, tolerant: bool
) -> tuple[list[_Line], str]:
    """The further lines of the record that first starts, and its kind; lines not used go to waiting."""
    strict = _patterns(delimiter)[2]
    if strict.match(first.removesuffix(b"\n")):
        return [], "good"
    more: list[_Line] = []
    size, is_open = len(first), stays_open(first, False, delimiter)
    while is_open and (not tolerant or (len(more) + 1 < MAX_RECORD_LINES and size <= MAX_RECORD_BYTES)):
        following = waiting.popleft() if waiting else next(source, None)
        if following is None:
            break
        more.append(following)
        size += following[1]
        is_open = stays_open(following[0], True, delimiter)
    if not tolerant:
        return more, "good"
    whole = b"".join((first, *(line for line, _ in more))).removesuffix(b"\n")
    if not is_open and size <= MAX_RECORD_BYTES and strict.match(whole):
        return more, "good"
    waiting.extendleft(reversed(more))
    return [], "unclosed" if is_open or more else "malformed"


def head_records(path: Path, delimiter: str, start: Place) -> list[RawRecord]:
    """The first records, blank lines left out; ends before a record that is too long to be one."""
    head: list[RawRecord] = []
    with path.open("rb") as file:
        for record in records_from(file, delimiter, start):
            if record.kind == "too_long" or (head and record.end.offset > HEAD_BYTES):
                break
            if record.raw.strip():
                head.append(record)
            if len(head) == HEAD_RECORDS:
                break
    return head


def quote_lines(source: Path, target: Path, lines: frozenset[int]) -> None:
    """Copy a file, with each of these lines (1-based, all near the start) quoted as a whole into one cell."""
    with source.open("rb") as file, target.open("wb") as out:
        for number in range(1, max(lines) + 1):
            line = file.readline()
            if number in lines:
                text = line.rstrip(b"\n")
                line = b'"' + text.replace(b'"', b'""') + b'"' + line[len(text) :]
            out.write(line)
        while chunk := file.read(CHUNK):
            out.write(chunk)


# -------------------------------------------------------------------------------- delimiter and header

_SEP_LINE = re.compile(rb'("?)sep=([,;|\t]?)[^\n",;|\t]{0,3}\1[,;|\t]*\n', re.IGNORECASE)
_DATA_CELL = re.compile(r"[\s\d.,:/+\-–€$£%()TZ]*\d[\s\d.,:/+\-–€$£%()TZ]*|\S+@\S+\.\S+|https?://\S+|\d.{0,25}[AP]M")


def after_sep_line(path: Path) -> tuple[Place, str | None]:
    """Where the table starts, and the delimiter that Excel's first line "sep=;" declares."""
    with path.open("rb") as file:
        found = _SEP_LINE.match(file.read(64))
    if not found:
        return Place(0, 0, 0), None
    return Place(1, 1, found.end()), found[2].decode() or None


def layout(name: str, path: Path, start: Place, declared: str | None) -> tuple[str, int]:
    """(delimiter, index of the header record) from the first records."""
    best: tuple[tuple[float, int], str, int] | None = None
    single: list[str] = []
    for delimiter in (declared,) if declared else DELIMITERS:
        rows = [split_cells(record.raw, delimiter) for record in head_records(path, delimiter, start)]
        if not rows:
            raise FileProblem(
                "{file} has no table: there is only white space, or its first line is over a million characters. "
                "Choose the CSV file that your tool exported.",
                file=name,
            )
        if all(len(row) == 1 for row in rows):
            single.append(delimiter)
            continue
        found = _block(rows)
        if found and (best is None or found[0] > best[0]):
            best = (found[0], delimiter, found[1])
    if best:
        return best[1], best[2]
    return declared or (single or ["\t"])[0], 0


def _block(rows: list[tuple[str, ...]]) -> tuple[tuple[float, int], int] | None:
    """((consistency, width), header index) of the widest consistent block of records, or None."""
    if len(rows[0]) == 1 and _is_prose(rows):
        return None
    widths = Counter(len(row) for row in rows if len(row) > 1)
    repeated = {width: n for width, n in widths.items() if n > 1} or dict(widths)
    width = max(repeated, key=lambda columns: (repeated[columns] * columns, columns))
    share = widths[width] / len(rows)
    first = next(index for index, row in enumerate(rows) if len(row) == width)
    if widths[width] == 1 and len(rows) > 1:  # header only, after a preamble; or a header and rows that all differ
        if not (looks_like_header(rows[first]) and (first == 0 or (first == len(rows) - 1 and width > 2))):
            first = 0
            if len(rows[0]) < 2 or not looks_like_header(rows[0]):
                return None
    elif share < 0.5 and not (len(rows) <= 6 or (len(rows[0]) > 1 and looks_like_header(rows[0]))):
        return None
    at = _header_in_block(rows, width, first)
    return (round(share + 0.2 * looks_like_header(rows[at]), 3), width), at


def _header_in_block(rows: list[tuple[str, ...]], width: int, first: int) -> int:
    """The header: the first record of the block, or the one before it when that heads ragged rows."""
    block = [index for index, row in enumerate(rows) if len(row) == width]
    if width >= 4 and count_filled(rows[first]) <= 2:  # a preamble that a spreadsheet padded to the full width
        for index in block[:12]:
            if count_filled(rows[index]) >= max(3, width / 2) and looks_like_header(rows[index]):
                return index
    before = rows[first - 1] if first else ()
    if len(before) > 1 and looks_like_header(before):
        trailing = len(before) == width - 1 and all(rows[index][-1] == "" for index in block)
        ragged = len(before) >= width / 2 and not looks_like_header(rows[first])
        if len(before) > width or trailing or ragged:
            return first - 1
    return first


def _is_prose(rows: list[tuple[str, ...]]) -> bool:
    """Whether what looks like a delimiter is punctuation: nearly always followed by a blank."""
    after = [cell for row in rows for cell in row[1:] if cell]
    return sum(cell.startswith(" ") for cell in after) > 0.8 * len(after)


def count_filled(row: tuple[str, ...]) -> int:
    return sum(1 for cell in row if cell.strip())


def looks_like_header(row: tuple[str, ...]) -> bool:
    """Whether most filled cells are words rather than numbers, dates, addresses."""
    filled = [cell.strip() for cell in row if cell.strip()]
    return bool(filled) and sum(1 for cell in filled if _DATA_CELL.fullmatch(cell[:200])) < 0.35 * len(filled)


def unique_names(cells: Iterable[str]) -> tuple[str, ...]:
    """Names from header cells: the second "Comment" is "Comment (2)", an empty seventh "Column 7"."""
    names = [" ".join(cell.replace("\ufeff", "").split()) for cell in cells]
    names = [name or f"Column {number}" for number, name in enumerate(names, 1)]
    taken, seen, result = set(names), Counter[str](), []
    for name in names:
        seen[name] += 1
        unique = name
        if seen[name] > 1:
            while (unique := f"{name} ({seen[name]})") in taken:
                seen[name] += 1
            taken.add(unique)
        result.append(unique)
    return tuple(result)
