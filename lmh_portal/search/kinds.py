"""The kinds of page that search finds, in the order of the tabs, and where each lies."""

from dataclasses import dataclass
from functools import lru_cache

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

_SLUG = "a-slug-to-replace"


@dataclass(frozen=True)
class Kind:
    """`label` names many, `one` a single page."""

    label: str
    one: str
    view: str


KINDS = {
    "overview": Kind(_("Knowledge overviews"), pgettext_lazy("kind of page", "Overview"), "knowledge:overview_detail"),
    "resource": Kind(_("Resources"), pgettext_lazy("kind of page", "Resource"), "knowledge:resource_detail"),
    "service": Kind(_("Services"), pgettext_lazy("kind of page", "Service"), "actors:service_detail"),
    "organization": Kind(
        _("Organisations"), pgettext_lazy("kind of page", "Organisation"), "actors:organization_detail"
    ),
    "event": Kind(_("Events"), pgettext_lazy("kind of page", "Event"), "events:event_detail"),
    "term": Kind(_("Terms"), pgettext_lazy("kind of page", "Term"), "home:glossary"),
}


def address(kind: str, slug: str, language: str) -> str:
    return _pattern(kind, language).replace(_SLUG, slug)


@lru_cache
def _pattern(kind: str, language: str) -> str:
    view = KINDS[kind].view
    with override(language):
        return f"{reverse(view)}#{_SLUG}" if kind == "term" else reverse(view, args=[_SLUG])
