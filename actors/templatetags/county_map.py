from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from actors import county_map as maps
from lmh_portal.core.translated import page_language
from lmh_portal.core.version import remembered
from lmh_portal.vocabulary.facets import Filters

register = template.Library()


@register.simple_tag
def county_map() -> SafeString:
    """The map, drawn once for each language and content version."""
    return remembered(
        ("county map", page_language()),
        lambda: render_to_string("components/county_map.html", {"map": maps.county_map()}),
    )


@register.simple_tag
def result_map(filters: Filters) -> SafeString:
    """The map of a list's results, drawn once as the list's filters are."""
    return remembered(
        ("result map", page_language(), *filters.drawn_as),
        lambda: render_to_string("components/county_map.html", {"map": maps.result_map(filters)}),
    )
