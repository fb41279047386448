"""A chance that a customer leaves within 90 days, learned from what was known of customers in earlier months.

In: rows of `signals.select` at the start of several months, and who left within 90 days of each. Out: a Fitted logistic
regression over those person-months (a discrete survival model) whose contributions are the reasons, and Held: how well it
and the rules would have done on later months that they had not seen. Trained in order of time: no training month sees a
day of the months it is judged on. Sources: Cox 1972 (discrete time), Harrell 1996 (concordance, calibration).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import rankdata

from cxdata import statistics
from cxdata.arrays import Array
from cxdata.care.rules import Rule, scores
from cxdata.care.signals import SIGNALS

HORIZON_DAYS = 90
LEAST_LEARNED, LEAST_HELD = 100, 30  # customers who left, to learn from and to be judged on
LATEST_MONTHS = 3  # the level of the chances is that of these
GROUPS = 5  # of a calibration
ROUNDS = 200  # of the bootstrap
PENALTY = 1.0  # C of the regression, on standardised columns
SEED = 20261031
_TENURES = (0.0, 3.0, 11.0, 14.0, 24.0)  # months: the first weeks, the first year, its end, the second, after
LEARNED = tuple(one for one in SIGNALS if one.shape)


# --- what the model looks at --------------------------------------------------------------------------------


def features(frame: pd.DataFrame) -> tuple[Array, tuple[str, ...]]:
    """(matrix of rows × columns, the signal that each column belongs to). What is not known adds nothing, but is a column."""
    columns: list[npt.NDArray[Any]] = []
    owners: list[str] = []
    for one in LEARNED:
        value = frame[one.name].to_numpy(dtype="float64")
        known = ~np.isnan(value)
        made: list[npt.NDArray[Any]]
        if one.shape in ("answer", "percent"):
            middle, width = (7.0, 2.0) if one.shape == "answer" else (75.0, 25.0)
            made = [known, np.where(known, (value - middle) / width, 0.0)]
        elif one.shape == "plain":
            made = [np.where(known, np.clip(value, -3, 3), 0.0)]
        elif one.shape == "count":
            made = [np.log1p(np.where(known, np.clip(value, 0, 1e6), 0.0))]
        else:
            place = np.searchsorted(_TENURES, np.where(known, value, 0.0), side="right")
            made = [place == step for step in range(2, len(_TENURES) + 1)]
        columns += made
        owners += [one.name] * len(made)
    return np.column_stack([column.astype("float64") for column in columns]), tuple(owners)


@dataclass(frozen=True)
class Fitted:
    """A logistic regression: chance = 1 ÷ (1 + exp(−(level + Σ slope × (feature − mean))))."""

    level: float
    slopes: tuple[float, ...]
    means: tuple[float, ...]
    owners: tuple[str, ...]

    def chances(self, frame: pd.DataFrame) -> Array:
        return _chance(self._logit(features(frame)[0]))

    def contributions(self, frame: pd.DataFrame) -> dict[str, Array]:
        """{signal: what it adds to the log-odds of a row, against the average customer}."""
        matrix, owners = features(frame)
        each = (matrix - np.array(self.means)) * np.array(self.slopes)
        return {one.name: each[:, [owner == one.name for owner in owners]].sum(axis=1) for one in LEARNED}

    def _logit(self, matrix: Array) -> Array:
        found: Array = self.level + (matrix - np.array(self.means)) @ np.array(self.slopes)
        return found


def _chance(logit: Array) -> Array:
    return 1 / (1 + np.exp(-logit))


def fit(frame: pd.DataFrame) -> Fitted:
    """Learn from rows with `left` (whether they left within the horizon) and `day`; the level is that of the latest months."""
    from sklearn.linear_model import LogisticRegression

    matrix, owners = features(frame)
    left = frame["left"].to_numpy(dtype=bool)
    mean, spread = matrix.mean(axis=0), matrix.std(axis=0)
    spread[spread == 0] = 1.0
    learned = LogisticRegression(C=PENALTY, max_iter=500).fit((matrix - mean) / spread, left)
    slopes = learned.coef_[0] / spread
    raw = Fitted(float(learned.intercept_[0]), tuple(slopes), tuple(mean), owners)
    latest = np.isin(frame["day"].to_numpy(), sorted(frame["day"].unique())[-LATEST_MONTHS:])
    level = raw.level + _shift(raw._logit(matrix[latest]), float(left[latest].mean()))
    return Fitted(level, tuple(float(x) for x in slopes), tuple(float(x) for x in mean), owners)


def _shift(logit: Array, rate: float) -> float:
    """What has to be added to log-odds for their mean chance to be a rate; 0 where that is none or all."""
    if not 0 < rate < 1:
        return 0.0
    low, high = -10.0, 10.0
    for _step in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _chance(logit + middle).mean() < rate else (low, middle)
    return low


@dataclass(frozen=True)
class Steps:
    """Chances of scores: the share that left among those with about the same score, never falling as the score rises."""

    scores: tuple[float, ...]
    shares: tuple[float, ...]

    def chances(self, score: Array) -> Array:
        found: Array = np.interp(score, self.scores, self.shares)
        return found


def steps(score: Array, left: npt.NDArray[Any]) -> Steps:
    """The rising steps that fit best (isotonic regression)."""
    from sklearn.isotonic import IsotonicRegression

    known = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(score, left)
    return Steps(tuple(float(x) for x in known.X_thresholds_), tuple(float(y) for y in known.y_thresholds_))


# --- how well it would have done ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """Customers with about the same chance: the mean of it, how many left, of how many, and the interval of that share."""

    chance: float
    left: int
    n: int
    low: float
    high: float


@dataclass(frozen=True)
class Held:
    """How well a ranking did on months it had not seen.

    `concordance`: of a customer who left and one of the same month who stayed, how often the first had the higher chance;
    0.5 is no better than drawing lots. `low`, `high`: its 95 % interval, by bootstrap over customers. `brier`: mean squared
    error of the chances. `groups`: of months that do not overlap.
    """

    concordance: float
    low: float
    high: float
    brier: float
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Learned:
    """What the past says. `months`: first days of the months learned from; `judged`: of those held out.

    `missing`: why there is no model, as a key of MISSING, "" where there is one; `left`: how many customers left in the
    months learned from; `rate`: share that left within the horizon, of the latest months.
    """

    missing: str = ""
    left: int = 0
    rate: float | None = None
    months: tuple[date, ...] = ()
    judged: tuple[date, ...] = ()
    model: Held | None = None
    rules: Held | None = None
    fitted: Fitted | None = None
    steps: Steps | None = None

    @property
    def better(self) -> str:
        """Which ranking did better: "model" or "rules"."""
        if self.model is None or self.rules is None:
            return "rules"
        return "model" if self.model.concordance > self.rules.concordance else "rules"


def learn(frame: pd.DataFrame, rules: Sequence[Rule]) -> Learned:
    """Learn from rows of several months (`day`, `left`, `customer_id`, the signals), and judge on the latest of them."""
    days = sorted(frame["day"].unique()) if len(frame) else []
    judged = days[-max(len(days) // 3, 1) :]
    earlier = [day for day in days if judged and day + timedelta(days=HORIZON_DAYS) <= judged[0]]
    gone = frame[frame["left"]] if len(frame) else frame
    before, after = (
        gone[gone["day"].isin(part)]["customer_id"].nunique() if len(gone) else 0 for part in (earlier, judged)
    )
    everybody = int(gone["customer_id"].nunique()) if len(gone) else 0
    if before < LEAST_LEARNED or after < LEAST_HELD:
        return Learned("few" if everybody else "none", everybody)
    train, test = frame[frame["day"].isin(earlier)], frame[frame["day"].isin(judged)]
    older = fit(train)
    older_steps = steps(scores(train, rules), train["left"].to_numpy(dtype=bool))
    score = scores(test, rules)
    rate = frame[frame["day"].isin(days[-LATEST_MONTHS:])]["left"].mean()
    return Learned(
        "", everybody, float(rate), tuple(days), tuple(judged),
        held(test, older.chances(test)),
        held(test, older_steps.chances(score), score),
        fit(frame),
        steps(scores(frame, rules), frame["left"].to_numpy(dtype=bool)),
    )  # fmt: skip


def held(frame: pd.DataFrame, chance: Array, rank: Array | None = None) -> Held:
    """How well chances did on rows with `day`, `left` and `customer_id`; `rank`: what is ranked by, else the chances."""
    left = frame["left"].to_numpy(dtype=bool)
    day = pd.factorize(frame["day"])[0]
    who = pd.factorize(frame["customer_id"])[0]
    order = chance if rank is None else rank
    low, high = _bootstrap(order, left, day, who)
    days = sorted(frame["day"].unique())
    apart = [days[0]]
    for one in days:
        if one >= apart[-1] + timedelta(days=HORIZON_DAYS):
            apart.append(one)
    of_groups = np.isin(frame["day"].to_numpy(), apart)
    return Held(
        concordance(order, left, day), low, high, float(np.mean((chance - left) ** 2)),
        calibration(chance[of_groups], left[of_groups]),
    )  # fmt: skip


def concordance(rank: Array, left: npt.NDArray[Any], month: npt.NDArray[Any]) -> float:
    """Of pairs of one month of which one left, the share in which that one ranks higher, ties half; nan without pairs."""
    won = pairs = 0.0
    for one in np.unique(month):
        inside = month == one
        own, gone = rank[inside], left[inside]
        n, m = float(gone.sum()), float((~gone).sum())
        if n and m:
            won += rankdata(own)[gone].sum() - n * (n + 1) / 2
            pairs += n * m
    return float(won / pairs) if pairs else float("nan")


def _bootstrap(
    rank: Array, left: npt.NDArray[Any], month: npt.NDArray[Any], who: npt.NDArray[Any]
) -> tuple[float, float]:
    """95 % interval of the concordance, by drawing customers again."""
    draw = np.random.default_rng(SEED)
    customers = int(who.max()) + 1 if who.size else 0
    rows_of = np.argsort(who, kind="stable")
    starts = np.searchsorted(who[rows_of], np.arange(customers + 1))
    found = []
    for _round in range(ROUNDS):
        drawn = draw.integers(0, customers, customers)
        counts = (starts[drawn + 1] - starts[drawn]).astype("int64")
        offsets = np.repeat(starts[drawn] - np.concatenate(([0], np.cumsum(counts)[:-1])), counts)
        rows = rows_of[np.arange(counts.sum()) + offsets]
        found.append(concordance(rank[rows], left[rows], month[rows]))
    low, high = np.nanquantile(found, [0.025, 0.975])
    return float(low), float(high)


def calibration(chance: Array, left: npt.NDArray[Any]) -> tuple[Group, ...]:
    """Groups of about equal size by chance: what was expected, and what came. Equal chances stay together."""
    bounds = np.unique(np.quantile(chance, np.linspace(0, 1, GROUPS + 1)[1:-1])) if chance.size else np.array([])
    place = np.searchsorted(bounds, chance, side="left")
    groups = []
    for one in np.unique(place):
        inside = place == one
        n, x = int(inside.sum()), int(left[inside].sum())
        low, high = statistics.wilson(np.array([float(x)]), np.array([float(n)]))
        groups.append(Group(float(chance[inside].mean()), x, n, float(low[0]), float(high[0])))
    return tuple(groups)


# --- kept as JSON -------------------------------------------------------------------------------------------


def dumped(learned: Learned) -> dict[str, Any]:
    made = asdict(learned)
    for name in ("months", "judged"):
        made[name] = [day.isoformat() for day in made[name]]
    return made


def loaded(made: Mapping[str, Any]) -> Learned:
    def held_of(own: Mapping[str, Any] | None) -> Held | None:
        return Held(**{**own, "groups": tuple(Group(**one) for one in own["groups"])}) if own else None

    fitted = made["fitted"]
    return Learned(
        made["missing"], made["left"], made["rate"],
        tuple(date.fromisoformat(day) for day in made["months"]),
        tuple(date.fromisoformat(day) for day in made["judged"]),
        held_of(made["model"]), held_of(made["rules"]),
        Fitted(fitted["level"], *(tuple(fitted[name]) for name in ("slopes", "means", "owners"))) if fitted else None,
        Steps(tuple(made["steps"]["scores"]), tuple(made["steps"]["shares"])) if made["steps"] else None,
    )  # fmt: skip
