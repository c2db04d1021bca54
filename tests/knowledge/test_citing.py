"""Citing an overview or a list of them: the text on the page, the files for reference managers."""

import datetime as dt
import json
import threading

import pytest
import rispy
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.citing import FORMATS, Cited, apa, bibtex, csl_json, ris
from knowledge.reference_files import read
from tests.knowledge import references
from tests.make import make_editor, make_overview, make_topic
from tests.reading import read as read_page
from tests.test_garbage import NASTY, READ

CENTRE = "Lärandecentrum för migration och hälsa (LMH), Västra Götalandsregionen"
TRIES = settings(max_examples=60, deadline=None, derandomize=True)


def cited(**fields) -> Cited:
    values = {
        "key": "tolk", "title": "Tolk i vården", "language": "sv", "issued": dt.date(2026, 3, 1), "version": 3,
        "url": "https://example.org/sv/kunskap/tolk/", "accessed": dt.date(2026, 11, 24),
    }  # fmt: skip
    return Cited(**values | fields)


@pytest.mark.parametrize(
    ("language", "version"), [("sv", "Version 3"), ("en", "Version 3"), ("ar", "إصدار 3"), ("so", "Version 3")]
)
def test_text_follows_the_apa(language, version):
    assert apa([cited()], language) == [
        f"{CENTRE}. (2026). <i>Tolk i vården</i> ({version}). Västra Götalandsregionen."
        " https://example.org/sv/kunskap/tolk/"
    ]


def test_text_keeps_the_order_and_ends_no_question_with_a_full_stop():
    items = [cited(title="Why?", version=None), cited(title="Arabiska: عنوان", version=None)]

    first, second = apa(items, "sv")

    assert "<i>Why?</i> Västra" in first
    assert "<i>Arabiska: عنوان</i>" in second


@TRIES
@given(title=references.words.filter(str.strip), language=st.sampled_from(["sv", "en", "ar"]))
def test_text_is_escaped(title, language):
    (text,) = apa([cited(title=f"x {title}<script>alert('1')</script><span class=\"nocase\">")], language)

    assert text.replace("<i>", "").replace("</i>", "").count("<") == 0
    assert "&lt;script&gt;" in text
    assert "\ue000" not in text
    assert "\ue001" not in text


def test_text_is_the_same_for_all_threads():
    found = set()
    threads = [threading.Thread(target=lambda: found.add(apa([cited()] * 3, "sv")[2])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == set(apa([cited()], "sv"))


TITLES = ["Åäö 100 % & mer", "{a} \\b _c #d $e ~f ^g", "عنوان بالعربية", 'Säg "hej"', "Två\nrader", "a--b ''c''"]


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("write", [bibtex, ris, csl_json])
def test_files_are_read_again_as_they_were(title, write):
    found = read(write([cited(title=title), cited(key="b", title="B")]).encode())

    assert found.bad == []
    assert [entry["title"] for entry in found.entries] == [" ".join(title.split()), "B"]
    entry = found.entries[0]
    assert (entry["authors"], entry["year"], entry["url"]) == (CENTRE, "2026", cited().url)
    assert entry["container"] == "Västra Götalandsregionen"


def test_files_say_version_language_and_days():
    (entry,) = rispy.loads(ris([cited()]))
    (item,) = json.loads(csl_json([cited()]))

    assert [entry[name] for name in ["type_of_reference", "edition", "language", "access_date"]] == [
        "RPRT", "3", "sv", "2026/11/24/"
    ]  # fmt: skip
    assert (item["version"], item["issued"], item["accessed"]) == (
        "3", {"date-parts": [[2026, 3, 1]]}, {"date-parts": [[2026, 11, 24]]},
    )  # fmt: skip
    assert "\tversion = {3},\n\tlanguage = {sv}," in bibtex([cited()])
    assert "Lärandecentrum för" in bibtex([cited()])


# --- pages and downloads


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["sv", "en", "ar"])
def test_page_says_how_to_cite_it_in_the_language_of_the_text(client, language):
    overview = make_overview(slug="tolk", title_en="Interpreters & care", published_on=dt.date(2026, 3, 1))

    with override(language):
        page = read_page(client, overview.get_absolute_url())

    shown = "sv" if language == "sv" else "en"
    title = overview.title_sv if shown == "sv" else "Interpreters &amp; care"
    assert f'<p class="cite__text" lang="{shown}" dir="auto">{CENTRE}. (2026). <i>{title}</i> (Version 1).' in page.html
    assert f". http://localhost:8000/{language}/" in page.html


@pytest.mark.django_db
@pytest.mark.parametrize("format", FORMATS)
def test_overview_is_downloaded_as_a_file(client, format):
    make_overview(slug="tolk", title_sv="Tolk i vården")

    response = client.get(reverse("knowledge:overview_citation", args=["tolk", format]))

    assert response.headers["Content-Type"] == f"{FORMATS[format].content_type}; charset=utf-8"
    assert response.headers["Content-Disposition"] == f'attachment; filename="lmh-tolk.{format}"'
    assert not response.cookies
    (entry,) = read(response.content).entries
    assert (entry["title"], entry["year"]) == ("Tolk i vården", str(timezone.localdate().year))
    assert entry["url"] == "http://localhost:8000/sv/kunskap/tolk/"


@pytest.mark.django_db
def test_drafts_are_cited_only_by_those_who_see_them(client):
    make_overview(slug="draft", status="draft", title_sv="Utkast")
    addresses = [
        reverse("knowledge:overview_citation", args=["draft", "ris"]),
        reverse("knowledge:citations", args=["ris"]),
    ]

    hidden = [client.get(address) for address in addresses]
    client.force_login(make_editor())
    shown = [client.get(address) for address in addresses]

    assert hidden[0].status_code == 404
    assert b"Utkast" not in hidden[1].content
    assert [b"Utkast" in response.content for response in shown] == [True, True]


@pytest.mark.django_db
@pytest.mark.parametrize("format", FORMATS)
def test_filtered_list_is_downloaded_whole(client, format):
    topic = make_topic(slug="trauma")
    for number in range(25):
        make_overview(title_sv=f"Om {number}", topics=[topic], published_on=dt.date(2026, 1, 1 + number))
    make_overview(title_sv="Om annat")

    response = client.get(reverse("knowledge:citations", args=[format]) + "?topic=trauma&page=2")

    titles = [entry["title"] for entry in read(response.content).entries]
    assert titles == [f"Om {number}" for number in reversed(range(25))]


@pytest.mark.django_db
def test_list_page_links_to_the_downloads_of_its_filters(client):
    make_overview(topics=[make_topic(slug="trauma")])

    page = read_page(client, reverse("knowledge:overview_list") + "?topic=trauma")

    assert f"{reverse('knowledge:citations', args=['bib'])}?topic=trauma" in page.links


@pytest.mark.django_db
def test_list_without_results_is_an_empty_file(client):
    response = client.get(reverse("knowledge:citations", args=["json"]))

    assert json.loads(response.content) == []


@pytest.mark.django_db
@pytest.mark.parametrize("format", ["xml", "bibx", "BIB", "a" * 300])
def test_other_formats_are_missing_pages(client, format):
    make_overview(slug="tolk")

    for name, start in [("knowledge:citations", []), ("knowledge:overview_citation", ["tolk"])]:
        assert client.get(reverse(name, args=[*start, format])).status_code == 404


@pytest.mark.django_db
def test_any_value_of_any_parameter_gives_a_file(client):
    make_overview(topics=[make_topic(slug="trauma")])
    address = reverse("knowledge:citations", args=["ris"])

    statuses = {
        client.get(address, QUERY_STRING=f"{name}={value}").status_code
        for name in READ["knowledge:overview_list"]
        for value in NASTY
    }

    assert statuses == {200}
