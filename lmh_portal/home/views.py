from django.db import connection
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language_from_request, override

from actors.models import Organization, Service
from events.models import Event
from knowledge.models import Overview
from lmh_portal.core.version import remembered
from lmh_portal.home import pages
from lmh_portal.home.gallery import samples
from lmh_portal.vocabulary.models import Area


def choose_language(request):
    """Send visitors of the bare address to the language that their browser asks for."""
    with override(get_language_from_request(request)):
        response = HttpResponseRedirect(reverse("home:front_page"))
    patch_vary_headers(response, ["Accept-Language"])
    return response


def front_page(request):
    context = {
        "counts": remembered("counts of the front page", _counts),
        "events": Event.objects.published().upcoming().for_cards()[:3],
        "overviews": Overview.objects.published().for_cards().order_by("-published_on", "-pk")[:3],
    }
    return render(request, "home/front_page.html", context)


def _counts() -> dict[str, int]:
    return {
        "overviews": Overview.objects.published().count(),
        "organizations": Organization.objects.published().count(),
        "services": Service.objects.published().count(),
        "municipalities": Area.objects.municipalities().count(),
    }


def page(request, name):
    return render(request, "home/page.html", {"page": pages.page(name)})


def gallery(request):
    """Every component, drawn from the real files."""
    return render(request, "home/gallery.html", samples())


def health(request):
    """200 where the portal and its database answer; for load balancers and containers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
