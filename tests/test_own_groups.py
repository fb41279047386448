"""Columns that an import keeps to compare groups by: how they are chosen, where they go, and that numbers are those of the rows."""

from __future__ import annotations

from datetime import date

import pytest

from cxdata import comparison, drill, queries, scans
from cxdata.__main__ import main
from cxdata.engine import DuckDBEngine
from cxdata.errors import CxError, UnknownName
from cxdata.filters import NOTHING, Filters, Period, dimension
from cxdata.metrics import ALL, metric
from cxdata.metrics.base import Curve
from cxdata.questions import TOTAL, Query
from cxdata.sources.base import own_name
from cxdata.store import Store
from tests.conftest import current, filled_by
from tests.test_drill import marks, same
from tests.test_queries import moment

TICKETS = "ticket_id,created_at,first_response_at,resolved_at,status,priority,customer_id,A/B test\n" + "".join(
    f"T{number},2026-0{1 + number % 6}-10 10:00,2026-0{1 + number % 6}-10 1{1 + number % 5}:00,"
    f"2026-0{1 + number % 6}-1{1 + number % 3} 09:00,solved,high,C{number % 7},{('A', 'B', ' b ', '')[number % 4]}\n"
    for number in range(60)
)
SURVEYS = "response_id,answered_at,ticket_id,customer_id,nps\n" + "".join(
    f"R{number},2026-0{1 + number % 6}-12 10:00,T{number},,{number % 11}\n" for number in range(40)
)
CUSTOMERS = "customer_id,started_on,cancelled_on,segment,Plan\n" + "".join(
    f"C{number},2025-0{1 + number}-01,,,{'basic' if number % 2 else 'plus'}\n" for number in range(7)
)
PURCHASES = "purchase_id,customer_id,purchased_at,amount\n" + "".join(
    f"P{number},C{number % 7},2026-0{1 + number % 6}-03 12:00,{10 + number}\n" for number in range(30)
)


def fill(_store, load) -> None:
    load(CUSTOMERS, groups=("Plan",))
    load(TICKETS, kind="tickets", groups=("a/b TEST",))
    load(SURVEYS)
    load(PURCHASES)


@pytest.fixture
def filled(store) -> Store:
    """Tickets that keep their A/B test, customers that keep their plan, and surveys and purchases of both."""
    return filled_by(store, fill)


def test_the_words_stand_with_the_rows_as_they_are(filled):
    rows = {row["key"]: dict(row["groups"] or ()) for row in current(filled, "tickets")}
    assert [rows[key] for key in ("T0", "T1", "T2", "T3")] == [
        {"own_a_b_test": "A"}, {"own_a_b_test": "B"}, {"own_a_b_test": "b"}, {},
    ]  # fmt: skip
    assert {str(row["groups"]) for row in current(filled, "purchases")} == {"None"}


def test_a_column_is_a_dimension_of_every_table_and_goes_from_customer_to_ticket_to_survey(filled, table):
    assert queries.own_groups(DuckDBEngine(filled)) == ("own_a_b_test", "own_plan")
    assert dimension("own_a_b_test").label == "A b test"
    assert table("tickets_created", by=("own_a_b_test",)) == [
        ("A", 15, 15),
        ("B", 15, 15),
        ("b", 15, 15),
        (None, 15, 15),
    ]
    assert [row[::2] for row in table("nps", by=("own_a_b_test",))] == [("A", 10), ("B", 10), ("b", 10), (None, 10)]
    assert table("active_customers", by=("own_plan",)) == [("basic", 3, 3), ("plus", 4, 4)]
    plans = dict(row[::2] for row in table("tickets_created", by=("own_plan",)))
    assert plans == {"basic": 26, "plus": 34}
    assert sum(row[2] for row in table("lifetime_value", by=("own_plan",))) == 7


@pytest.mark.parametrize("name", [entry.name for entry in ALL if not isinstance(entry.measure, Curve)])
def test_value_and_n_are_those_of_the_rows(filled, name):
    at = moment(filled)
    for by in ("own_a_b_test", "own_plan"):
        words = queries.distinct_values(DuckDBEngine(filled), by)
        for query in (
            Query((name,), TOTAL, (by,)),
            Query((name,), "month", (by,)),
            Query((name,), TOTAL, filters=Filters(values={by: (words[0], NOTHING)})),
        ):
            for row, selection in list(marks(filled, query, at))[:6]:
                same(filled, row, selection, at)


def test_two_groups_are_compared_on_all_metrics(filled):
    engine, at = DuckDBEngine(filled), moment(filled)
    period = Period(date(2026, 1, 1), date(2026, 7, 1))
    own, other = (Filters(period, {"own_a_b_test": (word,)}) for word in "AB")
    found = comparison.compare(engine, Query(("tickets_created", "nps", "first_response_time"), filters=own), at, other)
    assert {name: (one.n, one.before_n) for name, one in found.items()} == {
        "tickets_created": (15, 15), "nps": (10, 10), "first_response_time": (15, 15),
    }  # fmt: skip


def test_the_rows_show_the_column(filled):
    engine, at = DuckDBEngine(filled), moment(filled)
    shown = drill.columns("sla", queries.own_groups(engine))
    rows = drill.behind(engine, drill.Selection("sla", Filters()), at)
    assert {column.name for column in shown} <= set(rows.columns)
    assert list(drill.worded(rows, shown[-2:], at).columns) == ["A b test", "Plan"]


def test_undo_takes_the_column_along_and_redo_brings_it_back(filled):
    filled.undo(2)
    assert queries.own_groups(DuckDBEngine(filled)) == ("own_plan",)
    with pytest.raises(UnknownName, match="own_a_b_test"):
        queries.ask(DuckDBEngine(filled), Query(("sla",), by=("own_a_b_test",)), moment(filled))
    filled.redo(2)
    assert queries.own_groups(DuckDBEngine(filled)) == ("own_a_b_test", "own_plan")


def test_what_was_kept_is_kept_of_the_next_file_with_the_same_header(store, load):
    load(TICKETS, groups=("A/B test",))
    again = load(TICKETS.replace("T", "U"))
    assert again.understood["groups"] == {"own_a_b_test": "A/B test"}


def test_a_long_file_is_read_in_one_go_with_its_groups(store, load, monkeypatch):
    monkeypatch.setattr("cxdata.importing.FIRST_ROWS", 20)
    outcome = load(TICKETS.replace(" b ", "C"), groups=("A/B test",))
    assert (outcome.new, outcome.understood["groups"]) == (60, {"own_a_b_test": "A/B test"})
    words = {dict(row["groups"] or ()).get("own_a_b_test") for row in current(store, "tickets")}
    assert words == {"A", "B", "C", None}


def test_keeping_a_column_changes_rows_and_makes_no_new_ones(store, load):
    assert load(SURVEYS.replace("R", "r")).new == 40
    without_ids = "answered_at,nps,Variant\n2026-01-02 10:00,9,x\n2026-01-02 11:00,8,y\n"
    assert load(without_ids).new == 2
    kept = load(without_ids, groups=("Variant",))
    assert (kept.new, kept.changed) == (0, 2)


def test_wrong_columns_are_a_sentence(load):
    with pytest.raises(UnknownName, match="A/B test"):
        load(TICKETS, groups=("A/B tset",))
    with pytest.raises(CxError, match="9 columns were chosen to compare groups by; 8 at most"):
        load(TICKETS, groups=tuple("abcdefghi"))


def test_many_words_are_remarked(load):
    rows = "".join(f"T{number},2026-01-01 10:00,solved,word {number}\n" for number in range(201))
    outcome = load("ticket_id,created_at,status,Note\n" + rows, groups=("Note",))
    assert 'Column "Note" holds 201 different words' in " ".join(map(str, outcome.notes))


def test_a_question_about_a_kept_column_is_asked_of_the_rows(filled):
    entry = metric("tickets_created")
    for query in (
        Query((entry.name,), "month", ("own_plan",)), Query((entry.name,), filters=Filters(values={"own_plan": ("basic",)})),
    ):  # fmt: skip
        sql, _params = scans.select([entry], query, moment(filled))
        assert "_months" not in sql


@pytest.mark.parametrize(
    ("header", "name"),
    [("Variant", "own_variant"), ("A/B test (2026)", "own_a_b_test_2026"), ("Größe %", "own_grosse")],
)
def test_names(header, name):
    assert own_name(header) == name


def test_on_the_command_line(tmp_path, capsys):
    path, file = tmp_path / "cx.duckdb", tmp_path / "tickets.csv"
    file.write_text(TICKETS)
    assert main(["import", str(file), "--map", "group=A/B test", "--db", str(path)]) == 0
    capsys.readouterr()
    asked = ["metrics", "tickets_created", "--by", "own_a_b_test", "--db", str(path)]
    assert main(asked) == 0
    assert "own_a_b_test" in capsys.readouterr().out
