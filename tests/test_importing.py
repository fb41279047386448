"""One import: rows, accounting, rejects, undo, and all the bad input there is."""

from __future__ import annotations

import csv
import io
import threading
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxdata import containers, importing
from cxdata import rejects as rejects_module
from cxdata.errors import CxError, Note, UnknownName
from cxdata.facts import TABLES
from cxdata.progress import STEPS, Cancelled, Progress
from cxdata.rejects import write_rejects
from cxdata.sample import FILES, FOLDER
from cxdata.store import Standing, Store
from cxdata.understanding import Choices
from tests.conftest import NOW, current, new_store

SAMPLES = Path(__file__).parent / "samples"
TICKETS = "ticket_id,created_at,resolved_at,status,team,subject\n"


def counts(outcome) -> tuple[int, int, int, int, int]:
    return (outcome.new, outcome.changed, outcome.unchanged, outcome.rejected, sum(outcome.left_out.values()))


def adds_up(outcome) -> bool:
    return outcome.rows == sum(counts(outcome))


def said(load, text, **options) -> str:
    with pytest.raises(CxError) as problem:
        load(text, **options)
    return str(problem.value)


def rejects(store, import_id=1) -> list[tuple]:
    """(line, column, value, reason) of the rejected rows, as they are shown."""
    file = io.StringIO()
    write_rejects(store, import_id, file)
    reasons = [row[-1] for row in list(csv.reader(io.StringIO(file.getvalue())))[1:]]
    rows = store.rejects(import_id)[1]
    return [(row["line"], row["column_name"], row["value"], said) for row, said in zip(rows, reasons, strict=True)]


# --- every encoding and delimiter, end to end

ENCODINGS = ("utf-8", "utf-8-sig", "windows-1252", "utf-16", "utf-16-le", "mac-roman")


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters(store, load, encoding, delimiter):
    end = "\r\n" if delimiter in ";|" else "\n"
    rows = [
        ["Ticketnummer", "Aangemaakt op", "Status", "Team", "Onderwerp"],
        ["00042", "13-02-2026 10:00", "Open", "Één", "Ik heb één vraag, over de café‑rekening".replace("‑", "-")],
        ["00043", "14-02-2026 10:00", "Gesloten", "Zuid", "Zoë's crème brûlée is niet geleverd"],
    ]
    text = end.join(delimiter.join(f'"{cell}"' for cell in row) for row in rows) + end
    outcome = load(text.encode(encoding))
    assert counts(outcome) == (2, 0, 0, 0, 0)
    found = [
        (row["ticket_id"], str(row["created_at"]), row["status"], row["team"], row["subject"])
        for row in current(store, "tickets")
    ]
    assert found == [
        ("00042", "2026-02-13 09:00:00", "open", *rows[1][3:]),
        ("00043", "2026-02-14 09:00:00", "closed", *rows[2][3:]),
    ]


def test_dates_of_which_all_lie_beyond_the_century_are_a_sentence(load):
    text = TICKETS + "1,9999-12-31 23:59:59,,open,A,a\n2,9999-12-31 23:59:59,,open,A,b\n"
    assert said(load, text).startswith("None of the 2 rows of file.csv could be read.")


# --- accounting


@pytest.fixture(scope="module")
def sample_again(sample_path, tmp_path_factory):
    """A copy of the sample that its own files are imported into once more."""
    path = tmp_path_factory.mktemp("again") / "copy.duckdb"
    path.write_bytes(sample_path.read_bytes())
    with Store(path) as made:
        yield made


@pytest.mark.parametrize("name", FILES)
def test_the_sample_adds_up_and_a_second_time_changes_nothing(sample_again, name):
    before = sample_again.query("select * from ticket_facts order by source, key")
    outcome = importing.import_file(sample_again, FOLDER / name, now=NOW)
    assert adds_up(outcome)
    assert (outcome.new, outcome.changed, outcome.rejected) == (0, 0, 0)
    assert outcome.unchanged == outcome.rows - sum(outcome.left_out.values())
    assert sample_again.query("select * from ticket_facts order by source, key").equals(before)


def test_new_changed_unchanged_rejected_and_repeated(store, load):
    load(TICKETS + "1,2026-01-05 10:00,,open,A,a\n2,2026-01-05 11:00,,open,A,b\n")
    outcome = load(
        TICKETS
        + "1,2026-01-05 10:00,,open,A,a\n"  # unchanged
        + "2,2026-01-05 11:00,,pending,A,b\n"  # an earlier state of the next
        + "2,2026-01-05 11:00,2026-01-06 10:00,closed,A,b\n"  # changed
        + "3,2026-01-05 12:00,,open,B,c\n"  # new
        + "4,yesterday,,open,B,d\n"  # rejected
    )
    assert (outcome.rows, counts(outcome)) == (5, (1, 1, 1, 1, 1))
    assert outcome.left_out == {importing.REPEATED: 1}
    assert [(row["key"], row["status"]) for row in current(store, "tickets")] == [
        ("1", "open"),
        ("2", "closed"),
        ("3", "open"),
    ]


def test_a_dry_run_says_the_same_and_keeps_nothing(store, load):
    load(TICKETS + "1,2026-01-05 10:00,,open,A,a\n")
    text = TICKETS + "1,2026-01-05 10:00,,closed,A,a\n2,2026-01-05 11:00,,open,A,b\n3,never,,open,A,c\n"
    version, rows = store.version, current(store, "tickets")
    dry = load(text, dry_run=True)
    assert (dry.import_id, counts(dry)) == (None, (1, 1, 0, 1, 0))
    assert (store.version, current(store, "tickets"), len(store.imports())) == (version, rows, 1)
    assert counts(load(text)) == counts(dry)


def test_rows_without_an_id_are_known_by_their_content(store, load):
    text = "Ingevuld op,NPS\n13-02-2026,9\n13-02-2026,9\n14-02-2026,3\n"
    assert counts(load(text)) == (3, 0, 0, 0, 0)
    assert counts(load(text)) == (0, 0, 3, 0, 0)
    assert counts(load(text + "14-02-2026,3\n")) == (1, 0, 3, 0, 0)


def test_ids_of_two_tools_are_not_the_same(store, load):
    load(
        "Conversation ID,Ticket created (UTC),Ticket title,Current ticket state category\n1,2026-01-05 10:00,a,Resolved\n"
    )
    assert counts(load("number,opened_at,state\n1,2026-01-05 10:00,New\n")) == (1, 0, 0, 0, 0)


ABOVE = """Report,Raw data,All answers,Exported by Eva,,
Survey,Satisfaction,2026,Amsterdam,,
Response ID,Response Status,Timestamp (mm/dd/yyyy),Seq. Number,How likely are you to recommend us?,Why?
1,Completed,03/04/2026 10:00:00,1,9,fine
2,Completed,03/05/2026 10:00:00,1,3,slow
"""


def test_a_header_below_a_preamble_is_the_one_that_a_known_tool_writes(store, load):
    outcome = load(ABOVE)
    assert (outcome.source, counts(outcome)) == ("questionpro", (2, 0, 0, 0, 0))
    assert [str(row["answered_at"]) for row in current(store, "surveys")] == [
        "2026-03-04 18:00:00",  # month first, as the header says; in California
        "2026-03-05 18:00:00",
    ]
    assert load(ABOVE, source="questionpro", dry_run=True).unchanged == 2


def test_an_effort_to_import_a_report_of_averages_is_answered(load):
    text = "Reporting period 2026-09-01 to 2026-09-08\n\nTeam name,Conversations count,Avg resolution time\nNoord,12,2 Hours\n"
    assert said(load, text).startswith("This Chatwoot report holds averages and counts, not conversations")


# --- undo

SMALL = (
    TICKETS + "1,2026-01-05 10:00,,open,A,a\n2,2026-01-06 10:00,,open,A,b\n",
    TICKETS + "2,2026-01-06 10:00,2026-01-07 10:00,closed,A,b\n3,2026-01-08 10:00,,open,B,c\n",
    TICKETS + "1,2026-01-05 10:00,2026-01-05 12:00,closed,B,a\n3,2026-01-08 10:00,,pending,B,c\n",
    "answered_at,response_id,nps,ticket_id\n2026-01-09 10:00,1,9,3\n2026-01-09 11:00,2,3,1\n",
    "customer_id,started_on,cancelled_on,team\n7,2025-01-01,,A\n8,2025-02-01,2026-01-31,B\n",
)


def state(store) -> list:
    """Everything that can be seen: current rows, facts and as-of."""
    kinds = [current(store, kind) for kind in ("tickets", "surveys", "customers", "purchases")]
    facts = [sorted(map(repr, store.query(f"select * from {table}").to_pylist())) for table in TABLES]
    return [kinds, facts, store.as_of()]


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_undo_in_any_order_is_as_if_it_had_never_been(tmp_path, data):
    paths = []
    for number, text in enumerate(SMALL):
        paths.append(tmp_path / f"{number}.csv")
        paths[-1].write_text(text)
    with new_store() as store, new_store() as fresh:
        there: dict[int, int] = {}  # import -> file
        undone: dict[int, int] = {}
        for _ in range(data.draw(st.integers(2, 7))):
            what = data.draw(st.sampled_from(["import", *["undo"] * bool(there), *["redo"] * bool(undone)]))
            if what == "undo":
                gone = data.draw(st.sampled_from(sorted(there)))
                standing, before = store.standing(gone), current(store, store.one_import(gone)["kind"])
                store.undo(gone)
                undone[gone] = there.pop(gone)
                assert len(before) - len(current(store, store.one_import(gone)["kind"])) == standing.alone
            elif what == "redo":
                back = data.draw(st.sampled_from(sorted(undone)))
                store.redo(back)
                there[back] = undone.pop(back)
            else:
                number = data.draw(st.integers(0, len(SMALL) - 1))
                outcome = importing.import_file(store, paths[number], now=NOW)
                assert adds_up(outcome)
                there[outcome.import_id] = number
        for import_id in sorted(there):
            importing.import_file(fresh, paths[there[import_id]], now=NOW)
        assert state(store) == state(fresh)


def test_undo_and_redo_say_beforehand_what_they_change(store, load):
    rows = [TICKETS + f"{n},2026-01-05 10:00,,open,A,a\n{n + 1},2026-01-05 10:00,,open,A,a\n" for n in (1, 2, 3)]
    for text in rows:
        load(text)
    assert store.standing(1) == Standing(alone=1, over=0, under=1)
    assert store.standing(2) == Standing(alone=0, over=1, under=1)
    store.undo(3)
    assert store.standing(2) == Standing(alone=1, over=1, under=0)
    assert store.standing(3) == Standing(alone=1, over=1, under=0)
    store.redo(3)
    assert [row["undone_at"] for row in store.imports()] == [None] * 3
    assert len(current(store, "tickets")) == 4
    with pytest.raises(CxError, match=r"Import 3 \(file.csv\) is not undone"):
        store.redo(3)


def test_a_redone_import_does_not_stand_beside_a_later_one_of_the_same_rows(store, load):
    text = TICKETS + "1,2026-01-05 10:00,,open,A,a\n"
    load(text)
    store.undo(1)
    assert load(text).new == 1  # nothing was there to meet
    store.redo(1)
    assert len(current(store, "tickets")) == 1


def test_a_record_of_questions_may_be_longer_than_the_header(load):
    text = (SAMPLES / "qualtrics.csv").read_text(encoding="utf-8")
    longer = text.replace("Anything else?\n", "Anything else?,one more,and more\n", 1)
    assert longer != text
    assert load(longer).new == load(text, into=Store(None)).new


# --- what was chosen before

ODD = "nr,wanneer,waar\n1,01-02-2026 10:00,A\n2,03-02-2026 10:00,B\n"
CHOSEN = {"ticket_id": "nr", "created_at": "wanneer", "team": "waar"}


def test_a_corrected_mapping_is_remembered_for_the_next_file_with_this_header(store, load):
    with pytest.raises(CxError):
        load(ODD)
    first = load(ODD, kind="tickets", mapping=CHOSEN, date_order="mdy")
    assert not first.understood["recalled"]
    second = load(ODD + "3,04-02-2026 10:00,B\n")
    assert (second.new, second.unchanged, second.understood["date_order"]) == (1, 2, "mdy")
    assert "Read with what was chosen for an earlier file" in str(second.notes[0]) + str(second.notes[-1])
    assert second.understood["columns"]["team"] == "waar"
    other = load(ODD, kind="tickets", mapping=CHOSEN)  # what is chosen now counts alone
    assert (other.understood["date_order"], other.understood["recalled"]) == ("dmy", "")
    with pytest.raises(CxError):
        load(ODD, recall=False)


def test_what_was_remembered_is_forgotten_when_a_file_goes_in_afresh(store, load):
    text = TICKETS + "1,01/02/2026 10:00,,open,A,a\n2,03/02/2026 10:00,,open,A,b\n"
    load(text, date_order="mdy")
    saved = store.query("select saved_at from remembered").to_pylist()
    assert load(text).understood["date_order"] == "mdy"
    assert store.query("select saved_at from remembered").to_pylist() == saved  # the day it was chosen
    semicolons = text.replace(",", ";")
    assert load(semicolons, recall=False).understood["date_order"] == "dmy"
    assert store.query("select count(*) as k from remembered").to_pylist() == [{"k": 0}]
    assert load(semicolons).understood["date_order"] == "dmy"


def test_a_dry_run_and_a_failed_import_remember_nothing(store, load):
    load(ODD, kind="tickets", mapping=CHOSEN, dry_run=True)
    assert store.remembered(("nr", "wanneer", "waar")) is None


def test_chosen_scales_are_remembered_too(store, load):
    text = "answered_at,response_id,tevredenheid\n2026-01-09 10:00,1,4\n2026-01-09 11:00,2,5\n"
    load(text, scales={"csat": (0, 5)})
    assert load(text, dry_run=True).understood["scales"] == {"csat": [0, 5]}


# --- the start of a large file


def test_the_start_of_a_file_shows_what_it_means(store, load, monkeypatch):
    monkeypatch.setattr(containers, "HEAD_BYTES", 400)
    rows = [f'{n},2026-01-05 10:00,,open,"Team\n{n}",a\n' for n in range(50)]
    outcome = load(TICKETS + "".join(rows), dry_run=True, head=True)
    assert 5 < outcome.rows == outcome.new < 50
    assert 300 < outcome.of_head < 400
    assert load(TICKETS + "".join(rows[:2]), dry_run=True, head=True).of_head == 0
    wide = load((TICKETS + "".join(rows)).encode("utf-16"), dry_run=True, head=True)
    assert (wide.rejected, wide.rows) == (0, wide.new)


def test_the_start_of_a_sheet_and_of_a_member_of_an_archive(store, tmp_path, monkeypatch):
    monkeypatch.setattr(containers, "HEAD_ROWS", 10)
    path = next(
        path for path in sorted((Path(__file__).parent / "samples").glob("*.csv")) if path.name == "zendesk.csv"
    )
    text = path.read_text(encoding="utf-8").splitlines(keepends=True)
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("tickets.csv", "".join([text[0], *text[1:2] * 1000]))
    monkeypatch.setattr(containers, "HEAD_BYTES", 4000)
    outcome = importing.import_file(store, archive, now=NOW, dry_run=True, head=True)
    assert (outcome.of_head > 0, 1 < outcome.rows < 20) == (True, True)


# --- progress and stopping


def test_progress_rises_through_all_steps(store, load):
    progress, seen = Progress(), []
    begin = progress.begin

    def recorded(step, cursor=None):
        begin(step, cursor)
        seen.append((step, progress.fraction))

    progress.begin = recorded
    load(TICKETS + "1,2026-01-05 10:00,,open,A,a\n", progress=progress)
    assert list(dict.fromkeys(step for step, _ in seen)) == list(STEPS)[1:]
    assert [fraction for _, fraction in seen] == sorted(fraction for _, fraction in seen)
    assert 0.9 < progress.fraction <= 1


@pytest.mark.parametrize("step", list(STEPS)[1:])
def test_stopping_leaves_nothing_behind(store, load, step):
    load(TICKETS + "9,2026-01-05 10:00,,open,A,a\n")
    before, progress = state(store), Progress()
    begin = progress.begin

    def stopped_at(name, cursor=None):
        if name == step:
            progress.cancel()
        begin(name, cursor)

    progress.begin = stopped_at
    with pytest.raises(Cancelled, match="Nothing of the file was kept"):
        load(TICKETS + "1,2026-01-05 10:00,,open,A,a\n", progress=progress)
    assert state(store) == before
    assert len(store.imports()) == 1
    load(TICKETS + "1,2026-01-05 10:00,,open,A,a\n")
    assert len(store.imports()) == 2


def test_a_query_is_interrupted(store, load, monkeypatch):
    progress, rebuild = Progress(), store.rebuild

    def endless(cursor, *_changed):
        threading.Timer(0.2, progress.cancel).start()
        cursor.execute("select count(*) from range(100000000) a, range(100000000) b where a.range % 7 = b.range % 5")
        rebuild(cursor)

    monkeypatch.setattr(store, "rebuild", endless)
    with pytest.raises(Cancelled):
        load(TICKETS + "1,2026-01-05 10:00,,open,A,a\n", progress=progress)
    assert store.imports() == []


def test_stopping_while_the_file_is_kept_leaves_nothing_behind(store, load, monkeypatch):
    progress, keep = Progress(), importing.originals.keep

    def stopped(cursor, packed):
        keep(cursor, packed)
        progress.cancel()

    monkeypatch.setattr(importing.originals, "keep", stopped)
    before = state(store)
    with pytest.raises(Cancelled):
        load(TICKETS + "1,2026-01-05 10:00,,open,A,a\n", progress=progress)
    assert state(store) == before
    assert store.query("select count(*) as k from originals")["k"].to_pylist() == [0]


# --- what a careful analyst would remark


def remarks(outcome) -> str:
    return "\n".join(map(str, outcome.notes))


def test_the_same_in_every_row_is_remarked(load):
    rows = "".join(f"{n},2026-01-{n + 1:02} 10:00,,open,{'AB'[n % 2]},a\n" for n in range(25))
    assert 'The same in every row: "status" (open).' in remarks(load(TICKETS + rows))
    assert "The same in every row" not in remarks(load(TICKETS + rows[:200], dry_run=True))


def test_months_without_rows_are_remarked(load):
    def file(*months):
        rows = [f"{m}{n},2026-{m:02}-{n + 10:02} 10:00,,open,{'AB'[n % 2]},a\n" for m in months for n in range(12)]
        return TICKETS + "".join(rows)

    assert "No rows in 2026-03, 2026-04, between months" in remarks(load(file(1, 2, 5, 6, 7), dry_run=True))
    assert "No rows in" not in remarks(load(file(1, 2, 3, 4, 5), dry_run=True))


def test_another_tool_over_the_same_days_is_remarked(store, load):
    load(TICKETS + "1,2026-01-05 10:00,,open,A,a\n2,2026-03-05 10:00,,open,A,a\n")
    zammad = (SAMPLES / "freshdesk.csv").read_text(encoding="utf-8")
    first = load(zammad, dry_run=True)
    overlapping = first.first <= "2026-03-05" and first.last >= "2026-01-05"
    assert ('Import 1 ("file.csv") is from another tool' in remarks(first)) == overlapping
    load(TICKETS + f"1,{first.first} 10:00,,open,A,a\n", name="later.csv")
    assert 'Import 2 ("later.csv") is from another tool and covers the same days' in remarks(load(zammad, dry_run=True))
    store.undo(2)
    assert "later.csv" not in remarks(load(zammad, dry_run=True))


# --- what was decided, and why


def decided(outcome) -> dict[str, tuple[str, str]]:
    return {what: (value, str(Note(*why))) for what, value, why in outcome.understood["decisions"]}


@pytest.mark.parametrize(
    ("text", "choices", "what", "value", "why"),
    [
        ("1,2026-01-05 10:00,,open,A,a", {}, "zone", "Europe/Amsterdam", "the time zone of the organisation"),
        ("1,2026-01-05 10:00,,open,A,a", {"zone": "UTC"}, "zone", "UTC", "chosen by you"),
        ("1,2026-01-05T10:00:00+05:00,,open,A,a", {}, "zone", "Europe/Amsterdam", "every time carries its own offset"),
        (
            "1,2026-01-05T10:00:00+05:00,31-01-2026 10:00,open,A,a",
            {},
            "zone",
            "Europe/Amsterdam",
            "the time zone of the organisation",
        ),
        ("1,2026-01-05 10:00,,open,A,a", {}, "date_order", "ymd", "written year first"),
        ("1,25-01-2026 10:00,,open,A,a", {}, "date_order", "dmy", "numbers above 12 can only be days"),
        ("1,01/25/2026 10:00,,open,A,a", {}, "date_order", "mdy", "numbers above 12 can only be days"),
    ],
)
def test_decisions_of_tickets_have_their_reason(load, text, choices, what, value, why):
    found = decided(load(TICKETS + text + "\n", **choices))
    assert found[what][0] == value
    assert found[what][1].startswith(why)


@pytest.mark.parametrize(
    ("question", "answers", "choices", "what", "value", "why"),
    [
        ("How satisfied are you?", "123455", {}, "csat", "1–5", "answers from 1–5"),
        ("How satisfied are you (1-7)?", "123455", {}, "csat", "1–7", "the question says so"),
        ("How satisfied are you?", "123455", {"scales": {"csat": (0, 10)}}, "csat", "0–10", "chosen by you"),
        ("How likely are you to recommend us?", "789933", {}, "nps", "0–10", "the question of loyalty is asked so"),
        ("How easy was it to get help?", "1234567", {}, "direction", "easy", "the question says so"),
        ("How easy was it to get help?", "1234567", {"direction": "hard"}, "ces", "7–1", "answers from 1–7"),
    ],
)
def test_decisions_of_surveys_have_their_reason(load, question, answers, choices, what, value, why):
    rows = "".join(f"{n},2026-01-09 10:00,{score}\n" for n, score in enumerate(answers))
    found = decided(load(f'response_id,answered_at,"{question}"\n{rows}', **choices))
    assert found[what][0] == value
    assert found[what][1].startswith(why)


def test_a_decimal_mark_has_its_reason(load):
    text = "customer_id;started_on;monthly_value\n1;2026-01-01;12,50\n2;2026-01-01;1.250,00\n"
    assert decided(load(text))["decimal"] == (",", "numbers with a comma before the last digits")


def test_undo_says_what_cannot_be(store, load):
    load(TICKETS + "1,2026-01-05 10:00,,open,A,a\n")
    store.undo(1)
    for number, sentence in ((1, r"Import 1 \(file.csv\) was undone already, on "), (7, "There is no import 7")):
        with pytest.raises(CxError, match=sentence):
            store.undo(number)


# --- rejects


def test_rejected_rows_have_line_column_value_and_reason(store, load):
    load(
        TICKETS
        + '1,2026-01-05 10:00,,open,A,"two\nlines"\n'
        + "2,yesterday,,open,A,x\n"
        + ",2026-01-05 10:00,,open,A,x\n"
        + "4,2026-01-05 10:00,2026-01-06 10:00,closed,A,x\n"
        + "5,2026-01-05 10:00,2026-01-06 11:00,closed,A,x\n"
        + '6,2026-01-05 10:00,soon,open,A,"x, y"\n'
    )
    assert rejects(store) == [
        (4, "created_at", "yesterday", 'line 4, column "created_at": "yesterday" is no date and time that can be read (expected iso).'),
        (5, "ticket_id", "", 'line 5, column "ticket_id": The cell is empty, and every row needs Ticket number.'),
        (8, "resolved_at", "soon", 'line 8, column "resolved_at": "soon" is no date and time that can be read (expected iso).'),
    ]  # fmt: skip


def test_rejects_can_be_mended_and_dropped_again(store, load):
    load(TICKETS + '1,2026-01-05 10:00,,open,A,x\n2,yesterday,,open,A,"a, ""b""\nc"\n')
    file = io.StringIO()
    assert write_rejects(store, 1, file) == 1
    outcome = load(file.getvalue().replace("2,yesterday", "2,2026-01-06 10:00"))
    assert counts(outcome) == (1, 0, 0, 0, 0)
    assert [(row["key"], row["subject"]) for row in current(store, "tickets")] == [("1", "x"), ("2", 'a, "b"\nc')]


def test_rejects_of_a_file_with_three_header_records_keep_them(store, load):
    names = "StartDate,EndDate,Status,Finished,RecordedDate,ResponseId,Q1\n"
    below = names.replace("Q1", "How likely are you to recommend us?") + names.replace(
        "RecordedDate", '"{""timeZone"":""America/Denver""}"'
    )
    rows = "".join(f"x,x,IP Address,True,2026-01-05 10:0{n},R_{n},{score}\n" for n, score in enumerate((9, 11, 3)))
    assert counts(load(names + below + rows)) == (2, 0, 0, 1, 0)
    file = io.StringIO()
    write_rejects(store, 1, file)
    outcome = load(file.getvalue().replace("R_1,11", "R_1,10"))
    assert counts(outcome) == (1, 0, 0, 0, 0)
    assert outcome.understood["zone"] == "America/Denver"
    assert [row["nps"] for row in current(store, "surveys")] == [9, 10, 3]


def test_ragged_rows_are_rejected_and_the_others_go_in(store, load):
    outcome = load(
        TICKETS
        + "1,2026-01-05 10:00,,open,A,x\n"
        + "2,2026-01-05 10:00,,open,A,x,y,z\n"
        + "3,2026-01-05 10:00\n"
        + "\n"
        + '4,2026-01-05 10:00,,open,A,"x\n'
    )
    assert (outcome.rows, counts(outcome)) == (4, (2, 0, 0, 2, 0))
    assert rejects(store) == [
        (3, "", "", "line 3: The row has 8 cells, the header 6."),
        (6, "", "", "line 6: A quotation mark is opened and never closed."),
    ]


def test_a_footer_is_no_row(load):
    outcome = load(TICKETS + "1,2026-01-05 10:00,,open,A,x\n2,2026-01-05 10:00,,open,A,x\n\nGrand Totals (2 records)\n")
    assert (outcome.rows, counts(outcome), outcome.left_out) == (3, (2, 0, 0, 0, 1), {importing.FOOTER: 1})


# --- one transaction


@pytest.mark.parametrize("where", ["rebuild", "keep"])
def test_what_breaks_in_the_middle_leaves_nothing(store, load, monkeypatch, where):
    load(TICKETS + "1,2026-01-05 10:00,,open,A,x\n")
    before = (state(store), store.version, store.imports())

    def breaks(*_args):
        raise RuntimeError("the power is gone")

    with monkeypatch.context() as patched:
        patched.setattr(*((store, "rebuild") if where == "rebuild" else (rejects_module.Rejects, "keep")), breaks)
        with pytest.raises(RuntimeError):
            load(TICKETS + "1,2026-01-05 10:00,,closed,A,x\nx,never,,open,A,x\n")
    assert (state(store), store.version, store.imports()) == before
    assert store.query("select count(*) as k from originals").to_pylist() == [{"k": 1}]
    assert counts(load(TICKETS + "1,2026-01-05 10:00,,closed,A,x\n")) == (0, 1, 0, 0, 0)


# --- bad input: a sentence, or a rejected row while the rest goes in

NO_FILE = {
    "empty": (b"", "file.csv is empty (0 bytes). Export it again."),
    "only the header": (TICKETS, "file.csv holds a header and no rows. Nothing was imported."),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "file.csv is a PNG picture, not a table. Choose the CSV file that your tool exported."),
    "half a workbook": (b"PK\x03\x04[Content_Types].xml", "file.csv is a workbook that is damaged or not complete. Open it in the program that wrote it and save it again, or export it again."),
    "white space": (b" \n \n", "file.csv has no table: there is only white space, or its first line is over a million characters. Choose the CSV file that your tool exported."),
    "another kind of file": (
        "name,colour,size\nA,red,3\n",
        'This looks most like Tickets, but no column was found for "Ticket number" (ticket_id), "Created" (created_at). '
        "Columns found: name, colour, size. Choose the column (--map ticket_id=COLUMN), or say what the file holds (--as).",
    ),
    "a required column that is not there": (
        "ticket_id,status,team\n1,open,A\n",
        'This looks most like Tickets, but no column was found for "Created" (created_at). '
        "Columns found: ticket_id, status, team. Choose the column (--map created_at=COLUMN), or say what the file holds (--as).",
    ),
    "a required column without dates": (
        "ticket_id,created_at,status\n1,red,open\n2,blue,open\n",
        'Column "created_at" holds no dates that can be read, such as "blue". Choose the column that holds Created (--map created_at=COLUMN).',
    ),
    "a survey that asks nothing we know": (
        "RespondentID,End Date,Favourite colour\n1,2026-01-05,red\n",
        "No loyalty, satisfaction or effort question was found. Choose the column that holds one (--map nps=COLUMN, "
        "--map csat=COLUMN or --map ces=COLUMN). Columns found: RespondentID, End Date, Favourite colour.",
    ),
    "a question answered with yes or no": (
        "RespondentID,End Date,Would you recommend us?\n" + "".join(f"{n},2026-01-05,{n % 2}\n" for n in range(6)),
        "No loyalty, satisfaction or effort question was found. Choose the column that holds one (--map nps=COLUMN, "
        "--map csat=COLUMN or --map ces=COLUMN). Columns found: RespondentID, End Date, Would you recommend us?.",
    ),
    "an effort score without a direction": (
        "answered_at,ces\n2026-01-05,6\n2026-01-05,2\n",
        'Effort score "ces" left out: it does not say whether a high score means easy or much effort. '
        "Import the file again with that choice (--direction easy or --direction hard).",
    ),
    "no row that can be read": (
        "answered_at,nps\n2026-01-05,11\n2026-01-06,12\n",
        'None of the 2 rows of file.csv could be read. The first: line 2, column nps: "11" is no score on the scale 0–10.',
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", NO_FILE)
def test_what_cannot_go_in_is_a_sentence(store, load, what):
    content, sentence = NO_FILE[what]
    version = store.version
    assert said(load, content) == sentence
    assert (store.version, store.imports()) == (version, [])


def test_a_kind_is_said_of_a_file_without_any_of_its_columns(load):
    assert said(load, "colour,size\nred,3\n", kind="tickets").endswith(
        "Columns found: colour, size. Choose the column (--map ticket_id=COLUMN), or say what the file holds (--as)."
    )


def test_a_file_in_which_no_row_has_the_cells_of_the_header(load):
    assert said(load, "ticket_id,created_at\n1,2026-03-02,x,y\n", kind="tickets").startswith(
        "None of the 1 rows of file.csv could be read. The first: "
    )


def test_a_file_that_is_not_there(store, tmp_path):
    with pytest.raises(CxError, match=r"gone.csv does not exist. Check the name and the folder\."):
        importing.import_file(store, tmp_path / "gone.csv")


def test_mixed_line_ends_and_nul_bytes(store, load):
    outcome = load(
        (
            TICKETS + "1,2026-01-05 10:00,,open,A,x\r2,2026-01-05 10:00,,open,A,y\r\n3,2026-01-05 10:00,,open,A,a\0b\n"
        ).encode()
    )
    assert counts(outcome) == (3, 0, 0, 0, 0)
    assert [row["subject"] for row in current(store, "tickets")] == ["x", "y", "ab"]


def test_of_two_columns_with_one_name_the_first_counts(store, load):
    load("ticket_id,created_at,Status,Status,Subject,Subject\n1,2026-01-05 10:00,open,closed,a,b\n")
    assert [(row["status"], row["subject"]) for row in current(store, "tickets")] == [("open", "a")]


def test_ten_thousand_columns(store, load):
    more = 9_997
    outcome = load(
        "ticket_id,created_at,status," + ",".join(f"x{n}" for n in range(more)) + "\n"
        + "".join(f"{row},2026-01-05 10:00,open,{','.join('v' * more)}\n" for row in range(3))
    )  # fmt: skip
    assert counts(outcome) == (3, 0, 0, 0, 0)


def test_one_bad_cell_rejects_its_row_only(store, load):
    load("answered_at,nps\n2026-01-05,11\n2026-01-06,9\n2205-01-06,9\n2026-01-07,10\n2026-02-30,8\n")
    assert [row["nps"] for row in current(store, "surveys")] in ([9, 10], [10, 9])
    assert [(line, column, value) for line, column, value, _ in rejects(store)] == [
        (2, "nps", "11"), (4, "answered_at", "2205-01-06"), (6, "answered_at", "2026-02-30"),
    ]  # fmt: skip


def test_resolved_before_created_is_kept_and_said(store, load):
    outcome = load(TICKETS + "1,2026-01-05 10:00,2026-01-04 10:00,closed,A,x\n")
    assert counts(outcome) == (1, 0, 0, 0, 0)
    assert [str(entry) for entry in outcome.notes] == [
        "1 tickets are resolved before they were created; their duration is left out."
    ]


def test_what_looks_like_a_number_or_a_formula_stays_text(store, load):
    load(
        "ticket_id,created_at,status,customer_id,subject\n00042,2026-01-05 10:00,open,1e5,=1+1\n43,2026-01-05 10:00,open,007,<b>hi</b>\n"
    )
    assert [(row["key"], row["customer_id"], row["subject"]) for row in current(store, "tickets")] == [
        ("00042", "1e5", "=1+1"), ("43", "007", "<b>hi</b>"),
    ]  # fmt: skip


def test_a_duration_longer_than_a_life_is_a_rejected_row(store, load):
    outcome = load(
        "ticket_id,created_at,resolution_s,status\n1,2026-01-05 10:00,60,closed\n2,2026-01-05 10:00,1e30,closed\n"
    )
    assert counts(outcome) == (1, 0, 0, 1, 0)


@pytest.mark.parametrize("name", ["it's.csv", "a b.csv", "$start :x.csv", 'q"uote.csv', "é.csv", "{0}.csv"])
def test_names_of_files_are_only_names(store, load, name):
    assert counts(load(TICKETS + "1,2026-01-05 10:00,,open,A,x\n", name=name)) == (1, 0, 0, 0, 0)
    assert store.imports()[0]["file_name"] == name


def test_hostile_words_stay_words(store, load):
    hostile = ["O'Brien", "x'; drop table imports; --", "$as_of_s", ":until", "{word}", "\\", '"']
    rows = "".join(
        f'{n},2026-01-05 10:00,,"{word.replace(chr(34), chr(34) * 2)}","{word.replace(chr(34), chr(34) * 2)}",s\n'
        for n, word in enumerate(hostile)
    )
    outcome = load(TICKETS + "9,2026-01-05 10:00,,open,A,x\n" + rows)
    assert counts(outcome) == (8, 0, 0, 0, 0)
    assert [row["team"] for row in current(store, "tickets")] == [*hostile, "A"]
    assert all(str(entry) for entry in outcome.notes)


# --- choices


def test_columns_can_be_chosen(store, load):
    load(
        "Nr,Wanneer,Wie\nx1,2026-01-05 10:00,Noord\n",
        mapping={"ticket_id": "Nr", "created_at": "wanneer", "team": "Wie"},
        kind="tickets",
    )
    assert [(row["key"], row["team"]) for row in current(store, "tickets")] == [("x1", "Noord")]


def test_chosen_columns_say_which_kind_it_is(store, load):
    outcome = load("Wanneer,Cijfer\n2026-01-05 10:00,9\n", mapping={"answered_at": "Wanneer", "nps": "Cijfer"})
    assert outcome.kind == "surveys"


def test_a_column_can_be_taken_off(store, load):
    load(TICKETS + "1,2026-01-05 10:00,,open,A,x\n", mapping={"team": ""})
    assert current(store, "tickets")[0]["team"] is None


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ({"team": "Teem"}, 'There is no column "Teem". Did you mean "team"?'),
        ({"taem": "team"}, 'There is no field of tickets "taem". Did you mean "team"?'),
    ],
)
def test_unknown_columns_and_fields_suggest_the_nearest(load, mapping, sentence):
    assert said(load, TICKETS + "1,2026-01-05 10:00,,open,A,x\n", mapping=mapping) == sentence


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        ({"date_order": "dmj"}, 'There is no date order "dmj". Did you mean "dmy"?'),
        ({"decimal": "comma"}, 'There is no decimal mark "comma". There are: ,, ..'),
        ({"direction": "eazy"}, 'There is no direction of the effort score "eazy". Did you mean "easy"?'),
        ({"zone": "Europe/Amsterdan"}, 'There is no time zone "Europe/Amsterdan". Did you mean "Europe/Amsterdam"?'),
    ],
)
def test_choices_are_checked(choice, sentence):
    with pytest.raises(UnknownName) as problem:
        Choices(**choice)
    assert str(problem.value) == sentence


def test_the_order_of_dates_is_asked_and_can_be_chosen(store, load):
    text = "ticket_id,created_at,status\n1,03/04/2026 10:00,open\n"
    assert said(load, text).startswith('In "created_at" no number above 12 shows which is the day')
    load(text, date_order="mdy", zone="UTC")
    assert [str(row["created_at"]) for row in current(store, "tickets")] == ["2026-03-04 10:00:00"]


def test_a_hint_is_taken_and_said(load):
    outcome = load("Ticketnummer;Datum;Status\n1;03/04/2026 10:00;open\n")
    assert [str(entry) for entry in outcome.notes] == [
        "Dates are read day-first (semicolons go with day-first dates): no number above 12 decides it. If that is wrong, "
        "undo and import again with the other order."
    ]


def test_an_effort_score_takes_its_direction(store, load):
    for direction, ends in (("easy", (1, 7)), ("hard", (7, 1))):
        load("response_id,answered_at,ces\n1,2026-01-05,7\n2,2026-01-05,1\n3,2026-01-05,7\n", direction=direction)
        assert {(row["ces_worst"], row["ces_best"]) for row in current(store, "surveys")} == {ends}


def test_a_zone_in_the_header_or_chosen(store, load):
    load("Ticket ID,Created (UTC),Status\n1,2026-01-05 10:00,open\n")
    load("Ticket ID,Created,Status\n2,2026-01-05 10:00,open\n", zone="America/New_York")
    assert [str(row["created_at"]) for row in current(store, "tickets")] == [
        "2026-01-05 10:00:00",
        "2026-01-05 15:00:00",
    ]


def test_rows_that_are_no_answers_are_left_out_with_the_reason(load):
    names = "StartDate,EndDate,Status,Finished,RecordedDate,ResponseId,Q1\n"
    rows = [
        ("IP Address", "True"),
        ("Survey Preview", "True"),
        ("IP Address", "False"),
        ("Spam", "True"),
        ("IP Address", "1"),
    ]
    text = "".join(f"x,x,{status},{finished},2026-01-05 10:00,R{n},9\n" for n, (status, finished) in enumerate(rows))
    outcome = load(names + names.replace("Q1", "Recommend?") + names + text)
    assert (counts(outcome), outcome.left_out) == (
        (2, 0, 0, 0, 3),
        {"preview answers": 1, "answers marked as spam": 1, "unfinished answers": 1},
    )


def test_one_score_column_for_several_questions(store, load):
    load(
        "Response ID,Survey type,Score,Response date\n"
        "1,nps,9,2026-01-05 10:00\n2,csat,4,2026-01-05 10:00\n3,nps,0,2026-01-05 10:00\n"
    )
    assert [(row["nps"], row["csat"], row["csat_worst"], row["csat_best"]) for row in current(store, "surveys")] == [
        (9, None, None, None), (None, 4, 1, 5), (0, None, None, None),
    ]  # fmt: skip


# --- as-of


@pytest.mark.parametrize(
    ("text", "newest"),
    [
        (TICKETS + "1,2026-01-05 10:00,2026-01-06 12:00,closed,A,x\n", "2026-01-06T11:00"),
        (TICKETS + "1,2026-01-05 10:00,2030-01-06 12:00,closed,A,x\n", "2026-01-05T09:00"),  # not yet
        (
            "customer_id,started_on,cancelled_on,team,segment\n1,2026-01-05,2030-01-01,A,s\n",
            "2026-01-05T23:00",
        ),  # the whole day
        ("ticket_id,created_at,status\n1,2026-01-05,open\n", "2026-01-05T23:00"),
    ],
)
def test_as_of_is_the_newest_instant_that_is_not_in_the_future(store, load, text, newest):
    from datetime import UTC, datetime

    load(text)
    assert datetime.fromtimestamp(store.as_of(), UTC).isoformat(timespec="minutes") == f"{newest}+00:00"


def test_lines_come_in_order_within_a_cause(store, load):
    load(TICKETS + "".join(f"{n},{'never' if n % 3 == 0 else '2026-01-05 10:00'},,open,A,x\n" for n in range(30)))
    lines = [row[0] for row in rejects(store)]
    assert lines == list(range(2, 32, 3))
    assert all(after > before for before, after in pairwise(lines))


# --- a long file, read as its first rows mean it -------------------------------------------------------------

HEAD = "id,created_at,resolved_at,status,priority,channel,team,replies\n"
ROWS = [
    f"T{n},2026-03-{n:02} 09:00:00,2026-03-{n:02} 11:30:00,closed,{'high' if n % 2 else 'low'},email,Noord,{n % 3}"
    for n in range(1, 13)
]
LATER = {
    "as the first": "T13,2026-03-13 09:00:00,,closed,low,email,Zuid,4",
    "a new word for a status": "T13,2026-03-13 09:00:00,,gesloten,low,email,Noord,1",
    "a word that nobody knows": "T13,2026-03-13 09:00:00,,blauw,low,email,Noord,1",
    "a new channel": "T13,2026-03-13 09:00:00,,closed,low,E-mail,Noord,1",
    "blanks": "T13,2026-03-13 09:00:00,,closed,low,email, Noord ,1",
    "wide blanks": "T13,2026-03-13 09:00:00,,closed,low,email,Noord\u00a0,1",
    "a word for nothing": "T13,2026-03-13 09:00:00,,closed,low,email,n/a,1",
    "another form of date": "T13,13-03-2026 09:00,,closed,low,email,Noord,1",
    "no date": "T13,soon,,closed,low,email,Noord,1",
    "a number with a comma": 'T13,2026-03-13 09:00:00,,closed,low,email,Noord,"1,5"',
    "no number": "T13,2026-03-13 09:00:00,,closed,low,email,Noord,many",
    "no id": ",2026-03-13 09:00:00,,closed,low,email,Noord,1",
    "no date where it is needed": "T13,,,closed,low,email,Noord,1",
    "a key that was there": "T5,2026-03-13 09:00:00,,open,low,email,Noord,1",
    "too many cells": "T13,2026-03-13 09:00:00,,closed,low,email,Noord,1,1",
    "over two lines": 'T13,2026-03-13 09:00:00,,closed,low,email,"No\nord",1',
}


@pytest.mark.parametrize("later", LATER.values(), ids=LATER)
def test_a_long_file_is_read_as_a_short_one(store, load, tmp_path, monkeypatch, later):
    text = HEAD + "\n".join([*ROWS, later, *(row.replace("T", "U", 1) for row in ROWS)]) + "\n"
    short = load(text)
    with new_store() as other:
        monkeypatch.setattr(importing, "FIRST_ROWS", 5)
        long = load(text, into=other)
        assert long == short
        assert current(other, "tickets") == current(store, "tickets")
        assert rejects(other) == rejects(store)
        assert other.query("select current_setting('preserve_insertion_order') as ordered").to_pylist() == [
            {"ordered": True}
        ]


def test_a_long_file_is_read_in_one_go_where_nothing_stands_against_it(load, monkeypatch):
    monkeypatch.setattr(importing, "FIRST_ROWS", 5)
    monkeypatch.setattr(importing._Import, "_whole", None)
    assert counts(load(HEAD + "\n".join(ROWS) + "\n")) == (12, 0, 0, 0, 0)


@pytest.mark.parametrize("name", FILES)
def test_the_sample_is_the_same_read_as_long_files(sample_path, tmp_path, monkeypatch, name):
    monkeypatch.setattr(importing, "FIRST_ROWS", 50)
    with new_store() as made, new_store() as other:
        long = importing.import_file(made, FOLDER / name, now=NOW)
        monkeypatch.undo()
        assert long == importing.import_file(other, FOLDER / name, now=NOW)
        assert current(made, long.kind) == current(other, long.kind)


def test_of_many_rows_the_last_of_a_key_counts_and_lines_are_those_of_the_file(store, load):
    rows = 300_000  # enough for two cores to take turns
    lines = [f"{n % 250_000},2026-03-01 00:00:00,{'-' if n % 7 else 'open'},{n}" for n in range(rows)]
    lines[200_001] = "x,never,open,1"
    outcome = load("id,created,status,subject\n" + "\n".join(lines) + "\n")
    assert (outcome.new, outcome.rejected, outcome.left_out) == (249_999, 1, {importing.REPEATED: 50_000})
    assert [row[0] for row in rejects(store)] == [200_003]
    found = store.query("select count(*) as k from tickets_versions where cast(subject as bigint) < 50000").to_pylist()
    assert found == [{"k": 0}]


# --- tickets and their satisfaction scores in one file -------------------------------------------------------

BESIDE = """Summation column,Id,Requester,Created at,Solved at,Group,Status,Satisfaction Score
1,7,Jan,2026-03-01 09:00,2026-03-02 10:00,Noord,Solved,Good
1,8,Piet,2026-03-01 09:30,2026-03-02 11:00,Noord,Solved,Bad with comment
1,9,Els,2026-03-03 09:30,2026-03-04 11:00,Zuid,Solved,Offered
1,10,Eva,2026-03-03 09:30,,Zuid,Open,Unoffered
"""


def test_tickets_and_the_scores_beside_them_both_go_in(store, load, ask):
    outcome = load(BESIDE)
    tickets, answers = outcome.all
    assert (tickets.kind, tickets.new, tickets.import_id) == ("tickets", 4, 1)
    assert (answers.kind, answers.rows, answers.import_id) == ("surveys", 4, 2)
    assert adds_up(answers)
    assert ask("tickets_created", "csat") == {"tickets_created": 4, "csat": 0.5}
    again = load(BESIDE)
    assert [one.unchanged + sum(one.left_out.values()) for one in again.all] == [4, 4]
    store.undo(answers.import_id)
    store.undo(again.beside.import_id)
    assert ask("tickets_created", "csat") == {"tickets_created": 4, "csat": None}


def test_what_breaks_in_the_scores_takes_the_tickets_with_it(store, load, monkeypatch):
    whole = importing._Import.keep

    def broken(steps, *arguments):
        whole(steps, *arguments)
        if steps.after:
            raise RuntimeError("in the middle")

    monkeypatch.setattr(importing._Import, "keep", broken)
    with pytest.raises(RuntimeError):
        load(BESIDE)
    assert store.imports() == []
    assert current(store, "tickets") == current(store, "surveys") == []


def test_ragged_rows_stand_beside_tickets_too(load):
    tickets, answers = load(BESIDE + "1,11,Bo,2026-03-03 09:30,,Zuid,Open,Good,too,many\n").all
    assert (tickets.new, tickets.rejected, answers.new, answers.rejected) == (4, 1, 3, 1)
    assert adds_up(answers)


def test_a_file_in_which_no_ticket_has_a_score_is_tickets_only(load):
    nobody = BESIDE.replace(",Good", ",Unoffered").replace(",Bad with comment", ",").replace(",Offered", ",Unoffered")
    assert load(nobody).beside is None


def test_a_dry_run_shows_how_each_field_is_understood_and_keeps_nothing(store, load):
    outcome = load(BESIDE, dry_run=True)
    seen = {one.name: one for one in outcome.seen}
    assert seen["created_at"].written[0] == "2026-03-01 09:00"
    assert seen["created_at"].understood[0] == "2026-03-01 09:00:00"
    assert (seen["resolved_at"].filled, seen["status"].understood) == (3, ("solved", "solved", "solved", "open"))
    assert [one.name for one in outcome.beside.seen if one.name == "csat"] == ["csat"]
    assert store.imports() == []
    assert current(store, "tickets") == []


def test_a_table_of_an_archive_is_opened_as_it_is_imported(tmp_path):
    path = tmp_path / "night.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", TICKETS + "1,2026-03-01 09:00,,open,N,x\n")
        archive.writestr("empty.csv", "")
    first, second = importing.parts_of(path, Choices(), tmp_path)
    assert importing.opened(first, tmp_path).header == tuple(TICKETS.strip().split(","))
    with pytest.raises(CxError, match="one row at most"):
        importing.opened(second, tmp_path)
