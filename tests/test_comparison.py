"""Numbers against others: in groups, against another selection, and many verdicts at once."""

from datetime import date

import numpy as np
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep

from cxdata import charts, comparison, noise, queries, statistics
from cxdata.engine import DuckDBEngine
from cxdata.filters import NOTHING, Filters, Period
from cxdata.metrics import ALL, metric
from cxdata.metrics.base import Count, Curve, FlowShare, Share
from cxdata.questions import Query
from tests.test_queries import moment

SPRING = Period(date(2026, 3, 1), date(2026, 6, 1))


def groups(store, name: str, by: str, other=None, **values):
    query = Query((name,), by=(by,), filters=Filters(SPRING, values))
    return comparison.compare_groups(DuckDBEngine(store), query, moment(store), other)


def total(store, name: str, other=None, **values):
    query = Query((name,), filters=Filters(SPRING, values))
    return comparison.compare(DuckDBEngine(store), query, moment(store), other)[name]


@pytest.mark.parametrize("by", ["team", "channel", "priority"])
@pytest.mark.parametrize("name", ["csat", "nps", "ces", "first_response_time", "sla", "backlog", "tickets_created"])
def test_a_group_is_compared_as_if_it_were_chosen(sample, name, by):
    found = groups(sample, name, by)
    assert found
    for (group,), one in found.items():
        alone = total(sample, name, **{by: (NOTHING if group is None else group,)})
        numbers = [(x.value, x.n, x.now, x.before, x.before_n, x.change, x.p) for x in (one, alone)]
        assert numbers[0] == pytest.approx(numbers[1], nan_ok=True)
        assert one.verdict in (alone.verdict, "none")


def test_many_verdicts_allow_for_their_number(sample):
    one = total(sample, "csat")
    ps = [0.001, 0.02, 0.04, 0.5]
    many = [comparison.replace(one, p=p, verdict="worse" if p < 0.05 else "none") for p in ps]
    unjudged = comparison.replace(one, p=np.nan, verdict="")
    found = comparison.allowing_for_many([*many, unjudged])
    assert [entry.verdict for entry in found] == ["worse", "worse", "none", "none", ""]
    assert [entry.verdict for entry in comparison.allowing_for_many(many[2:3])] == ["worse"]


@pytest.mark.parametrize("entry", [one for one in ALL if not isinstance(one.measure, Curve)], ids=lambda one: one.name)
def test_p_says_what_the_interval_says(sample, entry):
    found = total(sample, entry.name)
    if np.isnan(found.difference_low):
        return
    slack = 0.0
    if isinstance(entry.measure, Share | FlowShare):  # steps of one answer, see Measure.slack
        slack = (1 / found.n + 1 / found.before_n) / 4
    assert (found.p < 0.05) == (found.difference_low > slack or found.difference_high < -slack)


def test_p_is_the_confidence_at_which_the_interval_touches_zero():
    p = float(statistics.p_value(lambda level: statistics.newcombe([55.0], 100.0, [40.0], 100.0, confidence=level))[0])
    ends = confint_proportions_2indep(55, 100, 40, 100, method="newcomb", compare="diff", alpha=p)
    assert min(ends) == pytest.approx(0, abs=1e-6)


def test_against_another_team_in_the_same_period(sample):
    first, second = sorted(row["team"] for row in sample.query(
        "select team, count(*) as k from survey_facts where team is not null group by team order by k desc limit 2"
    ).to_pylist())  # fmt: skip
    here, there = (total(sample, "nps", team=(name,)) for name in (first, second))
    found = total(sample, "nps", Filters(SPRING, {"team": (second,)}), team=(first,))
    assert (found.now, found.before, found.before_n) == (here.now, there.now, there.n)
    assert found.before_period == found.period == here.period
    assert found.change == pytest.approx(here.now - there.now)


def test_counts_of_unequal_periods_have_no_change(sample):
    month = Period(date(2026, 1, 1), date(2026, 2, 1))
    assert np.isnan(total(sample, "tickets_created", month).change)
    assert isinstance(metric("tickets_created").measure, Count)
    for name in ("csat", "backlog", "active_customers"):
        assert np.isfinite(total(sample, name, month).change)


def test_the_sentence_names_what_is_clear_and_what_is_not(sample):
    found = groups(sample, "csat", "team", Period(date(2025, 3, 1), date(2025, 6, 1)))
    verdicts = {key[0]: one.verdict for key, one in found.items()}
    said = noise.of_groups("team", found)
    assert said.startswith("Against Mar – May 2025: ")
    for verdict, words in (("better", "better"), ("worse", "worse")):
        names = [name for name, own in verdicts.items() if own == verdict]
        assert (f"{', '.join(names)} {words}" in said) == bool(names)
    assert f"Allowing for {sum(verdict != '' for verdict in verdicts.values())} comparisons" in said
    assert noise.of_groups("team", {("A",): comparison.replace(next(iter(found.values())), verdict="")}) == ""


@pytest.mark.parametrize("dark", [False, True])
def test_only_a_clear_change_has_colour_beside_its_bar(sample, dark):
    style, query = charts.Style(dark), Query(("first_response_time",), by=("team",), filters=Filters(SPRING))
    changes = groups(sample, "first_response_time", "team", Period(date(2025, 3, 1), date(2025, 6, 1)))
    figure = charts.breakdown(queries.ask(DuckDBEngine(sample), query, moment(sample)), style, changes=changes)
    coloured = {note.y: style.bad in note.text or style.good in note.text for note in figure.layout.annotations}
    assert coloured == {key[0]: one.verdict in ("better", "worse") for key, one in changes.items()}
    assert any(coloured.values())
    assert all("Mar – May 2025" in text for text in figure.data[0].customdata)


def test_another_period_is_drawn_beside_the_line_period_by_period(sample):
    filters = Filters(SPRING)
    own = queries.ask(DuckDBEngine(sample), Query(("csat",), "month", filters=filters), moment(sample))
    year = comparison.replace(own.query, filters=Filters(SPRING.year_before()))
    other = queries.ask(DuckDBEngine(sample), year, moment(sample))
    figure = charts.trend(own, charts.Style(), beside=(other, "Mar – May 2025"))
    line = figure.data[0]
    assert list(line.x) == ["March 2026", "April 2026", "May 2026"]
    assert list(line.y) == pytest.approx(other.rows["value"].tolist())
    assert [text.split("<br>")[0] for text in line.customdata] == [
        f"Mar – May 2025, {month} 2025" for month in ("March", "April", "May")
    ]
