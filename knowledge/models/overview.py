"""Knowledge overviews, in the terms of Dublin Core and GRADE.

A published overview stays as it is while its next version is written: that is a row of its own, which
`revises` the published one and takes its place when it is approved (see knowledge.services).
"""

import datetime as dt

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from taggit.managers import TaggableManager

from knowledge.models.reference import Reference
from lmh_portal.core.languages import LANGUAGES
from lmh_portal.core.models import IS_PUBLISHED, Publishable
from lmh_portal.core.translated import columns, translated
from lmh_portal.vocabulary.models import StaffGroup, TargetGroup, TopicItem
from lmh_portal.vocabulary.querysets import AboutQuerySet

DUE_SOON = dt.timedelta(days=60)
TEXT_AT_MOST = 100_000  # characters of one text in one language; a book's chapter has half as many
KEY_MESSAGES_AT_MOST = 3
OTHER_PAGES = ["feed", "flode", "i-praktiken", "in-practice", "material", "resources"]  # addresses beside overviews


def refuse_other_page(slug: str) -> None:
    """An overview with such an address could never be seen."""
    if slug in OTHER_PAGES:
        raise ValidationError(_("This address belongs to another page of the portal."))


class Significance(models.TextChoices):
    """What a new version means for those who know the one before it."""

    TYPO = "typo", pgettext_lazy("significance of a change", "Correction that changes nothing in substance")
    MEDIUM = "medium", pgettext_lazy("significance of a change", "Changed in substance: translations need an update")
    MAJOR = "major", pgettext_lazy("significance of a change", "Major: readers of older translations are warned")


class OverviewQuerySet(AboutQuerySet):
    search_fields = ["title", "question", "summary", "key_messages"]

    def visible_to(self, user):
        """As everywhere, but never the next version beside the one that it is to replace."""
        return super().visible_to(user).filter(revises=None)

    def readable_by(self, user):
        """What has a page: archived overviews keep theirs, though no list shows them."""
        if self.shows_drafts_to(user):
            return self.filter(revises=None)
        return self.filter(revises=None, status__in=[Overview.Status.PUBLISHED, Overview.Status.ARCHIVED])

    def review_overdue(self):
        return self.published().filter(review_due__lt=timezone.localdate())

    def review_due_soon(self):
        """Those to be reviewed in the next sixty days."""
        today = timezone.localdate()
        return self.published().filter(review_due__range=[today, today + DUE_SOON])

    def for_cards(self):
        """Everything components/overview_card.html reads, in one query."""
        return self.only(
            "slug",
            "status",
            "is_demo",
            "updated_at",
            "published_on",
            "review_due",
            "version",
            *columns("title", "summary", "words"),
        ).with_ids(topic_ids="topic_items")

    def for_page(self):
        """What the page of an overview needs beside its version: none of the texts but the title."""
        return self.only(
            "slug", "status", "is_demo", "updated_at", "reviewed_on", "review_due", "version", "major_version",
            *columns("title"),
        )  # fmt: skip


class Overview(Publishable):
    """What is known about a question, how sure it is, and what it means in practice."""

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("publication status", "Draft")
        IN_REVIEW = "in-review", pgettext_lazy("publication status", "In review")
        PUBLISHED = "published", pgettext_lazy("publication status", "Published")
        ARCHIVED = "archived", pgettext_lazy("publication status", "Archived")

    class Kind(models.TextChoices):
        RAPID = "rapid", _("Rapid review")
        SCOPING = "scoping", _("Scoping review")
        SYSTEMATIC = "systematic", _("Systematic review")
        NARRATIVE = "narrative", _("Narrative overview")

    class License(models.TextChoices):
        CC_BY = "CC-BY-4.0", _("Creative Commons Attribution 4.0 (CC BY 4.0)")
        CC_BY_SA = "CC-BY-SA-4.0", _("Creative Commons Attribution-ShareAlike 4.0 (CC BY-SA 4.0)")
        CC0 = "CC0-1.0", _("No rights reserved (CC0 1.0)")

    slug = models.SlugField(
        _("address"),
        max_length=120,
        help_text=Publishable._meta.get_field("slug").help_text,
        validators=[refuse_other_page],
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    revises = models.OneToOneField(
        "self", models.CASCADE, null=True, blank=True, editable=False, related_name="revision"
    )  # the published overview whose next version this is

    title = models.CharField(_("title"), max_length=200)
    question = models.CharField(_("question"), max_length=400, blank=True)
    summary = models.TextField(_("summary"), max_length=2000)
    key_messages = models.TextField(_("key messages"), blank=True, max_length=2000)  # a line each
    practice = models.TextField(_("what it means in practice"), blank=True, max_length=TEXT_AT_MOST)
    body = models.TextField(_("text"), blank=True, max_length=TEXT_AT_MOST)
    gaps = models.TextField(_("knowledge gaps"), blank=True, max_length=TEXT_AT_MOST)
    methods = models.TextField(_("methods"), blank=True, max_length=TEXT_AT_MOST)
    review_function = models.CharField(_("responsible function"), max_length=120, blank=True)
    words = models.PositiveIntegerField(_("words"), default=0, editable=False)

    overview_type = models.CharField(_("type of overview"), max_length=10, choices=Kind, default=Kind.NARRATIVE)
    license = models.CharField(_("licence"), max_length=12, choices=License, blank=True)
    published_on = models.DateField(_("published"), default=timezone.localdate)
    searched_until = models.DateField(_("literature searched until"), null=True, blank=True)
    reviewed_on = models.DateField(_("reviewed"), null=True, blank=True)
    review_due = models.DateField(_("next review"), null=True, blank=True)
    review_months = models.PositiveSmallIntegerField(
        _("months between reviews"), default=12, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    topics = TaggableManager(_("topics"), through="TopicOfOverview", blank=True)
    target_groups = models.ManyToManyField(
        TargetGroup, blank=True, related_name="overviews", verbose_name=_("target groups")
    )
    staff_groups = models.ManyToManyField(
        StaffGroup, blank=True, related_name="overviews", verbose_name=_("staff groups")
    )
    references = models.ManyToManyField(Reference, through="Citation", related_name="overviews")

    # how it came about, and what is to happen to it
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="owned_overviews",
        verbose_name=_("owner"),
    )
    written_by = models.ManyToManyField(
        settings.AUTH_USER_MODEL, editable=False, related_name="written_overviews"
    )  # whoever saved this text since it was last published: they cannot approve it
    edition = models.PositiveIntegerField(default=0, editable=False)  # raised by each save on the desk
    change_note = models.CharField(_("what is new"), max_length=400, blank=True)
    significance = models.CharField(_("significance of the change"), max_length=6, choices=Significance, blank=True)
    followed_in = ArrayField(
        models.CharField(max_length=10), default=list, blank=True, verbose_name=_("translations that follow the change")
    )
    version = models.PositiveIntegerField(_("version"), default=0, editable=False)  # the published one's number
    medium_version = models.PositiveIntegerField(default=0, editable=False)  # the last medium or major one's
    major_version = models.PositiveIntegerField(default=0, editable=False)  # the last major one's

    objects = OverviewQuerySet.as_manager()
    detail_view = "knowledge:overview_detail"

    class Meta:
        verbose_name = _("knowledge overview")
        verbose_name_plural = _("knowledge overviews")
        indexes = [
            models.Index(fields=["-published_on", "-id"], name="knowledge_overview_newest", condition=IS_PUBLISHED),
            models.Index(fields=["review_due"], name="knowledge_overview_review"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["slug"],
                condition=models.Q(revises=None),
                name="overview_has_its_own_address",
                violation_error_message=_("Another overview has this address."),
            ),
            models.CheckConstraint(
                condition=models.Q(revises=None) | models.Q(status__in=["draft", "in-review"]),
                name="next_version_is_not_public",
                violation_error_message=_("A next version takes the place of the published one; it has no page."),
            ),
            models.CheckConstraint(
                condition=~models.Q(slug__in=OTHER_PAGES),
                name="overview_address_is_no_other_page",
                violation_error_message=_("This address belongs to another page of the portal."),
            ),
        ]
        permissions = [
            ("review_overview", "Can approve overviews"),
            ("translate_overview", "Can translate overviews"),
        ]

    def __str__(self):
        return translated(self, "title").value

    def clean(self):
        for code in LANGUAGES:
            if len(self.messages_in(code)) > KEY_MESSAGES_AT_MOST:
                raise ValidationError({f"key_messages_{code}": _("At most three key messages, one on each line.")})

    def save(self, **kwargs):
        for code in LANGUAGES:
            texts = (getattr(self, f"{field}_{code}") or "" for field in ["key_messages", "practice", "body", "gaps"])
            setattr(self, f"words_{code}", sum(len(text.split()) for text in texts))
        super().save(**kwargs)

    def messages_in(self, code: str) -> list[str]:
        """The key messages in a language."""
        lines = (getattr(self, f"key_messages_{code}") or "").splitlines()
        return [line.strip() for line in lines if line.strip()]

    @property
    def is_draft(self) -> bool:
        return self.status in {self.Status.DRAFT, self.Status.IN_REVIEW}

    @property
    def is_overdue(self) -> bool:
        return self.review_due is not None and self.review_due < timezone.localdate()

    @property
    def reading_minutes(self) -> int:
        """At 200 words a minute, for the text in the page's language; at least one."""
        language = translated(self, "title").language
        return max(1, round((getattr(self, f"words_{language}") or self.words_sv or 0) / 200))


class CitationQuerySet(models.QuerySet):
    def with_references(self):
        return self.select_related("reference").order_by("position", "pk")


class Citation(models.Model):
    """A reference in an overview's list; its place in the list is the number that readers see."""

    overview = models.ForeignKey(Overview, models.CASCADE, related_name="citations")
    reference = models.ForeignKey(Reference, models.PROTECT, related_name="citations", verbose_name=_("reference"))
    position = models.PositiveSmallIntegerField(_("number"), default=1)

    objects = CitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("reference")
        verbose_name_plural = _("references")
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["overview", "reference"], name="overview_lists_reference_once")]

    def __str__(self):
        return f"{self.position}. {self.reference}"


class TopicOfOverview(TopicItem):
    content_object = models.ForeignKey(Overview, models.CASCADE, related_name="topic_items")

    class Meta(TopicItem.Meta):
        constraints = [models.UniqueConstraint(fields=["content_object", "tag"], name="overview_has_topic_once")]
