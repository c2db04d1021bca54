"""An editor at work: tabs by keyboard, preview, saving; nothing complained of in the console."""

import pytest
from playwright.sync_api import expect

from knowledge.models import Overview
from lmh_portal.accounts.models import User
from tests import make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "ett långt lösenord"


def sign_in(visit, path: str, language: str = "sv"):
    User.objects.create_superuser("anna", password=PASSWORD)
    visit.page.set_extra_http_headers({"Accept-Language": language})
    visit.open(path)
    visit.page.fill("#id_username", "anna")
    visit.page.fill("#id_password", PASSWORD)
    visit.page.click("[type=submit]")


def test_editor_writes_previews_and_saves_an_overview(visit):
    page = visit.page
    make.make_topic(name_sv="Tolk", slug="tolk")
    make.make_reference(key="karliner2007")
    sign_in(visit, "/admin/knowledge/overview/add/")

    page.fill("#id_title_sv", "Tolk gör skillnad på Öckerö")
    page.fill("#id_summary_sv", "Kort.")
    page.fill("#id_body_sv", "## Varför\n\n**Trygghet** [@karliner2007]")
    expect(page.locator("#id_slug")).to_have_value("tolk-gor-skillnad-pa-ockero")

    swedish, english, arabic = (page.locator(f"#tab-{code}") for code in ["sv", "en", "ar"])
    expect(swedish).to_have_attribute("aria-selected", "true")
    expect(english.locator(".language-mark")).to_contain_text("3")
    swedish.press("ArrowRight")
    expect(english).to_be_focused()
    expect(page.locator("#id_title_sv")).to_be_hidden()
    page.fill("#id_title_en", "Interpreters make a difference")
    expect(english.locator(".language-mark")).to_contain_text("2")
    english.press("End")
    expect(arabic).to_have_attribute("aria-selected", "true")
    expect(page.locator("#id_title_ar")).to_be_visible()
    arabic.press("ArrowRight")
    expect(swedish).to_be_focused()

    page.locator(".field-body_sv .preview-button").click()
    preview = page.locator("#id_body_sv_preview")
    expect(preview.locator("h2")).to_have_text("Varför")
    expect(preview.locator(".citation a")).to_have_text("1")

    with page.expect_response(lambda answer: "term=Tol" in answer.url):
        page.locator(".field-topics .select2-search__field").fill("Tol")
    page.locator(".select2-results__option", has_text="Tolk").click()
    expect(page.locator(".field-topics .select2-selection__choice")).to_contain_text("Tolk")
    page.locator("[name=_continue]").first.click()
    page.wait_for_url("**/change/")

    overview = Overview.objects.get()
    assert [str(topic) for topic in overview.topics.all()] == ["Tolk"]
    assert overview.citations.get().reference.key == "karliner2007"
    expect(page.locator(".viewsitelink")).to_have_attribute("href", overview.get_absolute_url())
    assert visit.faults == []


def test_tab_with_an_error_is_marked_and_opened_first(visit):
    page = visit.page
    sign_in(visit, "/admin/knowledge/overview/add/")
    page.fill("#id_title_sv", "Tolk")
    page.fill("#id_summary_sv", "Kort.")
    page.locator("#tab-en").click()
    page.fill("#id_body_en", "[@nobody]")
    page.locator("#tab-sv").click()
    page.locator("[name=_save]").first.click()

    expect(page.locator("#tab-en")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#tab-en .language-mark--error")).to_be_visible()
    expect(page.locator("#panel-en .errorlist")).to_contain_text("@nobody")
    assert visit.faults == []


def test_tabs_switch_the_columns_of_the_programme_too(visit):
    page = visit.page
    sign_in(visit, "/admin/events/event/add/")

    page.locator("#programme-group .add-row a").click()
    expect(page.locator("#id_programme-0-name_sv")).to_be_visible()
    expect(page.locator("#id_programme-0-name_en")).to_be_hidden()
    page.locator("#tab-en").click()
    page.locator("#programme-group .add-row a").click()

    for row in [0, 1]:
        expect(page.locator(f"#id_programme-{row}-name_en")).to_be_visible()
        expect(page.locator(f"#id_programme-{row}-name_sv")).to_be_hidden()
    expect(page.locator("#programme-group th.column-name_en")).to_be_visible()
    expect(page.locator("#programme-group th.column-name_sv")).to_be_hidden()
    assert visit.faults == []


def test_without_scripts_every_language_is_shown(visit, browser):
    context = browser.new_context(java_script_enabled=False)
    visit.page = context.new_page()
    sign_in(visit, "/admin/knowledge/overview/add/")

    for code in ["sv", "en", "ar"]:
        expect(visit.page.locator(f"#id_title_{code}")).to_be_visible()
    expect(visit.page.locator(".language-tabs")).to_be_hidden()
    context.close()


@pytest.mark.parametrize("language", ["sv", "ar"])
@pytest.mark.parametrize("width", [1280, 390])
def test_pages_complain_of_nothing_and_fit_the_window(visit, language, width):
    page = visit.page
    page.set_viewport_size({"width": width, "height": 800})
    organization = make.make_organization([make.make_topic()], name_sv="Ett namn")
    event = make.make_event([make.make_topic()], programme=["Start"], organizer=organization)
    overview = make.make_overview([make.make_topic()], references=[make.make_reference()], status="draft")
    public = make.make_overview(findings=[{}])
    sign_in(visit, "/admin/", language)

    for path in [
        "/admin/", "/admin/knowledge/", "/admin/actors/organization/", "/admin/events/event/",
        f"/admin/actors/organization/{organization.pk}/change/", f"/admin/events/event/{event.pk}/change/",
        *(f"/admin/knowledge/overview/{overview.pk}/{name}/" for name in ["change", "history", "delete"]),
        f"/admin/knowledge/overview/{public.pk}/change/", "/admin/knowledge/overviewtranslation/",
        f"/admin/knowledge/overviewtranslation/{public.translations.first().pk}/change/",
        "/admin/vocabulary/topic/add/",
        "/admin/accounts/user/add/", "/admin/auth/group/add/",
    ]:  # fmt: skip
        visit.open(path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
    assert visit.faults == []


def test_reference_is_searched_and_cited_by_keyboard(visit):
    page = visit.page
    make.make_reference(key="berg2020", authors="Berg A", title="About trauma")
    make.make_reference(key="karliner2007", authors="Karliner LS", title="Interpreters")
    make.make_reference(key="karliner2010", authors="Karliner LS", title="More interpreters")
    sign_in(visit, "/admin/knowledge/overview/add/")
    page.locator("#tab-en").click()
    page.fill("#id_body_en", "Before  after")
    page.locator("#id_body_en").press("Home")
    for _ in "Before ":
        page.keyboard.press("ArrowRight")

    search = page.locator("#id_body_en_citations")
    search.focus()
    page.keyboard.type("karliner")
    expect(page.locator("#panel-en [role=option]")).to_have_count(2)
    expect(search).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#panel-en [aria-selected=true]")).to_contain_text("More interpreters")
    expect(search).to_have_attribute("aria-activedescendant", "id_body_en_citations_1")
    page.keyboard.press("Enter")

    expect(page.locator("#id_body_en")).to_have_value("Before [@karliner2010] after")
    expect(page.locator("#id_body_en")).to_be_focused()
    expect(page.locator("#panel-en [role=option]")).to_have_count(0)
    search.focus()
    page.keyboard.type("nobody")
    expect(page.locator(".field-body_en .citation-picker [role=status]")).to_have_text("Ingen referens hittades.")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page).to_have_url(visit.address + "/admin/knowledge/overview/add/")
    assert visit.faults == []


def test_links_and_buttons_above_an_overview_are_of_one_height(visit):
    sign_in(visit, "/admin/")
    overview = make.make_overview(title_en="Interpreters")

    visit.open(f"/admin/knowledge/overview/{overview.pk}/change/")

    deeds = visit.page.locator(".deeds > a, .deeds button")
    boxes = [deed.bounding_box() for deed in deeds.all()]
    assert {deed.evaluate("deed => deed.tagName") for deed in deeds.all()} == {"A", "BUTTON"}
    assert len({(round(box["y"]), round(box["height"])) for box in boxes}) == 1
