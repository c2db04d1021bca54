"""Links are collected from published content, judged patiently and forgotten with their pages."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from lmh_portal.stats import services
from lmh_portal.stats.models import Link
from lmh_portal.stats.robot import Verdict
from lmh_portal.vocabulary.models import Language
from tests.make import (
    make_area,
    make_organization,
    make_overview,
    make_reference,
    make_resource,
    make_service,
    make_term,
)

pytestmark = pytest.mark.django_db
WORKS, FAILS = Verdict(True, "200 OK"), Verdict(False, "404 Not Found")


def answering(verdict):
    return lambda urls: dict.fromkeys(urls, verdict)


def desk_address(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def make_link(url="https://example.org/", **fields) -> Link:
    """A link on the page of an organisation."""
    make_organization(website=url)
    return Link.objects.create(url=url, **fields)


def test_links_are_collected_from_all_published_content():
    body = "## Källor\n\n[en](https://body.example/sida?a=1&b=2#del) [två](mailto:a@example.org) [tre](/sv/)"
    reference = make_reference(doi="10.1000/xyz")
    rows = {
        "https://organisation.example/": make_organization(website="https://organisation.example/"),
        "http://service.example/": make_service(website="http://service.example/"),
        "https://area.example/": make_area(website="https://area.example/"),
        "https://resource.example/": make_resource(url="https://resource.example/"),
        "https://example.org/fil": make_resource(languages=[make_term(Language)]),
        "https://doi.org/10.1000/xyz": reference,
        "https://body.example/sida?a=1&b=2": make_overview(references=[reference], body_sv=body),
    }

    assert services.links_in_content() == {url: [[str(row), desk_address(row)]] for url, row in rows.items()}


def test_links_of_drafts_and_uncited_references_are_not_collected():
    make_organization(status="draft", website="https://example.org/")
    make_service(status="draft", website="https://example.org/")
    make_resource(status="draft", url="https://example.org/", languages=[make_term(Language)])
    draft = make_reference(url="https://example.org/")
    make_overview(status="draft", references=[draft], body_sv="[länk](https://example.org/)")
    make_reference(url="https://example.org/")

    assert services.links_in_content() == {}


def test_link_names_each_page_that_uses_it_once():
    organization = make_organization(website="https://example.org/")
    body = "[länk](https://example.org/) och [en gång till](https://example.org/#mer)"
    overview = make_overview(body_sv=body, body_en=body)

    assert services.links_in_content() == {
        "https://example.org/": [
            [organization.name_sv, desk_address(organization)],
            [overview.title_sv, desk_address(overview)],
        ]
    }


def test_sync_keeps_what_is_known_and_follows_the_content():
    kept = make_link(state="works")
    make_organization(website="https://new.example/")
    Link.objects.create(url="https://gone.example/")

    count = services.sync_links()

    links = {link.url: (link.pk == kept.pk, link.state, len(link.used_on)) for link in Link.objects.all()}
    assert links == {
        "https://example.org/": (True, "works", 1),
        "https://new.example/": (False, "unknown", 1),
    }
    assert count == 2


@pytest.mark.parametrize("how_many", [1, 3])
def test_sync_costs_the_same_however_many_links(django_assert_num_queries, how_many):
    for number in range(how_many):
        make_organization(website=f"https://{number}.example/")
    services.sync_links()

    with django_assert_num_queries(11):
        services.sync_links()


@pytest.mark.parametrize(
    ("failures", "verdict", "state", "failures_after"),
    [
        (0, FAILS, "works", 1),
        (1, FAILS, "works", 2),
        (2, FAILS, "broken", 3),
        (2, WORKS, "works", 0),
    ],
)
def test_link_is_broken_after_three_failures_in_a_row(failures, verdict, state, failures_after):
    make_link(state="works", failures=failures)

    services.check_links(ask=answering(verdict))

    link = Link.objects.get()
    assert (link.state, link.failures, link.answer) == (state, failures_after, verdict.answer)
    assert link.checked_at is not None


def test_broken_link_that_answers_works_again():
    make_link(state="broken", failures=7)

    report = services.check_links(ask=answering(WORKS))

    assert Link.objects.get().state == "works"
    assert str(report) == "1 links found, 1 checked: 1 work, 0 failed. Broken, after 3 failures in a row: 0."


def test_links_checked_longest_ago_are_asked_first():
    now = timezone.now()
    make_link("https://new.example/")
    make_link("https://yesterday.example/", checked_at=now - dt.timedelta(days=1))
    make_link("https://today.example/", checked_at=now)
    asked = []

    services.check_links(limit=2, ask=lambda urls: asked.extend(urls) or dict.fromkeys(urls, WORKS))

    assert asked == ["https://new.example/", "https://yesterday.example/"]


def test_without_network_nothing_is_recorded():
    link = make_link(state="works", failures=2)

    report = services.check_links(ask=lambda urls: {})

    link.refresh_from_db()
    assert (link.state, link.failures, link.checked_at) == ("works", 2, None)
    assert str(report) == "1 links found. No network: no link was judged."


def test_command_prints_the_report(capsys):
    call_command("check_links", "--limit", "5")

    assert capsys.readouterr().out == (
        "0 links found, 0 checked: 0 work, 0 failed. Broken, after 3 failures in a row: 0.\n"
    )
