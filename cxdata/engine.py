"""Where SQL is answered: DuckDB in this process, or any Spark Connect server.

In: SQL in DuckDB's dialect, within the portable subset, and $named values. Out: an Arrow table. Both engines give
equal numbers over the same facts; a test runs every metric on both.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from cxdata.arrays import spelt_out
from cxdata.errors import CxError

# A name after its mark, or a whole literal in quotation marks, in which nothing is a name.
_NAMED = re.compile(r"'(?:[^']|'')*'|\$([a-z_][a-z_0-9]*)")
_NAMED_IN_SPARK = re.compile(r"'(?:[^'\\]|\\.)*'|[:$]([a-z_][a-z_0-9]*)\b", re.DOTALL)


class Engine(Protocol):
    """Answers SQL over the fact tables."""

    def query(self, sql: str, **params: Any) -> pa.Table:
        """The answer of a select with $named values."""
        ...

    def blocks(self, sql: str, size: int, **params: Any) -> Iterator[pa.Table]:
        """The answer of a select, about `size` rows at a time, for what is too long to be held whole."""
        ...


class DuckDBEngine:
    """The facts in a store, each query on a cursor of its own."""

    def __init__(self, store: Any) -> None:
        self.store = store

    def query(self, sql: str, **params: Any) -> pa.Table:
        with self.store.asking(sql) as (cursor, narrow):
            return spelt_out(cursor.sql(narrow, params=used(sql, params) or None).to_arrow_table())

    def blocks(self, sql: str, size: int, **params: Any) -> Iterator[pa.Table]:
        with self.store.asking(sql) as (cursor, narrow):
            for batch in cursor.sql(narrow, params=used(sql, params) or None).to_arrow_reader(size):
                yield spelt_out(pa.Table.from_batches([batch]))


class SparkEngine:
    """Facts as Parquet files behind a Spark Connect server: Apache Spark, Sail, Databricks.

    Needs the packages pyspark-client and sqlglot (see the README); `url` is like sc://host:15002.
    """

    def __init__(self, url: str, facts: Mapping[str, Path | str] | None = None) -> None:
        try:
            from pyspark.sql import SparkSession
        except ImportError as error:
            raise CxError(
                "A cluster is asked through Spark Connect. Install it with: pip install pyspark-client sqlglot."
            ) from error
        self.session = SparkSession.builder.remote(url).create()
        for table, parquet in (facts or {}).items():
            self.attach(table, parquet)

    def attach(self, table: str, parquet: Path | str) -> None:
        """Make a Parquet file or folder known under the name of a fact table."""
        self.session.read.parquet(str(parquet)).createOrReplaceTempView(table)

    def query(self, sql: str, **params: Any) -> pa.Table:
        return self.session.sql(spark_sql(sql, **used(sql, params))).toArrow()

    def blocks(self, sql: str, size: int, **params: Any) -> Iterator[pa.Table]:
        table = self.query(sql, **params)
        for start in range(0, table.num_rows, size):
            yield table.slice(start, size)

    def close(self) -> None:
        self.session.stop()


def engine(url: str, facts: Mapping[str, Path | str] | None = None) -> Engine:
    """The engine of an address: duckdb:///path/to/cx.duckdb or sc://host:port with the Parquet files of the facts."""
    if url.startswith("duckdb:///"):
        from cxdata.store import Store

        return DuckDBEngine(Store(Path(url.removeprefix("duckdb:///"))))
    if url.startswith("sc://"):
        return SparkEngine(url, facts)
    raise CxError('"{url}" is no address of an engine: write duckdb:///data/cx.duckdb or sc://host:15002.', url=url)


def used(sql: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """The values that the text names; a name without a value raises."""
    names = {match[1] for match in _NAMED.finditer(sql) if match[1]}
    missing = names - set(params)
    if missing:
        raise KeyError(f"no value for ${', $'.join(sorted(missing))}")
    return {name: params[name] for name in names}


def spark_sql(sql: str, **params: Any) -> str:
    """The same question in Spark's dialect, values as literals."""
    return _filled(_translated(sql), params)


@lru_cache(maxsize=2000)
def _translated(sql: str) -> str:
    """DuckDB's text in Spark's dialect; values become marks that _filled replaces."""
    import sqlglot
    from sqlglot import exp

    tree = sqlglot.parse_one(sql, read="duckdb")

    def respell(node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.PercentileCont):
            return exp.Anonymous(this="percentile", expressions=[node.this, node.expression])
        return node

    return tree.transform(respell).sql("spark", unsupported_level=sqlglot.ErrorLevel.RAISE)


def _filled(sql: str, params: Mapping[str, Any]) -> str:
    def literal(match: re.Match[str]) -> str:
        return _literal(params[match[1]]) if match[1] else match[0]

    return _NAMED_IN_SPARK.sub(literal, sql)


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"cast({value} as bigint)"
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("only finite numbers can be asked")
        return f"cast({value!r} as double)"
    if isinstance(value, date):
        return f"date '{value.isoformat()}'"
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    if isinstance(value, list | tuple):
        return f"({', '.join(_literal(entry) for entry in value)})"
    raise TypeError(f"{type(value).__name__} cannot be asked")
