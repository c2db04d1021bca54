"""What every page's frame needs: where we are and what the page is called in other languages."""

from dataclasses import dataclass
from functools import cache, lru_cache, partial

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
        "section": _section(request),
        "alternates": cache(partial(_alternates, request)),  # made when a template first asks
    }


def _section(request) -> str:
    """The URL name of the section that the page belongs to, if any."""
    match = request.resolver_match
    if match is None:
        return ""
    return next((view for view, spaces in SECTIONS if match.view_name == view or match.namespace in spaces), "")


def sections(current: str) -> list[Section]:
    """The portal's sections, of which `current` is the one that the page belongs to."""
    names = [
        pgettext("menu", "Knowledge"),
        pgettext("menu", "Actors"),
        _("Training and meetings"),
        _("About the centre"),
    ]
    return [
        Section(name, reverse(view), view == current) for name, (view, _spaces) in zip(names, SECTIONS, strict=True)
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
    if match is None:
        return _reversed("home:front_page", (), code)
    return _reversed(match.view_name, tuple(match.captured_kwargs.items()), code)


@lru_cache(maxsize=4096)
def _reversed(view: str, arguments: tuple, code: str) -> str:
    with override(code):
        try:
            return reverse(view, kwargs=dict(arguments))
        except NoReverseMatch:  # a page outside the languages
            return reverse("home:front_page")
