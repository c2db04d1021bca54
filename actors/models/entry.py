"""What organisations and services have in common: they are looked for, and somebody vouches for them."""

import datetime as dt

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lmh_portal.core.languages import LANGUAGES
from lmh_portal.core.models import Publishable
from lmh_portal.core.translated import sort_column
from lmh_portal.vocabulary.querysets import AboutQuerySet

CONFIRMED_FOR = dt.timedelta(days=183)  # half a year
DUE_BEFORE = dt.timedelta(days=30)  # so long before that it is soon time again


class Certainty(models.TextChoices):
    SOURCE_CHECKED = "source-checked", _("Checked against a public source")
    KNOWN = "known", _("Generally known, not checked again")
    GENERIC = "generic", _("Not confirmed by the organisation")


class Verification(models.TextChoices):
    CONFIRMED = "confirmed", pgettext_lazy("are the facts confirmed", "Confirmed")
    DUE = "due", pgettext_lazy("are the facts confirmed", "Soon to be confirmed again")
    UNCONFIRMED = "unconfirmed", pgettext_lazy("are the facts confirmed", "Not confirmed")
    UNLISTED = "unlisted", pgettext_lazy("are the facts confirmed", "No longer listed")


def trigram_indexes(name: str) -> list[GinIndex]:
    """For names that resemble each other; `name` starts the indexes' names."""
    return [GinIndex(fields=[f"name_{code}"], name=f"{name}_{code}", opclasses=["gin_trgm_ops"]) for code in LANGUAGES]


class EntryQuerySet(AboutQuerySet):
    search_fields = ["name", "description"]

    def by_name(self):
        return self.order_by(sort_column("name"), "pk")

    def listed(self):
        """What lists show; pages of the others stay, so that links to them hold."""
        return self.exclude(verification=Verification.UNLISTED)


class Entry(Publishable):
    """An entry of the register. `assured_on` is HSDS assured_date; a job keeps `verification` in step with it."""

    certainty = models.CharField(
        _("how sure the facts are"), max_length=14, choices=Certainty, default=Certainty.GENERIC
    )
    assured_on = models.DateField(_("confirmed on"), null=True, blank=True)
    assured_by = models.CharField(
        _("confirmed by"),
        max_length=200,
        blank=True,
        help_text=_("A function, for example “the unit's manager”; never a person's name."),
    )
    verification = models.CharField(
        _("confirmation"), max_length=11, choices=Verification, default=Verification.UNCONFIRMED, editable=False
    )

    class Meta:
        abstract = True

    def confirm(self, by: str) -> None:
        """Note that the facts are right today, as `by` says; saving is the caller's."""
        self.assured_on, self.assured_by = timezone.localdate(), by
        self.verification = Verification.CONFIRMED

    @property
    def is_confirmed(self) -> bool:
        return self.verification in {Verification.CONFIRMED, Verification.DUE}

    def verification_on(self, day: dt.date) -> Verification:
        """What `verification` is to be on a day, if nobody answers until then; unlisted stays so."""
        if self.assured_on and day <= self.assured_on + CONFIRMED_FOR - DUE_BEFORE:
            return Verification.CONFIRMED
        if self.assured_on and day <= self.assured_on + CONFIRMED_FOR:
            return Verification.DUE
        if self.verification == Verification.UNLISTED:
            return Verification.UNLISTED
        return Verification.UNCONFIRMED
