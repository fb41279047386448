"""Arithmetic that the two peers share, on a few hundred grouped rows: customer stocks, survival and cohorts."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from cxdata import statistics
from cxdata.questions import Query

Frames = dict[str, pd.DataFrame]


def stocks(rows: pd.DataFrame, keys: list[str], query: Query) -> Frames:
    """The customer metrics from opening, lost, entered, departed and closing."""
    share = rows["lost"] / rows["opening"]
    counts = {"active_customers": "closing", "new_customers": "entered", "lost_customers": "departed"}
    found = {name: rows[keys].assign(value=rows[column], n=rows[column]) for name, column in counts.items()}
    found["churn_rate"] = rows[keys].assign(value=share, n=rows["opening"])
    found["retention_rate"] = rows[keys].assign(value=1 - share, n=rows["opening"])
    return {name: found[name] for name in query.metrics if name in found}


def survival(rows: pd.DataFrame) -> pd.DataFrame:
    """Kaplan-Meier at whole months, from rows of lasted (months x 32 + days), ended and k."""
    table = statistics.kaplan_meier(rows["lasted"], rows["ended"], rows["k"])
    months = np.arange(0, int(rows["lasted"].max()) // 32 + 1)
    place = np.searchsorted(table.time, months * 32, side="right") - 1
    n = [rows.loc[rows["lasted"] >= month * 32, "k"].sum() for month in months]
    return pd.DataFrame({"month": months, "value": table.survival[place], "n": n})


def cohorts(rows: pd.DataFrame, until: date) -> pd.DataFrame:
    """Share of each start month still there after k months, from rows of period, months lasted (or none) and k."""
    made = []
    for start, own in rows.groupby("period"):
        size = own["k"].sum()
        ended = own.dropna(subset="months")
        months = np.arange((until.year - start.year) * 12 + until.month - start.month)
        gone = np.bincount(ended["months"].astype("int64"), ended["k"], minlength=months.size)
        lost = np.cumsum(gone)[: months.size] - gone[: months.size]  # before month k
        made.append(pd.DataFrame({"period": start, "month": months, "value": 1 - lost / size, "n": size}))
    return pd.concat(made, ignore_index=True)
