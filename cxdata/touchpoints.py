"""The touchpoints in the data and the stages of the journey that they are taken for.

In: a store; a choice of stages. Out: plain rows, what has no stage first; the settings with the choice in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from cxdata.facts import folded_touchpoint, stage_of
from cxdata.i18n import N_
from cxdata.settings import Settings
from cxdata.store import Store

CHOSEN, KNOWN, NONE = "chosen", "known", "none"
WHY = {CHOSEN: N_("Chosen here"), KNOWN: N_("A well-known word"), NONE: N_("Not mapped yet")}


@dataclass(frozen=True)
class Touchpoint:
    """A word for a touchpoint as it is written most, on how many tickets and answers it stands, its stage ("" for none), and why."""

    word: str
    tickets: int
    answers: int
    stage: str
    why: str

    @property
    def rows(self) -> int:
        return self.tickets + self.answers


def touchpoints(store: Store) -> list[Touchpoint]:
    """Every touchpoint of the current rows: those without a stage first, then those on most rows."""
    settings = store.settings()
    with store.reading() as cursor:
        tickets, surveys = (store.current_sql(cursor, kind) for kind in ("tickets", "surveys"))
    sql = f"""
        select touchpoint, sum(tickets) as tickets, sum(answers) as answers from (
            select touchpoint, 1 as tickets, 0 as answers from ({tickets}) as current_tickets
            where coalesce(status, 'open') not in ('deleted', 'spam')
            union all select touchpoint, 0, 1 from ({surveys}) as current_surveys where coalesce(answered, true)) as every
        where touchpoint is not null group by touchpoint"""
    spellings: dict[str, list[tuple[str, int, int]]] = {}
    for row in store.query(sql).to_pylist():
        one = (row["touchpoint"], int(row["tickets"]), int(row["answers"]))
        spellings.setdefault(folded_touchpoint(row["touchpoint"]), []).append(one)
    found = [_touchpoint(every, settings) for every in spellings.values()]
    return sorted(found, key=lambda one: (one.stage != "", -one.rows, one.word.casefold()))


def _touchpoint(spellings: list[tuple[str, int, int]], settings: Settings) -> Touchpoint:
    """One touchpoint of all its spellings."""
    word = max(spellings, key=lambda one: (one[1] + one[2], one[0]))[0]
    stage = stage_of(word, settings.stages) or ""
    chosen = word in settings.stages or folded_touchpoint(word) in settings.stages
    why = CHOSEN if chosen else KNOWN if stage else NONE
    return Touchpoint(word, sum(one[1] for one in spellings), sum(one[2] for one in spellings), stage, why)


def mapped(settings: Settings, chosen: Mapping[str, str]) -> Settings:
    """The settings with the stage of each word ("" for none); what well-known words say anyway is not kept.

    Raises CxError for a stage that does not exist.
    """
    new = {folded_touchpoint(word): stage for word, stage in chosen.items()}
    stages = {word: stage for word, stage in settings.stages.items() if folded_touchpoint(word) not in new}
    stages |= {word: stage for word, stage in new.items() if stage != (stage_of(word, {}) or "")}
    return replace(settings, stages=stages)
