"""Zendesk: the account CSV export (Reports > Export), Explore queries and the tables that its API connectors write."""

from cxdata.i18n import N_
from cxdata.sources.base import Column, LeftOut, Source, named

MINUTES = "min"
SATISFACTION = Column(("Satisfaction Score", "Ticket satisfaction rating", "Satisfaction rating"), worst=0, best=1)

ZENDESK = Source(
    name="zendesk",
    label=N_("Zendesk tickets"),
    kind="tickets",
    system="zendesk",
    signature=("Summation column", "Id", "Requester", "Created at", "Solved at"),
    columns={
        "ticket_id": named("Id"),
        "created_at": named("Created at"),
        "resolved_at": named("Solved at"),
        "updated_at": named("Updated at"),
        "status": named("Status"),
        "priority": named("Priority"),
        "channel": named("Via"),
        "team": named("Group"),
        "agent": named("Assignee"),
        "customer_id": named("Requester external id", "Requester id"),
        "customer_name": named("Requester"),
        "subject": named("Subject"),
        "tags": named("Tags"),
        "ticket_type": named("Ticket type"),
        "agent_replies": named("Replies"),
        "reopens": named("Reopens"),
        "teammates": named("Assignee stations"),
        "first_response_s": named(
            "First reply time in minutes",
            "First reply time (in minutes)",
            "First reply time (min)",
            "First reply time",
            unit=MINUTES,
        ),
        "first_response_business_s": named("First reply time in minutes within business hours", unit=MINUTES),
        "resolution_s": named("Full resolution time in minutes", "Full resolution time (min)", unit=MINUTES),
        "resolution_business_s": named("Full resolution time in minutes within business hours", unit=MINUTES),
        "waiting_s": named("On hold time in minutes", unit=MINUTES),
        "waiting_business_s": named("On hold time in minutes within business hours", unit=MINUTES),
    },
    answers={"csat": SATISFACTION, "comment": named("Satisfaction comment", "Ticket satisfaction comment")},
)

ZENDESK_EXPLORE = Source(
    name="zendesk_explore",
    label=N_("Zendesk Explore query of tickets"),
    kind="tickets",
    system="zendesk",
    signature=(
        ("Ticket ID", "ID del ticket", "ID du ticket", "ID do ticket"),
        (
            "Ticket created - Timestamp",
            "Ticket created - Date",
            "Ticket gemaakt - Tijdstempel",
            "Ticket gemaakt - Datum",
            "Ticket erstellt - Zeitstempel",
            "Ticket erstellt - Datum",
            "Ticket créé - Horodatage",
            "Ticket créé - Date",
            "Ticket creado - Marca de tiempo",
            "Ticket creado - Fecha",
            "Ticket criado - Carimbo de data/hora",
            "Ticket criado - Data",
        ),
    ),
    columns={
        "ticket_id": named("Ticket ID", "ID del ticket", "ID du ticket", "ID do ticket"),
        "created_at": named(
            "Ticket created - Timestamp", "Ticket created - Date", "Ticket gemaakt - Tijdstempel", "Ticket gemaakt - Datum",
            "Ticket erstellt - Zeitstempel", "Ticket erstellt - Datum", "Ticket créé - Horodatage", "Ticket créé - Date",
            "Ticket creado - Marca de tiempo", "Ticket creado - Fecha", "Ticket criado - Carimbo de data/hora",
            "Ticket criado - Data",
        ),
        "resolved_at": named(
            "Ticket solved - Timestamp", "Ticket solved - Date", "Ticket opgelost - Tijdstempel", "Ticket opgelost - Datum",
            "Ticket gelöst - Zeitstempel", "Ticket gelöst - Datum", "Ticket résolu - Horodatage", "Ticket résolu - Date",
            "Ticket resuelto - Marca de tiempo", "Ticket resuelto - Fecha", "Ticket resolvido - Carimbo de data/hora",
            "Ticket resolvido - Data",
        ),
        "updated_at": named("Ticket updated - Timestamp", "Ticket updated - Date"),
        "status": named("Ticket status", "Ticketstatus", "Status", "Statut du ticket", "Estado del ticket", "Status do ticket"),
        "priority": named("Ticket priority", "Ticketprioriteit", "Ticketpriorität", "Priorité du ticket", "Prioridad del ticket"),
        "channel": named("Ticket channel", "Ticketkanaal", "Ticketkanal", "Canal du ticket", "Canal del ticket"),
        "team": named("Ticket group", "Ticketgroep", "Ticketgruppe", "Groupe du ticket", "Grupo del ticket"),
        "agent": named("Assignee name", "Naam toegewezen medewerker", "Name des Mitarbeiters", "Nom de l'assigné"),
        "customer_id": named("Requester external ID", "Requester ID", "Requester email"),
        "customer_name": named("Requester name", "Naam aanvrager", "Name des Anfragenden", "Nom du demandeur"),
        "subject": named("Ticket subject", "Ticketonderwerp", "Ticketbetreff", "Sujet du ticket", "Asunto del ticket"),
        "tags": named("Ticket tags"),
        "ticket_type": named("Ticket type", "Tickettype", "Tickettyp", "Type de ticket", "Tipo de ticket"),
        "agent_replies": named("Agent replies"),
        "reopens": named("Reopens", "Ticket reopens"),
        "first_response_s": named("First reply time", "First reply time - Median"),
        "first_response_business_s": named("First reply time - Business hours"),
        "resolution_s": named("Full resolution time"),
        "resolution_business_s": named("Full resolution time - Business hours"),
        "waiting_s": named("On-hold time"),
    },
    answers={"csat": SATISFACTION, "comment": named("Ticket satisfaction comment", "Satisfaction comment")},
)  # fmt: skip

ZENDESK_API = Source(
    name="zendesk_api",
    label=N_("Zendesk tickets (API table)"),
    kind="tickets",
    system="zendesk",
    signature=("id", "created_at", "updated_at", "status", "via_channel", "requester_id", "brand_id"),
    zone="UTC",
    columns={
        "ticket_id": named("id"),
        "created_at": named("created_at"),
        "resolved_at": named("solved_at"),
        "updated_at": named("updated_at"),
        "status": named("status"),
        "priority": named("priority"),
        "channel": named("via_channel"),
        "team": named("group_id"),
        "agent": named("assignee_id"),
        "customer_id": named("requester_id"),
        "subject": named("subject"),
        "ticket_type": named("type"),
    },
)

# A response has the number of its ticket, as in the tickets' own export: the same answer in both counts once.
ZENDESK_RATINGS = Source(
    name="zendesk_ratings",
    label=N_("Zendesk satisfaction ratings"),
    kind="surveys",
    system="zendesk",
    signature=("id", "ticket_id", "requester_id", "assignee_id", "score", "created_at"),
    zone="UTC",
    left_out=(LeftOut("score", ("offered", "unoffered"), N_("surveys without an answer")),),
    columns={
        "response_id": named("ticket_id"),
        "ticket_id": Column(("ticket_id",), shared=True),
        "answered_at": named("updated_at", "created_at"),
        "csat": Column(("score",), worst=0, best=1),
        "comment": named("comment"),
        "customer_id": named("requester_id"),
        "team": named("group_id"),
        "agent": named("assignee_id"),
    },
)

ZENDESK_COMMENTS = Source(
    name="zendesk_comments",
    label=N_("Zendesk comments (API table)"),
    kind="tickets",
    system="zendesk",
    signature=("id", "body", "public", "ticket_id", ("user_id", "author_id")),
    columns={},
    refused=N_(
        "This is Zendesk's table of comments, with a row for each message. Take the table of tickets (ticket) instead."
    ),
)

ZENDESK_HISTORY = Source(
    name="zendesk_history",
    label=N_("Zendesk field history (API table)"),
    kind="tickets",
    system="zendesk",
    signature=("field_name", "ticket_id", "updated", "value"),
    columns={},
    refused=N_(
        "This is Zendesk's table of changed fields, with a row for each change. Take the table of tickets (ticket) instead."
    ),
)
