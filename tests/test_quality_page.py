"""The Service quality page: numbers, what to train on, planning a training, and reviewing tickets."""

from __future__ import annotations

import pytest

from cxdata import goal_records, review_records
from cxdata.store import Store
from tests.test_pages import (  # noqa: F401  fixtures
    PAGES,
    english,
    nothing_cached,
    opened,
    sample_file,
    sample_shown,
    shown,
    shown_from,
)

PERIOD = {"period": "custom", "from": "2025-11-01", "to": "2026-10-31"}


@pytest.fixture
def own_sample(tmp_path, monkeypatch, sample_path):
    """A copy of the sample that may be changed."""
    import shutil

    monkeypatch.setenv("CX_DATABASE", str(tmp_path / "cx.duckdb"))
    shutil.copy(sample_path, tmp_path / "sample.duckdb")
    with Store(tmp_path / "sample.duckdb") as made:
        yield from shown_from(made, monkeypatch)


def pressed(at, key: str):
    next(button for button in at.button if button.key == key).click()
    return at.run()


def submitted(at, label: str):
    next(button for button in at.button if button.label == label).click()
    return at.run()


def score(at, name: str):
    return next(group for group in at.button_group if (group.key or "").startswith(name))


def test_the_page_says_what_to_train_on_and_how_far_reviewers_agree(sample_shown):  # noqa: F811
    text = shown(opened("quality", **PERIOD))
    assert "As colleagues judge." in text
    assert "Accuracy is lowest: 72.9, against 79.3 for professionalism." in text  # customers
    assert "Agreement between reviewers" in text
    assert "They judge alike: the scores can be relied on." in text
    assert "Reviews of a ticket that is not in the data: 1." in text
    assert "Training Zuid" in " ".join(button.label for button in opened("quality").button)


def test_the_pairs_are_worked_out_when_they_are_asked_for(sample_shown):  # noqa: F811
    at = opened("quality", **PERIOD)
    assert "Cohen" not in shown(at)
    at.session_state["agreement_pairs"] = True
    text = shown(at.run())
    assert "Cohen’s kappa" in text
    assert "Petra de Graaf – Sanne Wolters" in text


def test_a_training_is_planned_as_an_event_and_as_an_action_of_a_goal(own_sample):
    at = opened("quality", **PERIOD)
    at = pressed(at, "plan_reviewed_accuracy_team_Noord")
    (name,) = [field for field in at.text_input if field.label == "Name"]
    assert name.value == "Training accuracy, Noord"
    (goal,) = [box for box in at.selectbox if box.label == "And as an action of a goal"]
    assert goal.value is None  # none of the goals is on quality
    goal.select_index(0)
    at = submitted(at, "Save")
    assert not at.exception
    assert "Planned: Training accuracy, Noord" in at.success[0].value.replace("\\", "")
    (event,) = [kept.event for kept in own_sample.events() if kept.event.name == "Training accuracy, Noord"]
    assert (event.kind, event.team) == ("training", "Noord")
    (action,) = [one for one in goal_records.actions(own_sample) if one.what == event.name]
    assert (action.kind, action.by) == ("training", event.start)
    assert f"training_{event.id}" in [button.key for button in at.button]


def test_a_batch_is_drawn_reviewed_and_shown_in_the_numbers(own_sample):
    at = opened("quality", **PERIOD)
    at = pressed(at, "review_go")
    assert at.title[0].value == "Review tickets"
    at.multiselect(key="review_teams").set_value(["Noord"])
    at.text_input(key="review_name").set_value(" Petra  de Graaf ")
    at.number_input(key="review_each").set_value(1)
    at = submitted(at, "Draw the tickets")
    assert not at.exception
    (batch,) = review_records.batches(own_sample)
    assert len(batch.tickets) == 6  # one of each agent
    text = shown(at)
    assert "0 of 6 reviewed, as Petra de Graaf" in text
    agents = own_sample.query(
        "select distinct agent from ticket_facts where team = 'Noord' and agent is not null"
    ).to_pydict()["agent"]
    assert [name for name in agents if name in text] == []
    assert at.get("code")[0].value == batch.tickets[0].key

    at = submitted(at, "Save and next")
    assert "one score at least" in at.error[0].value
    before = own_sample.query("select count(*) as k from review_facts").to_pylist()[0]["k"]
    score(at, "quality_accuracy").set_value(4)
    score(at, "quality_overall").set_value(2)
    at = submitted(at, "Save and next")
    assert not at.exception
    assert "1 of 6 reviewed" in shown(at)
    assert at.get("code")[0].value == batch.tickets[1].key
    (review,) = review_records.reviews(own_sample)
    assert (review.reviewer, review.ticket, review.scores) == (
        "Petra de Graaf", batch.tickets[0], {"quality_accuracy": 4, "quality_professionalism": None, "quality_overall": 2},
    )  # fmt: skip
    assert own_sample.query("select count(*) as k from review_facts").to_pylist()[0]["k"] == before + 1

    at = submitted(at, "Skip")
    assert at.get("code")[0].value == batch.tickets[2].key
    at = submitted(submitted(at, "Previous"), "Previous")
    assert at.get("code")[0].value == batch.tickets[0].key
    assert score(at, "quality_accuracy").value == 4  # what was given before

    at = pressed(at, "review_back")
    assert "Petra de Graaf: 1 of 6" in shown(at)


def test_a_link_to_a_batch_asks_who_reviews(own_sample):
    made = review_records.draw(own_sample, review_records.Batch(0, 1, ("Zuid",), (), review_records.Period(), 1))
    at = opened("quality", review=str(made.id))
    assert [field.label for field in at.text_input] == ["Your name"]
    at.text_input(key="review_name_asked").set_value("Sanne Wolters")
    at = submitted(at, "Begin")
    assert "as Sanne Wolters" in shown(at)


def test_a_draw_without_tickets_says_so(own_sample):
    at = pressed(opened("quality", lang="nl"), "review_go")
    at.date_input(key="review_from").set_value(None)
    at.date_input(key="review_to").set_value(None)
    at.number_input(key="review_each").set_value(20)
    at = submitted(at, "Tickets trekken")
    assert "meer dan 200 tegelijk" in at.error[0].value.replace("\\", "")


def test_without_judgements_the_page_offers_to_review(nothing_cached, tmp_path, monkeypatch, load, store):  # noqa: F811
    load("ticket_id,created_at,resolved_at,status,agent\n1,2026-03-01,2026-03-02,solved,Kim\n")
    monkeypatch.setenv("CX_DATABASE", str(tmp_path / "cx.duckdb"))
    monkeypatch.setattr("cxdata.ui.state.own_store", lambda: store)
    at = opened("quality")
    assert not at.exception
    assert any("needs judgements" in text.value for text in at.markdown)
    at = pressed(at, "review_go")
    assert at.title[0].value == "Review tickets"


def test_the_page_has_its_place_in_the_menu():
    assert "quality" in PAGES
