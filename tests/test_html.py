"""Every kind of page is valid HTML, as the Nu HTML checker sees it, and its inner links lead somewhere.

Needs Java and VNU_JAR, the path of vnu.jar (`npm install vnu-jar`).
"""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from knowledge.models import Overview
from lmh_portal.core.languages import LANGUAGES
from lmh_portal.home import pages
from tests.kinds import LISTS, every_kind
from tests.make import make_organization, make_overview
from tests.sites import addresses, public_views
from tests.test_pages import make_something_of_everything

READING = [*LISTS, "search:search", "feedback:contact"]  # views that read their address
HARD_TEXT = """## References

## [Länkad](https://example.org) rubrik [@berg2020]

### Main

[En källa](https://example.org "[@berg2020]") och [@berg2020; @okand], [@berg2020].

1. Ett
    - Två

| a | b |
|---|--:|
| [@berg2020] | <b>fet</b> |

## References
"""


@pytest.fixture(scope="session")
def checker() -> list[str]:
    """The command that checks HTML files."""
    jar = os.environ.get("VNU_JAR", "")
    if not shutil.which("java") or not Path(jar).is_file():
        missing = "HTML tests need Java and VNU_JAR: apt-get install default-jre-headless, npm install vnu-jar"
        (pytest.fail if os.environ.get("REQUIRE_BROWSER") == "1" else pytest.skip)(missing)
    return ["java", "-jar", jar, "--errors-only", "--format", "json", "--exit-zero-always"]


def make_hard_rows():
    """Texts that editors might write and that could break a page's structure."""
    make_something_of_everything()
    Overview.objects.get().delete()
    make_overview(body_sv=HARD_TEXT, body_en=HARD_TEXT, body_ar=HARD_TEXT)
    for number in range(45):
        make_organization(name_sv=f"Aktör & <{number}>", name_en='"Quoted"', website="https://example.org/?a=b&c=å")


def every_page() -> dict[str, bytes]:
    """The HTML of every kind of page, rich and empty, of refused forms and of accidents."""
    html = {}
    client = Client()
    for language in LANGUAGES:
        for view in public_views():
            for url in addresses(view, language):
                html[f"{language} none {view}"] = client.get(url).content
    make_something_of_everything()
    for language in LANGUAGES:
        html |= {f"{language} some {name}": client.get(url).content for name, url in every_kind(language).items()}
    make_organization()
    return html | accidents()


def accidents() -> dict[str, bytes]:
    """Refused forms and the pages of what goes wrong."""
    client, html = Client(raise_request_exception=False, enforce_csrf_checks=True), {}
    for language in LANGUAGES:
        with override(language):
            contact, about = reverse("feedback:contact"), reverse("home:about")
        wrong = {"kind": "x", "text": "<b>&", "email": 'a"b', "page": "\x00", "stamp": "x"}
        answers = {
            "200 refused": client.post(contact, wrong),
            "200 empty": client.post(contact, {}),
            "403 other site": client.post(contact, headers={"origin": "https://evil.example"}),
            "400 wrong host": client.get(about, headers={"host": "evil.example"}),
            "403 no token": client.post("/admin/login/", headers={"accept-language": language}),
        }
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pages, "page", lambda name: 1 / 0)
            answers["500 accident"] = client.get(about)
        for name, answer in answers.items():
            assert answer.status_code == int(name[:3]), f"{language} {name}: {answer.status_code}"
            html[f"{language} {name}"] = answer.content
    return html


def complaints(checker: list[str], html: dict[str, bytes], folder: Path) -> list[str]:
    """What the checker says of the pages, a sentence each."""
    names = {}
    for number, (name, content) in enumerate(html.items()):
        path = folder / f"{number}.html"
        path.write_bytes(content)
        names[path.name] = name
    found = subprocess.run([*checker, str(folder)], capture_output=True, text=True, check=False)
    return [
        f"{names[message['url'].rpartition('/')[2]]}, line {message.get('lastLine')}: {message['message']}"
        f" {message.get('extract', '').strip()!r}"
        for message in json.loads(found.stderr)["messages"]
    ]


@pytest.mark.html
@pytest.mark.django_db
def test_every_kind_of_page_is_valid_html(checker, tmp_path):
    html = every_page()

    assert complaints(checker, html, tmp_path) == []
    assert len(html) > 120


@pytest.mark.html
@pytest.mark.django_db
def test_hard_texts_of_editors_give_valid_html(checker, tmp_path, client):
    make_hard_rows()
    html = {}
    for language in LANGUAGES:
        kinds = every_kind(language)
        html |= {f"{language} {name}": client.get(url).content for name, url in kinds.items()}
        for query in ["?q=%22%3E%3Cb%3E&page=2", "?topic=å&topic[]=%00|{}^`", "?q=%1B%00"]:
            html |= {f"{language} {view} {query}": client.get(kinds[view] + query).content for view in READING}

    assert complaints(checker, html, tmp_path) == []


@pytest.mark.html
@pytest.mark.django_db
def test_checker_finds_what_is_wrong(checker, tmp_path):
    wrong = b'<!doctype html><html lang="sv"><title>x</title><p id="a"></p><p id="a"></p></html>'

    assert len(complaints(checker, {"wrong": wrong}, tmp_path)) == 1


@pytest.mark.django_db
def test_links_within_a_page_have_a_target(client):
    make_hard_rows()

    for language in LANGUAGES:
        for url in every_kind(language).values():
            html = client.get(url).content.decode()
            ids = set(re.findall(r'\bid="([^"]+)"', html))
            wanted = set(re.findall(r'(?:href="#|for="|labelledby="|describedby=")([^"]+)', html))
            assert {one for part in wanted for one in part.split()} - ids == set(), url
