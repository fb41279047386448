"""Facts of tickets: clocks, durations, what was promised and whether it was kept, and the contact before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import date

import duckdb

from cxdata import calendars
from cxdata.facts.base import (
    MOST_LISTED,
    NO_DATA,
    STEP_SQL,
    People,
    calendar_columns,
    in_order,
    insert,
    listed_type,
    local_columns,
    seconds,
    taken,
    write,
    years_of,
)
from cxdata.metrics.customers import LEAVES_WITHIN_DAYS
from cxdata.parsing import quoted
from cxdata.settings import Policy, Settings
from cxdata.tuning import in_any_order

UNANSWERED_S = 24 * 3600  # where no policy applies


def _opening_days(cursor: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    first, last = cursor.execute("""
        select min(least(created_at, first_response_at, resolved_at)),
               max(greatest(created_at, first_response_at, resolved_at)) from current_tickets""").fetchall()[0]
    longest = "select max(greatest(first_response_s, resolution_s, 0)) from current_tickets"
    spare = int(cursor.execute(longest).fetchall()[0][0] or 0) // 86400 + 2
    low, high = first.date() if first else NO_DATA, last.date() if last else NO_DATA
    end = date.fromordinal(min(high.toordinal() + spare, calendars.LAST_DAY.toordinal()))
    days = calendars.days(settings.opening, date.fromordinal(low.toordinal() - 2), end)
    cursor.register("opening_days_arrow", days)
    cursor.execute("create or replace temp table opening_days as select * from opening_days_arrow")
    cursor.unregister("opening_days_arrow")


def _business(alias: str, second: str) -> str:
    """SQL: the reading of the business clock at a UTC second whose local day is joined as `alias`."""
    return f"({alias}.before_s + greatest(least({second}, {alias}.closes_s), {alias}.opens_s) - {alias}.opens_s)"


def policy_for(policies: tuple[Policy, ...], priority: str | None, team: str | None, channel: str | None) -> Policy:
    """The first policy that matches; no priority counts as normal; none matching is a policy without targets."""
    for policy in policies:
        if (
            policy.priority in (None, priority or "normal")
            and policy.team in (None, team)
            and policy.channel in (None, channel)
        ):
            return policy
    return Policy()


def _policy_columns(policies: tuple[Policy, ...]) -> list[str]:
    """What the policies look at: only that has to be compared for every ticket."""
    return [name for name in ("priority", "team", "channel") if any(getattr(policy, name) for policy in policies)]


def _same_policy(policies: tuple[Policy, ...]) -> str:
    """SQL: the ticket d has the combination of the row p of policy_of."""
    same = [f"coalesce(p.{name}, '') = coalesce(d.{name}, '')" for name in _policy_columns(policies)]
    return " and ".join(same) or "true"


def _policies(cursor: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Temporary table: the policy of each priority, team and channel."""
    asked = _policy_columns(settings.policies)
    columns = [
        name if name in asked else f"cast(null as varchar) as {name}" for name in ("priority", "team", "channel")
    ]
    combinations = cursor.execute(f"select distinct {', '.join(columns)} from current_tickets").fetchall()
    cursor.execute("""
        create or replace temp table policy_of (priority varchar, team varchar, channel varchar,
            first_response_target_s bigint, resolution_target_s bigint, on_business boolean)""")
    rows = []
    for combination in combinations:
        policy = policy_for(settings.policies, *combination)
        rows.append([*combination, policy.first_response_s, policy.resolution_s, policy.clock == "business"])
    insert(cursor, "policy_of", rows)


def _not_negative(seconds: str) -> str:
    """SQL: a duration as the tool states it, null where it is negative."""
    return f"case when {seconds} >= 0 then {seconds} end"


_FOLLOWING = {"channel": "t.channel", "stage": "s.stage"}  # what is told of the next contact of a customer
ONE_TOUCH = {
    "one_touch": "case when agent_replies is not null then agent_replies = 1 and coalesce(reopens, 0) = 0 end",
    "freshservice": "case when customer_messages is not null then customer_messages <= 1 end",
    "zoho": "case when agent_replies is not null then agent_replies = 1 end",
    "intercom": "case when teammates is not null and reopens is not null then teammates = 1 and reopens = 0 end",
}


def _words(cursor: duckdb.DuckDBPyConnection, people: People) -> dict[str, tuple[str, ...]]:
    """{column: its words} of the columns of ticket facts to group and filter by, all where they are few; none where the column
    is empty."""
    rows = "select distinct {} as word from current_tickets where {} is not null"
    asked = {name: rows.replace("{}", name) for name in ("source", "status", "priority", "channel", "handled_by")}
    asked |= {
        name: rows.replace("{}", sql) for name, sql in (("agent", people.agent("agent")), ("team", people.team("team")))
    }
    asked["segment"] = " union ".join(
        f"select segment from {of} where segment is not null" for of in ("current_tickets", "known_customer")
    )
    asked["stage"] = "select distinct stage from stage_of where stage is not null"
    found = {
        name: tuple(word for (word,) in cursor.execute(f"{sql} limit {MOST_LISTED + 1}").fetchall())
        for name, sql in asked.items()
    }
    return found | {f"next_{name}": found[name] for name in _FOLLOWING}


def _same_for_all(cursor: duckdb.DuckDBPyConnection, words: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """{column: SQL} of the columns of ticket facts that are the same for every ticket."""
    counted = ("agent_replies", "reopens", "customer_messages", "teammates")
    counts = cursor.execute(
        f"select {', '.join(f'count({name})' for name in counted)} from current_tickets"
    ).fetchall()[0]
    same = {name: "null" for name, count in zip(counted, counts, strict=True) if not count}
    same |= {name: "null" for name, found in words.items() if not found}
    if len(words["source"]) == 1:
        same["source"] = quoted(words["source"][0])
    if not cursor.execute("select count(*) from known_customer").fetchall()[0][0]:
        same |= {"leaving_known_on": "null", "leaves_on": "null", "is_last_contact": "false"}
    clocks = cursor.execute("select distinct on_business from policy_of").fetchall()
    if len(clocks) == 1:
        same["on_business"] = str(clocks[0][0]).lower()
    known = cursor.execute("""
        select distinct knows_first_response, dates_resolution from knowing where import_id in (
            select import_id from imports where kind = 'tickets' and undone_at is null)""").fetchall()
    first_response, resolution = {first for first, _ in known}, {last for _, last in known}
    if len(first_response) == 1 and not words["handled_by"]:
        same["knows_first_response"] = str(first_response.pop()).lower()
    if resolution == {True}:
        same["knows_resolution"] = "true"
    return same


def _worked_out(cursor: duckdb.DuckDBPyConnection, settings: Settings, same: Mapping[str, str]) -> dict[str, str]:
    """{column: SQL over other columns} of ticket facts: what follows from them by a short expression. `same`: what is the same
    for every ticket."""
    asked = "knows_first_response and not coalesce(first_response_at_s < created_s, false)"
    start = (
        "created_s" if _in_calendar_time(same) else "case when on_business then created_business_s else created_s end"
    )
    deadline = f"{start} + first_response_target_s"
    found = {
        **(_targets(cursor) if set(_policy_columns(settings.policies)) <= {"priority"} else {}),
        **calendar_columns("created"),
        **calendar_columns("resolved"),
        "says_resolved": "coalesce(status in ('solved', 'closed'), false)",
        "first_response_calendar_s": "case when first_response_at_s >= created_s then first_response_at_s - created_s end",
        "first_response_negative": "coalesce(first_response_at_s < created_s, false)",
        "resolution_negative": "coalesce(resolved_at_s < created_s, false)",
        "knows_stock": "knows_resolution and (resolved_at_s is not null or coalesce(status not in ('solved', 'closed'), true))",
        "one_touch": ONE_TOUCH[settings.count_as],
        "first_response_deadline": f"case when {asked} then {deadline} end",
        "answer_deadline": f"case when {asked} then coalesce({deadline}, created_s + {UNANSWERED_S}) end",
        "answer_on_business": "on_business and first_response_target_s is not null",
        "leaves_in_days": "cast(leaves_on - created_on as integer)",
        "first_response_business_step": STEP_SQL.format("first_response_business_s"),  # seldom asked for
        "resolution_business_step": STEP_SQL.format("resolution_business_s"),
    }
    waited = cursor.execute("select count(waiting_s) + count(waiting_business_s) from current_tickets").fetchall()[0][0]
    if not (waited and settings.subtract_waiting):
        found["resolution_calendar_s"] = "case when resolved_at_s >= created_s then resolved_at_s - created_s end"
        if same.get("knows_resolution") == "true":
            due = f"{start} + resolution_target_s"
            found["resolution_deadline"] = f"case when not coalesce(resolved_at_s < created_s, false) then {due} end"
    if cursor.execute("select coalesce(bool_or(trust_sla), false) from knowing").fetchall()[0][0]:
        return found  # outcomes as the tool states them cannot be worked out
    for name, end in (("first_response", "first_response_at_s"), ("resolution", "resolved_at_s")):
        taken = f"case when on_business then {name}_business_s else {name}_calendar_s end"
        found[f"{name}_met"] = f"{taken} <= {name}_target_s"
        found[f"{name}_judged_s"] = f"case when {taken} is not null then {end} end"
    return found


def _targets(cursor: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """{column: SQL} of the targets, where they follow from the priority."""
    policies = cursor.execute("select priority, first_response_target_s, resolution_target_s from policy_of").fetchall()
    found = {}
    for place, name in enumerate(("first_response_target_s", "resolution_target_s"), start=1):
        targets = {policy[0]: "null" if policy[place] is None else str(policy[place]) for policy in policies}
        otherwise = targets.pop(None, "null")
        cases = " ".join(f"when {quoted(priority)} then {target}" for priority, target in sorted(targets.items()))
        found[name] = f"case priority {cases} else {otherwise} end" if cases else otherwise
    return found


def _in_calendar_time(same: Mapping[str, str]) -> bool:
    """Whether no target runs on the business clock. `same`: what is the same for every ticket."""
    return same.get("on_business") == "false"


def _contacts(cursor: duckdb.DuckDBPyConnection, words: Mapping[str, Sequence[str]]) -> None:
    """Temporary table: by the place of each ticket with a customer, which contact of the customer it is, and the next one.

    It is narrow, so that it fits into memory beside what is written. Of one instant the order is arbitrary, but always the
    same, whichever file a ticket came in with: customers with such contacts, mostly few, are looked at once more, since
    sorting all contacts by that too takes half as long again.
    """
    following = {name: listed_type(words[name]) for name in _FOLLOWING if words[name]}
    rows = f"""
        select t.place, t.source, t.key, coalesce(c.customer_id, t.customer_id) as whose, t.created_at
               {"".join(f", cast({_FOLLOWING[name]} as {type_}) as {name}" for name, type_ in following.items())}
        from current_tickets t
        left join known_customer c on c.known_as = t.customer_id
        left join stage_of s on s.touchpoint = t.touchpoint
        where t.customer_id is not null and coalesce(t.status, 'open') not in ('deleted', 'spam')"""

    def ordered(contacts: str, order: str) -> str:
        return f"""
            select place, nth_contact, {seconds("next_at")} as next_s, coalesce(next_at = created_at, false) as tied
                   {"".join(f", next_{name}" for name in following)}
            from (select place, created_at, cast(row_number() over contact as integer) as nth_contact,
                         lead(created_at) over contact as next_at
                         {"".join(f", lead({name}) over contact as next_{name}" for name in following)}
                  from ({contacts}) window contact as (partition by whose order by {order}))"""

    cursor.execute(f"create or replace temp table contact_of as {ordered(rows, 'created_at')}")
    if cursor.execute("select count(*) filter (tied) from contact_of").fetchall()[0][0]:
        cursor.execute(f"""
            create or replace temp table tied_contacts as
            with contacts as ({rows}) select * exclude (source, key), hash(source, key) as tie from contacts
            where whose in (select whose from contacts where place in (select place from contact_of where tied))""")
        cursor.execute("delete from contact_of where place in (select place from tied_contacts)")
        cursor.execute(f"insert into contact_of {ordered('from tied_contacts', 'created_at, tie')}")
        cursor.execute("drop table tied_contacts")


def tickets(cursor: duckdb.DuckDBPyConnection, settings: Settings, own: Sequence[str], people: People) -> None:
    _opening_days(cursor, settings)
    _policies(cursor, settings)
    years = years_of(cursor, "tickets", "created_at")
    words = _words(cursor, people)
    same = _same_for_all(cursor, words)
    with in_any_order(cursor):
        _contacts(cursor, words)
    waiting = "coalesce({}, 0)" if settings.subtract_waiting else "0 * coalesce({}, 0)"
    ordered = in_order(cursor, "tickets", "created_at")
    select = f"""
        with instants as (
            select t.* replace (case when t.by_bot then null else t.first_response_business_s end as first_response_business_s),
                   k.trust_sla, k.knows_first_response and not t.by_bot as knows_first_response, k.dates_resolution,
                   k.dates_resolution or (k.knows_status and coalesce(t.status, 'open') not in ('solved', 'closed'))
                   as knows_resolution,
                   {seconds("t.created_at")} as created_s,
                   case when not t.by_bot then coalesce(t.first_response_at, t.created_at + to_seconds(t.first_response_s))
                   end as answered_at,
                   coalesce(t.resolved_at, t.created_at + to_seconds(t.resolution_s)) as solved_at,
                   {waiting.format("t.waiting_s")} as off_s, {waiting.format("t.waiting_business_s")} as off_business_s
            from (select *, coalesce(handled_by = 'bot', false) as by_bot from current_tickets) t
            join knowing k on k.import_id = t.import_id
            where coalesce(t.status, 'open') not in ('deleted', 'spam')),
        clocks as (
            select i.*, {calendars.local_sql(settings.zone, "created_at", years)} as created_local,
                   {calendars.local_sql(settings.zone, "answered_at", years)} as answered_local,
                   {calendars.local_sql(settings.zone, "solved_at", years)} as solved_local,
                   {seconds("answered_at")} as first_response_at_s, {seconds("solved_at")} as resolved_at_s
            from instants i),
        readings as (
            select c.*, {_business("d0", "c.created_s")} as created_business_s,
                   {_business("d1", "c.first_response_at_s")} as answered_business_s,
                   {_business("d2", "c.resolved_at_s")} as solved_business_s
            from clocks c
            join opening_days d0 on d0.day = cast(c.created_local as date)
            left join opening_days d1 on d1.day = cast(c.answered_local as date)
            left join opening_days d2 on d2.day = cast(c.solved_local as date)),
        durations as (
            select r.*,
                   case when first_response_at_s >= created_s then first_response_at_s - created_s end as fr_calendar,
                   case when first_response_at_s is null or first_response_at_s >= created_s
                        then coalesce({_not_negative("first_response_business_s")}, answered_business_s - created_business_s) end as fr_business,
                   case when resolved_at_s >= created_s
                        then greatest(resolved_at_s - created_s - off_s, 0) end as rs_calendar,
                   case when resolved_at_s is null or resolved_at_s >= created_s
                        then coalesce({_not_negative("resolution_business_s")},
                             greatest(solved_business_s - created_business_s - off_business_s, 0)) end as rs_business
            from readings r),
        judged as (
            select d.*, p.first_response_target_s, p.resolution_target_s, p.on_business,
                   case when p.on_business then fr_business else fr_calendar end as fr_taken,
                   case when p.on_business then rs_business else rs_calendar end as rs_taken,
                   case when p.on_business then created_business_s else created_s end as start_reading,
                   case when p.on_business then off_business_s else off_s end as off_reading,
                   c.segment as customer_segment, c.customer_id as known_customer, s.stage, nth_contact, next_s,
                   {", ".join(f"{'' if words[name] else 'cast(null as varchar) as '}next_{name}" for name in _FOLLOWING)},
                   c.cancelled_on, cast(d.created_local as date) as contact_on,
                   not c.derived and contact_on >= c.started_on and coalesce(contact_on <= c.cancelled_on, true) as is_customer
                   {taken(own, "coalesce(d.groups['{}'], c.{})")}
            from durations d
            join policy_of p on {_same_policy(settings.policies)}
            left join known_customer c on c.known_as = d.customer_id
            left join stage_of s on s.touchpoint = d.touchpoint
            left join contact_of n on n.place = d.place)
        select source, key, coalesce(known_customer, customer_id) as customer_id, {people.agent("agent")} as agent,
               {people.team("team")} as team, channel, priority, coalesce(segment, customer_segment) as segment
               {"".join(f", {name}" for name in own)},
               stage, handled_by, status,
               created_s, {"" if _in_calendar_time(same) else "created_business_s,"} {local_columns("created", "created_local")},
               first_response_at_s, resolved_at_s, {local_columns("resolved", "solved_local")},
               fr_business as first_response_business_s, rs_calendar as resolution_calendar_s, rs_business as resolution_business_s,
               {STEP_SQL.format("fr_calendar")} as first_response_calendar_step,
               {STEP_SQL.format("rs_calendar")} as resolution_calendar_step,
               knows_first_response, knows_resolution,
               agent_replies, reopens, customer_messages, teammates,
               coalesce(on_business, false) as on_business, first_response_target_s, resolution_target_s,
               case when trust_sla and first_response_in_sla is not null then first_response_in_sla
                    else fr_taken <= first_response_target_s end as first_response_met,
               case when trust_sla and first_response_in_sla is not null then coalesce(first_response_at_s, created_s)
                    when fr_taken is not null then first_response_at_s end as first_response_judged_s,
               case when trust_sla and resolution_in_sla is not null then resolution_in_sla
                    else rs_taken <= resolution_target_s end as resolution_met,
               case when trust_sla and resolution_in_sla is not null then coalesce(resolved_at_s, created_s)
                    when rs_taken is not null then resolved_at_s end as resolution_judged_s,
               case when dates_resolution and not coalesce(resolved_at_s < created_s, false)
                    then start_reading + resolution_target_s + off_reading end as resolution_deadline,
               nth_contact, next_s, next_channel, next_stage,
               case when is_customer then contact_on + {LEAVES_WITHIN_DAYS + 1} end as leaving_known_on,
               case when is_customer then cancelled_on end as leaves_on,
               coalesce(is_customer and cancelled_on is not null and coalesce(
                   cast({calendars.local_sql(settings.zone, "make_timestamp(next_s * 1000000)", years)} as date) > cancelled_on, true), false)
                   as is_last_contact
        from judged {"" if ordered else "order by created_s"}"""
    worked_out = same | _worked_out(cursor, settings, same)
    with in_any_order(cursor) if ordered else nullcontext():  # long stretches in order are enough to read less
        write(cursor, "ticket_facts", select, worked_out=worked_out, words=words)
    cursor.execute("drop table contact_of")
