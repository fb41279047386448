"""One import: a file becomes rows, rejects and a summary, in one transaction.

In: a file, the user's choices, the store. Out: an Outcome. Rows read = new + changed + unchanged + rejected +
left out, always; every rejected row is kept with its line, column, value and reason, and the file itself as well.
"""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo

import duckdb

from cxdata import containers, originals, pseudonyms, reading, sources
from cxdata.containers import Part
from cxdata.errors import CxError, FileProblem, Note, note
from cxdata.i18n import N_, _
from cxdata.originals import BLOCK, Packed
from cxdata.parsing import WIDE_BLANKS, cleaned, one_of_sql, quoted, unclean
from cxdata.progress import FACTS, KEEP, ROWS, UNDERSTAND, Progress, stopped
from cxdata.pseudonyms import SAID_ERASED, Keeping
from cxdata.reading import Ragged, TextTable
from cxdata.recognition import header_at, recognise
from cxdata.rejects import REQUIRED_MISSING, Rejects
from cxdata.remarks import LEAD, Remarks, time_fields
from cxdata.schema import GROUPS, Kind
from cxdata.sources import what_is_missing
from cxdata.sources.base import Mapping_, Source
from cxdata.store import Store, full_disk
from cxdata.tuning import in_any_order
from cxdata.understanding import (
    STAGING,
    Choices,
    Understanding,
    sure_sql,
    understand,
    used_columns,
)

SHOWN_ROWS = 5
FIRST_ROWS = 50_000  # what they mean is tried on the whole of a longer file
RECALLED = N_("Read with what was chosen for an earlier file with the same header, on {day}.")
REPEATED = N_("earlier states of a row that stands again further down")
EVENTS = N_("further events of a ticket, all in its one row")
FOOTER = N_("footer lines")


@dataclass(frozen=True)
class FieldSeen:
    """How one field came out, for the reader to check: its column, the first rows as written and as understood.

    Instants are local times of the organisation. `filled`: in how many of the rows that go in.
    """

    name: str
    column: str
    written: tuple[str, ...]
    understood: tuple[str, ...]
    filled: int = 0


@dataclass
class Outcome:
    """What an import did, or would do. `left_out`: {reason: rows}. `import_id` None: nothing was stored.

    `seen`: of a dry run, how each field was understood. `beside`: the survey answers that stood beside the tickets of
    the same file, an import of its own. `of_head`: how many bytes at the start of the file were read, where it was not
    the whole of it.
    """

    file: str
    source: str
    kind: str
    understood: dict[str, Any]
    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    first: str | None = None
    last: str | None = None
    newest_s: int | None = None
    import_id: int | None = None
    seen: tuple[FieldSeen, ...] = ()
    beside: Outcome | None = None
    of_head: int = 0

    @property
    def all(self) -> tuple[Outcome, ...]:
        """This outcome and that of the answers beside it."""
        return (self, self.beside) if self.beside else (self,)

    @property
    def is_nothing(self) -> bool:
        """Whether every row was left out by rule."""
        return self.rows == sum(self.left_out.values())

    def counts(self) -> dict[str, Any]:
        """What is kept with the import, as JSON."""
        return {
            "rows": self.rows,
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "rejected": self.rejected,
            "left_out": self.left_out,
            "notes": [entry.dumped() for entry in self.notes],
            "first": self.first,
            "last": self.last,
            "newest_s": self.newest_s,
        }


def import_file(
    store: Store,
    path: Path,
    choices: Choices | None = None,
    *,
    name: str | None = None,
    by: str = "",
    now: datetime | None = None,
    dry_run: bool = False,
    part: Part | None = None,
    head: bool = False,
    progress: Progress | None = None,
    inspect: Callable[[_Import], None] | None = None,
) -> Outcome:
    """Import one file; with `dry_run` everything is done and nothing kept, with `head` on the start of the file only.

    `name` is the file's name as the user knows it. `part` is the table to take of a file that holds several (see
    `parts_of`); without one it is that of `choices.sheet`, or the only one. The whole file is kept as it came. Dates
    after `now` (default: this moment) are no news: they do not move as-of. Satisfaction scores beside the tickets of a
    file go in too, as a second import. What was chosen for an earlier file with the same header holds for this one, see
    `Choices.recall`. `inspect` sees each import before its rows are counted. Raises CxError with one sentence
    where nothing of the file can go in.
    """
    choices, progress = choices or Choices(), progress or Progress()
    name = name or path.name
    now = now or datetime.now(UTC)
    with _working_folder() as folder, ThreadPoolExecutor(1) as aside:
        plain = not dry_run and not _keeps_back(store, choices)
        aside_packed = aside.submit(originals.pack, path, Path(folder)) if plain else None
        part = part or containers.choose(containers.parts(path, Path(folder), name=name, head=head), choices.sheet)
        part = containers.head_of(part, Path(folder)) if head else part
        table, choices, recalled = _recalled(store, opened(part, Path(folder)), choices)
        table, source, mapping = recognise(table, choices)

        size = 0 if dry_run else path.stat().st_size
        with store.writing(size) as cursor, _kept_unless(cursor, dry_run), _stoppable(progress):
            settings = store._settings(cursor)
            keeping = pseudonyms.keeping(store, cursor, settings, choices.pseudonymise, dry_run=dry_run)
            kept: list[tuple[Packed, Note | None]] = []

            def packed() -> tuple[Packed, Note | None]:
                """The file as it is kept, once for both imports of it, and what there is to say of that."""
                if not kept and keeping is None and aside_packed is not None:
                    kept.append((aside_packed.result(), None))
                elif not kept and keeping is not None:
                    kept.append(keeping.original(path, Path(folder), name))
                elif not kept:
                    kept.append((originals.pack(path, Path(folder)), None))
                return kept[0]

            def imported(steps: _Import) -> Outcome:
                steps.inspect, steps.keeping = inspect, keeping
                outcome = steps.run(now)
                outcome.understood.update(original=name, member=part.member, sheet=part.sheet, recalled=recalled)
                outcome.understood["corrected"] = choices.corrections()
                outcome.of_head = part.cut
                if recalled:
                    outcome.notes.append(note(RECALLED, day=recalled))
                if dry_run:
                    outcome.seen = steps.seen()
                elif not (steps.after and outcome.is_nothing):
                    original, said = packed()
                    outcome.notes += [said] if said else []
                    steps.keep(outcome, original, by, now)
                return outcome

            steps = _Import(cursor, store, table, source, mapping, choices, part.name, Path(folder), progress)
            outcome = imported(steps)
            own = not choices.source or choices.source == source.name
            answers = sources.answers_in(source, steps.table.header) if own else None
            if answers and not answers[1].missing:
                own_choices = replace(choices, kind=None, source=None, mapping={})
                found = imported(
                    _Import(cursor, store, steps.table, *answers, own_choices, part.name, Path(folder), progress, steps)
                )
                outcome.beside = None if found.is_nothing else found
            if not dry_run:
                if choices.corrections() and not recalled:
                    store.remember(cursor, table.header, choices.corrections())
                elif not choices.recall:  # it was read afresh, and that is how it went in
                    store.forget(cursor, table.header)
                progress.begin(FACTS, cursor)
                store.rebuild(cursor, {one.kind for one in outcome.all})
                progress.begin(KEEP, cursor)
                for original, _said in kept:  # last, since until the end it takes memory that facts need
                    originals.keep(cursor, original)
                progress.begin(KEEP)  # it cannot be stopped any more
    return outcome


def _keeps_back(store: Store, choices: Choices) -> bool:
    """Whether an import may have something to keep back of people; for sure it is known once nobody else writes."""
    asked = store.settings().pseudonymise if choices.pseudonymise is None else choices.pseudonymise
    return asked or bool(store.query("select count(*) as n from erased")["n"][0].as_py())


def _recalled(store: Store, table: TextTable, choices: Choices) -> tuple[TextTable, Choices, str]:
    """The table with its header, and the choices: where there are none, those made for an earlier file with the same
    header, and the day they were made."""
    if choices.corrections() or not choices.recall:
        return table, choices, ""
    found = store.remembered(table.with_header(header_at(table, choices)).header)
    if not found:
        return table, choices, ""
    day, chosen = found
    return table, choices.with_corrections(chosen), day


@contextmanager
def _stoppable(progress: Progress) -> Iterator[None]:
    """An interrupted query is the reader's wish to stop."""
    try:
        yield
    except duckdb.InterruptException as error:
        raise stopped() from error
    finally:
        progress.end()


def _working_folder() -> tempfile.TemporaryDirectory[str]:
    try:
        return tempfile.TemporaryDirectory(prefix="cx-import-")
    except OSError as error:
        raise full_disk(error) from error


def opened(part: Part, folder: Path) -> TextTable:
    """One table of a file, made readable in the folder. Raises its problem where it has one."""
    if part.problem:
        raise part.problem
    return reading.read(part.path, folder, name=part.name, delimiter=part.delimiter)


def parts_of(path: Path, choices: Choices, folder: Path, *, name: str | None = None) -> tuple[Part, ...]:
    """The tables of a file that are to be imported, one by one: all those of an archive, one of a workbook.

    What has to be unpacked is written into the folder. Raises CxError where the user has to choose a sheet.
    """
    return containers.chosen(containers.parts(path, folder, name=name), choices.sheet)


@contextmanager
def _kept_unless(cursor: duckdb.DuckDBPyConnection, dry_run: bool) -> Iterator[None]:
    """Undo what was written in a dry run, and leave a transaction for the store to commit."""
    yield
    if dry_run:
        cursor.rollback()
        cursor.begin()


class _Import:
    """The steps of one import on one cursor, inside one transaction."""

    def __init__(
        self,
        cursor: duckdb.DuckDBPyConnection,
        store: Store,
        table: TextTable,
        source: Source,
        mapping: Mapping_,
        choices: Choices,
        name: str,
        folder: Path,
        progress: Progress,
        after: _Import | None = None,
    ) -> None:
        """`after`: the import of the tickets of the same file, in the same transaction; it found the table readable."""
        self.cursor, self.store, self.table, self.folder, self.progress = cursor, store, table, folder, progress
        self.source, self.mapping, self.choices, self.name = source, mapping, choices, name
        self.after = after
        self.ragged: tuple[Ragged, ...] = after.ragged if after else ()
        self.read = 0  # rows that were read
        self.bad = 0  # rows with a cell that cannot be read
        self.wide: bool = after.wide if after else not table.ascii and _has_wide_blanks(table.path)
        self.left_out: dict[str, int] = {}
        self.looked: tuple[FieldSeen, ...] = ()
        self.inspect: Callable[[_Import], None] | None = None
        self.keeping: Keeping | None = None
        self.of_erased = 0  # rows of people who were erased

    @property
    def kind(self) -> Kind:
        return self.mapping.kind

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.cursor.execute(sql).fetchall()

    def one(self, sql: str) -> int:
        return int(self.rows(sql)[0][0] or 0)

    def run(self, now: datetime) -> Outcome:
        """Put the good rows of the file among the versions, and say what was read."""
        self.import_id = self.one("select coalesce(max(import_id), 0) + 1 from imports")
        columns = used_columns(self.source, self.mapping, self.table.header)
        if not columns:
            raise what_is_missing(self.mapping, self.table.header)
        if self.source.derived:
            self._set_as_of_month(now)
        self.progress.begin(UNDERSTAND, self.cursor)
        self._stage(columns, FIRST_ROWS)
        whole = self.one(f"select count(*) from {STAGING}") != FIRST_ROWS
        if whole or self.after or self.keeping or not self._straight():
            self.progress.begin(ROWS, self.cursor)
            if not whole:
                self._stage(columns)
            self._whole()
        columns_ = ", ".join(name for name, _type in self.kind.columns)
        self.cursor.execute(
            f"create or replace temp view typed as select key, {columns_} from {self.kind.name}_versions "
            f"where import_id = {self.import_id}"
        )
        return self._account(now)

    def _understand(self) -> Understanding:
        at = self.table.header_at
        return understand(
            self.rows,
            self.source,
            self.mapping,
            self.table.header,
            self.table.records[at : at + self.table.header_records],
            self.choices,
            delimiter=self.table.delimiter,
            default_zone=self.store._settings(self.cursor).zone,
        )

    def _look(self, understood: Understanding) -> tuple[FieldSeen, ...]:
        """Each field in the first rows, as written and as understood."""
        zone = self.store._settings(self.cursor).zone
        header, columns = list(understood.header), list[str]()
        for plan in understood.plans.values():
            local = f"timezone({quoted(zone)}, timezone('UTC', {plan.value}))"
            value = local if plan.type == "instant" else plan.value
            columns += [f"c{header.index(plan.header)}" if plan.header else "null", f"cast({value} as varchar)"]
        rules = " or ".join(f"({sql})" for sql, _reason in understood.left_out)
        kept = f"where ({rules}) is not true" if rules else ""
        rows = self.rows(f"select {', '.join(columns)} from {STAGING} {kept} order by rowid limit {SHOWN_ROWS}")
        across = zip(*rows, strict=True) if rows else [()] * len(columns)  # every row may have been ragged
        cells = [tuple("" if cell is None else str(cell) for cell in column) for column in across]
        return tuple(
            FieldSeen(plan.name, plan.header, written, value)
            for plan, written, value in zip(understood.plans.values(), cells[::2], cells[1::2], strict=True)
        )

    def seen(self) -> tuple[FieldSeen, ...]:
        """How each field was understood; of a dry run, before its rows go again."""
        counts = self.rows(f"select {', '.join(f'count({one.name})' for one in self.looked)} from typed")[0]
        return tuple(replace(one, filled=int(k)) for one, k in zip(self.looked, counts, strict=True))

    def _straight(self) -> bool:
        """Read the file in one go as its first rows mean it; False, and nothing done, where a row is not surely so."""
        try:
            understood = self._understand()
        except CxError:
            return False  # the rest of the file may decide
        names = {name for plan in understood.plans.values() for name, _ in plan.columns}
        if not understood.settled or self.kind.id not in names or self.wide:
            return False
        self.looked = self._look(understood)
        values = ", ".join(f"{sql} as {name}" for plan in understood.plans.values() for name, sql in plan.columns)
        # no condition of the rows: DuckDB would work out every value twice, for the condition and for what is kept
        key = f"case when {sure_sql(understood)} and v.{self.kind.id} is not null then v.{self.kind.id} else error('unsure') end"
        self.progress.begin(ROWS, self.cursor)
        try:
            with in_any_order(self.cursor):
                self.read = self._insert(
                    f"select {key} as key, {self._stored(names, 'v.')} from (select *, {values} from {self._csv()}) v",
                    names,
                )
            if self._repeats():
                raise duckdb.DataError("a key stands twice, and the order of the rows is not known")
        except duckdb.InterruptException:
            raise
        except duckdb.Error:
            self._start_again()
            return False
        self.understood = understood
        return True

    def _whole(self) -> None:
        """Understand the file on all of its rows, and keep the text of those that cannot be read."""
        if self.one(f"select count(*) from {STAGING}") == 0 and not self.ragged:
            raise FileProblem("{file} holds a header and no rows. Nothing was imported.", file=self.name)
        self.understood = self._understand()
        self.looked = self._look(self.understood)
        self._type()
        if self.keeping:
            self.keeping.look(self.kind, "parsed", self._filled, self._columns)
            self.keeping.look_at_file(self.table.path)
        if self.source.events:
            good = self.one("select count(*) from parsed where left_out is null and bad is null")
            self.left_out[EVENTS] = good - self._insert(self._of_events(), self._filled | {"reopens"})
        else:
            self._insert(self._keyed(), self._filled)
            self.left_out[REPEATED] = self._drop_repeated()
        for number, (_rule, reason) in enumerate(self.understood.left_out):
            self.left_out[reason] = self.one(f"select count(*) from parsed where left_out = {number}")
        self.read = self.one("select count(*) from parsed")
        if self.inspect:
            self.inspect(self)
        if not self.bad:
            self.cursor.execute("drop table parsed")

    @property
    def _filled(self) -> set[str]:
        """The stored columns that the file fills."""
        return {name for plan in self.understood.plans.values() for name, _ in plan.columns}

    @property
    def _columns(self) -> dict[str, str]:
        """{field: its column in the file}."""
        return {name: plan.header for name, plan in self.understood.plans.items()}

    def _insert(self, select: str, names: Collection[str]) -> int:
        """Add the rows of a select of key and all stored columns to the versions; how many there are. `names`: the columns
        that may be filled."""
        if self.keeping:
            self.of_erased = self.keeping.count(self.kind, f"({select})")
            select = self.keeping.kept(self.kind, select)
        columns = ", ".join(self.store.make_room(self.cursor, self.kind, names))
        sql = f"""insert into {self.kind.name}_versions (import_id, source, {columns})
                  select {self.import_id}, {quoted(self.source.system)}, {columns} from ({select})"""
        return self.one(sql)

    def _stored(self, names: set[str], prefix: str = "") -> str:
        """SQL: all stored columns of the kind; those that are not in the file are empty."""
        return ", ".join(
            f"{prefix}{name}" if name in names else f"cast(null as {type_}) as {name}"
            for name, type_ in self.kind.columns
        )

    def _start_again(self) -> None:
        """After an error, which has ended the transaction; nothing but this import's own rows was written in it."""
        self.cursor.rollback()
        self.cursor.begin()

    # --- text to typed rows ---------------------------------------------------------------------------------

    def _stage(self, columns: tuple[int, ...], limit: int | None = None) -> None:
        """The text of the mapped columns of all rows, or of the first, in a table of its own."""
        try:
            self._load(columns, limit)
        except duckdb.Error as error:
            if self.after or isinstance(error, duckdb.InterruptException):
                raise
            self._start_again()
            self.table, self.ragged = reading.strict_copy(self.table, self.folder)
            self._load(columns, None)
        self._clean(columns)

    def _load(self, columns: tuple[int, ...], limit: int | None) -> None:
        wanted = [f"c{index}" for index in columns]
        if self.table.line_column is not None:
            wanted.append(f"cast(c{self.table.line_column} as bigint) as line")
        self.cursor.execute(
            f"create or replace temp table {STAGING} as select {', '.join(wanted)} from {self._csv()} "
            f"{f'limit {limit}' if limit else ''}"
        )

    def _csv(self) -> str:
        """SQL: the rows of the file as text columns c0, c1, …"""
        table = self.table
        width = table.columns + (table.line_column is not None)
        names = ", ".join(f"'c{index}': 'varchar'" for index in range(width))
        return f"""read_csv({quoted(str(table.path))}, delim = {quoted(table.delimiter)}, quote = '"', escape = '"',
            header = false, skip = {table.skip_lines}, new_line = '\\n', auto_detect = false, strict_mode = true,
            columns = {{{names}}})"""

    def _clean(self, columns: tuple[int, ...]) -> None:
        """Take blanks, and words for nothing, off the columns that have any."""
        uses = self.mapping.uses.items()
        texts = {use.index for name, use in uses if self.kind.field(name).type == "text"}
        texts |= {use.index for use in self.mapping.groups.values()}
        checks = ", ".join(unclean(STAGING, f"c{index}", is_text=index in texts, wide=self.wide) for index in columns)
        dirty = [index for index, found in zip(columns, self.rows(f"select {checks}")[0], strict=True) if found]
        if dirty:
            changed = ", ".join(f"{cleaned(f'c{index}', is_text=index in texts)} as c{index}" for index in dirty)
            self.cursor.execute(
                f"create or replace temp table {STAGING} as select * replace ({changed}) from {STAGING}"
            )

    @property
    def first_row(self) -> int:
        """The rowid of the first staged row; inside a transaction DuckDB counts from a number of its own."""
        return self.one(f"select min(rowid) from {STAGING}")

    def _type(self) -> None:
        plans = list(self.understood.plans.values())
        values = ", ".join(f"{sql} as {name}" for plan in plans for name, sql in plan.columns)
        bad = []
        for number, plan in enumerate(plans):
            if plan.type != "text":
                bad.append(f"when {plan.text} is not null and v.{plan.name} is null then {number}")
            if plan.name in self.kind.required:
                bad.append(f"when v.{plan.name} is null then {number + REQUIRED_MISSING}")
        left = [f"when {sql} then {number}" for number, (sql, _) in enumerate(self.understood.left_out)]
        kept = ", ".join(f"v.{name}" for plan in plans for name, _ in plan.columns)
        self.cursor.execute(
            f"""
            create or replace temp table parsed as
            select record, {kept}, {f"case {' '.join(left)} end" if left else "cast(null as integer)"} as left_out,
                   {f"case {' '.join(bad)} end" if bad else "cast(null as integer)"} as bad
            from (select rowid - {self.first_row} as record, *, {values} from {STAGING}) v"""
        )
        self.bad = self.one("select count(*) from parsed where left_out is null and bad is not null")
        if not self.bad:  # the text of the cells is needed for rejected rows only
            self.cursor.execute(f"drop table {STAGING}")

    def _keyed(self) -> str:
        """SQL: the good rows with their keys, in the order of the file."""
        names = self._filled
        if self.kind.id not in self.understood.plans or self._unnamed():
            return self._derived_keys(names)
        return f"""select {self.kind.id} as key, {self._stored(names)} from parsed
                   where left_out is null and bad is null and {self.kind.id} is not null"""

    def _of_events(self) -> str:
        """SQL: one row a ticket of rows that are its events, in the order of time; a reopened ticket is not resolved."""
        names = {name for plan in self.understood.plans.values() for name, _ in plan.columns}
        latest = {name: f"last({name} order by created_at, record) filter (where {name} is not null)" for name in names}
        rows = {**latest, "created_at": "min(created_at)"}
        reopened = ("new", "open", "pending", "on_hold")
        if "resolved_at" in names:
            rows["resolved_at"] = "max(resolved_at)"
            rows["reopens"] = (
                "count(*) filter (where resolved_at is not null and next_at is not null and not next_ends)"
            )
        if {"resolved_at", "status"} <= names:
            rows["resolved_at"] = f"case when not {one_of_sql(latest['status'], reopened)} then max(resolved_at) end"
        after = "over (partition by ticket_id order by created_at, record)"
        ends = f"lead(resolved_at is not null) {after} as next_ends," if "resolved_at" in names else ""
        columns = ", ".join(f"{sql} as {name}" for name, sql in rows.items() if name != "ticket_id")
        return f"""select ticket_id as key, {self._stored(set(rows))} from (
                       select ticket_id, {columns} from (
                           select *, {ends} lead(created_at) {after} as next_at from parsed
                           where left_out is null and bad is null and ticket_id is not null)
                       group by ticket_id) order by created_at, key"""

    def _set_as_of_month(self, now: datetime) -> None:
        """What dates are counted back from where a file has none: the month of as-of, of a first file that of today."""
        settings = self.store._settings(self.cursor)
        as_of_s = self.store._as_of(self.cursor, settings)
        at = now if as_of_s is None else datetime.fromtimestamp(as_of_s - 1, UTC)
        month = at.astimezone(ZoneInfo(settings.zone)).date().replace(day=1)
        self.cursor.execute(f"set variable as_of_month = date '{month}'")

    def _repeats(self) -> bool:
        """Whether a key may stand twice among the rows of this import; False is sure."""
        hashes = f"select hash(key) as this from {self.kind.name}_versions where import_id = {self.import_id}"
        pairs = f"select this, lag(this) over (order by this) as before from ({hashes})"  # sorting them is faster than counting
        return self.one(f"select count(*) from ({pairs}) where this = before") > 0

    def _drop_repeated(self) -> int:
        """Of rows with the same key the last counts: the earlier ones are taken out. How many they are."""
        if not self._repeats():
            return 0
        mine = f"{self.kind.name}_versions where import_id = {self.import_id}"
        return self.one(f"""
            delete from {mine} and rowid in (
                select unnest(list_filter(places, lambda place: place < newest)) from (
                    select list(rowid) as places, max(rowid) as newest from {mine} group by key having count(*) > 1))""")

    def rows_left_out(self) -> Iterator[tuple[int, str, tuple[str, ...]]]:
        """(line, reason, cells) of the rows that were left out by rule, by reason; while the parsed rows are there."""
        good = f"left_out is null and bad is null and {self.kind.id} is not null"
        order = "created_at, record" if self.source.events else "record"
        later = f"row_number() over (partition by {self.kind.id} order by {order.replace(',', ' desc,')} desc) > 1"
        asked = {reason: f"left_out = {number}" for number, (_sql, reason) in enumerate(self.understood.left_out)}
        if self.kind.id in self.understood.plans:
            asked[EVENTS if self.source.events else REPEATED] = f"{good} qualify {later}"
        for reason, where in asked.items():
            records = [int(row[0]) for row in self.rows(f"select record from parsed where {where} order by record")]
            cells = reading.raw_records(self.table, records)
            lines = reading.line_numbers(self.table, records)
            yield from ((lines[record], reason, cells[record]) for record in records)
        yield from ((entry.line, FOOTER, entry.cells) for entry in self.table.footer)

    def _unnamed(self) -> bool:
        """Whether some good rows lack the id that the others have (only where the id is not required)."""
        return (
            self.one(f"select count(*) from parsed where left_out is null and bad is null and {self.kind.id} is null")
            > 0
        )

    def _derived_keys(self, names: set[str]) -> str:
        """Rows without an id are known by their content, and equal ones by their order: the same file, the same keys."""
        every = _content([name for name, _ in self.kind.columns if name in names - {GROUPS[0]}])
        known_by = self.kind.known_by if set(self.kind.known_by) <= names else ()
        there = " and ".join(f"{name} is not null" for name in known_by)
        content = f"case when {there} then {_content(known_by)} else {every} end" if there else every
        have_id = f"{self.kind.id} is not null" if self.kind.id in names else "false"
        return f"""
            select case when {have_id} then {self.kind.id if self.kind.id in names else "''"}
                   else content || '-' || row_number() over (partition by content order by record) end as key,
                   {self._stored(names)}
            from (select *, md5({content}) as content from parsed
                  where left_out is null and bad is null) order by record"""

    # --- accounting -----------------------------------------------------------------------------------------

    def _account(self, now: datetime) -> Outcome:
        outcome = Outcome(self.name, self.source.name, self.kind.name, self._described())
        remarks = Remarks(self.rows, self.table, self.understood, self.import_id)
        outcome.notes += [*self.understood.notes, *remarks.all(now)]
        if self.keeping:
            outcome.notes = [Note(one.message, self.keeping.values(one.values)) for one in outcome.notes]
        if self.of_erased:
            outcome.notes.append(note(SAID_ERASED, count=self.of_erased))
        outcome.rows = self.read + self.table.ragged_total + len(self.table.footer)
        outcome.rejected = self.bad + self.table.ragged_total
        left_out = {**self.left_out, FOOTER: len(self.table.footer)}
        outcome.left_out = {reason: rows for reason, rows in left_out.items() if rows}
        good = self.one("select count(*) from typed")
        met, differs = self._compare()
        outcome.new, outcome.changed, outcome.unchanged = good - met, differs, met - differs
        if good == 0 and outcome.rejected:
            raise self._nothing_fits(outcome.rejected)
        outcome.first, outcome.last, outcome.newest_s = self._span(now)
        return outcome

    def _described(self) -> dict[str, Any]:
        described = self.understood.described()
        described.update(encoding=self.table.encoding, delimiter=self.table.delimiter)
        at = self.table.header_at + 1
        described["derived"] = self.source.derived
        described["under_header"] = self.table.records[at : at + self.table.header_records - 1]
        return described

    def _compare(self) -> tuple[int, int]:
        """(keys that were there before, those of them whose row differs)."""
        if not self.store.active_imports(self.cursor, self.kind.name):
            return 0, 0
        names = [name for name, _ in self.kind.columns]
        new, old = (", ".join(f"{side}.{name}" for name in names) for side in ("t", "c"))
        current = self.store.current_sql(self.cursor, self.kind.name)
        found = self.rows(
            f"""select count(*), count(*) filter (row({new}) is distinct from row({old}))
                from typed t join ({current}) c on c.key = t.key and c.source = {quoted(self.source.system)}"""
        )[0]
        return int(found[0]), int(found[1])

    def _span(self, now: datetime) -> tuple[str | None, str | None, int | None]:
        """(first day, last day, newest second seen) of the rows; due and future dates are no news."""
        main = LEAD[self.kind.name]
        zone = quoted(self.store._settings(self.cursor).zone)
        is_date = self.understood.kind.field(main).type == "date"
        day = "{}" if is_date else f"cast(timezone({zone}, timezone('UTC', {{}})) as date)"
        ends = ", ".join(f"cast({day.format(f'{end}({main})')} as varchar)" for end in ("min", "max"))
        first, last = self.rows(f"select {ends} from typed")[0]
        limit = int(now.timestamp()) + 86400
        newest: list[int] = []
        for name in time_fields(self.understood):
            zone = quoted(self.understood.zone)
            if self.understood.kind.field(name).type == "date":
                instant = f"timezone('UTC', timezone({zone}, cast({name} + 1 as timestamp)))"
            elif name in self.understood.date_only:  # a day without a time stands for the whole of it
                local = f"timezone({zone}, timezone('UTC', {name}))"
                instant = f"timezone('UTC', timezone({zone}, {local} + interval 1 day))"
            else:
                instant = name
            seconds = f"epoch_us({instant}) // 1000000"
            rows = "typed" if instant == name else f"(select distinct {name} from typed)"  # of days there are few
            found = self.rows(f"select max({seconds}) filter (where {seconds} <= {limit}) from {rows}")[0][0]
            newest += [] if found is None else [int(found)]
        return first, last, max(newest, default=None)

    @property
    def rejects(self) -> Rejects:
        return Rejects(self.rows, self.table, self.ragged, self.understood, self.bad, self.first_row if self.bad else 0)

    def _nothing_fits(self, rejected: int) -> CxError:
        line, column, _, reason, _ = next(self.rejects.found(limit=1))
        return CxError(
            "None of the {rows} rows of {file} could be read. The first: line {line}, column {column}: {reason}",
            rows=rejected,
            file=self.name,
            line=line,
            column=column,
            reason=str(Note(*json.loads(reason))),
        )

    # --- keeping --------------------------------------------------------------------------------------------

    def keep(self, outcome: Outcome, original: Packed, by: str, now: datetime) -> None:
        """Write the rejects and the record of the import."""
        if outcome.rejected:
            self.rejects.keep(self.cursor, self.import_id, self.keeping)
        self.cursor.execute("drop view typed")
        for table in ("parsed", STAGING):
            self.cursor.execute(f"drop table if exists {table}")
        outcome.import_id = self.import_id
        self.cursor.execute(
            "insert into imports values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, null, null)",
            [
                self.import_id,
                now.astimezone(UTC).replace(tzinfo=None),
                by,
                self.name,
                original.sha256,
                original.size,
                self.source.name,
                self.kind.name,
                json.dumps(outcome.understood),
                json.dumps(outcome.counts()),
            ],
        )


def _content(names: Sequence[str]) -> str:
    """SQL: what these columns hold, as one text."""
    columns = ", ".join(f"coalesce(cast({name} as varchar), '')" for name in names)
    return f"concat_ws('\\x1f', {columns})"


def _has_wide_blanks(path: Path) -> bool:
    """Whether a UTF-8 file has blanks beyond ASCII anywhere: most have none, and then no cell is searched for them."""
    wide = [blank.encode() for blank in WIDE_BLANKS]
    last = b""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            if not block.isascii() and any(blank in last + block[:3] or blank in block for blank in wide):
                return True
            last = block[-3:]
    return False


def write_left_out(store: Store, import_id: int, file: TextIO) -> int:
    """Write the rows of an import that were left out by rule as CSV: the file's own columns and `reason`; how many.

    They are found by reading the file once more, as it was understood.
    """
    row = store.one_import(import_id)
    told, found = row["understood"], list[tuple[int, str, tuple[str, ...]]]()

    def inspect(steps: _Import) -> None:
        if (steps.source.name, steps.kind.name) == (row["source"], row["kind"]):
            found.extend(steps.rows_left_out())

    chosen = Choices(sheet=told["sheet"] or told["member"] or None, recall=False).with_corrections(told["corrected"])
    with _working_folder() as folder:
        path = Path(folder) / "original"
        originals.restore(store, row["sha256"], path)
        with suppress(CxError):  # where nothing is left of the file, its rows have been seen before that is said
            import_file(store, path, chosen, name=told["original"], dry_run=True, inspect=inspect)
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*told["header"], "reason"])
    for line, reason, cells in found:
        cells = (*cells[: len(told["header"])], *[""] * (len(told["header"]) - len(cells)))
        writer.writerow([*cells, f"{_('line {line}', line=line)}: {_(reason)}"])
    return len(found)
