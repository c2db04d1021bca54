from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from actors.county_map import county_map as read_county_map
from lmh_portal.core.translated import page_language
from lmh_portal.core.version import remembered

register = template.Library()


@register.simple_tag
def county_map() -> SafeString:
    """The map, drawn once for each language and content version."""
    return remembered(
        ("county map", page_language()),
        lambda: render_to_string("components/county_map.html", {"map": read_county_map()}),
    )
