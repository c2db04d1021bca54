"""What content that carries topics can be asked."""

from functools import cache

from django.conf import settings
from django.db.models import Model, Q
from django.db.models.expressions import OrderBy, RawSQL
from django.utils.module_loading import import_string

from lmh_portal.core.models import IS_PUBLISHED, PublishableQuerySet
from lmh_portal.core.translated import columns


class AboutQuerySet(PublishableQuerySet):
    """Content with topics. `matching` asks the engine of search; drafts, which that does not know, are looked for
    in the translated `search_fields` and the untranslated `names`."""

    search_fields: list[str] = []
    names: list[str] = []

    def matching(self, text: str, *, with_drafts: bool = False):
        """Rows that answer the text, in any language; of drafts those that contain every word."""
        answers = Q(pk__in=import_string(f"{settings.SEARCH_ENGINE}.answering")(self.model, text))
        if with_drafts:
            searched = [*columns(*self.search_fields), *self.names]
            answers |= Q.create([~IS_PUBLISHED, *_having(text, searched)])
        return self.filter(answers)

    def best_first(self, text: str) -> OrderBy:
        """An order of what `matching` finds."""
        return import_string(f"{settings.SEARCH_ENGINE}.rank")(self.model, text).desc(nulls_last=True)

    def with_ids(self, **relations: str):
        """Annotate sorted lists of ids of related terms, `topic_ids="topic_items"`; no query per row.

        Of rows that belong to one of these, name the column too: `language_ids="files__language"`.
        Written in SQL because the ORM takes a millisecond to compose each of these subqueries anew.
        """
        ids = {name: RawSQL(_ids(self.model, relation), ()) for name, relation in relations.items()}  # noqa: S611
        return self.annotate(**ids)


def _having(text: str, searched: list[str]) -> list[Q]:
    """A condition for each word: that it stands in one of the columns."""
    return [
        Q.create([(f"{column}__icontains", word) for column in searched], connector=Q.OR) for word in text.split()[:8]
    ]


def joins(field, further: str = "") -> tuple[type[Model], str, str]:
    """The model that joins rows to terms, its key of the row and its key of the term."""
    if field.many_to_many:
        through = field.remote_field.through
        return through, f"{field.m2m_field_name()}_id", f"{field.m2m_reverse_field_name()}_id"
    name = further.partition("__")[0] or "tag"  # of topic_items
    return field.related_model, field.field.attname, field.related_model._meta.get_field(name).attname


@cache
def _ids(model, relation: str) -> str:
    name, _, column = relation.partition("__")
    through, source, target = joins(model._meta.get_field(name), column)
    table, joined = model._meta.db_table, through._meta.db_table
    chosen = f'DISTINCT "{target}"' if column else f'"{target}"'
    which = f'"{source}" = "{table}"."id" AND "{target}" IS NOT NULL'
    return f'ARRAY(SELECT {chosen} FROM "{joined}" WHERE {which} ORDER BY 1)'  # noqa: S608
