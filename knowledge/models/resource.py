"""Material for daily work: one resource, many files in many languages."""

import re
import uuid

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from taggit.managers import TaggableManager

from knowledge import uploads
from knowledge.uploads import Format
from lmh_portal.core.models import IS_PUBLISHED, Publishable
from lmh_portal.core.translated import columns, sort_columns, sort_indexes, translated
from lmh_portal.vocabulary.models import (
    InterventionLevel,
    Language,
    ResourceType,
    StaffGroup,
    TargetGroup,
    TopicItem,
)
from lmh_portal.vocabulary.querysets import AboutQuerySet

UPLOADS = "resources"  # folder under MEDIA_ROOT
CREATIVE_COMMONS = re.compile(r"CC-(BY[A-Z-]*)-(\d\.\d)(-IGO)?")


class ResourceQuerySet(AboutQuerySet):
    search_fields = ["title", "description"]
    names = ["publisher"]

    def for_cards(self):
        """Everything components/resource_item.html reads, in one query."""
        return self.only(
            "slug", "status", "is_demo", "resource_type", "publisher", "year", "valid_until",
            *columns("title", "description"),
        ).with_ids(topic_ids="topic_items", language_ids="files__language", formats="files__format")  # fmt: skip

    def for_detail(self):
        return self.with_ids(
            topic_ids="topic_items",
            target_group_ids="target_groups",
            staff_group_ids="staff_groups",
            level_ids="levels",
        )


class Resource(Publishable):
    """Something to use in daily work: a film, a guideline, a law, a course."""

    class License(models.TextChoices):
        """SPDX identifiers, and two codes for what has none."""

        CC0 = "CC0-1.0", _("CC0 1.0: free to use without conditions")
        BY = "CC-BY-4.0", _("CC BY 4.0: free to use and change, name the source")
        BY_SA = "CC-BY-SA-4.0", _("CC BY-SA 4.0: free to use and change, name the source, same licence")
        BY_ND = "CC-BY-ND-4.0", _("CC BY-ND 4.0: free to share unchanged, name the source")
        BY_NC = "CC-BY-NC-4.0", _("CC BY-NC 4.0: free to use and change without profit, name the source")
        BY_NC_SA = "CC-BY-NC-SA-4.0", _("CC BY-NC-SA 4.0: as CC BY-NC, same licence")
        BY_NC_ND = "CC-BY-NC-ND-4.0", _("CC BY-NC-ND 4.0: free to share unchanged without profit, name the source")
        BY_NC_SA_IGO = "CC-BY-NC-SA-3.0-IGO", _("CC BY-NC-SA 3.0 IGO: as CC BY-NC, same licence (WHO and others)")
        PUBLIC_DOMAIN = "public-domain", _("Public domain, for example the text of a law: free to use")
        ALL_RIGHTS = "all-rights-reserved", _("All rights reserved: ask the publisher before you copy")

    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    resource_type = models.ForeignKey(ResourceType, models.PROTECT, related_name="resources", verbose_name=_("type"))
    publisher = models.CharField(_("publisher"), max_length=200, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    url = models.URLField(_("page of the publisher"), max_length=500, blank=True)
    license = models.CharField(_("licence"), max_length=20, choices=License, blank=True)
    license_note = models.CharField(_("about reuse"), max_length=300, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    topics = TaggableManager(_("topics"), through="TopicOfResource", blank=True)
    target_groups = models.ManyToManyField(
        TargetGroup, blank=True, related_name="resources", verbose_name=_("target groups")
    )
    staff_groups = models.ManyToManyField(
        StaffGroup, blank=True, related_name="resources", verbose_name=_("staff groups")
    )
    levels = models.ManyToManyField(
        InterventionLevel, blank=True, related_name="resources", verbose_name=_("intervention levels")
    )

    vars().update(sort_columns("title"))

    objects = ResourceQuerySet.as_manager()
    detail_view = "knowledge:resource_detail"

    class Meta:
        verbose_name = _("resource")
        verbose_name_plural = _("resources")
        indexes = sort_indexes("title", "knowledge_resource_by_title", IS_PUBLISHED)
        constraints = [
            models.CheckConstraint(
                condition=~Q(status=Publishable.Status.PUBLISHED) | ~Q(license=""),
                name="published_resource_has_license",
                violation_error_message=_("Choose a licence before you publish: readers must know what they may copy."),
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="resource_valid_until_after_valid_from",
                violation_error_message=_("The last day of validity lies before the first."),
            ),
        ]

    def __str__(self):
        return translated(self, "title").value

    @property
    def is_expired(self) -> bool:
        return self.valid_until is not None and self.valid_until < timezone.localdate()

    @property
    def is_not_yet_valid(self) -> bool:
        return self.valid_from is not None and self.valid_from > timezone.localdate()

    @property
    def license_url(self) -> str:
        """The page of a Creative Commons licence; others have none."""
        if self.license == self.License.CC0:
            return "https://creativecommons.org/publicdomain/zero/1.0/"
        match = CREATIVE_COMMONS.fullmatch(self.license)
        if not match:
            return ""
        kind, version, igo = match.groups()
        return f"https://creativecommons.org/licenses/{kind.lower()}/{version}/{'igo/' if igo else ''}"


class TopicOfResource(TopicItem):
    content_object = models.ForeignKey(Resource, models.CASCADE, related_name="topic_items")

    class Meta(TopicItem.Meta):
        constraints = [models.UniqueConstraint(fields=["content_object", "tag"], name="resource_has_topic_once")]


def stored_name(row: "ResourceFile", filename: str) -> str:
    """A random name under MEDIA_ROOT: nothing of what a visitor chose, the ending by content."""
    return f"{UPLOADS}/{uuid.uuid4().hex}.{row.format}"


class ResourceFileQuerySet(models.QuerySet):
    def by_language(self):
        """In the order of the vocabulary, those without language first."""
        first = F("language__position").asc(nulls_first=True)
        return self.select_related("language").order_by(first, "language", "position", "pk")


class ResourceFile(models.Model):
    """A version of a resource: an uploaded file, or an address where it is."""

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="files", verbose_name=_("resource"))
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    language = models.ForeignKey(
        Language, models.PROTECT, null=True, blank=True, related_name="resource_files", verbose_name=_("language")
    )
    file = models.FileField(_("file"), upload_to=stored_name, max_length=255, blank=True)
    url = models.URLField(_("address"), max_length=500, blank=True)
    format = models.CharField(_("format"), max_length=4, choices=Format, default=Format.WEB)
    name = models.CharField(_("name of the file"), max_length=100, blank=True, editable=False)
    size = models.PositiveBigIntegerField(_("size in bytes"), null=True, blank=True, editable=False)
    has_captions = models.BooleanField(_("has captions"), default=False)
    is_accessible = models.BooleanField(_("accessible"), default=False)
    note = models.CharField(_("note"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = ResourceFileQuerySet.as_manager()
    _looked_at = None

    class Meta:
        verbose_name = _("file or address")
        verbose_name_plural = _("files and addresses")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(file="") & ~Q(url="")) | (~Q(file="") & Q(url="")),
                name="resource_file_is_upload_or_address",
                violation_error_message=_("Give either a file or an address: one of them, not both."),
            )
        ]

    def __str__(self):
        return self.name or self.url

    def save(self, **kwargs):
        self.describe_upload()
        super().save(**kwargs)

    def get_absolute_url(self):
        """Where readers get it; the address of a download is the same in every language, and for every later file."""
        return self.url or reverse("resource_file", args=[self.public_id, self.name])

    def clean(self):
        """Look at the content of a new upload; a refusal stands at its field."""
        try:
            self.describe_upload()
        except ValidationError as refusal:
            raise ValidationError({"file": refusal}) from refusal
        if not self.file and self.size is not None:
            self.name, self.size = "", None

    def describe_upload(self) -> None:
        """Take format, size and name from a file that is about to be stored; they stay as long as it does."""
        if self.file and self.file._committed:
            self.format = Format(self.file.name.rpartition(".")[2])
        if not self.file or self.file._committed or self._looked_at is self.file.file:
            return
        upload = self.file.file
        self.format = uploads.format_of(upload, self.file.name)
        self.size, self.name = upload.size, uploads.download_name(self.file.name, self.format)
        self._looked_at = upload
