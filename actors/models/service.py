from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from taggit.managers import TaggableManager

from actors.models.entry import Entry, EntryQuerySet, trigram_indexes
from actors.models.organization import Organization
from lmh_portal.core.models import IS_PUBLISHED
from lmh_portal.core.translated import columns, sort_columns, sort_indexes, translated
from lmh_portal.vocabulary.models import Area, InterventionLevel, Language, TargetGroup, TopicItem


class AccessFact(models.TextChoices):
    """What decides whether somebody dares to come; each is known to hold or left out."""

    REFERRAL = "referral", pgettext_lazy("access to a service", "Referral needed")
    SELF_REFERRAL = "self-referral", pgettext_lazy("access to a service", "Contact it yourself")
    FREE = "free", pgettext_lazy("access to a service", "Free of charge")
    NO_PAPERS = "no-papers", pgettext_lazy("access to a service", "No identity papers needed")
    ANONYMOUS = "anonymous", pgettext_lazy("access to a service", "You can be anonymous")


WAYS_IN_SQL = """
    access_facts || array_remove(
        CASE access WHEN 'contact' THEN '{self-referral}'::varchar[]
                    WHEN 'open' THEN '{open,self-referral}'::varchar[]
                    WHEN 'booking' THEN '{booking,self-referral}'::varchar[]
                    ELSE ARRAY[access] END,
        CASE WHEN 'referral' = ANY (access_facts) THEN 'self-referral'::varchar
             WHEN 'self-referral' = ANY (access_facts) THEN 'referral'::varchar END)
"""


class ServiceQuerySet(EntryQuerySet):
    def listed(self):
        """Without those that have ended, too."""
        over = Q(operation=Service.Operation.DEFUNCT) | Q(ends_on__lt=timezone.localdate())
        return super().listed().exclude(over)

    def for_cards(self):
        """Everything components/service_item.html reads, in one query."""
        return (
            self.select_related("organization")
            .only(
                "slug", "status", "is_demo", "certainty", "verification", "assured_on", "access", "access_facts",
                "operation", "ends_on", *columns("name", "description"),
                *columns("organization__name"), "organization__slug", "organization__status",
            )
            .with_ids(topic_ids="topic_items", area_ids="areas", language_ids="service_languages__language")
        )  # fmt: skip

    def for_detail(self):
        return self.select_related("organization").with_ids(
            topic_ids="topic_items",
            target_group_ids="target_groups",
            language_ids="service_languages__language",
            area_ids="areas",
        )


class Service(Entry):
    """What an organisation does for somebody: HSDS service."""

    class Audience(models.TextChoices):
        RESIDENTS = "residents", _("Residents")
        PROFESSIONALS = "professionals", _("Professionals")
        BOTH = "both", _("Residents and professionals")

    class Access(models.TextChoices):
        OPEN = "open", _("Open to all")
        CONTACT = "contact", _("Get in touch")
        BOOKING = "booking", _("Book an appointment")
        REFERRAL = "referral", _("By referral")
        APPLICATION = "application", _("By application")
        INVITATION = "invitation", _("By invitation")
        OUTREACH = "outreach", _("Comes to you")
        ASSIGNMENT = "assignment", _("Assigned by an authority")
        SCHOOL = "school", _("Through school")
        CLOSED = "closed", _("Closed to new participants")

    class Kind(models.TextChoices):
        SERVICE = "service", pgettext_lazy("kind of service", "Standing service")
        PROJECT = "project", pgettext_lazy("kind of service", "Project")
        GROUP = "group", pgettext_lazy("kind of service", "Group")
        OFFER = "offer", pgettext_lazy("kind of service", "Training or support for staff")

    class Operation(models.TextChoices):
        """HSDS service status, and a pause."""

        ACTIVE = "active", pgettext_lazy("does a service operate", "Open")
        PAUSED = "paused", pgettext_lazy("does a service operate", "Closed for a time")
        INACTIVE = "inactive", pgettext_lazy("does a service operate", "Not open now")
        DEFUNCT = "defunct", pgettext_lazy("does a service operate", "Has ceased")

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="services", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=200)
    vars().update(sort_columns("name"))
    description = models.TextField(_("description"), blank=True)
    topics = TaggableManager(_("topics"), through="TopicOfService", blank=True)
    target_groups = models.ManyToManyField(
        TargetGroup, blank=True, related_name="services", verbose_name=_("target groups")
    )
    areas = models.ManyToManyField(
        Area,
        blank=True,
        related_name="services",
        verbose_name=_("area served"),
        help_text=_("Municipalities, a subregion, a county or the whole country."),
    )
    audience = models.CharField(_("who it is for"), max_length=13, choices=Audience, default=Audience.RESIDENTS)
    access = models.CharField(_("how to get in"), max_length=11, choices=Access, default=Access.CONTACT)
    languages = models.ManyToManyField(
        Language, through="ServiceLanguage", blank=True, related_name="services", verbose_name=_("languages")
    )
    website = models.URLField(_("website"), blank=True)
    email = models.EmailField(_("e-mail"), blank=True, help_text=_("The function's address, never a person's."))
    kind = models.CharField(_("kind"), max_length=7, choices=Kind, default=Kind.SERVICE)
    level = models.ForeignKey(
        InterventionLevel,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="services",
        verbose_name=_("intervention level"),
    )
    access_facts = ArrayField(
        models.CharField(max_length=13, choices=AccessFact),
        verbose_name=_("access"),
        default=list,
        blank=True,
        help_text=_("Choose what is known for certain; leave out what is not."),
    )
    ways_in = models.GeneratedField(  # WaysIn: what is said of the access, and what the way to get in says of it
        expression=Func(template=WAYS_IN_SQL, output_field=ArrayField(models.CharField(max_length=13))),
        output_field=ArrayField(models.CharField(max_length=13)),
        db_persist=True,
    )
    eligibility_description = models.TextField(_("who may come"), blank=True)
    minimum_age = models.PositiveSmallIntegerField(
        _("from age"), null=True, blank=True, validators=[MaxValueValidator(120)]
    )
    maximum_age = models.PositiveSmallIntegerField(
        _("to age"), null=True, blank=True, validators=[MaxValueValidator(120)]
    )
    application_process = models.TextField(_("how to get in, in words"), blank=True)
    fees_description = models.TextField(_("fee"), blank=True)
    operation = models.CharField(_("state"), max_length=8, choices=Operation, default=Operation.ACTIVE)
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(
        _("ends on"), null=True, blank=True, help_text=_("Afterwards it leaves the lists; its page stays.")
    )
    alert = models.CharField(
        _("notice"), max_length=300, blank=True, help_text=_("Shown on top of the page, for example “Closed in July”.")
    )
    alert_until = models.DateField(_("notice until"), null=True, blank=True, help_text=_("The last day to show it."))

    objects = ServiceQuerySet.as_manager()
    detail_view = "actors:service_detail"

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        indexes = [
            *sort_indexes("name", "actors_service_by_name", IS_PUBLISHED),
            models.Index(
                F("assured_on").desc(nulls_last=True), "id", name="actors_service_assured", condition=IS_PUBLISHED
            ),
            GinIndex(fields=["ways_in"], name="actors_service_ways_in"),
            *trigram_indexes("actors_service_like"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(minimum_age=None) | Q(maximum_age=None) | Q(minimum_age__lte=F("maximum_age")),
                name="service_ages_in_order",
                violation_error_message=_("The lower age must not be above the upper one."),
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(starts_on__lte=F("ends_on")),
                name="service_days_in_order",
                violation_error_message=_("It must not end before it starts."),
            ),
        ]

    def __str__(self):
        return translated(self, "name").value

    def clean(self):
        if {AccessFact.REFERRAL, AccessFact.SELF_REFERRAL} <= set(self.access_facts or []):
            raise ValidationError(
                {"access_facts": _("Choose either that a referral is needed or that people contact it themselves.")}
            )

    @property
    def has_ended(self) -> bool:
        is_over = bool(self.ends_on and self.ends_on < timezone.localdate())
        return is_over or self.operation == self.Operation.DEFUNCT

    @property
    def access_labels(self) -> list[str]:
        """What is known of the access beside how to get in, in one order."""
        return [str(fact.label) for fact in AccessFact if fact in self.access_facts and fact != self.access]

    @property
    def shows_alert(self) -> bool:
        """Whether the notice, if there is one, holds today."""
        return not self.alert_until or timezone.localdate() <= self.alert_until


class WaysIn:
    """How one gets in, and on what terms, as one list to choose from."""

    choices: ClassVar = [
        *AccessFact.choices,
        *(
            (one.value, one.label)
            for one in Service.Access
            if one not in {Service.Access.CONTACT, Service.Access.REFERRAL}  # the same in other words
        ),
    ]


class ServiceLanguage(models.Model):
    """A language in which a service meets people, and how: HSDS language."""

    class Mode(models.TextChoices):
        SPOKEN = "spoken", pgettext_lazy("how a language is used", "Spoken by the staff")
        ON_SITE = "on-site", pgettext_lazy("how a language is used", "Interpreter on site")
        PHONE = "phone", pgettext_lazy("how a language is used", "Interpreter by phone or video")
        WRITTEN = "written", pgettext_lazy("how a language is used", "In writing")

    service = models.ForeignKey(Service, models.CASCADE, related_name="service_languages")
    language = models.ForeignKey(
        Language,
        models.PROTECT,
        related_name="service_languages",
        verbose_name=pgettext_lazy("spoken or written language", "language"),
    )
    mode = models.CharField(_("how"), max_length=7, choices=Mode, default=Mode.SPOKEN)

    class Meta:
        verbose_name = pgettext_lazy("spoken or written language", "language")
        verbose_name_plural = pgettext_lazy("spoken or written languages", "languages")
        constraints = [
            models.UniqueConstraint(
                fields=["service", "language", "mode"],
                name="service_has_language_once_each_way",
                violation_error_message=_("This language stands there already in the same way."),
            )
        ]
        indexes = [models.Index(fields=["language", "mode"], name="actors_language_and_mode")]

    def __str__(self):
        return f"{self.language}: {self.get_mode_display()}"


class TopicOfService(TopicItem):
    content_object = models.ForeignKey(Service, models.CASCADE, related_name="topic_items")

    class Meta(TopicItem.Meta):
        constraints = [models.UniqueConstraint(fields=["content_object", "tag"], name="service_has_topic_once")]
