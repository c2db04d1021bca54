from django.shortcuts import render

from actors.forms import OrganizationFilters, ServiceFilters
from actors.leading_on import leads_on
from actors.models import Organization, Service
from lmh_portal.core.detail import row_page
from lmh_portal.core.translated import sort_column


def organization_list(request):
    filters = OrganizationFilters(request.GET, Organization.objects.all(), request.user)
    page = filters.page(sort_column("name"), "pk")
    return render(request, "actors/organization_list.html", {"filters": filters, "page": page})


@leads_on(Organization)
def organization_detail(request, slug):
    def around(organization):
        return {
            "units": organization.units.visible_to(request.user).for_cards().by_name(),
            "services": organization.services.visible_to(request.user).for_cards().by_name(),
        }

    return row_page(request, Organization.objects, slug, "actors/organization_detail.html", around)


def service_list(request):
    filters = ServiceFilters(request.GET, Service.objects.all(), request.user)
    page = filters.page(sort_column("name"), "pk")
    return render(request, "actors/service_list.html", {"filters": filters, "page": page})


@leads_on(Service)
def service_detail(request, slug):
    return row_page(request, Service.objects, slug, "actors/service_detail.html")
