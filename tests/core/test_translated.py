"""Translated text knows its language, and sorts as Swedish readers expect."""

import csv

import pytest
from django.conf import settings
from django.db import connection
from django.utils.translation import override

from actors.models import Organization
from lmh_portal.core.templatetags.portal import text
from lmh_portal.core.translated import localized, translated
from tests.make import make_organization

HARD_NAMES = [
    "Zebra", "Ångström", "Ärla", "Öckerö", "Alingsås", "ål", "Ale", "Åmål", "Ödeshög", "Orust", "Essunga", "Éric",
    "Erik", "van Gogh", "Wahl", "Vara", "Møller", "Müller", "Mycket", "Tjörn", "tjärn", "1177", "Färgelanda",
]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "expected"),
    [("sv", ("Region", "sv")), ("en", ("Region (en)", "en")), ("ar", ("Region (en)", "en"))],
)
def test_text_comes_in_the_next_best_language(language, expected):
    row = Organization(name_sv="Region", name_en="Region (en)")

    with override(language):
        assert translated(row, "name") == expected


def test_fallback_carries_its_language_and_direction_and_is_escaped():
    row = Organization(name_sv="Råd & <stöd>")

    with override("ar"):
        shown = text(row, "name")

    assert shown == '<span lang="sv" dir="ltr">Råd &amp; &lt;stöd&gt;</span>'


def test_text_without_any_version_is_empty():
    assert translated(Organization(), "name") == ("", "sv")


@pytest.mark.django_db
def test_database_makes_the_same_choice_as_the_page():
    make_organization(name_sv="Svenska", name_en="")
    make_organization(name_sv="Svenska två", name_en="English")

    with override("en"):
        shown = [translated(row, "name").value for row in Organization.objects.order_by("pk")]
        chosen = list(Organization.objects.order_by("pk").values_list(localized("name"), flat=True))

    assert chosen == shown == ["Svenska", "English"]


@pytest.mark.django_db
def test_names_sort_with_å_before_ä_before_ö_after_z():
    for name in ["Öckerö", "Zebra", "Ärla", "Ale", "åmål", "Éva", "Eva B"]:
        make_organization(name_sv=name)

    names = [row.name_sv for row in Organization.objects.by_name()]

    assert names == ["Ale", "Éva", "Eva B", "Zebra", "åmål", "Ärla", "Öckerö"]


@pytest.mark.django_db
def test_sort_key_equals_icu_where_the_server_has_it():
    path = settings.BASE_DIR / "lmh_portal/starter/data/municipalities.csv"
    with path.open(encoding="utf-8") as file:
        names = HARD_NAMES + [row["name_sv"] for row in csv.DictReader(file)]

    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_collation WHERE collname = 'sv-x-icu')")
        order = 'COLLATE "sv-x-icu"' if cursor.fetchone()[0] else 'COLLATE "C"'
        key = "n" if "icu" in order else "portal_sort_key(n)"
        cursor.execute(f'SELECT n FROM unnest(%s::text[]) n ORDER BY {key} {order}, n COLLATE "C"', [names])
        expected = [name for (name,) in cursor.fetchall()]
        cursor.execute(
            'SELECT n FROM unnest(%s::text[]) n ORDER BY portal_sort_key(n) COLLATE "C", n COLLATE "C"',
            [names],
        )
        assert [name for (name,) in cursor.fetchall()] == expected


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["sv", "en", "ar"])
def test_sorted_lists_read_their_index(language):
    with connection.cursor() as cursor, override(language):
        query = str(Organization.objects.published().by_name().values("pk")[:20].query)
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {query.replace('= published', chr(61) + repr('published'))}")
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert f"Index Only Scan using actors_organization_by_name_{language}" in plan
