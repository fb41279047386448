"""LimeSurvey: answers under codes, full questions, or both in two header records.

`submitdate` is empty for who did not finish, and 1980-01-01 in surveys without date stamps.
"""

from cxdata.i18n import N_
from cxdata.sources.base import Column, LeftOut, Source, named
from cxdata.sources.questions import QUESTIONS

_ID = (
    "id",
    "Response ID",
    "Antwort ID",
    "Antwoord-ID",
    "Antwoord ID",
    "ID de la réponse",
    "ID de respuesta",
    "ID da resposta",
)
_SUBMITTED = (
    "submitdate",
    "Date submitted",
    "Datum Abgeschickt",
    "Datum verzonden",
    "Datum ingediend",
    "Date de soumission",
    "Fecha de envío",
    "Data de envio",
)
_LAST_PAGE = ("lastpage", "Last page", "Letzte Seite", "Laatste pagina", "Dernière page", "Última página")
_LANGUAGE = (
    "startlanguage",
    "Start language",
    "Start-Sprache",
    "Starttaal",
    "Begintaal",
    "Langue de départ",
    "Langue de départ du questionnaire",
    "Idioma inicial",
    "Idioma de inicio",
)
_LAST_ACTION = (
    "datestamp",
    "Date last action",
    "Datum letzte Aktivität",
    "Datum laatste actie",
    "Date de la dernière action",
    "Fecha de la última acción",
    "Data da última ação",
    "startdate",
    "Date started",
    "Datum gestartet",
    "Startdatum",
)

LIMESURVEY = Source(
    name="limesurvey",
    label=N_("LimeSurvey answers"),
    kind="surveys",
    system="limesurvey",
    signature=(_ID, _SUBMITTED, _LAST_PAGE, _LANGUAGE),
    second_header=_ID[1:],
    left_out=(LeftOut(_SUBMITTED, reason=N_("unfinished answers"), empty=True),),
    columns={
        "response_id": named(*_ID),
        "answered_at": Column(
            _SUBMITTED,
            nothing=("1980-01-01 00:00:00", "1980-01-01", "01-01-1980 00:00:00", "01.01.1980 00:00", "01-01-1980"),
            instead=(Column(_LAST_ACTION),),
        ),
        "customer_id": named("token", "Token", "Access code", "Zugangscode", "Zugangsschlüssel", "Toegangscode", "klantnummer", "customer_id"),
        "team": named("team", "group"),
        "segment": named("segment"),
        "channel": named("channel", "kanaal"),
        "agent": named("agent", "medewerker"),
        "ticket_id": named("ticket_id", "ticketnummer"),
        **QUESTIONS,
    },
)  # fmt: skip
