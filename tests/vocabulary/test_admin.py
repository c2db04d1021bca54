"""Vocabularies on the desk: what is saved takes effect, what is used stays."""

import pytest
from django.urls import reverse

from lmh_portal.vocabulary.models import Area, OrganizationType, TargetGroup, Topic
from tests import make

TEXTS = {f"{field}_{code}": "" for field in ["name", "definition"] for code in ["sv", "en", "ar"]}


@pytest.fixture
def editor(db, client):
    editor = make.make_editor()
    client.force_login(editor)
    return editor


def test_broader_topic_takes_effect_at_once(editor, client):
    health = make.make_topic()

    client.post(
        "/admin/vocabulary/topic/add/",
        TEXTS | {"name_sv": "Tandhälsa", "slug": "tandhalsa", "broader": health.pk, "position": 0},
    )

    topic = Topic.objects.get(slug="tandhalsa")
    assert set(topic.ancestors.all()) == {topic, health}


def test_topic_cannot_become_broader_than_itself(editor, client):
    health = make.make_topic(slug="halsa")
    teeth = make.make_topic(broader=health)

    response = client.post(
        reverse("admin:vocabulary_topic_change", args=[health.pk]),
        TEXTS | {"name_sv": "Hälsa", "slug": "halsa", "broader": teeth.pk, "position": 0},
    )

    assert "broader" in response.context["adminform"].form.errors


def test_area_moved_to_another_takes_effect_and_keeps_its_code(editor, client):
    old, new = make.make_area(kind="subregion"), make.make_area(kind="subregion")
    town = make.make_area(code="1480", within=old)

    client.post(
        reverse("admin:vocabulary_area_change", args=[town.pk]),
        {
            "name_sv": "Göteborg",
            "name_en": "",
            "name_ar": "",
            "within": new.pk,
            "code": "9999",
            "kind": "county",
        },
    )

    town.refresh_from_db()
    assert (town.code, town.kind, town.name_sv) == ("1480", "municipality", "Göteborg")
    assert list(new.municipalities.all()) == [town]
    assert list(old.municipalities.all()) == []
    assert Area.objects.filter(code="1480").count() == 1


def test_code_of_a_term_is_chosen_once(editor, client):
    new = client.get("/admin/vocabulary/targetgroup/add/").context["adminform"].form
    term = make.make_term(TargetGroup)
    page = client.get(reverse("admin:vocabulary_targetgroup_change", args=[term.pk]))

    assert "code" in new.fields
    assert "code" not in page.context["adminform"].form.fields


def test_term_in_use_is_not_deleted(editor, client):
    kind = make.make_organization().organization_type
    page = reverse("admin:vocabulary_organizationtype_delete", args=[kind.pk])

    response = client.post(page, {"post": "yes"})

    assert response.context["protected"]
    assert OrganizationType.objects.filter(pk=kind.pk).exists()
