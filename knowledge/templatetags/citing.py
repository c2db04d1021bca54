from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from knowledge.citing import FORMATS, Cited, apa
from lmh_portal.core.translated import page_language
from lmh_portal.core.version import remembered

register = template.Library()


@register.simple_tag
def cite_this(cited: Cited) -> SafeString:
    """How to cite an overview: drawn once for each version of the text, language of the page and day."""

    def draw() -> SafeString:
        (text,) = apa([cited], cited.language)
        context = {"cited": cited, "text": text, "formats": FORMATS}
        return render_to_string("components/cite_this.html", context)

    return remembered(("cite_this", cited, page_language()), draw)


@register.inclusion_tag("components/citation_files.html")
def citation_files(query: str) -> dict:
    """Downloads of the citations of a filtered list."""
    return {"query": query, "formats": FORMATS}
