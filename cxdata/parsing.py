"""Text to typed values, decided on the whole column.

In: the name of a relation with text columns and a way to run SQL over it. Out: SQL expressions that turn a
text expression into a typed one (null where the text does not parse), and the reason for each decision.
Nothing here reads a file or knows a tool; the same expressions serve the preview and the import.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cxdata import calendars
from cxdata.errors import Undecided
from cxdata.i18n import N_
from cxdata.schema import PRIORITIES

Run = Callable[[str], list[tuple[Any, ...]]]  # SQL -> rows

EARLIEST, LATEST = "1970-01-02", "2100-01-01"
WIDE_BLANKS = "\u00a0\u202f\ufeff"
BLANKS = " \t\n\r" + WIDE_BLANKS
NULL_WORDS = ("", "null", "n/a", "-", "--", "?", "#n/a", "(empty)", "undefined")
NO_VALUE_WORDS = (*NULL_WORDS, "na", "nan", "nat", "nil", "none")  # NA may be a region, but it is no date


def quoted(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def cleaned(column: str, *, is_text: bool = False) -> str:
    """SQL: the cell without surrounding blanks, null where it says that there is nothing."""
    trimmed = f"trim({column}, {quoted(BLANKS)})"
    nothing = one_of_sql(f"lower({trimmed})", NULL_WORDS if is_text else NO_VALUE_WORDS)
    return f"case when length({trimmed}) <= 9 and {nothing} then null else {trimmed} end"


def unclean(relation: str, column: str, *, is_text: bool = False, wide: bool = True) -> str:
    """SQL: whether `cleaned` might change any cell of a column; cheap, so that clean columns are left as they are.

    Each check is a question of its own: together in one condition, DuckDB works every one out for every cell.
    `wide`: whether there may be blanks beyond ASCII.
    """
    words = NULL_WORDS if is_text else NO_VALUE_WORDS
    spelt = {spelling for word in words for spelling in (word, word.upper(), word.capitalize(), word.title())}
    checks = [
        f"{column} in ({', '.join(quoted(word) for word in sorted(spelt))})",
        f"{column} < '!'",
        " or ".join(f"ends_with({column}, {quoted(blank)})" for blank in BLANKS if blank.isascii()),
    ]
    if wide:
        checks += [
            f"{test}({column}, {quoted(blank)})" for blank in WIDE_BLANKS for test in ("starts_with", "ends_with")
        ]
    return "(" + " or ".join(f"exists(select 1 from {relation} where {check})" for check in checks) + ")"


def unclean_cell(text: str) -> str:
    """SQL: whether `cleaned` might change a cell, blanks beyond ASCII aside: its first or last character is a blank or a
    control character, or it is a word for nothing."""
    words = {spelling for word in NULL_WORDS for spelling in (word, word.upper(), word.capitalize(), word.title())}
    longest = max(len(word.encode()) for word in NULL_WORDS)
    return f"({text} < '!' or {text}[-1] < '!' or (strlen({text}) <= {longest} and {one_of_sql(text, sorted(words))}))"


def one_of_sql(text: str, words: Sequence[str], otherwise: str = "false") -> str:
    """SQL: the cell is one of these words. `in` would do, were it not that DuckDB makes a join of a long list, and
    that the rows that come out of one have lost the order of the file."""
    return f"case {text} {' '.join(f'when {quoted(word)} then true' for word in words)} else {otherwise} end"


# --- dates and instants -------------------------------------------------------------------------------------

ISO_FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%dT%H:%M:%S.%f",
)
MONTHS = {
    "jan": "january janv januari januar janvier enero ene janeiro gennaio",
    "feb": "february februari februar févr fevr février fevrier fév fev febrero fevereiro febr",
    "mar": "march maart mrt märz maerz mär mrz mars marzo março marco",
    "apr": "april avril avr abril abr",
    "may": "may mei mai mayo maio",
    "jun": "june juni juin junio junho",
    "jul": "july juli juillet juil julio julho",
    "aug": "august augustus août aout agosto ago",
    "sep": "september sept septembre septiembre setembro set",
    "oct": "october oktober okt octobre octubre outubro out",
    "nov": "november novembre noviembre novembro",
    "dec": "december dezember dez décembre decembre déc diciembre dic dezembro",
}
MONTH_WORDS = {word: month for month, words in MONTHS.items() for word in (month, *words.split())}
ZONE_MINUTES = {
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 60, "BST": 60, "CET": 60, "MET": 60, "CEST": 120, "MEST": 120,
    "EET": 120, "EEST": 180, "EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360,
    "PST": -480, "PDT": -420,
}  # fmt: skip
ORDERS = ("dmy", "mdy", "ymd")

_TIME = r"(?P<time>0{1,2}:00(?P<second>:00)?(?P<fraction>[.,]0+)?)(?P<half>\s?[ap]\.?\s?m\.?)?"
_SUFFIX = r"(?P<suffix>\s?(?:z|[+-]00:?00|(?:utc|gmt)(?:\s?[+-]0{1,2}(?::?00)?)?|[a-z]{3,4}))?"
_DATES = (
    ("ymd", r"(?P<y>0000)(?P<sep>[-/.])(?P<b>0{1,2})(?P=sep)(?P<c>0{1,2})"),
    ("numeric", r"(?P<a>0{1,2})(?P<sep>[-/.])(?P<b>0{1,2})(?P=sep)(?P<y>0000|00)"),
    ("dmony", r"(?P<a>0{1,2})(?P<sep>[-/. ])\.?\s?(?P<mon>[^\W\d_]+)\.?[-/. ,]+(?P<y>0000|00)"),
    ("mondy", r"(?P<mon>[^\W\d_]+)\.?\s(?P<a>0{1,2})(?:st|nd|rd|th)?,?\s(?P<y>0000)"),
    ("compact", r"(?P<y>0000)0000"),
)
_SHAPES = tuple(
    (name, re.compile(rf"(?:[^\W\d_]+,?\s)?{date}(?:(?P<join>t|,?\s+){_TIME}{_SUFFIX})?", re.IGNORECASE))
    for name, date in _DATES
)
_OFFSET = r"\s?([zZ]|[+-]\d\d:?\d\d|(?:UTC|GMT)(?:\s?[+-]\d{1,2}(?::?\d\d)?)?|[A-Z]{3,4})$"
_PARTS = r"'^\D*(\d+)[-/.](\d+)[-/.](\d+)', ['a', 'b', 'c']"


@dataclass(frozen=True)
class DateReading:
    """How one column of dates is read. `formats` are strptime formats, tried in order."""

    formats: tuple[str, ...]
    order: str = "ymd"
    why: str = "iso"
    zone: str = "UTC"
    with_offset: bool = False
    with_words: bool = False
    date_only: bool = False
    epoch: str = ""  # "s", "ms" or "excel" instead of formats
    years: tuple[int, int] | None = None  # in which nearly all of many dates lie
    filled: bool = True  # there are dates

    def local_sql(self, text: str) -> str:
        """SQL: the timestamp as written, without its zone."""
        if self.epoch:
            return self._epoch_sql(text)
        if self.with_offset:
            text = f"regexp_replace({text}, {quoted(_OFFSET)}, '')"
        if self.with_words:
            text = _plain_month(text)
        formats = ", ".join(quoted(form) for form in self.formats)
        return f"try_strptime({text}, [{formats}])"

    def _epoch_sql(self, text: str) -> str:
        number = f"try_cast({text} as double)"
        if self.epoch == "excel":
            return f"timestamp '1899-12-30' + to_seconds(cast(round({number} * 86400) as bigint))"
        return f"make_timestamp(cast({number} * {1_000_000 if self.epoch == 's' else 1_000} as bigint))"

    def instant_sql(self, text: str) -> str:
        """SQL: the UTC timestamp; null where the text is no date or the year is not plausible."""
        local = self.local_sql(text)
        if self.epoch in ("s", "ms"):
            utc = local
        else:
            utc = calendars.utc_sql(self.zone, local, self.years)
        if self.with_offset:
            found = f"regexp_extract({text}, {quoted(_OFFSET)}, 1)"
            utc = f"case when {found} = '' then {utc} else {local} - to_minutes({_minutes_sql(found)}) end"
        return _plausible(utc, "timestamp")

    def date_sql(self, text: str) -> str:
        """SQL: the local date; an instant with a zone of its own keeps the day it was written on."""
        return _plausible(f"cast({self.local_sql(text)} as date)", "date")


def _plausible(sql: str, type_: str) -> str:
    """SQL: the value where its year can be meant; a date in 2205 is a slip of the pen, not a date."""
    low, high = f"{type_} '{EARLIEST}'", f"{type_} '{LATEST}'"
    return f"nullif(nullif(least(greatest({sql}, {low}), {high}), {low}), {high})"


def _minutes_sql(found: str) -> str:
    words = " ".join(f"when {quoted(name)} then {minutes}" for name, minutes in ZONE_MINUTES.items())
    hours = f"try_cast(regexp_extract({found}, '([+-]\\d{{1,2}})(?::?(\\d\\d))?$', 1) as bigint)"
    rest = f"coalesce(try_cast(nullif(regexp_extract({found}, '[+-]\\d\\d:?(\\d\\d)$', 1), '') as bigint), 0)"
    sign = f"case when contains({found}, '-') then -1 else 1 end"
    return f"case upper({found}) {words} else {hours} * 60 + {rest} * {sign} end"


def _plain_month(text: str) -> str:
    """SQL: weekday names, ordinals and commas gone, month names as three English letters."""
    sql = f"regexp_replace(lower({text}), '^[^\\d]*?(?:day|dag|tag|mon|tue|wed|thu|fri|sat|sun),?\\s+', '')"
    sql = f"regexp_replace(regexp_replace({sql}, '(\\d)(?:st|nd|rd|th)\\b', '\\1'), '[.,]', '', 'g')"
    for month, words in MONTHS.items():
        alternatives = "|".join(sorted(words.split(), key=len, reverse=True))
        sql = f"regexp_replace({sql}, '(^|[^a-zà-ÿ])(?:{alternatives})([^a-zà-ÿ]|$)', '\\1{month}\\2')"
    return sql


@dataclass(frozen=True)
class _Shape:
    layout: str
    match: re.Match[str]

    def formats(self, order: str, with_words: bool) -> str:
        """The strptime format for this shape under a date order."""
        parts = self.match.groupdict()
        year = "%Y" if len(parts["y"] or "0000") == 4 else "%y"
        sep = parts.get("sep") or ""
        if self.layout == "ymd":
            date = f"%Y{sep}%m{sep}%d"
        elif self.layout == "numeric":
            slots = {"d": "%d", "m": "%m", "y": year}
            date = sep.join(slots[letter] for letter in order)
        elif self.layout == "dmony":
            date = _keep_separators(self.match)
        elif self.layout == "mondy":
            date = "%b %d %Y"
        else:
            date = "%Y%m%d"
        if parts["time"]:
            join = " " if with_words or (parts["join"] or " ").strip() in ("", ",") else parts["join"]
            date += ("T" if join in ("T", "t") else join) + self._time(parts)
        return date

    @staticmethod
    def _time(parts: Mapping[str, str | None]) -> str:
        hour = "%I" if parts["half"] else "%H"
        fraction = ".%f" if parts["fraction"] else ""
        half = "" if not parts["half"] else " %p" if parts["half"][0].isspace() else "%p"
        return f"{hour}:%M{':%S' if parts['second'] else ''}{fraction}{half}"


def _keep_separators(match: re.Match[str]) -> str:
    """The date part of a "18/jul/26" shape as a format: "%d/%b/%y"."""
    start, end = match.start("a"), match.end("y")
    text = match.string[start:end].replace(".", "").replace(",", "")
    year = "%Y" if len(match["y"]) == 4 else "%y"
    month = re.sub(r"[^\W\d_]+", "%b", text[len(match["a"]) : -len(match["y"])], count=1)
    return f"%d{month}{year}"


def shapes(run: Run, relation: str, text: str, limit: int = 400) -> list[tuple[str, int]]:
    """The column's shapes, every digit a 0, most frequent first: [(shape, rows)]."""
    sql = f"""
        select translate({text}, '123456789', '000000000') as shape, count(*) as rows
        from {relation} where {text} is not null group by 1 order by 2 desc, 1 limit {limit}"""
    return [(str(shape), int(rows)) for shape, rows in run(sql)]


def read_dates(
    run: Run,
    relation: str,
    columns: Mapping[str, str],
    *,
    zone: str,
    order: str | None = None,
    day_first_hint: str | None = None,
) -> dict[str, DateReading]:
    """How each column of dates of one file is read: {name: text expression} -> {name: DateReading}.

    Columns of one file are written by one tool: what one of them decides about the order of day and month
    holds for all. `order` is the user's word. `day_first_hint` is a reason to read day-first where no date
    decides (semicolons, a Dutch header). Columns that hold no dates are absent from the answer.
    Raises Undecided where 03/04/2026 can be both and nothing says which.
    """
    found: dict[str, DateReading] = {}
    unsure: dict[str, list[_Shape]] = {}
    for name, text in columns.items():
        plain = _iso_reading(run, relation, text)
        if plain is not None:
            found[name] = replace(plain, zone=zone)
            continue
        kinds = _recognised(shapes(run, relation, text))
        if isinstance(kinds, str):
            found[name] = DateReading((), epoch=kinds, zone=zone, why="number")
        elif kinds:
            unsure[name] = kinds
    numeric = [name for name, kinds in unsure.items() if any(kind.layout == "numeric" for kind in kinds)]
    decided, why = "dmy", "month name"
    if numeric:
        decided, why = _decide_order(run, relation, {n: columns[n] for n in numeric}, order, day_first_hint)
    for name, kinds in unsure.items():
        found[name] = _reading(kinds, decided, why if name in numeric else "iso", zone)
    return found


def order_named(text: str) -> str | None:
    """The order that "mm/dd/yyyy" or "DD-MM-YY" states, or None."""
    match = re.fullmatch(
        r"\W*(dd?|mm?|yyyy|yy)[-/. ](dd?|mm?)[-/. ](dd?|yyyy|yy)(?:\W.*)?", text.strip(), re.IGNORECASE
    )
    order = "".join(part[0].lower() for part in match.groups()) if match else ""
    return order if order in ORDERS else None


def _iso_reading(run: Run, relation: str, text: str) -> DateReading | None:
    """The ISO format of the whole column, or None. The first cells say which it can be, all of them whether it is."""
    first = f"(select {text} as text from {relation} where {text} is not null limit 500)"
    for form in _formats_of_all(run, first, "text", ISO_FORMATS):
        if _formats_of_all(run, relation, text, (form,)):
            ends = ", ".join(f"year({end}(try_strptime({text}, {quoted(form)})))" for end in ("min", "max"))
            first, last, rows = run(f"select {ends}, count({text}) from {relation}")[0]
            years = _years(first, last) if rows > calendars.FEW_ROWS else None
            return DateReading((form,), date_only="%H" not in form, years=years, filled=first is not None)
    return None


def _years(first: int, last: int) -> tuple[int, int] | None:
    """The years of dates, and some around them: further rows are mostly of about the same time."""
    return None if last < 1970 or first > 2099 else (max(first - 2, 1970), min(last + 5, 2099))


def _formats_of_all(run: Run, relation: str, text: str, forms: Sequence[str]) -> list[str]:
    """Those of the formats in which every cell is a date; an empty column reads as anything."""
    # The year has four digits: "14-05-26" is none that begins with its year, though strptime would read year 14.
    counts = ", ".join(
        f"count(*) filter (try_strptime({text}, {quoted(form)}) >= timestamp '1000-01-01')" for form in forms
    )
    total, *parsed = run(f"select count({text}), {counts} from {relation}")[0]
    return [form for form, count in zip(forms, parsed, strict=True) if count == total]


def _recognised(found: Sequence[tuple[str, int]]) -> list[_Shape] | str:
    """The date shapes among a column's shapes; "s", "ms" or "excel" for numbers; empty when mostly no dates."""
    total = sum(rows for _, rows in found)
    for epoch, pattern in (("s", r"0{9,10}(\.0+)?"), ("ms", r"0{12,13}"), ("excel", r"00000([.,]0+)?")):
        if sum(rows for shape, rows in found if re.fullmatch(pattern, shape)) > total / 2:
            return epoch
    kinds: list[_Shape] = []
    known = 0
    for shape, rows in found:
        for layout, whole in _SHAPES:
            match = whole.fullmatch(shape.strip())
            if match and _month_known(match):
                kinds.append(_Shape(layout, match))
                known += rows
                break
    return kinds if known * 2 >= total else []


def _month_known(match: re.Match[str]) -> bool:
    word = match.groupdict().get("mon")
    return word is None or word.casefold() in MONTH_WORDS


def _reading(kinds: Sequence[_Shape], order: str, why: str, zone: str) -> DateReading:
    with_words = any(kind.layout in ("dmony", "mondy") for kind in kinds)
    with_offset = any(kind.match["suffix"] for kind in kinds if kind.match["time"])
    distinct = dict.fromkeys(kind.formats(order, with_words) for kind in kinds)
    formats = tuple(sorted(distinct, key=lambda form: "%y" not in form))  # %y refuses 2026, but %Y takes 26 for a year
    date_only = all(kind.match["time"] is None for kind in kinds)
    return DateReading(formats, order, why, zone, with_offset, with_words, date_only)


def _decide_order(
    run: Run, relation: str, columns: Mapping[str, str], order: str | None, hint: str | None
) -> tuple[str, str]:
    """The order of day, month and year that the dates themselves show, and why."""
    if order:
        return order, "chosen"
    seen = [_evidence(run, relation, text) for text in columns.values()]
    first, second = sum(row[0] for row in seen), sum(row[1] for row in seen)
    if first or second:
        if min(first, second) * 20 > max(first, second):
            raise Undecided(
                "The dates in {columns} are written both day-first and month-first: {first} rows have a first number "
                "above 12 and {second} a second one. Choose the order (--date-order dmy or mdy); the rows of the other "
                "order are then rejected with their line.",
                columns=_names(columns),
                first=first,
                second=second,
            )
        if all(row[3] for row in seen) and first > second and all(row[2] for row in seen):
            return "ymd", "year first"
        return ("dmy", "days above 12") if first > second else ("mdy", "days above 12")
    if all(row[4] in ("-", ".") for row in seen):
        return "dmy", N_("written with dashes or dots")
    if hint:
        return "dmy", hint
    raise Undecided(
        "In {columns} no number above 12 shows which is the day: 03/04/2026 can be 3 April and March 4. "
        "Choose the order (--date-order dmy or --date-order mdy).",
        columns=_names(columns),
    )


def _names(columns: Mapping[str, str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _evidence(run: Run, relation: str, text: str) -> tuple[int, int, bool, bool, str]:
    """(rows whose first part > 12, second part > 12, first part is the year, two-digit years, separator).

    Dates that begin with four digits show nothing. That a first part of two digits is the year is shown by one
    above 31, or by many days that come with few years.
    """
    sql = f"""
        with parts as (select regexp_extract({text}, {_PARTS}) as p, {text} as t from {relation}
                       where {text} is not null),
        numbers as (select try_cast(p.a as integer) as a, try_cast(p.b as integer) as b,
                           try_cast(p.c as integer) as c, p.a as first_text, p.c as year_text,
                           regexp_extract(t, '\\d+([-/.])', 1) as sep from parts where p.a <> '')
        select count(*) filter (a > 12), count(*) filter (b > 12),
               max(c) <= 31 and (max(a) > 31 or (count(distinct c) > 12 and 4 * count(distinct a) <= count(distinct c))),
               max(length(year_text)) = 2, coalesce(mode(sep), '')
        from numbers where length(year_text) in (2, 4) and length(first_text) <= 2"""
    first, second, year_first, short, sep = run(sql)[0]
    return int(first), int(second), bool(year_first), bool(short), str(sep)


# --- numbers ------------------------------------------------------------------------------------------------

POINTS = N_("numbers with a point before the last digits")
_MONEY = "'[\\s\u00a0\u202f€$£]|EUR|USD|GBP|,-$|%'"


def decide_decimal(run: Run, relation: str, columns: Sequence[str], delimiter: str) -> tuple[str, str]:
    """The decimal mark of a file, "." or ",", and why: decided by all its number columns together.

    Raises Undecided where "1,234" can be both.
    """
    comma = dot = unsure = 0
    for text in columns:
        row = run(
            f"""select count(*) filter (regexp_matches(n, ',\\d{{1,2}}$|,\\d{{4,}}$|\\.\\d{{3}},|^0,\\d|^,\\d')),
                       count(*) filter (regexp_matches(n, '\\.\\d{{1,2}}$|\\.\\d{{4,}}$|,\\d{{3}}\\.|^0\\.\\d|^\\.\\d')),
                       count(*) filter (regexp_matches(n, '^-?\\d{{1,3}}([.,]\\d{{3}})+$'))
                from (select regexp_replace({text}, {_MONEY}, '', 'g') as n from {relation}
                      where contains({text}, '.') or contains({text}, ','))"""
        )[0]
        comma, dot, unsure = comma + row[0], dot + row[1], unsure + row[2]
    if comma or dot:
        return (",", N_("numbers with a comma before the last digits")) if comma > dot else (".", POINTS)
    if not unsure:
        return "," if delimiter == ";" else ".", N_("no number in the file has decimals")
    if delimiter == ";":
        return ",", N_("semicolons go with a decimal comma")
    raise Undecided(
        'Numbers such as "1,234" can be one thousand and more or one and a bit, and no other number in the file '
        "shows which. Choose the decimal mark (--decimal comma or --decimal point)."
    )


def number_sql(text: str, decimal: str) -> str:
    """SQL: the number; null where the text is none. Currency signs, blanks and % are passed over.

    The other mark stands between thousands or nowhere: with a decimal comma "12.5" is no number, and surely not 125.
    """
    bare = f"regexp_replace({text}, {_MONEY}, '', 'g')"
    other = "," if decimal == "." else "."
    grouped = f"'^[+-]?\\d{{1,3}}([{other}]\\d{{2,3}})*[{other}]\\d{{3}}([{decimal}]\\d*)?$'"
    is_one = f"not contains({text}, {quoted(other)}) or regexp_matches({bare}, {grouped})"
    number = f"try_cast(replace(replace({bare}, {quoted(other)}, ''), ',', '.') as double)"
    plain = f"try_cast({text} as double)"  # most cells are just that, and need no work
    if decimal == ",":
        plain = f"case when not contains({text}, '.') then {plain} end"
    value = f"coalesce({plain}, case when {is_one} then {number} end)"
    return f"case when isfinite({value}) then {value} end"


DIGITS = "0123456789"  # one of them alone is a number in every notation, and what most counts are


def count_sql(text: str, decimal: str) -> str:
    """SQL: a whole number of zero or more; null otherwise."""
    value = number_sql(text, decimal)
    whole = f"case when {value} >= 0 and {value} < 2e9 and {value} = floor({value}) then cast({value} as integer) end"
    return f"case {text} {' '.join(f'when {quoted(digit)} then {digit}' for digit in DIGITS)} else {whole} end"


LONGEST_S = 4_000_000_000  # 126 years: more is no duration, but an instant or a slip of the pen
UNIT_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400}


def seconds_sql(text: str, unit: str, decimal: str) -> str:
    """SQL: whole seconds from "HH:MM:SS" (hours beyond 24 too), "H:MM" or a number in `unit` (s, min, h, d)."""
    part = f"str_split(ltrim({text}, '+-'), ':')"
    whole = " + ".join(f"coalesce(try_cast({part}[{i}] as double), 0) * {f}" for i, f in ((1, 3600), (2, 60), (3, 1)))
    sign = f"case when starts_with({text}, '-') then -1 else 1 end"
    clock = f"case when regexp_matches({text}, '^[+-]?\\d+:\\d{{1,2}}(:\\d{{1,2}}([.,]\\d+)?)?$') then ({whole}) * {sign} end"
    number = f"{number_sql(text, decimal)} * {UNIT_SECONDS[unit]}"
    value = f"case when contains({text}, ':') then {clock} else {number} end"
    return f"case when abs({value}) < {LONGEST_S} then cast({value} as bigint) end"


_UNIT_WORDS = {
    7 * 86400: "weeks?|weken|wochen?|semaines?|semanas?|w",
    86400: "days?|dag(?:en)?|tage?n?|jours?|d[ií]as?|d|j",
    3600: "hours?|hrs?|uur|uren|stunden?|std|heures?|horas?|h|u",
    60: "minutes?|minuten|minuut|minutos?|mins?|m",
    1: "seconds?|seconden?|sekunden?|secondes?|segundos?|secs?|seg|sek|s",
}
_NUMBER = "(\\d+(?:[.,]\\d+)?)"


def seconds_in_words_sql(text: str) -> str:
    """SQL: whole seconds of "8 dias 0 horas 35 minutos" or "2 Hours 3 Minutes"; null where the text is none."""
    lower = f"lower({text})"
    units = "|".join(_UNIT_WORDS.values())
    whole = (
        f"regexp_full_match({lower}, '-?\\s*(?:{_NUMBER}\\s*(?:{units})\\b\\.?[\\s,]*(?:(?:and|en|und|et|e|y)\\s+)?)+')"
    )
    found = (f"regexp_extract({lower}, '{_NUMBER}\\s*(?:{words})\\b', 1)" for words in _UNIT_WORDS.values())
    numbers = (f"coalesce(try_cast(replace({part}, ',', '.') as double), 0)" for part in found)
    total = " + ".join(f"{number} * {seconds}" for number, seconds in zip(numbers, _UNIT_WORDS, strict=True))
    sign = f"case when starts_with({text}, '-') then -1 else 1 end"
    return f"case when {whole} and {total} < {LONGEST_S} then cast(({total}) * {sign} as bigint) end"


# --- words --------------------------------------------------------------------------------------------------

STATUS_SPELLINGS = {
    "new": "new submitted nieuw neu nouveau nuevo nueva novo nova",
    "open": "open opened assigned started active working escalated reopened to-do todo te-doen zu-erledigen por-hacer "
    "à-faire a-fazer in-behandeling in-uitvoering bezig in-progress work-in-progress processing offen ouvert abierto "
    "aberto en-cours en-cours-(attribué) en-cours-(planifié) in-bearbeitung in-arbeit en-curso em-andamento "
    "em-atendimento em-atendimento-(atribuído) em-atendimento-(planejado) processing-(assigned) processing-(planned) "
    "waiting-on-us escalado eskaliert accepted queued unmatched",
    "pending": "pending waiting wachtend wachten-op-klant awaiting-user-info awaiting-customer waiting-on-customer "
    "waiting-on-contact waiting-for-customer en-attente wartend pendiente pendente snoozed pending-reminder "
    "awaiting-evidence waiting-for-support pending-close aguardando-cliente en-espera-del-cliente wartet-auf-kunden "
    "esperando-al-cliente en-attente-du-client",
    "on_hold": "on-hold hold in-de-wacht waiting-on-third-party awaiting-vendor awaiting-problem awaiting-change",
    "solved": "solved resolved opgelost gelöst résolu resolu résolue resuelto resuelta solucionado resolvido done gereed "
    "klaar afgehandeld fertig erledigt listo finalizado finalizada terminé terminée concluído concluída",
    "closed": "closed gesloten geschlossen fermé ferme fermée clos cerrado cerrada fechado completed complete voltooid "
    "afgesloten canceled cancelled geannuleerd abgebrochen annulé cancelado cancelada merged samengevoegd duplicate "
    "duplicaat",
    "deleted": "deleted verwijderd gelöscht supprimé eliminado excluído trashed",
    "spam": "spam suspended",
}
PRIORITY_WORDS = {
    "urgent": "urgent critical spoed kritiek dringend blocker highest hoogste kritisch urgente très-haute major majeure "
    "very-high muito-alta p1",
    "high": "high hoog hoch haute alta élevée important belangrijk p2",
    "normal": "normal normaal medium moderate gemiddeld mittel moyenne media média middel standard standaard p3",
    "low": "low laag niedrig basse baja baixa lowest planning very-low laagste muito-baixa minor trivial p4 p5",
}
CHANNEL_WORDS = {
    "email": "email mail e-mail e-mails emails outbound-email",
    "phone": "phone voice telefoon telephone call tel telefon téléphone teléfono phone-call gebeld",
    "chat": "chat live-chat livechat messenger messaging native-messaging web-chat",
    "whatsapp": "whatsapp whats-app",
    "web": "web portal webform web-form website self-service formulier webformulier feedback-widget customer-portal",
    "social": "social twitter facebook instagram x linkedin social-media",
}
HANDLER_WORDS = {
    "bot": "bot chatbot chat-bot ai ai-agent ai-bot fin fin-ai-agent virtual-agent virtual-assistant digital-assistant "
    "voicebot answer-bot self-service selfservice automated deflected confirmed confirmed-resolution assumed "
    "assumed-resolution zelfbediening virtuele-assistent automatisch yes true ja 1 oui sí sim",
    "person": "person human agent teammate team employee routed-to-team escalated negative-feedback medewerker mens persoon "
    "collega mensch mitarbeiter humain humano no false nee nein 0 non não",
}
NOBODY_WORDS = "system systeem automation nobody niemand none n/a unknown onbekend abandoned no-resolution unresolved customer klant"
YES_WORDS = {
    "true": "true yes ja 1 y j waar wahr oui si sí sim within-sla met achieved within-target behaald",
    "false": "false no nee 0 n onwaar falsch non nein não nao sla-violated breached violated missed niet-behaald",
}
ANSWER_WORDS = {
    "1": "good good-with-comment goed positive positief happy great thumbs-up tevreden gut bueno bom",
    "0": "bad bad-with-comment slecht negative negatief unhappy terrible thumbs-down ontevreden schlecht malo ruim",
}
NOT_ANSWERED = ("offered", "unoffered", "not offered", "n/a", "not answered", "geen antwoord")
FIVE_POINT_WORDS = {
    "5": "very-satisfied extremely-satisfied zeer-tevreden heel-tevreden sehr-zufrieden très-satisfait muy-satisfecho "
    "muito-satisfeito strongly-agree helemaal-mee-eens excellent uitstekend",
    "4": "satisfied tevreden zufrieden satisfait satisfecho satisfeito agree mee-eens somewhat-satisfied",
    "3": "neutral neutraal neither-satisfied-nor-dissatisfied niet-tevreden-en-niet-ontevreden weder-noch neutre neutro "
    "okay ok",
    "2": "dissatisfied ontevreden unzufrieden insatisfait insatisfecho insatisfeito disagree mee-oneens "
    "somewhat-dissatisfied",
    "1": "very-dissatisfied extremely-dissatisfied zeer-ontevreden heel-ontevreden sehr-unzufrieden très-insatisfait "
    "muy-insatisfecho muito-insatisfeito strongly-disagree helemaal-mee-oneens",
}


def _folded(word: str) -> str:
    word = re.sub(r"^\W*p?\d+(?:\s*[-.:]\s*|\s+)", "", word.strip().casefold()) or word.strip().casefold()
    return re.sub(r"[\s_\-]+", "-", word)


def meaning(word: str, dictionary: Mapping[str, str]) -> str | None:
    """The canonical value of a word as tools write it ("3 - Moderate" -> "normal"), or None."""
    folded = _folded(word)
    for value, words in dictionary.items():
        if folded == value.replace("_", "-") or folded in words.split():
            return value
    return None


def status_of(word: str) -> str | None:
    """The canonical status of a tool's word; part words decide where the whole word is unknown."""
    known = meaning(word, STATUS_SPELLINGS)
    if known:
        return known
    text = word.casefold()
    for value, parts in (
        ("closed", ("clos", "gesloten", "geschlossen", "cerrad", "fechad")),
        ("solved", ("resol", "solv", "opgelost", "gelöst", "done")),
        ("pending", ("wait", "await", "pending", "wacht", "attente")),
        ("on_hold", ("hold",)),
        ("open", ("progress", "open", "behandeling", "escalat")),
    ):
        if any(part in text for part in parts):
            return value
    return None


def priority_of(word: str) -> str | None:
    """The canonical priority; a bare 1 to 4 counts from the most urgent."""
    if word.strip() in ("1", "2", "3", "4"):
        return PRIORITIES[int(word) - 1]
    return meaning(word, PRIORITY_WORDS)


def handler_of(word: str) -> str | None:
    """Bot or person; any other word is the name of a person, but for those that say that nobody is known to have solved it."""
    if _folded(word) in NOBODY_WORDS.split():
        return None
    return meaning(word, HANDLER_WORDS) or "person"


def channel_of(word: str) -> str:
    """Well-known channels under one name; any other in lower case."""
    return meaning(word, CHANNEL_WORDS) or word.strip().casefold()


def words(run: Run, relation: str, text: str, limit: int = 2000) -> list[str]:
    """The distinct values of a column, most frequent first; at most `limit`."""
    sql = (
        f"select {text}, count(*) from {relation} where {text} is not null group by 1 order by 2 desc, 1 limit {limit}"
    )
    return [str(word) for word, _ in run(sql)]


def lookup_sql(text: str, values: Mapping[str, str | None], otherwise: str = "null") -> str:
    """SQL: the canonical value of each word of the column."""
    known = [f"when {quoted(word)} then {quoted(value)}" for word, value in values.items() if value is not None]
    return f"case {text} {' '.join(known)} else {otherwise} end" if known else f"cast({otherwise} as varchar)"


# --- scores -------------------------------------------------------------------------------------------------

FEW_FOR_A_SCALE = 30
STANDARD_SCALES = ((0.0, 1.0), (1.0, 3.0), (1.0, 5.0), (1.0, 7.0), (1.0, 10.0), (0.0, 100.0))
_EASY = re.compile(
    r"\beasy|\bease|easily|makkelijk|gemak|eenvoudig|einfach|leicht|facile|fácil|sencill|effortless", re.I
)
_HARD = re.compile(
    r"effort|moeite|inspanning|difficult|hard\b|moeilijk|lastig|aufwand|schwierig|difícil|difficile|esfuerzo|esforço",
    re.I,
)


def score_of(word: str) -> float | None:
    """The score in an answer: a number, "10 - Extremely likely", "Not at all likely - 0", or words."""
    text = word.strip().replace(",", ".")
    match = re.fullmatch(r"(-?\d+(?:\.\d+)?)(?:\s*/\s*\d+)?(?:\s*[-–:=(]\s*\D.*)?", text) or re.fullmatch(
        r"\D.*[-–:=(]\s*(\d+(?:\.\d+)?)\)?", text
    )
    if match:
        return float(match[1])
    for dictionary in (FIVE_POINT_WORDS, ANSWER_WORDS):
        value = meaning(word, dictionary)
        if value is not None:
            return float(value)
    return None


def scores_of(words: Iterable[str]) -> dict[str, float | None]:
    """The score of each answer of one column. "Good" is 1 of 0–1; with a word between it and "bad", 5 of 1–5."""
    found = {word: score_of(word) for word in words}
    spoken = {word for word, score in found.items() if score is not None and not any(map(str.isdigit, word))}
    if any(meaning(word, FIVE_POINT_WORDS) for word in spoken):
        for word in spoken:
            if meaning(word, FIVE_POINT_WORDS) is None:
                found[word] = 5.0 if found[word] else 1.0
    return found


def scale_of(kind: str, label: str, scores: Mapping[float, int]) -> tuple[float, float]:
    """(lowest, highest) of the scale a question was asked on: from its label, else from the answers.

    A stray score does not widen the scale: it is the narrowest standard one that holds all but 2 %
    (in a small file, all but one) of the answers. A few answers do not narrow it either: nobody is taken to have
    been asked 0–1 without a 0 or 1–3 on less than 30 answers, nor an effort question on less than 1–7.
    `scores` maps a score to its number of answers.
    """
    if kind == "nps":
        return (1.0, 10.0) if _range_in(label) == (1.0, 10.0) else (0.0, 10.0)
    said = _range_in(label)
    if said:
        return said
    total = sum(scores.values())
    spare = max(total * 0.02, 1.0 if total >= 5 else 0.0)
    few = total < FEW_FOR_A_SCALE
    for low, high in STANDARD_SCALES:
        if (high == 1.0 and not scores.get(0.0)) or (few and (high == 3.0 or (kind == "ces" and high < 7.0))):
            continue
        outside = sum(count for score, count in scores.items() if not 0 <= score <= high)
        if outside <= spare:
            zeros = scores.get(0.0, 0)
            return (0.0, high) if zeros > spare and low == 1.0 else (low, high)
    return (min(scores), max(scores))


def _range_in(label: str) -> tuple[float, float] | None:
    match = re.search(r"(?<!\d)([01])\s*(?:-|–|to|tot|t/m|bis|à)\s*(3|5|7|10|100)(?!\d)", label)
    if match:
        return float(match[1]), float(match[2])
    ends = re.findall(r"(?<!\d)(\d{1,3})\s*=", label)
    if len(ends) >= 2 and float(ends[0]) < float(ends[-1]) and float(ends[0]) in (0.0, 1.0):
        return float(ends[0]), float(ends[-1])
    return None


def effort_direction(label: str) -> str | None:
    """ "easy" where a high score means little effort, "hard" where it means much; None: the label does not say."""
    ends = re.findall(r"(?<!\d)(\d{1,2})\s*=\s*([^,;)\d]+)", label)
    if len(ends) >= 2:
        high = max(ends, key=lambda end: int(end[0]))[1]
        low = min(ends, key=lambda end: int(end[0]))[1]
        if _EASY.search(high) or _HARD.search(low):
            return "easy"
        if _HARD.search(high) or _EASY.search(low):
            return "hard"
    if _EASY.search(label):
        return "easy"
    return "hard" if _HARD.search(label) and not re.search(r"effort score", label, re.I) else None
