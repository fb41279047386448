"""Do customers who are followed up stay longer? Told by a draw where there was one, else by those alike in risk.

In: a store whose customers are scored, the follow-ups. Out: Effects: the share that stayed 90 days among those followed up
and among others, and the interval of the difference. Only a draw makes it an experiment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from cxdata import statistics
from cxdata.care.follow_ups import Kept
from cxdata.care.model import HORIZON_DAYS, Learned
from cxdata.care.rules import rules, scores
from cxdata.care.scoring import MOST_LEARNED
from cxdata.care.signals import midnight, on, params, select
from cxdata.engine import Engine
from cxdata.questions import Moment, period_start

GROUPS = 5  # of about the same risk, in a quarter
MOST_WEEKS = 52


@dataclass(frozen=True)
class Effect:
    """How many were followed up and the share of them that stayed, how many others there are, and the difference of the shares.

    `others_stayed`: the share of others as like those followed up as can be: `stayed` − `difference`. `waiting`: followed up (or held out) so lately that it cannot be told yet. nan where nothing can be compared.
    """

    followed: int
    stayed: float
    others: int
    others_stayed: float
    difference: float
    low: float
    high: float
    waiting: int

    @property
    def is_told(self) -> bool:
        return not np.isnan(self.difference)

    @property
    def verdict(self) -> str:
        """better, worse or unclear, by the interval; "" where nothing is told."""
        if not self.is_told:
            return ""
        return "better" if self.low > 0 else "worse" if self.high < 0 else "unclear"


def of_draw(engine: Engine, kept: Sequence[Kept], moment: Moment) -> Effect:
    """By the draw: those who were to be followed up against those held out, whatever happened then."""
    drawn = [one.follow_up for one in kept if one.follow_up.in_trial]
    gone = _cancelled(engine, sorted({own.customer for own in drawn}))
    rows, waiting = [], 0
    for own in drawn:
        opened = on(moment.settings, own.opened_s)
        if opened + timedelta(days=HORIZON_DAYS) > moment.complete_until:
            waiting += 1
            continue
        if own.customer in gone:
            rows.append((not own.held_out, _left(gone[own.customer], opened), 0))
    return compare(pd.DataFrame(rows, columns=["followed", "left", "stratum"]), waiting)


def of_those_alike(engine: Engine, kept: Sequence[Kept], moment: Moment, learned: Learned) -> Effect:
    """By those alike: customers of about the same risk in the same weeks who were not being followed up.

    Risk is that at the beginning of the week. Everybody has to be there at its end, and from there it is counted who stays:
    else who left before the call would count for the others only.
    """
    own = [one.follow_up for one in kept if not one.follow_up.held_out]
    opened = [(period_start(on(moment.settings, one.opened_s), "week"), one.customer) for one in own]
    last = moment.complete_until - timedelta(days=HORIZON_DAYS + 7)
    weeks = sorted({week for week, _customer in opened if week <= last})[-MOST_WEEKS:]
    waiting = sum(week > last for week, _customer in opened)
    frames = [_week(engine, week, opened, moment, learned) for week in weeks]
    frame = (
        pd.concat(frames, ignore_index=True)
        if frames
        else pd.DataFrame(columns=["followed", "left", "stratum", "customer_id"])
    )
    return compare(frame, waiting)


def _week(
    engine: Engine, week: date, opened: Sequence[tuple[date, str]], moment: Moment, learned: Learned
) -> pd.DataFrame:
    """Who was there at the end of a week: `followed` (up in it), `left` within 90 days, `stratum` (quarter and group of risk)."""
    treated = sorted({customer for own, customer in opened if own == week})
    lately = {customer for own, customer in opened if week - timedelta(days=HORIZON_DAYS) <= own < week}
    people = engine.query("select count(*) as k from customer_facts").to_pylist()[0]["k"]
    every = -(-int(people) // MOST_LEARNED)
    among = f"(hash(customer_id) % {every} = 0 or customer_id in $treated)" if every > 1 else "true"
    values = params(moment.settings, midnight(moment.settings, week)) | {"treated": treated}
    found = engine.query(select(among=among), **values).to_pandas(date_as_object=True)
    begin = week + timedelta(days=7)
    there = [cancelled is None or cancelled >= begin for cancelled in found["cancelled_on"]]
    found = found[np.array(there, dtype=bool) & ~found["customer_id"].isin(lately).to_numpy()]
    risk = learned.fitted.chances(found) if learned.fitted else scores(found, rules(moment.settings))
    edges = np.unique(np.quantile(risk, np.linspace(0, 1, GROUPS + 1)[1:-1])) if len(found) else np.array([])
    quarter = period_start(week, "quarter").isoformat()
    return pd.DataFrame(
        {
            "customer_id": found["customer_id"].to_numpy(),
            "followed": found["customer_id"].isin(treated).to_numpy(),
            "left": [_left(cancelled, begin) for cancelled in found["cancelled_on"]],
            "stratum": [f"{quarter} {group}" for group in np.searchsorted(edges, risk, side="left")],
        }
    )


def compare(frame: pd.DataFrame, waiting: int = 0) -> Effect:
    """The share that stayed, of rows with `followed`, `left` and `stratum`: within strata, then averaged.

    The others of a stratum may stand in it for several weeks; with `customer_id` they count once, by their mean.
    """
    nothing = float("nan")
    if frame.empty or frame["followed"].nunique() < 2:
        n = int(frame["followed"].sum()) if len(frame) else 0
        return Effect(n, nothing, len(frame) - n, nothing, nothing, nothing, nothing, waiting)
    frame = frame.assign(stayed=~frame["left"].astype(bool), followed=frame["followed"].astype(bool))
    if "customer_id" in frame:
        frame = frame.groupby(["stratum", "followed", "customer_id"], as_index=False)["stayed"].mean()
    table = frame.groupby(["stratum", "followed"])["stayed"].agg(["sum", "count"]).unstack(fill_value=0)
    x1, n1, x2, n2 = (table[which][side].to_numpy("float64") for side in (True, False) for which in ("sum", "count"))
    difference, low, high = statistics.stratified_difference(x1, n1, x2, n2)
    stayed = float(x1.sum() / n1.sum())
    return Effect(int(n1.sum()), stayed, int(n2.sum()), stayed - difference, difference, low, high, waiting)


def _left(cancelled: date | None, begin: date) -> bool:
    return cancelled is not None and cancelled < begin + timedelta(days=HORIZON_DAYS)


def _cancelled(engine: Engine, customers: list[str]) -> dict[str, date | None]:
    """{customer: day of cancelling or None} of those the data know."""
    if not customers:
        return {}
    sql = "select customer_id, cancelled_on from customer_facts where customer_id in $customers and not derived and not estimated"
    return {row["customer_id"]: row["cancelled_on"] for row in engine.query(sql, customers=customers).to_pylist()}
