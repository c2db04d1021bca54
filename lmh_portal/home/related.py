"""Read, learn, get in touch: what else the portal has about the same topics."""

from dataclasses import dataclass

from django.db.models import CharField, DateTimeField, Value
from django.db.models.functions import Cast

from actors.models import Organization, Service
from events.models import Event
from knowledge.models import Overview
from lmh_portal.core.languages import LANGUAGES, text_order
from lmh_portal.core.translated import Text, columns, page_language

SHOWN = 4  # of each kind


@dataclass(slots=True)
class RelatedPage:
    """One link to another page of the portal."""

    kind: str
    view: str
    slug: str
    titles: dict[str, str]
    starts_at: object = None

    @property
    def text(self) -> Text:
        code = next((code for code in text_order(page_language()) if self.titles[code]), page_language())
        return Text(self.titles[code] or "", code)


@dataclass(slots=True)
class Related:
    overviews: list[RelatedPage]
    actors: list[RelatedPage]
    events: list[RelatedPage]


def related_to(row) -> Related:
    """Published pages that share topics with the row, the closest first; one query."""
    kinds = [
        ("overview", Overview.objects.published(), "title", Value(None)),
        ("service", Service.objects.published(), "name", Value(None)),
        ("organization", Organization.objects.published(), "name", Value(None)),
        ("event", Event.objects.published().upcoming(), "name", "starts_at"),
    ]
    first, *others = [_query(row, *kind) for kind in kinds]
    views = {
        "overview": "knowledge:overview_detail",
        "service": "actors:service_detail",
        "organization": "actors:organization_detail",
        "event": "events:event_detail",
    }
    rows = sorted(first.union(*others, all=True), key=lambda row: row[3], reverse=True)  # most shared topics first
    found = [
        RelatedPage(kind, views[kind], slug, dict(zip(LANGUAGES, titles, strict=True)), starts_at)
        for kind, slug, starts_at, _shared, *titles in rows
    ]
    return Related(
        overviews=[page for page in found if page.kind == "overview"],
        actors=[page for page in found if page.kind in {"service", "organization"}],
        events=sorted((page for page in found if page.kind == "event"), key=lambda page: page.starts_at),
    )


def _query(row, kind, rows, title, starts_at):
    if isinstance(row, rows.model):
        rows = rows.exclude(pk=row.pk)
    if isinstance(row, Organization) and rows.model is Event:
        rows = rows.filter(organizer=row).annotate(shared=Value(0))  # its own events are what a visitor looks for
    else:
        rows = rows.sharing_topics(row.topic_ids)
    return (
        rows.rewrite(False)  # columns are named here; modeltranslation would shuffle them
        .annotate(kind=Value(kind, CharField()), at=Cast(starts_at, DateTimeField()))
        .values_list("kind", "slug", "at", "shared", *columns(title))[:SHOWN]
    )
