"""The rows behind a number: exactly those, and the value worked out from them is the value shown."""

from __future__ import annotations

import io
import json
from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd
import pytest
import python_calamine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxdata import comparison, drill, formats, queries, rowfiles
from cxdata.__main__ import main
from cxdata.engine import DuckDBEngine
from cxdata.filters import FILTERS, NOTHING, Filters, Period, dimension
from cxdata.metrics import ALL, metric
from cxdata.metrics.base import Count, Curve, FlowCount, ProjectedValue, Quantile
from cxdata.questions import TOTAL, Query
from cxdata.ui import panels
from tests.test_queries import moment

NAMES = [entry.name for entry in ALL if not isinstance(entry.measure, Curve)]
DAYS = st.dates(date(2024, 10, 1), date(2026, 11, 30))


def marks(store, query: Query, at):
    """(row of the answer, its selection) of every mark of a question."""
    answer = queries.ask(DuckDBEngine(store), query, at)
    for row in answer.rows.to_dict("records"):
        key = {name: (None if row[name] is None or row[name] != row[name] else row[name]) for name in query.by}
        if row["period"]:
            key["period"] = row["period"]
        if "month" in row:
            key["month"] = row["month"]
        yield row, drill.of_mark(query, row["metric"], key)


def same(store, row, selection, at) -> None:
    engine = DuckDBEngine(store)
    value, n = drill.recomputed(engine, selection, at)
    entry = metric(selection.metric)
    unvalued = n and np.isnan(row["value"])
    assert n == row["n"] or unvalued, (selection, row)
    assert drill.count(engine, selection, at) == n
    if not isinstance(entry.measure, ProjectedValue) and entry.name != "survival":
        shown = row["value"] if row["n"] or entry.unit == "count" else np.nan
        assert value == pytest.approx(shown, nan_ok=True, rel=1e-9), (selection, row)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_value_and_n_from_the_rows_are_those_of_the_chart(sample, data):
    name = data.draw(st.sampled_from(NAMES))
    entry = metric(name)
    own = [one for one in FILTERS if entry.table in one.facts]
    engine = DuckDBEngine(sample)
    values = {}
    for one in data.draw(st.lists(st.sampled_from(own), max_size=2, unique=True)):
        words = [*queries.distinct_values(engine, one.name), NOTHING]
        values[one.name] = tuple(data.draw(st.lists(st.sampled_from(words), min_size=1, max_size=3, unique=True)))
    start, end = sorted((data.draw(DAYS), data.draw(DAYS)))
    period = Period(start, end) if start < end else Period()
    grain = data.draw(st.sampled_from([TOTAL, "week", "month", "quarter"]))
    by = data.draw(st.sampled_from([(), *(((one.name,)) for one in own)]))
    at = moment(sample, data.draw(st.sampled_from([None, "2026-05-15 12:00"])))
    query = Query((name,), grain, by, Filters(period, values, data.draw(st.sampled_from(["calendar", "business"]))))
    found = list(marks(sample, query, at))
    for row, selection in found if len(found) < 4 else data.draw(st.permutations(found))[:4]:
        same(sample, row, selection, at)


@pytest.mark.parametrize("name", NAMES)
def test_every_metric_has_its_rows(sample, name):
    at = moment(sample)
    for query in (
        Query((name,), TOTAL, filters=Filters(Period(date(2026, 3, 10), date(2026, 6, 4)))),
        Query((name,), "month", filters=Filters(Period(date(2026, 8, 1), date(2026, 12, 1)))),
    ):
        for row, selection in marks(sample, query, at):
            same(sample, row, selection, at)


@pytest.mark.parametrize("name", ["cohort_retention", "survival"])
def test_the_customers_of_a_curve(sample, name):
    at = moment(sample)
    query = Query(
        (name,),
        "month" if name == "cohort_retention" else TOTAL,
        filters=Filters(Period(date(2025, 11, 1), date(2026, 11, 1))),
    )
    for row, selection in list(marks(sample, query, at))[::7]:
        same(sample, row, selection, at)


@pytest.mark.parametrize("by", ["weekday", "hour", "agent", "score"])
def test_marks_by_what_is_no_filter(sample, by):
    name = "nps" if by == "score" else "first_response_time"
    query = Query((name,), by=(by,), filters=Filters(Period(date(2026, 1, 1), date(2026, 4, 1))))
    assert by in {one.name for one in (dimension(by),)}
    for row, selection in list(marks(sample, query, moment(sample)))[:6]:
        same(sample, row, selection, moment(sample))


# --- the same number everywhere


@pytest.mark.parametrize("name", ["csat", "sla", "first_response_time", "backlog", "retention_rate", "lifetime_value"])
def test_one_number_is_the_same_on_cards_charts_tables_files_and_the_command_line(sample, sample_path, name, capsys):
    at, engine = moment(sample), DuckDBEngine(sample)
    values = {"team": ("Noord",)}
    filters = Filters(Period(date(2026, 1, 1), date(2026, 7, 1)), values)
    query = Query((name,), filters=filters)
    row = queries.ask(engine, query, at).one(name)
    card = comparison.compare(engine, query, at)[name]
    assert (card.value, card.n) == (row["value"], row["n"])
    chosen = drill.Selection(name, filters)
    again, n = drill.recomputed(engine, chosen, at)
    assert (again, n) == (pytest.approx(row["value"], rel=1e-9), row["n"])
    table = pd.read_csv(io.BytesIO(panels.csv_of(queries.ask(engine, query, at))))
    assert (table["value"][0], table["n"][0]) == (pytest.approx(row["value"], rel=1e-9), row["n"])
    arguments = ["metrics", name, "--from", "2026-01-01", "--to", "2026-07-01", "--team", "Noord", "--format", "json"]
    assert main([*arguments, "--db", str(copy(sample_path))]) == 0
    (said,) = json.loads(capsys.readouterr().out)
    assert (said["value"], said["n"]) == (pytest.approx(row["value"], rel=1e-9), row["n"])
    shown = drill.columns(name)
    rows = pd.read_csv(io.BytesIO(rowfiles.to_csv(engine, chosen, at, shown)))
    assert len(rows) == n
    if name in ("csat", "sla", "retention_rate"):
        assert rows["counts"].mean() == pytest.approx(row["value"])
    if name == "first_response_time":
        assert rows["counts"].median() == pytest.approx(row["value"])
    sheets = python_calamine.CalamineWorkbook.from_filelike(
        io.BytesIO(rowfiles.to_xlsx(engine, chosen, at, shown, [("Value", "x")]))
    )
    assert len(sheets.get_sheet_by_index(0).to_python()) == n + 1
    assert sheets.get_sheet_by_index(1).to_python() == [["Value", "x"]]


def copy(path):
    """The database again, for the command line, since only one process writes in one."""
    copied = path.with_name("everywhere.duckdb")
    if not copied.exists():
        copied.write_bytes(path.read_bytes())
    return copied


def from_file(entry, counts: pd.Series, values: pd.Series) -> float:
    """The value from the rows of a file, by pandas; nan where they do not say it all. `values`: monthly, of customers."""
    measure = entry.measure
    if isinstance(measure, (Count, FlowCount)):
        return float(len(counts))
    if isinstance(measure, ProjectedValue) or counts.empty:
        return np.nan
    if isinstance(measure, Quantile):
        return float(np.quantile(counts, measure.p))
    if entry.name == "revenue_churn_rate":
        return float(counts.sum() / values.sum()) if values.sum() else np.nan
    return float(counts.mean())


def of_csv(raw: bytes) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(raw), dtype={"customer_id": str, "key": str, "ticket_id": str})


def of_xlsx(raw: bytes, shown) -> pd.DataFrame:
    """The sheet of rows with the names and units of the CSV."""
    head, *lines = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw)).get_sheet_by_index(0).to_python()
    assert head == [column.label for column in shown]
    frame = pd.DataFrame(lines, columns=[drill.plain_name(column) for column in shown])
    if "counts" in frame:
        day = timedelta(days=1)
        frame["counts"] = [
            value.total_seconds() if isinstance(value, timedelta) else
            (value - datetime(1899, 12, 31 if value.year == 1899 else 30)) / day * 86400 if isinstance(value, datetime) else
            (timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)).total_seconds() if isinstance(value, time)
            else value
            for value in frame["counts"]
        ]  # fmt: skip
    return frame


FEW = 1000  # rows; workbooks of more are written by the test above, since they take long


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_card_chart_table_rows_files_and_command_line_agree_on_any_question(sample, sample_path, capsys, data):
    entry = metric(data.draw(st.sampled_from(NAMES)))
    engine, at = DuckDBEngine(sample), moment(sample)
    own = [one for one in FILTERS if entry.table in one.facts]
    values = {}
    for one in data.draw(st.lists(st.sampled_from(own), max_size=2, unique=True)):
        words = [*queries.distinct_values(engine, one.name), NOTHING]
        values[one.name] = tuple(data.draw(st.lists(st.sampled_from(words), min_size=1, max_size=3, unique=True)))
    start, end = sorted((data.draw(DAYS), data.draw(DAYS)))
    filters = Filters(
        Period(start, end) if start < end else Period(), values, data.draw(st.sampled_from(["calendar", "business"]))
    )
    grain = data.draw(st.sampled_from([TOTAL, "month", "quarter", "year"]))
    by = data.draw(st.sampled_from([(), *((one.name,) for one in own)]))
    query = Query((entry.name,), grain, by, filters)
    answer = queries.ask(engine, query, at)

    arguments = ["metrics", entry.name, "--grain", grain, "--by", ",".join(by), "--clock", filters.clock]
    for option, day in (("--from", filters.period.start), ("--to", filters.period.end)):
        arguments += [option, day.isoformat()] if day else []
    arguments += [f"--{name}={word}" for name, words in values.items() for word in words]
    capsys.readouterr()
    assert main([*arguments, "--format", "json", "--db", str(copy(sample_path))]) == 0
    said = json.loads(capsys.readouterr().out)
    table, file = panels.worded(answer), pd.read_csv(io.BytesIO(panels.csv_of(answer)))
    assert len(said) == len(table) == len(file) == len(answer.rows)
    if not by and grain == TOTAL and filters.period.start:
        card = comparison.compare(engine, query, at)[entry.name]
        assert (card.value, card.n) == (pytest.approx(answer.one(entry.name)["value"], nan_ok=True), said[0]["n"])

    found = list(enumerate(marks(sample, query, at)))
    for place, (row, chosen) in found if len(found) < 3 else data.draw(st.permutations(found))[:2]:
        same(sample, row, chosen, at)
        value, n = row["value"], row["n"]
        assert (file["value"][place], file["n"][place]) == (pytest.approx(value, nan_ok=True, rel=1e-12), n)
        told = np.nan if said[place]["value"] is None else said[place]["value"]
        assert (told, said[place]["n"]) == (pytest.approx(value, nan_ok=True, rel=1e-12), n)
        assert (table["Value"][place], table["n"][place]) == (formats.value(value, entry.unit), formats.decimal(n, 0))
        shown = drill.columns(entry.name)
        files = [of_csv(rowfiles.to_csv(engine, chosen, at, shown))]
        if n <= FEW:
            files.append(of_xlsx(rowfiles.to_xlsx(engine, chosen, at, shown, []), shown))
        for rows in files:
            assert len(rows) == n or np.isnan(value)
            if np.isnan(value) or (not n and entry.unit != "count") or isinstance(entry.measure, ProjectedValue):
                continue
            counts = rows["counts"].astype(float) if "counts" in rows else rows.iloc[:, 0]
            worth = pd.to_numeric(rows["monthly_value"]) if "monthly_value" in rows else counts
            assert from_file(entry, counts, worth) == pytest.approx(value, rel=1e-9), chosen


# --- what is told


def test_what_is_left_out_and_why(store, load):
    load(
        "ticket_id,created_at,first_response_at,status\n"
        "1,2026-03-02 10:00,2026-03-02 11:00,open\n"
        "2,2026-03-02 10:00,2026-03-02 09:00,open\n"
        "3,2026-03-02 10:00,,open\n"
        "4,2026-03-02 10:00,2026-03-02 12:00,spam\n"
    )
    at, engine = moment(store, "2026-03-31"), DuckDBEngine(store)
    chosen = drill.Selection("first_response_time", Filters(Period(date(2026, 3, 1), date(2026, 4, 1))))
    assert drill.left_out(engine, chosen, at) == {
        "Negative duration: the end lies before the start": 1, "No first response yet": 1,
    }  # fmt: skip
    found = drill.behind(engine, chosen, at)
    assert found["key"].tolist() == ["1"]
    assert drill.worded(found, drill.columns("first_response_time")[:3], at).to_dict("records") == [
        {"Ticket": "1", "Counts as": "1 h", "Created": "2 Mar 2026, 10:00"}
    ]


def test_rows_are_searched_sorted_and_paged(sample):
    at, engine = moment(sample), DuckDBEngine(sample)
    chosen = drill.Selection("nps", Filters(Period(date(2025, 11, 1), date(2026, 11, 1))))
    n = drill.count(engine, chosen, at)
    seen = [drill.behind(engine, chosen, at, order="score", page=page, size=100) for page in range(n // 100 + 1)]
    together = pd.concat(seen)
    assert len(together) == n
    assert together["key"].is_unique
    assert together["score"].is_monotonic_decreasing
    assert set(seen[0]["counts"]) == {100.0}
    words = "monteur"
    assert drill.count(engine, chosen, at, words) == together["comment"].str.casefold().str.contains(words).sum()
    assert drill.count(engine, chosen, at, "%' or 1=1 --") == 0
    assert len(drill.behind(engine, chosen, at, order="1; drop table survey_facts")) == 50


def test_a_name_that_looks_like_a_formula_is_text(store, load):
    load('ticket_id,created_at,agent,team\n1,2026-03-02 10:00,"=HYPERLINK(""x"")",@team\n', kind="tickets")
    at, engine = moment(store, "2026-03-31"), DuckDBEngine(store)
    chosen, shown = drill.Selection("tickets_created", Filters()), drill.columns("tickets_created")
    rows = pd.read_csv(io.BytesIO(rowfiles.to_csv(engine, chosen, at, shown)))
    assert (rows["agent"][0], rows["team"][0]) == ('\'=HYPERLINK("x")', "'@team")
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(rowfiles.to_xlsx(engine, chosen, at, shown, [])))
    assert '=HYPERLINK("x")' in book.get_sheet_by_index(0).to_python()[1]


def test_first_contact_resolution_in_every_way_of_counting(store, load):
    load(
        "ticket_id,created_at,resolved_at,status,agent_replies,reopens\n"
        "1,2026-03-02 10:00,2026-03-02 11:00,solved,1,0\n"
        "2,2026-03-02 10:00,2026-03-02 11:00,solved,1,1\n"
        "3,2026-03-02 10:00,2026-03-02 11:00,solved,3,0\n"
    )
    at, engine = moment(store, "2026-03-31"), DuckDBEngine(store)
    chosen = drill.Selection("first_contact_resolution", Filters())
    found = {one.code: (one.value, one.n) for one in drill.presets(engine, chosen, at)}
    assert found["one_touch"] == (pytest.approx(1 / 3), 3)
    assert found["zoho"] == (pytest.approx(2 / 3), 3)
    assert found["freshservice"][1] == found["intercom"][1] == 0
    assert {one.resolved for one in drill.presets(engine, chosen, at)} == {3}


def test_pages_hold_every_row_once_where_tools_number_alike(store, load):
    first = {"ticket_id": "Nr", "created_at": "Created at", "first_response_at": "Answered", "resolved_at": "Resolved"}
    lines = "".join(f"{n},2026-03-02 10:00,2026-03-02 11:00,2026-03-02 12:00\n" for n in range(7))
    for tool in ("generic", "zoho_desk"):
        load(f"{','.join(first.values())}\n{lines}", kind="tickets", source=tool, mapping=first)
    at, engine = moment(store, "2026-03-31"), DuckDBEngine(store)
    for name, times in (("tickets_created", 1), ("sla", 2)):
        chosen = drill.Selection(name, Filters())
        n = drill.count(engine, chosen, at)
        assert n == 14 * times
        pages = [drill.behind(engine, chosen, at, order="team", page=page, size=3) for page in range(n // 3 + 1)]
        assert not pd.concat(pages).duplicated(["source", "key", "part"]).any()
        assert sum(map(len, pages)) == n
