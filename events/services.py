"""Changes to events that are more than a save."""

import datetime as dt

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from events.models import Event, Occasion, RegistrationForm

SATURDAY = 5
MOST_ITEMS = 1000


def demo_day(today: dt.date, offset: int) -> dt.date:
    """The day of a demonstration event: so many days ahead, on the next weekday."""
    day = today + dt.timedelta(days=offset)
    while day.weekday() >= SATURDAY:
        day += dt.timedelta(days=1)
    return day


def at_local_time(day: dt.date, time: dt.time) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, time))


@transaction.atomic
def move_demo_events(today: dt.date | None = None) -> int:
    """Move demonstration events whose day has passed ahead, at the same local times; return how many."""
    today = today or timezone.localdate()
    passed = Event.objects.filter(
        is_demo=True, demo_offset_days__isnull=False, finishes_at__lt=at_local_time(today, dt.time.min)
    )
    events = list(passed.select_for_update())
    for event in events:
        starts_at, ends_at = timezone.localtime(event.starts_at), timezone.localtime(event.ends_at)
        days = demo_day(today, event.demo_offset_days) - starts_at.date()
        event.starts_at = at_local_time(starts_at.date() + days, starts_at.time())
        event.ends_at = at_local_time(ends_at.date() + days, ends_at.time())
        event.days_moved = days
    Event.objects.bulk_update(events, ["starts_at", "ends_at"])  # leaves updated_at: nobody edited them
    moved = {event.pk: event.days_moved for event in events}
    _move(Occasion.objects.filter(event__in=moved, position__gt=1), moved, "starts_at", "ends_at")
    _move(RegistrationForm.objects.filter(event__in=moved), moved, "opens_at", "closes_at")
    return len(events)


def _move(rows: QuerySet, moved: dict[int, dt.timedelta], *fields: str) -> None:
    """Move what belongs to moved events as many days, at the same local times."""
    rows = list(rows)
    for row in rows:
        for field in fields:
            if before := getattr(row, field):
                local = timezone.localtime(before)
                setattr(row, field, at_local_time(local.date() + moved[row.event_id], local.time()))
    if rows:
        type(rows[0]).objects.bulk_update(rows, fields)


@transaction.atomic
def sort_programme(event: Event) -> None:
    """Number the programme by time; an item without a time stays behind the one before it.

    A programme of several meetings keeps the order that it was written in: its times start anew each day.
    """
    if event.meetings > 1:
        return
    items, time = [], dt.time.min
    for item in event.programme.order_by("position", "pk"):
        time = item.starts or time
        items.append((time, item))
    items.sort(key=lambda pair: pair[0])
    if any(item.position != number for number, (_time, item) in enumerate(items, 1)):
        event.programme.update(position=F("position") + MOST_ITEMS)  # two items never share a place
        for number, (_time, item) in enumerate(items, 1):
            item.position = number
            item.save(update_fields=["position"])
