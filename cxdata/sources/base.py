"""What a source is: the declaration of one tool's export, and how its columns are found in a header.

In: a header (and the question texts beside it). Out: a Mapping from canonical fields to columns.
A source states facts about a format; all the work is done by reading, parsing and importing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from cxdata.schema import Kind, kind


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


@dataclass(frozen=True)
class Column:
    """Where a field stands. `names` are header texts, best first; `pattern` finds a question by its words.

    `unit` (s, min, h, d) is for durations whose header does not say it. `worst` and `best` are the ends of the
    scale of a score where the tool fixes them.
    """

    names: tuple[str, ...] = ()
    pattern: str = ""
    unit: str = ""
    worst: float | None = None
    best: float | None = None


def named(*names: str, unit: str = "") -> Column:
    return Column(names, unit=unit)


@dataclass(frozen=True)
class LeftOut:
    """Rows that are no rows: those whose `column` holds one of `words`. `reason` is shown to the user."""

    column: str
    words: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Source:
    """One export format. `system` is the namespace of its ids: exports of one tool share it.

    `signature`: headers that must all be there. `absent`: headers that must not. `zone`: the zone of its times
    ("" = the organisation's); `zone_pattern` finds it in the header records. `header_records`: records the header takes; the question texts stand in record
    `labels_in`. `type_column`: column whose word says which score a row holds, and `types` what
    each word means: (field, worst, best). `first_header`: what the first column may be called.
    """

    name: str
    label: str
    kind: str
    system: str
    signature: tuple[str, ...]
    columns: Mapping[str, Column]
    absent: tuple[str, ...] = ()
    zone: str = ""
    zone_pattern: str = ""
    header_records: int = 1
    labels_in: int = 0
    left_out: tuple[LeftOut, ...] = ()
    type_column: str = ""
    types: Mapping[str, tuple[str, float, float]] = field(default_factory=dict)
    first_header: tuple[str, ...] = ()

    def claims(self, header: Sequence[str]) -> bool:
        """Whether this is the source's header."""
        names = {folded(name) for name in header} | {folded(split_suffix(name)[0]) for name in header}
        if self.first_header and (not header or folded(header[0]) not in map(folded, self.first_header)):
            return False
        return all(folded(name) in names for name in self.signature) and not any(
            folded(name) in names for name in self.absent
        )


@dataclass(frozen=True)
class Use:
    """One column put to a field: its index and header in the file, and what the header or the source says of it.

    `others`: further columns the source names for the field; the first that is not empty is used.
    """

    index: int
    header: str
    label: str
    suffix: str = ""
    unit: str = ""
    worst: float | None = None
    best: float | None = None
    others: tuple[int, ...] = ()


@dataclass(frozen=True)
class Mapping_:
    """Which column is which field of a kind."""

    kind: Kind
    uses: Mapping[str, Use] = field(default_factory=dict)

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(name for name in self.kind.required if name not in self.uses)


_UNITS = (
    (re.compile(r"\b(seconds?|sec|secs|seconden|segundos)\b", re.I), "s"),
    (re.compile(r"\b(minutes?|min|mins|minuten|minutos)\b", re.I), "min"),
    (re.compile(r"\b(hours?|hrs?|uren|uur|stunden|heures|horas|hh)\b", re.I), "h"),
    (re.compile(r"\b(days?|dagen|tage|jours|dias)\b", re.I), "d"),
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
    exact = {folded(name): index for index, name in reversed(list(enumerate(header)))}
    bare = {folded(split_suffix(name)[0]): index for index, name in reversed(list(enumerate(header)))}
    uses: dict[str, Use] = {}
    taken: set[int] = set()
    for by_pattern in (False, True):
        for name, column in source.columns.items():
            if name in uses:
                continue
            found = _by_words(column, labels, header, taken) if by_pattern else _by_name(column, exact, bare, taken)
            if found:
                uses[name] = replace(use(found[0], header, labels, column), others=tuple(found[1:]))
                taken.add(found[0])
    return Mapping_(kind(source.kind), uses)


def use(index: int, header: Sequence[str], labels: Sequence[str], column: Column | None = None) -> Use:
    """The Use of the column at `index`, with what its header and the source's declaration say."""
    column = column or Column()
    label = labels[index] if index < len(labels) and labels[index] else header[index]
    suffix = split_suffix(header[index])[1]
    return Use(index, header[index], label, suffix, column.unit or unit_in(header[index]), column.worst, column.best)


def _by_name(column: Column, exact: Mapping[str, int], bare: Mapping[str, int], taken: set[int]) -> list[int]:
    found = [table.get(folded(name)) for table in (exact, bare) for name in column.names]
    return list(dict.fromkeys(index for index in found if index is not None and index not in taken))


def _by_words(column: Column, labels: Sequence[str], header: Sequence[str], taken: set[int]) -> list[int]:
    if not column.pattern:
        return []
    texts = [label or header[index] for index, label in enumerate(labels)]
    return [
        index
        for index, text in enumerate(texts)
        if index not in taken and re.search(column.pattern, text, re.IGNORECASE)
    ]
