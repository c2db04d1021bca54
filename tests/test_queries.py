"""What pages cost the database: the same with one row and with many, and at most six queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lmh_portal.core import version
from lmh_portal.vocabulary import models as vocabulary
from tests.make import (
    make_area,
    make_event,
    make_organization,
    make_overview,
    make_reference,
    make_service,
    make_term,
    make_topic,
)


def make_site(how_many: int) -> dict[str, str]:
    """Rows that all share a topic; the addresses of pages that show them."""
    topic, group, staff = make_topic(), make_term(vocabulary.TargetGroup), make_term(vocabulary.StaffGroup)
    place, language = make_area(outline="M0,0 9,0 9,9Z"), make_term(vocabulary.Language)
    about = {"topics": [topic], "target_groups": [group]}
    parent = make_organization(**about, languages=[language])
    references = [make_reference() for _ in range(how_many)]
    for _ in range(how_many):
        make_organization(**about, parent_organization=parent, municipality=place)
        service = make_service(**about, organization=parent, areas=[place, place.within], languages=[language])
        overview = make_overview(**about, staff_groups=[staff], references=references)
        event = make_event(
            **about, staff_groups=[staff], organizer=parent, municipality=place, languages=[language],
            programme=["a"] * how_many,
        )  # fmt: skip
        event.co_organizers.set([parent])
    return {
        "front": reverse("home:front_page"),
        "about": reverse("home:about"),
        "overviews": reverse("knowledge:overview_list"),
        "overviews, filtered": reverse("knowledge:overview_list") + f"?topic={topic.slug}&group={group.code}",
        "overview": overview.get_absolute_url(),
        "overview, cited": reverse("knowledge:overview_citation", args=[overview.slug, "ris"]),
        "overviews, cited": reverse("knowledge:citations", args=["bib"]) + f"?topic={topic.slug}",
        "organizations": reverse("actors:organization_list"),
        "organization": parent.get_absolute_url(),
        "services": reverse("actors:service_list") + f"?municipality={place.code}&topic={topic.slug}",
        "service": service.get_absolute_url(),
        "events": reverse("events:event_list"),
        "past": reverse("events:event_archive"),
        "event": event.get_absolute_url(),
        "search": reverse("search:search") + "?q=i",
        "contact": reverse("feedback:contact"),
    }


WARM = {
    "front": 3,
    "about": 0,
    "overviews": 2,
    "overviews, filtered": 2,
    "overview": 3,
    "overview, cited": 1,
    "overviews, cited": 2,
    "organizations": 2,
    "organization": 4,
    "services": 2,
    "service": 2,
    "events": 2,
    "past": 1,
    "event": 4,
    "search": 5,
    "contact": 0,
}


def queries(client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.django_db
@pytest.mark.parametrize("how_many", [1, 3, 30])
def test_pages_cost_the_same_however_much_there_is(client, how_many):
    pages = make_site(how_many)
    for url in pages.values():
        client.get(url)

    assert {name: queries(client, url) for name, url in pages.items()} == WARM


@pytest.mark.django_db
@pytest.mark.parametrize("how_many", [1, 100])
def test_no_page_needs_more_than_six_queries_right_after_a_change(client, how_many):
    costs = {}
    for name, url in make_site(how_many).items():
        version.forget()
        costs[name] = queries(client, url)

    assert {name: cost for name, cost in costs.items() if cost > 6} == {}
