"""osTicket: a queue's Export as CSV. The delimiter follows the agent's locale; the labels are the agent's language."""

from cxdata.i18n import N_
from cxdata.sources.base import Source, named

_NUMBER = ("Ticket Number", "Ticketnummer", "Ticket-Nummer", "Numéro de ticket", "Número de ticket", "Número do ticket")
_CREATED = (
    "Date Created",
    "Aanmaakdatum",
    "Datum aangemaakt",
    "Erstellungsdatum",
    "Erstellt am",
    "Date de création",
    "Fecha de creación",
    "Data de criação",
)
_TOPIC = (
    "Help Topic",
    "Hulponderwerp",
    "Help onderwerp",
    "Hilfethema",
    "Rubrique d'aide",
    "Temas de ayuda",
    "Tema de ayuda",
    "Tópico de ajuda",
)

OSTICKET = Source(
    name="osticket",
    label=N_("osTicket tickets"),
    kind="tickets",
    system="osticket",
    signature=(_NUMBER, _CREATED, _TOPIC),
    columns={
        "ticket_id": named(*_NUMBER),
        "created_at": named(*_CREATED),
        "resolved_at": named("Closed Date", "Date Closed", "Sluitingsdatum", "Datum gesloten", "Schließdatum", "Geschlossen am", "Date de clôture", "Fecha de cierre", "Data de fechamento"),
        "updated_at": named("Last Updated", "Laatst bijgewerkt", "Zuletzt aktualisiert", "Dernière mise à jour", "Última actualización", "Última atualização"),
        "status": named("Current Status", "Status", "Huidige status", "Aktueller Status", "Statut actuel", "Estado actual", "Status atual"),
        "priority": named("Priority", "Prioriteit", "Priorität", "Priorité", "Prioridad", "Prioridade"),
        "channel": named("Source", "Bron", "Quelle", "Origine", "Fuente", "Origem"),
        "team": named("Department", "Afdeling", "Abteilung", "Département", "Departamento"),
        "agent": named("Agent Assigned", "Toegewezen medewerker", "Toegewezen agent", "Zugewiesener Agent", "Agent assigné", "Agente asignado"),
        "customer_id": named("From Email", "Van e-mail", "Von E-Mail", "E-mail expéditeur"),
        "customer_name": named("From", "Van", "Von", "De"),
        "subject": named("Subject", "Onderwerp", "Betreff", "Sujet", "Asunto", "Assunto"),
        "ticket_type": named(*_TOPIC),
        "reopens": named("Reopen Count", "Aantal keer heropend"),
    },
)  # fmt: skip
