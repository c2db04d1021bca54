"""Letters about an event: texts that coordinators may change, and letters to many that wait for review."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events.models.event import Event
from lmh_portal.accounts.models import User


class Kind(models.TextChoices):
    """Which letters an event sends."""

    CONFIRM = "confirm", pgettext_lazy("kind of letter", "Please confirm your e-mail address")
    CONFIRMED = "confirmed", pgettext_lazy("kind of letter", "You have a seat")
    APPLIED = "applied", pgettext_lazy("kind of letter", "Your sign-up awaits approval")
    REFUSED = "refused", pgettext_lazy("kind of letter", "Your sign-up was not approved")
    WAITING = "waiting", pgettext_lazy("kind of letter", "You are on the waiting list")
    OFFER = "offer", pgettext_lazy("kind of letter", "A seat is offered to you")
    EXPIRED = "expired", pgettext_lazy("kind of letter", "The seat could not be held longer")
    CANCELLED = "cancelled", pgettext_lazy("kind of letter", "You have cancelled")
    INVITATION = "invitation", pgettext_lazy("kind of letter", "Invitation")
    INVITATION_REMINDER = "invitation_again", pgettext_lazy("kind of letter", "Reminder of the invitation")
    REMINDER_WEEK = "reminder_week", pgettext_lazy("kind of letter", "Reminder one week before")
    REMINDER_DAY = "reminder_day", pgettext_lazy("kind of letter", "Reminder one day before")
    CHANGE = "change", pgettext_lazy("kind of letter", "The event has changed")
    CANCELLATION = "cancellation", pgettext_lazy("kind of letter", "The event is cancelled")
    THANKS = "thanks", pgettext_lazy("kind of letter", "Thank you, material and evaluation")
    LATER = "later", pgettext_lazy("kind of letter", "Three months later: have you used it?")
    MESSAGE = "message", pgettext_lazy("kind of letter", "Message to participants")


class MailText(models.Model):
    """The subject and text of a kind of letter, where an event's differ from the portal's."""

    is_content = False

    event = models.ForeignKey(Event, models.CASCADE, related_name="mail_texts", verbose_name=_("event"))
    kind = models.CharField(_("letter"), max_length=16, choices=Kind)
    subject = models.CharField(_("subject"), max_length=150, blank=True)
    body = models.TextField(_("text"), max_length=5000, blank=True)

    class Meta:
        verbose_name = _("text of a letter")
        verbose_name_plural = _("texts of letters")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "kind"],
                name="mail_text_is_set_once",
                violation_error_message=_("This letter already has a text."),
            )
        ]

    def __str__(self):
        return f"{self.event_id}:{self.kind}"


class Mailing(models.Model):
    """One letter to all participants of an event: drafted, reviewed, sent once."""

    is_content = False

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("state of a mailing", "Waits for review")
        SENT = "sent", pgettext_lazy("state of a mailing", "Handed over for sending")
        DISCARDED = "discarded", pgettext_lazy("state of a mailing", "Discarded")

    class Audience(models.TextChoices):
        SEATED = "seated", pgettext_lazy("recipients of a mailing", "All with a seat")
        ACTIVE = "active", pgettext_lazy("recipients of a mailing", "All with a seat or in line")
        PRESENT = "present", pgettext_lazy("recipients of a mailing", "All who were there")

    event = models.ForeignKey(Event, models.CASCADE, related_name="mailings", verbose_name=_("event"))
    kind = models.CharField(_("letter"), max_length=16, choices=Kind)
    cause = models.CharField(_("cause"), max_length=60, blank=True, editable=False)  # one mailing for each
    audience = models.CharField(_("recipients"), max_length=7, choices=Audience, default=Audience.SEATED)
    subject = models.CharField(_("subject"), max_length=150, blank=True)
    body = models.TextField(_("text"), max_length=5000, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT, editable=False)
    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    created_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, editable=False, related_name="+", verbose_name=_("written by")
    )
    sent_at = models.DateTimeField(_("handed over"), null=True, blank=True, editable=False)
    recipients = models.PositiveIntegerField(_("number of recipients"), default=0, editable=False)

    class Meta:
        verbose_name = _("mailing")
        verbose_name_plural = _("mailings")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["state", "-created_at"], name="mailings_by_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "kind", "cause"], condition=~Q(cause=""), name="mailing_is_one_per_cause"
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="mailing_is_sent_at_a_time",
            ),
        ]

    def __str__(self):
        return f"{self.event_id}:{self.kind}:{self.pk}"
