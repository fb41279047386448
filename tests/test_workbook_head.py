"""The start of a workbook is read as the workbook is: whatever is in it, the first rows come out the same."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from cxdata import containers, workbook, workbook_head
from tests.test_containers import book

CELLS = st.none() | st.sampled_from(["a", "b & c", "<row r='9'>", "2\nlines"]) | st.integers(0, 9) | st.just(datetime(2026, 3, 4, 5, 6))  # fmt: skip
HEADER = ["id", "created", "status"]  # columns beside those of the first rows are not in a start
SHEETS = st.lists(st.lists(CELLS, max_size=3), max_size=12).map(lambda rows: [HEADER, *rows])
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"


@pytest.fixture(autouse=True)
def all_are_large(monkeypatch):
    monkeypatch.setattr(workbook_head, "LARGE", 0)
    monkeypatch.setattr(workbook_head, "CHUNK", 500)


def read(content: bytes, folder: Path, most: int) -> tuple[list, list[list[str]]]:
    """([(name, filled rows, whether there are more)], the lines of each sheet)."""
    folder.mkdir()
    (folder / "book").write_bytes(content)
    sheets = workbook.write_sheets(folder / "book", folder, most)["sheets"]
    lines = [Path(sheet["file"]).read_text().splitlines() for sheet in sheets]
    return [(sheet["name"], sheet["rows"], sheet["cut"]) for sheet in sheets], lines


def started(content: bytes, folder: Path, most: int) -> bytes | None:
    (folder / "whole.xlsx").write_bytes(content)
    found = workbook_head.head(folder / "whole.xlsx", folder / "start.xlsx", most)
    return found.read_bytes() if found else None


def changed(content: bytes, *changes: tuple[str, bytes, bytes]) -> bytes:
    """The workbook with (member, pattern, replacement) carried out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            for member, pattern, other in changes:
                text = re.sub(pattern, other, text) if member == name else text
            new.writestr(name, text)
    return out.getvalue()


def in_line(rows: list[list]) -> bytes:
    """A workbook with its texts in the cells, row by row, as programs write that keep nothing in memory."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as made:
        sheet = made.add_worksheet("One")
        form = made.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write_datetime(at, column, cell, form)
                elif cell is not None:
                    sheet.write(at, column, cell)
    return out.getvalue()


@settings(max_examples=60, deadline=None)
@given(first=SHEETS, second=SHEETS, most=st.integers(1, 8), shared=st.booleans())
def test_the_start_says_what_the_whole_says(tmp_path_factory, first, second, most, shared):
    folder, content = tmp_path_factory.mktemp("books"), book(One=first, Two=second) if shared else in_line(first)
    start = started(content, folder, most)
    assert start is not None
    assert read(start, folder / "a", most) == read(content, folder / "b", most)


ROWS = [["id", "status"], *([number, f"status {number}"] for number in range(20))]
PREFIXED = [
    (SHEET, rb"<(/?)(worksheet|sheetData|row|c|v)\b", rb"<\1x:\2"), (SHEET, rb' xmlns="', rb' xmlns:x="'),
    (STRINGS, rb"<(/?)(sst|si|t)\b", rb"<\1x:\2"), (STRINGS, rb' xmlns="', rb' xmlns:x="'),
]  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        PREFIXED,
        [(SHEET, rb' r="[A-Z]*\d+"', b"")],  # rows and cells without numbers
        [(SHEET, rb'="([^"]*)"', rb"='\1'")],
        [(SHEET, rb'<row r="(\d+)"', rb'<row spans="1:2" r="\1"')],
        [(SHEET, rb"</sheetData>", b'<row r="50" s="1"/><row r="60"><c r="A60" s="0"/></row></sheetData>')],
    ],
    ids=["prefixes", "no numbers", "other quotation marks", "other order", "formats below"],
)
def test_other_ways_to_write_a_sheet(tmp_path, changes):
    content = changed(book(One=ROWS), *changes)
    for most in (1, 5, 21, 22, 40):
        (folder := tmp_path / str(most)).mkdir()
        start = started(content, folder, most)
        assert read(start, folder / "a", most) == read(content, folder / "b", most)


def test_rows_below_that_are_only_formatted_are_not_more(tmp_path):
    below = b'<row r="50" s="1"/><row r="60"><c r="A60" s="0"/></row></sheetData>'
    start = started(changed(book(One=ROWS), (SHEET, rb"</sheetData>", below)), tmp_path, 21)
    assert read(start, tmp_path / "a", 21)[0] == [("One", 21, False)]


def test_a_start_holds_little_more_than_its_rows(tmp_path):
    rows = [["id", "status"], *([number, f"status {number}"] for number in range(2000))]
    with zipfile.ZipFile(io.BytesIO(started(book(One=rows), tmp_path, 10))) as made:
        assert made.read(SHEET).count(b"<row") == 11
        assert made.read(STRINGS).count(b"<si>") == 12


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", book(One=ROWS)[:3000]], ids=["nothing", "a mark", "half"])
def test_what_cannot_be_cut_is_read_whole(tmp_path, content):
    assert started(content, tmp_path, 5) is None


def test_small_sheets_and_too_large_starts_are_read_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook_head, "MOST_BYTES", 600)
    assert started(book(One=ROWS), tmp_path, 15) is None
    monkeypatch.setattr(workbook_head, "LARGE", 10**6)
    assert started(book(One=ROWS), tmp_path, 5) is None


@pytest.mark.parametrize("fault", [b"", b"<worksheet><sheetData><row></x>"], ids=["empty", "not well-formed"])
def test_a_start_that_cannot_be_read_does_not_stand_for_the_workbook(tmp_path, monkeypatch, fault):
    (tmp_path / "export.xlsx").write_bytes(book(One=ROWS))
    monkeypatch.setattr(workbook_head, "first_rows", lambda *_: fault)
    (part,) = containers.parts(tmp_path / "export.xlsx", tmp_path / "work", head=True)
    assert (part.sheet, part.rows, part.cut) == ("One", 21, 0)
