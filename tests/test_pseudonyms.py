"""Pseudonyms at import: the same person is the same one over files, joins hold, and no plain name is kept anywhere."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxdata import keyed, originals, people
from cxdata.errors import CxError
from cxdata.scrubbing import Words
from cxdata.store import Store
from tests.conftest import current
from tests.test_erasing import erased, everything, left

CUSTOMERS = "customer_id,started_on,customer_name,email,segment\nK1,2025-01-01,Jan de Vries,Jan@x.nl,Gold\nK2,2025-02-01,Ria Bos,,Basic\n"
SURVEYS = "answered_at,nps,email,comment,toelichting\n2026-03-03,9, jan@X.nl ,Mail me op jan@x.nl graag,Jan\n2026-03-04,2,,Slecht,\n"
TICKETS = (
    "ticket_id,created_at,customer_name,agent,subject,extra\n1,2026-03-02 10:00,JAN DE VRIES,Kim,Hallo,Jan de Vries\n"
    "2,geen dag,Jan de Vries,Kim,Van jan@x.nl,Jan de Vries\n3,2026-03-03 10:00,Jan de Vries,Kim,te,veel,Jan de Vries\n"
)
AS_SURVEYS = {"kind": "surveys", "mapping": {"customer_id": "email"}}


def by_hand(store: Store, what: str, word: str) -> str:
    key = bytes.fromhex(keyed.key_path(store).read_text().strip())
    return "p-" + hmac.new(key, f"{what}\x1f{word}".encode(), hashlib.sha256).hexdigest()[:16]


def test_names_and_addresses_are_keyed_digests_and_joins_hold(store, load, ask):
    load(CUSTOMERS, pseudonymise=True)
    load(SURVEYS, **AS_SURVEYS, pseudonymise=True)
    load(TICKETS, kind="tickets", pseudonymise=True)
    jan, address = by_hand(store, "name", "jan de vries"), by_hand(store, "email", "jan@x.nl")
    assert [(row["customer_id"], row["customer_name"], row["email"]) for row in current(store, "customers")] == [
        ("K1", jan, address), ("K2", by_hand(store, "name", "ria bos"), None),
    ]  # fmt: skip
    surveys = sorted(current(store, "surveys"), key=lambda row: row["answered_at"])
    assert [(row["customer_id"], row["comment"]) for row in surveys] == [
        (address, "Mail me op [e-mail] graag"),
        (None, "Slecht"),
    ]
    assert [(row["customer_name"], row["agent"]) for row in current(store, "tickets")] == [(jan, "Kim")]
    found = store.query("select customer_id, segment from survey_facts order by answered_s").to_pylist()
    assert found == [{"customer_id": "K1", "segment": "Gold"}, {"customer_id": None, "segment": None}]
    assert left(store, ("Jan de Vries", "jan@x.nl", "Ria Bos")) == []


def test_the_file_is_not_kept_and_that_is_said(store, load):
    outcome = load(CUSTOMERS, pseudonymise=True)
    assert "Names and e-mail addresses became pseudonyms, and the file itself is not kept." in map(str, outcome.notes)
    assert originals.read(store, store.imports()[0]["sha256"]) == b""
    assert [str(one) for one in load(CUSTOMERS, pseudonymise=True, dry_run=True).notes] == []


def test_rejected_rows_keep_no_plain_name(store, load):
    load(TICKETS, kind="tickets", pseudonymise=True)
    header, rows = store.rejects(1)
    jan = by_hand(store, "name", "jan de vries")
    assert (rows[0]["line"], dict(zip(header, rows[0]["cells"], strict=False))) == (
        3,
        {
            "ticket_id": "2",
            "created_at": "geen dag",
            "customer_name": jan,
            "agent": "Kim",
            "subject": "Van [e-mail]",
            "extra": "",
        },
    )
    assert b"Jan de Vries" not in everything(store)


def test_agents_become_pseudonyms_where_that_is_set(store, load):
    store.save_settings(replace(store.settings(), pseudonymise=True, pseudonymise_agents=True))
    load(TICKETS, kind="tickets")
    (ticket,) = current(store, "tickets")
    assert ticket["agent"] == by_hand(store, "agent", "kim")
    assert b"Kim" not in everything(store)


def test_a_choice_for_one_import_goes_before_the_setting(store, load):
    store.save_settings(replace(store.settings(), pseudonymise=True))
    load(CUSTOMERS, pseudonymise=False)
    assert [row["customer_name"] for row in current(store, "customers")] == ["Jan de Vries", "Ria Bos"]
    assert originals.read(store, store.imports()[0]["sha256"]) == CUSTOMERS.encode()
    assert load(CUSTOMERS).changed == 2


def test_without_pseudonyms_no_key_is_made(store, load):
    load(CUSTOMERS)
    load(CUSTOMERS, pseudonymise=True, dry_run=True)
    assert not keyed.key_path(store).exists()


def test_numbers_are_the_same_with_and_without_pseudonyms(store, load, table):
    load(CUSTOMERS.lower())
    load(SURVEYS.lower(), **AS_SURVEYS)
    with Store(store.path.with_name("other.duckdb")) as other:
        load(CUSTOMERS.lower(), into=other, pseudonymise=True)
        load(SURVEYS.lower(), into=other, **AS_SURVEYS, pseudonymise=True)
        plain, hidden = (table("nps", by=("segment",), into=one) for one in (store, other))
    assert plain == hidden == [("gold", 100.0, 1), (None, -100.0, 1)]


def test_a_person_is_found_and_erased_under_the_plain_address(store, load):
    load(CUSTOMERS, pseudonymise=True)
    load(SURVEYS, **AS_SURVEYS, pseudonymise=True)
    address = by_hand(store, "email", "jan@x.nl")
    assert people.find(store, "JAN@x.nl").numbers == {"K1"}
    assert people.find(store, "jan de vries").numbers == {"K1"}
    assert erased(store, "jan@x.nl").counts == {"surveys": 1, "customers": 1}
    assert left(store, (address,)) == []
    for pseudonymise in (True, False):
        outcome = load(CUSTOMERS, pseudonymise=pseudonymise)
        assert (outcome.new, outcome.changed) == (0, 0 if pseudonymise else 1)
        assert left(store, (address, "jan@x.nl", "Jan de Vries")) == []


def test_a_key_that_is_gone_stops_pseudonyms_with_a_sentence(store, load):
    load(CUSTOMERS, pseudonymise=True)
    keyed.key_path(store).unlink()
    with pytest.raises(CxError, match="The key of this database is not at"):
        load(CUSTOMERS, pseudonymise=True)
    assert load(CUSTOMERS).rows == 2


@given(st.text(), st.text(alphabet="abc 12@.-é", max_size=8))
def test_texts_without_the_words_stay_as_they_are(before, after):
    words = Words("erased-0", frozenset({"C-10382", "12"}), frozenset({"jan@x.nl"}), frozenset({"jan de vries"}))
    text = before.replace("@", "") + after
    assert words.text(text) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("C-10382", "erased-0"),
        ("bel C-10382!", "bel erased-0!"),
        ("AC-10382", "AC-10382"),
        ("12 en 112", "12 en 112"),
        ("Jan de VRIES belt", "erased-0 belt"),
        ("Jan de Vriesland", "Jan de Vriesland"),
        ("<JAN@x.nl>", "<erased-0>"),
        ("mijan@x.nl", "mijan@x.nl"),
    ],
)
def test_words_in_sentences_are_whole_in_text_bytes_and_sql(store, text, said):
    words = Words("erased-0", frozenset({"C-10382", "12"}), frozenset({"jan@x.nl"}), frozenset({"jan de vries"}))
    assert words.text(text) == said
    assert words.raw(text.encode()).decode() == said
    with store.reading() as cursor:
        assert cursor.execute(f"select {words.without_sql('word')} from (select ? as word)", [text]).fetchall() == [
            (said,)
        ]


def test_json_keeps_what_groups_are_called():
    words = Words("erased-0", frozenset({"12"}))
    assert words.json({"customer": "12", "team": ["12"], "n": 12, "list": ["12", "112"]}) == {
        "customer": "erased-0", "team": ["12"], "n": 12, "list": ["erased-0", "112"],
    }  # fmt: skip
