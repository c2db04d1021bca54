"""Terms by their ids, from memory."""

from operator import attrgetter

from django import template
from django.core.paginator import Page
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

from lmh_portal.core.translated import page_language
from lmh_portal.core.version import remembered
from lmh_portal.vocabulary.facets import Filters
from lmh_portal.vocabulary.glossary import Word
from lmh_portal.vocabulary.terms import TermInMemory, by_code
from lmh_portal.vocabulary.terms import terms as terms_of

register = template.Library()
BRIEF = 4  # names that a card has room for


@register.simple_tag
def facets(filters: Filters, label: str) -> SafeString:
    """The filters of a list as a form, drawn once for each language, address and content version."""
    return remembered(
        ("drawn", page_language(), *filters.drawn_as),
        lambda: render_to_string("components/facets.html", {"filters": filters, "label": label}),
    )


@register.simple_tag
def term_definitions(words: list[Word]) -> SafeString:
    """What the terms of a text mean, drawn once for each language, text's language and content version."""
    return remembered(
        ("term definitions", page_language(), *((word.code, word.name.language) for word in words)),
        lambda: render_to_string("components/term_definitions.html", {"words": words}),
    )


@register.simple_tag
def listing(template: str, filters: Filters, page: Page) -> SafeString:
    """The rows of a list's page, drawn once as its facets are: only then does the page read them."""
    return remembered(
        ("listing", template, page_language(), page.number, *filters.drawn_as),
        lambda: render_to_string(template, {"page": page, "filters": filters}),
    )


@register.filter
def terms(ids: list[int], kind: str) -> list[TermInMemory]:
    """The terms with these ids, in the vocabulary's order."""
    known = terms_of(kind)
    return sorted((known[pk] for pk in ids), key=attrgetter("place"))


@register.filter
def term_names(ids: list[int], kind: str) -> SafeString:
    """The names of the terms with these ids, in one line."""
    language = page_language()
    return SafeString(pgettext("list separator", ", ").join(one.html(language) for one in terms(ids, kind)))


@register.filter
def brief_names(ids: list[int], kind: str) -> SafeString:
    """The first of the names in one line, and how many more there are."""
    if len(ids) <= BRIEF:
        return term_names(ids, kind)
    first = [one.pk for one in terms(ids, kind)[:BRIEF]]
    return format_html("{} <bdi>+{}</bdi>", term_names(first, kind), len(ids) - BRIEF)


@register.filter
def terms_by_code(codes: list[str], kind: str) -> SafeString:
    """The names of the terms with these codes, in one line; codes that are gone are left out."""
    known = by_code(kind)
    return term_names([known[one].pk for one in codes if one in known], kind)


@register.filter
def term(pk: int | None, kind: str) -> SafeString | str:
    """A term's name, marked where it is not in the page's language."""
    found = terms_of(kind).get(pk)
    return found.html(page_language()) if found else ""


@register.filter
def code(pk: int | None, kind: str) -> str:
    """A term's code, for addresses."""
    found = terms_of(kind).get(pk)
    return found.code if found else ""
