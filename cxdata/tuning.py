"""Settings of the database that hold for a few statements only.

They are of the whole database, not of a transaction: a cursor of its own gives them back also after an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

import duckdb


def in_any_order(cursor: duckdb.DuckDBPyConnection) -> AbstractContextManager[None]:
    """Rows may be stored as they come, in long stretches of their order: a third faster than one after another."""
    return _set(cursor, "preserve_insertion_order", "false")


def joined_as_written(cursor: duckdb.DuckDBPyConnection) -> AbstractContextManager[None]:
    """Joins keep their sides: two of the same number of rows would be turned round, and the wide one held in memory."""
    return _set(cursor, "disabled_optimizers", "'build_side_probe_side'")


def straight_into_the_file(cursor: duckdb.DuckDBPyConnection) -> AbstractContextManager[None]:
    """What is committed goes into the file and not into the log before: DuckDB does so by itself where much was written,
    but counts few bytes for a long text. Where others are reading it still takes the log."""
    return _set(cursor, "checkpoint_threshold", "'1KB'")


@contextmanager
def _set(cursor: duckdb.DuckDBPyConnection, name: str, value: str) -> Iterator[None]:
    with cursor.cursor() as aside:
        aside.execute(f"set {name} = {value}")
        try:
            yield
        finally:
            with suppress(duckdb.FatalException):  # the database is closed by an error, and that is the one to tell
                aside.execute(f"reset {name}")
