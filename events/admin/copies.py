"""Copies, series and templates on the desk."""

import datetime as dt
import re

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from actors.opening import is_holiday
from events.copying import Rhythm, copy, repeat, starts_of_series
from events.models import Event
from events.services import at_local_time
from lmh_portal.core.admin import list_address
from lmh_portal.core.translated import sort_key

MOST_IN_SERIES = 60
SATURDAY = 5


class DayField(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class CopyForm(forms.Form):
    day = DayField(label=gettext_lazy("New date"))
    time = forms.TimeField(label=gettext_lazy("Starts"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))

    def __init__(self, data, source: Event):
        super().__init__(data, initial={"time": timezone.localtime(source.starts_at).time()})

    @property
    def starts_at(self) -> dt.datetime:
        return at_local_time(self.cleaned_data["day"], self.cleaned_data["time"])


class SeriesForm(forms.Form):
    """A rhythm and a number, or dates."""

    rhythm = forms.ChoiceField(
        label=gettext_lazy("How often"),
        required=False,
        choices=[("", gettext_lazy("On the dates below")), *Rhythm.choices],
    )
    number = forms.IntegerField(
        label=gettext_lazy("How many more"), required=False, min_value=1, max_value=MOST_IN_SERIES
    )
    days = forms.CharField(
        label=gettext_lazy("Dates"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5, "placeholder": "2027-01-31"}),
        help_text=gettext_lazy("One on each line, such as 2027-01-31, instead of a rhythm."),
    )

    def __init__(self, data, source: Event):
        super().__init__(data)
        self.source = source

    def clean_days(self) -> list[dt.date]:
        found = []
        for line in self.cleaned_data["days"].split():
            try:
                found.append(dt.date.fromisoformat(line) if re.fullmatch(r"\d{4}-\d\d-\d\d", line) else None)
            except ValueError:
                found.append(None)
            if found[-1] is None:
                raise forms.ValidationError(_("%(line)s is no date like 2027-01-31.") % {"line": line[:40]})
        if len(found) > MOST_IN_SERIES:
            raise forms.ValidationError(_("At most %(count)d dates.") % {"count": MOST_IN_SERIES})
        return sorted(set(found))

    def clean(self):
        super().clean()
        data = self.cleaned_data
        if data.get("rhythm") and not data.get("number") and "number" not in self.errors:
            self.add_error("number", _("How many?"))
        if not data.get("rhythm") and not data.get("days") and "days" not in self.errors:
            self.add_error("days", _("Choose a rhythm or give dates."))
        return data

    @property
    def starts(self) -> list[dt.datetime]:
        data, first = self.cleaned_data, self.source.starts_at
        if data["rhythm"]:
            return starts_of_series(first, data["rhythm"], data["number"])
        return [at_local_time(day, timezone.localtime(first).time()) for day in data["days"]]


def remark(moment: dt.datetime) -> str:
    """What is unusual about a day."""
    day = timezone.localtime(moment).date()
    if day < timezone.localdate():
        return _("has passed")
    if is_holiday(day):
        return _("public holiday")
    return _("weekend") if day.weekday() >= SATURDAY else ""


class Copies:
    """Mixed into the events' model admin."""

    change_list_template = "admin/events/event/change_list.html"

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("templates/", view(self.templates), name="events_event_templates"),
            self.event_path("copy", self.copy),
            self.event_path("series", self.series),
            self.event_path("keep-as-template", require_POST(self.keep_as_template)),
            *super().get_urls(),
        ]

    def copy(self, request, pk):
        """A date is all that is asked for."""
        source = self.asked(request, pk, "add_event")
        form = CopyForm(request.POST if request.method == "POST" else None, source)
        if form.is_valid():
            event = copy(source, starts_at=form.starts_at, coordinator=request.user)
            return self._made(request, source, event, _("This is a draft: look it through and publish it."))
        return self.page(request, "copy", _("Copy: %(name)s") % {"name": source}, source, form=form)

    def series(self, request, pk):
        """The dates are looked at first."""
        source = self.asked(request, pk, "add_event")
        if source.is_template:
            raise PermissionDenied
        form = SeriesForm(request.POST if request.method == "POST" else None, source)
        starts = form.starts if form.is_valid() else []
        if starts and "create" in request.POST:
            return self._repeated(request, source, starts)
        days = [(date_format(timezone.localtime(start), "l j F Y H:i"), remark(start)) for start in starts]
        return self.page(request, "series", _("Series: %(name)s") % {"name": source}, source, form=form, days=days)

    def keep_as_template(self, request, pk):
        source = self.asked(request, pk, "add_event")
        template = copy(source, starts_at=source.starts_at, coordinator=None, is_template=True)
        return self._made(request, source, template, _("This is a template: take out what is not for all."))

    def templates(self, request):
        """Templates by type, each with the date of a new event."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        rows = self.get_queryset(request).filter(is_template=True).select_related("event_type")
        rows = rows.order_by(sort_key("event_type__name"), sort_key("name"), "pk")
        return self.page(request, "templates", _("New from a template"), templates=rows)

    def changelist_view(self, request, extra_context=None):
        more = {"may_add": self.has_add_permission(request)}
        return super().changelist_view(request, more | (extra_context or {}))

    def _made(self, request, source: Event, event: Event, sentence: str):
        self.log_addition(request, event, _("Copied from number %(number)d") % {"number": source.pk})
        messages.success(request, sentence)
        return self.to(event)

    def _repeated(self, request, source: Event, starts: list[dt.datetime]):
        made = repeat(source, starts, request.user)
        for event in made:
            self.log_addition(request, event, _("Copied from number %(number)d") % {"number": source.pk})
        text = ngettext("%(count)d draft was made.", "%(count)d drafts were made.", len(made))
        messages.success(request, text % {"count": len(made)})
        return HttpResponseRedirect(list_address(Event, series=str((source.super_event or source).pk)))
