"""From a file on disk to a text table that DuckDB reads strictly.

In: the path of an export, of any size, in any usual encoding. Out: a TextTable: a file in UTF-8 with \\n line
ends and without NUL or BOM (the original itself when it already is one), plus what was understood of it:
encoding, delimiter, the first records, the header. Nothing here knows about tools, dates or numbers.

DuckDB reads exactly what is meant here with, for a table of N columns:

    read_csv($path, delim = $delimiter, quote = '"', escape = '"', header = false, skip = $skip_lines,
             new_line = '\\n', auto_detect = false, strict_mode = true,
             columns = {'c0': 'varchar', ... N of them, and one more when line_column is set})

What DuckDB 2.0 does with that, and this module follows: `skip` counts records and blank lines (a record over
three lines is one); a blank line is skipped, except in a table of one column, where it is a row with NULL;
one empty cell too many at the end of a record is accepted; blanks around a quoted cell are dropped; a record
over 2 MB raises. An irregular record raises; then `strict_copy` writes a regular file and tells which records
did not fit.
"""

from __future__ import annotations

import codecs
import csv
import os
import re
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeVar

from cxdata.errors import FileProblem
from cxdata.i18n import N_

DELIMITERS = (",", ";", "\t", "|")
HEAD_RECORDS = 60
HEAD_BYTES = 8_000_000
MAX_RECORD_LINES = 200
MAX_RECORD_BYTES = 1_000_000  # twice this, when every character is a quotation mark, still fits DuckDB's 2 MB
MAX_RAGGED = 10_000
MAX_RAGGED_BYTES = 50_000_000
MAX_FOOTER = 50
CHUNK = 500_000

_T = TypeVar("_T")
_Line = tuple[bytes, int]  # a physical line, perhaps cut, and its size in bytes
_WriteRow = Callable[[Iterable[object]], object]

# -------------------------------------------------------------------------------------- what comes out


@dataclass(frozen=True)
class Ragged:
    """A record that does not fit the header, kept for the user.

    line is the 1-based physical line of the original file where it starts. reason is "too_many_cells",
    "unclosed_quote", "too_long" (over 1 MB; cells holds its first 1,000 bytes) or "footer".
    """

    line: int
    cells: tuple[str, ...]
    reason: str


class Place(NamedTuple):
    """A point between two records: lines, DuckDB's skip units and bytes before it."""

    lines: int
    units: int
    offset: int


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
    ends: tuple[Place, ...] = ()  # the place after each of records
    patched: frozenset[int] = frozenset()  # lines of the head that were quoted as a whole, so that DuckDB can skip

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
                file=self.original.name,
                row=at + 1,
                records=records,
                seen=len(self.records),
            )
        end = self.ends[last]
        return replace(self, header_at=at, header_records=records, skip_lines=end.units, data_start=end)


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


# --------------------------------------------------------------------------------------------- reading


def read(path: Path, workdir: Path, header_at: int | None = None, header_records: int = 1) -> TextTable:
    """Make a file readable for DuckDB and say what it is. A clean UTF-8 file is not copied.

    A header_at of None proposes one. Raises FileProblem, in one sentence with the file's name, for what is
    not a table.
    """
    path, workdir = Path(path), Path(workdir)
    _refuse_what_is_no_file(path)
    ours: list[Path] = []
    try:
        workdir.mkdir(parents=True, exist_ok=True)
        return _read(path, workdir, header_at, header_records, ours)
    except FileProblem:
        _remove(ours)
        raise
    except OSError as error:
        _remove(ours)
        raise FileProblem(
            "{file} could not be read: {reason}. Check that it is still there, that you may open it and that the disk "
            "is not full.",
            file=path.name,
            reason=error.strerror or error,
        ) from error


def _read(path: Path, workdir: Path, header_at: int | None, header_records: int, ours: list[Path]) -> TextTable:
    with path.open("rb") as file:
        _refuse_binary(path.name, file.read(8192))
    survey = _survey(path)
    clean = path
    if not survey.clean:
        clean = _new_file(workdir, path, "utf8", ours)
        survey = _normalise(path, clean, survey)
    start, declared = _after_sep_line(clean)
    with clean.open("rb") as file:
        file.seek(start.offset)
        _refuse_text(path.name, file.read(65536).decode("utf-8", "replace"))
    delimiter, proposed = _layout(path.name, clean, start, declared)
    head = _head(clean, delimiter, start)
    patched = frozenset(record.line for record in head if record.kind in ("unclosed", "malformed"))
    if patched:
        patched_file = _new_file(workdir, path, "utf8", ours)
        _quote_lines(clean, patched_file, patched)
        if clean != path:
            _remove([clean])
        clean, survey = patched_file, survey._replace(plain=False)
        head = _head(clean, delimiter, start)
    table = TextTable(
        path=clean,
        original=path,
        encoding=survey.encoding,
        delimiter=delimiter,
        records=tuple(split_cells(record.raw, delimiter) for record in head),
        record_lines=tuple(record.line for record in head),
        header_at=0,
        header_records=1,
        skip_lines=0,
        data_start=start,
        replaced=survey.replaced,
        nuls_removed=survey.nuls,
        plain=survey.plain,
        ends=tuple(record.end for record in head),
        patched=patched,
    )
    return table.with_header(proposed if header_at is None else header_at, header_records)


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


# -------------------------------------------------------------------------------------------- refusals

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", N_("{file} is a PNG picture, not a table. Choose the CSV file that your tool exported.")),
    (b"\xff\xd8\xff", N_("{file} is a JPEG picture, not a table. Choose the CSV file that your tool exported.")),
    (b"GIF87a", N_("{file} is a GIF picture, not a table. Choose the CSV file that your tool exported.")),
    (b"GIF89a", N_("{file} is a GIF picture, not a table. Choose the CSV file that your tool exported.")),
    (b"%PDF-", N_("{file} is a PDF document, not a table. Export the data itself as CSV.")),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", N_("{file} is an old Excel workbook (.xls). Open it and save it as CSV.")),
    (b"PAR1", N_("{file} is a Parquet file. Export it as CSV.")),
    (b"SQLite format 3\x00", N_("{file} is an SQLite database. Export the table you need as CSV.")),
    (b"\x1f\x8b", N_("{file} is a gzip archive. Unpack it first and choose the CSV file inside.")),
    (b"BZh", N_("{file} is a bzip2 archive. Unpack it first and choose the CSV file inside.")),
    (b"\xfd7zXZ\x00", N_("{file} is an xz archive. Unpack it first and choose the CSV file inside.")),
    (b"7z\xbc\xaf\x27\x1c", N_("{file} is a 7-Zip archive. Unpack it first and choose the CSV file inside.")),
    (b"Rar!\x1a\x07", N_("{file} is a RAR archive. Unpack it first and choose the CSV file inside.")),
)
_HTML = re.compile(r"\s*(?:<!doctype|<html|<head|<body|<table|<!--|<\?xml|<script|<div)", re.IGNORECASE)
_JSON = re.compile(r'\s*(?:\{\s*(?:"[^"\n]*"\s*:|\}\s*\Z)|\[\s*(?:\{|\[\s*["\d]|\]\s*\Z))')
_CONTROL = re.compile("[\x01-\x08\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffd]")


def _refuse_what_is_no_file(path: Path) -> None:
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
            raise FileProblem("{file} is empty (0 bytes). Export it again.", file=path.name)
    except (OSError, ValueError) as error:
        raise FileProblem(
            "{file} could not be opened: {reason}. Check the name and your permissions.", file=path.name, reason=error
        ) from error


def _refuse_binary(name: str, start: bytes) -> None:
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        if re.search(rb"xl/|\[Content_Types\]|_rels/|docProps/", start):
            raise FileProblem("{file} is an Excel workbook (.xlsx). Open it and save it as CSV (UTF-8).", file=name)
        raise FileProblem("{file} is a ZIP archive. Unpack it first and choose the CSV file inside.", file=name)
    for magic, sentence in _MAGIC:
        if start.startswith(magic):
            raise FileProblem(sentence, file=name)


def _refuse_text(name: str, start: str) -> None:
    if _HTML.match(start):
        raise FileProblem(
            "{file} holds a web page (HTML or XML), not CSV. Export it again and choose CSV as the format.", file=name
        )
    if _JSON.match(start):
        raise FileProblem("{file} holds JSON, not CSV. Export it again and choose CSV as the format.", file=name)
    strange = len(_CONTROL.findall(start))
    if strange > max(2, 0.05 * len(start)):
        raise FileProblem(
            "{file} is not a text file ({strange} of the first {seen} characters are not text). "
            "Choose the CSV file that your tool exported.",
            file=name,
            strange=strange,
            seen=len(start),
        )


# -------------------------------------------------------------------------------------------- encoding


class Survey(NamedTuple):
    """What one pass over the bytes tells; clean means: UTF-8, \\n line ends, no NUL, no BOM."""

    encoding: str
    clean: bool
    plain: bool
    valid_utf8: bool = False
    replaced: int = 0
    nuls: int = 0


_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HIGH = re.compile(rb"[\x80-\xff]")
_UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_SAMPLES = 3000


def _survey(path: Path) -> Survey:
    """One pass: the encoding, and whether the file can be used as it is."""
    with path.open("rb") as file:
        start = file.read(4096)
        named = next((name for bom, name in _BOMS if start.startswith(bom)), None) or _utf16_by_nuls(start)
        if named and named != "utf-8-sig":
            return Survey(named, clean=False, plain=False)
        file.seek(len(codecs.BOM_UTF8) if named else 0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        clean, plain, multibyte, before = not named, True, 0, b""
        while chunk := file.read(CHUNK):
            clean = clean and b"\r" not in chunk and b"\x00" not in chunk
            plain = plain and b'"' not in chunk and b"\n\n" not in chunk
            plain = plain and not (before.endswith(b"\n") and chunk.startswith(b"\n"))
            if not chunk.isascii() or decoder.getstate()[0]:
                try:
                    multibyte += len(chunk) - len(decoder.decode(chunk))
                except UnicodeDecodeError:
                    return Survey(_encoding_by_bytes(before[-8:] + chunk, file, multibyte), False, False)
            before = chunk[-8:]
        if decoder.getstate()[0]:  # the file ends in the middle of a character
            return Survey(_encoding_by_bytes(before, file, multibyte), False, False)
    return Survey(named or "utf-8", clean=clean, plain=plain, valid_utf8=True)


def _utf16_by_nuls(start: bytes) -> str | None:
    """UTF-16 without a mark: Western text has a NUL in nearly every other byte."""
    pairs = len(start) // 2
    if pairs < 2 or len(start) % 2:
        return None
    even, odd = start[0::2].count(0) / pairs, start[1::2].count(0) / pairs
    if odd > 0.6 and even < 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > 0.6 and odd < 0.1 else None


def _encoding_by_bytes(data: bytes, file: BinaryIO, multibyte: int) -> str:
    """The encoding of a file that is not valid UTF-8.

    data is where it fails; multibyte counts what was valid before.
    Damaged UTF-8 (more valid characters than stray bytes) stays UTF-8; else the code page that reads best.
    """
    samples: list[bytes] = []
    while data:
        sequences = len(_UTF8_SEQUENCE.findall(data))
        stray = len(_HIGH.findall(_UTF8_SEQUENCE.sub(b"", data)))
        if not samples and multibyte + sequences > stray:
            return "utf-8"
        for found in islice(_HIGH.finditer(data), _SAMPLES - len(samples)):
            at = found.start()
            samples.append(data[max(at - 3, 0) : at].rjust(3, b"\n") + data[at : at + 4].ljust(4, b"\n"))
        if len(samples) >= _SAMPLES:
            break
        data = file.read(CHUNK)
    return code_page(samples)


_PRIOR = {"cp1252": 0.6, "mac_roman": 0.1, "cp850": -1.0}  # settles what the text does not
_LOWER = frozenset("éèêëàâäáíîïìóôöòúûüùçñßæøåãõœ")
_UPPER = frozenset("ÉÈÊËÀÂÄÁÍÎÏÌÓÔÖÒÚÛÜÙÇÑÆØÅÃÕŒ")
_ANY_LETTER = frozenset("ýÿšžðþÝŸŠŽÐÞ")


def code_page(samples: Iterable[bytes]) -> str:
    """cp1252, mac_roman or cp850: the one in which these bytes read as Western European text.

    samples are windows of seven bytes with a non-ASCII byte in the middle (index 3). ISO-8859-1 is not told
    apart: where it differs from cp1252 it has only invisible control characters.
    """
    windows = Counter(samples)
    if not windows:
        return "cp1252"
    scores = dict(_PRIOR)
    for page in scores:
        for window, count in windows.items():
            scores[page] += count * _plausibility(window.decode(page, "replace"))
    return max(scores, key=lambda page: scores[page])


def _plausibility(window: str) -> float:
    """How well the middle character of seven stands between its neighbours; about -4 to 3."""
    left, char, right = window[2], window[3], window[4]
    if char in _LOWER or char in _UPPER or char in _ANY_LETTER:
        return _letter_plausibility(left, char, right)
    if char == "\ufffd" or "\x80" <= char <= "\x9f":
        return -4.0
    if left.isalpha() and right.isalpha() and char not in "’\xa0":
        return -3.0
    return _sign_plausibility(window)


def _letter_plausibility(left: str, char: str, right: str) -> float:
    common = char in _LOWER or char in _UPPER
    if not left.isalpha() and not right.isalpha():
        return 1.0 if char in "àÀéèü" else 0.2 if common else -1.0
    if char.islower():
        if right.isupper() or (left.isupper() and not right.isalpha()):
            return -1.5
        if char == "à" and right.isalpha() and not left.isalpha():
            return 1.5
        return 2.6 if char in "ìùòõãûúîåœ" else 3.0 if common else 0.8
    if left.islower():
        return -3.0
    if right.islower() and left.isalpha():
        return -0.5
    return 2.8 if common else 0.3


def _sign_plausibility(window: str) -> float:
    before, left, char, right, after = window[1:3], window[2], window[3], window[4], window[4:6]
    digit_near = bool(re.search(r"\d\s?$", before) or re.match(r"\s?\d", after))
    gap_left, gap_right = not left.isalnum(), not right.isalnum()
    if char == "’":
        return 3.0 if left.isalpha() and right.isalpha() else 1.5
    if char == "“":  # opens in English, closes in German
        return 2.0 if gap_left != gap_right else 0.5
    if char in "„«‘":
        return 2.0 if gap_left and not right.isspace() else 0.5
    if char in "”»":
        return 2.0 if gap_right and not left.isspace() else 0.5
    if char in "–—":
        return 2.5 if (left.isspace() and right.isspace()) or (left.isdigit() and right.isdigit()) else 0.8
    if char in "€£":
        return 2.5 if digit_near else 1.2 if char == "€" else -0.3
    if char in "°½¼¾²³":
        return 2.0 if left.isdigit() or (char in "½¼¾" and gap_left and gap_right) else -0.5
    if char in "¿¡":
        return 2.5 if gap_left and right.isalpha() else -1.0
    if char == "µ":
        return 3.0 if right == "m" and gap_left else -2.0
    if char in "®™":
        return 1.5 if left.isalpha() and gap_right else -0.5
    return {
        "…": 1.5,
        "•": 1.2,
        "\xa0": 1.0,
        "©": 0.8,
        "§": 1.5 if right.isspace() or right.isdigit() else 0.0,
    }.get(char, -1.5)


# ----------------------------------------------------------------------------------------- normalising


def _normalise(path: Path, target: Path, survey: Survey) -> Survey:
    """Write the file as UTF-8 with \\n line ends, without BOM and NUL; return what was counted."""
    replaced = nuls = 0
    plain, last = True, b""
    with path.open("rb") as file, target.open("wb") as out:
        for chunk in _folded(_utf8_chunks(file, survey)):
            found = chunk.count(b"\x00")
            if found:
                nuls += found
                chunk = chunk.replace(b"\x00", b"")
            if not survey.valid_utf8:
                replaced += chunk.count(b"\xef\xbf\xbd")
            plain = plain and b'"' not in chunk and b"\n\n" not in chunk
            plain = plain and not (last == b"\n" and chunk.startswith(b"\n"))
            last = chunk[-1:] or last
            out.write(chunk)
    return survey._replace(plain=plain, replaced=replaced, nuls=nuls)


def _utf8_chunks(file: BinaryIO, survey: Survey) -> Iterator[bytes]:
    if survey.valid_utf8:
        file.seek(len(codecs.BOM_UTF8) if survey.encoding == "utf-8-sig" else 0)
        while chunk := file.read(CHUNK):
            yield chunk
        return
    decoder = codecs.getincrementaldecoder(survey.encoding)("replace")
    while chunk := file.read(CHUNK):
        yield decoder.decode(chunk).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def _folded(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """\\r\\n and lone \\r become \\n, also where a pair falls over two chunks."""
    held = b""
    for chunk in chunks:
        chunk = held + chunk
        held = b"\r" if chunk.endswith(b"\r") else b""
        chunk = chunk[: len(chunk) - len(held)]
        if b"\r" in chunk:
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        yield chunk
    if held:
        yield b"\n"


def _quote_lines(source: Path, target: Path, lines: frozenset[int]) -> None:
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


# --------------------------------------------------------------------------------------------- records


class RawRecord(NamedTuple):
    """One record as bytes, without its last line end.

    kind: "blank" (an empty line), "good", "malformed" (one line, text after a closing quotation mark),
    "unclosed" (one line, its quotation mark is not closed), "too_long" (raw holds the start only).
    """

    line: int
    raw: bytes
    kind: str
    end: Place


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


def _stays_open(line: bytes, is_open: bool, delimiter: str) -> bool:
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


def _lines(file: BinaryIO, limit: int | None) -> Iterator[_Line]:
    """Each physical line with its size; of one over the limit only the first limit bytes are kept."""
    while line := file.readline(-1 if limit is None else limit + 1):
        size = len(line)
        if limit is not None and size > limit and not line.endswith(b"\n"):
            rest = line
            while not rest.endswith(b"\n") and (rest := file.readline(CHUNK)):
                size += len(rest)
        yield line, size


def _records(file: BinaryIO, delimiter: str, at: Place, tolerant: bool = True) -> Iterator[RawRecord]:
    """The records from a place on: of 200 lines and 1 MB at most, or not tolerant: as DuckDB reads."""
    file.seek(at.offset)
    source = _lines(file, MAX_RECORD_BYTES if tolerant else None)
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
    size, is_open = len(first), _stays_open(first, False, delimiter)
    while is_open and (not tolerant or (len(more) + 1 < MAX_RECORD_LINES and size <= MAX_RECORD_BYTES)):
        following = waiting.popleft() if waiting else next(source, None)
        if following is None:
            break
        more.append(following)
        size += following[1]
        is_open = _stays_open(following[0], True, delimiter)
    if not tolerant:
        return more, "good"
    whole = b"".join((first, *(line for line, _ in more))).removesuffix(b"\n")
    if not is_open and size <= MAX_RECORD_BYTES and strict.match(whole):
        return more, "good"
    waiting.extendleft(reversed(more))
    return [], "unclosed" if is_open or more else "malformed"


def _head(path: Path, delimiter: str, start: Place) -> list[RawRecord]:
    """The first records, blank lines left out; ends before a record that is too long to be one."""
    head: list[RawRecord] = []
    with path.open("rb") as file:
        for record in _records(file, delimiter, start):
            if record.kind == "too_long" or (head and record.end.offset > HEAD_BYTES):
                break
            if record.raw.strip():
                head.append(record)
            if len(head) == HEAD_RECORDS:
                break
    return head


# -------------------------------------------------------------------------------- delimiter and header

_SEP_LINE = re.compile(rb'("?)sep=([,;|\t]?)[^\n",;|\t]{0,3}\1[,;|\t]*\n', re.IGNORECASE)
_DATA_CELL = re.compile(r"[\s\d.,:/+\-–€$£%()TZ]*\d[\s\d.,:/+\-–€$£%()TZ]*|\S+@\S+\.\S+|https?://\S+|\d.{0,25}[AP]M")


def _after_sep_line(path: Path) -> tuple[Place, str | None]:
    """Where the table starts, and the delimiter that Excel's first line "sep=;" declares."""
    with path.open("rb") as file:
        found = _SEP_LINE.match(file.read(64))
    if not found:
        return Place(0, 0, 0), None
    return Place(1, 1, found.end()), found[2].decode() or None


def _layout(name: str, path: Path, start: Place, declared: str | None) -> tuple[str, int]:
    """(delimiter, index of the header record) from the first records."""
    best: tuple[tuple[float, int], str, int] | None = None
    single: list[str] = []
    for delimiter in (declared,) if declared else DELIMITERS:
        rows = [split_cells(record.raw, delimiter) for record in _head(path, delimiter, start)]
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
    if width >= 4 and _filled(rows[first]) <= 2:  # a preamble that a spreadsheet padded to the full width
        for index in block[:12]:
            if _filled(rows[index]) >= max(3, width / 2) and looks_like_header(rows[index]):
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


def _filled(row: tuple[str, ...]) -> int:
    return sum(1 for cell in row if cell.strip())


def looks_like_header(row: tuple[str, ...]) -> bool:
    """Whether most filled cells are words rather than numbers, dates, addresses."""
    filled = [cell.strip() for cell in row if cell.strip()]
    return bool(filled) and sum(1 for cell in filled if _DATA_CELL.fullmatch(cell[:200])) < 0.35 * len(filled)


# --------------------------------------------------------------------------------------- the slow path


class _Kept:
    """The ragged records, bounded in number and size; total counts all."""

    def __init__(self) -> None:
        self.records: list[Ragged] = []
        self.total = self.size = 0

    def add(self, line: int, cells: tuple[str, ...], reason: str) -> None:
        self.total += 1
        self.size += sum(map(len, cells))
        if len(self.records) < MAX_RAGGED and self.size < MAX_RAGGED_BYTES:
            self.records.append(Ragged(line, cells, reason))


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
            file=table.original.name,
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


def _write_strict(table: TextTable, file: BinaryIO, write: _WriteRow) -> tuple[tuple[Ragged, ...], _Kept]:
    width, kept = table.columns, _Kept()
    pending: deque[tuple[int, tuple[str, ...]]] = deque()  # what is a footer if nothing follows
    for record in _records(file, table.delimiter, table.data_start):
        cells, reason = _fit(record, table, width)
        if reason == "blank":
            continue
        if reason:
            kept.add(record.line, cells, reason)
            continue
        if width >= 3 and len(cells) < width and _filled(cells) == 1:
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
        kind = "unclosed" if _stays_open(raw, False, table.delimiter) else "good"
    if not raw.strip() and table.delimiter.encode() not in raw:
        return (), "blank"
    cells = split_cells(raw, table.delimiter)
    if kind == "unclosed":
        return cells, "unclosed_quote"
    if not any(cell.strip() for cell in cells[width:]):
        return cells[:width], ""
    return cells, "too_many_cells"


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
        for record in _records(file, table.delimiter, table.data_start, tolerant=False):
            if number > last:
                break
            if record.kind == "blank" and not blank_is_record:
                continue
            if number in wanted:
                result[number] = take(record)
            number += 1
    return result
