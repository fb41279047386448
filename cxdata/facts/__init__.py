"""Current rows to facts: everything a metric needs, derived once, so that a chart needs no date arithmetic.

In: SQL of the current rows of each kind, and the settings. Out: the tables named in TABLES, written on the
cursor it is handed, sorted by time, and of one time by what is added up where that is no whole number; tickets, of which
everything is, in long stretches. Facts do not depend on as-of: open clocks are kept as readings to compare
with the reading of the clock at as-of, so that as-of can be any instant at the time of asking.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import duckdb

from cxdata.facts.answers import reviews, surveys
from cxdata.facts.base import CODE_MONTH, GRAINS, NO_DATA, STEP_SQL, TABLES, VIEWS, People, insert, narrowed
from cxdata.facts.customers import SAME_CUSTOMER, as_one, customer_lookups, customers, insert_merged, merged, purchases
from cxdata.facts.follow_ups import follow_ups
from cxdata.facts.stages import folded_touchpoint, stage_of, stages
from cxdata.facts.tickets import ONE_TOUCH, policy_for, tickets
from cxdata.filters import dimension
from cxdata.schema import OF_CUSTOMERS, OWN
from cxdata.settings import Settings
from cxdata.tuning import joined_as_written

__all__ = [
    "CODE_MONTH", "GRAINS", "NO_DATA", "ONE_TOUCH", "SAME_CUSTOMER", "STEP_SQL", "TABLES", "VIEWS", "build", "folded_touchpoint",
    "follow_ups", "merged", "narrowed", "newest", "policy_for", "stage_of",
]  # fmt: skip

_WRITERS = {"ticket_facts": tickets, "survey_facts": surveys, "review_facts": reviews, "purchase_facts": purchases}


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
    insert_merged(cursor, same)
    for kind, sql in current.items():
        rows = as_one(kind, sql) if same and kind in {one.name for one in OF_CUSTOMERS} else sql
        cursor.execute(f"create or replace temp view current_{kind} as {rows}")
    _describe_imports(cursor)
    own = _own_groups(cursor)
    people = People(settings.agents == "by_name", _small_teams(cursor, settings))
    known = bool(cursor.execute("select count(*) > 0 from current_customers").fetchall()[0][0])
    as_before = changed is not None and _as_before(cursor, own, people)
    stale = _stale(changed or (), known=known) - _empty(cursor) if as_before else frozenset(TABLES)
    cursor.execute("create or replace table small_teams (team varchar)")
    insert(cursor, "small_teams", [[team] for team in people.small_teams])
    if "customer_facts" in stale:
        customers(cursor, settings, own, people, known=known)
    if stale & {"ticket_facts", "survey_facts", "purchase_facts"}:
        customer_lookups(cursor, own, known=known)
        stages(cursor, settings)
    with joined_as_written(cursor):
        for table, write in _WRITERS.items():
            if table in stale:
                write(cursor, settings, own, people)
    if "follow_up_facts" in stale:
        follow_ups(cursor, settings)
    for kind in current:
        cursor.execute(f"drop view current_{kind}")
    return stale


def _empty(cursor: duckdb.DuckDBPyConnection) -> set[str]:
    """The tables of facts without rows that would get none: most databases have no reviews or no purchases."""
    sql = " union all ".join(
        f"select '{kind}_facts' where not exists (from {kind}_facts) and not exists (from current_{kind}s)"
        for kind in ("survey", "review", "purchase")
    )
    return {table for (table,) in cursor.execute(sql).fetchall()}


def _as_before(cursor: duckdb.DuckDBPyConnection, own: Sequence[str], people: People) -> bool:
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


def newest(cursor: duckdb.DuckDBPyConnection) -> int | None:
    """The latest instant in the facts, UTC epoch seconds; None while there are none."""
    sql = """
        select greatest(
            (select max(greatest(created_s, first_response_at_s, resolved_at_s)) from ticket_facts),
            (select max(answered_s) from survey_facts), (select max(handled_s) from review_facts),
            (select max(purchased_s) from purchase_facts))"""
    found: int | None = cursor.execute(sql).fetchall()[0][0]
    return found
