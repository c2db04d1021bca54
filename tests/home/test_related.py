"""What a page's panel shows beside it."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from knowledge import services
from knowledge.models import Overview
from lmh_portal.home.models import RelatedChoice
from lmh_portal.home.related import SHOWN, related_to
from lmh_portal.vocabulary.models import TargetGroup
from tests import make
from tests.reading import read

pytestmark = pytest.mark.django_db


def panel(row) -> dict[str, list[str]]:
    """The slugs that the row's panel shows."""
    found = related_to(type(row).objects.with_ids(topic_ids="topic_items").get(pk=row.pk))
    return {name: [page.slug for page in getattr(found, name)] for name in ["overviews", "actors", "events"]}


def choose(page, target, decision="pin") -> RelatedChoice:
    return RelatedChoice.objects.create(page=page, target=target, decision=decision)


def test_shared_topics_come_first_and_target_groups_break_ties():
    topics = [make.make_topic(), make.make_topic()]
    children, adults = make.make_term(TargetGroup), make.make_term(TargetGroup)
    page = make.make_overview(topics, [children, adults])
    make.make_overview(topics[:1], slug="no-group")
    make.make_overview(topics[:1], [children, adults], slug="both-groups")
    make.make_overview(topics[:1], [children], slug="one-group")
    make.make_overview(topics, [make.make_term(TargetGroup)], slug="both-topics")
    make.make_overview([make.make_topic()], [children, adults], slug="no-topic")

    assert panel(page)["overviews"] == ["both-topics", "both-groups", "one-group", "no-group"]


def test_target_groups_order_services_and_organisations_together():
    topic, group = make.make_topic(), make.make_term(TargetGroup)
    page = make.make_event([topic], [group], organizer=make.make_organization(slug="organizer"))
    make.make_service([topic], slug="service")
    make.make_organization([topic], [group], slug="organization")

    assert panel(page)["actors"] == ["organization", "service"]


def test_pinned_pages_come_first_whatever_they_are_about():
    topic = make.make_topic()
    page = make.make_overview([topic])
    make.make_overview([topic], slug="near")
    near = make.make_service([topic], slug="near-service", organization=make.make_organization(slug="pinned-actor"))
    for target in [
        make.make_overview(slug="pinned-2"), make.make_overview(slug="pinned-1"), near.organization,
        make.make_event(slug="pinned-event", organizer=near.organization,
                        starts_at=timezone.now() + dt.timedelta(days=90)),
    ]:  # fmt: skip
        choose(page, target)
    make.make_event([topic], slug="near-event", organizer=near.organization)

    assert panel(page) == {
        "overviews": ["pinned-2", "pinned-1", "near"],
        "actors": ["pinned-actor", "near-service"],
        "events": ["pinned-event", "near-event"],
    }


def test_pinned_page_that_is_near_anyway_is_shown_once_and_others_stay():
    topic = make.make_topic()
    page = make.make_overview([topic])
    near = [make.make_overview([topic], slug=f"near-{number}") for number in range(SHOWN + 1)]
    choose(page, near[-1])

    assert panel(page)["overviews"] == ["near-4", "near-0", "near-1", "near-2"]


def test_hidden_pages_never_show_and_leave_their_place_to_others():
    topic = make.make_topic()
    organization = make.make_organization()
    page = make.make_overview([topic])
    hidden = [make.make_overview([topic]), make.make_service([topic]), make.make_event([topic], organizer=organization)]
    make.make_overview([topic], slug="near")
    for target in hidden:
        choose(page, target, "hide")

    assert panel(page) == {"overviews": ["near"], "actors": [], "events": []}
    assert panel(hidden[1])["overviews"] == [page.slug, hidden[0].slug, "near"]


def test_drafts_archived_pages_and_past_events_are_not_shown_even_if_pinned():
    page = make.make_overview()
    archived = make.make_overview()
    services.archive(archived)
    past = make.make_event(starts_at=timezone.now() - dt.timedelta(days=9))
    for target in [make.make_overview(status="draft"), make.make_service(status="draft"), archived, past]:
        choose(page, target)

    assert panel(page) == {"overviews": [], "actors": [], "events": []}


def test_choice_of_a_page_is_not_that_of_another_kind_with_the_same_number():
    organization, target = make.make_organization(), make.make_overview()
    choose(organization, target)
    same = make.make_service(pk=organization.pk, organization=organization)

    assert panel(organization)["overviews"] == [target.slug]
    assert panel(same)["overviews"] == []


def test_hidden_event_of_an_organisation_is_not_among_its_own():
    organization = make.make_organization()
    shown, hidden = (make.make_event(organizer=organization) for _ in range(2))
    choose(organization, hidden, "hide")

    assert panel(organization)["events"] == [shown.slug]


def test_choice_that_changes_shows_at_once(client):
    page, other = make.make_overview(), make.make_overview(title_sv="En annan översikt")
    assert "En annan översikt" not in read(client, page.get_absolute_url()).words

    choice = choose(page, other)
    assert "En annan översikt" in read(client, page.get_absolute_url()).words
    choice.delete()

    assert "En annan översikt" not in read(client, page.get_absolute_url()).words


@pytest.mark.parametrize("how_many", [0, 1, 30])
def test_panel_is_one_query(how_many):
    topic = make.make_topic()
    page = make.make_overview([topic])
    for _ in range(how_many):
        choose(page, make.make_overview([topic]))
    row = Overview.objects.with_ids(topic_ids="topic_items").get(pk=page.pk)

    with CaptureQueriesContext(connection) as queries:
        related_to(row)

    assert len(queries) == 1
