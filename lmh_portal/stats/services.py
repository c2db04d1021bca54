"""The daily check of the links in published content."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urldefrag

from django.db import models, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from actors.models import Organization, Service
from knowledge.editions import all_html
from knowledge.models import Overview, OverviewVersion, Reference, Resource, ResourceFile
from lmh_portal.core.languages import SOURCE_LANGUAGE
from lmh_portal.stats import robot
from lmh_portal.stats.models import Link
from lmh_portal.vocabulary.models import Area

AT_MOST = 300  # links checked in one run
BROKEN_AFTER = 3  # failures in a row


@dataclass
class Report:
    found: int
    checked: int = 0
    working: int = 0
    broken: int = 0
    has_network: bool = True

    def __str__(self):
        if not self.has_network:
            return f"{self.found} links found. No network: no link was judged."
        failed = self.checked - self.working
        return (
            f"{self.found} links found, {self.checked} checked: {self.working} work, {failed} failed. "
            f"Broken, after {BROKEN_AFTER} failures in a row: {self.broken}."
        )


def check_links(limit: int = AT_MOST, ask: Callable[[list[str]], dict[str, robot.Verdict]] = robot.judge_all) -> Report:
    """Bring the list of links in step with the content, then ask those whose last check is oldest."""
    report = Report(found=sync_links())
    links = list(Link.objects.order_by(F("checked_at").asc(nulls_first=True), "pk")[:limit])
    verdicts = ask([link.url for link in links])
    if links and not verdicts:
        report.has_network = False
        return report
    for link in links:
        _judge(link, verdicts[link.url])
    Link.objects.bulk_update(links, ["state", "answer", "failures", "checked_at"])
    report.checked = len(links)
    report.working = sum(verdicts[link.url].works for link in links)
    report.broken = Link.objects.filter(state=Link.State.BROKEN).count()
    return report


def _judge(link: Link, verdict: robot.Verdict) -> None:
    """One failure may be a bad day: a link keeps its state until it has failed several times in a row."""
    link.answer, link.checked_at = verdict.answer, timezone.now()
    link.failures = 0 if verdict.works else link.failures + 1
    if verdict.works:
        link.state = Link.State.WORKS
    elif link.failures >= BROKEN_AFTER:
        link.state = Link.State.BROKEN


@transaction.atomic
def sync_links() -> int:
    """Make the rows those of the links in published content; how many."""
    used_on = links_in_content()
    Link.objects.exclude(url__in=used_on).delete()
    known = Link.objects.in_bulk(field_name="url")
    changed = [link for link in known.values() if link.used_on != used_on[link.url]]
    for link in changed:
        link.used_on = used_on[link.url]
    Link.objects.bulk_update(changed, ["used_on"])
    new = [Link(url=url, used_on=places) for url, places in used_on.items() if url not in known]
    Link.objects.bulk_create(new, ignore_conflicts=True)
    return len(used_on)


def links_in_content() -> dict[str, list[list[str]]]:
    """Each address that published content points to, with title and desk address of every row that does."""
    longest = Link._meta.get_field("url").max_length
    used_on: dict[str, list[list[str]]] = defaultdict(list)
    with override(SOURCE_LANGUAGE):
        for row, address in _addresses():
            url = urldefrag(address.strip()).url
            place = [str(row), _desk_address(row)]
            if url.lower().startswith(("http://", "https://")) and len(url) <= longest and place not in used_on[url]:
                used_on[url].append(place)
    return {url: places for url, places in used_on.items() if places}


def _addresses() -> Iterator[tuple[models.Model, str]]:
    for rows in [Organization.objects.published(), Service.objects.published(), Area.objects.all()]:
        yield from ((row, row.website) for row in rows.exclude(website="").order_by("pk"))
    resources = Resource.objects.published().order_by("pk")
    yield from ((resource, resource.url) for resource in resources.exclude(url=""))
    for file in ResourceFile.objects.filter(resource__in=resources).exclude(url="").select_related("resource"):
        yield file.resource, file.url
    overviews = Overview.objects.published()
    for reference in Reference.objects.filter(overviews__in=overviews).distinct().order_by("pk"):
        yield reference, reference.link
    for version in OverviewVersion.objects.newest().select_related("overview").order_by("overview"):
        for html in all_html(version.content):
            yield from ((version.overview, address) for address in _hrefs(html))


def _desk_address(row: models.Model) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def _hrefs(html: str) -> list[str]:
    parser = _HrefParser()
    parser.feed(html)
    return parser.hrefs


class _HrefParser(HTMLParser):
    def __init__(self):
        super().__init__()
        self.hrefs: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.hrefs += [value for name, value in attrs if tag == "a" and name == "href" and value]
