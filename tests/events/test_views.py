"""The calendar as staff see it."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from tests.make import make_event, make_organization
from tests.reading import read


def in_days(days: int) -> dt.datetime:
    return timezone.localtime() + dt.timedelta(days=days)


@pytest.mark.django_db
def test_calendar_shows_coming_events_the_nearest_first_until_their_day_is_over(client):
    make_event(name_sv="Later", starts_at=in_days(20))
    make_event(name_sv="Sooner", starts_at=in_days(2))
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    make_event(name_sv="This morning", starts_at=midnight, ends_at=midnight + dt.timedelta(minutes=1))
    make_event(
        name_sv="Yesterday",
        starts_at=midnight - dt.timedelta(hours=2),
        ends_at=midnight - dt.timedelta(hours=1),
    )

    coming = client.get(reverse("events:event_list")).context["page"]
    past = client.get(reverse("events:event_archive")).context["page"]

    assert [event.name_sv for event in coming] == ["This morning", "Sooner", "Later"]
    assert [event.name_sv for event in past] == ["Yesterday"]


@pytest.mark.django_db
def test_event_that_began_long_ago_is_shown_until_it_ends(client):
    make_event(name_sv="Ended", starts_at=in_days(-300), ends_at=in_days(-200))
    make_event(name_sv="Goes on", starts_at=in_days(-100), ends_at=in_days(1))
    make_event(name_sv="Later", starts_at=in_days(2))

    coming = client.get(reverse("events:event_list")).context["page"]

    assert [event.name_sv for event in coming] == ["Goes on", "Later"]


@pytest.mark.django_db
def test_page_shows_programme_and_all_organisers(client):
    event = make_event(programme=["Inledning", "Samtal"])
    partner = make_organization(name_sv="Medarrangör")
    event.co_organizers.set([partner])

    page = read(client, event.get_absolute_url())

    assert page.words.index("Inledning") < page.words.index("Samtal")
    assert {event.organizer.get_absolute_url(), partner.get_absolute_url()} <= set(page.links)


@pytest.mark.django_db
def test_past_event_says_so_and_leads_on(client):
    event = make_event(starts_at=in_days(-3))

    page = read(client, event.get_absolute_url())

    assert gettext("This event has passed.") in page.words


@pytest.mark.django_db
def test_event_of_which_only_the_year_is_known_shows_no_day(client):
    event = make_event(date_precision="year")

    html = read(client, event.get_absolute_url()).html

    assert f'<time datetime="{event.starts_at.year}">{event.starts_at.year}</time>' in html


@pytest.mark.django_db
def test_demonstration_and_cancellation_are_said(client):
    event = make_event(is_demo=True, event_status="cancelled")

    page = read(client, event.get_absolute_url())

    assert gettext("Demonstration content: this event is an example and will not take place.") in page.words
    assert event.get_event_status_display() in page.words
