"""The meetings of an event: the first follows the event, the event its last one."""

import datetime as dt

import pytest

from events.models import Event, Occasion
from tests.make import make_event, make_occasion

DAY = dt.timedelta(days=1)
pytestmark = pytest.mark.django_db


def test_an_event_has_its_first_meeting_from_the_start_on():
    event = make_event()

    meeting = event.occasions.get()

    assert (meeting.position, meeting.starts_at, meeting.ends_at) == (1, event.starts_at, event.ends_at)
    assert len(meeting.check_in_code) == 6


def test_the_first_meeting_moves_with_its_event_also_when_rows_are_written_in_bulk():
    event = make_event()

    Event.objects.filter(pk=event.pk).update(starts_at=event.starts_at + DAY, ends_at=event.ends_at + DAY)

    event.refresh_from_db()
    assert event.occasions.get().starts_at == event.starts_at
    assert event.finishes_at == event.ends_at


def test_an_event_ends_with_its_last_meeting_and_counts_them():
    event = make_event()
    later = Occasion.objects.create(
        event=event, position=2, starts_at=event.starts_at + 7 * DAY, ends_at=event.ends_at + 7 * DAY
    )

    event.refresh_from_db()
    assert (event.finishes_at, event.meetings) == (later.ends_at, 2)

    later.delete()

    event.refresh_from_db()
    assert (event.finishes_at, event.meetings) == (event.ends_at, 1)


def test_the_number_of_meetings_is_that_of_those_whose_days_are_known():
    event = make_event(meetings=4)
    assert Event.objects.get(pk=event.pk).meetings == 4
    make_occasion(event)

    Event.objects.filter(pk=event.pk).update(meetings=1)

    assert Event.objects.get(pk=event.pk).meetings == 2


def test_an_event_is_upcoming_until_its_last_meeting_is_over():
    event = make_event()
    Event.objects.filter(pk=event.pk).update(starts_at=event.starts_at - 20 * DAY, ends_at=event.ends_at - 20 * DAY)
    Occasion.objects.create(event=event, position=2, starts_at=event.starts_at, ends_at=event.ends_at)

    assert event in Event.objects.upcoming()
    assert event not in Event.objects.past()
