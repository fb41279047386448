"""Text aligned with blanks: the cells that stand there, and never a value cut in two."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxdata.reading import line_numbers, read, strict_copy
from tests.conftest import current
from tests.test_reading import duck

PLAIN = """\
Ticket id  Created at        Status       Team          Amount

1          2026-03-02 10:00  open         North           9,50
22         2026-03-03 11:30  in progress              1.200,00
333                          closed       South West     12,00
"""
CONSOLE = """\
                 tickets
 id | created_at       | status
----+------------------+--------
  1 | 2026-03-02 10:00 | open
 22 | 2026-03-03 11:30 | a|b
(2 rows)
"""
BORDERS = """\
+----+------------------+--------+
| id | created_at       | status |
+----+------------------+--------+
|  1 | 2026-03-02 10:00 | open   |
| 22 |                  |        |
+----+------------------+--------+
2 rows in set (0.00 sec)
"""
RULED = """\
id          created_at       status
----------- ---------------- ------
          1 2026-03-02 10:00 open
         22 2026-03-03 11:30 closed

(2 rows affected)
"""


@pytest.fixture
def table(tmp_path):
    def made(text: str | bytes):
        path = tmp_path / "export.txt"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read(path, tmp_path / "work")

    return made


def rows_of(table) -> tuple[tuple[str, ...], list[tuple[str, ...]], tuple[str, ...]]:
    """(header, rows, footer) as the importer would have them."""
    copy, ragged = strict_copy(table, table.path.parent)
    assert ragged == ()
    return table.header, [row[:-1] for row in duck(copy)], tuple(entry.cells[0] for entry in copy.footer)


@pytest.mark.parametrize(
    ("text", "header", "rows", "footer"),
    [
        (PLAIN, ("Ticket id", "Created at", "Status", "Team", "Amount"), [
            ("1", "2026-03-02 10:00", "open", "North", "9,50"),
            ("22", "2026-03-03 11:30", "in progress", "", "1.200,00"),
            ("333", "", "closed", "South West", "12,00"),
        ], ()),
        (CONSOLE, ("id", "created_at", "status"), [("1", "2026-03-02 10:00", "open"), ("22", "2026-03-03 11:30", "a|b")], ("(2 rows)",)),
        (BORDERS, ("id", "created_at", "status"), [("1", "2026-03-02 10:00", "open"), ("22", "", "")], ("2 rows in set (0.00 sec)",)),
        (RULED, ("id", "created_at", "status"), [("1", "2026-03-02 10:00", "open"), ("22", "2026-03-03 11:30", "closed")], ("(2 rows affected)",)),
    ],
    ids=["blanks", "ruler with crosses", "borders", "ruler with blanks"],
)  # fmt: skip
def test_aligned_text(table, text, header, rows, footer):
    found = table(text)
    assert found.aligned
    assert rows_of(found) == (header, rows, footer)


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_aligned_text_in_other_encodings(table, encoding):
    found = table("name   team\r\nZoë    één\r\nJürgen b\r\n".replace("Jürgen b", "Jür    b").encode(encoding))
    assert (found.header, duck(found)) == (("name", "team"), [("Zoë", "één"), ("Jür", "b")])


def test_lines_are_those_of_the_text(table):
    found = table(PLAIN)
    assert line_numbers(found, range(3)) == {0: 3, 1: 4, 2: 5}


HEAD = "id   team    amount\n" + "1    north        5\n22   south      100\n" * 40


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ("3    northern     7", ("3", "northern", "7")),  # longer than any before, with a blank before the next
        ("3    north  1234567", ("3", "north", "1234567")),  # a long number grows to the left
        ("3    north-east-by-east    7", None),
        ("3    the far north west of it  7", None),
        ("123456team        7", None),
    ],
)
def test_a_value_that_overflows_its_column(table, line, cells):
    found = table(HEAD + line + "\n1    north        5\n")
    copy, ragged = strict_copy(found, found.path.parent)
    rows = [row[:-1] for row in duck(copy)]
    if cells:
        assert (ragged, rows[-2]) == ((), cells)
    else:
        assert [(entry.line, entry.cells, entry.reason) for entry in ragged] == [(82, (line,), "overflow")]
        assert len(rows) == 81


def test_an_overflowing_row_is_rejected_with_a_sentence(store, load):
    text = (
        "ticket id  created at        status\n"
        + "1          2026-03-02 10:00  open\n"
        + "2          2026-03-02 11:00  open\n"
    )
    text += "12345678901234 2026-03-02 10:00  open\n"
    outcome = load(text, name="export.txt")
    assert (outcome.rows, outcome.new, outcome.rejected) == (3, 2, 1)
    (row,) = store.rejects(outcome.import_id)[1]
    assert (row["line"], row["cells"]) == (4, ["12345678901234 2026-03-02 10:00  open"])
    assert "A value runs over into the next column, so that it is not clear where it ends." in row["reason"]
    assert [one["key"] for one in current(store, "tickets")] == ["1", "2"]


@pytest.mark.parametrize(
    "text",
    [
        "id,name\n1,a  b\n2,c  d\n",
        "id;  name\n1;  a\n2;  b\n",
        "Comment\ngood  but slow\nfine  thanks\n",
        "Comment\nabc def\nghi jkl\n",
        "a\tb\n1\t2\n3\t4\n",
        "id,name\n--,----\n1,a\n",
        "Title\n=====\nid,name\n1,a\n2,b\n",
    ],
)
def test_what_is_not_aligned(table, text):
    assert not table(text).aligned


WORD = st.text("abcdé-09", min_size=1, max_size=6)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_what_is_printed_in_columns_comes_back(table, data):
    names = data.draw(st.lists(st.text("abc_", min_size=1, max_size=8), min_size=2, max_size=4, unique=True))
    rows = data.draw(st.lists(st.tuples(*[WORD] * len(names)), min_size=2, max_size=6))
    ruled = data.draw(st.booleans())
    right = data.draw(st.tuples(*[st.booleans()] * len(names)))
    widths = [max(map(len, column)) + 1 for column in zip(names, *rows, strict=True)]
    lines = [
        "  ".join(cell.rjust(w) if r else cell.ljust(w) for cell, w, r in zip(row, widths, right, strict=True))
        for row in (names, *rows)
    ]
    if ruled:
        lines.insert(1, "  ".join("-" * w for w in widths))
    found = table("\n".join(lines) + "\n")
    if found.aligned:
        # A line of nothing but dashes, two of them side by side, is a ruler.
        expected = [row for row in rows if set("".join(row)) != {"-"} or max(map(len, row)) < 2]
        assert (found.header, duck(found)) == (tuple(names), expected)
    else:
        assert any("-" in cell for row in rows for cell in row) or not ruled
