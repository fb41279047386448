"""How far an import is, for others to see, and their means to stop it.

In: the steps that the work says it begins. Out: a fraction that only rises, the name of the step, and `cancel`, which
interrupts what the database is doing. The work and its watchers may be in different threads.
"""

from __future__ import annotations

import threading

import duckdb

from cxdata.errors import CxError
from cxdata.i18n import N_

STEPS = {
    N_("reading the file"): 0.1,
    N_("understanding it"): 0.05,
    N_("taking the rows in"): 0.4,
    N_("working out the numbers"): 0.4,
    N_("keeping it"): 0.05,
}
"""The steps of an import and their shares of the time, measured at a million rows."""
READ, UNDERSTAND, ROWS, FACTS, KEEP = STEPS


class Cancelled(CxError):
    """The work was stopped by whoever watched it; nothing of it is kept."""


class Progress:
    """A piece of work as it is seen from outside. `step`: what is being done, a message id."""

    def __init__(self) -> None:
        self.step = READ
        self._fraction = 0.0
        self._cursor: duckdb.DuckDBPyConnection | None = None
        self._cancelled = False
        self._lock = threading.Lock()

    def begin(self, step: str, cursor: duckdb.DuckDBPyConnection | None = None) -> None:
        """Say that a step begins, on a cursor that can be asked how far it is. Raises Cancelled after `cancel`."""
        with self._lock:
            if self._cancelled:
                raise stopped()
            if cursor is not None and cursor is not self._cursor:
                for setting in ("enable_progress_bar = true", "enable_progress_bar_print = false"):
                    cursor.execute(f"set {setting}")
            self.step, self._cursor = step, cursor

    @property
    def fraction(self) -> float:
        """0 to 1: the steps that are done, and of the present one what the database says of its query."""
        names = list(STEPS)
        before = sum(STEPS[name] for name in names[: names.index(self.step)])
        with self._lock:
            within = self._cursor.query_progress() / 100 if self._cursor is not None else 0.0
        self._fraction = max(self._fraction, before + STEPS[self.step] * min(max(within, 0.0), 1.0))
        return self._fraction

    def cancel(self) -> None:
        """Stop the work as soon as can be. What has been committed by then stays."""
        with self._lock:
            self._cancelled = True
            if self._cursor is not None:
                self._cursor.interrupt()

    def end(self) -> None:
        """Let go of the cursor, which is about to be closed."""
        with self._lock:
            self._cursor = None


def stopped() -> Cancelled:
    return Cancelled(N_("The import was stopped. Nothing of the file was kept."))
