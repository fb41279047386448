"""Files of no known tool: sensible English, Dutch, German, French, Spanish and Portuguese headers."""

from cxdata.i18n import N_
from cxdata.sources.base import Column, Source, named
from cxdata.sources.questions import QUESTIONS

CUSTOMER_ID = named(
    "customer_id", "customer number", "customer no", "customer", "klantnummer", "klant id", "klantnr", "klant",
    "client id", "client", "account id", "account number", "relatienummer", "debiteurnummer", "requester id",
    "user id", "contact id", "member id", "kundennummer", "numero client", "id cliente", "kunde",
)  # fmt: skip
CUSTOMER_NAME = named("customer name", "name", "naam", "klantnaam", "full name", "contact name", "requester", "nom")
TEAM = named(
    "team", "group", "team name", "department", "afdeling", "groep", "agency", "assignment group", "queue",
    "teamnaam", "gruppe", "abteilung", "equipe", "equipo", "group_id", "support group",
)  # fmt: skip
CHANNEL = named(
    "channel", "kanaal", "via", "source", "bron", "via_channel", "contact type", "contactkanaal", "ticket channel",
    "channel_name", "open_data_channel_type", "origin", "case origin", "kanal", "canal", "medium", "contact channel",
)  # fmt: skip
SEGMENT = named(
    "segment", "customer segment", "klantsegment", "klantgroep", "market", "markt", "customer type", "klanttype",
    "region", "regio", "plan", "tier",
)  # fmt: skip
AGENT = named("agent", "medewerker", "assignee", "assigned to", "owner", "agent_name", "behandelaar", "assignee_id")
TICKET_ID = named(
    "ticket_id", "ticket number", "ticket no", "ticketnummer", "ticket", "case number", "case id", "zaaknummer",
    "conversation id", "issue id", "unique_key", "unique id", "id", "number", "nummer", "issue key", "key", "ticketnr",
    "#",
)  # fmt: skip
TOUCHPOINT = named("touchpoint", "contactmoment", "journey stage", "stage", "fase", "klantreisfase")

GENERIC_TICKETS = Source(
    name="generic",
    label=N_("Tickets"),
    kind="tickets",
    system="generic",
    signature=(),
    columns={
        "ticket_id": TICKET_ID,
        "created_at": named(
            "created_at", "created", "created time", "created date", "created on", "date created", "creation date",
            "opened", "opened at", "opened on", "date opened", "open date", "start time", "aangemaakt",
            "aangemaakt op", "aanmaakdatum", "datum aangemaakt", "gemaakt op", "geopend", "geopend op", "ingediend op",
            "datum", "date", "erstellt", "erstellt am", "date d'ouverture", "date de création", "créé le", "creada",
            "fecha de creación", "data de abertura", "create date", "creation time", "issue_reported at", "reported at",
        ),
        "first_response_at": named(
            "first_response_at", "first response", "first response at", "first reply at", "first reply", "first replied at",
            "initial response time", "first response time", "responded at", "issue_responded", "eerste reactie",
            "eerste reactie op", "eerste antwoord", "eerste antwoord op", "erste antwort", "première réponse",
        ),
        "resolved_at": named(
            "resolved_at", "resolved", "resolved at", "resolved on", "resolved time", "solved at", "solved", "resolutiondate",
            "resolution date", "date resolved", "closed at", "closed", "closed date", "closed time", "closed on",
            "close date", "date closed", "opgelost op", "opgelost", "datum opgelost", "gesloten op", "gesloten",
            "afgesloten op", "afgehandeld op", "gelöst am", "geschlossen am", "date de résolution", "résolu le",
            "resuelta", "data da solução", "time to resolution",
        ),
        "updated_at": named(
            "updated_at", "updated", "last update", "last updated", "last update time", "bijgewerkt", "bijgewerkt op",
            "gewijzigd op", "laatst gewijzigd", "dernière modification", "actualizada", "última atualização",
            "resolution_action_updated_date",
        ),
        "status": named("status", "state", "ticket status", "statut", "estado", "toestand"),
        "priority": named("priority", "prioriteit", "ticket priority", "prioriät", "priorität", "priorité", "prioridad", "prioridade", "urgency"),
        "channel": CHANNEL,
        "team": TEAM,
        "agent": AGENT,
        "customer_id": CUSTOMER_ID,
        "customer_name": CUSTOMER_NAME,
        "segment": SEGMENT,
        "subject": named("subject", "onderwerp", "title", "titel", "summary", "titre", "descriptor", "short description"),
        "tags": named("tags", "labels"),
        "ticket_type": named("type", "category", "categorie", "reason", "reden", "complaint_type", "ticket type", "onderwerpcategorie", "topic"),
        "touchpoint": TOUCHPOINT,
        "agent_replies": named("agent_replies", "replies", "agent replies", "agent interactions", "aantal reacties", "reacties"),
        "customer_messages": named("customer_messages", "customer messages", "customer interactions", "klantberichten"),
        "teammates": named("teammates", "agents involved", "assignee stations"),
        "reopens": named("reopens", "reopen count", "reopened", "heropend", "aantal keer heropend"),
        "first_response_s": named(
            "first_response_s", "first response duration", "first response time (seconds)", "first response seconds",
            "first response time (min)", "first response minutes", "eerste reactietijd", "eerste reactietijd (min)",
            "reactietijd",
        ),
        "resolution_s": named(
            "resolution_s", "resolution duration", "resolution time", "resolution time (min)", "resolution seconds",
            "oplostijd", "oplossingstijd", "doorlooptijd", "handling time",
        ),
        "waiting_s": named("waiting_s", "on hold time", "pending time", "wachttijd"),
    },
)  # fmt: skip

GENERIC_SURVEYS = Source(
    name="generic",
    label=N_("Survey answers"),
    kind="surveys",
    system="generic",
    signature=(),
    columns={
        "response_id": named(
            "response_id", "response number", "respondent id", "answer id", "antwoordnummer", "respons id", "id", "nummer",
            "#", "no", "unique id",
        ),
        "answered_at": named(
            "answered_at", "answered", "answered on", "response date", "survey date", "survey_response_date", "responded",
            "responded at", "submitted at", "submit date", "submitted", "completed", "completed at", "completion time",
            "end date", "timestamp", "created_at", "created", "created at", "date", "datum", "ingevuld op", "ingevuld",
            "beantwoord op", "beantwoord", "antwoorddatum", "enquêtedatum", "datum ingevuld", "recorded date", "datum antwoord",
        ),
        "answered": named("answered?", "is answered"),
        "customer_id": CUSTOMER_ID,
        "customer_name": CUSTOMER_NAME,
        "ticket_id": named("ticket_id", "ticket number", "ticketnummer", "ticket", "conversation id", "case number", "zaaknummer"),
        "channel": CHANNEL,
        "team": TEAM,
        "agent": AGENT,
        "segment": SEGMENT,
        "touchpoint": TOUCHPOINT,
        **QUESTIONS,
    },
)  # fmt: skip

GENERIC_CUSTOMERS = Source(
    name="generic",
    label=N_("Customers"),
    kind="customers",
    system="generic",
    signature=(),
    columns={
        "customer_id": Column((*CUSTOMER_ID.names, "id", "customerid", "nummer")),
        "started_on": named(
            "started_on", "started", "start date", "customer since", "since", "signup date", "signed up", "sign-up date",
            "created", "created_at", "created on", "subscription start", "contract start", "join date", "startdatum",
            "klant sinds", "ingangsdatum", "begindatum", "start", "aanmelddatum", "kunde seit", "client depuis",
        ),
        "cancelled_on": named(
            "cancelled_on", "cancelled", "canceled", "cancelled at", "canceled at", "cancel date", "cancellation date",
            "churn date", "churned on", "end date", "subscription end", "contract end", "ended on", "left on",
            "opzegdatum", "opgezegd op", "opgezegd", "einddatum", "beëindigd op", "gekündigt am", "kündigungsdatum",
        ),
        "customer_name": CUSTOMER_NAME,
        "email": named("email", "e-mail", "e-mailadres", "email address", "mail"),
        "team": TEAM,
        "segment": SEGMENT,
        "channel": CHANNEL,
        "monthly_value": named(
            "monthly_value", "monthly value", "mrr", "monthly revenue", "monthly charges", "monthly amount", "maandbedrag",
            "maandwaarde", "maandelijks bedrag", "abonnementsbedrag", "value", "waarde",
        ),
    },
)  # fmt: skip

GENERIC_PURCHASES = Source(
    name="generic",
    label=N_("Purchases"),
    kind="purchases",
    system="generic",
    signature=(),
    columns={
        "purchase_id": named(
            "purchase_id", "order id", "order number", "order no", "order", "invoice", "invoice number", "ordernummer",
            "bestelnummer", "factuurnummer", "aankoopnummer", "transaction id", "bestellnummer",
        ),
        "customer_id": Column((*CUSTOMER_ID.names, "id")),
        "purchased_at": named(
            "purchased_at", "purchased", "purchase date", "order date", "ordered at", "invoice date", "date", "datum",
            "aankoopdatum", "orderdatum", "besteldatum", "factuurdatum", "gekocht op", "transaction date",
        ),
        "amount": named(
            "amount", "total", "price", "bedrag", "totaal", "totaalbedrag", "orderbedrag", "order total", "revenue", "omzet",
            "aankoopbedrag", "betrag", "montant", "importe", "item_price",
        ),
        "product": named("product", "item", "artikel", "productnaam", "product category"),
        "team": TEAM,
        "segment": SEGMENT,
    },
)  # fmt: skip

GENERIC = (GENERIC_TICKETS, GENERIC_SURVEYS, GENERIC_CUSTOMERS, GENERIC_PURCHASES)
