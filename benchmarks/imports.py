"""Import of one file against a bare typed read of the same file, each in a process of its own.

In: a CSV of tickets. Out: seconds of both, in pairs, and the peak memory of ours. As a program
(`python -m benchmarks.imports ours|bare FILE DATABASE`) it does one of the two and prints its figures.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import duckdb

from cxdata.importing import import_file
from cxdata.store import Store
from cxdata.understanding import Choices

NOW = datetime(2026, 6, 1, tzinfo=UTC)
THREADS = 2
_TYPES = {"created_at": "timestamp", "first_response_at": "timestamp", "resolved_at": "timestamp"}
_TYPES |= {"agent_replies": "integer", "reopens": "integer"}


@dataclass(frozen=True)
class Timing:
    """One process: seconds in which the file became a closed database, seconds of processor in that time (both
    cores together; a busy neighbour does not change them much), and its peak resident memory in bytes."""

    seconds: float
    cpu: float
    peak: int


def ours(file: Path, database: Path) -> None:
    """The whole import: understanding, types, keys, versions, the original kept, facts."""
    with Store(database) as store:
        import_file(store, file, Choices(kind="tickets"), now=NOW)


def bare(file: Path, database: Path) -> None:
    """The least that DuckDB has to do: the types are given, the rows go into one table."""
    with file.open() as opened:
        names = opened.readline().strip().split(",")
    columns = ", ".join(f"'{name}': '{_TYPES.get(name, 'varchar')}'" for name in names)
    with duckdb.connect(str(database), config={"threads": THREADS}) as connection:
        connection.execute(
            f"create table tickets as select * from read_csv($file, header = true, delim = ',', quote = '\"', "
            f"escape = '\"', auto_detect = false, columns = {{{columns}}})",
            {"file": str(file)},
        )


WAYS: dict[str, Callable[[Path, Path], None]] = {"ours": ours, "bare": bare}


def measure(file: Path, folder: Path, rounds: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Both ways, one after the other, `rounds` times: the median of the ratios, and the single figures."""
    taken: dict[str, list[Timing]] = {way: [] for way in WAYS}
    for number in range(rounds):
        for way in WAYS if number % 2 else reversed(WAYS):  # neither always goes first
            taken[way].append(_in_a_process(way, file, folder))
        say(f"  import, round {number + 1}: " + ", ".join(f"{w} {t[-1].seconds:.1f} s" for w, t in taken.items()))
    pairs = list(zip(taken["bare"], taken["ours"], strict=True))
    ratios = [bare_.seconds / ours_.seconds for bare_, ours_ in pairs]
    return {
        "ratio": median(ratios),
        "ratios": ratios,
        "cpu_ratio": median(bare_.cpu / ours_.cpu for bare_, ours_ in pairs),
        "ours_s": median(timing.seconds for timing in taken["ours"]),
        "bare_s": median(timing.seconds for timing in taken["bare"]),
        "ours_peak": max(timing.peak for timing in taken["ours"]),
        "bare_peak": max(timing.peak for timing in taken["bare"]),
        "file_bytes": file.stat().st_size,
    }


def _in_a_process(way: str, file: Path, folder: Path) -> Timing:
    with tempfile.TemporaryDirectory(prefix="import-", dir=folder) as made:
        os.sync()  # what an earlier process left to write is not ours to wait for
        command = [sys.executable, "-m", "benchmarks.imports", way, str(file), str(Path(made) / "cx.duckdb")]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Timing(**json.loads(done.stdout))


def _main(way: str, file: str, database: str) -> None:
    Store().close()  # libraries and the calendar: the start of the program, not the import
    started, cpu = time.perf_counter(), time.process_time()
    WAYS[way](Path(file), Path(database))
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak": peak}))


if __name__ == "__main__":
    _main(*sys.argv[1:])
