"""Taking a person out of texts: whole cells, words inside of sentences, JSON, and the lines of a table.

In: the words that name a person. Out: texts in which a pseudonym stands for them. A short or common number ("12") is only
taken for a person where a whole cell is it; an e-mail address, a full name and a number that can hardly be anything else
also inside of a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

from cxdata.filters import DIMENSIONS
from cxdata.parsing import quoted
from cxdata.reading import TextTable
from cxdata.records import records_from, split_cells

_GROUPS = frozenset(entry.name for entry in DIMENSIONS)
_NUMBER = re.compile(r"(?=.*\d)(?=.*[^\W\d_]).{5,}|\d{8,}")
MOST_NEEDLES = 20


@dataclass(frozen=True)
class Words:
    """What names a person: `numbers` as they are written, `emails` and `names` in lower case; `pseudonym` stands for it, or
    for a number its own one in `of`, so that two numbers of one customer stay two.
    """

    pseudonym: str
    numbers: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    of: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def telling(self) -> tuple[str, ...]:
        """The words that can hardly be anything else, wherever they stand; the longest first."""
        found = {*self.emails, *(name for name in self.names if " " in name and len(name) > 5)}
        found |= {number for number in self.numbers if _NUMBER.fullmatch(number)}
        return tuple(sorted(found, key=lambda word: (-len(word), word)))

    def without_sql(self, text: str) -> str:
        """SQL: a text with the pseudonym in place of the person."""
        if not self.telling:
            return text
        put = rf"\1{self.pseudonym}\2"
        return f"regexp_replace({text}, {quoted(self._sql_pattern)}, {quoted(put)}, 'gi')"

    def is_in_sql(self, text: str) -> str:
        """SQL: whether a person is in a text."""
        return f"coalesce(regexp_matches({text}, {quoted(self._sql_pattern)}, 'i'), false)" if self.telling else "false"

    @cached_property
    def _sql_pattern(self) -> str:
        words = "|".join(_escaped(word) for word in self.telling)
        return rf"(^|[^\pL\pN_])(?:{words})($|[^\pL\pN_])"

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        words = "|".join(map(re.escape, self.telling))
        return re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) if words else None

    @cached_property
    def spelled(self) -> frozenset[str]:
        """The telling words in the usual ways to write them: bytes know the case of plain letters only."""
        return frozenset(one for word in self.telling for one in (word, word.title(), word.upper()))

    @cached_property
    def _bytes(self) -> re.Pattern[bytes] | None:
        words = b"|".join(
            re.escape(word.encode()) for word in sorted(self.spelled, key=lambda word: (-len(word), word))
        )
        return re.compile(rb"(?<![\w\x80-\xff])(?:" + words + rb")(?![\w\x80-\xff])", re.IGNORECASE) if words else None

    def text(self, text: str) -> str:
        """A sentence with the pseudonym in place of the person."""
        return self._pattern.sub(self.pseudonym, text) if self._pattern else text

    def raw(self, text: bytes) -> bytes:
        """UTF-8 with the pseudonym in place of the person, which needs no quotation marks of its own."""
        return self._bytes.sub(self.pseudonym.encode(), text) if self._bytes else text

    def is_named(self, cell: str) -> bool:
        """Whether a whole cell names the person."""
        cell = cell.strip()
        return cell in self.numbers or cell.lower() in self.emails or cell.lower() in self.names

    def json(self, value: Any, key: str = "") -> Any:
        """A value of JSON with the pseudonym in place of the person; what groups are called stays."""
        if isinstance(value, str):
            named = key not in _GROUPS and self.is_named(value)
            return self.of.get(value.strip(), self.pseudonym) if named else self.text(value)
        if isinstance(value, list):
            return [self.json(one, key) for one in value]
        if isinstance(value, dict):
            return {name: self.json(one, name) for name, one in value.items()}
        return value


def together(words: Iterable[Words], pseudonym: str) -> Words:
    """What names any of some people, for one look at a text."""
    found = tuple(words)
    numbers, emails, names = (
        frozenset(word for one in found for word in getattr(one, name)) for name in ("numbers", "emails", "names")
    )
    return Words(pseudonym, numbers, emails, names)


def _escaped(word: str) -> str:
    return re.sub(r"([^\w\s@-])", r"\\\1", word)


@dataclass(frozen=True)
class Lines:
    """Which lines of a table are about a person: `keys` are the ids of its rows, and `columns` are the headers of
    {key, customer_id, email, customer_name, ticket_id}, as far as the table has them; `tickets`: of rows without an id."""

    columns: Mapping[str, str]
    keys: Collection[str] = field(default=frozenset())
    tickets: Collection[str] = field(default=frozenset())

    def asked(self, header: Sequence[str], words: Words) -> list[tuple[int, Collection[str], bool]]:
        """[(index of a column, the words of the person in it, whether their case does not matter)]."""
        of: dict[str, list[tuple[Collection[str], bool]]] = {
            "key": [(self.keys, False)], "ticket_id": [(self.tickets, False)],
            "customer_id": [(words.numbers, False), (words.emails, True)],
            "email": [(words.emails, True)], "customer_name": [(words.names, True)],
        }  # fmt: skip
        there = (
            (header.index(self.columns[what]), own) for what, own in of.items() if self.columns.get(what) in header
        )
        return [(index, found, folded) for index, own in there for found, folded in own if found]


def without(table: TextTable, words: Words, lines: Iterable[Lines], target: Path | None = None) -> bool:
    """Write a table without the lines of a person, every other byte as it was but for telling words; whether it changed.

    `target` None: nothing is written, and the first find is enough.
    """
    asked = [one for own in lines for one in own.asked(table.header, words)]
    sought = {word for _index, found, _folded in asked for word in found} | words.emails | words.spelled
    needles = tuple(word.encode().lower() for word in sought)
    if len(needles) > MOST_NEEDLES:
        needles = (b"",)  # each line is cut into its cells, which takes less time than so many searches
    changed = False
    with table.path.open("rb") as file, target.open("wb") if target else _Nowhere() as out:
        head = file.read(table.data_start.offset)
        changed |= _write(out, head, words.raw(head))
        for raw in _records(table, file):
            low = raw.lower()
            if not any(needle in low for needle in needles):
                out.write(raw)
                continue
            cells = split_cells(raw.removesuffix(b"\n"), table.delimiter)
            if any(_is_in(cells, *one) for one in asked) or any(cell.strip().lower() in words.emails for cell in cells):
                changed = True
            else:
                changed |= _write(out, raw, words.raw(raw))
            if changed and target is None:
                return True
    return changed


def _records(table: TextTable, file: BinaryIO) -> Iterator[bytes]:
    """Each record with its line end; where no cell is quoted, lines are records."""
    file.seek(table.data_start.offset)
    if table.plain:
        yield from file
        return
    at = table.data_start.offset
    with table.path.open("rb") as again:
        for record in records_from(file, table.delimiter, table.data_start):
            size = record.end.offset - at
            if record.kind == "too_long":  # only its start is at hand
                again.seek(at)
            at = record.end.offset
            yield again.read(size) if record.kind == "too_long" else record.raw + b"\n"[: size - len(record.raw)]


class _Nowhere:
    """A file that keeps nothing."""

    def __enter__(self) -> _Nowhere:
        return self

    def __exit__(self, *_: object) -> None:
        """There is nothing to close."""

    def write(self, _text: bytes) -> int:
        return 0


def _write(out: BinaryIO | _Nowhere, before: bytes, after: bytes) -> bool:
    out.write(after)
    return before != after


def _is_in(cells: Sequence[str], index: int, words: Collection[str], folded: bool) -> bool:
    if index >= len(cells):
        return False
    cell = cells[index].strip()
    return (cell.lower() if folded else cell) in words
