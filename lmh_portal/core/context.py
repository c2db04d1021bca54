"""What every page's frame needs: where we are and what the page is called in other languages."""

from dataclasses import dataclass
from functools import cache, partial

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from lmh_portal.core.languages import LANGUAGES, Language
from lmh_portal.core.translated import page_language

SECTIONS = [  # URL name, the namespaces that belong to it
    ("knowledge:overview_list", {"knowledge"}),
    ("actors:organization_list", {"actors"}),
    ("events:event_list", {"events"}),
    ("home:about", set()),
]


@dataclass(frozen=True)
class Section:
    name: str
    url: str
    is_current: bool


@dataclass(frozen=True)
class Alternate:
    """The same page in another language."""

    language: Language
    url: str
    is_current: bool


def page(request) -> dict:
    return {
        "page_language": LANGUAGES[page_language()],
        "sections": cache(partial(_sections, request)),  # made when a template first asks
        "alternates": cache(partial(_alternates, request)),
    }


def _sections(request) -> list[Section]:
    match = request.resolver_match
    names = [
        pgettext("menu", "Knowledge"),
        pgettext("menu", "Actors"),
        _("Training and meetings"),
        _("About the centre"),
    ]
    return [
        Section(
            name,
            reverse(view),
            match is not None and (match.namespace in namespaces or match.view_name == view),
        )
        for name, (view, namespaces) in zip(names, SECTIONS, strict=True)
    ]


def _alternates(request) -> list[Alternate]:
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return [
        Alternate(language, _address(request, language.code) + query, language.code == page_language())
        for language in LANGUAGES.values()
    ]


def _address(request, code: str) -> str:
    """This page's address in a language; the front page's where it has none."""
    match = request.resolver_match
    with override(code):
        try:
            return reverse(match.view_name, args=match.args, kwargs=match.captured_kwargs)
        except (NoReverseMatch, AttributeError):  # no page at all was found, or one outside the languages
            return reverse("home:front_page")
