"""Jira and Jira Service Management: the issue navigator's CSV in six languages, and flattened REST answers.

SLA columns hold the time that remained, less than nothing after a breach. `Resolved` is empty on issues that were done
without a resolution: then the change to a category of done counts.
"""

from cxdata.i18n import N_
from cxdata.sources.base import Column, Source, Where, named

_KEY = (
    "Issue key",
    "Clave de incidencia",
    "Vorgangsschlüssel",
    "Vorgangskennung",
    "Clé de ticket",
    "Clé de la demande",
    "Issuesleutel",
    "Itemcode",
    "Sleutel van issue",
    "Chave da ocorrência",
    "Chave do item",
    "Chave de item",
)
_ID = (
    "Issue id",
    "ID de la incidencia",
    "Vorgangs-ID",
    "Vorgangs-Id",
    "ID de ticket",
    "ID de la demande",
    "Issue-id",
    "Item-id",
    "ID da ocorrência",
    "ID do item",
    "ID de item",
)
_CREATED = ("Created", "Creada", "Creado", "Erstellt", "Création", "Créé", "Gemaakt", "Aangemaakt", "Criado", "Criada")
_CATEGORY = (
    "Status Category",
    "Categoría de estado",
    "Statuskategorie",
    "Catégorie d'état",
    "Catégorie de statut",
    "Statuscategorie",
    "Categoria de status",
    "Categoria do status",
)
_CHANGED = (
    "Status Category Changed",
    "Categoría de estado cambiada",
    "Statuskategorie geändert",
    "Catégorie d'état modifiée",
    "Modification de la catégorie d'état",
    "Catégorie de statut modifiée",
    "Statuscategorie gewijzigd",
    "Categoria de status alterada",
    "Categoria do status alterada",
)
_DONE = Where(
    _CATEGORY,
    (
        "Done",
        "Complete",
        "Listo",
        "Finalizado",
        "Hecho",
        "Fertig",
        "Erledigt",
        "Terminé",
        "Terminée",
        "Gereed",
        "Klaar",
        "Voltooid",
        "Concluído",
        "Concluídos",
        "Itens concluídos",
        "Pronto",
    ),
)


def _custom(*names: str) -> tuple[str, ...]:
    """A custom field's headers in every language, and its bare name."""
    fields = ("Custom field", "Campo personalizado", "Benutzerdefiniertes Feld", "Champ personnalisé", "Aangepast veld")
    return tuple(header for name in names for header in (name, *(f"{field} ({name})" for field in fields)))


JIRA = Source(
    name="jira",
    label=N_("Jira issues"),
    kind="tickets",
    system="jira",
    signature=(_KEY, _ID, _CREATED),
    columns={
        "ticket_id": named(*_KEY),
        "created_at": named(*_CREATED),
        "first_response_at": named(*_custom("[CHART] Date of First Response")),
        "resolved_at": Column(
            ("Resolved", "Resuelta", "Resuelto", "Erledigt", "Gelöst", "Résolu", "Résolue", "Opgelost", "Resolvido", "Resolvida"),
            instead=(Column(_CHANGED, where=_DONE),),
        ),
        "updated_at": named("Updated", "Actualizada", "Actualizado", "Aktualisiert", "Mise à jour", "Mis à jour", "Bijgewerkt", "Atualizado", "Atualizada"),
        "status": Column(("Status", "Estado", "État", "Statut"), instead=(Column(_CATEGORY),)),
        "priority": named("Priority", "Prioridad", "Priorität", "Priorité", "Prioriteit", "Prioridade"),
        "channel": named(*_custom("Request channel type", "Channel", "Source", "Kanaal", "Kanal", "Canal")),
        "team": named(*_custom("Team", "Department", "Support team", "Afdeling"), "Project name", "Nombre del proyecto", "Projektname", "Nom du projet", "Projectnaam", "Nome do projeto"),
        "agent": named("Assignee", "Persona asignada", "Responsable", "Zugewiesene Person", "Bearbeiter", "Personne assignée", "Responsável", "Toegewezen persoon", "Uitvoerder"),
        "customer_id": named("Reporter Id", "ID del informador", "Autor-ID", "ID du rapporteur", "Melder-id", "ID do relator"),
        "customer_name": named("Reporter", "Informador", "Autor", "Rapporteur", "Melder", "Relator"),
        "segment": named(*_custom("Organizations", "Organisaties", "Organisationen", "Organizaciones")),
        "subject": named("Summary", "Resumen", "Zusammenfassung", "Résumé", "Samenvatting", "Resumo"),
        "tags": named("Labels", "Etiquetas", "Stichwörter", "Étiquettes"),
        "ticket_type": named(*_custom("Request Type", "Customer Request Type"), "Issue Type", "Tipo de Incidencia", "Vorgangstyp", "Type de ticket", "Type de demande", "Issuetype", "Itemtype", "Tipo de item", "Tipo de ocorrência"),
        "first_response_in_sla": Column(_custom("Time to first response"), reads="time_remaining", where=_DONE),
        "resolution_in_sla": Column(_custom("Time to resolution", "Time to done"), reads="time_remaining", where=_DONE),
    },
    answers={
        "csat": Column(
            ("Satisfaction rating", "Calificación de satisfacción", "Zufriedenheitsbewertung", "Évaluation de la satisfaction", "Tevredenheidsbeoordeling", "Classificação de satisfação", *_custom("Satisfaction")),
            worst=1,
            best=5,
        ),
        "answered_at": named(*_custom("Satisfaction date")),
    },
)  # fmt: skip

JIRA_REST = Source(
    name="jira_rest",
    label=N_("Jira issues (flattened REST)"),
    kind="tickets",
    system="jira",
    signature=("id", "key", "created", "resolutiondate", ("issue_type", "issuetype")),
    columns={
        "ticket_id": named("id"),
        "created_at": named("created"),
        "resolved_at": Column(
            ("resolutiondate",),
            instead=(Column(("statuscategorychangedate",), where=Where("status_category", ("done",))),),
        ),
        "updated_at": named("updated"),
        "status": Column(("status", "status_name"), instead=(Column(("status_category",)),)),
        "priority": named("priority", "priority_name"),
        "agent": named("assignee_name", "assigne_name", "assignee"),
        "customer_id": named("reporter_key", "reporter_email"),
        "customer_name": named("reporter_name", "reporter"),
        "subject": named("summary"),
        "tags": named("labels"),
        "ticket_type": named("issue_type", "issuetype"),
    },
)
