"""What changed beyond noise and where, against data whose story is known."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxdata import summary
from cxdata.engine import DuckDBEngine
from cxdata.filters import Filters, Period
from tests.test_queries import moment

MARCH = Filters(Period(date(2026, 3, 1), date(2026, 4, 1)))
COUNTS = st.integers(0, 500)


def csat(rows: list[tuple[int, str, str, int, int]]) -> str:
    """Answers from (month, team, channel, how many, how many of them satisfied)."""
    lines = ["response_id,answered_at,team,channel,csat"]
    for number, (month, team, channel, n, satisfied) in enumerate(rows):
        lines += [f"{number}-{k},2026-0{month}-15,{team},{channel},{5 if k < satisfied else 1}" for k in range(n)]
    return "\n".join(lines) + "\n"


def found(store, *names: str, filters: Filters = MARCH, other=None) -> summary.Summary:
    return summary.summarise(DuckDBEngine(store), names, filters, moment(store, "2026-05-01"), other)


def said(of: summary.Summary) -> list[str]:
    return [one.text for one in summary.sentences(of)]


# --- contributions


@given(st.lists(st.tuples(COUNTS, COUNTS, COUNTS, COUNTS), min_size=1, max_size=6))
def test_what_groups_contribute_adds_up_to_the_change(cells):
    n1, x1, n0, x0 = np.array(cells, dtype=float).T
    x1, x0 = np.minimum(x1, n1), np.minimum(x0, n0)
    if not n1.sum() or not n0.sum():
        return
    mix, rate = summary.contributions(x1, n1, x0, n0)
    assert (mix + rate).sum() == pytest.approx(x1.sum() / n1.sum() - x0.sum() / n0.sum(), abs=1e-12)


def test_a_group_that_gets_worse_and_a_group_that_grows():
    """80 % and 60 % of halves. First the second falls to 40 %, then the second becomes all there is."""
    before_x, before_n = np.array([80.0, 60.0]), np.array([100.0, 100.0])
    mix, rate = summary.contributions(np.array([80.0, 40.0]), before_n, before_x, before_n)
    assert (mix.tolist(), rate.tolist()) == ([0, 0], pytest.approx([0, -0.1]))
    mix, rate = summary.contributions(np.array([0.0, 120.0]), np.array([0.0, 200.0]), before_x, before_n)
    assert rate.tolist() == [0, 0]
    assert mix.sum() == pytest.approx(-0.1)


# --- findings


def test_the_team_that_explains_a_fall_is_named(store, load):
    load(csat([(2, "Noord", "chat", 200, 160), (2, "Zuid", "chat", 600, 480)]))
    load(csat([(3, "Noord", "chat", 200, 80), (3, "Zuid", "chat", 600, 480)]).replace("\n", "\nb")[:-1])
    of = found(store, "csat")
    assert [(one.change.metric, one.change.verdict) for one in of.findings] == [("csat", "worse")]
    assert of.findings[0].place == summary.Place({"team": "Noord"}, pytest.approx(1.0))
    assert said(of) == [
        "**Customer satisfaction** is worse: 70.0%, was 80.0% (−10.0 pt). Nearly all of it comes from team Noord."
    ]


def test_a_channel_within_a_team(store, load):
    before = [(2, team, channel, 200, 160) for team in ("Noord", "Zuid") for channel in ("chat", "email")]
    after = [(3, *one[1:4], 60 if one[1:3] == ("Noord", "email") else 160) for one in before]
    load(csat(before))
    load(csat(after).replace("\n", "\nb")[:-1])
    assert found(store, "csat").findings[0].place.groups == {"team": "Noord", "channel": "email"}
    assert "comes from channel E-mail within team Noord." in said(found(store, "csat"))[0]


def test_another_mix_is_no_groups_own_doing(store, load):
    load(csat([(2, "A", "email", 800, 720), (2, "A", "chat", 200, 100)]))
    load(csat([(3, "A", "email", 300, 270), (3, "A", "chat", 700, 350)]).replace("\n", "\nb")[:-1])
    place = found(store, "csat").findings[0].place
    assert place is not None
    assert place.is_mix
    assert place.explained == pytest.approx(1)
    assert (place.groups, place.before, place.now) == ({"channel": "chat"}, 0.2, 0.7)
    assert "another mix: channel Chat went from 20% to 70%." in said(found(store, "csat"))[0]


def test_a_fall_everywhere_comes_from_no_one_place(store, load):
    load(csat([(2, team, "chat", 300, 240) for team in "ABCD"]))
    load(csat([(3, team, "chat", 300, 180) for team in "ABCD"]).replace("\n", "\nb")[:-1])
    of = found(store, "csat")
    assert of.findings[0].place is None
    assert said(of)[0].endswith("It does not come from one team, channel, priority or segment.")


def test_nothing_changed_and_nothing_to_compare(store, load):
    load(csat([(2, "A", "chat", 100, 70), (3, "A", "chat", 100, 72)]))
    of = found(store, "csat", "nps")
    assert (of.findings, of.steady, of.unknown) == ((), ("csat",), ("nps",))
    assert said(of) == ["No clear change in Customer satisfaction."]
    february = Filters(Period(date(2026, 2, 1), date(2026, 3, 1)))
    assert said(found(store, "csat", filters=february)) == ["There is too little in January 2026 to hold this against."]


def test_what_is_clear_alone_but_not_among_many_is_said_to_be_luck(store, load):
    rows = "response_id,answered_at,csat,nps,ces\n"
    rows += "".join(f"a{k},2026-02-15,{5 if k < 150 else 1},{k % 11},{1 + k % 7}\n" for k in range(200))
    rows += "".join(f"b{k},2026-03-15,{5 if k < 168 else 1},{k % 11},{1 + k % 7}\n" for k in range(200))
    load(rows, direction="easy")
    assert [one.change.metric for one in found(store, "csat").findings] == ["csat"]
    of = found(store, "csat", "nps", "ces")
    assert (of.findings, of.unsure, of.steady) == ((), ("csat",), ("nps", "ces"))
    assert said(of) == [
        "No clear change in Net Promoter Score, Customer effort (ease). Customer satisfaction: may be luck, among 3 numbers."
    ]


def test_another_selection_is_no_was(store, load):
    load(csat([(3, "A", "chat", 200, 100), (3, "B", "chat", 200, 180)]))
    own, other = (Filters(MARCH.period, {"team": (name,)}) for name in "AB")
    of = found(store, "csat", filters=own, other=other)
    assert not of.earlier
    assert said(of)[0].startswith("**Customer satisfaction** is worse: 50.0% against 90.0%")
    assert "team" not in of.findings[0].looked_at


# --- on the sample


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("months", [1, 3, 6, 12])
def test_at_most_five_sentences_about_every_metric_once(sample, months, language):
    from cxdata.i18n import set_language
    from cxdata.summary import METRICS

    filters = Filters(Period(date(2026, 11 - months, 1) if months < 11 else date(2025, 11, 1), date(2026, 11, 1)))
    of = summary.summarise(DuckDBEngine(sample), METRICS, filters, moment(sample))
    set_language(language)
    try:
        told = summary.sentences(of)
    finally:
        set_language("en")
    assert 1 <= len(told) <= 5
    about = [one.change.metric for one in of.findings] + [*of.unsure, *of.steady, *of.unknown]
    assert sorted(about) == sorted(METRICS)


def test_the_story_of_the_sample_is_told(sample):
    year = Filters(Period(date(2025, 11, 1), date(2026, 11, 1)))
    of = summary.summarise(DuckDBEngine(sample), ("first_response_time", "unanswered_rate"), year, moment(sample))
    places = {one.change.metric: one.place.groups for one in of.findings if one.place}
    assert places == {"first_response_time": {"team": "Noord"}, "unanswered_rate": {"channel": "whatsapp"}}
