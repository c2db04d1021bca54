"""The inbox on the editors' desk."""

from django.contrib import admin
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from lmh_portal.core.admin import Todo, list_address
from lmh_portal.feedback.models import Message

State = Message.State


def done_on(state: str):
    """The day to note for a state: today when the matter is done, else none."""
    return timezone.localdate() if state == State.DONE else None


@admin.register(Message)
class MessageAdmin(admin.ModelAdmin):
    list_display = ["excerpt", "kind", "state_badge", "received_at", "page_link"]
    list_filter = ["state", "kind", "language"]
    list_per_page = 50
    search_fields = ["text", "page", "email"]
    date_hierarchy = "received_at"
    actions = ["assign", "finish", "reopen"]
    readonly_fields = ["kind", "text", "page_link", "email_link", "language", "received_at", "done_on"]
    fieldsets = [
        (
            _("What the visitor wrote"),
            {"fields": ["kind", "text", "page_link", "email_link", "language", "received_at"]},
        ),
        (
            _("What we do"),
            {
                "fields": ["state", "done_on"],
                "description": _("Answer by e-mail if the visitor left an address; then set the state to done."),
            },
        ),
    ]

    def has_add_permission(self, request):
        return False

    def save_model(self, request, obj, form, change):
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

    @admin.action(description=_("Mark as assigned"), permissions=["change"])
    def assign(self, request, queryset):
        self.set_state(request, queryset, State.ASSIGNED)

    @admin.action(description=_("Mark as done"), permissions=["change"])
    def finish(self, request, queryset):
        self.set_state(request, queryset, State.DONE)

    @admin.action(description=_("Mark as new again"), permissions=["change"])
    def reopen(self, request, queryset):
        self.set_state(request, queryset, State.NEW)

    def set_state(self, request, queryset, state: str):
        changed = queryset.exclude(state=state).update(state=state, done_on=done_on(state))
        text = ngettext("%(count)d message was marked.", "%(count)d messages were marked.", changed)
        self.message_user(request, text % {"count": changed})
