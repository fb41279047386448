"""The formats we know: SOURCES is the explicit list; identify() says which one wrote a file.

In: a header and the records around it. Out: the one Source that claims it and the mapping of its columns.
"""

from __future__ import annotations

from collections.abc import Sequence

from cxdata.errors import MappingProblem, UnknownName
from cxdata.i18n import N_, _
from cxdata.schema import SCORES
from cxdata.sources.asknicely import ASKNICELY
from cxdata.sources.base import Mapping_, Source, answers_of, map_columns
from cxdata.sources.chatwoot import CHATWOOT_CSAT, CHATWOOT_REPORT, CHATWOOT_SLA
from cxdata.sources.delighted import DELIGHTED
from cxdata.sources.event_logs import EVENT_LOG, VINST
from cxdata.sources.formbricks import FORMBRICKS
from cxdata.sources.freshdesk import FRESHDESK, FRESHSERVICE
from cxdata.sources.generic import GENERIC
from cxdata.sources.glpi import GLPI
from cxdata.sources.google_forms import GOOGLE_FORMS
from cxdata.sources.help_scout import HELP_SCOUT
from cxdata.sources.hubspot import HUBSPOT
from cxdata.sources.intercom import INTERCOM_CONVERSATIONS, INTERCOM_RATINGS, INTERCOM_TICKETS
from cxdata.sources.jira import JIRA, JIRA_REST
from cxdata.sources.limesurvey import LIMESURVEY
from cxdata.sources.microsoft_forms import MICROSOFT_FORMS
from cxdata.sources.open_data import NYC_311, SHOP_CONTACTS, SUPPORT_RATINGS
from cxdata.sources.osticket import OSTICKET
from cxdata.sources.qualtrics import QUALTRICS
from cxdata.sources.questionpro import QUESTIONPRO
from cxdata.sources.salesforce import SALESFORCE, SALESFORCE_LOADER
from cxdata.sources.servicenow import SERVICENOW, SERVICENOW_LABELS
from cxdata.sources.surveymonkey import SURVEYMONKEY
from cxdata.sources.tenure import TENURE
from cxdata.sources.typeform import TYPEFORM
from cxdata.sources.zammad import ZAMMAD
from cxdata.sources.zendesk import (
    ZENDESK,
    ZENDESK_API,
    ZENDESK_COMMENTS,
    ZENDESK_EXPLORE,
    ZENDESK_HISTORY,
    ZENDESK_RATINGS,
)
from cxdata.sources.zoho_desk import ZOHO_DESK

SOURCES: tuple[Source, ...] = (
    ZENDESK,
    ZENDESK_EXPLORE,
    ZENDESK_API,
    ZENDESK_RATINGS,
    FRESHDESK,
    FRESHSERVICE,
    SERVICENOW,
    SERVICENOW_LABELS,
    INTERCOM_TICKETS,
    INTERCOM_CONVERSATIONS,
    INTERCOM_RATINGS,
    HUBSPOT,
    ZOHO_DESK,
    JIRA,
    JIRA_REST,
    SALESFORCE,
    SALESFORCE_LOADER,
    HELP_SCOUT,
    CHATWOOT_CSAT,
    ZAMMAD,
    OSTICKET,
    GLPI,
    QUALTRICS,
    QUESTIONPRO,
    DELIGHTED,
    GOOGLE_FORMS,
    MICROSOFT_FORMS,
    SURVEYMONKEY,
    TYPEFORM,
    LIMESURVEY,
    FORMBRICKS,
    ASKNICELY,
    NYC_311,
    SHOP_CONTACTS,
    SUPPORT_RATINGS,
    VINST,
    EVENT_LOG,
    TENURE,
)
# Files that are known, and hold nothing that can be counted: each says which export to take instead.
REFUSED: tuple[Source, ...] = (CHATWOOT_REPORT, CHATWOOT_SLA, ZENDESK_COMMENTS, ZENDESK_HISTORY)


def identify(
    header: Sequence[str],
    labels: Sequence[str] = (),
    *,
    source: str | None = None,
    kind: str | None = None,
) -> tuple[Source, Mapping_]:
    """The source that wrote this header and its mapping; `source` and `kind` are the user's word.

    Exactly one known tool may claim a header; two are a defect of ours and named. A header of no known tool goes
    to the generic source of the kind whose required fields are all there and that explains most columns.
    Raises MappingProblem saying which field is missing and which columns were found.
    """
    if source and source != "generic":
        known = {entry.name: entry for entry in SOURCES}
        if source not in known:
            raise UnknownName(N_("source"), source, [*known, "generic"])
        return known[source], map_columns(known[source], header, labels)
    claims = [] if source == "generic" else [entry for entry in (*SOURCES, *REFUSED) if entry.claims(header)]
    claims = [entry for entry in claims if entry.refused or kind in (None, entry.kind)]
    if len(claims) > 1:
        raise MappingProblem(
            "Two formats claim this file: {labels}. Choose one (--source {first} or --source {second}).",
            labels=", ".join(entry.label for entry in claims),
            first=claims[0].name,
            second=claims[1].name,
        )
    if claims and claims[0].refused:
        raise MappingProblem(claims[0].refused)
    if claims:
        return claims[0], map_columns(claims[0], header, labels)
    return _generic(header, labels, kind)


def claimed(header: Sequence[str], source: str | None = None) -> bool:
    """Whether a known tool writes this header; with `source`, that tool."""
    return any(entry.claims(header) for entry in (*SOURCES, *REFUSED) if source in (None, entry.name))


def answers_in(source: Source, header: Sequence[str]) -> tuple[Source, Mapping_] | None:
    """The source that reads the survey answers beside the tickets of a file, and its mapping; None where there are none."""
    answers = answers_of(source)
    mapping = map_columns(answers, header, ()) if answers else None
    return (answers, mapping) if answers and mapping and set(mapping.uses) & set(SCORES) else None


def _generic(header: Sequence[str], labels: Sequence[str], kind: str | None) -> tuple[Source, Mapping_]:
    options = [entry for entry in GENERIC if kind in (None, entry.kind)]
    mapped = [(entry, map_columns(entry, header, labels)) for entry in options]
    if kind:
        return mapped[0]
    whole = [(entry, mapping) for entry, mapping in mapped if not mapping.missing and _has_substance(mapping)]
    if whole:
        return max(whole, key=lambda pair: _explained(pair[1]))
    guesses = [mapping for _, mapping in mapped if not mapping.kind.scores or _has_substance(mapping)]
    best = max(guesses, key=lambda mapping: len(mapping.uses) - 3 * len(mapping.missing))
    raise what_is_missing(best, header)


def _has_substance(mapping: Mapping_) -> bool:
    """Whether the mapping is more than an id and a date, which every kind of file has."""
    names = set(mapping.uses)
    if mapping.kind.scores:
        return bool(names & mapping.kind.scores)
    if mapping.kind.name == "tickets":
        return bool(
            names & {"status", "priority", "resolved_at", "first_response_at", "first_response_s", "resolution_s"}
        )
    if mapping.kind.name == "customers":
        return bool(names & {"cancelled_on", "monthly_value", "segment", "customer_name", "email"})
    return True


def _explained(mapping: Mapping_) -> float:
    """How well a kind explains a header: its columns, with those that only this kind has counted double."""
    telling = {
        "resolved_at",
        "first_response_at",
        "priority",
        "status",
        "cancelled_on",
        "amount",
        "purchase_id",
        "reviewer",
        *SCORES,
    }
    return len(mapping.uses) + sum(1.5 for name in mapping.uses if name in telling)


def what_is_missing(mapping: Mapping_, header: Sequence[str]) -> MappingProblem:
    """The error that says which field has no column, and which columns there are."""
    listed = ", ".join(header[:25]) + (" …" if len(header) > 25 else "")
    no_score = bool(mapping.kind.scores) and not mapping.kind.scores & set(mapping.uses)
    if mapping.missing and not no_score:
        labels = ", ".join(f'"{_(mapping.kind.field(name).label)}" ({name})' for name in mapping.missing)
        return MappingProblem(
            "This looks most like {what}, but no column was found for {missing}. Columns found: {columns}. "
            "Choose the column (--map {first}=COLUMN), or say what the file holds (--as).",
            what=mapping.kind.label,
            missing=labels,
            columns=listed,
            first=mapping.missing[0],
        )
    if no_score and mapping.kind.name == "reviews":
        return MappingProblem(
            "No score of accuracy, professionalism or the overall experience was found. Choose the column that holds one (--map "
            "quality_accuracy=COLUMN, --map quality_professionalism=COLUMN or --map quality_overall=COLUMN). Columns found: "
            "{columns}.",
            columns=listed,
        )
    if no_score:
        return MappingProblem(
            "No loyalty, satisfaction or effort question was found. Choose the column that holds one (--map nps=COLUMN, "
            "--map csat=COLUMN or --map ces=COLUMN). Columns found: {columns}.",
            columns=listed,
        )
    return MappingProblem(
        "What this file holds was not recognised. Say it (--as tickets, surveys, customers, purchases or reviews). "
        "Columns found: {columns}.",
        columns=listed,
    )
