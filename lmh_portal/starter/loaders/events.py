"""Events and their programmes."""

import datetime as dt
from collections.abc import Hashable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from events.models import Event, ProgrammeItem
from events.services import at_local_time, demo_day
from lmh_portal.core.models import Publishable
from lmh_portal.starter.files import Row
from lmh_portal.starter.loader import Loader

LAST_MINUTE = dt.time(23, 59)


class Events(Loader):
    """An event has a date, or the number of days until a demonstration event, counted from today."""

    file = "events.csv"
    model = Event
    fields = [
        "slug", "event_type", "is_demo", "event_status", "date_precision", "demo_offset_days", "meetings",
        "recurrence", "date_note", "name", "description", "organizer", "co_organizers", "topics",
        "target_groups", "staff_groups", "languages", "attendance_mode", "venue", "municipality",
        "maximum_attendee_capacity", "participants_reported", "fee_sek", "registration",
    ]  # fmt: skip
    renamed = {"code": "slug"}
    extra = {
        "starts_on": models.DateField(null=True, blank=True),
        "ends_on": models.DateField(null=True, blank=True),
        "starts": models.TimeField(null=True, blank=True),
        "ends": models.TimeField(null=True, blank=True),
    }
    constant = {"status": Publishable.Status.PUBLISHED}

    def complete(self, values: dict[str, Any], row: Row) -> dict[str, Any]:
        starts_on, ends_on, starts, ends = (values.pop(column) for column in self.extra)
        offset = values["demo_offset_days"]
        if (offset is None) == (starts_on is None):
            raise ValidationError({"starts_on": "either this or demo_offset_days must be given"})
        if offset is not None and not values["is_demo"]:
            raise ValidationError({"demo_offset_days": "is for demonstration events only"})
        day = starts_on or demo_day(self.loading.today, offset)
        return values | {
            "starts_at": at_local_time(day, starts or dt.time.min),
            "ends_at": at_local_time(ends_on or day, ends or LAST_MINUTE),
        }

    def to_blame(self, row: Row) -> str:
        return "ends_on" if row.cells["ends_on"] else "ends"


class Programmes(Loader):
    """An event's programme belongs together: it is left alone once the event has any."""

    file = "event_programme.csv"
    model = ProgrammeItem
    fields = ["event", "position", "starts", "ends", "name", "performer"]

    def identity(self, values: dict[str, Any]) -> Hashable:
        return values["event"].pk, values["position"]

    def existing(self) -> dict[Hashable, models.Model]:
        return {(item.event_id, item.position): item for item in ProgrammeItem.objects.all()}

    def is_settled(self, identity: Hashable) -> bool:
        event, _position = identity
        return any(event == its_event for its_event, _ in self.present)

    def finish(self, rows: list[ProgrammeItem]) -> None:
        if self.loading.overwrite:
            of_these_events = ProgrammeItem.objects.filter(event__in={item.event_id for item in rows})
            of_these_events.exclude(pk__in=[item.pk for item in rows]).delete()

    def to_blame(self, row: Row) -> str:
        return "ends" if row.cells["ends"] else "position"


LOADERS = [Events, Programmes]
