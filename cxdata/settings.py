"""What an organisation decides once: zone, opening hours, SLA policies, minimum n, and so on.

In: the stored JSON. Out: a frozen Settings. Numbers that depend on a setting are derived again when it changes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from cxdata.calendars import OpeningHours
from cxdata.errors import CxError, UnknownName
from cxdata.i18n import N_
from cxdata.schema import PRIORITIES, STAGES

CLOCKS = ("calendar", "business")
COUNT_AS = ("one_touch", "freshservice", "zoho", "intercom")
AGENTS = ("by_name", "in_groups")
WORKDAYS: tuple[tuple[str, str] | None, ...] = (("09:00", "17:00"),) * 5 + (None, None)


@dataclass(frozen=True)
class Policy:
    """An SLA policy; the first that matches a ticket holds. Targets in seconds, None: no target.

    `priority`, `team` and `channel` None match anything; a ticket without a priority counts as normal.
    """

    priority: str | None = None
    team: str | None = None
    channel: str | None = None
    first_response_s: int | None = None
    resolution_s: int | None = None
    clock: str = "calendar"


HOUR = 3600
DEFAULT_POLICIES = (
    Policy("urgent", None, None, 1 * HOUR, 8 * HOUR),
    Policy("high", None, None, 4 * HOUR, 24 * HOUR),
    Policy("normal", None, None, 8 * HOUR, 72 * HOUR),
    Policy("low", None, None, 24 * HOUR, 120 * HOUR),
)


@dataclass(frozen=True)
class Settings:
    """All settings with their defaults.

    `as_of`: ISO instant set by hand, or None for the newest instant in the data. `margin`: share of revenue.
    `stages`: touchpoint word -> stage, or "" for none. `sla_target`: share, drawn as a line. `rules`: signal of risk ->
    (threshold, weight), where it is not the standard. `pseudonymise`: names of customers in files become pseudonyms, those of
    agents too with `pseudonymise_agents`. `agents`: how they may be looked at; `minimum_group`: how many agents a team has at
    least that is shown apart, where they are only looked at in groups.
    """

    zone: str = "Europe/Amsterdam"
    hours: tuple[tuple[str, str] | None, ...] = WORKDAYS
    country: str = "NL"
    holidays_added: tuple[str, ...] = ()
    holidays_removed: tuple[str, ...] = ()
    policies: tuple[Policy, ...] = DEFAULT_POLICIES
    sla_target: float = 0.8
    minimum_n: int = 5
    language: str = "en"
    clock: str = "calendar"
    count_as: str = "one_touch"
    subtract_waiting: bool = True
    churn_after_days: int = 90
    margin: float = 0.3
    as_of: str | None = None
    stages: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    pseudonymise: bool = False
    pseudonymise_agents: bool = False
    agents: str = "by_name"
    minimum_group: int = 5

    def __post_init__(self) -> None:
        check_zone(self.zone)
        if self.clock not in CLOCKS:
            raise UnknownName(N_("clock"), self.clock, CLOCKS)
        if self.count_as not in COUNT_AS:
            raise UnknownName(N_("way to count first contact resolution"), self.count_as, COUNT_AS)
        if self.minimum_n < 1:
            raise CxError("The minimum number of answers has to be 1 or more.")
        if not 0 <= self.sla_target <= 1 or not 0 <= self.margin <= 1:
            raise CxError("The SLA target and the margin are shares between 0 % and 100 %.")
        if self.churn_after_days < 1:
            raise CxError("The days without activity after which a customer counts as gone have to be 1 or more.")
        if self.agents not in AGENTS:
            raise UnknownName(N_("way to look at agents"), self.agents, AGENTS)
        if self.minimum_group < 2:
            raise CxError("A group that hides who is in it has 2 agents or more.")
        for policy in self.policies:
            _check_policy(policy)
        for touchpoint, stage in self.stages.items():
            if stage not in (*STAGES, ""):
                raise CxError(
                    'The touchpoint "{touchpoint}" is mapped to the stage "{stage}", which does not exist. There are: {stages}.',
                    touchpoint=touchpoint,
                    stage=stage,
                    stages=", ".join(STAGES),
                )
        if self.as_of is not None:
            parse_instant(self.as_of, self.zone)

    @property
    def opening(self) -> OpeningHours:
        """The opening hours with their holidays. Raises CxError where they cannot be."""
        return OpeningHours(
            self.hours,
            self.zone,
            self.country,
            added=tuple(date.fromisoformat(day) for day in self.holidays_added),
            removed=tuple(date.fromisoformat(day) for day in self.holidays_removed),
        )

    def dumped(self) -> dict[str, str]:
        """{setting: JSON} for the store."""
        return {name: json.dumps(value) for name, value in asdict(self).items()}

    @classmethod
    def loaded(cls, stored: Mapping[str, str]) -> Settings:
        """The settings from {setting: JSON}; names of a newer program are passed over."""
        known = {entry.name for entry in fields(cls)}
        values: dict[str, Any] = {name: json.loads(text) for name, text in stored.items() if name in known}
        if "policies" in values:
            values["policies"] = tuple(Policy(**policy) for policy in values["policies"])
        if "hours" in values:
            values["hours"] = tuple(tuple(day) if day else None for day in values["hours"])
        for name in ("holidays_added", "holidays_removed"):
            if name in values:
                values[name] = tuple(values[name])
        if "rules" in values:
            values["rules"] = {
                name: (float(threshold), float(weight)) for name, (threshold, weight) in values["rules"].items()
            }
        return cls(**values)


def _check_policy(policy: Policy) -> None:
    if policy.priority is not None and policy.priority not in PRIORITIES:
        raise UnknownName(N_("priority"), policy.priority, PRIORITIES)
    if policy.clock not in CLOCKS:
        raise UnknownName(N_("clock"), policy.clock, CLOCKS)
    for target in (policy.first_response_s, policy.resolution_s):
        if target is not None and target <= 0:
            raise CxError("An SLA target has to be longer than nothing.")


@cache
def zones() -> frozenset[str]:
    """The names of all time zones; Python looks into six hundred files to tell them."""
    return frozenset(available_timezones())


def check_zone(zone: str) -> None:
    """Raise with the nearest name where the time zone does not exist."""
    if zone not in zones():
        raise UnknownName(N_("time zone"), zone, zones())


def parse_instant(text: str, zone: str) -> int:
    """UTC epoch seconds of an ISO date or date and time; without an offset it is local time in `zone`."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CxError('"{text}" is no date and time; write 2026-03-31 or 2026-03-31T17:00.', text=text) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    return int(moment.timestamp())
