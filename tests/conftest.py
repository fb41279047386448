"""Fixtures of the data spine: stores, imports from text, the imported sample, and questions."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cache, partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from cxdata import importing, queries, sending
from cxdata.engine import DuckDBEngine
from cxdata.filters import Filters, Period
from cxdata.importing import Outcome
from cxdata.questions import Answer, Moment, Query
from cxdata.sample import import_sample, keep_alerts
from cxdata.sample_care import keep_follow_ups
from cxdata.sample_goals import keep_goals
from cxdata.sample_meeting import keep_meeting
from cxdata.settings import parse_instant
from cxdata.store import Store
from cxdata.understanding import Choices

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SECRET = "geheim-wachtwoord"  # in addresses that messages go to


@cache
def new_database() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "new.duckdb"
        Store(path).close()
        return path.read_bytes()


@contextmanager
def new_store() -> Iterator[Store]:
    """An empty store of its own: a copy of one, which takes a third of the time that making it takes."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "cx.duckdb"
        path.write_bytes(new_database())
        with Store(path) as made:
            yield made


@pytest.fixture
def store() -> Iterator[Store]:
    """An empty store."""
    with new_store() as made:
        yield made


@pytest.fixture
def load(store: Store, tmp_path: Path) -> Callable[..., Outcome]:
    """Import CSV text: load(text, date_order="dmy", …) with the fields of Choices and the options of an import; `into` is another store."""

    def made(text: str | bytes, *, into: Store | None = None, **options) -> Outcome:
        return imported(into or store, tmp_path, text, **options)

    return made


def imported(store: Store, folder: Path, text: str | bytes, *, name="file.csv", **options) -> Outcome:
    """Import CSV text by way of a file in the folder."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    of_import = {key: options.pop(key) for key in ("dry_run", "head", "progress") if key in options}
    return importing.import_file(store, path, Choices(**options), now=NOW, **of_import)


def filled_by(store: Store, fill: Callable[[Store, Callable[..., Outcome]], None]) -> Store:
    """The store with what `fill(store, load)` puts into an empty one: done once, and copied for every test."""
    assert store.path is not None
    fresh = store.path.with_name("filled.duckdb")
    fresh.write_bytes(_filled(fill))
    store._take(fresh)
    return store


@cache
def _filled(fill: Callable[[Store, Callable[..., Outcome]], None]) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "cx.duckdb"
        path.write_bytes(new_database())
        with Store(path) as made:
            fill(made, partial(imported, made, Path(folder)))
        return path.read_bytes()


def question(
    store: Store,
    *names: str,
    start: str | None = None,
    end: str | None = None,
    as_of: str | None = None,
    grain: str = "total",
    by: tuple[str, ...] = (),
    clock: str = "calendar",
    **values: tuple[str, ...],
) -> Answer:
    """The answer to a question; `as_of` is local time, default the newest instant of the data."""
    period = Period(start and date.fromisoformat(start), end and date.fromisoformat(end))
    return queries.ask(
        DuckDBEngine(store), Query(names, grain, by, Filters(period, values, clock)), moment(store, as_of)
    )


def moment(store: Store, as_of: str | None = None) -> Moment:
    return store.moment(parse_instant(as_of, store.settings().zone) if as_of else None)


@pytest.fixture
def ask(store: Store) -> Callable[..., dict]:
    """Values of a question in total: ask("nps", "csat", start="2026-01-01") -> {"nps": 10.0, "csat": None}."""

    def made(*names: str, into: Store | None = None, **options) -> dict[str, float | None]:
        rows = question(into or store, *names, **options).rows
        return {row.metric: none_if_nan(row.value) for row in rows.itertuples()}

    return made


@pytest.fixture
def table(store: Store) -> Callable[..., list[tuple]]:
    """Rows of a question as tuples: (period, one a dimension, value, n)."""

    def made(*names: str, into: Store | None = None, **options) -> list[tuple]:
        rows = question(into or store, *names, **options).rows
        columns = [name for name in rows.columns if name not in ("metric", "low", "high", "partial")]
        if options.get("grain", "total") == "total":
            columns.remove("period")
        return [tuple(none_if_nan(value) for value in row) for row in rows[columns].itertuples(index=False)]

    return made


def none_if_nan(value):
    return None if isinstance(value, float) and value != value else value


def current(store: Store, kind: str) -> list[dict]:
    """The current rows of a kind, by source and key, without the number of their import."""
    with store.reading() as cursor:
        rows = cursor.sql(store.current_sql(cursor, kind)).to_arrow_table().to_pylist()
    for row in rows:
        del row["import_id"]
    return sorted(rows, key=lambda row: (row["source"], row["key"]))


@pytest.fixture(scope="session")
def sample_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the sample imported; only to be read."""
    path = tmp_path_factory.mktemp("sample") / "sample.duckdb"
    with Store(path) as made:
        import_sample(made, now=NOW)
        keep_alerts(made)
        keep_goals(made)
        keep_meeting(made)
        keep_follow_ups(made)
    return path


@pytest.fixture(scope="session")
def sample(sample_path: Path) -> Iterator[Store]:
    """The imported sample, open for reading."""
    with Store(sample_path) as made:
        yield made


# --- messages -----------------------------------------------------------------------------------------------


class Inbox:
    """A server that takes what is posted; `statuses`: its next answers, 200 after them."""

    def __init__(self) -> None:
        self.messages: list[dict] = []
        self.statuses: list[int] = []
        inbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = inbox.statuses.pop(0) if inbox.statuses else 200
                if status == 200:
                    inbox.messages.append(json.loads(body))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()
        self.address = f"json://me:{SECRET}@127.0.0.1:{self.server.server_port}/{SECRET}"

    @property
    def titles(self) -> list[str]:
        return [one["title"] for one in self.messages]


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    made = Inbox()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def nowhere() -> str:
    """The address of a server that is not there."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"json://me:{SECRET}@127.0.0.1:{taken.getsockname()[1]}/{SECRET}"


@pytest.fixture(autouse=True)
def no_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(sending.VARIABLE, raising=False)
