"""Contributions of a workshop: noted on the day, answered, shown."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from events import contributing
from events.models import WorkshopInput
from tests import make
from tests.reading import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    return make.make_event_of_today(topics=[make.make_topic(slug="tolk", name_sv="Tolkning")])


def address(event) -> str:
    return reverse("events:note", args=[contributing.note_token(event)])


def test_contribution_is_noted_with_topic_table_and_language(client, event):
    response = client.post(address(event), {"topic": "tolk", "table": "Bord 3", "text": "Fler tolkar"})

    noted = WorkshopInput.objects.get()
    assert (noted.event, noted.topic.slug, noted.table, noted.text) == (event, "tolk", "Bord 3", "Fler tolkar")
    assert (noted.language, noted.is_public, noted.replied_at) == ("sv", False, None)
    page = read(client, response.url)
    assert 'value="Bord 3"' in page.html
    assert '<option value="tolk" selected>' in page.html
    assert "Fler tolkar" in page.words


def test_note_sent_twice_is_one(client, event):
    for _time in range(2):
        client.post(address(event), {"table": "1", "text": "Fler tolkar"})
    client.post(address(event), {"table": "2", "text": "Fler tolkar"})

    assert list(WorkshopInput.objects.order_by("pk").values_list("table", flat=True)) == ["1", "2"]


def test_there_is_an_end_to_notes(client, event, monkeypatch):
    monkeypatch.setattr(contributing, "AT_MOST", 1)
    for text in "ab":
        client.post(address(event), {"text": text})

    assert WorkshopInput.objects.count() == 1


@pytest.mark.parametrize("days", [-1, 1, 6, 8])
def test_link_works_on_the_days_of_the_meetings_alone(client, event, days):
    make.make_occasion(event, days=7)

    with time_machine.travel(event.starts_at + dt.timedelta(days=days), tick=False):
        response = client.post(address(event), {"text": "Fler tolkar"})
    assert response.status_code == 410
    assert not WorkshopInput.objects.exists()

    for day in [0, 7]:
        with time_machine.travel(event.starts_at + dt.timedelta(days=day), tick=False):
            assert client.post(address(event), {"text": f"Fler tolkar {day}"}).status_code == 302


@pytest.mark.parametrize("fields", [{"text": ""}, {"text": "x" * 2001}, {"topic": "other"}, {"table": "x" * 41}])
def test_wrong_notes_are_refused(client, event, fields):
    response = client.post(address(event), {"text": "Fler tolkar"} | fields)

    assert response.context["form"].errors
    assert not WorkshopInput.objects.exists()


@pytest.mark.parametrize("token", ["x", "1.2", "9" * 400, "%00"])
def test_forged_links_open_nothing(client, event, token):
    other = contributing.note_token(make.make_event_of_today()).partition(".")[2]

    assert client.get(address(event).rpartition("anteckna/")[0] + f"anteckna/{token}/").status_code == 404
    assert client.get(reverse("events:note", args=[f"{event.pk}.{other}"])).status_code == 404


@pytest.mark.parametrize("how_many", [1, 3, 30])
def test_page_costs_the_same_however_much_is_noted(client, event, how_many):
    for number in range(how_many):
        contributing.note(event, text=f"Tanke {number}", language="sv", topic=event.topics.first().pk)
    client.get(address(event))

    with CaptureQueriesContext(connection) as queries:
        client.get(address(event))

    assert len(queries) == 5  # event, today's meetings, topics, content version, contributions


# --- answered and shown


def test_published_contributions_are_on_the_page_when_the_event_has_passed(client, event):
    shown = contributing.note(event, text="Fler tolkar", language="sv", topic=event.topics.first().pk)
    contributing.note(event, text="Hemligt", language="sv")
    contributing.publish(WorkshopInput.objects.filter(pk=shown.pk))

    with time_machine.travel(timezone.now() + dt.timedelta(days=1), tick=False):
        words = read(client, event.get_absolute_url()).words

    assert "Fler tolkar" in words
    assert "Hemligt" not in words


def test_answer_is_given_in_every_language_and_has_its_time(client, event):
    client.force_login(make.make_editor())
    contribution = contributing.note(event, text="Fler tolkar", language="sv")
    page = reverse("admin:events_workshopinput_change", args=[contribution.pk])
    fields = {"event": event.pk, "language": "sv", "text": "Fler tolkar", "table": "", "topic": "", "is_public": "on"}

    client.post(page, fields | {"reply_sv": "Vi bokar fler.", "reply_ar": "سنحجز المزيد", "reply_en": ""})
    contribution.refresh_from_db()

    assert contribution.replied_at is not None
    with time_machine.travel(timezone.now() + dt.timedelta(days=1), tick=False):
        assert "Vi bokar fler." in read(client, event.get_absolute_url()).words
    client.post(page, fields | {"reply_sv": "", "reply_ar": "", "reply_en": ""})
    contribution.refresh_from_db()
    assert contribution.replied_at is None


def test_actions_show_and_take_away(client, event):
    client.force_login(make.make_editor())
    contribution = contributing.note(event, text="Fler tolkar", language="sv")
    page = reverse("admin:events_workshopinput_changelist")

    for action, is_public in [("publish", True), ("withdraw", False)]:
        client.post(page, {"action": action, "_selected_action": contribution.pk})
        contribution.refresh_from_db()
        assert contribution.is_public is is_public


def test_link_is_made_on_the_desk_by_those_who_may_change(client, event):
    url = reverse("admin:events_note_link", args=[event.pk])
    client.force_login(make.make_editor(is_superuser=False))
    assert client.get(url).status_code == 403

    client.force_login(make.make_editor())
    assert contributing.note_token(event) in client.get(url).content.decode()
