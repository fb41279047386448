"""Exports of a made-up company of any size, as CSV, the same bytes for the same size.

In: a number of tickets and a folder. Out: {kind: file}: tickets, a fifth as many surveys, a twentieth as many
customers, a tenth as many purchases. Generic English headers, ISO local times, 24 months and half a day (so that
the last of the 24 months is complete at as-of). Pseudo-random by hash() of texts (of numbers it is not random
enough): nothing is drawn.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

ZONE = "Europe/Amsterdam"
START, END = "2024-05-01 00:00:00", "2026-05-01 12:00:00"  # local
SURVEYS, CUSTOMERS, PURCHASES = 5, 20, 10  # one to so many tickets

_MACROS = f"""
set timezone = '{ZONE}';
create macro share(i, salt) as ((hash(salt || i) >> 11) + 1) / 9007199254740993.0;
create macro pick(words, i, salt) as words[1 + cast(floor(share(i, salt) * len(words)) as integer)];
create macro bell(i, salt) as sqrt(-2 * ln(share(i, salt))) * cos(2 * pi() * share(i, salt || '2'));
create macro first_s() as epoch(timestamptz '{START} {ZONE}');
create macro last_s() as epoch(timestamptz '{END} {ZONE}');
create macro placed(i, n) as first_s() + (last_s() - first_s()) * (i + share(i, 'time')) / n;
create macro written(s) as
    strftime(cast(to_timestamp(floor(case when s < last_s() then s end)) as timestamp), '%Y-%m-%d %H:%M:%S');
create macro team(i, salt) as
    pick(['North', 'South', 'East', 'West', 'Online', 'Business', 'Returns', 'Technical'], i, salt);
create macro channel(i, salt) as
    pick(['email', 'email', 'email', 'phone', 'phone', 'chat', 'whatsapp', 'web'], i, salt);
create macro score(i, salt, low, high) as
    case when share(i, salt || '?') < 0.6
    then cast(greatest(low, least(high, round(low + (high - low) * (0.72 + 0.25 * bell(i, salt))))) as integer) end;
"""

_TICKETS = """
    with drawn as (
        select range as i, placed(range, {n}) as created,
               pick(['urgent', 'high', 'high', 'high', 'normal', 'normal', 'normal', 'normal', 'normal', 'low', null],
                    range, 'p') as priority,
               exp(9.3 + 1.4 * bell(range, 'f')) as waited, exp(11.0 + 1.3 * bell(range, 'r')) as worked
        from range({n})),
    timed as (
        select *, case when share(i, 'answered') < 0.96 then created + waited end as responded,
               case when share(i, 'solved') < 0.95 then created + waited + worked end as solved from drawn)
    select 'T' || lpad(cast(i as varchar), 9, '0') as ticket_id, written(created) as created_at,
           written(responded) as first_response_at, written(solved) as resolved_at,
           case when solved < last_s() then pick(['solved', 'closed'], i, 's')
                else pick(['new', 'open', 'open', 'pending'], i, 's') end as status,
           priority, channel(i, 'c') as channel, team(i, 't') as team,
           'Agent ' || lpad(cast(hash('a' || i) % 120 as varchar), 3, '0') as agent,
           'C' || lpad(cast(hash('who' || i) % {customers} as varchar), 8, '0') as customer_id,
           pick(['Question about order ', 'Where is my parcel ', 'Invoice not right, number ', 'Cannot log in, error ',
                 'Return of article ', 'Change of address ', 'Meter reading '], i, 'w')
               || hash('o' || i) % 900000 as subject,
           case when solved < last_s() then 1 + cast(floor(3 * pow(share(i, 'n'), 2)) as integer) else 0 end
               as agent_replies,
           case when share(i, 're') < 0.06 then 1 + hash('m' || i) % 2 else 0 end as reopens
    from timed"""

_SURVEYS = """
    select 'R' || lpad(cast(range as varchar), 9, '0') as response_id, written(placed(range, {n})) as answered_at,
           score(range, 'nps', 0, 10) as nps, score(range, 'csat', 1, 5) as csat, score(range, 'ces', 1, 7) as ces,
           score(range, 'qa', 1, 5) as quality_accuracy, score(range, 'qp', 1, 5) as quality_professionalism,
           score(range, 'qo', 1, 5) as quality_overall,
           'C' || lpad(cast(hash('who' || range) % {customers} as varchar), 8, '0') as customer_id,
           'T' || lpad(cast(least(range * 5, {tickets} - 1) as varchar), 9, '0') as ticket_id,
           channel(range, 'c') as channel, team(range, 't') as team
    from range({n})"""

_CUSTOMERS = """
    with drawn as (
        select range as i, date '2021-01-01' + cast(floor(share(range, 'start') * 1940) as integer) as started
        from range({n}))
    select 'C' || lpad(cast(i as varchar), 8, '0') as customer_id, started as started_on,
           case when started + cast(-1100 * ln(share(i, 'end')) as integer) < date '2026-05-01'
                then started + cast(-1100 * ln(share(i, 'end')) as integer) end as cancelled_on,
           team(i, 't') as team, pick(['Consumer', 'Consumer', 'Small business', 'Enterprise'], i, 's') as segment,
           round(10 + 90 * share(i, 'v'), 2) as monthly_value
    from drawn"""

_PURCHASES = """
    select 'P' || lpad(cast(range as varchar), 9, '0') as purchase_id,
           'C' || lpad(cast(hash('who' || range) % {customers} as varchar), 8, '0') as customer_id,
           written(placed(range, {n})) as purchased_at, round(5 + 200 * share(range, 'v'), 2) as amount,
           pick(['Router', 'Cable', 'Sensor', 'Subscription'], range, 'w') as product
    from range({n})"""


def generate(tickets: int, folder: Path) -> dict[str, Path]:
    """Write the four exports into the folder, where they are not yet there: {kind: file}."""
    folder.mkdir(parents=True, exist_ok=True)
    customers = max(tickets // CUSTOMERS, 1)
    wanted = {
        "customers": (_CUSTOMERS, customers),
        "tickets": (_TICKETS, tickets),
        "surveys": (_SURVEYS, max(tickets // SURVEYS, 1)),
        "purchases": (_PURCHASES, max(tickets // PURCHASES, 1)),
    }
    files = {kind: folder / f"{kind}-{tickets}.csv" for kind in wanted}
    with duckdb.connect() as connection:
        connection.execute(_MACROS)
        for kind, (sql, n) in wanted.items():
            if files[kind].exists():
                continue
            unfinished = files[kind].with_suffix(".part")
            rows = sql.format(n=n, customers=customers, tickets=tickets)
            connection.execute(f"copy ({rows}) to '{unfinished}' (format csv, header)")
            unfinished.rename(files[kind])
    return files
