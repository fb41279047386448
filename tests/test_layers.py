"""Imports go downwards only. Read from the source text, so that nothing has to be imported to know."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# From the ground up. A module may import those of the groups below its own, and its fellows in its own group.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("cxdata.i18n", "cxdata.workbook", "cxdata.workbook_head"),
    ("cxdata.errors",),
    ("cxdata.progress", "cxdata.tuning"),
    ("cxdata.encoding",),
    ("cxdata.records",),
    ("cxdata.fixed_width",),
    (
        "cxdata.arrays",
        "cxdata.schema",
        "cxdata.calendars",
        "cxdata.statistics",
        "cxdata.agreement",
        "cxdata.reading",
        "cxdata.containers",
    ),
    ("cxdata.settings", "cxdata.parsing", "cxdata.sources", "cxdata.cells", "cxdata.filters", "cxdata.metrics"),
    ("cxdata.scrubbing",),
    ("cxdata.formats", "cxdata.facts", "cxdata.understanding", "cxdata.events", "cxdata.sending"),
    ("cxdata.amounts",),
    ("cxdata.alerts",),
    ("cxdata.questions", "cxdata.views"),
    ("cxdata.goals",),
    ("cxdata.goal_progress",),
    ("cxdata.scans",),
    ("cxdata.store",),
    (
        "cxdata.alert_records",
        "cxdata.engine",
        "cxdata.journal",
        "cxdata.keyed",
        "cxdata.originals",
        "cxdata.pseudonyms",
        "cxdata.recognition",
        "cxdata.rejects",
        "cxdata.remarks",
    ),
    ("cxdata.goal_records", "cxdata.review_records", "cxdata.people"),
    ("cxdata.erasing", "cxdata.person_files"),
    ("cxdata.importing",),
    ("cxdata.flows", "cxdata.tallies", "cxdata.sample", "cxdata.sample_goals", "cxdata.watching"),
    ("cxdata.queries",),
    ("cxdata.rows", "cxdata.comparison", "cxdata.noise", "cxdata.summary", "cxdata.drill", "cxdata.training"),
    ("cxdata.selection", "cxdata.rowfiles", "cxdata.needs", "cxdata.touchpoints", "cxdata.care"),
    ("cxdata.alerting", "cxdata.charts", "cxdata.before_after", "cxdata.following"),
    ("cxdata.goal_files", "cxdata.goal_calendar", "cxdata.goal_overview"),
    ("cxdata.meetings",),
    ("cxdata.meeting_records", "cxdata.minutes"),
    ("cxdata.sample_meeting", "cxdata.sample_care"),
    ("cxdata.boards", "cxdata.marks"),
    ("cxdata.reports", "cxdata.drawing"),
    ("cxdata.paper", "cxdata.sheets"),
    ("cxdata.downloads",),
    ("cxdata.ui", "cxdata.commands"),
    ("pages", "dashboard", "cxdata.__main__", "benchmarks"),
)
PLACE = {name: place for place, group in enumerate(LAYERS) for name in group}

SOURCES = sorted(
    path.relative_to(ROOT)
    for path in (
        *ROOT.glob("cxdata/**/*.py"),
        *ROOT.glob("pages/*.py"),
        *ROOT.glob("benchmarks/**/*.py"),
        ROOT / "dashboard.py",
    )
)


def name_of(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def layer(module: str) -> str | None:
    """The name in LAYERS that a module belongs to; None for the package itself and for others' modules."""
    parts = module.split(".")
    return next((name for end in range(len(parts), 0, -1) if (name := ".".join(parts[:end])) in PLACE), None)


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))))


def imported(path: Path) -> Iterator[str]:
    """The modules that a file imports anywhere in it."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_every_module_has_its_layer(path):
    assert layer(name_of(path)) or name_of(path) == "cxdata"


def test_every_layer_is_there():
    there = {layer(name_of(path)) for path in SOURCES}
    assert set(PLACE) == there - {None}


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_imports_go_downwards(path):
    own = layer(name_of(path))
    if own is None:
        assert [module for module in imported(path) if module.startswith("cxdata.")] == []
        return
    upwards = {
        module for module in imported(path) if (other := layer(module)) and other != own and PLACE[other] > PLACE[own]
    }
    assert upwards == set()


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_only_the_interface_imports_streamlit(path):
    uses = any(module.split(".")[0] == "streamlit" for module in imported(path))
    assert not uses or layer(name_of(path)) in ("cxdata.ui", "pages", "dashboard", "benchmarks")


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_only_the_store_opens_a_database(path):
    calls = [
        node
        for node in nodes(path)
        if isinstance(node, ast.Attribute) and node.attr == "connect" and ast.unparse(node.value) == "duckdb"
    ]
    assert not calls or name_of(path) == "cxdata.store" or path.parts[0] == "benchmarks"


@pytest.mark.parametrize("path", [path for path in SOURCES if path.parts[0] != "benchmarks"], ids=str)
def test_nothing_below_the_interface_reads_the_clock_unasked(path):
    """`today` and `as_of` are parameters; only the record of an import says when it was."""
    text = (ROOT / path).read_text(encoding="utf-8")
    reads = [word for word in ("date.today(", "datetime.now(", "time.time(", "datetime.utcnow(") if word in text]
    allowed = {"cxdata.importing": ["datetime.now("]}
    if layer(name_of(path)) not in ("cxdata.ui", "pages", "dashboard"):
        assert reads == allowed.get(name_of(path), [])


@pytest.mark.parametrize("path", sorted((ROOT / "cxdata" / "ui").glob("*.py")), ids=lambda path: path.stem)
def test_no_module_beside_the_script_of_the_frame_hides_another(path):
    """Streamlit puts the folder of its script on the path: a module there named `requests` would be taken for the library."""
    if path.stem != "__init__":
        assert importlib.util.find_spec(path.stem) is None
