"""The handout on a narrow screen; how somebody comes by one, test_register_story.py tells."""

import pytest

from tests.browser.test_register_story import COLUMNS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_narrow_screen_has_one_language_below_the_other(new_visit, starter):
    visit = new_visit(390)
    visit.open("/sv/informationsblad/?s=demo-vardlots&second=ar")

    tops = visit.page.evaluate(COLUMNS)

    assert len(set(tops[0])) == 2
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
