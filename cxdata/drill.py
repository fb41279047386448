"""The rows behind a number: which they are, what each counts for, and what was left out and why.

In: a selection (a metric, filters, and the group of one mark of a chart). Out: pages of rows, the value worked out from
those rows by another way than the page's, and the counts of what was left out by reason. Nothing is read whole: the engine
sorts, searches and cuts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from cxdata import flows, formats
from cxdata.engine import Engine
from cxdata.facts import CODE_MONTH, ONE_TOUCH
from cxdata.filters import NOTHING, Filters, Period, dimension
from cxdata.i18n import N_, _
from cxdata.metrics import metric
from cxdata.metrics.base import Counted, Curve, Flow, Metric, ProjectedValue
from cxdata.metrics.tickets import RESOLVED
from cxdata.queries import own_groups
from cxdata.questions import TOTAL, Moment, Query, period_end
from cxdata.scans import scope

BLOCK = 50_000  # rows that a download reads at a time
OTHER = N_("For another reason")


@dataclass(frozen=True)
class Column:
    """A column of the rows. `kind`: text, number, instant (UTC epoch seconds), day, duration, money or group."""

    name: str
    label: str
    kind: str = "text"


@dataclass(frozen=True)
class Selection:
    """What a number is about. `where`: ((dimension, value), …) of its mark, None for no value; of a curve the `month`, and the
    `cohort` that started then."""

    metric: str
    filters: Filters
    where: tuple[tuple[str, Any], ...] = ()
    month: int | None = None
    cohort: date | None = None


def of_mark(query: Query, name: str, key: Mapping[str, Any]) -> Selection:
    """The selection of one mark of a question: `key` has `period` (the first day) and the question's dimensions."""
    filters, where = query.filters, tuple((by, key[by]) for by in query.by)
    if isinstance(metric(name).measure, Curve):
        return Selection(name, filters, where, int(key["month"]), key.get("period"))
    if query.grain != TOTAL and key.get("period"):
        start, end = key["period"], period_end(key["period"], query.grain)
        chosen = filters.period
        period = Period(max(start, chosen.start or start), min(end, chosen.end or end))
        filters = replace(filters, period=period)
    return Selection(name, filters, where)


# --- which rows ---------------------------------------------------------------------------------------------


def _scope(selection: Selection, moment: Moment) -> tuple[Metric, list[str], dict[str, str], dict[str, Any]]:
    """(the metric, conditions of the rows it is about, names for its SQL, values)."""
    entry = metric(selection.metric)
    query = Query((entry.name,), filters=selection.filters)
    names: dict[str, str] = {}
    if isinstance(entry.measure, Flow):
        conditions, names, params = flows.conditions(entry, query, moment)
    elif isinstance(entry.measure, Curve):
        conditions, params = _curve(selection, entry, moment)
    else:
        conditions, params = scope(entry, query, moment)
    for place, (name, value) in enumerate(selection.where):
        column = dimension(name).column(entry.time)
        if value is None or value == NOTHING:
            conditions.append(f"{column} is null")
        else:
            conditions.append(f"{column} = $where_{place}")
            params[f"where_{place}"] = value
    return entry, conditions, names, params


def _curve(selection: Selection, entry: Metric, moment: Moment) -> tuple[list[str], dict[str, Any]]:
    conditions, params = selection.filters.where(entry.table)
    params.update(moment.params())
    period = selection.filters.period
    params["until"] = min(period.end, moment.until) if period.end else moment.until
    if entry.table == "purchase_facts":
        params["cohort"] = selection.cohort
        return [*conditions, "nth = 1", "purchased_on < $until", "purchased_month = $cohort"], params
    conditions.append("started_on < $until")
    if entry.name == "cohort_retention":
        conditions += ["not derived", "started_month = $cohort"]
        params["cohort"] = selection.cohort
    return conditions, params


def _counted(selection: Selection, entry: Metric, names: Mapping[str, str]) -> tuple[Counted, ...]:
    """The rows of a metric with the names of its flow filled in."""
    if isinstance(entry.measure, Curve):
        if entry.table == "purchase_facts":
            return (Counted("true", f"case when next_months < {selection.month or 0:d} then 1e0 else 0e0 end"),)
        months = (selection.month or 0) * CODE_MONTH
        lasted = "case when cancelled_on < $until then cancel_code else $as_of_code end - start_code"
        if entry.name == "survival":
            return (Counted(f"{lasted} >= {months}", "null"),)
        still = f"case when cancelled_on < $until and cancel_code - start_code < {months} then 0e0 else 1e0 end"
        return (Counted("true", still),)
    found = entry.measure.counted(selection.filters.clock)
    if not names:
        return found
    return tuple(
        replace(
            one,
            among=one.among.format(**names),
            counts=one.counts.format(**names),
            weight=one.weight.format(**names),
            left_out=tuple((label, condition.format(**names)) for label, condition in one.left_out),
        )
        for one in found
    )


def _per(entry: Metric) -> str:
    """The column whose values are the rows; "" where they are those of the facts."""
    return entry.measure.per or (flows.FLOWS[entry.facts].per if entry.facts in flows.FLOWS else "")


def _relation(
    selection: Selection, moment: Moment, columns: Sequence[str], where: str = "", first: str = ""
) -> tuple[Metric, str, dict[str, Any]]:
    """(the metric, a select of the rows with `counts`, `weight` and `part`, values).

    `where`: a condition on those rows; `first`: the order and number of the only ones wanted. Both hold for each target by
    itself, so that no more of it than these is carried into the whole.
    """
    entry, conditions, names, params = _scope(selection, moment)
    per = _per(entry)
    made = _OF_CUSTOMER.get(entry.table, {})
    raw = dict.fromkeys([per, *re.findall(r"\((\w+)\)", " ".join(made.values()))])
    listed = "".join(f"{name}, " for name in (raw if per else columns))
    each = [
        f"select {listed}{one.counts} as counts, {one.weight} as weight, '{one.label}' as part from {entry.table} "
        f"where {' and '.join([*conditions, f'({one.among})'])}"
        for one in _counted(selection, entry, names)
    ]
    if not per and (where or first):
        each = [f"select * from (select * from ({sql}) as target{where}{first}) as chosen" for sql in each]
    sql = " union all ".join(each)
    if per:
        kept = [f"{sql_} as {name}" for name, sql_ in made.items() if name in columns]
        counts = "sum(counts)" if isinstance(entry.measure, Flow) else "max(counts)"
        sql = (
            f"select {', '.join([per, *kept])}, {counts} as counts, 1 as weight, '' as part from ({sql}) as bought "
            f"group by {per}"
        )
        if where or first:
            sql = f"select * from ({sql}) as buyers{where}{first}"
    return entry, sql, params


# What the rows of a customer come to, where the rows behind a number are customers: {table: {column: SQL}}.
_OF_CUSTOMER = {
    "purchase_facts": {
        "purchases": "count(key)", "amount": "sum(amount)", "first_s": "min(purchased_s)", "last_s": "max(purchased_s)",
        "team": "max(team)", "segment": "max(segment)", "entry_channel": "max(entry_channel)",
    },
    "ticket_facts": {
        "contacts": "count(key)", "first_s": "min(created_s)", "last_s": "max(created_s)", "leaves_on": "max(leaves_on)",
        "team": "max(team)", "segment": "max(segment)",
    },
}  # fmt: skip


# --- columns ------------------------------------------------------------------------------------------------

_TICKETS = (
    Column("key", N_("Ticket")), Column("created_s", N_("Created"), "instant"),
    Column("first_response_at_s", N_("First response"), "instant"), Column("resolved_at_s", N_("Resolved"), "instant"),
    Column("team", N_("Team"), "group"), Column("channel", N_("Channel"), "group"),
    Column("priority", N_("Priority"), "group"), Column("agent", N_("Agent")), Column("customer_id", N_("Customer")),
    Column("status", N_("Status")), Column("segment", N_("Segment"), "group"), Column("stage", N_("Journey stage"), "group"),
    Column("handled_by", N_("Solved by"), "group"), Column("next_s", N_("Next contact"), "instant"),
    Column("next_channel", N_("Next channel"), "group"), Column("next_stage", N_("Next stage"), "group"),
    Column("leaves_on", N_("Cancelled"), "day"),
    Column("first_response_calendar_s", N_("First response, calendar time"), "duration"),
    Column("first_response_business_s", N_("First response, business hours"), "duration"),
    Column("resolution_calendar_s", N_("Resolution, calendar time"), "duration"),
    Column("resolution_business_s", N_("Resolution, business hours"), "duration"),
    Column("agent_replies", N_("Replies"), "number"), Column("reopens", N_("Reopens"), "number"),
    Column("source", N_("Tool")),
)  # fmt: skip
_SURVEYS = (
    Column("answered_s", N_("Answered"), "instant"), Column("score", N_("Score"), "number"),
    Column("worst", N_("Worst"), "number"), Column("best", N_("Best"), "number"), Column("comment", N_("Comment")),
    Column("team", N_("Team"), "group"), Column("channel", N_("Channel"), "group"), Column("agent", N_("Agent")),
    Column("customer_id", N_("Customer")), Column("ticket_id", N_("Ticket")), Column("segment", N_("Segment"), "group"),
    Column("stage", N_("Journey stage"), "group"), Column("key", N_("Response")), Column("source", N_("Tool")),
)  # fmt: skip
_REVIEWS = (
    Column("ticket_id", N_("Ticket")), Column("handled_s", N_("Ticket resolved"), "instant"),
    Column("reviewer", N_("Reviewer")), Column("accuracy", N_("Accuracy"), "quality"),
    Column("professionalism", N_("Professionalism"), "quality"), Column("overall", N_("Overall experience"), "quality"),
    Column("comment", N_("Comment")), Column("team", N_("Team"), "group"), Column("agent", N_("Agent")),
    Column("channel", N_("Channel"), "group"), Column("reviewed_s", N_("Reviewed"), "instant"),
    Column("priority", N_("Priority"), "group"), Column("segment", N_("Segment"), "group"),
    Column("stage", N_("Journey stage"), "group"), Column("key", N_("Review")), Column("source", N_("Tool")),
)  # fmt: skip
_CUSTOMERS = (
    Column("customer_id", N_("Customer")), Column("started_on", N_("Start"), "day"),
    Column("cancelled_on", N_("Cancelled"), "day"), Column("team", N_("Team"), "group"),
    Column("segment", N_("Segment"), "group"), Column("entry_channel", N_("Channel of entry"), "group"),
    Column("monthly_value", N_("Monthly value"), "money"),
)  # fmt: skip
_BUYERS = (
    Column("customer_id", N_("Customer")), Column("purchases", N_("Purchases"), "number"),
    Column("amount", N_("Amount"), "money"), Column("first_s", N_("First purchase"), "instant"),
    Column("last_s", N_("Last purchase"), "instant"), Column("team", N_("Team"), "group"),
    Column("segment", N_("Segment"), "group"), Column("entry_channel", N_("Channel of entry"), "group"),
)  # fmt: skip
_PURCHASES = (
    Column("key", N_("Order")), Column("customer_id", N_("Customer")), Column("purchased_s", N_("Purchased"), "instant"),
    Column("amount", N_("Amount"), "money"), Column("nth", N_("Purchase number"), "number"),
    Column("team", N_("Team"), "group"), Column("segment", N_("Segment"), "group"),
    Column("entry_channel", N_("Channel of entry"), "group"),
)  # fmt: skip
_FOLLOW_UPS = (
    Column("customer_id", N_("Customer")), Column("arose_s", N_("Answered or assigned"), "instant"),
    Column("is_closed", N_("Closed"), "yes_no"), Column("follow_up_calendar_s", N_("Time to close the loop"), "duration"),
    Column("team", N_("Team"), "group"), Column("segment", N_("Segment"), "group"), Column("key", N_("Answer or number")),
)  # fmt: skip
_CALLERS = (
    Column("customer_id", N_("Customer")), Column("contacts", N_("Contacts"), "number"),
    Column("first_s", N_("First contact"), "instant"), Column("last_s", N_("Last contact"), "instant"),
    Column("leaves_on", N_("Cancelled"), "day"), Column("team", N_("Team"), "group"),
    Column("segment", N_("Segment"), "group"),
)  # fmt: skip
_COLUMNS = {
    "ticket_facts": _TICKETS, "survey_facts": _SURVEYS, "review_facts": _REVIEWS, "customer_facts": _CUSTOMERS, "purchase_facts": _PURCHASES,
    "follow_up_facts": _FOLLOW_UPS,
}  # fmt: skip
_LAST = {
    "customer_facts": "customer_id",
    "purchase_facts": "key, customer_id",
    "follow_up_facts": "key",
}  # what orders equal rows
_SEARCHED = ("key", "customer_id", "agent", "reviewer", "comment", "ticket_id", "team")
_SHOWN = {
    "ticket_facts": 9,
    "survey_facts": 8,
    "review_facts": 9,
    "purchase_facts": 8,
    "follow_up_facts": 6,
}  # columns without being asked, where they are not all


def _columns_of(entry: Metric) -> tuple[Column, ...]:
    """The columns of the rows behind a metric: of its table, or of its customers."""
    return _COLUMNS[entry.table] if not _per(entry) else _CALLERS if entry.table == "ticket_facts" else _BUYERS


def shown(name: str) -> int:
    """How many of the columns of a metric's rows are shown without being asked."""
    own = _columns_of(metric(name))
    return len(own) if own in (_CALLERS, _CUSTOMERS, _BUYERS) else _SHOWN[metric(name).table]


def columns(name: str, groups: Sequence[str] = (), agents: str = "by_name") -> tuple[Column, ...]:
    """What the rows of a metric can show, what counts first; the most telling ones at the start.

    `groups`: the columns that imports keep (see `queries.own_groups`); rows of buyers do not have them. `agents`: the setting.
    """
    entry = metric(name)
    own = tuple(one for one in _columns_of(entry) if agents == "by_name" or one.name != "agent")
    kind = {"yes_no": "yes_no", "nps": "nps", "value": entry.unit}.get(entry.measure.counts_as, "")
    counts = (Column("counts", N_("Counts as"), kind),) if kind else ()
    part = (Column("part", N_("Target"), "part"),) if len(entry.measure.counted("calendar")) > 1 else ()
    kept = () if _per(entry) else tuple(Column(one, dimension(one).label, "group") for one in groups)
    return (own[0], *part, *counts, *own[1:], *kept)


def _stored(engine: Engine, entry: Metric) -> list[str]:
    return [*(column.name for column in _columns_of(entry)), *(() if _per(entry) else own_groups(engine))]


# --- answers ------------------------------------------------------------------------------------------------


def count(engine: Engine, selection: Selection, moment: Moment, search: str = "") -> int:
    """How many rows are behind a number, of those that hold the words searched."""
    entry, sql, params = _relation(selection, moment, _searchable(metric(selection.metric)))
    where, more = _found(entry, search)
    if not sql:
        return 0
    found = engine.query(f"select count(*) as k from ({sql}) as behind{where}", **params, **more)
    return int(found.to_pylist()[0]["k"])


def _searchable(entry: Metric) -> list[str]:
    return [column.name for column in _columns_of(entry) if column.name in _SEARCHED]


def _found(entry: Metric, search: str) -> tuple[str, dict[str, Any]]:
    if not search.strip():
        return "", {}
    words = " or ".join(f"contains(lower(coalesce({column}, '')), $search)" for column in _searchable(entry))
    return f" where {words}", {"search": search.strip().casefold()}


def behind(
    engine: Engine, selection: Selection, moment: Moment, *, search: str = "", order: str = "", descending: bool = True,
    page: int = 0, size: int = 50,
) -> pd.DataFrame:  # fmt: skip
    """One page of the rows, all columns as stored; by default the newest first."""
    entry = entry_of(selection)
    known = {column.name for column in columns(entry.name, own_groups(engine))}
    newest = next(column.name for column in _columns_of(entry) if column.kind in ("instant", "day"))
    chosen = order if order in known else newest
    last = "customer_id" if _per(entry) else _LAST.get(entry.table, "key, source")
    by = f"{chosen} {'desc' if descending else 'asc'} nulls last, {last}, part"
    where, more = _found(entry, search)
    first = f" order by {by} limit {(page + 1) * size:d}"
    _entry, sql, params = _relation(selection, moment, _stored(engine, entry), where, first)
    found = engine.query(
        f"select * from ({sql}) as behind order by {by} limit $size offset $skip",
        **params,
        **more,
        size=size,
        skip=page * size,
    )
    frame: pd.DataFrame = found.to_pandas(date_as_object=True)
    return frame


def entry_of(selection: Selection) -> Metric:
    return metric(selection.metric)


def recomputed(engine: Engine, selection: Selection, moment: Moment) -> tuple[float, int]:
    """(value, n) worked out from the rows; a value of nan where it is no function of them, or there are none."""
    entry, sql, params = _relation(selection, moment, [])
    aggregate = (
        "avg(counts)" if entry.name in ("cohort_retention", "second_purchase_cohorts") else entry.measure.recomputed()
    )
    if not sql:
        return float("nan"), 0
    value = f"cast({aggregate} as double)" if aggregate else "cast(null as double)"
    if isinstance(entry.measure, ProjectedValue):
        value = "cast(null as double)"
    row = engine.query(f"select {value} as value, count(*) as n from ({sql}) as behind", **params).to_pylist()[0]
    return float("nan") if row["value"] is None else float(row["value"]), int(row["n"])


def left_out(engine: Engine, selection: Selection, moment: Moment) -> dict[str, int]:
    """{reason (message id): rows of the selection that were left out}, most first; with several targets each counts."""
    entry, conditions, names, params = _scope(selection, moment)
    found: dict[str, int] = {}
    for one in _counted(selection, entry, names):
        if not one.left_out:
            continue
        reasons = " ".join(f"when {condition} then {place}" for place, (_label, condition) in enumerate(one.left_out))
        sql = (
            f"select case {reasons} end as reason, count(*) as k from {entry.table} "
            f"where {' and '.join(conditions)} and not coalesce({one.among}, false) group by 1"
        )
        for row in engine.query(sql, **params).to_pylist():
            label = OTHER if row["reason"] is None else one.left_out[row["reason"]][0]
            found[label] = found.get(label, 0) + int(row["k"])
    return dict(sorted(found.items(), key=lambda entry: -entry[1]))


@dataclass(frozen=True)
class Preset:
    """First contact resolution as a tool counts it: the setting's code, value and n; nan and 0 where the files lack it.

    `resolved`: how many tickets of the selection are resolved; n of them say what it needs.
    """

    code: str
    value: float
    n: int
    resolved: int


def presets(engine: Engine, selection: Selection, moment: Moment) -> tuple[Preset, ...]:
    """First contact resolution of a selection in every way that tools count it, to be put beside the help desk's own."""
    _entry, conditions, _names, params = _scope(selection, moment)
    columns = ", ".join(
        f"avg(case when {sql} then 1e0 when not ({sql}) then 0e0 end) as {code}_value, count({sql}) as {code}_n"
        for code, sql in ONE_TOUCH.items()
    )
    sql = f"select count(*) as resolved, {columns} from ticket_facts where {' and '.join([*conditions, RESOLVED])}"
    (row,) = engine.query(sql, **params).to_pylist()
    none = float("nan")
    values = {code: none if row[f"{code}_value"] is None else float(row[f"{code}_value"]) for code in ONE_TOUCH}
    return tuple(Preset(code, value, int(row[f"{code}_n"]), int(row["resolved"])) for code, value in values.items())


# --- in words -----------------------------------------------------------------------------------------------


def worded(frame: pd.DataFrame, shown: Sequence[Column], moment: Moment) -> pd.DataFrame:
    """The rows in words, for reading: local times, names of groups, durations."""
    zone = ZoneInfo(moment.settings.zone)
    return pd.DataFrame({_(one.label): [_word(value, one, zone) for value in frame[one.name]] for one in shown})


def _word(value: Any, column: Column, zone: ZoneInfo) -> str:
    if value is None or pd.isna(value):
        return ""
    if column.kind == "group":
        return formats.group(column.name, value)
    if column.kind == "instant":
        return formats.instant(datetime.fromtimestamp(int(value), UTC).astimezone(zone))
    if column.kind == "day":
        return formats.day(value)
    if column.kind == "yes_no":
        return _("yes") if value else _("no")
    if column.kind == "nps":
        return _("promoter") if value > 0 else _("detractor") if value < 0 else _("passive")
    if column.kind == "part":
        return _(value) if value else ""
    if column.kind == "number":
        return formats.decimal(value, 0 if float(value).is_integer() else 2)
    if column.kind == "text":
        return str(value)
    return formats.value(value, column.kind)


def plain(frame: pd.DataFrame, shown: Sequence[Column], moment: Moment) -> pd.DataFrame:
    """The rows as values: local times, durations in seconds, names as in the data; columns by their own names."""
    zone = ZoneInfo(moment.settings.zone)
    made: dict[str, Any] = {}
    for one in shown:
        values = frame[one.name]
        if one.kind == "instant":
            values = [
                None
                if pd.isna(value)
                else datetime.fromtimestamp(int(value), UTC).astimezone(zone).replace(tzinfo=None)
                for value in values
            ]
        made[plain_name(one)] = values
    return pd.DataFrame(made)


def plain_name(column: Column) -> str:
    """The name of a column in a file."""
    return column.name.removesuffix("_s") if column.kind == "instant" else column.name


def blocks(engine: Engine, selection: Selection, moment: Moment, *, search: str = "") -> Iterator[pd.DataFrame]:
    """All rows as stored, some at a time, in the order of the facts: of time."""
    entry, sql, params = _relation(selection, moment, _stored(engine, entry_of(selection)))
    where, more = _found(entry, search)
    if sql:
        for table in engine.blocks(f"select * from ({sql}) as behind{where}", BLOCK, **params, **more):
            yield table.to_pandas(date_as_object=True)
