"""Coming events, as news readers get them: parsed by Python's own XML parser."""

import datetime as dt
from xml.etree import ElementTree

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from events.models import Event
from lmh_portal.core.languages import LANGUAGES
from tests import make

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def feed(client, query="", language="sv"):
    with override(language):
        response = client.get(reverse("events:feed") + query)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(response.content)


def texts(root, name: str) -> list[str]:
    return [entry.findtext(f"{ATOM}{name}") for entry in root.iter(f"{ATOM}entry")]


@pytest.mark.searches
def test_feed_has_the_filters_of_the_list_and_the_latest_change_first(client):
    topic = make.make_topic(name_sv="Trauma")
    first, second = make.make_event([topic], name_sv="Om trauma"), make.make_event(name_sv="Om tolk")
    first.save()

    filtered = feed(client, f"?topic={topic.slug}&nonsense=1")

    assert texts(feed(client), "title") == ["Om trauma", "Om tolk"]
    assert texts(filtered, "title") == ["Om trauma"]
    assert texts(feed(client, "?q=tolk"), "title") == ["Om tolk"]
    assert filtered.findtext(f"{ATOM}title") == "Utbildningar och möten: Trauma"
    links = {link.get("rel"): link.get("href") for link in filtered.findall(f"{ATOM}link")}
    assert links["self"] == f"http://testserver/sv/kalender/flode/?topic={topic.slug}"
    assert texts(feed(client), "id")[1].endswith(f":events/sv/{second.uid}")


def test_feed_tells_of_a_cancellation_and_of_nothing_that_has_passed(client):
    event = make.make_event(name_sv="Kurs")
    make.make_event(starts_at=timezone.now() - dt.timedelta(days=3))
    make.make_event(status="draft")
    before = texts(feed(client), "updated")
    Event.objects.filter(pk=event.pk).update(event_status="cancelled")
    client.force_login(make.make_editor())

    root = feed(client)

    assert texts(root, "title") == ["Inställd: Kurs"]
    assert texts(root, "updated") > before


@pytest.mark.parametrize("language", LANGUAGES)
def test_feed_is_in_the_language_of_its_address(client, language):
    make.make_event(name_sv="Kurs\x0b", name_en="Course")

    root = feed(client, language=language)

    assert texts(root, "title") == ["Kurs "] if language == "sv" else ["Course"]
    entry = next(root.iter(f"{ATOM}entry"))
    assert entry.get("{http://www.w3.org/XML/1998/namespace}lang") == {"sv": "sv"}.get(language, "en")
