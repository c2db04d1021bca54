"""No way out for protected places: every public exit is read, and none of their marked words is found."""

import logging

import pytest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import override

from lmh_portal.core.languages import LANGUAGES
from lmh_portal.vocabulary.models import Area, Topic
from tests import make
from tests.reading import read
from tests.sites import CARDS, FEEDS, addresses, all_addresses, public_views

pytestmark = pytest.mark.django_db
MARK = "zqhemlig"
OPEN = "zqsynlig"
TEXTS = [f"{field}_{code}" for field in ["name", "transportation", "accessibility"] for code in LANGUAGES]


def marked(mark: str, fields: list[str]) -> dict[str, str]:
    return {field: f"{mark}{number}" for number, field in enumerate(fields)}


def address_of(mark: str) -> dict:
    texts = marked(mark, ["attention", "address_1", "city"])
    return texts | {"postal_code": mark[:10], "latitude": "57.123459", "longitude": "12.987653"}


@pytest.fixture
def service():
    """A service at a public place, one of which the municipality is known, and a hidden one."""
    topic = make.make_topic()
    organization = make.make_organization(topics=[topic])
    municipality = make.make_area(outline="M0,0 9,0 9,9Z")
    service = make.make_service(organization=organization, topics=[topic], areas=[municipality])
    make.make_overview(topics=[topic])
    make.make_event(topics=[topic], organizer=organization)
    make.make_resource(topics=[topic])
    protected = marked(MARK, TEXTS)
    for visibility, texts, mark in [
        ("hidden", protected | {"url": f"https://{MARK}.example/"}, MARK),
        ("area", protected | {f"name_{code}": "Känd plats" for code in LANGUAGES}, MARK),
        ("public", marked(OPEN, TEXTS), OPEN),
    ]:
        place = {"organization": organization, "municipality": municipality, "visibility": visibility}
        make.make_location([service], address_of(mark), **place | texts)
    return service


def exits(service) -> list[str]:
    """All that visitors can ask for, and questions that would find a protected place if its words were searched."""
    urls = all_addresses()
    for language in LANGUAGES:
        urls += [url for view in [*FEEDS, *CARDS] for url in addresses(view, language)]
        with override(language):
            handout = reverse("actors:handout") + f"?s={service.slug}&second="
            urls += [handout + second for second in [*LANGUAGES, "none"]]
            urls += [reverse("actors:service_list") + f"?s={service.slug}", service.get_absolute_url() + "?s=a"]
            urls += [reverse("knowledge:citations", args=[kind]) for kind in ["bib", "ris", "json"]]
            urls += [f"/{language}/{MARK}/", reverse("feedback:contact") + "?page=" + service.get_absolute_url()]
    return [*urls, "/robots.txt", "/sitemap.xml", "/data/", "/health/"]


def everything_of(client, url: str) -> str:
    response = client.get(url)
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return f"{dict(response.headers)} {body.decode(errors='replace')}"


def test_no_public_exit_tells_of_a_protected_place(client, service, caplog):
    caplog.set_level(logging.DEBUG)
    urls = [url for url in exits(service) if MARK not in url]

    told = {url: everything_of(client, url).lower() for url in urls}

    found = {url for url, text in told.items() for secret in [MARK, "57.12345", "12.98765"] if secret in text}
    assert found == set()
    assert sum(OPEN in text for text in told.values()) >= 3 * 5  # what is public is read by the same means
    assert MARK not in caplog.text.lower()
    assert len(urls) > 100
    print(f"\n{len(urls)} exits read, {len(public_views())} kinds of pages")  # noqa: T201


def test_area_place_shows_its_municipality_alone(client, service):
    page = read(client, service.get_absolute_url())

    assert f"Känd plats Skyddad adress i {Area.objects.municipalities().get()}" in page.words


@pytest.mark.parametrize("view", [view for view in public_views() if view.endswith("_list") or "search" in view])
def test_words_of_a_protected_place_find_nothing(client, service, view):
    for language in LANGUAGES:
        for query in [{"q": f"{MARK}0"}, {"q": "57.123459"}, {"q": f"{MARK}1", "topic": Topic.objects.get().slug}]:
            for url in addresses(view, language):
                links = read(client, f"{url}?{urlencode(query)}").links
                assert not any(service.slug in link or service.organization.slug in link for link in links)


def test_error_page_and_desk_search_know_nothing(client, admin_client, service):
    assert MARK not in client.get("/sv/hemlig/").content.decode()
    assert admin_client.get(reverse("related_pages") + f"?term={MARK}").json()["results"] == []


def test_hidden_place_leaves_no_trace_of_its_number(client, service):
    """A page is the same with a hidden place and without."""
    before = client.get(service.get_absolute_url()).content

    service.locations(manager="protected").filter(visibility="hidden").delete()

    assert client.get(service.get_absolute_url()).content == before
