"""The stage of the customer journey that a touchpoint belongs to: as mapped, else by well-known words."""

from __future__ import annotations

import re
from collections.abc import Mapping

import duckdb

from cxdata.facts.base import insert
from cxdata.schema import STAGES
from cxdata.settings import Settings

STAGE_WORDS = {
    "awareness": "awareness bewustwording orientatie oriëntatie advertisement campagne social",
    "consideration": "consideration overweging advies vraag offerte quote question presales",
    "purchase": "purchase aankoop bestelling order levering delivery betaling payment factuur invoice",
    "loyalty": "loyalty loyaliteit storing support service onderhoud klacht complaint opzegging cancellation incident",
    "advocacy": "advocacy voorspraak review aanbeveling referral recommendation",
}
_PARTS = re.compile(r"[^\w]+")


def folded_touchpoint(word: str) -> str:
    """A touchpoint without what does not matter: "Factuur " is "factuur"."""
    return " ".join(word.split()).casefold()


def stage_of(touchpoint: str | None, stages: Mapping[str, str]) -> str | None:
    """The journey stage of a touchpoint: as the organisation mapped it, else by well-known words, else None.

    Of several words in a touchpoint those that are known decide, where they agree: "storing internet" is loyalty.
    """
    if touchpoint is None:
        return None
    folded = folded_touchpoint(touchpoint)
    for word in (touchpoint, folded):
        if word in stages:
            return stages[word] or None
    parts = [folded] if any(folded in words.split() for words in STAGE_WORDS.values()) else _PARTS.split(folded)
    found = {stage for stage in STAGES for part in parts if part in STAGE_WORDS[stage].split()}
    return found.pop() if len(found) == 1 else None


def stages(cursor: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Temporary table: the stage of each touchpoint."""
    found = cursor.execute("""
        select distinct touchpoint from (select touchpoint from current_tickets
        union all select touchpoint from current_surveys) where touchpoint is not null""").fetchall()
    cursor.execute("create or replace temp table stage_of (touchpoint varchar, stage varchar)")
    insert(cursor, "stage_of", [[word, stage_of(word, settings.stages)] for (word,) in found])
