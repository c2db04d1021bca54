"""Rows for tests: each function sets what a row needs, the test what it is about."""

import datetime as dt
from itertools import count

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from actors import confirming, proposing
from actors.models import (
    Address,
    ChangeProposal,
    Contact,
    Location,
    Organization,
    Schedule,
    Service,
    ServiceAtLocation,
    VerificationRequest,
    VerificationRound,
)
from actors.proposable import values_of
from events import registering
from events.models import (
    Attendance,
    Event,
    Invitation,
    Occasion,
    ProgrammeItem,
    Question,
    Quota,
    Registration,
    RegistrationForm,
)
from knowledge import services
from knowledge.models import Citation, Finding, Implication, Overview, Reference, Resource, ResourceFile
from lmh_portal.accounts.models import User
from lmh_portal.letters.models import Letter
from lmh_portal.vocabulary import models as vocabulary
from lmh_portal.vocabulary.services import flatten_hierarchies

PDF = b"%PDF-1.7\n1 0 obj << >> endobj\nxref\ntrailer << >>\nstartxref\n9\n%%EOF\n"
_number = count(1)
NO_RELATED_CHOICES = {  # of a page's form on the desk
    "home-relatedchoice-page_type-page_id-TOTAL_FORMS": "0",
    "home-relatedchoice-page_type-page_id-INITIAL_FORMS": "0",
}


def no_rows(*prefixes: str) -> dict[str, str]:
    """The data of inlines without rows, of a page's form on the desk."""
    return {f"{prefix}-{count}_FORMS": "0" for prefix in prefixes for count in ["TOTAL", "INITIAL"]}


def make_term(model, **fields):
    """A term of any vocabulary but topics and areas."""
    number = next(_number)
    return model.objects.create(**{"code": f"term-{number}", "name_sv": f"Term {number}"} | fields)


def make_glossary_term(**fields) -> vocabulary.GlossaryTerm:
    number = next(_number)
    values = {"code": f"word-{number}", "name_sv": f"Ord {number}", "definition_sv": "En förklaring."}
    return vocabulary.GlossaryTerm.objects.create(**values | fields)


def make_topic(**fields) -> vocabulary.Topic:
    number = next(_number)
    topic = vocabulary.Topic.objects.create(**{"slug": f"topic-{number}", "name_sv": f"Ämne {number}"} | fields)
    flatten_hierarchies()
    return topic


def make_area(**fields) -> vocabulary.Area:
    """A municipality of a county of a country, unless told otherwise."""
    number = next(_number)
    if fields.get("kind") != "country":
        fields.setdefault("within", vocabulary.Area.objects.filter(kind="county").first() or _make_county())
    values = {"code": f"area-{number}", "name_sv": f"Ort {number}", "kind": "municipality"} | fields
    area = vocabulary.Area.objects.create(**values)
    flatten_hierarchies()
    return area


def _make_county() -> vocabulary.Area:
    country = vocabulary.Area.objects.create(kind="country", code="SE", name_sv="Sverige", name_en="Sweden")
    return vocabulary.Area.objects.create(kind="county", code="14", name_sv="Västra Götalands län", within=country)


def make_organization(topics=(), target_groups=(), languages=(), **fields) -> Organization:
    number = next(_number)
    fields.setdefault(
        "organization_type",
        vocabulary.OrganizationType.objects.first() or make_term(vocabulary.OrganizationType),
    )
    values = {
        "slug": f"organization-{number}", "status": "published", "name_sv": f"Aktör {number}",
        "description_sv": "En beskrivning.",
    }  # fmt: skip
    organization = Organization.objects.create(**values | fields)
    organization.topics.set(topics)
    organization.target_groups.set(target_groups)
    organization.languages.set(languages)
    return organization


def make_service(topics=(), target_groups=(), areas=(), languages=(), **fields) -> Service:
    number = next(_number)
    fields.setdefault("organization", Organization.objects.first() or make_organization())
    values = {
        "slug": f"service-{number}", "status": "published", "name_sv": f"Insats {number}",
        "description_sv": "En beskrivning.",
    }  # fmt: skip
    service = Service.objects.create(**values | fields)
    service.topics.set(topics)
    service.target_groups.set(target_groups)
    service.areas.set(areas)
    service.languages.set(languages)
    return service


def make_location(services=(), address=None, **fields) -> Location:
    """A place to visit, at an address if `address` gives its fields."""
    number = next(_number)
    fields.setdefault("organization", Organization.objects.first() or make_organization())
    fields.setdefault("municipality", vocabulary.Area.objects.municipalities().first() or make_area())
    location = Location.protected.create(**{"name_sv": f"Plats {number}"} | fields)
    for service in services:
        ServiceAtLocation.protected.create(service=service, location=location)
    if address:
        Address.protected.create(location=location, **address)
    return location


def make_contact(services=(), **fields) -> Contact:
    """A function's contact, such as a reception."""
    number = next(_number)
    fields.setdefault("organization", Organization.objects.first() or make_organization())
    values = {"name_sv": f"Reception {number}", "email": f"reception-{number}@example.org"}
    contact = Contact.objects.create(**values | fields)
    contact.services.set(services)
    return contact


def make_schedule(**fields) -> Schedule:
    """Mondays from 9 to 12, unless told otherwise."""
    fields.setdefault("service", Service.objects.first() or make_service())
    values = {"byday": ["MO"], "opens_at": dt.time(9), "closes_at": dt.time(12)}
    return Schedule.objects.create(**values | fields)


def make_proposal(record=None, proposed=None, **fields) -> ChangeProposal:
    """As the public form would send it now; of a new organisation, if there is no record."""
    number = next(_number)
    values = {
        "language": "sv", "email": f"partner-{number}@example.org", "function": "Enhetschef", "comment": "Hej!",
        "proposed": proposed or {"name": f"Nytt namn {number}"},
    } | fields  # fmt: skip
    return proposing.propose(record=record, base=values_of(record, values["language"]), **values)


def make_round(**fields) -> VerificationRound:
    until = timezone.now() + dt.timedelta(days=60)
    return VerificationRound.objects.create(**{"scope": "Alla", "expires_at": until} | fields)


def make_request(**fields) -> VerificationRequest:
    """A letter of a confirmation round that was sent today; `make_token` gives what its link ends with."""
    fields.setdefault("contact", Contact.objects.filter(confirms=True).first() or make_contact(confirms=True))
    fields.setdefault("round", make_round())
    values = {"sent_at": timezone.now(), "expires_at": fields["round"].expires_at} | fields
    values.setdefault("organization", fields["contact"] and fields["contact"].organization)
    return VerificationRequest.objects.create(**values)


def make_token(request: VerificationRequest) -> str:
    token = confirming.new_token(request)
    request.save()
    return token


def make_reference(**fields) -> Reference:
    number = next(_number)
    values = {
        "key": f"reference{number}", "kind": "article", "authors": "Berg A, Sjö B", "year": "2020",
        "title": f"Study {number}", "container": "Journal",
    }  # fmt: skip
    return Reference.objects.create(**values | fields)


def make_overview(
    topics=(), target_groups=(), staff_groups=(), references=(), findings=(), implications=(), **fields
) -> Overview:
    """An overview; a published one has its first version, which says what is given here."""
    number = next(_number)
    values = {
        "slug": f"overview-{number}", "status": "published", "title_sv": f"Översikt {number}",
        "summary_sv": "En sammanfattning.", "body_sv": "## Bakgrund\n\nText.",
    }  # fmt: skip
    overview = Overview.objects.create(**values | fields)
    overview.topics.set(topics)
    overview.target_groups.set(target_groups)
    overview.staff_groups.set(staff_groups)
    for position, reference in enumerate(references, 1):
        Citation.objects.create(overview=overview, reference=reference, position=position)
    for position, values in enumerate(findings, 1):
        Finding.objects.create(overview=overview, position=position, **{"statement_sv": "Resultat."} | values)
    for position, values in enumerate(implications, 1):
        make_implication(overview, position=position, **values)
    if overview.status == "published":
        services.publish_from_files(overview)
    return overview


def make_implication(overview, settings=(), staff_groups=(), **fields) -> Implication:
    implication = Implication.objects.create(overview=overview, **{"text_sv": "Gör så.", "action": "do"} | fields)
    implication.settings.set(settings)
    implication.staff_groups.set(staff_groups)
    return implication


def make_resource(topics=(), target_groups=(), staff_groups=(), levels=(), languages=(), **fields) -> Resource:
    """A resource with an address in each of the languages."""
    number = next(_number)
    fields.setdefault("resource_type", vocabulary.ResourceType.objects.first() or make_term(vocabulary.ResourceType))
    values = {
        "slug": f"resource-{number}", "status": "published", "license": "CC-BY-4.0", "title_sv": f"Material {number}",
        "description_sv": "En beskrivning.",
    }  # fmt: skip
    resource = Resource.objects.create(**values | fields)
    resource.topics.set(topics)
    resource.target_groups.set(target_groups)
    resource.staff_groups.set(staff_groups)
    resource.levels.set(levels)
    for language in languages:
        ResourceFile.objects.create(resource=resource, language=language, url="https://example.org/fil")
    return resource


def make_upload(name="Checklista.pdf", content=PDF, **fields) -> ResourceFile:
    """A file of a resource, stored as an editor's upload is."""
    fields.setdefault("resource", Resource.objects.first() or make_resource())
    return ResourceFile.objects.create(**{"file": SimpleUploadedFile(name, content)} | fields)


def make_event(topics=(), target_groups=(), staff_groups=(), languages=(), programme=(), **fields) -> Event:
    """An event in ten days, from 9 to 12, unless told otherwise."""
    number = next(_number)
    starts_at = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0) + dt.timedelta(days=10)
    fields.setdefault("organizer", Organization.objects.first() or make_organization())
    fields.setdefault("event_type", vocabulary.EventType.objects.first() or make_term(vocabulary.EventType))
    fields.setdefault("starts_at", starts_at)
    fields.setdefault("ends_at", fields["starts_at"] + dt.timedelta(hours=3))
    values = {"slug": f"event-{number}", "status": "published", "name_sv": f"Aktivitet {number}"}
    event = Event.objects.create(**values | fields)
    event.topics.set(topics)
    event.target_groups.set(target_groups)
    event.staff_groups.set(staff_groups)
    event.languages.set(languages)
    for position, name in enumerate(programme, 1):
        ProgrammeItem.objects.create(event=event, position=position, name_sv=name)
    return event


def make_occasion(event, days=7, **fields) -> Occasion:
    """A further meeting of the event, so many days after the first."""
    later = dt.timedelta(days=days)
    values = {
        "position": event.occasions.count() + 1, "starts_at": event.starts_at + later, "ends_at": event.ends_at + later,
    }  # fmt: skip
    return Occasion.objects.create(event=event, **values | fields)


def make_event_of_today(**fields) -> Event:
    """An event whose first meeting is today from 9 to 12, with sign-up; `form` gives fields of the sign-up."""
    form = fields.pop("form", {})
    starts_at = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0)
    event = make_event(**{"starts_at": starts_at} | fields)
    RegistrationForm.objects.create(event=event, **form)
    return event


def make_participant(present=(), **fields) -> Registration:
    """A participant put into a state, a seat unless told otherwise, past all rules; there at meetings `present`."""
    number = next(_number)
    fields.setdefault("event", Event.objects.first() or make_event())
    values = {
        "state": "confirmed", "name": f"Deltagare {number}", "email": f"participant-{number}@example.org",
        "language": "sv", "organization_name": "Vårdcentralen Norr", "attendance_mode": "offline",
    } | fields  # fmt: skip
    values.setdefault("holds_seat", values["state"] in {"confirmed", "offered"})
    if values["state"] == "waiting":
        values.setdefault("queue_number", number)
    if values["state"] in {"unconfirmed", "offered"}:
        values.setdefault("expires_at", timezone.now() + dt.timedelta(days=1))
    registration = Registration.objects.create(**values)
    for occasion in present:
        Attendance.objects.create(registration=registration, occasion=occasion)
    return registration


def make_editor(**fields) -> User:
    """Somebody who may do everything in the admin."""
    number = next(_number)
    values = {"username": f"editor-{number}", "is_staff": True, "is_superuser": True, "password": "!"}
    return User.objects.create(**values | fields)


def make_letter(**fields) -> Letter:
    """A letter that waits; one that was sent has the time of it."""
    values = {
        "kind": "tests.greeting", "language": "sv", "recipient": f"reader-{next(_number)}@example.org",
        "subject": "Hej", "body": "God dag.", "html": "<p>God dag.</p>",
    }  # fmt: skip
    if fields.get("state") == "sent":
        values["sent_at"] = timezone.now()
    return Letter.objects.create(**values | fields)


def make_sign_up_form(event=None, **fields) -> RegistrationForm:
    """An event's sign-up, for two on site unless told otherwise."""
    values = {"maximum_physical_attendee_capacity": 2} | fields
    return RegistrationForm.objects.create(event=event or make_event(), **values)


def make_registration(event, **fields) -> Registration:
    """As somebody would sign up who then confirms the address."""
    return registering.confirm(make_unconfirmed(event, **fields))


def make_unconfirmed(event, **fields) -> Registration:
    """As somebody would sign up now, in Swedish, on site unless the event is online."""
    number = next(_number)
    values = {
        "name": f"Deltagare {number}", "email": f"participant-{number}@example.org", "language": "sv",
        "attendance_mode": registering.modes(event)[0],
    }  # fmt: skip
    return registering.sign_up(event, **values | fields)


def make_question(event, **fields) -> Question:
    """A short text that need not be answered, unless told otherwise."""
    number = next(_number)
    return Question.objects.create(
        event=event, **{"text_sv": f"Fråga {number}", "purpose_sv": "För planeringen."} | fields
    )


def make_quota(event, places=1, **fields) -> Quota:
    return Quota.objects.create(event=event, places=places, **fields)


def make_invitation(event, **fields) -> Invitation:
    """As it was sent today; `inviting.token_of` gives what its link ends with."""
    values = {"email": f"invited-{next(_number)}@example.org", "language": "sv", "sent_at": timezone.now()}
    return Invitation.objects.create(event=event, **values | fields)
