"""What content that carries topics can be asked."""

from functools import cache

from django.db.models import Q
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


@cache
def _ids(model, relation: str) -> str:
    field = model._meta.get_field(relation)
    if field.many_to_many:
        through, source, target = field.m2m_db_table(), field.m2m_column_name(), field.m2m_reverse_name()
    else:  # topic_items
        through, source, target = field.related_model._meta.db_table, field.field.column, "tag_id"
    return f'ARRAY(SELECT "{target}" FROM "{through}" WHERE "{source}" = "{model._meta.db_table}"."id" ORDER BY 1)'  # noqa: S608
