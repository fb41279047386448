"""GLPI: a search result as CSV, in six languages. Durations are words, people have their number behind them.

`Time to resolve` is a deadline, `Resolution date` the instant, `Statistics - Resolution time` the duration: three columns
of almost one name. The statistics leave out waiting and follow the calendar of the SLA.
"""

from cxdata.i18n import N_
from cxdata.sources.base import Column, Source, Where, named

_REQUESTER = (
    "Requester - Requester",
    "Demandeur - Demandeur",
    "Requerente - Requerente",
    "Anforderer - Anforderer",
    "Antragsteller - Antragsteller",
    "Solicitante - Solicitante",
    "Aanvrager - Aanvrager",
)
_OPENED = (
    "Opening date",
    "Date d'ouverture",
    "Data de abertura",
    "Eröffnungsdatum",
    "Fecha de apertura",
    "Openingsdatum",
)
_STATUS = ("Status", "Statut", "Estado")
_STOPPED = Where(
    _STATUS,
    (
        "Solved",
        "Closed",
        "Résolu",
        "Clos",
        "Solucionado",
        "Fechado",
        "Gelöst",
        "Geschlossen",
        "Resuelto",
        "Cerrado",
        "Opgelost",
        "Gesloten",
    ),
)

GLPI = Source(
    name="glpi",
    label=N_("GLPI tickets"),
    kind="tickets",
    system="glpi",
    signature=("ID", _REQUESTER, _OPENED),
    columns={
        "ticket_id": named("ID", reads="without_blanks"),
        "created_at": named(*_OPENED),
        "resolved_at": named("Resolution date", "Solution date", "Date de résolution", "Data da solução", "Lösungsdatum", "Fecha de solución", "Oplosdatum", "Closing date", "Date de clôture", "Data de fechamento", "Abschlussdatum", "Fecha de cierre", "Sluitingsdatum"),
        "updated_at": named("Last update", "Dernière modification", "Última atualização", "Letzte Änderung", "Última actualización", "Última modificación", "Laatste wijziging"),
        "status": named(*_STATUS),
        "priority": named("Priority", "Priorité", "Prioridade", "Priorität", "Prioridad", "Prioriteit"),
        "channel": named("Request source", "Source de la demande", "Origem da requisição", "Anfragequelle", "Origen de la solicitud", "Bron van aanvraag"),
        "team": named("Assigned to - Technician group", "Attribué à - Groupe de techniciens", "Atribuído - Grupo técnico", "Zugewiesen an - Technikergruppe", "Asignado a - Grupo técnico", "Toegewezen aan - Technicusgroep", reads="first_of_several"),
        "agent": named("Assigned to - Technician", "Attribué à - Technicien", "Atribuído - Técnico", "Zugewiesen an - Techniker", "Asignado a - Técnico", "Toegewezen aan - Technicus", reads="first_of_several"),
        "customer_name": named(*_REQUESTER, reads="first_of_several"),
        "segment": named("Entity", "Entité", "Entidade", "Einheit", "Entidad", "Entiteit"),
        "subject": named("Title", "Titre", "Título", "Titel"),
        "ticket_type": named("Category", "Catégorie", "Categoria", "Kategorie", "Categoría", "Categorie"),
        "resolution_business_s": named("Statistics - Resolution time", "Statistiques - Temps de résolution", "Estatísticas - Tempo de solução", "Statistik - Lösungszeit", "Estadísticas - Tiempo de solución", "Statistieken - Oplostijd", unit="s"),
        "waiting_business_s": named("Statistics - Waiting time", "Statistiques - Temps d'attente", "Estatísticas - Tempo de espera", "Statistik - Wartezeit", "Estadísticas - Tiempo de espera", "Statistieken - Wachttijd", unit="s"),
        "resolution_in_sla": Column(("Time to resolve exceeded", "Temps de résolution dépassé", "Tempo para resolver excedido", "Lösungszeit überschritten", "Tiempo de solución excedido"), reads="exceeded", where=_STOPPED),
    },
)  # fmt: skip
