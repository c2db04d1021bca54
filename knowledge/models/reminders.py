"""Who was told when that a review is due, so that nobody is told twice."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from knowledge.models.overview import Overview


class ReviewReminder(models.Model):
    """That an overview's owner, or the editors in their place, were told of its review; see knowledge.reviewing."""

    overview = models.ForeignKey(Overview, models.CASCADE, related_name="reminders")
    to_editors = models.BooleanField(_("to the editors"), default=False)
    step = models.DateField(_("the day that it was for"))
    sent_on = models.DateField(_("sent"))

    class Meta:
        verbose_name = _("reminder of a review")
        verbose_name_plural = _("reminders of reviews")
        ordering = ["-sent_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["overview", "to_editors", "step"], name="review_reminder_once_for_a_step"),
            models.UniqueConstraint(fields=["overview", "to_editors", "sent_on"], name="review_reminder_once_a_day"),
        ]

    def __str__(self):
        return f"{self.overview_id}, {self.step:%Y-%m-%d}"
