from django.core.paginator import Page, Paginator
from django.http import JsonResponse
from django.shortcuts import render
from django.utils.translation import override
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from lmh_portal.core.languages import LANGUAGES, SOURCE_LANGUAGE
from lmh_portal.core.translated import page_language
from lmh_portal.index.finding import CHOSEN_AT_MOST, THRESHOLD
from lmh_portal.search import services
from lmh_portal.search.forms import Search
from lmh_portal.search.kinds import KINDS, address
from lmh_portal.search.results import Result, results
from lmh_portal.visitors.services import times_today, visitor
from lmh_portal.vocabulary.facets import PAGE_SIZE

ASKED_AT_MOST = 2000  # requests of one visitor a day to the interface for machines


def search(request):
    """One question to all subjects: the best answers of every kind, with tabs and filters."""
    asked = Search(request.GET)
    page, found = _page(request, asked)
    if asked.q and not request.user.is_staff:
        services.count(asked.q, page_language(), asked.total, visitor(request))
    near = services.nearest(asked.q) if asked.q and not asked.answer.hits else []
    context = {"search": asked, "page": page, "found": found, "near": near, "most": CHOSEN_AT_MOST}
    return render(request, "search/search.html", context)


def _page(request, asked: Search) -> tuple[Page, list[Result]]:
    """The part of the answer that the address asks for; what editors recommend stands first in an answer unfiltered."""
    first = services.recommended(asked.q) if asked.is_empty and not asked.kind else []
    page = Paginator(services.with_recommended(asked.shown, first), PAGE_SIZE).get_page(request.GET.get("page"))
    return page, results(page.object_list, asked.answer.question, first) if asked.answer else []


@require_safe
@cache_control(public=True, max_age=60)
def search_api(request):
    """The same answer for machines; see docs/search-api.md."""
    if times_today("search api", *visitor(request)) > ASKED_AT_MOST:
        return JsonResponse({"error": f"At most {ASKED_AT_MOST} requests a day."}, status=429)
    language = _language(request)
    with override(language):
        asked = Search(request.GET)
        page, found = _page(request, asked)
    return JsonResponse(
        {
            "query": asked.q,
            "language": language,
            "total": page.paginator.count,
            "is_capped": asked.is_capped,
            "page": page.number,
            "pages": page.paginator.num_pages,
            "threshold": THRESHOLD,
            "did_you_mean": asked.answer.question.suggestion if asked.answer else "",
            "results": [
                {
                    "kind": one.kind,
                    "title": one.title,
                    "url": request.build_absolute_uri(one.url),
                    "excerpt": one.excerpt,
                    "language": one.language,
                    "score": round(one.score, 4),
                }
                for one in found
            ],
        }
    )


@require_safe
@cache_control(public=True, max_age=60)
def suggest(request):
    """Titles for what is being typed, for static/js/suggest.js."""
    language = _language(request)
    with override(language):
        found = [
            {"title": title, "kind": str(KINDS[kind].one), "url": address(kind, slug, language)}
            for kind, slug, title in services.suggestions(request.GET.get("q", "")[:200], language)
        ]
    return JsonResponse({"suggestions": found})


def _language(request) -> str:
    asked = request.GET.get("lang", "")
    return asked if asked in LANGUAGES else SOURCE_LANGUAGE
