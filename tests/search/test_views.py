"""The search page, its interface for machines, suggestions, recommended answers and what is counted."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from lmh_portal.search import services
from lmh_portal.search.models import BestBet, QueryCount
from lmh_portal.visitors.services import Visitor
from lmh_portal.vocabulary import models as vocabulary
from tests.make import (
    make_area,
    make_event,
    make_glossary_term,
    make_organization,
    make_overview,
    make_resource,
    make_service,
    make_topic,
)
from tests.reading import read

pytestmark = [pytest.mark.django_db, pytest.mark.searches]


def ask(client, **parameters):
    with translation.override("sv"):
        return client.get(reverse("search_api"), parameters).json()


def test_one_question_finds_all_kinds_but_no_drafts(client):
    found = [
        make_overview(title_sv="Tolk i vården"),
        make_resource(title_sv="Checklista för tolk"),
        make_resource(publisher="Tolkservicerådet"),
        make_service(name_sv="Tolkbokning"),
        make_organization(name_sv="Tolkförmedling"),
        make_event(name_sv="Samtal via tolk"),
        make_glossary_term(name_sv="tolk"),
    ]
    make_overview(title_sv="Tolk, ett utkast", status="draft")
    make_event(name_sv="Något annat")

    page = read(client, reverse("search:search") + "?q=tolk")

    assert {row.get_absolute_url() for row in found} <= set(page.links)
    assert "utkast" not in page.words
    assert "Något annat" not in page.words


def test_tabs_count_each_kind_and_show_it_alone(client):
    make_service(name_sv="Tolkbokning")
    overview = make_overview(title_sv="Tolk i vården")

    page = read(client, reverse("search:search") + "?q=tolk&kind=overview")

    assert "?q=tolk&kind=service" in page.links
    assert overview.get_absolute_url() in page.links
    assert "Tolkbokning" not in page.words


def test_filters_narrow_and_count_what_is_left(client):
    topic, here = make_topic(name_sv="Tandvård"), make_area(name_sv="Borås")
    make_service(name_sv="Tolk vid besök", topics=[topic], areas=[here])
    make_service(name_sv="Tolk på telefon")

    everything = ask(client, q="tolk")
    narrowed = ask(client, q="tolk", topic=topic.slug, municipality=here.code)

    assert {one["title"] for one in everything["results"]} >= {"Tolk vid besök", "Tolk på telefon"}
    assert [one["title"] for one in narrowed["results"]] == ["Tolk vid besök"]
    page = read(client, reverse("search:search") + f"?q=tolk&topic={topic.slug}&topic=unknown")
    assert "Några filter i adressen finns inte här" in page.words


def test_services_of_the_county_count_for_each_municipality(client):
    here = make_area(name_sv="Borås")
    make_service(name_sv="Tolk i hela länet", areas=[here.within])

    assert [one["title"] for one in ask(client, q="tolk", municipality=here.code)["results"]] == ["Tolk i hela länet"]


def test_words_are_marked_in_title_and_text_and_markup_stays_text(client):
    make_service(name_sv="Tolk <b>nu</b>", description_sv="Vi har tolkar på plats & på telefon.")

    html = client.get(reverse("search:search") + "?q=tolk").content.decode()

    assert "<mark>Tolk</mark> &lt;b&gt;nu&lt;/b&gt;" in html
    assert "Vi har <mark>tolkar</mark> på plats &amp; på telefon." in html


def test_text_of_a_hit_is_the_passage_that_has_the_word(client):
    body = "## Bakgrund\n\n" + "Ingenting särskilt här. " * 40 + "Sist nämns doulor i förbigående."
    make_overview(title_sv="Förlossning", body_sv=body)

    (hit,) = ask(client, q="doula")["results"]

    assert "doulor" in hit["excerpt"]
    assert len(hit["excerpt"]) < 260


def test_hit_without_the_readers_language_is_marked(client):
    make_service(name_sv="Tolkbokning", name_ar=None, description_sv="Beskrivning.")

    page = client.get("/ar/search/?q=tolk").content.decode()

    assert '<span lang="sv" dir="ltr">' in page
    assert ask(client, q="tolk", lang="ar")["results"][0]["language"] == "sv"


def test_nothing_found_offers_nearest_terms_and_a_way_on(client):
    vocabulary.Concept.objects.create(code="interpreter", terms_sv="tolkförmedling")

    page = read(client, reverse("search:search") + "?q=tulkfurmedlung")

    assert reverse("feedback:contact") in page.links
    assert "?q=tolkf%C3%B6rmedling" in page.links


def test_typing_error_is_answered_and_named(client):
    make_service(name_sv="Sahlgrenska mottagningen")

    page = read(client, reverse("search:search") + "?q=sahlgränska")

    assert "Sahlgrenska mottagningen" in page.words
    assert "?q=sahlgrenska" in page.links


def test_json_says_what_its_document_says(client):
    make_overview(title_sv="Tolk i vården", title_en="Interpreters in care")

    answer = ask(client, q="tolk", lang="en")

    assert set(answer) == {
        "query", "language", "total", "is_capped", "page", "pages", "threshold", "did_you_mean", "results",
    }  # fmt: skip
    (hit,) = answer["results"]
    assert set(hit) == {"kind", "title", "url", "excerpt", "language", "score"}
    assert (hit["kind"], hit["title"], hit["language"]) == ("overview", "Interpreters in care", "en")
    assert hit["url"].startswith("http://testserver/en/knowledge/")
    assert answer["threshold"] < hit["score"]


def test_interface_for_machines_may_be_cached_and_has_an_end(client, monkeypatch):
    monkeypatch.setattr("lmh_portal.search.views.ASKED_AT_MOST", 1)

    first, second = (client.get(reverse("search_api") + "?q=tolk") for _ in range(2))

    assert first.headers["Cache-Control"] == "public, max-age=60"
    assert second.status_code == 429
    assert not client.cookies


def test_suggestions_are_titles_that_go_on_from_what_is_typed(client):
    make_overview(title_sv="Tolk i vården")
    make_service(name_sv="Bokning av tolk")
    make_service(name_sv="Annat", description_sv="Med tolk.")

    answer = client.get(reverse("suggest") + "?q=to&lang=sv").json()

    assert [one["title"] for one in answer["suggestions"]] == ["Tolk i vården", "Bokning av tolk"]
    assert client.get(reverse("suggest") + "?q=t").json() == {"suggestions": []}


def test_recommended_page_comes_first_for_its_question_alone(client):
    make_overview(title_sv="Tolk i vården")
    recommended = make_service(name_sv="Boka språkhjälp")
    BestBet.objects.create(questions="Hur bokar jag TOLK?\ntolk", kind="service", slug=recommended.slug)

    page = client.get(reverse("search:search") + "?q=tolk").content.decode()

    assert page.index("Boka språkhjälp") < page.index("i vården")
    assert "Rekommenderas" in page
    assert "Rekommenderas" not in client.get(reverse("search:search") + "?q=tolk+nu").content.decode()


def test_recommended_page_is_the_answer_where_nothing_else_is(client):
    recommended = make_service(name_sv="Boka språkhjälp")
    BestBet.objects.create(questions="xyzzyq", kind="service", slug=recommended.slug)

    page = read(client, reverse("search:search") + "?q=xyzzyq")

    assert recommended.get_absolute_url() in page.links
    assert "Inget hittades" not in page.words
    assert [one["title"] for one in ask(client, q="xyzzyq")["results"]] == ["Boka språkhjälp"]


def test_recommendation_of_a_page_that_is_no_longer_public_is_left_out(client):
    service = make_service(name_sv="Boka språkhjälp")
    BestBet.objects.create(questions="tolk", kind="service", slug=service.slug)
    service.status = "draft"
    service.save()

    assert "Boka språkhjälp" not in client.get(reverse("search:search") + "?q=tolk").content.decode()


def test_question_is_counted_from_the_third_visitor_on(client):
    for number in range(2):
        services.count("Tolk  nu", "sv", 3, Visitor("10.0.0.1", f"browser {number}"))
    assert not QueryCount.objects.exists()

    services.count("tolk nu", "sv", 3, Visitor("10.0.0.1", "browser 0"))  # the same again
    assert not QueryCount.objects.exists()
    for number in range(2, 4):
        services.count("tolk nu", "sv", 3, Visitor("10.0.0.1", f"browser {number}"))

    (row,) = QueryCount.objects.all()
    assert (row.day, row.language, row.question, row.visits, row.results) == (
        timezone.localdate(), "sv", "tolk nu", 4, 3,
    )  # fmt: skip


def test_words_that_were_asked_for_are_in_no_log(client, caplog):
    client.get(reverse("search:search") + "?q=hemligtord")
    ask(client, q="hemligtord")

    assert "hemligtord" not in caplog.text
    assert client.get(reverse("search:search")).headers["Referrer-Policy"] == "same-origin"


def test_past_events_come_after_those_to_come(client):
    past = timezone.now() - dt.timedelta(days=60)
    make_event(name_sv="Tolk då", starts_at=past, ends_at=past + dt.timedelta(hours=1))
    make_event(name_sv="Tolk nu")

    assert [one["title"] for one in ask(client, q="tolk", kind="event")["results"]] == ["Tolk nu", "Tolk då"]
    assert [one["title"] for one in ask(client, q="tolk", when="coming")["results"]] == ["Tolk nu"]


HOSTILE = [
    "'", "\\", "tolk' | 'x", "a & !b | (c <-> d):*ABCD", "%", "_%_", "tolk:*", "!!", "()", "<script>", "tolk\x00",
    "\u202etolk\u202c", "🙂 tolk", "(a+)+$", "ก็็็็็็", "x" * 10_000, "tolk " * 3_000,
    "-", "''''", "\\'", "a\\", "$$", "\ufffe",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_question_gets_an_answer(client, text):
    make_service(name_sv="Tolkbokning")

    assert client.get(reverse("search:search"), {"q": text}).status_code in {200, 400}
    assert client.get(reverse("search_api"), {"q": text}).status_code in {200, 400}
    assert client.get(reverse("suggest"), {"q": text}).status_code in {200, 400}
