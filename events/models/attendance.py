"""Who was there, and the certificate of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events.models.programme import Occasion, new_code
from events.models.registration import Registration


def new_certificate_code() -> str:
    return new_code(12)


class Attendance(models.Model):
    """A participant was at a meeting."""

    is_content = False

    class Door(models.TextChoices):
        DESK = "desk", pgettext_lazy("how attendance was noted", "By the coordinator")
        CODE = "code", pgettext_lazy("how attendance was noted", "By the code in the room")

    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="attendances", verbose_name=_("participant")
    )
    occasion = models.ForeignKey(Occasion, models.PROTECT, related_name="attendances", verbose_name=_("meeting"))
    door = models.CharField(_("noted"), max_length=4, choices=Door, default=Door.DESK)
    noted_at = models.DateTimeField(_("noted at"), auto_now_add=True)

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendance")
        constraints = [models.UniqueConstraint(fields=["registration", "occasion"], name="attendance_is_noted_once")]

    def __str__(self):
        return str(self.pk)


class Certificate(models.Model):
    """Proof of attendance. Its code can be checked by anybody, who learns only whether it is valid."""

    is_content = False

    registration = models.OneToOneField(
        Registration, models.CASCADE, related_name="certificate", verbose_name=_("participant")
    )
    code = models.CharField(_("code"), max_length=20, unique=True, default=new_certificate_code)
    hours = models.DecimalField(_("hours"), max_digits=5, decimal_places=1)
    issued_at = models.DateTimeField(_("issued"), auto_now_add=True)
    revoked_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")

    def __str__(self):
        return str(self.pk)
