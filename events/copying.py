"""New events from those that there are: what an event says is kept, when it was and who was there is not."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from dateutil.rrule import MONTHLY, WEEKLY, rrule, weekday
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Event, Occasion
from events.services import at_local_time, free_slug
from lmh_portal.accounts.models import User
from lmh_portal.core.languages import SOURCE_LANGUAGE

KEPT = {  # fields of an event
    "name", "description", "prerequisites", "level", "event_type", "organizer", "attendance_mode", "venue",
    "municipality", "accessibility_features", "maximum_attendee_capacity", "fee_sek", "registration",
    "co_organizers", "languages", "target_groups", "staff_groups", "topics",
}  # fmt: skip
GIVEN = {"starts_at", "ends_at", "coordinator", "super_event", "is_template", "slug"}
CLEARED = {
    "id", "uid", "sequence", "sequence_raised_at", "status", "is_demo", "created_at", "updated_at", "event_status",
    "finishes_at",
    "date_precision", "date_note", "meetings", "recurrence", "participants_reported", "materials", "notes",
    "demo_offset_days",
}  # fmt: skip
KEPT_ROWS = {"topic_items", "occasions", "programme", "registration_form", "questions", "quotas", "mail_texts"}
CLEARED_ROWS = {
    "sub_events", "registrations", "invitations", "mailings", "inputs", "evaluation_tallies", "evaluation_comments",
}  # fmt: skip
CLEARED_OF_PART = {  # what of a kept row is about the day or about a person
    "programme": {"performer_name": "", "consented_on": None},
    "registration_form": {"opens_at": None, "closes_at": None, "join_url": "", "has_free_places": True},
}
FIFTH = 5


class Rhythm(models.TextChoices):
    """How often the events of a series are."""

    WEEK = "week", _("Every week")
    TWO_WEEKS = "2weeks", _("Every second week")
    THREE_WEEKS = "3weeks", _("Every third week")
    MONTH = "month", _("Every month on the same weekday, such as the third Wednesday")
    QUARTER = "quarter", _("Every three months on the same weekday")


@transaction.atomic
def copy(
    source: Event, *, starts_at: dt.datetime, coordinator: User | None, super_event: Event | None = None,
    is_template: bool = False,
) -> Event:  # fmt: skip
    """A draft that says what the source says, at another time; its meetings are as far apart as those were."""
    name = getattr(source, f"name_{SOURCE_LANGUAGE}") or ""
    event = Event(
        **_values(source, KEPT),
        starts_at=starts_at,
        ends_at=_moved(source.ends_at, source.starts_at, starts_at),
        coordinator=coordinator,
        super_event=super_event,
        is_template=is_template,
        slug=free_slug(f"{name} template" if is_template else name, starts_at),
    )
    event.save()
    for relation in ["co_organizers", "languages", "target_groups", "staff_groups", "topics"]:
        getattr(event, relation).set(getattr(source, relation).all())
    _copy_parts(source, event)
    event.refresh_from_db()  # a trigger has counted its meetings
    return event


def repeat(source: Event, starts: Iterable[dt.datetime], coordinator: User | None) -> list[Event]:
    """Drafts of the same series, one for each start."""
    first = source.super_event or source
    return [copy(source, starts_at=start, coordinator=coordinator, super_event=first) for start in starts]


def _copy_parts(source: Event, event: Event) -> None:
    for name in ["programme", "questions", "quotas", "mail_texts"]:
        for row in getattr(source, name).all():
            _copy_of(row, event=event, **CLEARED_OF_PART.get(name, {})).save()
    if form := getattr(source, "registration_form", None):
        _copy_of(form, event=event, **CLEARED_OF_PART["registration_form"]).save()
    for meeting in source.occasions.filter(position__gt=1):
        times = {name: _moved(getattr(meeting, name), source.starts_at, event.starts_at) for name in _TIMES}
        _copy_of(meeting, event=event, check_in_code=Occasion().check_in_code, **times).save()


_TIMES = ["starts_at", "ends_at"]


def _moved(moment: dt.datetime, old_start: dt.datetime, new_start: dt.datetime) -> dt.datetime:
    """As far from the new start as it was from the old one, by clocks on the wall, which change twice a year."""
    moment, old, new = (timezone.localtime(each).replace(tzinfo=None) for each in [moment, old_start, new_start])
    moved = new + (moment - old)
    return at_local_time(moved.date(), moved.time())


def _copy_of(row: models.Model, **changes: Any) -> models.Model:
    names = {_original(field) for field in row._meta.concrete_fields if not field.primary_key}
    return type(row)(**_values(row, names - set(changes)), **changes)


def _values(row: models.Model, names: set[str]) -> dict[str, Any]:
    """The columns of fields, of translated ones those of each language and not the one that they shadow."""
    columns = {field.name for field in row._meta.concrete_fields}
    return {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if _original(field) in names and f"{field.name}_{SOURCE_LANGUAGE}" not in columns
    }


def _original(field: models.Field) -> str:
    return getattr(field, "translated_field", field).name


def starts_of_series(first: dt.datetime, rhythm: str, number: int) -> list[dt.datetime]:
    """So many starts after the first, at its time of day by the clock on the wall."""
    local = timezone.localtime(first)
    rule = rrule(**_rule(local, Rhythm(rhythm)), dtstart=local.replace(tzinfo=None), count=number + 1)
    days = [moment.date() for moment in rule if moment.date() > local.date()][:number]
    return [at_local_time(day, local.time()) for day in days]


def _rule(first: dt.datetime, rhythm: Rhythm) -> dict[str, Any]:
    weeks = {Rhythm.WEEK: 1, Rhythm.TWO_WEEKS: 2, Rhythm.THREE_WEEKS: 3}
    if rhythm in weeks:
        return {"freq": WEEKLY, "interval": weeks[rhythm]}
    week = (first.day - 1) // 7 + 1
    return {
        "freq": MONTHLY,
        "interval": 3 if rhythm == Rhythm.QUARTER else 1,
        "byweekday": weekday(first.weekday(), -1 if week == FIFTH else week),
    }
