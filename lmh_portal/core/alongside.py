"""Rows that belong to another row, read along with it in one query: as JSON, and as rows of their model again."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Model, QuerySet
from django.db.models.functions import JSONObject


def alongside(rows: QuerySet, *fields: str, **others) -> ArraySubquery:
    """To annotate with: the fields of rows that an OuterRef chooses, and expressions by name."""
    plain = rows.rewrite(False) if hasattr(rows, "rewrite") else rows  # columns are named here
    return ArraySubquery(plain.values(json=JSONObject(**{name: name for name in fields}, **others)))


def instances(model: type[Model], rows: list[dict[str, Any]]) -> list:
    """The rows as they were read, as instances; what is no field of the model is left out."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return [
        model(**{name: fields[name].to_python(value) for name, value in row.items() if name in fields}) for row in rows
    ]
