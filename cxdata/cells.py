"""What a cell says in the columns that a source declares to be special.

In: the Use of a column. Out: SQL over the staging columns that gives the text which parsing then reads. A column
without anything special is its plain column, so that ordinary files pay nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from cxdata.parsing import YES_WORDS, one_of_sql
from cxdata.sources.base import Use

AS_OF_MONTH = "getvariable('as_of_month')"  # the first day of the month that dates are derived from; importing sets it
Reading = Callable[[str, str], str]  # (SQL of the text, SQL condition: the clock has stopped) -> SQL


def first_of_several(text: str, _stopped: str) -> str:
    """The first of several people, without the number that the tool adds: "Ana Díaz (12) <br>Jan (7)" -> "Ana Díaz"."""
    first = f"regexp_replace({text}, '\\s*(?:<br\\s*/?>|;|\\n).*$', '', 's')"
    return f"nullif(regexp_replace({first}, '\\s*\\(\\d+\\)$', ''), '')"


def without_address(text: str, _stopped: str) -> str:
    """The name of a person whose address stands behind it: "Ana Díaz (ana@example.com)" -> "Ana Díaz"."""
    return f"nullif(regexp_replace({text}, '\\s*[(<][^()<>]*@[^()<>]*[)>]$', ''), '')"


def without_blanks(text: str, _stopped: str) -> str:
    """An id that is written like a number, with a blank between thousands: "52 267" -> "52267"."""
    return f"regexp_replace({text}, '[\\s\u00a0\u202f]', '', 'g')"


def without_guard(text: str, _stopped: str) -> str:
    """The text without the mark that keeps a spreadsheet from taking it for a formula: "'-1 star" -> "-1 star"."""
    return f"regexp_replace({text}, '^''([=+@\\-])', '\\1')"


def number_at_end(text: str, _stopped: str) -> str:
    """The number that a link ends with: "https://…/conversations/42" -> "42"."""
    return f"nullif(regexp_extract({text}, '(\\d+)/?$', 1), '')"


def time_remaining(text: str, stopped: str) -> str:
    """Whether a target was met, from the time that remained of it: less than nothing is a breach.

    Time that remains on a clock that still runs says nothing yet.
    """
    late = f"starts_with({text}, '-') or starts_with({text}, '−')"
    return f"case when {late} then 'no' when {text} is not null and ({stopped}) then 'yes' end"


def met(text: str, stopped: str) -> str:
    """Whether a target was met, from a flag that says yes until the breach: yes says nothing yet where the clock still runs."""
    yes, no = (one_of_sql(f"lower({text})", YES_WORDS[word].split()) for word in ("true", "false"))
    return f"case when {no} then 'no' when {yes} and ({stopped}) then 'yes' end"


def exceeded(text: str, stopped: str) -> str:
    """Whether a target was met, from whether it was exceeded; not exceeded says nothing yet where the clock still runs."""
    yes, no = (one_of_sql(f"lower({text})", YES_WORDS[word].split()) for word in ("true", "false"))
    return f"case when {yes} then 'no' when {no} and ({stopped}) then 'yes' end"


def filled(text: str, _stopped: str) -> str:
    """Whether there is anything in the cell."""
    return f"case when {text} is null then 'no' else 'yes' end"


def person_where_no(text: str, _stopped: str) -> str:
    """A person, where a flag says that no bot took part; where one did, who solved it is not said."""
    no = one_of_sql(f"lower({text})", YES_WORDS["false"].split())
    return f"case when {no} then 'person' end"


def months_before(text: str, _stopped: str) -> str:
    """The day so many months before the month of as-of (see importing): "14" -> "2025-01-01"."""
    months = f"try_cast(replace({text}, ',', '.') as double)"
    day = f"{AS_OF_MONTH} - to_months(cast(round({months}) as integer))"
    return f"case when {months} between 0 and 1200 then strftime({day}, '%Y-%m-%d') else {text} end"


def month_where_yes(text: str, _stopped: str) -> str:
    """The month of as-of where a flag says yes, and nothing where it says no: the day on which a customer left."""
    yes, no = (one_of_sql(f"lower({text})", YES_WORDS[word].split()) for word in ("true", "false"))
    return f"case when {yes} then strftime({AS_OF_MONTH}, '%Y-%m-%d') when not {no} then {text} end"


READINGS: dict[str, Reading] = {
    "first_of_several": first_of_several,
    "without_address": without_address,
    "without_blanks": without_blanks,
    "without_guard": without_guard,
    "number_at_end": number_at_end,
    "time_remaining": time_remaining,
    "met": met,
    "exceeded": exceeded,
    "filled": filled,
    "person_where_no": person_where_no,
    "months_before": months_before,
    "month_where_yes": month_where_yes,
}


def is_plain(use: Use) -> bool:
    """Whether a field is its column and nothing else."""
    return not use.instead and text_sql(use) == f"c{use.index}"


def own_sql(use: Use) -> str:
    """SQL: the text of the field's own column, null where another one is to stand for it."""
    text, column = f"c{use.index}", use.column
    if column.nothing:
        nothing = one_of_sql(f"lower({text})", [word.casefold() for word in column.nothing])
        text = f"case when {nothing} then null else {text} end"
    where = "true"
    if column.where is not None and use.where is not None:
        where = one_of_sql(f"lower(c{use.where})", [word.casefold() for word in column.where.words])
    elif column.where is not None:
        where = "false"  # the file does not say
    if column.reads:
        return READINGS[column.reads](text, where)
    return text if where == "true" else f"case when {where} then {text} end"


def text_sql(use: Use) -> str:
    """SQL: the text of the field, from its own column or the first that stands for it."""
    if not use.instead:
        return own_sql(use)
    return f"coalesce({', '.join(dict.fromkeys([own_sql(use), *map(own_sql, use.instead)]))})"
