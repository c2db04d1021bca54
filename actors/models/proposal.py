"""What partners propose without an account. The record stays as it is until an editor decides."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from actors.models.confirmation import VerificationRequest
from actors.models.entry import Entry
from actors.models.organization import Organization
from actors.models.service import Service


class ProposalQuerySet(models.QuerySet):
    def open(self):
        return self.filter(state=ChangeProposal.State.OPEN)

    def for_desk(self):
        return self.select_related("organization", "service", "decided_by")


class ChangeProposal(models.Model):
    """A change of an organisation or of a service; of neither: a new organisation.

    `base` holds what the form showed of what was changed, `proposed` what it was changed to, both by the names of
    actors.proposable; of a new organisation there is no base.
    """

    is_content = False  # nothing of it is on a public page

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("state of a proposal", "Waiting")
        APPROVED = "approved", pgettext_lazy("state of a proposal", "Approved")
        REJECTED = "rejected", pgettext_lazy("state of a proposal", "Rejected")
        WITHDRAWN = "withdrawn", pgettext_lazy("state of a proposal", "Withdrawn")

    organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, blank=True, related_name="proposals", verbose_name=_("organisation")
    )
    service = models.ForeignKey(
        Service, models.CASCADE, null=True, blank=True, related_name="proposals", verbose_name=_("service")
    )
    language = models.CharField(_("language"), max_length=10)  # of the texts in it and of the letters about it
    base = models.JSONField(_("when proposed"), default=dict, blank=True)
    proposed = models.JSONField(_("proposed"), default=dict, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    function = models.CharField(_("organisation and function"), max_length=200, blank=True)
    comment = models.TextField(_("comment"), max_length=5000, blank=True)
    verification_request = models.ForeignKey(
        VerificationRequest, models.SET_NULL, null=True, blank=True, related_name="proposals", editable=False
    )  # if its letter led here
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.OPEN)
    reason = models.TextField(_("reason"), max_length=2000, blank=True)
    created_at = models.DateTimeField(_("received"), auto_now_add=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        default_permissions = ["view"]
        permissions = [("decide_changeproposal", "Can approve and reject proposals")]
        indexes = [
            models.Index(fields=["state", "-created_at"], name="actors_proposal_by_state"),
            models.Index(fields=["decided_at"], name="actors_proposal_to_erase", condition=~Q(email="")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(organization=None) | Q(service=None), name="proposal_is_about_one_record"
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None) | (~Q(state="open") & Q(decided_at__isnull=False)),
                name="proposal_is_decided_at_a_time",
            ),
            models.CheckConstraint(condition=~Q(state="open", email=""), name="proposal_that_waits_has_a_proposer"),
            models.UniqueConstraint(
                fields=["organization", "email"],
                condition=Q(state="open", organization__isnull=False),
                name="proposal_once_for_an_organization",
            ),
            models.UniqueConstraint(
                fields=["service", "email"],
                condition=Q(state="open", service__isnull=False),
                name="proposal_once_for_a_service",
            ),
        ]

    def __str__(self):
        return str(self.record or self.proposed.get("name") or self.pk)

    @property
    def record(self) -> Entry | None:
        """What it is about; nothing for an organisation that is not in the register yet."""
        return self.organization or self.service

    @property
    def is_new(self) -> bool:
        """Whether it is, or was until it was approved, about an organisation that is not in the register."""
        return bool(self.proposed) and not self.base

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN
