"""What calendars must know raises SEQUENCE, whatever door it came through."""

import datetime as dt

import pytest

from events.models import Event, Occasion
from events.services import move_demo_events
from tests.make import make_area, make_event, make_topic

DAY = dt.timedelta(days=1)
pytestmark = pytest.mark.django_db


def sequence(event) -> int:
    return Event.objects.get(pk=event.pk).sequence


def add_meeting(event, position=2) -> Occasion:
    days = DAY * position
    return Occasion.objects.create(
        event=event, position=position, starts_at=event.starts_at + days, ends_at=event.ends_at + days
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda event: {"starts_at": event.starts_at - DAY},
        lambda event: {"ends_at": event.ends_at + DAY},
        lambda event: {"event_status": "cancelled"},
        lambda event: {"date_precision": "day"},
        lambda event: {"recurrence": "FREQ=MONTHLY"},
        lambda event: {"attendance_mode": "online"},
        lambda event: {"municipality": make_area()},
        lambda event: {"venue_sv": "Aulan"},
        lambda event: {"venue_ar": "القاعة"},
    ],
    ids=["start", "end", "status", "precision", "recurrence", "form", "municipality", "venue", "venue in Arabic"],
)
def test_time_place_and_status_raise_it_once_each_through_both_doors(change):
    saved, updated = make_event(), make_event()
    for name, value in change(saved).items():
        setattr(saved, name, value)

    saved.save()
    Event.objects.rewrite(False).filter(pk=updated.pk).update(**change(updated))

    assert [sequence(saved), sequence(updated)] == [1, 1]
    assert Event.objects.get(pk=updated.pk).sequence_raised_at is not None


def test_other_changes_leave_it():
    event = make_event()
    event.name_sv, event.maximum_attendee_capacity = "Ett annat namn", 7
    event.save()
    event.topics.add(make_topic())

    event.refresh_from_db()
    assert (event.sequence, event.sequence_raised_at) == (0, None)


def test_an_older_copy_of_the_row_lowers_nothing():
    event = make_event()
    older = Event.objects.get(pk=event.pk)
    Event.objects.filter(pk=event.pk).update(event_status="cancelled")

    older.name_sv = "Ett annat namn"
    older.save()

    assert sequence(event) == 2  # the older copy took the cancellation back, which is a change again


def test_meetings_raise_it_when_they_come_move_and_go():
    event, seen = make_event(), []
    meeting = add_meeting(event)
    seen.append(sequence(event))
    meeting.starts_at, meeting.ends_at = meeting.starts_at + DAY, meeting.ends_at + DAY
    meeting.save()
    seen.append(sequence(event))
    meeting.venue_sv = "Biblioteket"
    meeting.save()
    seen.append(sequence(event))
    meeting.check_in_code = "ABCDEF"
    meeting.save()
    seen.append(sequence(event))
    meeting.delete()
    seen.append(sequence(event))

    assert seen == [1, 2, 3, 3, 4]


def test_another_place_of_the_first_meeting_raises_it_and_its_time_counts_once():
    event = make_event()

    event.occasions.update(venue_sv="Biblioteket")
    after_place = sequence(event)
    Event.objects.filter(pk=event.pk).update(starts_at=event.starts_at - DAY)

    assert [after_place, sequence(event)] == [1, 2]


def test_a_demonstration_that_moves_raises_it():
    event = make_event(is_demo=True, demo_offset_days=3)
    Event.objects.filter(pk=event.pk).update(starts_at=event.starts_at - 90 * DAY, ends_at=event.ends_at - 90 * DAY)
    before = sequence(event)

    move_demo_events()

    assert sequence(event) == before + 1


def test_an_event_with_meetings_can_be_deleted():
    event = make_event()
    add_meeting(event)

    event.delete()

    assert not Event.objects.exists()
