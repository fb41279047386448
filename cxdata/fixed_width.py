"""Text whose columns are aligned with blanks, as database consoles print it, to a regular CSV.

In: the lines of a UTF-8 text. Out: where its columns are, and a CSV with commas in which line n is line n of the text:
lines above the header, rulers ("----+------") and borders become blank lines. A value that runs over into the next
column is never cut: its line becomes a record with one cell too many, the whole line, which `reading` rejects.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from cxdata.records import MAX_RECORD_BYTES, looks_like_header, physical_lines

MIN_GUTTER = 2  # blanks between columns without a ruler: "2026-03-02 10:00" is one column
_RULER = re.compile(r"(?=.*--|.*==)[-=+| ]+")
_RUN = re.compile(r"[-=]+")
_PHRASE = re.compile(r"\S+(?: \S+)*")
_COUNT = re.compile(r"\(?\d+ (?:rows?|records?|rijen|regels|zeilen|lignes?|filas?|linhas?)\b.*", re.IGNORECASE)


@dataclass(frozen=True)
class Columns:
    """Where the columns are, in characters: the first starts at 0, the last has no end.

    `gutters`: (start, end) of what lies between columns. `header`: the line (1-based) with the names.
    `to_the_right`: the gutters whose next column is aligned to the right, so that a long number grows into them.
    `ruled`: whether a ruler says where the columns end; then nothing may stand in a gutter but borders.
    """

    gutters: tuple[tuple[int, int], ...]
    header: int
    to_the_right: frozenset[int] = frozenset()
    ruled: bool = False
    border: int | None = None  # where the last column ends, in a table with borders around it

    def cells(self, line: str) -> tuple[str, ...] | None:
        """The trimmed cells of a line; None where a value runs over into another column."""
        cuts = [0]
        for number, (start, end) in enumerate(self.gutters):
            blank = not line[start:end].strip(" |" if self.ruled else " ")
            cut = (start, end) if blank else None if self.ruled else self._cut(line, number)
            if cut is None:
                return None
            cuts += cut
        if self.border is not None and line[self.border :].strip(" |"):
            return None
        cuts.append(len(line) if self.border is None else self.border)
        return tuple(line[a:b].strip() for a, b in zip(cuts[::2], cuts[1::2], strict=True))

    def _cut(self, line: str, number: int) -> tuple[int, int] | None:
        """Where to cut a line with something in a gutter; None where two blanks do not say to which side it belongs."""
        start, end = self.gutters[number]
        phrases = [span for found in _PHRASE.finditer(line) if (span := found.span())[0] < end and span[1] > start]
        first, last = phrases[0]
        if len(phrases) == 1 and first < start and last <= end:
            return last, last
        if len(phrases) == 1 and first >= start and last > end and number in self.to_the_right:
            return first, first
        return None


def find(lines: Sequence[tuple[int, str]]) -> Columns | None:
    """The columns of a text, from its first lines (number, text) that are not blank; None where it has none."""
    ruler = next((at for at, (_, line) in enumerate(lines[:10]) if is_ruler(line)), None)
    if ruler is not None:
        return _ruled(lines, ruler)
    for left_off in (0, 1, 2):  # the last lines may be remarks
        if len(lines) - left_off >= 3:
            found = _aligned(lines[: len(lines) - left_off])
            if found:
                return found
    return None


def is_ruler(line: str) -> bool:
    """Whether a line is only there to look at: dashes, with blanks, bars or crosses between the columns."""
    return bool(_RULER.fullmatch(line.rstrip()))


def _ruled(lines: Sequence[tuple[int, str]], ruler: int) -> Columns | None:
    runs = [found.span() for found in _RUN.finditer(lines[ruler][1])]
    at = ruler - 1 if ruler else 1
    if len(runs) < 2 or at >= len(lines):
        return None
    gutters = tuple((left[1], right[0]) for left, right in pairwise(runs))
    closed = lines[ruler][1].rstrip()[-1] in "+|"
    found = Columns(gutters, lines[at][0], ruled=True, border=runs[-1][1] if closed else None)
    header = found.cells(lines[at][1])
    if header is None or not all(cell.strip("| ") for cell in header):
        return None
    return found


def _aligned(lines: Sequence[tuple[int, str]]) -> Columns | None:
    """Columns between gutters that are blank in every line."""
    if any("\t" in line for _, line in lines):
        return None
    width = max(len(line.rstrip()) for _, line in lines)
    taken = [False] * width
    for _, line in lines:
        for at, char in enumerate(line.rstrip()):
            taken[at] = taken[at] or char != " "
    text = "".join("x" if one else " " for one in taken)
    gutters = tuple(
        found.span() for found in re.finditer(r"(?<=x) +(?=x)", text) if found.end() - found.start() >= MIN_GUTTER
    )
    found = Columns(gutters, lines[0][0])
    rows = [found.cells(line) for _, line in lines]
    if not gutters or any(row is None for row in rows):
        return None
    header, data = rows[0] or (), [row for row in rows[1:] if row]
    if not all(header) or not looks_like_header(header) or not all(any(column) for column in zip(*data, strict=True)):
        return None
    right = frozenset(
        number for number in range(len(gutters)) if _ends_alike(gutters, number, [text for _, text in lines[1:]])
    )
    return Columns(gutters, lines[0][0], right)


def _ends_alike(gutters: tuple[tuple[int, int], ...], number: int, lines: Iterable[str]) -> bool:
    """Whether the column after a gutter is aligned to the right: its values start anywhere and end at one place."""
    start = gutters[number][1]
    end = gutters[number + 1][0] if number + 1 < len(gutters) else None
    spans = [
        (start + len(cell) - len(cell.lstrip()), start + len(cell.rstrip()))
        for line in lines
        if (cell := line[start:end]).strip()
    ]
    return len({left for left, _ in spans}) > 1 and len({right for _, right in spans}) == 1


def write(source: Path, target: Path, columns: Columns) -> None:
    """Write the text as CSV; what does not fit in its column comes as one cell too many."""
    width = len(columns.gutters) + 1
    with source.open("rb") as file, target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        for number, (raw, _) in enumerate(physical_lines(file, MAX_RECORD_BYTES), 1):
            line = raw.decode("utf-8", "replace").rstrip("\n")
            cells = columns.cells(line)
            if number < columns.header or not line.strip() or is_ruler(line):
                out.write("\n")
            elif _COUNT.fullmatch(line.strip()):
                writer.writerow([line.strip()])
            elif cells is None:
                writer.writerow([""] * width + [line])
            else:
                writer.writerow([cell.strip("|").strip() for cell in cells] if columns.ruled else cells)
