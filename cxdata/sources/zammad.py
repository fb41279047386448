"""Zammad: Reporting > Download. "In Min" columns count minutes of the SLA calendar; "Diff" is what remained of the goal."""

from cxdata.i18n import N_
from cxdata.sources.base import Source, named

ZAMMAD = Source(
    name="zammad",
    label=N_("Zammad tickets"),
    kind="tickets",
    system="zammad",
    signature=("#", ("Title", "Titel", "Titre", "Título"), ("Owner", "Besitzer", "Eigenaar", "Propriétaire", "Propietario", "Proprietário"), ("First Response At", "Erste Antwort am", "Erste Reaktion am", "Eerste reactie op", "Première réponse à")),
    columns={
        "ticket_id": named("#"),
        "created_at": named("Created At", "Erstellt am", "Aangemaakt op", "Créé le", "Creado el", "Criado em"),
        "first_response_at": named("First Response At", "Erste Antwort am", "Erste Reaktion am", "Eerste reactie op", "Première réponse à"),
        "resolved_at": named("Closed At", "Geschlossen am", "Gesloten op", "Fermé le", "Cerrado el", "Fechado em", "Close At"),
        "updated_at": named("Updated At", "Aktualisiert am", "Bijgewerkt op", "Mis à jour le", "Actualizado el", "Atualizado em"),
        "status": named("State", "Status", "Statut", "Estado"),
        "priority": named("Priority", "Priorität", "Prioriteit", "Priorité", "Prioridad", "Prioridade"),
        "channel": named("Create Channel", "Erstellkanal", "Aanmaakkanaal"),
        "team": named("Group", "Gruppe", "Groep", "Groupe", "Grupo"),
        "agent": named("Owner", "Besitzer", "Eigenaar", "Propriétaire", "Propietario", "Proprietário"),
        "customer_name": named("Customer", "Kunde", "Klant", "Client", "Cliente"),
        "segment": named("Organization", "Organisation", "Organisatie", "Organización", "Organização"),
        "subject": named("Title", "Titel", "Titre", "Título"),
        "tags": named("Tags"),
        "first_response_business_s": named("First Response In Min", "Erste Antwort in Min", "Erste Reaktion in Min", unit="min"),
        "resolution_business_s": named("Close In Min", "Schließen in Min", unit="min"),
        "first_response_in_sla": named("First Response Diff In Min", reads="time_remaining"),
        "resolution_in_sla": named("Close Diff In Min", reads="time_remaining"),
    },
)  # fmt: skip
