"""What commands print: rows as a table, CSV or JSON, and to standard error what alerts say and what was sent."""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Sequence
from typing import Any

from cxdata import alert_records, alerting, alerts, sending
from cxdata.alerting import Checked
from cxdata.alerts import FIRES
from cxdata.sending import Delivery
from cxdata.store import Store


def print_rows(rows: list[dict[str, Any]], form: str) -> None:
    if form == "json":
        print_json(rows)
    elif form == "csv":
        print_csv(rows, [])
    else:
        print_table(rows)


def print_json(rows: list[dict[str, Any]]) -> None:
    print(json.dumps(rows, indent=2, ensure_ascii=False, default=str))


def print_csv(rows: list[dict[str, Any]], names: list[str]) -> None:
    """The rows under their names; `names` where there are no rows."""
    writer = csv.DictWriter(sys.stdout, list(rows[0]) if rows else names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def print_table(rows: list[dict[str, Any]]) -> None:
    if not rows:
        print("nothing")
        return
    names = list(rows[0])
    cells = [[("–" if row[name] is None else str(row[name])) for name in names] for row in rows]
    widths = [max(len(text) for text in column) for column in zip(names, *cells, strict=True)]
    for line in (names, *cells):
        print("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


def plain(value: Any) -> Any:
    """A value of an answer as JSON has it: whole numbers without a point, nothing measured as None."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and math.isnan(value):
        return None
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


# --- alerts and messages ------------------------------------------------------------------------------------


def say_alerts(store: Store) -> None:
    """Evaluate the alerts after an import, and say on standard error what changed and what was sent."""
    say_checked(alerting.check(store, sending.addresses((), alert_records.send_to(store))))


def say_checked(checked: Sequence[Checked]) -> None:
    for one in checked:
        if one.message or (one.is_new and one.state.state == FIRES):
            print(f"{one.alert.name}: {alerts.sentence(one.alert, one.state)}", file=sys.stderr)
        if one.message and not one.deliveries:
            print("  sent to nobody: set CX_SEND_TO, or say where with --send-to", file=sys.stderr)
        say_deliveries(one.deliveries)


def say_deliveries(deliveries: Sequence[Delivery]) -> None:
    for one in deliveries:
        done = "sent" if one.delivered else f"not sent, tried {one.attempts} times" if one.attempts > 1 else "not sent"
        print(f"  {one.recipient}: {done}{f'. {one.reason}' if one.reason else ''}", file=sys.stderr)
