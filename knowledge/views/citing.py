"""Citations of overviews, for reference managers."""

import datetime as dt

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from knowledge.citing import FORMATS, Cited
from knowledge.forms import OverviewFilters
from knowledge.models import Overview, OverviewVersion
from lmh_portal.core.translated import Text, translated

CITED_AT_MOST = 1_000


def cited(title: Text, overview: Overview, issued: dt.date, version: OverviewVersion | None = None) -> Cited:
    """The overview as its page shows it today, in the page's language or the next best."""
    return Cited(
        key=overview.slug,
        title=title.value,
        language=title.language,
        issued=issued,
        url=settings.SITE_ADDRESS + overview.get_absolute_url(),
        accessed=timezone.localdate(),
        version=version.number if version else overview.version or None,
    )


def overview_citation(request, slug, format):
    overview = get_object_or_404(Overview.objects.visible_to(request.user).for_cards(), slug=slug)
    return _file(f"lmh-{slug}", format, [overview])


def citations(request, format):
    """All overviews of a filtered list, not only those of one of its pages."""
    filters = OverviewFilters(request.GET, Overview.objects.all(), request.user)
    return _file("lmh", format, filters.first(CITED_AT_MOST, "-published_on", "-pk"))


def _file(name: str, code: str, overviews) -> HttpResponse:
    if code not in FORMATS:
        raise Http404
    format = FORMATS[code]
    headers = {"Content-Disposition": f'attachment; filename="{name}.{code}"', "X-Robots-Tag": "noindex"}
    content = format.write([cited(translated(one, "title"), one, one.published_on) for one in overviews])
    return HttpResponse(content, content_type=f"{format.content_type}; charset=utf-8", headers=headers)
