"""Groups of customers as they are now: how many, what they pay a month, and how many of them leave.

In: a store whose customers are scored, filters, a dimension. Out: Standings, one for each group, the whole first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cxdata.care import value
from cxdata.filters import Filters, add_months, dimension
from cxdata.questions import Moment
from cxdata.store import Store

MONTHS = 12  # over which churn is measured


@dataclass(frozen=True)
class Standing:
    """One group. `word`: None for those without one. `whole`: it is everybody of the selection.

    `customers`: there now; `valued`: those whose monthly value is known, and `monthly_value` their mean; `value_12m`: the mean
    margin that purchases let expect of them; `opening`, `lost`:
    there twelve months ago, and those of them who left since.
    """

    word: str | None
    whole: bool
    customers: int
    valued: int
    monthly_value: float | None
    value_12m: float | None
    opening: int
    lost: int

    @property
    def churn(self) -> float | None:
        """Of a month; None where nobody was there."""
        return value.monthly(self.lost / self.opening, MONTHS) if self.opening else None


def standings(store: Store, filters: Filters, by: str, moment: Moment) -> list[Standing]:
    """The whole and, most customers first, each group of a dimension; of the period only the other filters count."""
    conditions, params = filters.where("customer_facts")
    column = dimension(by).column("started")
    end = moment.complete_until
    there = "started_on < ${0} and coalesce(cancelled_on >= ${0}, true)"
    now, before = there.format("end_on"), there.format("begin_on")
    where = " and ".join([*conditions, "not derived"])
    columns = f"""
        count(*) filter (where {now}) as customers, count(monthly_value) filter (where {now}) as valued,
        avg(case when {now} then cast(monthly_value as double) end) as monthly_value,
        avg(case when {now} then value_12m end) as value_12m,
        count(*) filter (where {before}) as opening, count(*) filter (where {before} and cancelled_on < $end_on) as lost"""
    sql = f"""
        with known as (
            select * from (select * from customer_facts where {where}) as chosen
            left join (select customer_id, value_12m from customer_scores) as scores using (customer_id))
        select null as word, true as whole, {columns} from known
        union all
        (select {column}, false, {columns} from known group by {column} order by 3 desc, 1)"""
    values: dict[str, Any] = params | {"end_on": end, "begin_on": add_months(end, -MONTHS)}
    return [Standing(**row) for row in store.query(sql, **values).to_pylist()]
