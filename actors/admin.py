"""The register of actors on the editors' desk."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from actors.models import Organization, Service, ServiceLanguage
from lmh_portal.core.admin import PartOfPage, PublishableAdmin, TranslationFilter
from lmh_portal.core.translated import columns, sort_column


class ActorAdmin(PublishableAdmin):
    """What organisations and services have in common."""

    search_fields = ["slug", *columns("name", "description")]
    help_texts = {
        "name": _("As the organisation writes it itself. Leave a language empty if there is no name in it."),
        "description": _("Two to five plain sentences: what it does, for whom, and what it costs."),
        "website": _("The page that visitors should land on, with https://."),
        "certainty": _("Shown on the page. Choose the first only if you have looked it up yourself."),
    }

    def get_ordering(self, request):
        return [sort_column("name"), "pk"]


@admin.register(Organization)
class OrganizationAdmin(ActorAdmin):
    list_display = [
        "heading", "organization_type", "municipality", "certainty", "status_badge", "translations",
        "updated", "page_link",
    ]  # fmt: skip
    list_filter = [
        "status", ("organization_type", admin.RelatedOnlyFieldListFilter), "certainty", "scope",
        TranslationFilter, "is_demo", ("municipality", admin.RelatedOnlyFieldListFilter),
    ]  # fmt: skip
    list_select_related = ["organization_type", "municipality"]
    autocomplete_fields = [
        "organization_type", "parent_organization", "municipality", "target_groups", "languages",
    ]  # fmt: skip
    readonly_fields = ["services_offered"]
    fieldsets = [
        (
            _("The organisation"),
            {
                "fields": [
                    "organization_type",
                    "parent_organization",
                    "scope",
                    "municipality",
                    "website",
                    "certainty",
                ]
            },
        ),
        (_("What it is about"), {"fields": ["topics", "target_groups", "languages"]}),
        (_("Services"), {"fields": ["services_offered"]}),
        PublishableAdmin.publication,
    ]

    @admin.display(description=_("services"))
    def services_offered(self, organization):
        """The organisation's services, each a link, and a link to add one."""
        if not organization.pk:
            return gettext("Save the organisation first; then add its services here.")
        links = (
            (reverse("admin:actors_service_change", args=[service.pk]), service, service.get_status_display())
            for service in organization.services.by_name()
        )
        return format_html(
            '<ul class="row-links">{}</ul><a href="{}?organization={}" class="addlink">{}</a>',
            format_html_join("", '<li><a href="{}">{}</a> ({})</li>', links),
            reverse("admin:actors_service_add"), organization.pk, gettext("Add a service"),
        )  # fmt: skip


class ServiceLanguageInline(PartOfPage, admin.TabularInline):
    model = ServiceLanguage
    autocomplete_fields = ["language"]


@admin.register(Service)
class ServiceAdmin(ActorAdmin):
    list_display = [
        "heading", "organization", "audience", "access", "certainty", "status_badge", "translations",
        "updated", "page_link",
    ]  # fmt: skip
    list_filter = [
        "status", "certainty", "audience", "access",
        ("organization__organization_type", admin.RelatedOnlyFieldListFilter), TranslationFilter, "is_demo",
        ("areas", admin.RelatedOnlyFieldListFilter),
    ]  # fmt: skip
    list_select_related = ["organization"]
    search_fields = [*ActorAdmin.search_fields, *columns("organization__name")]
    autocomplete_fields = ["organization", "target_groups", "areas", "level"]
    fieldsets = [
        (_("The service"), {"fields": ["organization", "audience", "access", "website", "certainty"]}),
        (_("What it is about"), {"fields": ["topics", "target_groups", "areas", "level"]}),
        PublishableAdmin.publication,
    ]
    inlines = [ServiceLanguageInline]
    help_texts = ActorAdmin.help_texts | {
        "name": _("What people call it; not the name of the organisation again."),
    }


import actors.proposals_admin  # noqa: E402  what partners do, in modules of their own
import actors.rounds_admin  # noqa: E402, F401
