"""A meeting in a real Chromium: by keyboard only, with a reload in the middle, two browsers at once, and the minutes as PDF."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Locator, Page, expect

from cxdata.store import Store
from tests.browser.conftest import Dashboard, still
from tests.test_meeting_page import three_goals

pytestmark = pytest.mark.browser


@pytest.fixture
def meeting(tmp_path: Path) -> Iterator[str]:
    """The address of the Meeting page of an organisation with three goals."""
    with Store(tmp_path / "cx.duckdb") as store:
        three_goals(store, tmp_path)
    running = Dashboard(tmp_path)
    yield f"{running.url}/meeting"
    running.stop()


def field(page: Page, name: str) -> Locator:
    return page.get_by_role("textbox", name=name, exact=True).first


def heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible(timeout=15_000)
    still(page)


def tabbed(page: Page, wanted: Locator) -> None:
    """Press Tab until a field or a button is reached."""
    element = wanted.element_handle()
    for _press in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("element => document.activeElement === element", element):
            return
    raise AssertionError("Tab does not lead there")


def start(page: Page) -> None:
    tabbed(page, field(page, "Your name"))
    page.keyboard.type("Ada")
    tabbed(page, page.get_by_role("button", name="Start", exact=True))
    page.keyboard.press("Enter")
    heading(page, "What changed")


def test_a_whole_meeting_by_keyboard_with_a_reload_and_its_minutes_as_pdf(meeting, visit, tmp_path):
    page = visit(meeting)
    start(page)
    expect(page.locator('[data-testid="stSidebar"]')).to_be_hidden()
    for key, title in (("PageDown", "What was agreed the last time"), ("ArrowRight", "CSAT, Zuid"), ("ArrowLeft", "What was agreed the last time"), ("ArrowDown", "CSAT, Zuid")):  # fmt: skip
        page.keyboard.press(key)
        heading(page, title)
    expect(page.get_by_text("At risk")).to_be_visible()
    tabbed(page, page.get_by_role("radio", name="1", exact=True))
    page.keyboard.press("ArrowRight")  # within the choice: the meeting stays where it is
    page.keyboard.press("Space")
    tabbed(page, field(page, "Note"))
    page.keyboard.type("We answer too late", delay=20)
    tabbed(page, field(page, "Next action"))
    page.keyboard.type("Train the evening shift", delay=20)
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(2000)  # without leaving the field
    heading(page, "CSAT, Zuid")
    link = page.url
    page.reload()  # as after a crash
    heading(page, "CSAT, Zuid")
    assert page.url == link
    expect(field(page, "Note")).to_have_value("We answer too late")
    expect(field(page, "Next action")).to_have_value("Train the evening shift")
    expect(page.get_by_role("radio", name="2", exact=True)).to_be_checked()
    tabbed(page, page.get_by_role("combobox", name="Who").first)
    page.keyboard.type("Bo")
    page.keyboard.press("Enter")
    page.wait_for_timeout(1000)
    page.keyboard.press("PageDown")
    heading(page, "CSAT, Noord")
    tabbed(page, field(page, "What did we learn?"))
    page.keyboard.type("A summer is too short")
    page.keyboard.press("PageDown")  # at once: what was typed a moment ago is kept too
    expect(page.get_by_text("5 of 8")).to_be_visible(timeout=15_000)
    still(page)
    for title in ("Overdue actions", "New goals", "Close"):
        page.keyboard.press("PageDown")
        heading(page, title)
    expect(page.get_by_text("Train the evening shift – Bo")).to_be_visible()
    tabbed(page, page.get_by_role("button", name="Close and make the minutes"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name=re.compile("^Minutes: All teams"))).to_be_visible(timeout=15_000)
    still(page)
    assert re.search(r"\?minutes=\d+$", page.url)
    tabbed(page, page.get_by_role("button", name="PDF"))
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    document = pypdfium2.PdfDocument(Path(waiting.value.path()))
    text = " ".join(part.get_textpage().get_text_range() for part in document)
    for said in ("Train the evening shift – Bo", "We answer too late", "Learned: A summer is too short", "Confidence 2 of 10"):  # fmt: skip
        assert said in text
    colleague = visit(page.url)
    expect(colleague.get_by_text("We answer too late")).to_be_visible()


def test_two_browsers_in_one_meeting(meeting, visit):
    first = visit(meeting)
    start(first)
    first.keyboard.press("PageDown")
    heading(first, "What was agreed the last time")
    first.keyboard.press("PageDown")
    heading(first, "CSAT, Zuid")
    second = visit(first.url)
    heading(second, "CSAT, Zuid")
    field(first, "Note").click()
    first.keyboard.type("Of the first", delay=20)
    expect(field(second, "Note")).to_have_value("Of the first", timeout=8000)
    expect(second.get_by_text("Ada wrote: note")).to_be_visible()
    field(second, "Next action").click()
    second.keyboard.type("Of the second", delay=20)
    expect(field(first, "Next action")).to_have_value("Of the second", timeout=8000)
    expect(field(first, "Note")).to_have_value("Of the first")
    field(first, "Note").click()  # both in one field: nothing changes under the hands that type
    first.keyboard.press("End")
    for at, letter in enumerate(" and much more"):
        first.keyboard.type(letter)
        if at == 4:
            field(second, "Note").click()
            second.keyboard.press("End")
            second.keyboard.type("!")
        first.wait_for_timeout(250)
    expect(field(first, "Note")).to_have_value("Of the first and much more")
    expect(field(second, "Note")).to_have_value("Of the first and much more", timeout=15_000)
    second.goto(re.sub("item=.*", "item=close", second.url))
    heading(second, "Close")
    second.get_by_role("button", name="Close and make the minutes").click()
    expect(first.get_by_role("heading", level=1, name=re.compile("^Minutes"))).to_be_visible(timeout=15_000)


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1920, 1080)])
def test_every_item_fits_the_screen(meeting, visit, width, height):
    page = visit(meeting, width=width, height=height)
    start(page)
    for _item in range(7):
        page.keyboard.press("PageDown")
        page.wait_for_timeout(700)
        still(page)
        tall = page.evaluate(
            "[...document.querySelectorAll('[data-testid=stMain]')].map(e => e.scrollHeight - e.clientHeight)[0]"
        )
        assert tall <= 0, page.url
        bar = page.locator(".st-key-cx-meeting-bar").bounding_box()
        for kind in ("textarea", "[data-testid=stPlotlyChart]"):
            for box in (entry.bounding_box() for entry in page.locator(kind).all()):
                assert box["y"] + box["height"] <= bar["y"], (page.url, kind)
