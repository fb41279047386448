"""Touchpoints: every word with its stage and why, the unmapped first, and the choice of a stage."""

from __future__ import annotations

import pytest

from cxdata.errors import CxError
from cxdata.settings import Settings
from cxdata.touchpoints import CHOSEN, KNOWN, NONE, Touchpoint, mapped, touchpoints


def test_every_word_with_its_stage_the_unmapped_first(store, load):
    load(
        "ticket_id,created_at,status,touchpoint\n1,2026-01-05,open,Factuur\n2,2026-01-05,open,factuur\n"
        "3,2026-01-05,open,factuur\n4,2026-01-05,open,Jaarmeting\n5,2026-01-05,spam,Jaarmeting\n6,2026-01-05,open,\n"
        "7,2026-01-05,open,bezoek\n"
    )
    load(
        "response_id,answered_at,nps,touchpoint\n1,2026-01-06,9,jaarmeting\n2,2026-01-06,9,jaarmeting\n", kind="surveys"
    )
    store.save_settings(Settings(stages={"bezoek": "awareness"}))
    assert touchpoints(store) == [
        Touchpoint("jaarmeting", 1, 2, "", NONE),
        Touchpoint("factuur", 3, 0, "purchase", KNOWN),
        Touchpoint("bezoek", 1, 0, "awareness", CHOSEN),
    ]


def test_a_choice_holds_for_every_spelling_and_changes_the_facts(store, load):
    load("ticket_id,created_at,status,touchpoint\n1,2026-01-05,open,Jaar  meting\n2,2026-01-05,open,JAAR METING\n")
    store.save_settings(mapped(store.settings(), {"Jaar  meting": "loyalty"}))
    assert store.query("select distinct stage from ticket_facts").to_pylist() == [{"stage": "loyalty"}]
    assert [(one.stage, one.why) for one in touchpoints(store)] == [("loyalty", CHOSEN)]


def test_only_what_differs_from_well_known_words_is_kept():
    changed = mapped(
        Settings(stages={"bezoek": "awareness", "Klacht": "purchase"}), {"klacht": "loyalty", "factuur": ""}
    )
    assert changed.stages == {"bezoek": "awareness", "factuur": ""}  # a complaint is loyalty anyway
    assert mapped(changed, {"factuur": "purchase", "bezoek": ""}).stages == {}


def test_a_stage_that_is_none_is_refused():
    with pytest.raises(CxError, match="does not exist"):
        mapped(Settings(), {"factuur": "buying"})
