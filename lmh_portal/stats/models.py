"""What the daily checks found."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Link(models.Model):
    """An address outside the portal that published content points to, and how it answered last."""

    class State(models.TextChoices):
        UNKNOWN = "unknown", _("Not checked yet")
        WORKS = "works", _("Works")
        BROKEN = "broken", _("Broken")

    url = models.URLField(_("address"), max_length=500, unique=True)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.UNKNOWN)
    answer = models.CharField(_("answer"), max_length=120, blank=True)
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0)
    checked_at = models.DateTimeField(_("checked"), null=True, blank=True)
    used_on = models.JSONField(_("used on"), default=list)  # [[title, admin address], …]

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        ordering = ["state", "url"]
        indexes = [models.Index(fields=["checked_at"], name="stats_link_by_check")]

    def __str__(self):
        return self.url
