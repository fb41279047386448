"""Every source has a sample as its tool writes it, and beside it what must come of it: nothing more, nothing less."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from cxdata import importing, reading, recognition
from cxdata.errors import MappingProblem, Note
from cxdata.settings import Settings
from cxdata.sources import REFUSED, SOURCES
from cxdata.store import Store
from cxdata.understanding import Choices
from tests.conftest import NOW, current, new_store

SAMPLES = Path(__file__).parent / "samples"
REAL = SAMPLES.parent.parent.parent / "shared" / "data" / "real"
FILES = sorted(path for path in SAMPLES.iterdir() if path.suffix in (".csv", ".txt"))
BY_NAME = {source.name: source for source in (*SOURCES, *REFUSED)}


def golden(path: Path) -> dict[str, Any]:
    """What must come of a sample. `zone` is the organisation's, where it is not Amsterdam."""
    return json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))


def outcomes_of(path: Path, zone: str) -> list[dict[str, Any]]:
    """The import of a file into a store of its own, and that of the answers in it, as they stand in a golden file."""
    with new_store() as store:
        store.save_settings(Settings(zone=zone))
        outcome = importing.import_file(store, path, now=NOW)
        return [described(store, found) for found in outcome.all]


def described(store: Store, found: importing.Outcome) -> dict[str, Any]:
    assert found.rows == found.new + found.rejected + sum(found.left_out.values())
    rejects = store.rejects(found.import_id)[1] if found.rejected else []
    assert len(rejects) == found.rejected
    assert left_out_rows(store, found) == found.left_out
    return {
        "source": found.source,
        "kind": found.kind,
        "rows": found.rows,
        "new": found.new,
        "rejected": found.rejected,
        "reasons": sorted({str(Note(*json.loads(row["reason"]))) for row in rejects}),
        "left_out": found.left_out,
        "first": found.first,
        "last": found.last,
        "notes": [str(entry) for entry in found.notes],
        "values": {row.pop("key"): plain(row) for row in current(store, found.kind)},
    }


def left_out_rows(store: Store, found: importing.Outcome) -> dict[str, int]:
    """How many rows of each reason the download of what was left out holds."""
    file = io.StringIO()
    importing.write_left_out(store, found.import_id, file)
    reasons = [row[-1].partition(": ")[2] for row in csv.reader(io.StringIO(file.getvalue()))][1:]
    return dict(Counter(reasons))


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row as JSON holds it, without what is empty."""
    del row["source"]
    return {
        name: value if isinstance(value, str | int | float) else str(value)
        for name, value in row.items()
        if value is not None
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_sample_comes_out_as_it_must(path):
    wanted = golden(path)
    zone = wanted.pop("zone", "Europe/Amsterdam")
    answers = wanted.pop("answers", None)
    if "refused" in wanted:
        with pytest.raises(MappingProblem) as problem:
            outcomes_of(path, zone)
        assert str(problem.value) == wanted["refused"]
        return
    assert outcomes_of(path, zone) == [wanted, *([answers] if answers else [])]


def recognised_header(path: Path) -> tuple[str, ...]:
    with tempfile.TemporaryDirectory() as folder:
        table = reading.read(path, Path(folder))
        return table.with_header(recognition.header_at(table, Choices())).header


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_exactly_one_source_claims_a_sample(path):
    header = recognised_header(path)
    assert [source.name for source in (*SOURCES, *REFUSED) if source.claims(header)] == [path.name.split(".")[0]]


def test_every_source_has_a_sample_and_every_sample_its_golden_outcome():
    assert {path.name.split(".")[0] for path in FILES} == set(BY_NAME)
    assert {path.stem for path in SAMPLES.iterdir() if path.suffix == ".json"} == {path.stem for path in FILES}


def test_every_source_with_answers_has_a_sample_of_them():
    there = {golden(path)["source"] for path in FILES if "answers" in golden(path)}
    assert there == {source.name for source in SOURCES if source.answers}


def page_of_formats():
    spec = importlib.util.spec_from_file_location("formats_page", SAMPLES.parent.parent / "docs" / "formats.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_formats_says_what_comes_out():
    page = page_of_formats()
    assert page.PAGE.read_text(encoding="utf-8") == page.page(REAL if REAL.is_dir() else None), "run docs/formats.py"
