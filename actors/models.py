"""The register of actors, in the terms of HSDS 3: organizations and the services that they offer."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from taggit.managers import TaggableManager

from lmh_portal.core.models import IS_PUBLISHED, Publishable
from lmh_portal.core.translated import columns, sort_column, sort_columns, sort_indexes, translated
from lmh_portal.vocabulary.models import Area, Language, OrganizationType, TargetGroup, TopicItem
from lmh_portal.vocabulary.querysets import AboutQuerySet


class Certainty(models.TextChoices):
    SOURCE_CHECKED = "source-checked", _("Checked against a public source")
    KNOWN = "known", _("Generally known, not checked again")
    GENERIC = "generic", _("Not confirmed by the organisation")


class ActorQuerySet(AboutQuerySet):
    search_fields = ["name", "description"]

    def by_name(self):
        return self.order_by(sort_column("name"), "pk")


class OrganizationQuerySet(ActorQuerySet):
    def for_cards(self):
        """Everything components/organization_item.html reads, in one query."""
        return self.only(
            "slug",
            "status",
            "is_demo",
            "certainty",
            "organization_type",
            "municipality",
            "parent_organization",
            *columns("name", "description"),
        ).with_ids(topic_ids="topic_items")

    def for_detail(self):
        return self.select_related("parent_organization").with_ids(
            topic_ids="topic_items", target_group_ids="target_groups", language_ids="languages"
        )


class Organization(Publishable):
    """A body that offers services: HSDS organization."""

    class Scope(models.TextChoices):
        LOCAL = "local", pgettext_lazy("reach of an organisation", "Local")
        REGIONAL = "regional", pgettext_lazy("reach of an organisation", "Regional")
        NATIONAL = "national", pgettext_lazy("reach of an organisation", "National")
        INTERNATIONAL = "international", pgettext_lazy("reach of an organisation", "International")

    name = models.CharField(_("name"), max_length=200)
    vars().update(sort_columns("name"))
    description = models.TextField(_("description"), blank=True)
    organization_type = models.ForeignKey(
        OrganizationType, models.PROTECT, related_name="organizations", verbose_name=_("type")
    )
    parent_organization = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="units", verbose_name=_("part of")
    )
    scope = models.CharField(_("reach"), max_length=13, choices=Scope, default=Scope.LOCAL)
    municipality = models.ForeignKey(
        Area,
        models.PROTECT,
        null=True,
        blank=True,
        limit_choices_to={"kind": Area.Kind.MUNICIPALITY},
        related_name="organizations",
        verbose_name=_("municipality"),
        help_text=_("Where it has its seat; empty if it is not tied to a place."),
    )
    website = models.URLField(_("website"), blank=True)
    topics = TaggableManager(_("topics"), through="TopicOfOrganization", blank=True)
    target_groups = models.ManyToManyField(
        TargetGroup, blank=True, related_name="organizations", verbose_name=_("target groups")
    )
    languages = models.ManyToManyField(Language, blank=True, related_name="organizations", verbose_name=_("languages"))
    certainty = models.CharField(
        _("how sure the facts are"), max_length=14, choices=Certainty, default=Certainty.GENERIC
    )

    objects = OrganizationQuerySet.as_manager()
    detail_view = "actors:organization_detail"

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        indexes = sort_indexes("name", "actors_organization_by_name", IS_PUBLISHED)

    def __str__(self):
        return translated(self, "name").value

    def clean(self):
        above = self.parent_organization
        while above:
            if above.pk == self.pk:
                raise ValidationError({"parent_organization": _("An organisation cannot be part of itself.")})
            above = above.parent_organization


class ServiceQuerySet(ActorQuerySet):
    def for_cards(self):
        """Everything components/service_item.html reads, in one query."""
        return (
            self.select_related("organization")
            .only(
                "slug", "status", "is_demo", "certainty", "access", *columns("name", "description"),
                *columns("organization__name"), "organization__slug", "organization__status",
            )
            .with_ids(topic_ids="topic_items", area_ids="areas")
        )  # fmt: skip

    def for_detail(self):
        return self.select_related("organization").with_ids(
            topic_ids="topic_items",
            target_group_ids="target_groups",
            language_ids="languages",
            area_ids="areas",
        )


class Service(Publishable):
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
    languages = models.ManyToManyField(Language, blank=True, related_name="services", verbose_name=_("languages"))
    website = models.URLField(_("website"), blank=True)
    certainty = models.CharField(
        _("how sure the facts are"), max_length=14, choices=Certainty, default=Certainty.GENERIC
    )

    objects = ServiceQuerySet.as_manager()
    detail_view = "actors:service_detail"

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        indexes = sort_indexes("name", "actors_service_by_name", IS_PUBLISHED)

    def __str__(self):
        return translated(self, "name").value


class TopicOfOrganization(TopicItem):
    content_object = models.ForeignKey(Organization, models.CASCADE, related_name="topic_items")

    class Meta(TopicItem.Meta):
        constraints = [models.UniqueConstraint(fields=["content_object", "tag"], name="organization_has_topic_once")]


class TopicOfService(TopicItem):
    content_object = models.ForeignKey(Service, models.CASCADE, related_name="topic_items")

    class Meta(TopicItem.Meta):
        constraints = [models.UniqueConstraint(fields=["content_object", "tag"], name="service_has_topic_once")]
