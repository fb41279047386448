"""`metrics`: every metric, filter and form, the same as on the pages."""

from __future__ import annotations

import csv
import io

import pytest

from cxdata.filters import DIMENSIONS, FILTERS
from cxdata.metrics import ALL
from cxdata.metrics.base import Curve
from tests.commands.conftest import TICKETS, as_json
from tests.conftest import question


def test_metrics_as_json(run, file):
    run("import", file(TICKETS))
    options = ("--from", "2026-03-01", "--to", "2026-03-03", "--as-of", "2026-04-01", "--format", "json")
    assert as_json(run("metrics", "tickets_created", "resolution_rate", "nps", *options)) == [
        {"metric": "tickets_created", "period": None, "value": 2, "n": 2, "low": None, "high": None, "partial": False, "unit": "count"},
        {"metric": "resolution_rate", "period": None, "value": 0.5, "n": 2, "low": pytest.approx(0.0945, abs=1e-4), "high": pytest.approx(0.9055, abs=1e-4), "partial": False, "unit": "share"},
        {"metric": "nps", "period": None, "value": None, "n": 0, "low": None, "high": None, "partial": False, "unit": "nps"},
    ]  # fmt: skip


@pytest.mark.parametrize("by", ["team", "team,channel", "team, weekday"])
def test_the_keys_stand_in_order(run, file, by):
    run("import", file(TICKETS))
    rows = as_json(run("metrics", "tickets_created", "--by", by, "--grain", "month", "--format", "json"))
    dims = [name.strip() for name in by.split(",")]
    assert {tuple(row) for row in rows} == {("metric", "period", *dims, "value", "n", "low", "high", "partial", "unit")}
    assert {row["period"] for row in rows} == {"2026-03-01"}
    assert sum(row["value"] for row in rows) == 3


def test_filters_clock_and_as_of(run, file):
    run("import", file(TICKETS))

    def one(*options):
        return as_json(run("metrics", "tickets_created", "first_response_time", *options, "--format", "json"))

    assert [row["value"] for row in one("--team", "A")] == [2, 7200]
    assert [row["value"] for row in one("--team", "A", "--team", "B")] == [3, 7200]
    assert [row["value"] for row in one("--channel", "–")] == [3, 7200]
    assert [row["value"] for row in one("--clock", "business")] == [3, 7200]
    assert [row["value"] for row in one("--as-of", "2026-03-02T11:30")] == [2, 3600]
    assert [row["value"] for row in one("--as-of", "2026-03-02T10:30:00+00:00")] == [2, 3600]


@pytest.mark.parametrize("form", ["table", "csv"])
def test_other_forms(run, file, form):
    run("import", file(TICKETS))
    status, out, err = run("metrics", "tickets_created", "first_response_time", "--format", form)
    assert (status, err) == (0, "")
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(out)))
        assert [(row["metric"], row["value"], row["low"], row["partial"]) for row in rows] == [
            ("tickets_created", "3", "", "False"), ("first_response_time", "7200", "", "False"),
        ]  # fmt: skip
    else:
        assert [line.split()[:3] for line in out.splitlines()] == [
            ["metric", "period", "value"], ["tickets_created", "–", "3"], ["first_response_time", "–", "2"],
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "status", "sentence"),
    [
        (["ticket_created"], 2, 'There is no metric "ticket_created". Did you mean "tickets_created"?'),
        (["nps", "--by", "taem"], 2, 'There is no dimension "taem". Did you mean "team"?'),
        (["nps", "--team", "Nord"], 2, 'There is no team "Nord". Did you mean "Noord"?'),
        (["nps", "--grain", "monthly"], 2, "invalid choice: 'monthly'"),
        (["nps", "--clock", "sun"], 2, "invalid choice: 'sun'"),
        (["nps", "--format", "xml"], 2, "invalid choice: 'xml'"),
        (["nps", "--from", "yesterday"], 2, '"yesterday" is no date; write 2026-03-31'),
        (["nps", "--as-of", "now"], 1, '"now" is no date and time; write 2026-03-31 or 2026-03-31T17:00.'),
        (
            ["nps", "--from", "2026-03-01", "--to", "2026-02-01"],
            1,
            "The period ends (2026-02-01) before it starts (2026-03-01).",
        ),
        (
            ["active_customers", "--by", "channel"],
            1,
            "active_customers cannot be split by channel: its rows do not have it.",
        ),
        (
            ["active_customers", "--channel", "email"],
            1,
            "active_customers cannot be filtered by channel: its rows do not have it.",
        ),
        ([], 2, "the following arguments are required: NAME"),
    ],
)
def test_metrics_that_cannot_be_asked(sample_cli, options, status, sentence):
    found, out, err = sample_cli("metrics", *options)
    assert (found, out) == (status, "")
    assert sentence in err


def test_every_metric_is_the_same_as_on_the_pages(sample_cli, sample):
    names = [entry.name for entry in ALL if not isinstance(entry.measure, Curve)]
    rows = as_json(sample_cli("metrics", *names, "--format", "json"))
    expected = question(sample, *names).rows
    assert [row["metric"] for row in rows] == names
    for row, (_, one) in zip(rows, expected.iterrows(), strict=True):
        assert row["value"] == (None if one["value"] != one["value"] else one["value"])
        assert row["n"] == one["n"]


@pytest.mark.parametrize("entry", FILTERS, ids=lambda entry: entry.name)
def test_every_filter_has_its_option(sample_cli, entry):
    name = "tickets_created" if "ticket_facts" in entry.facts else "new_customers"
    assert sample_cli("metrics", name, f"--{entry.name}", "–", "--format", "json")[0] == 0
    assert entry in DIMENSIONS


def test_a_curve_has_its_months(sample_cli):
    rows = as_json(sample_cli("metrics", "survival", "--format", "json"))
    assert list(rows[0]) == ["metric", "period", "month", "value", "n", "low", "high", "partial", "unit"]
    assert [row["month"] for row in rows] == list(range(len(rows)))
    assert as_json(sample_cli("metrics", "cohort_retention", "--by", "team", "--format", "json"))
