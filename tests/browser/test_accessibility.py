"""Every kind of page, in every language, colour scheme and width: axe-core finds nothing, nothing scrolls sideways."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from lmh_portal.core.languages import LANGUAGES, SOURCE_LANGUAGE
from lmh_portal.home import pages
from tests.browser.conftest import Visit
from tests.kinds import every_kind

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]  # by far the slowest rules
ALL_RULES = {"runOnly": {"type": "tag", "values": TAGS}}
BUT_COLOURS = ALL_RULES | {"rules": {name: {"enabled": False} for name in COLOURS}}
COLOUR_RULES = {"runOnly": {"type": "rule", "values": COLOURS}}  # dark changes nothing else
SIZE_RULES = {"runOnly": {"type": "rule", "values": ["target-size", "scrollable-region-focusable"]}}
WIDTHS = [1280, 390, 320]
LOOKS = {  # the rules for each; 390 has the layout and colours of 320, only sizes are others
    1280: {"light": ALL_RULES, "dark": COLOUR_RULES},
    390: {"light": SIZE_RULES},
    320: {"light": BUT_COLOURS},
}
NARROW_COLOURS = {"light": ALL_RULES, "dark": COLOUR_RULES}  # of the narrow menu and boxes, the same in every language
PARTS = 3  # so that the cores share the work evenly
UNFOLD = "document.querySelectorAll('details').forEach(one => { one.open = true })"
SIDEWAYS = """() => { const page = document.scrollingElement, room = page.clientWidth
  const sticksOut = box => box.width > 0 && (box.right > room + 1 || box.left < -1)
  return page.scrollWidth <= room ? [] : [`scrolls sideways by ${page.scrollWidth - room} pixels`,
    ...[...document.querySelectorAll('body *')].filter(one => sticksOut(one.getBoundingClientRect()))
      .slice(0, 5).map(one => 'sticks out: ' + one.outerHTML.slice(0, 100))] }"""
AXE = """async rules => (await axe.run(document, {...rules, resultTypes: ['violations']})).violations.map(found =>
  `${found.id}: ${found.nodes.slice(0, 3).map(node =>
    node.html.slice(0, 150) + ' – ' + node.failureSummary).join(' | ')}`)"""


def examine(visit: Visit, name: str, language: str = SOURCE_LANGUAGE) -> list[str]:
    """What is wrong with the page now open, in any look: as it comes, then with everything unfolded."""
    page, found = visit.page, []
    looks = LOOKS | ({320: NARROW_COLOURS} if language == SOURCE_LANGUAGE else {})

    def note(look: str, wrong: list[str]) -> None:
        found.extend(f"{name}, {look}: {fault}" for fault in [*wrong, *page.evaluate(SIDEWAYS)])

    page.evaluate(AXE_SCRIPT)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        note(f"{width} folded", page.evaluate(AXE, BUT_COLOURS) if width == WIDTHS[0] else [])
    page.evaluate(UNFOLD)
    for width in reversed(WIDTHS):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme, rules in looks[width].items():
            page.emulate_media(color_scheme=scheme)
            note(f"{width} {scheme}", page.evaluate(AXE, rules))
    page.emulate_media(color_scheme="light")
    return found


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing(visit, starter, language, part):
    kinds = [(name, url) for name, url in sorted(every_kind(language).items()) if "unknown" not in name][part::PARTS]

    found = []
    for name, url in kinds:
        visit.open(url)
        found += examine(visit, name, language)

    assert not found, "\n".join(found)
    assert len(kinds) > 8


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_where_something_went_wrong(visit, starter, language, monkeypatch):
    kinds = every_kind(language)

    visit.open(kinds["feedback:contact"])
    visit.page.locator("main form button").click()
    found = examine(visit, "refused form", language)
    monkeypatch.setattr(pages, "page", lambda name: 1 / 0)
    visit.open(kinds["home:about"])
    found += examine(visit, "accident", language)

    assert not found, "\n".join(found)


def test_axe_would_find_something(visit, starter):
    visit.open(every_kind("sv")["home:front_page"])
    visit.page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<a href=x></a><input>')")

    assert len(examine(visit, "spoilt")) == 6  # a link and a field without a name, in three looks
