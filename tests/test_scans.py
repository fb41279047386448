"""From the months of the facts or from their rows: the same answer, and the months are used when they can be."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import duckdb
import pandas as pd
import pyarrow as pa
import pytest

from cxdata import facts, queries, scans
from cxdata.engine import DuckDBEngine
from cxdata.filters import NOTHING, Filters, Period, dimension
from cxdata.metrics import ALL, metric
from cxdata.metrics.base import Quantile
from cxdata.questions import Query
from cxdata.settings import Policy
from tests.conftest import moment
from tests.test_queries import d

KEPT = {
    table: tuple(one.name for one in ALL if table in (scans.months_of(one), scans.steps_of(one)))
    for table in scans.MONTHS
}
PERIODS = {
    "all": (None, None),
    "whole months": ("2026-01-01", "2026-07-01"),
    "cut on both sides": ("2025-11-17", "2026-04-09"),
    "within a month": ("2026-02-03", "2026-02-20"),
    "two half months": ("2026-02-15", "2026-03-10"),
    "to the end of the data and on": ("2026-03-05", "2030-01-01"),
    "before the data": ("2001-01-01", "2001-03-01"),
}


@pytest.mark.parametrize("names", KEPT.values(), ids=KEPT)
@pytest.mark.parametrize("period", PERIODS)
def test_months_and_rows_give_the_same_answer(sample, names, period):
    start, end = PERIODS[period]
    at = moment(sample)
    chosen = ({}, {"team": ("Noord", NOTHING), "channel": ("email",)})
    assert names
    clocks = (
        ("calendar", "business") if any(isinstance(metric(name).measure, Quantile) for name in names) else ("calendar",)
    )
    table = metric(names[0]).table
    wanted = [
        by
        for by in ((), ("channel",), ("team", "priority"), ("segment",))
        if all(table in dimension(one).facts for one in by)
    ]
    for grain, by, values, clock in product(("total", "month", "quarter", "year"), wanted, chosen, clocks):
        query = Query(names, grain, by, Filters(Period(start and d(start), end and d(end)), values, clock))
        months, rows = (
            queries.ask(DuckDBEngine(sample), query, one).rows
            for one in (at, replace(at, rolled_s=None, newest_s=None))
        )
        pd.testing.assert_frame_equal(months, rows, rtol=1e-9, atol=1e-9)


def sql_of(sample, *names: str, at=None, **asked) -> str:
    query = Query(names, **asked)
    return scans.select([metric(name) for name in names], query, at or moment(sample))[0]


def test_months_are_used_when_they_can_be(sample):
    assert "created_months" in sql_of(sample, "sla", "unanswered_rate", grain="quarter", by=("team",))
    assert "ticket_facts" not in sql_of(sample, "sla", filters=Filters(Period(d("2026-01-01"), d("2026-03-01"))))
    for asked in ({"grain": "week"}, {"by": ("agent",)}, {"by": ("hour",)}):
        assert "created_months" not in sql_of(sample, "sla", **asked)


def test_months_are_those_of_the_data_only_at_its_own_as_of(sample):
    assert "created_months" not in sql_of(sample, "sla", at=moment(sample, "2026-03-10 12:00"))


def test_steps_are_used_when_they_can_be(sample):
    def sql(name="resolution_time", at=None, **asked):
        return scans.tally(metric(name), Query((name,), **asked), at or moment(sample))[0]

    assert "ticket_facts" not in sql(grain="quarter")
    assert "ticket_facts" not in sql("first_response_time_p90", filters=Filters(Period(None, d("2026-03-01"))))
    for asked in ({"grain": "week"}, {"by": ("team",)}, {"filters": Filters(values={"team": ("Noord",)})}):
        assert "resolved_steps" not in sql(**asked)
    assert "resolved_steps" not in sql(at=moment(sample, "2026-03-10 12:00"))


def test_nothing_is_compared_with_an_as_of_that_sees_all(sample):
    for names in KEPT.values():
        for asked in ({"grain": "week"}, {"by": ("hour",)}):
            now, early = (
                scans.scope(metric(names[0]), Query(names, **asked), at)[0]
                for at in (moment(sample), moment(sample, "2026-03-10 12:00"))
            )
            assert not any("as_of_s" in one for one in now)
            assert any("as_of_s" in one for one in early) == (metric(names[0]).facts in scans.BEGINS)


def test_months_are_few(sample):
    for table in scans.MONTHS:
        rows = sample.query(f"select count(*) as rows from {table}").to_pylist()[0]["rows"]
        assert 0 < rows < (8000 if table.endswith("_months") else 24 * 4 * 500)


# --- views no wider than the question


VIEW = {
    "day": "",
    "n": "",
    "month": "cast(date_trunc('month', day) as date)",
    "late": "n > 3",
    "later": "late and month > day",
}


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("select sum(n) from seen", {"n"}),
        ("select count(*) from seen", {"day"}),  # one there has to be
        ("select month, count(*) from seen where late group by month", {"day", "month", "n", "late"}),
        ("select count(*) filter (where s.later) from seen as s", {"day", "n", "month", "late", "later"}),
        ("\n  with few as (select day from seen) select count(*) from few", {"day"}),
        ("select a.n from seen a join (select day, max(n) as n from seen group by day) b using (day)", {"day", "n"}),
    ],
)
def test_a_view_is_as_wide_as_the_question(sql, columns):
    narrow = facts.narrowed(sql, {"seen": VIEW, "unseen": VIEW})
    assert narrow.startswith("with seen as not materialized (select ")
    with duckdb.connect() as connection:
        connection.execute(
            "create table stored_seen as select date '2026-01-15' + cast(range as integer) as day, range as n from range(40)"
        )
        connection.execute(
            f"create view seen as select {', '.join(f'{made or name} as {name}' for name, made in VIEW.items())} from stored_seen"
        )
        assert sorted(connection.execute(narrow).fetchall()) == sorted(connection.execute(sql).fetchall())
        selected = narrow.removeprefix("with seen as not materialized (").partition(" from stored_seen)")[0]
        found = connection.execute(f"describe {selected} from stored_seen").fetchall()
        assert {name for name, *_ in found} == columns


@pytest.mark.parametrize(
    "sql",
    [
        "select * from seen",
        "select n, * from seen",
        "select s.* from seen s",
        "select * exclude (n) from seen",
        "select distinct * from seen",
        "select 1 from other",
    ],
)
def test_a_question_for_everything_stays_as_it_is(sql):
    assert facts.narrowed(sql, {"seen": VIEW}) == sql


def test_every_column_of_the_facts_of_tickets_is_the_same_in_a_narrow_view(sample):
    whole = sample.query("select * from ticket_facts order by source, key").to_pydict()
    engine, narrow = DuckDBEngine(sample), 0
    for name, values in whole.items():
        sql = f"select {name} as asked from ticket_facts order by source, key"
        assert engine.query(sql).to_pydict() == {"asked": values}
        assert pa.concat_tables(engine.blocks(sql, 1_000)).to_pydict() == {"asked": values}
        with sample.asking(sql) as (_cursor, text):
            narrow += text != sql
    assert narrow == len(whole)


def test_a_narrow_view_is_that_of_the_data_of_the_moment(store, load):
    engine, sql = DuckDBEngine(store), "select source, first_response_target_s as target from ticket_facts order by key"
    load("ticket_id,created_at,priority\n1,2026-03-01 10:00,high\n", kind="tickets")
    assert engine.query(sql).to_pylist() == [{"source": "generic", "target": 4 * 3600}]
    load(
        "Ticket ID,Created time,Status,Group,Agent,Priority,Source,Resolution Status\n2,2026-03-02 10:00:00,Open,A,B,Urgent,Email,\n",
        kind="tickets",
        source="freshdesk",
    )
    found = engine.query(sql).to_pylist()
    assert [row["target"] for row in found] == [4 * 3600, 3600]
    assert found[0]["source"] == "generic" != found[1]["source"]
    store.save_settings(
        replace(store.settings(), policies=(Policy("high", None, None, 60, 3600), Policy(None, "A", None, 120, 3600)))
    )
    assert [row["target"] for row in engine.query(sql).to_pylist()] == [60, 120]
