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
        Answer(Query(("csat", "nps"), "month"), pd.DataFrame()),
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
        assert noise.sentence(series([*STEADY, 0.95])).startswith("Buiten het gewone 62,1% – 86,1%: november 2025")
    finally:
        set_language("en")
