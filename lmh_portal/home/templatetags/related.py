from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from lmh_portal.core.translated import page_language
from lmh_portal.core.version import remembered
from lmh_portal.home.related import related_to

register = template.Library()


@register.simple_tag
def related(row) -> SafeString:
    """What else there is on the row's topics, drawn once for each language and content version."""
    return remembered(
        ("related", page_language(), row._meta.label, row.pk),
        lambda: render_to_string("components/related.html", {"related": related_to(row)}),
    )
