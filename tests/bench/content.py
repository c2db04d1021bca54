"""Made-up content in realistic amounts: the same rows at every run.

The words are those of the starter overviews, so that texts are as long, and compress as well, as real ones.
"""

import datetime as dt
import random
import re
from collections.abc import Callable, Iterator
from itertools import chain, islice

from django.db import connection
from django.utils import timezone

from actors.models import (
    AccessFact,
    Address,
    Contact,
    Location,
    Organization,
    Schedule,
    Service,
    ServiceAtLocation,
    ServiceLanguage,
    TopicOfOrganization,
    TopicOfService,
)
from events.models import Event, ProgrammeItem, Registration, RegistrationForm, TopicOfEvent
from knowledge import services
from knowledge.models import (
    Citation,
    Finding,
    Implication,
    Overview,
    Reference,
    Resource,
    ResourceFile,
    Significance,
    TopicOfOverview,
    TopicOfResource,
)
from lmh_portal.core.languages import LANGUAGES
from lmh_portal.starter.services import DATA
from lmh_portal.vocabulary import models as vocabulary

SHARE_TRANSLATED = {"sv": 1.0, "en": 0.7, "ar": 0.4}
SHARE_PUBLISHED = 0.95
REFERENCES = 8  # of an overview
BODIES = 40  # different texts in each language
PATTERNS = 40  # overviews whose versions are written out; the others say the same
MANY = 300  # references of one overview
MANY_VERSIONS = 1_000  # of the same
SERVICES = 3  # of an organisation
ACCESS_FACTS = [one.value for one in AccessFact if one != AccessFact.REFERRAL]  # it excludes contacting it yourself
BATCH = 500


COLUMNS = "overview_id, number, language, significance, change_note, change_note_sv, content, published_at"
VERSIONS_OF_ALL = f"""
    INSERT INTO knowledge_overviewversion ({COLUMNS})
    SELECT overview.id, 1, '', 'major', '', 'Ny.', content, now()
    FROM knowledge_overview AS overview
    JOIN knowledge_overviewversion AS pattern
      ON pattern.overview_id = %(first)s + (overview.id - %(first)s) %% %(patterns)s
    WHERE overview.id >= %(first)s + %(patterns)s
"""
VERSIONS_OF_ONE = f"""
    INSERT INTO knowledge_overviewversion ({COLUMNS})
    SELECT overview_id, later, '', 'typo', '', 'Rättad.', content, now()
    FROM knowledge_overviewversion, generate_series(2, %(versions)s) AS later WHERE overview_id = %(first)s
"""
NUMBERS = """
    UPDATE knowledge_overview AS overview SET medium_version = 1, major_version = 1,
      version = (SELECT max(number) FROM knowledge_overviewversion WHERE overview_id = overview.id)
"""


class Writer:
    """Writes sentences in one language."""

    def __init__(self, language: str, chance: random.Random):
        files = sorted((DATA / "overviews").glob(f"*.{language}.md"))
        self.words = re.findall(r"[^\W\d_]{2,}", " ".join(file.read_text("utf-8") for file in files))
        self.chance = chance

    def title(self) -> str:
        return " ".join(self.chance.choices(self.words, k=self.chance.randint(3, 7)))[:150].capitalize()

    def sentences(self, words: int) -> str:
        """About so many words."""
        lengths = [15] * (words // 15)
        return " ".join(" ".join(self.chance.choices(self.words, k=n)).capitalize() + "." for n in lengths)

    def body(self) -> str:
        """Some 700 words of Markdown; `[@group-1]` stands for the first reference of the row's own group."""
        parts = []
        for number in range(1, REFERENCES + 1):
            parts += [f"## {self.title()}", self.sentences(45) + f" [@group-{number}]"]
            parts += ["\n".join(f"- {self.title()}" for _ in range(3)), self.sentences(30)]
        return "\n\n".join(parts)


class Content:
    """Makes up rows; `fill` saves them with what belongs to them."""

    def __init__(self, rows: int):
        self.rows = rows
        self.chance = random.Random(rows)
        self.writers = {code: Writer(code, self.chance) for code in LANGUAGES}
        self.topics = self._ids(vocabulary.Topic)
        self.target_groups = self._ids(vocabulary.TargetGroup)
        self.staff_groups = self._ids(vocabulary.StaffGroup)
        self.languages = self._ids(vocabulary.Language)
        self.levels = self._ids(vocabulary.InterventionLevel)
        self.areas = self._ids(vocabulary.Area, kind="municipality")
        self.wide_areas = self._ids(vocabulary.Area, kind__in=["county", "country"])

    @staticmethod
    def _ids(model, **conditions) -> list[int]:
        return list(model.objects.filter(**conditions).order_by("pk").values_list("pk", flat=True))

    def some(self, ids: list[int], at_most: int) -> set[int]:
        """One or more of them."""
        return {self.one(ids) for _ in range(self.chance.randint(1, at_most))}

    def one(self, ids: list[int]) -> int:
        """The first ones oftener than the last."""
        return ids[int(len(ids) * self.chance.random() ** 2)]

    def published(self) -> str:
        return "published" if self.chance.random() < SHARE_PUBLISHED else "draft"

    def translated(self, **fields: Callable[[Writer], str]) -> dict[str, str]:
        """Each field in the languages that this row has."""
        codes = [code for code in LANGUAGES if self.chance.random() < SHARE_TRANSLATED[code]]
        return {f"{name}_{code}": make(self.writers[code]) for name, make in fields.items() for code in codes}

    # --- what there is

    def references(self) -> Iterator[Reference]:
        for group in range(self.groups):
            for number in range(1, REFERENCES + 1):
                doi = f"10.1000/bench.{group}.{number}" if number % 2 else ""
                yield Reference(
                    key=f"group{group}-{number}", kind="article", year=str(2005 + number),
                    authors="Andersson A, Björk B, Chen C, Dahl D", title=self.writers["en"].title(),
                    container="Journal of Migration and Health", details="12(3):45–67", doi=doi,
                    url="" if doi else f"https://example.org/{group}/{number}",
                )  # fmt: skip

    @property
    def groups(self) -> int:
        return max(1, self.rows // 10)

    def overviews(self) -> Iterator[Overview]:
        bodies = {code: [writer.body() for _ in range(BODIES)] for code, writer in self.writers.items()}
        today = timezone.localdate()
        for number in range(self.rows):
            overview = Overview(
                slug=f"overview-{number}", status=self.published(), review_function_sv="Medicinskt ansvarig",
                license="CC-BY-4.0",
                published_on=today - dt.timedelta(days=self.chance.randrange(2000)),
                reviewed_on=today - dt.timedelta(days=100),
                review_due=today + dt.timedelta(days=self.chance.randint(-50, 500)),
                **self.translated(
                    title=Writer.title, question=Writer.title, summary=lambda writer: writer.sentences(40),
                    key_messages=lambda writer: "\n".join(writer.title() for _ in range(3)),
                ),
            )  # fmt: skip
            overview.group = self.chance.randrange(self.groups)
            for code in LANGUAGES:
                if getattr(overview, f"title_{code}"):
                    body = self.chance.choice(bodies[code])
                    setattr(overview, f"body_{code}", body.replace("@group-", f"@group{overview.group}-"))
                    setattr(overview, f"words_{code}", len(body.split()))
            yield overview

    def parts(self, overview: Overview) -> list:
        """Findings and implications of about the usual number."""
        common = [{"overview": overview, "code": f"part-{number}", "position": number} for number in range(1, 6)]
        texts = [self.translated(text=Writer.title) for _ in common]
        return [
            *(Finding(statement_sv=self.writers["sv"].sentences(30), certainty="low", **one) for one in common),
            *(Implication(action="do", **one, **text) for one, text in zip(common, texts, strict=True)),
        ]

    def organizations(self) -> Iterator[Organization]:
        types = self._ids(vocabulary.OrganizationType)
        for number in range(self.rows):
            yield Organization(
                slug=f"organization-{number}", status=self.published(), website="https://example.org/",
                organization_type_id=self.one(types), scope=self.chance.choice(Organization.Scope.values),
                municipality_id=self.one(self.areas), certainty=self.chance.choice(["known", "generic"]),
                **self.confirmed(),
                **self.translated(name=Writer.title, description=lambda writer: writer.sentences(30)),
            )  # fmt: skip

    def services(self, organizations: list[int]) -> Iterator[Service]:
        for number in range(self.rows * SERVICES):
            yield Service(
                slug=f"service-{number}", status=self.published(), website="https://example.org/",
                organization_id=self.chance.choice(organizations),
                audience=self.chance.choice(Service.Audience.values),
                access=self.chance.choice(Service.Access.values),
                certainty=self.chance.choice(["known", "generic"]),
                level_id=self.chance.choice([None, *self.levels]), kind=self.chance.choice(Service.Kind.values),
                access_facts=sorted(self.chance.sample(ACCESS_FACTS, self.chance.randint(0, 3))),
                **self.confirmed(),
                **self.translated(
                    name=Writer.title, description=lambda writer: writer.sentences(30),
                    eligibility_description=Writer.title, application_process=Writer.title,
                ),
            )  # fmt: skip

    def events(self, organizations: list[int]) -> Iterator[Event]:
        """Half of them past, half coming, over four years; a hundredth of all organisations arrange them."""
        organizations = organizations[: max(1, self.rows // 100)]
        types = self._ids(vocabulary.EventType)
        today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        for number in range(self.rows):
            days = 1 + self.chance.randrange(700)
            starts_at = today + dt.timedelta(days=days if number % 2 else -days, hours=self.chance.randint(8, 16))
            yield Event(
                slug=f"event-{number}", status=self.published(), event_type_id=self.one(types),
                starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=2), venue_sv="Lokal 1",
                organizer_id=self.chance.choice(organizations), municipality_id=self.one(self.areas),
                attendance_mode=self.chance.choice(Event.AttendanceMode.values),
                level=self.chance.choice(["", *Event.Level.values]), maximum_attendee_capacity=40, fee_sek=0,
                **self.translated(name=Writer.title, description=lambda writer: writer.sentences(60)),
            )  # fmt: skip

    def past_events(self, organizations: list[int]) -> Iterator[Event]:
        """As many again, which all took place in the twenty years before."""
        for event in self.events(organizations):
            earlier = dt.timedelta(days=1_400 + self.chance.randrange(6_000))
            event.slug = f"past-{event.slug}"
            event.starts_at, event.ends_at = event.starts_at - earlier, event.ends_at - earlier
            yield event

    def forms(self, batch: list[Event]) -> list[RegistrationForm]:
        """Of two thirds of the events."""
        return [
            RegistrationForm(
                event=event, maximum_physical_attendee_capacity=40, maximum_virtual_attendee_capacity=100,
                has_free_places=self.chance.random() < 0.8,
            )
            for event in batch
            if self.chance.random() < 0.67
        ]  # fmt: skip

    def participants(self, form: RegistrationForm) -> list[Registration]:
        """Some with a seat, of events to come."""
        number = self.chance.randrange(40) if form.event.starts_at > timezone.now() else 0
        common = {"event_id": form.pk, "state": "confirmed", "holds_seat": True, "language": "sv"}
        return [
            Registration(name="Deltagare", email=f"p{one}@example.org", attendance_mode="offline", **common)
            for one in range(number)
        ]

    def resources(self) -> Iterator[Resource]:
        types = self._ids(vocabulary.ResourceType)
        for number in range(self.rows):
            yield Resource(
                slug=f"resource-{number}", status=self.published(), resource_type_id=self.one(types),
                publisher="Socialstyrelsen", year=self.chance.randint(2000, 2026), license="all-rights-reserved",
                url="https://example.org/",
                **self.translated(title=Writer.title, description=lambda writer: writer.sentences(30)),
            )  # fmt: skip

    def confirmed(self) -> dict:
        """Two of three entries were confirmed at some time in the last year."""
        if self.chance.random() > 0.67:
            return {}
        assured_on = timezone.localdate() - dt.timedelta(days=self.chance.randrange(365))
        verification = Service(assured_on=assured_on).verification_on(timezone.localdate())
        return {"assured_on": assured_on, "assured_by": "enhetschefen", "verification": verification}

    # --- what belongs to a row

    def languages_of(self, service: Service) -> list[ServiceLanguage]:
        modes = ServiceLanguage.Mode.values
        return [
            ServiceLanguage(service=service, language_id=pk, mode=mode)
            for pk in self.some(self.languages, 3)
            for mode in self.chance.sample(modes, self.chance.randint(1, 2))
        ]

    def location(self, service: Service) -> Location:
        return Location(
            organization_id=service.organization_id, municipality_id=self.one(self.areas), name_sv="Mottagningen",
            visibility=self.chance.choice(["public", "public", "public", "area", "hidden"]),
        )  # fmt: skip

    def hours_of(self, service: Service) -> list[Schedule]:
        days = self.chance.sample(Schedule.Day.values[:5], 3)
        opens_at = dt.time(self.chance.randint(8, 12))
        return [Schedule(service=service, byday=sorted(days), opens_at=opens_at, closes_at=dt.time(15))]

    def contact(self, service: Service) -> Contact:
        return Contact(
            organization_id=service.organization_id, name_sv="Receptionen", phone="031-390 06 01",
            email="reception@example.org",
        )  # fmt: skip

    def areas_served(self) -> set[int]:
        return self.some(self.areas, 4) if self.chance.random() < 0.85 else {self.one(self.wide_areas)}

    def topics_of(self, model, row):
        return [model(content_object=row, tag_id=pk) for pk in self.some(self.topics, 3)]

    def terms_of(self, relation, row, ids):
        """Rows of a many-to-many relation."""
        field = relation.field
        names = field.m2m_field_name(), field.m2m_reverse_field_name()
        return [relation.through(**{f"{names[0]}_id": row.pk, f"{names[1]}_id": pk}) for pk in ids]


def fill(rows: int) -> None:
    """Fill a database that has nothing but vocabularies."""
    content = Content(rows)
    some, topics_of, terms_of = content.some, content.topics_of, content.terms_of
    keys = {}
    for batch in _save(content.references()):
        keys |= {reference.key: reference.pk for reference in batch}
    for batch in _save(content.overviews()):
        _relate(batch, lambda row: topics_of(TopicOfOverview, row))
        _relate(batch, lambda row: terms_of(Overview.target_groups, row, some(content.target_groups, 3)))
        _relate(batch, lambda row: terms_of(Overview.staff_groups, row, some(content.staff_groups, 3)))
        _relate(batch, lambda row: [
            Citation(overview=row, reference_id=keys[f"group{row.group}-{number}"], position=number)
            for number in range(1, REFERENCES + 1)
        ])  # fmt: skip
    _publish(content, list(keys.values()))
    for batch in _save(content.resources()):
        _relate(batch, lambda row: topics_of(TopicOfResource, row))
        _relate(batch, lambda row: terms_of(Resource.target_groups, row, some(content.target_groups, 3)))
        _relate(batch, lambda row: terms_of(Resource.staff_groups, row, some(content.staff_groups, 3)))
        _relate(batch, lambda row: [
            ResourceFile(resource=row, language_id=pk, url="https://example.org/fil")
            for pk in some(content.languages, 5)
        ])  # fmt: skip
    organizations = fill_register(content)
    for batch in _save(chain(content.events(organizations), content.past_events(organizations))):
        forms = RegistrationForm.objects.bulk_create(content.forms(batch))
        Registration.objects.bulk_create([one for form in forms for one in content.participants(form)])
        _relate(batch, lambda row: topics_of(TopicOfEvent, row))
        _relate(batch, lambda row: terms_of(Event.staff_groups, row, some(content.staff_groups, 3)))
        _relate(batch, lambda row: terms_of(Event.languages, row, some(content.languages, 2)))
        _relate(batch, lambda row: [
            ProgrammeItem(event=row, position=n, starts=dt.time(8 + n), name_sv=f"Del {n}") for n in (1, 2, 3)
        ])  # fmt: skip


def fill_register(content: Content) -> list[int]:
    """Organisations, and services with their places, contacts and hours; the keys of the organisations."""
    some, topics_of, terms_of = content.some, content.topics_of, content.terms_of
    organizations = []
    for batch in _save(content.organizations()):
        organizations += [row.pk for row in batch]
        _relate(batch, lambda row: topics_of(TopicOfOrganization, row))
        _relate(batch, lambda row: terms_of(Organization.target_groups, row, some(content.target_groups, 3)))
        _relate(batch, lambda row: terms_of(Organization.languages, row, some(content.languages, 3)))
    for batch in _save(content.services(organizations)):
        _relate(batch, lambda row: topics_of(TopicOfService, row))
        _relate(batch, lambda row: terms_of(Service.target_groups, row, some(content.target_groups, 3)))
        _relate(batch, content.languages_of)
        _relate(batch, lambda row: terms_of(Service.areas, row, content.areas_served()))
        _relate(batch, content.hours_of)
        _place(content, batch)
    return organizations


def _place(content: Content, batch: list[Service]) -> None:
    """Give each service a place with an address, and a contact of its own."""
    locations = Location.protected.bulk_create([content.location(service) for service in batch])
    contacts = Contact.objects.bulk_create([content.contact(service) for service in batch])
    Address.protected.bulk_create(
        [Address(location=one, address_1="Storgatan 1", postal_code="411 01", city="Göteborg") for one in locations]
    )
    ServiceAtLocation.protected.bulk_create(
        [ServiceAtLocation(service=service, location=one) for service, one in zip(batch, locations, strict=True)]
    )
    joined = Contact.services.through
    joined.objects.bulk_create(
        [joined(service=service, contact=one) for service, one in zip(batch, contacts, strict=True)]
    )


def _publish(content: Content, references: list[int]) -> None:
    """Give every overview a version; what it says is that of one of a few, which are written out in full."""
    patterns = list(Overview.objects.order_by("pk")[:PATTERNS])
    Citation.objects.bulk_create(  # one has as many references and versions as anybody may think of
        [Citation(overview=patterns[0], reference_id=pk, position=n) for n, pk in enumerate(references[:MANY], 10)],
        ignore_conflicts=True,
    )
    for overview in patterns:
        for part in content.parts(overview):
            part.save()
        notes = {"significance": Significance.MAJOR, "change_note_sv": "Ny."}
        services.new_version(overview, user=None, **notes)
    with connection.cursor() as cursor:
        for query in [VERSIONS_OF_ALL, VERSIONS_OF_ONE, NUMBERS]:
            cursor.execute(query, {"first": patterns[0].pk, "patterns": len(patterns), "versions": MANY_VERSIONS})


def _save(rows: Iterator) -> Iterator[list]:
    while batch := list(islice(rows, BATCH)):
        type(batch[0]).objects.bulk_create(batch)
        yield batch


def _relate(batch: list, make: Callable) -> None:
    related = [one for row in batch for one in make(row)]
    type(related[0])._default_manager.bulk_create(related)
