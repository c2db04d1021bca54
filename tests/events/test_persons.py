"""One person's data on the desk: found by an address that stands nowhere, given out, erased when asked twice."""

import datetime as dt
import json
import logging

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse

from events.models import Registration
from lmh_portal.letters.models import Letter
from tests import make

EMAIL = "marked@example.org"
PAGE = "/admin/events/event/person/"


@pytest.fixture
def registration(db) -> Registration:
    event = make.make_event(name_sv="Samtal via tolk")
    make.make_sign_up_form(event, asks_diet=True)
    return make.make_registration(event, name="Maryam Markering", email=EMAIL, diet="Nötallergi")


@pytest.fixture
def officer(db, client):
    officer = make.make_editor(is_superuser=False)
    officer.user_permissions.add(Permission.objects.get(codename="erase_registration"))
    client.force_login(officer)
    return officer


def ask(client, deed: str, email: str = EMAIL, **options):
    return client.post(PAGE, {"deed": deed, "email": email}, **options)


def notes() -> list[str]:
    return [entry.change_message for entry in LogEntry.objects.order_by("pk")]


def test_page_is_linked_for_those_who_may(client, officer):
    assert reverse("admin:events_person") == PAGE
    assert f'href="{PAGE}"' in client.get(reverse("admin:index")).content.decode()

    client.force_login(make.make_editor())
    assert f'href="{PAGE}"' in client.get(reverse("admin:events_event_changelist")).content.decode()


@pytest.mark.parametrize("deed", ["look", "download", "ask", "erase", "erase_due"])
def test_page_is_for_those_who_may(client, registration, deed):
    other = make.make_editor(is_superuser=False)
    names = ["view_event", "change_event", "view_registration", "change_registration", "export_registration"]
    other.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(other)

    assert (client.get(PAGE).status_code, ask(client, deed).status_code) == (403, 403)
    registration.refresh_from_db()
    assert registration.email == EMAIL
    assert f'href="{PAGE}"' not in client.get(reverse("admin:index")).content.decode()


def test_what_is_held_is_shown(client, officer, registration):
    html = ask(client, "look", "MARKED@example.org").content.decode()

    for text in ["Maryam Markering", "Nötallergi", "Samtal via tolk"]:
        assert text in html
    for text in ["Yes, erase it all", "Ja, radera allt"]:
        assert text not in html
    assert "Ingenting finns" in ask(client, "look", "other@example.org").content.decode()


@pytest.mark.parametrize("email", ["", "nobody", "a\x00@example.org", "x" * 300 + "@example.org"])
@pytest.mark.parametrize("deed", ["", "look", "download", "erase", "²"])
def test_garbage_gives_the_page(client, officer, registration, deed, email):
    response = ask(client, deed, email)

    assert (response.status_code, response["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert Registration.objects.get().email == EMAIL


def test_address_in_the_query_is_not_read(client, officer, registration):
    assert "Maryam" not in client.get(PAGE, {"email": EMAIL, "deed": "look"}).content.decode()


def test_data_is_downloaded_as_json(client, officer, registration):
    response = ask(client, "download")

    given = json.loads(response.content)
    assert [row["name"] for row in given["registrations"]] == ["Maryam Markering"]
    assert given["letters"]
    assert response["Content-Disposition"] == 'attachment; filename="person.json"'


def test_data_is_erased_when_asked_twice(client, officer, registration):
    asked = ask(client, "ask").content.decode()
    assert "Ja, radera allt" in asked
    assert Registration.objects.get().email == EMAIL

    response = ask(client, "erase", follow=True)

    registration.refresh_from_db()
    assert (registration.name, registration.email, registration.state) == ("", "", "cancelled")
    assert not Letter.objects.filter(recipient=EMAIL).exists()
    assert EMAIL not in response.content.decode()
    assert "1 anmälan" in str(*response.context["messages"])


def test_neither_history_nor_log_names_anybody(client, officer, registration, caplog):
    caplog.set_level(logging.INFO)
    for deed in ["look", "download", "ask", "erase"]:
        ask(client, deed)

    assert [entry.user for entry in LogEntry.objects.all()] == [officer] * 4
    assert not [text for text in notes() if EMAIL in text or "Maryam" in text]
    shown = client.get(reverse("admin:index")).content.decode()
    assert notes()[-1] == "En persons uppgifter raderades: 1 anmälan"
    assert EMAIL not in shown
    told = [record.getMessage() for record in caplog.records if not record.name.startswith("django.db")]
    assert not [text for text in told if EMAIL in text]


def test_what_is_due_is_counted_first_and_erased_on_demand(client, officer, registration):
    with time_machine.travel(registration.event.ends_at + dt.timedelta(days=200)):
        client.force_login(officer)
        assert [count for _label, count in client.get(PAGE).context["due"]] == [1, 0, 1, 0]
        assert Registration.objects.get().email == EMAIL

        response = client.post(PAGE, {"deed": "erase_due"}, follow=True)

        assert [count for _label, count in response.context["due"]] == [0, 0, 0, 0]
    assert Registration.objects.get().email == ""
    assert len(notes()) == 1
