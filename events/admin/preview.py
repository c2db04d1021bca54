"""The public page of an event as it would be, drawn from what stands in the form."""

import copy

from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.forms import all_valid
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path, resolve
from django.utils.decorators import method_decorator
from django.utils.translation import override
from django.views.decorators.http import require_POST

from events.models import Event
from events.services import sort_programme
from lmh_portal.core import version
from lmh_portal.core.languages import LANGUAGES
from lmh_portal.core.translated import page_language


class Preview:
    """Mixed into the events' model admin."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.preview)
        return [
            path("preview/", view, name="events_event_preview_new"),
            path("<int:pk>/preview/", view, name="events_event_preview"),
            *super().get_urls(),
        ]

    @method_decorator(require_POST)
    def preview(self, request, pk=None):
        """Save the form, draw the page, and undo the saving."""
        event = self.get_object(request, str(pk)) if pk else None
        may = self.has_change_permission(request, event) if event else self.has_add_permission(request)
        if not may or (pk and event is None):
            raise PermissionDenied
        language = request.POST.get("preview_language")
        with override(language if language in LANGUAGES else page_language()), version.apart():
            return self._drawn(request, event)

    def _drawn(self, request, event) -> HttpResponse:
        fieldsets = self.get_fieldsets(request, event)
        form_class = self.get_form(request, event, change=event is not None, fields=flatten_fieldsets(fieldsets))
        form = form_class(request.POST, instance=event)
        formsets, _inlines = self._create_formsets(request, form.instance, change=event is not None)
        is_valid = form.is_valid()
        if not (all_valid(formsets) and is_valid):
            return self._unready(request, form, formsets)
        with transaction.atomic():
            page = self._page_of(request, form, formsets)
            transaction.set_rollback(True)
        return page

    def _page_of(self, request, form, formsets) -> HttpResponse:
        """By the view that draws the public page, which shows drafts to those who may see them."""
        event = form.save()
        for formset in formsets:
            formset.save()
        event = Event.objects.get(pk=event.pk)
        sort_programme(event)
        match = resolve(event.get_absolute_url())
        visit = copy.copy(request)
        visit.method, visit.GET, visit.path, visit.resolver_match = "GET", QueryDict(), event.get_absolute_url(), match
        return match.func(visit, *match.args, **match.kwargs)

    def _unready(self, request, form, formsets) -> HttpResponse:
        """Say what the page cannot be drawn without."""
        lacking = [(form[name].label, sentences) for name, sentences in form.errors.items() if name in form.fields]
        others = list(form.non_field_errors())
        for formset in formsets:
            title = formset.model._meta.verbose_name_plural
            found = [sentence for row in formset.errors for sentences in row.values() for sentence in sentences]
            lacking += [(title, found)] if found else []
        return render(request, "admin/events/event/preview_unready.html", {"lacking": lacking, "others": others})
