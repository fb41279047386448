"""The rows behind the numbers: comments, open tickets and their deadlines, how late the late ones are.

In: filters and a page of rows. Out: plain rows, read page by page from the engine.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from cxdata import calendars, formats
from cxdata.engine import Engine
from cxdata.filters import Filters, Period
from cxdata.i18n import _
from cxdata.metrics import metric
from cxdata.metrics.tickets import BREACHED, running
from cxdata.questions import Moment, Query
from cxdata.scans import scope
from cxdata.schema import QUALITY
from cxdata.settings import Settings

LATENESS = ((0, 3600), (3600, 4 * 3600), (4 * 3600, 8 * 3600), (8 * 3600, 86400), (86400, 3 * 86400), (3 * 86400, None))


def _scope(name: str, filters: Filters, moment: Moment) -> tuple[str, dict[str, Any]]:
    conditions, params = scope(metric(name), Query((name,), filters=filters), moment)
    return " and ".join(conditions), params


def comments(
    engine: Engine, filters: Filters, moment: Moment, *, search: str = "", lowest_first: bool = False, page: int = 0,
    size: int = 20,
) -> tuple[pd.DataFrame, int]:  # fmt: skip
    """(one page of comments with their score, how many there are), newest or lowest score first."""
    where, params = _scope("nps", filters, moment)
    where += " and comment is not null and score is not null and first_of_response"
    if search.strip():
        where += " and contains(lower(comment), $search)"
        params["search"] = search.strip().casefold()
    total = engine.query(f"select count(*) as rows from survey_facts where {where}", **params).to_pylist()[0]["rows"]
    order = "normal, answered_s desc, key" if lowest_first else "answered_s desc, key"
    params.update(size=size, skip=page * size)
    found = engine.query(
        f"""select source, key, answered_on, kind, score, worst, best, normal, team, channel, segment, customer_id, ticket_id,
                   comment
            from survey_facts where {where} order by {order} limit $size offset $skip""",
        **params,
    ).to_pandas(date_as_object=True)
    return found, int(total)


def reviews(engine: Engine, filters: Filters, moment: Moment) -> pd.DataFrame:
    """The scores of all reviews of a selection: reviewer, desk and ticket_id (which name the ticket), and of each part of quality
    its points (`accuracy` …) and the score with the ends of its scale (`quality_accuracy`, `_worst`, `_best` …).

    Reviews that do not say who reviewed are not among them.
    """
    where, params = _scope("reviews", filters, moment)
    scores = ", ".join(f"{name}, {name}_worst, {name}_best, {name.removeprefix('quality_')}" for name in QUALITY)
    found: pd.DataFrame = engine.query(
        f"""select reviewer, coalesce(ticket_source, source) as desk, ticket_id, {scores}
            from review_facts where {where} and reviewer is not null order by reviewer, desk, ticket_id""",
        **params,
    ).to_pandas()
    return found


def review_remarks(engine: Engine, filters: Filters, moment: Moment) -> tuple[int, int]:
    """(reviews of a selection whose ticket is not in the data, those that do not say who reviewed)."""
    where, params = _scope("reviews", filters, moment)
    sql = f"""select count(*) filter (where ticket_source is null) as unknown, count(*) filter (where reviewer is null) as nameless
              from review_facts where {where}"""
    found = engine.query(sql, **params).to_pylist()[0]
    return int(found["unknown"]), int(found["nameless"])


def open_tickets(engine: Engine, filters: Filters, moment: Moment, target: str, *, breached: bool) -> pd.DataFrame:
    """Tickets whose target (first_response or resolution) runs now, or is breached and still open; by deadline.

    The period does not matter: open is open. Columns: key, source, team, channel, priority, agent, created_s,
    deadline_s (UTC epoch seconds) and left_s (seconds until the deadline on the policy's clock; negative: late).
    """
    where, params = _scope("tickets_created", replace(filters, period=Period()), moment)
    ended = "coalesce(resolved_at_s <= $as_of_s, false) or (resolved_at_s is null and says_resolved)"
    answered = " or coalesce(first_response_at_s <= $as_of_s, false)" if target == "first_response" else ""
    state = BREACHED[target] if breached else running(target)
    found = engine.query(
        f"""select key, source, team, channel, priority, agent, customer_id, created_s, on_business,
                   {target}_deadline as deadline from ticket_facts
            where {where} and {state} and not ({ended}{answered})""",
        **params,
    ).to_pandas()
    params = moment.params()
    opening = moment.settings.opening
    now = found["on_business"].map({True: params["as_of_business_s"], False: params["as_of_s"]})
    found["left_s"] = found["deadline"] - now
    found["deadline_s"] = [
        calendars.instant(opening, int(row.deadline)) if row.on_business else int(row.deadline)
        for row in found.itertuples()
    ]
    zone = ZoneInfo(moment.settings.zone)
    for name in ("created", "deadline"):
        found[name] = [datetime.fromtimestamp(second, UTC).astimezone(zone) for second in found[f"{name}_s"]]
    return found.sort_values(["deadline_s", "key"]).reset_index(drop=True)


def lateness(engine: Engine, filters: Filters, moment: Moment, target: str) -> list[tuple[int, int | None, int]]:
    """[(from seconds, to seconds, tickets)] of breached targets that were met in the end: by how much too late."""
    where, params = _scope("sla", filters, moment)
    name = {"first_response": "first_response", "resolution": "resolution"}[target]
    taken = f"case when on_business then {name}_business_s else {name}_calendar_s end"
    late = f"{taken} - {target}_target_s"
    counts = ", ".join(
        f"count(*) filter (where {late} > {low}{f' and {late} <= {high}' if high else ''}) as b{place}"
        for place, (low, high) in enumerate(LATENESS)
    )
    sql = f"select {counts} from ticket_facts where {where} and {target}_judged_s <= $as_of_s and not {target}_met"
    row = engine.query(sql, **params).to_pylist()[0]
    return [(low, high, int(row[f"b{place}"])) for place, (low, high) in enumerate(LATENESS)]


def customer_remarks(engine: Engine, settings: Settings) -> list[str]:
    """What has to be said with numbers of customers whose dates were not in a file: estimated, or derived."""
    sql = "select count(*) filter (where estimated) as estimated, count(*) filter (where derived) as derived from customer_facts"
    found, said = engine.query(sql).to_pylist()[0], []
    if found["estimated"]:
        said.append(
            _(
                "Estimated from activity: there is no customers file. A customer counts as gone {days} days after the "
                "last purchase or contact. Import a customers file to measure it.",
                days=settings.churn_after_days,
            )
        )
    if found["derived"]:
        said.append(
            _(
                "The dates of {count} customers are derived from months of tenure: these customers are in the survival "
                "curve, and in no number by month.",
                count=formats.decimal(found["derived"], 0),
            )
        )
    return said
