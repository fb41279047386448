"""What the alerts come to now, and the messages that say so: one when an alert begins to fire, one when it clears.

In: a store and where messages go. Out: for each alert its state, logged where it changed, and what was sent. A message that
was not delivered is tried again at the next evaluation.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date, timedelta
from threading import Lock

from cxdata import alert_records, noise, queries, selection, sending
from cxdata.alert_records import Entry, Sending
from cxdata.alerts import FIRES, QUIET, UNJUDGED, Alert, State, sentence
from cxdata.engine import DuckDBEngine, Engine
from cxdata.errors import CxError
from cxdata.filters import NOTHING, Filters, Period, add_months
from cxdata.i18n import _, speaking
from cxdata.metrics import metric
from cxdata.questions import Moment, Query, period_start
from cxdata.sending import Delivery, Message
from cxdata.store import Store

HISTORY = {"day": 60, "week": 26, "month": 12}  # whole periods that the usual limits are told from
log = logging.getLogger("cxdata.alerts")
_one_at_a_time = Lock()


@dataclass(frozen=True)
class Checked:
    """An alert that was evaluated: its state, whether that is new, and the message where one was due."""

    alert: Alert
    state: State
    is_new: bool
    message: Message | None = None
    deliveries: tuple[Delivery, ...] = field(default=())


# --- evaluating ---------------------------------------------------------------------------------------------


def evaluate(engine: Engine, alert: Alert, moment: Moment) -> State:
    """What an alert comes to on the newest whole period at a moment."""
    entry = metric(alert.metric)
    first = queries.first_day(engine, entry)
    if first is None:
        return State(UNJUDGED, reason="nothing")
    if _is_gone(engine, alert):
        return State(UNJUDGED, reason="gone")
    end = period_start(moment.complete_until, alert.grain)
    start = max(_back(end, alert.grain), first)
    if start >= end:
        return State(UNJUDGED, reason="no_period")
    filters = Filters(Period(start, end), alert.values, moment.settings.clock)
    answer = queries.ask(engine, Query((alert.metric,), alert.grain, (), filters), moment)
    newest = answer.rows.iloc[-1]
    if newest["partial"]:
        return State(UNJUDGED, reason="no_period")
    value, n, period = float(newest["value"]), int(newest["n"]), newest["period"]
    minimum = moment.settings.minimum_n
    if math.isnan(value):
        return State(UNJUDGED, None, n, period, "nothing")
    if entry.unit != "count" and n < minimum:
        return State(UNJUDGED, value, n, period, "few", minimum=minimum)
    if alert.rule == "signal":
        limits = noise.limits(answer)
        if limits is None:
            return State(UNJUDGED, value, n, period, "periods")
        rules = {signal.rule for signal in limits.signals if signal.position == len(answer.rows) - 1}
        reason = "outside" if "outside" in rules else "run" if rules else ""
        return State(FIRES if rules else QUIET, value, n, period, reason, limits.low, limits.high, limits.centre)
    assert alert.threshold is not None
    beyond = value > alert.threshold if alert.rule == "above" else value < alert.threshold
    return State(FIRES if beyond else QUIET, value, n, period)


def _back(end: date, grain: str) -> date:
    """The first day of the periods that the usual limits are told from."""
    periods = HISTORY[grain]
    if grain == "month":
        return add_months(end, -periods)
    return end - timedelta(days=periods * (7 if grain == "week" else 1))


def _is_gone(engine: Engine, alert: Alert) -> bool:
    """Whether the data has none of the values of a dimension that the alert is about."""
    return any(
        not set(chosen) & {*queries.distinct_values(engine, name), NOTHING} for name, chosen in alert.values.items()
    )


# --- telling ------------------------------------------------------------------------------------------------


def check(
    store: Store,
    recipients: Sequence[str],
    *,
    pauses: Sequence[float] = sending.PAUSES,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Checked]:
    """Evaluate every alert that is not paused, log what changed, and send what is due, in the language of the settings.

    All are evaluated before anything is sent.
    """
    with _one_at_a_time if recipients else nullcontext():  # or a message could go out twice
        moment = store.moment()
        if moment is None:
            return []
        with speaking(moment.settings.language):
            engine = DuckDBEngine(store)
            checked = [
                _logged(store, kept.alert, evaluate(engine, kept.alert, moment), moment)
                for kept in alert_records.alerts(store)
                if kept.alert.enabled
            ]
            return [_told(store, one, moment, recipients, pauses, sleep) for one in checked]


def _logged(store: Store, alert: Alert, state: State, moment: Moment) -> Checked:
    history = alert_records.entries(store, alert)
    is_new = not history or history[-1].state.state != state.state
    if is_new:
        alert_records.keep_entry(store, alert, state, moment.as_of_s)
    return Checked(alert, state, is_new)


def _told(
    store: Store,
    one: Checked,
    moment: Moment,
    recipients: Sequence[str],
    pauses: Sequence[float],
    sleep: Callable[[float], None],
) -> Checked:
    history = alert_records.entries(store, one.alert)
    sent = alert_records.sendings(store, one.alert.id)
    entry = untold(history, sent)
    named = sending.labels(recipients)
    if not entry:
        return one
    left = still_due(named, sent, entry)
    if named and not left:
        return one
    message = message_of(one.alert, one.state, moment)
    chosen = [address for label, address in zip(named, recipients, strict=True) if label in left]
    deliveries = sending.send(message, chosen, pauses=pauses, sleep=sleep)
    alert_records.keep_sendings(store, message.title, deliveries, alert=one.alert.id, entry=entry)
    return Checked(one.alert, one.state, one.is_new, message, deliveries)


def untold(history: Sequence[Entry], sent: Sequence[Sending]) -> int:
    """The number of the change that people have to be told of, 0 for none: the one with which the firing, or after a firing
    that they were told of the quiet, began. What could not be judged in between begins nothing."""
    judged = [entry for entry in history if entry.state.state != UNJUDGED]
    if not judged or history[-1].state.state == UNJUDGED:
        return 0
    began = judged[-1]
    for entry in reversed(judged):
        if entry.state.state != began.state.state:
            break
        began = entry
    if began.state.fires:
        return began.number
    told = [one.entry for one in sent if one.delivered and one.entry != began.number]
    fired = {entry.number for entry in history if entry.state.fires}
    return began.number if told and told[-1] in fired else 0


def since(store: Store, alert: Alert, state: State) -> str | None:
    """When an alert came into its state (UTC, ISO); None where that was not logged yet."""
    found = None
    for entry in reversed(alert_records.entries(store, alert)):
        if entry.state.state != state.state:
            break
        found = entry.seen_at
    return found


def still_due(named: Sequence[str], sent: Sequence[Sending], entry: int) -> list[str]:
    """The addresses that a change still has to go to: all at first, later those to which it could not be delivered."""
    tried = [one for one in sent if one.entry == entry]
    delivered = {one.recipient for one in tried if one.delivered}
    if not delivered:
        return list(named)
    failed = {one.recipient for one in tried} - delivered
    return [label for label in named if label in failed]


def message_of(alert: Alert, state: State, moment: Moment) -> Message:
    """The message that says that an alert fires, or that it has cleared."""
    seen = _("Data up to {day}.", day=selection.last_seen(moment))
    if state.fires:
        title = _("Alert: {name}", name=alert.name)
        after = _("The next message comes when it clears.")
    else:
        title, after = _("Cleared: {name}", name=alert.name), ""
    return Message(title, "\n".join([sentence(alert, state), alert.condition, " ".join([seen, after]).strip()]))


def test_message() -> Message:
    """A message that only shows that messages arrive."""
    return Message(_("Test message"), _("Messages of CX Dashboard arrive here."))


@contextmanager
def following(store: Store, then: Callable[[Store], object]) -> Iterator[Store]:
    """Do `then` at the end where the data or the settings changed inside; what fails in it is logged and goes no further."""
    before = store.version
    try:
        yield store
    finally:
        with _going_no_further():
            if store.version != before:
                then(store)


def check_aside(store: Store) -> None:
    """Check beside other work, with the addresses of CX_SEND_TO or of the store; what fails is logged."""
    with _going_no_further():
        for one in check(store, sending.addresses((), alert_records.send_to(store))):
            for delivery in one.deliveries:
                if not delivery.delivered:
                    log.warning("%s: %s: %s", one.alert.name, delivery.recipient, delivery.reason)


@contextmanager
def _going_no_further() -> Iterator[None]:
    try:
        yield
    except CxError as error:
        log.warning("%s", error)
    except Exception:
        log.exception("The alerts were not evaluated; they are at the next import.")
