"""Template filters that every page uses; built in, so templates need not load them."""

import datetime as dt
from functools import cache, lru_cache
from textwrap import shorten

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import formats, timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from lmh_portal.core.context import sections
from lmh_portal.core.translated import Text, page_language, translated
from lmh_portal.core.version import remembered

register = template.Library()
EXCERPT_AT_MOST = 180  # characters


@register.simple_tag(takes_context=True)
def frame(context, part: str) -> SafeString:
    """A part of the page's frame, templates/frame/<part>.html: drawn once for each language and section."""
    return _drawn(part, page_language(), context["section"])


@cache
def _drawn(part: str, language: str, section: str) -> SafeString:
    return render_to_string(f"frame/{part}.html", {"sections": sections(section)})


@register.simple_tag
def item(template: str, row, **context) -> SafeString:
    """A component that shows one saved row: drawn once for each language, context, day and content version."""
    key = ("item", template, page_language(), row.pk, *context.items())
    return remembered(key, lambda: render_to_string(template, {row._meta.model_name: row, **context}))


@register.filter
def text(row, field: str) -> SafeString:
    """A translated field; a fallback carries its own language and direction."""
    return marked(translated(row, field))


@register.filter
def marked(value: Text) -> SafeString:
    """A text, with its language and direction where these are not the page's."""
    return _marked(value, page_language())


def _marked(value: Text, language: str) -> SafeString:
    if value.language == language:
        return escape(value.value)
    return format_html('<span lang="{}" dir="{}">{}</span>', value.language, value.direction, value.value)


@register.filter
def excerpt(row, field: str) -> SafeString:
    """The beginning of a translated field, as much as a list needs."""
    value, language = translated(row, field)
    return marked(Text(shorten(value, EXCERPT_AT_MOST, placeholder=" …"), language))


@register.filter
def label(row, field: str) -> str:
    """What a field's choice is called; Django's own get_…_display translates all choices to find one."""
    return str(_labels(type(row), field)[getattr(row, field)])


@cache
def _labels(model, field: str) -> dict:
    return dict(model._meta.get_field(field).flatchoices)


@register.filter
def translation(row, field: str) -> Text:
    """A translated field together with its language."""
    return translated(row, field)


@register.filter
def day(value: dt.date | dt.datetime | None, style: str = "DATE_FORMAT") -> str:
    """A date in the page's language; the style is one of Django's formats or format characters."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        value = timezone.localtime(value).date()
    return _formatted(value, style, page_language())


@register.filter
def clock(value: dt.datetime | dt.time) -> str:
    """A time of day in the page's language."""
    if isinstance(value, dt.datetime):
        value = timezone.localtime(value).time()
    return _formatted(value, "TIME_FORMAT", page_language())


@lru_cache(maxsize=4096)
def _formatted(value: dt.date | dt.time, style: str, language: str) -> str:
    if isinstance(value, dt.time):
        return formats.time_format(value, style)
    return formats.date_format(value, style)


@register.filter
def absolute(path: str) -> str:
    """An address of the portal as it is printed on paper."""
    return f"{settings.SITE_ADDRESS}{path}"


@register.filter
def iso(value: dt.date | dt.datetime) -> str:
    """For the datetime attribute."""
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).isoformat(timespec="minutes")
    return value.isoformat()
