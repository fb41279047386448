"""What is held of a person: found, taken along, erased everywhere, and kept away; and every number stays as it was."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from cxdata import goal_records, journal, privacy, queries
from cxdata.care import follow_ups, people, scoring
from cxdata.care.people import Wanted
from cxdata.engine import DuckDBEngine
from cxdata.errors import CxError
from cxdata.goals import Goal
from cxdata.metrics import ALL
from cxdata.questions import Query
from cxdata.store import Store, copied
from tests.conftest import moment
from tests.test_care import wanted

ID, NAME, EMAIL = "K90817", "Philippa Quist", "p.quist@example.com"
CUSTOMERS = f"customer_id,name,e-mail,started_on,cancelled_on\n{ID},{NAME},{EMAIL},2025-01-01,\nK90818,Jan Bos,jan@example.com,2025-01-01,\n"
TICKETS = (
    "ticket_id,created_at,status,customer_id,subject,tags\n"
    f"1,2026-03-02 10:00,open,{ID},Mail {EMAIL} terug,spoed\n2,2026-03-03 10:00,open,K90818,Buurvrouw {NAME} ook,\n"
    f"3,2026-99-03 10:00,open,{ID},kapotte datum,\n"
)
SURVEYS = (
    "response_id,answered_at,nps,customer_id,ticket_id,comment\n"
    f"1,2026-03-04 10:00,3,{EMAIL},,Nooit meer\n2,2026-03-04 10:00,9,,1,Ik ben {NAME}\n3,2026-03-04 10:00,9,K90818,2,Prima\n"
)
SECRETS = (ID, NAME, EMAIL, "Nooit meer", "spoed")


@pytest.fixture
def held(tmp_path, load):
    with Store(tmp_path / "cx.duckdb") as store:
        load(CUSTOMERS, name="c.csv", into=store)
        load(TICKETS, name="t.csv", into=store)
        load(SURVEYS, name="s.csv", into=store)
        load(
            gzip.compress(f"order id,customer id,order date,amount\n7,{ID},2026-03-05,12\n".encode()),
            name="p.csv.gz",
            into=store,
        )
        scoring.ensure(store)
        own = wanted(ID, reason=f"Detractor {NAME}", note="belt terug")
        follow_ups.open_for(store, [own], own.due)
        goal_records.save_goal(store, Goal(0, "nps", {}, because=f"{NAME} vroeg erom"))
        journal.save(store, "evidence", {"comment": "Nooit meer", "customer": ID, "name": NAME})
        yield store


def bytes_of(store: Store) -> bytes:
    """Everything on disk, and every original unpacked."""
    found = b"".join(path.read_bytes() for path in Path(store.path).parent.glob("cx.duckdb*"))
    for row in store.query("select distinct sha256 from originals").to_pylist():
        content = store.original(row["sha256"])
        found += gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    return found


def tables_of(store: Store) -> str:
    names = store.query("select table_name from information_schema.tables").to_pydict()["table_name"]
    return " ".join(
        store.query(f"select * exclude (compressed) from {name}" if name == "originals" else f"select * from {name}")
        .to_pandas()
        .to_csv()
        for name in names
    )


@pytest.mark.parametrize("asked", [ID, EMAIL.upper(), NAME.lower()])
def test_a_person_is_found_by_number_address_and_name(held, asked):
    found = privacy.find(held, asked)
    assert found.numbers == (ID, EMAIL)
    assert (found.emails, found.names) == ((EMAIL,), (NAME,))
    assert found.rows == {"tickets": 1, "surveys": 2, "reviews": 0, "customers": 1, "purchases": 1}
    assert (found.rejects, found.files, found.mentions) == (1, 4, 3)


def test_nobody_and_too_many_are_said(held, load):
    with pytest.raises(CxError, match="Nothing is held"):
        privacy.find(held, "K1")
    with pytest.raises(CxError, match="Give a customer number"):
        privacy.find(held, " ")
    load("customer_id,name,started_on,cancelled_on\nZ1,Jan Bos,2026-01-01,\n", name="d.csv", into=held)
    with pytest.raises(CxError, match="2 customers go by that name"):
        privacy.find(held, "Jan Bos")


def test_nothing_of_an_erased_person_is_left_anywhere(held):
    before = bytes_of(held) + tables_of(held).encode()
    assert all(word.encode() in before for word in SECRETS)
    made = privacy.erase(held, privacy.find(held, ID), by="mo")
    assert (made.rewritten, made.dropped) == (3, 1)
    scoring.ensure(held)
    after = bytes_of(held) + tables_of(held).encode()
    assert [word for word in SECRETS if word.encode() in after] == []
    assert b"K90818" in after
    assert b"Prima" in after
    with pytest.raises(CxError, match="Nothing is held"):
        privacy.find(held, ID)
    (entry,) = privacy.erasures(held)
    assert (entry["erased_by"], entry["counts"]["tickets"], entry["counts"]["mentions"]) == ("mo", 1, 3)
    (kept,) = follow_ups.follow_ups(held)
    assert kept.follow_up.customer.startswith("erased-")
    assert (kept.follow_up.reason, kept.follow_up.note, kept.follow_up.who) == ("", "", "Eva")


def test_rows_stay_and_the_database_works_on(held, load):
    privacy.erase(held, privacy.find(held, ID))
    assert held.query("select count(*) as k from ticket_facts").to_pylist() == [{"k": 2}]
    assert held.query("select count(distinct customer_id) as k from customer_facts").to_pylist() == [{"k": 2}]
    scoring.ensure(held)
    assert people.page(held, Wanted(ranking="rules"))[0] == 2
    assert load("customer_id,started_on,cancelled_on\nN1,2026-02-01,\n", name="n.csv", into=held).import_id == 5
    assert held.undo(5)["undone_at"]
    path = held.path
    held.close()
    with Store(path) as again:
        assert again.query("select count(*) as k from ticket_facts").to_pylist() == [{"k": 2}]


def test_the_same_file_does_not_bring_them_back(held, load):
    privacy.erase(held, privacy.find(held, ID))
    load(CUSTOMERS + "K90819,Eva,eva@example.com,2026-01-01,\n", name="c2.csv", into=held)
    assert privacy.keep_erased(held) == 2  # known by number and by address
    after = bytes_of(held) + tables_of(held).encode()
    assert [word for word in (ID, NAME, EMAIL) if word.encode() in after] == []
    assert b"K90819" in after
    assert held.query("select count(*) as k from customer_facts").to_pylist() == [{"k": 3}]
    assert privacy.keep_erased(held) == 0
    assert privacy.key_path(held).stat().st_mode & 0o077 == 0


def test_a_missing_key_is_said(held):
    privacy.erase(held, privacy.find(held, ID))
    privacy.key_path(held).unlink()
    with pytest.raises(CxError, match=r"key file .* is missing"):
        privacy.erase(held, privacy.find(held, "K90818"))


def test_who_has_the_same_name_loses_nothing(held, load):
    load(f"customer_id,name,started_on,cancelled_on\nK555,{NAME},2026-01-01,\n", name="e.csv", into=held)
    found = privacy.find(held, ID)
    assert (found.names, found.files) == ((), 4)
    privacy.erase(held, found)
    assert NAME.encode() in held.original(held.one_import(5)["sha256"])
    (own,) = held.query("select customer_name from customers_versions where customer_id = 'K555'").to_pylist()
    assert own["customer_name"] == NAME


def test_what_is_held_can_be_taken_along(held):
    with zipfile.ZipFile(io.BytesIO(privacy.taken_along(held, privacy.find(held, ID)))) as archive:
        assert sorted(archive.namelist()) == [
            "customers.csv",
            "other.json",
            "purchases.csv",
            "surveys.csv",
            "tickets.csv",
        ]
        assert NAME in archive.read("customers.csv").decode()
        rest = json.loads(archive.read("other.json"))
    assert len(rest["rejected rows"]) == 1
    assert {entry.get("customer") for entry in rest["written in the dashboard"]} == {
        ID,
        None,
    }  # the goal names nobody as customer


def test_every_number_of_the_sample_is_the_same_after_an_erasure(sample, tmp_path):
    path = copied(Path(sample.path), tmp_path) if sample.path else None
    assert path is not None
    with Store(path) as store:
        names = tuple(entry.name for entry in ALL)
        asked = [
            Query(names, "quarter"),
            Query(tuple(n for n in names if n.startswith(("nps", "churn", "retention"))), by=("team",)),
        ]

        def numbers():
            at = moment(store)
            return [queries.ask(DuckDBEngine(store), query, at).rows for query in asked]

        before = numbers()
        scoring.ensure(store)
        customer = people.page(store, Wanted(), limit=1)[1][0]["customer_id"]
        found = privacy.find(store, customer)
        assert found.total > 5
        privacy.erase(store, found)
        for one, other in zip(before, numbers(), strict=True):
            pd.testing.assert_frame_equal(one, other)
        assert customer.encode() not in bytes_of_files(path)


def bytes_of_files(path: Path) -> bytes:
    return b"".join(one.read_bytes() for one in path.parent.glob(f"{path.name}*"))
