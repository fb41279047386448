"""Every page under AppTest: with the sample, without any data, filtered, in Dutch, and with a database that fails."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cxdata import alert_records, drill, formats, importing, journal, queries
from cxdata.engine import DuckDBEngine
from cxdata.events import Event
from cxdata.filters import NOTHING, Filters, Period
from cxdata.i18n import set_language
from cxdata.importing import import_file
from cxdata.metrics import ALL, metric
from cxdata.questions import Query
from cxdata.store import Store
from cxdata.ui import jobs, menu, state
from cxdata.views import SavedView
from tests.conftest import NOW, SECRET
from tests.test_alerts import SLOW, states, weeks
from tests.test_value import orders

ROOT = Path(__file__).resolve().parent.parent
FRAME = str(ROOT / "cxdata" / "ui" / "frame.py")
PAGES = menu.names()


@pytest.fixture(autouse=True)
def english():
    yield
    set_language("en")


@pytest.fixture
def nothing_cached():
    """Nothing of another test, and nothing for the next."""
    forget()
    yield
    forget()


def forget() -> None:
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def sample_shown(tmp_path, monkeypatch, sample_file):
    """The dashboard with an empty database: it shows the sample, here imported once for all tests."""
    monkeypatch.setenv("CX_DATABASE", str(tmp_path / "cx.duckdb"))
    yield from shown_from(sample_file, monkeypatch)


def shown_from(sample: Store, monkeypatch) -> Iterator[Store]:
    """Show this sample. What is cached about it holds for the next test, unless something was changed."""
    monkeypatch.setattr("cxdata.ui.state.sample_store", lambda: sample)
    state.own_store.clear()
    before = versions(sample)
    yield sample
    if versions(sample) != before or state.own_store().version != NEW:
        forget()


def versions(store: Store) -> tuple[int, ...]:
    return store.version, store.events_version, store.views_version, journal.number(store)


NEW = 1  # the version of the data of a new database


@pytest.fixture(scope="session")
def sample_file(sample_path, tmp_path_factory) -> Store:
    """A copy: the session's store holds the other one open."""
    path = tmp_path_factory.mktemp("pages") / "sample.duckdb"
    shutil.copy(sample_path, path)
    return Store(path)


def opened(page: str, **query: str | list[str]) -> AppTest:
    set_language(str(query.get("lang", "en")))  # AppTest puts the options of widgets into words in this thread
    at = AppTest.from_file(FRAME, default_timeout=60)
    for name, value in query.items():
        at.query_params[name] = value
    if page != "overview":
        at.switch_page(f"../../pages/{page}.py")
    return at.run()


def shown(at: AppTest) -> str:
    """All text on the page."""
    texts = [
        element.value for kind in ("title", "header", "markdown", "error", "info") for element in getattr(at, kind)
    ]
    return "\n".join([*map(str, texts), *(element.proto.body for element in at.get("html"))])


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_page_opens_on_the_sample_in_both_languages(sample_shown, page, language):
    at = opened(page, lang=language)
    assert not at.exception
    assert not at.error
    assert at.title[0].value


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_without_any_data(nothing_cached, tmp_path, monkeypatch, page):
    monkeypatch.setenv("CX_DATABASE", str(tmp_path / "cx.duckdb"))
    monkeypatch.setattr("cxdata.ui.state.sample_store", lambda: empty)
    empty = Store(None)
    at = opened(page)
    assert not at.exception
    if page not in ("data_import", "definitions", "privacy", "settings"):
        assert any("no data" in text.value for text in at.markdown) or any(
            "needs" in text.value for text in at.markdown
        )


def test_the_headline_numbers_are_those_of_the_command_line(sample_shown, sample_file):
    at = opened("overview", period="custom", **{"from": "2026-01-01", "to": "2026-06-30"}, team=["Noord"])
    moment = sample_file.moment()
    filters = Filters(Period(date(2026, 1, 1), date(2026, 7, 1)), {"team": ("Noord",)})
    answer = queries.ask(
        DuckDBEngine(sample_file), Query(("nps", "csat", "first_response_time", "sla"), filters=filters), moment
    )
    text = shown(at)
    for name, unit in (("nps", "nps"), ("csat", "share"), ("first_response_time", "duration"), ("sla", "share")):
        assert formats.value(answer.one(name)["value"], unit) in text
        assert f"n = {formats.decimal(answer.one(name)['n'], 0)}" in text


def test_filters_change_the_charts_and_persist_across_pages(sample_shown):
    at = opened("service")
    before = at.get("plotly_chart")[0].proto.spec
    at.multiselect(key="team").set_value(["Noord"]).run()
    assert not at.exception
    assert at.get("plotly_chart")[0].proto.spec != before
    assert "Noord ·" in shown(at)
    at.switch_page("../../pages/sla.py").run()
    assert at.multiselect(key="team").value == ["Noord"]
    at.button[0].click()
    clear = next(button for button in at.button if button.label == "Clear filters")
    clear.click().run()
    assert at.multiselect(key="team").value == []
    assert "Everything ·" in shown(at)


def value_in(store: Store, name: str, period: Period, **values) -> str:
    answer = queries.ask(DuckDBEngine(store), Query((name,), filters=Filters(period, values)), store.moment())
    return formats.value(answer.one(name)["value"], metric(name).unit)


def test_numbers_are_held_against_another_team_or_all_others(sample_shown, sample_file):
    at = opened("sla", team=["Noord"], compare="team", against="West")
    assert not at.exception
    assert "Noord · Nov 2025 – Oct 2026 against West ·" in shown(at)
    year = Period(date(2025, 11, 1), date(2026, 11, 1))
    assert f"West: {value_in(sample_file, 'sla', year, team=('West',))}" in shown(at)
    at.selectbox(key="compare").set_value("rest").run()
    others = tuple(name for name in queries.distinct_values(DuckDBEngine(sample_file), "team") if name != "Noord")
    assert f"the other teams: {value_in(sample_file, 'sla', year, team=(*others, NOTHING))}" in shown(at)
    at.multiselect(key="team").set_value([]).run()
    assert any("Choose a team above." in text.value for text in at.caption)
    assert "against Nov 2024 – Oct 2025" in shown(at)


def test_a_team_is_not_held_against_itself(sample_shown):
    at = opened("sla", team=["Noord"], compare="team", against="Noord")
    assert not at.exception
    assert any("Choose the other team." in text.value for text in at.caption)


def test_numbers_are_held_against_a_chosen_period(sample_shown, sample_file):
    days = {"against_from": "2025-03-01", "against_to": "2025-05-31"}
    at = opened("sla", period="3m", compare="chosen", **days)
    assert not at.exception
    spring = Period(date(2025, 3, 1), date(2025, 6, 1))
    assert "Aug – Oct 2026 against Mar – May 2025" in shown(at)
    assert f"was {value_in(sample_file, 'sla', spring)}" in shown(at)
    backwards = opened("sla", compare="chosen", against_from="2025-03-01", against_to="2025-02-01")
    assert any("the period before is compared with" in text.value for text in backwards.warning)


def test_nonsense_in_the_url_falls_back(sample_shown):
    at = opened("overview", period="forever", team=["Atlantis"], compare="x", clock="sundial", lang="xx")
    assert not at.exception
    assert "Everything · Nov 2025 – Oct 2026" in shown(at)


def test_a_filter_that_rows_do_not_have_is_said(sample_shown):
    at = opened("retention", channel=["email"])
    assert "not filtered here by: Channel" in shown(at)


def imported(at: AppTest, label: str = "Import") -> AppTest:
    """Click an import and wait until it is done."""
    next(button for button in at.button if button.label == label).click().run()
    while "_job" in at.session_state:
        time.sleep(0.2)
        at.run()
    return at


def test_import_by_upload_replaces_the_sample(sample_shown, tmp_path):
    at = opened("data_import")
    rows = "\n".join(f"{i},2026-0{1 + i % 9}-15,{i % 11}" for i in range(60))
    at.file_uploader[0].upload("nps.csv", f"ID,Survey date,NPS\n{rows}\n".encode()).run()
    assert not at.exception
    assert "60 new" in shown(at)
    imported(at)
    assert any("60 new" in element.value for element in at.success)
    at.switch_page("../../pages/voice_of_customer.py").run()
    assert not at.exception
    assert "n = 60" in shown(at)
    at.switch_page("../../pages/service.py").run()
    assert any("This page needs tickets" in text.value for text in at.markdown)
    with Store(tmp_path / "elsewhere.duckdb"):
        pass


def test_a_breakdown_by_what_nothing_names_is_a_sentence(sample_shown):
    at = opened("data_import")
    rows = "\n".join(f"{i},2026-01-{i + 1:02},{i % 11}" for i in range(20))
    at.file_uploader[0].upload("nps.csv", f"ID,Survey date,NPS\n{rows}\n".encode()).run()
    imported(at).switch_page("../../pages/voice_of_customer.py").run()
    assert "Nothing here names its team." in shown(at)
    assert "Nothing here names its channel." in shown(at)


def test_a_file_that_cannot_go_in_gets_a_sentence_and_the_rest_goes_on(sample_shown):
    at = opened("data_import")
    at.file_uploader[0].upload("photo.csv", b"\x89PNG\r\n\x1a\n" + b"\x00" * 100).run()
    assert not at.exception
    assert "PNG picture" in at.error[0].value


def test_several_files_go_in_at_once(sample_shown):
    at = opened("data_import")
    for team in "ab":
        at.file_uploader[0].upload(f"nps {team}.csv", f"ID,Survey date,NPS\n{team}1,2026-01-31,3\n".encode())
    at.run()
    imported(at, "Import all 2")
    assert [element.value.count("1 new") for element in at.success] == [1, 1]
    assert not [button for button in at.button if button.label.startswith("Import")]
    assert shown(at).count("nothing would change") == 2
    assert [button.label for button in at.button].count("Undo") == 2


def test_decisions_and_columns_of_a_file_are_shown_with_their_reason(sample_shown):
    at = opened("data_import")
    rows = "\n".join(f"{i},{1 + i}-02-2026 10:00,{i % 5 + 1}" for i in range(20))
    at.file_uploader[0].upload("csat.csv", f"nr;Ingevuld op;Tevredenheid\n{rows}\n".replace(",", ";").encode()).run()
    text = shown(at)
    for said in ("numbers above 12 can only be days", "the time zone of the organisation", "answers from 1–5"):
        assert said in text
    at.selectbox(key=next(box.key for box in at.selectbox if box.label == "Scale of Satisfaction score")).set_value(
        "1–7"
    ).run()
    assert "<b>1–7</b><span>chosen by you</span>" in shown(at)
    imported(at)
    assert any("20 new" in element.value for element in at.success)


def test_html_in_a_name_is_shown_as_text(sample_shown):
    at = opened("data_import")
    csv = "ID,Survey date,NPS,Comment\n1,2026-01-31,3,<script>alert(1)</script><b>boos</b>\n"
    at.file_uploader[0].upload("<b>x</b>.csv", csv.encode()).run()
    imported(at)
    at.switch_page("../../pages/voice_of_customer.py").run()
    text = "\n".join(element.proto.body for element in at.get("html"))
    assert "&lt;script&gt;" in text
    assert "<script>" not in text


def test_settings_change_the_numbers(sample_shown):
    at = opened("data_import")
    csv = "ID,Survey date,NPS\n" + "\n".join(f"{i},2026-01-31,9" for i in range(3))
    at.file_uploader[0].upload("few.csv", csv.encode()).run()
    imported(at)
    at.switch_page("../../pages/overview.py").run()
    assert "few answers" in shown(at)
    at.switch_page("../../pages/settings.py").run()
    next(field for field in at.number_input if field.label == "Few answers below").set_value(2)
    next(button for button in at.button if button.label == "Save").click().run()
    assert not at.exception
    at.switch_page("../../pages/overview.py").run()
    assert "few answers" not in shown(at)


def test_definitions_are_searchable_in_both_languages(sample_shown):
    at = opened("definitions")
    at.text_input(key="definition_search").set_value("klantverloop").run()
    text = shown(at)
    assert "churn_rate" in text
    assert "first_response_time" not in text


@pytest.mark.parametrize(
    ("search", "there", "not_there"),
    [
        ("klantverlop", "churn_rate", "first_response_time"),
        ("one-touch top boxes", "No metric", "csat"),
        ("top boxes", "csat", "nps_promoters"),
        ("criticaster", "nps_detractors", "csat_mean"),
        ("satisfacton", "csat", "sla_resolution"),
        ("xyzzy", "No metric", "csat"),
    ],
)
def test_definitions_are_found_by_meaning_and_confusion_also_with_a_typo(sample_shown, search, there, not_there):
    at = opened("definitions")
    at.text_input(key="definition_search").set_value(search).run()
    assert there in shown(at)
    assert f"· {not_there}<" not in shown(at)
    assert ("exactly these words" in shown(at)) == (search in ("klantverlop", "satisfacton"))


def test_a_definition_says_all_there_is_with_the_value_of_the_last_whole_months(sample_shown, sample_file):
    at = opened("definitions")
    year = Period(date(2025, 11, 1), date(2026, 11, 1))
    cards = {
        entry.name: next(e.proto.body for e in at.get("html") if f"· {entry.name}<" in e.proto.body) for entry in ALL
    }
    assert "Values: everything, Nov 2025 – Oct 2026, calendar time." in shown(at)
    assert value_in(sample_file, "csat", year) in cards["csat"]
    assert "95%, Wilson" in cards["csat"]
    assert "team, channel, priority, segment, journey stage" in cards["csat"]
    assert "<span>Split by</span><div>team, segment, channel of entry</div>" in cards["churn_rate"]
    assert "after 12 months" in cards["survival"]
    assert all("Often confused" in card and "<span>Filed by</span>" in card for card in cards.values())
    assert (
        sum("image/svg" in card for card in cards.values()) == len(ALL) - 3
    )  # both kinds of cohorts are many curves, and the scales of mean satisfaction differ
    at.segmented_control(key="definition_family").set_value("customers").run()
    assert "· csat<" not in shown(at)
    assert "· churn_rate<" in shown(at)


def test_every_chart_names_its_numbers(sample_shown):
    at = opened("service")
    for chart in at.get("plotly_chart"):
        figure = json.loads(chart.proto.spec)
        assert figure["data"], chart
        assert sum(len(trace.get("x", []) or []) for trace in figure["data"]) <= 400


# --- events -------------------------------------------------------------------------------------------------


@pytest.fixture
def own_sample(tmp_path, monkeypatch, sample_path):
    """The dashboard with a sample of its own, to be changed."""
    shutil.copy(sample_path, tmp_path / "sample.duckdb")
    monkeypatch.setenv("CX_DATABASE", str(tmp_path / "cx.duckdb"))
    with Store(tmp_path / "sample.duckdb") as made:
        yield from shown_from(made, monkeypatch)


def pressed(at: AppTest, label: str) -> AppTest:
    return next(button for button in at.button if button.label == label).click().run()


def names_on_the_first_chart(at: AppTest) -> list[str]:
    layout = json.loads(at.get("plotly_chart")[0].proto.spec)["layout"]
    return sorted(note["text"] for note in layout.get("annotations", []))


def with_event(at: AppTest, name: str, start: date | None, end: date | None = None, team: str | None = None) -> AppTest:
    """The form of a new event filled in and sent."""
    pressed(at, "Add an event")
    fields = {field.label: field for kind in (at.text_input, at.date_input, at.selectbox) for field in kind}
    fields["Name"].set_value(name)
    fields["Day, or first day"].set_value(start)
    fields["Last day, if it took longer"].set_value(end)
    fields["Team"].set_value(team)
    fields["Your name"].set_value("Ana")
    return pressed(at, "Save")


def test_the_reading_says_days_warnings_and_verdicts(sample_shown):
    at = opened("events")
    text = shown(at)
    assert "Before and after: Lancering Lumio Thuis" in text
    assert "12 whole weeks before (22 Dec 2025 – 15 Mar 2026) against as many after (16 Mar – 7 Jun 2026)." in text
    assert r"Another event in these days\: Prijsverhoging" in at.warning[0].value
    assert "more new tickets came in" in at.warning[0].value
    assert "Benjamini–Hochberg" in text
    assert "no experiment" in text
    assert "<td>First response time</td><td>2 h 13 min</td><td>5 h 49 min</td><td>+162%</td>" in text
    at.button(key="event_4").click().run()
    assert "It is too early" in shown(at)
    assert not at.warning


def test_an_event_is_added_changed_removed_and_put_back(own_sample):
    at = with_event(opened("events"), "New <b>chat</b>", date(2026, 6, 2), team="Zuid")
    assert not at.exception
    text = shown(at)
    assert "2 Jun 2026 · Launch · Zuid · saved on" in text
    assert "by Ana" in text
    assert "Before and after: New" in text
    number = max(kept.event.id for kept in own_sample.events())
    at.button(key=f"change_{number}").click().run()
    next(field for field in at.text_input if field.label == "Name").set_value("New chat")
    next(field for field in at.date_input if field.label == "Last day, if it took longer").set_value(date(2026, 6, 4))
    pressed(at, "Save")
    assert own_sample.one_event(number).end == date(2026, 6, 4)
    assert "2 Jun – 4 Jun 2026" in shown(at)
    at.button(key=f"remove_{number}").click().run()
    assert "New chat is removed." in shown(at)
    assert f"remove_{number}" not in {button.key for button in at.button}
    pressed(at, "Put it back")
    assert own_sample.one_event(number).name == "New chat"
    assert not at.exception


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("Chat", None), "needs a date"),
        (("", date(2026, 6, 2)), "needs a name"),
        (("Chat", date(2026, 6, 2), date(2026, 6, 1)), "ends (2026-06-01) before it starts (2026-06-02)"),
    ],
)
def test_what_cannot_be_an_event_is_said_and_not_kept(own_sample, given, said):
    before = own_sample.events()
    at = with_event(opened("events"), *given)
    assert said in at.error[0].value
    assert own_sample.events() == before
    assert "New event" in shown(at)
    pressed(at, "Cancel")
    assert "New event" not in shown(at)


def test_an_event_is_on_the_charts_at_once_also_for_others(own_sample):
    one, other = opened("overview"), opened("overview")
    assert "Events: Prijsverhoging, 1 Jan 2026; Lancering" in other.get("plotly_chart")[0].proto.alt
    assert names_on_the_first_chart(other) == ["Lancering Lumio Thuis", "Prijsverhoging", "Storm"]
    with_event(one.switch_page("../../pages/events.py").run(), "New chat", date(2026, 7, 15), team="Zuid")
    assert "New chat" in names_on_the_first_chart(other.run())
    other.multiselect(key="team").set_value(["Noord"]).run()
    assert names_on_the_first_chart(other) == ["Lancering Lumio Thuis", "Prijsverhoging", "Storm"]
    other.multiselect(key="team").set_value(["Zuid"]).run()
    assert names_on_the_first_chart(other) == ["New chat", "Prijsverhoging", "Storm"]


def test_an_event_of_a_team_that_is_gone_says_so(own_sample):
    own_sample.save_event(Event(0, "Merger", "other", date(2026, 5, 4), team="Oost"))
    at = opened("events")
    assert "Oost · this team is not in the data" in shown(at)
    assert "The data has no rows of team Oost: nothing can be compared." in shown(at)
    at.button(key="change_5").click().run()
    assert next(field for field in at.selectbox if field.label == "Team").value == "Oost"
    pressed(at, "Save")
    assert not at.error


def test_a_card_opens_the_rows_behind_it(sample_shown, sample_file):
    at = opened("sla", team=["Noord"])
    at.button(key="rows_of_sla").click().run()
    assert not at.exception
    year = Period(date(2025, 11, 1), date(2026, 11, 1))
    row = queries.ask(
        DuckDBEngine(sample_file), Query(("sla",), filters=Filters(year, {"team": ("Noord",)})), sample_file.moment()
    ).one("sla")
    assert f"<b>{formats.value(row['value'], 'share')}, n = {formats.decimal(row['n'], 0)}</b>" in shown(at)
    assert not at.error
    table = at.dataframe[-1].value
    assert len(table) == 50
    assert set(table["Team"]) == {"Noord"}
    assert any(f"1–50 of {formats.decimal(row['n'], 0)}" in text for text in shown(at).split("\n"))


def test_first_contact_resolution_shows_all_ways_of_counting(sample_shown):
    at = opened("service")
    at.button(key="rows_of_first_contact_resolution").click().run()
    assert not at.exception
    assert "One agent reply and never reopened (Zendesk) (as set)" in shown(at)
    assert "<span>From the rows</span>" in shown(at)
    assert "Closed once, one teammate (Intercom)" in shown(at)


def test_definitions_show_all_ways_of_counting_first_contact_resolution(sample_shown, sample_file):
    at = opened("definitions")
    assert not at.exception
    year = Filters(Period(date(2025, 11, 1), date(2026, 11, 1)))
    chosen = drill.Selection("first_contact_resolution", year)
    for one in drill.presets(DuckDBEngine(sample_file), chosen, sample_file.moment()):
        assert f"<b>{formats.percent(one.value)}, n = {formats.decimal(one.n, 0)}</b>" in shown(at)
        assert f"The same {formats.decimal(one.resolved, 0)} resolved tickets, as" in shown(at)


def groups_opened(**chosen) -> AppTest:
    at = opened("overview")
    for name, value in chosen.items():
        at.session_state[name] = value
    return at.switch_page("../../pages/compare.py").run()


def test_two_groups_are_held_against_each_other_on_every_metric(sample_shown, sample_file):
    at = groups_opened(split="channel", first=["whatsapp"], second=["email"])
    assert not at.exception
    year = Period(date(2025, 11, 1), date(2026, 11, 1))
    for name in ("sla", "csat", "first_response_time"):
        for channel in ("whatsapp", "email"):
            assert f"<td>{value_in(sample_file, name, year, channel=(channel,))}</td>" in shown(at)
    assert at.header[0].value == "WhatsApp against E\\-mail"
    assert "<td>Retention</td>" not in shown(at)  # customers have no channel
    at.multiselect(key="second").set_value([]).run()
    others = tuple(name for name in queries.distinct_values(DuckDBEngine(sample_file), "channel") if name != "whatsapp")
    assert f"<td>{value_in(sample_file, 'sla', year, channel=(*others, NOTHING))}</td>" in shown(at)
    assert at.query_params["first"] in ("whatsapp", ["whatsapp"])


def test_the_small_charts_have_one_for_each_group(sample_shown):
    at = groups_opened(split="team", metric="nps", team=["Noord"])
    assert not at.exception
    assert "The filter on team does not hold here." in shown(at)
    figure = json.loads(at.get("plotly_chart")[0].proto.spec)
    notes = [note["text"] for note in figure["layout"]["annotations"] if note["text"].startswith("<b>")]
    titles = [text.split("</b>")[0].removeprefix("<b>") for text in notes]
    assert sorted(titles) == ["Noord", "Webshop", "West", "Zakelijk", "Zuid"]
    ranges = [axis["range"] for name, axis in figure["layout"].items() if name.startswith("yaxis")]
    assert len(ranges) == 5
    assert all(one == ranges[0] for one in ranges)


def test_choices_of_two_groups_that_are_not_in_the_data_fall_back(sample_shown):
    at = groups_opened(split="nothing", first=["Atlantis"], second=["Atlantis"], metric="x")
    assert not at.exception
    assert "against all others" in shown(at)


# --- views --------------------------------------------------------------------------------------------------


def views_opened(at: AppTest) -> AppTest:
    at.session_state["views"] = True
    return at.run()


def saved(at: AppTest, name: str) -> AppTest:
    at.text_input(key="view_name").set_value(name)
    return pressed(at, "Save")


def test_a_view_is_saved_opened_replaced_renamed_and_removed(own_sample):
    at = views_opened(opened("service", team=["Noord"], period="6m"))
    assert "No views yet" in shown(at)
    saved(at, "Weekly <b>Noord</b>")
    assert not at.exception
    assert "Service · 6 months · Noord" in shown(at)
    assert at.code[0].value.endswith("/service?period=6m&team=Noord")
    pressed(at, "Clear filters").switch_page("../../pages/sla.py").run()
    assert "Everything ·" in shown(at)
    views_opened(at).button(key="view_1").click().run()
    assert at.title[0].value == "Service"
    assert "Noord · May – Oct 2026" in shown(at)
    assert (at.selectbox(key="period").value, at.multiselect(key="team").value) == ("6m", ["Noord"])

    at.selectbox(key="period").set_value("3m").run()
    saved(views_opened(at), "weekly <b>noord</b>")
    assert any("already. Replace it" in text.value for text in at.warning)
    pressed(at, "Cancel")
    assert own_sample.views()[0].view.choices["period"] == ("6m",)
    pressed(saved(at, "weekly <b>noord</b>"), "Replace")
    assert own_sample.views()[0].view.choices["period"] == ("3m",)

    at.button(key="rename_1").click().run()
    at.text_input(key="view_new_name").set_value("Noord")
    at.button(key="FormSubmitter:view_name_1-Rename").click().run()
    assert [kept.view.name for kept in own_sample.views()] == ["Noord"]
    at.button(key="remove_view_1").click().run()
    assert own_sample.views() == ()
    assert "Noord is removed." in shown(at)
    at.button(key="view_back").click().run()
    assert [kept.view.name for kept in own_sample.views()] == ["Noord"]


def test_a_view_without_a_name_is_not_kept(own_sample):
    at = saved(views_opened(opened("sla")), " ")
    assert "needs a name" in at.error[0].value
    assert own_sample.views() == ()


def test_the_start_view_opens_for_who_comes_without_choices(own_sample):
    own_sample.save_view(SavedView(0, "Weekly", "sla", {"team": ("Noord",), "period": ("3m",)}))
    at = views_opened(opened("overview"))
    assert at.title[0].value == "Overview"
    at.button(key="start_1").click().run()
    assert own_sample.views()[0].view.is_start
    assert opened("overview").title[0].value == "SLA"
    assert "Noord · Aug – Oct 2026" in shown(opened("overview", lang="nl")).replace("aug", "Aug").replace("okt", "Oct")
    assert opened("overview", period="6m").title[0].value == "Overview"
    at = opened("overview")
    at.switch_page("../../pages/overview.py").run()
    assert at.title[0].value == "Overview"


def test_a_view_says_what_is_no_longer_there_and_shows_the_rest(own_sample):
    own_sample.save_view(SavedView(0, "East", "sla", {"team": ("Noord", "Oost"), "period": ("3m",)}))
    own_sample.save_view(SavedView(0, "Old", "moon", {}))
    at = views_opened(opened("service"))
    at.button(key="view_1").click().run()
    assert at.title[0].value == "SLA"
    assert 'left out of the view "East"' in at.warning[0].value
    assert "Noord · Aug – Oct 2026" in shown(at)
    at.selectbox(key="period").set_value("6m").run()
    assert not at.warning
    views_opened(at).button(key="view_2").click().run()
    assert at.title[0].value == "Overview"
    assert "no longer there" in at.warning[0].value


def test_a_link_says_what_is_no_longer_there(sample_shown):
    assert "team Atlantis" in opened("overview", team=["Atlantis", "Noord"]).warning[0].value
    assert not opened("overview", team=["Noord"]).warning


# --- alerts -----------------------------------------------------------------------------------------------


def alert_fields(at) -> dict:
    return {field.label: field for kind in (at.text_input, at.selectbox, at.multiselect) for field in kind}


def test_the_page_says_what_each_alert_comes_to(own_sample):
    text = shown(opened("alerts"))
    assert "WhatsApp blijft liggen" in text
    assert "October 2026: Unanswered 33.3% (n = 78), above 20.0%." in text
    assert "within the usual" in text
    assert "Nowhere yet" in text


def test_an_alert_is_added_changed_paused_removed_and_put_back(own_sample):
    at = pressed(opened("alerts"), "Add an alert")
    form = alert_fields(at)
    form["Name"].set_value("Slow <b>start</b>")
    form["Threshold"].set_value("soon")
    form["Team"].set_value(["Zuid"])
    pressed(at, "Save")
    assert "is no value here" in at.error[0].value
    alert_fields(at)["Threshold"].set_value("90 min")
    pressed(at, "Save")
    assert not at.exception
    text = shown(at)
    assert "Slow &lt;b&gt;start&lt;/b&gt;" in text
    assert "First response time above 1 h 30 min · each week · Zuid · since" in text
    at.button(key="change_alert_3").click().run()
    alert_fields(at)["Fires when it is"].set_value("signal")
    alert_fields(at)["Threshold"].set_value("")
    pressed(at, "Save")
    assert alert_records.one_alert(own_sample, 3).rule == "signal"
    at.button(key="pause_3").click().run()
    assert "Paused" in shown(at)
    at.button(key="remove_alert_3").click().run()
    assert "is removed." in shown(at)
    pressed(at, "Put it back")
    assert not alert_records.one_alert(own_sample, 3).enabled
    assert not at.exception


def test_addresses_are_added_tried_and_removed_and_never_shown(sample_shown, inbox, tmp_path):
    at = opened("alerts")
    alert_fields(at)["Address"].set_value(f"nonsense://me:{SECRET}@host")
    pressed(at, "Add")
    assert "nonsense://… is no address" in at.error[0].value
    assert SECRET not in shown(at)
    alert_fields(at)["Address"].set_value(inbox.address)
    pressed(at, "Add")
    assert "json://me:****@127.0.0.1" in shown(at)
    pressed(at, "Send a test message")
    assert "sent" in at.success[0].value
    assert inbox.titles == ["Test message"]
    assert SECRET not in shown(at)
    at.button(key="remove_address_0").click().run()
    assert "Nowhere yet" in shown(at)
    assert not at.exception


def test_addresses_of_the_environment_are_shown_masked_and_stay(sample_shown, monkeypatch):
    monkeypatch.setenv("CX_SEND_TO", f"json://me:{SECRET}@host/{SECRET}")
    at = opened("alerts")
    text = shown(at)
    assert "json://me:****@host" in text
    assert "CX_SEND_TO holds them" in text
    assert SECRET not in text
    assert "Address" not in alert_fields(at)


def test_the_page_evaluates_beside_itself_after_an_import(tmp_path, monkeypatch, inbox, sample_shown):
    monkeypatch.setenv("CX_SEND_TO", inbox.address)
    store = state.own_store()
    alert_records.save_alert(store, SLOW)

    class Dropped:
        name = "tickets.csv"

        def getbuffer(self) -> memoryview:
            return memoryview(weeks(9).encode())

    job = jobs.Job(store, [jobs.Task(Dropped(), jobs.Choices(kind="tickets"))], "Ana")
    job.thread.join(30)
    assert [outcome.new for outcome in job.results] == [7]
    for thread in threading.enumerate():
        if thread.name == "alerts":
            thread.join(30)
    assert inbox.titles == ["Alert: Too slow"]
    assert states(store) == ["fires"]


# --- goals ------------------------------------------------------------------------------------------------


def opened_goal(number: int) -> AppTest:
    at = opened("goals")
    at.session_state["goal"] = str(number)
    return at.run()


def test_the_board_says_where_each_goal_stands(sample_shown, sample_file):
    from cxdata import following, goal_records
    from cxdata.goal_progress import STATUS_WORDS

    text = shown(opened("goals"))
    for kept in goal_records.goals(sample_file):
        found = following.standing(DuckDBEngine(sample_file), kept.goal, sample_file.moment())
        assert STATUS_WORDS[found.status] in text
        if found.found.measured is not None:
            assert formats.value(found.found.measured.value, kept.goal.entry.unit) in text


def test_a_goal_is_set_followed_changed_with_a_reason_and_removed(own_sample):
    from cxdata import goal_records

    before = len(goal_records.goals(own_sample))
    at = pressed(opened("goals"), "Set a goal")
    assert "A target is missing." in shown(at)
    at.selectbox(key="goal_metric").set_value("first_response_time").run()
    at.multiselect(key="goal_team").set_value(["Zuid"]).run()
    at.text_input(key="goal_target").set_value("9h").run()
    assert "lower is better" in at.warning[0].value
    at.text_input(key="goal_target").set_value("-10%").run()
    at.selectbox(key="goal_objective").set_value("Doen wat we beloven").run()
    at.text_input(key="goal_owner").set_value("Ada").run()
    assert not at.exception
    at.button(key="goal_draft").click().run() if at.button(key="goal_save").disabled else at.button(
        key="goal_save"
    ).click().run()
    kept = goal_records.goals(own_sample)[before].goal
    assert (kept.metric, kept.teams, kept.owner) == ("first_response_time", ("Zuid",), "Ada")
    assert kept.target == pytest.approx(0.9 * kept.baseline)
    assert "First response, Zuid" in shown(at)

    one = goal_records.goals(own_sample)[0].goal
    at = opened_goal(one.id)
    at.button(key="goal_change").click().run()
    at.text_input(key="goal_target").set_value("78%").run()
    at.button(key="goal_save").click().run()
    assert "say why" in at.error[0].value
    at.text_input(key="goal_reason").set_value("September was easy").run()
    at.button(key="goal_save").click().run()
    assert not at.exception
    assert goal_records.one_goal(own_sample, one.id).target == 0.78
    assert "September was easy" in shown(at)
    at.button(key="goal_remove").click().run()
    assert "is removed." in shown(at)
    pressed(at, "Put it back")
    assert goal_records.one_goal(own_sample, one.id).target == 0.78


def test_actions_check_ins_and_looking_back(own_sample):
    from cxdata import goal_records
    from cxdata.goal_progress import MISSED
    from cxdata.ui import state as shared

    ended = next(
        kept.goal
        for kept in goal_records.goals(own_sample)
        if kept.goal.deadline and kept.goal.deadline < date(2026, 10, 1)
    )
    at = opened_goal(ended.id)
    assert "Looking back" in shown(at)
    assert shared.standing(ended).status == MISSED
    one = goal_records.goals(own_sample)[0].goal
    at = opened_goal(one.id)
    said = len(goal_records.check_ins(own_sample, one.id))
    at.text_input(key=next(field.key for field in at.text_input if field.label == "Note")).set_value("<b>Better</b>")
    pressed(at, "Check in")
    assert len(goal_records.check_ins(own_sample, one.id)) == said + 1
    assert "&lt;b&gt;Better&lt;/b&gt;" in shown(at)
    (open_one,) = [action for action in goal_records.actions(own_sample, one.id) if action.done is None]
    at.checkbox(key=f"goal_done_{open_one.id}_None").check().run()
    assert next(a for a in goal_records.actions(own_sample, one.id) if a.id == open_one.id).done == date(2026, 11, 1)
    assert not at.exception


def test_a_goal_stands_on_the_chart_of_its_metric_and_selection_only(sample_shown):
    def paths(at) -> int:
        specs = [json.loads(chart.proto.spec) for chart in at.get("plotly_chart")]
        return sum(trace.get("name") == "Goal" for spec in specs for trace in spec["data"])

    assert paths(opened("sla")) == 1
    assert paths(opened("sla", team=["Noord"])) == 1
    assert paths(opened("sla", team=["West"])) == 0


def test_a_goal_of_a_link_that_is_gone_is_said(sample_shown):
    at = opened_goal(4711)
    assert "There is no goal 4711 any more" in at.warning[0].value


def test_goals_are_brought_in_from_a_table(own_sample):
    from cxdata import goal_files, goal_records

    there = [kept.goal for kept in goal_records.goals(own_sample)]
    assert goal_files.to_csv(there)
    at = opened("goals")
    at.session_state["goals_files"] = True
    at.run()
    assert not at.exception
    text = "metric;team;baseline;target;start;deadline;objective;owner\ncsat;Noord;74%;80%;01-11-2026;31-03-2027;Klanten;Ada\nnonsense;;1;2;;;;\n"
    at.file_uploader[0].set_value(("goals.csv", text.encode(), "text/csv")).run()
    assert not at.exception
    assert "2 rows: 1 new, 0 changed, 0 unchanged, 1 refused." in shown(at)
    at.button(key="goals_keep").click().run()
    assert len(goal_records.goals(own_sample)) == len(there) + 1


# --- journey and channels


def heads(at: AppTest) -> list[str]:
    return [str(header.value) for header in at.header]


def test_the_journey_says_what_is_unmapped_and_lists_it_first(sample_shown):
    at = opened("journey")
    assert "of the NPS answers" in shown(at)
    assert "contacts are at no stage" not in shown(at)  # every ticket of the sample has one
    assert heads(at)[-1] == "Touchpoints and their stages"
    assert "31 touchpoints in the data, 1 of them at no stage" in shown(at)
    words = at.dataframe[-1].value
    assert words["word"][0] == "jaarmeting"
    assert words["stage"][0] == "none"


def own_database(tmp_path, monkeypatch, *files: str) -> Store:
    monkeypatch.setenv("CX_DATABASE", str(tmp_path / "cx.duckdb"))
    state.own_store.clear()
    made = state.own_store()
    for number, text in enumerate(files):
        path = tmp_path / f"{number}.csv"
        path.write_text(text)
        import_file(made, path, now=NOW)
    return made


def test_without_any_touchpoint_the_journey_says_what_to_import(nothing_cached, tmp_path, monkeypatch):
    own_database(tmp_path, monkeypatch, "ticket_id,created_at,status\n1,2026-01-05,open\n")
    at = opened("journey")
    assert not at.exception
    assert "--map touchpoint=COLUMN" in shown(at)
    assert not at.get("plotly_chart")
    assert heads(at) == []


def test_touchpoints_that_no_word_tells_can_be_mapped_on_the_page(nothing_cached, tmp_path, monkeypatch):
    made = own_database(
        tmp_path,
        monkeypatch,
        "ticket_id,created_at,status,touchpoint\n1,2026-01-05,open,jaarmeting\n2,2026-01-06,open,\n",
    )
    at = opened("journey")
    assert "Map the touchpoints in the table below to stages." in shown(at)
    monkeypatch.setattr(st, "data_editor", lambda table, **_options: table.assign(stage=["loyalty"]))
    next(button for button in at.button if button.label == "Save").click()
    at.run()
    assert not at.exception
    assert made.settings().stages == {"jaarmeting": "loyalty"}
    assert "Where customers enter, wait and drop out" in heads(at)
    assert "50% of the contacts" in shown(at)


def test_channels_say_when_no_file_tells_bots_from_people(nothing_cached, tmp_path, monkeypatch):
    own_database(
        tmp_path, monkeypatch, "ticket_id,created_at,status,channel\n1,2026-01-05,open,email\n2,2026-01-05,open,chat\n"
    )
    at = opened("channels")
    assert not at.exception
    assert heads(at)[-1] == "Bots, self-service and people"
    assert "No file says whether a bot or a person solved a ticket." in shown(at)


def test_bots_can_be_told_from_people_everywhere(sample_shown):
    at = opened("channels", handled_by=["bot"])
    assert not at.exception
    assert "Bot · Nov 2025 – Oct 2026" in shown(at)
    assert at.multiselect(key="handled_by").value == ["bot"]
    assert "No file says whether" not in shown(at)
    compared = opened("compare", split="handled_by", first=["bot"], second=["person"])
    assert not compared.exception
    assert "Bot against Person" in shown(compared)


# --- customer value


def test_customer_value_weighs_gestures_and_churn_and_says_what_cannot_be(sample_shown):
    at = opened("value")
    text = shown(at)
    assert "A gesture of € 30.00 to a customer worth" in text
    assert "0.10 points less churn a month is worth" in text
    assert "projected by churn, above" in text  # customers with a contract
    at.number_input(key="value_gesture").set_value(-5).run()
    assert "A gesture costs nothing or more" in shown(at)
    at.number_input(key="value_gesture").set_value(10).run()
    at.number_input(key="value_points").set_value(50.0).run()
    assert "it cannot fall by 50.00 points" in shown(at)
    assert not at.exception


def test_a_customer_is_weighed_against_a_gesture(sample_shown):
    number = sample_shown.query("select customer_id from customer_facts where cancelled_on is null limit 1").to_pylist()
    at = opened("customers", customer=number[0]["customer_id"])
    assert "It pays for itself if it raises the chance that they stay by" in shown(at)
    at.number_input(key="customer_gesture").set_value(1e6).run()
    assert "It costs more than they are still worth." in shown(at)


def test_customer_value_of_purchases_only(tmp_path, monkeypatch, nothing_cached):
    monkeypatch.setenv("CX_DATABASE", str(tmp_path / "cx.duckdb"))
    path = tmp_path / "orders.csv"
    path.write_text(orders(500))
    with Store(tmp_path / "cx.duckdb") as made:
        importing.import_file(made, path, now=NOW)
    at = opened("value")
    assert not at.exception
    text = shown(at)
    assert "Who may have gone quiet" in text
    assert "Knowing only what was bought before" in text
    assert "Projected, by team" not in text
    assert "a customer worth" in text
    state.own_store().close()


def test_customer_value_without_purchases_or_values(tmp_path, monkeypatch, nothing_cached):
    monkeypatch.setenv("CX_DATABASE", str(tmp_path / "cx.duckdb"))
    path = tmp_path / "customers.csv"
    path.write_text("customer_id,started_on,cancelled_on\nA,2026-01-10,\nB,2026-01-15,2026-03-20\n")
    tickets = tmp_path / "tickets.csv"
    tickets.write_text("ticket_id,created_at,resolved_at,status\n1,2026-04-02 10:00,2026-04-03 10:00,closed\n")
    with Store(tmp_path / "cx.duckdb") as made:
        importing.import_file(made, path, now=NOW)
        importing.import_file(made, tickets, now=NOW)
    at = opened("value")
    assert not at.exception
    assert "There are no purchases" in shown(at)
    assert "Nobody here has a monthly value" in shown(at)
    state.own_store().close()


# --- privacy


def test_a_person_is_found_on_the_page_and_not_erased_from_the_sample(sample_shown):
    at = opened("privacy")
    asked(at, "niemand")
    assert [one.value for one in at.warning] == [
        "Nobody is found under what you typed. Give the customer number, the e-mail address or the whole name, as in the files."
    ]
    asked(at, "K00111")
    assert not at.warning
    assert "Tickets 8" in shown(at)
    assert "they cannot be erased" in shown(at)
    assert "Erase this person" not in [button.label for button in at.button]


def asked(at: AppTest, said: str) -> AppTest:
    at.text_input[0].set_value(said)
    next(button for button in at.button if button.label == "Find").click().run()
    assert not at.exception
    return at


def test_a_person_is_erased_on_a_typed_word_and_the_log_says_so(sample_shown, tmp_path):
    at = opened("data_import")
    at.file_uploader[0].upload(
        "k.csv", b"customer_id,started_on,customer_name\nK1,2026-01-01,Jan Bos\nK2,2026-02-01,Ria\n"
    ).run()
    imported(at)
    at.switch_page("../../pages/privacy.py").run()
    assert "Nobody was erased yet" in shown(at)
    asked(at, "jan bos")
    for word in ("", "erase"):
        at.text_input[1].set_value(word)
        next(button for button in at.button if button.label == "Erase this person").click().run()
        assert not at.exception
        assert [one.value for one in at.warning] == ([] if word else ['Nothing was erased: type "erase" first.'])
    assert "customers 1, files kept without their lines 1" in at.success[0].value
    assert "Nobody was erased yet" not in shown(at)
    names = state.own_store().query("select customer_name from customers_versions order by customer_id").to_pylist()
    assert sorted(str(row["customer_name"]) for row in names) == ["None", "Ria"]


def test_agents_in_groups_are_set_on_the_page_and_hold_everywhere(own_sample):
    at = opened("sla")
    assert any("Agent" in frame.value for frame in at.dataframe)
    at.switch_page("../../pages/privacy.py").run()
    at.radio[0].set_value("in_groups")
    at.number_input[0].set_value(7)
    next(button for button in at.button if button.label == "Save").click().run()
    assert not at.exception
    at.switch_page("../../pages/sla.py").run()
    assert not at.exception
    assert not any("Agent" in frame.value for frame in at.dataframe)
    assert next(one for one in at.multiselect if one.label == "Team").options == ["Smaller teams", "(none)"]


def test_an_import_says_what_pseudonyms_mean_and_what_was_done(sample_shown):
    at = opened("data_import")
    at.file_uploader[0].upload(
        "k.csv", b"customer_id,started_on,customer_name\nK1,2026-01-01,Jan Bos\nK2,2026-02-01,Ria\n"
    ).run()
    box = next(one for one in at.checkbox if one.label.startswith("Pseudonyms for names"))
    assert not box.value
    box.check().run()
    assert "the file itself is not kept" in shown(at)
    imported(at)
    assert "became pseudonyms" in at.success[0].value
    rows = state.own_store().query("select customer_name from customers_versions").to_pylist()
    assert all(row["customer_name"].startswith("p-") for row in rows)
