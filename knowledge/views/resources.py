from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from knowledge.forms import ResourceFilters
from knowledge.models import Resource, ResourceFile
from knowledge.uploads import CONTENT_TYPES
from lmh_portal.core.translated import sort_column


def resource_list(request):
    filters = ResourceFilters(request.GET, Resource.objects.all(), request.user)
    page = filters.page(sort_column("title"), "pk")
    return render(request, "knowledge/resource_list.html", {"filters": filters, "page": page})


def resource_detail(request, slug):
    resource = get_object_or_404(Resource.objects.visible_to(request.user).for_detail(), slug=slug)
    context = {"resource": resource, "files": resource.files.by_language()}
    return render(request, "knowledge/resource_detail.html", context)


@require_safe
def download(request, public_id, filename):
    """Send an upload to be saved, never to be opened within the portal; the name in the address is for people."""
    uploads = ResourceFile.objects.exclude(file="").select_related("resource")
    file = get_object_or_404(uploads, resource__in=Resource.objects.visible_to(request.user), public_id=public_id)
    try:
        content = file.file.open()
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        content, as_attachment=True, filename=file.name, content_type=CONTENT_TYPES[file.format]
    )  # fmt: skip
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store" if file.resource.is_draft else "public, max-age=3600"
    return response
