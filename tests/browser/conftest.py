"""A real browser, started once, and visits that write down whatever goes wrong."""

import io
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from knowledge.models import Overview
from tests import snapshot
from tests.make import make_editor

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright keeps a loop running in this thread

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


PICTURES = os.environ.get("PICTURES")  # a folder, for those who want to look


def picture(page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


@pytest.fixture(scope="session")
def browser(loaded):
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
    awaited: set[str] = field(default_factory=set)  # ends of addresses that are to answer with an error

    def __post_init__(self):
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: script: {error}"))
        self.page.on("request", self._see)
        self.page.on("requestfailed", self._miss)

    def open(self, path: str):
        """Go to an address of the portal and wait until everything on it has come."""
        return self.page.goto(self.address + path, wait_until="load")

    def _hear(self, message):
        is_awaited = message.location["url"].endswith(tuple(self.awaited))
        if message.type in {"error", "warning"} and not is_awaited:
            self.faults.append(f"{self.page.url}: console: {message.text}")

    def _see(self, request):
        self.requests.append(request.url)
        if request.url.startswith("http") and urlsplit(request.url).netloc != urlsplit(self.address).netloc:
            self.faults.append(f"{self.page.url}: asks another host for {request.url}")

    def _miss(self, request):
        if request.failure != "net::ERR_ABORTED":  # the visitor went on before it had come
            self.faults.append(f"{self.page.url}: {request.url} failed: {request.failure}")


@pytest.fixture
def new_visit(browser: Browser, live_server):
    """Start visits with fresh browsers: nothing remembered, 1280 pixels wide unless told otherwise."""
    contexts = []

    def start(width: int = 1280, **options) -> Visit:
        viewport = {"width": width, "height": 900}
        contexts.append(browser.new_context(viewport=viewport, reduced_motion="reduce", **options))
        contexts[-1].set_default_timeout(20_000)
        return Visit(contexts[-1].new_page(), live_server.url, contexts[-1])

    yield start
    for context in contexts:
        context.close()


@pytest.fixture
def visit(new_visit) -> Visit:
    return new_visit()


@pytest.fixture(scope="session")
def loaded(django_db_setup, django_db_blocker):
    """Holds the starter content as soon as it was loaded once; at the end nothing of it is left, and nobody reads."""
    yield []
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        snapshot.empty()
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(autouse=True)
def _only_what_is_asked_for(request, _django_db_helper):
    """The starter content stays for the next test that wants it."""
    if "starter" not in request.fixturenames:
        snapshot.empty()


@pytest.fixture
def starter(live_server, loaded):
    """The content that the portal starts with, in the database of the live server."""
    if not loaded:
        call_command("load_starter", stdout=io.StringIO())
        loaded.append(snapshot.take())
    elif not Overview.objects.exists():
        snapshot.put_back(loaded[0])


@pytest.fixture
def desk(new_visit):
    """Sign somebody in to the editors' desk, with permissions by name."""

    def sign_in(username: str, *permissions: str, **fields):
        person = make_editor(username=username, is_superuser=False, **fields)
        person.set_password("a long pass phrase")
        person.save()
        person.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        visit = new_visit(locale="sv-SE")
        visit.open("/admin/login/?next=/admin/")
        visit.page.fill("#id_username", username)
        visit.page.fill("#id_password", "a long pass phrase")
        visit.page.press("#id_password", "Enter")
        visit.page.wait_for_url("**/admin/")
        return visit

    return sign_in
