"""Every source has a sample as its tool writes it, and beside it what must come of it: nothing more, nothing less."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest

from cxdata import importing, reading
from cxdata.errors import MappingProblem
from cxdata.settings import Settings
from cxdata.sources import REFUSED, SOURCES, answers_in
from cxdata.store import Store
from cxdata.understanding import Choices
from tests.conftest import NOW, current

SAMPLES = Path(__file__).parent / "samples"
FILES = sorted(path for path in SAMPLES.iterdir() if path.suffix in (".csv", ".txt"))
BY_NAME = {source.name: source for source in (*SOURCES, *REFUSED)}


def golden(path: Path) -> dict[str, Any]:
    """What must come of a sample. `zone` is the organisation's, where it is not Amsterdam."""
    return json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))


def outcome_of(path: Path, zone: str, *, beside: bool = False) -> dict[str, Any]:
    """The import of a file into a store of its own, as it stands in a golden file; `beside`: of the answers in it."""
    recognise = importing.recognise

    def recognised(table, choices):
        table, source, _ = recognise(table, choices)
        return table, *answers_in(source, table.header)

    with Store(None) as store, pytest.MonkeyPatch.context() as patch:
        store.save_settings(Settings(zone=zone))
        if beside:
            patch.setattr(importing, "recognise", recognised)
        found = importing.import_file(store, path, now=NOW)
        rows = current(store, found.kind)
    assert found.rows == found.new + found.rejected + sum(found.left_out.values())
    return {
        "source": found.source,
        "kind": found.kind,
        "rows": found.rows,
        "new": found.new,
        "rejected": found.rejected,
        "left_out": found.left_out,
        "first": found.first,
        "last": found.last,
        "notes": [str(entry) for entry in found.notes],
        "values": {row.pop("key"): plain(row) for row in rows},
    }


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
            outcome_of(path, zone)
        assert str(problem.value) == wanted["refused"]
        return
    assert outcome_of(path, zone) == wanted
    assert (answers is not None) == bool(BY_NAME[wanted["source"]].answers and answers_there(path))
    if answers is not None:
        assert outcome_of(path, zone, beside=True) == answers


def recognised_header(path: Path) -> tuple[str, ...]:
    with tempfile.TemporaryDirectory() as folder:
        table = reading.read(path, Path(folder))
        return table.with_header(importing._header_at(table, Choices())).header


def answers_there(path: Path) -> bool:
    return answers_in(BY_NAME[path.name.split(".")[0]], recognised_header(path)) is not None


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
