"""An overview's whole way in a browser: written, reviewed, translated, revised, its readers warned and relieved."""

import pytest
from playwright.sync_api import expect

from knowledge.models import Overview
from tests.browser.conftest import picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WARNING = "تغير شيء مهم في النص الأصلي"


def write(page, **texts: str) -> None:
    for name, value in texts.items():
        page.fill(f"#id_{name}", value)


def save(page) -> None:
    page.locator("input[name=_continue]").first.click()
    page.wait_for_load_state()
    expect(page.locator(".errornote")).to_have_count(0)


def test_overview_goes_from_empty_draft_to_translated_and_revised(desk, new_visit):
    writing = ["add_overview", "change_overview", "view_overview"]
    editor = desk("editor", *writing)
    reviewer = desk("reviewer", "view_overview", "change_overview", "review_overview")
    translator = desk("translator", "translate_overview", translates=["ar"])
    reader = new_visit()
    reader.awaited.add("/sv/kunskap/tolk-i-motet/")  # which is not there before it is published

    # the editor writes, and is told what is missing
    page = editor.page
    editor.open("/admin/knowledge/overview/add/")
    write(page, title_sv="Tolk i mötet", summary_sv="Kort om tolk.", body_sv="## Bakgrund\n\nText.")
    page.fill("#id_slug", "tolk-i-motet")
    save(page)
    expect(page.locator("body")).to_contain_text("Skriv minst ett huvudbudskap.")
    picture(page, "1-draft")
    write(page, key_messages_sv="Boka tolk i tid.", change_note_sv="Den första versionen.")
    page.select_option("#id_license", "CC-BY-4.0")
    save(page)
    page.get_by_role("button", name="Skicka på granskning").click()
    expect(page.locator("body")).to_contain_text("Texten skickades på granskning.")
    assert reader.open("/sv/kunskap/tolk-i-motet/").status == 404

    # somebody else reads and approves
    overview = Overview.objects.get()
    reviewer.open(f"/admin/knowledge/overview/{overview.pk}/review/")
    picture(reviewer.page, "2-review")
    reviewer.page.get_by_role("button", name="Godkänn och publicera").click()
    expect(reviewer.page.locator("body")).to_contain_text("Version 1 godkändes och publicerades.")
    assert reader.open("/sv/kunskap/tolk-i-motet/").status == 200
    expect(reader.page.locator("body")).to_contain_text("Boka tolk i tid.")

    # the translator finds it in the queue
    translate(translator, "المترجم في اللقاء", "3-translate")
    reader.open("/ar/knowledge/tolk-i-motet/")
    assert reader.page.locator("h1").inner_text() == "المترجم في اللقاء"
    expect(reader.page.locator("body")).not_to_contain_text(WARNING)

    # the editor changes something important; what is public stays until it is approved
    editor.open(f"/admin/knowledge/overview/{overview.pk}/change/")
    page.get_by_role("button", name="Skriv nästa version").click()
    expect(page.locator("body")).to_contain_text("Det här är nästa version av en publicerad översikt.")
    write(page, summary_sv="Något helt annat.", change_note_sv="Nytt råd.")
    page.select_option("#id_significance", "major")
    save(page)
    reader.open("/sv/kunskap/tolk-i-motet/")
    expect(reader.page.locator("body")).to_contain_text("Kort om tolk.")
    page.get_by_role("button", name="Skicka på granskning").click()
    expect(page.locator("body")).to_contain_text("Texten skickades på granskning.")
    revision = Overview.objects.get(revises=overview)
    reviewer.open(f"/admin/knowledge/overview/{revision.pk}/review/")
    assert reviewer.page.locator(".difference ins").count() > 0
    picture(reviewer.page, "4-what-changed")
    reviewer.page.get_by_role("button", name="Godkänn och publicera").click()
    expect(reviewer.page.locator("body")).to_contain_text("Version 3 godkändes och publicerades.")

    # readers of the translation are warned until it follows
    reader.open("/ar/knowledge/tolk-i-motet/")
    expect(reader.page.locator("body")).to_contain_text(WARNING)
    picture(reader.page, "5-warning")
    translate(translator, "المترجم في اللقاء اليوم", "6-translate-again")
    reader.open("/ar/knowledge/tolk-i-motet/")
    expect(reader.page.locator("body")).not_to_contain_text(WARNING)
    reader.open("/sv/kunskap/tolk-i-motet/versioner/?older=1&newer=3")
    assert reader.page.locator(".difference").count() > 0
    picture(reader.page, "7-versions")
    assert [visit.faults for visit in (editor, reviewer, translator)] == [[], [], []]
    assert reader.faults == []


def translate(translator, title: str, name: str) -> None:
    page = translator.page
    translator.open("/admin/knowledge/overviewtranslation/?work=waiting")
    page.locator("#result_list tbody th a").first.click()
    page.fill("[name=title]", title)
    picture(page, name)
    page.get_by_role("button", name="Publicera översättningen").click()
    expect(page.locator("body")).to_contain_text("Översättningen publicerades")
