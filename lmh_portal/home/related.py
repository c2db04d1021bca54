"""Read, learn, get in touch: what else the portal has about the same topics."""

import datetime as dt
from dataclasses import dataclass
from functools import cache

from django.db import connection

from actors.models import Organization, Service
from events.models import Event, start_of_today
from knowledge.models import Overview
from lmh_portal.core.languages import LANGUAGES, text_order
from lmh_portal.core.translated import Text, columns, page_language

SHOWN = 4  # of each kind
KINDS = [  # model, its name for readers, which rows may show, in which order they are looked at
    (Overview, "title", "", "id DESC"),
    (Service, "name", "", "id DESC"),
    (Organization, "name", "", "id DESC"),
    (Event, "name", "AND ends_at >= %(today)s", "starts_at, id"),
]
# Of the first 200 published rows about one of the topics, those that share most. Written out because the ORM
# takes some twenty milliseconds to compose it, more than everything else on a page together. Ids first: an
# index alone then passes the events of all years before, and only rows that are shown are read.
QUERY = """
(SELECT '{view}', slug, {starts_at}, shared, {names}
   FROM (SELECT id,
                (SELECT count(*) FROM {items} WHERE content_object_id = near.id AND tag_id = ANY(%(topics)s)) AS shared
           FROM (SELECT id FROM {table}
                  WHERE status = 'published' {rows} AND ('{label}', id) <> (%(label)s, %(pk)s) AND {about}
                  ORDER BY {order} LIMIT 200) AS near
          ORDER BY shared DESC, id LIMIT {shown}) AS closest
   JOIN {table} USING (id) ORDER BY shared DESC, id)
"""
ABOUT = "EXISTS (SELECT FROM {items} WHERE content_object_id = {table}.id AND tag_id = ANY(%(topics)s))"
OWN = f"CASE WHEN %(label)s = '{Organization._meta.label}' THEN organizer_id = %(pk)s ELSE {{about}} END"


@dataclass(slots=True)
class RelatedPage:
    """One link to another page of the portal."""

    view: str
    slug: str
    starts_at: dt.datetime | None
    names: dict[str, str]

    @property
    def text(self) -> Text:
        code = next((code for code in text_order(page_language()) if self.names[code]), page_language())
        return Text(self.names[code] or "", code)


@dataclass(slots=True)
class Related:
    overviews: list[RelatedPage]
    actors: list[RelatedPage]
    events: list[RelatedPage]


def related_to(row) -> Related:
    """Published pages that share topics with the row, the closest first; of an organisation's events, its own."""
    asked = {"topics": row.topic_ids, "label": row._meta.label, "pk": row.pk, "today": start_of_today()}
    with connection.cursor() as cursor:
        cursor.execute(_query(), asked)
        found = sorted(cursor.fetchall(), key=lambda one: one[3], reverse=True)
    pages = [
        RelatedPage(view, slug, starts_at, dict(zip(LANGUAGES, names, strict=True)))
        for view, slug, starts_at, _shared, *names in found
    ]
    return Related(
        overviews=[page for page in pages if page.view == Overview.detail_view],
        actors=[page for page in pages if page.view in {Service.detail_view, Organization.detail_view}],
        events=sorted(
            (page for page in pages if page.view == Event.detail_view), key=lambda page: (page.starts_at, page.slug)
        ),
    )


@cache
def _query() -> str:
    return " UNION ALL ".join(_part(*kind) for kind in KINDS)


def _part(model, name: str, rows: str, order: str) -> str:
    table, items = model._meta.db_table, model._meta.get_field("topic_items").related_model._meta.db_table
    about = ABOUT.format(table=table, items=items)
    return QUERY.format(
        table=table,
        items=items,
        about=OWN.format(about=about) if model is Event else about,
        view=model.detail_view,
        label=model._meta.label,
        names=", ".join(columns(name)),
        starts_at="starts_at" if model is Event else "NULL::timestamptz",
        rows=rows,
        order=order,
        shown=SHOWN,
    )
