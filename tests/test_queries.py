"""What pages cost the database: the same with one row and with many, and at most six queries."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from events.models import WorkshopInput
from lmh_portal.core import version
from lmh_portal.vocabulary import models as vocabulary
from tests.make import (
    make_area,
    make_contact,
    make_event,
    make_glossary_term,
    make_location,
    make_occasion,
    make_organization,
    make_overview,
    make_participant,
    make_question,
    make_quota,
    make_reference,
    make_resource,
    make_schedule,
    make_service,
    make_sign_up_form,
    make_term,
    make_topic,
    make_upload,
)

pytestmark = pytest.mark.searches


def make_site(how_many: int) -> dict[str, str]:
    """Rows that all share a topic; the addresses of pages that show them."""
    topic, group, staff = make_topic(), make_term(vocabulary.TargetGroup), make_term(vocabulary.StaffGroup)
    setting = make_term(vocabulary.CareSetting)
    place, language = make_area(outline="M0,0 9,0 9,9Z"), make_term(vocabulary.Language)
    about = {"topics": [topic], "target_groups": [group]}
    parent = make_organization(**about, languages=[language])
    references = [make_reference() for _ in range(how_many)]
    preferred = make_glossary_term(name_sv="text")
    for _ in range(how_many):
        make_glossary_term(use_instead=preferred)
    for number in range(how_many):
        parts = how_many if number == how_many - 1 else 1  # the pages are those of the last
        make_organization(**about, parent_organization=parent, municipality=place)
        service = make_service(**about, organization=parent, areas=[place, place.within], languages=[language])
        for _ in range(parts):
            make_location([service], {"address_1": "Storgatan 1"}, organization=parent, municipality=place)
            make_contact([service], organization=parent)
            make_contact(organization=parent)
            make_schedule(service=service)
        overview = make_overview(
            **about, staff_groups=[staff], references=references, findings=[{}] * parts,
            implications=[{"settings": [setting], "staff_groups": [staff]}] * parts,
        )  # fmt: skip
        resource = make_resource(**about, staff_groups=[staff], languages=[language] * parts)
        for _ in range(parts):
            make_upload(resource=resource, language=language)
        event = make_event(
            **about, staff_groups=[staff], organizer=parent, municipality=place, languages=[language],
            programme=["a"] * parts,
        )  # fmt: skip
        event.co_organizers.set([parent])
        event.materials.set([resource])
        signed_up = make_event(**about, organizer=parent, level="basic", super_event=event)
        make_sign_up_form(signed_up, maximum_physical_attendee_capacity=100)
        past = make_event(**about, organizer=parent, starts_at=timezone.now() - dt.timedelta(days=20 + how_many))
        past.materials.set([resource])
        for part in range(parts):
            make_occasion(event, days=part + 1)
            make_question(signed_up)
            make_quota(signed_up, organization=make_organization(status="draft"))
            make_participant(event=signed_up)
            WorkshopInput.objects.create(event=past, text="Tolk.", language="sv", is_public=True, topic=topic)
    return {
        "front": reverse("home:front_page"),
        "about": reverse("home:about"),
        "glossary": reverse("home:glossary"),
        "overviews": reverse("knowledge:overview_list"),
        "overviews, filtered": reverse("knowledge:overview_list") + f"?topic={topic.slug}&group={group.code}",
        "overview": overview.get_absolute_url(),
        "feed": reverse("knowledge:feed"),
        "feed, filtered": reverse("knowledge:feed") + f"?topic={topic.slug}&group={group.code}",
        "feed of an overview": reverse("knowledge:overview_feed", args=[overview.slug]),
        "overview, version": reverse("knowledge:overview_version", args=[overview.slug, 1]),
        "overview, versions": reverse("knowledge:overview_changes", args=[overview.slug]),
        "implications": reverse("knowledge:implication_list") + f"?setting={setting.code}",
        "resources": reverse("knowledge:resource_list") + f"?topic={topic.slug}&language={language.code}",
        "resource": resource.get_absolute_url(),
        "overview, cited": reverse("knowledge:overview_citation", args=[overview.slug, "ris"]),
        "overviews, cited": reverse("knowledge:citations", args=["bib"]) + f"?topic={topic.slug}",
        "organizations": reverse("actors:organization_list"),
        "organization": parent.get_absolute_url(),
        "services": reverse("actors:service_list") + f"?municipality={place.code}&topic={topic.slug}",
        "services, sorted": reverse("actors:service_list")
        + f"?q=Insats&sort=confirmed&for=residents&topic={topic.slug}",
        "services, none": reverse("actors:service_list") + f"?q=zzqx&topic={topic.slug}&for=residents",
        "service": service.get_absolute_url(),
        "vCard": reverse("actors:service_card", args=[service.slug]),
        "handout": reverse("actors:handout") + f"?s={service.slug}&second=ar",
        "propose a change": reverse("actors:propose_service", args=[service.slug]),
        "propose a change of an organization": reverse("actors:propose_organization", args=[parent.slug]),
        "propose an actor": reverse("actors:propose_new"),
        "events": reverse("events:event_list"),
        "past": reverse("events:event_archive"),
        "event": event.get_absolute_url(),
        "sign up": reverse("events:sign_up", args=[signed_up.slug]),
        "event, sign-up": signed_up.get_absolute_url(),
        "event, passed": past.get_absolute_url(),
        "events, filtered": reverse("events:event_list") + f"?free=yes&level=basic&organizer={parent.slug}",
        "calendar": reverse("events:calendar") + f"?topic={topic.slug}",
        "calendar of an event": reverse("events:event_file", args=[event.slug]),
        "feed of events": reverse("events:feed") + f"?topic={topic.slug}",
        "check in": reverse("events:check_in") + "?code=AB2C34",
        "check of a certificate": reverse("events:certificate_check"),
        "search": reverse("search:search") + "?q=i",
        "contact": reverse("feedback:contact"),
    }


WARM = {
    "front": 1,
    "about": 0,
    "glossary": 1,
    "overviews": 1,
    "overviews, filtered": 1,
    "overview": 1,
    "overview, cited": 1,
    "overviews, cited": 2,
    "feed": 1,
    "feed, filtered": 2,
    "feed of an overview": 2,
    "overview, version": 3,
    "overview, versions": 3,
    "implications": 1,
    "resources": 1,
    "resource": 3,
    "organizations": 1,
    "organization": 1,
    "services": 1,
    "services, sorted": 1,
    "services, none": 1,
    "service": 1,
    "vCard": 1,
    "handout": 1,
    "propose a change": 5,
    "propose a change of an organization": 2,
    "propose an actor": 1,
    "events": 1,
    "past": 1,
    "event": 1,
    "sign up": 5,
    "event, sign-up": 2,
    "event, passed": 1,
    "events, filtered": 1,
    "calendar": 1,
    "calendar of an event": 1,
    "feed of events": 2,
    "check in": 0,
    "check of a certificate": 0,
    "search": 4,
    "contact": 0,
}
AT_MOST_AT_FIRST = {"search": 10, "services, sorted": 8, "services, none": 9}  # what words mean, once a process


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
@pytest.mark.parametrize("how_many", [1, 50])
def test_no_page_needs_more_than_six_queries_in_a_new_process(client, how_many):
    costs = {}
    for name, url in make_site(how_many).items():
        version.forget()
        costs[name] = queries(client, url)

    assert {name: cost for name, cost in costs.items() if cost > AT_MOST_AT_FIRST.get(name, 6)} == {}


@pytest.mark.django_db
def test_no_page_needs_more_than_six_queries_right_after_a_change(client):
    costs, pages = {}, make_site(3)
    for url in pages.values():
        client.get(url)

    for name, url in pages.items():
        make_overview()
        costs[name] = queries(client, url)

    assert {name: cost for name, cost in costs.items() if cost > 6} == {}
