"""What customers say and ask about in a selection: the lowest-scored comments, the most frequent reasons and tags.

In: a store, filters, the moment. Out: plain rows. Reasons and tags are in no facts: they are read from the current rows.
"""

from __future__ import annotations

from dataclasses import dataclass

from cxdata import rows
from cxdata.engine import DuckDBEngine
from cxdata.filters import Filters
from cxdata.metrics import metric
from cxdata.questions import Moment, Query
from cxdata.scans import scope
from cxdata.store import Store

MOST_COMMENTS, MOST_REASONS = 6, 6


@dataclass(frozen=True)
class Comment:
    """What a customer wrote, with the score that came with it and the best that could be given."""

    text: str
    score: float
    best: float


@dataclass(frozen=True)
class Reason:
    """A reason of contact or a tag, and on how many tickets it stands."""

    word: str
    tickets: int


def comments(store: Store, filters: Filters, moment: Moment) -> list[Comment]:
    """The comments with the lowest scores."""
    found, _total = rows.comments(DuckDBEngine(store), filters, moment, lowest_first=True, size=MOST_COMMENTS)
    return [Comment(" ".join(row.comment.split()), row.score, max(row.best, row.worst)) for row in found.itertuples()]


def reasons(store: Store, filters: Filters, moment: Moment) -> list[Reason]:
    """The most frequent reasons and tags of the tickets created in a selection, both in one list."""
    conditions, params = scope(metric("tickets_created"), Query(("tickets_created",), filters=filters), moment)
    with store.reading() as cursor:
        current = store.current_sql(cursor, "tickets")
    sql = f"""
        with chosen as (select source, key from ticket_facts where {" and ".join(["true", *conditions])}),
        own as (select ticket_type, tags from ({current}) as current semi join chosen using (source, key)),
        words as (
            select ticket_type as word from own
            union all select unnest(list_distinct(string_split_regex(tags, '\\s*[,;|]\\s*'))) as word from own)
        select trim(word) as word, count(*) as tickets from words where trim(word) <> '' group by all
        order by tickets desc, word limit {MOST_REASONS}"""
    return [Reason(row["word"], int(row["tickets"])) for row in DuckDBEngine(store).query(sql, **params).to_pylist()]
