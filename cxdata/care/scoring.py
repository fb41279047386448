"""Every customer's signals, chances and reasons, written as a table after an import, so that pages only read.

In: a store whose facts are up to date. Out: the table customer_scores, a row a customer, and what was learned of the past: of
who leaves (Learned) and of who buys without a contract (Buying). All belong to one version of the facts; `ensure` makes them anew where that has changed, and does nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from cxdata.care import model, purchases
from cxdata.care.model import HORIZON_DAYS, Learned
from cxdata.care.purchases import Buying
from cxdata.care.rules import Rule, rules, scores
from cxdata.care.signals import FACTS, RECENT_DAYS, SIGNALS, midnight, params, select
from cxdata.engine import used
from cxdata.questions import Moment, period_end, starts_between
from cxdata.store import Store

MOST_MONTHS = 24  # learned from
MOST_LEARNED = 40_000  # customers whose months are learned from; more would say the same
BLOCK = 200_000  # customers scored at a time
VERSION = 2  # of what is written here; another one makes it anew


def ensure(store: Store) -> Learned:
    """What the past says, with customer_scores of the data as they are now; made where that is not there yet."""
    return _ensured(store)[0]


def buying(store: Store) -> Buying:
    """What the purchases say, with customer_scores of the data as they are now."""
    return _ensured(store)[1]


def _ensured(store: Store) -> tuple[Learned, Buying]:
    if (found := _kept(store)) is not None:
        return found
    with store.writing() as cursor:
        if (found := _kept(store)) is not None:  # another made it while this one waited
            return found
        moment = store.moment()
        learned = Learned("none") if moment is None else _learn(cursor, moment)
        bought = Buying("none") if moment is None else purchases.learn(cursor, moment)
        _write(cursor, store, moment, learned, bought)
        cursor.execute("delete from scoring")
        cursor.execute(
            "insert into scoring select ?, value, ? from state where name = 'facts'",
            [VERSION, json.dumps({"leaving": model.dumped(learned), "buying": purchases.dumped(bought)})],
        )
    return learned, bought


def _kept(store: Store) -> tuple[Learned, Buying] | None:
    rows = store.query(
        "select cast(learned as varchar) as learned from scoring "
        "where version = $version and facts = (select value from state where name = 'facts')",
        version=VERSION,
    ).to_pylist()
    if not rows:
        return None
    made = json.loads(rows[0]["learned"])
    return model.loaded(made["leaving"]), purchases.loaded(made["buying"])


# --- what the past says -------------------------------------------------------------------------------------


def _learn(cursor: duckdb.DuckDBPyConnection, moment: Moment) -> Learned:
    days = months(cursor, moment)
    if not days:
        return Learned("none")
    people = cursor.execute("select count(*) from customer_facts where not estimated and not derived").fetchall()[0][0]
    copies, every = "", -(-int(people) // MOST_LEARNED)
    if every > 1:
        copies = "sampled_"
        for table in FACTS:
            rows = f"select * from {table} where hash(customer_id) % {every} = 0"
            cursor.execute(f"create or replace temp table {copies}{table} as {rows}")
    frames = [person_months(cursor, moment, day, copies) for day in days]
    for table in FACTS if copies else ():
        cursor.execute(f"drop table {copies}{table}")
    return model.learn(pd.concat(frames, ignore_index=True), rules(moment.settings))


def months(cursor: duckdb.DuckDBPyConnection, moment: Moment) -> list[date]:
    """The first days of the months to learn from: with a history before them, and the whole horizon after them known.

    None where customers are estimated from activity: nobody is known to have cancelled.
    """
    first, known = cursor.execute("""
        select least((select min(created_on) from ticket_facts), (select min(answered_on) from survey_facts),
                     (select min(purchased_on) from purchase_facts)),
               (select count(*) > 0 from customer_facts where not estimated and not derived)""").fetchall()[0]
    if first is None or not known:
        return []
    begin = period_end(first + timedelta(days=RECENT_DAYS - 1), "month")
    end = moment.complete_until - timedelta(days=HORIZON_DAYS)
    return [day for day in starts_between(begin, end + timedelta(days=1), "month") if day <= end][-MOST_MONTHS:]


def person_months(cursor: duckdb.DuckDBPyConnection, moment: Moment, day: date, copies: str = "") -> pd.DataFrame:
    """The customers there at the beginning of a day, with their signals at it, `day`, and whether they `left` within 90 days."""
    found = _ask(cursor, select(copies=copies), params(moment.settings, midnight(moment.settings, day))).to_pandas(
        date_as_object=True
    )
    found = found[~found["estimated"]]
    end = day + timedelta(days=HORIZON_DAYS)
    left = [gone is not None and gone is not pd.NaT and gone < end for gone in found["cancelled_on"]]
    return found[["customer_id", *(one.name for one in SIGNALS)]].assign(day=day, left=np.array(left, dtype=bool))


def _ask(cursor: duckdb.DuckDBPyConnection, sql: str, values: dict[str, Any]) -> pa.Table:
    return cursor.sql(sql, params=used(sql, values)).to_arrow_table()


# --- the table ----------------------------------------------------------------------------------------------

CHANCES = ("score", "rules_chance", "model_chance")
ADDED = tuple(f"by_{one.name}" for one in model.LEARNED)
BOUGHT = ("p_alive", "expected_purchases", "value_12m")


def _write(
    cursor: duckdb.DuckDBPyConnection, store: Store, moment: Moment | None, learned: Learned, bought: Buying
) -> None:
    """(Re)write customer_scores: who, `select`'s columns at as-of, score and chances, and what each signal adds to the model's.

    `p_alive`: the chance that somebody without a contract still buys; `expected_purchases`: days in the next 12 months on which
    they buy; `value_12m`: those × the amount expected × margin. Null where the model is not there (see `purchases`).
    `value_year`: margin × what a customer brings in a year, by the monthly value, else `value_12m`, else by the past year's
    purchases. Only those who are there have a score; also those who seem to have left have the three of purchases.
    """
    cursor.execute("drop table if exists customer_scores")
    if moment is None:
        return
    values = params(moment.settings, moment.as_of_s + 1)
    sql = f"create or replace temp table scored as {select(everybody=True)}"
    cursor.execute(sql, used(sql, values))
    columns = ", ".join(f"{name} double" for name in (*CHANCES, *ADDED))
    cursor.execute(f"create or replace temp table made (customer_id varchar, {columns})")
    in_force = rules(moment.settings)
    signals = ", ".join(["customer_id", *(one.name for one in SIGNALS)])
    for batch in cursor.sql(f"select {signals} from scored where is_there").to_arrow_table().to_batches(BLOCK):
        made = _scored(batch.to_pandas(), in_force, learned)
        cursor.register("made_rows", made)
        cursor.execute("insert into made select * from made_rows")
        cursor.unregister("made_rows")
    _bought(cursor, moment, bought)
    sql = f"""
        create table customer_scores as
        with names as ({_names(cursor, store)})
        select scored.*, coalesce(monthly_value * 12 * $margin, value_12m, spent_year * $margin) as value_year,
               made.* exclude (customer_id), {", ".join(BOUGHT)}, name, email
        from scored left join made using (customer_id) left join bought using (customer_id) left join names using (customer_id)"""
    cursor.execute(sql, {"margin": moment.settings.margin})
    cursor.execute("drop table scored; drop table made; drop table bought")


def _bought(cursor: duckdb.DuckDBPyConnection, moment: Moment, bought: Buying) -> None:
    """(Re)write the temporary table `bought`: customer_id and BOUGHT of everybody who bought; empty without a model."""
    cursor.execute(
        f"create or replace temp table bought (customer_id varchar, {', '.join(f'{name} double' for name in BOUGHT)})"
    )
    if bought.fitted is None:
        return
    sql = purchases.summary()
    values = {"as_of_s": moment.as_of_s, "last": moment.until - timedelta(days=1)}
    for batch in cursor.sql(sql, params=values).to_arrow_table().to_batches(BLOCK):
        rows = batch.to_pandas()
        made = bought.fitted.scored(rows)
        made["customer_id"] = rows["customer_id"].to_numpy()
        made["value_12m"] = made["expected_purchases"] * made["amount"] * moment.settings.margin
        cursor.register("bought_rows", made[["customer_id", *BOUGHT]])
        cursor.execute(
            "insert into bought select customer_id, nullif(p_alive, 'nan'), nullif(expected_purchases, 'nan'), nullif(value_12m, 'nan') from bought_rows"
        )
        cursor.unregister("bought_rows")


def _scored(rows: pd.DataFrame, in_force: Sequence[Rule], learned: Learned) -> pd.DataFrame:
    """customer_id, CHANCES and ADDED of some rows; nan where the past does not say."""
    made = pd.DataFrame({"customer_id": rows["customer_id"], "score": scores(rows, in_force)})
    nothing = np.full(len(rows), np.nan)
    made["rules_chance"] = learned.steps.chances(made["score"].to_numpy()) if learned.steps else nothing
    made["model_chance"] = learned.fitted.chances(rows) if learned.fitted else nothing
    by = learned.fitted.contributions(rows) if learned.fitted else {}
    for one in model.LEARNED:
        made[f"by_{one.name}"] = by.get(one.name, nothing)
    return made


def _names(cursor: duckdb.DuckDBPyConnection, store: Store) -> str:
    """SQL: the name and e-mail address of each customer: of the customers file, else as last seen."""
    seen = " union all ".join(
        f"select customer_id, customer_name as name, {email} as email, {rank} as rank, {instant} as seen from ({sql}) as {kind}_now"
        for kind, email, rank, instant, sql in (
            ("customers", "email", 2, "cast(started_on as timestamp)", store.current_sql(cursor, "customers")),
            ("tickets", "cast(null as varchar)", 1, "created_at", store.current_sql(cursor, "tickets")),
            ("surveys", "cast(null as varchar)", 1, "answered_at", store.current_sql(cursor, "surveys")),
        )
    )
    return f"""
        select customer_id, arg_max(name, (rank, seen)) as name, arg_max(email, (rank, seen)) as email
        from ({seen}) as seen where customer_id is not null and (name is not null or email is not null) group by customer_id"""
