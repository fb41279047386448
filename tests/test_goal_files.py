"""Goals as a table: what is taken along comes back as it went, and what a person wrote is read or refused with its line."""

from __future__ import annotations

import csv
import json
from datetime import date, datetime
from functools import cache
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from icalendar import Calendar

from cxdata import goal_calendar, goal_files, goal_records
from cxdata.__main__ import main
from cxdata.engine import DuckDBEngine
from cxdata.errors import MappingProblem, Undecided
from cxdata.goals import Action, CheckIn, Goal
from cxdata.i18n import set_language, speaking
from cxdata.importing import import_file
from cxdata.metrics import SINGLE, metric
from cxdata.store import Store


@pytest.fixture(autouse=True)
def english():
    set_language("en")
    yield
    set_language("en")


@cache
def database() -> bytes:
    """A database of two teams with twelve months of ten satisfaction answers each, read on 1 January 2026."""
    lines = ["response id,submitted at,csat,team"]
    for number in range(12):
        for team, good in (("Noord", 6 + number // 4), ("Zuid", 5)):
            lines += [
                f"{team}{number}-{at},2025-{number + 1:02d}-10,{5 if at < good else 1},{team}" for at in range(10)
            ]
    with TemporaryDirectory() as folder:
        file = Path(folder) / "answers.csv"
        file.write_text("\n".join(lines))
        with Store(Path(folder) / "cx.duckdb") as own:
            import_file(own, file)
            own.save_settings(own.settings().__class__(as_of="2026-01-01T00:00", zone="Europe/Amsterdam"))
        return (Path(folder) / "cx.duckdb").read_bytes()


@pytest.fixture
def path(tmp_path):
    made = tmp_path / "cx.duckdb"
    made.write_bytes(database())
    return made


@pytest.fixture
def store(path):
    with Store(path) as own:
        yield own


def goal(**own):
    made = {
        "id": 0, "metric": "csat", "values": {"team": ("Noord",)}, "baseline": 0.6, "target": 0.9, "start": date(2025, 7, 1),
        "deadline": date(2026, 3, 31), "owner": "Ada", "objective": "Keep renewals",
    }  # fmt: skip
    return Goal(**{**made, **own})


def planned(store, tmp_path, text, **more):
    file = tmp_path / "goals.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return goal_files.planned(store, DuckDBEngine(store), file, store.moment(), **more)


def said(plan):
    return [(row.line, row.what, " ".join(map(str, row.remarks))) for row in plan.rows]


def one(store, tmp_path, text, **more):
    (row,) = planned(store, tmp_path, text, **more).rows
    assert row.goal is not None, row.remarks
    return row.goal


# --- there and back -----------------------------------------------------------------------------------------

ODD = (
    goal(),
    goal(values={"team": ("Noord", "Zuid"), "segment": ("A, B",)}, baseline=0.74375, target=0.7499999999),
    goal(metric="nps", values={}, baseline=-12.125, target=-3.0, need='Say "hello"; quickly', because="=1+1"),
    goal(metric="first_response_time", baseline=7600.5, target=4500.0, clock="business", rhythm="weekly", grain="week"),
    goal(metric="sla_breaches", values={}, kind="total", baseline=0.0, target=1200.0, feedback="nps"),
    goal(metric="lifetime_value", values={}, baseline=1234.125, target=2000.0),
    goal(steps=((date(2025, 12, 31), 0.8), (date(2026, 3, 31), 0.9)), evidence=("late; rude", "-1 star, never again")),
    Goal(0, "ces", is_draft=True),
)


@pytest.mark.parametrize("code", ["en", "nl"])
@pytest.mark.parametrize("reader", ["en", "nl"])
def test_what_is_taken_along_comes_back_as_it_went(store, tmp_path, code, reader):
    kept = [goal_records.save_goal(store, own) for own in ODD]
    with speaking(code):
        data = goal_files.to_csv(kept)
    with speaking(reader):
        plan = planned(store, tmp_path, data)
    assert [(row.what, row.goal) for row in plan.rows] == [("unchanged", own) for own in kept]


def test_the_goals_of_the_sample_come_back(sample, tmp_path):
    kept = [one.goal for one in goal_records.goals(sample)]
    plan = planned(sample, tmp_path, goal_files.to_csv(kept))
    assert [row.goal for row in plan.rows] == kept
    assert plan.count("unchanged") == len(kept)


def test_nothing_in_the_file_is_a_formula(store):
    own = goal_records.save_goal(store, goal(because="=1+1", owner="@me", values={"team": ("-x",)}))
    rows = list(csv.DictReader(StringIO(goal_files.to_csv([own]).decode("utf-8-sig"))))
    assert [rows[0][name] for name in ("because", "owner", "team")] == ["'=1+1", "'@me", "'-x"]


# --- made by hand -------------------------------------------------------------------------------------------


def test_a_dutch_spreadsheet(store, tmp_path):
    text = (
        "Doelen 2026;;;;;;;\n"
        "Metriek;Team;Uitgangspunt;Doelwaarde;Begindatum;Einddatum;Eigenaar;Bedrijfsdoel;Ritme;Tussendoelen\n"
        "Klanttevredenheid;zuid;50,5%;85,5 %;1-1-2026;31-03-2026;Ada;Klanten houden;elke week;31-1-2026: 60,5% | 31-3-2026: 85,5%\n"
        ";;;;;;;;;\n"
    )
    assert one(store, tmp_path, text) == goal(
        values={"team": ("Zuid",)}, baseline=0.505, target=0.855, start=date(2026, 1, 1), objective="Klanten houden",
        rhythm="weekly", steps=((date(2026, 1, 31), 0.605), (date(2026, 3, 31), 0.855)), is_draft=True,
    )  # fmt: skip


def test_windows_and_its_line_ends(store, tmp_path):
    text = "metric;team;target;deadline;need\r\ncsat;Zuid;60%;31-3-2026;Geïnteresseerd\r\n".encode("cp1252")
    assert one(store, tmp_path, text).need == "Geïnteresseerd"


def test_several_values_of_a_filter(store, tmp_path):
    for cell in ("Noord | Zuid", '"Noord, Zuid"', "noord;zuid", '"Noord\nZuid"'):
        own = one(store, tmp_path, f"metric,team,target,deadline\ncsat,{cell},80%,2026-03-31\n")
        assert own.values == {"team": ("Noord", "Zuid")}


def test_durations_and_money_as_people_write_them(store, tmp_path):
    assert (
        one(store, tmp_path, "metric,baseline,target,deadline\nFirst response,4h,1 h 30 min,2026-03-31\n").target
        == 5400
    )
    assert (
        one(store, tmp_path, "metric;baseline;target;deadline\nlifetime_value;€ 200;1.250;2026-03-31\n").target == 1250
    )


def test_where_it_begins_is_measured(store, tmp_path):
    plan = planned(store, tmp_path, "metric,team,target,deadline\nCSAT,Zuid,80%,2026-03-31\n")
    (row,) = plan.rows
    assert (row.goal.baseline, row.goal.start) == (0.5, date(2026, 1, 1))
    assert "Where it begins was measured: 50.0%." in str(row.remarks[0])


def test_what_is_not_smart_is_a_draft(store, tmp_path):
    plan = planned(store, tmp_path, "metric,team,target,deadline\ncsat,Zuid,80%,2026-03-31\ncsat,,,\n")
    assert [row.goal.is_draft for row in plan.rows] == [True, True]
    assert "Choose the business objective it serves." in str(plan.rows[0].remarks[-1])
    assert "Somebody has to own it." in str(plan.rows[0].remarks[-1])


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("csatt,Noord,90%,2026-03-31,", 'There is no metric "csatt". Did you mean "CSAT"?'),
        ("Klanttevredenhied,Noord,90%,2026-03-31,", 'Did you mean "Klanttevredenheid"?'),
        (",Noord,90%,2026-03-31,", "The row names no metric."),
        ("csat,Nord,90%,2026-03-31,", 'There is no team "Nord". Did you mean "Noord"?'),
        ("csat,Noord,40%,2026-03-31,", "higher is better"),
        ("csat,Noord,140%,2026-03-31,", "lies between 0.0% and 100.0%"),
        ("csat,Noord,0.9,2026-03-31,", '"0.9" can be 90.0% and 0.9%'),
        ("csat,Noord,much,2026-03-31,", '"much" is no value here'),
        ("csat,Noord,90%,2026-13-31,", '"2026-13-31" is no date here'),
        ("csat,Noord,90%,2026-01-20,", "Choose 31 Jan 2026 or later"),
        ("csat,Noord,90%,2025-03-31,", "lies before the start"),
        ("csat,Noord,90%,2026-03-31,9", 'There is no goal "9". Leave the id empty for a new goal.'),
        ("csat,Noord,90%,2026-03-31,x", 'There is no goal "x"'),
        ("sla,Noord,90%,2026-03-31,", "was not measured"),
        ("survival,Noord,90%,2026-03-31,", "There is no metric"),
        ("csat,Noord,90%,2026-03-31,,,,surplus", "The row has 8 cells, the header 5."),
    ],
)
def test_a_row_that_cannot_be_is_a_sentence_and_the_others_go_on(store, tmp_path, row, sentence):
    text = f"metric,team,target,deadline,id\n{row}\ncsat,Noord,90%,2026-03-31,\ncsat,Zuid,90%,2026-04-30,\n"
    plan = planned(store, tmp_path, text)
    assert [entry.what for entry in plan.rows] == ["refused", "new", "new"]
    assert sentence in goal_files.remark(plan.rows[0])
    assert goal_files.remark(plan.rows[0]).startswith("Line 2: ")
    assert goal_records.goals(store) == ()
    goal_files.keep(store, plan)
    assert len(goal_records.goals(store)) == 2
    assert plan.sentence == "3 rows: 2 new, 0 changed, 0 unchanged, 1 refused."


def test_a_table_without_a_metric_is_refused(store, tmp_path):
    with pytest.raises(MappingProblem, match="says which metric"):
        planned(store, tmp_path, "team,target\nNoord,90%\n")
    with pytest.raises(MappingProblem, match='two columns for "team"'):
        planned(store, tmp_path, "metric,team,Team\ncsat,Noord,Zuid\n")


def test_a_column_that_is_not_known_is_said(store, tmp_path):
    plan = planned(store, tmp_path, "metric,colour\ncsat,red\n")
    assert [str(remark) for remark in plan.remarks] == ['The column "colour" is not one of goals and was passed over.']


def test_days_that_can_be_two_things(store, tmp_path):
    text = "metric,baseline,target,deadline\ncsat,60%,80%,05/04/2026\n"
    with pytest.raises(Undecided):
        planned(store, tmp_path, text)
    assert one(store, tmp_path, text, date_order="dmy").deadline == date(2026, 4, 5)
    assert one(store, tmp_path, text, date_order="mdy").deadline == date(2026, 5, 4)
    assert one(store, tmp_path, text.replace(",", ";")).deadline == date(2026, 4, 5)


# --- against what is kept -----------------------------------------------------------------------------------


def test_a_change_of_what_was_agreed_needs_its_reason(store, tmp_path):
    own = goal_records.save_goal(store, goal())
    text = "id,metric,target,reason\n{id},csat,95%,{reason}\n"
    plan = planned(store, tmp_path, text.format(id=own.id, reason=""))
    assert said(plan) == [(2, "refused", "What was agreed changes: say why, so that it can be read back later.")]
    goal_files.keep(store, planned(store, tmp_path, text.format(id=own.id, reason="Too easy")), "Bo")
    newest = goal_records.goal_history(store, own.id)[-1]
    assert (newest.goal, newest.reason, newest.saved_by) == (goal(id=own.id, target=0.95), "Too easy", "Bo")


def test_what_has_no_column_stays_as_it_was(store, tmp_path):
    own = goal_records.save_goal(store, goal(need="Speed", evidence=("late",), rhythm="weekly"))
    assert one(store, tmp_path, f"id,metric,owner\n{own.id},csat,Bo\n") == goal(
        id=own.id, need="Speed", evidence=("late",), rhythm="weekly", owner="Bo"
    )


def test_a_filter_on_a_column_of_the_organisation_stays(store, tmp_path):
    own = goal_records.save_goal(store, goal(values={"own_region": ("East",)}))
    (row,) = planned(store, tmp_path, goal_files.to_csv([own])).rows
    assert (row.what, row.goal) == ("unchanged", own)


def test_a_team_that_is_gone_stays_with_its_goal(store, tmp_path):
    own = goal_records.save_goal(store, goal(values={"team": ("West",)}))
    plan = planned(store, tmp_path, f"id,metric,team,owner\n{own.id},csat,West,Bo\n,csat,West,Bo\n")
    assert [row.what for row in plan.rows] == ["changed", "refused"]


def test_the_same_file_twice_adds_nothing(store, tmp_path):
    text = "metric,team,target,deadline,owner,objective\ncsat,Noord,90%,2026-03-31,Ada,Renewals\n"
    goal_files.keep(store, planned(store, tmp_path, text))
    plan = planned(store, tmp_path, text)
    assert [row.what for row in plan.rows] == ["unchanged"]
    assert goal_records.objectives(store) == ("Renewals",)


def test_one_goal_on_two_lines(store, tmp_path):
    own = goal_records.save_goal(store, goal())
    plan = planned(store, tmp_path, f"id,metric\n{own.id},csat\n{own.id},csat\n")
    assert said(plan)[1] == (3, "refused", f"Goal {own.id} stands on line 2 too. Keep one of the two.")


def test_a_goal_adds_up_to_another_that_is_there(store, tmp_path):
    whole = goal_records.save_goal(store, goal(values={}))
    part = goal_records.save_goal(store, goal(part_of=whole.id))
    text = "id,metric,part_of\n{},csat,{}\n"
    assert (
        said(planned(store, tmp_path, text.format(part.id, 99)))[0][2] == 'There is no goal "99" that it can add up to.'
    )
    assert said(planned(store, tmp_path, text.format(whole.id, part.id)))[0][2] == "A goal cannot add up to itself."
    assert one(store, tmp_path, text.format(part.id, "")).part_of == 0


# --- calendar -----------------------------------------------------------------------------------------------


def events(data):
    calendar = Calendar.from_ical(data)
    assert not calendar.errors
    assert all(not entry.errors for entry in calendar.events)
    assert len({str(entry["uid"]) for entry in calendar.events}) == len(calendar.events)
    return calendar.events


def test_days_for_a_calendar(store):
    own = goal_records.save_goal(store, goal(because="it's due; really, " + "long " * 40))
    goal_records.save_check_in(store, CheckIn(0, own.id, date(2025, 12, 20), 7))
    goal_records.save_action(store, Action(0, own.id, "Train", "training", "Bo", date(2026, 1, 15)))
    goal_records.save_action(store, Action(0, own.id, "Hire", "staffing", "Bo", date(2026, 1, 15), date(2026, 1, 2)))
    goal_records.save_goal(store, goal(is_draft=True))
    goal_records.save_goal(store, goal(deadline=date(2025, 12, 31)))
    data = goal_calendar.to_ics(store, store.moment())
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    found = events(data)
    assert [(str(entry["summary"]), entry.start) for entry in found] == [
        ("Review: CSAT, Noord", date(2026, 1, 20)),
        ("Review: CSAT, Noord", date(2026, 2, 20)),
        ("Review: CSAT, Noord", date(2026, 3, 20)),
        ("Deadline: CSAT, Noord", date(2026, 3, 31)),
        ("To do: Train (Bo)", date(2026, 1, 15)),
    ]
    assert all(type(entry.start) is date and "RRULE" not in entry for entry in found)
    assert "it's due; really, long" in str(found[0]["description"])
    with speaking("nl"):
        dutch = events(goal_calendar.to_ics(store, store.moment()))
    assert str(dutch[0]["summary"]) == "Bespreken: CSAT, Noord"
    assert [entry["uid"] for entry in dutch] == [entry["uid"] for entry in found]


def test_a_review_that_moves_keeps_its_uid(store):
    own = goal_records.save_goal(store, goal(start=date(2025, 12, 15)))
    before = events(goal_calendar.to_ics(store, store.moment()))
    goal_records.save_check_in(store, CheckIn(0, own.id, date(2026, 1, 25)))
    after = events(goal_calendar.to_ics(store, store.moment()))
    assert (before[1].start, after[0].start) == (date(2026, 2, 15), date(2026, 2, 25))
    assert before[1]["uid"] == after[0]["uid"]
    assert after[0]["sequence"] > before[1]["sequence"]
    assert isinstance(after[0]["dtstamp"].dt, datetime)


# --- command ------------------------------------------------------------------------------------------------


def command(capsys, path, *words):
    status = main(["goals", "--db", str(path), *words])
    out, error = capsys.readouterr()
    return status, out, error


def test_the_command_says_where_they_stand(sample_path, sample, capsys):
    status, out, _error = command(capsys, sample_path, "--format", "json")
    rows = json.loads(out)
    assert status == 0
    assert [row["status"] for row in rows] == [
        "at_risk",
        "lagging",
        "missed",
        "on_track",
        "on_track",
        "reached",
        "draft",
    ]
    noord = next(row for row in rows if row["id"] == 2)
    assert {name: noord[name] for name in ("metric", "team", "baseline", "target", "start", "deadline", "period")} == {
        "metric": "sla", "team": "Noord", "baseline": 0.53, "target": 0.75, "start": "2026-07-01",
        "deadline": "2026-12-31", "period": "2026-10-01",
    }  # fmt: skip
    assert noord["forecast_low"] < noord["forecast"] < noord["forecast_high"]
    assert noord["progress"] == pytest.approx((noord["current"] - 0.53) / 0.22)
    assert (noord["confidence"], noord["checked_on"], noord["next_review"]) == (5, "2026-10-06", "2026-11-06")
    assert noord["next_action"].startswith("Lumio Thuis")
    assert noord["sentence"].startswith("SLA, Noord from 53.0% to 75.0%")


def test_the_command_takes_a_team_and_a_status(sample_path, sample, capsys):
    assert len(json.loads(command(capsys, sample_path, "--team", "Noord", "--format", "json")[1])) == 2
    out = command(capsys, sample_path, "--team", "Noord", "--status", "missed", "--format", "csv")[1]
    assert [row["id"] for row in csv.DictReader(StringIO(out))] == ["5"]
    status, _out, error = command(capsys, sample_path, "--team", "Nord")
    assert (status, error) == (2, 'There is no team "Nord". Did you mean "Noord"?\n')
    assert command(capsys, sample_path, "--dry-run")[0] == 2
    assert "SLA, Zuid" in command(capsys, sample_path)[1]


def test_the_command_brings_in_and_takes_along(path, tmp_path, capsys):
    file = tmp_path / "in.csv"
    file.write_text("metric,team,target,deadline\ncsat,Zuid,80%,2026-03-31\ncsat,East,80%,2026-03-31\n")
    status, out, error = command(capsys, path, "--import", str(file), "--dry-run")
    assert status == 0
    assert "refused" in out
    assert error.endswith("2 rows: 1 new, 0 changed, 0 unchanged, 1 refused.\n")
    assert json.loads(command(capsys, path, "--format", "json")[1]) == []
    rows = json.loads(command(capsys, path, "--import", str(file), "--format", "json")[1])
    assert [(row["line"], row["what"], row["id"]) for row in rows] == [(2, "new", 1), (3, "refused", None)]
    for name in ("out.csv", "out.ics"):
        assert command(capsys, path, "--export", str(tmp_path / name))[:2] == (0, f"{tmp_path / name}\n")
    assert (
        command(capsys, path, "--import", str(tmp_path / "out.csv"))[2]
        == "1 rows: 0 new, 0 changed, 1 unchanged, 0 refused.\n"
    )
    assert events((tmp_path / "out.ics").read_bytes()) == []  # a draft
    assert command(capsys, path, "--export", "out.txt")[0] == 2
    file.write_text("metric,team\ncsat,East\n")
    assert command(capsys, path, "--import", str(file))[0] == 1


def test_every_metric_of_a_goal_is_found_by_its_labels():
    for entry in SINGLE:
        for code in ("en", "nl"):
            with speaking(code):
                label = goal_files._(entry.label)
            assert goal_files._metric(label) == metric(entry.name)
