"""What an import keeps back of people: names and e-mail addresses as pseudonyms, and everything of those who were erased.

In: the rows of a file as they were understood. Out: SQL in which pseudonyms stand for people, their rejected rows, and the
file without them. An import for which there is nothing to keep back knows nothing of this.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from cxdata import containers, keyed, originals, reading
from cxdata.errors import FileProblem, Note, note
from cxdata.i18n import N_
from cxdata.keyed import AGENT, EMAIL, NAME, NUMBER, ROW, digest_sql, pseudonym_sql
from cxdata.originals import Packed
from cxdata.parsing import quoted
from cxdata.schema import GROUPS, OF_CUSTOMERS, Kind
from cxdata.scrubbing import Lines, Words, together, without
from cxdata.settings import Settings
from cxdata.store import Store

EMAIL_PATTERN = r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+"
MASK = "[e-mail]"
BATCH = 50_000  # addresses that are looked for at once
SOMEBODY = "erased"  # what stands for people who were erased in the lines of others in a kept file
TEXTS = ("subject", "comment", "tags")
REJECTED = N_("The person of this row was erased.")
SAID_ERASED = N_("Rows of people who were erased: {count}. Their names and texts stay out.")
SAID_PSEUDONYMS = N_("Names and e-mail addresses became pseudonyms, and the file itself is not kept.")
SAID_WITHOUT = N_("The file is kept without the lines of people who were erased.")
SAID_DROPPED = N_("The file is not kept: people who were erased are in it, and it cannot be written without them.")

SAID = (SAID_ERASED, SAID_PSEUDONYMS, SAID_WITHOUT, SAID_DROPPED)  # what an import says of people


def row_key_sql(kind: Kind, whose: str, key: str = "key") -> str:
    """SQL: the key of a row of a person: of a customer the pseudonym; of a row known by its content a digest of that."""
    if kind.id == "customer_id":
        return whose
    if kind.id in kind.required:
        return key
    return f"case when {kind.id} is null then 'e-' || {digest_sql(ROW, key)} else {key} end"


def emptied_sql(kind: Kind, mine: str, whose: str) -> dict[str, str]:
    """{column: SQL} of the columns that a row loses with its person; `mine`: a condition, `whose`: the pseudonym."""
    columns = {name for name, _type in kind.columns}
    found = dict[str, str]()
    if kind in OF_CUSTOMERS:
        found["key"] = f"case when {mine} then {row_key_sql(kind, whose)} else key end"
        found["customer_id"] = f"case when {mine} and customer_id is not null then {whose} else customer_id end"
    for name in ("customer_name", "email", *TEXTS, GROUPS[0]):
        if name in columns:
            found[name] = f"case when not ({mine}) then {name} end"
    return found


@dataclass
class Keeping:
    """What is kept back in one import. `pseudonymise`, `agents`: names become pseudonyms; `remembers`: people were erased
    here, and are looked for. `words`: those of them that are in the file; `who`: {column: {text: pseudonym}}.
    """

    cursor: duckdb.DuckDBPyConnection
    pseudonymise: bool
    agents: bool
    remembers: bool
    who: dict[str, dict[str, str]] = field(default_factory=dict)
    words: tuple[Words, ...] = ()
    lines: list[Lines] = field(default_factory=list)

    # --- looking for people ---------------------------------------------------------------------------------

    def look(self, kind: Kind, relation: str, names: set[str], columns: Mapping[str, str]) -> None:
        """Find those who were erased among the rows of a relation; `columns`: {field: header} of the file."""
        if not self.remembers:
            return
        found: dict[str, dict[str, str]] = {}
        for column, kinds in (("customer_id", (NUMBER, EMAIL)), ("email", (EMAIL,)), ("customer_name", (NAME,))):
            if column in names:
                found[column] = {}
                for what in reversed(kinds):
                    found[column] |= self._erased(what, f"select distinct {column} as word from {relation}")
        if kind.name == "surveys" and "ticket_id" in names:
            found["ticket_id"] = self._of_tickets(f"select distinct ticket_id from {relation}")
        self.who = {column: own for column, own in found.items() if own}
        if not self.who:
            return
        keys = []
        if kind.id in names:
            sql = f"select distinct {kind.id} from {relation} where {self._whose(names)} is not null and {kind.id} is not null"
            keys = [row[0] for row in self.cursor.execute(sql).fetchall()]
        tickets = self.who.get("ticket_id", {}) if kind.id not in names else {}
        self.lines.append(Lines({**columns, "key": columns.get(kind.id, "")}, frozenset(keys), frozenset(tickets)))
        self.words = self._together()

    def _erased(self, what: str, select: str, **params: list[str]) -> dict[str, str]:
        """{word: pseudonym} of the words of a select that named somebody who was erased."""
        sql = f"""select word, pseudonym from (select word, {quoted(what + ":")} || {digest_sql(what, "word")} as hash
                  from ({select}) where word is not null) join erased using (hash)"""
        return dict(self.cursor.execute(sql, params).fetchall())

    def _of_tickets(self, tickets: str) -> dict[str, str]:
        """{ticket number: pseudonym} of tickets of people who were erased, where no ticket of others has the number."""
        sql = f"""select ticket_id, any_value(customer_id) from tickets_versions where ticket_id in ({tickets})
                  group by ticket_id having bool_and(coalesce(customer_id in (select pseudonym from erased), false))"""
        return dict(self.cursor.execute(sql).fetchall())

    def look_at_file(self, path: Path) -> None:
        """Find the e-mail addresses of those who were erased anywhere in a text, also in columns that are not used."""
        if not self.remembers:
            return
        pattern, found = re.compile(EMAIL_PATTERN.encode()), set[bytes]()
        with path.open("rb") as file:
            for line in file:
                if b"@" in line:
                    found.update(pattern.findall(line))
        emails = sorted({one.decode("ascii").lower() for one in found})
        erased: dict[str, str] = {}
        for start in range(0, len(emails), BATCH):
            listed = "select unnest(cast($emails as varchar[])) as word"
            erased |= self._erased(EMAIL, listed, emails=emails[start : start + BATCH])
        if erased:
            self.who.setdefault("anywhere", {}).update(erased)
            self.words = self._together()

    def _together(self) -> tuple[Words, ...]:
        """The words of each person who was erased and is in the file."""
        of: dict[str, dict[str, set[str]]] = {}
        for column, own in self.who.items():
            for word, pseudonym in own.items():
                sets = of.setdefault(pseudonym, {"numbers": set(), "emails": set(), "names": set()})
                if column == "customer_name":
                    sets["names"].add(word.strip().lower())
                elif "@" in word:
                    sets["emails"].add(word.strip().lower())
                elif column == "customer_id":
                    sets["numbers"].add(word)
        return tuple(
            Words(pseudonym, frozenset(sets["numbers"]), frozenset(sets["emails"]), frozenset(sets["names"]))
            for pseudonym, sets in of.items()
        )

    # --- rows -----------------------------------------------------------------------------------------------

    def _whose(self, names: set[str]) -> str:
        """SQL: the pseudonym of the erased person that a row is about, else null."""
        said = [_word_sql(self.who.get("customer_id", {}), "customer_id")] if "customer_id" in names else []
        if "email" in names:
            said.append(_word_sql(self.who.get("email", {}), "email"))
        nobody = "customer_id is null" if "customer_id" in names else "true"
        if "customer_name" in names:
            own = _word_sql(self.who.get("customer_name", {}), "customer_name")
            said.append(f"case when {nobody} then {own} end" if "email" not in names else "null")
            nobody += " and customer_name is null"
        if self.who.get("ticket_id"):
            said.append(f"case when {nobody} then {_word_sql(self.who['ticket_id'], 'ticket_id')} end")
        return f"coalesce({', '.join([*said, 'cast(null as varchar)'])})"

    def kept(self, kind: Kind, select: str) -> str:
        """SQL: the rows of a select of key and all stored columns, without what is kept back."""
        columns = [name for name, _type in kind.columns]
        made = {name: name for name in ("key", *columns)}
        if self.pseudonymise:
            made |= self._pseudonyms(kind, set(columns))
        if self.agents and "agent" in made:
            made["agent"] = pseudonym_sql(AGENT, "agent")
        if self.who:
            anybody = together(self.words, SOMEBODY)
            for name in made.keys() & set(TEXTS):
                changed = made[name]
                for words in self.words:
                    changed = words.without_sql(changed)
                made[name] = f"case when {anybody.is_in_sql(made[name])} then {changed} else {made[name]} end"
            whose = self._whose(set(columns))
            for name, sql in emptied_sql(kind, "whose is not null", "whose").items():
                made[name] = sql if made[name] == name else f"case when whose is null then {made[name]} else {sql} end"
            select = f"select *, {whose} as whose from ({select})"
        return f"select {', '.join(f'{sql} as {name}' for name, sql in made.items())} from ({select})"

    def _pseudonyms(self, kind: Kind, columns: set[str]) -> dict[str, str]:
        found = {"customer_id": _if_email("customer_id")} if kind in OF_CUSTOMERS else {}
        if "customer_name" in columns:
            found["customer_name"] = pseudonym_sql(NAME, "customer_name")
        if "email" in columns:
            found["email"] = pseudonym_sql(EMAIL, "email")
        found |= {name: _masked(name) for name in TEXTS if name in columns}
        if kind in OF_CUSTOMERS:
            found["key"] = found["customer_id"] if kind.id == "customer_id" else row_key_sql(kind, "key")
        return found

    def count(self, kind: Kind, relation: str) -> int:
        """How many rows of a relation are of people who were erased."""
        if not self.who:
            return 0
        whose = self._whose({name for name, _type in kind.columns})
        return int(self.cursor.execute(f"select count(*) from {relation} where {whose} is not null").fetchall()[0][0])

    # --- rejected rows --------------------------------------------------------------------------------------

    def rejects(
        self, rows: Iterator[tuple[Any, ...]], header: Sequence[str], columns: Mapping[str, str]
    ) -> Iterator[tuple[Any, ...]]:
        """Rejected rows (line, column, value, reason, cells) without what is kept back."""
        used = {header.index(column): name for name, column in columns.items() if column in header}
        people = {"customer_id": EMAIL, "email": EMAIL, "customer_name": NAME} if self.pseudonymise else {}
        people |= {"agent": AGENT} if self.agents else {}
        for line, column, value, reason, cells in rows:
            named = [(used.get(at, ""), cell.strip()) for at, cell in enumerate(cells)]
            if any(self._is_erased(name, cell) for name, cell in named):
                yield line, column, "", json.dumps(note(REJECTED).dumped()), [""] * len(cells)
                continue
            told, after = json.loads(reason), list(cells)
            if self.pseudonymise or self.agents:
                after = [self._cell(name, cell, people) for name, cell in named]
                value = self.text(value)
            for words in self.words:
                after, value = [words.text(cell) for cell in after], words.text(value)
            told[1] = self.values(told[1])
            yield line, column, value, json.dumps(told), after

    def _is_erased(self, name: str, cell: str) -> bool:
        own = self.who.get(name, {})
        return bool(cell) and (cell in own or any(cell.lower() in words.emails for words in self.words))

    def _cell(self, name: str, cell: str, people: Mapping[str, str]) -> str:
        """A cell of a rejected row where names are pseudonyms; nobody knows what is in a column that is not used."""
        if self.pseudonymise and not name:
            return ""
        if not cell or name not in people or (name == "customer_id" and "@" not in cell):
            return self.text(cell)
        sql = f"select {pseudonym_sql(people[name], 'word')} from (select cast(? as varchar) as word)"
        return str(self.cursor.execute(sql, [cell]).fetchall()[0][0])

    def text(self, text: str) -> str:
        """A text without e-mail addresses and without those who were erased."""
        if self.pseudonymise:
            text = re.sub(EMAIL_PATTERN, MASK, text)
        for words in self.words:
            text = words.text(text)
        return text

    def values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values of a sentence, as `text`."""
        return {name: self.text(one) if isinstance(one, str) else one for name, one in values.items()}

    # --- the file -------------------------------------------------------------------------------------------

    def original(self, path: Path, folder: Path, name: str) -> tuple[Packed, Note | None]:
        """The file as it is kept, and what there is to say of it."""
        packed = originals.pack(path, folder)
        if self.pseudonymise or self.agents:
            return originals.not_kept(packed), note(SAID_PSEUDONYMS)
        with path.open("rb") as file:
            is_packed = containers.is_packed(file.read(8))
        if not self.words:
            return packed, None
        try:
            if is_packed:
                return originals.not_kept(packed), note(SAID_DROPPED)
            target = folder / "without"
            without(reading.read(path, folder, name=name), together(self.words, SOMEBODY), self.lines, target)
            own = originals.pack(target, folder)
            return replace(own, sha256=packed.sha256), note(SAID_WITHOUT)
        except FileProblem:
            return originals.not_kept(packed), note(SAID_DROPPED)


def keeping(
    store: Store, cursor: duckdb.DuckDBPyConnection, settings: Settings, chosen: bool | None, *, dry_run: bool
) -> Keeping | None:
    """What an import has to keep back; None where that is nothing. `chosen`: what the reader says of pseudonyms."""
    pseudonymise = settings.pseudonymise if chosen is None else chosen
    agents = pseudonymise and settings.pseudonymise_agents
    remembers = bool(cursor.execute("select count(*) from erased").fetchall()[0][0])
    if not (pseudonymise or remembers):
        return None
    keyed.use(cursor, keyed.key_of(store, cursor, make=not dry_run))
    return Keeping(cursor, pseudonymise, agents, remembers)


def _word_sql(words: Mapping[str, str], column: str) -> str:
    """SQL: the pseudonym of the word in a column, else null."""
    whens = " ".join(f"when {quoted(word)} then {quoted(pseudonym)}" for word, pseudonym in words.items())
    return f"case {column} {whens} end" if words else "cast(null as varchar)"


def _if_email(column: str) -> str:
    return f"case when contains({column}, '@') then {pseudonym_sql(EMAIL, column)} else {column} end"


def _masked(column: str) -> str:
    return f"case when contains({column}, '@') then regexp_replace({column}, {quoted(EMAIL_PATTERN)}, '{MASK}', 'g') else {column} end"
