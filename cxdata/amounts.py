"""A value as a person writes it: 80%, 4h, 90 min, 1 d 4 h, € 210, 12,5.

In: the text, the unit of the metric, the decimal mark (the reader's). Out: the number as metrics have it (durations in seconds,
shares as 0–1). What `formats.value` shows, it reads.
"""

from __future__ import annotations

import math
import re

from cxdata import formats
from cxdata.errors import CxError
from cxdata.formats import DAY, HOUR, MINUTE
from cxdata.i18n import N_, _, language
from cxdata.metrics.base import Metric

_SECONDS = {
    **dict.fromkeys(("s", "sec", "second", "seconds", "seconde", "seconden"), 1),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "minuut", "minuten"), MINUTE),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "u", "uur", "uren"), HOUR),
    **dict.fromkeys(("d", "day", "days", "dag", "dagen"), DAY),
}
_EXAMPLES = {
    "share": "80%",
    "duration": N_("4h, 90 min or 1 d 4 h"),
    "money": "€ 210",
    "count": "120",
    "nps": "35",
    "quality": "75",
}
_PIECE = re.compile(r"([\d.,]+)\s*([a-z]+)")
_CLOCK = re.compile(r"(\d+):([0-5]\d)(?::([0-5]\d))?")


def parsed(text: str, unit: str, decimal: str = "") -> float:
    """The number in the unit of a metric. A bare number is percent for shares and hours for durations.

    `decimal`: the decimal mark where it is known, by default that of the reader's language. Raises CxError for what is no
    value of that unit.
    """
    plain = " ".join(text.replace("\u202f", " ").replace("\xa0", " ").replace("−", "-").split()).casefold()
    found = _read(plain, unit, decimal or ("," if language() == "nl" else "."))
    if found is None or not math.isfinite(found):
        raise CxError('"{text}" is no value here. Write it like {what}.', text=text, what=_EXAMPLES.get(unit, "4.2"))
    return found


def check(value: float, entry: Metric) -> None:
    """Raise CxError for a value that a metric cannot have."""
    low, high = entry.bounds or (0.0, math.inf)
    if entry.unit in ("money", "number", "score", "quality"):
        low = -math.inf
    if not (low <= value <= high and math.isfinite(value)):
        raise CxError(
            "{metric} cannot be {value}: it lies between {low} and {high}.",
            metric=_(entry.label),
            value=formats.value(value, entry.unit),
            low=formats.value(low, entry.unit),
            high="∞" if math.isinf(high) else formats.value(high, entry.unit),
        )


def _read(text: str, unit: str, decimal: str) -> float | None:
    if unit == "duration":
        return _duration(text, decimal)
    if unit == "share":
        number = _number(text.removesuffix("%").strip(), decimal)
        return None if number is None else number / 100
    if unit == "money":
        text = text.removeprefix("€").removeprefix("eur").removesuffix("€").removesuffix("eur").strip()
    return _number(text, decimal)


def _duration(text: str, decimal: str) -> float | None:
    """Seconds of "4h", "3 h 20 min", "1:30" (hours and minutes) or a number of hours."""
    clock = _CLOCK.fullmatch(text)
    if clock:
        return int(clock[1]) * HOUR + int(clock[2]) * MINUTE + int(clock[3] or 0)
    pieces = _PIECE.findall(text)
    if not pieces:
        number = _number(text, decimal)
        return None if number is None or number < 0 else number * HOUR
    if _PIECE.sub("", text).strip():
        return None
    total = 0.0
    for digits, word in pieces:
        number = _number(digits, decimal)
        if number is None or word not in _SECONDS:
            return None
        total += number * _SECONDS[word]
    return total


def _number(text: str, decimal: str) -> float | None:
    """The number; the other mark stands between thousands, and anywhere else it is a decimal mark too."""
    thousands = "." if decimal == "," else ","
    mark = re.escape(thousands)
    if re.fullmatch(rf"[+-]?\d{{1,3}}(?:{mark}\d{{3}})+(?:{re.escape(decimal)}\d+)?", text):
        text = text.replace(thousands, "").replace(decimal, ".")
    elif re.fullmatch(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)", text):
        text = text.replace(",", ".")
    else:
        return None
    return float(text)
