from django.db import connection
from django.db.models import CharField, Count, Value
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language_from_request, override

from actors.models import Organization, Service
from events.models import Event
from knowledge.models import Overview
from lmh_portal.core.translated import page_language
from lmh_portal.core.version import remembered
from lmh_portal.home import pages
from lmh_portal.home.gallery import samples
from lmh_portal.home.glossary import by_letter


def choose_language(request):
    """Send visitors of the bare address to the language that their browser asks for."""
    with override(get_language_from_request(request)):
        response = HttpResponseRedirect(reverse("home:front_page"))
    patch_vary_headers(response, ["Accept-Language"])
    return response


def front_page(request):
    context = {
        "counts": remembered("counts of the front page", _counts),
        "events": remembered("events of the front page", _events),
        "overviews": remembered("overviews of the front page", _overviews),
    }
    return render(request, "home/front_page.html", context)


def _events() -> list[Event]:
    return list(Event.objects.published().upcoming().for_cards()[:3])


def _overviews() -> list[Overview]:
    return list(Overview.objects.published().for_cards().order_by("-published_on", "-pk")[:4])


def _counts() -> dict[str, int]:
    """How much there is of each kind, in one query."""
    first, *others = [
        rows.rewrite(False).order_by().values(what=Value(kind, CharField())).annotate(rows=Count("pk"))
        for kind, rows in [
            ("overviews", Overview.objects.published()),
            ("organizations", Organization.objects.published().listed()),
            ("services", Service.objects.published().listed()),
        ]
    ]
    counts = dict.fromkeys(["overviews", "organizations", "services"], 0)
    return counts | {row["what"]: row["rows"] for row in first.union(*others, all=True)}


def page(request, name):
    return render(request, "home/page.html", {"page": pages.page(name)})


def glossary(request):
    """Every term, drawn once for each language and content version."""
    terms = remembered(
        ("glossary", page_language()),
        lambda: render_to_string("home/_glossary_terms.html", {"letters": by_letter()}),
    )
    return render(request, "home/glossary.html", {"terms": terms})


def gallery(request):
    """Every component, drawn from the real files."""
    return render(request, "home/gallery.html", samples())


def health(request):
    """200 where the portal and its database answer; for load balancers and containers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
