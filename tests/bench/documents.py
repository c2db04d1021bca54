"""Made-up pages for search: as many documents as asked for, in three languages, the same at every run.

Words are drawn as they are in language (Zipf: the n-th word 1/n times as often as the first) from 45,000 forms. The
commonest are the starter overviews' own words by how often they stand there; the rest are put together of their
beginnings and ends, so that they resemble each other as words do. A page has some 400 words: titles and summaries in
each of its languages, a long text in one.
"""

import random
import re
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate, islice

from django.db import connection, transaction
from django.utils import timezone

from actors.models import Organization, Service, TopicOfOrganization, TopicOfService
from knowledge.models import Overview, OverviewVersion, TopicOfOverview
from lmh_portal.core.languages import LANGUAGES
from lmh_portal.starter.services import DATA
from lmh_portal.vocabulary import models as vocabulary

FORMS = 15_000  # in each language
SHARE_WITH_HEAD = {"sv": 1.0, "en": 0.7, "ar": 0.4}
SHARE_OF_BODIES = {"sv": 0.6, "en": 0.25, "ar": 0.15}
TITLE, SUMMARY, BODY = 5, 40, 300  # words
SHARE_OF_KIND = {"organization": 0.05, "overview": 0.4}  # the rest are services
BATCH = 2_000
TABLES = [
    "actors_organization", "actors_service", "actors_service_areas", "actors_service_target_groups",
    "actors_topicoforganization", "actors_topicofservice", "knowledge_overview", "knowledge_overviewversion",
    "knowledge_topicofoverview",
]  # fmt: skip


class Words:
    """The forms of a language, the commonest first."""

    def __init__(self, language: str):
        files = sorted((DATA / "overviews").glob(f"*.{language}.md"))
        found = re.findall(r"[^\W\d_]{2,}", " ".join(file.read_text("utf-8") for file in files).lower())
        self.forms = [word for word, _ in Counter(found).most_common(FORMS)]
        chance, known, parts = random.Random(language), set(self.forms), [one for one in self.forms if len(one) > 4]
        while len(self.forms) < FORMS:
            first, last = chance.choices(parts, k=2)
            word = first[: chance.randint(3, len(first) - 1)] + last[chance.randint(1, len(last) - 3) :]
            if word not in known:
                known.add(word)
                self.forms.append(word)
        self.chances = list(accumulate(1 / place for place in range(1, FORMS + 1)))

    def some(self, number: int, chance: random.Random) -> str:
        return " ".join(chance.choices(self.forms, cum_weights=self.chances, k=number)).capitalize()


class Pages:
    def __init__(self, number: int):
        self.number, self.chance = number, random.Random(number)
        self.words = {code: Words(code) for code in LANGUAGES if code in SHARE_WITH_HEAD}
        self.topics, self.groups = self._ids(vocabulary.Topic), self._ids(vocabulary.TargetGroup)
        self.areas = self._ids(vocabulary.Area, kind="municipality")
        self.type = vocabulary.OrganizationType.objects.order_by("pk").first()

    @staticmethod
    def _ids(model, **conditions) -> list[int]:
        return list(model.objects.filter(**conditions).order_by("pk").values_list("pk", flat=True))

    def some(self, ids: list[int]) -> set[int]:
        """One to three of them, the first oftener than the last."""
        return {ids[int(len(ids) * self.chance.random() ** 2)] for _ in range(self.chance.randint(1, 3))}

    def texts(self) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
        """Title, summary and long text, each by language."""
        main = self.chance.choices(list(SHARE_OF_BODIES), weights=SHARE_OF_BODIES.values())[0]
        codes = [code for code, share in SHARE_WITH_HEAD.items() if code == main or self.chance.random() < share]
        titles = {code: self.words[code].some(TITLE, self.chance)[:150] for code in codes}
        summaries = {code: self.words[code].some(SUMMARY, self.chance) for code in codes}
        return titles, summaries, {main: self.words[main].some(BODY, self.chance)}

    def organizations(self) -> Iterator[Organization]:
        for number in range(int(self.number * SHARE_OF_KIND["organization"])):
            titles, summaries, _ = self.texts()
            yield Organization(
                slug=f"organization-{number}", status="published", organization_type=self.type,
                **_columns(name=titles, description=summaries),
            )  # fmt: skip

    def overviews(self) -> Iterator[tuple[Overview, dict]]:
        """Each with the content of its public version."""
        today = timezone.localdate()
        for number in range(int(self.number * SHARE_OF_KIND["overview"])):
            titles, summaries, bodies = self.texts()
            content = {"texts": {"title": titles, "summary": summaries}, "html": {"body": bodies}}
            content |= {"findings": [], "implications": []}
            yield Overview(slug=f"overview-{number}", status="published", version=1, published_on=today), content

    def services(self, organizations: list[int]) -> Iterator[Service]:
        shares = sum(SHARE_OF_KIND.values())
        for number in range(self.number - int(self.number * shares)):
            titles, summaries, bodies = self.texts()
            yield Service(
                slug=f"service-{number}", status="published", organization_id=self.chance.choice(organizations),
                **_columns(name=titles, description=summaries, application_process=bodies),
            )  # fmt: skip

    def topics_of(self, model, rows: list) -> None:
        model.objects.bulk_create(model(content_object=row, tag_id=pk) for row in rows for pk in self.some(self.topics))


def _columns(**texts: dict[str, str]) -> dict[str, str]:
    return {f"{name}_{code}": text for name, by_language in texts.items() for code, text in by_language.items()}


def _batches(rows: Iterator) -> Iterator[list]:
    while batch := list(islice(rows, BATCH)):
        yield batch


@transaction.atomic
def fill(number: int) -> None:
    """Write the rows without their triggers; the index is made afterwards, of all of them at once."""
    _switch("DISABLE")
    pages = Pages(number)
    organizations = []
    for batch in _batches(pages.organizations()):
        organizations += [row.pk for row in Organization.objects.bulk_create(batch)]
        pages.topics_of(TopicOfOrganization, batch)
    for batch in _batches(pages.overviews()):
        rows = Overview.objects.bulk_create(row for row, _ in batch)
        OverviewVersion.objects.bulk_create(
            OverviewVersion(overview=row, number=1, significance="major", content=content, published_at=timezone.now())
            for row, content in batch
        )
        pages.topics_of(TopicOfOverview, rows)
    areas, groups = Service.areas.through, Service.target_groups.through
    for batch in _batches(pages.services(organizations)):
        Service.objects.bulk_create(batch)
        pages.topics_of(TopicOfService, batch)
        areas.objects.bulk_create(
            areas(service_id=row.pk, area_id=pk) for row in batch for pk in pages.some(pages.areas)
        )
        groups.objects.bulk_create(
            groups(service_id=row.pk, targetgroup_id=pk) for row in batch for pk in pages.some(pages.groups)
        )
    connection.check_constraints()
    _switch("ENABLE")


def _switch(how: str) -> None:
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} {how} TRIGGER USER")
