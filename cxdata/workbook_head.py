"""The start of a large Excel workbook as a workbook of its own: its first rows are read without the others.

In: the path of a workbook, and how many rows of a sheet are wanted. Out: a workbook in which large sheets end after
these rows and the first one beyond them that has a value, which tells that there are more; or None, where nothing can
be cut. Cells, formats and texts are copied as they stand, so that who reads the workbook reads its start the same, but
for columns beside the table in which the first rows have nothing.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

CHUNK = 2**20
LARGE = 8 * 2**20  # bytes of XML in a sheet; smaller ones are copied whole
MOST_BYTES = 256 * 2**20  # that the start of a sheet may take

_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_STRINGS = re.compile(r"xl/sharedstrings\.xml", re.IGNORECASE)
_ABOUT = re.compile(r"(?!xl/sharedstrings|xl/calcchain)(?:xl/)?(?:_rels/)?[^/]*\.(?:xml|rels)", re.IGNORECASE)
_ROW = re.compile(rb"<(?P<prefix>(?:\w+:)?)row(?P<about>(?:\s[^>]*)?)>")
_NUMBER = re.compile(rb"""\sr\s*=\s*["'](\d+)["']""")
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|is)[\s>]")
_TEXT = re.compile(rb"""\st\s*=\s*["']s["'][^>]*>\s*<(?:\w+:)?v[^>]*>\s*(\d+)""")  # the number of a shared string
_STRING = re.compile(rb"<(?P<prefix>(?:\w+:)?)si[\s>/]")


def head(path: Path, target: Path, rows: int) -> Path | None:
    """Write the start of a workbook to `target`; None where it is not large, or not what we know how to cut."""
    try:
        with zipfile.ZipFile(path) as archive, zipfile.ZipFile(target, "w") as out:
            members = {info.filename: info for info in archive.infolist()}
            if not any(map(_is_large, members.values())) or len(members) < len(archive.infolist()):
                return None
            texts = 0
            for name in filter(_ABOUT.fullmatch, members):  # first, as it is known by them
                out.writestr(name, archive.read(name))
            for name in filter(_SHEET.fullmatch, members):
                with archive.open(name) as file:
                    sheet = first_rows(file, rows) if _is_large(members[name]) else file.read()
                texts = max(texts, max(map(int, _TEXT.findall(sheet)), default=-1) + 1)
                out.writestr(name, sheet)
            for name in filter(_STRINGS.fullmatch, members):
                with archive.open(name) as file:
                    out.writestr(name, first_strings(file, texts))
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError):
        return None  # who reads all of it says what is wrong with it
    return target


def _is_large(info: zipfile.ZipInfo) -> bool:
    return bool(_SHEET.fullmatch(info.filename)) and info.file_size > LARGE


def first_rows(file: IO[bytes], rows: int) -> bytes:
    """The XML of a sheet to the end of its first row beyond `rows` that has a value; without one, all of it."""
    text, at, number, cut = bytearray(), 0, 0, 0
    prefix = b""
    for _ in _read(file, text):
        while not cut and (tag := _ROW.search(text, at)):
            told = _NUMBER.search(tag["about"])
            number = int(told[1]) if told else number + 1
            prefix, at = tag["prefix"], tag.end()
            cut = tag.start() if number > rows else 0
        value = _VALUE.search(text, at) if cut else None
        if not value:
            at = max(at, len(text) - 1000)  # a tag may go on in the next piece
            continue
        end = text.find(b"</%srow>" % prefix, value.start())
        if end >= 0:
            beyond = text[text.rfind(b"<%srow" % prefix, 0, value.start()) : end]
            return bytes(text[:cut]) + beyond + b"</%srow></%ssheetData></%sworksheet>" % (prefix, prefix, prefix)
    return bytes(text)


def first_strings(file: IO[bytes], count: int) -> bytes:
    """The XML of the shared strings up to that many."""
    text, at, found = bytearray(), 0, 0
    for _ in _read(file, text):
        while tag := _STRING.search(text, at):
            if found == count:
                return bytes(text[: tag.start()]) + b"</%ssst>" % tag["prefix"]
            found, at = found + 1, tag.end()
    return bytes(text)


def _read(file: IO[bytes], text: bytearray) -> Iterator[None]:
    """Add a file to `text`, piece by piece. Raises ValueError where it becomes too much."""
    while chunk := file.read(CHUNK):
        text += chunk
        if len(text) > MOST_BYTES:
            raise ValueError("too large")
        yield
