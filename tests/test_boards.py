"""The boards: every one asks questions that can be answered, and every page of them shows its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxdata import charts
from cxdata.boards import BOARDS, board, place_of
from cxdata.engine import DuckDBEngine
from cxdata.errors import UnknownName
from cxdata.filters import Filters, dimension
from cxdata.i18n import set_language
from cxdata.metrics import metric
from cxdata.queries import ask
from cxdata.settings import Settings

PAGES = Path(__file__).resolve().parent.parent / "pages"
PANELS = [(entry, panel) for entry in BOARDS for panel in entry.panels]


@pytest.mark.parametrize("entry", BOARDS, ids=lambda entry: entry.name)
def test_a_board_names_what_there_is(entry):
    assert f"board.head({entry.name.upper()}" in (PAGES / f"{entry.name}.py").read_text(encoding="utf-8")
    assert len({panel.key for panel in entry.panels}) == len(entry.panels)
    assert {page for page in entry.cards.values() if page} <= {other.name for other in BOARDS}
    for name in entry.uses:
        dimension(name)
    for name in entry.metrics:
        metric(name)


@pytest.mark.parametrize(("entry", "panel"), PANELS, ids=[f"{entry.name}-{panel.key}" for entry, panel in PANELS])
def test_every_panel_is_answered_and_drawn(entry, panel, sample):
    query = panel.query(Filters(), "month")
    figure = panel.draw(
        ask(DuckDBEngine(sample), query, sample.moment()), charts.Style(), **panel.drawn_with(Settings())
    )
    assert figure.data


def test_names_and_target_follow_reader_and_settings():
    shown = next(panel for panel in board("service").panels if panel.names)
    set_language("nl")
    assert shown.drawn_with(Settings())["names"] == ("mediaan", "90e percentiel")
    set_language("en")
    aimed = board("sla").panels[0]
    assert aimed.drawn_with(Settings(sla_target=0.9)) == {"target": 0.9}


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("sla", ("sla", "sla")),
        ("unanswered_rate", ("service", "rates")),
        ("nps", ("voice_of_customer", "nps")),
        ("backlog", ("service", "volume")),
        ("cohort_retention", ("retention", "cohorts")),
        ("no_such", ("", "")),
    ],
)
def test_a_metric_has_its_place(name, place):
    assert place_of(name) == place


def test_an_unknown_board_names_the_nearest():
    with pytest.raises(UnknownName, match='Did you mean "service"'):
        board("servise")
