from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from taggit.managers import TaggableManager

from actors.models.entry import Entry, EntryQuerySet, trigram_indexes
from actors.organization_numbers import normalized, validate_organization_number
from lmh_portal.core.models import IS_PUBLISHED
from lmh_portal.core.translated import columns, sort_columns, sort_indexes, translated
from lmh_portal.vocabulary.models import Area, Language, OrganizationType, TargetGroup, TopicItem


class OrganizationQuerySet(EntryQuerySet):
    def for_cards(self):
        """Everything components/organization_item.html reads, in one query."""
        return self.only(
            "slug",
            "status",
            "is_demo",
            "certainty",
            "verification",
            "assured_on",
            "organization_type",
            "municipality",
            "parent_organization",
            *columns("name", "description"),
        ).with_ids(topic_ids="topic_items")

    def for_detail(self):
        return self.select_related("parent_organization").with_ids(
            topic_ids="topic_items", target_group_ids="target_groups", language_ids="languages"
        )


class Organization(Entry):
    """A body that offers services: HSDS organization."""

    class Scope(models.TextChoices):
        LOCAL = "local", pgettext_lazy("reach of an organisation", "Local")
        REGIONAL = "regional", pgettext_lazy("reach of an organisation", "Regional")
        NATIONAL = "national", pgettext_lazy("reach of an organisation", "National")
        INTERNATIONAL = "international", pgettext_lazy("reach of an organisation", "International")

    name = models.CharField(_("name"), max_length=200)
    vars().update(sort_columns("name"))
    alternate_name = models.CharField(
        _("other names"), max_length=200, blank=True, help_text=_("Short and former names, with commas between.")
    )
    description = models.TextField(_("description"), blank=True)
    organization_number = models.CharField(
        _("organisation number"),
        max_length=11,
        blank=True,
        validators=[validate_organization_number],
        help_text=_("Ten digits, for example 232100-0131; empty for a unit of another organisation."),
    )
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
    email = models.EmailField(_("e-mail"), blank=True, help_text=_("The function's address, never a person's."))
    topics = TaggableManager(_("topics"), through="TopicOfOrganization", blank=True)
    target_groups = models.ManyToManyField(
        TargetGroup, blank=True, related_name="organizations", verbose_name=_("target groups")
    )
    languages = models.ManyToManyField(Language, blank=True, related_name="organizations", verbose_name=_("languages"))

    objects = OrganizationQuerySet.as_manager()
    detail_view = "actors:organization_detail"

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        indexes = [
            *sort_indexes("name", "actors_organization_by_name", IS_PUBLISHED),
            models.Index(
                F("assured_on").desc(nulls_last=True), "id", name="actors_organization_assured", condition=IS_PUBLISHED
            ),
            *trigram_indexes("actors_organization_like"),
        ]
        permissions = [
            ("import_register", "Can import tables into the register"),
            ("export_register", "Can export tables of the register"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organization_number"],
                condition=~Q(organization_number="") & Q(parent_organization=None),
                name="organization_number_once",
                violation_error_message=_("An organisation with this number is in the register already."),
            )
        ]

    def __str__(self):
        return translated(self, "name").value

    def save(self, *args, **kwargs):
        self.organization_number = normalized(self.organization_number)
        super().save(*args, **kwargs)

    def clean(self):
        self.organization_number = normalized(self.organization_number)  # before it is compared with others
        above = self.parent_organization
        while above:
            if above.pk == self.pk:
                raise ValidationError({"parent_organization": _("An organisation cannot be part of itself.")})
            above = above.parent_organization


class TopicOfOrganization(TopicItem):
    content_object = models.ForeignKey(Organization, models.CASCADE, related_name="topic_items")

    class Meta(TopicItem.Meta):
        constraints = [models.UniqueConstraint(fields=["content_object", "tag"], name="organization_has_topic_once")]
