"""Seminars, workshops and courses, in the terms of schema.org Event."""

import datetime as dt
import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import BooleanField, ExpressionWrapper, F, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from taggit.managers import TaggableManager

from actors.models import Organization
from knowledge.models import Resource
from lmh_portal.accounts.models import User
from lmh_portal.core.models import IS_PUBLISHED, Publishable
from lmh_portal.core.translated import columns, translated
from lmh_portal.core.version import remembered
from lmh_portal.vocabulary.models import Area, EventType, Language, StaffGroup, TargetGroup, TopicItem
from lmh_portal.vocabulary.querysets import AboutQuerySet

KEPT_IN_CALENDARS = 180  # days after an event until it leaves the calendars that subscribe


def start_of_today() -> dt.datetime:
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def _first_start() -> dt.datetime | None:
    return Event.objects.upcoming().values_list("starts_at", flat=True).first()


class EventQuerySet(AboutQuerySet):
    search_fields = ["name", "description"]

    def visible_to(self, user):
        """Templates have their place on the desk alone: they are no events yet."""
        visible = super().visible_to(user)
        return visible.filter(is_template=False) if self.shows_drafts_to(user) else visible

    def upcoming(self):
        """From today on, the nearest first; an event stays until its day is over."""
        return self.filter(finishes_at__gte=start_of_today()).order_by("starts_at", "pk")

    def past(self):
        """Before today, the latest first. What has ended has started: this spares the index all that is to come."""
        today = start_of_today()
        return self.filter(finishes_at__lt=today, starts_at__lt=today).order_by("-starts_at", "-pk")

    def from_first_upcoming(self):
        """Of upcoming events the same ones, found without passing those of all years before."""
        start = remembered("start of the first upcoming event", _first_start)
        return self.filter(starts_at__gte=start) if start else self

    def for_cards(self):
        """Everything components/event_item.html reads, in one query."""
        return self.only(
            "slug", "status", "is_demo", "starts_at", "ends_at", "finishes_at", "date_precision", "meetings",
            "event_status", "event_type", "attendance_mode", "municipality", "maximum_attendee_capacity",
            "registration", *columns("name", "description"),
        ).annotate(has_free_places=F("registration_form__has_free_places"))  # fmt: skip

    def for_calendar(self):
        """Those that a calendar has a day for, the nearest first: what is to come and what was lately."""
        since = start_of_today() - dt.timedelta(days=KEPT_IN_CALENDARS)
        dated = self.filter(finishes_at__gte=since).exclude(date_precision=Event.DatePrecision.YEAR)
        is_over = ExpressionWrapper(Q(finishes_at__lt=start_of_today()), BooleanField())
        return dated.order_by(is_over, "starts_at", "pk")

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

    class Level(models.TextChoices):
        BASIC = "basic", pgettext_lazy("level of training", "Basic")
        ADVANCED = "advanced", pgettext_lazy("level of training", "Advanced")
        TRAINER = "trainer", pgettext_lazy("level of training", "For trainers")

    class AccessibilityFeature(models.TextChoices):
        STEP_FREE = "step_free", _("Step-free access")
        HEARING_LOOP = "hearing_loop", _("Hearing loop")
        CAPTIONS = "captions", _("Live captions")
        SIGN_LANGUAGE = "sign_language", _("Sign language interpreter")
        INTERPRETER = "interpreter", _("Interpreter on request")

    class Recurrence(models.TextChoices):
        ONCE = "", _("Does not repeat")
        EVERY_THIRD_WEEK = "FREQ=WEEKLY;INTERVAL=3", _("Every third week")
        MONTHLY = "FREQ=MONTHLY", _("Every month")
        QUARTERLY = "FREQ=MONTHLY;INTERVAL=3", _("Every three months")

    uid = models.UUIDField(
        _("UID"), unique=True, default=uuid.uuid4, db_default=RandomUUID(), editable=False
    )  # RFC 7986
    sequence = models.PositiveIntegerField(
        _("SEQUENCE"), default=0, editable=False
    )  # raised by a trigger when what calendars must know changes (migration 0005)
    sequence_raised_at = models.DateTimeField(_("changed for calendars"), null=True, editable=False)
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    prerequisites = models.TextField(_("prerequisites"), blank=True)
    level = models.CharField(_("level"), max_length=8, choices=Level, blank=True)
    event_type = models.ForeignKey(EventType, models.PROTECT, related_name="events", verbose_name=_("type"))
    event_status = models.CharField(
        _("event status"), max_length=11, choices=EventStatus, default=EventStatus.SCHEDULED
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"), help_text=_("For several meetings: the end of the first meeting."))
    finishes_at = models.DateTimeField(_("last meeting ends"), editable=False, null=True)  # kept by a trigger
    date_precision = models.CharField(
        _("what is known of the date"), max_length=6, choices=DatePrecision, default=DatePrecision.MINUTE
    )
    date_note = models.CharField(_("note on the date"), max_length=200, blank=True)
    meetings = models.PositiveSmallIntegerField(_("number of meetings"), default=1)
    recurrence = models.CharField(
        _("repeats"), max_length=40, choices=Recurrence, blank=True, default=Recurrence.ONCE
    )  # an RFC 5545 RRULE
    super_event = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="sub_events", verbose_name=_("series")
    )  # the first of events that repeat, each with a page of its own
    is_template = models.BooleanField(
        _("template"), default=False, help_text=_("New events of this type start from it. It is never published.")
    )
    coordinator = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="events", verbose_name=_("coordinator")
    )
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
    accessibility_features = ArrayField(
        models.CharField(max_length=13, choices=AccessibilityFeature),
        verbose_name=_("access"),
        default=list,
        blank=True,
    )
    languages = models.ManyToManyField(Language, blank=True, related_name="events", verbose_name=_("languages"))
    maximum_attendee_capacity = models.PositiveIntegerField(_("places"), null=True, blank=True)
    participants_reported = models.PositiveIntegerField(
        _("participants"), null=True, blank=True, help_text=_("Reported after the event.")
    )
    materials = models.ManyToManyField(
        Resource, blank=True, related_name="events", verbose_name=_("slides, recording and notes")
    )
    notes = models.TextField(_("what was said and decided"), blank=True)
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
                fields=["starts_at", "id"],
                include=["finishes_at"],
                condition=IS_PUBLISHED,
                name="events_event_published",
            ),
            models.Index(fields=["starts_at", "id"], name="events_event_by_start"),
            models.Index(fields=["finishes_at"], name="events_event_by_end"),
            models.Index(fields=["attendance_mode", "starts_at"], condition=IS_PUBLISHED, name="events_event_by_form"),
            models.Index(fields=["level"], condition=IS_PUBLISHED & ~Q(level=""), name="events_event_by_level"),
            models.Index(fields=["-updated_at", "-id"], condition=IS_PUBLISHED, name="events_event_by_change"),
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
            models.CheckConstraint(
                condition=Q(is_template=False) | Q(status="draft"),
                name="event_template_is_a_draft",
                violation_error_message=_("A template cannot be published: copy it to an event first."),
            ),
        ]

    def __str__(self):
        return translated(self, "name").value

    @cached_property
    def day(self) -> dt.date:
        """The day that it starts, in Swedish time."""
        return timezone.localtime(self.starts_at).date()

    @property
    def is_on_a_day(self) -> bool:
        """Whether more than its year is known."""
        return self.date_precision != self.DatePrecision.YEAR

    @property
    def listed_under(self) -> str:
        """The month, or the year if no more is known."""
        return f"{self.day:%Y-%m}" if self.is_on_a_day else f"{self.day:%Y}"

    @property
    def is_past(self) -> bool:
        return (self.finishes_at or self.ends_at) < start_of_today()


class TopicOfEvent(TopicItem):
    content_object = models.ForeignKey(Event, models.CASCADE, related_name="topic_items")

    class Meta(TopicItem.Meta):
        constraints = [models.UniqueConstraint(fields=["content_object", "tag"], name="event_has_topic_once")]
