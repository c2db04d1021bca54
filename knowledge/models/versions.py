"""What was published when, and how far each translation follows it."""

import datetime as dt

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from knowledge.models.overview import Overview, Significance
from lmh_portal.core.languages import LANGUAGES
from lmh_portal.core.translated import columns

END_OF_TIME = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)
SUBSTANCE = [Significance.MEDIUM, Significance.MAJOR]


class Review(models.Model):
    """A reviewer's answer to a text that was sent for review, or to one that is public."""

    class Decision(models.TextChoices):
        APPROVED = "approved", pgettext_lazy("decision of a review", "Approved")
        SENT_BACK = "sent-back", pgettext_lazy("decision of a review", "Sent back")
        STILL_HOLDS = "holds", pgettext_lazy("decision of a review", "Reviewed: still holds")

    overview = models.ForeignKey(Overview, models.CASCADE, related_name="reviews")
    decision = models.CharField(_("decision"), max_length=9, choices=Decision)
    comment = models.TextField(_("comment"), blank=True, max_length=5000)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("reviewer")
    )
    decided_at = models.DateTimeField(_("decided"), auto_now_add=True)

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["-decided_at", "-pk"]

    def __str__(self):
        return f"{self.get_decision_display()} ({self.decided_at:%Y-%m-%d})"


class OverviewVersionQuerySet(models.QuerySet):
    def newest(self):
        """Those that the pages of published overviews show."""
        return self.filter(number=F("overview__version"), overview__status=Overview.Status.PUBLISHED)

    def news(self, language: str):
        """What to tell those who read in a language, the newest first: changes in substance, and translations
        into it that are not only a touch to one that said as much."""
        before = OverviewVersion.objects.filter(overview=OuterRef("overview"), number__lt=OuterRef("number"))
        change = before.filter(significance__in=SUBSTANCE).order_by("-number").values("number")[:1]
        said = before.filter(language=language, number__gt=OuterRef("last_change"))
        translation = Q(language=language) & ~Exists(said)
        return (
            self.alias(last_change=Coalesce(Subquery(change), 0))
            .filter(Q(significance__in=SUBSTANCE) | translation)
            .order_by("-published_at", "-pk")
        )

    def with_confirmations(self):
        """For each when reviewers said that it still holds, before a newer one came; the latest first."""
        newer = OverviewVersion.objects.filter(overview=OuterRef("overview"), number=OuterRef("number") + 1)
        said = Review.objects.filter(
            overview=OuterRef("overview"),
            decision=Review.Decision.STILL_HOLDS,
            decided_at__range=[OuterRef("published_at"), OuterRef("held_until")],
        )
        return self.alias(held_until=Coalesce(Subquery(newer.values("published_at")), Value(END_OF_TIME))).annotate(
            confirmed_at=ArraySubquery(said.order_by("-decided_at").values("decided_at"))
        )

    def for_news(self):
        """What an entry of a feed needs, in one query."""
        overview = ["overview__slug", *columns("overview__title")]
        return self.select_related("overview").only(
            "number", "language", "published_at", *columns("change_note"), *overview
        )


class OverviewVersion(models.Model):
    """What was published at one time, whole and for ever: the database refuses to change it.

    `language` is empty for a version of the overview itself; a translation that was published
    since then is a version too, without a significance.
    """

    overview = models.ForeignKey(Overview, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    language = models.CharField(_("translation"), max_length=10, blank=True)
    significance = models.CharField(_("significance of the change"), max_length=6, choices=Significance, blank=True)
    change_note = models.CharField(_("what is new"), max_length=400, blank=True)
    content = models.JSONField(_("content"))  # see knowledge.editions
    published_at = models.DateTimeField(_("published"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("published by")
    )
    review = models.OneToOneField(Review, models.SET_NULL, null=True, related_name="version", verbose_name=_("review"))

    objects = OverviewVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["-number"]
        indexes = [models.Index(fields=["-published_at", "-id"], name="knowledge_version_newest")]
        constraints = [
            models.UniqueConstraint(fields=["overview", "number"], name="version_has_its_own_number"),
            models.CheckConstraint(
                condition=Q(language="") ^ Q(significance=""), name="translation_has_no_significance"
            ),
        ]

    def __str__(self):
        return f"{self.overview}, {self.number}"


class TranslationState(models.TextChoices):
    MISSING = "missing", pgettext_lazy("state of a translation", "Missing")
    IN_PROGRESS = "in-progress", pgettext_lazy("state of a translation", "In progress")
    OUTDATED = "outdated", pgettext_lazy("state of a translation", "Outdated: readers are warned")
    NEEDS_UPDATE = "needs-update", pgettext_lazy("state of a translation", "Needs an update")
    UP_TO_DATE = "up-to-date", pgettext_lazy("state of a translation", "Up to date")


class OverviewTranslationQuerySet(models.QuerySet):
    def waiting(self):
        """Those that a translator has something to do on, of published overviews."""
        behind = Q(based_on__lt=F("overview__medium_version"))
        return self.filter(behind | Q(draft__isnull=False), overview__status=Overview.Status.PUBLISHED)


class OverviewTranslation(models.Model):
    """How far an overview's text in one language follows the source text.

    `based_on` is the number of the version whose source text it says, 0 while there is none; `draft` is
    what a translator has saved and not yet published, by the names of knowledge.translating.
    """

    overview = models.ForeignKey(Overview, models.CASCADE, related_name="translations")
    language = models.CharField(_("language"), max_length=10)
    based_on = models.PositiveIntegerField(_("says what version"), default=0)
    draft = models.JSONField(_("unpublished work"), null=True, blank=True)
    edition = models.PositiveIntegerField(default=0)
    translated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("translator")
    )
    updated_at = models.DateTimeField(_("last updated"), auto_now=True)

    objects = OverviewTranslationQuerySet.as_manager()

    class Meta:
        verbose_name = _("translation")
        verbose_name_plural = _("translations")
        ordering = ["overview", "language"]
        constraints = [models.UniqueConstraint(fields=["overview", "language"], name="overview_has_translation_once")]

    def __str__(self):
        return f"{self.overview}: {LANGUAGES[self.language].name}"

    @property
    def state(self) -> TranslationState:
        """Up to date if and only if no medium or major version came after the one that it is based on."""
        if self.draft is not None:
            return TranslationState.IN_PROGRESS
        return self.published_state

    @property
    def published_state(self) -> TranslationState:
        """What readers meet, whatever a translator is working on."""
        if not self.based_on:
            return TranslationState.MISSING
        if self.based_on < self.overview.major_version:
            return TranslationState.OUTDATED
        if self.based_on < self.overview.medium_version:
            return TranslationState.NEEDS_UPDATE
        return TranslationState.UP_TO_DATE
