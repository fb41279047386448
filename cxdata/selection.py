"""What is looked at, from codes to values: period, comparison, grain, and the sentence that says it all.

In: the codes of the choices, as links and the command line hold them, and the moment. Out: Period, grain, words.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from cxdata import formats
from cxdata.comparison import stretches
from cxdata.engine import Engine
from cxdata.filters import FILTERS, NOTHING, Filters, Period, add_months, dimension
from cxdata.i18n import N_, _
from cxdata.questions import Moment, Query
from cxdata.settings import CLOCKS

PERIODS = {
    "1m": N_("This month"),
    "prev": N_("Last month"),
    "3m": N_("3 months"),
    "6m": N_("6 months"),
    "12m": N_("12 months"),
    "24m": N_("24 months"),
    "year": N_("This year"),
    "lastyear": N_("Last year"),
    "all": N_("All data"),
    "custom": N_("From – to"),
}
EARLIER = {"previous": N_("Period before"), "year": N_("Year before")}
COMPARES = {**EARLIER, "chosen": N_("A chosen period"), "team": N_("Another team"), "rest": N_("The other teams")}
GRAINS = {"auto": N_("Automatic"), "day": N_("Day"), "week": N_("Week"), "month": N_("Month"), "quarter": N_("Quarter")}
CLOCK_WORDS = {"calendar": N_("Calendar time"), "business": N_("Business hours")}
DEFAULTS = {"period": "12m", "compare": "previous", "per": "auto", "against": ""}
DAYS = ("from", "to", "against_from", "against_to")
_DAYS = {
    "ticket_facts": "created_on",
    "survey_facts": "answered_on",
    "review_facts": "handled_on",
    "customer_facts": "started_on",
}


@dataclass(frozen=True)
class Held:
    """What numbers are held against: an earlier period, or instead another selection of that `name`; `drawn`: it stands
    beside the lines too."""

    before: Period
    other: Filters | None = None
    name: str = ""
    drawn: bool = False

    @property
    def against(self) -> Period | Filters:
        return self.other or self.before

    def beside(self, query: Query) -> tuple[Query, str] | None:
        """(the same question about what is held against, its name), where it is drawn."""
        if not self.drawn:
            return None
        other = self.other or replace(query.filters, period=self.before)
        return replace(query, filters=other), self.name or formats.span(self.before)


@dataclass(frozen=True)
class Chosen:
    """The choices as values. `days`: those of the period "custom", and `against_days` those of the comparison "chosen"."""

    period: str
    compare: str
    per: str
    clock: str
    against: str = ""
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    days: Period | None = None
    against_days: Period | None = None


def chosen(link: Mapping[str, Sequence[str]], clock: str) -> Chosen:
    """The choices of a link or a saved view; what is missing or cannot be is as without a choice. `clock`: the usual one."""
    allowed: dict[str, Collection[str]] = {"period": PERIODS, "compare": COMPARES, "per": GRAINS, "clock": CLOCKS}
    codes = {**DEFAULTS, "clock": clock}
    for name, known in allowed.items():
        given = link.get(name, ())
        codes[name] = given[0] if given and given[0] in known else codes[name]
    return Chosen(
        period=codes["period"],
        compare=codes["compare"],
        per=codes["per"],
        clock=codes["clock"],
        against=next(iter(link.get("against", ())), ""),
        values={entry.name: tuple(link[entry.name]) for entry in FILTERS if link.get(entry.name)},
        days=_between(link, "from", "to"),
        against_days=_between(link, "against_from", "against_to"),
    )


def _between(link: Mapping[str, Sequence[str]], first: str, last: str) -> Period | None:
    """The period of two days, the last one included; None where they are none."""
    start, end = day_of(link.get(first)), day_of(link.get(last))
    return Period(start, end + timedelta(days=1)) if start and end and start <= end else None


def day_of(texts: Sequence[str] | None) -> date | None:
    """The day of a link; None where it is none."""
    try:
        return date.fromisoformat(texts[0]) if texts else None
    except ValueError:
        return None


def looked_at(chosen: Chosen, complete: date, first: date | None, teams: Collection[str]) -> tuple[Filters, Held, str]:
    """(filters, what they are held against, grain) of the choices, seen from the last whole day of the data.

    `first`: the first day of the data; `teams`: those in the data.
    """
    period = period_of(chosen.period, complete, first, chosen.days)
    before = before_of(period, chosen.compare, chosen.against_days)
    filters = Filters(period, chosen.values, chosen.clock)
    drawn = chosen.compare == "year" or (chosen.compare == "chosen" and chosen.against_days is not None)
    held = Held(before, drawn=drawn)
    if others := other_teams(chosen, teams):
        name = ", ".join(others) if chosen.compare == "team" else _("the other teams")
        other = replace(filters, values={**chosen.values, "team": others})
        held = Held(period.previous(), other, name, drawn=True)
    return filters, held, chosen.per if chosen.per != "auto" else grain_of(period)


def other_teams(chosen: Chosen, teams: Collection[str]) -> tuple[str, ...]:
    """The teams that numbers are held against; none where that was not asked, or cannot be."""
    own = chosen.values.get("team", ())
    if chosen.compare == "team" and own and chosen.against not in ("", *own):
        return (chosen.against,)
    if chosen.compare == "rest" and own:
        return tuple(name for name in [*teams, NOTHING] if name not in own)
    return ()


def first_day(engine: Engine, facts: Collection[str]) -> date | None:
    """The first day in any of these fact tables; None where they have no rows."""
    found = [engine.query(f"select min({_DAYS[table]}) as first from {table}").to_pylist() for table in facts]
    return min((rows[0]["first"] for rows in found if rows[0]["first"]), default=None)


def period_of(code: str, complete: date, first: date | None = None, chosen: Period | None = None) -> Period:
    """The days of a period code, seen from the last whole day of the data.

    `first`: the first day of the data, for "all"; `chosen`: the days of "custom". Without them, 12 months.
    """
    today = complete - timedelta(days=1)
    month = today.replace(day=1)
    after = add_months(month, 1)
    if code.endswith("m") and code[:-1].isdigit():
        return Period(add_months(after, -int(code[:-1])), after)
    if code == "prev":
        return Period(add_months(month, -1), month)
    if code == "year":
        return Period(date(today.year, 1, 1), date(today.year + 1, 1, 1))
    if code == "lastyear":
        return Period(date(today.year - 1, 1, 1), date(today.year, 1, 1))
    if code == "custom" and chosen:
        return chosen
    if first and first < after and code == "all":
        return Period(first.replace(day=1), after)
    return Period(add_months(after, -12), after)


def whole_year(complete: date) -> Period:
    """The last 12 whole months, seen from the day after the last whole day of the data."""
    end = complete.replace(day=1)
    return Period(add_months(end, -12), end)


def before_of(period: Period, compare: str, chosen: Period | None = None) -> Period:
    """The period that a period is compared with, by the code of the comparison; `chosen`: the days of "chosen"."""
    if compare == "chosen" and chosen:
        return chosen
    return period.year_before() if compare == "year" else period.previous()


def grain_of(period: Period) -> str:
    """The grain that shows a period in about a dozen to three dozen steps."""
    days = period.days or 366
    if days <= 35:
        return "day"
    if days <= 100:
        return "week"
    return "month" if days <= 1100 else "quarter"


def sentence(filters: Filters, held: Held | None, moment: Moment, uses: Collection[str]) -> str:
    """The choices in words: "Noord, e-mail · Jan – Jun 2026 against Jul – Dec 2025 · calendar time · data up to …".

    `held`: what the numbers are held against; None: nothing. `uses`: the dimensions that the numbers have; chosen ones beyond them are named as not filtered by.
    """
    chosen = [", ".join(formats.group(one, word) for word in words) for one, words in filters.values.items() if words]
    said = formats.span(filters.period)
    if held is not None:
        now, earlier = stretches(filters.period, held.before, moment.complete_until)
        said = _("{now} against {before}", now=formats.span(now), before=held.name or formats.span(earlier))
    parts = [*(chosen or [_("Everything")]), said, _(CLOCK_WORDS[filters.clock])]
    ignored = [_(dimension(one).label) for one in filters.values if one not in uses]
    if ignored:
        parts.append(_("not filtered here by: {names}", names=", ".join(ignored)))
    return " · ".join([*parts, _("data up to {day}", day=last_seen(moment))])


def last_seen(moment: Moment) -> str:
    """Up to when there is data, in words: the last whole day, or the instant."""
    local = moment.local
    whole = local.time() == datetime.min.time()
    return formats.day(local.date() - timedelta(days=1)) if whole else formats.instant(local)
