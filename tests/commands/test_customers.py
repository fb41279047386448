"""`customers`: the list of those at risk, as on the page."""

from __future__ import annotations

import csv
import io

import pytest

from tests.commands.conftest import as_json

CUSTOMERS = "customer_id,started_on,cancelled_on,team,monthly_value\nA,2026-01-01,,N,100\nB,2026-01-02,,Z,10\nC,2025-01-02,2026-02-01,Z,10\n"
SURVEYS = "response_id,answered_at,nps,customer_id\n1,2026-03-02 10:00,3,B\n2,2026-03-02 10:00,10,A\n"


@pytest.fixture
def filled(run, file):
    run("import", file(CUSTOMERS, "c.csv"), file(SURVEYS, "s.csv"))
    return run


def test_the_list_has_those_at_risk_first_with_their_reasons(filled):
    rows = as_json(filled("customers", "--format", "json"))
    assert [(row["customer_id"], row["points"], row["reasons"]) for row in rows] == [
        ("B", 3, ["Detractor: 3 of 10 on 2 Mar 2026"]),
        ("A", 0, []),
    ]
    assert rows[1]["value_year"] == pytest.approx(360)
    assert rows[0]["chance"] is None


def test_order_filter_search_and_limit(filled):
    def found(*options):
        return [row["customer_id"] for row in as_json(filled("customers", "--format", "json", *options))]

    assert found("--order", "value") == ["A", "B"]
    assert found("--team", "Z") == ["B"]
    assert found("--search", "a") == ["A"]
    assert found("--limit", "1") == ["B"]


def test_forms(filled):
    (first, _second) = csv.DictReader(io.StringIO(filled("customers", "--format", "csv")[1]))
    assert first["reasons"] == "Detractor: 3 of 10 on 2 Mar 2026"
    assert "at stake" in filled("customers")[1]
    status, _out, said = filled("customers", "--channel", "email")
    assert status != 0
    assert "email" in said
