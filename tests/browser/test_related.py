"""An editor pins a page: found by typing, saved, and seen by readers."""

import pytest
from playwright.sync_api import expect

from lmh_portal.home.models import RelatedChoice
from tests import make
from tests.browser.test_admin import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_editor_pins_a_page_that_readers_then_see_first(visit):
    page = visit.page
    overview = make.make_overview(title_sv="Tolk i vården")
    pinned = make.make_organization(name_sv="Tolkförmedling Väst")
    sign_in(visit, f"/admin/knowledge/overview/{overview.pk}/change/")

    page.locator(".inline-group .add-row a").click()
    page.locator(".inline-group .select2-selection").click()
    with page.expect_response(lambda answer: "term=f" in answer.url):
        page.locator(".select2-search__field").fill("förmedling")
    page.locator(".select2-results__option", has_text="Tolkförmedling Väst (organisation)").click()
    expect(page.locator(".inline-group .select2-selection__rendered")).to_contain_text("Tolkförmedling Väst")
    page.locator("[name=_continue]").first.click()
    expect(page.locator(".messagelist .success")).to_be_visible()

    choice = RelatedChoice.objects.get()
    assert (choice.decision, choice.page, choice.target) == ("pin", overview, pinned)
    expect(page.locator(".inline-group .select2-selection__rendered")).to_contain_text("Tolkförmedling Väst")
    visit.open(overview.get_absolute_url())
    expect(page.get_by_role("link", name="Tolkförmedling Väst")).to_be_visible()
    assert visit.faults == []
