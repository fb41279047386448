"""Every source is found by its own header and by no other; what is missing is said with what was found."""

from __future__ import annotations

import pytest

from cxdata.cells import READINGS
from cxdata.errors import CxError, MappingProblem, UnknownName
from cxdata.schema import KINDS, SCORES, kind
from cxdata.sources import GENERIC, REFUSED, SOURCES, answers_in, claimed, identify
from cxdata.sources.base import (
    NO_ANSWER,
    Column,
    Source,
    answers_of,
    each,
    folded,
    joined_labels,
    map_columns,
    split_suffix,
    unit_in,
)

ALL = [*SOURCES, *GENERIC]
KNOWN = [*SOURCES, *REFUSED]


def header_of(source: Source, spelling: int = 0) -> list[str]:
    """A header that the source would write: what it is known by, and the best name of every column.

    `spelling` is the number of the language or version, in which all of the signature is written.
    """

    def chosen(names: tuple[str, ...]) -> str:
        return names[min(spelling, len(names) - 1)]

    columns = [column.names[0] for column in source.columns.values() if column.names]
    names = [*source.first_header[:1], *(chosen(each(entry)) for entry in source.signature), *columns]
    return list({folded(name): name for name in reversed(names)}.values())[::-1]


def columns_of(source: Source) -> list[Column]:
    """All columns that a source declares, with those that stand for others."""
    own = [*source.columns.values(), *source.answers.values()]
    return [step for column in own for step in (column, *column.instead)]


def ids(source: Source) -> str:
    return f"{source.name}-{source.kind}"


@pytest.mark.parametrize("source", ALL, ids=ids)
def test_its_header_is_its_own(source):
    header = header_of(source)
    assert [entry.name for entry in KNOWN if entry.claims(header)] == ([] if source in GENERIC else [source.name])
    found, mapping = identify(header)
    assert found is source
    assert mapping.missing == ()


@pytest.mark.parametrize("source", KNOWN, ids=ids)
def test_its_header_is_its_own_in_every_language(source):
    for spelling in range(max((len(each(entry)) for entry in source.signature), default=1)):
        header = header_of(source, spelling)
        assert [entry.name for entry in KNOWN if entry.claims(header)] == [source.name]
        bare = [each(entry)[min(spelling, len(each(entry)) - 1)] for entry in source.signature]
        assert [entry.name for entry in KNOWN if entry.claims([*source.first_header[:1], *bare])] == [source.name]


@pytest.mark.parametrize("source", REFUSED, ids=ids)
def test_what_cannot_be_counted_is_refused_in_a_sentence(source):
    for kind_ in (None, "tickets", "surveys"):
        with pytest.raises(MappingProblem) as problem:
            identify(header_of(source), kind=kind_)
        assert str(problem.value) == source.refused


@pytest.mark.parametrize("source", ALL, ids=ids)
def test_its_header_gives_every_field_it_names(source):
    header = header_of(source)
    mapping = map_columns(source, header, ())
    named = {name for name, column in source.columns.items() if column.names}
    shared = {name for name in named if name not in mapping.uses}
    # A name can serve two fields of a source, of which one gets it; no required one may lose it.
    for name in shared:
        assert folded(source.columns[name].names[0]) in {folded(entry.header) for entry in mapping.uses.values()}
        assert not kind(source.kind).field(name).required


@pytest.mark.parametrize("source", ALL, ids=ids)
def test_its_header_is_found_in_any_spelling(source):
    header = [f" {name.upper()} " for name in header_of(source)]
    assert identify(header)[0] is source


@pytest.mark.parametrize("source", ALL, ids=ids)
def test_its_fields_exist(source):
    fields = {field.name for field in kind(source.kind).fields}
    assert set(source.columns) <= fields
    assert {field for field, _, _ in source.types.values()} <= fields
    assert source.label
    assert source.system


def test_names_are_unique():
    names = [source.name for source in SOURCES]
    assert len(set(names)) == len(names)
    assert "generic" not in names
    assert [source.kind for source in GENERIC] == [entry.name for entry in KINDS]


@pytest.mark.parametrize("source", KNOWN, ids=ids)
def test_what_it_declares_is_complete(source):
    for column in columns_of(source):
        assert column.reads in ("", *READINGS)
        assert column.names or column.pattern or column.instead
        assert all(step.instead == () and step.pattern == "" for step in column.instead)
        assert not column.words or column.worst is not None
    for rule in source.left_out:
        assert rule.reason
        assert rule.words or rule.pattern or rule.empty or rule.only
    assert not source.second_header or source.header_records == 1


ANSWERED = [source for source in SOURCES if source.answers]


@pytest.mark.parametrize("source", ANSWERED, ids=ids)
def test_answers_beside_tickets_are_a_source_of_their_own(source):
    score = [name for name in source.answers if name in SCORES]
    assert len(score) == 1
    header = [*header_of(source), source.answers[score[0]].names[0]]
    answers, mapping = answers_in(source, header)
    assert (answers.kind, answers.system, answers.beside, answers.answers) == ("surveys", source.system, True, {})
    assert set(answers.columns) <= {field.name for field in kind("surveys").fields}
    assert answers.left_out[-1].reason == NO_ANSWER
    assert mapping.missing == ()
    ticket = folded(source.columns["ticket_id"].names[0])
    assert {folded(mapping.uses[name].header) for name in ("response_id", "ticket_id")} == {ticket}
    # A ticket always has a time of creation, so that no answer goes without one.
    created = folded(source.columns["created_at"].names[0])
    assert created in {folded(header[index]) for index in mapping.uses["answered_at"].indexes}


@pytest.mark.parametrize("source", ALL, ids=ids)
def test_a_file_without_a_score_has_no_answers_beside_its_tickets(source):
    assert (answers_of(source) is None) == (source.answers == {})
    assert answers_in(source, ["Subject", "Status"]) is None


@pytest.mark.parametrize("source", ALL, ids=ids)
def test_a_score_states_both_ends_of_its_scale_or_none(source):
    for column in columns_of(source):
        assert (column.worst is None) == (column.best is None)


DUTCH = {
    "tickets": (
        "Ticketnummer;Aangemaakt op;Eerste reactie;Opgelost op;Status;Prioriteit;Kanaal;Afdeling;Medewerker;Klantnummer;"
        "Klantnaam;Klantsegment;Onderwerp;Categorie;Contactmoment;Aantal reacties;Heropend;Bijgewerkt op;Wachttijd",
        "ticket_id created_at first_response_at resolved_at status priority channel team agent customer_id "
        "customer_name segment subject ticket_type touchpoint agent_replies reopens updated_at waiting_s",
    ),
    "surveys": (
        "Antwoordnummer;Ingevuld op;NPS-score;Tevredenheid;Hoe makkelijk was het?;Toelichting;Klantnummer;Ticketnummer;"
        "Kanaal;Team;Medewerker;Klantgroep;Contactmoment;De informatie was juist;Professionaliteit;Algehele ervaring",
        "response_id answered_at nps csat ces comment customer_id ticket_id channel team agent segment touchpoint "
        "quality_accuracy quality_professionalism quality_overall",
    ),
    "customers": (
        "Klantnummer;Naam;E-mailadres;Klant sinds;Opgezegd op;Team;Klantgroep;Maandbedrag;Kanaal",
        "customer_id customer_name email started_on cancelled_on team segment monthly_value channel",
    ),
    "purchases": (
        "Bestelnummer;Klantnummer;Besteldatum;Totaalbedrag;Artikel;Afdeling;Klantsegment",
        "purchase_id customer_id purchased_at amount product team segment",
    ),
    "reviews": (
        "Beoordelingsnummer;Ticketnummer;Beoordeeld op;Beoordelaar;Juistheid;Professionaliteit;Algehele ervaring;Toelichting;"
        "Medewerker;Team;Kanaal",
        "review_id ticket_id reviewed_at reviewer quality_accuracy quality_professionalism quality_overall comment agent team channel",
    ),
}


@pytest.mark.parametrize("name", DUTCH)
def test_dutch_headers(name):
    header, fields = (text.split(sep) for text, sep in zip(DUTCH[name], "; ", strict=True))
    source, mapping = identify(header)
    assert (source.name, source.kind) == ("generic", name)
    assert {field: use.header for field, use in mapping.uses.items()} == dict(zip(fields, header, strict=True))


FIELDS = {
    "tickets": "ticket_id created_at first_response_at resolved_at status priority channel team agent customer_id subject",
    "surveys": "response_id answered_at nps csat ces comment customer_id ticket_id",
    "customers": "customer_id started_on cancelled_on",
    "purchases": "purchase_id customer_id purchased_at amount product",
    "reviews": "review_id ticket_id reviewed_at reviewer quality_accuracy quality_professionalism quality_overall comment",
}
ABROAD = {
    ("German", "tickets"): "Ticket-Nummer;Erstellt am;Erste Antwort am;Gelöst am;Status;Priorität;Kanal;Abteilung;Bearbeiter;Kundennummer;Betreff",
    ("German", "surveys"): "Antwort-ID;Beantwortet am;Würden Sie uns weiterempfehlen?;Wie zufrieden sind Sie?;War es einfach?;Kommentar;Kundennummer;Ticket-ID",
    ("German", "customers"): "Kundennummer;Kunde seit;Gekündigt am",
    ("German", "purchases"): "Bestellnummer;Kundennummer;Bestelldatum;Gesamtbetrag;Produkt",
    ("German", "reviews"): "Bewertungsnummer;Ticket-ID;Bewertet am;Prüfer;Richtigkeit;Professionalität;Gesamteindruck;Kommentar",
    ("French", "tickets"): "Numéro de ticket;Créé le;Première réponse;Résolu le;Statut;Priorité;Canal;Équipe;Assigné à;Numéro client;Sujet",
    ("French", "surveys"): "Numéro de réponse;Répondu le;Nous recommanderiez-vous ?;Êtes-vous satisfait ?;Était-ce facile ?;Commentaire;Numéro client;Numéro de ticket",
    ("French", "customers"): "Numéro client;Client depuis;Résilié le",
    ("French", "purchases"): "Numéro de commande;Numéro client;Date de commande;Montant total;Produit",
    ("French", "reviews"): "Numéro d'évaluation;Numéro de ticket;Évalué le;Évaluateur;Exactitude;Professionnalisme;Impression générale;Commentaire",
    ("Spanish", "tickets"): "Número de ticket;Fecha de creación;Primera respuesta;Fecha de resolución;Estado;Prioridad;Canal;Equipo;Agente;Número de cliente;Asunto",
    ("Spanish", "surveys"): "Número de respuesta;Fecha de respuesta;¿Nos recomendaría?;¿Está satisfecho?;¿Fue fácil?;Comentarios;Número de cliente;Número de ticket",
    ("Spanish", "customers"): "Número de cliente;Cliente desde;Fecha de baja",
    ("Spanish", "purchases"): "Número de pedido;Número de cliente;Fecha de pedido;Importe total;Producto",
    ("Spanish", "reviews"): "Número de evaluación;Número de ticket;Evaluado el;Evaluador;Exactitud;Profesionalidad;Experiencia general;Comentario",
    ("Portuguese", "tickets"): "Número do ticket;Criado em;Primeira resposta;Resolvido em;Situação;Prioridade;Canal;Equipe;Responsável;Código do cliente;Assunto",
    ("Portuguese", "surveys"): "Número da resposta;Respondido em;Você nos recomendaria?;Está satisfeito?;Foi fácil?;Comentário;Código do cliente;Número do ticket",
    ("Portuguese", "customers"): "Código do cliente;Cliente desde;Cancelado em",
    ("Portuguese", "purchases"): "Número do pedido;Código do cliente;Data do pedido;Valor total;Produto",
    ("Portuguese", "reviews"): "Número da avaliação;Número do ticket;Avaliado em;Avaliador;Exatidão;Profissionalismo;Experiência geral;Comentário",
}  # fmt: skip


@pytest.mark.parametrize(("language", "name"), ABROAD)
def test_headers_in_other_languages(language, name):
    header, fields = ABROAD[language, name].split(";"), FIELDS[name].split()
    source, mapping = identify(header)
    assert (source.name, source.kind) == ("generic", name)
    assert {field: use.header for field, use in mapping.uses.items()} == dict(zip(fields, header, strict=True))


def test_a_question_is_found_by_its_words_in_the_record_below():
    qualtrics = next(source for source in SOURCES if source.name == "qualtrics")
    header = ["StartDate", "EndDate", "RecordedDate", "ResponseId", "Q1", "Q1_NPS_GROUP", "Q2", "Q3"]
    labels = [*header[:4], "How likely are you to recommend us?", "How likely … recommend us? - Group", "Why?", "Easy?"]
    mapping = map_columns(qualtrics, header, labels)
    assert {name: use.header for name, use in mapping.uses.items()} == {
        "response_id": "ResponseId", "answered_at": "RecordedDate", "nps": "Q1", "comment": "Q2", "ces": "Q3",
    }  # fmt: skip


# --- what cannot be found


def said(header: str, **options) -> str:
    with pytest.raises(CxError) as problem:
        identify(header.split(","), **options)
    return str(problem.value)


def test_a_missing_column_is_named_with_those_there_are():
    assert said("Ticket,Status,Priority") == (
        'This looks most like Tickets, but no column was found for "Created" (created_at). '
        "Columns found: Ticket, Status, Priority. "
        "Choose the column (--map created_at=COLUMN), or say what the file holds (--as)."
    )


def test_a_survey_tool_is_known_without_a_known_question():
    assert said("Date,Favourite colour", kind=None).startswith("This looks most like Tickets")
    source, mapping = identify(["RespondentID", "End Date", "Favourite colour"])
    assert source.name == "surveymonkey"
    assert set(mapping.uses) == {"response_id", "answered_at"}


def test_an_unknown_source_suggests_the_nearest():
    assert said("a,b", source="zendisk") == 'There is no source "zendisk". Did you mean "zendesk"?'


def test_a_header_claimed_twice_names_both():
    header = sorted({name for source in SOURCES if source.name in ("zendesk", "typeform") for name in source.signature})
    with pytest.raises(
        MappingProblem, match=r"Zendesk tickets, Typeform responses.*--source zendesk or --source typeform"
    ):
        identify(header)
    assert identify(header, source="typeform")[0].name == "typeform"
    assert identify(header, kind="tickets")[0].name == "zendesk"


def test_the_users_word_goes_before_the_tools_header():
    zendesk = header_of(SOURCES[0])
    assert identify(zendesk, source="generic", kind="tickets")[0].name == "generic"
    assert identify(["id", "date"], kind="purchases")[1].missing == ()
    with pytest.raises(UnknownName):
        identify(zendesk, source="hotmail")


def test_a_header_is_claimed_by_any_known_tool_or_by_the_one_that_is_meant():
    zendesk = header_of(SOURCES[0])
    assert claimed(zendesk)
    assert claimed(zendesk, "zendesk")
    assert not claimed(zendesk, "freshdesk")
    assert not claimed(["Ticket", "Date"])


# --- small parts


def test_labels_of_two_header_records():
    questions = ["Respondent ID", "How satisfied are you with", "", "Why?"]
    assert joined_labels(questions, ["", "The answer", "The\nwait", "Open-Ended Response"]) == (
        "Respondent ID",
        "How satisfied are you with – The answer",
        "How satisfied are you with – The wait",
        "Why? – Open-Ended Response",
    )
    assert joined_labels(["NPS"], ["Response"]) == ("NPS",)


@pytest.mark.parametrize(
    ("header", "parts"),
    [
        ("Created (UTC)", ("Created", "UTC")),
        ("Priority [list]", ("Priority", "list")),
        ("Ticket created (Europe/Amsterdam)", ("Ticket created", "Europe/Amsterdam")),
        ("Created", ("Created", "")),
        ("(only)", ("(only)", "")),
    ],
)
def test_suffixes(header, parts):
    assert split_suffix(header) == parts


@pytest.mark.parametrize(
    ("header", "unit"),
    [("Time (in hrs)", "h"), ("Time in minutes", "min"), ("Doorlooptijd (uren)", "h"), ("t (seconds)", "s"),
     ("Dagen open", "d"), ("Time", "")],
)  # fmt: skip
def test_units_in_headers(header, unit):
    assert unit_in(header) == unit


@pytest.mark.parametrize(
    ("one", "other"), [("Créé le", "cree le"), ("First_Response", "first response"), ("NPS-score", "nps score")]
)
def test_headers_that_are_the_same(one, other):
    assert folded(one) == folded(other)
