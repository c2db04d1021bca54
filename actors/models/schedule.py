from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from actors.models.service import Service


class Schedule(models.Model):
    """When a service is open: HSDS schedule, a recurrence rule of RFC 5545."""

    class Frequency(models.TextChoices):
        WEEKLY = "WEEKLY", pgettext_lazy("how often", "Every week")
        MONTHLY = "MONTHLY", pgettext_lazy("how often", "Every month")

    class Day(models.TextChoices):
        MO = "MO", WEEKDAYS[0]
        TU = "TU", WEEKDAYS[1]
        WE = "WE", WEEKDAYS[2]
        TH = "TH", WEEKDAYS[3]
        FR = "FR", WEEKDAYS[4]
        SA = "SA", WEEKDAYS[5]
        SU = "SU", WEEKDAYS[6]

    class Position(models.IntegerChoices):
        FIRST = 1, pgettext_lazy("which in the month", "First")
        SECOND = 2, pgettext_lazy("which in the month", "Second")
        THIRD = 3, pgettext_lazy("which in the month", "Third")
        FOURTH = 4, pgettext_lazy("which in the month", "Fourth")
        LAST = -1, pgettext_lazy("which in the month", "Last")

    service = models.ForeignKey(Service, models.CASCADE, related_name="schedules", verbose_name=_("service"))
    freq = models.CharField(_("how often"), max_length=7, choices=Frequency, default=Frequency.WEEKLY)
    interval = models.PositiveSmallIntegerField(
        _("every"), default=1, help_text=_("2 with “every week”: every other week, counted from the first day.")
    )
    byday = ArrayField(models.CharField(max_length=2, choices=Day), verbose_name=_("days"))
    bysetpos = models.SmallIntegerField(
        _("which in the month"), choices=Position, null=True, blank=True, help_text=_("Only with “every month”.")
    )
    opens_at = models.TimeField(_("opens"), null=True, blank=True)
    closes_at = models.TimeField(
        _("closes"), null=True, blank=True, help_text=_("Earlier than it opens: it closes on the next day.")
    )
    valid_from = models.DateField(_("first day"), null=True, blank=True)
    valid_to = models.DateField(_("last day"), null=True, blank=True)
    is_open_on_holidays = models.BooleanField(_("open on public holidays"), default=False)
    notes = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["service", "opens_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(interval__range=(1, 12)), name="schedule_interval_is_sensible"),
            models.CheckConstraint(
                condition=~Q(byday=[]),
                name="schedule_has_days",
                violation_error_message=_("Choose at least one day."),
            ),
            models.CheckConstraint(
                condition=Q(opens_at=None, closes_at=None)
                | (Q(opens_at__isnull=False, closes_at__isnull=False) & ~Q(closes_at=F("opens_at"))),
                name="schedule_opens_and_closes",
                violation_error_message=_("Give both times, and not the same."),
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_from__lte=F("valid_to")),
                name="schedule_days_in_order",
                violation_error_message=_("The last day must not lie before the first."),
            ),
            models.CheckConstraint(
                condition=(Q(freq="MONTHLY") & Q(bysetpos__isnull=False)) | (Q(freq="WEEKLY") & Q(bysetpos=None)),
                name="schedule_says_which_in_the_month",
                violation_error_message=_("Say which day in the month, and only with “every month”."),
            ),
            models.CheckConstraint(
                condition=Q(interval=1) | Q(valid_from__isnull=False),
                name="schedule_counts_from_a_day",
                violation_error_message=_("Every other week or month needs a first day to count from."),
            ),
        ]

    def __str__(self):
        days = ", ".join(str(self.Day(day).label) for day in self.byday)
        return f"{days} {self.opens_at:%H:%M}–{self.closes_at:%H:%M}" if self.opens_at else days

    @property
    def is_overnight(self) -> bool:
        return self.closes_at is not None and self.closes_at < self.opens_at

    @property
    def rrule(self) -> str:
        """The rule without its start, for example `FREQ=WEEKLY;BYDAY=MO,TU`."""
        parts = [f"FREQ={self.freq}"]
        parts += [f"INTERVAL={self.interval}"] if self.interval > 1 else []
        parts += [f"BYDAY={','.join(self.byday)}"]
        parts += [f"BYSETPOS={self.bysetpos}"] if self.bysetpos else []
        return ";".join(parts)
