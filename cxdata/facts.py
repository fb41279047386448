"""Current rows to facts: everything a metric needs, derived once, so that a chart needs no date arithmetic.

In: SQL of the current rows of each kind, and the settings. Out: the tables named in TABLES, written on the
cursor it is handed, sorted by time, and of one time by what is added up, so that sums are the same to the last digit
whenever they are derived, whatever the rows are called. Facts do not depend on as-of: open clocks are kept as readings to compare
with the reading of the clock at as-of, so that as-of can be any instant at the time of asking.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import duckdb

from cxdata import calendars
from cxdata.filters import SMALLER_TEAMS, dimension
from cxdata.metrics.customers import LEAVES_WITHIN_DAYS
from cxdata.parsing import quoted
from cxdata.schema import GAPS, MOST_PURCHASES, OF_CUSTOMERS, OWN, QUALITY, SCORES, STAGES, stored_as
from cxdata.settings import Policy, Settings

TABLES = ("ticket_facts", "survey_facts", "review_facts", "customer_facts", "purchase_facts", "follow_up_facts")
GRAINS = ("day", "week", "month", "quarter", "year")
UNANSWERED_S = 24 * 3600  # where no policy applies
NO_DATA = date(2026, 1, 1)
STEP_SQL = "cast(floor(5e1 * ln({} + 1e0)) as smallint)"  # of a duration in seconds: steps of about 2 %, in its order
CODE_MONTH = 32  # days of a month in start_code and end codes: k whole months are exactly 32 k

STAGE_WORDS = {
    "awareness": "awareness bewustwording orientatie oriëntatie advertisement campagne social",
    "consideration": "consideration overweging advies vraag offerte quote question presales",
    "purchase": "purchase aankoop bestelling order levering delivery betaling payment factuur invoice",
    "loyalty": "loyalty loyaliteit storing support service onderhoud klacht complaint opzegging cancellation incident",
    "advocacy": "advocacy voorspraak review aanbeveling referral recommendation",
}


_PARTS = re.compile(r"[^\w]+")


def build(
    cursor: duckdb.DuckDBPyConnection,
    settings: Settings,
    current: Mapping[str, str],
    changed: Collection[str] | None = None,
) -> frozenset[str]:
    """(Re)write the fact tables from the current rows; which they were. Part of the caller's transaction.

    `current`: {kind: select}. `changed`: the kinds of which the current rows are others than before; the facts that do not
    look at them stay as they are. None: everything may be different.
    """
    same = merged(cursor)
    _insert_merged(cursor, same)
    for kind, sql in current.items():
        rows = _as_one(kind, sql) if same and kind in {one.name for one in OF_CUSTOMERS} else sql
        cursor.execute(f"create or replace temp view current_{kind} as {rows}")
    _describe_imports(cursor)
    own = _own_groups(cursor)
    people = _People(settings.agents == "by_name", _small_teams(cursor, settings))
    known = bool(cursor.execute("select count(*) > 0 from current_customers").fetchall()[0][0])
    stale = (
        _stale(changed, known=known) if changed is not None and _as_before(cursor, own, people) else frozenset(TABLES)
    )
    cursor.execute("create or replace table small_teams (team varchar)")
    _insert(cursor, "small_teams", [[team] for team in people.small_teams])
    if "customer_facts" in stale:
        _customers(cursor, settings, own, people, known=known)
    if stale & {"ticket_facts", "survey_facts", "purchase_facts"}:
        _customer_lookups(cursor, own, known=known)
        _stages(cursor, settings)
    for table, write in _WRITERS.items():
        if table in stale:
            write(cursor, settings, own, people)
    if "follow_up_facts" in stale:
        follow_ups(cursor, settings)
    for kind in current:
        cursor.execute(f"drop view current_{kind}")
    return stale


def _as_before(cursor: duckdb.DuckDBPyConnection, own: Sequence[str], people: _People) -> bool:
    """Whether the facts have the columns that they are to have, and tell of teams what they are to tell."""
    held = {name for name, *_ in cursor.execute("describe ticket_facts").fetchall() if name.startswith(OWN)}
    small = cursor.execute("select team from small_teams").fetchall()
    return held == set(own) and {team for (team,) in small} == set(people.small_teams)


def _stale(changed: Collection[str], *, known: bool) -> frozenset[str]:
    """The tables that look at the current rows of some kinds. `known`: there is a list of customers; else they are estimated
    from what they did, which says nothing to their tickets."""
    kinds, found = set(changed), set[str]()
    if "customers" in kinds or (not known and kinds & {"tickets", "surveys", "purchases"}):
        found.add("customer_facts")
    if kinds & {"tickets", "customers"}:
        found.add("ticket_facts")
    for kind, others in (
        ("surveys", {"ticket_facts", "customer_facts"}),
        ("reviews", {"ticket_facts"}),
        ("purchases", {"customer_facts"}),
    ):
        if kind in kinds or found & others:
            found.add(f"{kind[:-1]}_facts")
    return frozenset(found | ({"follow_up_facts"} if found & {"customer_facts", "survey_facts"} else set()))


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


def _insert_merged(cursor: duckdb.DuckDBPyConnection, same: Mapping[str, str]) -> None:
    cursor.execute("create or replace temp table merged (number varchar, one varchar)")
    _insert(cursor, "merged", [[number, one] for number, one in same.items()])


def _as_one(kind: str, sql: str) -> str:
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


@dataclass(frozen=True)
class _People:
    """What facts tell of agents. Where they are looked at in groups only, facts do not have their names, and teams of few
    agents are one: what is not in the facts is in no number, chart, row, file or goal."""

    by_name: bool
    small_teams: tuple[str, ...] = ()

    def agent(self, sql: str) -> str:
        """SQL: the agent, as facts tell it."""
        return sql if self.by_name else "cast(null as varchar)"

    def team(self, sql: str) -> str:
        """SQL: the team, as facts tell it."""
        if not self.small_teams:
            return sql
        listed = ", ".join(map(quoted, self.small_teams))
        return f"case when {sql} in ({listed}) then {quoted(SMALLER_TEAMS)} else {sql} end"


def _small_teams(cursor: duckdb.DuckDBPyConnection, settings: Settings) -> tuple[str, ...]:
    """The teams that are shown as one, because fewer agents than the minimum are known of each; with the next larger ones
    until all of them together have so many. A team of which no agent is known hides nobody, and stays."""
    if settings.agents == "by_name":
        return ()
    rows = """select team, agent from current_tickets where team is not null and agent is not null
              union select team, agent from current_surveys where team is not null and agent is not null"""
    agents: dict[str, set[str]] = {}
    for team, agent in cursor.execute(rows).fetchall():
        agents.setdefault(team, set()).add(agent)
    joined, together = list[str](), set[str]()
    for team in sorted(agents, key=lambda name: (len(agents[name]), name)):
        if len(agents[team]) >= settings.minimum_group and (not joined or len(together) >= settings.minimum_group):
            break
        joined.append(team)
        together |= agents[team]
    return tuple(joined)


def _write(
    cursor: duckdb.DuckDBPyConnection, table: str, select: str, params: Mapping[str, object] | None = None
) -> None:
    """(Re)write a table of facts with the rows of a select."""
    columns = cursor.execute(f"describe {select}", params).fetchall()
    defined = ", ".join(stored_as(name, type_) for name, type_, *_ in columns)
    cursor.execute(f"create or replace table {table} ({defined})")
    cursor.execute(f"insert into {table} {select}", params)


def _describe_imports(cursor: duckdb.DuckDBPyConnection) -> None:
    """What each import knows: a file without first responses must not look like one where nobody answered."""
    cursor.execute("""
        create or replace temp table knowing as
        with fields as (
            select import_id, from_json(understood -> 'fields', '["varchar"]') as names,
                   coalesce(cast(understood ->> 'trust_sla' as boolean), false) as trust_sla,
               coalesce(cast(understood ->> 'derived' as boolean), false) as derived from imports)
        select import_id, names, trust_sla, derived,
               list_has_any(names, ['first_response_at', 'first_response_s']) as knows_first_response,
               list_has_any(names, ['resolved_at', 'resolution_s']) as dates_resolution,
               list_contains(names, 'status') as knows_status
        from fields""")


def _own_groups(cursor: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """The names of the columns that imports keep to compare groups by; each becomes a column of every fact table."""
    found = cursor.execute("""
        select distinct unnest(json_keys(understood -> 'groups')) as name from imports
        where undone_at is null and json_type(understood -> 'groups') = 'OBJECT' order by name""").fetchall()
    return tuple(name for (name,) in found if dimension(name))


def _taken(own: Sequence[str], sql: str) -> str:
    """SQL columns, each after a comma: `sql` for every name, in which {} stands for it."""
    return "".join(f", {sql.replace('{}', name)} as {name}" for name in own)


def _local(prefix: str, local: str) -> str:
    """SQL columns of a local timestamp: day, week, month, quarter, year, hour and weekday (Monday 1)."""
    return f"""
        cast({local} as date) as {prefix}_on,
        cast(date_trunc('week', {local}) as date) as {prefix}_week,
        cast(date_trunc('month', {local}) as date) as {prefix}_month,
        cast(date_trunc('quarter', {local}) as date) as {prefix}_quarter,
        cast(date_trunc('year', {local}) as date) as {prefix}_year,
        cast(hour({local}) as integer) as {prefix}_hour,
        cast(isodow({local}) as integer) as {prefix}_weekday"""


def _years(cursor: duckdb.DuckDBPyConnection, kind: str, instant: str) -> tuple[int, int] | None:
    """The first and last year of the current rows of a kind, and one more on both sides."""
    sql = f"select year(min({instant})), year(max({instant})) from current_{kind}"
    first, last = cursor.execute(sql).fetchall()[0]
    return None if first is None else (first - 1, last + 1)


def _seconds(instant: str) -> str:
    return f"epoch_us({instant}) // 1000000"


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


def newest(cursor: duckdb.DuckDBPyConnection) -> int | None:
    """The latest instant in the facts, UTC epoch seconds; None while there are none."""
    sql = """
        select greatest(
            (select max(greatest(created_s, first_response_at_s, resolved_at_s)) from ticket_facts),
            (select max(answered_s) from survey_facts), (select max(handled_s) from review_facts),
            (select max(purchased_s) from purchase_facts))"""
    found: int | None = cursor.execute(sql).fetchall()[0][0]
    return found


# --- tickets ------------------------------------------------------------------------------------------------


def _in_order(cursor: duckdb.DuckDBPyConnection, kind: str, instant: str) -> bool:
    """Whether the current rows lie in order of time already, as exports mostly do: then nothing is sorted.

    A row in a hundred may step back, as in the hour that the clocks repeat: the order only helps to read less.
    """
    back = f"select {instant} < lag({instant}) over () as back from current_{kind}"
    return bool(cursor.execute(f"select 100 * count(*) filter (back) <= count(*) from ({back})").fetchall()[0][0])


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


def folded_touchpoint(word: str) -> str:
    """A touchpoint without what does not matter: "Factuur " is "factuur"."""
    return " ".join(word.split()).casefold()


def stage_of(touchpoint: str | None, stages: Mapping[str, str]) -> str | None:
    """The journey stage of a touchpoint: as the organisation mapped it, else by well-known words, else None.

    Of several words in a touchpoint those that are known decide, where they agree: "storing internet" is loyalty.
    """
    if touchpoint is None:
        return None
    folded = folded_touchpoint(touchpoint)
    for word in (touchpoint, folded):
        if word in stages:
            return stages[word] or None
    parts = [folded] if any(folded in words.split() for words in STAGE_WORDS.values()) else _PARTS.split(folded)
    found = {stage for stage in STAGES for part in parts if part in STAGE_WORDS[stage].split()}
    return found.pop() if len(found) == 1 else None


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
    _insert(cursor, "policy_of", rows)


def _stages(cursor: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Temporary table: the stage of each touchpoint."""
    found = cursor.execute("""
        select distinct touchpoint from (select touchpoint from current_tickets
        union all select touchpoint from current_surveys) where touchpoint is not null""").fetchall()
    cursor.execute("create or replace temp table stage_of (touchpoint varchar, stage varchar)")
    _insert(cursor, "stage_of", [[word, stage_of(word, settings.stages)] for (word,) in found])


def _insert(cursor: duckdb.DuckDBPyConnection, table: str, rows: list[list[object]]) -> None:
    if rows:
        cursor.executemany(f"insert into {table} values ({', '.join('?' * len(rows[0]))})", rows)


def _not_negative(seconds: str) -> str:
    """SQL: a duration as the tool states it, null where it is negative."""
    return f"case when {seconds} >= 0 then {seconds} end"


_DURATIONS = (
    ("fr_calendar", "first_response_calendar"),
    ("fr_business", "first_response_business"),
    ("rs_calendar", "resolution_calendar"),
    ("rs_business", "resolution_business"),
)
ONE_TOUCH = {
    "one_touch": "case when agent_replies is not null then agent_replies = 1 and coalesce(reopens, 0) = 0 end",
    "freshservice": "case when customer_messages is not null then customer_messages <= 1 end",
    "zoho": "case when agent_replies is not null then agent_replies = 1 end",
    "intercom": "case when teammates is not null and reopens is not null then teammates = 1 and reopens = 0 end",
}


def _contacts(cursor: duckdb.DuckDBPyConnection) -> None:
    """Temporary table: by the place of each ticket with a customer, which contact of the customer it is, and the next one.

    It is narrow, so that it fits into memory beside what is written.
    """
    cursor.execute(f"""
        create or replace temp table contact_of as
        with contacts as (
            select t.place, t.source, t.key, coalesce(c.customer_id, t.customer_id) as whose, t.channel, s.stage, t.created_at
            from current_tickets t
            left join known_customer c on c.known_as = t.customer_id
            left join stage_of s on s.touchpoint = t.touchpoint
            where t.customer_id is not null and coalesce(t.status, 'open') not in ('deleted', 'spam')),
        ordered as (
            select place, cast(row_number() over contact as integer) as nth_contact, lead(created_at) over contact as next_at,
                   lead(channel) over contact as next_channel, lead(stage) over contact as next_stage
            from contacts window contact as (partition by whose order by created_at, source, key))
        select place, nth_contact, {_seconds("next_at")} as next_s, next_channel, next_stage
        from ordered""")


@contextmanager
def _built_as_written(cursor: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Joins keep their sides: two of the same number of rows would be turned round, and the wide one held in memory.

    It is a setting of the connection; a cursor of its own gives it back also after an error.
    """
    with cursor.cursor() as aside:
        aside.execute("set disabled_optimizers = 'build_side_probe_side'")
        try:
            yield
        finally:
            aside.execute("reset disabled_optimizers")


def _tickets(cursor: duckdb.DuckDBPyConnection, settings: Settings, own: Sequence[str], people: _People) -> None:
    _opening_days(cursor, settings)
    _policies(cursor, settings)
    years = _years(cursor, "tickets", "created_at")
    _contacts(cursor)
    with _built_as_written(cursor):
        _write_tickets(cursor, settings, own, people, years)
    cursor.execute("drop table contact_of")


def _write_tickets(
    cursor: duckdb.DuckDBPyConnection,
    settings: Settings,
    own: Sequence[str],
    people: _People,
    years: tuple[int, int] | None,
) -> None:
    waiting = "coalesce({}, 0)" if settings.subtract_waiting else "0 * coalesce({}, 0)"
    _write(
        cursor,
        "ticket_facts",
        f"""
        with instants as (
            select t.* replace (case when t.by_bot then null else t.first_response_business_s end as first_response_business_s),
                   k.trust_sla, k.knows_first_response and not t.by_bot as knows_first_response, k.dates_resolution,
                   k.dates_resolution or (k.knows_status and coalesce(t.status, 'open') not in ('solved', 'closed'))
                   as knows_resolution,
                   {_seconds("t.created_at")} as created_s,
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
                   {_seconds("answered_at")} as first_response_at_s, {_seconds("solved_at")} as resolved_at_s
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
                   next_channel, next_stage, c.cancelled_on, cast(d.created_local as date) as contact_on,
                   not c.derived and contact_on >= c.started_on and coalesce(contact_on <= c.cancelled_on, true) as is_customer
                   {_taken(own, "coalesce(d.groups['{}'], c.{})")}
            from durations d
            join policy_of p on {_same_policy(settings.policies)}
            left join known_customer c on c.known_as = d.customer_id
            left join stage_of s on s.touchpoint = d.touchpoint
            left join contact_of n on n.place = d.place)
        select source, key, coalesce(known_customer, customer_id) as customer_id, {people.agent("agent")} as agent,
               {people.team("team")} as team, channel, priority, coalesce(segment, customer_segment) as segment
               {"".join(f", {name}" for name in own)},
               stage, handled_by, status, coalesce(status, 'open') in ('solved', 'closed') as says_resolved,
               created_s, created_business_s, {_local("created", "created_local")},
               first_response_at_s, resolved_at_s, {_local("resolved", "solved_local")},
               {", ".join(f"{taken} as {name}_s" for taken, name in _DURATIONS)},
               {", ".join(f"{STEP_SQL.format(taken)} as {name}_step" for taken, name in _DURATIONS)},
               coalesce(first_response_at_s < created_s, false) as first_response_negative,
               coalesce(resolved_at_s < created_s, false) as resolution_negative,
               knows_first_response, knows_resolution,
               knows_resolution and (resolved_at_s is not null or coalesce(status, 'open') not in ('solved', 'closed'))
                   as knows_stock,
               agent_replies, reopens, customer_messages, teammates, {ONE_TOUCH[settings.count_as]} as one_touch,
               coalesce(on_business, false) as on_business, first_response_target_s, resolution_target_s,
               case when trust_sla and first_response_in_sla is not null then first_response_in_sla
                    else fr_taken <= first_response_target_s end as first_response_met,
               case when trust_sla and first_response_in_sla is not null then coalesce(first_response_at_s, created_s)
                    when fr_taken is not null then first_response_at_s end as first_response_judged_s,
               case when knows_first_response and not coalesce(first_response_at_s < created_s, false)
                    then start_reading + first_response_target_s end as first_response_deadline,
               case when knows_first_response and not coalesce(first_response_at_s < created_s, false)
                    then coalesce(start_reading + first_response_target_s, created_s + {UNANSWERED_S}) end as answer_deadline,
               on_business and first_response_target_s is not null as answer_on_business,
               case when trust_sla and resolution_in_sla is not null then resolution_in_sla
                    else rs_taken <= resolution_target_s end as resolution_met,
               case when trust_sla and resolution_in_sla is not null then coalesce(resolved_at_s, created_s)
                    when rs_taken is not null then resolved_at_s end as resolution_judged_s,
               case when dates_resolution and not coalesce(resolved_at_s < created_s, false)
                    then start_reading + resolution_target_s + off_reading end as resolution_deadline,
               nth_contact, next_s, next_channel, next_stage,
               case when is_customer then contact_on + {LEAVES_WITHIN_DAYS + 1} end as leaving_known_on,
               case when is_customer then cancelled_on end as leaves_on,
               case when is_customer then cast(cancelled_on - contact_on as integer) end as leaves_in_days,
               coalesce(is_customer and cancelled_on is not null and coalesce(
                   cast({calendars.local_sql(settings.zone, "make_timestamp(next_s * 1000000)", years)} as date) > cancelled_on, true), false)
                   as is_last_contact
        from judged {"" if _in_order(cursor, "tickets", "created_at") else "order by created_s"}""",
    )


# --- surveys ------------------------------------------------------------------------------------------------


def _surveys(cursor: duckdb.DuckDBPyConnection, settings: Settings, own: Sequence[str], people: _People) -> None:
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
    years = _years(cursor, "surveys", "answered_at")
    # A response is joined to its ticket and its customer once, and then becomes a row for each of its questions.
    _write(
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
                   {_taken(own, "coalesce(p.groups['{}'], o.{}, a.{}, c.{})")}
            from known p
            left join ticket_of o on o.key = p.ticket_id and o.source = p.source
            left join ticket_of a on a.key = p.ticket_id and a.holders = 1
            left join customer_of c on c.known_as = coalesce(p.customer_id, o.customer_id, a.customer_id)
            left join stage_of s on s.touchpoint = p.touchpoint
            {"" if _in_order(cursor, "surveys", "answered_at") else f"order by answered_at, {', '.join(SCORES)}"}),
        answers as (
            select *, {", ".join(f"case kind {sql} end as {column}" for column, sql in of_kind.items())}
            from responses cross join (values {places}) as kinds(kind)
            where case kind {" ".join(f"when '{name}' then {sql}" for name, sql in asked.items())} end)
        select source, key, kind, coalesce(answered, true) as is_answer, kind = first_kind as first_of_response,
               lists_unanswered, {_seconds("answered_at")} as answered_s, {_local("answered", "local")},
               score, worst, best, (score - worst) / nullif(best - worst, 0) as normal,
               whose as customer_id, {people.team("its_team")} as team, its_channel as channel, priority,
               {people.agent("its_agent")} as agent,
               its_segment as segment, stage, handled_by, comment, ticket_id{listed}
        from answers""",
    )


# --- reviews ------------------------------------------------------------------------------------------------


def _reviews(cursor: duckdb.DuckDBPyConnection, settings: Settings, own: Sequence[str], people: _People) -> None:
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
    _write(
        cursor,
        "review_facts",
        f"""
        with placed as (
            select p.source, p.key, p.ticket_id, p.reviewer, p.reviewed_at, p.comment, {", ".join(f"p.{name}" for name in ends)},
                   coalesce(o.source, a.source) as ticket_source, coalesce(o.source, a.source, p.source) as desk,
                   coalesce(o.handled_s, a.handled_s, {_seconds("p.reviewed_at")}) as handled_s,
                   coalesce(p.team, o.team, a.team) as team, coalesce(p.channel, o.channel, a.channel) as channel,
                   coalesce(o.priority, a.priority) as priority, coalesce(p.agent, o.agent, a.agent) as agent,
                   coalesce(o.segment, a.segment) as segment, coalesce(o.stage, a.stage) as stage
                   {_taken(own, "coalesce(p.groups['{}'], o.{}, a.{})")}
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
        select source, key, ticket_id, ticket_source, reviewer, {_seconds("reviewed_at")} as reviewed_s, handled_s,
               {_local("handled", "local")}, nth = 1 as first_of_ticket, {", ".join(short.values())}, {of_ticket},
               {", ".join(ends)}, {people.team("team")} as team, channel, priority, {people.agent("agent")} as agent, segment, stage,
               comment{listed}
        from joined order by handled_s, source, key""",
    )


# --- customers and purchases --------------------------------------------------------------------------------


def _customers(
    cursor: duckdb.DuckDBPyConnection, settings: Settings, own: Sequence[str], people: _People, *, known: bool
) -> None:
    listed = "".join(f", {name}" for name in own)
    rows = _known(own) if known else _estimated(cursor, settings, own)
    params = {} if known else {"gone": settings.churn_after_days}
    _write(
        cursor,
        "customer_facts",
        f"""
        with rows as ({rows})
        select customer_id, {people.team("team")} as team, channel as entry_channel, segment, monthly_value, renews_on, estimated, derived{listed},
               {_local("started", "started_on")}, {_local("cancelled", "cancelled_on")},
               cast((year(started_on) * 12 + month(started_on)) * {CODE_MONTH} + day(started_on) as integer) as start_code,
               cast((year(cancelled_on) * 12 + month(cancelled_on)) * {CODE_MONTH} + day(cancelled_on) as integer)
                   as cancel_code
        from rows order by started_on, cancelled_on, monthly_value""",
        params,
    )


def _customer_lookups(cursor: duckdb.DuckDBPyConnection, own: Sequence[str], *, known: bool) -> None:
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
                   {_taken(own, "any_value(f.{})")}
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
               case when cancelled_on >= started_on then cancelled_on end as cancelled_on{_taken(own, "groups['{}']")}
        from current_customers join knowing using (import_id)
        qualify row_number() over (partition by customer_id order by import_id desc, source) = 1"""


def _estimated(cursor: duckdb.DuckDBPyConnection, settings: Settings, own: Sequence[str]) -> str:
    """SQL: customers from their activity: purchases, else tickets and surveys."""
    bought = cursor.execute("select count(*) > 0 from current_purchases").fetchall()[0][0]
    kept = _taken(own, "groups['{}']")
    activity = (
        f"select customer_id, purchased_at as moment, team, segment{kept} from current_purchases"
        if bought
        else f"""select customer_id, created_at as moment, team, segment{kept} from current_tickets
                where coalesce(status, 'open') not in ('deleted', 'spam')
                union all select customer_id, answered_at, team, segment{kept} from current_surveys"""
    )
    return f"""
        select customer_id, arg_max(team, moment) as team, cast(null as varchar) as channel, arg_max(segment, moment) as segment,
               cast(null as double) as monthly_value, cast(null as date) as renews_on, true as estimated, false as derived,
               cast({calendars.local_sql(settings.zone, "min(moment)")} as date) as started_on,
               cast({calendars.local_sql(settings.zone, "max(moment)")} as date) + cast($gone as integer) as cancelled_on
               {_taken(own, "arg_max({}, moment)")}
        from ({activity}) where customer_id is not null group by customer_id"""


_BUYING = "(partition by customer_id order by purchased_at, source, key)"
_CODE = f"((year(local) * 12 + month(local)) * {CODE_MONTH} + day(local))"


def _purchases(cursor: duckdb.DuckDBPyConnection, settings: Settings, own: Sequence[str], people: _People) -> None:
    years = _years(cursor, "purchases", "purchased_at")
    gap = f"case {' '.join(f'when p.waited < {days} then {place}' for place, days in enumerate(GAPS))} when p.waited is not null then {len(GAPS)} end"
    _write(
        cursor,
        "purchase_facts",
        f"""
        with timed as (
            select *, {calendars.local_sql(settings.zone, "purchased_at", years)} as local, {_seconds("purchased_at")} as purchased_s
            from current_purchases),
        placed as (
            select *, row_number() over {_BUYING} as nth, cast(local as date) - lag(cast(local as date)) over {_BUYING} as waited,
                   lead(cast(local as date)) over {_BUYING} - cast(local as date) as next_days,
                   lead({_CODE}) over {_BUYING} - {_CODE} as next_code,
                   sum(amount) over ({_BUYING[1:-1]} rows between unbounded preceding and 1 preceding) as spent
            from timed)
        select p.source, p.key, p.customer_id, p.purchased_s, {_local("purchased", "p.local")}, p.amount,
               cast(p.nth as integer) as nth, cast(least(p.nth, {MOST_PURCHASES}) as integer) as purchase_number,
               cast(p.next_days as integer) as next_days, cast(p.next_code // {CODE_MONTH} as integer) as next_months,
               coalesce(p.spent, 0e0) as spent_before, cast({gap} as integer) as gap,
               {", ".join(f"p.waited * 86400 as between_{clock}_s, {STEP_SQL.format('p.waited * 86400')} as between_{clock}_step" for clock in ("calendar", "business"))},
               {people.team("coalesce(p.team, c.team)")} as team, coalesce(p.segment, c.segment) as segment, c.entry_channel
               {_taken(own, "coalesce(p.groups['{}'], c.{})")}
        from placed p left join customer_of c on c.known_as = p.customer_id order by p.purchased_s, p.amount""",
    )


_WRITERS = {"ticket_facts": _tickets, "survey_facts": _surveys, "review_facts": _reviews, "purchase_facts": _purchases}


# --- follow-ups ---------------------------------------------------------------------------------------------

ANSWER_DAYS = 30  # within which a follow-up of the same customer is about the answer


def follow_ups(cursor: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """(Re)write follow_up_facts from the journal: the reasons to contact a customer, and when the loop was closed.

    A row for each answer of a detractor whom we know, and one for each follow-up for another reason. A follow-up is about
    the answer it names, else about the latest one of the customer in the 30 days before it. Held-out customers are in no row
    of their own; their answers are left out too, since nobody was to react to them.
    """
    _insert_merged(cursor, merged(cursor))
    closings = cursor.execute("""
        select id, coalesce(one, body ->> 'customer') as customer_id, body ->> 'answer' as answer, cast(body ->> 'opened_s' as bigint) as opened_s,
               cast(body ->> 'closed_s' as bigint) as closed_s, cast(body ->> 'held_out' as boolean) as held_out
        from (select * from journal where kind = 'follow_up' qualify number = max(number) over (partition by id)) as newest
        left join merged on merged.number = body ->> 'customer'
        where not removed""").fetchall()
    cursor.execute("""
        create or replace temp table promised (id integer, customer_id varchar, answer varchar, opened_s bigint, closed_s bigint,
            held_out boolean)""")
    _insert(cursor, "promised", [list(row) for row in closings])
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
    _insert(cursor, "taken", took)
    local = calendars.local_sql(settings.zone, "make_timestamp(arose_s * 1000000)")
    _write(
        cursor,
        "follow_up_facts",
        f"""
        with measured as (
            select arisen.*, closed_s - arose_s as calendar_s, business_s, {local} as local
            from arisen left join taken using (key, reason))
        select reason, key, customer_id, {groups}, arose_s, {_local("arose", "local")}, closed_s is not null as is_closed,
               calendar_s as follow_up_calendar_s, business_s as follow_up_business_s,
               {STEP_SQL.format("calendar_s")} as follow_up_calendar_step,
               {STEP_SQL.format("business_s")} as follow_up_business_step
        from measured order by arose_s""",
    )
