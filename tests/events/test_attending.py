"""Attendance: the code in the room, the personal page, the checklist, the square."""

import datetime as dt

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core import signing
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from events import attending
from events.attending_forms import CheckInForm
from events.models import Attendance
from events.registering import token_of
from tests import make
from tests.reading import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    return make.make_event_of_today()


@pytest.fixture
def meeting(event):
    return event.occasions.get()


@pytest.fixture
def coordinator(client):
    coordinator = make.make_editor(is_superuser=False)
    names = ["view_attendance", "view_registration", "change_attendance"]
    coordinator.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(coordinator)
    return coordinator


def stamp(seconds=10) -> str:
    with time_machine.travel(timezone.now() - dt.timedelta(seconds=seconds)):
        return CheckInForm.new_stamp()


def send(client, **fields):
    return client.post(reverse("events:check_in"), {"stamp": stamp(), **fields})


# --- with e-mail and code


def test_code_and_address_note_who_is_there(client, event, meeting):
    somebody = make.make_participant(event=event, email="Anna@example.org")
    make.make_participant(event=event)

    send(client, email="anna@EXAMPLE.org", code=meeting.check_in_code)

    noted = Attendance.objects.get()
    assert (noted.registration, noted.occasion, noted.door) == (somebody, meeting, "code")


@pytest.mark.parametrize("state", ["confirmed", "waiting", "cancelled", None])
def test_answer_does_not_tell_whether_the_address_is_known(client, event, meeting, state):
    unknown = send(client, email="nobody@example.org", code=meeting.check_in_code)
    if state:
        make.make_participant(event=event, email="anna@example.org", state=state)
    with CaptureQueriesContext(connection) as queries:
        known = send(client, email="anna@example.org", code=meeting.check_in_code)
    with CaptureQueriesContext(connection) as again:
        send(client, email="anna@example.org", code=meeting.check_in_code)

    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert len(queries) == len(again)
    assert Attendance.objects.count() == (state == "confirmed")


def test_code_of_another_event_notes_nobody(client, event):
    make.make_participant(event=event, email="anna@example.org")
    other = make.make_event_of_today()

    response = send(client, email="anna@example.org", code=other.occasions.get().check_in_code)

    assert response.status_code == 200
    assert not Attendance.objects.exists()


@pytest.mark.parametrize("days", [-1, 1])
def test_code_holds_on_the_day_alone(client, event, meeting, days):
    make.make_participant(event=event, email="anna@example.org")

    with time_machine.travel(event.starts_at + dt.timedelta(days=days), tick=False):
        response = send(client, email="anna@example.org", code=meeting.check_in_code)

    assert response.context["form"].errors["code"]
    assert not Attendance.objects.exists()


@pytest.mark.parametrize("time", ["00:01", "23:59"])
def test_code_holds_all_day_in_swedish_time(event, meeting, time):
    registration = make.make_participant(event=event)
    hour, minute = map(int, time.split(":"))

    with time_machine.travel(timezone.localtime(event.starts_at).replace(hour=hour, minute=minute), tick=False):
        assert attending.check_in(registration, meeting.check_in_code) == meeting


def test_code_is_read_however_it_is_typed(event, meeting):
    type(meeting).objects.update(check_in_code="AB2C34")
    registration = make.make_participant(event=event)

    typed = ["ab2c34", " AB 2C-34 ", "AB٢C٣٤", "ＡＢ２Ｃ３４"]

    assert [attending.check_in(registration, code) for code in typed] == [meeting] * 4
    assert attending.check_in(registration, "") is None


def test_check_in_is_once_however_often(client, event, meeting):
    make.make_participant(event=event, email="anna@example.org", present=[meeting])

    send(client, email="anna@example.org", code=meeting.check_in_code)

    assert Attendance.objects.get().door == "desk"


def test_codes_cannot_be_tried_for_ever(client, event, meeting, monkeypatch):
    monkeypatch.setattr(attending, "TRIES_A_DAY", 2)
    make.make_participant(event=event, email="anna@example.org")

    send(client, email="anna@example.org", code="WRONG2")
    send(client, email="anna@example.org", code="WRONG2")
    response = send(client, email="anna@example.org", code=meeting.check_in_code)

    assert response.context["form"].non_field_errors()
    assert not Attendance.objects.exists()


def test_code_of_the_square_on_the_wall_is_filled_in(client):
    assert 'value="AB2C34"' in read(client, f"{reverse('events:check_in')}?code=AB2C34").html


# --- on the personal page


def test_participant_checks_in_with_one_field(client, event, meeting):
    registration = make.make_participant(event=event)
    address = reverse("events:check_in_own", args=[token_of(registration)])

    before = read(client, address)
    response = client.post(address, {"code": meeting.check_in_code})

    assert "Du var där" not in before.words
    assert response.url == address
    page = read(client, address)
    assert "Du var där" in page.words
    assert 'name="code"' not in page.html


def test_wrong_code_is_refused_beside_the_field(client, event):
    address = reverse("events:check_in_own", args=[token_of(make.make_participant(event=event))])

    response = client.post(address, {"code": "WRONG2"})

    assert response.context["form"].errors["code"]
    assert not Attendance.objects.exists()


@pytest.mark.parametrize("state", ["waiting", "offered", "cancelled", "unconfirmed"])
def test_who_has_no_seat_is_not_noted(client, event, meeting, state):
    address = reverse("events:check_in_own", args=[token_of(make.make_participant(event=event, state=state))])

    client.post(address, {"code": meeting.check_in_code})

    assert not Attendance.objects.exists()
    assert 'name="code"' not in read(client, address).html


def test_personal_pages_are_kept_nowhere_and_tell_nobody_their_address(client, event):
    response = client.get(reverse("events:check_in_own", args=[token_of(make.make_participant(event=event))]))

    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in response.headers["X-Robots-Tag"]


@pytest.mark.parametrize("token", ["x", "1.x.y", "9" * 400, "1.abcdefghijkl.abcdefghijklmnopqrstuvwxyz", "%00"])
def test_forged_links_open_nothing(client, event, token):
    assert client.get(f"/sv/incheckning/{token}/").status_code == 404


# --- the coordinator's checklist


def page_of(meeting) -> str:
    return reverse("admin:events_occasion_change", args=[meeting.pk])


def test_checklist_is_by_name_those_with_a_seat_first(client, coordinator, event, meeting):
    for name, state in [
        ("Örjan", "confirmed"), ("Åsa", "confirmed"), ("Anna", "waiting"), ("Zara", "confirmed"),
        ("Bo", "cancelled"), ("Cy", "unconfirmed"),
    ]:  # fmt: skip
        make.make_participant(event=event, name=name, state=state)
    make.make_participant(event=make.make_event_of_today(), name="Elsewhere")

    people = client.get(page_of(meeting)).context["people"]

    assert [one.name for one in people] == ["Zara", "Åsa", "Örjan", "Anna"]


def test_tick_is_a_form_that_needs_no_script(client, coordinator, event, meeting):
    somebody, other = make.make_participant(event=event), make.make_participant(event=event)

    response = client.post(page_of(meeting), {"present": somebody.pk})

    assert response.url == f"{page_of(meeting)}#row-{somebody.pk}"
    assert list(Attendance.objects.values_list("registration", "door")) == [(somebody.pk, "desk")]
    client.post(page_of(meeting), {"present": other.pk})
    client.post(page_of(meeting), {"absent": somebody.pk})
    assert list(Attendance.objects.values_list("registration")) == [(other.pk,)]


def test_script_is_told_how_many_are_there(client, coordinator, event, meeting):
    somebody = make.make_participant(event=event)

    answer = client.post(page_of(meeting), {"present": somebody.pk}, headers={"accept": "application/json"})

    assert answer.json() == {"present": 1}


@pytest.mark.parametrize("number", ["", "x", "-1", "٣", "9" * 400, "\x00"])
def test_garbage_ticks_nobody(client, coordinator, event, meeting, number):
    make.make_participant(event=event)

    assert client.post(page_of(meeting), {"present": number}).status_code == 404
    assert not Attendance.objects.exists()


def test_nobody_of_another_event_is_ticked(client, coordinator, event, meeting):
    stranger = make.make_participant(event=make.make_event_of_today())

    assert client.post(page_of(meeting), {"present": stranger.pk}).status_code == 404


@pytest.mark.parametrize("how_many", [1, 3, 30])
def test_checklist_costs_the_same_however_many_come(client, coordinator, event, meeting, how_many):
    for _number in range(how_many):
        make.make_participant(event=event, present=[meeting])
    pages = [page_of(meeting), reverse("admin:events_occasion_list", args=[meeting.pk])]
    costs = []
    for page in pages:
        client.get(page)
        with CaptureQueriesContext(connection) as queries:
            client.get(page)
        costs.append(len(queries))

    assert costs == [6, 6]  # session, editor, two of permissions, meeting, people


def test_list_on_paper_has_lines_for_those_who_come_unannounced(client, coordinator, event, meeting):
    make.make_participant(event=event, name="Anna")
    make.make_participant(event=event, name="Bo", state="waiting")

    html = client.get(reverse("admin:events_occasion_list", args=[meeting.pk])).content.decode()

    assert "Anna" in html
    assert "Bo<" not in html
    assert html.count("<tr><td></td><td></td><td></td></tr>") == 8


def test_projector_shows_the_code_in_three_languages(client, coordinator, meeting):
    html = client.get(reverse("admin:events_occasion_code", args=[meeting.pk])).content.decode()

    assert meeting.check_in_code in html
    assert all(f'<div lang="{code}"' in html for code in ["sv", "en", "ar"])


@pytest.mark.parametrize(
    ("permissions", "may"),
    [
        ([], (403, 403, 403)),
        (["view_attendance"], (403, 403, 403)),
        (["view_attendance", "view_registration"], (200, 403, 403)),
        (["view_attendance", "view_registration", "change_attendance"], (200, 302, 200)),
    ],
)
def test_seeing_names_and_ticking_are_permissions(client, event, meeting, permissions, may):
    somebody = make.make_editor(is_superuser=False)
    somebody.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(somebody)
    registration = make.make_participant(event=event)
    square = reverse("admin:events_arrival", args=[attending.arrival_token(registration)])

    answers = client.get(page_of(meeting)), client.post(page_of(meeting), {"present": registration.pk})

    assert (*(answer.status_code for answer in answers), client.get(square).status_code) == may


# --- the square


def test_square_notes_attendance_after_a_look_at_the_name(client, coordinator, event, meeting):
    registration = make.make_participant(event=event, name="Anna Berg")
    mine = attending.my_attendance(registration)

    looked = client.get(mine.arrival)

    assert "Anna Berg" in looked.content.decode()
    assert not Attendance.objects.exists()
    client.post(mine.arrival, {"present": meeting.pk})
    assert Attendance.objects.get().registration == registration


@pytest.mark.parametrize(("mode", "has_square"), [("offline", True), ("online", False)])
def test_square_is_for_those_who_meet_the_coordinator(client, mode, has_square):
    event = make.make_event(attendance_mode="mixed")
    make.make_sign_up_form(event)
    registration = make.make_participant(event=event, attendance_mode=mode)

    page = client.get(reverse("events:my_registration", args=[token_of(registration)])).content.decode()

    assert ("Låt samordnaren skanna" in page) == has_square
    assert ("Närvaro" in page) == has_square


def test_square_opens_nothing_without_signing_in(client, event, meeting):
    registration = make.make_participant(event=event, name="Anna Berg")

    response = client.post(attending.my_attendance(registration).arrival, {"present": meeting.pk})

    assert response.status_code == 302
    assert not Attendance.objects.exists()


def test_square_is_no_key_of_the_personal_page(client, event):
    registration = make.make_participant(event=event)

    assert client.get(f"/sv/incheckning/{attending.arrival_token(registration)}/").status_code == 404
    assert registration.key not in attending.arrival_token(registration)


def test_square_ends_when_a_colleague_takes_over(client, coordinator, event, meeting):
    registration = make.make_participant(event=event, name="Anna Berg")
    square = attending.my_attendance(registration).arrival
    type(registration).objects.update(key="another", name="Bo Sjö")

    assert "Bo Sjö" not in client.get(square).content.decode()
    client.post(square, {"present": meeting.pk})
    assert not Attendance.objects.exists()


@pytest.mark.parametrize("token", ["x", "1.2", "9" * 400, "-1.x", signing.Signer(sep=".").sign("1")])
def test_forged_square_shows_nobody(client, coordinator, event, token):
    make.make_participant(event=event)

    assert client.get(f"/admin/events/occasion/arrived/{token}/").context["registration"] is None
