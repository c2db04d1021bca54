"""Everything can be reached, seen and used with a keyboard alone."""

import pytest
from playwright.sync_api import Page, expect

from lmh_portal.core.languages import LANGUAGES
from lmh_portal.feedback.models import Message
from lmh_portal.vocabulary.models import Area
from tests.kinds import LISTS, every_kind

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What can be focused in the page, in its order, and how each thing and its surroundings look without focus.
START = """() => {
  const around = one => [one, one.parentElement, one.parentElement?.parentElement, one.firstElementChild]
  const look = element => around(element).filter(Boolean).map(one => { const style = getComputedStyle(one); return [
      style.outlineStyle, style.outlineWidth, style.outlineColor, style.boxShadow, style.borderColor, style.borderWidth,
      style.stroke, style.strokeWidth, style.backgroundColor].join() }).join(';')
  // of a group of radio buttons one is a stop: the chosen one, else the first
  const group = one => [...one.form.elements].filter(other => other.type === 'radio' && other.name === one.name)
  const leads = one => one.type !== 'radio' || one === (group(one).find(other => other.checked) || group(one)[0])
  const stops = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')]
    .filter(leads)
    .filter(one => one.tabIndex >= 0 && one.type !== 'hidden' && one.checkVisibility({visibilityProperty: true}))
  const before = stops.map(look)
  window.portal = {stops, look, before}
  return stops.length
}"""
# The focused thing: its place in that order, what it is, and what is wrong with how it shows.
STOP = """() => {
  const {stops, look, before} = window.portal, one = document.activeElement, place = stops.indexOf(one)
  if (place < 0) return {place, name: one.outerHTML.slice(0, 120), faults: []}
  const faults = [], box = one.getClientRects()[0], x = box.left + box.width / 2, y = box.top + box.height / 2
  if (look(one) === before[place]) faults.push('shows no focus')
  const seen = document.elementFromPoint(x, y)  // of a shape on the map: anything beside it will do
  if (!seen || !(one.contains(seen) || seen.contains(one) || one.closest('svg')?.parentElement.contains(seen)))
    faults.push(`is out of sight or covered (${Math.round(x)}, ${Math.round(y)})`)
  return {place, name: one.outerHTML.slice(0, 120), faults}
}"""


def walk(page: Page) -> list[str]:
    """Press Tab through the whole page; what is wrong on the way."""
    faults = []
    for expected in range(page.evaluate(START)):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        faults += [f"{page.url}: {stop['name']} {fault}" for fault in stop["faults"]]
        if stop["place"] != expected:
            return [*faults, f"{page.url}: Tab {expected} leads to {stop['place']}: {stop['name']}"]
    return faults


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is on what the selector names."""
    for _ in range(400):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"Tab never leads to {selector}")


@pytest.mark.parametrize(("language", "width"), [("sv", 1280), ("en", 390), ("ar", 320)])
def test_tab_leads_through_every_page_in_order_and_in_sight(new_visit, starter, language, width):
    visit = new_visit(width)
    kinds = {name: url for name, url in every_kind(language).items() if "?" not in url}

    faults = []
    for url in kinds.values():
        visit.open(url)
        faults += walk(visit.page)

    assert not faults, "\n".join(faults)
    assert len(kinds) > 15


@pytest.mark.parametrize("view", ["home:front_page", "knowledge:overview_list", "feedback:contact"])
def test_focus_shows_in_forced_colours(new_visit, starter, view):
    visit = new_visit(forced_colors="active")
    visit.open(every_kind("sv")[view])

    assert walk(visit.page) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_skip_link_comes_first_and_leads_past_the_menu(visit, starter, language):
    visit.open(every_kind(language)["knowledge:overview_list"])

    visit.page.keyboard.press("Tab")
    expect(visit.page.locator(".skip")).to_be_focused()
    expect(visit.page.locator(".skip")).to_be_in_viewport(ratio=1)
    visit.page.keyboard.press("Enter")
    visit.page.keyboard.press("Tab")

    assert visit.page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize("language", LANGUAGES)
def test_menu_unfolds_on_a_phone(new_visit, starter, language):
    visit = new_visit(390)
    visit.open(every_kind(language)["home:front_page"])
    links = visit.page.locator(".menu a")
    expect(links.first).to_be_hidden()

    tab_to(visit.page, ".menu summary")
    visit.page.keyboard.press("Enter")
    expect(links.first).to_be_visible()
    visit.page.keyboard.press("Tab")
    expect(links.first).to_be_focused()
    visit.page.keyboard.press("Enter")

    visit.page.wait_for_url(visit.address + every_kind(language)["knowledge:overview_list"])
    assert visit.faults == []


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("view", LISTS)
def test_facets_are_chosen_and_taken_away(new_visit, starter, view, width):
    visit = new_visit(width)
    page = visit.page
    visit.open(every_kind("sv")[view])

    if width < 900:
        tab_to(page, ".facets__fold > summary")
        page.keyboard.press("Enter")
    tab_to(page, ".facet input, .facet:not([open]) > summary")
    if page.evaluate("document.activeElement.tagName") == "SUMMARY":
        page.keyboard.press("Enter")
        tab_to(page, ".facet input")
    chosen = page.evaluate("document.activeElement.value")
    page.keyboard.press("Space")
    tab_to(page, ".facets button")
    page.keyboard.press("Enter")
    expect(page.locator(f".facet input[value='{chosen}']")).to_be_checked()
    tab_to(page, ".chip--remove")
    page.keyboard.press("Enter")
    expect(page.locator(".chip--remove")).to_have_count(0)

    assert visit.faults == []


def test_municipality_is_chosen_from_the_menu(visit, starter):
    page = visit.page
    visit.open(every_kind("sv")["actors:service_list"])

    tab_to(page, "select[name=municipality]")
    page.keyboard.press("ArrowDown")
    code = page.evaluate("document.activeElement.value")
    tab_to(page, ".facets button")
    page.keyboard.press("Enter")

    expect(page.locator("select[name=municipality]")).to_have_value(code)
    assert f"municipality={code}" in page.url


@pytest.mark.parametrize("name", ["knowledge:overview_list filtered", "search:search found", "home:privacy"])
def test_language_switch_stays_on_the_page(visit, starter, name):
    visit.open(every_kind("sv")[name])

    for language in ["ar", "en", "sv"]:
        tab_to(visit.page, f".languages a[hreflang={language}]")
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_url(visit.address + every_kind(language)[name])

    assert visit.faults == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_map_names_every_municipality_and_leads_to_it(visit, starter, language):
    visit.open(every_kind(language)["home:front_page"])
    places = visit.page.locator("svg.map a")

    names = places.evaluate_all("all => all.map(one => one.getAttribute('aria-label'))")
    tab_to(visit.page, "svg.map a")
    visit.page.keyboard.press("Enter")

    visit.page.wait_for_url("**/?municipality=*")
    assert sorted(name.split(":")[0] for name in names) == sorted(
        Area.objects.municipalities().values_list("name_sv", flat=True)
    )
    assert len(names) == 49


def test_search_needs_no_mouse(visit, starter):
    visit.open(every_kind("en")["home:front_page"])

    tab_to(visit.page, "#q")
    visit.page.keyboard.type("tolk")
    visit.page.keyboard.press("Enter")

    expect(visit.page.locator("main h2").first).to_be_visible()
    expect(visit.page.locator("main #q")).to_have_value("tolk")


# --- the contact form

TEXT = "Hej! <b>Två</b> & tre\nrader."


def fill(page: Page, field: str, text: str) -> None:
    tab_to(page, f"#{field}")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def send(page: Page) -> None:
    tab_to(page, "main form button")
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.parametrize("language", LANGUAGES)
def test_contact_form_refuses_keeps_the_text_and_then_sends(visit, starter, language):
    page = visit.page
    visit.open(every_kind(language)["feedback:contact"])

    fill(page, "text", TEXT)
    fill(page, "email", "nobody")
    send(page)
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#text")).to_have_value(TEXT)
    expect(page.locator("#email")).to_have_value("nobody")
    assert page.locator("#email").get_attribute("aria-invalid") == "true"
    tab_to(page, "#kind")
    page.keyboard.press("ArrowDown")
    fill(page, "email", "nobody@example.org")
    page.wait_for_timeout(3_100)  # sooner is a machine
    send(page)

    page.wait_for_url(visit.address + every_kind(language)["feedback:contact_sent"])
    message = Message.objects.get()
    assert (message.text.replace("\r", ""), message.email, message.language) == (
        TEXT,
        "nobody@example.org",
        language,
    )
    assert visit.faults == []


def test_contact_form_sent_at_once_asks_to_look_again(visit, starter):
    page = visit.page
    visit.open(every_kind("sv")["feedback:contact"] + "?kind=question")

    fill(page, "text", TEXT)
    send(page)

    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#text")).to_have_value(TEXT)
    expect(page.locator("#kind")).to_have_value("question")
    assert Message.objects.count() == 0
