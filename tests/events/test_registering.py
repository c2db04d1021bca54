"""Seats, the waiting list and who gets a letter: one rule at a time."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from events import registering
from events.models import Event, ProtectedData, Question, Quota, Registration
from events.registering import Refused, Window
from lmh_portal.letters.models import Letter
from lmh_portal.vocabulary.models import StaffGroup
from tests.make import (
    make_event,
    make_organization,
    make_registration,
    make_sign_up_form,
    make_term,
    make_unconfirmed,
)

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
pytestmark = pytest.mark.django_db


def letters(registration: Registration) -> list[str]:
    """The kinds of letters that a participant got, the first one first."""
    rows = Letter.objects.filter(about=f"events.registration:{registration.pk}").order_by("pk")
    return [kind.removeprefix("events.") for kind in rows.values_list("kind", flat=True)]


def state(registration: Registration) -> str:
    registration.refresh_from_db()
    return registration.state


@pytest.fixture
def event():
    """In ten days, with two seats."""
    event = make_event(starts_at=timezone.now() + 10 * DAY)
    make_sign_up_form(event)
    return event


# --- signing up and confirming


def test_a_seat_is_held_until_the_address_is_confirmed(event):
    registration = make_unconfirmed(event)

    assert (registration.state, registration.holds_seat) == ("unconfirmed", True)
    assert registration.expires_at - timezone.now() == pytest.approx(24 * HOUR, abs=HOUR)
    assert registering.places(event)["offline"].left == 1
    assert letters(registration) == ["confirm"]

    registering.confirm(registration)

    assert state(registration) == "confirmed"
    assert letters(registration) == ["confirm", "confirmed"]


def test_confirming_twice_changes_nothing(event):
    registration = make_registration(event)

    registering.confirm(registration)

    assert letters(registration) == ["confirm", "confirmed"]


def test_a_seat_that_nobody_confirms_is_free_again_and_its_holder_gets_no_letter(event):
    registration = make_unconfirmed(event)

    with time_machine.travel(timezone.now() + 25 * HOUR):
        assert registering.places(event)["offline"].left == 2  # even before the job has run
        assert registering.expire() == 1
        assert state(registration) == "expired"
        with pytest.raises(Refused, match="välkommen att anmäla dig igen"):
            registering.confirm(registration)

    assert letters(registration) == ["confirm"]


def test_an_address_signs_up_once_and_is_told_so_by_letter(event):
    first = make_registration(event, email="Reception@example.org")

    again = make_unconfirmed(event, email="reception@EXAMPLE.org", name="Någon annan")

    assert again == first
    assert Registration.objects.count() == 1
    assert letters(first) == ["confirm", "confirmed", "confirmed"]


def test_who_has_cancelled_may_sign_up_again(event):
    first = make_registration(event, email="a@example.org")
    registering.cancel(first)

    second = make_registration(event, email="a@example.org")

    assert second != first
    assert second.state == "confirmed"


@pytest.mark.parametrize(
    ("change", "form", "expected"),
    [
        ({}, {}, Window.OPEN),
        ({"event_status": "cancelled"}, {}, Window.CANCELLED),
        ({"event_status": "postponed"}, {}, Window.PAUSED),
        ({"registration": "closed"}, {}, Window.OVER),
        ({"status": "draft"}, {}, Window.ELSEWHERE),
        ({}, {"opens_at": timezone.now() + DAY}, Window.EARLY),
        ({}, {"closes_at": timezone.now() - DAY}, Window.OVER),
        ({}, {"is_by_invitation": True}, Window.INVITED),
    ],
)
def test_sign_up_is_open_in_its_time_alone(change, form, expected):
    event = make_event(**change)
    make_sign_up_form(event, **form)

    assert registering.window(event) == expected

    if expected != Window.OPEN:
        with pytest.raises(Refused):
            make_unconfirmed(event)
        assert not Registration.objects.exists()


def test_an_event_that_has_started_takes_nobody(event):
    with time_machine.travel(event.starts_at + HOUR), pytest.raises(Refused, match="redan börjat"):
        make_unconfirmed(event)


def test_one_takes_part_only_in_a_form_that_the_event_has(event):
    with pytest.raises(Refused, match="hur du vill delta"):
        make_unconfirmed(event, attendance_mode="online")


# --- the waiting list


def test_who_comes_when_all_is_taken_waits_in_line(event):
    make_registration(event), make_registration(event)

    third, fourth = make_registration(event), make_registration(event)

    assert (third.state, fourth.state) == ("waiting", "waiting")
    assert (registering.position(third), registering.position(fourth)) == (1, 2)
    assert letters(third) == ["confirm", "waiting"]


def test_a_freed_seat_goes_to_the_first_in_line(event):
    first, _second, third, fourth = (make_registration(event) for _number in range(4))

    registering.cancel(first)

    assert (state(third), state(fourth)) == ("confirmed", "waiting")
    assert letters(third) == ["confirm", "waiting", "confirmed"]
    assert registering.position(fourth) == 1


def test_near_the_start_a_freed_seat_is_offered_and_goes_on_when_nobody_takes_it(event):
    first, _second, third, fourth = (make_registration(event) for _number in range(4))

    with time_machine.travel(event.starts_at - 3 * DAY):
        registering.cancel(first)
        assert state(third) == "offered"
        assert letters(third)[-1] == "offer"
    with time_machine.travel(event.starts_at - 3 * DAY + 25 * HOUR):
        registering.expire()
        assert (state(third), state(fourth)) == ("expired", "offered")
        assert letters(third)[-1] == "expired"
        registering.accept(fourth)
        assert state(fourth) == "confirmed"
        with pytest.raises(Refused, match="Erbjudandet gäller inte"):
            registering.accept(third)


def test_an_offer_never_reaches_beyond_the_start(event):
    first, _second, third = (make_registration(event) for _number in range(3))

    with time_machine.travel(event.starts_at - 2 * HOUR):
        registering.cancel(first)

        third.refresh_from_db()
        assert third.expires_at == event.starts_at


def test_who_leaves_the_line_gives_nobody_a_seat(event):
    _first, _second, third, fourth = (make_registration(event) for _number in range(4))

    registering.cancel(third)

    assert state(fourth) == "waiting"


def test_more_capacity_lets_the_line_in(event):
    registrations = [make_registration(event) for _number in range(5)]
    event.registration_form.maximum_physical_attendee_capacity = 4
    event.registration_form.save()

    registering.promote(event)

    assert [state(row) for row in registrations] == ["confirmed"] * 4 + ["waiting"]


def test_less_capacity_throws_nobody_out(event):
    registrations = [make_registration(event) for _number in range(2)]
    event.registration_form.maximum_physical_attendee_capacity = 1
    event.registration_form.save()

    registering.promote(event)
    third = make_registration(event)
    registering.cancel(registrations[0])

    assert state(registrations[1]) == "confirmed"
    assert state(third) == "waiting"


def test_the_waiting_list_may_have_an_end():
    event = make_event()
    make_sign_up_form(event, maximum_physical_attendee_capacity=1, waiting_list_maximum=1)
    make_registration(event), make_registration(event)

    with pytest.raises(Refused, match="väntelistan"):
        make_unconfirmed(event)


def test_who_confirms_late_keeps_the_place_in_line(event):
    make_registration(event), make_registration(event)
    slow, quick = make_unconfirmed(event), make_registration(event)

    assert registering.position(quick) == 2
    registering.confirm(slow)

    assert (registering.position(slow), registering.position(quick)) == (1, 2)


def test_a_cancelled_event_promotes_nobody(event):
    first, _second, third = (make_registration(event) for _number in range(3))
    Event.objects.filter(pk=event.pk).update(event_status="cancelled")

    registering.cancel(first)

    assert state(third) == "waiting"


def test_nobody_is_passed_by_while_a_postponed_event_gives_no_seats(event):
    first, _second, third = (make_registration(event) for _number in range(3))
    fourth = make_unconfirmed(event)
    Event.objects.filter(pk=event.pk).update(event_status="postponed")
    registering.cancel(first)

    registering.confirm(fourth)

    assert (state(third), state(fourth)) == ("waiting", "waiting")
    Event.objects.filter(pk=event.pk).update(event_status="rescheduled")
    registering.promote(event)
    assert (state(third), state(fourth)) == ("confirmed", "waiting")


# --- forms of attendance, quotas, approval, invitations


def test_each_form_of_attendance_has_its_own_seats():
    event = make_event(attendance_mode="mixed")
    make_sign_up_form(event, maximum_physical_attendee_capacity=1, maximum_virtual_attendee_capacity=1)

    on_site, online, too_many = (
        make_registration(event, attendance_mode=mode) for mode in ["offline", "online", "online"]
    )

    assert (on_site.state, online.state, too_many.state) == ("confirmed", "confirmed", "waiting")
    rooms = registering.places(event)
    assert (rooms["offline"].left, rooms["online"].left, rooms["online"].waiting) == (0, 0, 1)


def test_a_quota_limits_its_organisation_and_leaves_seats_for_others():
    event, hospital = make_event(), make_organization()
    make_sign_up_form(event, maximum_physical_attendee_capacity=3)
    Quota.objects.create(event=event, organization=hospital, places=1)

    first, second = (make_registration(event, organization=hospital) for _number in range(2))
    other = make_registration(event)

    assert (first.state, second.state, other.state) == ("confirmed", "waiting", "confirmed")

    registering.cancel(first)

    assert state(second) == "confirmed"


def test_a_quota_for_all_others_counts_whom_no_quota_names():
    event, nurses = make_event(), make_term(StaffGroup)
    make_sign_up_form(event, maximum_physical_attendee_capacity=5)
    Quota.objects.create(event=event, staff_group=nurses, places=2)
    Quota.objects.create(event=event, places=1)

    first, second = make_registration(event), make_registration(event)
    nurse = make_registration(event, staff_group=nurses)

    assert (first.state, second.state, nurse.state) == ("confirmed", "waiting", "confirmed")


def test_an_event_with_approval_gives_seats_to_those_approved():
    event = make_event()
    make_sign_up_form(event, needs_approval=True, maximum_physical_attendee_capacity=1)
    first, second, third = (make_registration(event) for _number in range(3))
    assert [first.state, second.state] == ["applied", "applied"]

    registering.approve(second), registering.approve(first)
    registering.refuse(third, "Kursen är för chefer.")

    assert [state(first), state(second), state(third)] == ["waiting", "confirmed", "refused"]
    assert letters(third) == ["confirm", "applied", "refused"]
    with pytest.raises(Refused):
        registering.approve(third)


# --- changes


def test_a_colleague_takes_the_seat_over_and_the_old_link_is_void(event):
    registration = make_unconfirmed(event, access_needs="Hörslinga")
    registering.confirm(registration)
    token = registering.token_of(registration)

    registering.substitute(registration, name="Kollega", email="colleague@example.org")

    registration.refresh_from_db()
    assert (registration.email, registration.state) == ("colleague@example.org", "confirmed")
    assert registering.registration_of(token) is None
    assert registering.is_replaced(token)
    assert registering.registration_of(registering.token_of(registration)) == registration
    assert not ProtectedData.objects.exists()


def test_a_colleague_with_a_seat_keeps_it_and_this_one_is_freed(event):
    registration, colleague, waiting = (make_registration(event) for _number in range(3))

    registering.substitute(registration, name="Kollega", email=colleague.email)

    assert [state(row) for row in [registration, colleague, waiting]] == ["cancelled", "confirmed", "confirmed"]


def test_a_change_to_a_full_form_of_attendance_keeps_the_present_seat():
    event = make_event(attendance_mode="mixed")
    make_sign_up_form(event, maximum_physical_attendee_capacity=1, maximum_virtual_attendee_capacity=1)
    make_registration(event, attendance_mode="online")
    registration = make_registration(event, attendance_mode="offline")

    with pytest.raises(Refused, match="behåller den plats"):
        registering.change(registration, attendance_mode="online", name="Nytt namn")

    registration.refresh_from_db()
    assert (registration.attendance_mode, registration.name) == ("offline", registration.name)
    assert registration.name != "Nytt namn"


def test_a_change_of_form_frees_the_seat_for_the_next():
    event = make_event(attendance_mode="mixed")
    make_sign_up_form(event, maximum_physical_attendee_capacity=1, maximum_virtual_attendee_capacity=1)
    registration, waiting = (make_registration(event, attendance_mode="offline") for _number in range(2))

    registering.change(registration, attendance_mode="online")

    assert state(waiting) == "confirmed"


def test_answers_and_needs_can_be_changed_and_erased(event):
    question = Question.objects.create(event=event, text_sv="Vad vill du lära dig?", purpose_sv="För planeringen.")
    registration = make_unconfirmed(event, answers={question: "Mer"}, diet="Vegan", access_needs="Hörslinga")

    registering.change(registration, answers={question: "Allt"}, diet="")

    assert registration.answers.get().text == "Allt"
    kept = ProtectedData.objects.get()
    assert (kept.diet, kept.access_needs) == ("", "Hörslinga")

    registering.change(registration, access_needs="")

    assert not ProtectedData.objects.exists()


def test_protected_data_is_encrypted_in_the_table(event):
    registration = make_unconfirmed(event, diet="Nötallergi")

    with connection.cursor() as cursor:
        cursor.execute("SELECT diet FROM events_protecteddata")
        kept = cursor.fetchone()[0]
    assert "Nöt" not in kept
    assert kept.startswith("gAAAA")
    assert registration.protected_data.diet == "Nötallergi"


@pytest.mark.parametrize("token", ["", "1", "1.x", "1.x.y", "x.y.z", "99999999999999999999.a.b"])
def test_a_forged_link_is_nobodys(event, token):
    make_registration(event)

    assert registering.registration_of(token) is None
    assert not registering.is_replaced(token)


def test_whether_places_are_free_is_noted_for_the_calendar(event):
    registrations = [make_registration(event) for _number in range(2)]
    event.registration_form.refresh_from_db()
    assert event.registration_form.has_free_places is False

    registering.cancel(registrations[0])

    event.registration_form.refresh_from_db()
    assert event.registration_form.has_free_places is True
