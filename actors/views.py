from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import patch_cache_control

from actors.forms import OrganizationFilters, ServiceFilters
from actors.leading_on import leads_on
from actors.models import Organization, Service, Verification
from actors.parts import (
    organizations_with_parts,
    parts_of_organization,
    parts_of_service,
    services_with_parts,
)
from actors.shortlist import Shortlist
from actors.vcards import vcards
from lmh_portal.core.detail import row_page
from lmh_portal.core.version import remembered


def organization_list(request):
    filters = OrganizationFilters(request.GET, Organization.objects.listed(), request.user)
    return render(request, "actors/organization_list.html", {"filters": filters, "page": filters.page()})


@leads_on(Organization)
def organization_detail(request, slug):
    shortlist = Shortlist.of(request.GET)

    def around(organization):
        services = organization.services.visible_to(request.user).exclude(verification=Verification.UNLISTED)
        services = list(services.for_cards().by_name())
        return parts_of_organization(organization) | {
            "units": organization.units.visible_to(request.user).listed().for_cards().by_name(),
            "services": [service for service in services if not service.has_ended],
            "ended": [service for service in services if service.has_ended],
            "shortlist": shortlist,
        }

    template = "actors/organization_detail.html"
    return row_page(request, organizations_with_parts(), slug, template, around, beside=shortlist)


def organization_card(request, slug):
    rows = organizations_with_parts().visible_to(request.user).for_detail()
    organization = get_object_or_404(rows, slug=slug)
    return _card(organization, organization, parts_of_organization(organization))


def service_list(request):
    filters = ServiceFilters(request.GET, Service.objects.listed(), request.user)
    return render(request, "actors/service_list.html", {"filters": filters, "page": filters.page()})


@leads_on(Service)
def service_detail(request, slug):
    shortlist = Shortlist.of(request.GET)

    def around(service):
        return parts_of_service(service) | {"shortlist": shortlist}

    return row_page(request, services_with_parts(), slug, "actors/service_detail.html", around, beside=shortlist)


def service_card(request, slug):
    service = get_object_or_404(services_with_parts().visible_to(request.user).for_detail(), slug=slug)
    return _card(service, service.organization, parts_of_service(service))


def _card(entry, organization, parts) -> HttpResponse:
    address = f"{settings.SITE_ADDRESS}{entry.get_absolute_url()}"
    response = HttpResponse(
        vcards(entry, organization, address, parts),
        content_type="text/vcard; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{entry.slug}.vcf"'},
    )
    if entry.is_draft:
        patch_cache_control(response, private=True, no_store=True)
    return response


def handout(request):
    """The services that the address names, in two languages, to print."""
    shortlist = Shortlist.of(request.GET)
    found = remembered(("handout", shortlist.slugs), lambda: _on_handout(shortlist.slugs)) if shortlist.slugs else {}
    kept = shortlist.without(set(shortlist.slugs) - set(found))
    context = {
        "shortlist": kept,
        "services": [(found[slug], kept.without({slug})) for slug in kept.slugs],
        "is_short": len(kept.slugs) < len(set(request.GET.getlist("s")) - {""}),
        "here": f"{request.path}{kept.query}",
        "more": kept.query,
        "today": timezone.localdate(),
    }
    return render(request, "actors/handout.html", context)


def _on_handout(slugs: tuple[str, ...]) -> dict[str, Service]:
    rows = services_with_parts().published().listed().for_detail().filter(slug__in=slugs)
    return {service.slug: service for service in rows}
