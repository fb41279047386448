"""Facts of survey answers and of reviews: what customers and colleagues make of the work, with what is known of the ticket."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from cxdata import calendars
from cxdata.facts.base import People, in_order, local_columns, seconds, taken, write, years_of
from cxdata.schema import QUALITY, SCORES
from cxdata.settings import Settings


def surveys(cursor: duckdb.DuckDBPyConnection, settings: Settings, own: Sequence[str], people: People) -> None:
    listed = "".join(f", {name}" for name in own)
    cursor.execute(f"""
        create or replace temp table ticket_of as
        select source, key, team, channel, priority, agent, segment, stage, handled_by, customer_id{listed},
               count(*) over (partition by key) as holders
        from ticket_facts where key in (select ticket_id from current_surveys where ticket_id is not null)""")
    asked = {name: f"{name} is not null or (answered is false and first_score = '{name}')" for name in SCORES}
    places = ", ".join(f"('{name}')" for name in SCORES)
    of_kind = {
        column: " ".join(f"when '{name}' then {name}{end}" for name in SCORES)
        for column, end in (("score", ""), ("worst", "_worst"), ("best", "_best"))
    }
    years = years_of(cursor, "surveys", "answered_at")
    # A response is joined to its ticket and its customer once, and then becomes a row for each of its questions.
    write(
        cursor,
        "survey_facts",
        f"""
        with listing as (
            select import_id, bool_or(answered is false) as lists_unanswered from current_surveys group by import_id),
        known as (
            select s.*, case {" ".join(f"when list_contains(names, '{name}') then '{name}'" for name in SCORES)} end
                   as first_score, lists_unanswered
            from current_surveys s join knowing k on k.import_id = s.import_id join listing l on l.import_id = s.import_id),
        responses as (
            select p.*, {calendars.local_sql(settings.zone, "answered_at", years)} as local,
                   case {" ".join(f"when {sql} then '{name}'" for name, sql in asked.items())} end as first_kind,
                   coalesce(c.customer_id, p.customer_id, o.customer_id, a.customer_id) as whose,
                   coalesce(p.team, o.team, a.team, c.team) as its_team, coalesce(p.channel, o.channel, a.channel) as its_channel,
                   coalesce(o.priority, a.priority) as priority, coalesce(p.agent, o.agent, a.agent) as its_agent,
                   coalesce(p.segment, c.segment, o.segment, a.segment) as its_segment,
                   coalesce(s.stage, o.stage, a.stage) as stage, coalesce(o.handled_by, a.handled_by) as handled_by
                   {taken(own, "coalesce(p.groups['{}'], o.{}, a.{}, c.{})")}
            from known p
            left join ticket_of o on o.key = p.ticket_id and o.source = p.source and o.holders > 1
            left join ticket_of a on a.key = p.ticket_id and a.holders = 1
            left join customer_of c on c.known_as = coalesce(p.customer_id, o.customer_id, a.customer_id)
            left join stage_of s on s.touchpoint = p.touchpoint
            {"" if in_order(cursor, "surveys", "answered_at") else f"order by answered_at, {', '.join(SCORES)}"}),
        answers as (
            select *, {", ".join(f"case kind {sql} end as {column}" for column, sql in of_kind.items())}
            from responses cross join (values {places}) as kinds(kind)
            where case kind {" ".join(f"when '{name}' then {sql}" for name, sql in asked.items())} end)
        select source, key, kind, coalesce(answered, true) as is_answer, kind = first_kind as first_of_response,
               lists_unanswered, {seconds("answered_at")} as answered_s, {local_columns("answered", "local")},
               score, worst, best, (score - worst) / nullif(best - worst, 0) as normal,
               whose as customer_id, {people.team("its_team")} as team, its_channel as channel, priority,
               {people.agent("its_agent")} as agent,
               its_segment as segment, stage, handled_by, comment, ticket_id{listed}
        from answers""",
    )


def reviews(cursor: duckdb.DuckDBPyConnection, settings: Settings, own: Sequence[str], people: People) -> None:
    """A row a review: of each reviewer the newest one of a ticket, filed by when the ticket was resolved.

    The first row of a ticket also holds the means over its reviews, so that a ticket counts once.
    """
    listed = "".join(f", {name}" for name in own)
    cursor.execute(f"""
        create or replace temp table reviewed_ticket as
        select source, key, team, channel, priority, agent, segment, stage, coalesce(resolved_at_s, created_s) as handled_s{listed},
               count(*) over (partition by key) as holders
        from ticket_facts where key in (select ticket_id from current_reviews)""")
    ends = [name for score in QUALITY for name in (score, f"{score}_worst", f"{score}_best")]
    short = {score: score.removeprefix("quality_") for score in QUALITY}
    points = ", ".join(
        f"1e2 * ({one} - {one}_worst) / nullif({one}_best - {one}_worst, 0) as {short[one]}" for one in QUALITY
    )
    means = ", ".join(f"avg({name}) over ticket as {name}_mean" for name in short.values())
    of_ticket = ", ".join(f"case when nth = 1 then {name}_mean end as ticket_{name}" for name in short.values())
    write(
        cursor,
        "review_facts",
        f"""
        with placed as (
            select p.source, p.key, p.ticket_id, p.reviewer, p.reviewed_at, p.comment, {", ".join(f"p.{name}" for name in ends)},
                   coalesce(o.source, a.source) as ticket_source, coalesce(o.source, a.source, p.source) as desk,
                   coalesce(o.handled_s, a.handled_s, {seconds("p.reviewed_at")}) as handled_s,
                   coalesce(p.team, o.team, a.team) as team, coalesce(p.channel, o.channel, a.channel) as channel,
                   coalesce(o.priority, a.priority) as priority, coalesce(p.agent, o.agent, a.agent) as agent,
                   coalesce(o.segment, a.segment) as segment, coalesce(o.stage, a.stage) as stage
                   {taken(own, "coalesce(p.groups['{}'], o.{}, a.{})")}
            from current_reviews p
            left join reviewed_ticket o on o.key = p.ticket_id and o.source = p.source
            left join reviewed_ticket a on a.key = p.ticket_id and a.holders = 1
            qualify row_number() over (
                partition by desk, p.ticket_id, coalesce(lower(p.reviewer), concat(p.source, ' ', p.key))
                order by p.reviewed_at desc, p.source, p.key desc) = 1),
        scored as (
            select *, {points}, {calendars.local_sql(settings.zone, "make_timestamp(handled_s * 1000000)")} as local
            from placed),
        joined as (
            select *, {means},
                   row_number() over (partition by desk, ticket_id order by reviewed_at, source, key) as nth
            from scored window ticket as (partition by desk, ticket_id))
        select source, key, ticket_id, ticket_source, reviewer, {seconds("reviewed_at")} as reviewed_s, handled_s,
               {local_columns("handled", "local")}, nth = 1 as first_of_ticket, {", ".join(short.values())}, {of_ticket},
               {", ".join(ends)}, {people.team("team")} as team, channel, priority, {people.agent("agent")} as agent, segment, stage,
               comment{listed}
        from joined order by handled_s, source, key""",
    )
