"""The calendar and an event's page in a real browser, with the data for machines that the page holds."""

import pytest
from django.utils.translation import override

from events.models import Event
from tests.browser.conftest import picture
from tests.make import make_resource, make_upload

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BREACHES = """() => {
  window.breaches = [];
  document.addEventListener('securitypolicyviolation', (event) => window.breaches.push(event.violatedDirective));
}"""


def wide_enough(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize(
    ("width", "language", "scheme"),
    [(1280, "sv", "light"), (390, "ar", "light"), (320, "sv", "dark"), (1280, "ar", "dark")],
)
def test_calendar_and_event_fit_and_break_no_rule(new_visit, starter, width, language, scheme):
    visit = new_visit(width, color_scheme=scheme)
    visit.context.add_init_script(f"({BREACHES})()")
    past = Event.objects.get(slug="lmh-uppstart-2018")
    upload = make_upload(resource=make_resource(title_sv="Bilder från dagen"))
    past.materials.set([upload.resource])
    full, form, past = (
        Event.objects.get(slug=slug) for slug in ["demo-tolk-workshop", "demo-arbetsmarknad", past.slug]
    )
    with override(language):
        urls = [one.get_absolute_url() for one in [full, form, past]]
    calendar = {"sv": "/sv/kalender/", "ar": "/ar/events/"}[language]

    for number, url in enumerate([calendar, calendar + "?free=no", *urls]):
        visit.open(url)
        picture(visit.page, f"events-{number}-{width}-{language}-{scheme}")
        assert wide_enough(visit.page), url
        assert visit.page.evaluate("window.breaches") == [], url

    assert visit.faults == []
    assert visit.page.locator('script[type="application/ld+json"]').count() == 1
