"""Write docs/formats.md: what every sample and every real export at hand comes out as.

The samples are those of tests/samples with their golden outcomes. The real exports were written by other people's tools
and are not part of the project; where their folder is not at hand, their part of the page stays as it is.

Usage: python docs/formats.py [FOLDER OF REAL EXPORTS]
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cxdata import importing
from cxdata.errors import CxError, Note
from cxdata.settings import Settings
from cxdata.sources import REFUSED, SOURCES
from cxdata.sources.base import ANSWERS_LABEL
from cxdata.store import Store

PAGE = Path(__file__).with_name("formats.md")
SAMPLES = PAGE.parent.parent / "tests" / "samples"
REAL_MARK = "## Real exports"
LABELS = {source.name: source.label for source in (*SOURCES, *REFUSED)}
HEAD = """# What every format comes out as

Each sample is a small file as its tool writes it, with good rows, rows to leave out and rows that are wrong; the same
outcomes are checked by the tests (`tests/samples`, `tests/test_samples.py`). Rows read are always those that went in,
those rejected and those left out by rule. A file of no known tool is understood by its headers, in six languages.
This page is written by `python docs/formats.py`.

## Samples
"""
COLUMNS = "| file | recognised as | kind | rows | in | rejected, and why | left out, and why |\n|---|---|---|--:|--:|---|---|\n"


def cell(text: object) -> str:
    return " ".join(str(text).replace("|", "\\|").split())


def line(file: str, label: str, found: dict[str, Any]) -> str:
    left = "; ".join(f"{rows} {reason}" for reason, rows in found["left_out"].items())
    rejected = f"{found['rejected']}: {' '.join(found['reasons'])}" if found["rejected"] else ""
    cells = (f"`{file}`", label, found["kind"], found["rows"], found["new"], rejected, left)
    return "| " + " | ".join(map(cell, cells)) + " |\n"


def refused(file: str, label: str, sentence: str) -> str:
    return f"| `{file}` | {cell(label)} | refused | | | {cell(sentence.partition(' Columns found')[0])} | |\n"


def samples() -> Iterator[str]:
    for path in sorted(path for path in SAMPLES.iterdir() if path.suffix in (".csv", ".txt")):
        golden = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        label = LABELS[path.name.split(".")[0]]
        if "refused" in golden:
            yield refused(path.name, label, golden["refused"])
            continue
        yield line(path.name, label, golden)
        if "answers" in golden:
            yield line(path.name, ANSWERS_LABEL, golden["answers"])


def real(folder: Path) -> Iterator[str]:
    for path in sorted(path for path in folder.iterdir() if path.suffix in (".csv", ".txt", ".xlsx")):
        with Store(None) as store:
            store.save_settings(Settings(zone="UTC"))
            try:
                outcome = importing.import_file(store, path)
            except CxError as error:
                yield refused(path.name, "", str(error))
                continue
            for found in outcome.all:
                rejects = store.rejects(found.import_id or 0)[1]
                reasons = sorted({str(Note(*json.loads(row["reason"]))) for row in rejects})
                described = {**found.counts(), "kind": found.kind, "reasons": reasons}
                yield line(path.name, found.understood["label"], described)


def page(folder: Path | None) -> str:
    """The whole page; without the folder of real exports with their part as it stands."""
    text = HEAD + "\n" + COLUMNS + "".join(samples()) + "\n" + REAL_MARK
    if folder is None:
        return text + PAGE.read_text(encoding="utf-8").partition(REAL_MARK)[2]
    said = "\n\nWritten by other people's tools, found in public; they are not part of this project.\n\n"
    return text + said + COLUMNS + "".join(real(folder))


if __name__ == "__main__":
    PAGE.write_text(page(Path(sys.argv[1]) if len(sys.argv) > 1 else None), encoding="utf-8")
