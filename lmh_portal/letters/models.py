"""Outgoing mail: every letter of the portal is a row first, which editors can see and a worker sends."""

import datetime as dt
from email.utils import make_msgid
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


def new_message_id() -> str:
    return make_msgid(domain=urlsplit(settings.SITE_ADDRESS).hostname)


class LetterQuerySet(models.QuerySet):
    def sendable(self):
        """Those that were not sent and still say to whom and what."""
        return self.exclude(state=Letter.State.SENT).exclude(recipient="")

    def older_than(self, age: dt.timedelta):
        """Those that are done with, sent or not, and still hold what they said."""
        last = timezone.now() - age
        is_old = Q(sent_at__lt=last) | Q(sent_at=None, queued_at__lt=last)
        return self.filter(is_old).exclude(state=Letter.State.QUEUED).exclude(recipient="")


class Letter(models.Model):
    """One letter to one recipient. What it says may hold signed links: it is for nobody but the recipient."""

    class State(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("state of a letter", "Waiting to be sent")
        SENT = "sent", pgettext_lazy("state of a letter", "Sent")
        FAILED = "failed", pgettext_lazy("state of a letter", "Given up")
        WITHDRAWN = "withdrawn", pgettext_lazy("state of a letter", "Withdrawn")

    kind = models.CharField(_("kind"), max_length=60)  # such as knowledge.review_due
    about = models.CharField(_("cause"), max_length=100, blank=True)  # such as actors.verification:12
    language = models.CharField(_("language"), max_length=10)
    recipient = models.EmailField(_("recipient"), blank=True)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    body = models.TextField(_("text"), blank=True)
    html = models.TextField(_("text in HTML"), blank=True)
    attachments = models.JSONField(_("attachments"), default=list, blank=True)  # [{name, content_type, content}]
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.CharField(_("last error"), max_length=100, blank=True)  # a class: its message names persons
    message_id = models.CharField(_("Message-ID"), max_length=255, unique=True, default=new_message_id)
    queued_at = models.DateTimeField(_("written"), default=timezone.now)
    sent_at = models.DateTimeField(pgettext_lazy("when a letter was", "sent"), null=True, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["-queued_at"]
        default_permissions = ["view"]  # letters are written by the portal alone
        permissions = [
            ("view_recipient", "Can see to whom letters go and their subject"),
            ("send_letter", "Can send letters again and withdraw them"),
        ]
        indexes = [
            models.Index(fields=["-queued_at"], name="letters_newest"),
            models.Index(fields=["state", "-queued_at"], name="letters_by_state"),
            models.Index(fields=["kind", "-queued_at"], name="letters_by_kind"),
            models.Index(fields=["about"], name="letters_by_cause", condition=~Q(about="")),
        ]
        constraints = [
            models.CheckConstraint(
                name="letter_is_sent_at_a_time",
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at__isnull=True)),
                violation_error_message=_("A letter that was sent has the time of it, and no other has."),
            ),
            models.CheckConstraint(
                name="letter_that_waits_has_a_recipient",
                condition=~Q(state="queued", recipient=""),
                violation_error_message=_("A letter to nobody cannot be sent."),
            ),
        ]

    def __str__(self):
        return f"{self.kind} ({self.pk})"
