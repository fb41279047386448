"""What tests of commands share: commands in a database of their own, or in one with the sample."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cxdata.__main__ import main
from cxdata.store import Store
from cxdata.views import SavedView

TICKETS = (
    "ticket_id,created_at,first_response_at,resolved_at,status,team\n"
    "1,2026-03-02 10:00,2026-03-02 11:00,2026-03-02 12:00,closed,A\n"
    "2,2026-03-02 10:00,2026-03-02 13:00,,open,A\n"
    "3,2026-03-03 10:00,2026-03-03 12:00,,open,B\n"
)
US = "ticket_id,created_at,status,amount\n1,03/04/2026 10:00,open,5\n"
IMPORTED = {
    "file",
    "source",
    "kind",
    "rows",
    "new",
    "changed",
    "unchanged",
    "rejected",
    "left_out",
    "warnings",
    "import_id",
}
Run = Callable[..., tuple[int, str, str]]


def command_line(database: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """run("metrics", "nps") -> (exit status, standard output, standard error)."""

    def made(*arguments: object) -> tuple[int, str, str]:
        try:
            status = main([*map(str, arguments), "--db", str(database)])
        except SystemExit as left:
            status = int(left.code or 0)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return made


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "cx.duckdb"


@pytest.fixture
def run(db: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Commands in a database of the test's own."""
    return command_line(db, capsys)


@pytest.fixture(scope="session")
def sample_database(sample_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy: the session's store holds the other one open."""
    path = tmp_path_factory.mktemp("commands") / "sample.duckdb"
    path.write_bytes(sample_path.read_bytes())
    return path


@pytest.fixture
def sample_cli(sample_database: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Commands in a database with the sample."""
    return command_line(sample_database, capsys)


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    def made(text: str, name: str = "tickets.csv") -> Path:
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return made


def as_json(result: tuple[int, str, str]):
    status, out, err = result
    assert (status, err) == (0, "")
    return json.loads(out)


def save(database: Path, *made: SavedView) -> None:
    with Store(database) as store:
        for one in made:
            store.save_view(one, "Ana")
