"""Freshdesk and Freshservice: Tickets > Export as CSV. "(in hrs)" columns are HH:MM:SS and count business hours."""

from cxdata.i18n import N_
from cxdata.sources.base import Column, Names, Source, named

# Seven faces or three: happy is satisfied, as the tool itself counts.
FACES = {
    "extremely happy": 5, "very happy": 4.5, "happy": 4, "neutral": 3, "unhappy": 2, "very unhappy": 1.5,
    "extremely unhappy": 1,
}  # fmt: skip
SURVEY = Column(
    ("Survey results", "Survey result", "Resultados de la encuesta", "Enquêteresultaten"), worst=1, best=5, words=FACES
)

_ID = ("Ticket ID", "ID del ticket", "ID du ticket", "ID do ticket", "Ticket-ID")
_STATUS = ("Status", "Estado", "Statut")
_SOURCE = ("Source", "Bron", "Quelle", "Origen", "Fuente", "Origem", "Fonte")
_CREATED = (
    "Created time",
    "Fecha de creación",
    "Hora de creación",
    "Aanmaaktijd",
    "Erstellungszeit",
    "Heure de création",
    "Hora de criação",
)
_RESOLVED = (
    "Resolved time",
    "Hora de resolución",
    "Fecha de resolución",
    "Oplostijd",
    "Lösungszeit",
    "Heure de résolution",
    "Hora de resolução",
)
_OUTCOME = (
    "Resolution status",
    "Estado de resolución",
    "Oplossingsstatus",
    "Lösungsstatus",
    "Statut de résolution",
    "Status da resolução",
)
_SIGNATURE: tuple[Names, ...] = (_ID, _STATUS, _SOURCE, _CREATED, _RESOLVED, _OUTCOME)

FRESHDESK = Source(
    name="freshdesk",
    label=N_("Freshdesk tickets"),
    kind="tickets",
    system="freshdesk",
    signature=_SIGNATURE,
    absent=("Urgency", "Impact", "Requester Location"),
    columns={
        "ticket_id": named(*_ID),
        "created_at": named(*_CREATED),
        "first_response_at": named(
            "Initial response time", "Hora de la respuesta inicial", "Eerste reactietijd", "Heure de réponse initiale"
        ),
        "resolved_at": named(
            *_RESOLVED, "Closed time", "Hora de cierre", "Sluittijd", "Heure de fermeture", "Hora de fechamento"
        ),
        "updated_at": named(
            "Last update time", "Last updated time", "Hora de la última actualización", "Laatst bijgewerkt"
        ),
        "status": named(*_STATUS),
        "priority": named("Priority", "Prioridad", "Prioriteit", "Priorität", "Priorité", "Prioridade"),
        "channel": named(*_SOURCE),
        "team": named("Group", "Grupo", "Groep", "Gruppe", "Groupe"),
        "agent": named("Agent", "Agente", "Medewerker"),
        "customer_id": named("Unique external ID", "Contact ID", "Email", "Correo electrónico"),
        "customer_name": named(
            "Full name", "Contact name", "Nombre completo", "Volledige naam", "Nom complet", "Nome completo"
        ),
        "subject": named("Subject", "Asunto", "Onderwerp", "Betreff", "Sujet", "Assunto"),
        "tags": named("Tags", "Etiquetas"),
        "ticket_type": named("Type", "Tipo", "Typ"),
        "agent_replies": named("Agent interactions", "Interacciones del agente"),
        "customer_messages": named("Customer interactions", "Interacciones del cliente"),
        "first_response_business_s": named(
            "First response time (in hrs)", "Tiempo de primera respuesta (en horas)", unit="h"
        ),
        "resolution_business_s": named("Resolution time (in hrs)", "Tiempo de resolución (en horas)", unit="h"),
        "first_response_in_sla": named("First response status", "Estado de la primera respuesta"),
        "resolution_in_sla": named(*_OUTCOME),
    },
    answers={"csat": SURVEY},
)

FRESHSERVICE = Source(
    name="freshservice",
    label=N_("Freshservice tickets"),
    kind="tickets",
    system="freshservice",
    signature=("Ticket Id", "Status", "Urgency", "Impact", "Created Time", "Resolved Time"),
    columns={
        "ticket_id": named("Ticket Id"),
        "created_at": named("Created Time"),
        "first_response_at": named("Initial Response Time"),
        "resolved_at": named("Resolved Time", "Closed Time"),
        "updated_at": named("Last Updated Time", "Last Update Time"),
        "status": named("Status"),
        "priority": named("Priority"),
        "channel": named("Source"),
        "team": named("Group"),
        "agent": named("Agent"),
        "customer_id": named("Requester Email"),
        "customer_name": named("Requester Name"),
        "segment": named("Company", "Department"),
        "subject": named("Subject"),
        "tags": named("Tags"),
        "ticket_type": named("Category", "Type"),
        "agent_replies": named("Agent interactions"),
        "customer_messages": named("Customer interactions"),
        "first_response_business_s": named("First Response Time (in Hrs)", unit="h"),
        "resolution_business_s": named("Resolution Time (in Hrs)", unit="h"),
        "first_response_in_sla": named("First Response Status"),
        "resolution_in_sla": named("Resolution Status"),
    },
    answers={"csat": SURVEY},
)
