"""Contributions of workshops on the editors' desk: answered in every language, then shown."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from events import contributing
from events.models import Event, WorkshopInput
from lmh_portal.core.admin import Todo, TranslatedAdmin, in_its_language, list_address
from lmh_portal.core.languages import LANGUAGES
from lmh_portal.core.templatetags.portal import absolute


class AnsweredFilter(admin.SimpleListFilter):
    title = gettext_lazy("answered")
    parameter_name = "answered"

    def lookups(self, request, model_admin):
        return [("no", _("Not yet")), ("yes", _("Answered"))]

    def queryset(self, request, queryset):
        if self.value() in {"yes", "no"}:
            return queryset.filter(replied_at__isnull=self.value() == "no")
        return queryset


@admin.register(WorkshopInput)
class WorkshopInputAdmin(TranslatedAdmin):
    translated_fields = ["reply"]
    list_display = ["excerpt", "event_name", "topic", "table", "answered", "is_public", "translations"]
    list_filter = [AnsweredFilter, "is_public"]
    list_select_related = ["event", "topic"]
    search_fields = ["text", "table", "event__name_sv"]
    ordering = ["-noted_at", "-pk"]
    actions = ["publish", "withdraw"]
    autocomplete_fields = ["event", "topic"]
    fieldsets = [
        (gettext_lazy("You said"), {"fields": ["event", "topic", "table", "language", "text"]}),
        (gettext_lazy("Publication"), {"fields": ["is_public"]}),
    ]
    help_texts = {
        "text": gettext_lazy("Change it where it would tell who said it, or tells of a person."),
        "reply": gettext_lazy("What came of it, in a few sentences."),
    }

    def todo(self):
        waiting = WorkshopInput.objects.filter(replied_at=None).count()
        yield Todo(_("Contributions to answer"), waiting, list_address(WorkshopInput, answered="no"))

    def save_model(self, request, obj, form, change):
        contributing.mark_replied(obj, any(getattr(obj, f"reply_{code}") for code in LANGUAGES))
        super().save_model(request, obj, form, change)

    @admin.display(description=gettext_lazy("you said"))
    def excerpt(self, contribution):
        return format_html('<span dir="auto">{}</span>', Truncator(contribution.text).chars(120))

    @admin.display(description=gettext_lazy("event"))
    def event_name(self, contribution):
        return in_its_language(contribution.event, "name")

    @admin.display(description=gettext_lazy("answered"), boolean=True)
    def answered(self, contribution):
        return contribution.replied_at is not None

    @admin.action(description=gettext_lazy("Show the selected on the event's page"), permissions=["change"])
    def publish(self, request, queryset):
        self._published(request, contributing.publish(queryset))

    @admin.action(description=gettext_lazy("Take the selected from the event's page"), permissions=["change"])
    def withdraw(self, request, queryset):
        self._published(request, contributing.publish(queryset, is_public=False))

    def _published(self, request, count):
        text = ngettext("%(count)d contribution was changed.", "%(count)d contributions were changed.", count)
        self.message_user(request, text % {"count": count})

    # --- the note-takers' link

    def get_urls(self):
        link = self.admin_site.admin_view(self.link)
        return [path("link/<int:number>/", link, name="events_note_link"), *super().get_urls()]

    def link(self, request, number):
        """The address to hand out to those who take notes at the tables of an event."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        event = get_object_or_404(Event.objects.filter(pk__lt=2**63), pk=number)
        context = self.admin_site.each_context(request) | {
            "title": _("Link for those who take notes"),
            "opts": self.opts,
            "event": event,
            "address": absolute(reverse("events:note", args=[contributing.note_token(event)])),
            "meetings": event.occasions.all(),
        }
        response = TemplateResponse(request, "admin/events/workshopinput/link.html", context)
        response.headers["Cache-Control"] = "no-store"
        return response
