"""A coordinator registers and publishes an event by keyboard alone; the fields and the time are counted."""

import time

import pytest
from playwright.sync_api import expect

from events.models import Event
from lmh_portal.vocabulary.models import EventType
from tests import make
from tests.browser.conftest import picture
from tests.browser.test_admin import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_FIELDS = 8


def reach(page, selector: str) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(200):
        if page.evaluate("selector => document.activeElement?.matches(selector) ?? false", selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{selector} is not reached by keyboard")


def write(page, selector: str, text: str, written: list[str]) -> None:
    reach(page, selector)
    page.keyboard.press("Control+a")
    page.keyboard.type(text)
    written.append(selector)


def test_event_is_published_by_keyboard_with_few_fields(visit, capsys):
    page, written = visit.page, []
    make.make_organization(slug="vgr-lmh")
    make.make_term(EventType, name_sv="Workshop")
    sign_in(visit, "/admin/events/event/add/")
    expect(page.locator("#tab-sv")).to_be_visible()
    started = time.monotonic()

    reach(page, "#id_name_sv")
    write(page, "#id_name_sv", "Samtal via tolk", written)
    write(page, "#id_description_sv", "Vi övar samtal via tolk.", written)
    write(page, "#id_venue_sv", "Regionens hus, Göteborg", written)
    write(page, "#id_starts_at_0", "2026-12-15", written)
    write(page, "#id_starts_at_1", "13:00", written)
    reach(page, ".field-event_type .select2-selection")
    page.keyboard.press("Enter")
    with page.expect_response(lambda answer: "term=Work" in answer.url):
        page.keyboard.type("Work")
    expect(page.locator(".select2-results__option--highlighted")).to_have_text("Workshop")
    page.keyboard.press("Enter")
    written.append("event_type")
    reach(page, "[name=_publish]")
    page.keyboard.press("Enter")
    expect(page.locator(".messagelist .success")).to_be_visible()

    seconds = time.monotonic() - started
    with capsys.disabled():
        print(f"\npublished with {len(written)} fields in {seconds:.1f} s, of them typing and waiting for pages")  # noqa: T201
    event = Event.objects.get()
    assert event.status == "published"
    assert len(written) <= MOST_FIELDS
    assert visit.faults == []
    picture(page, "event-published")


def test_preview_follows_what_is_typed_in_the_chosen_language(visit):
    page = visit.page
    event = make.make_event(
        [make.make_topic()], name_sv="Före", name_ar="قبل", programme=["Start"], description_sv="Text."
    )
    sign_in(visit, f"/admin/events/event/{event.pk}/change/")

    page.locator(".event-preview summary").click()
    shown = page.frame_locator(".event-preview iframe")
    expect(shown.locator("h1")).to_have_text("Före")
    page.fill("#id_name_sv", "Efter")
    expect(shown.locator("h1")).to_have_text("Efter")
    page.select_option("#preview_language", "ar")
    expect(shown.locator("h1")).to_have_text("قبل")
    expect(shown.locator("html")).to_have_attribute("dir", "rtl")
    picture(page, "event-preview")
    page.fill("#id_name_sv", "")
    expect(shown.locator("main li")).to_have_count(1)

    event.refresh_from_db()
    assert event.name_sv == "Före"
    assert visit.faults == []


@pytest.mark.parametrize(
    ("width", "language", "scheme"), [(1280, "sv", "light"), (390, "sv", "light"), (1280, "ar", "dark")]
)
def test_pages_of_an_event_fit_the_window(new_visit, width, language, scheme):
    visit = new_visit(width=width, color_scheme=scheme)
    event = make.make_event([make.make_topic()], name_sv="Samtal via tolk", status="draft", programme=["Start", "Fika"])
    public = make.make_event(name_sv="Öppen", attendance_mode="mixed")
    make.make_sign_up_form(public, asks_diet=True)
    for number in range(5):
        make.make_registration(
            public, attendance_mode="offline", diet="Vegan" if number % 2 else "", access_needs="Hörslinga"
        )
    make.make_event(is_template=True, status="draft")
    person = public.registrations.first()
    sign_in(visit, "/admin/", language)

    for name, path in {
        "add": "add/", "draft": f"{event.pk}/change/", "public": f"{public.pk}/change/", "list": "",
        "participants": f"{public.pk}/participants/", "person": f"{public.pk}/participants/{person.pk}/",
        "add-person": f"{public.pk}/participants/add/", "needs": f"{public.pk}/participants/needs/",
        "invitations": f"{public.pk}/invitations/", "copy": f"{public.pk}/copy/", "series": f"{public.pk}/series/",
        "templates": "templates/",
    }.items():  # fmt: skip
        visit.open(f"/admin/events/event/{path}")
        picture(visit.page, f"{name}-{width}-{language}-{scheme}")
        assert visit.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
    assert visit.faults == []
