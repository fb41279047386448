"""From the months of the facts or from their rows: the same answer, and the months are used when they can be."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pandas as pd
import pytest

from cxdata import queries, scans
from cxdata.engine import DuckDBEngine
from cxdata.filters import NOTHING, Filters, Period
from cxdata.metrics import ALL, metric
from cxdata.questions import Query
from tests.conftest import moment
from tests.test_queries import d

ADDITIVE = [tuple(one.name for one in ALL if scans.months_of(one) == table) for table in scans.MONTHS]
PERIODS = {
    "all": (None, None),
    "whole months": ("2026-01-01", "2026-07-01"),
    "cut on both sides": ("2025-11-17", "2026-04-09"),
    "within a month": ("2026-02-03", "2026-02-20"),
    "two half months": ("2026-02-15", "2026-03-10"),
    "to the end of the data and on": ("2026-03-05", "2030-01-01"),
    "before the data": ("2001-01-01", "2001-03-01"),
}


@pytest.mark.parametrize("names", ADDITIVE, ids=scans.MONTHS)
@pytest.mark.parametrize("period", PERIODS)
def test_months_and_rows_give_the_same_answer(sample, names, period):
    start, end = PERIODS[period]
    at = moment(sample)
    chosen = ({}, {"team": ("Noord", NOTHING), "channel": ("email",)})
    for grain, by, values in product(
        ("total", "month", "quarter", "year"), ((), ("channel",), ("team", "priority")), chosen
    ):
        query = Query(names, grain, by, Filters(Period(start and d(start), end and d(end)), values))
        months, rows = (queries.ask(DuckDBEngine(sample), query, one).rows for one in (at, replace(at, rolled_s=None)))
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


def test_months_are_few(sample):
    for table in scans.MONTHS:
        rows = sample.query(f"select count(*) as rows from {table}").to_pylist()[0]["rows"]
        assert 0 < rows < 8000
