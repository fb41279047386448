"""What was different after an event: the same number of days before and after it, metric by metric, and what else changed.

In: an event, those beside it, an engine and a moment. Out: a Reading, whose sentences are in the reader's language. The
days before end with the day before the event; the days after begin with its day, or with the day after a stretch of days.
Both are whole weeks, so that every weekday is there equally often.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from cxdata import comparison, formats, queries, statistics
from cxdata.comparison import Comparison
from cxdata.engine import Engine
from cxdata.events import Event, overlaps, when
from cxdata.filters import Filters, Period
from cxdata.i18n import N_, _
from cxdata.metrics import ALL
from cxdata.metrics.base import Curve, Metric, ProjectedValue
from cxdata.questions import Moment, Query
from cxdata.sources import SOURCES
from cxdata.sources.generic import GENERIC

LONGEST, SHORTEST, WEEK = 90, 14, 7  # days on each side
VOLUME, MIX = 0.25, 0.10  # changes of other things, from which on they are said
FIRST_DAYS = {
    "ticket_facts": "created_on",
    "survey_facts": "answered_on",
    "review_facts": "handled_on",
    "customer_facts": "started_on",
    "purchase_facts": "purchased_on",
    "follow_up_facts": "arose_on",
}
TABLE_WORDS = {
    "ticket_facts": N_("Tickets"),
    "survey_facts": N_("Surveys"),
    "review_facts": N_("Reviews by colleagues"),
    "customer_facts": N_("Customers"),
    "purchase_facts": N_("Purchases"),
    "follow_up_facts": N_("Follow-ups"),
}
MIXES = {
    "channel": N_("Another mix of channels among the new tickets: {moves}."),
    "priority": N_("Another mix of priorities among the new tickets: {moves}."),
}


@dataclass(frozen=True)
class Part:
    """Metrics that are read over the same days. `cut`: why these are fewer than they could be, or ""."""

    tables: tuple[str, ...]
    before: Period
    after: Period
    cut: str
    found: tuple[Comparison, ...] = ()


@dataclass(frozen=True)
class Reading:
    """Before and after an event. `unread`: sentences on what has too few days; `warnings`: what else changed."""

    event: Event
    parts: tuple[Part, ...] = ()
    unread: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def found(self) -> tuple[Comparison, ...]:
        """All comparisons, in the order of the metrics."""
        by_name = {one.metric: one for part in self.parts for one in part.found}
        return tuple(by_name[entry.name] for entry in ALL if entry.name in by_name)


@dataclass(frozen=True)
class _Edges:
    """The first day of the rows of a table, and the day after the last whole one."""

    first: date
    until: date


def comparable() -> tuple[Metric, ...]:
    """The metrics that two stretches of days can be compared by; not those that still change as time goes by."""
    return tuple(entry for entry in ALL if not isinstance(entry.measure, Curve | ProjectedValue) and not entry.matures)


def reading(engine: Engine, event: Event, others: Iterable[Event], moment: Moment) -> Reading:
    """Compare all metrics before and after an event, for its team; verdicts allow for the number of metrics."""
    filters = Filters(Period(), {"team": (event.team,)} if event.team else {}, moment.settings.clock)
    parts, unread = _parts(engine, event, filters, moment)
    parts = [replace(part, found=_compared(engine, part, filters, moment)) for part in parts]
    judged = comparison.allowing_for_many([one for part in parts for one in part.found])
    by_name = {one.metric: one for one in judged}
    parts = [replace(part, found=tuple(by_name[one.metric] for one in part.found)) for part in parts]
    warnings = [*_others(event, others, parts), *_changed(engine, filters, moment, parts)]
    return Reading(event, tuple(part for part in parts if part.found), tuple(unread), tuple(warnings))


# --- which days ---------------------------------------------------------------------------------------------


def _parts(engine: Engine, event: Event, filters: Filters, moment: Moment) -> tuple[list[Part], list[str]]:
    """(the parts of the reading, sentences on the tables that have too few days)."""
    parts: dict[tuple[Period, Period, str], list[str]] = {}
    refused: dict[str, list[str]] = {}
    for table in FIRST_DAYS:
        edges = _edges(engine, table, filters, moment)
        if edges is None:
            continue
        days = _days(event, edges)
        if days < SHORTEST:
            refused.setdefault(_too_few(event, edges), []).append(table)
            continue
        before, after = Period(event.start - timedelta(days=days), event.start), _after(event, days)
        parts.setdefault((before, after, _cut(event, edges, days)), []).append(table)
    if not parts and not refused and event.team:
        return [], [_("The data has no rows of team {team}: nothing can be compared.", team=event.team)]
    alone = not parts and len(refused) == 1
    said = [text if alone else f"{_listed(tables)}: {text}" for text, tables in refused.items()]
    return [Part(tuple(tables), *days) for days, tables in parts.items()], said


def _edges(engine: Engine, table: str, filters: Filters, moment: Moment) -> _Edges | None:
    """Where the rows of a table begin and end, for the team of the filters; None without rows."""
    conditions, params = filters.where(table)
    column, where = FIRST_DAYS[table], " and ".join(["true", *conditions])
    sql = f"select min({column}) as first, max({column}) as last from {table} where {where}"
    row = engine.query(sql, **params).to_pylist()[0]
    if row["first"] is None:
        return None
    whole = moment.complete_until
    return _Edges(row["first"], whole if table == "customer_facts" else min(whole, row["last"] + timedelta(days=1)))


def _begin(event: Event) -> date:
    """The first day of those after: of an event of one day that day itself, else the day after its last."""
    return event.start if event.end is None else event.end + timedelta(days=1)


def _after(event: Event, days: int) -> Period:
    return Period(_begin(event), _begin(event) + timedelta(days=days))


def _days(event: Event, edges: _Edges) -> int:
    """How many days there are on each side: whole weeks."""
    days = min(LONGEST, (event.start - edges.first).days, (edges.until - _begin(event)).days)
    return max(days, 0) // WEEK * WEEK


def _too_few(event: Event, edges: _Edges) -> str:
    earlier, later = (event.start - edges.first).days, (edges.until - _begin(event)).days
    if later < SHORTEST:
        last = formats.day(edges.until - timedelta(days=1))
        if later <= 0:
            return _("It is too early: the last whole day of the data is {day}.", day=last)
        return _(
            "It is too early: the last whole day of the data is {day}, which gives {count} days after it. A reading needs {least}.",
            day=last, count=later, least=SHORTEST,
        )  # fmt: skip
    first = formats.day(edges.first)
    if earlier <= 0:
        return _("There is nothing before it: the data begins on {day}.", day=first)
    return _(
        "There is too little before it: the data begins on {day}, which gives {count} days. A reading needs {least}.",
        day=first, count=earlier, least=SHORTEST,
    )  # fmt: skip


def _cut(event: Event, edges: _Edges, days: int) -> str:
    """Why the days are fewer than they could be; "" where they are not."""
    if days >= LONGEST // WEEK * WEEK:
        return ""
    if (edges.until - _begin(event)).days < (event.start - edges.first).days:
        return _(
            "no more, because the last whole day of the data is {day}", day=formats.day(edges.until - timedelta(days=1))
        )
    return _("no more, because the data begins on {day}", day=formats.day(edges.first))


def _listed(tables: Iterable[str]) -> str:
    return ", ".join(_(TABLE_WORDS[table]) for table in tables)


def _compared(engine: Engine, part: Part, filters: Filters, moment: Moment) -> tuple[Comparison, ...]:
    """The metrics of the part's tables that have rows on either side."""
    names = tuple(entry.name for entry in comparable() if entry.table in part.tables)
    query = Query(names, filters=replace(filters, period=part.after))
    found = comparison.compare_apart(engine, query, moment, part.before)
    return tuple(
        one for one in found.values() if (one.n or one.before_n) and not np.isnan([one.value, one.before]).all()
    )


def sentence(part: Part) -> str:
    """The days of a part in words."""
    weeks = (part.after.days or 0) // WEEK
    said = _(
        "{weeks} whole weeks before ({before}) against as many after ({after})",
        weeks=weeks, before=_span(part.before), after=_span(part.after),
    )  # fmt: skip
    return f"{said}; {part.cut}." if part.cut else f"{said}."


def _span(days: Period) -> str:
    """First and last day, whether or not they make whole months."""
    assert days.start is not None
    assert days.end is not None
    return formats.days(days.start, days.end - timedelta(days=1))


def rows(found: Reading) -> list[dict[str, object]]:
    """The comparisons as plain values."""
    return comparison.records(found.found, "after", "before")


# --- what else changed --------------------------------------------------------------------------------------


def _others(event: Event, others: Iterable[Event], parts: Iterable[Part]) -> list[str]:
    """The other events on the days that are compared, of the same team or of everybody."""
    stretches = [period for part in parts for period in (part.before, part.after)]
    said = []
    for other in sorted(others, key=lambda one: (one.start, one.id)):
        same = event.team is None or other.team is None or event.team == other.team
        if other.id == event.id or not same or not any(overlaps(other.days, period) for period in stretches):
            continue
        name = other.name if other.team is None else f"{other.name} ({other.team})"
        said.append(_("Another event in these days: {name}, {when}.", name=name, when=when(other)))
    return said


def _changed(engine: Engine, filters: Filters, moment: Moment, parts: Iterable[Part]) -> list[str]:
    """Other work than before: more or fewer tickets, another mix, a help desk that came or went."""
    said: list[str] = []
    for part in parts:
        if "ticket_facts" not in part.tables:
            continue
        said += [*_volume(part), *_mixes(engine, filters, moment, part), *_desks(engine, filters, part)]
    return said


def _volume(part: Part) -> list[str]:
    """Whether clearly more or fewer tickets came in: counts as Poisson."""
    found = next((one for one in part.found if one.metric == "tickets_created"), None)
    if found is None or not found.before or abs(found.change) <= VOLUME:
        return []
    if abs(found.value - found.before) < 1.96 * (found.value + found.before) ** 0.5:
        return []
    before, after = formats.decimal(found.before, 0), formats.decimal(found.value, 0)
    share = formats.percent(abs(found.change), 0)
    if found.change > 0:
        return [_("{share} more new tickets came in: {after}, was {before}.", share=share, before=before, after=after)]
    return [_("{share} fewer new tickets came in: {after}, was {before}.", share=share, before=before, after=after)]


def _mixes(engine: Engine, filters: Filters, moment: Moment, part: Part) -> list[str]:
    """The shares of channels and priorities that moved far and beyond noise."""
    said = []
    for name, words in MIXES.items():
        sides = []
        for period in (part.before, part.after):
            query = Query(("tickets_created",), by=(name,), filters=replace(filters, period=period))
            rows = queries.ask(engine, query, moment).rows
            sides.append(dict(zip(rows[name], rows["n"].astype(int), strict=True)))
        before, after = sides
        n1, n2 = sum(before.values()), sum(after.values())
        moves = []
        for word in dict.fromkeys([*before, *after]):
            x1, x2 = before.get(word, 0), after.get(word, 0)
            if not n1 or not n2 or abs(x2 / n2 - x1 / n1) < MIX:
                continue
            low, high = statistics.newcombe(x2, n2, x1, n1)
            slack = statistics.half_yates(n2, n1)
            if low > slack or high < -slack:
                ends = {"before": formats.percent(x1 / n1, 0), "after": formats.percent(x2 / n2, 0)}
                moves.append(_("{name} from {before} to {after}", name=formats.group(name, word), **ends))
        if moves:
            said.append(_(words, moves="; ".join(moves)))
    return said


def _desks(engine: Engine, filters: Filters, part: Part) -> list[str]:
    """The tools whose tickets begin or end within the days that are compared."""
    assert part.before.start is not None
    assert part.after.end is not None
    conditions, params = filters.where("ticket_facts")
    sql = f"""select source, min(created_on) as first, max(created_on) as last from ticket_facts
              where {" and ".join(["true", *conditions])} group by source order by first, source"""
    labels = {source.name: source.label for source in (*SOURCES, *GENERIC)}
    week, said = timedelta(days=WEEK), []
    for row in engine.query(sql, **params).to_pylist():
        name = _(labels.get(row["source"], row["source"]))
        if part.before.start + week < row["first"] < part.after.end:
            said.append(
                _("The tickets of {tool} begin in these days, on {day}.", tool=name, day=formats.day(row["first"]))
            )
        if part.before.start <= row["last"] < part.after.end - week:
            said.append(
                _("The tickets of {tool} end in these days, on {day}.", tool=name, day=formats.day(row["last"]))
            )
    return said
