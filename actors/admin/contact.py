"""Contacts on the editors' desk."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from actors.admin.exporting import Exportable
from actors.admin.links import links
from actors.models import Contact
from lmh_portal.core.admin import TranslatedAdmin, TranslatedStack, TranslationFilter
from lmh_portal.core.translated import columns, sort_key

HELP = {
    "name": _("A function before a person: “Reception”, “Health communicators”. A person only if really needed."),
    "title": _("Only for a person: what she or he is."),
    "department": _("Where in the organisation, if that helps."),
    "is_function": _("Untick it for a person. A person is shown only with consent."),
    "consent_on": _("Only for a person: the day on which she or he agreed to be named here."),
    "visibility": _("“For the register's editors only”: no visitor sees it, and no export without the right."),
}


class ContactInline(TranslatedStack):
    model = Contact
    fields = [
        ("is_function", "visibility", "confirms"), "name", "title", "department", ("email", "phone"), "consent_on",
        "services",
    ]  # fmt: skip
    autocomplete_fields = ["services"]
    help_texts = HELP
    classes = ["collapse"]
    show_change_link = True

    def has_view_permission(self, request, obj=None):
        """Some are for the register's editors only."""
        return request.user.has_perm("actors.view_contact") and super().has_view_permission(request, obj)

    def may_edit(self, request, obj=None):
        return request.user.has_perm("actors.change_contact") and super().may_edit(request, obj)

    has_add_permission = has_change_permission = has_delete_permission = may_edit


@admin.register(Contact)
class ContactAdmin(Exportable, TranslatedAdmin):
    translated_fields = ["name", "title", "department"]
    list_display = [
        "heading", "organization", "is_function", "email", "phone", "visibility", "consent_on", "confirms",
    ]  # fmt: skip
    list_filter = ["is_function", "visibility", "confirms", TranslationFilter]
    list_select_related = ["organization"]
    search_fields = ["email", "phone", *columns("name", "title", "department", "organization__name")]
    autocomplete_fields = ["organization", "services"]
    readonly_fields = ["used_in"]
    fieldsets = [
        (_("Whom to turn to"), {"fields": ["is_function", "email", "phone", "visibility", "consent_on"]}),
        (_("For what"), {"fields": ["organization", "services", "confirms", "used_in"]}),
    ]
    help_texts = HELP

    def get_ordering(self, request):
        return [sort_key("name"), "pk"]

    @admin.display(description=_("where it is used"))
    def used_in(self, contact):
        """The organisation, and the services that name this contact."""
        return links([contact.organization, *contact.services.by_name()]) if contact.pk else "–"
