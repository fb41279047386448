"""Figures become marks: every chart of every board, and where a few known values lie."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import plotly.graph_objects as go
import pytest

from cxdata.boards import BOARDS
from cxdata.charts import Style
from cxdata.downloads import picture
from cxdata.drawing import drawn
from cxdata.engine import DuckDBEngine
from cxdata.filters import Filters
from cxdata.i18n import set_language
from cxdata.marks import Area, Box, Disc, Drawing, Line, Text, cut, placed, svg, width_of, wrapped
from cxdata.queries import ask
from cxdata.settings import Settings

PANELS = [(entry, panel) for entry in BOARDS for panel in entry.panels]


@pytest.fixture(autouse=True)
def english():
    set_language("en")


def marks(figure: go.Figure, kind: type) -> list:
    return [mark for mark in drawn(figure, 200, 100).marks if isinstance(mark, kind)]


@pytest.mark.parametrize(("entry", "panel"), PANELS, ids=[f"{entry.name}-{panel.key}" for entry, panel in PANELS])
@pytest.mark.parametrize("grain", ["month", "week"])
def test_every_chart_of_every_board_has_a_drawing(entry, panel, grain, sample):
    answer = ask(DuckDBEngine(sample), panel.query(Filters(), grain), sample.moment())
    drawing = drawn(panel.draw(answer, Style(), **panel.drawn_with(Settings())), 400)
    shapes = [mark for mark in drawing.marks if not isinstance(mark, Text)]
    assert len(shapes) > 3
    for mark in shapes:
        points = mark.points if isinstance(mark, Line | Area) else [(mark.x, mark.y)]
        for x, y in points:
            assert -30 <= x <= 430, mark
            assert -30 <= y <= drawing.height + 30, mark
    ET.fromstring(svg(drawing, "#ffffff"))


PLAIN = {"margin": {"l": 0, "r": 0, "t": 0, "b": 0}, "showlegend": False}
HIDDEN = {"showticklabels": False, "showgrid": False}


def test_bars_side_by_side_stand_on_zero():
    figure = go.Figure(
        [go.Bar(x=["a", "b"], y=[5, 10]), go.Bar(x=["a", "b"], y=[10, 0])],
        {**PLAIN, "xaxis": HIDDEN, "yaxis": {**HIDDEN, "range": [0, 10]}, "bargap": 0},
    )
    found = [(mark.x, mark.y, mark.width, mark.height) for mark in marks(figure, Box)]
    assert found == [(0, 50, 50, 50), (100, 0, 50, 100), (50, 0, 50, 100), (150, 100, 50, 0)]


def test_stacked_bars_stand_on_each_other():
    figure = go.Figure(
        [go.Bar(x=["a"], y=[4]), go.Bar(x=["a"], y=[6])],
        {**PLAIN, "xaxis": HIDDEN, "yaxis": {**HIDDEN, "range": [0, 10]}, "bargap": 0, "barmode": "stack"},
    )
    assert [(mark.y, mark.height) for mark in marks(figure, Box)] == [(60, 40), (0, 60)]


def test_a_line_breaks_where_nothing_was_measured():
    figure = go.Figure(
        go.Scatter(x=[0, 1, 2, 3, 4], y=[0, 10, None, 10, 0], mode="lines", line={"dash": "dot", "color": "#123456"}),
        {**PLAIN, "xaxis": {**HIDDEN, "range": [0, 4]}, "yaxis": {**HIDDEN, "range": [0, 10]}},
    )
    lines = marks(figure, Line)
    assert [line.points for line in lines] == [((0, 100), (50, 0)), ((150, 0), (200, 100))]
    assert {(line.colour, bool(line.dash)) for line in lines} == {("#123456", True)}


def test_steps_bands_and_rings():
    layout = {**PLAIN, "xaxis": {**HIDDEN, "range": [0, 2]}, "yaxis": {**HIDDEN, "range": [0, 1]}}
    stepped = go.Scatter(x=[0, 2], y=[1, 0], mode="lines", line={"shape": "hv"})
    band = go.Scatter(
        x=[0, 2, 2], y=[0, 0, 1], fill="toself", fillcolor="rgba(1,2,3,0.5)", line={"width": 0}, mode="lines"
    )
    ring = go.Scatter(
        x=[1],
        y=[0.5],
        mode="markers",
        marker={"size": 12, "color": "rgba(0,0,0,0)", "line": {"color": "#000000", "width": 1}},
    )
    assert marks(go.Figure(stepped, layout), Line)[0].points == ((0, 0), (200, 0), (200, 100))
    assert marks(go.Figure(band, layout), Area) == [Area(((0, 100), (200, 100), (200, 0)), "#010203", 0.5)]
    assert marks(go.Figure(ring, layout), Disc) == [Disc(100, 50, 6, "", "#000000", 1)]


def test_categories_stand_in_the_order_of_the_axis():
    figure = go.Figure(
        [go.Scatter(x=["b"], y=[1], mode="markers", marker={"size": 2}), go.Bar(x=["a", "b"], y=[1, 0])],
        {
            **PLAIN,
            "xaxis": {**HIDDEN, "type": "category", "categoryarray": ["a", "b"]},
            "yaxis": {**HIDDEN, "range": [0, 1]},
        },
    )
    assert [disc.x for disc in marks(figure, Disc)] == [150]


def test_cells_say_two_lines_and_names_may_stand_above():
    heat = go.Heatmap(
        x=[0],
        y=[0],
        z=[[1]],
        zmin=0,
        zmax=1,
        colorscale=[[0, "#ffffff"], [1, "#dddddd"]],
        text=[['12<br><span style="font-size:10px">n = 3</span>']],
        texttemplate="%{text}",
    )
    figure = go.Figure(
        heat,
        {
            **PLAIN,
            "xaxis": {"side": "top", "tickvals": [0], "ticktext": ["Loyalty"], "showgrid": False},
            "yaxis": HIDDEN,
        },
    )
    found = {mark.text: mark for mark in marks(figure, Text)}
    assert set(found) == {"12", "n = 3", "Loyalty"}
    assert found["Loyalty"].y < found["12"].y < found["n = 3"].y
    assert found["n = 3"].size < found["12"].size


def test_a_trace_that_is_not_known_raises():
    with pytest.raises(NotImplementedError, match="pie"):
        drawn(go.Figure(go.Pie(values=[1])))


def test_ticks_are_in_the_readers_language():
    figure = go.Figure(
        go.Scatter(x=[0, 1], y=[0, 2000]), {"yaxis": {"tickformat": ",d", "range": [0, 2000], "nticks": 3}}
    )
    set_language("nl")
    assert [mark.text for mark in marks(figure, Text) if mark.anchor == "end"] == ["0", "1.000", "2.000"]


def test_text_is_wrapped_and_cut_to_the_room():
    assert wrapped("een twee drie", 10, width_of("een twee", 10)) == ["een twee", "drie"]
    assert all(width_of(line, 10) <= 30 for line in wrapped("a" * 40, 10, 30))
    assert cut("onbeantwoord", 10, width_of("onbe…", 10)) == "onbe…"
    assert wrapped("", 10, 30) == []


@pytest.mark.parametrize("name", ["Łódź €", "東京", "🎧 support", "مرحبا", "a\x00b\ud800c", "<b>&\"'"])
def test_any_name_can_be_drawn(name):
    figure = go.Figure(go.Bar(x=[name], y=[1]), {"xaxis": {"type": "category"}})
    data = picture(figure, "svg", Style(), name, "", name)
    assert ET.fromstring(data)
    assert picture(figure, "png", Style(), name, "", name).startswith(b"\x89PNG")


def test_a_drawing_is_placed_smaller_in_another():
    drawing = Drawing(10, 10, (Box(2, 4, 6, 8), Text(1, 1, "a", 10, "#000000")))
    assert placed(drawing, 100, 200, 0.5) == [Box(101, 202, 3, 4), Text(100.5, 200.5, "a", 5, "#000000")]
