"""The dashboard in a real Chromium: deep links, filters and the URL, import by drag and drop, dark theme, Dutch."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cxdata.boards import BOARDS
from cxdata.ui import menu
from tests.browser.conftest import still, to_page

pytestmark = pytest.mark.browser
TITLES = {name: title for entries in menu.MENU.values() for name, title, _icon in entries}
CHARTS = "[data-testid=stPlotlyChart] .js-plotly-plot"


def plotted(page: Page) -> str:
    """What the charts of the page show, as text."""
    return page.evaluate(
        f"JSON.stringify([...document.querySelectorAll('{CHARTS}')].map(c => c.data.map(t => t.y || t.z)))"
    )


@pytest.mark.parametrize("name", menu.names())
def test_every_page_answers_under_its_own_link_to_a_first_visitor(dashboard, visit, name):
    page = visit(f"{dashboard.url}/{name}")
    expect(page.get_by_role("heading", name=TITLES[name], level=1)).to_be_visible()
    expect(page.locator('[data-testid="stException"]')).to_have_count(0)
    expect(page.locator('[data-testid="stTopNav"]')).to_be_visible()
    if name not in menu.WITHOUT_FILTERS:
        expect(page.get_by_role("combobox", name=re.compile("Period"))).to_be_visible()
        charts = next((min(6, len(board.panels)) for board in BOARDS if board.name == name), 1)
        expect(page.locator(CHARTS).nth(charts - 1)).to_be_visible(timeout=30_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1366


def test_a_filter_changes_charts_sentence_and_url_and_survives_a_page_change_and_a_reload(dashboard, visit):
    page = visit(f"{dashboard.url}/service")
    before = plotted(page)
    page.get_by_role("combobox", name="Team").click()
    page.get_by_role("option", name="Noord").click()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Noord · ")).to_be_visible()
    still(page)
    assert plotted(page) != before
    assert "team=Noord" in page.url
    to_page(page, "Service", "SLA")
    expect(page.get_by_role("heading", name="SLA", level=1)).to_be_visible()
    still(page)
    expect(page.get_by_text("Noord · ")).to_be_visible()
    assert "team=Noord" in page.url
    link = page.url
    page.reload()
    still(page)
    expect(page.get_by_text("Noord · ")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_text("Everything · ")).to_be_visible()
    still(page)
    assert "team=" not in page.url
    colleague = visit(link)
    expect(colleague.get_by_text("Noord · ")).to_be_visible()


def test_a_card_leads_to_its_page(dashboard, visit):
    page = visit(dashboard.url)
    page.locator(".st-key-cx-cards").get_by_role("link", name="First response").click()
    expect(page.get_by_role("heading", name="Service", level=1)).to_be_visible()


def in_sight(page: Page, panel: str) -> None:
    """Wait until a chart stands in the window, below the head of the page, and its page still."""
    page.wait_for_function(
        """panel => {
            const card = document.querySelector(`.st-key-cx-panel-${panel}`)?.getBoundingClientRect();
            return card && card.top > 40 && card.bottom < innerHeight;
        }""",
        arg=panel,
        timeout=30_000,
    )


def test_a_sentence_of_the_summary_leads_to_its_chart_and_keeps_the_choices(dashboard, visit):
    page = visit(f"{dashboard.url}/overview?per=quarter")
    link = page.locator(".st-key-cx-brief").get_by_role("link", name=re.compile("Also worse: Unanswered"))
    link.click()
    expect(page.get_by_role("heading", name="Service", level=1)).to_be_visible()
    in_sight(page, "rates")
    still(page)
    in_sight(page, "rates")
    assert "look=" not in page.url
    assert "per=quarter" in page.url


def test_a_link_to_a_chart_works_for_a_first_visitor_and_under_the_security_policy(dashboard, chromium):
    context = chromium.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    refused = []
    page.on("console", lambda message: refused.append(message.text) if "Security Policy" in message.text else None)
    page.goto(f"{dashboard.url}/retention?look=lifetime_value&lang=nl")
    expect(page.get_by_role("heading", name="Klantbehoud", level=1)).to_be_visible(timeout=60_000)
    in_view = "div.st-key-cx-panel-value"
    expect(page.locator(in_view)).to_be_in_viewport(timeout=30_000)
    page.wait_for_timeout(2000)
    expect(page.locator(in_view)).to_be_in_viewport(ratio=1)
    assert not refused
    context.close()


def test_the_numbers_behind_a_chart(dashboard, visit):
    page = visit(f"{dashboard.url}/overview")
    page.locator(".st-key-cx-menu-nps button").click()
    expect(page.get_by_text("100 × (promoters")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    lines = Path(download.value.path()).read_text("utf-8-sig").splitlines()
    assert lines[0] == "metric,period,value,n,low,high,partial"
    assert len(lines) == 13


def test_a_click_on_a_mark_opens_its_rows(dashboard, visit):
    page = visit(f"{dashboard.url}/service")
    chart = page.locator(".st-key-cx-menu-first_response_time_team").locator(
        "xpath=ancestor::*[.//*[@data-testid='stPlotlyChart']][1]"
    )
    bar = chart.locator(".barlayer .point").first
    bar.scroll_into_view_if_needed()
    still(page)
    box = bar.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Rows behind First response time")).to_be_visible()
    expect(dialog.get_by_text(re.compile("^team Noord · "))).to_be_visible()
    expect(dialog.get_by_text(re.compile("1–50 of 2,058"))).to_be_visible()
    with page.expect_download() as download:
        dialog.get_by_role("button", name="CSV", exact=True).click()
    assert len(Path(download.value.path()).read_text("utf-8-sig").splitlines()) == 2059
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)


@pytest.mark.parametrize(("button", "start"), [("PDF", b"%PDF"), ("XLSX", b"PK")])
def test_a_page_is_taken_along(dashboard, visit, button, start):
    page = visit(f"{dashboard.url}/sla")
    page.get_by_role("button", name=re.compile("Take along")).click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    assert waiting.value.suggested_filename == f"sla-2026-10-31.{button.lower()}"
    assert Path(waiting.value.path()).read_bytes().startswith(start)


@pytest.mark.parametrize(("button", "start"), [("PNG", b"\x89PNG"), ("SVG", b"<svg")])
def test_a_chart_is_taken_along(dashboard, visit, button, start):
    page = visit(f"{dashboard.url}/sla")
    page.locator('[class*="st-key-cx-menu-sla"] button').first.click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    assert Path(waiting.value.path()).read_bytes().startswith(start)


def test_a_page_prints_without_menus_and_with_whole_charts(dashboard, visit):
    page = visit(f"{dashboard.url}/service")
    expect(page.locator(CHARTS).nth(5)).to_be_visible(timeout=30_000)
    page.emulate_media(media="print")
    expect(page.locator('[data-testid="stSidebar"]')).to_be_hidden()
    expect(page.get_by_role("button", name=re.compile("Take along"))).to_be_hidden()
    cut = "[...document.querySelectorAll('.js-plotly-plot')].filter(c => c.scrollWidth > c.parentElement.clientWidth + 1).length"
    assert page.evaluate(cut) == 0


def test_dutch(dashboard, visit):
    page = visit(dashboard.url)
    page.get_by_role("radio", name="Nederlands").click()
    expect(page.get_by_role("heading", name="Overzicht", level=1)).to_be_visible()
    still(page)
    assert "lang=nl" in page.url
    text = page.locator("[data-testid=stMain]").inner_text()
    assert re.search(r"\d,\d%", text)
    assert not re.search(r"\d\.\d%", text)
    ticks = page.locator(f"{CHARTS} .xtick text").all_text_contents()
    assert any("mei" in tick for tick in ticks) or any("okt" in tick for tick in ticks)
    to_page(page, "Klanten", "Klantbehoud")
    expect(page.get_by_role("heading", name="Klantbehoud", level=1)).to_be_visible()


def test_dark_theme(dashboard, visit):
    page = visit(f"{dashboard.url}/service", dark=True)
    background = page.locator("[data-testid=stApp]").evaluate("e => getComputedStyle(e).backgroundColor")
    assert background == "rgb(15, 20, 29)"
    colour = page.locator(".cx-value").first.evaluate("e => getComputedStyle(e).color")
    assert colour == "rgb(231, 235, 242)"
    line = page.evaluate(f"document.querySelector('{CHARTS}').data[0].marker.color")
    assert line == "#7c9bff"


def test_a_phone_gets_two_cards_a_row_and_no_sideways_scroll(dashboard, visit):
    page = visit(dashboard.url, width=390, height=844)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.wait_for_function(  # in one look each: the wall may still be moving
        """() => {
            const [first, second, third] = [...document.querySelectorAll('.st-key-cx-cards .cx-value')]
                .map(card => card.getBoundingClientRect().top);
            return first === second && third > second;
        }"""
    )


def test_an_alert_is_made_from_a_chart_with_its_filters_and_a_test_message_arrives(own_dashboard, visit, inbox):
    page = visit(f"{own_dashboard.url}/sla?team=Noord&per=month")
    page.locator(".st-key-cx-menu-sla button").click()
    page.get_by_role("button", name=re.compile("Alert me on SLA")).click()
    expect(page.get_by_role("heading", name="Alerts", level=1)).to_be_visible()
    still(page)
    expect(page.get_by_role("textbox", name="Name")).to_have_value("SLA adherence, Noord")
    expect(page.get_by_role("textbox", name="Name")).to_be_in_viewport(timeout=15_000)
    form = page.locator("[data-testid=stForm]").first
    for label, said in (
        ("Metric", "SLA adherence"),
        ("Fires when it is", "Beyond the usual limits"),
        ("Judged each", "Month"),
    ):
        expect(form.get_by_role("combobox", name=label)).to_have_value(said)
    expect(form.get_by_label("Selected values").get_by_text("Noord")).to_be_visible()
    form.get_by_role("button", name="Save").click()
    expect(page.locator(".cx-title", has_text="SLA adherence, Noord")).to_be_visible()
    page.locator("input[type=password]").fill(inbox.address)
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("button", name="Send a test message").click()
    expect(page.get_by_text(re.compile("json://.*: sent"))).to_be_visible(timeout=30_000)
    assert len(inbox.messages) == 1
    assert "geheim" not in page.locator("body").inner_text()
    page.get_by_text("Log", exact=True).click()
    expect(page.locator("[data-testid=stExpander] [data-testid=stDataFrame]")).to_be_visible()


def test_a_named_view_is_saved_made_the_start_page_and_opened_again(own_dashboard, visit):
    page = visit(f"{own_dashboard.url}/sla?team=Noord&period=6m")
    page.get_by_role("button", name=re.compile("^Views")).click()
    page.get_by_role("textbox", name="Save what is shown as").fill("Weekly Noord")
    page.locator("[data-testid=stPopoverBody]").get_by_role("button", name="Save").click()
    expect(page.locator("[data-testid=stPopoverBody]").get_by_role("button", name="Weekly Noord")).to_be_visible()
    page.get_by_role("button", name="Make this the start page").click()
    expect(page.get_by_role("button", name="Not the start page any more")).to_be_visible()
    other = visit(own_dashboard.url)
    expect(other.get_by_role("heading", name="SLA", level=1)).to_be_visible(timeout=30_000)
    expect(other.get_by_text("Noord · ")).to_be_visible()
    to_page(other, "Service", "Service")
    other.get_by_role("button", name="Clear filters").click()
    expect(other.get_by_text("Everything · ")).to_be_visible()
    still(other)
    other.get_by_role("button", name=re.compile("^Views")).click()
    other.get_by_role("button", name="Weekly Noord").click()
    expect(other.get_by_role("heading", name="SLA", level=1)).to_be_visible()
    expect(other.get_by_text("Noord · ")).to_be_visible()
    still(other)
    assert "period=6m" in other.url


def test_a_dutch_excel_export_is_on_the_charts_in_three_clicks_and_undo_brings_the_sample_back(own_dashboard, visit):
    page = visit(f"{own_dashboard.url}/data_import")
    header = (
        "Ticketnummer;Aangemaakt op;Eerste reactie;Opgelost op;Status;Prioriteit;Kanaal;Afdeling;Wachttijd (min)\r\n"
    )
    rows = "".join(
        f"T-{number:05};{1 + number % 28:02}-0{1 + number % 6}-2026 09:{number % 60:02};"
        f"{1 + number % 28:02}-0{1 + number % 6}-2026 10:30;{1 + number % 28:02}-0{1 + number % 6}-2026 15:00;"
        f"Opgelost;Hoog;Telefoon;Café {'Zuid' if number % 2 else 'Noord'};1.0{number % 60:02},5\r\n"
        for number in range(240)
    )
    drop(page, "tickets mei.csv", (header + rows).encode("cp1252"))  # the first click: to choose the file
    expect(page.get_by_text("240 new")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("dates day-first")).to_be_visible()
    expect(page.get_by_text("numbers with a comma before the last digits")).to_be_visible()
    page.get_by_role("button", name="Import", exact=True).click()  # the second
    expect(page.get_by_text("tickets mei.csv is in: 240 new")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="See the charts").click()  # the third
    expect(page.get_by_role("heading", name="Overview", level=1)).to_be_visible()
    still(page)
    expect(page.get_by_text("Sample data")).to_have_count(0)
    expect(page.get_by_role("combobox", name="Team")).to_be_visible()
    assert "n = 240" in page.locator(".st-key-cx-cards").inner_text()
    to_page(page, "Data", "Import")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("240 rows go out.")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("is undone")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("button", name="Redo")).to_be_visible()
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_text("Sample data")).to_be_visible(timeout=60_000)


def test_a_column_is_chosen_by_hand_and_the_choice_is_remembered(own_dashboard, visit):
    page = visit(f"{own_dashboard.url}/data_import")
    rows = "".join(f"{number},{1 + number}-02-2026 10:00,{'AB'[number % 2]}\n" for number in range(20))
    drop(page, "odd.csv", ("nr,wanneer,waar\n" + rows).encode())
    expect(page.get_by_text("no column was found for")).to_be_visible(timeout=30_000)
    page.get_by_role("combobox", name="What it holds").click()
    page.get_by_role("option", name="Tickets").click()
    still(page)
    for column in ("nr", "wanneer"):  # the columns of the first two fields, in a table that is drawn
        box = page.locator("[data-testid=stDataFrame] canvas").first.bounding_box()
        at = box["y"] + (52 if column == "nr" else 87)
        page.mouse.dblclick(box["x"] + 230, at)
        page.wait_for_timeout(500)
        page.keyboard.type(column)
        page.keyboard.press("Enter")
        still(page)
    expect(page.get_by_text("20 new")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("odd.csv is in: 20 new")).to_be_visible(timeout=30_000)
    page.reload()
    still(page)
    drop(page, "odd again.csv", ("nr,wanneer,waar\n" + rows).encode())
    expect(page.get_by_text("Read with what was chosen for an earlier file")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Read it afresh").click()
    expect(page.get_by_text("no column was found for")).to_be_visible(timeout=30_000)


def drop(page: Page, name: str, content: bytes) -> None:
    """Drop a file on the upload zone, as from a folder."""
    transfer = page.evaluate_handle(
        """([name, data]) => {
            const bytes = Uint8Array.from(atob(data), char => char.charCodeAt(0));
            const transfer = new DataTransfer();
            transfer.items.add(new File([bytes], name, {type: 'text/csv'}));
            return transfer;
        }""",
        [name, base64.b64encode(content).decode()],
    )
    page.dispatch_event("[data-testid=stFileUploaderDropzone]", "drop", {"dataTransfer": transfer})
    still(page)
