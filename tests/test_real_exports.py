"""Files that other people's tools wrote, where they are at hand: each comes out as its README says."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from cxdata import importing
from cxdata.errors import CxError
from cxdata.settings import Settings
from tests.conftest import NOW, current, question

REAL = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "real"
pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="the real exports are not here")


@pytest.fixture
def take(store):
    def made(name: str, zone: str = "UTC"):
        store.save_settings(Settings(zone=zone))
        outcome = importing.import_file(store, REAL / name, now=NOW)
        assert outcome.rows == outcome.new + outcome.rejected + sum(outcome.left_out.values())
        assert outcome.rejected == 0
        return outcome

    return made


def total(store, name: str, **options) -> tuple[float, int]:
    row = question(store, name, **options).one(name)
    return (None if row.value != row.value else row.value, row.n)


def tally(store, column: str) -> dict:
    found: dict = {}
    for row in current(store, "tickets"):
        found[row[column]] = found.get(row[column], 0) + 1
    return found


def test_nps_of_a_bank(store, take):
    outcome = take("nps_bank_timeseries_ddmmyy.csv")
    assert (outcome.new, outcome.first, outcome.last) == (5000, "2021-01-01", "2021-12-30")
    assert (outcome.understood["date_order"], outcome.understood["date_why"]) == ("dmy", "days above 12")
    shares = {name: round(5000 * total(store, f"nps_{name}")[0]) for name in ("promoters", "passives", "detractors")}
    assert shares == {"promoters": 2309, "passives": 972, "detractors": 1719}
    row = question(store, "nps").one("nps")
    assert (round(row.value, 1), round(row.low, 2), round(row.high, 2), row.n) == (11.8, 9.33, 14.26, 5000)
    months = {
        row.period: (round(row.value, 3), row.n) for row in question(store, "nps", grain="month").rows.itertuples()
    }
    assert months[date(2021, 1, 1)] == (13.256, 430)
    assert months[date(2021, 3, 1)] == (19.059, 404)
    assert months[date(2021, 12, 1)] == (15.0, 400)
    markets = {
        row.segment: (round(row.value, 3), row.n) for row in question(store, "nps", by=("segment",)).rows.itertuples()
    }
    assert markets == {"MEX": (17.101, 1649), "UK": (8.488, 1720), "US": (9.933, 1631)}


def test_new_york_311(store, take):
    outcome = take("nyc_311_service_requests_1000.csv", "America/New_York")
    assert outcome.new == 1000
    assert total(store, "tickets_resolved") == (677, 677)
    assert total(store, "resolution_time") == (1307, 677)
    assert total(store, "resolution_time_p90") == (pytest.approx(2837), 677)
    assert tally(store, "team")["NYPD"] == 935
    assert set(tally(store, "channel")) == {"online", "mobile", "phone", "unknown"}
    assert total(store, "unanswered_rate") == (None, 0)


def test_servicenow_without_a_time_of_resolution(store, take):
    outcome = take("servicenow_incident_export_masked_nulltext.csv")
    assert (outcome.source, outcome.new, outcome.first, outcome.last) == ("servicenow", 97, "2025-03-17", "2025-03-24")
    assert current(store, "tickets")[0]["created_at"] == datetime(2025, 3, 17, 6, 4)
    assert tally(store, "status") == {"closed": 51, "solved": 41, "open": 4, "on_hold": 1}
    assert {row["subject"] for row in current(store, "tickets")} == {None}  # the text "null"
    assert {name: total(store, name)[0] for name in ("resolution_time", "sla_resolution", "sla", "backlog", "resolution_rate")} == {
        "resolution_time": None, "sla_resolution": None, "sla": None, "backlog": 5, "resolution_rate": 92 / 97,
    }  # fmt: skip


def test_glpi_in_french(store, take):
    assert take("glpi_export_fr_semicolon_quoted.csv").new == 4
    assert set(tally(store, "status")) <= {"open", "pending", "new"}
    assert total(store, "backlog") == (4, 4)
    assert total(store, "tickets_resolved") == (0, 0)


def test_jira_with_offsets(store, take):
    assert take("jira_rest_flat_masked_tz_nocolon.csv").new == 10
    assert min(row["created_at"] for row in current(store, "tickets")) == datetime(2018, 5, 11, 6, 46, 53)


def test_zendesk_from_its_api(store, take):
    assert take("zendesk_api_fivetran_ticket_data.csv").new == 10
    assert tally(store, "status")["deleted"] == 2
    assert total(store, "tickets_created") == (8, 8)
    sizes = {(len(row["customer_id"]), row["customer_id"].isdigit()) for row in current(store, "tickets")}
    assert sizes == {(4, True), (12, True), (13, True)}


def test_an_event_log_of_servicenow(store, take):
    outcome = take("uci_servicenow_incident_event_log_truncated64k.csv")
    assert (outcome.rows, outcome.new, outcome.left_out) == (198, 32, {importing.REPEATED: 166})
    assert outcome.understood["date_order"] == "dmy"
    assert total(store, "tickets_created") == (32, 32)


def test_an_event_log_with_a_row_a_change(store, take):
    outcome = take("bpi2013_volvo_problems_closed_semicolon_iso_tz.csv")
    assert (outcome.rows, outcome.new, outcome.left_out) == (6660, 1487, {importing.EVENTS: 5173})
    assert total(store, "resolution_time") == (7086718, 1487)
    first = store.query("select min(created_at) as first from tickets_versions").to_pylist()[0]["first"]
    assert str(first) == "2006-01-11 14:49:42"


def test_customers_with_tenure_and_churn(store, take):
    outcome = take("telco_customer_churn_ibm.csv")
    assert (outcome.kind, outcome.new, outcome.rejected) == ("customers", 7043, 0)
    assert outcome.understood["derived"]
    facts = store.query(
        "select count(cancelled_on) / count(*) as left, bool_and(derived) as derived from customer_facts"
    )
    assert (round(facts.to_pylist()[0]["left"], 4), facts.to_pylist()[0]["derived"]) == (0.2654, True)
    for name in ("retention_rate", "lost_customers", "active_customers"):
        assert total(store, name)[1] == 0  # a month of churn cannot be told from months of tenure
    curve = question(store, "survival").rows.set_index("month")
    wanted = {12: (0.8432, 0.8342, 0.8518), 24: (0.7887,), 60: (0.6644,)}
    for month, values in wanted.items():
        found = curve.loc[month, ["value", "low", "high"]].tolist()
        assert [round(value, 4) for value in found[: len(values)]] == list(values)


def test_purchases_of_lifetimes(store, take):
    outcome = take("lifetimes_example_transactions.csv")
    assert (outcome.kind, outcome.new, outcome.first[:4], outcome.last[:4]) == ("purchases", 15273, "2014", "2014")
    value, n = total(store, "repeat_customer_rate")
    assert (round(100 * value, 2), n) == (53.72, 5000)


REFUSED = {
    "surveymonkey_comma_survey.csv": "No loyalty, satisfaction or effort question was found. Choose the column that holds one",
    "surveymonkey_starwars_two_header_rows.csv": "No loyalty, satisfaction or effort question was found. Choose the column that holds one",
    "typeform_freecodecamp_2016_part1_first2000.csv": "No loyalty, satisfaction or effort question was found. Choose the column that holds one",
}  # fmt: skip


OTHER_TABLES = {
    "zendesk_api_fivetran_ticket_comment_data.csv": "This is Zendesk's table of comments",
    "zendesk_api_fivetran_ticket_field_history_data.csv": "This is Zendesk's table of changed fields",
}


@pytest.mark.parametrize("name", OTHER_TABLES)
def test_another_table_of_a_tool_is_named(store, name):
    with pytest.raises(CxError) as problem:
        importing.import_file(store, REAL / name, now=NOW)
    assert str(problem.value).startswith(OTHER_TABLES[name])
    assert store.imports() == []


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_taken_is_said_with_its_columns(store, name):
    with pytest.raises(CxError) as problem:
        importing.import_file(store, REAL / name, now=NOW)
    assert str(problem.value).startswith(REFUSED[name])
    assert "Columns found: " in str(problem.value)
    assert "\ufffd" not in str(problem.value)
    assert store.imports() == []


def test_every_file_has_its_test():
    text = Path(__file__).read_text(encoding="utf-8")
    assert [path.name for path in REAL.glob("*.csv") if path.name not in text] == []
