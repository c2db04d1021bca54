"""Files of resources, in words."""

from urllib.parse import urlsplit

from django import template
from django.utils.translation import pgettext

from knowledge.uploads import Format

register = template.Library()


@register.filter
def format_names(formats: list[str]) -> str:
    """What files are, in one line and in the order of the formats' table."""
    return pgettext("list separator", ", ").join(str(one.label) for one in Format if one in formats)


@register.filter
def host(url: str) -> str:
    """Where an address leads, as people say it."""
    return urlsplit(url).netloc.removeprefix("www.")
