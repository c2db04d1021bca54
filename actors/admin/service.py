"""Services on the editors' desk."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from actors.admin.entry import DoubleFilter, EntryAdmin
from actors.admin.links import add_link, links
from actors.admin.place import PlaceOfServiceInline
from actors.models import AccessFact, Contact, Schedule, Service, ServiceLanguage
from lmh_portal.core.admin import PartOfPage, PublishableAdmin, TranslatedStack, TranslationFilter
from lmh_portal.core.translated import columns

BRIEF = ["eligibility_description", "application_process", "fees_description"]  # a sentence or two


class ServiceLanguageInline(PartOfPage, admin.TabularInline):
    model = ServiceLanguage
    autocomplete_fields = ["language"]


class ScheduleInline(TranslatedStack):
    model = Schedule
    fields = [
        "byday", ("opens_at", "closes_at"), ("freq", "interval", "bysetpos"), ("valid_from", "valid_to"),
        "is_open_on_holidays", "notes",
    ]  # fmt: skip
    help_texts = {
        "byday": _("All days with the same hours; other hours are another row."),
        "valid_from": _("Empty: from now on. Needed where something is open every other week."),
        "notes": _("A few words where needed, for example “drop-in” or “only by telephone”."),
    }


class AccessFactFilter(admin.SimpleListFilter):
    title = _("access")
    parameter_name = "fact"

    def lookups(self, request, model_admin):
        return AccessFact.choices

    def queryset(self, request, queryset):
        return queryset.filter(access_facts__contains=[self.value()]) if self.value() else queryset


@admin.register(Service)
class ServiceAdmin(EntryAdmin):
    translated_fields = [
        "name", "description", "eligibility_description", "application_process", "fees_description", "alert",
    ]  # fmt: skip
    list_display = [
        "heading", "organization", "kind", "access", "operation", "verification_badge", "status_badge",
        "translations", "updated", "page_link",
    ]  # fmt: skip
    list_filter = [
        "status", "verification", "operation", DoubleFilter, "kind", "audience", "access", AccessFactFilter,
        ("level", admin.RelatedOnlyFieldListFilter), "certainty",
        ("organization__organization_type", admin.RelatedOnlyFieldListFilter), TranslationFilter, "is_demo",
        ("areas", admin.RelatedOnlyFieldListFilter),
    ]  # fmt: skip
    list_select_related = ["organization"]
    search_fields = [
        *EntryAdmin.search_fields, *columns("organization__name"), "organization__alternate_name",
        "organization__organization_number",
    ]  # fmt: skip
    autocomplete_fields = ["organization", "target_groups", "areas", "level"]
    readonly_fields = ["verification_now", "contacts_named"]
    inlines = [ServiceLanguageInline, ScheduleInline, PlaceOfServiceInline]
    fieldsets = [
        (_("The service"), {"fields": ["organization", "kind", "audience", "website", "email"]}),
        (
            _("Who may come, and how"),
            {"fields": ["access", "access_facts", ("minimum_age", "maximum_age")]},
        ),
        (_("Is it running?"), {"fields": ["operation", ("starts_on", "ends_on"), "alert_until"]}),
        (_("What it is about"), {"fields": ["topics", "target_groups", "areas", "level"]}),
        EntryAdmin.confirmation,
        (_("Contacts"), {"fields": ["contacts_named"]}),
        PublishableAdmin.publication,
    ]
    help_texts = EntryAdmin.help_texts | {
        "name": _("What people call it; not the name of the organisation again."),
        "eligibility_description": _("In plain words: age, residence status, where people live."),
        "application_process": _("What people do first: call, come, bring a referral."),
        "fees_description": _("What it costs, and what is free of charge."),
        "alert": _("Shown on top of the page until the day given below, for example “Closed in July”."),
        "alert_until": _("The last day to show the notice in the texts above; empty: until you take it away."),
        "operation": _("“Has ceased” takes it out of the lists; its page stays."),
        "starts_on": _("Only for what begins or ends, such as projects."),
    }

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if getattr(db_field, "translated_field", db_field).name in BRIEF:
            field.widget.attrs["rows"] = 3
        return field

    @admin.display(description=_("contacts"))
    def contacts_named(self, service):
        """Those of the service itself; the form of each says where else it is used."""
        if not service.pk:
            return _("Save the service first; then add its contacts here.")
        organization = service.organization_id
        return links(service.contacts.order_by("pk")) + add_link(
            Contact, _("Add a contact"), organization=organization, services=service.pk
        )
