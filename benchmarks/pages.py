"""The questions of the pages: ours against pandas and plain DuckDB SQL over raw rows, checked and then timed.

In: the generated files. Out: for each page the median of the ratios peer ÷ ours over the rounds. Every value of
the three is compared first; a difference raises, and nothing is timed.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import cxdata
from benchmarks import raw
from benchmarks.imports import NOW
from benchmarks.peer_pandas import PandasPeer
from benchmarks.peer_sql import SqlPeer
from benchmarks.questions import PAGES, Question
from cxdata.comparison import compare
from cxdata.engine import DuckDBEngine
from cxdata.importing import import_file
from cxdata.queries import ask
from cxdata.questions import Moment
from cxdata.store import Store
from cxdata.understanding import Choices

RTOL = 1e-9
P_RTOL, P_ATOL = 0.05, 0.002  # ours ranks durations in steps of about 2 %, the peers to the second
Say = Callable[[str], None]
Taken = np.ndarray  # [seconds, seconds of processor]


class Disagreement(AssertionError):
    """Two ways of answering one question gave different answers."""


def measure(files: dict[str, Path], folder: Path, rounds: int, say: Say) -> dict[str, Any]:
    """{page: {"pandas": ratio, "sql": ratio, single figures in seconds}}, and "all" for the pages together."""
    say("  pages: importing all four files, and reading them for the peers …")
    with Store(filled_store(files, folder)) as store, raw.database(files, folder / "raw.duckdb") as connection:
        moment = store.moment()
        assert moment is not None
        frames = raw.frames(connection)
        engine = DuckDBEngine(store)
        ways: dict[str, Callable[[tuple[Question, ...]], list[Any]]] = {
            "ours": lambda page: [_ours(engine, question, moment) for question in page],
            "sql": lambda page: _answers(SqlPeer(connection, moment.as_of_s), page),
            "pandas": lambda page: _answers(PandasPeer(frames, moment.as_of_s), page),
        }
        for page, questions in PAGES.items():
            check(questions, *(ways[way](questions) for way in ("ours", "sql", "pandas")))
            say(f"  {page}: {len(questions)} questions, all values agree")
        taken: dict[str, dict[str, list[Taken]]] = {page: {way: [] for way in ways} for page in PAGES}
        for number in range(rounds):
            for page, questions in PAGES.items():
                for way in list(ways)[number % 3 :] + list(ways)[: number % 3]:  # each goes first in turn
                    started = np.array([time.perf_counter(), time.process_time()])
                    ways[way](questions)
                    taken[page][way].append(np.array([time.perf_counter(), time.process_time()]) - started)
            say(f"  pages, round {number + 1} of {rounds}")
        (folder / "raw.duckdb").unlink()
    whole = {way: [sum(each) for each in zip(*(taken[page][way] for page in PAGES), strict=True)] for way in ways}
    return {page: _summary(times) for page, times in (taken | {"all": whole}).items()}


def _summary(times: dict[str, list[Taken]]) -> dict[str, Any]:
    """{"pandas", "sql": median ratio of the wall times; "..._cpu": of the processor times; single figures}."""
    ratios = {
        peer: np.array([p / o for p, o in zip(times[peer], times["ours"], strict=True)]) for peer in ("pandas", "sql")
    }
    found: dict[str, Any] = {"ratios": {peer: each[:, 0].tolist() for peer, each in ratios.items()}}
    for peer, each in ratios.items():
        found[peer], found[f"{peer}_cpu"] = np.median(each, axis=0).tolist()
    return found | {f"{way}_s": float(np.median([each[0] for each in taken])) for way, taken in times.items()}


def filled_store(files: dict[str, Path], folder: Path) -> Path:
    """A store with the four files in it. One that this very program has filled before is taken as it is."""
    digest = hashlib.sha256()
    for source in sorted(Path(cxdata.__file__).parent.rglob("*.py")):
        digest.update(source.read_bytes())
    path = folder / f"store-{files['tickets'].stem}-{digest.hexdigest()[:12]}.duckdb"
    if not path.exists():
        unfinished = path.with_suffix(".part")
        unfinished.unlink(missing_ok=True)
        with Store(unfinished, memory=raw.MEMORY) as store:
            for kind in ("customers", "purchases", "surveys", "tickets"):  # the large one last: facts are derived anew
                import_file(store, files[kind], Choices(kind=kind, direction="easy"), now=NOW)
        unfinished.rename(path)
    return path


def _ours(engine: DuckDBEngine, question: Question, moment: Moment) -> Any:
    return (compare if question.compared else ask)(engine, question.query, moment)


def _answers(peer: SqlPeer | PandasPeer, page: tuple[Question, ...]) -> list[Any]:
    return [peer.compare(question) if question.compared else peer.ask(question) for question in page]


# --- do they agree? -----------------------------------------------------------------------------------------


def check(questions: tuple[Question, ...], ours: list[Any], *peers: list[Any]) -> None:
    """Raise Disagreement where a value, an n, an end of a median's interval or a p differs."""
    for peer in peers:
        for question, own, other in zip(questions, ours, peer, strict=True):
            for metric in question.query.metrics:
                if question.compared:
                    _check_comparison(question, metric, own[metric], other[metric])
                else:
                    _check_rows(question, metric, own.of(metric), other[metric])


def _check_comparison(question: Question, metric: str, own: Any, other: tuple[pd.Series, pd.Series, float]) -> None:
    now, before, p = other
    pairs = [(own.value, now["value"]), (own.n, now["n"]), (own.before, before["value"]), (own.before_n, before["n"])]
    if "low" in now:
        pairs += [(own.low, now["low"]), (own.high, now["high"])]
        if not np.isclose(own.p, p, rtol=P_RTOL, atol=P_ATOL):
            raise Disagreement(f"{question.name}: p of {metric}: ours {own.p!r}, the other {p!r}")
    for mine, theirs in pairs:
        _check_equal(question, metric, [mine], [theirs])


def _check_rows(question: Question, metric: str, own: pd.DataFrame, other: pd.DataFrame) -> None:
    keys = [name for name in ("period", *question.query.by, "month") if name in other]
    mine, theirs = (_ordered(rows, keys) for rows in (own, other))
    if len(mine) != len(theirs) or not mine[keys].equals(theirs[keys]):
        raise Disagreement(f"{question.name}: {metric} has other groups:\n{mine}\n{theirs}")
    columns = ["value", "n", *(name for name in ("low", "high") if name in theirs)]
    for column in columns:
        _check_equal(question, f"{metric} {column}", mine[column], theirs[column])


def _ordered(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """The rows by their keys, keys as text, so that a date, a datetime and a category compare."""
    made = rows.copy()
    for key in keys:
        if key == "period":
            made[key] = pd.to_datetime(made[key]).dt.strftime("%Y-%m-%d")
        elif key in ("month", "weekday", "hour"):
            made[key] = made[key].astype(float)
        else:
            made[key] = made[key].astype(object).where(made[key].notna(), "").astype(str)
    return made.sort_values(keys).reset_index(drop=True) if keys else made.reset_index(drop=True)


def _check_equal(question: Question, what: str, own: Any, other: Any) -> None:
    own, other = np.asarray(own, dtype=float), np.asarray(other, dtype=float)
    if not np.allclose(own, other, rtol=RTOL, atol=1e-12, equal_nan=True):
        at = int(np.argmax(~np.isclose(own, other, rtol=RTOL, atol=1e-12, equal_nan=True)))
        raise Disagreement(f"{question.name}: {what}: ours {own[at]!r}, the other {other[at]!r}")
