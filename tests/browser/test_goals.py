"""A goal from a chart in a real Chromium: at most eight clicks, and it stands on the board and on the chart."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import still

pytestmark = pytest.mark.browser


def test_a_goal_from_a_chart_in_at_most_eight_clicks(own_dashboard, visit):
    page = visit(f"{own_dashboard.url}/voice_of_customer?team=Noord")
    clicks = 0

    def click(what) -> None:
        nonlocal clicks
        what.click()
        clicks += 1
        still(page)

    click(page.locator(".st-key-cx-menu-csat button").first)
    click(page.get_by_role("button", name="Set a goal on CSAT"))
    expect(page.get_by_role("heading", name="Set a goal", level=1)).to_be_visible(timeout=30_000)
    click(page.get_by_placeholder("or +10%"))
    page.keyboard.type("80%")
    expect(page.get_by_text("CSAT, Noord from 76.1% to 80.0%")).to_be_visible(timeout=30_000)
    click(page.get_by_role("combobox", name="Business objective"))
    page.keyboard.type("Doen wat")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    still(page)
    click(page.get_by_label("Owner"))
    page.keyboard.type("Ada")
    page.keyboard.press("Tab")
    still(page)
    save = page.get_by_role("button", name="Save the goal")
    expect(save).to_be_enabled(timeout=30_000)
    click(save)
    expect(page.get_by_role("heading", name="CSAT, Noord from 76.1% to 80.0%", level=1)).to_be_visible(timeout=30_000)
    assert clicks <= 8
    assert "goal=" in page.url
    page.reload()
    still(page)
    expect(page.get_by_role("heading", name="CSAT, Noord from 76.1% to 80.0%", level=1)).to_be_visible(timeout=30_000)
    page.goto(f"{own_dashboard.url}/goals")
    still(page)
    expect(page.get_by_role("button", name="CSAT, Noord from 76.1% to 80.0% by")).to_be_visible(timeout=30_000)
