"""Signing up with a keyboard alone, on the narrowest screen and in Arabic: from the form to the place and back."""

import pytest
from django.urls import reverse
from django.utils.translation import override
from playwright.sync_api import expect

from events import registering
from events.models import Event, Registration
from tests import make
from tests.browser.conftest import picture
from tests.browser.test_keyboard import fill, send, tab_to, walk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def event(db) -> Event:
    event = make.make_event(name_sv="Samtal via tolk", name_ar="الحديث عبر مترجم", attendance_mode="mixed")
    make.make_sign_up_form(event, asks_diet=True, maximum_virtual_attendee_capacity=0)
    make.make_question(event, kind="yes_no", is_required=True)
    return event


@pytest.mark.parametrize(("language", "width"), [("sv", 1280), ("en", 390), ("ar", 320)])
def test_sign_up_confirm_and_cancel_without_a_mouse(new_visit, event, language, width):
    visit = new_visit(width)
    page = visit.page
    with override(language):
        visit.open(reverse("events:sign_up", args=[event.slug]))

    assert walk(page) == []
    page.evaluate("document.activeElement.blur()")
    picture(page, f"sign-up {language}")
    fill(page, "email", "nobody")
    send(page)
    expect(page.get_by_role("alert")).to_be_visible()
    picture(page, f"sign-up refused {language}")
    tab_to(page, "[role=alert] a[href='#email']")
    page.keyboard.press("Enter")
    expect(page.locator("#email")).to_have_value("nobody")
    assert "#email" in page.url
    fill(page, "name", "Anna Berg")
    fill(page, "email", "anna@example.org")
    tab_to(page, "[name=attendance_mode]")
    page.keyboard.press("Space")
    tab_to(page, "select[name^=question_]")
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(3_100)  # sooner is a machine
    send(page)

    with override(language):
        page.wait_for_url(visit.address + reverse("events:sign_up_sent", args=[event.slug]))
        row = Registration.objects.get()
        visit.open(reverse("events:confirm_registration", args=[registering.token_of(row)]))
        send(page)
        page.wait_for_url(visit.address + reverse("events:my_registration", args=[registering.token_of(row)]))
    assert walk(page) == []
    picture(page, f"my sign-up {language}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    tab_to(page, "button[value=cancel]")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    row.refresh_from_db()
    assert (row.state, row.attendance_mode, row.language) == ("cancelled", "offline", language)
    assert visit.faults == []


def test_personal_page_tells_no_other_page_its_address(visit, event):
    row = make.make_registration(event)
    visit.open(reverse("events:my_registration", args=[registering.token_of(row)]))

    with visit.page.expect_request("**/kalender/**") as asked:
        visit.page.locator("dl a").first.click()

    assert "referer" not in asked.value.headers
