"""Terms by their ids, from memory."""

from django import template
from django.utils.safestring import SafeString

from lmh_portal.core.templatetags.portal import marked
from lmh_portal.vocabulary.terms import TermInMemory
from lmh_portal.vocabulary.terms import terms as terms_of

register = template.Library()


@register.filter
def terms(ids: list[int], kind: str) -> list[TermInMemory]:
    """The terms with these ids, in the vocabulary's order."""
    wanted = set(ids)
    return [term for pk, term in terms_of(kind).items() if pk in wanted] if wanted else []


@register.filter
def term(pk: int | None, kind: str) -> SafeString | str:
    """A term's name, marked where it is not in the page's language."""
    found = terms_of(kind).get(pk)
    return marked(found.text) if found else ""


@register.filter
def code(pk: int | None, kind: str) -> str:
    """A term's code, for addresses."""
    found = terms_of(kind).get(pk)
    return found.code if found else ""
