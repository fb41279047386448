"""Microsoft Forms: the workbook of answers, headers in the user's language. Of a quiz the points are no scores."""

from cxdata.i18n import N_
from cxdata.sources.base import Column, Source, named
from cxdata.sources.questions import QUESTIONS

_START = ("Start time", "Begintijd", "Starttijd", "Startzeit", "Heure de début", "Hora de inicio", "Hora de início")
_END = (
    "Completion time",
    "Tijd van voltooien",
    "Voltooiingstijd",
    "Tijd voltooid",
    "Fertigstellungszeit",
    "Heure de fin",
    "Hora de finalización",
    "Hora de conclusão",
)
_ANONYMOUS = ("anonymous", "anoniem", "anonym", "anonyme", "anónimo", "anônimo")

MICROSOFT_FORMS = Source(
    name="microsoft_forms",
    label=N_("Microsoft Forms responses"),
    kind="surveys",
    system="microsoft_forms",
    signature=(("ID", "Id"), _START, _END),
    columns={
        "response_id": named("ID", "Id"),
        "answered_at": named(*_END),
        "customer_id": Column(
            ("Klantnummer", "Customer number", "Customer ID", "Kundennummer", "Email", "E-mail", "E-Mail", "Adresse de messagerie", "Correo electrónico"),
            nothing=_ANONYMOUS,
        ),
        "customer_name": Column(("Name", "Naam", "Nom", "Nombre", "Nome"), nothing=_ANONYMOUS),
        "ticket_id": named("Ticketnummer", "Ticket number", "Ticket ID", "Zaaknummer"),
        "channel": named("Kanaal", "Channel", "Kanal", "Canal"),
        "team": named("Team", "Afdeling", "Department", "Abteilung"),
        "agent": named("Medewerker", "Agent"),
        "segment": named("Segment", "Klantgroep"),
        "touchpoint": named("Touchpoint", "Contactmoment"),
        **QUESTIONS,
    },
)  # fmt: skip
