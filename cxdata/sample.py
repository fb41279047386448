"""The sample company: its export files, imported like anyone else's, what happened there, and what it is alerted to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from cxdata import alert_records
from cxdata.alerts import Alert
from cxdata.events import Event
from cxdata.i18n import N_
from cxdata.importing import Outcome, import_file
from cxdata.store import Store
from cxdata.understanding import Choices

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
    "beoordelingen.csv",
)
TOUCHPOINTS = {  # the column of each help desk that says what a ticket is about, kept as its touchpoint
    "zendesk_tickets.csv": "Tags",
    "freshdesk_tickets_webshop.csv": "Type",
    "intercom_tickets.csv": "Ticket type",
}
BY = N_("sample")  # who imported the files and saved the events
EVENTS = (
    Event(
        0, "Training Zuid", "training", date(2025, 9, 15), team="Zuid", note="In één keer oplossen, voor het hele team"
    ),
    Event(0, "Prijsverhoging", "price", date(2026, 1, 1), note="In december aangekondigd"),
    Event(0, "Lancering Lumio Thuis", "launch", date(2026, 3, 16), team="Noord", note="Noord krijgt de vragen"),
    Event(0, "Storm", "disruption", date(2026, 10, 28), date(2026, 10, 31), note="Te weinig monteurs"),
)
ALERTS = (
    Alert(0, "WhatsApp blijft liggen", "unanswered_rate", "above", 0.2, "month", {"channel": ("whatsapp",)}),
    Alert(0, "NPS anders dan anders", "nps", "signal", None, "month"),
)


def import_sample(
    store: Store, now: datetime | None = None, progress: Callable[[int, int], None] | None = None
) -> list[Outcome]:
    """Import every file of the sample, in order, and keep its events. `progress` is told (files done, files in all)."""
    known = {(kept.event.name, kept.event.start) for kept in store.events()}
    for event in EVENTS:
        if (event.name, event.start) not in known:
            store.save_event(event, by=BY)
    outcomes = []
    for number, name in enumerate(FILES):
        if progress:
            progress(number, len(FILES))
        chosen = Choices(mapping={"touchpoint": TOUCHPOINTS[name]}) if name in TOUCHPOINTS else None
        outcomes.append(import_file(store, FOLDER / name, chosen, by=BY, now=now))
    return outcomes


def keep_alerts(store: Store) -> None:
    """Keep the alerts of the sample, which an organisation's own database does not get: there they would send."""
    alerts = {kept.alert.name for kept in alert_records.alerts(store)}
    for alert in ALERTS:
        if alert.name not in alerts:
            alert_records.save_alert(store, alert, by=BY)
