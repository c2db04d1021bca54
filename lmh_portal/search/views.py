from urllib.parse import urlencode

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from actors.models import Organization, Service
from events.models import Event
from knowledge.models import Overview, Resource
from lmh_portal.vocabulary.facets import search_text

SHOWN = 5  # of each kind


def search(request):
    """One question to all subjects: the best of each, and the way to the rest."""
    q = search_text(request.GET)
    found = [section for section in _sections(q, request.user) if section["rows"]] if q else []
    return render(request, "search/search.html", {"q": q, "found": found})


def _sections(q, user):
    kinds = [
        ("overview", _("Knowledge overviews"), Overview.objects.all(), "knowledge:overview_list"),
        ("resource", _("Resources"), Resource.objects.all(), "knowledge:resource_list"),
        ("service", _("Services"), Service.objects.listed(), "actors:service_list"),
        ("organization", _("Organisations"), Organization.objects.listed(), "actors:organization_list"),
        ("event", _("Coming events"), Event.objects.upcoming(), "events:event_list"),
    ]
    for kind, title, rows, view in kinds:
        found = list(rows.visible_to(user).matching(q).for_cards()[: SHOWN + 1])
        more = f"{reverse(view)}?{urlencode({'q': q})}" if len(found) > SHOWN else ""
        yield {"kind": kind, "title": title, "rows": found[:SHOWN], "more": more}
