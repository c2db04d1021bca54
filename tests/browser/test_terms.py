"""Words explained: opened by keyboard and by touch, listed on paper."""

import pytest
from django.utils.translation import override

from tests.make import make_glossary_term, make_overview

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

IS_OPEN = "document.querySelector('#term-tolk').matches(':popover-open')"
IN_VIEW = """(() => { const box = document.querySelector('#term-tolk').getBoundingClientRect()
  return box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight })()"""


@pytest.fixture
def address():
    make_glossary_term(code="tolk", name_sv="tolk", name_ar="مترجم", definition_sv="Överför tal.", definition_ar="شرح")
    overview = make_overview(body_sv="## Läge\n\nBoka tolk i tid.")
    with override("sv"):
        return overview.get_absolute_url()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_keyboard_opens_and_closes_a_definition(new_visit, address, width, scheme):
    visit = new_visit(width, color_scheme=scheme)
    visit.open(address)
    visit.page.locator("button.term").focus()

    visit.page.keyboard.press("Enter")
    assert visit.page.evaluate(IS_OPEN)
    assert visit.page.evaluate(IN_VIEW)
    assert visit.page.get_by_text("Överför tal.").is_visible()
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.activeElement.closest('#term-tolk') !== null")
    visit.page.keyboard.press("Escape")

    assert not visit.page.evaluate(IS_OPEN)
    assert visit.page.evaluate("document.activeElement.matches('button.term')")
    assert visit.faults == []


def test_touch_opens_and_closes_a_definition_in_the_readers_language(new_visit, address):
    visit = new_visit(390, has_touch=True)
    visit.open(address.replace("/sv/kunskap/", "/ar/knowledge/"))

    visit.page.locator("button.term").tap()
    assert visit.page.locator("#term-tolk").get_by_text("شرح", exact=True).is_visible()
    assert visit.page.evaluate(IN_VIEW)
    visit.page.locator("#term-tolk button").tap()

    assert not visit.page.evaluate(IS_OPEN)


def test_paper_lists_the_definitions(visit, address):
    visit.open(address)
    assert not visit.page.get_by_text("Överför tal.").is_visible()

    visit.page.emulate_media(media="print")

    assert visit.page.get_by_text("Överför tal.").is_visible()
    assert visit.page.locator(".terms h2").is_visible()
    assert not visit.page.locator("#term-tolk button").is_visible()
