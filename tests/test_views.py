"""Saved views: what can be one, how it is kept, what is no longer there, and what its choices come to."""

from __future__ import annotations

from datetime import date

import pytest

from cxdata import selection, views
from cxdata.errors import CxError, UnknownName
from cxdata.filters import NOTHING, Filters, Period
from cxdata.selection import Held
from cxdata.store import Store
from cxdata.views import SavedView, saved_view

NOORD = saved_view("Noord, half a year", "service", {"team": ["Noord"], "period": ["6m"]})
SLA = saved_view("SLA", "sla", {})
TEAMS = ["Noord", "Zuid"]


# --- what can be a view -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said"), [(" \n", "needs a name"), ("x" * 61, "can have 60 characters; this one has 61")]
)
def test_what_cannot_be_is_a_sentence(name, said):
    with pytest.raises(CxError, match=said):
        saved_view(name, "sla", {})


def test_blanks_around_a_name_go_and_the_language_is_the_readers():
    made = saved_view(
        "  Noord,  half a year\n", "service", {"period": ["6m"], "lang": ["nl"], "team": ["Noord"], "agent": []}
    )
    assert made == NOORD
    assert views.link_text(made.choices) == "period=6m&team=Noord"


def test_a_view_is_found_whatever_its_capitals_and_an_unknown_one_names_the_nearest():
    assert views.one_named("noord, HALF a year ", [SLA, NOORD]) == NOORD
    with pytest.raises(UnknownName, match=r'no view "Nord half a year"\. Did you mean "Noord, half a year"'):
        views.one_named("Nord half a year", [SLA, NOORD])
    with pytest.raises(CxError, match="no views are saved yet"):
        views.one_named("SLA", [])


# --- how it is kept -----------------------------------------------------------------------------------------


def kept(store: Store) -> list[SavedView]:
    return [one.view for one in store.views()]


def test_the_newest_version_counts_and_a_removed_one_can_come_back(store):
    second = store.save_view(SLA, by="Ana")
    first = store.save_view(NOORD)
    assert (second.id, first.id) == (1, 2)
    assert kept(store) == [first, second]
    later = store.save_view(saved_view("Targets", "sla", {"period": ["3m"]}, id=1), by="Jan")
    assert kept(store) == [first, later]
    assert [one.saved_by for one in store.views()] == ["", "Jan"]
    assert store.remove_view("targets") == later
    assert kept(store) == [first]
    assert store.save_view(later) == later
    assert kept(store) == [first, later]
    versions = store.query("select id, name, removed from views order by version").to_pylist()
    assert [tuple(row.values()) for row in versions] == [
        (1, "SLA", False), (2, NOORD.name, False), (1, "Targets", False), (1, "Targets", True), (1, "Targets", False),
    ]  # fmt: skip


def test_a_name_is_there_once(store):
    store.save_view(SLA)
    with pytest.raises(CxError, match='There is a view "SLA" already'):
        store.save_view(saved_view("sla", "service", {}))
    store.save_view(saved_view("sla", "service", {}, id=1))
    assert [one.name for one in kept(store)] == ["sla"]
    store.remove_view("SLA")
    assert store.save_view(SLA).id == 2


def test_one_view_at_most_is_the_start(store):
    for name in "ab":
        store.save_view(SavedView(0, name, "sla", is_start=True))
    assert [(one.name, one.is_start) for one in kept(store)] == [("a", False), ("b", True)]
    store.save_view(SavedView(2, "b", "sla"))
    assert not any(one.is_start for one in kept(store))


def test_views_outlive_the_program_and_leave_the_numbers_as_they_are(tmp_path):
    with Store(tmp_path / "cx.duckdb") as made:
        data = made.version
        saved = made.save_view(NOORD)
        assert made.version == data
    with Store(tmp_path / "cx.duckdb") as made:
        assert (kept(made), made.views_version) == ([saved], 1)


# --- what is no longer there --------------------------------------------------------------------------------


def there(name: str) -> list[str]:
    return {"team": TEAMS, "channel": ["email"], "own_test": ["a", "b"]}.get(name, [])


@pytest.mark.parametrize(
    ("link", "missing", "left"),
    [
        ({"team": ("Noord", NOTHING), "period": ("6m",)}, (), None),
        ({"team": ("Noord", "Oost"), "channel": ("fax",)}, (("team", "Oost"), ("channel", "fax")), {"team": ("Noord",)}),
        ({"team": ("Noord",), "against": ("Oost",), "compare": ("team",)}, (("team", "Oost"),), {"team": ("Noord",), "compare": ("team",)}),
        ({"split": ("team",), "first": ("Oost",), "second": ("Zuid",)}, (("team", "Oost"),), {"split": ("team",), "second": ("Zuid",)}),
        ({"split": ("own_wave",), "first": ("x",), "metric": ("nps",)}, (("own_wave", ""),), {"metric": ("nps",)}),
        ({"split": ("own_test",), "first": ("a",), "second": ("z",)}, (("own_test", "z"),), {"split": ("own_test",), "first": ("a",)}),
        ({"split": ("nonsense",), "first": ("Oost",)}, (), None),
    ],
)  # fmt: skip
def test_what_is_not_in_the_data_is_left_out_and_the_rest_stays(link, missing, left):
    assert views.gone(link, there) == missing
    assert views.without(link, missing) == (link if left is None else left)


def test_one_sentence_names_all_that_is_missing():
    missing = (("team", "Oost"), ("channel", "phone"))
    assert views.said((("own_wave", ""),)) == "Not in the data, and left out of what the link asks for: wave."
    assert (
        views.said(missing, "Weekly") == 'Not in the data, and left out of the view "Weekly": team Oost, channel Phone.'
    )
    assert views.said(missing).endswith("what the link asks for: team Oost, channel Phone.")


# --- what the choices come to -------------------------------------------------------------------------------

HALF = Period(date(2026, 5, 1), date(2026, 11, 1))


@pytest.mark.parametrize(
    ("link", "filters", "held", "grain"),
    [
        ({"period": ("6m",), "per": ("week",), "clock": ("business",)}, Filters(HALF, {}, "business"), Held(HALF.previous()), "week"),
        ({"period": ("6m",), "compare": ("year",)}, Filters(HALF), Held(HALF.year_before(), drawn=True), "month"),
        ({"period": ("custom",), "from": ("2026-05-01",), "to": ("2026-10-31",)}, Filters(HALF), Held(HALF.previous()), "month"),
        (
            {"period": ("6m",), "compare": ("chosen",), "against_from": ("2025-01-01",), "against_to": ("2025-01-31",)},
            Filters(HALF), Held(Period(date(2025, 1, 1), date(2025, 2, 1)), drawn=True), "month",
        ),
        ({"period": ("6m",), "compare": ("chosen",), "against_from": ("x",)}, Filters(HALF), Held(HALF.previous()), "month"),
        (
            {"period": ("6m",), "team": ("Noord",), "compare": ("rest",)}, Filters(HALF, {"team": ("Noord",)}),
            Held(HALF.previous(), Filters(HALF, {"team": ("Zuid", NOTHING)}), "the other teams", drawn=True), "month",
        ),
        (
            {"period": ("6m",), "team": ("Noord",), "compare": ("team",), "against": ("Zuid",)}, Filters(HALF, {"team": ("Noord",)}),
            Held(HALF.previous(), Filters(HALF, {"team": ("Zuid",)}), "Zuid", drawn=True), "month",
        ),
        ({"period": ("all",)}, Filters(Period(date(2026, 1, 1), HALF.end)), Held(Period(date(2025, 3, 1), date(2026, 1, 1))), "month"),
        ({"period": ("forever",), "compare": ("x",), "clock": ("sundial",)}, Filters(Period(date(2025, 11, 1), HALF.end)), Held(Period(date(2024, 11, 1), date(2025, 11, 1))), "month"),
    ],
)  # fmt: skip
def test_choices_are_a_period_filters_and_what_they_are_held_against(link, filters, held, grain):
    found = selection.looked_at(selection.chosen(link, "calendar"), HALF.end, date(2026, 1, 9), TEAMS)
    assert found == (filters, held, grain)
