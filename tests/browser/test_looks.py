"""On paper and in forced colours."""

import pytest

from lmh_portal.core.languages import LANGUAGES
from tests.kinds import every_kind

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HIDDEN_ON_PAPER = [
    ".site-header nav", ".site-header .menu", ".site-footer", ".crumbs", ".skip", ".facets", ".pagination", ".tabs",
    ".toc",
]  # fmt: skip
UNSEEN_FOLDS = """[...document.querySelectorAll('main details:not(.facets__fold, .facet)')]
  .filter(one => ![...one.children].slice(1).some(part => part.checkVisibility()))
  .map(one => one.outerHTML.slice(0, 100))"""
LINKS_WITHOUT_ADDRESS = """[...document.querySelectorAll('main a[href^=http]')]
  .filter(one => one.checkVisibility() && !one.closest('.references'))  // which say it as text
  .filter(one => !getComputedStyle(one, '::after').content.includes('(')).map(one => one.href)"""
# Things that only their border or background sets apart, and which keep neither in forced colours.
WITHOUT_BORDER = """[...document.querySelectorAll(
    '.button, button, .chip, .card, .panel, .note, .field input, select, textarea')]
  .filter(one => one.checkVisibility())
  .filter(one => { const style = getComputedStyle(one)
    return ['Top', 'Left', 'Bottom', 'Right'].every(side =>
      style[`border${side}Style`] === 'none' || parseFloat(style[`border${side}Width`]) === 0)
      && (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) === 0) })
  .map(one => one.outerHTML.slice(0, 100))"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_forced_colours_keep_borders_and_paper_shows_the_text_alone(visit, starter, language):
    page, faults = visit.page, []
    for name, url in every_kind(language).items():
        page.emulate_media(media="screen", color_scheme="light", forced_colors="active")
        visit.open(url)
        seen = [f"without border: {what}" for what in page.evaluate(WITHOUT_BORDER)]
        page.emulate_media(media="print", color_scheme="dark", forced_colors="none")
        seen += [what for what in HIDDEN_ON_PAPER for one in page.locator(what).all() if one.is_visible()]
        seen += [f"folded: {fold}" for fold in page.evaluate(UNSEEN_FOLDS)]
        seen += [f"no address: {href}" for href in page.evaluate(LINKS_WITHOUT_ADDRESS)]
        colours = page.evaluate(
            "['color', 'backgroundColor'].map(name => getComputedStyle(document.body)[name]).join()"
        )
        if colours != "rgb(0, 0, 0),rgb(255, 255, 255)":
            seen.append(f"is printed in {colours}")
        if not page.locator("h1").is_visible():
            seen.append("has no heading")
        faults += [f"{name}: {fault}" for fault in seen]

    assert not faults, "\n".join(faults)
    assert page.evaluate("document.dir") == LANGUAGES[language].direction


def test_paper_of_an_overview_is_not_longer_than_its_text(visit, starter):
    name = next(name for name in every_kind("ar") if name.startswith("knowledge:overview_detail"))
    visit.open(every_kind("ar")[name])
    visit.page.emulate_media(media="print")

    paper = visit.page.pdf(format="A4")

    assert paper.startswith(b"%PDF")
    assert 2 <= paper.count(b"/Type /Page\n") <= 15
