"""Knowledge overviews, in the terms of Dublin Core."""

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import resolve
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from taggit.managers import TaggableManager

from knowledge import text
from knowledge.models.reference import Reference
from lmh_portal.core.languages import LANGUAGES
from lmh_portal.core.models import Publishable
from lmh_portal.core.translated import columns, translated
from lmh_portal.vocabulary.models import StaffGroup, TargetGroup, TopicItem
from lmh_portal.vocabulary.querysets import AboutQuerySet


class OverviewQuerySet(AboutQuerySet):
    search_fields = ["title", "summary"]

    def for_cards(self):
        """Everything components/overview_card.html reads, in one query."""
        return self.only(
            "slug",
            "status",
            "is_demo",
            "updated_at",
            "published_on",
            "review_due",
            *columns("title", "summary", "words"),
        ).with_ids(topic_ids="topic_items")

    def for_detail(self):
        """What an overview's page shows: everything but the Markdown."""
        return self.defer("body", *columns("body")).with_ids(
            topic_ids="topic_items", target_group_ids="target_groups", staff_group_ids="staff_groups"
        )


class Overview(Publishable):
    """What is known about a question, and what it means in practice."""

    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary"), help_text=_("Two or three sentences, without Markdown."))
    body = models.TextField(
        _("text"),
        blank=True,
        help_text=_("Markdown. Headings start at ##. Cite a reference by its key: [@karliner2007]."),
    )
    body_html = models.TextField(_("text as a page"), blank=True, editable=False)
    words = models.PositiveIntegerField(_("words"), default=0, editable=False)
    published_on = models.DateField(_("published"), default=timezone.localdate)
    searched_until = models.DateField(_("literature searched until"), null=True, blank=True)
    reviewed_on = models.DateField(_("reviewed"), null=True, blank=True)
    review_due = models.DateField(_("next review"), null=True, blank=True)
    review_function = models.CharField(
        _("responsible function"),
        max_length=120,
        blank=True,
        help_text=_("A function, not a person: who sees to it that the text is reviewed."),
    )
    topics = TaggableManager(_("topics"), through="TopicOfOverview", blank=True)
    target_groups = models.ManyToManyField(
        TargetGroup, blank=True, related_name="overviews", verbose_name=_("target groups")
    )
    staff_groups = models.ManyToManyField(
        StaffGroup, blank=True, related_name="overviews", verbose_name=_("staff groups")
    )
    references = models.ManyToManyField(Reference, through="Citation", related_name="overviews")

    objects = OverviewQuerySet.as_manager()
    detail_view = "knowledge:overview_detail"

    class Meta:
        verbose_name = _("knowledge overview")
        verbose_name_plural = _("knowledge overviews")
        indexes = [models.Index(fields=["-published_on", "-id"], name="knowledge_overview_newest")]

    def __str__(self):
        return translated(self, "title").value

    def save(self, **kwargs):
        """Render the texts: pages show `body_html`, sanitised here, and never render Markdown."""
        for code in LANGUAGES:
            body = getattr(self, f"body_{code}") or ""
            setattr(self, f"body_html_{code}", text.render(body))
            setattr(self, f"words_{code}", len(body.split()))
        super().save(**kwargs)

    def clean(self):
        """Refuse an address that another page of the portal has, such as the list of resources."""
        for code in LANGUAGES:
            with override(code):
                if self.slug and resolve(self.get_absolute_url()).view_name != self.detail_view:
                    raise ValidationError({"slug": _("This address belongs to another page of the portal.")})

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
