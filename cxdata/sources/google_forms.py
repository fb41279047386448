"""Google Forms: the linked sheet as CSV. First column the time of answering; the others are the questions."""

from cxdata.i18n import N_
from cxdata.sources.base import Source, named
from cxdata.sources.questions import QUESTIONS

GOOGLE_FORMS = Source(
    name="google_forms",
    label=N_("Google Forms sheet"),
    kind="surveys",
    system="google_forms",
    signature=(),
    first_header=("Timestamp", "Tijdstempel", "Zeitstempel", "Horodateur", "Marca temporal", "Carimbo de data/hora"),
    columns={
        "answered_at": named(
            "Timestamp", "Tijdstempel", "Zeitstempel", "Horodateur", "Marca temporal", "Carimbo de data/hora"
        ),
        "customer_id": named("Klantnummer", "Customer number", "Customer ID", "Email Address", "E-mailadres"),
        "customer_name": named("Naam", "Name", "Full Name"),
        "ticket_id": named("Ticketnummer", "Ticket number", "Ticket ID", "Zaaknummer"),
        "channel": named("Kanaal", "Channel"),
        "team": named("Team", "Afdeling", "Department"),
        "agent": named("Medewerker", "Agent"),
        "segment": named("Segment", "Klantgroep"),
        "touchpoint": named("Touchpoint", "Contactmoment"),
        **QUESTIONS,
    },
)
