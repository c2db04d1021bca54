"""Vocabularies and areas."""

import json
from typing import Any

from lmh_portal.starter.files import Content, Problem, Row
from lmh_portal.starter.loader import Loader
from lmh_portal.vocabulary import models
from lmh_portal.vocabulary.outline import svg_path


class TermLoader(Loader):
    """A term's position among the others is its place in the file."""

    fields = ["code", "name", "definition"]

    def complete(self, values: dict[str, Any], row: Row) -> dict[str, Any]:
        return values | {"position": row.line - 1}


class TargetGroups(TermLoader):
    file = "vocabularies/target_groups.csv"
    model = models.TargetGroup


class StaffGroups(TermLoader):
    file = "vocabularies/staff_groups.csv"
    model = models.StaffGroup


class CareSettings(TermLoader):
    file = "vocabularies/settings.csv"
    model = models.CareSetting


class OrganizationTypes(TermLoader):
    file = "vocabularies/organisation_types.csv"
    model = models.OrganizationType


class EventTypes(TermLoader):
    file = "vocabularies/event_types.csv"
    model = models.EventType


class ResourceTypes(TermLoader):
    file = "vocabularies/resource_types.csv"
    model = models.ResourceType


class InterventionLevels(TermLoader):
    file = "vocabularies/intervention_levels.csv"
    model = models.InterventionLevel


class Languages(TermLoader):
    file = "vocabularies/languages.csv"
    model = models.Language
    fields = [*TermLoader.fields, "autonym", "direction", "script"]


class Topics(TermLoader):
    file = "vocabularies/topics.csv"
    model = models.Topic
    fields = ["slug", "broader", "name", "definition"]
    renamed = {"code": "slug"}


class GlossaryTerms(Loader):
    """Synonyms are separated by semicolons in the file, by lines in the database."""

    file = "glossary.csv"
    model = models.GlossaryTerm
    fields = ["code", "use_instead", "name", "definition", "synonyms"]

    def complete(self, values: dict[str, Any], row: Row) -> dict[str, Any]:
        return values | {
            name: "\n".join(one.strip() for one in value.split(";"))
            for name, value in values.items()
            if name.startswith("synonyms_") and value
        }


class Concepts(Loader):
    """Terms are separated by semicolons in the file, by lines in the database."""

    file = "concepts.csv"
    model = models.Concept
    fields = ["code", "topic", "terms", "misspellings", "other_languages"]

    def complete(self, values: dict[str, Any], row: Row) -> dict[str, Any]:
        return values | {
            name: "\n".join(one.strip() for one in value.split(";"))
            for name, value in values.items()
            if name not in {"code", "topic"} and value
        }


class Countries(Loader):
    file = "countries.csv"
    model = models.Area
    fields = ["code", "name"]
    constant = {"kind": models.Area.Kind.COUNTRY}


class Counties(Loader):
    file = "counties.csv"
    model = models.Area
    fields = ["code", "within", "name"]
    constant = {"kind": models.Area.Kind.COUNTY}


class Subregions(Loader):
    file = "subregions.csv"
    model = models.Area
    fields = ["code", "within", "name", "official_name", "website"]
    constant = {"kind": models.Area.Kind.SUBREGION}


class Municipalities(Loader):
    """Their outlines stand in a file of their own, which may be absent."""

    file = "municipalities.csv"
    outlines_file = "municipalities.geojson"
    model = models.Area
    fields = ["code", "within", "name", "official_name", "brand_name", "latitude", "longitude", "website"]
    constant = {"kind": models.Area.Kind.MUNICIPALITY}

    def read(self) -> Content:
        content = super().read()
        self.outlines = {}
        path = self.loading.directory / self.outlines_file
        if path.exists():
            try:
                self.outlines = outlines(json.loads(path.read_bytes()))
            except json.JSONDecodeError as error:
                content.problems.append(
                    Problem(self.outlines_file, error.lineno, "", f"is not valid JSON: {error.msg}")
                )
            except (UnicodeDecodeError, LookupError, TypeError, ValueError) as error:
                content.problems.append(Problem(self.outlines_file, 1, "", f"is not GeoJSON with codes: {error!r}"))
        return content

    def complete(self, values: dict[str, Any], row: Row) -> dict[str, Any]:
        if self.outlines and values["code"] not in self.outlines:
            self.problems.append(row.problem("code", f"{self.outlines_file} has no outline for it"))
        return values | ({"outline": self.outlines.get(values["code"], "")} if self.outlines else {})


def outlines(collection: dict) -> dict[str, str]:
    """The SVG path of each area by its code."""
    return {one["properties"]["code"]: svg_path(one["geometry"]) for one in collection["features"]}


LOADERS = [
    TargetGroups, StaffGroups, CareSettings, OrganizationTypes, EventTypes, ResourceTypes, InterventionLevels,
    Languages, Topics, GlossaryTerms, Concepts, Countries, Counties, Subregions, Municipalities,
]  # fmt: skip
