"""Parts of the register's pages."""

import datetime as dt
import re
from typing import NamedTuple

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from actors.models import Service, ServiceLanguage
from actors.parts import parts_of_service
from actors.qr import qr_path
from actors.shortlist import Shortlist
from lmh_portal.core.languages import LANGUAGES
from lmh_portal.core.version import is_to_come, remembered

register = template.Library()


@register.filter
def tel(phone: str) -> str:
    """A number as its link dials it."""
    return "tel:" + re.sub(r"[^\d+]", "", phone)


@register.filter
def mode_names(modes: list[str]) -> str:
    return pgettext("list separator", ", ").join(str(ServiceLanguage.Mode(mode).label) for mode in modes)


@register.simple_tag
def add_to_handout(slug: str, shortlist: Shortlist | str) -> SafeString:
    """The link that adds a service to the handout; to the handout itself where that has it, or has no room."""
    shortlist = shortlist or Shortlist()
    if slug in shortlist:
        text = _("It is in your handout")
    elif shortlist.is_full:
        text = _("Your handout is full")
    else:
        shortlist, text = shortlist.with_service(slug), _("Add to handout")
    return format_html('<a class="add no-print" href="{}" rel="nofollow">{}</a>', shortlist.address, text)


@register.simple_tag
def in_language(code: str, template_name: str, **context) -> SafeString:
    """A template drawn in another language than the page's, in an element that says so."""
    with override(code):
        drawn = render_to_string(template_name, context)
    return format_html('<div lang="{}" dir="{}">{}</div>', code, LANGUAGES[code].direction, drawn)


class Drawn(NamedTuple):
    html: SafeString
    until: dt.datetime | None

    def is_current(self) -> bool:
        return is_to_come(self.until)


@register.simple_tag
def handout_column(service: Service, code: str) -> SafeString:
    """A service in one of the handout's languages, drawn anew when the content or what is open changes."""

    def draw() -> Drawn:
        with override(code):  # hours are put into words of the language
            parts = parts_of_service(service)
        return Drawn(in_language(code, "actors/_handout_service.html", service=service, **parts), parts["until"])

    return remembered(("handout column", code, service.pk), draw, Drawn.is_current).html


@register.inclusion_tag("components/qr_code.html")
def qr_code(text: str) -> dict:
    path, size = qr_path(text)
    return {"path": path, "size": size}
