"""What participants contribute at the tables of a workshop, and what came of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models.event import Event
from lmh_portal.core.translated import Text, translated
from lmh_portal.vocabulary.models import Topic


class WorkshopInput(models.Model):
    """You said, we did: a contribution, never about a person, and our answer to it."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="inputs", verbose_name=_("event"))
    topic = models.ForeignKey(Topic, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("topic"))
    table = models.CharField(_("table"), max_length=40, blank=True)
    text = models.TextField(_("you said"), max_length=2000)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    noted_at = models.DateTimeField(_("noted"), auto_now_add=True)
    reply = models.TextField(_("we did"), max_length=2000, blank=True)
    replied_at = models.DateTimeField(_("answered"), null=True, blank=True, editable=False)
    is_public = models.BooleanField(_("shown on the event's page"), default=False)

    class Meta:
        verbose_name = _("contribution")
        verbose_name_plural = _("contributions")
        ordering = ["topic", "pk"]
        indexes = [models.Index(fields=["event"], condition=Q(replied_at=None), name="inputs_unanswered")]

    def __str__(self):
        return translated(self, "reply").value or self.text[:60]

    @property
    def said(self) -> Text:
        """The contribution in the language that it was written in."""
        return Text(self.text, self.language)
