"""What content that carries topics can be asked."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, OuterRef, Q

from lmh_portal.core.models import PublishableQuerySet
from lmh_portal.core.translated import columns

LOOKED_AT = 200  # rows compared for related pages: the cost stays, however many there are


class AboutQuerySet(PublishableQuerySet):
    """Content with topics.

    `search_fields` are the translated fields that `matching` reads. Subclasses say in `card_fields`
    what a card shows of a row.
    """

    search_fields: list[str] = []
    card_fields: list[str] = []

    def matching(self, text: str):
        """Rows that contain every word of the text, in any language."""
        found = self
        for word in text.split()[:8]:
            conditions = [Q(**{f"{column}__icontains": word}) for column in columns(*self.search_fields)]
            found = found.filter(Q.create(conditions, connector=Q.OR))
        return found

    def with_ids(self, **paths: str):
        """Annotate lists of ids of related terms, `topic_ids="topic_items__tag"`; no query per row."""
        subqueries = {}
        for name, path in paths.items():
            relation, _, column = path.partition("__")
            through, source, target = self._through(relation, column)
            subqueries[name] = ArraySubquery(
                through.objects.filter(**{source: OuterRef("pk")}).order_by(target).values(target)
            )
        return self.annotate(**subqueries)

    def _through(self, relation: str, column: str):
        field = self.model._meta.get_field(relation)
        if field.many_to_many:
            return field.remote_field.through, field.m2m_field_name(), field.m2m_reverse_field_name()
        return field.related_model, field.field.name, column

    def sharing_topics(self, topic_ids: list[int]):
        """Of the first rows about one of the topics (the newest, if in no order), those with most of them first."""
        items = self.model._meta.get_field("topic_items").related_model
        about = Exists(items.objects.filter(content_object=OuterRef("pk"), tag__in=topic_ids))
        ordered = self if self.query.order_by else self.order_by("-pk")
        return (
            self.filter(pk__in=ordered.filter(about).values("pk")[:LOOKED_AT], topic_items__tag__in=topic_ids)
            .annotate(shared=Count("topic_items"))
            .order_by("-shared", "pk")
        )
