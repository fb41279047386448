"""Files of no known tool: sensible English, Dutch, German, French, Spanish and Portuguese headers."""

from cxdata.i18n import N_
from cxdata.schema import QUALITY
from cxdata.sources.base import Column, Source, named
from cxdata.sources.questions import QUESTIONS

CUSTOMER_ID = named(
    "customer_id", "customer number", "customer no", "customer", "klantnummer", "klant id", "klantnr", "klant",
    "client id", "client", "account id", "account number", "relatienummer", "debiteurnummer", "requester id",
    "user id", "contact id", "member id", "kundennummer", "kunden-id", "kundennr", "kunde", "numéro client",
    "numéro de client", "n° client", "id client", "código de cliente", "número de cliente", "id cliente", "id de cliente",
    "cliente", "número do cliente", "código do cliente", "id do cliente",
)  # fmt: skip
CUSTOMER_NAME = named(
    "customer name", "name", "naam", "klantnaam", "full name", "contact name", "requester", "aanvrager", "kundenname",
    "nom", "nom du client", "nom client", "nombre", "nombre del cliente", "nome", "nome do cliente",
)  # fmt: skip
TEAM = named(
    "team", "group", "team name", "department", "afdeling", "groep", "agency", "assignment group", "queue",
    "teamnaam", "gruppe", "abteilung", "équipe", "groupe", "equipo", "grupo", "departamento", "equipe",
    "group_id", "support group",
)  # fmt: skip
CHANNEL = named(
    "channel", "kanaal", "via", "source", "bron", "via_channel", "contact type", "contactkanaal", "ticket channel",
    "channel_name", "open_data_channel_type", "origin", "case origin", "kanal", "quelle", "canal", "origen", "origem", "medium",
    "contact channel",
)  # fmt: skip
SEGMENT = named(
    "segment", "customer segment", "klantsegment", "klantgroep", "market", "markt", "customer type", "klanttype",
    "kundensegment", "kundengruppe", "segmento", "segmento de cliente", "region", "regio", "región", "région", "região",
    "plan", "tier",
)  # fmt: skip
AGENT = named(
    "agent", "medewerker", "assignee", "assigned to", "owner", "agent_name", "behandelaar", "assignee_id", "toegewezen aan",
    "bearbeiter", "mitarbeiter", "zugewiesen an", "assigné à", "attribué à", "agente", "asignado a", "atribuído a",
    "responsável", "responsable",
)  # fmt: skip
TICKET_ID = named(
    "ticket_id", "ticket number", "ticket no", "ticketnummer", "ticket", "case number", "case id", "zaaknummer",
    "conversation id", "issue id", "unique_key", "unique id", "ticketnr", "ticket-id", "ticket-nummer", "fallnummer",
    "vorgangsnummer", "numéro de ticket", "numéro du ticket", "n° ticket", "número de ticket", "número do ticket",
    "número de caso", "id", "number", "nummer", "numéro", "número", "issue key", "key", "#",
)  # fmt: skip
HANDLED_BY = named(
    "handled_by", "handled by", "solved by", "resolved by", "answered by", "bot or person", "solved by bot", "handled by bot",
    "bot resolved", "resolved by bot", "deflected", "self service", "self-service", "afgehandeld door", "opgelost door",
    "beantwoord door", "bot of medewerker", "opgelost door bot", "zelfbediening", "gelöst von", "bearbeitet von", "résolu par",
    "resuelto por", "resolvido por",
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
            "erstellt", "erstellt am", "erstellungsdatum", "eröffnet am", "angelegt am", "date d'ouverture",
            "date de création", "créé le", "ouvert le", "creada", "creado", "creado el", "fecha de creación",
            "fecha de apertura", "data de abertura", "data de criação", "criado em", "create date", "creation time",
            "issue_reported at", "reported at", "datum", "date", "fecha", "data",
        ),
        "first_response_at": named(
            "first_response_at", "first response", "first response at", "first reply at", "first reply", "first replied at",
            "initial response time", "first response time", "responded at", "issue_responded", "eerste reactie",
            "eerste reactie op", "eerste antwoord", "eerste antwoord op", "erste antwort", "erste antwort am",
            "erste reaktion", "première réponse", "première réponse le", "primera respuesta", "primeira resposta",
        ),
        "resolved_at": named(
            "resolved_at", "resolved", "resolved at", "resolved on", "resolved time", "solved at", "solved", "resolutiondate",
            "resolution date", "date resolved", "closed at", "closed", "closed date", "closed time", "closed on",
            "close date", "date closed", "opgelost op", "opgelost", "datum opgelost", "gesloten op", "gesloten",
            "afgesloten op", "afgehandeld op", "gelöst am", "gelöst", "geschlossen am", "erledigt am", "lösungsdatum",
            "date de résolution", "résolu le", "fermé le", "date de clôture", "resuelta", "resuelto el",
            "fecha de resolución", "fecha de cierre", "cerrado el", "data da solução", "data de resolução",
            "resolvido em", "data de fechamento", "fechado em", "time to resolution",
        ),
        "updated_at": named(
            "updated_at", "updated", "last update", "last updated", "last update time", "bijgewerkt", "bijgewerkt op",
            "gewijzigd op", "laatst gewijzigd", "aktualisiert", "aktualisiert am", "zuletzt geändert", "geändert am",
            "dernière modification", "mis à jour le", "dernière mise à jour", "actualizada", "actualizado el",
            "última actualización", "última atualização", "atualizado em",
            "resolution_action_updated_date",
        ),
        "status": named("status", "state", "ticket status", "statut", "état", "estado", "situação", "toestand"),
        "priority": named("priority", "prioriteit", "ticket priority", "prioriät", "priorität", "priorité", "prioridad", "prioridade", "urgency"),
        "channel": CHANNEL,
        "team": TEAM,
        "agent": AGENT,
        "handled_by": HANDLED_BY,
        "customer_id": CUSTOMER_ID,
        "customer_name": CUSTOMER_NAME,
        "segment": SEGMENT,
        "subject": named("subject", "onderwerp", "title", "titel", "summary", "betreff", "titre", "sujet", "objet", "asunto", "título", "assunto", "descriptor", "short description"),
        "tags": named("tags", "labels", "schlagwörter", "étiquettes", "etiquetas"),
        "ticket_type": named("type", "category", "categorie", "reason", "reden", "complaint_type", "ticket type", "onderwerpcategorie", "topic", "kategorie", "typ", "catégorie", "motif", "categoría", "tipo", "motivo", "categoria"),
        "touchpoint": TOUCHPOINT,
        "agent_replies": named("agent_replies", "replies", "agent replies", "agent interactions", "aantal reacties", "reacties", "anzahl antworten", "antworten", "réponses", "respuestas", "respostas"),
        "customer_messages": named("customer_messages", "customer messages", "customer interactions", "klantberichten"),
        "teammates": named("teammates", "agents involved", "assignee stations"),
        "reopens": named("reopens", "reopen count", "reopened", "heropend", "aantal keer heropend", "wiedereröffnet", "réouvertures", "reaperturas", "reaberturas"),
        "first_response_s": named(
            "first_response_s", "first response duration", "first response time (seconds)", "first response seconds",
            "first response time (min)", "first response minutes", "eerste reactietijd", "eerste reactietijd (min)",
            "reactietijd", "reaktionszeit", "erste antwortzeit", "temps de première réponse",
            "tiempo de primera respuesta", "tempo de primeira resposta",
        ),
        "resolution_s": named(
            "resolution_s", "resolution duration", "resolution time", "resolution time (min)", "resolution seconds",
            "oplostijd", "oplossingstijd", "doorlooptijd", "lösungszeit", "bearbeitungszeit", "temps de résolution",
            "délai de résolution", "tiempo de resolución", "tempo de resolução", "tempo de solução", "handling time",
        ),
        "waiting_s": named(
            "waiting_s", "on hold time", "pending time", "wachttijd", "wartezeit", "temps d'attente", "tiempo de espera",
            "tempo de espera",
        ),
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
            "response_id", "response number", "respondent id", "answer id", "antwoordnummer", "respons id", "antwortnummer",
            "antwort-id", "numéro de réponse", "número de respuesta", "número da resposta", "id", "nummer",
            "#", "no", "unique id",
        ),
        "answered_at": named(
            "answered_at", "answered", "answered on", "response date", "survey date", "survey_response_date", "responded",
            "responded at", "submitted at", "submit date", "submitted", "completed", "completed at", "completion time",
            "end date", "timestamp", "created_at", "created", "created at", "date", "datum", "ingevuld op", "ingevuld",
            "beantwoord op", "beantwoord", "antwoorddatum", "enquêtedatum", "datum ingevuld", "recorded date", "datum antwoord",
            "beantwortet am", "ausgefüllt am", "antwortdatum", "répondu le", "date de réponse", "fecha de respuesta",
            "respondido el", "data da resposta", "respondido em", "fecha", "data",
        ),
        "answered": named("answered?", "is answered"),
        "customer_id": CUSTOMER_ID,
        "customer_name": CUSTOMER_NAME,
        "ticket_id": named("ticket_id", "ticket number", "ticketnummer", "ticket", "conversation id", "case number", "zaaknummer", "ticket-id", "numéro de ticket", "número de ticket", "número do ticket"),
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
            "klant sinds", "ingangsdatum", "begindatum", "start", "aanmelddatum", "kunde seit", "vertragsbeginn",
            "client depuis", "date de début", "cliente desde", "fecha de alta", "fecha de inicio", "data de início",
        ),
        "cancelled_on": named(
            "cancelled_on", "cancelled", "canceled", "cancelled at", "canceled at", "cancel date", "cancellation date",
            "churn date", "churned on", "end date", "subscription end", "contract end", "ended on", "left on",
            "opzegdatum", "opgezegd op", "opgezegd", "einddatum", "beëindigd op", "gekündigt am", "kündigungsdatum",
            "vertragsende", "résilié le", "date de résiliation", "date de fin", "cancelado el", "fecha de baja",
            "fecha de cancelación", "fecha de fin", "cancelado em", "data de cancelamento", "data de término",
        ),
        "customer_name": CUSTOMER_NAME,
        "email": named("email", "e-mail", "e-mailadres", "email address", "mail", "courriel", "correo", "correo electrónico"),
        "team": TEAM,
        "segment": SEGMENT,
        "channel": CHANNEL,
        "monthly_value": named(
            "monthly_value", "monthly value", "mrr", "monthly revenue", "monthly charges", "monthly amount", "maandbedrag",
            "maandwaarde", "maandelijks bedrag", "abonnementsbedrag", "monatsbetrag", "monatlicher betrag",
            "montant mensuel", "importe mensual", "valor mensal", "value", "waarde",
        ),
        "renews_on": named(
            "renews_on", "renews", "renews at", "renewal", "renewal date", "next renewal", "contract renewal",
            "current period end", "expiry date", "expires on", "verlengdatum", "verlengt op", "verlenging", "contractdatum",
            "verlängerung", "verlängerungsdatum", "date de renouvellement", "renouvellement", "fecha de renovación",
            "renovación", "data de renovação",
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
            "bestelnummer", "factuurnummer", "aankoopnummer", "transaction id", "bestellnummer", "auftragsnummer",
            "rechnungsnummer", "numéro de commande", "numéro de facture", "número de pedido", "número de factura",
            "número do pedido",
        ),
        "customer_id": Column((*CUSTOMER_ID.names, "id")),
        "purchased_at": named(
            "purchased_at", "purchased", "purchase date", "order date", "ordered at", "invoice date", "date", "datum",
            "aankoopdatum", "orderdatum", "besteldatum", "factuurdatum", "gekocht op", "transaction date", "bestelldatum",
            "kaufdatum", "rechnungsdatum", "date de commande", "date d'achat", "fecha de pedido", "fecha de compra",
            "data do pedido", "data da compra", "fecha", "data",
        ),
        "amount": named(
            "amount", "total", "price", "bedrag", "totaal", "totaalbedrag", "orderbedrag", "order total", "revenue", "omzet",
            "aankoopbedrag", "betrag", "gesamtbetrag", "summe", "montant", "montant total", "prix", "importe",
            "importe total", "precio", "valor", "valor total", "preço", "item_price",
        ),
        "product": named("product", "item", "artikel", "productnaam", "product category", "produkt", "produit", "article", "producto", "artículo", "produto"),
        "team": TEAM,
        "segment": SEGMENT,
    },
)  # fmt: skip

GENERIC_REVIEWS = Source(
    name="generic",
    label=N_("Reviews by colleagues"),
    kind="reviews",
    system="generic",
    signature=(),
    columns={
        "review_id": named(
            "review_id", "review number", "evaluation id", "scorecard id", "assessment id", "beoordelingsnummer", "reviewnummer",
            "beoordelings-id", "bewertungsnummer", "bewertungs-id", "prüfungsnummer", "numéro d'évaluation",
            "número de evaluación", "número da avaliação", "id", "nummer", "#",
        ),
        "ticket_id": named(*(name for name in TICKET_ID.names if name not in ("id", "nummer", "#"))),
        "reviewed_at": named(
            "reviewed_at", "reviewed", "reviewed on", "review date", "date of review", "evaluated at", "evaluated on",
            "evaluation date", "scored at", "graded at", "assessed at", "assessment date", "beoordeeld op", "beoordeeld",
            "beoordelingsdatum", "datum beoordeling", "datum review", "reviewdatum", "bewertet am", "geprüft am",
            "bewertungsdatum", "prüfdatum", "évalué le", "date d'évaluation", "date de l'évaluation", "evaluado el",
            "fecha de evaluación", "avaliado em", "data da avaliação", "created at", "created", "date", "datum", "fecha", "data",
            "timestamp",
        ),
        "reviewer": named(
            "reviewer", "reviewed by", "evaluator", "evaluated by", "assessor", "grader", "scored by", "qa specialist",
            "qa agent", "quality coach", "beoordelaar", "beoordeeld door", "kwaliteitscoach", "bewerter", "prüfer",
            "bewertet von", "geprüft von", "évaluateur", "évaluatrice", "évalué par", "evaluador", "evaluadora",
            "evaluado por", "avaliador", "avaliadora", "avaliado por",
        ),
        "agent": AGENT,
        "team": TEAM,
        "channel": CHANNEL,
        **{name: QUESTIONS[name] for name in (*QUALITY, "comment")},
    },
)  # fmt: skip

GENERIC = (GENERIC_TICKETS, GENERIC_SURVEYS, GENERIC_CUSTOMERS, GENERIC_PURCHASES, GENERIC_REVIEWS)
