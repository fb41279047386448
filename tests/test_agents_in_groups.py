"""Agents looked at in groups only: no name in any fact, and teams of few agents are one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cxdata import drill, formats
from cxdata.boards import BOARDS
from cxdata.errors import CxError, UnknownName
from cxdata.settings import Settings
from tests.conftest import question

TEAMS = {"Noord": 3, "Zuid": 2, "West": 1}


@pytest.fixture
def grouped(store, load):
    """Three agents in team Noord, two in Zuid, one in West; each one ticket with one answer. Kas names no agents."""
    names = [(team, f"{team} {number}") for team, agents in TEAMS.items() for number in range(agents)]
    lines = [f"{at},2026-03-{at + 1:02} 10:00,{team},{agent},K{at}" for at, (team, agent) in enumerate(names)]
    load(
        "\n".join(["ticket_id,created_at,team,agent,customer_id", *lines, "99,2026-03-20 10:00,Kas,,K9"]),
        kind="tickets",
    )
    load("\n".join(["answered_at,nps,ticket_id", *(f"2026-03-21,9,{at}" for at in range(len(names)))]), kind="surveys")
    return store


def teams(store, minimum: int) -> dict[str, int]:
    store.save_settings(replace(store.settings(), agents="in_groups", minimum_group=minimum))
    rows = question(store, "tickets_created", by=("team",)).rows
    return {row.team: row.n for row in rows.itertuples()}


@pytest.mark.parametrize(
    ("minimum", "shown"),
    [
        (
            2,
            {"Noord": 3, "smaller_teams": 3, "Kas": 1},
        ),  # West is too small, and alone it would be itself: Zuid joins it
        (3, {"Noord": 3, "smaller_teams": 3, "Kas": 1}),
        (4, {"smaller_teams": 6, "Kas": 1}),
        (7, {"smaller_teams": 6, "Kas": 1}),
    ],
)
def test_small_teams_are_one_with_the_next_larger_until_they_are_enough(grouped, minimum, shown):
    assert teams(grouped, minimum) == shown


def test_no_agent_is_in_any_fact_and_their_teams_are_the_same_in_all(grouped):
    teams(grouped, 3)
    for facts in ("ticket_facts", "survey_facts"):
        assert grouped.query(f"select count(agent) as n from {facts}").to_pylist() == [{"n": 0}]
    found = grouped.query("select distinct team from survey_facts order by team").to_pylist()
    assert [row["team"] for row in found] == ["Noord", "smaller_teams"]
    assert formats.group("team", "smaller_teams") == "Smaller teams"


def test_nothing_is_split_by_agent(grouped):
    assert len(question(grouped, "tickets_created", by=("agent",)).rows) == 7
    teams(grouped, 3)
    for by in (("agent",), ("team", "agent")):
        with pytest.raises(CxError, match="Agents are looked at in groups only"):
            question(grouped, "nps", by=by)


def test_rows_have_no_column_of_agents(grouped):
    assert "agent" in [one.name for one in drill.columns("tickets_created")]
    assert "agent" not in [one.name for one in drill.columns("tickets_created", agents="in_groups")]


def test_names_come_back_with_the_setting(grouped):
    teams(grouped, 3)
    grouped.save_settings(replace(grouped.settings(), agents="by_name"))
    assert len(question(grouped, "tickets_created", by=("agent",)).rows) == 7
    assert len(question(grouped, "tickets_created", by=("team",)).rows) == 4


def test_settings_that_cannot_be():
    with pytest.raises(UnknownName):
        Settings(agents="never")
    with pytest.raises(CxError, match="2 agents or more"):
        Settings(minimum_group=1)


def test_reviews_tell_no_agent_either_and_are_drawn_by_team(grouped, load):
    load(
        "ticket_id,reviewer,reviewed_at,quality_accuracy (1-5)\n0,Kim,2026-03-25,4\n3,Kim,2026-03-25,2\n",
        name="r.csv", kind="reviews",
    )  # fmt: skip
    teams(grouped, 3)
    for _again in range(2):
        found = grouped.query("select team, agent from review_facts order by team").to_pylist()
        assert found == [{"team": "Noord", "agent": None}, {"team": "smaller_teams", "agent": None}]
        with grouped.writing() as cursor:
            grouped.rebuild(cursor, {"reviews"})
    grouped.save_settings(replace(grouped.settings(), agents="by_name"))
    found = grouped.query("select team, agent from review_facts order by team").to_pylist()
    assert found == [{"team": "Noord", "agent": "Noord 0"}, {"team": "Zuid", "agent": "Zuid 0"}]


def test_boards_show_no_panel_by_agent_where_agents_are_in_groups():
    by_name, in_groups = Settings(), Settings(agents="in_groups")
    assert any("agent" in panel.by for board in BOARDS for panel in board.seen(by_name).panels)
    assert not any("agent" in panel.by for board in BOARDS for panel in board.seen(in_groups).panels)
    assert all(board.seen(in_groups).sections for board in BOARDS)
