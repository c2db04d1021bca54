"""Participants on the desk: seen, moved, approved, exported; named in no address and no history."""

import csv
import datetime as dt
import io

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from events import emails
from events.lining import line
from events.models import Answer, Attendance, Event, Question, Quota, Registration
from events.registering import sign_up
from tests import make

EVIL = '=HYPERLINK("https://example.org")'


@pytest.fixture
def editor(db, client):
    editor = make.make_editor()
    client.force_login(editor)
    return editor


@pytest.fixture
def event(db) -> Event:
    event = make.make_event(attendance_mode="mixed")
    make.make_sign_up_form(event, maximum_virtual_attendee_capacity=5, asks_diet=True)
    return event


def address(name: str, event, *args) -> str:
    return reverse(f"admin:events_event_participants{name}", args=[event.pk, *args])


def shown(client, event, **filters) -> list[Registration]:
    return list(client.get(address("", event), filters).context["page"])


def do(client, event, deed: str, *rows, **fields):
    data = {"deed": deed, "chosen": [row.pk for row in rows]} | fields
    return client.post(address("_do", event), data, follow=True)


def states(event) -> list[str]:
    return list(event.registrations.order_by("pk").values_list("state", flat=True))


def sentences(response) -> list[str]:
    return [str(one) for one in response.context["messages"]]


def in_logs() -> str:
    return " ".join(f"{entry.object_repr} {entry.get_change_message()}" for entry in LogEntry.objects.all())


# --- the list


def test_list_is_filtered_by_state_form_and_attendance(editor, client, event):
    there, absent, online = (
        make.make_registration(event, attendance_mode=mode) for mode in ["offline", "offline", "online"]
    )
    waiting = make.make_registration(event, attendance_mode="offline")
    Attendance.objects.create(registration=there, occasion=event.occasions.get())

    assert shown(client, event) == [there, absent, online, waiting]
    assert shown(client, event, state="waiting") == [waiting]
    assert shown(client, event, form="online") == [online]
    assert shown(client, event, present="yes") == [there]
    assert shown(client, event, present="no", form="offline", state="confirmed") == [absent]
    assert shown(client, event, state="x", page="²") == [there, absent, online, waiting]


def test_figures_count_by_state_and_form(editor, client, event):
    for mode in ["offline", "offline", "offline", "online"]:
        make.make_registration(event, attendance_mode=mode)

    figures = client.get(address("", event)).context["figures"]

    assert [(state, counts, total) for state, _label, counts, total in figures] == [
        ("waiting", [1, 0], 1),
        ("confirmed", [2, 1], 3),
    ]


def test_person_is_looked_for_without_a_name_in_the_address(editor, client, event):
    make.make_registration(event)
    wanted = make.make_registration(event, name="Åsa Öberg", attendance_mode="online")

    response = client.post(address("", event), {"person": "öberg"})

    assert list(response.context["page"]) == [wanted]
    assert shown(client, event, person="öberg", q="öberg") != [wanted]


def test_list_costs_the_same_however_long(editor, client, event):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get(address("", event))
        return len(queries)

    group = make.make_term(Registration.staff_group.field.related_model)
    organization = make.make_organization()
    make.make_registration(event, staff_group=group, organization=organization, attendance_mode="online")
    cost()
    one = cost()
    for mode in ["online"] * 6 + ["offline"] * 6:
        make.make_registration(event, staff_group=group, organization=organization, attendance_mode=mode)

    assert cost() == one


# --- deeds


def test_applicants_are_approved_or_turned_down_with_a_reason(editor, client, event, monkeypatch):
    type(event.registration_form).objects.update(needs_approval=True)
    first, second, third = (make.make_registration(event) for _ in range(3))

    told = []
    monkeypatch.setattr(emails, "tell", lambda row, kind, **extra: told.append((row, kind, extra)))
    do(client, event, "approve", first, second)
    response = do(client, event, "refuse", third, first, reason="Bara för skolan")

    assert states(event) == ["confirmed", "confirmed", "refused"]
    assert any(str(first.pk) in sentence for sentence in sentences(response))
    assert (third, "refused", {"reason": "Bara för skolan"}) in told


def test_who_is_cancelled_makes_room_for_the_next(editor, client, event):
    first, _second, _waiting = (make.make_registration(event) for _ in range(3))

    do(client, event, "cancel", first)

    assert states(event) == ["cancelled", "confirmed", "confirmed"]


def test_participant_moves_to_another_form_where_there_is_room(editor, client, event):
    here, there = make.make_registration(event), make.make_registration(event, attendance_mode="online")
    make.make_registration(event)

    moved = do(client, event, "online", here)
    full = do(client, event, "offline", there)

    here.refresh_from_db()
    assert here.attendance_mode == "online"
    assert len(sentences(moved)) == 1
    there.refresh_from_db()
    assert there.attendance_mode == "offline"  # into the seat that was left
    assert full.status_code == 200


def test_move_without_room_is_refused_and_the_seat_kept(editor, client, event):
    make.make_registration(event)
    make.make_registration(event)
    online = make.make_registration(event, attendance_mode="online")

    response = do(client, event, "offline", online)

    online.refresh_from_db()
    assert (online.attendance_mode, online.state) == ("online", "confirmed")
    assert f"{online.pk}" in sentences(response)[0]


@pytest.mark.parametrize(
    "data",
    [{}, {"deed": "approve"}, {"deed": "x", "chosen": "1"}, {"deed": "cancel", "chosen": ["²", "x", "9" * 30]}],
    ids=str,
)
def test_nothing_sensible_asked_for_changes_nothing(editor, client, event, data):
    make.make_registration(event)

    response = client.post(address("_do", event), data)

    assert response.status_code == 302
    assert states(event) == ["confirmed"]


def test_sign_ups_of_another_event_are_out_of_reach(editor, client, event):
    other = make.make_event()
    make.make_sign_up_form(other)
    row = make.make_registration(other)

    do(client, event, "cancel", row)

    assert states(other) == ["confirmed"]
    assert client.get(address("_one", event, row.pk)).status_code == 404


# --- by hand


def test_somebody_who_phoned_has_a_seat_at_once(editor, client, event):
    typed = {
        "name": "Åsa Öberg", "email": "asa@example.org", "attendance_mode": "offline", "language": "sv",
        "organization_name": "Skolan", "diet": "Vegan", "access_needs": "",
    }  # fmt: skip

    response = client.post(address("_add", event), typed)
    again = client.post(address("_add", event), typed | {"email": "ASA@example.org"})

    row = event.registrations.get()
    assert response.status_code == 302
    assert (row.name, row.state, row.protected_data.diet) == ("Åsa Öberg", "confirmed", "Vegan")
    assert again.context["form"].errors["email"]
    assert "Öberg" not in in_logs()


def test_what_was_told_is_put_right(editor, client, event):
    row = make.make_registration(event)
    question = Question.objects.create(event=event, text_sv="Varför?", purpose_sv="Plan")
    Answer.objects.create(registration=row, question=question, text="Nyfiken")

    page = client.get(address("_one", event, row.pk)).content.decode()
    client.post(address("_one", event, row.pk), {"name": "Rätt namn", "attendance_mode": "online"})

    row.refresh_from_db()
    assert "Nyfiken" in page
    assert (row.name, row.attendance_mode, row.email != "") == ("Rätt namn", "online", True)
    assert "Rätt namn" not in in_logs()


def test_full_form_is_explained_and_what_was_typed_stays(editor, client, event):
    for _ in range(2):
        make.make_registration(event)
    row = make.make_registration(event, attendance_mode="online")

    response = client.post(address("_one", event, row.pk), {"name": "Nytt", "attendance_mode": "offline"})

    assert response.context["form"].non_field_errors()
    assert 'value="Nytt"' in response.content.decode()


def test_sign_up_that_has_ended_is_only_read(editor, client, event):
    row = make.make_registration(event)
    do(client, event, "cancel", row)

    assert client.get(address("_one", event, row.pk)).context["form"] is None
    client.post(address("_one", event, row.pk), {"name": "Nytt", "attendance_mode": "online"})
    row.refresh_from_db()
    assert row.name != "Nytt"


# --- who is next


def test_line_says_who_is_next_and_why_the_others_wait(event):
    quota = Quota.objects.create(event=event, organization=make.make_organization(), places=1)
    member = {"organization": quota.organization}
    make.make_registration(event, **member)
    make.make_registration(event)
    passed_by = make.make_registration(event, **member)
    nearest = make.make_registration(event)
    last = make.make_registration(event)

    found = line(Event.objects.get(pk=event.pk))

    assert [(one.registration, one.place, one.is_next) for one in found] == [
        (passed_by, 1, False),
        (nearest, 2, True),
        (last, 3, False),
    ]
    assert all(one.reason for one in found)


def test_looking_at_the_line_changes_nothing(event):
    held = make.make_unconfirmed(event)
    Registration.objects.filter(pk=held.pk).update(expires_at=timezone.now() - dt.timedelta(hours=1))

    line(Event.objects.get(pk=event.pk))

    held.refresh_from_db()
    assert held.state == "unconfirmed"


# --- protected data and export


def test_kitchen_gets_numbers_and_no_names(editor, client, event):
    told = {"is_by_coordinator": True, "language": "sv"}
    for number, (mode, diet, needs) in enumerate(
        [("offline", "Vegan", "Hörslinga"), ("offline", "  vegan ", ""), ("online", "Halal", "Textning")]
    ):
        sign_up(event, name=f"Person {number}", email=f"p{number}@example.org", attendance_mode=mode, diet=diet,
                access_needs=needs, **told)  # fmt: skip
    make.make_registration(event)  # in line: no place at the table

    response = client.get(address("_needs", event))

    assert response.context["diets"] == [("vegan", 2)]
    assert response.context["others"] == 0
    assert [one.access_needs for one in response.context["access"]] == ["Hörslinga", "Textning"]
    kitchen = response.content.decode().partition("needs-by-person")[0]
    assert "Person" not in kitchen
    assert LogEntry.objects.count() == 1


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_export_has_everybody_and_calculates_nothing(editor, client, event, kind):
    question = Question.objects.create(event=event, text_sv="Varför?", purpose_sv="Plan")
    row = sign_up(event, name=EVIL, email="p@example.org", attendance_mode="online", language="sv", diet="Vegan",
                  organization_name="@SUM(A1)", answers={question: "#N/A"}, is_by_coordinator=True)  # fmt: skip

    response = client.post(address("_export", event), {"kind": kind})

    if kind == "csv":
        table = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    else:
        sheet = load_workbook(io.BytesIO(response.content)).active
        assert {cell.data_type for line in sheet.iter_rows() for cell in line} <= {"s", "n", "inlineStr"}
        table = [["" if value is None else str(value) for value in line] for line in sheet.values]
    assert len(table) == 2
    assert table[1][0] == str(row.pk)
    assert f"'{EVIL}" in table[1]
    assert "'@SUM(A1)" in table[1]
    assert table[1][-1] == "'#N/A"
    assert "Vegan" not in str(table)
    assert str(event.slug) in response["Content-Disposition"]
    assert "p@example.org" not in in_logs()


# --- who may


PAGES = {
    "": "view_registration",
    "_add": "add_registration",
    "_do": "change_registration",
    "_export": "export_registration",
    "_needs": "view_protecteddata",
}


@pytest.mark.parametrize(("name", "permission"), PAGES.items())
def test_each_page_has_a_permission_of_its_own(db, client, event, name, permission):
    make.make_registration(event)
    every = {*PAGES.values(), "view_event"}

    def answer(*codenames) -> int:
        person = make.make_editor(is_superuser=False)
        person.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client.force_login(person)
        call = client.get if name in {"", "_add", "_needs"} else client.post
        return call(address(name, event)).status_code

    assert answer(*(every - {permission})) == 403
    assert answer(*(every - {"view_event"})) in {302, 403}
    assert answer("view_event", "view_registration", permission) in {200, 302}


def test_pages_change_nothing_by_get(editor, client, event):
    assert client.get(address("_do", event)).status_code == 405
    assert client.get(address("_export", event)).status_code == 405
