"""What content that carries topics can be asked."""

from functools import cache

from django.db.models import Q
from django.db.models.expressions import RawSQL

from lmh_portal.core.models import PublishableQuerySet
from lmh_portal.core.translated import columns


class AboutQuerySet(PublishableQuerySet):
    """Content with topics; `matching` reads the translated `search_fields` and the untranslated `names`."""

    search_fields: list[str] = []
    names: list[str] = []

    def matching(self, text: str):
        """Rows that contain every word of the text, in any language."""
        found, searched = self, [*columns(*self.search_fields), *self.names]
        for word in text.split()[:8]:
            conditions = [Q(**{f"{column}__icontains": word}) for column in searched]
            found = found.filter(Q.create(conditions, connector=Q.OR))
        return found

    def with_ids(self, **relations: str):
        """Annotate sorted lists of ids of related terms, `topic_ids="topic_items"`; no query per row.

        Of rows that belong to one of these, name the column too: `language_ids="files__language"`.
        Written in SQL because the ORM takes a millisecond to compose each of these subqueries anew.
        """
        ids = {name: RawSQL(_ids(self.model, relation), ()) for name, relation in relations.items()}  # noqa: S611
        return self.annotate(**ids)


@cache
def _ids(model, relation: str) -> str:
    name, _, column = relation.partition("__")
    field = model._meta.get_field(name)
    own = f'"{model._meta.db_table}"."id"'
    if field.many_to_many:
        through, source, target = field.m2m_db_table(), field.m2m_column_name(), field.m2m_reverse_name()
    else:
        rows = field.related_model._meta
        through, source, target = rows.db_table, field.field.column, rows.get_field(column or "tag").column
    chosen = f'DISTINCT "{target}"' if column else f'"{target}"'
    return f'ARRAY(SELECT {chosen} FROM "{through}" WHERE "{source}" = {own} AND "{target}" IS NOT NULL ORDER BY 1)'  # noqa: S608
