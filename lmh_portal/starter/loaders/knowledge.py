"""References, the overviews that cite them, and resources."""

import json
import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

from django.db import models

from knowledge import services
from knowledge.models import Overview, Reference, Resource, ResourceFile
from knowledge.overview_files import PARTS, PartError, joined_parts
from knowledge.text import cited_keys
from lmh_portal.core.languages import LANGUAGES, SOURCE_LANGUAGE
from lmh_portal.core.models import Publishable
from lmh_portal.starter.files import Content, Row, read_overviews
from lmh_portal.starter.loader import FromReadFile, Loader
from lmh_portal.vocabulary.models import CareSetting, StaffGroup


class References(Loader):
    file = "references.csv"
    model = Reference
    fields = ["key", "authors", "year", "title", "container", "details", "doi", "url", "kind", "verification"]

    def to_blame(self, row: Row) -> str:
        return "doi"


class Overviews(Loader):
    """A folder of Markdown files, one for each overview and language; what is new in them is published."""

    file = "overviews"
    model = Overview
    fields = [
        "slug", "title", "question", "summary", "key_messages", "practice", "body", "gaps", "methods",
        "review_function", "overview_type", "license", "is_demo", "published_on", "searched_until", "reviewed_on",
        "review_due", "topics", "target_groups", "staff_groups", "references",
    ]  # fmt: skip
    extra = {f"{name}_{code}": models.TextField(blank=True) for name in sorted(PARTS) for code in LANGUAGES}
    constant = {"status": Overview.Status.PUBLISHED}
    row_by_row = True

    def read(self) -> Content:
        return read_overviews(Path(self.path))

    def existing(self):
        return {row.slug: row for row in Overview.objects.filter(revises=None)}

    def complete(self, values: dict[str, Any], row: Row) -> dict[str, Any]:
        texts = {name: value for name, value in values.items() if isinstance(value, str)}
        self.parts = {kind: self._parts(kind, values, row) for kind in PARTS}
        self._check_citations(values, texts, row)
        return values

    def _parts(self, kind: str, values: dict[str, Any], row: Row) -> list[dict[str, Any]]:
        given = {code: json.loads(values.pop(f"{kind}_{code}", "") or "[]") for code in LANGUAGES}
        try:
            parts = joined_parts(kind, given)
        except PartError as error:
            self.problems += [row.problem(f"{kind}_{error.language}", reason) for reason in error.messages]
            return []
        for name, model in [("settings", CareSetting), ("staff_groups", StaffGroup)]:
            given = [code for one in parts for code in one.get(name, [])]
            unknown = [code for code in given if code not in self.loading.index[model]]
            self.problems += [row.problem(f"{kind}_{SOURCE_LANGUAGE}", f"{code!r} is not known") for code in unknown]
        return parts

    def _check_citations(self, values: dict[str, Any], texts: dict[str, str], row: Row) -> None:
        listed = {reference.key for reference in values["references"]}
        for column, text in texts.items():
            for key in [key for key in cited_keys(text) if key not in listed]:
                lines_above = text.count("\n", 0, re.search(rf"@{key}\b", text).start())
                reason = f"cites {key}, which is not among the references"
                self.problems.append(row.problem(column, reason, lines_above))

    def _load_row(self, row: Row, values: dict[str, Any]) -> tuple[models.Model, str]:
        overview, deed = super()._load_row(row, values)
        self.is_news = deed != "kept" or self.loading.overwrite
        self.writes_parts = deed == "added" or self.loading.overwrite
        return overview, deed

    def finish(self, rows: list[models.Model]) -> None:
        for overview in rows if self.is_news else []:
            if self.writes_parts:
                services.set_parts(overview, **self.parts)
            services.publish_from_files(overview)


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


class ResourceFiles(FromReadFile):
    """The address of a resource in each of its languages, left alone once the resource has any."""

    file = Resources.file
    made = "addresses"
    model = ResourceFile
    fields = ["resource", "language", "url"]
    renamed = {"code": "resource"}

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
