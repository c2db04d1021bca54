"""After sign-up, in a real browser: ticks with and without script, and the pages as participants see them."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from events import certifying, contributing, evaluating, registering
from events.models import Attendance, WorkshopInput
from tests import make
from tests.browser.conftest import picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
COORDINATOR = [
    "view_attendance", "change_attendance", "view_registration", "view_figures", "view_evaluationtally",
    "change_workshopinput", "view_workshopinput",
]  # fmt: skip


def make_day():
    event = make.make_event_of_today(name_sv="Tolk i vården", name_ar="الترجمة في الرعاية الصحية")
    people = [make.make_participant(event=event, name=name) for name in ["Anna Berg", "أحمد محمود", "Östen Ö"]]
    make.make_participant(event=event, state="waiting", name="Väntande Vera")
    return event.occasions.get(), people


def test_tick_is_saved_at_once_with_script_and_by_the_form_without(new_visit, desk, live_server):
    meeting, people = make_day()
    visit = desk("coordinator", *COORDINATOR)
    address = reverse("admin:events_occasion_change", args=[meeting.pk])
    visit.page.set_viewport_size({"width": 390, "height": 800})
    visit.open(address)

    visit.page.click("text=Anna Berg")
    visit.page.wait_for_selector('button[aria-pressed="true"]')
    picture(visit.page, "checklist")

    assert visit.page.text_content("#present") == "1"
    assert Attendance.objects.get().registration == people[0]
    visit.page.click("text=Anna Berg")
    visit.page.wait_for_selector('button[name="present"] >> text=Anna Berg')
    assert not Attendance.objects.exists()
    assert visit.faults == []
    without = new_visit(width=390, java_script_enabled=False, storage_state=visit.context.storage_state())
    without.open(address)
    without.page.click("text=Östen Ö")
    assert Attendance.objects.get().registration == people[2]


def test_pages_of_the_desk_look_right(desk):
    meeting, people = make_day()
    past = make.make_event_of_today(starts_at=timezone.now() - dt.timedelta(days=2), name_sv="Traumamedveten vård")
    for place in range(9):
        registration = make.make_participant(event=past, present=past.occasions.all() if place < 7 else ())
        answers = {question.name: [1 + place % 5] for question in evaluating.QUESTIONS["after"]}
        evaluating.receive(evaluating.Asked(registration, "after"), answers)
    visit = desk("coordinator", *COORDINATOR)
    pages = {
        "paper": reverse("admin:events_occasion_list", args=[meeting.pk]),
        "code": reverse("admin:events_occasion_code", args=[meeting.pk]),
        "results": reverse("admin:events_evaluation_results", args=[past.pk]),
        "figures": reverse("admin:events_figures_changelist"),
        "note-link": reverse("admin:events_note_link", args=[meeting.event_id]),
    }
    for name, address in pages.items():
        for scheme in ["light", "dark"]:
            visit.page.emulate_media(color_scheme=scheme)
            visit.open(address)
            picture(visit.page, f"{name}-{scheme}")
        overflow = visit.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, name

    assert visit.faults == []


@pytest.mark.parametrize("language", ["sv", "ar"])
def test_pages_of_participants_look_right(new_visit, language):
    meeting, people = make_day()
    past = make.make_event_of_today(starts_at=timezone.now() - dt.timedelta(days=2), name_sv="Traumamedveten vård",
                                    form={"certificate_percent": 50})  # fmt: skip
    for place in range(9):
        registration = make.make_participant(event=past, present=past.occasions.all())
        if place:
            answers = {question.name: [1 + place % 5] for question in evaluating.QUESTIONS["after"]}
            evaluating.receive(evaluating.Asked(registration, "after"), answers)
    certifying.issue_all()
    WorkshopInput.objects.create(
        event=past,
        text="Fler tolkar",
        language="sv",
        is_public=True,
        reply_sv="Vi bokar fler.",
        replied_at=timezone.now(),
    )
    last = past.registrations.exclude(evaluated__contains=["after"]).get()
    with override(language):
        pages = {
            "check-in": reverse("events:check_in"),
            "check-in-own": reverse("events:check_in_own", args=[registering.token_of(people[0])]),
            "certificate": reverse("events:certificate", args=[registering.token_of(last)]),
            "evaluate": reverse("events:evaluate", args=[evaluating.token_of(last, "after")]),
            "note": reverse("events:note", args=[contributing.note_token(meeting.event)]),
            "event": past.get_absolute_url(),
        }
    visit = new_visit(width=390)
    for name, address in pages.items():
        visit.page.emulate_media(color_scheme="dark" if name == "note" else "light")
        visit.open(address)
        picture(visit.page, f"{name}-{language}")
        overflow = visit.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, name

    assert visit.faults == []
