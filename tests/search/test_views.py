import pytest
from django.urls import reverse

from tests.make import make_event, make_organization, make_overview, make_resource, make_service
from tests.reading import read


@pytest.mark.django_db
def test_one_question_finds_all_kinds_but_no_drafts(client):
    found = [
        make_overview(title_sv="Tolk i vården"),
        make_resource(title_sv="Checklista för tolk"),
        make_resource(publisher="Tolkservicerådet"),
        make_service(name_sv="Tolkbokning"),
        make_organization(name_sv="Tolkförmedling"),
        make_event(name_sv="Samtal via tolk"),
    ]
    make_overview(title_sv="Tolk, ett utkast", status="draft")
    make_event(name_sv="Något annat")

    page = read(client, reverse("search:search") + "?q=tolk")

    assert {row.get_absolute_url() for row in found} <= set(page.links)
    assert "utkast" not in page.words
    assert "Något annat" not in page.words


@pytest.mark.django_db
def test_more_than_five_of_a_kind_lead_to_their_list(client):
    for number in range(6):
        make_service(name_sv=f"Tolk {number}")

    page = read(client, reverse("search:search") + "?q=tolk")

    assert reverse("actors:service_list") + "?q=tolk" in page.links


@pytest.mark.django_db
def test_nothing_found_offers_a_way_on(client):
    page = read(client, reverse("search:search") + "?q=xyzzy")

    assert reverse("feedback:contact") in page.links
