"""What an overview found, how sure that is, and what follows for practice."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from knowledge.models.overview import Overview
from knowledge.text import CITATION
from lmh_portal.core.translated import Text, columns, translated
from lmh_portal.vocabulary.models import CareSetting, StaffGroup
from lmh_portal.vocabulary.querysets import AboutQuerySet


class Part(models.Model):
    """One of several things that an overview says; `code` is its name through all versions."""

    code = models.SlugField(
        _("code"), max_length=60, blank=True, help_text=_("A short name of its own; made by itself if left empty.")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        abstract = True
        ordering = ["position", "pk"]

    def save(self, **kwargs):
        if not self.code:
            taken = set(type(self).objects.filter(overview_id=self.overview_id).values_list("code", flat=True))
            kind = self._meta.model_name
            self.code = next(code for number in range(1, 10_000) if (code := f"{kind}-{number}") not in taken)
        super().save(**kwargs)


class Finding(Part):
    """A result with its certainty by GRADE, or by CERQual where the studies are qualitative."""

    class Scale(models.TextChoices):
        GRADE = "grade", "GRADE"
        CERQUAL = "cerqual", "GRADE-CERQual"

    class Certainty(models.TextChoices):
        HIGH = "high", pgettext_lazy("certainty", "High")
        MODERATE = "moderate", pgettext_lazy("certainty", "Moderate")
        LOW = "low", pgettext_lazy("certainty", "Low")
        VERY_LOW = "very-low", pgettext_lazy("certainty", "Very low")
        NOT_RATED = "not-rated", pgettext_lazy("certainty", "Not rated")

    overview = models.ForeignKey(Overview, models.CASCADE, related_name="findings")
    statement = models.TextField(_("finding"), max_length=2000)
    scale = models.CharField(_("scale"), max_length=7, choices=Scale, default=Scale.GRADE)
    certainty = models.CharField(_("certainty"), max_length=9, choices=Certainty, default=Certainty.NOT_RATED)
    reasons = models.TextField(_("reasons for the certainty"), blank=True, max_length=2000)
    studies = models.PositiveSmallIntegerField(_("number of studies"), null=True, blank=True)

    class Meta(Part.Meta):
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        constraints = [models.UniqueConstraint(fields=["overview", "code"], name="finding_has_its_own_code")]

    def __str__(self):
        return translated(self, "statement").value


class ImplicationQuerySet(AboutQuerySet):
    search_fields = ["text"]

    def published(self):
        return self.filter(overview__status=Overview.Status.PUBLISHED)

    def shows_drafts_to(self, user) -> bool:
        """Not even editors see here what an unpublished version says."""
        return False

    def for_cards(self):
        """Everything components/implication_item.html reads, in one query."""
        page = [f"overview__{column}" for column in ["slug", "status", "is_demo", *columns("title")]]
        return (
            self.select_related("overview")
            .only("code", "action", *columns("text"), *page)
            .with_ids(setting_ids="settings", staff_group_ids="staff_groups")
        )


class Implication(Part):
    """What staff should do, consider or avoid."""

    class Action(models.TextChoices):
        DO = "do", pgettext_lazy("what staff should do", "Do")
        CONSIDER = "consider", pgettext_lazy("what staff should do", "Consider")
        AVOID = "avoid", pgettext_lazy("what staff should do", "Avoid")

    overview = models.ForeignKey(Overview, models.CASCADE, related_name="implications")
    finding = models.ForeignKey(
        Finding, models.SET_NULL, null=True, blank=True, related_name="implications", verbose_name=_("follows from")
    )
    action = models.CharField(_("what to do"), max_length=8, choices=Action, default=Action.CONSIDER)
    text = models.TextField(_("text"), max_length=2000)
    settings = models.ManyToManyField(CareSetting, blank=True, related_name="implications", verbose_name=_("settings"))
    staff_groups = models.ManyToManyField(
        StaffGroup, blank=True, related_name="implications", verbose_name=_("staff groups")
    )

    objects = ImplicationQuerySet.as_manager()

    class Meta(Part.Meta):
        verbose_name = _("implication for practice")
        verbose_name_plural = _("implications for practice")
        constraints = [
            models.UniqueConstraint(fields=["overview", "code"], name="implication_has_its_own_code"),
            models.CheckConstraint(condition=~Q(code=""), name="implication_has_a_code"),
        ]

    def __str__(self):
        return translated(self, "text").value

    def get_absolute_url(self):
        return f"{self.overview.get_absolute_url()}#practice-{self.code}"

    @property
    def advice(self) -> Text:
        """The text without its citations, for lists that have no references."""
        said = translated(self, "text")
        return said._replace(value=" ".join(CITATION.sub("", said.value).split()).replace(" .", "."))
