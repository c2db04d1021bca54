"""Organisations, their services, and what belongs to these."""

import datetime as dt
from collections.abc import Hashable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from actors.models import (
    Address,
    Certainty,
    Contact,
    Location,
    Organization,
    Schedule,
    Service,
    ServiceLanguage,
)
from lmh_portal.core.languages import LANGUAGES
from lmh_portal.core.models import Publishable
from lmh_portal.starter.files import Content, Row
from lmh_portal.starter.loader import FromReadFile, Loader
from lmh_portal.starter.loaders.vocabulary import Municipalities
from lmh_portal.vocabulary.models import OrganizationType

PUBLISHED = {"status": Publishable.Status.PUBLISHED}


class MunicipalOrganizations(FromReadFile):
    """The municipalities as organisations, made from the file of their areas."""

    file = Municipalities.file
    made = "organisations"
    model = Organization
    fields = []
    extra = Municipalities.columns()
    constant = PUBLISHED

    @classmethod
    def needs(cls):
        return super().needs() | {OrganizationType}

    def complete(self, values: dict[str, Any], row: Row) -> dict[str, Any]:
        area = self.loading.index[Municipalities.model][values["code"]]
        return PUBLISHED | {
            "slug": f"kommun-{area.code}",
            "organization_type": self._find(Organization._meta.get_field("organization_type"), "municipality"),
            "scope": Organization.Scope.LOCAL,
            "municipality": area,
            "website": values["website"],
            "certainty": Certainty.KNOWN,
            **texts("name", municipality_names(values)),
            **texts("description", municipality_descriptions(values["within"].official_name)),
        }


def municipality_names(values: dict[str, Any]) -> dict[str, str]:
    name = values["name_sv"]
    return {
        "sv": values["brand_name"] or values["official_name"] or name,
        "en": f"{name} Municipality",
        "ar": f"بلدية {name}",
    }


def municipality_descriptions(federation: str) -> dict[str, str]:
    return {
        "sv": f"Kommun i Västra Götalands län och medlem i {federation}.",
        "en": f"Municipality in Västra Götaland County and member of {federation}.",
        "ar": f"بلدية في مقاطعة فاسترا يوتالاند وعضو في {federation}.",
    }


def texts(field: str, versions: dict[str, str]) -> dict[str, str]:
    return {f"{field}_{code}": text for code, text in versions.items() if code in LANGUAGES}


DAYS = models.IntegerField(null=True, blank=True)  # from the day of loading on; before it, where negative


class Entries(Loader):
    """Organisations or services; demonstration content was confirmed a number of days before it is loaded."""

    renamed = {"code": "slug"}
    extra = {"demo_confirmed_days": DAYS}
    constant = PUBLISHED

    def complete(self, values: dict[str, Any], row: Row) -> dict[str, Any]:
        days = self.days(values, "demo_confirmed_days")
        entry = self.model(assured_on=None if days is None else self.loading.today - dt.timedelta(days=days))
        return values | {
            "assured_on": entry.assured_on,
            "verification": entry.verification_on(self.loading.today),
        }

    def days(self, values: dict[str, Any], column: str) -> int | None:
        """The number of days in a column that is for demonstration content only."""
        days = values.pop(column)
        if days is not None and not values["is_demo"]:
            raise ValidationError({column: "is for demonstration content only"})
        return days


class Organizations(Entries):
    file = "organisations.csv"
    model = Organization
    fields = [
        "slug", "name", "alternate_name", "organization_type", "parent_organization", "scope", "municipality",
        "description", "website", "email", "topics", "target_groups", "languages", "certainty", "is_demo", "assured_by",
    ]  # fmt: skip


class Services(Entries):
    file = "services.csv"
    model = Service
    fields = [
        "slug", "organization", "name", "description", "topics", "target_groups", "areas", "audience", "access",
        "website", "email", "certainty", "kind", "level", "access_facts", "minimum_age", "maximum_age", "ends_on",
        "eligibility_description", "application_process", "fees_description", "alert", "is_demo", "assured_by",
    ]  # fmt: skip
    extra = Entries.extra | {
        "languages": models.TextField(blank=True),  # for ServiceLanguages
        "demo_alert_days": DAYS,
        "demo_end_days": DAYS,
    }

    def complete(self, values: dict[str, Any], row: Row) -> dict[str, Any]:
        del values["languages"]
        until, ends = self.days(values, "demo_alert_days"), self.days(values, "demo_end_days")
        if until is not None:
            values["alert_until"] = self.loading.today + dt.timedelta(days=until)
        if ends is not None:
            values["ends_on"] = self.loading.today + dt.timedelta(days=ends)
        return super().complete(values, row)


class BelongsToService(Loader):
    """Rows that belong together: they are left alone once the service has any."""

    def is_settled(self, identity: Hashable) -> bool:
        return any(identity[0] == known[0] for known in self.present)


class ServiceLanguages(FromReadFile, BelongsToService):
    """The languages of a service: `ar` is spoken by the staff, `ar:phone` stands for another way."""

    file = Services.file
    made = "languages"
    model = ServiceLanguage
    fields = ["service", "language", "mode"]
    renamed = {"code": "service"}

    def read(self) -> Content:
        content = super().read()
        content.rows = [
            Row(row.file, row.line, row.cells | {"language": language.strip(), "mode": mode.strip()})
            for row in content.rows
            for language, _colon, mode in (one.partition(":") for one in row.cells["languages"].split(";"))
            if language.strip()
        ]
        return content

    def identity(self, values: dict[str, Any]) -> Hashable:
        return values["service"].pk, values["language"].pk, values["mode"]

    def existing(self) -> dict[Hashable, models.Model]:
        return {(one.service_id, one.language_id, one.mode): one for one in ServiceLanguage.objects.all()}


class Locations(Loader):
    """Places of all visibilities, known by their organisation and Swedish name."""

    file = "locations.csv"
    model = Location
    fields = [
        "organization", "services", "name", "location_type", "visibility", "municipality", "transportation",
        "accessibility", "url",
    ]  # fmt: skip
    extra = {name: Address._meta.get_field(name) for name in ["attention", "address_1", "postal_code", "city"]}

    def complete(self, values: dict[str, Any], row: Row) -> dict[str, Any]:
        return {name: value for name, value in values.items() if name not in self.extra}

    def identity(self, values: dict[str, Any]) -> Hashable:
        return values["organization"].pk, values["name_sv"]

    def existing(self) -> dict[Hashable, models.Model]:
        return {(one.organization_id, one.name_sv): one for one in Location.protected.all()}


class Addresses(FromReadFile):
    """The addresses of the places of the same file, for those that have one."""

    file = Locations.file
    made = "addresses"
    model = Address
    fields = ["attention", "address_1", "postal_code", "city"]
    extra = {name: Location._meta.get_field(name) for name in ["organization", "name_sv"]}

    @classmethod
    def needs(cls):
        return super().needs() | {Location}

    def read(self) -> Content:
        self.places = {(one.organization_id, one.name_sv): one for one in Location.protected.all()}
        content = super().read()
        content.rows = [row for row in content.rows if row.cells["address_1"]]
        return content

    def complete(self, values: dict[str, Any], row: Row) -> dict[str, Any]:
        organization, name = values.pop("organization"), values.pop("name_sv")
        return values | {"location": self.places[organization.pk, name]}

    def identity(self, values: dict[str, Any]) -> Hashable:
        return values["location"].pk

    def existing(self) -> dict[Hashable, models.Model]:
        return {one.location_id: one for one in Address.protected.all()}


class Contacts(Loader):
    """Contacts, known by their organisation and Swedish name."""

    file = "contacts.csv"
    model = Contact
    fields = ["organization", "services", "is_function", "name", "title", "email", "phone", "confirms"]

    def identity(self, values: dict[str, Any]) -> Hashable:
        return values["organization"].pk, values["name_sv"]

    def existing(self) -> dict[Hashable, models.Model]:
        return {(one.organization_id, one.name_sv): one for one in Contact.objects.all()}


class Schedules(BelongsToService):
    """Opening hours; those of demonstration content may count from a number of days before it is loaded."""

    file = "schedules.csv"
    model = Schedule
    fields = [
        "service",
        "freq",
        "interval",
        "byday",
        "bysetpos",
        "opens_at",
        "closes_at",
        "is_open_on_holidays",
        "notes",
    ]
    extra = {"demo_start_days": DAYS}

    def complete(self, values: dict[str, Any], row: Row) -> dict[str, Any]:
        days = values.pop("demo_start_days")
        starts_on = None if days is None else self.loading.today + dt.timedelta(days=days)
        return values | {"valid_from": starts_on}

    def identity(self, values: dict[str, Any]) -> Hashable:
        return values["service"].pk, tuple(values["byday"]), values["opens_at"]

    def existing(self) -> dict[Hashable, models.Model]:
        return {(one.service_id, tuple(one.byday), one.opens_at): one for one in Schedule.objects.all()}


LOADERS = [
    MunicipalOrganizations, Organizations, Services, ServiceLanguages, Locations, Addresses, Contacts, Schedules,
]  # fmt: skip
