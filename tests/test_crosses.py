"""Tables of two ways: what each cell says, and that only what is clearly different from the others has a colour."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from cxdata import charts, comparison, noise, queries
from cxdata.charts import Style
from cxdata.engine import DuckDBEngine
from cxdata.filters import Filters, Period
from cxdata.i18n import set_language
from cxdata.questions import Query
from tests.conftest import moment, question

YEAR = Period(date(2025, 11, 1), date(2026, 11, 1))


@pytest.fixture(autouse=True)
def english():
    set_language("en")


def cells(figure) -> list[list[str]]:
    return [[word.split("<br>")[0] for word in line] for line in figure.data[0].text]


def test_every_stage_has_its_column_in_order_and_the_unmapped_too(store, load):
    load(
        "ticket_id,created_at,first_response_at,status,touchpoint\n1,2026-01-05 10:00,2026-01-05 11:00,open,factuur\n"
        "2,2026-01-05 10:00,2026-01-05 13:00,open,factuur\n3,2026-01-05 10:00,,open,jaarlijks\n"
    )
    figure = charts.grid(question(store, "tickets_created", "first_response_time", by=("stage",)), Style())
    assert list(figure.layout.xaxis.ticktext) == [
        "Awareness", "Consideration", "Purchase", "Loyalty", "Advocacy", "Unmapped",
    ]  # fmt: skip
    assert cells(figure) == [["0", "0", "2", "0", "0", "1"], ["–", "–", "2 h *", "–", "–", "–"]]
    assert "n = 2" in figure.data[0].text[1][2]
    assert [trace.meta["metric"] for trace in figure.data[1:]] == ["tickets_created", "first_response_time"]
    assert figure.data[1].meta["keys"] == [{"stage": "purchase"}, {"stage": None}]
    assert list(figure.data[1].x) == [2, 5]


def test_from_to_says_shares_of_a_row(store, load):
    load(
        "ticket_id,customer,created_at,status,channel\n1,A,2026-01-05,open,email\n2,A,2026-01-06,open,phone\n"
        "3,B,2026-01-05,open,email\n4,B,2026-01-06,open,phone\n5,C,2026-01-05,open,email\n6,C,2026-01-06,open,email\n"
        "7,D,2026-01-05,open,email\n8,D,2026-01-06,open,email\n9,D,2026-01-07,open,phone\n"
    )
    answer = question(store, "repeat_contacts", by=("channel", "next_channel"))
    figure = charts.from_to(answer, Style())
    assert list(figure.layout.yaxis.ticktext) == ["E-mail  (5)"]
    assert list(figure.layout.xaxis.ticktext) == ["E-mail", "Phone"]
    assert cells(figure) == [["40%", "60%"]]
    assert figure.data[1].meta["keys"] == [
        {"channel": "email", "next_channel": "email"},
        {"channel": "email", "next_channel": "phone"},
    ]


def test_each_group_is_held_against_the_others_together(sample):
    engine, at = DuckDBEngine(sample), moment(sample)
    query = Query(("tickets_created", "nps", "csat", "first_response_time"), by=("stage",), filters=Filters(YEAR))
    found = comparison.compare_with_rest(engine, query, at)
    stages = ("awareness", "consideration", "purchase", "loyalty", "advocacy")
    assert set(found) == {(name, stage) for name in ("nps", "csat", "first_response_time") for stage in stages}
    loyalty = found["nps", "loyalty"]
    others = Filters(YEAR, {"stage": tuple(stage for stage in stages if stage != "loyalty")})
    (alone,) = queries.ask(engine, Query(("nps",), filters=others), at).rows.to_dict("records")
    assert (loyalty.before, loyalty.before_n) == (alone["value"], alone["n"])
    assert loyalty.verdict == "worse"
    figure = charts.grid(queries.ask(engine, query, at), Style(), changes=found)
    coloured = [
        [(found[key].verdict if (key := (name, stage)) in found else "") for stage in (*stages, None)]
        for name in query.metrics
    ]
    assert np.array_equal(
        np.sign(figure.data[0].z), [[{"better": 1, "worse": -1}.get(one, 0) for one in line] for line in coloured]
    )
    assert noise.of_rest("stage", found).startswith("Each against the others together: NPS (")


def test_one_group_has_no_others(sample):
    query = Query(("nps",), by=("stage",), filters=Filters(YEAR, {"stage": ("loyalty",)}))
    found = comparison.compare_with_rest(DuckDBEngine(sample), query, moment(sample))
    assert found == {}
    assert noise.of_rest("stage", found) == ""


def test_a_breakdown_of_stages_is_in_their_order(sample):
    figure = charts.breakdown(question(sample, "nps", by=("stage",)), Style())
    assert list(figure.data[0].y) == [
        "Unmapped",
        "Advocacy",
        "Loyalty",
        "Purchase",
        "Consideration",
        "Awareness",
    ]  # from below


def test_a_trend_shows_the_largest_groups_and_says_no_more_than_it_shows(sample):
    answer = question(sample, "csat", grain="quarter", by=("channel",))
    shown = [line.group for line in noise.lines(answer, 5)]
    sizes = answer.rows.groupby("channel", dropna=False)["n"].sum().sort_values(ascending=False)
    assert {group or "none" for group in shown} == {
        group if isinstance(group, str) else "none" for group in sizes.index[:5]
    }
    named = {trace.name for trace in charts.trend(answer, Style()).data if trace.showlegend is not False}
    assert len(named) == 5


def test_periods_stand_in_their_order_where_the_first_hold_nothing(store, load):
    load("response_id,answered_at,nps\n1,2026-03-02,9\n2,2026-04-02,9\n")
    answer = question(store, "nps", grain="month", start="2026-01-01", end="2026-05-01")
    axis = charts.trend(answer, Style()).layout.xaxis
    assert axis.categoryorder == "array"
    assert list(axis.categoryarray) == ["January 2026", "February 2026", "March 2026", "April 2026"]
