"""The reader: whatever comes in, DuckDB's strict read_csv gets exactly the cells that are in the file."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cxdata import encoding
from cxdata.errors import CxError
from cxdata.reading import Ragged, TextTable, line_numbers, raw_records, read, strict_copy

OPTIONS = (
    "delim = $delimiter, quote = '\"', escape = '\"', header = false, skip = $skip, new_line = '\\n', "
    "auto_detect = false, strict_mode = true"
)
CONNECTION = duckdb.connect()


def duck(table: TextTable) -> list[tuple[str, ...]]:
    """The data rows as DuckDB reads them with the options of the module's docstring; NULL as ''."""
    width = table.columns + (table.line_column is not None)
    columns = ", ".join(f"'c{index}': 'varchar'" for index in range(width))
    rows = CONNECTION.execute(
        f"select * from read_csv($path, {OPTIONS}, columns = {{{columns}}})",
        {"path": str(table.path), "delimiter": table.delimiter, "skip": table.skip_lines},
    ).fetchall()
    return [tuple(cell or "" for cell in row) for row in rows]


@pytest.fixture
def table(tmp_path):
    """Write bytes (or text, as UTF-8) to export.csv and read it."""

    def make(content: bytes | str, **options) -> TextTable:
        path = tmp_path / "export.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read(path, tmp_path / "work", **options)

    return make


# --- encoding

TEXTS = [
    "café",
    "Zoë",
    "één",
    "Müller",
    "naïef",
    "déjà reçu, merci",
    "Größe",
    "l’agent était là",
    "don’t",
    "Prix : 25 €",
    "– € ’",
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "cp1252", "mac_roman"]
)
def test_text_comes_back_in_every_encoding(table, encoding, text):
    found = table(f"id;comment;store\n1;{text};Noord\n2;ok;Zuid\n".encode(encoding))
    assert (found.encoding, duck(found)) == (encoding, [("1", text, "Noord"), ("2", "ok", "Zuid")])


def test_utf16_big_endian_with_a_mark(table):
    found = table("\ufeffa;b\n1;é\n".encode("utf-16-be"))
    assert (found.encoding, duck(found)) == ("utf-16", [("1", "é")])


def test_first_special_byte_far_into_the_file(table):
    found = table(b"a,b\n" + b"1,x\n" * 250_000 + b"2,5 \x96 6\n")
    assert (found.encoding, duck(found)[-1]) == ("cp1252", ("2", "5 – 6"))


def test_old_dos_code_page(table):
    assert table("naam;opm\n1;één bon, café, Müller\n".encode("cp850")).encoding == "cp850"


def test_damaged_utf8_stays_utf8_and_counts_what_was_lost(table):
    found = table("a,b\n1,één café\n".encode() + b"2,x\xff\n")
    assert (found.encoding, found.replaced, duck(found)[1]) == ("utf-8", 1, ("2", "x\ufffd"))


def test_utf8_cut_in_the_middle_of_a_character(table):
    found = table("a,b\n1,één\n2,é".encode()[:-1])
    assert (found.encoding, found.replaced) == ("utf-8", 1)


def test_character_over_two_chunks(table, monkeypatch):
    monkeypatch.setattr(encoding, "CHUNK", 3)
    found = table("a,b\r\né,€\r\nü,😀\r\n")
    assert (found.encoding, duck(found)) == ("utf-8", [("é", "€"), ("ü", "😀")])


def test_clean_file_is_used_as_it_is(table):
    found = table("a,b\n1,é\n")
    assert (found.path, found.is_copy, found.plain) == (found.original, False, True)


def test_nul_and_mixed_line_ends(table):
    found = table(b'a,b\r\n1,x\x00y\r2,"p\r\nq"\n3,z\r\n')
    assert (found.nuls_removed, duck(found)) == (1, [("1", "xy"), ("2", "p\nq"), ("3", "z")])
    assert line_numbers(found, range(3)) == {0: 2, 1: 3, 2: 5}


# --- delimiter and header


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter(table, delimiter):
    found = table(f'id{delimiter}text\n1{delimiter}"a, b; c"\n2{delimiter}d\n')
    assert (found.delimiter, duck(found)) == (delimiter, [("1", "a, b; c"), ("2", "d")])


def test_decimal_commas_do_not_win_from_semicolons(table):
    found = table("a;b;c\n1,5;2,5;3,5\n4,5;5,5;6,5\n7,5;8,5\n")
    assert (found.delimiter, found.header) == (";", ("a", "b", "c"))


def test_one_column_with_commas_in_the_text(table):
    found = table("Comment\ngood, but slow\nfine\nyes, well, no\n")
    assert (found.columns, duck(found)) == (1, [("good, but slow",), ("fine",), ("yes, well, no",)])


def test_one_column_in_which_every_text_has_one_comma(table):
    found = table("Comment\ngood, but slow\nfine, thanks\nno, never\n")
    assert (found.header, len(duck(found))) == (("Comment",), 3)


def test_sep_line_of_excel(table):
    found = table("sep=;\na;b\n1,0;2,0\n")
    assert (found.delimiter, found.header, duck(found)) == (";", ("a", "b"), [("1,0", "2,0")])
    assert line_numbers(found, [0]) == {0: 3}


def test_preamble_of_chatwoot(table):
    found = table(
        "Reporting period 2026-09-01 to 2026-09-08\n\nAgent name,Solved,Avg time\nAna,12,5 Minutes\n\nBo,3,2 Hours\n"
    )
    assert found.header == ("Agent name", "Solved", "Avg time")
    assert duck(found) == [("Ana", "12", "5 Minutes"), ("Bo", "3", "2 Hours")]
    assert line_numbers(found, [0, 1]) == {0: 4, 1: 6}


@pytest.mark.parametrize("preamble", ["Survey\nExported\n2026-01-02\n", "Survey,,,\nExported,2026-01-02,,\n,,,\n"])
def test_preamble_of_three_rows(table, preamble):
    found = table(preamble + "Response ID,Status,Score,Comment\n1,Completed,9,top\n2,Completed,3,no\n")
    assert found.header == ("Response ID", "Status", "Score", "Comment")
    assert len(duck(found)) == 2


@pytest.mark.parametrize("bad", ['"never closed, really', '"Report" of June'])
def test_preamble_with_a_broken_quotation_mark(table, bad):
    """DuckDB's skip would swallow the whole file here."""
    found = table(f"{bad}\nid,name,note\n1,a,b\n2,c,d\n")
    assert (found.header, duck(found)) == (("id", "name", "note"), [("1", "a", "b"), ("2", "c", "d")])
    assert line_numbers(found, [1]) == {1: 4}


def test_two_header_rows_without_reading_again(table):
    first = table('ID,"What\nelse?",\n,Response,Other\n\n1,x,y\n')
    again = first.with_header(0, 2)
    assert (again.path, again.header) == (first.path, ("ID", "What else?", "Column 3"))
    assert (duck(again), line_numbers(again, [0])) == ([("1", "x", "y")], {0: 5})


def test_header_out_of_reach(table):
    with pytest.raises(CxError, match=r"export\.csv: the header cannot be row 6"):
        table("a,b\n1,2\n").with_header(5)


def test_header_names_are_unique_and_trimmed(table):
    found = table("Comment, Comment ,,Comment (2),A\u00a0B,Comment\n1,2,3,4,5,6\n")
    assert found.header == ("Comment", "Comment (3)", "Column 3", "Comment (2)", "A B", "Comment (4)")


@pytest.mark.parametrize("content", ["a,b,c\n", "a,b,c", "a,b,c\n\n\n"])
def test_header_only(table, content):
    found = table(content)
    assert (found.header, duck(found)) == (("a", "b", "c"), [])


def test_header_with_a_trailing_delimiter_in_the_rows(table):
    found = table("a,b\n1,2,\n3,4,\n")
    assert (found.header, duck(found)) == (("a", "b"), [("1", "2"), ("3", "4")])


def test_ten_thousand_columns(table):
    line = ",".join(f"v{index}" for index in range(10_000))
    found = table(f"{line}\n{line}\n{line}\n")
    assert (found.columns, len(duck(found))) == (10_000, 2)


# --- back to the original


def test_lines_and_cells_of_records(table):
    found = table('a,b\n\n1,"x\n\ny"\n\n\n2,z\n3,w\n')
    assert duck(found) == [("1", "x\n\ny"), ("2", "z"), ("3", "w")]
    assert line_numbers(found, [0, 1, 2]) == {0: 3, 1: 8, 2: 9}
    assert raw_records(found, [1, 0]) == {0: ("1", "x\n\ny"), 1: ("2", "z")}


def test_blank_lines_are_rows_in_a_table_of_one_column(table):
    found = table("a\n\nx\n")
    assert (duck(found), line_numbers(found, [0, 1])) == ([("",), ("x",)], {0: 2, 1: 3})


# --- the slow path


def strict(table: TextTable) -> tuple[list[tuple[str, ...]], tuple[Ragged, ...], tuple[Ragged, ...]]:
    """(rows with their line, ragged, footer)"""
    copy, ragged = strict_copy(table, table.original.parent)
    return duck(copy), ragged, copy.footer


def test_ragged_records(table):
    found = table("a,b,c\n1,2,3\n4,5\n   \n6,7,8,,\n9,9,9,9\n\n1,1,1\n")
    with pytest.raises(duckdb.Error):
        duck(found)
    assert strict(found) == (
        [("1", "2", "3", "2"), ("4", "5", "", "3"), ("6", "7", "8", "5"), ("1", "1", "1", "8")],
        (Ragged(6, ("9", "9", "9", "9"), "too_many_cells"),),
        (),
    )


def test_unclosed_quote_does_not_swallow_the_file(table):
    found = table('a,b\n1,"x\n' + "".join(f"{n},y\n" for n in range(2, 300)) + '300,"p\nq"\n301,"z\n')
    rows, ragged, _ = strict(found)
    assert ragged == (Ragged(2, ("1", '"x'), "unclosed_quote"), Ragged(303, ("301", '"z'), "unclosed_quote"))
    assert (len(rows), rows[0], rows[-1]) == (299, ("2", "y", "3"), ("300", "p\nq", "301"))


def test_unclosed_quote_before_a_quoted_cell(table):
    rows, ragged, _ = strict(table('a,b\n1,"x\n2,"y"\n3,z\n'))
    assert (rows, [record.line for record in ragged]) == ([("2", "y", "3"), ("3", "z", "4")], [2])


def test_text_after_a_closing_quotation_mark_is_kept(table):
    rows, ragged, _ = strict(table('a,b\n1,"He said "hi" to me"\n2,"x" y\n'))
    assert (rows, ragged) == ([("1", 'He said "hi" to me', "2"), ("2", '"x" y', "3")], ())


def test_footer_of_salesforce(table):
    end = '\n"Grand Totals (2 records)"\n\n"Copyright (c) 2026 salesforce.com, inc."\n'
    found = table(f"Case,Status,Owner\n1,New,Ana\n2\n3,New,Bo\n{end}")
    rows, ragged, footer = strict(found)
    assert (rows[1], len(rows), ragged) == (("2", "", "", "3"), 3, ())
    assert footer == (
        Ragged(6, ("Grand Totals (2 records)",), "footer"),
        Ragged(8, ("Copyright (c) 2026 salesforce.com, inc.",), "footer"),
    )


def test_huge_cells(table):
    """Over csv.field_size_limit works; over 1 MB is set apart."""
    found = table("a,b\n1," + "x" * 300_000 + "\n2," + "y" * 3_000_000 + "\n3,z,\n")
    rows, ragged, _ = strict(found)
    assert [len(row[1]) for row in rows] == [300_000, 1]
    assert [(record.line, record.reason) for record in ragged] == [(3, "too_long")]


def test_quote_of_quotes_at_the_limit(table):
    found = table("a,b\n1,x" + '"' * 990_000 + "\n2,3,4\n")
    rows, _, _ = strict(found)
    assert len(rows[0][1]) == 990_001


def test_strict_copy_knows_lines_and_cells_too(table):
    found = table("a,b\n1,2,3\n4,5\n")
    copy, _ = strict_copy(found, found.original.parent)
    assert (line_numbers(copy, [0]), raw_records(copy, [0])) == ({0: 3}, {0: ("4", "5")})


# --- refusals


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b" \n\r\n\t\n", "only white space"),
        (b"\x89PNG\r\n\x1a\n....", "PNG picture"),
        (b"\xff\xd8\xff\xe0....", "JPEG picture"),
        (b"GIF89a....", "GIF picture"),
        (b"%PDF-1.7\n", "PDF document"),
        (b"PK\x03\x04\x14\x00[Content_Types].xml", "Excel workbook .*save it as CSV"),
        (b"PK\x03\x04\x14\x00tickets.csv", "ZIP archive. Unpack it first"),
        (b"\x1f\x8b\x08\x00", "gzip archive. Unpack it first"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "old Excel workbook"),
        (b"PAR1....", "Parquet"),
        (b"SQLite format 3\x00", "SQLite"),
        (b"<!DOCTYPE html><html>", "HTML"),
        (b"<table><tr><td>1</td></tr></table>", "HTML"),
        (b'{"tickets": [1]}', "JSON"),
        (b'[{"id": 1}]', "JSON"),
        (bytes(range(256)) * 40, "not a text file"),
        (b"x" * 2_000_000, "no table"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(table, content, sentence):
    with pytest.raises(CxError, match=rf"^export\.csv .*{sentence}.*\.$"):
        table(content)


@pytest.mark.parametrize(
    ("path", "sentence"), [("/dev/null", "is a device"), ("/tmp", "is a folder"), ("/nowhere/a.csv", "does not exist")]
)
def test_what_is_no_file_is_refused(path, sentence, tmp_path):
    with pytest.raises(CxError, match=sentence):
        read(Path(path), tmp_path)


def test_no_permission_is_a_sentence_and_leaves_nothing_behind(table, tmp_path, monkeypatch):
    def refuse(*args):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(encoding, "normalise", refuse)
    with pytest.raises(CxError, match=r"export\.csv could not be read: Permission denied"):
        table("a,b\r\n1,2\r\n")
    assert list((tmp_path / "work").iterdir()) == []


# --- anything at all

CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
QUICK = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    width = draw(st.integers(2, 4))
    return draw(st.lists(st.lists(CELL, min_size=width, max_size=width), max_size=6))


@QUICK
@given(
    rows=tables(),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_was_written_is_read(rows, delimiter, encoding, end):
    width = len(rows[0]) if rows else 2
    text = io.StringIO(newline="")
    lone_return = any("\r" in cell for row in rows for cell in row)  # csv.writer does not always quote these
    writer = csv.writer(
        text, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL if lone_return else csv.QUOTE_MINIMAL
    )
    writer.writerows([["alpha", *["beta"] * (width - 1)], *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.csv"
        path.write_bytes(text.getvalue().encode(encoding))
        try:
            found = read(path, Path(folder), header_at=0)
        except CxError as error:
            if "not a text file" not in str(error):  # which mostly control characters are not
                raise
            return
        if found.delimiter != delimiter:  # a few rows can fit another delimiter better
            return
        expected = [tuple(cell.replace("\r\n", "\n").replace("\r", "\n") for cell in row) for row in rows]
        assert duck(found) == expected
        numbers = range(len(rows))
        assert raw_records(found, numbers) == dict(enumerate(expected))
        copy, ragged = strict_copy(found, Path(folder))
        kept = {row[-1]: row[:-1] for row in duck(copy)}
        lines = {str(line): expected[number] for number, line in line_numbers(found, numbers).items()}
        assert ragged == ()
        assert kept == lines


PIECES = st.lists(
    st.sampled_from(
        [
            b'"',
            b'""',
            b",",
            b";",
            b"\n",
            b"\r\n",
            b"\n\n",
            b"a",
            b"1",
            b" ",
            b"\t",
            b"\xe9",
            b"\xc3\xa9",
            b"\x00",
            b"\x93",
            b"sep=;\n",
            b"Name,Date\n",
        ]
    ),
    max_size=40,
).map(b"".join)


@QUICK
@given(content=st.one_of(PIECES, st.binary(max_size=60)))
@example(content=b'"a"x\n1,2\n')
def test_any_bytes_give_a_table_or_a_sentence(content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.csv"
        path.write_bytes(content)
        try:
            found = read(path, Path(folder))
        except CxError:
            return
        copy, _ = strict_copy(found, Path(folder))
        numbers = range(len(duck(copy)))
        assert len(line_numbers(copy, numbers)) == len(raw_records(copy, numbers)) == len(numbers)
        try:
            rows = duck(found)
        except duckdb.Error:
            return
        cells = raw_records(found, range(len(rows) + 1))
        assert len(cells) == len(rows) == len(set(line_numbers(found, range(len(rows))).values()))
