"""A real browser, started once, and visits that write down whatever goes wrong."""

import os
import shutil
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright keeps a loop running in this thread

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def browser():
    """One Chromium for the whole run."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not path:
        missing = "Browser tests need a Chromium: apt-get install chromium"
        (pytest.fail if os.environ.get("REQUIRE_BROWSER") == "1" else pytest.skip)(missing)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()


@dataclass
class Visit:
    """A browser of its own for one test; `faults` lists what a visitor's console and network would show."""

    page: Page
    address: str
    context: BrowserContext
    faults: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    awaited: set[str] = field(default_factory=set)  # parts of addresses that may answer with an error

    def open(self, path: str):
        """Go to an address of the portal and wait until everything on it has come."""
        return self.page.goto(self.address + path, wait_until="load")

    def _hear(self, message):
        if message.type in {"error", "warning"} and not self._is_awaited(message.location["url"]):
            self.faults.append(f"{self.page.url}: console: {message.text}")

    def _see(self, request):
        self.requests.append(request.url)
        if urlsplit(request.url).netloc != urlsplit(self.address).netloc and not request.url.startswith("data:"):
            self.faults.append(f"{self.page.url}: asks another host for {request.url}")

    def _miss(self, request):
        self.faults.append(f"{self.page.url}: {request.url} failed: {request.failure}")

    def _is_awaited(self, url: str) -> bool:
        return any(part in url for part in self.awaited)


@pytest.fixture
def visit(browser: Browser, live_server):
    """Somebody with a fresh browser, 1280 pixels wide, who reads what it complains of."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(15_000)
    page = context.new_page()
    visit = Visit(page, live_server.url, context)
    page.on("console", visit._hear)
    page.on("pageerror", lambda error: visit.faults.append(f"{page.url}: script: {error}"))
    page.on("request", visit._see)
    page.on("requestfailed", visit._miss)
    yield visit
    context.close()
