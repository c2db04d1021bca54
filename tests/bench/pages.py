"""The pages that are measured, each with many addresses: nothing is judged by one warm row."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import override

from actors.models import Organization, Service
from events.models import Event
from knowledge.models import Overview, Resource
from lmh_portal.vocabulary.facets import PAGE_SIZE

ROWS = 200  # visited of a detail page
CHOICES = 20  # of two facets, and of deep pages


@dataclass(frozen=True)
class Page:
    """A kind of page; `paths` reads addresses of it from the database in use."""

    name: str
    kind: str  # of goal: detail, long, list, deep or words
    paths: Callable[[], list[str]]


def detail(view: str, rows: QuerySet, language: str = "sv") -> Callable[[], list[str]]:
    def paths():
        slugs = _sample(rows.published().order_by("pk").values_list("slug", flat=True), ROWS)
        with override(language):
            return [reverse(view, args=[slug]) for slug in slugs]

    return paths


def first(view: str) -> Callable[[], list[str]]:
    def paths():
        with override("sv"):
            return [reverse(view)]

    return paths


def two_facets(view: str, rows: QuerySet, **facets: str) -> Callable[[], list[str]]:
    """The list with choices that some row has."""

    def paths():
        (address,) = first(view)()
        pairs = rows.published().order_by(*facets.values()).values_list(*facets.values()).distinct()
        return [f"{address}?{urlencode(dict(zip(facets, pair, strict=True)))}" for pair in _sample(pairs, CHOICES)]

    return paths


def three_facets_and_words() -> list[str]:
    """The directory with choices that some service has, and a word of its description."""
    (address,) = first(service_list)()
    facets = {
        "topic": TOPIC, "language": "service_languages__language__code", "how": "service_languages__mode",
        "facts": "access_facts__0", "q": "description_sv",
    }  # fmt: skip
    rows = services.published().listed().exclude(access_facts=[]).order_by("pk")
    found = rows.rewrite(False).values_list(*facets.values())[: CHOICES * 50]
    return [
        f"{address}?{urlencode(dict(zip(facets, (*chosen, _word(text)), strict=True)))}"
        for *chosen, text in _sample(found, CHOICES)
    ]


def _word(text: str) -> str:
    return max(text.split()[:8], key=len).rstrip(".")


def deep(view: str, rows: QuerySet) -> Callable[[], list[str]]:
    """The last tenth of the list's pages."""

    def paths():
        (address,) = first(view)()
        last = max(1, rows.published().count() // PAGE_SIZE)
        return [f"{address}?page={number}" for number in _sample(range(last * 9 // 10 + 1, last + 1), CHOICES)]

    return paths


def _sample(population, size: int) -> list:
    population = list(population)
    return random.Random(1).sample(population, min(size, len(population)))


TOPIC = "topic_items__tag__slug"
overviews, organizations, services = Overview.objects.all(), Organization.objects.all(), Service.objects.all()
resources, material = Resource.objects.all(), "knowledge:resource_list"
local_services = services.filter(areas__kind="municipality")
events, coming = Event.objects.all(), Event.objects.upcoming()
overview_list, directory, service_list, calendar = [
    "knowledge:overview_list", "actors:organization_list", "actors:service_list", "events:event_list",
]  # fmt: skip
PAGES = [
    Page("overview", "detail", detail("knowledge:overview_detail", overviews)),
    Page("overview-long", "long", detail("knowledge:overview_detail", overviews.filter(version__gt=100))),
    Page("overview-ar", "detail", detail("knowledge:overview_detail", overviews, "ar")),
    Page("resource", "detail", detail("knowledge:resource_detail", resources)),
    Page("organisation", "detail", detail("actors:organization_detail", organizations)),
    Page("service", "detail", detail("actors:service_detail", services)),
    Page("event", "detail", detail("events:event_detail", events)),
    Page("overviews", "list", first(overview_list)),
    Page("overviews-facets", "list", two_facets(overview_list, overviews, topic=TOPIC, group="target_groups__code")),
    Page("implications", "list", first("knowledge:implication_list")),
    Page("overviews-deep", "deep", deep(overview_list, overviews)),
    Page("resources", "list", first(material)),
    Page("resources-facets", "list", two_facets(material, resources, topic=TOPIC, language="files__language__code")),
    Page("resources-deep", "deep", deep(material, resources)),
    Page("directory", "list", first(directory)),
    Page("directory-facets", "list", two_facets(directory, organizations, type="organization_type__code", topic=TOPIC)),
    Page("directory-deep", "deep", deep(directory, organizations)),
    Page("services", "list", first(service_list)),
    Page("services-facets", "list", two_facets(service_list, local_services, municipality="areas__code", topic=TOPIC)),
    Page("services-words", "words", three_facets_and_words),
    Page("calendar", "list", first(calendar)),
    Page("calendar-facets", "list", two_facets(calendar, coming, type="event_type__code", topic=TOPIC)),
    Page("calendar-deep", "deep", deep(calendar, coming)),
    Page("calendar-past-deep", "deep", deep("events:event_archive", Event.objects.past())),
    Page("calendar-organiser", "list", two_facets(calendar, coming, organizer="organizer__slug", level="level")),
    Page("event-form", "detail", detail("events:event_detail", coming.exclude(registration_form=None))),
]  # fmt: skip
