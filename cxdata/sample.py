"""The sample company: its export files, imported like anyone else's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from cxdata.importing import Outcome, import_file
from cxdata.store import Store

FOLDER = Path(__file__).resolve().parent.parent / "sample_data"
FILES = (
    "klanten.csv",
    "zendesk_tickets.csv",
    "freshdesk_tickets_webshop.csv",
    "intercom_tickets.csv",
    "qualtrics_nps.csv",
    "google_forms_tevredenheid.csv",
    "delighted_nps.csv",
    "aankopen.csv",
)


def import_sample(
    store: Store, now: datetime | None = None, progress: Callable[[int, int], None] | None = None
) -> list[Outcome]:
    """Import every file of the sample, in order. `progress` is told (files done, files in all)."""
    outcomes = []
    for number, name in enumerate(FILES):
        if progress:
            progress(number, len(FILES))
        outcomes.append(import_file(store, FOLDER / name, by="sample", now=now))
    return outcomes
