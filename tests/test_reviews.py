"""Reviews by colleagues: their import, their facts, those made in the app, and what is drawn for them."""

from __future__ import annotations

import json
from datetime import date

import pytest

from cxdata import charts, importing, journal, review_records, rows
from cxdata.engine import DuckDBEngine
from cxdata.errors import CxError, Note
from cxdata.filters import Filters, Period
from cxdata.review_records import Batch, Review, Ticket
from tests.conftest import current, moment, question

TICKETS = "ticket_id,created_at,resolved_at,status,team,agent,channel,priority,subject\n" + "".join(
    f"{number},2026-03-{number:02} 10:00,2026-03-{number + 1:02} 10:00,solved,{team},{agent},email,high,Subject {number}\n"
    for number, (team, agent) in enumerate(
        [("Noord", "Kim"), ("Noord", "Kim"), ("Noord", "Kim"), ("Zuid", "Lot"), ("Zuid", "Lot"), ("Zuid", None)], 1
    )
).replace(",None,", ",,")
OPEN = "7,2026-03-07 10:00,,open,Zuid,Lot,email,high,Not solved\n8,2026-03-08 10:00,2026-03-08 11:00,deleted,Zuid,Lot,email,high,Gone\n"
HEADER = "ticket,reviewed on,reviewer,accuracy (1-5),professionalism (1-5),overall experience (1-5),comment\n"


@pytest.fixture
def tickets(store, load):
    load(TICKETS + OPEN, name="t.csv")
    return store


def facts(store, columns: str) -> list[tuple]:
    found = store.query(f"select {columns} from review_facts order by ticket_id, reviewer nulls last").to_pylist()
    return [tuple(row.values()) for row in found]


# --- from a file --------------------------------------------------------------------------------------------


def test_a_ticket_counts_once_with_the_mean_of_its_reviewers_and_the_words_of_the_ticket(tickets, load, table):
    outcome = load(
        HEADER + "1,2026-04-10,Ann,5,4,3,Fine\n1,2026-04-11,Bob,3,,1,\n4,2026-04-11,Ann,2,5,,\n", name="r.csv"
    )
    assert (outcome.kind, outcome.source, outcome.new, outcome.rejected) == ("reviews", "generic", 3, 0)
    assert facts(tickets, "ticket_id, reviewer, accuracy, ticket_accuracy, ticket_professionalism, first_of_ticket") == [
        ("1", "Ann", 100, 75, 75, True), ("1", "Bob", 50, None, None, False), ("4", "Ann", 25, 25, 100, True),
    ]  # fmt: skip
    assert facts(tickets, "cast(handled_on as varchar), team, agent, channel, priority, comment") == [
        ("2026-03-02", "Noord", "Kim", "email", "high", "Fine"), ("2026-03-02", "Noord", "Kim", "email", "high", None),
        ("2026-03-05", "Zuid", "Lot", "email", "high", None),
    ]  # fmt: skip
    assert table("reviewed_accuracy", by=("agent",)) == [("Kim", 75, 1), ("Lot", 25, 1)]
    assert table("reviews", by=("team",), channel=("email",)) == [("Noord", 2, 2), ("Zuid", 1, 1)]


def test_colleagues_and_customers_are_never_mixed(tickets, load, ask):
    load(HEADER + "1,2026-04-10,Ann,5,5,5,\n", name="r.csv")
    load("answered_at,ticket,accuracy (1-5)\n2026-04-01,1,1\n", name="s.csv")
    assert ask("reviewed_accuracy", "quality_accuracy") == {"reviewed_accuracy": 100, "quality_accuracy": 0}


def test_a_score_off_the_scale_is_a_rejected_row(tickets, load):
    outcome = load(
        HEADER + "1,2026-04-10,Ann,7,4,3,\n2,2026-04-10,Ann,5,4,3,\n,2026-04-10,Ann,5,4,3,\n3,,Ann,5,4,3,\n",
        name="r.csv",
    )
    assert (outcome.rows, outcome.new, outcome.rejected) == (4, 1, 3)
    header, rejects = tickets.rejects(outcome.import_id)
    assert header[0] == "ticket"
    assert [row["column_name"] for row in rejects] == ["accuracy (1-5)", "ticket", "reviewed on"]
    assert "7" in rejects[0]["value"]
    assert str(Note(*json.loads(rejects[0]["reason"])))


def test_what_cannot_be_joined_or_has_no_reviewer_is_kept_counted_and_said(tickets, load):
    outcome = load(
        HEADER + "99,2026-04-10,Ann,5,4,3,\n1,2026-04-10,,1,4,3,\n1,2026-04-10,,3,4,3,\n8,2026-04-10,Ann,1,1,1,\n",
        name="r.csv",
    )
    assert [str(note).split(":")[0] for note in outcome.notes] == [
        "2 reviews are of tickets that are not in the data", "2 reviews do not say who reviewed",
    ]  # fmt: skip
    assert facts(tickets, "ticket_id, reviewer, ticket_source, cast(handled_on as varchar), ticket_accuracy") == [
        ("1", None, "generic", "2026-03-02", 25), ("1", None, "generic", "2026-03-02", None),
        ("8", "Ann", None, "2026-04-10", 0), ("99", "Ann", None, "2026-04-10", 100),
    ]  # fmt: skip
    engine, at = DuckDBEngine(tickets), moment(tickets)
    assert rows.review_remarks(engine, Filters(), at) == (2, 2)
    assert list(rows.reviews(engine, Filters(), at)["ticket_id"]) == ["8", "99"]


def test_a_later_file_changes_a_review_of_the_same_reviewer_and_undo_brings_it_back(tickets, load, ask):
    load(HEADER + "1,2026-04-10,Ann,5,4,3,\n2,2026-04-10,Ann,1,4,3,\n", name="r.csv")
    same = load(HEADER + "1,2026-04-10,Ann,5,4,3,\n", name="again.csv")
    assert (same.new, same.changed, same.unchanged) == (0, 0, 1)
    later = load(HEADER + "1,2026-04-12,Ann,3,4,3,\n1,2026-04-12,Bob,3,4,3,\n", name="later.csv")
    assert (later.new, later.changed) == (1, 1)
    assert ask("reviewed_accuracy", "reviews") == {"reviewed_accuracy": 25, "reviews": 3}
    tickets.undo(later.import_id)
    assert ask("reviewed_accuracy", "reviews") == {"reviewed_accuracy": 50, "reviews": 2}


def test_a_file_of_reviews_is_told_from_a_survey_by_its_reviewer(load, store):
    assert load("ticket,date,reviewer,accuracy\n1,2026-04-10,Ann,5\n", dry_run=True).kind == "reviews"
    assert load("ticket,date,accuracy\n1,2026-04-10,5\n", dry_run=True).kind == "surveys"
    assert load("ticket,date,accuracy\n1,2026-04-10,5\n", kind="reviews").kind == "reviews"
    with pytest.raises(CxError, match="No score of accuracy"):
        load("ticket,date,reviewer\n1,2026-04-10,Ann\n", kind="reviews")
    assert len(current(store, "reviews")) == 1


def test_reviews_without_any_tickets_stand_by_themselves(load, store, table):
    load("ticket,date,reviewer,overall experience (1-5),team\n1,2026-04-10,Ann,5,West\n", name="r.csv")
    assert table("reviewed_overall", by=("team",)) == [("West", 100, 1)]


def test_an_interval_reaches_no_further_than_the_scale(tickets, load):
    load(HEADER + "1,2026-04-10,Ann,5,4,3,\n2,2026-04-10,Ann,1,4,3,\n", name="r.csv")
    (row,) = question(tickets, "reviewed_accuracy").rows.itertuples()
    assert (row.value, row.n, row.low, row.high) == (50, 2, 0, 100)


# --- in the app ---------------------------------------------------------------------------------------------


def batch(store, each: int = 2, seed: int = 7, **more) -> Batch:
    return review_records.draw(store, Batch(0, seed, more.get("teams", ()), more.get("agents", ()), more.get("period", Period()), each), "Ann")  # fmt: skip


def judged(store, made: Batch, ticket: Ticket, reviewer: str, accuracy: int, **more) -> Review:
    return review_records.save_review(
        store, Review(0, made.id, ticket, reviewer, {"quality_accuracy": accuracy, **more})
    )


def test_a_draw_takes_solved_tickets_of_each_agent_and_is_the_same_for_everybody(tickets):
    made = batch(tickets)
    assert [one.source for one in made.tickets] == ["generic"] * 4
    assert len({one.key for one in made.tickets} & {"1", "2", "3"}) == 2
    assert {one.key for one in made.tickets} >= {"4", "5"}  # without an agent, open and deleted ones never
    assert review_records.drawn(tickets, made) == made.tickets
    assert review_records.batches(tickets)[0].tickets == made.tickets
    orders = {tuple(one.key for one in batch(tickets, 3, seed).tickets) for seed in range(12)}
    assert len(orders) > 1
    assert all(set(order) == {"1", "2", "3", "4", "5"} for order in orders)


def test_a_draw_keeps_to_what_was_chosen(tickets):
    keys = lambda made: {one.key for one in made.tickets}  # noqa: E731
    assert keys(batch(tickets, 5, teams=("Zuid",))) == {"4", "5"}
    assert keys(batch(tickets, 5, agents=("Kim",))) == {"1", "2", "3"}
    assert keys(batch(tickets, 5, period=Period(date(2026, 3, 3), date(2026, 3, 5)))) == {
        "2",
        "3",
    }  # by day of resolution
    with pytest.raises(CxError, match="no solved ticket"):
        batch(tickets, teams=("West",))
    with pytest.raises(CxError, match="at least one"):
        batch(tickets, 0)


def test_a_draw_is_not_larger_than_somebody_can_review(tickets, monkeypatch):
    monkeypatch.setattr(review_records, "MOST", 4)
    with pytest.raises(CxError, match="5 tickets, and nobody reviews more than 4"):
        batch(tickets, 5)
    assert review_records.batches(tickets) == ()


def test_a_saved_review_is_in_the_numbers_and_is_not_drawn_again(tickets, ask):
    made = batch(tickets, 5, teams=("Zuid",))
    judged(tickets, made, Ticket("generic", "4"), "Ann", 5)
    assert ask("reviewed_accuracy", "reviews", team=("Zuid",)) == {"reviewed_accuracy": 100, "reviews": 1}
    assert ask("reviewed_accuracy", team=("Noord",)) == {"reviewed_accuracy": None}
    assert question(tickets, "reviewed_accuracy", grain="month").rows["value"].tolist()[0] == 100  # filed in March
    assert {one.key for one in batch(tickets, 5, teams=("Zuid",)).tickets} == {"5"}
    assert len(made.tickets) == 2  # the batch stays as it was drawn, for the next reviewer
    judged(tickets, made, Ticket("generic", "4"), "Bob", 1)
    assert ask("reviewed_accuracy", "reviews") == {"reviewed_accuracy": 50, "reviews": 2}


def test_saving_again_is_a_newer_version_and_the_earlier_one_stays(tickets, ask):
    made = batch(tickets, 5)
    first = judged(tickets, made, Ticket("generic", "4"), "Ann", 5)
    second = judged(tickets, made, Ticket("generic", "4"), " ann".strip(), 2)
    assert first.id == second.id
    assert ask("reviewed_accuracy", "reviews") == {"reviewed_accuracy": 25, "reviews": 1}
    history = journal.history(tickets, "review", first.id)
    assert [entry.body["quality_accuracy"] for entry in history] == [5, 2]


def test_the_months_of_reviews_follow_and_other_facts_are_left_alone(tickets):
    others = "select (select count(*) from ticket_facts) as t, (select count(*) from created_months) as m"
    before = tickets.query(others).to_pylist()
    judged(tickets, batch(tickets), Ticket("generic", "4"), "Ann", 4)
    sql = "select team, reviewed_accuracy_sum as sum, reviews_n as n from handled_months"
    assert tickets.query(sql).to_pylist() == [{"team": "Zuid", "sum": 75.0, "n": 1}]
    assert tickets.query(others).to_pylist() == before


def test_reviews_of_the_app_survive_imports_and_undo(tickets, load, ask):
    judged(tickets, batch(tickets), Ticket("generic", "4"), "Ann", 4)
    other = load(HEADER + "4,2020-01-01,Ann,1,1,1,\n4,2026-04-10,Bob,5,,,\n", name="r.csv")
    # Ann judged it twice: her newest review counts, wherever it was made.
    assert ask("reviewed_accuracy", "reviews") == {"reviewed_accuracy": (75 + 100) / 2, "reviews": 2}
    tickets.undo(other.import_id)
    assert ask("reviewed_accuracy", "reviews") == {"reviewed_accuracy": 75, "reviews": 1}


def test_what_is_shown_of_a_ticket_does_not_say_whose_it_is(tickets):
    made = batch(tickets, 5)
    found = review_records.shown(tickets, made, "Ann")
    assert [one.ticket for one in found] == list(made.tickets)
    (one,) = [one for one in found if one.ticket.key == "4"]
    assert (one.subject, one.channel, one.priority, one.resolution_s) == ("Subject 4", "email", "high", 86400)
    assert "Lot" not in repr(found)
    assert "Kim" not in repr(found)


def test_nobody_reviews_their_own_tickets(tickets):
    made = batch(tickets, 5)
    assert {one.ticket.key for one in review_records.shown(tickets, made, " lot ")} == {"1", "2", "3"}


def test_the_newest_state_of_a_ticket_is_shown(tickets, load):
    made = batch(tickets, 5)
    load(
        "ticket_id,created_at,resolved_at,status,agent,subject\n4,2026-03-04 10:00,2026-03-05 10:00,solved,Lot,Renamed\n",
        name="t2.csv",
    )
    assert "Renamed" in {one.subject for one in review_records.shown(tickets, made, "Ann")}
    assert len(review_records.shown(tickets, made, "Ann")) == 5


def test_what_is_left_to_do_is_by_reviewer(tickets):
    made = batch(tickets, 5)
    found = review_records.shown(tickets, made, "Ann")
    judged(tickets, made, found[1].ticket, "Ann", 4)
    done = review_records.reviews(tickets)
    assert review_records.left_to_do(made, found, done, "ANN") == (found[0], *found[2:])
    assert review_records.left_to_do(made, found, done, "Bob") == found


@pytest.mark.parametrize(
    ("reviewer", "scores", "said"),
    [
        (" ", {"quality_accuracy": 3}, "A review says who reviewed"),
        ("Ann", {"quality_accuracy": 6}, "from 1 to 5"),
        ("Ann", {"quality_accuracy": 0}, "from 1 to 5"),
        ("Ann", {"quality_accuracy": None}, "one score at least"),
        ("Ann", {}, "one score at least"),
    ],
)
def test_a_review_that_cannot_be_is_refused(reviewer, scores, said):
    with pytest.raises(CxError, match=said):
        Review(0, 1, Ticket("generic", "1"), reviewer, scores)


def test_a_batch_comes_off_the_list_and_its_reviews_stay(tickets, ask):
    made = batch(tickets, 5)
    judged(tickets, made, made.tickets[0], "Ann", 4)
    review_records.remove_batch(tickets, made)
    assert review_records.batches(tickets) == ()
    assert ask("reviews") == {"reviews": 1}


# --- the sample ---------------------------------------------------------------------------------------------


def test_every_row_of_the_sample_is_a_review(sample):
    (row,) = [row for row in sample.imports() if row["kind"] == "reviews"]
    assert (row["outcome"]["rows"], row["outcome"]["new"], row["outcome"]["rejected"]) == (340, 340, 0)
    assert sample.query("select count(*) as k from review_facts where ticket_source is null").to_pylist() == [{"k": 1}]


def test_a_file_says_again_what_was_left_out(tickets, load, tmp_path):
    """Accounting follows from the registry: nothing is left out of a file of reviews."""
    outcome = load(HEADER + "1,2026-04-10,Ann,5,4,3,\n", name="r.csv")
    with (tmp_path / "left.csv").open("w", newline="") as file:
        assert importing.write_left_out(tickets, outcome.import_id, file) == 0


@pytest.mark.parametrize(
    ("minimum", "options", "shown"),
    [
        (1, {}, ["C", "B", "A"]),  # worst last, and so lowest on the chart first
        (1, {"most": 2}, ["B", "A"]),
        (1, {"most": 2, "worst": True}, ["C", "B"]),
        (2, {"most": 1, "worst": True}, ["B"]),  # C was reviewed once
        (3, {"most": 2, "worst": True}, ["C", "B"]),  # nobody well enough: as they are
        (2, {"most": 3, "worst": True}, ["C", "B", "A"]),
    ],
)
def test_a_chart_of_many_agents_can_keep_to_the_worst(load, store, minimum, options, shown):
    rows = (("A", 5), ("A", 5), ("B", 3), ("B", 3), ("C", 1))
    text = "".join(f"{at},2026-04-10,Ann,{agent},{score}\n" for at, (agent, score) in enumerate(rows))
    load("ticket,reviewed on,reviewer,agent,accuracy (1-5)\n" + text, name="r.csv")
    answer = question(store, "reviewed_accuracy", by=("agent",))
    figure = charts.breakdown(answer, charts.Style(minimum_n=minimum), **options)
    assert list(figure.data[0].y) == shown
