"""References, the overviews that cite them, and resources."""

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

from django.db import models

from knowledge.models import Overview, Reference, Resource, ResourceFile
from knowledge.text import cited_keys
from lmh_portal.core.languages import LANGUAGES
from lmh_portal.core.models import Publishable
from lmh_portal.starter.files import Content, Row, read_overviews
from lmh_portal.starter.loader import Loader


class References(Loader):
    file = "references.csv"
    model = Reference
    fields = ["key", "authors", "year", "title", "container", "details", "doi", "url", "kind", "verification"]

    def to_blame(self, row: Row) -> str:
        return "doi"


class Overviews(Loader):
    """A folder of Markdown files, one for each overview and language."""

    file = "overviews"
    model = Overview
    fields = [
        "slug", "title", "summary", "body", "review_function", "is_demo", "published_on", "review_due",
        "topics", "target_groups", "staff_groups", "references",
    ]  # fmt: skip
    constant = {"status": Publishable.Status.PUBLISHED}
    row_by_row = True

    def read(self) -> Content:
        from_files = set(self.fields) - {"slug", "body"}
        translated = {name for name in from_files if self.is_translated(name)}
        return read_overviews(Path(self.path), translated, from_files - translated)

    def complete(self, values: dict[str, Any], row: Row) -> dict[str, Any]:
        listed = {reference.key for reference in values["references"]}
        for code in LANGUAGES:
            body = values.get(f"body_{code}") or ""
            for key in [key for key in cited_keys(body) if key not in listed]:
                lines_above = body.count("\n", 0, re.search(rf"@{key}\b", body).start())
                reason = f"cites {key}, which is not among the references"
                self.problems.append(row.problem(f"body_{code}", reason, lines_above))
        return values


class Resources(Loader):
    file = "resources.csv"
    model = Resource
    fields = [
        "slug", "resource_type", "title", "publisher", "year", "description", "topics", "target_groups",
        "staff_groups", "url", "license", "license_note", "is_demo",
    ]  # fmt: skip
    renamed = {"code": "slug"}
    extra = {"languages": models.TextField(blank=True)}  # for ResourceFiles
    constant = {"status": Publishable.Status.PUBLISHED}

    def complete(self, values: dict[str, Any], row: Row) -> dict[str, Any]:
        del values["languages"]
        return values


class ResourceFiles(Loader):
    """The address of a resource in each of its languages, left alone once the resource has any."""

    file = Resources.file
    model = ResourceFile
    fields = ["resource", "language", "url"]
    renamed = {"code": "resource"}

    @property
    def title(self) -> str:
        return f"{self.file} as addresses"

    @classmethod
    def header_problems(cls, header: list[str]):
        return ()  # whatever is wrong was said when the resources were loaded

    def read(self) -> Content:
        content = super().read()
        content.rows = [
            Row(row.file, row.line, row.cells | {"language": code.strip()})
            for row in content.rows
            for code in row.cells["languages"].split(";")
            if code.strip() and row.cells["url"]
        ]
        return content

    def identity(self, values: dict[str, Any]) -> Hashable:
        return values["resource"].pk, values["language"].pk

    def existing(self) -> dict[Hashable, models.Model]:
        return {(file.resource_id, file.language_id): file for file in ResourceFile.objects.exclude(url="")}

    def is_settled(self, identity: Hashable) -> bool:
        resource, _language = identity
        return any(resource == its_resource for its_resource, _ in self.present)


LOADERS = [References, Overviews, Resources, ResourceFiles]
