"""What a source is: the declaration of one tool's export, and how its columns are found in a header.

In: a header (and the question texts beside it). Out: a Mapping from canonical fields to columns.
A source states facts about a format; all the work is done by reading, parsing and importing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from cxdata.i18n import N_
from cxdata.schema import OWN, SCORES, Kind, kind

Names = str | tuple[str, ...]  # one header, or the headers of several languages and versions


@cache
def folded(header: str) -> str:
    """A header for comparison: lower case, no accents, no marks but letters and digits, blanks single."""
    text = unicodedata.normalize("NFKD", header.strip().casefold())
    text = "".join(char for char in text if not unicodedata.combining(char))
    return re.sub(r"[^\w%#]+|_+", " ", text).strip()


@cache
def split_suffix(header: str) -> tuple[str, str]:
    """("Created time", "UTC") of "Created time (UTC)" or "Created time [UTC]"; no suffix gives ""."""
    match = re.fullmatch(r"\s*(.*?)\s*[(\[]([^()\[\]]*)[)\]]\s*", header, re.DOTALL)
    return (match[1], match[2]) if match and match[1] else (header, "")


def own_name(header: str) -> str:
    """The name under which a column of a file is kept to compare groups by: "A/B test" is own_a_b_test."""
    return OWN + re.sub(r"\W+", "_", folded(header)).strip("_")


@dataclass(frozen=True)
class Where:
    """A condition on another column of the row: it holds one of `words`, in any case."""

    column: Names
    words: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """Where a field stands. `names` are header texts, best first; `pattern` finds a question by its words.

    The rest is for columns that need it; a column without it is read as it stands, at no cost.
    `unit` (s, min, h, d) is for durations whose header does not say it. `worst` and `best` are the ends of the
    scale of a score where the tool fixes them, and `words` the scores that its words stand for.
    `reads` names a way of reading in `cxdata.cells`, such as the first of several people or SLA time remaining.
    `nothing`: cells that say there is nothing (LimeSurvey's 1980-01-01). `instead`: columns that stand for a cell
    that is empty or, for a status, not known; the first that has something. `where`: the rows in which this column
    stands for another or, for SLA time, in which the clock has stopped. `shared`: the column may serve another field too.
    """

    names: tuple[str, ...] = ()
    pattern: str = ""
    unit: str = ""
    worst: float | None = None
    best: float | None = None
    words: Mapping[str, float] = field(default_factory=dict)
    reads: str = ""
    nothing: tuple[str, ...] = ()
    instead: tuple[Column, ...] = ()
    where: Where | None = None
    shared: bool = False


def named(*names: str, unit: str = "", reads: str = "") -> Column:
    return Column(names, unit=unit, reads=reads)


@dataclass(frozen=True)
class LeftOut:
    """Rows that are no rows, and the `reason` that is shown to the user.

    Those whose `column` holds one of `words`, or something of `pattern`, or nothing (`empty`; where `nor` holds nothing
    either), or anything but the words in `only`. In a file without the column no row is left out. `column` "" is the first column.
    """

    column: Names
    words: tuple[str, ...] = ()
    reason: str = ""
    pattern: str = ""
    empty: bool = False
    only: tuple[str, ...] = ()
    nor: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """One export format. `system` is the namespace of its ids: exports of one tool share it.

    `signature`: headers that must all be there; several in one entry are the same header in other languages or
    versions. `absent`: headers that must not. `first_header`: what the first column may be called.
    `zone`: the zone of its times ("" = the organisation's); `zone_pattern` finds it in the header records.
    `header_records`: records the header takes; the question texts stand in record `labels_in`. `second_header`: what
    the first cell of a second header record may be, where only some files have one. `type_column`: column whose word says
    which score a row holds, and `types` what each word means: (field, worst, best).
    `events`: one row an event; a ticket is created at its first and resolved at the last that ends it. `derived`: its
    dates are worked out from durations, and say so wherever they are shown. `answers`: survey fields (csat, comment, answered_at …) that stand beside the ticket in the same row; see
    `answers_of`, whose sources are `beside` the tickets. `refused`: the sentence for a file that is known and cannot be taken. `remark`: what the user should
    know of every file of this source.
    """

    name: str
    label: str
    kind: str
    system: str
    signature: tuple[Names, ...]
    columns: Mapping[str, Column]
    absent: tuple[str, ...] = ()
    zone: str = ""
    zone_pattern: str = ""
    header_records: int = 1
    labels_in: int = 0
    second_header: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    type_column: str = ""
    types: Mapping[str, tuple[str, float, float]] = field(default_factory=dict)
    first_header: tuple[str, ...] = ()
    answers: Mapping[str, Column] = field(default_factory=dict)
    refused: str = ""
    remark: str = ""
    beside: bool = False
    events: bool = False
    derived: bool = False

    def claims(self, header: Sequence[str]) -> bool:
        """Whether this is the source's header."""
        if self.first_header and (not header or folded(header[0]) not in map(folded, self.first_header)):
            return False
        names = {folded(name) for name in header} | {folded(split_suffix(name)[0]) for name in header}
        return all(any(folded(name) in names for name in each(entry)) for entry in self.signature) and not any(
            folded(name) in names for name in self.absent
        )


def each(names: Names) -> tuple[str, ...]:
    """One name or several, as several."""
    return (names,) if isinstance(names, str) else names


_SAME = ("customer_id", "customer_name", "segment", "touchpoint", "channel", "team", "agent")
NO_ANSWER = N_("tickets without an answer")
ANSWERS_LABEL = N_("Satisfaction scores beside the tickets")


def answers_of(source: Source) -> Source | None:
    """The source that reads a file of tickets once more, as the survey answers beside them; None where there are none.

    A response has the number of its ticket and is answered when the tool says, else when the ticket was resolved,
    last changed or created. Tickets without a score, or that were sent no survey, are left out by rule.
    """
    if not source.answers:
        return None
    ticket, given = source.columns["ticket_id"], source.answers.get("answered_at", Column())
    times = [source.columns[name] for name in ("resolved_at", "updated_at", "created_at") if name in source.columns]
    steps = [replace(step, instead=()) for column in (given, *times) for step in (column, *column.instead)]
    steps = [replace(step, shared=True) for step in steps if step.names]
    asked = [source.answers[score] for score in SCORES if score in source.answers]
    scores = tuple(name for column in asked for name in column.names)
    others = tuple(name for column in asked for step in column.instead for name in step.names)
    columns = {
        "response_id": ticket,
        "ticket_id": replace(ticket, shared=True),
        **{name: source.columns[name] for name in _SAME if name in source.columns},
        **source.answers,
        "answered_at": replace(steps[0], instead=tuple(steps[1:])),
    }
    none = LeftOut((*scores, *others), ("unoffered", "not offered"), NO_ANSWER, empty=True, nor=others)
    return replace(
        source,
        name=f"{source.name}_answers",
        label=ANSWERS_LABEL,
        kind="surveys",
        columns=columns,
        answers={},
        beside=True,
        left_out=(*source.left_out, none),
    )


@dataclass(frozen=True)
class Use:
    """One column put to a field: its index and header in the file, and what the header or the source says of it.

    `others`: further columns the source names for the field; the first that is not empty is used. `instead` are the
    uses of `column.instead` that the file has; `where` is the index of the column of `column.where`.
    """

    index: int
    header: str
    label: str
    suffix: str = ""
    unit: str = ""
    column: Column = Column()
    others: tuple[int, ...] = ()
    instead: tuple[Use, ...] = ()
    where: int | None = None

    @property
    def indexes(self) -> tuple[int, ...]:
        """All columns that the field may look at."""
        own = (self.index, *self.others, *(() if self.where is None else (self.where,)))
        return (*own, *(index for step in self.instead for index in step.indexes))


@dataclass(frozen=True)
class Mapping_:
    """Which column is which field of a kind. `groups`: columns kept to compare groups by, {name: use}."""

    kind: Kind
    uses: Mapping[str, Use] = field(default_factory=dict)
    groups: Mapping[str, Use] = field(default_factory=dict)

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(name for name in self.kind.required if name not in self.uses)


_UNITS = (
    (re.compile(r"\b(seconds?|sec|secs|seconden|sekunden|secondes|segundos)\b", re.I), "s"),
    (re.compile(r"\b(minutes?|min|mins|minuten|minutos)\b", re.I), "min"),
    (re.compile(r"\b(hours?|hrs?|uren|uur|stunden|heures|horas|hh)\b", re.I), "h"),
    (re.compile(r"\b(days?|dagen|tage|jours|d[ií]as)\b", re.I), "d"),
)


def unit_in(header: str) -> str:
    """The unit of a duration that a header names ("Resolution time (min)" -> "min"), or ""."""
    for pattern, unit in _UNITS:
        if pattern.search(header):
            return unit
    return ""


def map_columns(source: Source, header: Sequence[str], labels: Sequence[str]) -> Mapping_:
    """Find each field's column: by name, then by name without its suffix, then by the words of the question."""
    labels = labels or header
    names = _Names(header)
    uses: dict[str, Use] = {}
    taken: set[int] = set()
    for by_pattern in (False, True):
        for name, column in source.columns.items():
            if name in uses:
                continue
            if by_pattern:
                found = _by_words(column, labels, header, taken)
            else:
                found = [index for index in names.find(column.names) if column.shared or index not in taken]
            instead = [] if by_pattern else list(_steps(column, header, labels, names))
            if found:
                entry = use(found[0], header, labels, column)
                entry = replace(entry, others=tuple(found[1:]), instead=tuple(instead), where=names.of(column.where))
            elif instead and not column.pattern:  # the column itself is not in this file
                entry = replace(instead[0], instead=tuple(instead))
            else:
                continue
            uses[name] = entry
            if not column.shared:
                taken.add(entry.index)
    return Mapping_(kind(source.kind), uses)


def _steps(column: Column, header: Sequence[str], labels: Sequence[str], names: _Names) -> Iterator[Use]:
    """The uses of the columns that stand for an empty cell; one whose condition cannot be seen is none."""
    for step in column.instead:
        found, where = names.find(step.names), names.of(step.where)
        if found and (step.where is None or where is not None):
            yield replace(use(found[0], header, labels, step), where=where)


def use(index: int, header: Sequence[str], labels: Sequence[str], column: Column | None = None) -> Use:
    """The Use of the column at `index`, with what its header and the source's declaration say."""
    column = column or Column()
    label = labels[index] if index < len(labels) and labels[index] else header[index]
    suffix = split_suffix(header[index])[1]
    unit = unit_in(suffix) or column.unit or unit_in(header[index])
    return Use(index, header[index], label, suffix, unit, column)


class _Names:
    """The columns of a header by name, and by name without suffix; of columns of one name the first."""

    def __init__(self, header: Sequence[str]) -> None:
        backwards = list(enumerate(header))[::-1]
        self.exact = {folded(name): index for index, name in backwards}
        self.bare = {folded(split_suffix(name)[0]): index for index, name in backwards}

    def find(self, names: Sequence[str]) -> list[int]:
        """The columns of these names, best first."""
        found = [table.get(folded(name)) for table in (self.exact, self.bare) for name in names]
        return list(dict.fromkeys(index for index in found if index is not None))

    def of(self, where: Where | None) -> int | None:
        """The column that a condition looks at, or None."""
        found = self.find(each(where.column)) if where else []
        return found[0] if found else None


def find_column(header: Sequence[str], names: Names) -> int | None:
    """The index of the column of one of these names, or None. The name "" is the first column."""
    if names == "":
        return 0 if header else None
    found = _Names(header).find(each(names))
    return found[0] if found else None


def joined_labels(questions: Sequence[str], parts: Sequence[str]) -> tuple[str, ...]:
    """The labels of two header records: a question, and under it the part of it that a column holds.

    A question over several columns stands once, above the first. Where the upper record has codes only (LimeSurvey), the
    lower one has the question.
    """
    labels, question = [], ""
    for index, cell in enumerate(questions):
        part = " ".join(parts[index].split()) if index < len(parts) else ""
        question = " ".join(cell.split()) or question
        whole = question if part.casefold() in ("", "response", folded(question)) else f"{question} – {part}"
        labels.append(whole)
    return tuple(labels)


def _by_words(column: Column, labels: Sequence[str], header: Sequence[str], taken: set[int]) -> list[int]:
    if not column.pattern:
        return []
    texts = [
        header[index] if label in ("", header[index]) else f"{header[index]} {label}"
        for index, label in enumerate(labels)
    ]
    return [
        index
        for index, text in enumerate(texts)
        if index not in taken and re.search(column.pattern, text, re.IGNORECASE)
    ]
