"""Entries that may be there twice."""

import pytest
from django.urls import reverse

from actors.duplicates import similar_to, with_double
from actors.models import Organization, Service
from tests import make

pytestmark = pytest.mark.django_db
ADD = reverse("admin:actors_organization_add")


@pytest.fixture
def town():
    return make.make_area(name_sv="Borås")


@pytest.fixture
def editor(client):
    client.force_login(make.make_editor())
    return client


def test_similar_name_in_the_same_municipality_is_found(town):
    here = make.make_organization(name_sv="Norrby vårdcentral", municipality=town)
    make.make_organization(name_sv="Norrby vårdcentral", municipality=make.make_area())
    make.make_organization(name_sv="Norrby bibliotek", municipality=town)

    new = Organization(name_sv="Vårdcentralen Norrby", municipality=town)

    assert list(similar_to(new)) == [here]


def test_same_name_in_any_language_is_found(town):
    here = make.make_organization(name_sv="Hälsan", name_ar="مركز الصحة في أمول", municipality=town)

    assert list(similar_to(Organization(name_sv="Annat", name_ar="مركز الصحة في امول", municipality=town))) == [here]


def test_same_number_is_found_but_not_above_and_below():
    above = make.make_organization(name_sv="Regionen", organization_number="232100-0131")
    unit = make.make_organization(name_sv="Mobilt team", organization_number="232100-0131", parent_organization=above)
    stranger = Organization(name_sv="Annat namn", organization_number="232100-0131")

    assert set(similar_to(stranger)) == {above, unit}
    assert list(similar_to(unit)) == list(similar_to(above)) == []


def test_services_are_compared_within_their_organization():
    here, elsewhere = make.make_organization(), make.make_organization()
    first = make.make_service(name_sv="Samtalsstöd för unga", organization=here)
    second = make.make_service(name_sv="Samtalsstöd för unga", organization=elsewhere)
    third = make.make_service(name_sv="Samtalsstöd för de unga", organization=here)

    assert list(similar_to(first)) == [third]
    assert set(with_double(Service.objects.all())) == {first, third}
    assert second not in with_double(Service.objects.all())


def form_data(**changes) -> dict:
    texts = {f"{field}_{code}": "" for field in ["name", "description"] for code in ["sv", "en", "ar"]}
    kind = make.make_organization(name_sv="Något helt annat").organization_type
    values = {
        "name_sv": "Vårdcentralen Norrby", "organization_type": kind.pk, "scope": "local", "certainty": "generic",
        "status": "draft", "slug": "norrby",
    }  # fmt: skip
    return texts | values | make.no_rows("contacts") | make.NO_RELATED_CHOICES | changes


def test_editor_is_asked_once_and_may_overrule(editor, town):
    there = make.make_organization(name_sv="Norrby vårdcentral", municipality=town)
    data = form_data(municipality=town.pk)

    asked = editor.post(ADD, data)
    page = asked.content.decode()
    assert asked.status_code == 200
    assert f'<a href="{reverse("admin:actors_organization_change", args=[there.pk])}">Norrby vårdcentral</a>' in page
    assert 'name="save_anyway"' in page
    assert not Organization.objects.filter(slug="norrby").exists()

    assert editor.post(ADD, data | {"save_anyway": "on"}).status_code == 302
    assert Organization.objects.filter(slug="norrby").exists()


def test_entry_that_keeps_its_name_is_saved_without_a_question(editor, town):
    make.make_organization(name_sv="Norrby vårdcentral", municipality=town)
    there = make.make_organization(name_sv="Vårdcentralen Norrby", municipality=town, slug="norrby")
    address = reverse("admin:actors_organization_change", args=[there.pk])

    response = editor.post(address, form_data(municipality=town.pk, website="https://example.org/"))

    assert response.status_code == 302


def test_name_with_markup_is_shown_as_it_is(editor, town):
    make.make_organization(name_sv="Norrby <b>vårdcentral</b>", municipality=town)

    page = editor.post(ADD, form_data(municipality=town.pk, name_sv="Norrby <b>vårdcentral</b>")).content.decode()

    assert "<b>vårdcentral</b>" not in page
    assert "Norrby &lt;b&gt;vårdcentral&lt;/b&gt;" in page


def test_list_shows_what_may_be_there_twice(editor, town):
    twice = {make.make_organization(name_sv=name, municipality=town) for name in ["Norrby bvc", "BVC Norrby"]}
    make.make_organization(name_sv="Annat", municipality=town)

    response = editor.get(reverse("admin:actors_organization_changelist"), {"double": "yes"})

    assert set(response.context["cl"].queryset) == twice
