"""The glossary as a list from A to Ö, or from alif to ya."""

from unicodedata import normalize

from lmh_portal.core.translated import sort_key, translated
from lmh_portal.vocabulary.models import GlossaryTerm

OWN_LETTERS = "ÅÄÖ"  # of the Swedish alphabet; every other letter with a mark counts as the letter without


def by_letter() -> dict[str, list[GlossaryTerm]]:
    """All terms in the order of the page's language, by first letter."""
    letters: dict[str, list[GlossaryTerm]] = {}
    for term in GlossaryTerm.objects.select_related("use_instead").order_by(sort_key("name"), "pk"):
        letters.setdefault(_letter(translated(term, "name").value), []).append(term)
    return letters


def _letter(name: str) -> str:
    first = name[:1].upper()
    if first not in OWN_LETTERS:
        first = normalize("NFD", first)[:1]
    return first if first.isalpha() else "#"
