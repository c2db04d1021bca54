"""Organisations on the editors' desk."""

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from actors.admin.contact import ContactInline
from actors.admin.entry import DoubleFilter, EntryAdmin
from actors.admin.links import add_link, links
from actors.admin.place import label_of_place
from actors.admin.tables import Tables
from actors.models import Location, Organization, Service
from actors.models.place import known_to
from actors.organization_numbers import normalized
from lmh_portal.core.admin import PublishableAdmin, TranslationFilter
from lmh_portal.core.translated import sort_key


@admin.register(Organization)
class OrganizationAdmin(Tables, EntryAdmin):
    list_display = [
        "heading", "organization_type", "municipality", "verification_badge", "status_badge", "translations",
        "updated", "page_link",
    ]  # fmt: skip
    list_filter = [
        "status", "verification", DoubleFilter, ("organization_type", admin.RelatedOnlyFieldListFilter), "certainty",
        "scope", TranslationFilter, "is_demo", ("municipality", admin.RelatedOnlyFieldListFilter),
    ]  # fmt: skip
    list_select_related = ["organization_type", "municipality"]
    search_fields = [*EntryAdmin.search_fields, "alternate_name", "organization_number"]
    autocomplete_fields = [
        "organization_type", "parent_organization", "municipality", "target_groups", "languages",
    ]  # fmt: skip
    readonly_fields = ["verification_now", "units_below", "services_offered", "places_used"]
    inlines = [ContactInline]
    fieldsets = [
        (
            _("The organisation"),
            {
                "fields": [
                    "organization_type", "parent_organization", "organization_number", "alternate_name", "scope",
                    "municipality", "website", "email",
                ]
            },
        ),
        (_("What it is about"), {"fields": ["topics", "target_groups", "languages"]}),
        EntryAdmin.confirmation,
        (_("Units, services and places"), {"fields": ["units_below", "services_offered", "places_used"]}),
        PublishableAdmin.publication,
    ]  # fmt: skip
    help_texts = EntryAdmin.help_texts | {
        "parent_organization": _("Only for a unit: the organisation that it belongs to."),
        "alternate_name": _("Short and former names, with commas between. Visitors find it by them."),
    }

    def get_search_results(self, request, queryset, search_term):
        """A number is found however it is written."""
        return super().get_search_results(request, queryset, normalized(search_term.strip()))

    def get_object(self, request, object_id, from_field=None):
        organization = super().get_object(request, object_id, from_field)
        if organization:
            organization.known_places = known_to(request.user, Location).filter(organization=organization)
        return organization

    @admin.display(description=_("units"))
    def units_below(self, organization):
        return links(organization.units.by_name()) if organization.pk else "–"

    @admin.display(description=_("services"))
    def services_offered(self, organization):
        """The organisation's services, each a link, and a link to add one."""
        if not organization.pk:
            return gettext("Save the organisation first; then add its services here.")
        services = links(organization.services.by_name(), note=lambda service: service.get_status_display())
        return services + add_link(Service, gettext("Add a service"), organization=organization.pk)

    @admin.display(description=Location._meta.verbose_name_plural)
    def places_used(self, organization):
        if not organization.pk:
            return "–"
        places = links(organization.known_places.order_by(sort_key("name"), "pk"), label_of_place)
        return places + add_link(Location, gettext("Add a place"), organization=organization.pk)
