"""All pages as a report: what asking and writing take.

In: the generated files. Out: seconds, the median of the rounds, for asking, for the PDF and for the workbook.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.pages import filled_store
from cxdata import reports, selection
from cxdata.boards import BOARDS
from cxdata.downloads import FORMATS
from cxdata.engine import DuckDBEngine
from cxdata.filters import Filters
from cxdata.store import Store


def measure(files: dict[str, Path], folder: Path, rounds: int, say: Callable[[str], None]) -> dict[str, float]:
    """{"ask", and one for each format}: seconds for all pages over twelve months."""
    taken: dict[str, list[float]] = {}
    with Store(filled_store(files, folder)) as store:
        moment = store.moment()
        assert moment is not None
        period = selection.period_of("12m", moment.complete_until)
        for number in range(rounds):
            started = time.perf_counter()
            report = reports.report(DuckDBEngine(store), BOARDS, Filters(period), period.previous(), moment)
            taken.setdefault("ask", []).append(time.perf_counter() - started)
            for entry in FORMATS:
                started = time.perf_counter()
                entry.write(report)
                taken.setdefault(entry.suffix, []).append(time.perf_counter() - started)
            say(f"  reports, round {number + 1} of {rounds}")
    return {name: median(each) for name, each in taken.items()}
