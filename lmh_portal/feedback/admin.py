"""The inbox on the editors' desk, and what readers answered to “Did this help you?”."""

from django.contrib import admin
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from lmh_portal.core.admin import DeskInputs, Todo, language_name, list_address
from lmh_portal.feedback.models import HelpfulCount, Message
from lmh_portal.feedback.pages import KINDS

State = Message.State


def done_on(state: str):
    """The day to note for a state: today when the matter is done, else none."""
    return timezone.localdate() if state == State.DONE else None


class AssignedFilter(admin.SimpleListFilter):
    title = _("assigned to")
    parameter_name = "assigned"

    def lookups(self, request, model_admin):
        return [("me", gettext("Me")), ("nobody", gettext("Nobody"))]

    def queryset(self, request, queryset):
        if self.value() == "me":
            return queryset.filter(assigned_to=request.user)
        return queryset.filter(assigned_to=None) if self.value() == "nobody" else queryset


@admin.register(Message)
class MessageAdmin(DeskInputs, admin.ModelAdmin):
    list_display = ["excerpt", "kind", "state_badge", "assigned_to", "received_at", "page_link"]
    list_filter = ["state", AssignedFilter, "kind", "language"]
    list_select_related = ["assigned_to"]
    list_per_page = 50
    search_fields = ["text", "page", "email"]
    date_hierarchy = "received_at"
    actions = ["assign", "finish", "reopen"]
    readonly_fields = [
        "kind", "text", "answer", "page_link", "version", "email_link", "language", "received_at", "done_on",
    ]  # fmt: skip
    fieldsets = [
        (
            _("What the visitor wrote"),
            {"fields": ["kind", "text", "answer", "page_link", "version", "email_link", "language", "received_at"]},
        ),
        (
            _("What we do"),
            {
                "fields": ["state", "assigned_to", "done_on"],
                "description": _("Answer by e-mail if the visitor left an address; then set the state to done."),
            },
        ),
    ]

    def has_add_permission(self, request):
        return False

    def save_model(self, request, obj, form, change):
        """A message that somebody has is not new, and a new one is nobody's."""
        if "assigned_to" in form.changed_data and obj.assigned_to and obj.state == State.NEW:
            obj.state = State.ASSIGNED
        elif obj.state == State.NEW:
            obj.assigned_to = None
        if "state" in form.changed_data:
            obj.done_on = done_on(obj.state)
        super().save_model(request, obj, form, change)

    def todo(self):
        new = Message.objects.filter(state=State.NEW).count()
        yield Todo(gettext("New messages"), new, list_address(Message, state__exact=State.NEW))

    @admin.display(description=_("message"))
    def excerpt(self, message):
        return Truncator(message.text).chars(90)

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, message):
        return format_html('<span class="badge badge--{}">{}</span>', message.state, message.get_state_display())

    @admin.display(description=_("page"))
    def page_link(self, message):
        """A link, if the visitor's browser named a page of ours."""
        if message.page.startswith("/") and url_has_allowed_host_and_scheme(message.page, allowed_hosts=None):
            return format_html('<a href="{}"><bdi>{}</bdi></a>', message.page, message.page)
        return message.page or "–"

    @admin.display(description=_("e-mail address"))
    def email_link(self, message):
        return (
            format_html('<a href="mailto:{}"><bdi>{}</bdi></a>', message.email, message.email) if message.email else "–"
        )

    @admin.action(description=_("Assign to me"), permissions=["change"])
    def assign(self, request, queryset):
        mine = Q(state=State.ASSIGNED, assigned_to=request.user)
        self.set_state(request, queryset.exclude(mine), State.ASSIGNED, assigned_to=request.user)

    @admin.action(description=_("Mark as done"), permissions=["change"])
    def finish(self, request, queryset):
        self.set_state(request, queryset.exclude(state=State.DONE), State.DONE)

    @admin.action(description=_("Mark as new again"), permissions=["change"])
    def reopen(self, request, queryset):
        self.set_state(request, queryset.exclude(state=State.NEW), State.NEW, assigned_to=None)

    def set_state(self, request, queryset, state: str, **more):
        changed = queryset.update(state=state, done_on=done_on(state), **more)
        text = ngettext("%(count)d message was marked.", "%(count)d messages were marked.", changed)
        self.message_user(request, text % {"count": changed})


class KindFilter(admin.SimpleListFilter):
    title = _("kind of page")
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        return [(kind, capfirst(model._meta.verbose_name)) for kind, model in KINDS.items()]

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(HelpfulCount)
class HelpfulCountAdmin(admin.ModelAdmin):
    """To look at only: what readers answered is not for editors to change."""

    list_display = ["page_link", "kind_label", "version", "language_label", "day", "yes", "no"]
    list_display_links = None
    list_filter = [KindFilter, "language"]
    list_per_page = 100
    search_fields = ["slug"]
    date_hierarchy = "day"

    def has_add_permission(self, request):
        return False

    has_change_permission = has_delete_permission = lambda self, request, obj=None: False

    @admin.display(description=_("page"), ordering="slug")
    def page_link(self, count):
        if count.kind not in KINDS:
            return count.slug
        address = reverse(KINDS[count.kind].detail_view, args=[count.slug])
        return format_html('<a href="{}"><bdi>{}</bdi></a>', address, count.slug)

    @admin.display(description=_("kind of page"), ordering="kind")
    def kind_label(self, count):
        return KINDS[count.kind]._meta.verbose_name if count.kind in KINDS else count.kind

    @admin.display(description=_("language"), ordering="language")
    def language_label(self, count):
        return language_name(count.language)
