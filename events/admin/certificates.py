"""Certificates on the editors' desk: issued by the clock or from the checklist, here withdrawn."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from events import certifying
from events.models import Certificate
from lmh_portal.core.admin import in_its_language


class ValidFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "valid"

    def lookups(self, request, model_admin):
        return [("yes", _("Valid")), ("no", _("Withdrawn"))]

    def queryset(self, request, queryset):
        if self.value() in {"yes", "no"}:
            return queryset.filter(revoked_at__isnull=self.value() == "yes")
        return queryset


@admin.register(Certificate)
class CertificateAdmin(admin.ModelAdmin):
    list_display = ["participant", "event_name", "readable_code", "issued_at", "state_badge"]
    list_filter = [ValidFilter]
    list_per_page = 50
    list_select_related = ["registration__event"]
    search_fields = ["code", "registration__name", "registration__email"]
    ordering = ["-issued_at", "-pk"]
    actions = ["withdraw", "restore"]
    fields = readonly_fields = ["participant", "event_name", "readable_code", "hours", "issued_at", "revoked_at"]

    def has_view_permission(self, request, obj=None):
        return request.user.has_perms(["events.view_certificate", "events.view_registration"])

    def has_change_permission(self, request, obj=None):
        return self.has_view_permission(request) and request.user.has_perm("events.change_certificate")

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=gettext_lazy("participant"))
    def participant(self, certificate):
        return certificate.registration.name or "–"

    @admin.display(description=gettext_lazy("event"))
    def event_name(self, certificate):
        return in_its_language(certificate.registration.event, "name")

    @admin.display(description=gettext_lazy("code"))
    def readable_code(self, certificate):
        return format_html("<bdi>{}</bdi>", certifying.readable(certificate.code))

    @admin.display(description=gettext_lazy("state"))
    def state_badge(self, certificate):
        name, label = ("broken", _("Withdrawn")) if certificate.revoked_at else ("works", _("Valid"))
        return format_html('<span class="badge badge--{}">{}</span>', name, label)

    @admin.action(description=gettext_lazy("Withdraw the selected"), permissions=["change"])
    def withdraw(self, request, queryset):
        count = certifying.withdraw(queryset)
        text = ngettext("%(count)d certificate was withdrawn.", "%(count)d certificates were withdrawn.", count)
        self.message_user(request, text % {"count": count})

    @admin.action(description=gettext_lazy("Make the selected valid again"), permissions=["change"])
    def restore(self, request, queryset):
        count = certifying.restore(queryset)
        text = ngettext("%(count)d certificate is valid again.", "%(count)d certificates are valid again.", count)
        self.message_user(request, text % {"count": count})
