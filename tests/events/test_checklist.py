"""What an event lacks: what must be before it is public, and what would be good."""

import datetime as dt

import pytest
from django.utils import timezone

from events.checklist import checklist, hindrances
from events.models import Event, RegistrationForm
from tests import make

DAY = dt.timedelta(days=1)
pytestmark = pytest.mark.django_db


def make_ready(**fields) -> Event:
    values = {"status": "draft", "description_sv": "Om tolk.", "venue_sv": "Regionens hus"}
    return make.make_event(**values | fields)


def again(event) -> Event:
    return Event.objects.get(pk=event.pk)


@pytest.mark.parametrize(
    "lacking",
    [
        {"name_sv": ""},
        {"description_sv": ""},
        {"venue_sv": ""},
        {"venue_sv": "", "attendance_mode": "mixed"},
        {"venue_sv": "", "attendance_mode": "online"},
        {"is_template": True},
        {"starts_at": dt.datetime(2020, 1, 1, 9, tzinfo=dt.UTC)},
    ],
    ids=lambda fields: " ".join(fields),
)
def test_each_thing_that_must_be_is_said_in_one_sentence(lacking):
    assert hindrances(make_ready()) == []
    assert len(hindrances(again(make_ready(**lacking)))) == 1


def test_online_event_may_have_a_link_instead_of_a_venue():
    event = make_ready(attendance_mode="online", venue_sv="")
    RegistrationForm.objects.create(event=event, join_url="https://example.org/m")

    assert hindrances(again(event)) == []


def test_event_that_has_been_is_published_with_what_came_of_it():
    long_ago = {"starts_at": dt.datetime(2020, 1, 1, 9, tzinfo=dt.UTC)}

    assert hindrances(again(make_ready(notes_sv="Vi kom fram till…", **long_ago))) == []
    assert hindrances(again(make_ready(participants_reported=12, **long_ago))) == []


@pytest.mark.parametrize("window", [{"closes_at": -1}, {"opens_at": 11}], ids=["over", "too late"])
def test_sign_up_that_nobody_could_use_is_a_hindrance(window):
    event = make_ready()
    moments = {name: timezone.now() + days * DAY for name, days in window.items()}
    RegistrationForm.objects.create(event=event, **moments)

    assert len(hindrances(again(event))) == 1


def test_public_event_is_not_hindered_by_time_that_passes():
    event = make_ready(status="published", starts_at=timezone.now() - 20 * DAY)

    assert hindrances(again(event)) == []


def test_advice_grows_shorter_with_what_is_given():
    event = make_ready()
    RegistrationForm.objects.create(event=event)
    before = checklist(again(event)).better

    event.topics.set([make.make_topic()])
    event.accessibility_features = ["step_free"]
    event.name_en, event.description_en = "Interpreters", "About them."
    event.coordinator = make.make_editor(email="anna@example.org")
    event.save()
    RegistrationForm.objects.update(maximum_physical_attendee_capacity=40)
    after = checklist(again(event)).better

    assert set(after) < set(before)
    assert len(before) - len(after) == 5
