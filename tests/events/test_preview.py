"""The preview: the public page drawn from the form, of which nothing is kept."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from events.models import Event, ProgrammeItem
from lmh_portal.accounts.models import User
from lmh_portal.core import version
from lmh_portal.vocabulary.models import EventType
from tests import make
from tests.deskform import fields_of, rows

ADD = "/admin/events/event/add/"
NEW = "/admin/events/event/preview/"


@pytest.fixture
def editor(db, client):
    editor = make.make_editor()
    client.force_login(editor)
    return editor


@pytest.fixture
def typed(client, editor) -> dict:
    make.make_organization(slug="vgr-lmh")
    return fields_of(client.get(ADD)) | {
        "name_sv": "Workshop om tolk", "name_ar": "ورشة", "starts_at_0": "2026-12-20", "starts_at_1": "09:00",
        "event_type": make.make_term(EventType).pk,
    }  # fmt: skip


@pytest.mark.parametrize(("language", "name"), [("sv", "Workshop om tolk"), ("ar", "ورشة")])
def test_new_event_is_seen_before_it_is_saved_in_the_chosen_language(client, typed, language, name):
    item = {"name_sv": "Fika", "starts": "10:00"}

    response = client.post(NEW, typed | rows("programme", item) | {"preview_language": language})

    page = response.content.decode()
    assert f"<h1>{name}</h1>" in page
    assert f'<html lang="{language}"' in page
    assert "Fika" in page
    assert not Event.objects.exists()
    assert not ProgrammeItem.objects.exists()


def test_change_is_seen_but_neither_kept_nor_remembered(client, editor):
    event = make.make_event(name_sv="Före")
    address = reverse("admin:events_event_preview", args=[event.pk])
    form = fields_of(client.get(reverse("admin:events_event_change", args=[event.pk])))

    page = client.post(address, form | {"name_sv": "Efter", "preview_language": "sv"}).content.decode()

    assert "<h1>Efter</h1>" in page
    event.refresh_from_db()
    assert event.name_sv == "Före"
    client.logout()
    with override("sv"):
        assert "<h1>Före</h1>" in client.get(event.get_absolute_url()).content.decode()


def test_preview_says_what_it_still_needs(client, typed):
    response = client.post(NEW, typed | {"name_sv": "", "event_type": ""})

    assert response.status_code == 200
    assert response.content.decode().count("<li>") == 2


def test_preview_is_for_those_who_may_write(client, typed):
    event = make.make_event()
    client.force_login(make.make_editor(is_superuser=False))

    assert client.post(NEW, typed).status_code == 403
    assert client.post(reverse("admin:events_event_preview", args=[event.pk]), typed).status_code == 403
    assert client.get(NEW).status_code in {403, 405}
    client.force_login(User.objects.get(is_superuser=True))
    assert client.get(NEW).status_code == 405


@pytest.mark.django_db
def test_memory_neither_answers_nor_learns_apart():
    version.remembered("thing", lambda: "before")

    with version.apart():
        assert version.remembered("thing", lambda: "apart") == "apart"
        version.remembered("other", lambda: "apart")

    assert version.remembered("thing", lambda: "after") == "before"
    assert version.remembered("other", lambda: "after") == "after"
