"""Numbers, durations and dates in words, in the reader's language (Babel).

In: plain values (durations in seconds, shares as 0–1, days as dates). Out: short text for people; "–" for nothing.
"""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta

from babel import dates, numbers

from cxdata.filters import SMALLER_TEAMS, Period, whole_months
from cxdata.i18n import N_, _, language
from cxdata.schema import GAPS, MOST_PURCHASES

NONE = "–"
MINUTE, HOUR, DAY = 60, 3600, 86400


def nothing(number: float | None) -> bool:
    return number is None or math.isnan(number)


def value(number: float | None, unit: str) -> str:
    """A value of a metric: 78.4 %, 3 h 20 min, 12, 4.1, € 210."""
    if number is None or math.isnan(number):
        return NONE
    if unit == "share":
        return percent(number)
    if unit == "duration":
        return duration(number)
    if unit == "money":
        return money(number)
    if unit == "count":
        return decimal(number, 0)
    return decimal(number, {"nps": 1, "quality": 1, "score": 2}.get(unit, 2))


def decimal(number: float, digits: int) -> str:
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    text = str(numbers.format_decimal(number + 0.0, format=pattern, locale=language()))
    return text.replace("-", "−") if text.strip("-0.,") else text.lstrip("-")


def percent(share: float, digits: int = 1) -> str:
    return f"{decimal(share * 100, digits)}%"


def money(amount: float) -> str:
    return f"€ {decimal(amount, 0 if abs(amount) >= 100 else 2)}"


def duration(seconds: float) -> str:
    """Two units at most: 45 s, 12 min, 3 h 20 min, 2 d 4 h."""
    sign, rest = ("−" if seconds < 0 else ""), abs(float(seconds))
    if rest < MINUTE:
        return f"{sign}{decimal(rest, 0)} s"
    if rest < HOUR - 30:
        return f"{sign}{decimal(rest / MINUTE, 0 if rest >= 10 * MINUTE else 1)} min"
    if rest < 2 * DAY:
        whole = round(rest / MINUTE)
        hours, minutes = divmod(whole, 60)
        hour_word = _("h")
        return f"{sign}{hours} {hour_word} {minutes} min" if minutes and hours < 24 else f"{sign}{hours} {hour_word}"
    days, hours = divmod(round(rest / HOUR), 24)
    more = f" {hours} {_('h')}" if hours and days < 14 else ""
    return f"{sign}{decimal(days, 0)} {_('d')}{more}"


def change(number: float, unit: str, is_rate: bool) -> str:
    """A change with its sign: +3.2 pt for rates and scores, −12 % for counts and durations."""
    if math.isnan(number):
        return NONE
    if not is_rate:
        text = percent(abs(number), 0 if abs(number) >= 0.1 else 1)
    elif unit == "share":
        text = f"{decimal(abs(number) * 100, 1)} {_('pt')}"
    elif unit == "nps":
        text = f"{decimal(abs(number), 1)} {_('pt')}"
    else:
        text = decimal(abs(number), 2 if unit == "score" else 1)
    zero = not any(digit in text for digit in "123456789")
    return text if zero else f"{'+' if number > 0 else '−'}{text}"


def difference(number: float, unit: str) -> str:
    """A difference of two values with its sign, in their unit: +3.2 pt, −2 h 5 min, +34."""
    if unit in ("share", "nps"):
        return change(number, unit, True)
    text = value(abs(number), unit)
    zero = not any(digit in text for digit in "123456789")
    return text if zero else f"{'+' if number > 0 else '−'}{text}"


def day(moment: date) -> str:
    """1 Jan 2026."""
    return str(dates.format_date(moment, "d MMM y", locale=language())).replace(".", "")


def day_short(moment: date) -> str:
    return str(dates.format_date(moment, "d MMM", locale=language())).replace(".", "")


def instant(moment: datetime) -> str:
    """1 Jan 2026, 14:05."""
    return f"{day(moment)}, {moment:%H:%M}"


def period(start: date, grain: str) -> str:
    """The name of a period: March 2026, week 12 2026, Q1 2026, 2026, 3 Mar 2026."""
    if grain == "month":
        return str(dates.format_date(start, "MMMM y", locale=language()))
    if grain == "week":
        year, week, _weekday = start.isocalendar()
        return _("week {week}, {year}", week=week, year=year)
    if grain == "quarter":
        return f"{_('Q')}{(start.month - 1) // 3 + 1} {start.year}"
    if grain == "year":
        return str(start.year)
    return day(start)


def period_short(start: date, grain: str) -> str:
    """The name of a period on an axis: Mar 26, w12, Q1 26."""
    if grain == "month":
        return str(dates.format_date(start, "MMM yy", locale=language())).replace(".", "")
    if grain == "week":
        return f"{_('wk')} {start.isocalendar().week}"
    if grain == "quarter":
        return f"{_('Q')}{(start.month - 1) // 3 + 1} {start:%y}"
    return str(start.year) if grain == "year" else day_short(start)


def span(stretch: Period) -> str:
    """A period in words: 1 Jan – 30 Jun 2026, March 2026, 2025."""
    if stretch.start is None or stretch.end is None:
        return _("all data")
    months = whole_months(stretch.start, stretch.end)
    if months == 1:
        return period(stretch.start, "month")
    if months == 12 and stretch.start.month == 1:
        return str(stretch.start.year)
    last = stretch.end - timedelta(days=1)
    if months:
        same = stretch.start.year == last.year
        first = dates.format_date(stretch.start, "MMM" if same else "MMM y", locale=language())
        return f"{first} – {dates.format_date(last, 'MMM y', locale=language())}".replace(".", "")
    first = day_short(stretch.start) if stretch.start.year == last.year else day(stretch.start)
    return day(last) if stretch.start == last else f"{first} – {day(last)}"


def days(first: date, last: date) -> str:
    """First and last day, also where they make whole months: 1 Jan – 31 Jan 2026."""
    return f"{day_short(first) if first.year == last.year else day(first)} – {day(last)}"


def weekday(number: int) -> str:
    """The short name of a weekday, Monday 1."""
    return str(dates.get_day_names("abbreviated", locale=language())[number - 1])


GROUP_WORDS = {
    "team": {SMALLER_TEAMS: N_("Smaller teams")},
    "channel": {
        "email": N_("E-mail"),
        "phone": N_("Phone"),
        "chat": N_("Chat"),
        "whatsapp": N_("WhatsApp"),
        "web": N_("Web form"),
        "social": N_("Social media"),
    },
    "priority": {"urgent": N_("Urgent"), "high": N_("High"), "normal": N_("Normal"), "low": N_("Low")},
    "handled_by": {"bot": N_("Bot"), "person": N_("Person")},
    "stage": {
        "awareness": N_("Awareness"),
        "consideration": N_("Consideration"),
        "purchase": N_("Purchase"),
        "loyalty": N_("Loyalty"),
        "advocacy": N_("Advocacy"),
    },
}
GROUP_NOTHING = {"stage": N_("Unmapped"), "handled_by": N_("(not known)")}


def _gap(place: int) -> str:
    """The words of a class of days between two purchases."""
    if place == 0:
        return _("under {days} d", days=GAPS[0])
    if place == len(GAPS):
        return _("over {days} d", days=GAPS[-1] - 1)
    return _("{first}–{last} d", first=GAPS[place - 1], last=GAPS[place] - 1)


def group(dimension: str, word: object) -> str:
    """The name of a group of a dimension: known words translated, others as they are, "(none)" for nothing."""
    dimension = dimension.removeprefix("next_")
    if word is None or word == NONE:
        return _(GROUP_NOTHING.get(dimension, N_("(none)")))
    if dimension == "weekday" and isinstance(word, int | float):
        return weekday(int(word))
    if dimension == "purchase_number" and isinstance(word, int | float):
        more = "+" if word >= MOST_PURCHASES else ""
        return _("{before} to {number}", before=int(word) - 1, number=f"{int(word)}{more}")
    if dimension == "gap" and isinstance(word, int | float):
        return _gap(int(word))
    words = "channel" if dimension == "entry_channel" else dimension
    known = GROUP_WORDS.get(words, {}).get(str(word))
    return _(known) if known else str(word)
