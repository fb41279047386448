"""Reports: what is in the files is what the pages are told, in both languages, and nothing in them is a formula."""

from __future__ import annotations

import io
import math
import zipfile
from dataclasses import replace
from datetime import date, datetime, timedelta

import pypdfium2
import pytest
from python_calamine import CalamineWorkbook

from cxdata import goal_overview, goal_records, queries, reports, selection, sheets
from cxdata.__main__ import main
from cxdata.boards import BOARDS, RETENTION, SERVICE, board
from cxdata.downloads import FORMATS
from cxdata.engine import DuckDBEngine
from cxdata.errors import CxError
from cxdata.filters import Filters, Period
from cxdata.formats import value
from cxdata.goal_progress import said_of
from cxdata.goals import sentence
from cxdata.i18n import _, set_language
from cxdata.metrics import metric
from cxdata.paper import to_pdf
from cxdata.selection import Held
from cxdata.sheets import to_xlsx

YEAR = Period(date(2025, 11, 1), date(2026, 11, 1))


@pytest.fixture(autouse=True)
def english():
    set_language("en")
    yield
    set_language("en")


def made(store, *names: str, **more):
    filters = Filters(YEAR, more.pop("values", {}), "calendar")
    boards = [board(name) for name in names] or BOARDS
    return reports.report(DuckDBEngine(store), boards, filters, Held(YEAR.previous()), store.moment(), **more)


def workbook(data: bytes) -> dict[str, list[list]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def texts(data: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(data)
    return [page.get_textpage().get_text_range() for page in document]


def plain(cell):
    """A cell as the number that an answer holds."""
    return cell.total_seconds() / 86400 if isinstance(cell, timedelta) else cell


# --- workbook -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entry", BOARDS, ids=lambda entry: entry.name)
def test_the_rows_of_a_sheet_are_those_of_the_answers(entry, sample):
    report = made(sample, entry.name)
    rows = workbook(to_xlsx(report))[_(entry.title)]
    at = 0
    for panel, answer in report.chapters[0].panels:
        fresh = queries.ask(DuckDBEngine(sample), panel.query(Filters(YEAR), report.grain), sample.moment())
        if reports.measured_on(answer) and not answer.rows["n"].any():
            continue
        at = next(place for place in range(at, len(rows)) if str(rows[place][0]).endswith(_(panel.title)))
        head = next(
            place
            for place in range(at, at + 5)
            if "n" in rows[place] or "No" in str(rows[place][0]) or "Nothing" in str(rows[place][0])
        )
        if "n" not in rows[head]:
            continue
        value_at, n_at = rows[head].index("Value"), rows[head].index("n")
        for shown, row in zip(rows[head + 1 :], fresh.rows.itertuples(), strict=False):
            unit = metric(row.metric).unit
            if math.isnan(row.value):
                assert shown[value_at] == ""
            else:
                assert plain(shown[value_at]) == pytest.approx(sheets.typed(row.value, unit), abs=1e-5)
            assert shown[n_at] == row.n
        at = head + len(fresh.rows)


def test_the_first_sheet_says_what_it_is_about(sample):
    report = made(sample, "sla", values={"team": ("Noord",)}, made=datetime(2026, 11, 2, 9, 30))
    rows = workbook(to_xlsx(report))["Summary"]
    said = {row[0]: row[1] for row in rows if row[0]}
    assert said["Period"] == "Nov 2025 – Oct 2026"
    assert said["Compared with"] == "Nov 2024 – Oct 2025"
    assert said["Team"] == "Noord"
    assert said["Channel"] == "All channels"
    assert said["Data up to"] == "31 Oct 2026"
    assert said["Made"] == "2 Nov 2026, 09:30"
    card = next(row for row in rows if row[0] == "SLA adherence")
    found = report.chapters[0].cards["sla"]
    assert card[1:5] == pytest.approx([found.value, found.low, found.high, found.n])
    assert card[5:7] == pytest.approx([found.before, found.before_n])
    assert card[7] == pytest.approx(100 * found.change)


def test_sheets_are_in_the_readers_language(sample):
    set_language("nl")
    book = workbook(to_xlsx(made(sample, "service", "retention")))
    assert list(book) == ["Samenvatting", "Service", "Klantbehoud", "Definities"]
    assert "Klantverloop" in {row[0] for row in book["Definities"]}


def test_every_metric_of_the_report_is_defined(sample):
    rows = workbook(to_xlsx(made(sample)))["Definitions"]
    assert {name for entry in BOARDS for name in entry.metrics} <= {row[1] for row in rows}


def test_text_is_never_a_formula(load, store):
    rows = "\n".join(f'{i},2026-01-{i + 1:02},{i % 11},"=HYPERLINK(""http://x"",""y"")"' for i in range(20))
    load(f"ID,Survey date,NPS,Team\n{rows}\n")
    data = to_xlsx(made(store, "voice_of_customer"))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets_ = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    assert not any("<f>" in sheet for sheet in sheets_)
    assert any('=HYPERLINK("http://x","y")' in row for row in workbook(data)["Voice of customer"])


@pytest.mark.parametrize(
    ("title", "name"),
    [("A/B: [x]?", "A B   x"), ("'", "–"), ("x" * 40, "x" * 31), ("History", "History 2"), ("Service", "Service 2")],
)
def test_names_of_sheets_are_those_that_excel_allows(title, name):
    assert sheets.sheet_name(title, {"service"}) == name


# --- PDF ----------------------------------------------------------------------------------------------------


def test_the_pdf_says_numbers_choices_and_definitions(sample):
    report = made(sample, values={"team": ("Noord",)})
    pages = texts(to_pdf(report))
    whole = "\n".join(pages)
    for chapter in report.chapters:
        assert chapter.board.title in whole
        for name, found in chapter.cards.items():
            assert value(found.value, metric(name).unit) in whole
            assert f"n = {found.n:,}" in whole or metric(name).unit == "count"
        for panel, _answer in chapter.panels:
            assert panel.title.split(",")[0] in whole
    for number, page in enumerate(pages, start=1):
        assert f"{number} / {len(pages)}" in page
        assert "Noord · Nov 2025 – Oct 2026 against Nov 2024 – Oct 2025" in page
        assert "data up to 31 Oct 2026" in page
    assert "Rules for all numbers" in pages[-1]


def test_the_pdf_is_in_the_readers_language(sample):
    set_language("nl")
    whole = "\n".join(texts(to_pdf(made(sample, "retention"))))
    for said in ("Klantbehoud", "Klantverloop", "tegenover", "Formule", "gegevens tot en met 31 okt 2026", "€"):
        assert said in whole


def test_a_filter_that_a_page_does_not_have_is_said(sample):
    report = made(sample, "retention", values={"channel": ("email",)})
    assert "not filtered here by: Channel" in report.chapters[0].sentence
    assert report.chapters[0].cards["churn_rate"].ignored == ()


def test_a_page_without_data_says_so_and_one_alone_is_an_error(load, store):
    rows = "\n".join(f"{i},2026-01-{i + 1:02},{i % 11}" for i in range(20))
    load(f"ID,Survey date,NPS\n{rows}\n")
    report = made(store, "voice_of_customer", "service")
    assert SERVICE.what in "\n".join(texts(to_pdf(report)))
    assert any(row[0] == SERVICE.what for row in workbook(to_xlsx(report))["Service"])
    with pytest.raises(CxError, match="This page needs tickets"):
        made(store, "service")


def test_estimated_customers_are_said(load, store):
    rows = "\n".join(f"t{i},k{i % 7},2026-0{1 + i % 6}-03 10:00" for i in range(40))
    load(f"Ticket ID,Customer ID,Created at\n{rows}\n", kind="tickets")
    assert "Estimated from activity" in made(store, "retention").chapters[0].remarks[0]


@pytest.mark.parametrize("name", ["Łódź", "東京", "🎧", "مرحبا", "x" * 90])
def test_any_name_can_be_written(load, store, name):
    rows = "\n".join(f"{i},2026-01-{i + 1:02},{i % 11},{name}" for i in range(20))
    load(f"ID,Survey date,NPS,Team\n{rows}\n")
    report = made(store, "voice_of_customer", values={"team": (name,)})
    for entry in FORMATS:
        assert len(entry.write(report)) > 10_000


# --- the choices --------------------------------------------------------------------------------------------


def test_period_codes_are_seen_from_the_last_whole_day():
    seen = date(2026, 5, 10)
    assert selection.period_of("12m", seen) == Period(date(2025, 6, 1), date(2026, 6, 1))
    assert selection.period_of("prev", seen) == Period(date(2026, 4, 1), date(2026, 5, 1))
    assert selection.period_of("lastyear", seen) == Period(date(2025, 1, 1), date(2026, 1, 1))
    assert selection.period_of("all", seen, date(2024, 2, 9)) == Period(date(2024, 2, 1), date(2026, 6, 1))
    assert selection.period_of("custom", seen, None, Period(date(2026, 1, 1), date(2026, 1, 8))).days == 7


def test_a_year_before_a_leap_year_is_whole_in_the_sentence(sample):
    whole = Period(date(2025, 1, 1), date(2026, 1, 1))
    said = selection.sentence(Filters(whole), Held(whole.year_before()), sample.moment(), ())
    assert "2025 against 2024 ·" in said


# --- command line -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["pdf", "xlsx"])
def test_report_writes_a_file(sample_path, tmp_path, suffix, capsys):
    out = tmp_path / f"report.{suffix}"
    arguments = ["report", "--out", str(out), "--page", "sla", "--team", "Noord", "--lang", "nl", "--compare", "year"]
    assert main([*arguments, "--from", "2026-01-01", "--to", "2026-04-01", "--db", str(sample_path)]) == 0
    assert capsys.readouterr().out.strip() == str(out)
    said = "\n".join(texts(out.read_bytes())) if suffix == "pdf" else str(workbook(out.read_bytes()))
    assert "Noord · jan – mrt 2026 tegenover jan – mrt 2025" in said


@pytest.mark.parametrize(
    ("arguments", "said", "status"),
    [
        (["--out", "report.doc"], 'There is no kind of report ".doc"', 2),
        (["--out", "report"], 'There is no kind of report "". There are: .pdf, .xlsx.', 2),
        (["--out", "nowhere/at/all.pdf"], "all.pdf cannot be written: No such file or directory.", 1),
        (["--out", "r.pdf", "--page", "servise"], 'There is no page "servise". Did you mean "service"?', 2),
        (["--out", "r.pdf", "--team", "Noort"], 'There is no team "Noort". Did you mean "Noord"?', 2),
        (["--out", "r.pdf", "--from", "2026-01-01"], "A report needs both --from and --to, or --period.", 1),
        (["--out", "r.pdf", "--from", "2026-02-01", "--to", "2026-01-01"], "The period ends (2026-01-01) before", 1),
    ],
)  # fmt: skip
def test_wrong_usage_of_report_is_a_sentence(sample_path, tmp_path, monkeypatch, capsys, arguments, said, status):
    monkeypatch.chdir(tmp_path)
    assert main(["report", *arguments, "--db", str(sample_path)]) == status
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_report_without_data_is_a_sentence(tmp_path, capsys):
    from cxdata.store import Store

    with Store(tmp_path / "empty.duckdb"):
        pass
    assert main(["report", "--out", str(tmp_path / "r.pdf"), "--db", str(tmp_path / "empty.duckdb")]) == 1
    assert "There is no data yet" in capsys.readouterr().err


def test_a_report_has_the_title_and_the_remark_it_is_given(sample):
    report = made(sample, "sla", title="Monday", remark="Sample data")
    first, *rest = texts(to_pdf(report))
    assert "Monday" in first
    assert all("Sample data" in page for page in (first, *rest))
    assert [row[0] for row in workbook(to_xlsx(report))["Summary"][:3]] == ["Monday", report.sentence, "Sample data"]


def test_boards_of_a_report_are_asked_once_each(sample):
    assert [chapter.board.name for chapter in made(sample).chapters] == [entry.name for entry in BOARDS]
    assert made(sample, RETENTION.name).title == "Retention"


# --- goals --------------------------------------------------------------------------------------------------


def followed(store, *teams):
    return goal_overview.overview(store, DuckDBEngine(store), store.moment(), teams)


def test_goals_are_a_chapter_with_what_is_known_of_each(sample):
    report = made(sample, "sla", goals=followed(sample))
    assert report.title == "Customer care report"
    document = pypdfium2.PdfDocument(to_pdf(report))
    assert [entry.get_title() for entry in document.get_toc()] == ["SLA", "Goals", "Definitions"]
    said = " ".join(" ".join(page.split()) for page in texts(to_pdf(report)))
    for one in report.goals:
        assert sentence(one.goal) in said
        if not one.goal.is_draft:
            assert said_of(one.goal, one.standing.found) in said
    assert "(overdue)" in said
    assert "Learned: Nabellen maakt goed" in said


def test_goals_in_the_workbook_are_numbers(sample):
    set_language("nl")
    rows = workbook(to_xlsx(made(sample, "sla", goals=followed(sample))))["Doelen"]
    head = next(place for place, row in enumerate(rows) if row[0] == "Nummer")
    found = {int(row[0]): dict(zip(rows[head], row, strict=True)) for row in rows[head + 1 : head + 8]}
    noord = next(one for one in followed(sample) if one.goal.id == 2)
    assert found[2]["Status"] == "Loopt achter"
    assert found[2]["Nu"] == pytest.approx(noord.standing.found.measured.value)
    assert found[2]["Verwachting"] == pytest.approx(noord.standing.ahead.value)
    assert found[2]["Volgende bespreking"] == noord.review
    assert plain(found[4]["Gevraagd op het eind"]) == pytest.approx(4500 / 86400)
    assert sum(row[2:3] == ["SLA, Noord"] for row in rows) == 6


def test_a_report_can_be_of_goals_alone(sample):
    report = reports.report(
        DuckDBEngine(sample), (), Filters(YEAR, {"team": ("Noord",)}), Held(YEAR.previous()), sample.moment(),
        goals=followed(sample, "Noord"),
    )  # fmt: skip
    assert [one.goal.id for one in report.goals] == [2, 5]
    assert report.title == "Goals"
    assert "Noord; where they stand with the data up to 31 Oct 2026" in texts(to_pdf(report))[0]
    assert list(workbook(to_xlsx(report))) == ["Summary", "Goals", "Definitions"]
    assert "There are no goals here." in texts(to_pdf(replace(report, goals=())))[0]


def test_the_command_offers_goals(sample_path, sample, tmp_path, capsys):
    out = tmp_path / "goals.xlsx"
    assert main(["report", "--db", str(sample_path), "--page", "goals", "--team", "Zuid", "--out", str(out)]) == 0
    rows = workbook(out.read_bytes())["Goals"]
    assert [row[3] for row in rows if row[0] == 3] == ["Zuid"]
    assert main(["report", "--db", str(sample_path), "--page", "goal", "--out", str(out)]) == 2
    assert 'Did you mean "goals"?' in capsys.readouterr().err
    assert main(["report", "--db", str(sample_path), "--out", str(out)]) == 0
    assert "Goals" in workbook(out.read_bytes())


def test_charts_of_a_report_have_the_paths_and_actions_of_goals(sample):
    paths = [kept.goal for kept in goal_records.goals(sample)]
    report = made(sample, "sla", values={"team": ("Noord",)}, paths=paths, done=goal_records.done_as_events(sample))
    more = report.chapters[0].more.values()
    assert {goal.id for found in more for goal in found.get("goals", ())} == {2}
    assert any(event.name.startswith("Twee collega") for found in more for event in found.get("events", ()))
    assert "goal 67.7%" in " ".join(texts(to_pdf(report)))


def test_a_section_that_nothing_in_the_data_fills_is_one_sentence(store, load):
    load("ticket_id,created_at,status,channel\n1,2026-01-05,open,email\n2,2026-01-05,open,chat\n")
    (chapter,) = made(store, "channels").chapters
    assert "Bots, self-service and people" not in {section.title for section in chapter.board.sections}
    assert {panel.key for panel, _answer in chapter.panels} == {panel.key for panel in chapter.board.panels}
    (remark,) = chapter.remarks
    assert remark.startswith("Bots, self-service and people: No file says whether a bot or a person solved a ticket.")
    assert any("No file says whether" in page for page in texts(to_pdf(made(store, "channels"))))
