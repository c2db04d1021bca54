"""Read, learn, get in touch: what else the portal has about the same topics, and what editors choose beside it."""

import datetime as dt
from dataclasses import dataclass
from functools import cache

from django.contrib.contenttypes.models import ContentType
from django.db import connection

from actors.models import Organization, Service
from events.models import Event, start_of_today
from knowledge.models import Overview, Resource
from lmh_portal.core.languages import LANGUAGES, text_order
from lmh_portal.core.translated import Text, columns, page_language
from lmh_portal.home.models import RelatedChoice

SHOWN = 4  # of each kind
KINDS = [  # model, its name for readers, which rows may show, in which order they are looked at
    (Overview, "title", "", "id DESC"),
    (Resource, "title", "", "id DESC"),
    (
        Service,
        "name",
        "AND verification <> 'unlisted' AND operation <> 'defunct' AND (ends_on IS NULL OR ends_on >= %(today)s::date)",
        "id DESC",
    ),
    (Organization, "name", "AND verification <> 'unlisted'", "id DESC"),
    (Event, "name", "AND finishes_at >= %(today)s", "starts_at, id"),
]
# What editors chose for the page, then of the first 200 published rows about one of its topics those that share
# most topics, and of equals those that share most target groups. Written out because the ORM takes some twenty
# milliseconds to compose it, more than everything else on a page together. Ids first: an index alone then passes
# the events of all years before, and only rows that are shown are read.
CHOSEN = """
WITH chosen AS MATERIALIZED (
  SELECT choice.id, choice.target_id, choice.decision, target.app_label || '.' || target.model AS kind
    FROM {choices} AS choice
    JOIN {types} AS page ON page.id = choice.page_type_id
    JOIN {types} AS target ON target.id = choice.target_type_id
   WHERE page.app_label = '{app}' AND page.model = '{model}' AND choice.page_id = %(pk)s)
"""
QUERY = """
(SELECT '{view}', slug, {starts_at}, pinned, shared, in_common, {names}
   FROM (SELECT id,
                (SELECT id FROM chosen WHERE kind = '{kind}' AND target_id = near.id) AS pinned,
                (SELECT count(*) FROM {items} WHERE content_object_id = near.id AND tag_id = ANY(%(topics)s)) AS shared,
                (SELECT count(*) FROM {groups}
                  WHERE {grouped} = near.id AND {group} = ANY(ARRAY({own_groups}))) AS in_common
           FROM ((SELECT id FROM {table}
                   WHERE status = 'published' {rows}
                     AND id = ANY(ARRAY(SELECT target_id FROM chosen WHERE kind = '{kind}' AND decision = 'pin')))
                 UNION ALL
                 (SELECT id FROM {table}
                   WHERE status = 'published' {rows} AND ('{label}', id) <> (%(label)s, %(pk)s) AND {about}
                     AND id <> ALL(ARRAY(SELECT target_id FROM chosen WHERE kind = '{kind}'))
                   ORDER BY {order} LIMIT 200)) AS near
          ORDER BY pinned, shared DESC, in_common DESC, id LIMIT {shown}) AS closest
   JOIN {table} USING (id) ORDER BY pinned, shared DESC, in_common DESC, id)
"""
GROUPS = "SELECT {group} FROM {groups} WHERE {grouped} = %(pk)s"
ABOUT = "EXISTS (SELECT FROM {items} WHERE content_object_id = {table}.id AND tag_id = ANY(%(topics)s))"
OWN = f"CASE WHEN %(label)s = '{Organization._meta.label}' THEN organizer_id = %(pk)s ELSE {{about}} END"


@dataclass(slots=True)
class RelatedPage:
    """One link to another page of the portal."""

    view: str
    slug: str
    starts_at: dt.datetime | None
    names: dict[str, str]
    is_pinned: bool = False

    @property
    def text(self) -> Text:
        code = next((code for code in text_order(page_language()) if self.names[code]), page_language())
        return Text(self.names[code] or "", code)


@dataclass(slots=True)
class Related:
    overviews: list[RelatedPage]
    resources: list[RelatedPage]
    actors: list[RelatedPage]
    events: list[RelatedPage]


def related_to(row) -> Related:
    """What editors pinned to the row, and published pages that share topics with it, the closest first; of an
    organisation's events, its own."""
    asked = {"topics": row.topic_ids, "label": row._meta.label, "pk": row.pk, "today": start_of_today()}
    with connection.cursor() as cursor:
        cursor.execute(_query(row._meta.model), asked)
        found = sorted(cursor.fetchall(), key=_closeness)
    pages = [
        RelatedPage(view, slug, starts_at, dict(zip(LANGUAGES, names, strict=True)), pinned is not None)
        for view, slug, starts_at, pinned, _shared, _in_common, *names in found
    ]
    return Related(
        overviews=[page for page in pages if page.view == Overview.detail_view],
        resources=[page for page in pages if page.view == Resource.detail_view],
        actors=[page for page in pages if page.view in {Service.detail_view, Organization.detail_view}],
        events=sorted((page for page in pages if page.view == Event.detail_view), key=_when),
    )


def _closeness(found: tuple) -> tuple:
    _view, _slug, _starts_at, pinned, shared, in_common, *_names = found
    return pinned is None, pinned, -shared, -in_common


def _when(page: RelatedPage) -> tuple:
    return not page.is_pinned, page.starts_at, page.slug


@cache
def _query(model) -> str:
    """The query for a row of a model."""
    own_groups = GROUPS.format(**_groups(model))
    chosen = CHOSEN.format(
        choices=RelatedChoice._meta.db_table,
        types=ContentType._meta.db_table,
        app=model._meta.app_label,
        model=model._meta.model_name,
    )
    return chosen + " UNION ALL ".join(_part(*kind, own_groups) for kind in KINDS)


def _part(model, name: str, rows: str, order: str, own_groups: str) -> str:
    table, items = model._meta.db_table, model._meta.get_field("topic_items").related_model._meta.db_table
    about = ABOUT.format(table=table, items=items)
    return QUERY.format(
        table=table,
        items=items,
        **_groups(model),
        own_groups=own_groups,
        about=OWN.format(about=about) if model is Event else about,
        view=model.detail_view,
        label=model._meta.label,
        kind=model._meta.label_lower,
        names=", ".join(columns(name)),
        starts_at="starts_at" if model is Event else "NULL::timestamptz",
        rows=rows,
        order=order,
        shown=SHOWN,
    )


def _groups(model) -> dict[str, str]:
    """The table of a model's target groups and its columns."""
    field = model._meta.get_field("target_groups")
    return {
        "groups": field.m2m_db_table(), "grouped": field.m2m_column_name(), "group": field.m2m_reverse_name()
    }  # fmt: skip
