"""What is to be told without anybody looking: a metric, on some rows, beyond a threshold or beyond its usual limits.

In: what somebody chose. Out: frozen Alerts that can be, and States: what one of them comes to at a moment, in words.
`alerting` evaluates them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from cxdata import amounts, formats
from cxdata.errors import CxError, UnknownName
from cxdata.filters import Filters
from cxdata.i18n import N_, _
from cxdata.metrics import SINGLE, metric

ALERT_GRAINS = {"day": N_("Day"), "week": N_("Week"), "month": N_("Month")}
RULES = {
    "above": N_("Above a threshold"),
    "below": N_("Below a threshold"),
    "signal": N_("Beyond the usual limits"),
}
FIRES, QUIET, UNJUDGED = "fires", "quiet", "unjudged"
STATE_WORDS = {FIRES: N_("Fires"), QUIET: N_("Quiet"), UNJUDGED: N_("Cannot be judged")}
ENOUGH_PERIODS = 6  # complete ones, before limits can be told


@dataclass(frozen=True)
class Alert:
    """A metric to be watched, each whole period of its grain.

    `id`: 0 as long as it is not kept. `threshold`: in the metric's unit, None for the rule "signal". `values`: the chosen
    values of each dimension, as in Filters. Raises CxError for what cannot be.
    """

    id: int
    name: str
    metric: str
    rule: str
    threshold: float | None = None
    grain: str = "week"
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    enabled: bool = True

    def __hash__(self) -> int:
        return hash((self.id, self.name, self.enabled, self.question))

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise CxError("An alert needs a name, such as: First response too slow.")
        entry = metric(self.metric)
        if entry not in SINGLE:
            raise CxError("{metric} is a curve, not one number a period: no alert can watch it.", metric=self.metric)
        if self.grain not in ALERT_GRAINS:
            raise UnknownName(N_("grain"), self.grain, ALERT_GRAINS)
        if self.rule not in RULES:
            raise UnknownName(N_("rule of an alert"), self.rule, RULES)
        self._check_threshold()
        Filters(values=self.values).check(entry.table, _(entry.label))

    def _check_threshold(self) -> None:
        entry = metric(self.metric)
        if self.rule == "signal":
            if self.threshold is not None:
                raise CxError(
                    "An alert on the usual limits has no threshold: they follow from the numbers themselves. Leave it empty."
                )
            if entry.matures:
                raise CxError(
                    "The newest periods of {metric} still change, so it has no usual limits. Choose a threshold.",
                    metric=self.metric,
                )
            return
        if self.threshold is None or math.isnan(self.threshold):
            raise CxError("An alert needs a threshold, or the usual limits as its rule.")
        amounts.check(self.threshold, entry)

    @property
    def question(self) -> str:
        """What it asks, without its name: states of one question follow each other."""
        values = {name: list(chosen) for name, chosen in sorted(self.values.items()) if chosen}
        return json.dumps([self.metric, self.grain, self.rule, self.threshold, values])

    @property
    def condition(self) -> str:
        """Its rule in words: "NPS below 20, each month, in Noord"."""
        entry = metric(self.metric)
        label, limit = _(entry.label), formats.value(self.threshold, entry.unit)
        if self.rule == "above":
            said = _("{metric} above {limit}", metric=label, limit=limit)
        elif self.rule == "below":
            said = _("{metric} below {limit}", metric=label, limit=limit)
        else:
            said = _("{metric} beyond its usual limits", metric=label)
        each = {"day": _("each day"), "week": _("each week"), "month": _("each month")}[self.grain]
        return " · ".join([said, each, *([self.where] if self.where else [])])

    @property
    def where(self) -> str:
        """The rows it is about, in words; "" where that is all."""
        chosen = [formats.group(name, word) for name, words in self.values.items() for word in words]
        return ", ".join(chosen)


def alert(
    name: str, metric_name: str, rule: str, threshold: str | float | None = None, *, grain: str = "week",
    values: Mapping[str, tuple[str, ...]] | None = None, enabled: bool = True, id: int = 0,
) -> Alert:  # fmt: skip
    """An alert from what was chosen; the threshold as a person writes it (80%, 4h) or as a number in the metric's unit."""
    limit = amounts.parsed(threshold, metric(metric_name).unit) if isinstance(threshold, str) else threshold
    chosen = {key: tuple(words) for key, words in (values or {}).items() if words}
    return Alert(id, " ".join(name.split()), metric_name, rule, limit, grain, chosen, enabled)


@dataclass(frozen=True)
class Kept:
    """An alert as it is kept: when and by whom its newest version was saved (UTC, ISO)."""

    alert: Alert
    saved_at: str
    saved_by: str


@dataclass(frozen=True)
class State:
    """What an alert comes to: it fires, is quiet, or cannot be judged, on the newest whole period.

    `reason`: of what cannot be judged, "few", "nothing", "no_period", "periods" or "gone"; of a signal, "outside" or
    "run". `low`, `high` and `centre`: the usual limits. `minimum`: the rows that it would take.
    """

    state: str
    value: float | None = None
    n: int = 0
    period: date | None = None
    reason: str = ""
    low: float | None = None
    high: float | None = None
    centre: float | None = None
    minimum: int = 0

    @property
    def fires(self) -> bool:
        return self.state == FIRES


def sentence(alert: Alert, state: State) -> str:
    """What an alert comes to, in the reader's language."""
    entry = metric(alert.metric)
    if state.period is None:
        return _(_NO_PERIOD.get(state.reason, _NO_PERIOD["no_period"]))
    said: dict[str, str] = {"metric": _(entry.label), "period": _capital(formats.period(state.period, alert.grain))}
    if state.reason == "nothing":
        return _("{period}: {metric} was not measured.", **said)
    said["value"] = formats.value(state.value, entry.unit)
    said["value"] += "" if entry.unit == "count" else f" (n = {formats.decimal(state.n, 0)})"
    if state.reason == "few":
        return _(
            "{period}: {metric} {value}, measured on fewer than {minimum}, so it is not judged.",
            **said,
            minimum=state.minimum,
        )
    if state.reason == "periods":
        return _(
            "{period}: {metric} {value}. Usual limits take {count} whole periods with a value; there are fewer.",
            **said,
            count=ENOUGH_PERIODS,
        )
    said["limit"] = formats.value(alert.threshold, entry.unit)
    if alert.rule == "above":
        told = N_("{period}: {metric} {value}, above {limit}.")
        quiet = N_("{period}: {metric} {value}, not above {limit}.")
    elif alert.rule == "below":
        told = N_("{period}: {metric} {value}, below {limit}.")
        quiet = N_("{period}: {metric} {value}, not below {limit}.")
    else:
        said["limit"] = _(
            "{low} – {high}", low=formats.value(state.low, entry.unit), high=formats.value(state.high, entry.unit)
        )
        quiet = N_("{period}: {metric} {value}, within the usual {limit}.")
        is_above = (state.value or 0.0) > (state.centre or 0.0)
        if state.reason == "run":
            said["limit"] = formats.value(state.centre, entry.unit)
            told = (
                N_("{period}: {metric} {value}, at least the eighth in a row above its average, {limit}.")
                if is_above
                else N_("{period}: {metric} {value}, at least the eighth in a row below its average, {limit}.")
            )
        else:
            told = (
                N_("{period}: {metric} {value}, above the usual {limit}.")
                if is_above
                else N_("{period}: {metric} {value}, below the usual {limit}.")
            )
    return _(told if state.fires else quiet, **said)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


_NO_PERIOD = {
    "no_period": N_("No period is whole yet: nothing can be judged."),
    "nothing": N_("There is no data for this yet."),
    "gone": N_("The data has no such rows any more: check its filters."),
}
