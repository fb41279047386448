"""Events: what can be one, whom it concerns, how it is kept, and its mark on a chart."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from cxdata import charts, events
from cxdata.errors import CxError, UnknownName
from cxdata.events import Event, check_team, concerning
from cxdata.filters import Filters, Period
from cxdata.i18n import set_language
from cxdata.questions import Answer, Query, starts_between
from cxdata.sample import EVENTS, import_sample
from cxdata.store import Store
from tests.test_noise import series

LAUNCH = Event(1, "Launch", "launch", date(2026, 3, 16))
STRIKE = Event(2, "Strike", "disruption", date(2026, 3, 30), date(2026, 4, 10), "Noord", "Half of them")
TICKETS = "ticket_id,created_at,team\n1,2026-01-01 10:00,Noord\n2,2026-01-05 10:00,Zuid\n"


# --- what can be an event ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"start": None}, "needs a date"),
        ({"name": " \n"}, "needs a name"),
        ({"end": date(2026, 3, 15)}, r"ends \(2026-03-15\) before it starts \(2026-03-16\). Swap the two"),
        ({"start": date(9999, 12, 31)}, "cannot be on 9999-12-31: check the year"),
        ({"end": date(2900, 1, 1)}, "cannot be on 2900-01-01"),
        ({"kind": "lanch"}, 'no kind of event "lanch". Did you mean "launch"'),
    ],
)
def test_what_cannot_be_is_a_sentence(given, said):
    with pytest.raises(CxError, match=said):
        events.event(**{"name": "Launch", "start": date(2026, 3, 16), **given})


def test_blanks_around_words_go_and_no_team_is_everybody():
    assert events.event("  Launch\n", date(2026, 3, 16), kind="launch", team="", note=" ", id=1) == LAUNCH


def test_a_team_that_is_not_there_is_named_with_the_nearest():
    check_team(None, [])
    check_team("Noord", ["Noord"])
    with pytest.raises(UnknownName, match=r'no team "Nord"\. Did you mean "Noord"'):
        check_team("Nord", ["Noord", "Zuid"])


@pytest.mark.parametrize(
    ("start", "end", "teams", "found"),
    [
        (None, None, (), [LAUNCH, STRIKE]),
        (None, None, ("Noord",), [LAUNCH, STRIKE]),
        (None, None, ("Zuid",), [LAUNCH]),
        (None, None, ("Zuid", "Noord"), [LAUNCH, STRIKE]),
        ((2026, 3, 16), (2026, 3, 17), (), [LAUNCH]),
        ((2026, 3, 17), (2026, 3, 30), (), []),
        ((2026, 4, 10), (2026, 4, 11), (), [STRIKE]),
        ((2026, 4, 11), None, (), []),
        (None, (2026, 3, 16), (), []),
    ],
)
def test_an_event_concerns_its_days_and_its_team(start, end, teams, found):
    filters = Filters(Period(start and date(*start), end and date(*end)), {"team": teams} if teams else {})
    assert list(concerning([STRIKE, LAUNCH], filters)) == found


# --- how it is kept -----------------------------------------------------------------------------------------


def kept(store: Store) -> list[Event]:
    return [one.event for one in store.events()]


def test_the_newest_version_counts_and_a_removed_one_can_come_back(store):
    first = store.save_event(events.event("Launch", date(2026, 3, 16)), by="Ana")
    second = store.save_event(events.event("Training", date(2026, 4, 1), team="Noord"))
    assert (first.id, second.id) == (1, 2)
    later = store.save_event(events.event("Launch, put off", date(2026, 5, 1), id=1), by="Jan")
    assert kept(store) == [later, second]
    assert [one.saved_by for one in store.events()] == ["Jan", ""]
    assert store.remove_event(1, by="Jan") == later
    assert kept(store) == [second]
    with pytest.raises(CxError, match="no event 1"):
        store.remove_event(1)
    store.save_event(later)
    assert kept(store) == [later, second]
    versions = store.query("select id, removed, saved_by from events order by version").to_pylist()
    assert [tuple(row.values()) for row in versions] == [
        (1, False, "Ana"), (2, False, ""), (1, False, "Jan"), (1, True, "Jan"), (1, False, ""),
    ]  # fmt: skip


def test_a_number_is_not_given_twice(store):
    store.save_event(events.event("Launch", date(2026, 3, 16)))
    store.remove_event(1)
    assert store.save_event(events.event("Training", date(2026, 4, 1))).id == 2


def test_events_outlive_imports_and_the_program(tmp_path, load):
    with Store(tmp_path / "cx.duckdb") as made:
        load(TICKETS, into=made, kind="tickets")
        made.save_event(events.event("Strike", date(2026, 3, 30), end=date(2026, 4, 10), team="Noord", note="Half"))
        before, version, data = made.events(), made.events_version, made.version
        made.undo(1)
        assert made.events() == before
    with Store(tmp_path / "cx.duckdb") as made:
        assert (made.events(), made.events_version) == (before, version)
        made.redo(1)
        assert made.version == data + 2  # an event leaves the numbers as they are


def test_a_database_from_before_events_gets_its_table(tmp_path):
    with Store(tmp_path / "cx.duckdb") as made, made.writing() as cursor:
        cursor.execute("drop table events")
    with Store(tmp_path / "cx.duckdb") as made:
        assert made.events() == ()
        assert made.save_event(events.event("Launch", date(2026, 3, 16))).id == 1


def test_the_sample_keeps_its_events_once(sample, monkeypatch):
    assert {(one.name, one.start) for one in kept(sample)} == {(one.name, one.start) for one in EVENTS}
    monkeypatch.setattr("cxdata.sample.FILES", ())
    with Store(None) as made:
        import_sample(made)
        import_sample(made)
        assert len(kept(made)) == len(EVENTS)


def test_the_events_of_the_sample_are_those_of_its_story(monkeypatch):
    from datetime import timedelta
    from pathlib import Path

    monkeypatch.syspath_prepend(str(Path(__file__).parent.parent / "sample_data"))
    from lumio import world

    told = (world.TRAINING, world.PRICE_RISE, world.LAUNCH, world.DAYS - 4)
    assert [one.start for one in EVENTS] == [world.FIRST + timedelta(days=int(day)) for day in told]
    assert EVENTS[-1].end == world.LAST


# --- its mark on a chart ------------------------------------------------------------------------------------


def marks(shown: list[Event], answer: Answer | None = None, **style) -> tuple[list[dict], list[dict]]:
    """(lines and spans, names) of a year of months, or of another answer."""
    figure = charts.trend(answer or series([0.7, 0.8] * 6), charts.Style(**style), events=shown)
    layout = figure.to_plotly_json()["layout"]
    shapes = [shape for shape in layout.get("shapes", []) if shape.get("yref") == "paper"]
    return shapes, list(layout.get("annotations", []))


def on(day: str, name: str = "Launch", end: str | None = None, **more) -> Event:
    return Event(1, name, "launch", date.fromisoformat(day), end and date.fromisoformat(end), **more)


def test_without_events_a_chart_is_as_it_was():
    assert marks([]) == ([], [])
    assert charts.trend(series([0.7, 0.8] * 6), charts.Style()).layout.margin.t == 8


@pytest.mark.parametrize(
    ("grain", "day", "place"),
    [
        ("day", "2025-01-01", 0),
        ("day", "2025-01-12", 11),
        (
            "week",
            "2025-01-03",
            0.1429,
        ),  # the Friday of the week that began on 30 December, which is shown from 1 January
        ("month", "2025-01-01", -0.4839),
        ("month", "2025-02-15", 1.0179),
        ("month", "2025-12-31", 11.4839),
        ("quarter", "2025-02-15", 0.0056),
    ],
)
def test_the_line_stands_within_its_period(grain, day, place):
    (line,), (name,) = marks([on(day)], series([0.7, 0.8] * 6, grain=grain))
    assert (line["type"], line["x0"], line["x1"]) == ("line", place, place)
    assert (name["x"], name["text"]) == (place, "Launch")


def test_a_range_is_a_span_from_its_first_day_to_its_last_cut_at_the_ends():
    (span, line), _names = marks([on("2024-12-01", end="2025-02-28")])
    assert (span["type"], span["x0"], span["x1"], line["x0"]) == ("rect", -0.5, 1.5, -0.5)
    (span, _line), _names = marks([on("2025-12-01", end="2026-02-28")])
    assert (span["x0"], span["x1"]) == (10.5, 11.5)


@pytest.mark.parametrize("day", ["2024-12-31", "2026-01-01"])
def test_what_lies_outside_the_axis_has_no_mark(day):
    assert marks([on(day)]) == ([], [])


def test_a_name_is_shortened_and_all_is_said_on_hover():
    event = on(
        "2025-06-10", "The launch of <b>everything</b> at once", end="2025-06-12", team="A & B", note="Mind <i>this</i>"
    )
    _shapes, (name,) = marks([event])
    assert name["text"] == "The launch of &lt;b&gt;ever…"
    assert name["hovertext"] == (
        "<b>The launch of &lt;b&gt;everything&lt;/b&gt; at once</b><br>10 Jun – 12 Jun 2025 · Launch · A &amp; B"
        "<br>Mind &lt;i&gt;this&lt;/i&gt;"
    )


@pytest.mark.parametrize(
    ("days", "names"),
    [
        (["2025-06-10"], [("Event of 10 June", "left")]),
        (["2025-12-10"], [("Event of 10 December", "right")]),
        (["2025-06-10", "2025-08-10"], [("Event of 10 August", "left"), ("Event of 10 June", "right")]),
        (["2025-02-10", "2025-05-10"], [("Event of 10 May", "left"), ("Event of 10 Febr…", "left")]),
        (["2025-06-10", "2025-06-20"], [("Event of 20 June", "left"), ("Event of 10 June", "right")]),
        (
            ["2025-01-10", "2025-01-20", "2025-02-01"],
            [("Event of 1 February", "left"), ("▾", "center"), ("▾", "center")],
        ),
    ],
)
def test_a_name_keeps_to_the_room_between_its_line_and_the_next(days, names):
    shown = [on(day, f"Event of {date.fromisoformat(day):%-d %B}") for day in days]
    assert [(note["text"], note["xanchor"]) for note in marks(shown)[1]] == names


def test_where_there_are_many_each_has_a_sign_and_its_words_on_hover():
    shown = [on(f"2025-{month:02}-15", f"Event {month}") for month in range(1, 13)]
    lines, notes = marks(shown)
    assert len(lines) == len(notes) == 12
    assert {note["text"] for note in notes} == {"▾"}
    assert all(note["hovertext"].startswith("<b>Event") for note in notes)


def test_events_of_one_day_share_a_mark():
    lines, (name,) = marks([on("2025-06-10"), on("2025-06-10", "Training")])
    assert len(lines) == 1
    assert name["text"] == "Launch +1"
    assert "<b>Launch</b>" in name["hovertext"]
    assert "<b>Training</b>" in name["hovertext"]


def test_marks_are_in_the_readers_language_and_theme():
    _shapes, (light,) = marks([on("2025-06-10")])
    set_language("nl")
    (line,), (dark,) = marks([on("2025-06-10")], dark=True)
    set_language("en")
    assert "10 jun 2025 · Lancering · Alle teams" in dark["hovertext"]
    assert light["font"]["color"] != dark["font"]["color"]
    assert line["line"]["color"] == charts.Style(dark=True).event


def test_small_charts_mark_the_events_of_their_team():
    starts = starts_between(date(2025, 1, 1), date(2026, 1, 1), "month")
    rows = pd.concat(
        pd.DataFrame(
            {
                "metric": "csat",
                "period": starts,
                "team": team,
                "value": value,
                "n": 9,
                "low": None,
                "high": None,
                "partial": False,
            }
        )
        for team, value in (("Noord", 0.5), ("Zuid", 0.6))
    )
    answer = Answer(Query(("csat",), "month", ("team",)), rows)
    figure = charts.multiples(
        answer, charts.Style(), events=[on("2025-06-10"), on("2025-08-10", "Training", team="Zuid")]
    )
    assert [(shape.xref, shape.yref) for shape in figure.layout.shapes] == [
        ("x", "y domain"),
        *[("x2", "y2 domain")] * 2,
    ]
    assert [note.text for note in figure.layout.annotations if note.hovertext] == ["▾"] * 3


def test_bars_and_shares_have_the_same_marks():
    starts = starts_between(date(2025, 1, 1), date(2026, 1, 1), "month")
    names = ("tickets_created", "tickets_resolved")
    rows = pd.concat(
        pd.DataFrame(
            {"metric": name, "period": starts, "value": 0.5, "n": 5, "low": None, "high": None, "partial": False}
        )
        for name in names
    )
    answer, style, shown = Answer(Query(names, "month"), rows), charts.Style(), [on("2025-06-10")]
    for figure in (
        charts.bars_and_line(answer, style, names, events=shown),
        charts.stacked_shares(answer, style, names, ("#111111", "#222222"), events=shown),
    ):
        assert [note.text for note in figure.layout.annotations] == ["Launch"]
        assert [shape.x0 for shape in figure.layout.shapes] == [4.8167]
        assert figure.layout.legend.y > 1.02
