"""The letters on the editors' desk: to look at, to send again, to withdraw."""

from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from lmh_portal.core.admin import Todo, language_name, list_address
from lmh_portal.letters import services
from lmh_portal.letters.models import Letter

State = Letter.State


@admin.register(Letter)
class LetterAdmin(admin.ModelAdmin):
    """What a letter says is shown to nobody: its links let their reader act as the recipient."""

    list_display = ["kind", "state_badge", "queued_at", "sent_at", "attempts", "about", "recipient"]
    list_filter = ["state", "kind"]
    list_per_page = 50
    search_fields = ["about"]
    search_help_text = _("Search by cause, for example actors.verification:12")
    actions = ["send_again", "withdraw"]
    fieldsets = [
        (None, {"fields": ["kind", "about", "language_label", "recipient", "subject"]}),
        (
            _("On its way"),
            {"fields": ["state_badge", "attempts", "last_error", "queued_at", "sent_at", "message_name"]},
        ),
    ]
    guarded = ["recipient", "subject"]

    def has_add_permission(self, request):
        return False

    has_change_permission = has_delete_permission = lambda self, request, obj=None: False

    def has_send_permission(self, request):
        return request.user.has_perm("letters.send_letter")

    def lookup_allowed(self, lookup, value, request):
        """Nobody finds out by filtering what is hidden."""
        return lookup.partition("__")[0] in self.list_filter

    def may_see_recipients(self, request) -> bool:
        return request.user.has_perm("letters.view_recipient")

    def get_list_display(self, request):
        return self.as_allowed(request, self.list_display)

    def get_fieldsets(self, request, obj=None):
        return [
            (title, options | {"fields": self.as_allowed(request, options["fields"])})
            for title, options in self.fieldsets
        ]

    def as_allowed(self, request, fields: list[str]) -> list[str]:
        if self.may_see_recipients(request):
            return fields
        return [f"hidden_{field}" if field in self.guarded else field for field in fields]

    def todo(self):
        failed = Letter.objects.filter(state=State.FAILED).count()
        yield Todo(gettext("Letters that could not be sent"), failed, list_address(Letter, state__exact=State.FAILED))

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, letter):
        return format_html('<span class="badge badge--{}">{}</span>', letter.state, letter.get_state_display())

    @admin.display(description=_("language"))
    def language_label(self, letter):
        return language_name(letter.language)

    @admin.display(description=_("Message-ID"))
    def message_name(self, letter):
        return format_html("<bdi>{}</bdi>", letter.message_id)

    @admin.display(description=_("recipient"))
    def hidden_recipient(self, letter):
        return gettext("hidden")

    @admin.display(description=_("subject"))
    def hidden_subject(self, letter):
        return gettext("hidden")

    @admin.action(description=_("Send again"), permissions=["send"])
    def send_again(self, request, queryset):
        letters = services.send_again(queryset)
        text = ngettext("%(count)d letter will be sent.", "%(count)d letters will be sent.", len(letters))
        self.report(request, letters, text, gettext("Sent again"))

    @admin.action(description=_("Withdraw"), permissions=["send"])
    def withdraw(self, request, queryset):
        letters = services.withdraw(queryset)
        text = ngettext("%(count)d letter was withdrawn.", "%(count)d letters were withdrawn.", len(letters))
        self.report(request, letters, text, gettext("Withdrawn"))

    def report(self, request, letters: list[Letter], text: str, note: str) -> None:
        """Say it, and note it in the letters' history."""
        if letters:
            LogEntry.objects.log_actions(request.user.pk, letters, CHANGE, note)
        self.message_user(request, text % {"count": len(letters)})
