"""Changes to events that are more than a save."""

import datetime as dt

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.text import slugify

from events.models import Event, Occasion, RegistrationForm
from events.registering import modes

SATURDAY = 5
MOST_ITEMS = 1000
DEFAULT_LENGTH = dt.timedelta(hours=3)


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


def free_slug(name: str, starts_at: dt.datetime | None = None, pk: int | None = None) -> str:
    """An address of the name that no other event has, with the day where the name alone is taken."""
    longest = Event._meta.get_field("slug").max_length
    plain = slugify(name)[: longest - 20].strip("-") or "event"
    day = f"-{timezone.localtime(starts_at):%Y-%m-%d}" if starts_at else ""
    tried = [plain, f"{plain}{day}", *(f"{plain}{day}-{number}" for number in range(2, 1000))]
    taken = set(Event.objects.filter(slug__startswith=plain).exclude(pk=pk).values_list("slug", flat=True))
    return next(slug for slug in tried if slug not in taken)


def count_places(event: Event) -> None:
    """Of an event with sign-up here, all places together; none where one form of attendance has no limit."""
    form = getattr(event, "registration_form", None)
    if form is None:
        return
    rooms = [form.capacity(mode) for mode in modes(event)]
    places = None if None in rooms else sum(rooms)
    if places != event.maximum_attendee_capacity:
        event.maximum_attendee_capacity = places
        event.save(update_fields=["maximum_attendee_capacity"])
