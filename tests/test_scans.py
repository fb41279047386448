"""From the months of the facts or from their rows: the same answer, and the months are used when they can be."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pandas as pd
import pytest

from cxdata import queries, scans
from cxdata.engine import DuckDBEngine
from cxdata.filters import NOTHING, Filters, Period, dimension
from cxdata.metrics import ALL, metric
from cxdata.metrics.base import Quantile
from cxdata.questions import Query
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
