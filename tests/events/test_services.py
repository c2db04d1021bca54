"""Demonstration events move ahead, so that the calendar is never empty."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from events.models import Event, Occasion, RegistrationForm
from events.services import at_local_time, demo_day, move_demo_events, sort_programme
from tests.make import make_event, make_occasion, make_sign_up_form


def make_demo(day, offset=10, **fields):
    """A demonstration event from 9 to 12 on the day."""
    times = {"starts_at": at_local_time(day, dt.time(9)), "ends_at": at_local_time(day, dt.time(12))}
    return make_event(**({"is_demo": True, "demo_offset_days": offset} | times | fields))


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (dt.date(2026, 11, 20), dt.date(2026, 11, 30)),  # Friday to Monday
        (dt.date(2026, 11, 25), dt.date(2026, 12, 7)),  # Saturday becomes Monday
        (dt.date(2026, 11, 26), dt.date(2026, 12, 7)),  # Sunday becomes Monday
    ],
)
def test_demo_day_is_a_weekday(today, expected):
    assert demo_day(today, 10) == expected


@pytest.mark.django_db
@time_machine.travel("2026-10-20T08:00:00+02:00")
def test_move_keeps_local_times_across_the_change_of_clocks():
    event = make_demo(dt.date(2026, 10, 19))

    moved = move_demo_events()

    event.refresh_from_db()
    assert moved == 1
    assert timezone.localtime(event.starts_at).isoformat() == "2026-10-30T09:00:00+01:00"
    assert timezone.localtime(event.ends_at).isoformat() == "2026-10-30T12:00:00+01:00"


@pytest.mark.django_db
def test_move_is_not_an_edit():
    event = make_demo(dt.date(2026, 1, 7))

    move_demo_events()

    assert Event.objects.get().updated_at == event.updated_at


@pytest.mark.django_db
def test_move_keeps_an_event_as_many_days_long():
    ends_at = at_local_time(dt.date(2026, 1, 8), dt.time(12))
    event = make_demo(dt.date(2026, 1, 7), ends_at=ends_at)

    move_demo_events(dt.date(2026, 2, 2))

    event.refresh_from_db()
    assert timezone.localtime(event.starts_at).isoformat() == "2026-02-12T09:00:00+01:00"
    assert timezone.localtime(event.ends_at).isoformat() == "2026-02-13T12:00:00+01:00"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("day", "fields"),
    [
        (dt.date(2026, 11, 23), {}),
        (dt.date(2026, 12, 23), {}),
        (dt.date(2026, 11, 22), {"is_demo": False}),
        (dt.date(2026, 11, 22), {"demo_offset_days": None}),
    ],
    ids=["today", "to come", "real", "without days"],
)
def test_other_events_stay(day, fields):
    event = make_demo(day, **fields)

    assert move_demo_events(dt.date(2026, 11, 23)) == 0

    assert Event.objects.get().starts_at == event.starts_at


@pytest.mark.django_db
def test_move_again_moves_nothing():
    make_demo(dt.date(2026, 1, 7))
    move_demo_events()

    assert move_demo_events() == 0


@pytest.mark.django_db
def test_further_meetings_and_the_times_of_sign_up_move_along_once_the_last_meeting_is_over():
    event = make_demo(dt.date(2026, 10, 19))
    make_occasion(event, days=7)  # after the change of clocks
    make_sign_up_form(event, opens_at=at_local_time(dt.date(2026, 9, 1), dt.time(8)))
    Occasion.objects.filter(position=2).update(
        starts_at=at_local_time(dt.date(2026, 10, 26), dt.time(9)),
        ends_at=at_local_time(dt.date(2026, 10, 26), dt.time(12)),
    )

    assert move_demo_events(dt.date(2026, 10, 26)) == 0
    assert move_demo_events(dt.date(2026, 10, 27)) == 1

    times = [timezone.localtime(one.starts_at).isoformat() for one in event.occasions.all()]
    assert times == ["2026-11-06T09:00:00+01:00", "2026-11-13T09:00:00+01:00"]
    form = RegistrationForm.objects.get()
    assert (timezone.localtime(form.opens_at).isoformat(), form.closes_at) == ("2026-09-19T08:00:00+02:00", None)


@pytest.mark.django_db
def test_moving_costs_the_same_however_many(django_assert_num_queries):
    for _ in range(3):
        make_demo(dt.date(2026, 1, 7))

    with django_assert_num_queries(6):  # events, their update, meetings and forms, between a savepoint and its release
        move_demo_events()


@pytest.mark.django_db
@pytest.mark.parametrize(("meetings", "expected"), [(1, ["Nine", "Thirteen"]), (2, ["Thirteen", "Nine"])])
def test_programme_is_sorted_by_time_unless_it_has_several_days(meetings, expected):
    event = make_event(meetings=meetings, programme=["Thirteen", "Nine"])
    event.programme.filter(name_sv="Thirteen").update(starts=dt.time(13))
    event.programme.filter(name_sv="Nine").update(starts=dt.time(9))

    sort_programme(event)

    assert [item.name_sv for item in event.programme.all()] == expected
