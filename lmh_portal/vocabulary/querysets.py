"""What content that carries topics can be asked."""

from functools import cache

from django.db.models import Model, Q
from django.db.models.expressions import RawSQL

from lmh_portal.core.models import PublishableQuerySet
from lmh_portal.core.translated import columns


class AboutQuerySet(PublishableQuerySet):
    """Content with topics; `search_fields` are the translated fields that `matching` reads."""

    search_fields: list[str] = []

    def matching(self, text: str):
        """Rows that contain every word of the text, in any language."""
        found = self
        for word in text.split()[:8]:
            conditions = [Q(**{f"{column}__icontains": word}) for column in columns(*self.search_fields)]
            found = found.filter(Q.create(conditions, connector=Q.OR))
        return found

    def with_ids(self, **relations: str):
        """Annotate sorted lists of ids of related terms, `topic_ids="topic_items"`; no query per row.

        Written in SQL because the ORM takes a millisecond to compose each of these subqueries anew.
        """
        ids = {name: RawSQL(_ids(self.model, relation), ()) for name, relation in relations.items()}  # noqa: S611
        return self.annotate(**ids)


def joins(field) -> tuple[type[Model], str, str]:
    """The model that joins rows to terms, its key of the row and its key of the term."""
    if field.many_to_many:
        through = field.remote_field.through
        return through, f"{field.m2m_field_name()}_id", f"{field.m2m_reverse_field_name()}_id"
    return field.related_model, f"{field.field.name}_id", "tag_id"  # topic_items


@cache
def _ids(model, relation: str) -> str:
    through, source, target = joins(model._meta.get_field(relation))
    table, joined = model._meta.db_table, through._meta.db_table
    return f'ARRAY(SELECT "{target}" FROM "{joined}" WHERE "{source}" = "{table}"."id" ORDER BY 1)'  # noqa: S608
