"""The same question on DuckDB and over Spark Connect (an in-process Sail server): the same numbers."""

from __future__ import annotations

import sys
from itertools import product

import numpy as np
import pandas as pd
import pytest

from cxdata import comparison, drill, queries
from cxdata import engine as engines
from cxdata.engine import DuckDBEngine, SparkEngine, spark_sql
from cxdata.errors import CxError
from cxdata.filters import DIMENSIONS, NOTHING, Filters, Period
from cxdata.metrics import ALL, metric
from cxdata.metrics.base import Curve, Quantile
from cxdata.questions import ALL_GRAINS, Query
from tests.conftest import moment
from tests.test_queries import d

pytest.importorskip("pysail")
pytest.importorskip("pyspark")
pytest.importorskip("sqlglot")

STRETCHES = {"day": ("2026-10-12", None), "week": ("2026-08-05", "2026-10-20")}  # a series of days is long


@pytest.fixture(scope="session")
def address():
    """A Spark Connect server of our own."""
    from pysail.spark import SparkConnectServer

    server = SparkConnectServer(port=0)
    server.start()
    yield f"sc://127.0.0.1:{server.listening_address[1]}"
    server.stop()


@pytest.fixture(scope="session")
def pair(address, sample, tmp_path_factory):
    """The facts of the sample behind both engines."""
    main = sys.modules["__main__"]
    if not hasattr(main, "__file__"):  # a worker of pytest-xdist; PySpark takes it for a run of its own doctests
        main.__file__ = __file__
    spark = SparkEngine(address, sample.export_facts(tmp_path_factory.mktemp("facts")))
    yield DuckDBEngine(sample), spark
    spark.close()


def equal(pair, query: Query, at) -> pd.DataFrame:
    here, there = (queries.ask(engine, query, at).rows for engine in pair)
    pd.testing.assert_frame_equal(here, there, rtol=1e-9, atol=1e-9, check_dtype=False)
    return here


def batches() -> list[tuple[str, ...]]:
    """Metrics that one scan answers, and each curve for itself."""
    found: dict[tuple, list[str]] = {}
    for entry in ALL:
        kind = entry.name if isinstance(entry.measure, Curve) else isinstance(entry.measure, Quantile)
        found.setdefault((entry.facts, entry.time, kind), []).append(entry.name)
    return [tuple(names) for names in found.values()]


def curve(names: tuple[str, ...]) -> bool:
    """Whether the batch is a curve, which has no grain."""
    return isinstance(metric(names[0]).measure, Curve)


def test_the_batches_hold_every_metric():
    assert sorted(name for names in batches() for name in names) == sorted(entry.name for entry in ALL)


CASES = [
    (names, grain, by)
    for names, grain, by in product(batches(), ALL_GRAINS, ((), ("team",)))
    if grain == "total" or not curve(names)
]


@pytest.mark.parametrize(
    ("names", "grain", "by"), CASES, ids=lambda part: part if isinstance(part, str) else "-".join(part[:1])
)
def test_every_metric_by_every_grain(pair, sample, names, grain, by):
    start, end = STRETCHES.get(grain, ("2025-11-01" if by else None, None))
    filters = Filters(Period(start and d(start), end and d(end)))
    rows = equal(pair, Query(names, grain, by, filters), moment(sample))
    assert len(rows) > 0


@pytest.mark.parametrize("names", batches(), ids=lambda names: names[0])
def test_every_metric_by_every_dimension_it_has(pair, sample, names):
    table = metric(names[0]).table
    for dimension in DIMENSIONS:
        if table in dimension.facts:
            equal(pair, Query(names, by=(dimension.name,), filters=Filters(Period(d("2026-09-01")))), moment(sample))
    both = [dimension.name for dimension in DIMENSIONS if table in dimension.facts][:2]
    equal(pair, Query(names, by=tuple(both), filters=Filters(Period(d("2026-09-01")))), moment(sample))


@pytest.mark.parametrize("clock", ["calendar", "business"])
def test_filters_and_time_travel(pair, sample, clock):
    names = tuple(entry.name for entry in ALL if entry.family == "tickets")
    for team, channel in product(((), ("Noord", NOTHING)), ((), ("email", "phone"), (NOTHING,))):
        filters = Filters(Period(d("2026-01-01"), d("2026-04-01")), {"team": team, "channel": channel}, clock)
        equal(pair, Query(names, "month", (), filters), moment(sample, "2026-03-10 11:30"))


def test_comparisons(pair, sample):
    names = tuple(entry.name for entry in ALL if not isinstance(entry.measure, Curve))
    query = Query(names, filters=Filters(Period(d("2026-03-01"), d("2026-06-01"))))
    here, there = (comparison.compare(engine, query, moment(sample)) for engine in pair)
    assert {name: one.verdict for name, one in here.items()} == {name: one.verdict for name, one in there.items()}
    for name in names:
        numbers = (
            "value",
            "n",
            "low",
            "high",
            "before",
            "before_n",
            "change",
            "difference_low",
            "difference_high",
            "p",
        )
        for number in numbers:
            expected, found = getattr(here[name], number), getattr(there[name], number)
            assert np.isclose(found, expected, rtol=1e-9, atol=1e-300, equal_nan=True), (name, number)


def test_dimension_values(pair):
    for dimension in DIMENSIONS[:5]:
        here, there = (queries.distinct_values(engine, dimension.name) for engine in pair)
        assert here == there


# --- values never become SQL

HOSTILE = [
    "O'Brien",
    'say "hi"',
    "back\\slash",
    "\\",
    "\\'",
    "$start",
    ":until",
    "x') or true --",
    "a\nb",
    "%_",
    "{x}",
    "${team}",
    "é–",
    "''",
]


@pytest.fixture
def hostile(address, store, load, tmp_path):
    cells = [word.replace('"', '""') for word in HOSTILE]
    load(
        "ticket_id,created_at,status,team\n"
        + "".join(f'{n},2026-01-05 10:0{n % 10},open,"{cell}"\n' for n, cell in enumerate(cells))
    )
    spark = SparkEngine(address, store.export_facts(tmp_path / "facts"))
    yield DuckDBEngine(store), spark
    spark.close()


def test_hostile_names(hostile, store):
    at = moment(store)
    for engine in hostile:
        assert sorted(queries.distinct_values(engine, "team")) == sorted(HOSTILE)
        for word in HOSTILE:
            filters = Filters(Period(d("2026-01-01"), d("2026-02-01")), {"team": (word,)})
            for name in ("tickets_created", "backlog"):
                assert queries.ask(engine, Query((name,), filters=filters), at).one(name).value == 1, (engine, word)
    every = Filters(Period(d("2026-01-01"), d("2026-02-01")), {"team": tuple(HOSTILE)})
    assert len(equal(hostile, Query(("tickets_created",), by=("team",), filters=every), at)) == len(HOSTILE)


def test_a_literal_of_the_text_is_not_taken_for_a_name(hostile):
    sql = "select ':until' as a, '$start' as b, 'it''s :x' as c, $until as d"
    expected = [{"a": ":until", "b": "$start", "c": "it's :x", "d": "$start :until"}]
    for engine in hostile:
        assert engine.query(sql, until="$start :until", start="never").to_pylist() == expected


# --- spelling


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        (True, "true"), (7, "CAST(7 AS BIGINT)"), (0.1, "CAST(0.1 AS DOUBLE)"), (d("2026-01-31"), "DATE '2026-01-31'"),
        ("it's", "'it\\'s'"), ("a\\b", "'a\\\\b'"), (("a", "b"), "('a', 'b')"),
    ],
)  # fmt: skip
def test_values_as_literals(value, literal):
    operator = "in" if isinstance(value, tuple) else "="
    assert spark_sql(f"select x from t where x {operator} $value", value=value).upper().endswith(literal.upper())


@pytest.mark.parametrize(
    ("value", "error"), [(float("nan"), ValueError), (float("inf"), ValueError), (None, TypeError), ({}, TypeError)]
)
def test_values_that_cannot_be_asked(value, error):
    with pytest.raises(error):
        spark_sql("select $value as x", value=value)


def test_a_name_without_a_value_raises(store):
    with pytest.raises(KeyError, match=r"no value for \$b"):
        DuckDBEngine(store).query("select $a, $b", a=1)


def test_addresses(tmp_path):
    made = engines.engine(f"duckdb:///{tmp_path / 'new.duckdb'}")
    assert isinstance(made, DuckDBEngine)
    made.store.close()
    with pytest.raises(CxError, match='"mysql://x" is no address of an engine: write duckdb:///data/cx'):
        engines.engine("mysql://x")


@pytest.mark.parametrize("name", [entry.name for entry in ALL if not isinstance(entry.measure, Curve)])
def test_the_rows_behind_a_number_are_the_same(pair, sample, name):
    chosen = drill.Selection(name, Filters(Period(d("2026-03-10"), d("2026-06-04")), {"team": ("Noord", NOTHING)}))
    at, (here, there) = moment(sample), pair
    assert drill.recomputed(there, chosen, at) == pytest.approx(
        drill.recomputed(here, chosen, at), nan_ok=True, rel=1e-9
    )
    assert drill.left_out(there, chosen, at) == drill.left_out(here, chosen, at)
    assert drill.count(there, chosen, at, "12") == drill.count(here, chosen, at, "12")
    for page in (0, 1):
        pages = [drill.behind(engine, chosen, at, page=page, size=7) for engine in pair]
        pd.testing.assert_frame_equal(*pages, rtol=1e-9, check_dtype=False)


def test_ways_of_counting_first_contact_resolution_are_the_same(pair, sample):
    chosen, at = drill.Selection("first_contact_resolution", Filters()), moment(sample)
    here, there = (drill.presets(engine, chosen, at) for engine in pair)
    assert [(one.code, one.n, one.resolved) for one in here] == [(one.code, one.n, one.resolved) for one in there]
    assert [one.value for one in here] == pytest.approx([one.value for one in there], nan_ok=True)
