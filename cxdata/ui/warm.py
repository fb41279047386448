"""What is done beside the visitors: before the first one libraries loaded, databases open and the default questions asked
once; after that the folder watched into which another program drops exports."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from cxdata import charts, i18n, selection, watching
from cxdata.errors import CxError
from cxdata.filters import Filters
from cxdata.i18n import N_
from cxdata.questions import Query
from cxdata.ui import jobs, state
from cxdata.understanding import Choices
from cxdata.watching import Failure, Watch

log = logging.getLogger("cxdata.watch")
EVERY = 10.0  # seconds between two looks
PARTING = 10.0  # seconds that an import may still take when the dashboard stops
WATCHED = N_("watched folder")

HEADLINES = ("nps", "csat", "ces", "first_response_time", "resolution_time", "sla", "retention_rate", "churn_rate")


def check() -> None:
    """Raise where the database does not open or answer."""
    with state.own_store().reading() as cursor:
        cursor.execute("select 1").fetchall()


def warm() -> None:
    """Open the stores and answer the overview's questions; figures are drawn once for their imports."""
    moment = state.moment()
    if moment is None:
        return
    i18n.set_language(state.settings().language)
    period = selection.period_of("12m", moment.complete_until)
    filters = Filters(period, {}, state.settings().clock)
    state.compare(Query(HEADLINES, filters=filters), period.previous())
    query = Query(HEADLINES, "month", (), filters)
    charts.trend(state.ask(Query(("nps",), "month", (), filters)), charts.Style())
    state.ask(query)


@contextmanager
def watched(folder: str | None) -> Iterator[None]:
    """Import what appears in a folder, in a thread of its own, as long as the context lasts; no folder, nothing."""
    if not folder:
        yield
        return
    stop = Event()
    thread = Thread(target=_watch, args=(Path(folder), stop), name="watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=PARTING)


def _watch(folder: Path, stop: Event) -> None:
    """Look, import and log, until it is time to stop. What fails is said once, and tried again when it changes."""
    database = state.database_path()
    watch, said = Watch(folder, (database, database.with_name(f"{database.name}.wal"))), ""
    for _turn in watching.rounds(lambda: stop.wait(EVERY), once=False):
        try:
            for result in watching.import_ready(watch, jobs.following, Choices(), stop, by=WATCHED):
                if isinstance(result, Failure):
                    log.warning("%s: %s", result.file, result.error)
                else:
                    log.info("%s", result.file)
            said = ""
        except CxError as error:  # the folder cannot be reached; perhaps at the next look
            if str(error) != said:
                said = str(error)
                log.warning("%s", said)
        except Exception:
            log.exception("watching %s failed and goes on", folder)
