"""When the meetings of an event are, and what is said at them."""

import secrets

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from actors.models import Organization
from events.models.event import Event
from lmh_portal.core.translated import translated

CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that looks like another


def new_code(length: int = 6) -> str:
    return "".join(secrets.choice(CODE_LETTERS) for _letter in range(length))


class Occasion(models.Model):
    """One meeting of an event. The first is as the event says: a trigger keeps it so (migration 0003)."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="occasions", verbose_name=_("event"))
    position = models.PositiveSmallIntegerField(_("position"), default=2)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    venue = models.CharField(_("venue, if another"), max_length=200, blank=True)
    check_in_code = models.CharField(_("code shown in the room"), max_length=10, default=new_code, editable=False)

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ["starts_at", "position"]
        constraints = [
            models.UniqueConstraint(fields=["event", "position"], name="occasion_has_its_place"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="occasion_ends_after_it_starts",
                violation_error_message=_("The meeting must end after it starts."),
            ),
        ]

    def __str__(self):
        return f"{self.event_id}:{self.position}"


class ProgrammeItem(models.Model):
    """A part of the programme: schema.org subEvent."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="programme", verbose_name=_("event"))
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    starts = models.TimeField(_("from"), null=True, blank=True)
    ends = models.TimeField(_("to"), null=True, blank=True)
    name = models.CharField(_("name"), max_length=200)
    performer = models.CharField(
        _("speaker"), max_length=120, blank=True, help_text=_("A function, for example “dietitian”.")
    )
    performer_name = models.CharField(_("speaker's name"), max_length=120, blank=True)
    consented_on = models.DateField(_("agreed to be named on"), null=True, blank=True)
    organization = models.ForeignKey(
        Organization, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("speaker's organisation")
    )

    class Meta:
        verbose_name = _("programme item")
        verbose_name_plural = _("programme items")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["event", "position"], name="programme_item_has_its_place"),
            models.CheckConstraint(
                condition=Q(starts=None) | Q(ends=None) | Q(ends__gt=F("starts")),
                name="programme_item_ends_after_it_starts",
                violation_error_message=_("The item must end after it starts."),
            ),
            models.CheckConstraint(
                condition=Q(performer_name="") | Q(consented_on__isnull=False),
                name="programme_item_names_who_agreed",
                violation_error_message=_("A speaker is named only with consent: say when it was given."),
            ),
        ]

    def __str__(self):
        return translated(self, "name").value
