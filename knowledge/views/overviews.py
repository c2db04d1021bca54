from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, render

from knowledge import text
from knowledge.forms import OverviewFilters
from knowledge.models import Citation, Overview
from knowledge.views.citing import cited
from lmh_portal.core.translated import translated


def overview_list(request):
    filters = OverviewFilters(request.GET, Overview.objects.all(), request.user)
    page = filters.page("-published_on", "-pk")
    return render(request, "knowledge/overview_list.html", {"filters": filters, "page": page})


def overview_detail(request, slug):
    overviews = Overview.objects.visible_to(request.user).for_detail()
    overview = get_object_or_404(
        overviews.prefetch_related(Prefetch("citations", Citation.objects.with_references())), slug=slug
    )
    citations = list(overview.citations.all())
    body = translated(overview, "body_html")
    context = {
        "overview": overview,
        "citations": citations,
        "body": body,
        "body_html": text.with_citations(body.value, {one.reference.key: one.position for one in citations}),
        "cited": cited(overview),
        "headings": text.headings(body.value),
    }
    return render(request, "knowledge/overview_detail.html", context)
