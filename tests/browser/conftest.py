"""A running dashboard and a real Chromium. CX_CHROMIUM names the browser; empty means Playwright's own."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from cxdata.store import copied

ROOT = Path(__file__).resolve().parent.parent.parent
expect.set_options(timeout=30_000)  # other checks may be at work on the same machine
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Dashboard:
    """A dashboard process on a port of its own, with a database of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = (folder / "server.log").open("w")
        command = [sys.executable, "-m", "streamlit", "run", "dashboard.py", "--server.port", str(self.port)]
        environment = {**os.environ, "CX_DATABASE": str(folder / "cx.duckdb"), "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=self.log, stderr=self.log)
        self._wait(folder)

    def _wait(self, folder: Path) -> None:
        until = time.monotonic() + 120
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.3)
            if self.process.poll() is not None:
                break
        raise RuntimeError(f"The dashboard did not start:\n{(folder / 'server.log').read_text()[-3000:]}")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()


@pytest.fixture(scope="session")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """A dashboard that shows the sample; tests leave it as it is."""
    running = Dashboard(tmp_path_factory.mktemp("dashboard"))
    yield running
    running.stop()


@pytest.fixture
def own_dashboard(tmp_path: Path, dashboard: Dashboard) -> Iterator[Dashboard]:
    """A dashboard to import into. The sample that the other one has imported is beside its database already."""
    for sample in dashboard.folder.glob("sample-*.duckdb"):
        copied(sample, tmp_path)
    running = Dashboard(tmp_path)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    named = os.environ.get("CX_CHROMIUM")
    path = named if named is not None else shutil.which("chromium") or shutil.which("google-chrome") or ""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path or None, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Open an address as a new visitor and wait until the page stands still. Console errors fail the test."""
    contexts, errors = [], []

    def opened(url: str, *, dark: bool = False, width: int = 1366, height: int = 768) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light", bypass_csp=True
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda message: (
                errors.append(message.text) if message.type == "error" and "404" not in message.text else None
            ),
        )
        page.goto(url)
        still(page)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not errors


def still(page: Page) -> None:
    """Wait until the script has run and the charts are drawn."""
    page.wait_for_selector("[data-testid=stMain] h1", timeout=60_000)  # before its first run a page is still, too
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=60_000)
    page.wait_for_timeout(400)
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=60_000)
    page.wait_for_function(
        "[...document.querySelectorAll('[data-testid=stPlotlyChart] .js-plotly-plot')].every(c => c._fullLayout)",
        timeout=60_000,
    )


def to_page(page: Page, section: str, name: str) -> None:
    """Go to a page by the menu at the top."""
    page.locator('[data-testid="stTopNavSection"]').filter(has_text=re.compile(f"^{section}")).click()
    page.locator('[data-testid="stTopNavDropdownLink"]').filter(has_text=re.compile(f"{name}$")).click()
