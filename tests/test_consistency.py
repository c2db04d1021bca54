"""Promises that files keep: read from the disk, no database."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

TEMPLATES = settings.BASE_DIR / "templates"
COMPONENTS = sorted((TEMPLATES / "components").glob("*.html"))
PAGES = sorted(TEMPLATES.rglob("*.html"))
LETTERS = TEMPLATES / "emails"  # read by mail programs, which load no stylesheet
STYLES = sorted((settings.BASE_DIR / "static").rglob("*.css"))
PHYSICAL = re.compile(
    r"(?:margin|padding|border)-(?:left|right|top|bottom)|(?:^|[\s;{])(?:left|right|top|bottom)\s*:"
    r"|(?:text-align|float|clear)\s*:\s*(?:left|right)|!important|(?<![-\w])(?:min-|max-)?(?:width|height)\s*:\s*\d"
)


def name(path: Path) -> str:
    return str(path.relative_to(settings.BASE_DIR))


@pytest.mark.parametrize("path", COMPONENTS, ids=name)
def test_component_states_its_contract_first(path):
    assert path.read_text().startswith("{% comment %} ")


@pytest.mark.parametrize("path", COMPONENTS, ids=name)
def test_component_is_used(path):
    users = [
        page
        for page in [
            *PAGES,
            *settings.BASE_DIR.glob("*/templatetags/*.py"),
            *(settings.BASE_DIR / "lmh_portal").glob("*/templatetags/*.py"),
        ]
        if page != path
    ]

    assert any(f"components/{path.name}" in page.read_text() for page in users)


@pytest.mark.parametrize("path", [page for page in PAGES if LETTERS not in page.parents], ids=name)
def test_template_holds_nothing_inline(path):
    assert (
        re.findall(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son(?:click|change|load|submit|input)=", path.read_text())
        == []
    )


@pytest.mark.parametrize("path", STYLES, ids=name)
def test_stylesheet_mirrors_by_itself(path):
    text = re.sub(r"/\*.*?\*/|@media[^{]*|@supports[^{]*", "", path.read_text(), flags=re.DOTALL)

    assert PHYSICAL.findall(text) == []


def test_catalogues_are_complete():
    call_command("update_messages", "--check")


def test_commands_that_the_documents_name_exist():
    script = (settings.BASE_DIR / "dev").read_text()
    documents = [settings.BASE_DIR / "README.md", settings.BASE_DIR / "CONTRIBUTING.md"]
    named = {command for path in documents for command in re.findall(r"\./dev ([a-z]+)", path.read_text())} - {"alone"}

    assert {command for command in named if f"\n    {command})" not in script} == set()


def test_links_between_documents_lead_somewhere():
    documents = [*settings.BASE_DIR.glob("*.md"), *(settings.BASE_DIR / "docs").rglob("*.md")]
    links = [
        (path, link) for path in documents for link in re.findall(r"\]\((?!https?:|mailto:)([^)#]+)", path.read_text())
    ]

    assert [(name(path), link) for path, link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", [*LETTERS.rglob("*.subject"), *LETTERS.rglob("*.txt")], ids=name)
def test_letter_is_plain_text(path):
    assert path.read_text().startswith("{% autoescape off %}")
