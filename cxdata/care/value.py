"""What a gesture costs against what a customer is still worth, and what less churn in a group is worth. Pure.

In: monthly value, margin, churn, amounts. Out: numbers with the words of their arithmetic. What somebody who pays by the month
will still bring in k months is monthly value × margin × (1 − (1 − c)^k) ÷ c at a monthly churn of c; without an end it is the
projected lifetime value, monthly value × margin ÷ c. Who buys without a contract: what is expected of the next 12 months.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from cxdata import formats
from cxdata.errors import CxError
from cxdata.i18n import N_, _

HORIZONS = {"year": 12, "three": 36, "life": None}
HORIZON_WORDS = {"year": N_("the next 12 months"), "three": N_("the next 3 years"), "life": N_("as long as they stay")}


def monthly(churn: float, months: float) -> float:
    """The churn of one month that makes the churn of so many; months of 30.44 days need not be whole."""
    if not 0 <= churn <= 1 or months <= 0:
        raise CxError("A churn is a share between 0 % and 100 % over some time.")
    return float(1 - (1 - churn) ** (1 / months))


def remaining(monthly_value: float, margin: float, churn: float, months: int | None) -> float:
    """The margin still to come of a customer in so many months (None: as long as they stay), at a monthly churn.

    Raises CxError where nothing is known, and where nobody leaves and there is no end: then it has none either.
    """
    known = all(math.isfinite(number) for number in (monthly_value, margin, churn))
    if not known or not 0 <= churn <= 1:
        raise CxError("What this customer is worth is not known: it takes a monthly value and a churn.")
    if churn == 0:
        if months is None:
            raise CxError("Nobody left, so there is no end to project to: choose a number of months.")
        return monthly_value * margin * months
    share = 1.0 if months is None else 1 - (1 - churn) ** months
    return monthly_value * margin * share / churn


@dataclass(frozen=True)
class Worth:
    """What a customer is still worth, and `how`: the arithmetic in words. `amount` None: not known, and `how` says why."""

    amount: float | None
    how: str


def worth(
    monthly_value: float | None, value_12m: float | None, margin: float, churn: float | None, horizon: str
) -> Worth:
    """Of one customer: by contract where the monthly value is known, else by expected purchases of the next 12 months.

    `churn`: monthly, of the group. `horizon`: a key of HORIZONS; purchases are expected 12 months ahead, whatever it is.
    """
    if monthly_value is None and value_12m is not None:
        return Worth(
            value_12m,
            _(
                "purchases expected in the next 12 months, times the margin of {margin}",
                margin=formats.percent(margin, 0),
            ),
        )
    if monthly_value is None or churn is None:
        return Worth(
            None,
            _(
                "What this customer is worth is not known: it takes a monthly value and a churn, or purchases with amounts of enough customers."
            ),
        )
    months = HORIZONS[horizon]
    try:
        amount = remaining(monthly_value, margin, churn, months)
    except CxError as error:
        return Worth(None, str(error))
    rate = formats.percent(churn, 2)
    words = {"value": formats.money(monthly_value), "margin": formats.percent(margin, 0), "churn": rate}
    if months is None:
        return Worth(amount, _("{value} a month × {margin} margin ÷ {churn} churn a month", **words))
    return Worth(
        amount,
        _(
            "{value} a month × {margin} margin × {months} months, less those that {churn} churn a month takes",
            months=months,
            **words,
        ),
    )


@dataclass(frozen=True)
class Gesture:
    """A gesture against what a customer is worth: what is left, and `share`: what part of those who get it has to stay because of it."""

    amount: float
    worth: float
    left: float
    share: float

    @property
    def pays(self) -> bool:
        """Whether it can pay for itself at all."""
        return self.share <= 1

    def said(self, *, one: bool = False) -> str:
        """In words, of customers of a group, or of `one`."""
        left = formats.difference(self.left, "money") if self.left < 0 else formats.money(self.left)
        text = _(
            "A gesture of {amount} to a customer worth {worth} leaves {left}.", amount=formats.money(self.amount),
            worth=formats.money(self.worth), left=left,
        )  # fmt: skip
        if self.amount == 0:
            return text
        if not self.pays:
            return f"{text} {_('It costs more than they are still worth.')}"
        share = formats.percent(self.share, 0)
        if one:
            points = formats.decimal(self.share * 100, 0)
            return f"{text} {_('It pays for itself if it raises the chance that they stay by {points} points or more.', points=points)}"
        return (
            f"{text} {_('It pays for itself if at least {share} of those who get it stay because of it.', share=share)}"
        )


def gesture(amount: float | None, worth_of: float | None) -> Gesture:
    """Raises CxError for no amount, a negative one, and a customer of whom nothing is known or nothing is to come."""
    if amount is None or not math.isfinite(amount):
        raise CxError("Fill in what the gesture costs.")
    if amount < 0:
        raise CxError("A gesture costs nothing or more: {amount} is less.", amount=formats.decimal(amount, 2))
    if worth_of is None or not math.isfinite(worth_of):
        raise CxError("What this customer is still worth is not known, so a gesture cannot be held against it.")
    if worth_of <= 0:
        raise CxError("Nothing more is expected of this customer: a gesture is not earned back.")
    return Gesture(amount, worth_of, worth_of - amount, amount / worth_of)


@dataclass(frozen=True)
class Less:
    """What less churn in a group is worth in the next 12 months: `by_points` fewer a month, and `month`: one month in which
    nobody leaves. `now` and `then`: monthly churn."""

    customers: float
    monthly_value: float
    margin: float
    now: float
    then: float
    by_points: float
    month: float

    def said(self) -> tuple[str, str]:
        """The two answers with their arithmetic."""
        words = {
            "customers": formats.decimal(self.customers, 0), "value": formats.money(self.monthly_value),
            "margin": formats.percent(self.margin, 0), "now": formats.percent(self.now, 2), "then": formats.percent(self.then, 2),
        }  # fmt: skip
        return (
            _(
                "{customers} customers × {value} a month × {margin} margin, over 12 months at {then} instead of {now} churn a month.",
                **words,
            ),
            _(
                "{customers} customers × {now} who do not leave that month × what each brings in the 12 months after it.",
                **words,
            ),
        )


def less_churn(
    customers: float | None, monthly_value: float | None, margin: float, churn: float | None, points: float | None
) -> Less:
    """`churn`: monthly, a share; `points`: percentage points less of it. Raises CxError where it cannot be said."""
    if (
        not customers
        or monthly_value is None
        or churn is None
        or not (math.isfinite(monthly_value) and math.isfinite(churn))
    ):
        raise CxError("What churn costs is not known here: it takes customers with a monthly value.")
    if points is None or not math.isfinite(points) or points < 0:
        raise CxError("Fill in how many points less churn, 0 or more.")
    then = churn - points / 100
    if then < -1e-12:
        raise CxError(
            "Churn is {churn} a month here: it cannot fall by {points} points.", churn=formats.percent(churn, 2),
            points=formats.decimal(points, 2),
        )  # fmt: skip
    each = remaining(monthly_value, margin, churn, 12)
    more = remaining(monthly_value, margin, max(then, 0.0), 12) - each
    return Less(customers, monthly_value, margin, churn, max(then, 0.0), customers * more, customers * churn * each)
