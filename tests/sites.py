"""Every public address of the portal, from the URL configuration, for tests that visit them all."""

from django.urls import get_resolver, reverse
from django.urls.resolvers import LocalePrefixPattern, URLPattern
from django.utils.translation import override

from actors.models import Organization, Service
from events.models import Event
from knowledge.models import Overview, OverviewVersion, Resource
from lmh_portal.core.languages import LANGUAGES
from lmh_portal.feedback.pages import KINDS

STAFF_ONLY = {"knowledge:overview_draft"}
FEEDS = {  # Atom and iCalendar, no pages
    "knowledge:feed", "knowledge:overview_feed", "events:feed", "events:calendar", "events:event_file",
}  # fmt: skip
ROWS = {
    "knowledge:overview_detail": Overview,
    "knowledge:overview_changes": Overview,
    "knowledge:resource_detail": Resource,
    "actors:organization_detail": Organization,
    "actors:service_detail": Service,
    "events:event_detail": Event,
}
CARDS = {"actors:organization_card": Organization, "actors:service_card": Service}
AFTER_EVENTS = {"events:check_in_own", "events:certificate", "events:certificate_pdf", "events:evaluate", "events:note"}
FILES = {  # downloads, which tests of their own visit
    "knowledge:citations", "knowledge:overview_citation", "actors:organization_card", "actors:service_card",
}  # fmt: skip
IN_LETTERS = {  # behind links that tests of their own follow
    "actors:proposal", "actors:confirm", "events:confirm_registration", "events:my_registration",
    "events:change_registration", "events:hand_over", "events:invitation", "events:decline_invitation",
    *AFTER_EVENTS,
}  # fmt: skip
SIGN_UPS = {f"events:sign_up{what}": Event for what in ["", "_sent", "_handed_over", "_erased"]}  # of what is published
PROPOSALS = {"actors:propose_organization": Organization, "actors:propose_service": Service}  # of what is published


def public_views() -> list[str]:
    """The names of all pages that have an address in each language."""
    names = []
    for entry in get_resolver().url_patterns:
        if isinstance(entry.pattern, LocalePrefixPattern):
            names += _names(entry.url_patterns, "")
    return sorted(set(names) - STAFF_ONLY - FEEDS - FILES - IN_LETTERS)


def _names(patterns, namespace: str) -> list[str]:
    names = []
    for entry in patterns:
        if isinstance(entry, URLPattern):
            names.append(f"{namespace}:{entry.name}" if namespace else entry.name)
        else:
            names += _names(entry.url_patterns, entry.namespace or namespace)
    return names


def addresses(view: str, language: str) -> list[str]:
    """The addresses of a view's pages in a language: one, or one for each row in the database."""
    with override(language):
        return [reverse(view, args=arguments) for arguments in _arguments(view)]


def _arguments(view: str) -> list[tuple]:
    if view.startswith("feedback:helpful"):
        asking = {kind: model.objects.published().values_list("slug", flat=True) for kind, model in KINDS.items()}
        return [(kind, slug) for kind, slugs in asking.items() for slug in slugs]
    if view in PROPOSALS | SIGN_UPS:
        return list((PROPOSALS | SIGN_UPS)[view].objects.published().values_list("slug"))
    if view == "knowledge:overview_version":
        return list(OverviewVersion.objects.values_list("overview__slug", "number"))
    if view == "knowledge:overview_feed":
        return list(Overview.objects.values_list("slug"))
    if view == "events:event_file":
        return list(Event.objects.published().exclude(date_precision="year").values_list("slug"))
    rows = ROWS | CARDS
    return list(rows[view].objects.values_list("slug")) if view in rows else [()]


def all_addresses() -> list[str]:
    return [url for language in LANGUAGES for view in public_views() for url in addresses(view, language)]
