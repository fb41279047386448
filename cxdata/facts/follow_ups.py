"""Facts of follow-ups: the reasons to contact a customer, and when the loop was closed."""

from __future__ import annotations

import duckdb

from cxdata import calendars
from cxdata.facts.base import STEP_SQL, insert, local_columns, write
from cxdata.facts.customers import insert_merged, merged
from cxdata.schema import OWN
from cxdata.settings import Settings

ANSWER_DAYS = 30  # within which a follow-up of the same customer is about the answer


def follow_ups(cursor: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """(Re)write follow_up_facts from the journal: the reasons to contact a customer, and when the loop was closed.

    A row for each answer of a detractor whom we know, and one for each follow-up for another reason. A follow-up is about
    the answer it names, else about the latest one of the customer in the 30 days before it. Held-out customers are in no row
    of their own; their answers are left out too, since nobody was to react to them.
    """
    insert_merged(cursor, merged(cursor))
    closings = cursor.execute("""
        select id, coalesce(one, body ->> 'customer') as customer_id, body ->> 'answer' as answer, cast(body ->> 'opened_s' as bigint) as opened_s,
               cast(body ->> 'closed_s' as bigint) as closed_s, cast(body ->> 'held_out' as boolean) as held_out
        from (select * from journal where kind = 'follow_up' qualify number = max(number) over (partition by id)) as newest
        left join merged on merged.number = body ->> 'customer'
        where not removed""").fetchall()
    cursor.execute("""
        create or replace temp table promised (id integer, customer_id varchar, answer varchar, opened_s bigint, closed_s bigint,
            held_out boolean)""")
    insert(cursor, "promised", [list(row) for row in closings])
    own = [name for name, *_ in cursor.execute("describe customer_facts").fetchall() if name.startswith(OWN)]
    groups = ", ".join(["team", "segment", *own])
    cursor.execute(f"""
        create or replace temp table arisen as
        with answers as (
            select source || '|' || key as answer, customer_id, answered_s as arose_s, {groups}
            from survey_facts where kind = 'nps' and score <= 6 and customer_id is not null),
        nearest as (
            select p.id, arg_max(a.answer, a.arose_s) as answer from promised p
            join answers a on a.customer_id = p.customer_id and a.arose_s <= p.opened_s
                              and (p.answer = a.answer or (p.answer = '' and a.arose_s >= p.opened_s - {ANSWER_DAYS * 86400}))
            group by p.id),
        about as (
            select n.answer, min(p.closed_s) as closed_s, bool_or(p.held_out) as held_out
            from nearest n join promised p using (id) group by n.answer)
        select 'answer' as reason, answer as key, customer_id, arose_s, about.closed_s, {groups}
        from answers left join about using (answer) where not coalesce(held_out, false)
        union all
        select 'risk', cast(p.id as varchar), p.customer_id, p.opened_s, p.closed_s, {groups}
        from promised p left join customer_facts using (customer_id)
        where not p.held_out and p.id not in (select id from nearest)""")
    found = cursor.execute("select key, reason, arose_s, closed_s from arisen where closed_s is not null").fetchall()
    cursor.execute("create or replace temp table taken (key varchar, reason varchar, business_s bigint)")
    opening = settings.opening
    took = [[k, r, calendars.reading(opening, end) - calendars.reading(opening, begin)] for k, r, begin, end in found]
    insert(cursor, "taken", took)
    local = calendars.local_sql(settings.zone, "make_timestamp(arose_s * 1000000)")
    write(
        cursor,
        "follow_up_facts",
        f"""
        with measured as (
            select arisen.*, closed_s - arose_s as calendar_s, business_s, {local} as local
            from arisen left join taken using (key, reason))
        select reason, key, customer_id, {groups}, arose_s, {local_columns("arose", "local")}, closed_s is not null as is_closed,
               calendar_s as follow_up_calendar_s, business_s as follow_up_business_s,
               {STEP_SQL.format("calendar_s")} as follow_up_calendar_step,
               {STEP_SQL.format("business_s")} as follow_up_business_step
        from measured order by arose_s""",
    )
