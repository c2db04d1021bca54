"""References and the overviews that cite them."""

import re
from pathlib import Path
from typing import Any

from knowledge.models import Overview, Reference
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


LOADERS = [References, Overviews]
