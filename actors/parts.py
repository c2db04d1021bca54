"""What belongs to an organisation or a service on its page: read along with it, in the same query."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONObject
from django.utils import timezone

from actors.models import Address, Contact, Location, Organization, Schedule, Service, ServiceLanguage
from actors.models.place import Visibility
from actors.opening import OpeningHours, opening_hours
from lmh_portal.core.alongside import alongside, instances
from lmh_portal.core.translated import columns

CONTACT = ["id", "is_function", "email", "phone", *columns("name", "title", "department")]
PLACE = [
    "id", "location_type", "visibility", "municipality_id", "url",
    *columns("name", "transportation", "accessibility"),
]  # fmt: skip
ADDRESS = ["location_id", "attention", "address_1", "postal_code", "city"]
HOURS = [
    "freq", "interval", "byday", "bysetpos", "opens_at", "closes_at", "valid_from", "valid_to",
    "is_open_on_holidays", *columns("notes"),
]  # fmt: skip
_ABOVE = f"""
    ARRAY(WITH RECURSIVE above AS (
        SELECT one.*, 1 AS steps FROM {{table}} AS one WHERE one.id = {{table}}.parent_organization_id
        UNION ALL
        SELECT one.*, steps + 1 FROM {{table}} AS one JOIN above ON one.id = above.parent_organization_id
         WHERE steps < 20)
      SELECT json_build_object({", ".join(f"'{name}', {name}" for name in ["id", "slug", *columns("name")])})
        FROM above WHERE status = 'published' ORDER BY steps DESC)
"""  # noqa: S608


@dataclass(frozen=True)
class Place:
    """A place with as much of its address as everybody may know."""

    location: Location
    address: Address | None

    @property
    def is_protected(self) -> bool:
        return self.location.visibility != Visibility.PUBLIC

    @property
    def is_online(self) -> bool:
        return self.location.location_type == Location.LocationType.VIRTUAL


@dataclass(frozen=True)
class LanguageInUse:
    language_id: int
    modes: list[str]


def organizations_with_parts() -> QuerySet:
    return Organization.objects.annotate(
        above_rows=RawSQL(_ABOVE.format(table=Organization._meta.db_table), ()),  # noqa: S611
        contact_rows=_contacts(organization=OuterRef("pk"), services=None),
        place_rows=_places(organization=OuterRef("pk")),
    )


def parts_of_organization(organization: Organization) -> dict:
    return {
        "above": instances(Organization, organization.above_rows),
        "contacts": instances(Contact, organization.contact_rows),
        "places": places(organization.place_rows),
    }


def services_with_parts() -> QuerySet:
    spoken = ServiceLanguage.objects.filter(service=OuterRef("pk")).order_by("language__position", "pk")
    hours = Schedule.objects.filter(service=OuterRef("pk")).order_by("opens_at", "pk")
    return Service.objects.annotate(
        contact_rows=_contacts(services=OuterRef("pk")),
        common_contact_rows=_contacts(organization=OuterRef("organization"), services=None),
        place_rows=_places(service_at_locations__service=OuterRef("pk")),
        hour_rows=alongside(hours, *HOURS),
        language_rows=alongside(spoken, "language_id", "mode"),
    )


def parts_of_service(service: Service) -> dict:
    """Contacts are the service's own, else those of the organisation as a whole."""
    hours = _hours(service)
    return {
        "contacts": instances(Contact, service.contact_rows or service.common_contact_rows),
        "places": places(service.place_rows),
        "languages": _languages(service.language_rows),
        "hours": hours,
        "until": hours.changes_at and timezone.make_aware(hours.changes_at),
    }


def _contacts(**conditions):
    return alongside(Contact.objects.shown().filter(**conditions), *CONTACT)


def _places(**conditions):
    """By `objects`, which leaves out what is hidden, and the addresses of what is protected."""
    address = Address.objects.filter(location=OuterRef("pk")).values(
        json=JSONObject(**{name: name for name in ADDRESS})
    )
    rows = Location.objects.filter(**conditions).order_by("pk")
    return alongside(rows, *PLACE, address=Subquery(address))


def places(rows: list[dict]) -> list[Place]:
    found = zip(instances(Location, rows), rows, strict=True)
    return [
        Place(location, instances(Address, [row["address"]])[0] if row["address"] else None) for location, row in found
    ]


def _languages(rows: list[dict]) -> list[LanguageInUse]:
    """Each language once, with all its ways."""
    modes: dict[int, list[str]] = {}
    for row in rows:
        modes.setdefault(row["language_id"], []).append(row["mode"])
    order = ServiceLanguage.Mode.values
    return [LanguageInUse(pk, sorted(ways, key=order.index)) for pk, ways in modes.items()]


def _hours(service: Service) -> OpeningHours:
    """Of a service that is closed there is no next time."""
    is_open = service.operation == Service.Operation.ACTIVE and not service.has_ended
    now = timezone.localtime().replace(tzinfo=None)
    until = service.ends_on if is_open else dt.date.min
    return opening_hours(instances(Schedule, service.hour_rows), now, starts=service.starts_on, until=until)
