"""What to train on: the lowest part of quality, and the groups that lie below all others."""

from __future__ import annotations

import numpy as np
import pytest

from cxdata import training
from cxdata.engine import DuckDBEngine
from cxdata.filters import Filters
from cxdata.i18n import set_language
from tests.conftest import moment

HEADER = "ticket,reviewed on,reviewer,team,agent,accuracy (1-5),professionalism (1-5)\n"


def loaded(load, rows: list[tuple]) -> None:
    text = "".join(f"{number},2026-04-10,Ann,{','.join(map(str, row))}\n" for number, row in enumerate(rows))
    load(HEADER + text, name="r.csv")


@pytest.fixture
def teams(load, store):
    """Noord is weak in accuracy, Zuid and West are alike; professionalism is the same everywhere."""
    loaded(
        load,
        [
            *[("Noord", "Kim", accuracy, 4) for accuracy in (1, 2, 1, 2, 1, 2)],
            *[
                ("Zuid", "Lot", accuracy, professionalism)
                for accuracy, professionalism in ((5, 4), (4, 5), (5, 3), (4, 4))
            ],
            *[
                ("West", "Max", accuracy, professionalism)
                for accuracy, professionalism in ((5, 4), (4, 5), (5, 3), (4, 4))
            ],
            ("Few", "Nol", 1, 1),
        ],
    )
    return store


def test_the_group_that_lies_below_all_others(teams):
    settings_minimum = moment(teams).settings.minimum_n
    assert settings_minimum == 5
    found, tried = training.below(DuckDBEngine(teams), training.REVIEWED, ("team", "agent"), Filters(), moment(teams))
    assert [(one.metric, one.by, one.group, one.n, one.others_n) for one in found] == [
        ("reviewed_accuracy", "team", "Noord", 6, 9), ("reviewed_accuracy", "agent", "Kim", 6, 9),
    ]  # fmt: skip
    assert found[0].value == pytest.approx(12.5)  # 0 and 25
    assert found[0].others == pytest.approx((4 * 100 + 4 * 75 + 0) / 9)
    assert found[0].high < 0
    assert tried == 4  # Noord and Kim, two parts each: the others are too few


def test_those_without_a_difference_are_not_named(load, store):
    loaded(load, [(team, team, 3 + number % 2, 3 + number % 2) for team in ("A", "B") for number in range(8)])
    found, tried = training.below(DuckDBEngine(store), training.REVIEWED, ("team",), Filters(), moment(store))
    assert (found, tried) == ((), 4)


def test_a_single_group_has_no_others(load, store):
    loaded(load, [("A", "Kim", 3 + number % 2, 3) for number in range(8)])
    assert training.below(DuckDBEngine(store), training.REVIEWED, ("team",), Filters(), moment(store)) == ((), 0)


def test_the_lowest_part_beyond_noise(load, store):
    loaded(load, [("A", "Kim", 1 + number % 2, 4 + number % 2) for number in range(10)])
    found = training.lowest(DuckDBEngine(store), training.REVIEWED, Filters(), moment(store))
    assert (found.metric, found.value, found.n, found.next, found.next_value) == (
        "reviewed_accuracy", 12.5, 10, "reviewed_professionalism", 87.5,
    )  # fmt: skip
    assert found.is_clear
    assert found.low < -75 < found.high < 0
    assert training.lowest_said(found).startswith("Accuracy is lowest: 12.5, against 87.5 for professionalism.")


def test_two_parts_that_do_not_differ_are_said_not_to(load, store):
    loaded(load, [("A", "Kim", 3 + number % 2, 4 - number % 2) for number in range(10)])
    found = training.lowest(DuckDBEngine(store), training.REVIEWED, Filters(), moment(store))
    assert not found.is_clear
    assert "do not differ beyond noise" in training.lowest_said(found)


def test_nothing_is_said_on_few(load, store):
    loaded(load, [("A", "Kim", 1, 5)] * 4)
    assert training.lowest(DuckDBEngine(store), training.REVIEWED, Filters(), moment(store)) is None


def test_chance_alone_is_seldom_named(load, store):
    """Sixty teams of ten equal agents: at 5% about three have one named, and more than nine would be a fault."""
    rng = np.random.default_rng(5)
    teams = [f"team {number}" for number in range(60)]
    loaded(
        load,
        [(team, f"agent {who}", *rng.integers(1, 6, 2)) for team in teams for who in range(10) for _time in range(8)],
    )
    engine, at, named = DuckDBEngine(store), moment(store), 0
    for team in teams:
        found, tried = training.below(engine, training.REVIEWED, ("agent",), Filters(values={"team": (team,)}), at)
        assert tried == 20
        named += bool(found)
    assert named <= 9


def test_the_words_name_the_part_in_the_readers_language(teams):
    found, _tried = training.below(DuckDBEngine(teams), training.REVIEWED, ("team",), Filters(), moment(teams))
    set_language("nl")
    assert training.below_said(found[0]).startswith("juistheid 12,5, tegen 77,8 van alle andere samen")
    set_language("en")


def test_the_team_of_an_agent_is_that_of_most_tickets(load, store):
    load(
        "ticket_id,created_at,team,agent,status\n1,2026-03-01,A,Kim,open\n2,2026-03-01,B,Kim,open\n3,2026-03-02,B,Kim,open\n"
    )
    assert training.team_of(DuckDBEngine(store), "Kim") == "B"
    assert training.team_of(DuckDBEngine(store), "Nobody") is None
