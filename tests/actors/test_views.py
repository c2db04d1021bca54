"""The directory as partners see it."""

import pytest
from django.urls import reverse
from django.utils.translation import gettext

from actors.county_map import county_map, result_map, steps_between
from tests.make import make_area, make_event, make_organization, make_overview, make_service, make_topic
from tests.reading import read


@pytest.mark.django_db
def test_directory_is_in_swedish_order(client):
    for name in ["Öckerö kommun", "Ale kommun", "Åmåls kommun", "Ängelholm"]:
        make_organization(name_sv=name)

    response = client.get(reverse("actors:organization_list"))

    names = [organization.name_sv for organization in response.context["page"]]
    assert names == ["Ale kommun", "Åmåls kommun", "Ängelholm", "Öckerö kommun"]


@pytest.mark.django_db
def test_organization_shows_services_units_events_and_overviews(client):
    topic = make_topic()
    organization = make_organization(topics=[topic])
    shown = [
        make_service(organization=organization),
        make_organization(parent_organization=organization),
        make_event(organizer=organization),
        make_overview(topics=[topic]),
    ]

    links = read(client, organization.get_absolute_url()).links

    assert {row.get_absolute_url() for row in shown} <= set(links)


@pytest.mark.django_db
def test_drafts_of_others_do_not_show_on_a_public_page(client):
    parent = make_organization(status="draft", name_sv="Hemlig aktör")
    unit = make_organization(parent_organization=parent)
    make_service(organization=unit, status="draft", name_sv="Hemlig insats")
    make_service(organization=parent, name_sv="Öppen insats")

    pages = [read(client, url).words for url in [unit.get_absolute_url(), reverse("actors:service_list")]]

    assert "Öppen insats" in pages[1]
    assert [words for words in pages if "Hemlig" in words] == []


@pytest.mark.django_db
def test_what_an_editor_has_seen_stays_hidden_from_visitors(client, admin_client):
    organization = make_organization()
    make_service(organization=organization, status="draft", name_sv="Hemlig insats")

    urls = [organization.get_absolute_url(), reverse("actors:service_list")]
    editors = [read(admin_client, url).words for url in urls]
    visitors = [read(client, url).words for url in urls]

    assert all("Hemlig insats" in words for words in editors)
    assert not any("Hemlig insats" in words for words in visitors)


@pytest.mark.django_db
def test_page_of_a_row_follows_a_change_at_once(client):
    organization = make_organization(name_sv="Gammalt namn")
    before = read(client, organization.get_absolute_url()).words
    organization.name_sv = "Efter"
    organization.save()

    after = read(client, organization.get_absolute_url()).words

    assert ("Gammalt namn" in before, "Gammalt namn" in after, "Efter" in after) == (True, False, True)


@pytest.mark.django_db
def test_each_page_of_the_directory_has_its_own_rows(client):
    for number in range(25):
        make_organization(name_sv=f"Aktör {number:02}")

    pages = [read(client, reverse("actors:organization_list") + f"?page={number}").words for number in (1, 2, 1)]

    assert [("Aktör 00" in words, "Aktör 24" in words) for words in pages] == [
        (True, False), (False, True), (True, False),
    ]  # fmt: skip


@pytest.mark.django_db
def test_lists_show_the_beginning_of_a_long_description(client):
    make_organization(description_sv="ord " * 100 + "slutet")

    page = read(client, reverse("actors:organization_list"))

    assert "ord …" in page.words
    assert "slutet" not in page.words


@pytest.mark.django_db
def test_map_counts_what_is_for_a_municipality_in_particular():
    here, there = make_area(name_sv="Borås", outline="M0,0Z"), make_area(name_sv="Ale", outline="M1,1Z")
    make_service(areas=[here])
    make_service(areas=[here, there])
    make_service(areas=[here.within])
    make_service(areas=[here.within.within])
    make_service(areas=[here], status="draft")

    drawn = county_map()

    assert [(one.name, one.count, one.level) for one in drawn.municipalities] == [
        ("Ale", 1, 1),
        ("Borås", 2, 2),
    ]
    assert drawn.wide == 2


@pytest.mark.django_db
def test_map_of_the_front_page_links_each_municipality_to_its_services(client):
    make_area(name_sv="Borås", code="1490", outline="M0,0Z")

    page = read(client, reverse("home:front_page"))

    assert page.links.count(reverse("actors:service_list") + "?municipality=1490") == 2  # on the map and in the list


@pytest.mark.django_db
def test_map_beside_the_list_counts_what_the_list_finds(client):
    here, there = make_area(name_sv="Borås", code="1490"), make_area(name_sv="Ale", code="1440")
    for areas, access in [([here], "open"), ([here.within], "open"), ([here], "referral"), ([there], "referral")]:
        make_service(areas=areas, access=access)
    address = reverse("actors:service_list") + "?municipality=1440&access=open"

    drawn = result_map(client.get(address).context["filters"])

    assert [(one.name, one.count, one.is_chosen) for one in drawn.municipalities] == [
        ("Ale", 1, True),
        ("Borås", 2, False),
    ]
    for one in drawn.municipalities:
        response = client.get(reverse("actors:service_list") + one.url)
        assert response.context["filters"].total == one.count
        assert "access=open" in one.url


@pytest.mark.parametrize(
    ("counts", "steps"),
    [([], (1,)), ([0, 0], (1,)), ([3, 3], (1, 3)), ([1, 2, 8], (1, 2, 4, 6)), ([30, 0, 42], (1, 33, 36, 39))],
)
def test_colours_of_the_map_stretch_from_the_smallest_number_to_the_largest(counts, steps):
    assert steps_between(counts) == steps


@pytest.mark.django_db
def test_nothing_found_offers_what_one_filter_less_would_find(client):
    make_service(topics=[make_topic(slug="trauma", name_sv="Trauma")], access="open")
    make_topic(slug="sleep")

    page = read(client, reverse("actors:service_list") + "?topic=trauma&access=referral&sort=confirmed")

    assert page.links.count("?topic=trauma&sort=confirmed") == 2  # beside the list and as a way out
    assert gettext("There are results if one thing is left out:") in page.words


@pytest.mark.django_db
@pytest.mark.parametrize("view", ["actors:service_list", "actors:organization_list"])
def test_what_is_no_longer_listed_keeps_its_page(client, view):
    make = make_service if view == "actors:service_list" else make_organization
    make(name_sv="Synlig", verification="due")
    gone = make(name_sv="Borta", verification="unlisted")

    words = read(client, reverse(view)).words

    assert ("Synlig" in words, "Borta" in words) == (True, False)
    read(client, gone.get_absolute_url())
