"""What all pages' model admins share: tabs, marks, topics, slug, publication."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils.html import strip_tags

from actors.models import Organization, Service
from lmh_portal.vocabulary.models import Topic
from tests import make

LIST = "/admin/actors/organization/"
ADD = "/admin/actors/organization/add/"
TEXTS = {f"{field}_{code}": "" for field in ["name", "description"] for code in ["sv", "en", "ar"]}


@pytest.fixture
def editor(db, client):
    editor = make.make_editor()
    client.force_login(editor)
    return editor


def form_data(**changes) -> dict:
    kind = make.make_organization().organization_type
    values = {
        "name_sv": "Röda Korset", "organization_type": kind.pk, "scope": "local", "certainty": "generic",
        "status": "draft", "slug": "roda-korset",
    }  # fmt: skip
    return TEXTS | values | make.no_rows("contacts") | make.NO_RELATED_CHOICES | changes


def marks(page: str) -> list[str]:
    """What a list says about translations, as text."""
    found = re.findall(r'<li class="language-mark.*?</li>', page)
    return [strip_tags(mark) for mark in found]


def test_topics_chosen_are_kept_and_none_is_made(editor, client):
    first, second, _third = make.make_topic(), make.make_topic(), make.make_topic()

    client.post(ADD, form_data(topics=[first.pk, second.pk]))

    assert set(Organization.objects.get(slug="roda-korset").topics.all()) == {first, second}
    assert Topic.objects.count() == 3


def test_topics_are_shown_changed_and_removed(editor, client):
    first, second = make.make_topic(name_sv="Tolk"), make.make_topic(name_sv="Språk")
    organization = make.make_organization([first], slug="roda-korset")
    page = reverse("admin:actors_organization_change", args=[organization.pk])

    assert f'<option value="{first.pk}" selected>Tolk</option>' in client.get(page).content.decode()
    client.post(page, form_data(topics=[second.pk]))
    assert list(organization.topics.all()) == [second]
    client.post(page, form_data())
    assert list(organization.topics.all()) == []


def test_topic_that_is_not_in_the_vocabulary_is_refused(editor, client):
    response = client.post(ADD, form_data(topics=["999999"]))

    assert "topics" in response.context["adminform"].form.errors
    assert not Organization.objects.filter(slug="roda-korset").exists()


def test_form_shows_every_language_with_its_direction(editor, client):
    page = client.get(ADD).content.decode()

    inputs = {code: re.search(rf'<input[^>]*name="name_{code}"[^>]*>', page)[0] for code in ["sv", "en", "ar"]}
    assert 'lang="sv" dir="ltr" data-language="sv"' in inputs["sv"]
    assert 'lang="en" dir="ltr" data-language="en"' in inputs["en"]
    assert 'lang="ar" dir="rtl" data-language="ar"' in inputs["ar"]
    assert re.findall(r'role="tab" id="tab-(\w+)"', page) == ["sv", "en", "ar"]
    assert " required" in inputs["sv"]
    assert " required" not in inputs["en"]


def test_new_page_gets_its_address_from_the_swedish_name_and_keeps_it(editor, client):
    new = client.get(ADD).context["adminform"]
    organization = make.make_organization()
    old = client.get(reverse("admin:actors_organization_change", args=[organization.pk])).context["adminform"]

    assert [
        (field["field"].name, [source.name for source in field["dependencies"]]) for field in new.prepopulated_fields
    ] == [("slug", ["name_sv"])]
    assert old.prepopulated_fields == []


def test_list_marks_missing_translations(editor, client):
    make.make_organization(
        name_sv="Hälsan", description_sv="Text.", name_en="Health", name_ar="صحة", description_ar="نص"
    )

    page = client.get(LIST, headers={"accept-language": "en"}).content.decode()

    assert marks(page) == ["sv ✓", "en 1 missing", "ar ✓"]


def test_list_marks_nothing_that_swedish_lacks_too(editor, client):
    make.make_organization(name_sv="Hälsan", description_sv="", name_en="Health")

    page = client.get(LIST, headers={"accept-language": "en"}).content.decode()

    assert marks(page) == ["sv ✓", "en ✓", "ar 1 missing"]


@pytest.mark.parametrize("empty", [None, ""])
def test_list_can_show_what_lacks_a_language(editor, client, empty):
    missing = make.make_organization(name_ar=empty)
    make.make_organization(name_ar="صحة")

    response = client.get(LIST, {"missing": "ar"})

    assert list(response.context["cl"].result_list) == [missing]


def test_list_says_in_which_language_a_title_is(editor, client):
    make.make_organization(name_sv="Hälsan")

    page = client.get(LIST, headers={"accept-language": "ar"}).content.decode()

    assert '<span lang="sv" dir="ltr">Hälsan</span>' in page


@pytest.mark.parametrize("word", ["hälsan", "health", "صحة"])
def test_search_reads_every_language(editor, client, word):
    found = make.make_organization(name_sv="Hälsan", name_en="Health", name_ar="صحة")
    make.make_organization()

    assert list(client.get(LIST, {"q": word}).context["cl"].result_list) == [found]


def test_list_is_in_swedish_order(editor, client):
    names = ["Zon", "Åre", "Ärla", "Öst", "Alfa"]
    for name in names:
        make.make_organization(name_sv=name)

    for order in [{}, {"o": "1"}]:
        rows = client.get(LIST, order).context["cl"].result_list
        assert [row.name_sv for row in rows] == ["Alfa", "Zon", "Åre", "Ärla", "Öst"]


def run(client, action, *rows):
    return client.post(LIST, {"action": action, "_selected_action": [row.pk for row in rows]}, follow=True)


@pytest.mark.parametrize(
    ("action", "before", "after"), [("publish", "draft", "published"), ("unpublish", "published", "draft")]
)
def test_action_publishes_and_withdraws(editor, client, action, before, after):
    row, other = make.make_organization(status=before), make.make_organization(status=before)
    done = make.make_organization(status=after)

    run(client, action, row, done)

    statuses = dict(Organization.objects.values_list("pk", "status"))
    assert statuses == {row.pk: after, other.pk: before, done.pk: after}
    assert [entry.object_id for entry in LogEntry.objects.all()] == [str(row.pk)]
    assert LogEntry.objects.get().get_change_message().lower().count("status") == 1


def test_action_is_for_those_who_may_change(db, client):
    reader = make.make_editor(is_superuser=False)
    reader.user_permissions.add(Permission.objects.get(codename="view_organization"))
    client.force_login(reader)
    row = make.make_organization(status="draft")

    run(client, "publish", row)

    row.refresh_from_db()
    assert row.status == "draft"


@pytest.mark.parametrize("language", ["sv", "ar"])
def test_view_on_site_goes_to_the_page_in_the_editors_language(editor, client, language):
    organization = make.make_organization(slug="halsan")
    page = reverse("admin:actors_organization_change", args=[organization.pk])

    for address in [page, LIST]:
        html = client.get(address, headers={"accept-language": language}).content.decode()
        (link,) = re.findall(r'href="([^"]*/halsan/)"', html)
        assert link.startswith(f"/{language}/")


def test_services_of_an_organisation_are_links(editor, client):
    service = make.make_service(name_sv="Samtal")
    page = reverse("admin:actors_organization_change", args=[service.organization_id])

    html = client.get(page).content.decode()

    assert f'<a href="/admin/actors/service/{service.pk}/change/">Samtal</a>' in html
    assert f"/admin/actors/service/add/?organization={service.organization_id}" in html
    assert Service.objects.count() == 1
