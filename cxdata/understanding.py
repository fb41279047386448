"""What one file means: which column is which field, and the SQL that turns each cell into a value.

In: a relation of cleaned text columns (c0, c1, …), the source and its mapping, and the user's choices.
Out: an Understanding: a plan per field, the rows that are none, what was decided and why, and what to warn of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

from cxdata import cells, parsing
from cxdata.errors import CxError, MappingProblem, Note, UnknownName, note
from cxdata.i18n import N_
from cxdata.parsing import DateReading, Run, quoted
from cxdata.schema import GROUPS, SCORES, Kind
from cxdata.settings import check_zone, zones
from cxdata.sources import what_is_missing
from cxdata.sources.base import NO_ANSWER, LeftOut, Mapping_, Source, Use, find_column, folded, own_name, use

STAGING = "staging"
KEPT = GROUPS[0]
MOST_GROUPS, MOST_WORDS = 8, 200  # columns of a file that are kept to compare groups by; words of one without a remark
OF_FEW_WORDS = ("team", "segment", "ticket_type", "touchpoint")
COMMON = 12  # of the words of such a column the most frequent, which are known to be clean
SETTLED = ("iso", "chosen", "days above 12", "month name")  # reasons that the rest of a file cannot undo
CHOSEN = note("chosen by you")
DATE_WHY = {
    "iso": note("written year first, as in ISO 8601"),
    "chosen": CHOSEN,
    "days above 12": note("numbers above 12 can only be days"),
    "year first": note("the year stands first"),
    "month name": note("months are written in words"),
}
INSTEAD = {"first_response_at": "first_response_s", "resolved_at": "resolution_s"}


@dataclass(frozen=True)
class Choices:
    """What the user says of a file; None or empty: as understood.

    `mapping`: field -> column name ("" takes the field off). `scales`: score -> (worst, best).
    `direction`: "easy" where a high effort score is good, "hard" where it is bad. `sheet`: the sheet of a workbook, or
    the file in an archive. `groups`: columns to keep, as they are, to compare groups by. `recall`: what was chosen for an earlier file with the same header holds for this one too,
    if nothing is chosen here. `pseudonymise`: names and e-mail addresses become pseudonyms; None: as the settings say.
    """

    kind: str | None = None
    source: str | None = None
    zone: str | None = None
    date_order: str | None = None
    decimal: str | None = None
    direction: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    groups: tuple[str, ...] = ()
    scales: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    trust_sla: bool = False
    sheet: str | None = None
    recall: bool = True
    pseudonymise: bool | None = None

    def __post_init__(self) -> None:
        for what, value, known in (
            (N_("date order"), self.date_order, parsing.ORDERS),
            (N_("decimal mark"), self.decimal, (",", ".")),
            (N_("direction of the effort score"), self.direction, ("easy", "hard")),
        ):
            if value is not None and value not in known:
                raise UnknownName(what, value, known)
        if self.zone is not None:
            check_zone(self.zone)

    def corrections(self) -> dict[str, Any]:
        """What was chosen of a file's meaning, as JSON; empty where all is as understood."""
        chosen = {name: getattr(self, name) for name in _CORRECTIONS}
        return {name: dict(value) if isinstance(value, Mapping) else value for name, value in chosen.items() if value}

    def with_corrections(self, chosen: Mapping[str, Any]) -> Choices:
        """These choices with what `corrections` gave."""
        scales = {name: (float(worst), float(best)) for name, (worst, best) in chosen.get("scales", {}).items()}
        return replace(self, **{**chosen, "scales": scales, "groups": tuple(chosen.get("groups", ()))})


_CORRECTIONS = (
    "kind",
    "source",
    "zone",
    "date_order",
    "decimal",
    "direction",
    "mapping",
    "groups",
    "scales",
    "trust_sla",
)


@dataclass(frozen=True)
class Decision:
    """One thing that was decided of a whole file and matters. `what`: zone, date_order, decimal, direction or the name
    of a score (its scale); `value`: a zone, a code or "worst–best"; `why`: the reason of the proposal."""

    what: str
    value: str
    why: Note


@dataclass(frozen=True)
class Plan:
    """How one field is filled: `text` and `value` are SQL over the staging columns.

    `sure`: SQL, whether a cell means the same whatever the rest of the file holds, where it parses at all.
    `parts`: the plans of a score that was asked on several scales, one for each.
    """

    name: str
    type: str
    text: str
    value: str
    header: str
    reads: str = ""
    worst: float | None = None
    best: float | None = None
    sure: str = "true"
    parts: tuple[Plan, ...] = ()

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """(stored column, SQL) of the field, for a score with the ends of its scale."""
        if self.type != "score":
            return ((self.name, self.value),)
        scales = self.parts or (self,)
        worst, best = (
            " ".join(f"when {part.value} is not null then cast({end} as double)" for part, end in ends)
            for ends in ([(part, part.worst) for part in scales], [(part, part.best) for part in scales])
        )
        return (
            (self.name, self.value),
            (f"{self.name}_worst", f"case {worst} end"),
            (f"{self.name}_best", f"case {best} end"),
        )

    def joined(self, other: Plan) -> Plan:
        """One plan of two scores of the same field that were asked on scales of their own, in rows of their own."""
        return replace(
            self,
            text=f"coalesce({self.text}, {other.text})",
            value=f"coalesce({self.value}, {other.value})",
            reads=f"{self.reads}, {other.reads}",
            parts=(*(self.parts or (self,)), other),
        )


@dataclass(frozen=True)
class Understanding:
    """Everything understood of a file. `left_out`: (SQL condition, reason) of rows that are none.

    `groups`: {name: column} that are kept to compare groups by. `settled`: the rest of the file cannot change it, as long as every row of it is sure (see `Plan.sure`).
    """

    source: Source
    kind: Kind
    header: tuple[str, ...]
    plans: Mapping[str, Plan]
    zone: str
    date_order: str
    date_why: str
    decimal: str
    date_only: frozenset[str]
    left_out: tuple[tuple[str, str], ...]
    notes: tuple[Note, ...]
    trust_sla: bool = False
    settled: bool = False
    decisions: tuple[Decision, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)

    def described(self) -> dict[str, Any]:
        """What is kept with the import, as JSON."""
        return {
            "header": list(self.header),
            "fields": [name for name in self.plans if name != KEPT],
            "columns": {name: plan.header for name, plan in self.plans.items() if name != KEPT},
            "groups": dict(self.groups),
            "scales": {n: [p.worst, p.best] for n, p in self.plans.items() if p.type == "score"},
            "label": self.source.label,
            "zone": self.zone,
            "date_order": self.date_order,
            "date_why": self.date_why,
            "decimal": self.decimal,
            "trust_sla": self.trust_sla,
            "decisions": [[entry.what, entry.value, entry.why.dumped()] for entry in self.decisions],
        }


def apply_choices(mapping: Mapping_, header: Sequence[str], labels: Sequence[str], choices: Choices) -> Mapping_:
    """The mapping with the user's columns in it. An unknown field or column raises with the nearest name."""
    uses = dict(mapping.uses)
    by_name = {folded(name): index for index, name in reversed(list(enumerate(header)))}
    if len(choices.groups) > MOST_GROUPS:
        raise MappingProblem(
            "{count} columns were chosen to compare groups by; {most} at most can be kept. Choose fewer (--map group=COLUMN).",
            count=len(choices.groups),
            most=MOST_GROUPS,
        )
    groups = {}
    for column in choices.groups:
        if folded(column) not in by_name:
            raise UnknownName(N_("column"), column, header)
        groups[own_name(column)] = use(by_name[folded(column)], header, labels)
    for name, column in choices.mapping.items():
        mapping.kind.field(name)
        if not column:
            uses.pop(name, None)
            continue
        if folded(column) not in by_name:
            raise UnknownName(N_("column"), column, header)
        index = by_name[folded(column)]
        if name not in uses or uses[name].index != index:  # the source knows more of its own column than its name
            uses[name] = use(index, header, labels)
    return Mapping_(mapping.kind, uses, groups)


def used_columns(source: Source, mapping: Mapping_, header: Sequence[str]) -> tuple[int, ...]:
    """The indexes of the columns that matter: the mapped ones and those that rules look at."""
    rules = [find_column(header, name) for rule in source.left_out for name in (rule.column, *rule.nor)]
    types = [index for index, name in enumerate(header) if folded(name) == folded(source.type_column)]
    every = (*mapping.uses.values(), *mapping.groups.values())
    mapped = [index for entry in every for index in entry.indexes]
    return tuple(sorted({*mapped, *types, *(index for index in rules if index is not None)}))


class _Understander:
    """The steps of understanding one file, sharing what they find."""

    def __init__(
        self, run: Run, source: Source, mapping: Mapping_, header: tuple[str, ...], choices: Choices, delimiter: str
    ) -> None:
        self.run, self.source, self.mapping, self.header = run, source, mapping, header
        self.choices, self.delimiter = choices, delimiter
        self.settled = True
        self.uses = self._filled(mapping.uses)
        self.notes: list[Note] = []
        self.decisions: list[Decision] = []
        self.plans: dict[str, Plan] = {}
        self.readings: dict[str, DateReading] = {}
        self.decimal = "."
        self.not_answered: list[str] = []

    def _filled(self, uses: Mapping[str, Use]) -> dict[str, Use]:
        """The uses, with the next column in place of one that is empty from top to bottom."""
        choices = sorted({index for entry in uses.values() if entry.others for index in (entry.index, *entry.others)})
        if not choices:
            return dict(uses)
        counts = self.run(f"select {', '.join(f'count(c{index})' for index in choices)} from {STAGING}")[0]
        there = {index for index, count in zip(choices, counts, strict=True) if count}
        self.settled = there == set(choices)
        taken = {entry.index for entry in uses.values() if entry.index in there or not entry.others}
        filled = {}
        for name, entry in uses.items():
            spare = [index for index in entry.others if index in there and index not in taken]
            if entry.others and entry.index not in there and spare:
                other = use(spare[0], self.header, self.header, entry.column)
                entry = replace(other, instead=entry.instead, where=entry.where)
                taken.add(spare[0])
            filled[name] = entry
        return filled

    def text(self, name: str) -> str:
        return cells.text_sql(self.uses[name])

    def of_type(self, *types: str) -> list[str]:
        return [f.name for f in self.mapping.kind.fields if f.name in self.uses and f.type in types]

    # --- dates ----------------------------------------------------------------------------------------------

    def dates(self, default_zone: str, head_records: Sequence[Sequence[str]]) -> str:
        zone, zone_why = self._zone(default_zone, head_records)
        names = self.of_type("instant", "date")
        hint = self._day_first_hint(names)
        columns = {self.uses[name].header: self.text(name) for name in names}
        order = self.choices.date_order or self._named_order(names)
        found = parsing.read_dates(self.run, STAGING, columns, zone=zone, order=order, day_first_hint=hint)
        for name in names:
            entry = self.uses[name]
            reading = found.get(entry.header)
            if reading is None:
                self._no_dates(name, entry)
                continue
            suffix = _zone_named(entry.suffix)
            if suffix and not self.choices.zone:
                reading = replace(reading, zone=suffix)
            self.readings[name] = reading
            value = (reading.date_sql if self._type(name) == "date" else reading.instant_sql)(self.text(name))
            self._plan(name, value, reads=reading.order if reading.why != "iso" else "iso")
            self.settled = self.settled and reading.why in SETTLED
        instants = [reading for name, reading in self.readings.items() if self._type(name) == "instant"]
        filled = [reading for reading in instants if reading.filled]
        if filled and all(reading.with_offset or reading.epoch in ("s", "ms") for reading in filled):
            zone_why = note("every time carries its own offset")
        if instants:
            self.decisions.append(Decision("zone", zone, zone_why))
        read = next((r for r in self.readings.values() if r.why != "iso"), next(iter(self.readings.values()), None))
        if read and not read.epoch:
            self.decisions.append(Decision("date_order", read.order, DATE_WHY.get(read.why) or note(read.why)))
        return zone

    def _type(self, name: str) -> str:
        return self.mapping.kind.field(name).type

    def _zone(self, default: str, head_records: Sequence[Sequence[str]]) -> tuple[str, Note]:
        """The zone of times without an offset, and why."""
        if self.choices.zone:
            return self.choices.zone, CHOSEN
        if self.source.zone_pattern:
            for record in head_records:
                for cell in record:
                    match = re.search(self.source.zone_pattern, cell)
                    if match and match[1] in zones():
                        return match[1], note("the header of the file says so")
        for name in self.of_type("instant"):
            zone, column = _zone_named(self.uses[name].suffix), self.uses[name].header
            if zone:
                return zone, note('the name of column "{column}" says so', column=column)
        if self.source.zone:
            return self.source.zone, note("this tool writes its times so")
        return default, note("the time zone of the organisation: the file names none")

    def _named_order(self, names: Sequence[str]) -> str | None:
        """The order of day and month that a header states: "Timestamp (mm/dd/yyyy)"."""
        found = (parsing.order_named(self.uses[name].suffix) for name in names)
        return next((order for order in found if order), None)

    def _day_first_hint(self, names: Sequence[str]) -> str | None:
        if self.delimiter == ";":
            return N_("semicolons go with day-first dates")
        dutch = re.compile(
            r"datum|tijd|aangemaakt|opgelost|gesloten|ingevuld|beantwoord|kanaal|klant|opzeg|start\b", re.I
        )
        if any(dutch.search(self.uses[name].header) for name in names):
            return N_("Dutch headers go with day-first dates")
        abroad = re.compile(
            r"erstellt|gelöst|beantwortet|\bam\b|cré|résol|répon|fecha|cread|resuelt|\bdata\b|criad|resolvid", re.I
        )
        if any(abroad.search(self.uses[name].header) for name in names):
            return N_("headers in this language go with day-first dates")
        return None

    def _no_dates(self, name: str, entry: Use) -> None:
        """A column that holds no dates: perhaps a duration, else left out or, where it is needed, an error."""
        other = INSTEAD.get(name)
        if other and other not in self.uses:
            self.uses[other] = entry
            del self.uses[name]
            self.settled = False
            return
        example = self._example(self.text(name))
        if name in self.mapping.kind.required:
            raise MappingProblem(
                'Column "{column}" holds no dates that can be read, such as "{example}". Choose the column that holds '
                "{what} (--map {field}=COLUMN).",
                column=entry.header,
                example=example,
                what=self.mapping.kind.field(name).label,
                field=name,
            )
        del self.uses[name]
        self.notes.append(
            note(
                'Column "{column}" holds no dates, such as "{example}": left out.', column=entry.header, example=example
            )
        )

    def _example(self, text: str) -> str:
        found = parsing.words(self.run, STAGING, text, limit=1)
        return found[0] if found else ""

    # --- numbers, words, scores -----------------------------------------------------------------------------

    def numbers(self) -> None:
        names = self.of_type("number", "seconds", "count")
        columns = [self.text(name) for name in names]
        if self.choices.decimal:
            self.decimal, why = self.choices.decimal, "chosen"
        else:
            self.decimal, why = parsing.decide_decimal(self.run, STAGING, columns, self.delimiter)
        if names:
            self.decisions.append(Decision("decimal", self.decimal, CHOSEN if why == "chosen" else note(why)))
        # Marks that may mean something else than they do to the cells that were looked at.
        self.marks = {"chosen": "", parsing.POINTS: ","}.get(why, ",.")
        for name in names:
            entry, text = self.uses[name], self.text(name)
            if self._type(name) == "seconds":
                value = parsing.seconds_sql(text, entry.unit or "s", self.decimal)
                in_words = parsing.seconds_in_words_sql(text)
                self._plan_if_mostly(name, value, reads=entry.unit or "s", otherwise=f"coalesce({value}, {in_words})")
            elif self._type(name) == "count":
                self._plan_if_mostly(name, parsing.count_sql(text, self.decimal))
            else:
                self._plan_if_mostly(name, parsing.number_sql(text, self.decimal))

    def words(self) -> None:
        for name in self.of_type("text", "status", "priority", "flag", "stage", "handler"):
            text, type_ = self.text(name), self._type(name)
            if name == "channel":
                found = parsing.words(self.run, STAGING, text)
                values = {word: parsing.channel_of(word) for word in found}
                self._plan(name, parsing.lookup_sql(text, values, f"lower({text})"), sure=_among(text, found))
            elif type_ == "text":
                common = parsing.words(self.run, STAGING, text, COMMON) if name in OF_FEW_WORDS else []
                sure = f"not {parsing.unclean_cell(text)}"
                self._plan(name, text, sure=parsing.one_of_sql(text, common, sure) if common else sure)
            else:
                self._dictionary(name, type_)

    def groups(self) -> None:
        """The columns that are kept as they are, in one; a row without any of them has none."""
        if not self.mapping.groups:
            return
        texts = {name: cells.text_sql(entry) for name, entry in self.mapping.groups.items()}
        there = f"coalesce({', '.join(texts.values())}) is not null"
        value = f"case when {there} then map([{', '.join(map(quoted, texts))}], [{', '.join(texts.values())}]) end"
        sure = " and ".join(f"({text} is null or not {parsing.unclean_cell(text)})" for text in texts.values())
        self.plans[KEPT] = Plan(KEPT, "groups", "null", value, "", sure=f"({sure})")
        for name, text in texts.items():
            words = int(self.run(f"select count(distinct {text}) from {STAGING}")[0][0])
            if words > MOST_WORDS:
                self.notes.append(
                    note(
                        'Column "{column}" holds {count} different words: many groups, each of few rows.',
                        column=self.mapping.groups[name].header,
                        count=words,
                    )
                )

    def _dictionary(self, name: str, type_: str) -> None:
        entry = self.uses[name]
        text = cells.own_sql(entry)
        meaning: dict[str, Callable[[str], str | None]] = {
            "status": parsing.status_of,
            "priority": parsing.priority_of,
            "flag": lambda word: parsing.meaning(word, parsing.YES_WORDS),
            "handler": parsing.handler_of,
        }
        found = parsing.words(self.run, STAGING, text)
        values = {word: meaning[type_](word) for word in found}
        unknown = [word for word, value in values.items() if value is None]
        if unknown and not entry.instead:
            self.notes.append(
                note(
                    'Column "{column}": not recognised and left empty: {words}.',
                    column=entry.header,
                    words=", ".join(f'"{word}"' for word in unknown[:6]) + (" …" if len(unknown) > 6 else ""),
                )
            )
        value = parsing.lookup_sql(text, values)
        for step in map(cells.own_sql, entry.instead):
            values = {word: meaning[type_](word) for word in parsing.words(self.run, STAGING, step)}
            value = f"coalesce({value}, {parsing.lookup_sql(step, values)})"
        if type_ == "flag":
            value = f"cast({value} as boolean)"
        # An unknown word is a note, not a rejected row.
        self._plan(name, value, text="null", sure=_among(text, found))

    def scores(self) -> None:
        if self.source.type_column and "nps" in self.uses:
            self._typed_scores()
        else:
            for name in self.of_type("score"):
                self._score(name, self.text(name), self.uses[name])
        if self.not_answered and "answered" not in self.plans:
            value = f"case when {' or '.join(self.not_answered)} then false end"
            self.plans["answered"] = Plan("answered", "flag", "null", value, "")

    def _typed_scores(self) -> None:
        """One score column for several questions; another column says which (Delighted, AskNicely)."""
        type_column = next(i for i, name in enumerate(self.header) if folded(name) == folded(self.source.type_column))
        entry = self.uses.pop("nps")
        found = parsing.words(self.run, STAGING, f"c{type_column}")
        for name in SCORES:
            types = {w: self.source.types[w.casefold()] for w in found if w.casefold() in self.source.types}
            scales: dict[tuple[float, float], list[str]] = {}
            for word, (field_, worst, best) in types.items():
                if field_ == name:
                    scales.setdefault((worst, best), []).append(word)
            plans = []
            for (worst, best), asked in scales.items():
                text = f"case when {parsing.one_of_sql(f'c{type_column}', list(asked))} then c{entry.index} end"
                self._score(name, text, replace(entry, column=replace(entry.column, worst=worst, best=best)))
                plans += [self.plans.pop(name)] if name in self.plans else []
            if plans:
                self.plans[name] = reduce(Plan.joined, plans)

    def _score(self, name: str, text: str, entry: Use) -> None:
        sql = (
            f"select {text}, count(*) from {STAGING} where {text} is not null group by 1 order by 2 desc, 1 limit 5000"
        )
        counted = {str(word): int(count) for word, count in self.run(sql)}
        own = {word.casefold(): score for word, score in entry.column.words.items()}
        values = parsing.scores_of(counted) | {word: own[word.casefold()] for word in counted if word.casefold() in own}
        silent = [word for word in counted if word.casefold().replace("_", " ") in parsing.NOT_ANSWERED]
        scores = {word: value for word, value in values.items() if value is not None}
        if (not scores and not silent) or 2 * sum(counted[w] for w in scores) < sum(counted.values()) - sum(
            counted[w] for w in silent
        ):
            if counted:
                self.notes.append(
                    note(
                        'Column "{column}" holds no scores, such as "{example}": left out.',
                        column=entry.header,
                        example=next(iter(counted)),
                    )
                )
            self.uses.pop(name, None)
            return
        tally: dict[float, int] = {}
        for word, value in scores.items():
            tally[value] = tally.get(value, 0) + counted[word]
        if name == "nps" and name not in self.choices.mapping and set(tally) <= {0, 1} and sum(tally.values()) >= 5:
            self.notes.append(
                note(
                    'Column "{column}" was answered with yes or no (1 and 0), not on a scale of 0–10: left out.',
                    column=entry.header,
                )
            )
            self.uses.pop(name, None)
            return
        ends = self._ends(name, entry, tally)
        if ends is None:
            return
        worst, best = ends
        low, high = min(worst, best), max(worst, best)
        kept = {word: repr(value) for word, value in scores.items() if low <= value <= high}
        asked = text
        if silent:
            says_so = parsing.one_of_sql(text, silent)
            self.not_answered.append(says_so)
            asked = f"case when {says_so} then null else {text} end"
        value_sql = f"cast({parsing.lookup_sql(text, kept)} as double)"
        self.plans[name] = Plan(name, "score", asked, value_sql, entry.header, f"{low:g}–{high:g}", worst, best)

    def _ends(self, name: str, entry: Use, tally: Mapping[float, int]) -> tuple[float, float] | None:
        """(worst, best) of the scale, or None where the direction of an effort score is not known."""
        label = f"{entry.header} {entry.label}"
        if name in self.choices.scales:
            worst, best = self.choices.scales[name]
            return self._scale(name, worst, best, CHOSEN)
        if entry.column.worst is not None and entry.column.best is not None:
            (low, high), why = (entry.column.worst, entry.column.best), note("this tool asks it so")
        else:
            low, high = parsing.scale_of(name, label, tally)
            seen = f"{min(tally):g}–{max(tally):g}" if tally else ""
            why = note("the question says so")
            if name == "nps":
                why = note("the question of loyalty is asked so")
            elif parsing.scale_of(name, "", tally) == (low, high):
                why = note("answers from {seen}", seen=seen)
        if name != "ces":
            return self._scale(name, low, high, why)
        said = parsing.effort_direction(entry.label)
        direction = self.choices.direction or said
        if direction is None:
            self.notes.append(
                note(
                    'Effort score "{column}" left out: it does not say whether a high score means easy or much effort. '
                    "Import the file again with that choice (--direction easy or --direction hard).",
                    column=entry.header,
                )
            )
            self.uses.pop(name, None)
            return None
        told = CHOSEN if self.choices.direction else note("the question says so")
        self.decisions.append(Decision("direction", direction, told))
        return self._scale(name, *((low, high) if direction == "easy" else (high, low)), why)

    def _scale(self, name: str, worst: float, best: float, why: Note) -> tuple[float, float]:
        self.decisions.append(Decision(name, f"{worst:g}–{best:g}", why))
        return worst, best

    def remarks(self) -> None:
        """What the source has to say of all its files, and what days without a time do to durations."""
        if self.source.remark:
            self.notes.append(note(self.source.remark))
        ends = [name for name in ("first_response_at", "resolved_at") if name in self.readings]
        if "created_at" in self.readings and any(
            self.readings[name].date_only or self.readings["created_at"].date_only for name in ends
        ):
            self.notes.append(
                note("The file has days without a time of day: response and resolution times are in whole days.")
            )

    # --- plans ----------------------------------------------------------------------------------------------

    def _plan(self, name: str, value: str, *, reads: str = "", text: str | None = None, sure: str = "true") -> None:
        entry = self.uses[name]
        text = text or self.text(name)
        self.plans[name] = Plan(name, self._type(name), text, value, entry.header, reads, sure=sure)

    def _plan_if_mostly(self, name: str, value: str, reads: str = "", otherwise: str = "") -> None:
        """Plan a column if most of its cells parse; else leave it out with a note (a wrong guess is no rejection).

        `otherwise` is a slower SQL that reads more, taken only where some cells need it.
        """
        text = self.text(name)
        there, parsed = self.run(f"select count({text}), count({value}) from {STAGING}")[0]
        if parsed < there and otherwise:
            more = int(self.run(f"select count({otherwise}) from {STAGING}")[0][0])
            value, parsed = (otherwise, more) if more > parsed else (value, parsed)
        if 2 * parsed < there:
            self.notes.append(
                note(
                    'Column "{column}" holds no numbers, such as "{example}": left out.',
                    column=self.uses[name].header,
                    example=self._example(text),
                )
            )
            del self.uses[name]
            return
        sure = " and ".join(f"not contains({text}, {quoted(mark)})" for mark in self.marks) or "true"
        self._plan(name, value, reads=reads, sure=parsing.one_of_sql(text, parsing.DIGITS, f"({sure})"))


def understand(
    run: Run,
    source: Source,
    mapping: Mapping_,
    header: tuple[str, ...],
    head_records: Sequence[Sequence[str]],
    choices: Choices,
    *,
    delimiter: str,
    default_zone: str,
) -> Understanding:
    """Decide how every mapped column is read, on the whole of it.

    Raises MappingProblem where a required field has no column, and Undecided where the file does not decide.
    """
    if mapping.missing:
        raise what_is_missing(mapping, header)
    steps = _Understander(run, source, mapping, header, choices, delimiter)
    zone = steps.dates(default_zone, head_records)
    steps.numbers()
    steps.words()
    steps.scores()
    steps.groups()
    steps.remarks()
    left_out = list(_rules_sql(source.left_out, header))
    if source.beside and not any(name in steps.plans for name in SCORES):
        left_out = [("true", NO_ANSWER)]
    elif mapping.kind.scores and not mapping.kind.scores & set(steps.plans):
        if steps.notes and "ces" in mapping.uses and "ces" not in steps.plans:
            raise CxError(steps.notes[-1].message, **steps.notes[-1].values)
        raise what_is_missing(Mapping_(mapping.kind, steps.uses), header)
    ordered = {f.name: steps.plans[f.name] for f in mapping.kind.fields if f.name in steps.plans}
    ordered |= {KEPT: steps.plans[KEPT]} if KEPT in steps.plans else {}
    dated = [reading for reading in steps.readings.values() if reading.why != "iso"]
    return Understanding(
        source=source,
        kind=mapping.kind,
        header=header,
        plans=ordered,
        zone=zone,
        date_order=dated[0].order if dated else "ymd",
        date_why=dated[0].why if dated else "iso",
        decimal=steps.decimal,
        date_only=frozenset(name for name, reading in steps.readings.items() if reading.date_only),
        left_out=tuple(left_out),
        notes=tuple(steps.notes),
        trust_sla=choices.trust_sla,
        decisions=tuple(dict.fromkeys(steps.decisions)),
        groups={name: entry.header for name, entry in mapping.groups.items()},
        settled=steps.settled
        and not (steps.notes or left_out or set(SCORES) & set(steps.plans))
        and all(cells.is_plain(entry) for entry in steps.uses.values()),
    )


def sure_sql(understood: Understanding) -> str:
    """SQL: whether a row, of text columns as they stand in the file, is good and surely means what the first rows say.

    The value of each field is there under the field's name.
    """
    checks = []
    for plan in understood.plans.values():
        there = f"v.{plan.name} is not null"
        checks.append(f"({plan.text} is null or ({there} and {plan.sure}))" if plan.text != "null" else plan.sure)
        checks += [there] if plan.name in understood.kind.required else []
    return " and ".join(checks)


def _among(text: str, words: Sequence[str]) -> str:
    """SQL: a cell is empty or one of these words, of which there are all that were seen."""
    return parsing.one_of_sql(text, words, f"{text} is null") if words else f"{text} is null"


def _rules_sql(rules: Sequence[LeftOut], header: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(SQL condition, reason) of the rows that are none; a reason stands once, however many rules have it."""
    conditions: dict[str, list[str]] = {}
    for rule in rules:
        index = find_column(header, rule.column)
        if index is None:
            continue
        cell, found = f"lower(c{index})", conditions.setdefault(rule.reason, [])
        if rule.words:
            found.append(parsing.one_of_sql(cell, [word.casefold() for word in rule.words]))
        if rule.only:
            kept = [word.casefold() for word in rule.only]
            found.append("not " + parsing.one_of_sql(f"coalesce({cell}, '')", kept))
        if rule.pattern:
            found.append(f"regexp_matches({cell}, {quoted(rule.pattern)})")
        if rule.empty:
            others = [find_column(header, name) for name in rule.nor]
            empty = dict.fromkeys([index, *(other for other in others if other is not None)])
            found.append(" and ".join(f"c{one} is null" for one in empty))
    for reason, found in conditions.items():
        yield " or ".join(f"({one})" for one in found), reason


def _zone_named(text: str) -> str:
    """The time zone a header suffix names, or ""."""
    if text.upper() in ("UTC", "GMT"):
        return "UTC"
    return text if "/" in text and text in zones() else ""
