"""Archives and workbooks: each table in them becomes a text with the same cells, and what is none becomes a sentence."""

from __future__ import annotations

import gzip
import io
import zipfile
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxdata import containers, importing, originals, workbook
from cxdata.containers import Part, choose, chosen, parts
from cxdata.errors import CxError, UnknownName
from cxdata.understanding import Choices
from tests.conftest import NOW, current

TICKETS = "ticket_id,created_at,status,team\n1,2026-03-02 10:00,open,A\n2,2026-03-03 10:00,closed,B\n"
FORMATS = {date: "dd-mm-yyyy", datetime: "dd-mm-yyyy hh:mm", time: "hh:mm:ss", timedelta: "[h]:mm:ss"}


def book(hidden: tuple[str, ...] = (), chart: bool = False, **sheets: list[list[object]]) -> bytes:
    """A workbook: book(Sheet1=[["id", "created"], [1, date(2026, 3, 4)]])."""
    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept, {"in_memory": True}) as made:
        for name, rows in sheets.items():
            sheet = made.add_worksheet(name)
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    form = made.add_format({"num_format": FORMATS.get(type(cell), "General")})
                    if type(cell) in FORMATS:
                        sheet.write_datetime(at, column, cell, form)
                    elif cell == "#N/A":
                        sheet.write_formula(at, column, "=NA()", None, cell)
                    elif cell is not None:
                        sheet.write(at, column, cell)
            if name in hidden:
                sheet.hide()
        if chart:
            drawn = made.add_chart({"type": "bar"})
            drawn.add_series({"values": "=Chart!$A$1:$A$2"})
            made.add_chartsheet("Chart").set_chart(drawn)
    return kept.getvalue()


def archive(**members: str | bytes) -> bytes:
    """A ZIP archive: archive(**{"tickets.csv": TICKETS})."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return kept.getvalue()


@pytest.fixture
def opened(tmp_path):
    """The parts of a file with these bytes."""

    def made(content: bytes, name: str = "export") -> tuple[Part, ...]:
        (tmp_path / name).write_bytes(content)
        return parts(tmp_path / name, tmp_path / "work")

    return made


def texts(found: tuple[Part, ...]) -> dict[str, str]:
    return {part.name: part.path.read_text(encoding="utf-8") for part in found}


# --- what is in a file


@pytest.mark.parametrize("name", ["tickets.csv", "tickets.xlsx", "tickets.zip"])
def test_a_text_is_itself_whatever_its_name(opened, tmp_path, name):
    assert opened(TICKETS.encode(), name) == (Part(name, tmp_path / name),)


@pytest.mark.parametrize("name", ["tickets.csv.gz", "tickets.csv"])
def test_gzip(opened, name):
    assert texts(opened(gzip.compress(TICKETS.encode()), name)) == {name: TICKETS}


def test_gzip_in_two_pieces(opened):
    assert texts(opened(gzip.compress(b"a,b\n") + gzip.compress(b"1,2\n"))) == {"export": "a,b\n1,2\n"}


def test_each_table_of_an_archive_and_nothing_else(opened):
    content = archive(
        **{
            "tickets.csv": TICKETS, "survey/März.tsv": "a\tb\n1\t2\n", "survey/": "", "__MACOSX/._tickets.csv": "x",
            ".hidden.csv": "x", "README.txt": "x", "letter.pdf": "x", "more.csv.gz": gzip.compress(b"a,b\n3,4\n"),
            "book.xlsx": book(One=[["a", "b"], [5, 6]]), "../../etc/passwd.csv": "a,b\n7,8\n",
        }
    )  # fmt: skip
    assert texts(opened(content, "export.zip")) == {
        "export.zip: tickets.csv": TICKETS,
        "export.zip: survey/März.tsv": "a\tb\n1\t2\n",
        "export.zip: more.csv.gz": "a,b\n3,4\n",
        "export.zip: book.xlsx: One": "a,b\n5,6\n",
        "export.zip: ../../etc/passwd.csv": "a,b\n7,8\n",
    }


def test_nothing_is_written_outside_the_working_folder(opened, tmp_path):
    opened(archive(**{"../../evil.csv": TICKETS, "/evil.csv": TICKETS, "C:\\evil.csv": TICKETS}))
    assert list(tmp_path.parent.rglob("*evil*")) == []


def test_names_of_members_in_utf8_without_the_mark_for_it(opened):
    content = archive(**{"Beschwérden.csv": TICKETS})
    flagged = content.replace(b"\x00\x08\x08\x00", b"\x00\x00\x08\x00")  # the flags before the method
    assert flagged != content
    assert [part.member for part in opened(flagged)] == ["Beschwérden.csv"]


@pytest.mark.parametrize("name", ["export.xlsx", "export.csv"])
def test_each_visible_sheet_with_cells(opened, name):
    content = book(("Secret",), True, One=[["a"], [1]], Secret=[["x"], [2]], Empty=[], Two=[["b"], [3]])
    assert texts(opened(content, name)) == {f"{name}: One": "a\n1\n", f"{name}: Two": "b\n3\n"}


def test_an_opendocument_workbook(opened):
    rows = "".join(
        f'<table:table-row><table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell></table:table-row>'
        for cell in ("name", "é")
    )
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="One">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    kept = archive(
        mimetype="application/vnd.oasis.opendocument.spreadsheet",
        **{"content.xml": content, "META-INF/manifest.xml": manifest},
    )
    assert texts(opened(kept, "export.ods")) == {"export.ods: One": "name\né\n"}


# --- cells of a sheet


@pytest.mark.parametrize(
    ("cells", "written"),
    [
        ([7, 7.0, -3, 0, 360012345678901, 1234567890123456], ["7", "7", "-3", "0", "360012345678901", "1234567890123456"]),
        ([12345678901234567890.0, 1e-7, 0.1, 2.5, -0.25], ["12345678901234567000", "0.0000001", "0.1", "2.5", "-0.25"]),
        ([1.234, 0.125, 1234.5], ["1.2340", "0.1250", "1234.5"]),  # never one thousand and more
        ([True, False, "#N/A", None, "TRUE"], ["TRUE", "FALSE", "", "", "TRUE"]),
        ([date(2026, 3, 4), date(2026, 3, 5)], ["2026-03-04", "2026-03-05"]),
        ([datetime(2026, 3, 4, 23, 59, 59), date(2026, 3, 5)], ["2026-03-04 23:59:59", "2026-03-05 00:00:00"]),
        ([datetime(2026, 3, 4, 10, 0, 0, 900000), datetime(2026, 12, 31, 23, 59, 59, 600000)], ["2026-03-04 10:00:01", "2027-01-01 00:00:00"]),
        ([time(9, 5), time(0, 0, 30), timedelta(hours=50, seconds=1)], ["09:05:00", "00:00:30", "50:00:01"]),
        ([datetime(1900, 1, 2, 12, 0), time(1, 0)], ["60:00:00", "01:00:00"]),  # 2.5 days in the format hh:mm
        ([datetime(1900, 1, 2, 12, 0), date(2026, 3, 4)], ["1900-01-02 12:00:00", "2026-03-04 00:00:00"]),
        (["é €", " x ", "03-04-2026", "a,b", 'say "x"', "007"], ["é €", " x ", "03-04-2026", "a,b", 'say "x"', "007"]),
        (["1.234,56", 2.5, 1.125], ["1.234,56", "2,5", "1,1250"]),  # one decimal mark in a file
    ],
)  # fmt: skip
def test_cells(cells, written):
    kinds = [[cell] for cell in map(as_read, cells)]
    spelt = workbook.Cells(lambda: iter(kinds))
    assert [spelt.of(row[0], 0) for row in kinds] == written


def as_read(cell: object) -> object:
    """A cell as the library gives it: numbers as float, errors and empty cells as ""."""
    if cell is None or cell == "#N/A":
        return ""
    return float(cell) if type(cell) is int else cell


def test_cells_through_a_real_workbook(opened):
    rows = [
        ["id", "at", "took", "n", "ok", "note"],
        [360012345678901, datetime(2026, 3, 4, 10, 0), timedelta(hours=26), 2.5, True, "line\nbreak"],
        [],
        [2, date(2026, 3, 5), timedelta(minutes=5), 3, False, "#N/A"],
    ]
    assert texts(opened(book(One=rows))) == {
        "export: One": "id,at,took,n,ok,note\n"
        "360012345678901,2026-03-04 10:00:00,26:00:00,2.5,TRUE,line break\n"
        "\n"
        "2,2026-03-05 00:00:00,00:05:00,3,FALSE,\n"
    }


def test_lines_are_rows_of_the_sheet(store, tmp_path):
    rows = [
        [],
        ["Report"],
        [],
        ["ticket_id", "created_at", "status"],
        ["1", "2026-03-02 10:00", "a\nb"],
        ["2", "never", ""],
        ["2 tickets"],
    ]
    (tmp_path / "export.xlsx").write_bytes(book(One=rows))
    outcome = importing.import_file(store, tmp_path / "export.xlsx", now=NOW)
    assert (outcome.file, outcome.new, outcome.rejected) == ("export.xlsx: One", 1, 1)
    assert outcome.left_out == {importing.FOOTER: 1}
    assert [row["line"] for row in store.rejects(outcome.import_id)[1]] == [6]


# --- which of them


TWO = [["a"], [1]]


def test_the_only_sheet_with_rows_is_chosen(opened):
    assert choose(opened(book(Cover=[["Report of March"]], Data=TWO))).sheet == "Data"


def test_of_several_sheets_one_has_to_be_named(opened):
    found = opened(book(March=TWO, April=TWO), "export.xlsx")
    with pytest.raises(CxError) as caught:
        choose(found)
    assert str(caught.value) == (
        'There are 2 tables in this file: "March", "April". Choose one of them (--sheet NAME).'
    )
    assert [part.sheet for part in chosen(found, "april")] == ["April"]
    with pytest.raises(UnknownName, match=r'There is no sheet "Aprl". Did you mean "April"?'):
        choose(found, "Aprl")


def test_all_members_of_an_archive(opened):
    found = opened(archive(**{"a.csv": TICKETS, "b/c.csv": TICKETS, "empty.csv": "", "head.csv": "a,b\n"}))
    assert [part.member for part in chosen(found)] == ["a.csv", "b/c.csv", "empty.csv", "head.csv"]
    nothing = "export: empty.csv has one row at most. A table needs a header and a row under it"
    assert [str(part.problem or "").partition(":")[0] for part in chosen(found)] == ["", "", "export", "export"]
    assert str(chosen(found)[2].problem).startswith(nothing)
    assert choose(found, "C.CSV").member == "b/c.csv"
    with pytest.raises(CxError, match=r'There are 2 tables in this file: "a.csv", "b/c.csv"'):
        choose(found)


def test_a_bad_member_leaves_the_others(opened):
    found = opened(archive(**{"a.csv": TICKETS, "bad.csv.gz": b"\x1f\x8bxx", "b.xlsx": book(One=TWO, Two=TWO)}))
    assert [(part.member, str(part.problem or "")) for part in chosen(found)] == [
        ("a.csv", ""),
        (
            "bad.csv.gz",
            "export: bad.csv.gz is an archive that is damaged or not complete. Download it or export it again.",
        ),
        ("b.xlsx", 'There are 2 tables in this file: "One", "Two". Choose one of them (--sheet NAME).'),
    ]
    assert choose(found, "Two").name == "export: b.xlsx: Two"


# --- what cannot be read


def encrypted() -> bytes:
    """An archive whose member says that it is encrypted."""
    content = bytearray(archive(**{"tickets.csv": TICKETS}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def compressed_in_an_unknown_way() -> bytes:
    content = bytearray(archive(**{"tickets.csv": TICKETS}))
    content[8] = content[content.index(b"PK\x01\x02") + 10] = 9
    return bytes(content)


DAMAGED_BOOK = "is a workbook that is damaged or not complete. Open it in the program that wrote it and save it again, or export it again."
DAMAGED = "is an archive that is damaged or not complete. Download it or export it again."
PASSWORD = "is protected with a password. Save or unpack it without one, and import that."
BAD = {
    "half an archive": (lambda: archive(**{"a.csv": TICKETS * 9})[:-40], f"f {DAMAGED}"),
    "an archive with a flipped byte": (lambda: flipped(archive(**{"a.csv": TICKETS})), f"f: a.csv {DAMAGED}"),
    "half a gzip": (lambda: gzip.compress(TICKETS.encode() * 9)[:-12], f"f {DAMAGED}"),
    "a gzip with a flipped byte": (lambda: flipped(gzip.compress(TICKETS.encode())), f"f {DAMAGED}"),
    "an archive with a password": (encrypted, f"f: tickets.csv {PASSWORD}"),
    "an unknown compression": (
        compressed_in_an_unknown_way,
        "f: tickets.csv is compressed in a way that cannot be read here. Unpack the archive and import the files in it.",
    ),
    "an archive in an archive in an archive": (
        lambda: archive(**{"b.gz": archive(**{"a.csv": TICKETS})}),
        "f: b.gz is an archive in an archive. Unpack it and import the files in it.",
    ),
    "an archive without a table": (
        lambda: archive(**{"photo.jpg": "x", "notes.docx": "x"}),
        "f holds no table, but photo.jpg, notes.docx. Choose a file with a CSV or an Excel file in it.",
    ),
    "an archive of nothing": (lambda: archive(), "f holds no table, but –. Choose a file with a CSV or an Excel file in it."),
    "a workbook with a password": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(900) + "EncryptedPackage".encode("utf-16-le") + bytes(600),
        f"f {PASSWORD}",
    ),
    "an old workbook that is none": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(900), f"f {DAMAGED_BOOK}"),
    "half a workbook": (lambda: book(One=TWO)[:2000], f"f {DAMAGED_BOOK}"),
    "a workbook without its sheets": (lambda: archive(**{"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x"}), f"f {DAMAGED_BOOK}"),
    "only a chart": (
        lambda: book(chart=True, Empty=[]),
        'f has no sheet with a table: what there is ("Empty", "Chart") is empty, hidden or a chart. Show the sheet with the data and save the file again.',
    ),
    "only a hidden sheet": (
        lambda: book(("Data",), Cover=[], Data=TWO),
        'f has no sheet with a table: what there is ("Cover", "Data") is empty, hidden or a chart. Show the sheet with the data and save the file again.',
    ),
    "a sheet of one row": (
        lambda: book(Data=[["ticket_id", "created_at"]]),
        "f: Data has one row at most. A table needs a header and a row under it: check that you exported the data itself.",
    ),
    "a cell in the last corner": (
        lambda: far_cell(),
        "f could not be opened: the workbook is damaged, or a sheet is too large. Save the sheet with the data as CSV and import that.",
    ),
}  # fmt: skip


def flipped(content: bytes) -> bytes:
    at = len(content) // 3
    return content[:at] + bytes([content[at] ^ 255]) + content[at + 1 :]


def far_cell() -> bytes:
    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept, {"in_memory": True}) as made:
        sheet = made.add_worksheet()
        sheet.write(0, 0, "a")
        sheet.write(1048575, 16383, "z")
    return kept.getvalue()


@pytest.mark.parametrize("what", BAD)
def test_what_cannot_be_read_is_a_sentence(store, opened, tmp_path, what):
    make, sentence = BAD[what]
    (tmp_path / "f").write_bytes(make())
    with pytest.raises(CxError) as caught:
        importing.import_file(store, tmp_path / "f", now=NOW)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    "make", [lambda: archive(**{"a.csv": bytes(10**6)}), lambda: gzip.compress(bytes(10**6)), lambda: book(One=TWO)]
)
def test_what_unpacks_to_far_too_much_is_refused_before_it_is_there(opened, tmp_path, monkeypatch, make):
    monkeypatch.setattr(containers, "FREE_BYTES", 10**4)
    monkeypatch.setattr(containers, "MAX_RATIO", 2)
    monkeypatch.setattr(containers, "CHUNK", 1000)
    with pytest.raises(CxError, match="unpacks to more than 0 MB, much more than an export of its size would"):
        opened(make())
    assert sum(path.stat().st_size for path in (tmp_path / "work").rglob("*.csv")) < 10**5


@pytest.mark.parametrize(
    ("name", "value"), [("WORKBOOK_SECONDS", 0.001), ("WORKBOOK_MEMORY", 10**6), ("FREE_BYTES", 10)]
)
def test_a_workbook_that_takes_too_much(opened, monkeypatch, name, value):
    """Of time, of memory, of the disk (a sheet may say of a row that it is there a million times)."""
    monkeypatch.setattr(containers, name, value)
    monkeypatch.setattr(containers._Opened, "_take", lambda *_: None)
    monkeypatch.setattr(containers, "MAX_RATIO", 0)
    with pytest.raises(CxError, match="could not be opened: the workbook is damaged, or a sheet is too large"):
        opened(book(One=TWO * 20))


def test_too_many_members(opened, monkeypatch):
    monkeypatch.setattr(containers, "MAX_MEMBERS", 1)
    with pytest.raises(CxError, match=r"holds 2 files. Unpack it and import the folder from the command line"):
        opened(archive(**{"a.csv": TICKETS, "b.csv": TICKETS}))


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "f").write_bytes(gzip.compress(TICKETS.encode()))
    (tmp_path / "no").write_bytes(b"")
    with pytest.raises(
        CxError, match=r"f could not be unpacked: .*Check that you may open it and that the disk is not full"
    ):
        parts(tmp_path / "f", tmp_path / "no" / "folder")


SAMPLES = [
    archive(**{"a.csv": TICKETS, "b.csv": "a,b\n1,2\n"}),
    gzip.compress(TICKETS.encode()),
    book(One=TWO, Two=TWO),
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(SAMPLES),
    st.lists(st.tuples(st.integers(0, 10**5), st.binary(max_size=4)), max_size=4),
    st.integers(0, 60),
)
def test_any_bytes_are_parts_or_a_sentence(tmp_path_factory, content, changes, cut):
    for at, put in changes:
        at %= len(content)
        content = content[:at] + put + content[at + len(put) :]
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "f").write_bytes(content[: len(content) - cut])
    with suppress(CxError):
        found = chosen(parts(folder / "f", folder))
        assert all(part.problem or part.path.is_file() for part in found)


# --- import


def test_the_file_is_kept_as_it_came(store, tmp_path):
    content = archive(**{"tickets.csv": TICKETS, "more.csv": TICKETS.replace("\n1,", "\n3,")})
    path = tmp_path / "upload"
    path.write_bytes(content)
    found = importing.parts_of(path, Choices(), tmp_path / "work", name="export.zip")
    outcomes = [importing.import_file(store, path, name="export.zip", now=NOW, part=part) for part in found]
    assert [(one.file, one.new, one.unchanged) for one in outcomes] == [
        ("export.zip: tickets.csv", 2, 0),
        ("export.zip: more.csv", 1, 1),
    ]
    first, second = reversed(store.imports())
    assert (first["sha256"], first["bytes"]) == (second["sha256"], len(content))
    assert originals.read(store, first["sha256"]) == content
    assert [first["understood"][name] for name in ("original", "member", "sheet")] == ["export.zip", "tickets.csv", ""]


def test_a_workbook_gives_the_same_rows_as_its_csv(store, load, tmp_path):
    load(TICKETS)
    before = current(store, "tickets")
    rows = [["ticket_id", "created_at", "status", "team"], [1, datetime(2026, 3, 2, 10), "open", "A"], [2, datetime(2026, 3, 3, 10), "closed", "B"]]  # fmt: skip
    outcome = load(book(Cover=[["x"]], Data=rows), name="export.xlsx", sheet="Data")
    assert (outcome.new, outcome.changed, outcome.unchanged) == (0, 0, 2)
    assert current(store, "tickets") == before


def test_the_working_folder_holds_no_names_of_members(opened):
    (part,) = opened(archive(**{"a b;$(x).csv": TICKETS}))
    assert isinstance(part.path, Path)
    assert part.path.name == "1.csv"


def test_the_first_rows_of_a_sheet_are_enough_for_a_preview(tmp_path, monkeypatch):
    monkeypatch.setattr(containers, "HEAD_ROWS", 3)
    (tmp_path / "book.xlsx").write_bytes(book(One=[["a"], *[[n] for n in range(9)]], Two=[["b"], [1], [2]]))
    rows = {}
    for head in (True, False):
        found = containers.parts(tmp_path / "book.xlsx", tmp_path / "work", head=head)
        rows[head] = [(part.sheet, len(part.path.read_text().splitlines()), part.cut > 0) for part in found]
    assert rows == {True: [("One", 3, True), ("Two", 3, False)], False: [("One", 10, False), ("Two", 3, False)]}
