"""Clear rules: a signal that holds adds its weight, and the sum is the score of a customer.

In: the settings, rows of `signals.select`. Out: the rules in force, scores, and which rules hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxdata.arrays import Array
from cxdata.care.signals import SIGNALS, Signal, signal
from cxdata.errors import CxError, UnknownName
from cxdata.i18n import N_
from cxdata.settings import Settings


@dataclass(frozen=True)
class Rule:
    """A signal with the threshold from which it holds and what it adds; a weight of 0 is out of use."""

    signal: Signal
    threshold: float
    weight: float


def rules(settings: Settings) -> tuple[Rule, ...]:
    """The rules in force: those of the settings, else the standard ones."""
    return tuple(Rule(one, *settings.rules.get(one.name, (one.threshold, one.weight))) for one in SIGNALS)


def changed(rules: Sequence[Rule]) -> dict[str, tuple[float, float]]:
    """{signal: (threshold, weight)} of the rules that differ from the standard, for the settings."""
    standard = {one.name: (one.threshold, one.weight) for one in SIGNALS}
    found = {rule.signal.name: (float(rule.threshold), float(rule.weight)) for rule in rules}
    return {name: numbers for name, numbers in found.items() if numbers != standard[name]}


def check(given: Mapping[str, tuple[float, float]]) -> None:
    """Raise where a rule is of no signal, or its numbers cannot be."""
    names = [one.name for one in SIGNALS]
    for name, (threshold, weight) in given.items():
        if name not in names:
            raise UnknownName(N_("signal"), name, names)
        if not np.isfinite(threshold) or not np.isfinite(weight) or not 0 <= weight <= 100:
            raise CxError(
                "The rule {name} needs a threshold that is a number, and a weight from 0 (out of use) to 100.",
                name=signal(name).label,
            )


def holding(frame: pd.DataFrame, rule: Rule) -> np.ndarray:
    """Which rows a rule holds for."""
    value = frame[rule.signal.name].to_numpy(dtype="float64")
    with np.errstate(invalid="ignore"):
        found: np.ndarray = value >= rule.threshold if rule.signal.worse == "high" else value <= rule.threshold
    return found


def scores(frame: pd.DataFrame, rules: Sequence[Rule]) -> Array:
    """The sum of the weights of the rules that hold, a row each."""
    total = np.zeros(len(frame))
    for rule in rules:
        if rule.weight:
            total += rule.weight * holding(frame, rule)
    return total
