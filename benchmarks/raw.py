"""The same exports as raw rows: what the peers of the page queries work on.

In: the generated files. Out: a DuckDB database with instants as timestamptz and dates as dates, and the same as
pandas frames in memory. The reading is the peers' preparation and is not timed.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd

from benchmarks.generate import ZONE
from benchmarks.imports import THREADS

MEMORY = "6GB"  # enough for no query to spill
_AT = "timezone('{zone}', {name}) as {name}"
_TABLES = {
    "tickets": (
        ("created_at", "first_response_at", "resolved_at"),
        "status, priority, channel, team, agent, customer_id, agent_replies, reopens",
    ),
    "surveys": (
        ("answered_at",),
        "nps, csat, ces, quality_accuracy, quality_professionalism, quality_overall, channel, team",
    ),
    "customers": ((), "customer_id, started_on, cancelled_on, team, segment, monthly_value"),
}
_TYPES = {
    "agent_replies": "integer", "reopens": "integer", "started_on": "date", "cancelled_on": "date",
    "monthly_value": "double", "nps": "tinyint", "csat": "tinyint", "ces": "tinyint",
    "quality_accuracy": "tinyint", "quality_professionalism": "tinyint", "quality_overall": "tinyint",
}  # fmt: skip
CATEGORIES = ("status", "priority", "channel", "team", "agent", "segment")


def database(files: dict[str, Path], path: Path) -> duckdb.DuckDBPyConnection:
    """The raw rows as DuckDB tables in a file, in the order of the exports (by time)."""
    connection = duckdb.connect(str(path), config={"threads": THREADS, "memory_limit": MEMORY})
    connection.execute(f"set timezone = '{ZONE}'")
    for table, (instants, others) in _TABLES.items():
        with files[table].open() as file:
            header = file.readline().strip().split(",")
        types = {name: "timestamp" if name in instants else _TYPES.get(name, "varchar") for name in header}
        columns = ", ".join(f"'{name}': '{type_}'" for name, type_ in types.items())
        wanted = ", ".join([*(_AT.format(zone=ZONE, name=name) for name in instants), others])
        connection.execute(
            f"create or replace table {table} as select {wanted} from read_csv($file, header = true, delim = ',', "
            f"quote = '\"', auto_detect = false, columns = {{{columns}}})",
            {"file": str(files[table])},
        )
    connection.execute("checkpoint")
    return connection


def frames(connection: duckdb.DuckDBPyConnection) -> dict[str, pd.DataFrame]:
    """The raw rows as pandas frames: instants with their zone, words as categories, dates as datetime64."""
    found = {}
    for table, (instants, others) in _TABLES.items():
        names = [*instants, *(name for name in others.split(", ") if name not in ("agent", "customer_id"))]
        words = [name for name in names if name in CATEGORIES]
        chosen = ", ".join(f"{name}::{_enum(connection, table, name)} as {name}" for name in words)
        chosen = ", ".join([*(name for name in names if name not in words), chosen])
        frame = connection.execute(f"select {chosen} from {table}").df()
        for name in instants:
            frame[name] = frame[name].dt.tz_convert(ZONE)
        for name in frame.select_dtypes("number"):  # numbers with gaps as pandas reads them from a CSV: plain floats
            frame[name] = frame[name].astype("float64") if frame[name].isna().any() else frame[name]
        found[table] = frame
    return found


def _enum(connection: duckdb.DuckDBPyConnection, table: str, name: str) -> str:
    """An enum type of a column's words, so that they arrive in pandas as categories without going through text."""
    type_ = f"{table}_{name}"
    found = connection.execute(f"select distinct {name} from {table} where {name} is not null order by 1").fetchall()
    connection.execute(f"drop type if exists {type_}")
    connection.execute(f"create type {type_} as enum ({', '.join(repr(word) for (word,) in found)})")
    return type_
