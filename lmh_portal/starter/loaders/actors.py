"""Organisations and their services."""

from typing import Any

from actors.models import Certainty, Organization, Service
from lmh_portal.core.languages import LANGUAGES
from lmh_portal.core.models import Publishable
from lmh_portal.starter.files import Row
from lmh_portal.starter.loader import Loader
from lmh_portal.starter.loaders.vocabulary import Municipalities
from lmh_portal.vocabulary.models import OrganizationType

PUBLISHED = {"status": Publishable.Status.PUBLISHED}


class MunicipalOrganizations(Loader):
    """The municipalities as organisations, made from the file of their areas."""

    file = Municipalities.file
    model = Organization
    fields = []
    extra = Municipalities.columns()
    constant = PUBLISHED

    @property
    def title(self) -> str:
        return f"{self.file} as organisations"

    @classmethod
    def header_problems(cls, header: list[str]):
        return ()  # whatever is wrong was said when the areas were loaded

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


class Organizations(Loader):
    file = "organisations.csv"
    model = Organization
    fields = [
        "slug", "name", "organization_type", "parent_organization", "scope", "municipality", "description",
        "website", "topics", "target_groups", "languages", "certainty",
    ]  # fmt: skip
    renamed = {"code": "slug"}
    constant = PUBLISHED


class Services(Loader):
    file = "services.csv"
    model = Service
    fields = [
        "slug", "organization", "name", "description", "topics", "target_groups", "areas", "audience",
        "access", "languages", "website", "certainty",
    ]  # fmt: skip
    renamed = {"code": "slug"}
    constant = PUBLISHED


LOADERS = [MunicipalOrganizations, Organizations, Services]
