"""What a careful analyst would remark on the rows of a file, before and after they go in.

In: the rows as they were understood (the view `typed`), and the imports there are. Out: notes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from cxdata.errors import Note, note
from cxdata.parsing import Run, quoted
from cxdata.questions import starts_between
from cxdata.reading import TextTable
from cxdata.understanding import Understanding

LEAD = {
    "tickets": "created_at",
    "surveys": "answered_at",
    "customers": "started_on",
    "purchases": "purchased_at",
    "reviews": "reviewed_at",
}
FEW = 20  # rows that show nothing by being all alike
GAP_ROWS = 50  # in a file of so many rows and months, a month without any is a gap
GAP_MONTHS = 4


def time_fields(understood: Understanding) -> list[str]:
    """The fields of a file that are instants or days."""
    return [plan.name for plan in understood.plans.values() if plan.type in ("instant", "date")]


@dataclass(frozen=True)
class Remarks:
    """What there is to remark on one import, which is not kept yet."""

    run: Run
    table: TextTable
    understood: Understanding
    import_id: int

    def all(self, now: datetime) -> list[Note]:
        """What a careful analyst would remark."""
        notes = []
        if self.table.replaced:
            notes.append(
                note("{count} characters could not be read in this encoding and show as �.", count=self.table.replaced)
            )
        for name in time_fields(self.understood):
            later = self._count(
                f"select count(*) from typed where {name} > timestamp '{now.astimezone(UTC):%Y-%m-%d %H:%M:%S}' + interval 1 day"
            )
            if later and name != "cancelled_on":
                notes.append(
                    note(
                        '{count} rows have a date in the future in "{column}".', count=later, column=self._header(name)
                    )
                )
        if {"created_at", "resolved_at"} <= set(self.understood.plans):
            early = self._count("select count(*) from typed where resolved_at < created_at")
            if early:
                notes.append(
                    note(
                        "{count} tickets are resolved before they were created; their duration is left out.",
                        count=early,
                    )
                )
        notes += [*self._alike(), *self._gaps(), *self._twice(), *self._of_reviews()]
        if self.understood.date_why not in ("iso", "chosen", "days above 12", "year first", "month name", "number"):
            notes.append(
                note(
                    "Dates are read day-first ({what}): no number above 12 decides it. If that is wrong, undo and import "
                    "again with the other order.",
                    what=self.understood.date_why,
                )
            )
        return notes

    def _alike(self) -> Iterator[Note]:
        """Columns that say the same in every row, which they seldom do."""
        names = [
            plan.name
            for plan in self.understood.plans.values()
            if plan.header
            and (plan.type in ("status", "priority", "score") or plan.name in ("channel", "team", "agent"))
        ]
        if not names or self._count("select count(*) from typed") < FEW:
            return
        words = [f"cast({name} as varchar)" for name in names]
        first = self.run(f"select {', '.join(words)} from typed limit 1")[0]
        others = (  # the first other word ends the search
            f"exists(select 1 from typed where {word} is distinct from {quoted(value)})" if value else "true"
            for word, value in zip(words, first, strict=True)
        )
        differ = self.run(f"select {', '.join(others)}")[0]
        same = [
            f'"{self._header(name)}" ({value})'
            for name, value, differs in zip(names, first, differ, strict=True)
            if not differs
        ]
        if same:
            yield note("The same in every row: {columns}.", columns=", ".join(same))

    def _gaps(self) -> Iterator[Note]:
        """Months without a row between months that have some."""
        months = self.run(
            f"select cast(date_trunc('month', {LEAD[self.understood.kind.name]}) as date) as month, count(*) from typed group by 1 order by 1"
        )
        if len(months) < GAP_MONTHS or sum(k for _, k in months) < GAP_ROWS:
            return
        there = {month for month, _ in months}
        missing = [month for month in starts_between(min(there), max(there), "month") if month not in there]
        if missing and len(missing) <= len(there) / 2:
            named = ", ".join(f"{month:%Y-%m}" for month in missing[:6]) + (" …" if len(missing) > 6 else "")
            yield note("No rows in {months}, between months that have some. Is the export complete?", months=named)

    def _twice(self) -> Iterator[Note]:
        """Earlier imports from another tool over the same days: what is in both is counted twice."""
        if self.understood.kind.name not in ("tickets", "purchases"):
            return
        first, last = self.run(
            f"select cast(min({LEAD[self.understood.kind.name]}) as date), cast(max({LEAD[self.understood.kind.name]}) as date) from typed"
        )[0]
        if first is None:
            return
        found = self.run(f"""
            select import_id, file_name from imports
            where kind = '{self.understood.kind.name}' and undone_at is null and import_id < {self.import_id}
              and import_id in (select import_id from {self.understood.kind.name}_versions
                                where source != {quoted(self.understood.source.system)} group by import_id)
              and cast(outcome ->> 'first' as date) <= date '{last}' and cast(outcome ->> 'last' as date) >= date '{first}'
            order by import_id desc limit 1""")
        for number, file in found:
            yield note(
                'Import {number} ("{file}") is from another tool and covers the same days: what is in both files is counted twice.',
                number=number,
                file=file,
            )

    def _of_reviews(self) -> Iterator[Note]:
        """Reviews that are kept and can tell less: of a ticket that is not there, or by nobody."""
        if self.understood.kind.name != "reviews":
            return
        unknown = self._count("select count(*) from typed where ticket_id not in (select key from ticket_facts)")
        if unknown:
            yield note(
                "{count} reviews are of tickets that are not in the data: they count, on the day of the review, without what "
                "the ticket would say.",
                count=unknown,
            )
        nameless = self._count("select count(*) from typed where reviewer is null")
        if nameless:
            yield note("{count} reviews do not say who reviewed: they count, and are in no agreement.", count=nameless)

    def _header(self, name: str) -> str:
        return self.understood.plans[name].header

    def _count(self, sql: str) -> int:
        return int(self.run(sql)[0][0] or 0)
