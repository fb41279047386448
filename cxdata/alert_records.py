"""Alerts, what they came to and what was sent, as the store keeps them: nothing is overwritten.

In: a store and what is to be kept. Out: the newest version of each alert, the changes of its state, the messages sent. The
addresses are the exception: one that goes is gone, since it holds a password.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cxdata.alerts import Alert, Kept, State
from cxdata.errors import CxError, Note
from cxdata.sending import Delivery
from cxdata.store import Store

_NOW = "cast(now() at time zone 'UTC' as timestamp)"
_ISO = "'%Y-%m-%dT%H:%M:%SZ'"
SEND_TO = "send_to"  # among the settings


@dataclass(frozen=True)
class Entry:
    """A change of state. `seen_at`: UTC, ISO; `as_of_s`: how far the data went then."""

    number: int
    alert: int
    question: str
    seen_at: str
    as_of_s: int
    state: State


@dataclass(frozen=True)
class Sending:
    """A message to one address, masked, and when (UTC, ISO). `alert` and `entry`: the alert and the change of state it told of, 0 for none."""

    number: int
    sent_at: str
    what: str
    alert: int
    entry: int
    recipient: str
    delivered: bool
    attempts: int
    reason: Note | None


# --- alerts -------------------------------------------------------------------------------------------------


def alerts(store: Store) -> tuple[Kept, ...]:
    """The alerts that are kept, each as it was saved last, in the order in which they were added."""
    sql = f"""
        select id, name, metric, rule, threshold, grain, cast(filters as varchar) as filters, enabled, saved_by,
               strftime(saved_at, {_ISO}) as saved_at
        from (select * from alerts qualify version = max(version) over (partition by id)) as newest
        where not removed order by id"""
    return tuple(Kept(_alert(row), row["saved_at"], row["saved_by"]) for row in store.query(sql).to_pylist())


def _alert(row: dict[str, object]) -> Alert:
    values = {name: tuple(words) for name, words in json.loads(str(row["filters"])).items()}
    own = {name: row[name] for name in ("id", "name", "metric", "rule", "threshold", "grain", "enabled")}
    return Alert(**own, values=values)  # type: ignore[arg-type]


def one_alert(store: Store, number: int) -> Alert:
    for kept in alerts(store):
        if kept.alert.id == number:
            return kept.alert
    raise CxError("There is no alert {number}. The list of alerts shows their numbers.", number=number)


def save_alert(store: Store, alert: Alert, by: str = "") -> Alert:
    """Keep an alert, as a new one where its id is 0, else as the newest version of that one (also a removed one)."""
    return _save(store, alert, by, removed=False)


def remove_alert(store: Store, number: int, by: str = "") -> Alert:
    """Take an alert off the list; its versions and its log stay, and saving it again brings it back."""
    return _save(store, one_alert(store, number), by, removed=True)


def _save(store: Store, alert: Alert, by: str, *, removed: bool) -> Alert:
    with store.writing() as cursor:
        sql = "select coalesce(max(version), 0) + 1, coalesce(max(id), 0) + 1 from alerts"
        newest, number = cursor.execute(sql).fetchall()[0]
        saved = alert if alert.id else replace(alert, id=int(number))
        values = json.dumps({name: list(chosen) for name, chosen in saved.values.items()})
        cursor.execute(
            f"insert into alerts values (?, ?, {_NOW}, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                newest, saved.id, by, removed, saved.name, saved.metric, saved.rule, saved.threshold, saved.grain, values,
                saved.enabled,
            ],
        )  # fmt: skip
    return saved


# --- the log ------------------------------------------------------------------------------------------------


def entries(store: Store, alert: Alert | None = None) -> list[Entry]:
    """The changes of state in order, of all alerts, or those of one under the question that it asks now."""
    mine = "where alert = $alert and question = $question" if alert else ""
    sql = f"""
        select number, alert, question, strftime(seen_at, {_ISO}) as seen_at, as_of_s, state, value, n, period, reason, low, high, centre,
               minimum
        from alert_states {mine} order by number"""
    rows = store.query(sql, **({"alert": alert.id, "question": alert.question} if alert else {})).to_pylist()
    return [
        Entry(
            row["number"], row["alert"], row["question"], row["seen_at"], row["as_of_s"],
            State(
                row["state"], row["value"], row["n"], row["period"], row["reason"], row["low"], row["high"],
                row["centre"], row["minimum"],
            ),
        )
        for row in rows
    ]  # fmt: skip


def keep_entry(store: Store, alert: Alert, state: State, as_of_s: int) -> int:
    """Log a change of state; its number."""
    with store.writing() as cursor:
        number = int(cursor.execute("select coalesce(max(number), 0) + 1 from alert_states").fetchall()[0][0])
        cursor.execute(
            f"insert into alert_states values (?, ?, ?, {_NOW}, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                number, alert.id, alert.question, as_of_s, state.state, state.value, state.n, state.period, state.reason,
                state.low, state.high, state.centre, state.minimum,
            ],
        )  # fmt: skip
    return number


def sendings(store: Store, alert: int | None = None) -> list[Sending]:
    """The messages in order, all of them or those of one alert."""
    mine = "where alert = $alert" if alert is not None else ""
    sql = f"""
        select number, strftime(sent_at, {_ISO}) as sent_at, what, alert, alert_state as entry, recipient, delivered, attempts, reason
        from sendings {mine} order by number"""
    rows = store.query(sql, **({} if alert is None else {"alert": alert})).to_pylist()
    return [Sending(**{**row, "reason": Note(*json.loads(row["reason"])) if row["reason"] else None}) for row in rows]


def keep_sendings(store: Store, what: str, deliveries: Iterable[Delivery], *, alert: int = 0, entry: int = 0) -> None:
    """Log what came of a message, a row an address."""
    with store.writing() as cursor:
        for one in deliveries:
            reason = json.dumps(one.reason.dumped()) if one.reason else None
            cursor.execute(
                f"insert into sendings select coalesce(max(number), 0) + 1, {_NOW}, ?, ?, ?, ?, ?, ?, ? from sendings",
                [what, alert, entry, one.recipient, one.delivered, one.attempts, reason],
            )


# --- where messages go --------------------------------------------------------------------------------------


def send_to(store: Store) -> tuple[str, ...]:
    """The addresses that the organisation keeps, whole: not to be shown."""
    rows = store.query(
        "select cast(value as varchar) as value from settings where name = $name", name=SEND_TO
    ).to_pylist()
    return tuple(json.loads(rows[0]["value"])) if rows else ()


def save_send_to(store: Store, addresses: Sequence[str]) -> None:
    """Keep these addresses and no others: one that goes leaves nothing behind."""
    with store.writing() as cursor:
        cursor.execute("delete from settings where name = ?", [SEND_TO])
        if addresses:
            sql = f"insert into settings select coalesce(max(id), 0) + 1, {_NOW}, ?, ? from settings"
            cursor.execute(sql, [SEND_TO, json.dumps(list(addresses))])
