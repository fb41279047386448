"""Facts of customers and of what they bought; and customers who are known under two numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from cxdata import calendars
from cxdata.facts.base import (
    CODE_MONTH,
    MOST_LISTED,
    STEP_SQL,
    People,
    insert,
    listed_type,
    local_columns,
    seconds,
    taken,
    write,
    years_of,
)
from cxdata.schema import GAPS, MOST_PURCHASES
from cxdata.settings import Settings

SAME_CUSTOMER = "same_customer"  # entries of the journal: `number` is one customer with `into`


def merged(cursor: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """{number: the number that it is one with in the end} of the customers that are known under two."""
    pairs = dict(
        cursor.execute(
            """
            select body ->> 'number', body ->> 'into' from (
                select * from journal where kind = ? qualify number = max(number) over (partition by id)) as newest
            where not removed order by id""",
            [SAME_CUSTOMER],
        ).fetchall()
    )
    found = {}
    for number in pairs:
        end, seen = pairs[number], {number}
        while end in pairs and end not in seen:
            seen.add(end)
            end = pairs[end]
        found[number] = end
    return found


def insert_merged(cursor: duckdb.DuckDBPyConnection, same: Mapping[str, str]) -> None:
    cursor.execute("create or replace temp table merged (number varchar, one varchar)")
    insert(cursor, "merged", [[number, one] for number, one in same.items()])


def as_one(kind: str, sql: str) -> str:
    """SQL: current rows in which a customer known under two numbers has one.

    Of their rows in customers files that of the number kept stands; they came first when the first of them did, and have left
    when all have.
    """
    rows = f"""
        select t.* replace (coalesce(m.one, t.customer_id) as customer_id), t.customer_id as known_as
        from ({sql}) as t left join merged as m on m.number = t.customer_id"""
    if kind != "customers":
        return f"select * exclude (known_as) from ({rows}) as named"
    return f"""
        with named as ({rows}),
        ones as (
            select * replace (
                min(started_on) over (partition by customer_id) as started_on,
                case when count(*) over (partition by customer_id) = count(cancelled_on) over (partition by customer_id)
                     then max(cancelled_on) over (partition by customer_id) end as cancelled_on)
            from named where customer_id in (select one from merged)
            qualify row_number() over (
                partition by customer_id order by known_as = customer_id desc, import_id desc, source, key) = 1)
        select * exclude (known_as) from ones
        union all by name
        select * exclude (known_as) from named where customer_id is null or customer_id not in (select one from merged)"""


def customers(
    cursor: duckdb.DuckDBPyConnection, settings: Settings, own: Sequence[str], people: People, *, known: bool
) -> None:
    listed = "".join(f", {name}" for name in own)
    rows = _known(own) if known else _estimated(cursor, settings, own)
    params = {} if known else {"gone": settings.churn_after_days}
    write(
        cursor,
        "customer_facts",
        f"""
        with rows as ({rows})
        select customer_id, {people.team("team")} as team, channel as entry_channel, segment, monthly_value, renews_on, estimated, derived{listed},
               {local_columns("started", "started_on")}, {local_columns("cancelled", "cancelled_on")},
               cast((year(started_on) * 12 + month(started_on)) * {CODE_MONTH} + day(started_on) as integer) as start_code,
               cast((year(cancelled_on) * 12 + month(cancelled_on)) * {CODE_MONTH} + day(cancelled_on) as integer)
                   as cancel_code
        from rows order by started_on, cancelled_on, monthly_value""",
        params,
    )


def customer_lookups(cursor: duckdb.DuckDBPyConnection, own: Sequence[str], *, known: bool) -> None:
    """Temporary tables: what is known of a customer by each of the names that rows may have for it."""
    listed = "".join(f", {name}" for name in own)
    cursor.execute(f"""
        create or replace temp table customer_of as
        select customer_id as known_as, customer_id, team, segment, entry_channel, started_on, cancelled_on, derived{listed}
        from customer_facts""")
    if known:  # a survey tool may know the customer by e-mail address only
        cursor.execute(f"""
            insert into customer_of
            select email, any_value(c.customer_id), any_value(f.team), any_value(f.segment), any_value(f.entry_channel),
                   any_value(f.started_on),
                   any_value(f.cancelled_on), any_value(f.derived)
                   {taken(own, "any_value(f.{})")}
            from current_customers c join customer_facts f on f.customer_id = c.customer_id
            where email is not null and email not in (select known_as from customer_of)
            group by email having count(distinct c.customer_id) = 1""")
    # Customers estimated from tickets tell a ticket nothing that it does not know itself.
    cursor.execute(
        f"create or replace temp table known_customer as select * from customer_of {'' if known else 'limit 0'}"
    )


def _known(own: Sequence[str]) -> str:
    """SQL: the customers of the imported lists."""
    return f"""
        select customer_id, team, channel, segment, monthly_value, renews_on, false as estimated, derived, started_on,
               case when cancelled_on >= started_on then cancelled_on end as cancelled_on{taken(own, "groups['{}']")}
        from current_customers join knowing using (import_id)
        qualify row_number() over (partition by customer_id order by import_id desc, source) = 1"""


def _estimated(cursor: duckdb.DuckDBPyConnection, settings: Settings, own: Sequence[str]) -> str:
    """SQL: customers from their activity: purchases, else tickets and surveys."""
    bought = cursor.execute("select count(*) > 0 from current_purchases").fetchall()[0][0]
    kept = taken(own, "groups['{}']")
    activity = (
        f"select customer_id, purchased_at as moment, team, segment{kept} from current_purchases"
        if bought
        else f"""select customer_id, created_at as moment, team, segment{kept} from current_tickets
                where coalesce(status, 'open') not in ('deleted', 'spam')
                union all select customer_id, answered_at, team, segment{kept} from current_surveys"""
    )
    newest = {name: _newest(cursor, name, activity) for name in ("team", "segment")}
    return f"""
        select customer_id, {newest["team"]} as team, cast(null as varchar) as channel, {newest["segment"]} as segment,
               cast(null as double) as monthly_value, cast(null as date) as renews_on, true as estimated, false as derived,
               cast({calendars.local_sql(settings.zone, "min(moment)")} as date) as started_on,
               cast({calendars.local_sql(settings.zone, "max(moment)")} as date) + cast($gone as integer) as cancelled_on
               {taken(own, "arg_max({}, moment)")}
        from ({activity}) where customer_id is not null group by customer_id"""


def _newest(cursor: duckdb.DuckDBPyConnection, name: str, activity: str) -> str:
    """SQL: the last of the words of a customer. As places in a list they are kept while counting, and not as texts."""
    found = cursor.execute(
        f"select distinct {name} from ({activity}) where {name} is not null limit {MOST_LISTED + 1}"
    ).fetchall()
    listed = listed_type([word for (word,) in found])
    return f"cast(arg_max(cast({name} as {listed}), moment) as varchar)" if found else "cast(null as varchar)"


_BUYING = "(partition by customer_id order by purchased_at, source, key)"
_CODE = f"((year(local) * 12 + month(local)) * {CODE_MONTH} + day(local))"


def purchases(cursor: duckdb.DuckDBPyConnection, settings: Settings, own: Sequence[str], people: People) -> None:
    years = years_of(cursor, "purchases", "purchased_at")
    gap = f"case {' '.join(f'when p.waited < {days} then {place}' for place, days in enumerate(GAPS))} when p.waited is not null then {len(GAPS)} end"
    write(
        cursor,
        "purchase_facts",
        f"""
        with timed as (
            select *, {calendars.local_sql(settings.zone, "purchased_at", years)} as local, {seconds("purchased_at")} as purchased_s
            from current_purchases),
        placed as (
            select *, row_number() over {_BUYING} as nth, cast(local as date) - lag(cast(local as date)) over {_BUYING} as waited,
                   lead(cast(local as date)) over {_BUYING} - cast(local as date) as next_days,
                   lead({_CODE}) over {_BUYING} - {_CODE} as next_code,
                   sum(amount) over ({_BUYING[1:-1]} rows between unbounded preceding and 1 preceding) as spent
            from timed)
        select p.source, p.key, p.customer_id, p.purchased_s, {local_columns("purchased", "p.local")}, p.amount,
               cast(p.nth as integer) as nth, cast(least(p.nth, {MOST_PURCHASES}) as integer) as purchase_number,
               cast(p.next_days as integer) as next_days, cast(p.next_code // {CODE_MONTH} as integer) as next_months,
               coalesce(p.spent, 0e0) as spent_before, cast({gap} as integer) as gap,
               {", ".join(f"p.waited * 86400 as between_{clock}_s, {STEP_SQL.format('p.waited * 86400')} as between_{clock}_step" for clock in ("calendar", "business"))},
               {people.team("coalesce(p.team, c.team)")} as team, coalesce(p.segment, c.segment) as segment, c.entry_channel
               {taken(own, "coalesce(p.groups['{}'], c.{})")}
        from placed p left join customer_of c on c.known_as = p.customer_id order by p.purchased_s, p.amount""",
    )
