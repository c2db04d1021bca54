"""Evaluations on the editors' desk: free text is read first, figures are shown from five answers on."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from events import evaluating
from events.models import EvaluationComment, Event
from lmh_portal.core.admin import Todo, in_its_language, list_address

State = EvaluationComment.State


@admin.register(EvaluationComment)
class EvaluationCommentAdmin(admin.ModelAdmin):
    list_display = ["excerpt", "results_link", "moment", "state_badge", "received_on"]
    list_filter = ["state", "moment"]
    list_per_page = 50
    list_select_related = ["event"]
    search_fields = ["text"]
    ordering = ["-received_on", "pk"]
    actions = ["show", "hide"]
    fields = ["whole_text", "results_link", "moment", "received_on", "state"]
    readonly_fields = ["whole_text", "results_link", "moment", "received_on"]

    def has_add_permission(self, request):
        return False

    def todo(self):
        new = EvaluationComment.objects.filter(state=State.NEW).count()
        yield Todo(_("Comments of participants to read"), new, list_address(EvaluationComment, state__exact=State.NEW))

    @admin.display(description=gettext_lazy("text"))
    def excerpt(self, comment):
        return format_html('<span dir="auto">{}</span>', Truncator(comment.text).chars(120))

    @admin.display(description=gettext_lazy("text"))
    def whole_text(self, comment):
        return format_html('<span class="lines" dir="auto">{}</span>', comment.text)

    @admin.display(description=gettext_lazy("event"))
    def results_link(self, comment):
        address = reverse("admin:events_evaluation_results", args=[comment.event_id])
        return format_html('<a href="{}">{}</a>', address, in_its_language(comment.event, "name"))

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_badge(self, comment):
        return format_html('<span class="badge badge--{}">{}</span>', comment.state, comment.get_state_display())

    @admin.action(description=gettext_lazy("Show the selected in the results"), permissions=["change"])
    def show(self, request, queryset):
        self._set(request, queryset, State.SHOWN)

    @admin.action(description=gettext_lazy("Hide the selected"), permissions=["change"])
    def hide(self, request, queryset):
        self._set(request, queryset, State.HIDDEN)

    def _set(self, request, queryset, state):
        count = queryset.exclude(state=state).update(state=state)
        text = ngettext("%(count)d comment was changed.", "%(count)d comments were changed.", count)
        self.message_user(request, text % {"count": count})

    def get_urls(self):
        results = self.admin_site.admin_view(self.results)
        return [path("results/<int:number>/", results, name="events_evaluation_results"), *super().get_urls()]

    def results(self, request, number):
        """What participants of an event answered."""
        if not request.user.has_perm("events.view_evaluationtally"):
            raise PermissionDenied
        event = get_object_or_404(Event.objects.filter(pk__lt=2**63), pk=number)
        context = self.admin_site.each_context(request) | {
            "title": _("What participants thought"),
            "opts": self.opts,
            "event": event,
            "results": evaluating.results(event),
        }
        return TemplateResponse(request, "admin/events/evaluationcomment/results.html", context)
