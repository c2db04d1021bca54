"""The handout: services that the address names, in two languages, nothing kept."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from django.urls import reverse
from django.utils.translation import gettext, override

from actors.models import Service
from actors.qr import qr_path
from actors.shortlist import AT_MOST
from tests import make
from tests.reading import Elements, read

pytestmark = pytest.mark.django_db


def handout(client, *slugs: str, second: str = ""):
    query = "&".join([*(f"s={slug}" for slug in slugs), *([f"second={second}"] if second else [])])
    return read(client, f"{reverse('actors:handout')}?{query}")


def slugs_in(link: str) -> list[str]:
    return [value for name, value in parse_qsl(urlsplit(link).query) if name == "s"]


def columns(page) -> list[tuple[str, str]]:
    found = Elements(page.html.partition('class="handout__services"')[2]).found
    return [(values["lang"], values["dir"]) for tag, values in found if tag == "div" and "dir" in values]


def test_services_stand_in_two_languages_side_by_side(client):
    service = make.make_service(
        name_sv="Tolkad rådgivning", name_ar="استشارة مع مترجم", fees_description_sv="Gratis", assured_on="2026-10-02",
        verification="confirmed",
    )  # fmt: skip
    make.make_contact([service], phone="031-12 34 56")
    make.make_schedule(service=service)

    page = handout(client, service.slug, second="ar")

    assert columns(page)[:2] == [("sv", "ltr"), ("ar", "rtl")]
    for words in ["Tolkad rådgivning", "استشارة مع مترجم", "Bekräftat 2 oktober 2026", "الاثنين", "031-12 34 56"]:
        assert words in page.words
    assert page.html.count('<span lang="sv" dir="ltr">Gratis</span>') == 1  # in the Arabic column


@pytest.mark.parametrize(
    ("page_language", "second", "expected"),
    [("sv", "", ["sv", "en"]), ("sv", "none", ["sv"]), ("ar", "", ["ar", "sv"]), ("ar", "ar", ["ar", "sv"]),
     ("en", "ar", ["en", "ar"]), ("sv", "nonsense", ["sv", "en"])],
)  # fmt: skip
def test_second_language_can_be_any_other_or_none(client, page_language, second, expected):
    slug = make.make_service().slug

    with override(page_language):
        page = handout(client, slug, second=second)

    assert [language for language, _direction in columns(page)] == expected


def test_each_service_can_be_removed_and_others_added(client):
    first, second = make.make_service(), make.make_service()

    page = handout(client, first.slug, second.slug, second="ar")

    ways = {tuple(slugs_in(link)) for link in page.links if urlsplit(link).path == reverse("actors:handout")}
    assert {(second.slug,), (first.slug,)} <= ways
    more = [link for link in page.links if link.startswith(reverse("actors:service_list") + "?")]
    assert [slugs_in(link) for link in more] == [[first.slug, second.slug]]


def test_directory_carries_the_list_to_each_service_and_back(client):
    services = [make.make_service(topics=[make.make_topic(slug="trauma")])]
    services += [make.make_service(), make.make_service()]
    kept, other = services[0].slug, services[1].slug

    page = read(client, reverse("actors:service_list") + f"?topic=trauma&s={other}&second=ar")
    detail = read(client, services[0].get_absolute_url() + f"?s={other}&second=ar")

    assert reverse("actors:handout") + f"?s={other}&s={kept}&second=ar" in page.links
    assert services[0].get_absolute_url() + f"?s={other}&second=ar" in page.links
    assert reverse("actors:handout") + f"?s={other}&s={kept}&second=ar" in detail.links
    assert reverse("actors:handout") + f"?s={kept}" in read(client, services[0].get_absolute_url()).links


def test_what_is_unknown_draft_or_over_is_left_out_and_said_so(client):
    shown = make.make_service(name_sv="Finns")
    gone = [
        make.make_service(status="draft"), make.make_service(operation="defunct"),
        make.make_service(ends_on="2020-01-01"), make.make_service(verification="unlisted"),
    ]  # fmt: skip

    page = handout(client, shown.slug, "never-was", "../../etc", *(service.slug for service in gone))

    assert len(columns(page)) == 2  # one service in two languages
    assert "De togs inte med." in page.words
    assert "De togs inte med." not in handout(client, shown.slug).words


def test_sheet_holds_so_many_services_and_no_more(client):
    slugs = [make.make_service().slug for _ in range(AT_MOST + 2)]

    page = handout(client, *slugs, second="none")
    another = read(client, reverse("actors:service_list") + "?" + "&".join(f"s={slug}" for slug in slugs[:AT_MOST]))

    assert page.html.count('<p class="no-print"><a') == AT_MOST
    assert gettext("Your handout is full") in another.words


def test_empty_handout_leads_to_the_directory(client):
    page = read(client, reverse("actors:handout"))

    assert gettext("Choose services") in page.words
    assert '<svg class="qr"' not in page.html


def test_code_is_of_the_sheets_own_address(client, settings):
    settings.SITE_ADDRESS = "https://portal.example"
    slug = make.make_service().slug

    page = handout(client, slug, second="ar")

    address = f"https://portal.example{reverse('actors:handout')}?s={slug}&second=ar"
    assert address in page.words
    assert qr_path(address)[0] in page.html


def test_code_draws_each_dark_module_once():
    path, size = qr_path("https://portal.example/sv/informationsblad/?s=a")

    runs = [step.split("h") for step in path.split("M")[1:]]
    dark = sum(int(length) for _start, length in runs)
    assert 0.3 < dark / (size - 8) ** 2 < 0.7
    assert runs[0] == ["4 4.5", "7"]  # the finder pattern, after four modules of quiet


def test_nothing_is_kept(client):
    response = client.get(reverse("actors:handout") + f"?s={make.make_service().slug}")

    assert not response.cookies
    assert 'content="noindex"' in response.content.decode()
    assert Service.objects.count() == 1
