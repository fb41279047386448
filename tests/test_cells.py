"""Cells of columns that a source declares to be special: what is read from them."""

from __future__ import annotations

import duckdb
import pytest

from cxdata import cells
from cxdata.parsing import quoted
from cxdata.sources.base import Column, Use, Where

CONNECTION = duckdb.connect()
CONNECTION.execute("set variable as_of_month = date '2026-03-01'")


def read(sql: str, *rows: tuple[str | None, ...]) -> list[str | None]:
    """What an expression over c0, c1, … gives for each row."""
    width = len(rows[0])
    listed = ", ".join(f"({', '.join('null' if cell is None else quoted(cell) for cell in row)})" for row in rows)
    typed = ", ".join(f"cast(c{index} as varchar) as c{index}" for index in range(width))
    names = ", ".join(f"c{index}" for index in range(width))
    return [
        row[0]
        for row in CONNECTION.execute(
            f"select {sql} from (select {typed} from (values {listed}) v({names}))"
        ).fetchall()
    ]


def use(column: Column, index: int = 0, **options) -> Use:
    return Use(index, f"c{index}", f"c{index}", column=column, **options)


READ = {
    "first_of_several": {
        "Ana Díaz (12) <br>Jan Pol (7)": "Ana Díaz",
        "Ana Díaz": "Ana Díaz",
        "a@example.com;b@example.com": "a@example.com",
        "Ana (HR)": "Ana (HR)",
        "two\nlines": "two",
    },
    "without_address": {"Ana Díaz (ana@example.com)": "Ana Díaz", "Ana (HR)": "Ana (HR)", "Jan <jan@example.com>": "Jan"},
    "without_blanks": {"52 267": "52267", "52\u00a0267": "52267", "52\u202f267": "52267", "52267": "52267"},
    "without_guard": {"'-1 star": "-1 star", "'=1+1": "=1+1", "'t was mooi": "'t was mooi", "-1": "-1"},
    "number_at_end": {"https://example.com/a/1/conversations/812": "812", "…/812/": "812", "none": None},
    "time_remaining": {"2:18": "yes", "-0:05": "no", "−02:15": "no", "-240": "no", "40": "yes"},
    "met": {"true": "yes", "FALSE": "no", "?": None},
    "exceeded": {"Sim": "no", "Não": "yes", "perhaps": None},
    "filled": {"x": "yes"},
    "person_where_no": {"no": "person", "FALSE": "person", "yes": None, "perhaps": None},
    "months_before": {"14": "2025-01-01", "0": "2026-03-01", "1,0": "2026-02-01", "often": "often", "-3": "-3"},
    "month_where_yes": {"Yes": "2026-03-01", "nee": None, "perhaps": "perhaps"},
}  # fmt: skip


@pytest.mark.parametrize("name", cells.READINGS)
def test_readings(name):
    sql = cells.own_sql(use(Column(reads=name)))
    assert read(sql, *((text,) for text in READ[name])) == list(READ[name].values())
    assert read(sql, (None,)) == ["no" if name == "filled" else None]


def test_a_clock_that_still_runs_says_only_that_a_target_is_missed():
    done = Where("Status", ("Done", "Listo"))
    rows = [("1:00", "Done"), ("1:00", "LISTO"), ("1:00", "To do"), ("-1:00", "To do"), ("1:00", None)]
    column = Column(reads="time_remaining", where=done)
    assert read(cells.own_sql(use(column, where=1)), *rows) == ["yes", "yes", None, "no", None]
    assert read(cells.own_sql(use(column)), *rows) == [None, None, None, "no", None]  # no such column in the file


def test_a_plain_column_stays_plain():
    assert cells.text_sql(use(Column(("a",), unit="min", worst=1, best=5))) == "c0"


def test_what_stands_for_an_empty_cell():
    first = Column(nothing=("1980-01-01",))
    steps = (use(Column(where=Where("Status", ("done",))), 1, where=2), use(Column(), 3))
    rows = [
        ("2026-01-01", "b", "Done", "d"),
        ("1980-01-01", "b", "Done", "d"),
        (None, "b", "Open", "d"),
        (None, None, "Done", None),
    ]
    assert read(cells.text_sql(use(first, instead=steps)), *rows) == ["2026-01-01", "b", "d", None]
