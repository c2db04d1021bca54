"""The engine for lists of one kind of page: which rows answer a question, and how well."""

from django.db.models import BooleanField, FloatField, Model, OuterRef, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from lmh_portal.core.version import remembered
from lmh_portal.index.finding import WEIGHTS, labelled
from lmh_portal.index.models import Document
from lmh_portal.index.phrases import NEIGHBOUR
from lmh_portal.index.query import Group, Question, understand


def answering(model: type[Model], text: str) -> QuerySet:
    """The ids of the rows that meet every part of the question, in title, summary, long text or place."""
    conditions, values = [], []
    for group in _question(text).groups:
        query = _query(group)
        meets = ["head @@ %s::tsquery", "body @@ %s::tsquery"] if query else []
        values += [query, query] if query else []
        if group.areas:
            meets.append("municipalities && %s::int[]")
            values.append(group.areas)
        conditions.append(f"({' OR '.join(meets or ['false'])})")
    answers = RawSQL(" AND ".join(conditions) or "false", values, BooleanField())  # noqa: S611 (ours; words are values)
    return (
        Document.objects.filter(kind=model._meta.model_name)
        .annotate(answers=answers)
        .filter(answers=True)
        .values("object_id")
    )


def rank(model: type[Model], text: str) -> Subquery:
    """How well a row answers the question; nothing for rows that are not public."""
    query = " | ".join(query for group in _question(text).groups if (query := _query(group)))
    ranked = RawSQL("ts_rank(%s, head, %s::tsquery)", [WEIGHTS, query], FloatField())
    documents = Document.objects.filter(kind=model._meta.model_name, object_id=OuterRef("pk"))
    return Subquery(documents.values(rank=ranked)[:1])


def _question(text: str) -> Question:
    return remembered(("question of a list", text), lambda: understand(text))


def _query(group: Group) -> str:
    """The ways that lead straight to what was meant; lists show all that they find, however weak."""
    return labelled(" | ".join(f"({query})" for weight, query in group.tiers().items() if weight >= NEIGHBOUR), "")
