"""`alerts`: what each comes to, checking and sending, adding and removing one, and the log."""

from __future__ import annotations

import argparse
from typing import Any

from cxdata import alert_records, alerting, alerts, sending
from cxdata.alerting import Checked
from cxdata.alerts import ALERT_GRAINS
from cxdata.commands.base import (
    DONE,
    NOTHING_DONE,
    Command,
    check_values,
    filter_options,
    filter_values,
    format_option,
    opened,
    send_to_option,
    user,
    wrong_usage,
)
from cxdata.commands.output import plain, print_rows, say_checked
from cxdata.engine import DuckDBEngine
from cxdata.errors import CxError
from cxdata.filters import FILTERS
from cxdata.metrics import SINGLE
from cxdata.store import Store


def arguments(parser: argparse.ArgumentParser) -> None:
    done = parser.add_mutually_exclusive_group()
    done.add_argument("--check", action="store_true", help="log what changed, and send what is due")
    done.add_argument("--add", metavar="NAME", help="keep an alert of this name; needs --metric and a rule")
    done.add_argument("--remove", type=int, metavar="ID", help="take this alert off the list")
    done.add_argument("--log", action="store_true", help="every change of state and every message instead")
    parser.add_argument("--metric", metavar="M", help=f"one of: {', '.join(entry.name for entry in SINGLE)}")
    rule = parser.add_mutually_exclusive_group()
    rule.add_argument("--above", metavar="X", help="a threshold such as 80%%, 4h, 90 min, 12.5")
    rule.add_argument("--below", metavar="X")
    rule.add_argument("--signal", action="store_true", help="beyond the usual limits of its control chart")
    parser.add_argument("--grain", choices=list(ALERT_GRAINS), help="judge each day, week (default) or month")
    filter_options(parser)
    send_to_option(parser)
    format_option(parser)


def run(given: argparse.Namespace) -> int:
    own = (
        given.metric,
        given.above,
        given.below,
        given.signal,
        given.grain,
        *(getattr(given, f.name) for f in FILTERS),
    )
    if given.add is None and any(own):
        return wrong_usage("--metric, the rule, --grain and the filters belong to --add NAME.")
    if given.send_to and not given.check:
        return wrong_usage("--send-to belongs to --check.")
    status, checked = DONE, list[Checked]()
    with opened(given, must_exist=given.add is None) as store:
        if given.add is not None:
            _add(store, given)
        if given.remove is not None:
            alert_records.remove_alert(store, given.remove, user())
        if given.check:
            checked = alerting.check(store, sending.addresses(given.send_to, alert_records.send_to(store)))
            due = [one for found in checked for one in found.deliveries]
            status = NOTHING_DONE if due and not any(one.delivered for one in due) else DONE
        rows = _log(store) if given.log else _rows(store)
        if given.format == "table" and not given.log:
            conditions = {kept.alert.id: kept.alert.condition for kept in alert_records.alerts(store)}
            rows = [
                {"id": row["id"], "name": row["name"], "alert": conditions[row["id"]], "state": row["state"]}
                | {"since": row["since"], "sentence": row["sentence"]}
                for row in rows
            ]
    print_rows(rows, given.format)
    say_checked(checked)
    return status


def _add(store: Store, given: argparse.Namespace) -> None:
    rule = (
        "signal" if given.signal else "above" if given.above is not None else "below" if given.below is not None else ""
    )
    if not given.metric or not rule:
        raise CxError("An alert needs --metric and one of --above X, --below X and --signal.")
    limit = given.above if rule == "above" else given.below
    values = filter_values(given)
    made = alerts.alert(given.add, given.metric, rule, limit, grain=given.grain or "week", values=values)
    check_values(DuckDBEngine(store), values)
    alert_records.save_alert(store, made, user())


def _rows(store: Store) -> list[dict[str, Any]]:
    moment, engine, rows = store.moment(), DuckDBEngine(store), []
    for kept in alert_records.alerts(store):
        one = kept.alert
        state = alerting.evaluate(engine, one, moment) if moment and one.enabled else None
        rows.append(
            {
                "id": one.id,
                "name": one.name,
                "metric": one.metric,
                "rule": one.rule,
                "threshold": plain(one.threshold),
                "grain": one.grain,
                **{entry.name: ", ".join(one.values.get(entry.name, ())) or None for entry in FILTERS},
                "state": state.state if state else "paused" if moment else "no data",
                "value": plain(state.value) if state else None,
                "n": state.n if state else None,
                "period": state.period if state else None,
                "since": alerting.since(store, one, state) if state else None,
                "sentence": alerts.sentence(one, state) if state else "",
            }
        )
    return rows


def _log(store: Store) -> list[dict[str, Any]]:
    names = {kept.alert.id: kept.alert.name for kept in alert_records.alerts(store)}
    changes = [
        {
            "at": entry.seen_at, "id": entry.alert, "name": names.get(entry.alert), "what": entry.state.state,
            "value": plain(entry.state.value), "n": entry.state.n, "period": entry.state.period, "to": None, "delivered": None,
            "attempts": None, "reason": entry.state.reason,
        }
        for entry in alert_records.entries(store)
    ]  # fmt: skip
    messages = [
        {
            "at": one.sent_at, "id": one.alert or None, "name": names.get(one.alert), "what": one.what, "value": None, "n": None,
            "period": None, "to": one.recipient, "delivered": one.delivered, "attempts": one.attempts,
            "reason": str(one.reason or ""),
        }
        for one in alert_records.sendings(store)
    ]  # fmt: skip
    return sorted([*changes, *messages], key=lambda row: row["at"])


ALERTS = Command(
    "alerts", "list the alerts and what they come to, check them and send, add or remove one", arguments, run
)
