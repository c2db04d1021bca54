"""Overviews for readers: the list, the page, each version for ever, and what changed between two."""

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import OuterRef
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import override

from knowledge.editions import Edition, content_of, differing_parts, named_facts, named_texts
from knowledge.forms import CompareForm, ImplicationFilters, OverviewFilters
from knowledge.models import Implication, Overview, OverviewTranslation
from knowledge.views.citing import cited
from lmh_portal.core.context import Alternate
from lmh_portal.core.detail import DrawnRow
from lmh_portal.core.languages import LANGUAGES, SOURCE_LANGUAGE
from lmh_portal.core.translated import page_language
from lmh_portal.core.version import remembered
from lmh_portal.vocabulary.terms import by_code

VERSIONS_ON_A_PAGE = 50


def overview_list(request):
    filters = OverviewFilters(request.GET, Overview.objects.all(), request.user)
    page = filters.page("-published_on", "-pk")
    return render(request, "knowledge/overview_list.html", {"filters": filters, "page": page})


def implication_list(request):
    filters = ImplicationFilters(request.GET, Implication.objects.all(), request.user)
    return render(request, "knowledge/implication_list.html", {"filters": filters, "page": filters.page("-pk")})


def overview_detail(request, slug):
    def draw():
        overview = get_object_or_404(Overview.objects.readable_by(request.user).for_page(), slug=slug)
        if overview.is_draft:
            return _draft(overview, request.path)
        drawn = _drawn(overview, overview.version, request.path)
        if overview.status == Overview.Status.ARCHIVED:
            return drawn
        feed = reverse("knowledge:overview_feed", args=[slug])
        return drawn._replace(feed=feed, asks=("overview", slug, overview.version))

    key = ("overview", page_language(), slug)
    drawn = draw() if request.user.is_staff else remembered(key, draw)
    return render(request, "detail.html", {"drawn": drawn})


def overview_version(request, slug, number):
    """A version as it was published, for those who were given its address."""
    overview = get_object_or_404(Overview.objects.readable_by(request.user).for_page(), slug=slug)
    drawn = _drawn(overview, number, overview.get_absolute_url())._replace(robots="noindex")
    return render(request, "detail.html", {"drawn": drawn})


def overview_draft(request, slug):
    """The next version as readers would see it, for those who work on it."""
    if not Overview.objects.shows_drafts_to(request.user):
        raise PermissionDenied
    overview = get_object_or_404(Overview, slug=slug, revises__isnull=False)
    return render(request, "detail.html", {"drawn": _draft(overview, request.path)})


def overview_changes(request, slug):
    """The list of versions, and the differences between two of them if the address names two."""
    overview = get_object_or_404(Overview.objects.readable_by(request.user).for_page(), slug=slug)
    versions = overview.versions.with_confirmations().defer("content")
    form = CompareForm(request.GET or None, newest=overview.version)
    context = {
        "overview": overview,
        "form": form,
        "page": Paginator(versions, VERSIONS_ON_A_PAGE).get_page(request.GET.get("page")),
        "changes": _changes(overview, form) if form.is_valid() else None,
    }
    return render(request, "knowledge/overview_changes.html", context)


def _changes(overview, form):
    """What differs, part by part, in the page's language or else in the source language."""
    numbers = form.cleaned_data["older"], form.cleaned_data["newer"]
    contents = dict(overview.versions.filter(number__in=numbers).values_list("number", "content"))
    if len(contents) < len(set(numbers)):
        raise Http404
    old, new = (contents[number] for number in numbers)
    code = page_language() if new["texts"]["title"].get(page_language()) else SOURCE_LANGUAGE
    before, after = (named_texts(one, code) | named_facts(one) for one in (old, new))
    return {"language": code, "parts": differing_parts(before, after)}


def _drawn(overview, number, path):
    """The main part of a page, from the version with the number."""
    behind = OverviewTranslation.objects.filter(
        overview=OuterRef("overview"), based_on__gt=0, based_on__lt=overview.major_version
    )
    version = get_object_or_404(
        overview.versions.annotate(outdated_in=ArraySubquery(behind.values("language"))), number=number
    )
    newest = overview.get_absolute_url()
    with override(SOURCE_LANGUAGE):
        original = Alternate(LANGUAGES[SOURCE_LANGUAGE], overview.get_absolute_url(), False)
    context = {"version": version, "is_newest": number == overview.version, "newest": newest, "original": original}
    if context["is_newest"]:  # a review that changed nothing made no version
        context["reviewed_on"] = overview.reviewed_on
    return _edition(overview, version.content, path, **context)


def _draft(overview, path):
    return _edition(overview, content_of(overview), path)._replace(robots="noindex")


def _edition(overview, content, path, **context):
    edition = Edition(content)
    overview.topic_ids = [term.pk for slug, term in by_code("topic").items() if slug in content["topics"]]
    own = {"overview": overview, "edition": edition, "reviewed_on": edition.reviewed_on, "path": path}
    own["cited"] = cited(edition.title, overview, edition.published_on, context.get("version"))
    main = render_to_string("knowledge/_edition.html", own | context)
    return DrawnRow(edition.title.value, edition.summary.value, "", main)
