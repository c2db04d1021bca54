"""What is new, as news readers get it: parsed by Python's own XML parser."""

import datetime as dt
from xml.etree import ElementTree

import pytest
import time_machine
from django.urls import reverse
from django.utils.translation import override

from knowledge import services
from knowledge.models import OverviewVersion
from lmh_portal.core.languages import LANGUAGES
from tests import make
from tests.reading import read

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def feed(client, view="knowledge:feed", *args, language="sv", query=""):
    with override(language):
        response = client.get(reverse(view, args=args) + query)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert not response.cookies
    return ElementTree.fromstring(response.content)


def texts(root, name: str) -> list[str]:
    return [entry.findtext(f"{ATOM}{name}") for entry in root.iter(f"{ATOM}entry")]


def links(root) -> dict[str, str]:
    return {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}


def add_version(overview, **fields) -> OverviewVersion:
    """One more version, an hour later than the one before it."""
    overview.refresh_from_db()
    with time_machine.travel(overview.versions.first().published_at + dt.timedelta(hours=1)):
        return services.new_version(overview, user=None, **fields)


def summaries(root) -> list[str]:
    """The words of each entry, out of the HTML that it holds."""
    return ["".join(ElementTree.fromstring(summary).itertext()) for summary in texts(root, "summary")]


def test_feed_tells_changes_in_substance_newest_first(client):
    overview = make.make_overview(title_sv="Tolk i vården")
    add_version(overview, significance="medium", change_note_sv="Ny studie.")
    add_version(overview, significance="typo", change_note_sv="Stavfel.")
    add_version(overview, significance="major", change_note_sv="Nya slutsatser <b> & råd.")

    root = feed(client)

    assert summaries(root) == ["Nya slutsatser <b> & råd.", "Ny studie.", "Inläst från filer."]
    assert texts(root, "title") == ["Tolk i vården"] * 3
    updated = [dt.datetime.fromisoformat(time) for time in texts(root, "updated")]
    times = overview.versions.exclude(significance="typo").values_list("published_at", flat=True)
    assert updated == list(times)
    assert dt.datetime.fromisoformat(root.findtext(f"{ATOM}updated")) == updated[0]


def test_entries_lead_to_their_versions_and_keep_their_ids(client, settings):
    settings.SITE_ADDRESS = "https://portal.example.org"
    overview = make.make_overview()
    add_version(overview, significance="medium")

    root = feed(client)
    settings.ALLOWED_HOSTS = ["other.example.org"]
    again = ElementTree.fromstring(client.get("/sv/kunskap/flode/", headers={"host": "other.example.org"}).content)

    hrefs = [entry.find(f"{ATOM}link").get("href") for entry in root.iter(f"{ATOM}entry")]
    assert hrefs == [
        f"http://testserver{reverse('knowledge:overview_version', args=[overview.slug, number])}" for number in [2, 1]
    ]
    assert texts(root, "id") == texts(again, "id")
    assert len(set(texts(root, "id"))) == 2
    assert all(one.startswith("tag:portal.example.org,2026:") for one in texts(root, "id"))
    assert root.findtext(f"{ATOM}id").startswith("tag:portal.example.org,2026:")
    assert root.findtext(f"{ATOM}author/{ATOM}name")


@pytest.mark.parametrize("language", LANGUAGES)
def test_feed_is_in_the_language_of_its_address(client, language):
    overview = make.make_overview(title_sv="Tolk", title_en="Interpreters")
    add_version(overview, significance="medium", change_note_sv="Ny studie.", change_note_en="New study.")

    root = feed(client, language=language)

    title, of = {"sv": ("Tolk", "sv"), "en": ("Interpreters", "en"), "ar": ("Interpreters", "en")}[language]
    assert root.get(LANG) == language
    assert texts(root, "title")[0] == title
    assert next(root.iter(f"{ATOM}entry")).get(LANG) == of
    assert f'lang="{of}"' in texts(root, "summary")[0]
    assert links(root)["self"] == "http://testserver" + {
        "sv": "/sv/kunskap/flode/", "en": "/en/knowledge/feed/", "ar": "/ar/knowledge/feed/"
    }[language]  # fmt: skip


def test_new_translation_is_news_in_its_own_language_only(client):
    overview = make.make_overview()
    add_version(overview, language="ar")
    add_version(overview, language="ar")  # a touch to what was told already
    add_version(overview, significance="medium", change_note_sv="Ny studie.")
    add_version(overview, significance="typo", change_note_sv="Stavfel.")
    add_version(overview, language="ar")  # says now what is new

    news = {
        code: [entry.rpartition("/")[2] for entry in texts(feed(client, language=code), "id")] for code in LANGUAGES
    }

    pks = {version.number: str(version.pk) for version in overview.versions.all()}
    assert news["sv"] == news["en"] == [pks[4], pks[1]]
    assert news["ar"] == [pks[6], pks[4], pks[2], pks[1]]
    assert summaries(feed(client, language="ar"))[0] == "ترجمة جديدة: العربية."


@pytest.mark.searches
def test_feed_has_the_filters_of_the_list(client):
    wide = make.make_topic(name_sv="Hälsa")
    topic = make.make_topic(name_sv="Trauma", broader=wide)
    make.make_overview([topic], title_sv="Om trauma")
    make.make_overview(title_sv="Om tolk")

    for query in [f"?topic={topic.slug}", f"?topic={wide.slug}", "?q=trauma", f"?topic={wide.slug}&page=7&x=%00"]:
        assert texts(feed(client, query=query), "title") == ["Om trauma"]
    root = feed(client, query=f"?topic={topic.slug}&nonsense=1")
    assert root.findtext(f"{ATOM}title") == "Nytt i kunskapsöversikterna: Trauma"
    assert links(root) == {
        "alternate": f"http://testserver/sv/kunskap/?topic={topic.slug}",
        "self": f"http://testserver/sv/kunskap/flode/?topic={topic.slug}",
    }
    assert len(texts(feed(client, query="?topic=nowhere"), "title")) == 2
    assert texts(feed(client, query="?q=nowhere"), "title") == []


def test_feed_without_entries_is_not_new_at_every_visit(client):
    assert feed(client).findtext(f"{ATOM}updated") == "2026-01-01T00:00:00+00:00"


def test_feed_holds_at_most_fifty_entries(client):
    overview = make.make_overview()
    for number in range(55):
        add_version(overview, significance="medium", change_note_sv=f"Ändring {number}.")

    root = feed(client)

    assert len(texts(root, "id")) == 50
    assert summaries(root)[0] == "Ändring 54."


def test_drafts_and_archived_overviews_are_no_news_even_for_editors(client):
    services.start_revision(make.make_overview(title_sv="Public"))
    make.make_overview(title_sv="Hemlig", status="draft")
    services.archive(make.make_overview(title_sv="Arkiverad"))
    client.force_login(make.make_editor())

    assert texts(feed(client), "title") == ["Public"]


def test_overview_has_a_feed_of_its_own(client):
    overview = make.make_overview(title_sv="Tolk")
    make.make_overview(title_sv="Trauma")
    add_version(overview, significance="major", change_note_sv="Nytt.")

    root = feed(client, "knowledge:overview_feed", overview.slug)

    assert root.findtext(f"{ATOM}title") == "Nytt i: Tolk"
    assert summaries(root) == ["Nytt.", "Inläst från filer."]
    assert links(root)["alternate"] == f"http://testserver{overview.get_absolute_url()}"


def test_drafts_have_no_feed_and_archived_overviews_keep_theirs(client):
    draft = make.make_overview(status="draft")
    archived = make.make_overview()
    services.archive(archived)
    client.force_login(make.make_editor())

    assert client.get(reverse("knowledge:overview_feed", args=[draft.slug])).status_code == 404
    assert len(texts(feed(client, "knowledge:overview_feed", archived.slug), "id")) == 1


@pytest.mark.searches
def test_characters_that_xml_cannot_hold_do_not_break_the_feed(client):
    overview = make.make_overview(title_sv="Tolk\x0b\ufffe\U0001f600")
    add_version(overview, significance="medium", change_note_sv="Ny\x1b\uffff studie.")

    root = feed(client, query="?q=tolk%EF%BF%BE")
    assert texts(root, "title") == ["Tolk  😀", "Tolk  😀"]
    assert summaries(feed(client))[0] == "Ny   studie."


def test_pages_name_their_feeds(client):
    topic = make.make_topic()
    overview = make.make_overview([topic])

    plain, filtered = (
        read(client, reverse("knowledge:overview_list") + query) for query in ["", f"?topic={topic.slug}"]
    )
    page = read(client, overview.get_absolute_url())
    version = read(client, reverse("knowledge:overview_version", args=[overview.slug, 1]))

    for one, address in [
        (plain, "/sv/kunskap/flode/"),
        (filtered, f"/sv/kunskap/flode/?topic={topic.slug}"),
        (page, f"/sv/kunskap/{overview.slug}/flode/"),
    ]:
        assert address in one.links
        assert '<link rel="alternate" type="application/atom+xml"' in one.html
        assert f'href="{address}">' in one.html.partition("application/atom+xml")[2].split("\n")[0]
    assert 'application/atom+xml" title' not in version.html
