"""What all facts share: their names, how they are written, and the SQL of local days and seconds."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

import duckdb

from cxdata.calendars import FEW_ROWS
from cxdata.filters import SMALLER_TEAMS
from cxdata.parsing import quoted
from cxdata.schema import stored_as

TABLES = ("ticket_facts", "survey_facts", "review_facts", "customer_facts", "purchase_facts", "follow_up_facts")
VIEWS = ("ticket_facts",)  # those of which columns may be worked out
GRAINS = ("day", "week", "month", "quarter", "year")
NO_DATA = date(2026, 1, 1)
STEP_SQL = "cast(floor(5e1 * ln({} + 1e0)) as smallint)"  # of a duration in seconds: steps of about 2 %, in its order
MOST_LISTED = 2_000  # words of a column that are stored as places in a list
CODE_MONTH = 32  # days of a month in start_code and end codes: k whole months are exactly 32 k


@dataclass(frozen=True)
class People:
    """What facts tell of agents. Where they are looked at in groups only, facts do not have their names, and teams of few
    agents are one: what is not in the facts is in no number, chart, row, file or goal."""

    by_name: bool
    small_teams: tuple[str, ...] = ()

    def agent(self, sql: str) -> str:
        """SQL: the agent, as facts tell it."""
        return sql if self.by_name else "cast(null as varchar)"

    def team(self, sql: str) -> str:
        """SQL: the team, as facts tell it."""
        if not self.small_teams:
            return sql
        listed = ", ".join(map(quoted, self.small_teams))
        return f"case when {sql} in ({listed}) then {quoted(SMALLER_TEAMS)} else {sql} end"


def write(
    cursor: duckdb.DuckDBPyConnection,
    table: str,
    select: str,
    params: Mapping[str, object] | None = None,
    *,
    worked_out: Mapping[str, str] | None = None,
    words: Mapping[str, Collection[str]] | None = None,
) -> None:
    """(Re)write a table of facts with the rows of a select.

    Not all of it has to be written. `words` {column: all of its words}: few words are stored as their places in a list, in the
    order of the words. `worked_out` {column, of the select or one more: SQL over the others} follows from other columns, or is
    the same in every row: then `table` is a view over the table that stores the rest (see `narrowed`). As a generated column
    it would be worked out for every row that is written.
    """
    worked_out, words = worked_out or {}, words or {}
    types = {name: type_ for name, type_, *_ in cursor.execute(f"describe {select}", params).fetchall()}
    stored = [name for name in types if name not in worked_out]
    defined = ", ".join(stored_as(name, listed_type(words.get(name, ()), types[name])) for name in stored)
    names, home = ", ".join(stored), f"stored_{table}" if worked_out else table
    cursor.execute(f"create or replace table {home} ({defined})")
    cursor.execute(f"insert into {home} select {names} from ({select})", params)
    if worked_out:
        made = {name: f"cast({sql} as {types[name]})" if name in types else sql for name, sql in worked_out.items()}
        columns = dict.fromkeys(stored, "") | made
        cursor.execute(f"create or replace view {table} as {_selected(table, columns)}")
        cursor.execute("delete from fact_columns where relation = ?", [table])
        cursor.execute(
            "insert into fact_columns select $view, unnest(range(len($names))), unnest($names), unnest($made)",
            {"view": table, "names": list(columns), "made": list(columns.values())},
        )


def _selected(view: str, columns: Mapping[str, str]) -> str:
    """SQL: these columns of a view, {column: the SQL it is worked out by, or nothing where it is stored}."""
    listed = (f"{sql} as {name}" if sql else name for name, sql in columns.items())
    return f"select {', '.join(listed)} from stored_{view}"


_WORD = re.compile(r"\w+")
_EVERYTHING = re.compile(r"(?:\b(?:select|distinct)|[.,])\s*\*")


def narrowed(sql: str, views: Mapping[str, Mapping[str, str]]) -> str:
    """The same question over views that have the columns it names only: DuckDB plans every column of a view that it reads, for
    up to a tenth of a millisecond each. A question that asks for all columns (*) stays as it is.

    `views`: {view: {column: the SQL it is worked out by, or nothing where it is stored}}, in an order in which every column
    comes after those that it is worked out from.
    """
    asked = set(_WORD.findall(sql))
    found = []
    for view, columns in views.items():
        if view not in asked or _EVERYTHING.search(sql):
            continue
        needed = set(asked)
        for name, made in reversed(list(columns.items())):
            if name in needed:
                needed |= set(_WORD.findall(made))
        own = {name: made for name, made in columns.items() if name in needed}
        own = own or dict(islice(columns.items(), 1))  # one there has to be
        found.append(f"{view} as not materialized ({_selected(view, own)})")
    if not found:
        return sql
    question = sql.lstrip()
    return f"with {', '.join(found)}{', ' + question[5:] if question.startswith('with ') else ' ' + question}"


def listed_type(words: Collection[str], otherwise: str = "varchar") -> str:
    """The SQL type of a column of these words; where they are none or many, that of any text."""
    return f"enum({', '.join(map(quoted, sorted(words)))})" if 0 < len(words) <= MOST_LISTED else otherwise


def insert(cursor: duckdb.DuckDBPyConnection, table: str, rows: list[list[object]]) -> None:
    if rows:
        cursor.executemany(f"insert into {table} values ({', '.join('?' * len(rows[0]))})", rows)


def taken(own: Sequence[str], sql: str) -> str:
    """SQL columns, each after a comma: `sql` for every name, in which {} stands for it."""
    return "".join(f", {sql.replace('{}', name)} as {name}" for name in own)


def local_columns(prefix: str, local: str) -> str:
    """SQL columns of a local timestamp: day, week, month, quarter, year, hour and weekday (Monday 1)."""
    return f"""
        cast({local} as date) as {prefix}_on,
        cast(date_trunc('week', {local}) as date) as {prefix}_week,
        cast(date_trunc('month', {local}) as date) as {prefix}_month,
        cast(date_trunc('quarter', {local}) as date) as {prefix}_quarter,
        cast(date_trunc('year', {local}) as date) as {prefix}_year,
        cast(hour({local}) as integer) as {prefix}_hour,
        cast(isodow({local}) as integer) as {prefix}_weekday"""


def calendar_columns(prefix: str) -> dict[str, str]:
    """{column: SQL} of those of `local_columns` that follow from the day and the month."""
    return {
        f"{prefix}_week": f"{prefix}_on - (cast(isodow({prefix}_on) as integer) - 1)",
        f"{prefix}_quarter": f"cast(date_trunc('quarter', {prefix}_month) as date)",
        f"{prefix}_year": f"cast(date_trunc('year', {prefix}_month) as date)",
        f"{prefix}_weekday": f"cast(isodow({prefix}_on) as integer)",
    }


def years_of(cursor: duckdb.DuckDBPyConnection, kind: str, instant: str) -> tuple[int, int] | None:
    """The first and last year of the current rows of a kind, and one more on both sides, for `calendars.local_sql`; None where
    they are few."""
    sql = f"select year(min({instant})), year(max({instant})), count(*) from current_{kind}"
    first, last, rows = cursor.execute(sql).fetchall()[0]
    return None if rows <= FEW_ROWS else (first - 1, last + 1)


def seconds(instant: str) -> str:
    return f"epoch_us({instant}) // 1000000"


def in_order(cursor: duckdb.DuckDBPyConnection, kind: str, instant: str) -> bool:
    """Whether the current rows lie in order of time already, as exports mostly do: then nothing is sorted.

    A row in a hundred may step back, as in the hour that the clocks repeat: the order only helps to read less.
    """
    back = f"select {instant} < lag({instant}) over () as back from current_{kind}"
    return bool(cursor.execute(f"select 100 * count(*) filter (back) <= count(*) from ({back})").fetchall()[0][0])
