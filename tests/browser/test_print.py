"""An overview on paper: who says it, when and where, all of it, and nothing that only a screen can do."""

import datetime as dt
import os
from pathlib import Path

import pytest
from django.utils.translation import override
from playwright.sync_api import expect

from tests.make import make_overview, make_reference, make_topic

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PICTURES = os.environ.get("PICTURES")  # a folder, for those who want to look
DATES = {"sv": ["Publicerad 5 mars 2026", "Senast uppdaterad"], "ar": ["نُشرت في 5 مارس 2026", "آخر تحديث"]}
ONLY_ON_SCREEN = [
    ".site-header nav", ".site-footer", ".crumbs", ".toc", "#helpful", ".cite a[download]", ".back",
    "a[type='application/atom+xml']",
]  # fmt: skip


@pytest.fixture
def overview():
    topic = make_topic(name_sv="Tolkning", name_ar="الترجمة")
    make_overview([topic], title_sv="En annan översikt")
    return make_overview(
        [topic], references=[make_reference(key="berg", title="A study", doi="10.1000/1")],
        findings=[
            {"statement_sv": "Tolk hjälper.", "statement_ar": "يساعد", "reasons_sv": "Få.", "reasons_ar": "قليل"}
        ],
        slug="tolk", published_on=dt.date(2026, 3, 5),
        title_sv="Tolk i vården", title_ar="الترجمة في الرعاية",
        body_sv="## Läge\n\nSe [lagen](https://example.org/lag) [@berg].",
        body_ar="## الوضع\n\nانظر [القانون](https://example.org/lag) [@berg].",
        gaps_sv="Mycket är okänt.", gaps_ar="الكثير غير معروف.",
    )  # fmt: skip


@pytest.mark.parametrize("language", ["sv", "ar"])
def test_printed_overview_says_all_and_who_when_and_where(new_visit, overview, language):
    visit = new_visit(color_scheme="dark")
    with override(language):
        address = overview.get_absolute_url()
    visit.open(address)
    page = visit.page
    expect(page.get_by_text(getattr(overview, f"gaps_{language}"))).to_be_hidden()

    paper = page.pdf(format="A4", path=Path(PICTURES) / f"print-{language}.pdf" if PICTURES else None)
    page.emulate_media(media="print")

    assert paper.startswith(b"%PDF-")
    assert 1 <= paper.count(b"/Type /Page\n") <= 3
    assert page.evaluate("document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")
    title = getattr(overview, f"title_{language}")
    for part in [title, "A study", "doi:10.1000/1", *DATES[language], "Få." if language == "sv" else "قليل"]:
        expect(page.get_by_text(part).last).to_be_visible()
    expect(page.get_by_text(getattr(overview, f"gaps_{language}"))).to_be_visible()
    expect(page.locator("#text .prose a[href^=http]")).to_be_visible()
    expect(page.locator(".site-header .brand")).to_be_visible()
    expect(page.locator(".page-end bdi")).to_be_visible()
    expect(page.locator(".page-end bdi")).to_have_text(f"http://localhost:8000{address}")
    first = page.locator(".prose a[href^=http]").first
    listed = page.locator(".link-list li", has_text=first.get_attribute("href")).first
    expect(listed).to_be_visible()
    expect(listed).to_contain_text(first.inner_text())
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.evaluate("getComputedStyle(document.querySelector('.panel')).backgroundColor") == "rgb(255, 255, 255)"


@pytest.mark.parametrize("language", ["sv", "ar"])
def test_paper_shows_nothing_that_only_a_screen_can_do(visit, overview, language):
    with override(language):
        visit.open(overview.get_absolute_url())
    page = visit.page
    assert [selector for selector in ONLY_ON_SCREEN if page.locator(selector).count() == 0] == []
    related = page.get_by_role("link", name="En annan översikt")
    expect(related).to_be_visible()

    page.emulate_media(media="print")

    expect(related).to_be_hidden()
    for selector in ONLY_ON_SCREEN:
        for one in page.locator(selector).all():
            expect(one).to_be_hidden()
