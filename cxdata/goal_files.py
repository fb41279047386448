"""Goals as a table to take along and to bring in: a CSV that comes back as it went, or one made by hand in a spreadsheet.

In: goals that are kept, or the path of a CSV with English or Dutch headers. Out: the text of a CSV; or a Plan that says of
each row what comes of it (new, changed, unchanged, refused and why), and then, if it is to be kept, the goals in the store.
"""

from __future__ import annotations

import csv
import io
import math
import re
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa

from cxdata import amounts, following, formats, goal_records, goals, parsing, queries, reading
from cxdata.engine import Engine
from cxdata.errors import CxError, MappingProblem, Note, Undecided, UnknownName, note
from cxdata.filters import FILTERS
from cxdata.formats import HOUR, MINUTE
from cxdata.goals import FEEDBACK, GOAL_GRAINS, GOAL_KINDS, LONGEST, RHYTHMS, Goal
from cxdata.i18n import LANGUAGES, N_, _, language, speaking
from cxdata.metrics import SINGLE
from cxdata.metrics.base import Metric
from cxdata.parsing import DateReading
from cxdata.questions import Moment
from cxdata.reading import TextTable
from cxdata.records import records_from, split_cells
from cxdata.rejects import RAGGED
from cxdata.settings import CLOCKS
from cxdata.store import Store

MOST_ROWS = 1000
NEW, CHANGED, UNCHANGED, REFUSED = "new", "changed", "unchanged", "refused"
COLUMNS: dict[str, str] = {
    "id": "nummer nr goal doel",
    "metric": "metriek cijfer kpi maatstaf",
    "kind": "soort",
    "grain": "per periode stap",
    "clock": "klok",
    "team": "",
    "channel": "kanaal",
    "priority": "prioriteit",
    "segment": "klantgroep",
    "entry_channel": "instroomkanaal",
    "stage": "fase klantreis",
    "baseline": "uitgangspunt beginwaarde nulmeting van from",
    "target": "streefwaarde doelwaarde naar to",
    "start": "begin startdatum begindatum",
    "deadline": "einddatum eind einde uiterlijk end",
    "steps": "tussendoelen stappen milestones",
    "objective": "bedrijfsdoel doelstelling",
    "because": "omdat waarom why",
    "need": "klantbehoefte behoefte",
    "evidence": "bewijs",
    "rhythm": "ritme review",
    "owner": "eigenaar",
    "feedback": "terugkoppeling enquete enquête survey",
    "part_of": "deel_van onderdeel_van",
    "draft": "concept",
    "reason": "reden",
}
"""The columns in the order in which they are written, and what else each may be called."""
WORDS: dict[str, dict[str, str]] = {
    "kind": {"niveau": "level", "totaal": "total", "aantal": "total"},
    "grain": {"maand": "month", "kwartaal": "quarter"},
    "clock": {"kalender": "calendar", "kantooruren": "business", "openingstijden": "business", "bedrijfstijd": "business"},
    "rhythm": {"wekelijks": "weekly", "tweewekelijks": "fortnightly", "maandelijks": "monthly", "per kwartaal": "quarterly", "elk kwartaal": "quarterly"},
}  # fmt: skip
_YES = ("yes", "ja", "true", "1", "x", "concept", "draft")
_BETWEEN = re.compile(r"\s*[|;\n]\s*")
_STEP = re.compile(r"(.+?)\s*[:=]\s*(.+)")
_DAYS = "start, deadline"
_RISKY = ("=", "+", "-", "@", "\t", "\r")


# --- to take along ------------------------------------------------------------------------------------------


def to_csv(kept: Sequence[Goal]) -> bytes:
    """The goals with all that is needed to bring them in again; as a spreadsheet in the reader's language opens it."""
    comma = language() == "nl"
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if comma else ",", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for goal in kept:
        cells = _cells(goal, "," if comma else ".")
        writer.writerow([cells.get(name, "") for name in COLUMNS])
    return out.getvalue().encode("utf-8-sig")


def _cells(goal: Goal, mark: str) -> dict[str, str]:
    unit = goal.entry.unit
    texts = {
        "objective": goal.objective, "because": goal.because, "need": goal.need, "owner": goal.owner,
        "evidence": " | ".join(goal.evidence), **{name: " | ".join(words) for name, words in goal.values.items()},
    }  # fmt: skip
    return {
        **{name: f"'{text}" if text.startswith(_RISKY) else text for name, text in texts.items()},
        "id": str(goal.id),
        "metric": goal.metric,
        "kind": goal.kind,
        "grain": goal.grain,
        "clock": goal.clock,
        "baseline": _written(goal.baseline, unit, mark),
        "target": _written(goal.target, unit, mark),
        "start": "" if goal.start is None else goal.start.isoformat(),
        "deadline": "" if goal.deadline is None else goal.deadline.isoformat(),
        "steps": " | ".join(f"{last.isoformat()}: {_written(value, unit, mark)}" for last, value in goal.steps),
        "rhythm": goal.rhythm,
        "feedback": goal.feedback,
        "part_of": str(goal.part_of or ""),
        "draft": "yes" if goal.is_draft else "no",
    }


def _written(value: float | None, unit: str, mark: str) -> str:
    """A value as `amounts` reads it, without loss: 74.4%, 2 h 7 min, 120."""
    if value is None:
        return ""
    if unit == "share":
        return f"{_digits(value * 100, mark)}%"
    if unit == "duration" and value >= 0 and value == int(value):
        hours, rest = divmod(int(value), HOUR)
        minutes, seconds = divmod(rest, MINUTE)
        parts = [f"{count} {word}" for count, word in ((hours, "h"), (minutes, "min"), (seconds, "s")) if count]
        return " ".join(parts) or "0 s"
    return f"{_digits(value, mark)} s" if unit == "duration" else _digits(value, mark)


def _digits(value: float, mark: str) -> str:
    """Never with three decimals exactly, which could be thousands."""
    text = f"{round(value, 10):.10f}".rstrip("0").rstrip(".")
    decimals = len(text.partition(".")[2])
    return (f"{text}0" if decimals == 3 else text).replace(".", mark)


# --- what a file says ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """What comes of one row: its line in the file, and what is said of it."""

    line: int
    what: str
    goal: Goal | None = None
    reason: str = ""
    remarks: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What comes of a file, before anything is kept. `remarks`: what has to be said of the file."""

    rows: tuple[Row, ...]
    remarks: tuple[Note, ...] = ()

    def count(self, what: str) -> int:
        return sum(row.what == what for row in self.rows)

    @property
    def sentence(self) -> str:
        return _(
            "{rows} rows: {new} new, {changed} changed, {unchanged} unchanged, {refused} refused.",
            rows=len(self.rows), new=self.count(NEW), changed=self.count(CHANGED), unchanged=self.count(UNCHANGED),
            refused=self.count(REFUSED),
        )  # fmt: skip


def planned(
    store: Store, engine: Engine, path: Path, moment: Moment, *, name: str | None = None, date_order: str | None = None
) -> Plan:
    """What comes of each row of a CSV of goals; nothing is kept. Raises CxError for what is no such table."""
    with tempfile.TemporaryDirectory(prefix="cx-goals-") as folder:
        table = reading.read(path, Path(folder), name=name)
        file = _read(table)
    plan = _Planning(store, engine, moment, file, _days(store, file, date_order), _decimal(store, file))
    return Plan(tuple(plan.rows()), file.remarks)


def keep(store: Store, plan: Plan, by: str = "") -> tuple[Goal, ...]:
    """Keep the goals that are new or changed, each whole, and the objectives that they serve."""
    found = [row for row in plan.rows if row.what in (NEW, CHANGED)]
    there = goal_records.objectives(store)
    wanted = dict.fromkeys((*there, *(row.goal.objective for row in found if row.goal and row.goal.objective)))
    if len(wanted) > len(there):
        goal_records.save_objectives(store, list(wanted), by)
    return tuple(goal_records.save_goal(store, row.goal, by, row.reason) for row in found if row.goal)


@dataclass(frozen=True)
class _File:
    """The rows of a file as text: (line, {column: cell}, what is wrong with the row as such)."""

    delimiter: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, Mapping[str, str], CxError | None], ...]
    remarks: tuple[Note, ...] = ()
    is_dutch: bool = False


def _plain(word: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", word.casefold()).split())


def _names() -> dict[str, str]:
    """{what a header may be: column}."""
    found = {_plain(word): name for name, more in COLUMNS.items() for word in (name, *more.split())}
    for entry in FILTERS:
        for code in LANGUAGES:
            with speaking(code):
                found.setdefault(_plain(_(entry.label)), entry.name)
    return found


def _read(table: TextTable) -> _File:
    known = _names()
    heads = [[known.get(_plain(cell), "") for cell in record] for record in table.records[:10]]
    at = max(range(len(heads)), key=lambda place: (len(set(heads[place]) - {""}), -place), default=0)
    table = table.with_header(at)
    columns = [known.get(_plain(cell), "") for cell in table.records[at]]
    if "metric" not in columns:
        raise MappingProblem(
            'No column of {file} says which metric each goal is about. Name it "metric"; the other columns are {columns}.',
            file=table.name,
            columns=", ".join(name for name in COLUMNS if name != "metric"),
        )
    twice = next((name for name in columns if name and columns.count(name) > 1), None)
    if twice:
        raise MappingProblem(
            '{file} has two columns for "{column}". Take one of them out.', file=table.name, column=twice
        )
    remarks = tuple(
        note('The column "{column}" is not one of goals and was passed over.', column=header)
        for header, name in zip(table.header, columns, strict=True)
        if not name
    )
    raw = [_plain(cell) for cell in table.records[at]]
    dutch = any(word and word != _plain(name) for word, name in zip(raw, columns, strict=True) if name)
    return _File(table.delimiter, tuple(columns), tuple(_rows(table, columns)), remarks, dutch)


def _rows(table: TextTable, columns: Sequence[str]) -> Iterator[tuple[int, Mapping[str, str], CxError | None]]:
    count = 0
    with table.path.open("rb") as file:
        for record in records_from(file, table.delimiter, table.data_start):
            if record.kind == "blank":
                continue
            cells = (
                [] if record.kind == "too_long" else [_cell(cell) for cell in split_cells(record.raw, table.delimiter)]
            )
            if record.kind != "too_long" and not any(cells):
                continue
            count += 1
            if count > MOST_ROWS:
                raise CxError("{file} has more than {most} rows, too many for goals. Check that it is the right file.", file=table.name, most=formats.decimal(MOST_ROWS, 0))  # fmt: skip
            wrong = None
            if record.kind == "too_long":
                wrong = CxError(RAGGED["too_long"])
            elif record.kind == "unclosed":
                wrong = CxError(RAGGED["unclosed_quote"])
            elif any(cells[len(columns) :]):
                wrong = CxError(RAGGED["too_many_cells"], cells=len(cells), columns=len(columns))
            yield record.line, {name: cell for name, cell in zip(columns, cells, strict=False) if name}, wrong


def _cell(text: str) -> str:
    text = text.strip(parsing.BLANKS)
    if text[:1] == "'" and text[1:2] in _RISKY:
        text = text[1:]
    return "" if text.casefold() in parsing.NULL_WORDS else text


def _days(store: Store, file: _File, date_order: str | None) -> dict[str, date]:
    """{a cell of a date: the day}, all dates of the file read in one way."""
    cells = [row.get(name, "") for _line, row, _wrong in file.rows for name in ("start", "deadline")]
    cells += [day for _line, row, _wrong in file.rows for day, _value in _steps(row.get("steps", ""))]
    texts = [cell for cell in cells if cell]
    if not texts:
        return {}
    hint = N_("semicolons go with day-first dates") if file.delimiter == ";" else None
    hint = hint or (N_("Dutch headers go with day-first dates") if file.is_dutch else None)
    with store.reading() as cursor:
        cursor.register("goal_days", pa.table({"day": pa.array(texts, pa.string())}))

        def run(sql: str) -> list[tuple[Any, ...]]:
            return cursor.sql(sql).fetchall()

        def read(order: str | None) -> Mapping[str, DateReading]:
            return parsing.read_dates(run, "goal_days", {_DAYS: "day"}, zone="UTC", order=order, day_first_hint=hint)

        try:
            found = read(date_order)
        except Undecided:  # a slip in a file that is surely day-first is a matter of its row
            if not hint:
                raise Undecided(
                    "The dates in the file can be read in two ways: 03/04/2026 is 3 April or March 4. Write them as 2026-04-03, or "
                    "say which on the command line (--date-order dmy or mdy)."
                ) from None
            found = read("dmy")
        if _DAYS not in found:
            return {}
        return {text: day for text, day in run(f"select day, {found[_DAYS].date_sql('day')} from goal_days") if day}


def _decimal(store: Store, file: _File) -> str:
    """The decimal mark of the file; where it does not show, that of the reader."""
    cells = [row.get(name, "") for _line, row, _wrong in file.rows for name in ("baseline", "target")]
    cells += [value for _line, row, _wrong in file.rows for _day, value in _steps(row.get("steps", ""))]
    numbers = [number for cell in cells for number in re.findall(r"\d[\d.,]*", cell)]
    if not numbers:
        return ""
    with store.reading() as cursor:
        cursor.register("goal_numbers", pa.table({"n": pa.array(numbers, pa.string())}))
        try:
            return parsing.decide_decimal(
                lambda sql: cursor.sql(sql).fetchall(), "goal_numbers", ["n"], file.delimiter
            )[0]
        except Undecided:
            return ""


def _steps(cell: str) -> list[tuple[str, str]]:
    """[(day, value)] of "31-10-2026: 70% | 31-12-2026: 75%"; a piece without a value has "" for it."""
    found = [(piece, _STEP.fullmatch(piece)) for piece in _BETWEEN.split(cell) if piece]
    return [(match[1], match[2]) if match else (piece, "") for piece, match in found]


# --- what comes of it ---------------------------------------------------------------------------------------


@dataclass
class _Planning:
    """The rows of a file against the goals that are kept."""

    store: Store
    engine: Engine
    moment: Moment
    file: _File
    days: Mapping[str, date]
    decimal: str
    lines: dict[int, int] = field(default_factory=dict)
    made: list[Goal] = field(default_factory=list)

    @cached_property
    def kept(self) -> dict[int, Goal]:
        return {one.goal.id: one.goal for one in goal_records.goals(self.store)}

    def rows(self) -> Iterator[Row]:
        for line, row, wrong in self.file.rows:
            try:
                if wrong is not None:
                    raise wrong
                yield self._row(line, row)
            except CxError as error:
                yield Row(line, REFUSED, remarks=(note(error.message, **error.values),))

    def _row(self, line: int, row: Mapping[str, str]) -> Row:
        number = self._number(row.get("id", ""), line)
        before = self.kept.get(number)
        remarks: list[Note] = []
        goal = self._goal(number, row, before, remarks)
        twin = next(
            (one for one in (*self.kept.values(), *self.made) if not number and self._is_same(one, goal, row)), None
        )
        if twin is not None:
            return Row(line, UNCHANGED, twin)
        if before == goal:
            return Row(line, UNCHANGED, goal)
        if before is None or (before.deadline, before.grain) != (goal.deadline, goal.grain):
            goals.check_time(goal, self.moment)
        goal = self._drafted(goal, before, row, remarks)
        if before == goal:
            return Row(line, UNCHANGED, goal)
        reason = " ".join(row.get("reason", "").split())
        if before is not None:
            goal_records.check_reason(before, goal, reason)
        self.made.append(goal)
        return Row(line, NEW if before is None else CHANGED, goal, reason, tuple(remarks))

    def _is_same(self, one: Goal, goal: Goal, row: Mapping[str, str]) -> bool:
        """Whether a goal is what a row without id says, so that a file brought in twice adds nothing."""
        measured = [name for name in ("start", "baseline") if not row.get(name)]
        was = {name: getattr(one, name) for name in measured}
        return replace(one, id=0, is_draft=False) == replace(goal, is_draft=False, **was)

    def _number(self, cell: str, line: int) -> int:
        if not cell:
            return 0
        number = int(cell.removesuffix(".0")) if re.fullmatch(r"\d{1,9}(\.0)?", cell) else 0
        if number not in self.kept:
            raise CxError('There is no goal "{number}". Leave the id empty for a new goal.', number=cell)
        if number in self.lines:
            raise CxError(
                "Goal {number} stands on line {line} too. Keep one of the two.", number=number, line=self.lines[number]
            )
        self.lines[number] = line
        return number

    def _goal(self, number: int, row: Mapping[str, str], before: Goal | None, remarks: list[Note]) -> Goal:
        """The goal of a row; what the file has no column for is as it was."""
        entry = _metric(row.get("metric", ""))
        own = dict[str, Any]()
        for name, known, default in (
            ("kind", GOAL_KINDS, "level"),
            ("grain", GOAL_GRAINS, "month"),
            ("clock", CLOCKS, self.moment.settings.clock),
            ("rhythm", RHYTHMS, "monthly"),
        ):
            if name in row:
                own[name] = _word(name, row[name], known, default)
        for name in ("objective", "because", "need", "owner"):
            if name in row:
                own[name] = self._text(name, row[name])
        for name in ("baseline", "target"):
            if name in row:
                own[name] = _as_before(self._value(row[name], entry), getattr(before, name, None))
        for name in ("start", "deadline"):
            if name in row:
                own[name] = self._day(row[name]) if row[name] else None
        if "steps" in row:
            was = dict(before.steps) if before is not None else {}
            days = [(self._day(day), value) for day, value in _steps(row["steps"])]
            own["steps"] = tuple((day, _as_before(self._step(value, entry), was.get(day))) for day, value in days)
        if "evidence" in row:
            own["evidence"] = tuple(" ".join(one.split()) for one in re.split(r"\s*[|\n]\s*", row["evidence"]) if one)
        if "feedback" in row:
            own["feedback"] = _feedback(row["feedback"])
        if "part_of" in row:
            own["part_of"] = self._whole(row["part_of"], number)
        own["values"] = self._values(row, before)
        if before is not None:
            is_draft = before.is_draft if not row.get("draft") else _plain(row["draft"]) in _YES
            return replace(before, metric=entry.name, is_draft=is_draft, **own)
        return self._new(entry, own, remarks)

    def _new(self, entry: Metric, own: dict[str, Any], remarks: list[Note]) -> Goal:
        """A new goal; where it begins is measured where the file does not say it."""
        own["start"] = own.get("start") or self.moment.complete_until
        own.setdefault("clock", self.moment.settings.clock)
        if own.get("kind") == "total":
            own["baseline"] = own.get("baseline") or 0.0
        goal = Goal(0, entry.name, **own)
        if goal.baseline is None and goal.target is not None:
            found = following.baseline(self.engine, goal, self.moment)
            goal = replace(goal, baseline=found.value)
            remarks.append(note("Where it begins was measured: {value}.", value=formats.value(found.value, entry.unit)))
        return goal

    def _drafted(self, goal: Goal, before: Goal | None, row: Mapping[str, str], remarks: list[Note]) -> Goal:
        """A goal with a letter missing, or without an owner, is a draft; one that was agreed keeps its A."""
        if _plain(row.get("draft", "")) in _YES:
            return replace(goal, is_draft=True)
        moved = following.achievable(self.engine, goal, self.moment).moved if goal.is_set else None
        done = goal_records.actions(self.store, goal.id) if goal.id else ()
        found = [
            replace(one, is_there=True) if one.letter == "A" and before is not None and not before.is_draft else one
            for one in goals.letters(goal, moved, done)
        ]
        made = goals.as_draft(goal, found)
        if made.is_draft:
            missing = [one.said for one in found if not one.is_there]
            missing += [] if goal.owner else [_("Somebody has to own it.")]
            remarks.append(note("It is a draft as yet. {missing}", missing=" ".join(missing)))
        return made

    # --- cells ------------------------------------------------------------------------------------------------

    def _text(self, name: str, cell: str) -> str:
        text = " ".join(cell.split())
        if len(text) > LONGEST:
            raise CxError(
                '"{column}" has {count} characters, more than {most}.', column=name, count=len(text), most=LONGEST
            )
        return text

    def _value(self, cell: str, entry: Metric) -> float | None:
        if not cell:
            return None
        value = amounts.parsed(cell, entry.unit, self.decimal)
        if entry.unit == "share" and "%" not in cell and 0 < abs(value) <= 0.01:
            raise CxError(
                '"{text}" can be {one} and {other}. Write it with a percent sign.',
                text=cell, one=formats.percent(value * 100), other=formats.percent(value),
            )  # fmt: skip
        return value

    def _step(self, cell: str, entry: Metric) -> float:
        found = self._value(cell, entry)
        if found is None:
            raise CxError("A target in between has a day and a value: 2026-10-31: 70%.")
        return found

    def _day(self, cell: str) -> date:
        if cell not in self.days:
            raise CxError('"{text}" is no date here. Write it like {what}.', text=cell, what="2026-12-31")
        return self.days[cell]

    def _whole(self, cell: str, number: int) -> int:
        """The goal that it adds up to."""
        if cell in ("", "0"):
            return 0
        whole = int(cell) if cell.isdecimal() and len(cell) < 10 else 0
        if whole not in self.kept:
            raise CxError('There is no goal "{number}" that it can add up to.', number=cell)
        above = whole
        while above:
            if above == number:
                raise CxError("A goal cannot add up to itself.")
            above = self.kept[above].part_of if above in self.kept else 0
        return whole

    def _values(self, row: Mapping[str, str], before: Goal | None) -> dict[str, tuple[str, ...]]:
        known = [entry.name for entry in FILTERS]
        found = (
            {name: words for name, words in before.values.items() if name not in known} if before is not None else {}
        )
        for entry in FILTERS:
            was = before.values.get(entry.name, ()) if before is not None else ()
            words = self._chosen(entry.name, row[entry.name], was) if entry.name in row else was
            if words:
                found[entry.name] = words
        return found

    def _chosen(self, name: str, cell: str, was: Collection[str]) -> tuple[str, ...]:
        """The values that a cell names, one or several; those that the data does not have raise, unless they stood there."""
        known = {word.casefold(): word for word in (*queries.distinct_values(self.engine, name), *was)}
        for word in list(known.values()):
            for code in LANGUAGES:
                with speaking(code):
                    known.setdefault(formats.group(name, word).casefold(), word)
        if cell.casefold() in known:
            return (known[cell.casefold()],)
        pieces = [piece for piece in _BETWEEN.split(cell) if piece]
        if len(pieces) == 1 and "," in cell:
            pieces = [piece.strip() for piece in cell.split(",") if piece.strip()]
        what = {"team": N_("team"), "channel": N_("channel"), "priority": N_("priority"), "segment": N_("segment"), "entry_channel": N_("channel of entry"), "stage": N_("journey stage")}  # fmt: skip
        for piece in pieces:
            if piece.casefold() not in known:
                raise UnknownName(what[name], piece, dict.fromkeys(known.values()))
        return tuple(dict.fromkeys(known[piece.casefold()] for piece in pieces))


def _as_before(value: float | None, before: float | None) -> float | None:
    """The value as it is kept where the file says the same, to the last digit that is written."""
    return before if None not in (value, before) and math.isclose(value, before, rel_tol=1e-9) else value  # type: ignore[arg-type]


def _metric(cell: str) -> Metric:
    """The metric of this name or label, in either language."""
    if not cell:
        raise CxError("The row names no metric.")
    known = {entry.name: entry for entry in SINGLE}
    for code in LANGUAGES:
        with speaking(code):
            for entry in SINGLE:
                for label in filter(None, (entry.label, entry.short)):
                    known.setdefault(_(label), entry)
    for word, entry in known.items():
        if _plain(word) == _plain(cell):
            return entry
    raise UnknownName(N_("metric"), cell, known)


def _word(name: str, cell: str, known: Collection[str], default: str) -> str:
    """A word of a column that has a few, in either language; another one is left for the goal to refuse."""
    plain = _plain(cell)
    labels = dict[str, str]()
    for table in (GOAL_KINDS, GOAL_GRAINS, RHYTHMS):
        if set(table) == set(known):
            for code in LANGUAGES:
                with speaking(code):
                    labels |= {_plain(_(label)): word for word, label in table.items()}
    return {**labels, **WORDS[name]}.get(plain, plain) if cell else default


def _feedback(cell: str) -> str:
    if not cell:
        return ""
    plain = _plain(cell).replace(" ", "_")
    if plain in FEEDBACK:
        return plain
    try:
        entry = _metric(cell)
    except UnknownName:
        entry = None
    if entry is None or entry.name not in FEEDBACK:
        raise UnknownName(N_("survey"), cell, FEEDBACK)
    return entry.name


def remark(row: Row) -> str:
    """What is said of a row, with its line; "" where there is nothing to say."""
    said = " ".join(str(one) for one in row.remarks)
    return _("Line {line}: {said}", line=row.line, said=said) if said else ""
