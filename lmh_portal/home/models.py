"""What editors decide about the panels of related pages."""

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RelatedChoice(models.Model):
    """That a page's panel always shows another page, or never; whatever the two have in common."""

    class Decision(models.TextChoices):
        PIN = "pin", pgettext_lazy("choice for related pages", "Always show")
        HIDE = "hide", pgettext_lazy("choice for related pages", "Never show")

    page_type = models.ForeignKey(ContentType, models.CASCADE, related_name="+")
    page_id = models.PositiveBigIntegerField()
    page = GenericForeignKey("page_type", "page_id")
    decision = models.CharField(_("choice"), max_length=4, choices=Decision, default=Decision.PIN)
    target_type = models.ForeignKey(ContentType, models.CASCADE, related_name="+")
    target_id = models.PositiveBigIntegerField()
    target = GenericForeignKey("target_type", "target_id")

    class Meta:
        verbose_name = _("related page")
        verbose_name_plural = _("related pages")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["page_type", "page_id", "target_type", "target_id"],
                name="related_choice_once_for_a_page",
                deferrable=models.Deferrable.DEFERRED,  # two rows of one form may change places
            ),
            models.CheckConstraint(
                condition=~Q(page_type=F("target_type"), page_id=F("target_id")),
                name="page_is_not_related_to_itself",
            ),
        ]

    def __str__(self):
        return f"{self.get_decision_display()}: {self.target}"
