"""Seminars, workshops and courses, in the terms of schema.org Event."""

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from taggit.managers import TaggableManager

from actors.models import Organization
from lmh_portal.core.models import IS_PUBLISHED, Publishable
from lmh_portal.core.translated import columns, translated
from lmh_portal.core.version import remembered
from lmh_portal.vocabulary.models import Area, EventType, Language, StaffGroup, TargetGroup, TopicItem
from lmh_portal.vocabulary.querysets import AboutQuerySet


def start_of_today() -> dt.datetime:
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def _first_start() -> dt.datetime | None:
    return Event.objects.upcoming().values_list("starts_at", flat=True).first()


class EventQuerySet(AboutQuerySet):
    search_fields = ["name", "description"]

    def upcoming(self):
        """From today on, the nearest first; an event stays until its day is over."""
        return self.filter(ends_at__gte=start_of_today()).order_by("starts_at", "pk")

    def past(self):
        """Before today, the latest first. What has ended has started: this spares the index all that is to come."""
        today = start_of_today()
        return self.filter(ends_at__lt=today, starts_at__lt=today).order_by("-starts_at", "-pk")

    def from_first_upcoming(self):
        """Of upcoming events the same ones, found without passing those of all years before."""
        start = remembered("start of the first upcoming event", _first_start)
        return self.filter(starts_at__gte=start) if start else self

    def for_cards(self):
        """Everything components/event_item.html reads, in one query."""
        return self.only(
            "slug", "status", "is_demo", "starts_at", "ends_at", "date_precision", "meetings", "event_status",
            "event_type", "attendance_mode", "municipality", "maximum_attendee_capacity", "registration",
            *columns("name", "description"),
        )  # fmt: skip

    def for_detail(self):
        return self.select_related("organizer").with_ids(
            topic_ids="topic_items", target_group_ids="target_groups", staff_group_ids="staff_groups",
            language_ids="languages",
        )  # fmt: skip


class Event(Publishable):
    """One activity: schema.org Event."""

    class EventStatus(models.TextChoices):
        SCHEDULED = "scheduled", pgettext_lazy("event status", "Scheduled")
        POSTPONED = "postponed", pgettext_lazy("event status", "Postponed")
        RESCHEDULED = "rescheduled", pgettext_lazy("event status", "Rescheduled")
        CANCELLED = "cancelled", pgettext_lazy("event status", "Cancelled")

    class AttendanceMode(models.TextChoices):
        OFFLINE = "offline", pgettext_lazy("form of attendance", "On site")
        ONLINE = "online", pgettext_lazy("form of attendance", "Online")
        MIXED = "mixed", pgettext_lazy("form of attendance", "On site and online")

    class DatePrecision(models.TextChoices):
        MINUTE = "minute", _("Date and time")
        DAY = "day", _("Date only")
        YEAR = "year", _("Year only")

    class Registration(models.TextChoices):
        OPEN = "open", _("Open to all")
        APPLICATION = "application", _("By application")
        CLOSED = "closed", _("Closed")

    class Recurrence(models.TextChoices):
        ONCE = "", _("Does not repeat")
        EVERY_THIRD_WEEK = "FREQ=WEEKLY;INTERVAL=3", _("Every third week")
        MONTHLY = "FREQ=MONTHLY", _("Every month")
        QUARTERLY = "FREQ=MONTHLY;INTERVAL=3", _("Every three months")

    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    event_type = models.ForeignKey(EventType, models.PROTECT, related_name="events", verbose_name=_("type"))
    event_status = models.CharField(
        _("event status"), max_length=11, choices=EventStatus, default=EventStatus.SCHEDULED
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"), help_text=_("For several meetings: the end of the first meeting."))
    date_precision = models.CharField(
        _("what is known of the date"), max_length=6, choices=DatePrecision, default=DatePrecision.MINUTE
    )
    date_note = models.CharField(_("note on the date"), max_length=200, blank=True)
    meetings = models.PositiveSmallIntegerField(_("number of meetings"), default=1)
    recurrence = models.CharField(
        _("repeats"), max_length=40, choices=Recurrence, blank=True, default=Recurrence.ONCE
    )  # an RFC 5545 RRULE
    organizer = models.ForeignKey(Organization, models.PROTECT, related_name="events", verbose_name=_("organiser"))
    co_organizers = models.ManyToManyField(
        Organization, blank=True, related_name="co_organized_events", verbose_name=_("together with")
    )
    attendance_mode = models.CharField(_("form"), max_length=7, choices=AttendanceMode, default=AttendanceMode.OFFLINE)
    venue = models.CharField(_("venue"), max_length=200, blank=True)
    municipality = models.ForeignKey(
        Area,
        models.PROTECT,
        null=True,
        blank=True,
        limit_choices_to={"kind": Area.Kind.MUNICIPALITY},
        related_name="events",
        verbose_name=_("municipality"),
    )
    languages = models.ManyToManyField(Language, blank=True, related_name="events", verbose_name=_("languages"))
    maximum_attendee_capacity = models.PositiveIntegerField(_("places"), null=True, blank=True)
    participants_reported = models.PositiveIntegerField(
        _("participants"), null=True, blank=True, help_text=_("Reported after the event.")
    )
    fee_sek = models.PositiveIntegerField(
        _("fee in SEK"),
        null=True,
        blank=True,
        help_text=_("0 means free of charge; leave empty if not known."),
    )
    registration = models.CharField(_("registration"), max_length=11, choices=Registration, default=Registration.OPEN)
    demo_offset_days = models.PositiveSmallIntegerField(
        _("demo: days from today"),
        null=True,
        blank=True,
        help_text=_("A demonstration event whose day has passed moves this many days ahead."),
    )
    topics = TaggableManager(_("topics"), through="TopicOfEvent", blank=True)
    target_groups = models.ManyToManyField(
        TargetGroup, blank=True, related_name="events", verbose_name=_("target groups")
    )
    staff_groups = models.ManyToManyField(StaffGroup, blank=True, related_name="events", verbose_name=_("staff groups"))

    objects = EventQuerySet.as_manager()
    detail_view = "events:event_detail"

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            models.Index(
                fields=["starts_at", "id"], include=["ends_at"], condition=IS_PUBLISHED, name="events_event_published"
            ),
            models.Index(fields=["starts_at", "id"], name="events_event_by_start"),
            models.Index(fields=["ends_at"], name="events_event_by_end"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="event_ends_after_it_starts",
                violation_error_message=_("The event must end after it starts."),
            ),
            models.CheckConstraint(
                condition=Q(meetings__gte=1),
                name="event_has_a_meeting",
                violation_error_message=_("An event has at least one meeting."),
            ),
        ]

    def __str__(self):
        return translated(self, "name").value

    @cached_property
    def day(self) -> dt.date:
        """The day that it starts, in Swedish time."""
        return timezone.localtime(self.starts_at).date()

    @property
    def is_past(self) -> bool:
        return self.ends_at < start_of_today()


class ProgrammeItem(models.Model):
    """A part of the programme: schema.org subEvent."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="programme", verbose_name=_("event"))
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    starts = models.TimeField(_("from"), null=True, blank=True)
    ends = models.TimeField(_("to"), null=True, blank=True)
    name = models.CharField(_("name"), max_length=200)
    performer = models.CharField(
        _("speaker"), max_length=120, blank=True, help_text=_("A function, for example “dietitian”.")
    )

    class Meta:
        verbose_name = _("programme item")
        verbose_name_plural = _("programme items")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["event", "position"], name="programme_item_has_its_place"),
            models.CheckConstraint(
                condition=Q(starts=None) | Q(ends=None) | Q(ends__gt=F("starts")),
                name="programme_item_ends_after_it_starts",
                violation_error_message=_("The item must end after it starts."),
            ),
        ]

    def __str__(self):
        return translated(self, "name").value


class TopicOfEvent(TopicItem):
    content_object = models.ForeignKey(Event, models.CASCADE, related_name="topic_items")

    class Meta(TopicItem.Meta):
        constraints = [models.UniqueConstraint(fields=["content_object", "tag"], name="event_has_topic_once")]
