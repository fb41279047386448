"""From the bytes of a file to its encoding, and to a copy in UTF-8.

In: the path of a file of any size, in UTF-8, UTF-16, UTF-32 or a Western code page. Out: a Survey: the encoding, and
whether the file can be used as it is (UTF-8 with \\n line ends and without NUL or BOM); for one that cannot,
`normalise` writes a file that can and counts what was lost. Bytes and text that are no table at all (a picture, an
archive, a web page) raise FileProblem. Nothing here knows what a record or a cell is.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

from cxdata.errors import FileProblem
from cxdata.i18n import N_

CHUNK = 500_000

# -------------------------------------------------------------------------------------------- encoding


class Survey(NamedTuple):
    """What one pass over the bytes tells; clean means: UTF-8, \\n line ends, no NUL, no BOM."""

    encoding: str
    clean: bool
    plain: bool
    valid_utf8: bool = False
    ascii: bool = False
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


def survey(path: Path) -> Survey:
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
    return Survey(named or "utf-8", clean=clean, plain=plain, valid_utf8=True, ascii=not multibyte)


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


def normalise(path: Path, target: Path, survey: Survey) -> Survey:
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


def refuse_binary(name: str, start: bytes) -> None:
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        if re.search(rb"xl/|\[Content_Types\]|_rels/|docProps/", start):
            raise FileProblem("{file} is an Excel workbook (.xlsx). Open it and save it as CSV (UTF-8).", file=name)
        raise FileProblem("{file} is a ZIP archive. Unpack it first and choose the CSV file inside.", file=name)
    for magic, sentence in _MAGIC:
        if start.startswith(magic):
            raise FileProblem(sentence, file=name)


def refuse_text(name: str, start: str) -> None:
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
