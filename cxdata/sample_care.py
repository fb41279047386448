"""The follow-ups of the sample company: since February 2026 detractors are called, more of them every month.

In: the sample's store. Out: follow-ups, most of them closed, a few to do. Who is called and what came of it follows from the
answers alone, so that every copy of the sample has the same.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from cxdata.care import follow_ups
from cxdata.care.follow_ups import FollowUp
from cxdata.sample import BY
from cxdata.store import Store

BEGIN = date(2026, 2, 1)
CALLERS = ("Amira Haddad", "Joris de Wit", "Sanne Visser")
HOWS = ("call", "call", "call", "mail", "message")
OUTCOMES = ("solved", "stays", "unreached", "solved", "stays", "later", "leaves")
NOTES = (
    "",
    "",
    "Excuses gemaakt, gaat opnieuw over de factuur",
    "",
    "Monteur komt deze week",
    "",
    "Wachttijd was de reden",
)
DAY_S = 86400
LATEST = 9  # days before as-of from which on a follow-up is still to do


def keep_follow_ups(store: Store) -> None:
    """Keep the follow-ups of the sample, once."""
    moment = store.moment()
    if moment is None or follow_ups.follow_ups(store):
        return
    sql = """
        select source || '|' || key as answer, customer_id, score, answered_s, answered_on,
               date_diff('month', $begin, answered_on) as month, right(md5(key), 2) as lot
        from survey_facts where kind = 'nps' and score <= 6 and customer_id is not null and answered_on >= $begin
        order by answered_s, key"""
    wanted, busy = list[FollowUp](), dict[str, date]()
    for place, row in enumerate(store.query(sql, begin=BEGIN).to_pylist()):
        if int(row["lot"], 16) >= 40 + 12 * row["month"] or busy.get(row["customer_id"], BEGIN) > row["answered_on"]:
            continue
        busy[row["customer_id"]] = row["answered_on"] + timedelta(days=60)
        wanted.append(_follow_up(place, row, moment.as_of_s))
    follow_ups.save(store, *wanted, by=BY)


def _follow_up(place: int, row: dict[str, object], as_of_s: int) -> FollowUp:
    answered_s, score = int(str(row["answered_s"])), float(str(row["score"]))
    opened_s = answered_s + (1 + place % 3) * DAY_S
    took = (1 + place % 5 + (place % 11 == 0) * 8) * DAY_S
    is_done = opened_s + took < as_of_s - LATEST * DAY_S or (place % 3 == 0 and opened_s + took < as_of_s)
    due = datetime.fromtimestamp(opened_s, UTC).date() + timedelta(days=7)
    said = f"NPS {score:.0f}"
    own = FollowUp(
        0, str(row["customer_id"]), CALLERS[place % len(CALLERS)], due, HOWS[place % len(HOWS)], min(opened_s, as_of_s), said,
        str(row["answer"]),
    )  # fmt: skip
    if not is_done:
        return own
    outcome, note = OUTCOMES[place % len(OUTCOMES)], NOTES[place % len(NOTES)]
    return replace(own, closed_s=opened_s + took, outcome=outcome, note=note)
