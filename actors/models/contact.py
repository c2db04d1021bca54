from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from actors.models.organization import Organization
from actors.models.service import Service
from lmh_portal.core.translated import translated


class ContactQuerySet(models.QuerySet):
    def shown(self):
        """What visitors may read, functions before persons; a person only with consent."""
        may_be_named = Q(is_function=True) | Q(consent_on__isnull=False)
        return self.filter(may_be_named, visibility=Contact.Visibility.PUBLIC).order_by("-is_function", "pk")


class Contact(models.Model):
    """Whom to turn to: HSDS contact with its phone. A function such as a reception, or a person who agreed."""

    class Visibility(models.TextChoices):
        PUBLIC = "public", pgettext_lazy("visibility of a contact", "Public")
        INTERNAL = "internal", pgettext_lazy("visibility of a contact", "For the register's editors only")

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="contacts", verbose_name=_("organisation")
    )
    services = models.ManyToManyField(
        Service,
        blank=True,
        related_name="contacts",
        verbose_name=_("services"),
        help_text=_("Empty: for the organisation as a whole."),
    )
    is_function = models.BooleanField(
        _("a function, not a person"), default=True, help_text=_("For example a reception or a shared mailbox.")
    )
    name = models.CharField(_("name"), max_length=200, help_text=_("“Reception”, “Health communicators”…"))
    title = models.CharField(_("title"), max_length=200, blank=True)
    department = models.CharField(_("department"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    consent_on = models.DateField(
        _("consent given on"),
        null=True,
        blank=True,
        help_text=_("The day on which the person agreed to be named here."),
    )
    visibility = models.CharField(_("visibility"), max_length=8, choices=Visibility, default=Visibility.PUBLIC)
    confirms = models.BooleanField(
        _("is asked to confirm the facts"), default=False, help_text=_("Gets the letters of confirmation rounds.")
    )

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes = [models.Index(fields=["email"], name="actors_contact_by_email")]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_function=True) | Q(visibility="internal") | Q(consent_on__isnull=False),
                name="contact_person_has_consented",
                violation_error_message=_("A person may be shown only with consent: say when it was given."),
            ),
            models.CheckConstraint(
                condition=Q(confirms=False) | ~Q(email=""),
                name="contact_who_confirms_has_email",
                violation_error_message=_("Whoever is asked to confirm needs an e-mail address."),
            ),
        ]

    def __str__(self):
        return translated(self, "name").value

    def clean(self):
        """The constraints say the same; here the sentence stands at the field that is to be filled in."""
        if not self.is_function and self.visibility == self.Visibility.PUBLIC and not self.consent_on:
            raise ValidationError({"consent_on": _("A person may be shown only with consent: say when it was given.")})
        if self.consent_on and self.consent_on > timezone.localdate():
            raise ValidationError({"consent_on": _("This day is still to come.")})
        if self.confirms and not self.email:
            raise ValidationError({"email": _("Whoever is asked to confirm needs an e-mail address.")})
