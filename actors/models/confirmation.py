"""Confirmation rounds: who was asked when whether the facts still hold, and what they answered."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext, override, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from actors.models.contact import Contact
from actors.models.organization import Organization
from lmh_portal.core.languages import SOURCE_LANGUAGE


class RoundQuerySet(models.QuerySet):
    def with_figures(self):
        """With the number of requests in each state, which together are all."""
        now = timezone.now()
        numbers = {
            "asked": Count("requests"),
            "waiting": Count("requests", filter=VerificationRequest.waits_at(now)),
            "expired": Count("requests", filter=VerificationRequest.expired_at(now)),
            "revoked": Count("requests", filter=Q(requests__revoked_at__isnull=False)),
        }
        answers = {
            f"answered_{answer}": Count("requests", filter=Q(requests__answer=answer))
            for answer in VerificationRequest.Answer.values
        }
        return self.annotate(**numbers, **answers)


class VerificationRound(models.Model):
    """One time of asking all contacts of the organisations in its scope."""

    is_content = False

    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("started by")
    )
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    scope = models.TextField(_("who is asked"))  # in words, as the coordinator chose it
    expires_at = models.DateTimeField(_("links hold until"))

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("confirmation round")
        verbose_name_plural = _("confirmation rounds")
        ordering = ["-started_at", "-pk"]
        default_permissions = ["view", "add", "change"]

    def __str__(self):
        return f"{timezone.localtime(self.started_at):%Y-%m-%d}: {self.scope}"

    @property
    def answered(self) -> int:
        """How many have answered; with_figures() brings the parts along."""
        return self.answered_ok + self.answered_changed + self.answered_ceased

    @property
    def response_rate(self) -> int:
        """In per cent of those whose link was not revoked."""
        counted = self.asked - self.revoked
        return round(100 * self.answered / counted) if counted else 0


class VerificationRequest(models.Model):
    """One letter, with its reminders, to one contact. Only hashes of the secrets in its links are kept."""

    is_content = False

    class Answer(models.TextChoices):
        OK = "ok", pgettext_lazy("answer to a confirmation round", "All is correct")
        CHANGED = "changed", pgettext_lazy("answer to a confirmation round", "Something has changed")
        CEASED = "ceased", pgettext_lazy("answer to a confirmation round", "Has ceased")

    round = models.ForeignKey(VerificationRound, models.CASCADE, related_name="requests")
    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="verification_requests", verbose_name=_("organisation")
    )
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, related_name="verification_requests", verbose_name=_("contact")
    )
    token_hashes = ArrayField(models.CharField(max_length=64), default=list, editable=False)  # one for each letter
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    reminded_first_at = models.DateTimeField(_("first reminder"), null=True, blank=True)
    reminded_second_at = models.DateTimeField(_("second reminder"), null=True, blank=True)
    expires_at = models.DateTimeField(_("link holds until"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=7, choices=Answer, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("request for confirmation")
        verbose_name_plural = _("requests for confirmation")
        default_permissions = []
        indexes = [
            models.Index(
                fields=["organization", "reminded_second_at"],
                name="actors_request_silent",
                condition=Q(answered_at=None, revoked_at=None),
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["round", "contact"], name="request_once_for_a_contact"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="request_is_answered_at_a_time",
            ),
        ]

    def __str__(self):
        return f"{self.round_id}: {self.organization_id}"

    @property
    def confirmed_by(self) -> str:
        """Whose word an answer is: a function, never a person's name."""
        with override(SOURCE_LANGUAGE):
            contact = self.contact
            names = (
                [contact.name_sv if contact.is_function else contact.title_sv, contact.department_sv] if contact else []
            )
            return next((name for name in names if name), gettext("The organisation"))

    @staticmethod
    def waits_at(now) -> Q:
        return Q(requests__answer="", requests__revoked_at=None, requests__expires_at__gt=now)

    @staticmethod
    def expired_at(now) -> Q:
        return Q(requests__answer="", requests__revoked_at=None, requests__expires_at__lte=now)

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()

    @property
    def is_open(self) -> bool:
        """Whether its link still takes an answer: while its contact is there."""
        has_contact = bool(self.contact and self.contact.email)
        return has_contact and not self.answered_at and not self.revoked_at and not self.is_expired
