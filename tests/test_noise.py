"""Whether a series moves by more than it always does, and how that is said."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from cxdata import charts, noise
from cxdata.i18n import set_language
from cxdata.questions import Answer, Query, starts_between

STEADY = [0.70, 0.74, 0.71, 0.73, 0.72, 0.70, 0.74, 0.71, 0.73, 0.72]


def series(values, name="csat", grain="month", partial=0) -> Answer:
    """An answer with these values, the last `partial` periods not complete."""
    starts = starts_between(date(2025, 1, 1), date(2040, 1, 1), grain)[: len(values)]
    cut = [place >= len(values) - partial for place in range(len(values))]
    rows = pd.DataFrame(
        {"metric": name, "period": starts, "value": values, "n": 50, "low": None, "high": None, "partial": cut}
    ).astype({"period": object, "value": float, "low": float, "high": float})
    return Answer(Query((name,), grain), rows)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            STEADY,
            "Within this period nothing stands out: the ups and downs stay within 65.5% – 78.5%, as one steady system.",
        ),
        ([*STEADY, 0.95], "Beyond the usual 62.1% – 86.1%: November 2025 above the limits."),
        ([*STEADY[:5], 0.40, *STEADY[5:]], "Beyond the usual 47.3% – 90.9%: June 2025 below the limits."),
        (STEADY[:5], ""),
        ([0.7] * 8, ""),
    ],
)
def test_what_stands_out_is_said(values, said):
    assert noise.sentence(series(values)) == said


def test_a_lasting_shift_is_named_from_its_first_to_its_last_period():
    low, high = [0.55, 0.64] * 5, [0.66, 0.75] * 5
    said = noise.sentence(series([*low, float("nan"), *high]))
    assert "January 2025 to October 2025 all below the average" in said
    assert "December 2025 to September 2026 all above the average" in said


def test_many_periods_are_counted():
    values = [0.5 + 0.01 * (place % 2) for place in range(40)]
    for place in (5, 12, 19, 26, 33):
        values[place] = 0.9
    assert "June 2025, January 2026, August 2026 and 2 more above the limits" in noise.sentence(series(values))


def test_a_partial_period_takes_no_part():
    assert noise.sentence(series([*STEADY, 0.1], partial=1)) == noise.sentence(series(STEADY))


@pytest.mark.parametrize(
    "answer",
    [
        Answer(Query(("csat",), "month", ("team", "channel")), pd.DataFrame()),
        Answer(Query(("csat",), "month", ("team",)), pd.DataFrame()),
        Answer(Query(("csat",)), pd.DataFrame()),
    ],
)
def test_other_answers_have_no_limits(answer):
    assert (noise.limits(answer), noise.sentence(answer)) == (None, "")


def test_a_metric_that_matures_is_not_judged():
    answer = series([*STEADY, 0.1], name="resolution_rate")
    assert noise.limits(answer) is None
    assert noise.sentence(answer) == "The newest periods still change: what they count has had less time."


@pytest.mark.parametrize(
    ("name", "floor"), [("csat", 0), ("resolution_time", 0), ("tickets_created", 0), ("nps", -100)]
)
def test_limits_stay_where_a_metric_can_be(name, floor):
    found = noise.limits(series([1, 0, 1, 0, 1, 0, 1], name=name))
    assert found.low >= floor
    if name == "nps":
        assert found.low < 0


def several(**values) -> Answer:
    """CSAT of some teams, a line each."""
    rows = [series(own).rows.assign(team=None if team == "nobody" else team) for team, own in values.items()]
    return Answer(Query(("csat",), "month", ("team",)), pd.concat(rows, ignore_index=True))


def test_the_lines_that_stand_out_are_named_and_the_others_are_steady():
    answer = several(Noord=[*STEADY, 0.95], Zuid=[*STEADY, 0.72], nobody=[*STEADY, 0.70], Oost=[0.7, 0.8])
    assert noise.sentence(answer) == (
        "Beyond the usual: Noord (November 2025 above the limits). Nothing else stands out: Zuid, (none). "
        "The limits allow for 3 lines."
    )
    assert [len(line.limits.signals) if line.limits else None for line in noise.lines(answer)] == [1, None, 0, 0]
    assert noise.limits(answer) is None


def test_nothing_stands_out_in_steady_lines():
    two = Answer(
        Query(("csat", "sla"), "month"),
        pd.concat([series(STEADY).rows, series(STEADY[::-1], "sla").rows], ignore_index=True),
    )
    assert noise.sentence(two, ("first, both", "other")) == (
        "Nothing stands out in first, both; other: steady systems. The limits allow for 2 lines."
    )


def test_limits_allow_for_the_number_of_lines():
    """0.82 is beyond 3 standard deviations of a line by itself, and within the 3.4 for one of four."""
    own = [*STEADY, 0.82]
    alone = noise.limits(series(own))
    lines = noise.lines(several(A=own, B=STEADY, C=STEADY, D=STEADY))
    assert [signal.position for signal in alone.signals] == [10]
    assert lines[0].limits.signals == ()
    assert lines[0].limits.high - alone.centre == pytest.approx((alone.high - alone.centre) * 3.3997 / 3, rel=1e-4)


def test_too_many_lines_are_not_judged():
    assert noise.sentence(several(**{f"team {place}": [*STEADY, 0.95] for place in range(17)})) == ""


def test_lines_have_rings_and_two_of_them_bands():
    answer = several(Noord=[*STEADY, 0.95], Zuid=STEADY)
    answer.rows["low"], answer.rows["high"] = answer.rows["value"] - 0.05, answer.rows["value"] + 0.05
    figure = charts.trend(answer, charts.Style())
    *bands, noord, zuid, rings = figure.data
    assert [band.fill for band in bands] == ["toself", "toself"]
    assert (noord.name, zuid.name, list(rings.y)) == ("Noord", "Zuid", [0.95])
    assert rings.meta == {"metric": "csat", "keys": [{"team": "Noord", "period": "2025-11-01"}]}
    assert len(figure.layout.shapes) == 0
    small = charts.multiples(answer, charts.Style())
    assert [list(trace.y) for trace in small.data if trace.mode == "markers"] == [[0.95]]
    assert charts.said(charts.trend, answer) == charts.said(charts.multiples, answer) != ""
    assert charts.said(charts.bars_and_line, answer) == ""


def test_the_chart_has_band_limits_and_rings():
    answer = series([*STEADY, 0.95])
    answer.rows["low"], answer.rows["high"] = answer.rows["value"] - 0.05, answer.rows["value"] + 0.05
    figure = charts.trend(answer, charts.Style())
    band, line, rings = figure.data
    assert (len(band.y), band.fill) == (22, "toself")
    assert len(line.y) == 11
    assert list(rings.y) == [0.95]
    assert len(figure.layout.shapes) == 2
    assert [len(charts.trend(series([1.0, 2.0]), charts.Style()).data)] == [1]


def test_dutch():
    set_language("nl")
    try:
        said = noise.sentence(several(Noord=[*STEADY, 0.95], Zuid=STEADY))
        assert said.startswith("Buiten het gewone: Noord (november 2025 boven de grenzen).")
        assert noise.sentence(series([*STEADY, 0.95])).startswith("Buiten het gewone 62,1% – 86,1%: november 2025")
    finally:
        set_language("en")
