"""Events with their programmes, further meetings and sign-up."""

import datetime as dt
from collections.abc import Hashable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from events.models import Event, Occasion, ProgrammeItem, Question, Registration, RegistrationForm
from events.services import at_local_time, demo_day
from lmh_portal.core.languages import SOURCE_LANGUAGE
from lmh_portal.core.models import Publishable
from lmh_portal.starter.files import Row
from lmh_portal.starter.loader import Loader

LAST_MINUTE = dt.time(23, 59)
Mode = Event.AttendanceMode


class Events(Loader):
    """An event has a date, or the number of days until a demonstration event, counted from today."""

    file = "events.csv"
    model = Event
    fields = [
        "slug", "event_type", "is_demo", "event_status", "date_precision", "demo_offset_days", "meetings",
        "recurrence", "date_note", "name", "description", "level", "prerequisites", "organizer", "co_organizers",
        "topics", "target_groups", "staff_groups", "languages", "attendance_mode", "venue", "municipality",
        "accessibility_features",
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


class PartsOfEvent(Loader):
    """Rows of an event in an order belong together: they are left alone once the event has any."""

    def identity(self, values: dict[str, Any]) -> Hashable:
        return values["event"].pk, values["position"]

    def existing(self) -> dict[Hashable, models.Model]:
        return {(row.event_id, row.position): row for row in self.rows()}

    def rows(self) -> models.QuerySet:
        return self.model.objects.all()

    def is_settled(self, identity: Hashable) -> bool:
        event, _position = identity
        return any(event == its_event for its_event, _ in self.present)

    def finish(self, rows: list[models.Model]) -> None:
        if self.loading.overwrite:
            of_these_events = self.rows().filter(event__in={row.event_id for row in rows})
            of_these_events.exclude(pk__in=[row.pk for row in rows]).delete()


class Programmes(PartsOfEvent):
    file = "event_programme.csv"
    model = ProgrammeItem
    fields = ["event", "position", "starts", "ends", "name", "performer"]

    def to_blame(self, row: Row) -> str:
        return "ends" if row.cells["ends"] else "position"


class Occasions(PartsOfEvent):
    """Further meetings, so many days after the first."""

    file = "event_occasions.csv"
    model = Occasion
    fields = ["event", "position", "venue"]
    extra = {
        "days_later": models.PositiveSmallIntegerField(),
        "starts": models.TimeField(),
        "ends": models.TimeField(),
    }

    def rows(self):
        return Occasion.objects.filter(position__gt=1)

    def complete(self, values: dict[str, Any], row: Row) -> dict[str, Any]:
        days_later, starts, ends = (values.pop(column) for column in self.extra)
        if values["position"] < 2:
            raise ValidationError({"position": "the first meeting is as the event says"})
        day = timezone.localtime(values["event"].starts_at).date() + dt.timedelta(days=days_later)
        return values | {"starts_at": at_local_time(day, starts), "ends_at": at_local_time(day, ends)}

    def to_blame(self, row: Row) -> str:
        return "ends"


class Questions(PartsOfEvent):
    file = "event_questions.csv"
    model = Question
    fields = ["event", "position", "kind", "is_required", "kept_days", "text", "choices", "purpose"]


class Forms(Loader):
    """Sign-up to demonstration events; the seats that are taken are held by nobody: no name, no letter."""

    file = "event_forms.csv"
    model = RegistrationForm
    fields = [
        "event", "maximum_physical_attendee_capacity", "maximum_virtual_attendee_capacity", "waiting_list_maximum",
        "needs_approval", "asks_diet", "certificate_percent", "join_url",
    ]  # fmt: skip
    extra = {
        "seats_on_site": models.PositiveSmallIntegerField(default=0),
        "seats_online": models.PositiveSmallIntegerField(default=0),
    }

    def identity(self, values: dict[str, Any]) -> Hashable:
        return values["event"].pk

    def existing(self) -> dict[Hashable, models.Model]:
        self.seats: dict[int, dict[str, int]] = {}
        return {form.pk: form for form in RegistrationForm.objects.all()}

    def complete(self, values: dict[str, Any], row: Row) -> dict[str, Any]:
        taken = [values.pop(column) for column in self.extra]
        if any(taken) and not values["event"].is_demo:
            raise ValidationError({"seats_on_site": "are for demonstration events only"})
        self.seats[values["event"].pk] = dict(zip([Mode.OFFLINE, Mode.ONLINE], taken, strict=True))
        return values

    def finish(self, rows: list[RegistrationForm]) -> None:
        for form in rows:
            if form.pk not in self.present:
                self._take_seats(form)

    def _take_seats(self, form: RegistrationForm) -> None:
        seats = self.seats[form.pk]
        now = timezone.now()
        nobody = {
            "event_id": form.pk, "state": Registration.State.CONFIRMED, "holds_seat": True,
            "language": SOURCE_LANGUAGE, "confirmed_at": now, "anonymized_at": now,
        }  # fmt: skip
        Registration.objects.bulk_create(
            Registration(attendance_mode=mode, **nobody) for mode, number in seats.items() for _ in range(number)
        )
        modes = [mode for mode in seats if form.event.attendance_mode in {mode, Mode.MIXED}]
        form.has_free_places = any(form.capacity(mode) is None or seats[mode] < form.capacity(mode) for mode in modes)
        form.save(update_fields=["has_free_places"])


LOADERS = [Events, Programmes, Occasions, Forms, Questions]
