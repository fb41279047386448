"""The Meeting page under AppTest: start, walk, what is typed, closing, minutes, and what is not there any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from cxdata import alert_records, goal_records, meeting_records
from cxdata.goals import Goal
from cxdata.importing import import_file
from cxdata.meetings import Meeting
from cxdata.store import Store
from cxdata.ui import state
from tests.conftest import SECRET
from tests.test_pages import english, nothing_cached, opened, sample_file, sample_shown, shown  # noqa: F401


def three_goals(store: Store, folder: Path) -> None:
    """An organisation with two teams, a year of ten satisfaction answers a month each, and three goals."""
    lines = ["response id,submitted at,csat,team"]
    for month in range(12):
        for team, good in (("Noord", min(10, 6 + max(0, month - 5))), ("Zuid", 5)):
            lines += [f"{team}{month}-{at},2025-{month + 1:02d}-10,{5 if at < good else 1},{team}" for at in range(10)]
    path = folder / "answers.csv"
    path.write_text("\n".join(lines))
    import_file(store, path)
    store.save_settings(replace(store.settings(), as_of="2026-01-01T00:00"))
    base = Goal(
        0, "csat", {"team": ("Noord",)}, baseline=0.6, target=0.9, start=date(2025, 7, 1), deadline=date(2026, 2, 28), owner="Ada"
    )  # fmt: skip
    for one in (base, replace(base, values={"team": ("Zuid",)}), replace(base, deadline=date(2025, 8, 31))):
        goal_records.save_goal(store, one)


@pytest.fixture
def own(tmp_path, monkeypatch, nothing_cached):  # noqa: F811
    monkeypatch.setenv("CX_DATABASE", str(tmp_path / "cx.duckdb"))
    three_goals(state.own_store(), tmp_path)
    return state.own_store()


def linked(**link):
    """The page as a link to a meeting, an item or minutes opens it."""
    at = opened("meeting", lang=link.pop("lang", "en"))
    for name, value in link.items():
        at.session_state[name] = value
    return at.run()


def button(at, label):
    return next(one for one in at.button if one.label == label)


def field(at, kind, label):
    return next(one for one in getattr(at, kind) if one.label == label)


def started(at, name="Ada"):
    field(at, "text_input", "Your name").set_value(name)
    button(at, "Start").click().run()
    return at


def test_a_whole_meeting(own):
    at = started(opened("meeting"))
    assert not at.exception
    assert at.title[0].value == "What changed"
    titles = [at.title[0].value]
    while not button(at, "Next").disabled:
        button(at, "Next").click().run()
        assert not at.exception
        titles.append(at.title[0].value)
        if titles[-1] == "CSAT, Zuid":
            assert "At risk" in shown(at)
            field(at, "text_area", "Note").set_value("Why are we late?").run()
            field(at, "text_input", "Next action").set_value("Train").run()
            at.selectbox[-2].set_value("Ada").run()
    assert titles == ["What changed", "What was agreed the last time", "CSAT, Zuid", "CSAT, Noord", "CSAT, Noord", "Overdue actions", "New goals", "Close"]  # fmt: skip
    assert [one.note for one in goal_records.check_ins(own)] == ["Why are we late?"]
    assert [(one.what, one.who) for one in goal_records.actions(own)] == [("Train", "Ada")]
    button(at, "Close and make the minutes").click().run()
    assert not at.exception
    assert "Minutes" in at.title[0].value
    assert "Train – Ada (CSAT, Zuid)" in shown(at)
    (kept,) = meeting_records.past(own)
    assert kept.closed_by == "Ada"
    button(at, "All meetings").click().run()
    assert at.title[0].value == "Meeting"
    assert "1 action agreed · Ada" in shown(at)


def test_a_link_leads_to_the_item_with_what_was_typed(own):
    meeting = meeting_records.start(own, Meeting(0, "", "2026-01-05T09:00:00Z", ("Ada",), date(2026, 1, 1)))
    meeting_records.say(own, meeting, "goal-2", "note", "Kept", date(2026, 1, 5), by="Bo", place="another")
    at = linked(meeting=str(meeting.id), item="goal-2")
    assert at.title[0].value == "CSAT, Zuid"
    assert field(at, "text_area", "Note").value == "Kept"
    assert "Bo wrote: note" in shown(at)
    meeting_records.say(own, meeting, "goal-2", "note", "Kept, and more", date(2026, 1, 5), by="Bo", place="another")
    at.run()
    assert field(at, "text_area", "Note").value == "Kept, and more"


@pytest.mark.parametrize("link", [{"meeting": "99"}, {"meeting": "x"}, {"minutes": "99"}, {"minutes": "no"}])
def test_what_is_not_there_is_a_sentence_with_the_way_back(own, link):
    at = linked(**link)
    assert not at.exception
    assert at.title[0].value == "Meeting"
    assert len(at.error) == 1
    assert "There " in at.error[0].value


def test_an_action_without_a_text_is_said_and_nothing_is_closed(own):
    meeting = meeting_records.start(own, Meeting(0, "", "2026-01-05T09:00:00Z", (), date(2026, 1, 1)))
    meeting_records.say(own, meeting, "goal-2", "who0", "Bo", date(2026, 1, 5))
    at = linked(meeting=str(meeting.id), item="goal-2")
    assert "Write what will be done" in shown(at)
    at = linked(meeting=str(meeting.id), item="close")
    button(at, "Close and make the minutes").click().run()
    assert "has no text" in at.error[0].value
    assert meeting_records.past(own) == ()


def test_a_team_that_is_gone_and_a_meeting_without_goals(own):
    meeting = meeting_records.start(own, Meeting(0, "West", "2026-01-05T09:00:00Z", (), date(2026, 1, 1)))
    at = linked(meeting=str(meeting.id))
    assert "no team West" in at.warning[0].value
    at = linked(meeting=str(meeting.id), item="close")
    button(at, "Close and make the minutes").click().run()
    assert "Nothing was agreed." in shown(at)


def test_somebody_else_closes_it(own):
    meeting = meeting_records.start(own, Meeting(0, "", "2026-01-05T09:00:00Z", (), date(2026, 1, 1)))
    at = linked(meeting=str(meeting.id), item="goal-2")
    meeting_records.close(own, meeting_records.gathered(own, meeting, date(2026, 1, 5), date(2026, 1, 1)), "2026-01-05T10:00:00Z", "Bo")  # fmt: skip
    at.run()
    assert "Minutes" in at.title[0].value
    assert "Closed by Bo" in shown(at)


def test_minutes_are_sent_from_the_page(own, inbox, nowhere):
    meeting = meeting_records.start(own, Meeting(0, "", "2026-01-05T09:00:00Z", ("Ada",), date(2026, 1, 1)))
    meeting_records.say(own, meeting, "goal-2", "note", "Why are we late?", date(2026, 1, 5))
    at = linked(meeting=str(meeting.id), item="close")
    button(at, "Close and make the minutes").click().run()
    assert "nowhere to go yet" in shown(at)
    alert_records.save_send_to(own, [inbox.address, nowhere])
    at = linked(minutes=str(meeting.id))
    at.button(key="minutes_send").click().run()
    assert not at.exception
    assert ": sent." in at.success[0].value
    assert "not delivered" in at.error[0].value
    (message,) = inbox.messages
    assert "Why are we late?" in message["message"]
    assert message["attachments"][0]["filename"] == "minutes-2026-01-05.pdf"
    assert SECRET not in shown(at)
    assert [one.what for one in alert_records.sendings(own)] == [message["title"]] * 2


def test_the_sample_has_a_meeting_and_its_minutes_in_both_languages(sample_shown, sample_file):  # noqa: F811
    (kept,) = meeting_records.past(sample_file)
    assert len(kept.actions) == 4
    for language, said in (("en", "Who does what, by when"), ("nl", "Wie doet wat, en wanneer")):
        at = linked(minutes=str(kept.meeting.id), lang=language)
        assert not at.exception
        assert said in shown(at)
        assert "De lancering zit er nu een half jaar in" in shown(at)
