"""Erasing a person: nothing of the person is left in any byte, every number stays, and old files bring nobody back."""

from __future__ import annotations

import gzip
import json
import shutil
import threading
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from cxdata import erasing, importing, journal, keyed, originals, people, queries
from cxdata.care import duplicates, follow_ups, scoring
from cxdata.care.follow_ups import FollowUp
from cxdata.engine import DuckDBEngine
from cxdata.errors import CxError
from cxdata.importing import write_left_out
from cxdata.metrics import ALL
from cxdata.metrics.base import Curve
from cxdata.questions import Query
from cxdata.sample import FILES, FOLDER
from cxdata.store import Store
from tests.conftest import NOW, current, filled_by

NUMBER, NAME, EMAIL = "C-10382", "Jan de Vries", "Jan.deVries@example.org"
CUSTOMERS = f"""customer_id,started_on,customer_name,email,monthly_value
C-10381,2025-01-01,Piet Smit,piet@example.org,10
{NUMBER},2025-02-01,{NAME},{EMAIL},20
C-10383,2025-03-01,Ria Bos,ria@example.org,30
"""
TICKETS = f"""ticket_id,created_at,customer_id,customer_name,subject,tags,team
1,2026-03-02 10:00,{NUMBER},{NAME},Mijn adres,verhuizen,Noord
2,2026-03-02 11:00,C-10381,Piet Smit,Vraag over {NAME} ({EMAIL.lower()}),,Noord
3,2026-03-02 12:00,,{NAME},Zonder nummer,,Zuid
12,niet een dag,{NUMBER},{NAME},Kapot,,Zuid
"""
SURVEYS = f"""answered_at,nps,customer_id,ticket_id,comment
2026-03-03,9,{EMAIL},,Fijn geholpen
2026-03-03,9,,1,Van mij
2026-03-04,2,C-10381,,Slecht
"""
PURCHASES = f"""customer_id,purchased_at,amount
{NUMBER},2026-03-05,12.5
12,2026-03-05,7
"""
NEEDLES = (NUMBER, NAME, EMAIL, "Fijn geholpen", "Van mij", "Mijn adres", "verhuizen", "Zonder nummer", "Kapot")


def fill(store, load) -> None:
    load(CUSTOMERS, name="klanten.csv")
    load(TICKETS, name="tickets.csv", kind="tickets")
    load(SURVEYS, name="enquete.csv", kind="surveys")
    load(PURCHASES, name="aankopen.csv", kind="purchases", groups=("customer_id",))
    journal.save(store, "goals", {"note": f"Bel {NAME}", "customer": NUMBER, "values": {"team": ["12"]}}, by=EMAIL)
    journal.save(store, "minutes", {"said": [f"{NUMBER}: terugbellen", "12"]})


@pytest.fixture
def filled(store):
    return filled_by(store, fill)


def erased(store: Store, said: str = NUMBER) -> erasing.Erasure:
    person = people.find(store, said)
    return erasing.erase(store, person, people.held(store, person), "Kim")


def everything(store: Store) -> bytes:
    """All that is kept, put together: every table as text, files unpacked, and the bytes of everything in the folder."""
    found = []
    for (table,) in [
        (row["name"],) for row in store.query("select table_name as name from duckdb_tables()").to_pylist()
    ]:
        if table != "originals":
            found.append(store.query(f"select * from {table}").to_pylist().__repr__().encode())
    for row in store.query("select distinct sha256 from originals").to_pylist():
        found.append(originals.read(store, row["sha256"]))
    found += [path.read_bytes() for path in sorted(store.path.parent.rglob("*")) if path.is_file()]
    return b"\n".join(found)


def left(store: Store, needles=NEEDLES) -> list[str]:
    all_of_it = everything(store).lower()
    return [word for word in needles if word.lower().encode() in all_of_it]


def numbers(store: Store) -> dict[tuple[str, str], str]:
    """Every metric in total, by month and by team; sums in doubles depend on the order of rows in the 16th digit only."""
    engine, moment, found = DuckDBEngine(store), store.moment(), {}
    for entry in ALL:
        for grain, by in (("total", ()), ("month", ()), ("total", ("team",))):
            if not (by and isinstance(entry.measure, Curve)):
                found[entry.name, f"{grain} {by}"] = queries.ask(
                    engine, Query((entry.name,), grain, by), moment
                ).rows.to_csv(float_format="%.14g")
    return found


@pytest.mark.parametrize("said", [NUMBER, EMAIL.upper(), NAME.lower()])
def test_nothing_is_left_in_any_byte(filled, said):
    assert left(filled) == list(NEEDLES)
    done = erased(filled, said)
    assert done.counts == {
        "tickets": 2,
        "surveys": 2,
        "customers": 1,
        "purchases": 1,
        "rejects": 1,
        "files": 4,
        "notes": 2,
    }
    assert left(filled) == []
    assert not filled.path.with_name("cx.duckdb.wal").exists()
    assert not filled.path.with_name("cx.duckdb.new").exists()


def test_rows_stay_as_rows_of_one_pseudonym(filled):
    erased(filled)
    (pseudonym,) = {row["customer_id"] for row in current(filled, "customers")} - {"C-10381", "C-10383"}
    assert pseudonym.startswith("erased-")
    assert len(pseudonym) == len("erased-xxxxxxxx")
    tickets = {row["key"]: row for row in current(filled, "tickets")}
    assert [tickets[key]["customer_id"] for key in "123"] == [pseudonym, "C-10381", None]
    assert [tickets[key]["customer_name"] for key in "123"] == [None, "Piet Smit", None]
    assert [tickets[key]["subject"] for key in "123"] == [None, f"Vraag over {pseudonym} ({pseudonym})", None]
    assert [tickets[key]["team"] for key in "123"] == ["Noord", "Noord", "Zuid"]
    surveys = sorted((row["nps"], row["customer_id"] or "", row["comment"] or "") for row in current(filled, "surveys"))
    assert surveys == [(2, "C-10381", "Slecht"), (9, "", ""), (9, pseudonym, "")]
    assert {row["customer_id"]: row["groups"] for row in current(filled, "purchases")} == {
        pseudonym: None, "12": [("own_customer_id", "12")],
    }  # fmt: skip


def test_kept_files_lose_the_lines_of_the_person_and_nothing_else(filled):
    before = {row["file_name"]: row["sha256"] for row in filled.imports()}
    erased(filled)
    pseudonym = next(
        row["customer_id"] for row in current(filled, "customers") if row["customer_id"].startswith("erased-")
    )
    assert originals.read(filled, before["klanten.csv"]).decode() == "".join(
        line for line in CUSTOMERS.splitlines(keepends=True) if NUMBER not in line
    )
    assert originals.read(filled, before["tickets.csv"]).decode().splitlines() == [
        TICKETS.splitlines()[0], f"2,2026-03-02 11:00,C-10381,Piet Smit,Vraag over {pseudonym} ({pseudonym}),,Noord",
    ]  # fmt: skip
    assert originals.read(filled, before["enquete.csv"]).decode().splitlines()[1:] == ["2026-03-04,2,C-10381,,Slecht"]


def test_records_lose_the_person_and_keep_what_groups_are_called(filled):
    erased(filled)
    (goal,), (minutes,) = journal.newest(filled, "goals"), journal.newest(filled, "minutes")
    pseudonym = goal.body["customer"]
    assert goal.body == {"note": f"Bel {pseudonym}", "customer": pseudonym, "values": {"team": ["12"]}}
    assert goal.saved_by == pseudonym
    assert minutes.body == {"said": [f"{pseudonym}: terugbellen", "12"]}


def test_a_short_number_is_only_a_whole_cell(store, load):
    load("customer_id,started_on,customer_name\n12,2025-01-01,Ad\n112,2025-01-12,Bo 12\n", name="klanten.csv")
    load("ticket_id,created_at,customer_id,subject\n12,2026-03-12 12:12,112,12 keer 12\n", kind="tickets")
    erased(store, "12")
    rows = current(store, "customers")
    assert [(row["customer_id"], row["customer_name"]) for row in rows if row["key"] == "112"] == [("112", "Bo 12")]
    (ticket,) = current(store, "tickets")
    assert (ticket["key"], ticket["customer_id"], ticket["subject"]) == ("12", "112", "12 keer 12")
    tickets = next(row for row in store.imports() if row["kind"] == "tickets")
    assert originals.read(store, tickets["sha256"]).decode().splitlines()[1] == "12,2026-03-12 12:12,112,12 keer 12"


def test_rejected_rows_stay_counted_without_the_person(filled):
    number = next(row["import_id"] for row in filled.imports() if row["kind"] == "tickets")
    erased(filled)
    _header, rows = filled.rejects(number)
    assert [(row["line"], row["value"], set(row["cells"]), json.loads(row["reason"])) for row in rows] == [
        (5, "", {""}, ["The person of this row was erased.", {}])
    ]


def test_every_number_of_the_sample_is_the_same(sample_path, tmp_path):
    path = tmp_path / "cx.duckdb"
    shutil.copy(sample_path, path)
    with Store(path) as store:
        before = numbers(store)
        row = store.query("""
            select c.customer_id, c.email, c.customer_name from customers_versions c
            where customer_id in (select customer_id from tickets_versions) and email in (select customer_id from surveys_versions)
              and customer_id in (select customer_id from purchases_versions) order by 1 limit 1""").to_pylist()[0]
        done = erased(store, row["customer_id"])
        assert {"tickets", "surveys", "customers", "purchases", "files"} <= set(done.counts)
        assert numbers(store) == before
        assert left(store, (row["customer_id"], row["email"])) == []
        for name in FILES:
            outcome = importing.import_file(store, FOLDER / name, now=NOW)
            assert (outcome.new, outcome.changed) == (0, 0)
        assert numbers(store) == before
        assert left(store, (row["customer_id"], row["email"])) == []


def test_the_same_files_and_later_ones_do_not_bring_the_person_back(filled, load):
    before = {kind: current(filled, kind) for kind in ("customers", "tickets", "surveys", "purchases")}
    erased(filled)
    for text, options in (
        (CUSTOMERS, {}),
        (TICKETS, {"kind": "tickets"}),
        (SURVEYS, {"kind": "surveys"}),
        (PURCHASES, {"kind": "purchases", "groups": ("customer_id",)}),
    ):
        outcome = load(text, name="again.csv", **options)
        assert (outcome.new, outcome.changed) == (0, 0)
        said = [one for one in outcome.notes if one.message.startswith("Rows of people who were erased")]
        assert len(said) == 1
    assert {kind: len(rows) for kind, rows in before.items()} == {kind: len(current(filled, kind)) for kind in before}
    load(CUSTOMERS + "C-10384,2025-04-01,Nieuw,nieuw@example.org,40\n", name="later.csv")
    load(TICKETS.replace("1,2026", "31,2026"), name="more.csv", kind="tickets")
    new = "answered_at,nps,e-mail of klant,comment\n2026-03-09,7," + EMAIL + ",Fijn geholpen\n"
    load(new, name="other.csv", kind="surveys", mapping={"customer_id": "e-mail of klant"})
    assert left(filled) == []
    pseudonyms = {row["customer_id"] for kind in before for row in current(filled, kind) if row["customer_id"]} - {
        "C-10381", "C-10383", "C-10384", "12",
    }  # fmt: skip
    assert len(pseudonyms) == 1


def test_a_column_that_is_not_used_does_not_bring_the_address_back(filled, load):
    erased(filled)
    load(
        f"ticket_id,created_at,contact\n7,2026-03-08 09:00,{EMAIL}\n8,2026-03-08 10:00,\n", name="x.csv", kind="tickets"
    )
    assert left(filled) == []
    assert {"7", "8"} <= {row["key"] for row in current(filled, "tickets")}


def test_workbooks_and_archives_with_the_person_are_not_kept(filled, tmp_path):
    book = tmp_path / "boek.xlsx"
    with xlsxwriter.Workbook(book) as made:
        sheet = made.add_worksheet("Klanten")
        for at, line in enumerate(CUSTOMERS.splitlines()):
            sheet.write_row(at, 0, line.split(","))
    other = tmp_path / "anderen.csv.gz"
    other.write_bytes(gzip.compress(b"customer_id,started_on,email\nC-1,2025-01-01,a@x.nl\nC-2,2025-02-01,\n"))
    digests = [importing.import_file(filled, path, now=NOW) and filled.imports()[0]["sha256"] for path in (book, other)]
    person = people.find(filled, NUMBER)
    held = people.held(filled, person)
    assert held.of(people.DROPPED) == ["boek.xlsx"]
    erasing.erase(filled, person, held)
    assert [len(originals.read(filled, digest)) > 0 for digest in digests] == [False, True]
    outcome = importing.import_file(filled, book, now=NOW)
    assert (outcome.new, outcome.changed) == (0, 0)
    assert originals.read(filled, digests[0]) == b""
    with (tmp_path / "left.csv").open("w") as out:
        assert write_left_out(filled, outcome.import_id, out) == 0


def test_all_versions_go_also_those_of_imports_that_were_undone(store, load):
    load(CUSTOMERS, name="eerst.csv")
    load(CUSTOMERS.replace(",20\n", ",25\n"), name="later.csv")
    store.undo(2)
    erased(store)
    assert left(store, (NUMBER, NAME, EMAIL)) == []
    store.redo(2)
    values = [row["monthly_value"] for row in current(store, "customers") if row["customer_id"].startswith("erased-")]
    assert values == [25]


def test_the_log_says_when_by_whom_and_how_much_and_not_who(filled):
    erased(filled)
    erased(filled, "C-10383")
    entries = erasing.log(filled)
    assert [(one.number, one.by) for one in entries] == [(2, "Kim"), (1, "Kim")]
    assert entries[0].counts == {"customers": 1, "files": 1}
    assert left(filled, ("C-10383", "Ria Bos")) == []


# --- who is meant -------------------------------------------------------------------------------------------


def test_nobody_and_several_are_said_without_names(store, load):
    load(
        "customer_id,started_on,customer_name,email\n1,2025-01-01,Jan Bos,jan@x.nl\n2,2025-01-01,Jan Bos,jan@x.nl\n3,2025-01-01,Ed,\n"
    )
    for said in ("", "Jan B", "erased-", "4"):
        with pytest.raises(CxError, match="Nobody is found"):
            people.find(store, said)
    for said in ("Jan Bos", "JAN@x.nl"):
        with pytest.raises(CxError, match="2 customers have that name or address"):
            people.find(store, said)
    assert people.find(store, "ed").numbers == {"3"}


def test_a_name_or_address_of_several_identifies_none_of_them(store, load):
    load("customer_id,started_on,customer_name,email\n1,2025-01-01,Jan Bos,post@x.nl\n2,2025-01-01,Jan Bos,post@x.nl\n")
    load(
        "ticket_id,created_at,customer_id,customer_name\n7,2026-01-01 10:00,post@x.nl,\n8,2026-01-01 10:00,,Jan Bos\n",
        kind="tickets",
    )
    person = people.find(store, "1")
    assert (person.emails, person.names) == (frozenset(), frozenset())
    assert people.held(store, person).rows == {"tickets": 0, "surveys": 0, "reviews": 0, "customers": 1, "purchases": 0}
    erased(store, "1")
    assert [row["customer_name"] for row in current(store, "tickets")] == [None, "Jan Bos"]


def test_a_person_known_by_name_only_is_found_by_it(store, load):
    load("ticket_id,created_at,customer_name\n1,2026-01-01 10:00,Eva Maas\n2,2026-01-01 10:00,Bo Tak\n", kind="tickets")
    assert erased(store, "eva maas").counts == {"tickets": 1, "files": 1}
    assert [row["customer_name"] for row in current(store, "tickets")] == [None, "Bo Tak"]


# --- care ---------------------------------------------------------------------------------------------------


def test_a_customer_under_two_numbers_is_erased_under_both_and_stays_one(filled):
    duplicates.merge(filled, "C-10383", NUMBER)
    before = numbers(filled)
    assert people.find(filled, "ria bos") == people.find(filled, NUMBER)
    erased(filled, "C-10383")
    assert left(filled, (*NEEDLES, "C-10383", "Ria Bos", "ria@example.org")) == []
    (own,) = duplicates.merges(filled)
    assert own.number != own.into
    assert own.number.startswith("erased-")
    assert own.into.startswith("erased-")
    assert numbers(filled) == before
    duplicates.separate(filled, own)
    assert filled.query("select count(*) as k from customer_facts").to_pylist() == [{"k": 3}]


def test_the_same_name_under_two_numbers_of_one_customer_is_one_person(store, load):
    load("customer_id,started_on,customer_name,email\n1,2025-01-01,Jan Bos,\n2,2025-01-01,Jan Bos,\n3,2025-01-01,Ed,\n")
    with pytest.raises(CxError, match="2 customers have that name"):
        people.find(store, "Jan Bos")
    duplicates.merge(store, "2", "1")
    person = people.find(store, "Jan Bos")
    assert (person.numbers, person.names) == ({"1", "2"}, {"jan bos"})


def test_follow_ups_and_scores_hold_nobody_who_was_erased(filled):
    own = FollowUp(0, NUMBER, "Eva", date(2026, 4, 1), "call", 1774000000, f"Detractor {NAME}", note=f"mail {EMAIL}")
    follow_ups.save(filled, own, FollowUp(0, "C-10381", "Eva", date(2026, 4, 1), "call", 1774000000))
    scoring.ensure(filled)
    names = filled.query("select name from customer_scores").to_pylist()
    assert {"name": NAME} in names
    erased(filled)
    scoring.ensure(filled)
    assert left(filled) == []
    first, second = (kept.follow_up for kept in follow_ups.follow_ups(filled))
    assert first.customer.startswith("erased-")
    assert (first.who, second.customer) == ("Eva", "C-10381")
    assert filled.query("select count(*) as k from customer_scores").to_pylist() == [{"k": len(names)}]


def test_what_colleagues_wrote_of_a_ticket_stays_without_the_name(filled, load):
    load(
        f"ticket_id,reviewer,reviewed_at,quality_accuracy (1-5),comment\n1,Kim,2026-03-05,4,Netjes voor {NAME}\n2,Kim,2026-03-05,2,Slordig\n",
        name="r.csv", kind="reviews",
    )  # fmt: skip
    before = numbers(filled)
    erased(filled)
    assert left(filled) == []
    assert sorted(row["comment"].split()[0] for row in current(filled, "reviews")) == ["Netjes", "Slordig"]
    assert numbers(filled) == before


# --- what can go wrong --------------------------------------------------------------------------------------


def test_nothing_is_changed_when_the_new_file_cannot_be_written(filled, monkeypatch):
    before = {row["name"]: row["k"] for row in counts(filled)}

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(erasing, "_log", fails)
    with pytest.raises(CxError, match="The disk is full"):
        erased(filled)
    assert {row["name"]: row["k"] for row in counts(filled)} == before
    assert {NAME, EMAIL} <= set(left(filled))
    assert not filled.path.with_name("cx.duckdb.new").exists()


def counts(store: Store) -> list[dict]:
    kinds = ("customers", "tickets", "surveys", "purchases")
    return store.query(
        " union all ".join(f"select '{k}' as name, count(*) as k from {k}_versions" for k in kinds)
    ).to_pylist()


def test_readers_of_the_old_file_are_waited_for(filled):
    reads, goes_on, seen = threading.Event(), threading.Event(), []

    def read() -> None:
        with filled.reading() as cursor:
            reads.set()
            goes_on.wait(10)
            seen.append(cursor.execute("select count(*) from customers_versions").fetchall()[0][0])
            with filled.reading() as other:  # who reads already goes on
                seen.append(other.execute("select count(*) from tickets_versions").fetchall()[0][0])

    reader = threading.Thread(target=read)
    reader.start()
    reads.wait(10)
    eraser = threading.Thread(target=erased, args=(filled,))
    eraser.start()
    goes_on.set()
    eraser.join(60)
    reader.join(10)
    assert seen == [3, 3]
    assert left(filled) == []


def test_readers_that_never_end_leave_everything_as_it_was(filled, monkeypatch):
    monkeypatch.setattr("cxdata.store.PATIENCE", 0.05)
    person = people.find(filled, NUMBER)
    held = people.held(filled, person)
    with filled.reading(), pytest.raises(CxError, match="Others are reading"):
        erasing.erase(filled, person, held)
    assert people.held(filled, person).rows == held.rows


def test_a_database_in_memory_cannot_be_erased_from(load):
    with Store(None) as memory:
        load(CUSTOMERS, into=memory)
        with pytest.raises(CxError, match="in memory only"):
            erased(memory)


def test_without_its_key_nothing_goes_in_that_could_bring_somebody_back(filled, load, tmp_path, monkeypatch):
    erased(filled)
    path = keyed.key_path(filled)
    assert path == filled.path.with_name("cx.key")
    assert path.stat().st_mode & 0o777 == 0o600
    elsewhere = tmp_path / "elders.key"
    shutil.move(path, elsewhere)
    with pytest.raises(CxError, match="The key of this database is not at"):
        load(TICKETS, kind="tickets")
    monkeypatch.setenv("CX_KEY_FILE", str(elsewhere))
    assert load(TICKETS, kind="tickets").unchanged == 3
    elsewhere.write_text("ab" * 32)
    with pytest.raises(CxError, match="is not that of this database"):
        load(TICKETS, kind="tickets")
    elsewhere.write_text("geheim")
    with pytest.raises(CxError, match="cannot be read"):
        load(TICKETS, kind="tickets")
    keyed.new_key(filled)
    assert load(TICKETS, kind="tickets").new == 0
    assert NAME in left(filled)


def test_the_key_is_in_no_byte_of_the_database(filled):
    erased(filled)
    key = keyed.key_path(filled).read_text().strip()
    assert key.encode() not in filled.path.read_bytes()
    assert bytes.fromhex(key) not in filled.path.read_bytes()


def test_an_erasure_holds_after_the_database_was_opened_again(filled):
    erased(filled)
    path = filled.path
    filled.close()
    with Store(path) as again:
        assert [one.by for one in erasing.log(again)] == ["Kim"]
        assert Path(path).exists()
        assert left(again) == []


def test_several_people_of_one_file_stay_out_of_it_in_one_reading(filled, load):
    erased(filled)
    erased(filled, "C-10383")
    outcome = load(CUSTOMERS.replace("C-10381", "C-10399"), name="nieuw.csv")
    assert (outcome.new, outcome.changed, outcome.unchanged) == (1, 0, 2)
    kept = originals.read(filled, filled.imports()[0]["sha256"]).decode().splitlines()
    assert kept == [CUSTOMERS.splitlines()[0], "C-10399,2025-01-01,Piet Smit,piet@example.org,10"]
    assert left(filled, (*NEEDLES, "C-10383", "Ria Bos", "ria@example.org")) == []
