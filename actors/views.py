from django.shortcuts import get_object_or_404, render

from actors.forms import OrganizationFilters, ServiceFilters
from actors.models import Organization, Service
from lmh_portal.core.translated import sort_column


def organization_list(request):
    filters = OrganizationFilters(request.GET, Organization.objects.all(), request.user)
    page = filters.page(sort_column("name"), "pk")
    return render(request, "actors/organization_list.html", {"filters": filters, "page": page})


def organization_detail(request, slug):
    visible = Organization.objects.visible_to(request.user)
    organization = get_object_or_404(visible.for_detail(), slug=slug)
    context = {
        "organization": organization,
        "units": organization.units.visible_to(request.user).for_cards().by_name(),
        "services": organization.services.visible_to(request.user).for_cards().by_name(),
    }
    return render(request, "actors/organization_detail.html", context)


def service_list(request):
    filters = ServiceFilters(request.GET, Service.objects.all(), request.user)
    page = filters.page(sort_column("name"), "pk")
    return render(request, "actors/service_list.html", {"filters": filters, "page": page})


def service_detail(request, slug):
    service = get_object_or_404(Service.objects.visible_to(request.user).for_detail(), slug=slug)
    return render(request, "actors/service_detail.html", {"service": service})
