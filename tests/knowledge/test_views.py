"""Overviews as their readers see them."""

import datetime as dt
import re

import pytest
import time_machine
from django.db import IntegrityError
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext, override

from knowledge import services
from knowledge.models import Overview, Review
from knowledge.models.overview import OTHER_PAGES
from knowledge.urls import urlpatterns
from lmh_portal.core.languages import LANGUAGES
from tests.make import (
    make_editor,
    make_event,
    make_glossary_term,
    make_overview,
    make_reference,
    make_service,
    make_topic,
)
from tests.reading import read


@pytest.mark.django_db
def test_list_shows_the_newest_first_and_no_drafts(client):
    make_overview(title_sv="Äldre", published_on=dt.date(2025, 1, 1))
    make_overview(title_sv="Nyare", published_on=dt.date(2026, 1, 1))
    make_overview(title_sv="Hemligt utkast", status="draft")

    response = client.get(reverse("knowledge:overview_list"))

    assert [overview.title_sv for overview in response.context["page"]] == ["Nyare", "Äldre"]


@pytest.mark.django_db
def test_draft_is_a_missing_page_to_visitors_and_marked_for_editors(client):
    draft = make_overview(status="draft")
    assert client.get(draft.get_absolute_url()).status_code == 404

    client.force_login(make_editor())
    response = client.get(draft.get_absolute_url())

    assert gettext("Draft: only signed-in editors see this page.") in response.content.decode()


@pytest.mark.django_db
def test_page_numbers_its_references_and_links_both_ways(client):
    references = [make_reference(key="first", doi="10.1000/1"), make_reference(key="second")]
    overview = make_overview(references=references, body_sv="## Läge\n\nText [@second] och [@first].")

    html = read(client, overview.get_absolute_url()).html

    assert '<a href="#ref-second" id="cite-second">2</a>' in html
    assert '<li id="ref-first" value="1">' in html
    assert 'href="https://doi.org/10.1000/1"' in html
    assert 'href="#cite-first"' in html


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "is_overdue"), [(-1, True), (0, False), (30, False)])
def test_overdue_review_is_said(client, days, is_overdue):
    overview = make_overview(review_due=timezone.localdate() + dt.timedelta(days=days))

    page = read(client, overview.get_absolute_url())

    assert (gettext("The review of this text is overdue. Parts of it may be out of date.") in page.words) == is_overdue


@pytest.mark.django_db
def test_page_shows_services_and_coming_events_of_its_topics(client):
    topic = make_topic()
    overview = make_overview(topics=[topic])
    service, event = make_service(topics=[topic]), make_event(topics=[topic])
    make_service(name_sv="Om något annat", topics=[make_topic()])

    page = read(client, overview.get_absolute_url())

    assert {service.get_absolute_url(), event.get_absolute_url()} <= set(page.links)
    assert "Om något annat" not in page.words


@pytest.mark.django_db
def test_text_without_translation_is_marked_and_said(client):
    overview = make_overview(title_ar="عنوان", summary_ar="ملخص", body_sv="## Läge\n\nSvensk text.")

    with override("ar"):
        page = read(client, overview.get_absolute_url())
        note = gettext("Search")

    assert '<div class="prose" lang="sv" dir="ltr">' in page.html
    assert '<bdi lang="sv" dir="ltr">svenska</bdi>' in page.html
    assert note in page.words


@pytest.mark.django_db
def test_long_list_has_pages_that_keep_the_filters(client):
    topic = make_topic(slug="trauma")
    for _ in range(25):
        make_overview(topics=[topic])

    first = client.get(reverse("knowledge:overview_list") + "?topic=trauma")
    last = client.get(reverse("knowledge:overview_list") + "?topic=trauma&page=99")

    assert 'href="?topic=trauma&amp;page=2"' in first.content.decode()
    assert len(first.context["page"].object_list) == 20
    assert len(last.context["page"].object_list) == 5


@pytest.mark.django_db
def test_first_use_of_a_term_opens_its_definition(client):
    make_glossary_term(code="tolk", name_sv="tolk", definition_sv="Överför <tal>.")
    make_glossary_term(name_sv="ingenstans")
    overview = make_overview(body_sv="## Tolk\n\nBoka [tolk](/sv/) eller tolk. En tolk.")

    html = read(client, overview.get_absolute_url()).html

    button = '<dfn><button type="button" class="term" popovertarget="term-tolk">tolk</button></dfn>'
    assert f'<p>Boka <a href="/sv/">tolk</a> eller {button}. En tolk.</p>' in html
    assert html.count("popover id=") == 1
    assert "Överför &lt;tal&gt;." in html
    assert f'href="{reverse("home:glossary")}#tolk"' in html


@pytest.mark.django_db
def test_text_without_terms_has_no_list_of_them(client):
    assert "popover" not in read(client, make_overview().get_absolute_url()).html


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_the_portals_addresses_are_kept_from_overviews(language):
    with override(language):
        own = [re.fullmatch(r"[^/]+/([\w-]+)/", str(pattern.pattern)) for pattern in urlpatterns]

    assert {match[1] for match in own if match} <= set(OTHER_PAGES)


def test_every_word_that_is_kept_is_that_of_a_page():
    for word in OTHER_PAGES:
        shown = set()
        for language in LANGUAGES:
            with override(language):
                shown.add(resolve(reverse("knowledge:overview_detail", args=[word])).view_name)
        assert shown - {"knowledge:overview_detail"}


@pytest.mark.django_db
@pytest.mark.parametrize("word", OTHER_PAGES)
def test_database_refuses_an_overview_at_the_address_of_another_page(word):
    with pytest.raises(IntegrityError, match="overview_address_is_no_other_page"):
        make_overview(slug=word)


@pytest.mark.django_db
def test_list_of_versions_tells_between_them_when_reviewers_said_that_they_hold(client):
    def overview():
        return Overview.objects.get(slug="tolk")

    deeds = [
        ("2026-01-01", lambda: make_overview(slug="tolk")),
        ("2026-02-01", lambda: Review.objects.create(overview=overview(), decision="holds")),
        ("2026-03-01", lambda: services.new_version(overview(), user=None, significance="medium")),
        ("2026-04-01", lambda: Review.objects.create(overview=overview(), decision="approved")),
        ("2026-05-01", lambda: services.new_version(overview(), user=None, language="en")),
        ("2026-06-01", lambda: Review.objects.create(overview=overview(), decision="holds")),
        ("2026-06-02", lambda: Review.objects.create(overview=make_overview(), decision="holds")),
        ("2026-07-01", lambda: Review.objects.create(overview=overview(), decision="holds")),
    ]
    for day, do in deeds:
        with time_machine.travel(f"{day}T12:00Z"):
            do()

    page = read(client, reverse("knowledge:overview_changes", args=["tolk"]))

    listed = page.words.partition("Alla versioner")[2]
    found = re.findall(r"Granskad: håller fortfarande · [^V]*? 2026|Version \d", listed)
    assert found == [
        "Granskad: håller fortfarande · 1 juli 2026", "Granskad: håller fortfarande · 1 juni 2026", "Version 3",
        "Version 2", "Granskad: håller fortfarande · 1 februari 2026", "Version 1",
    ]  # fmt: skip


@pytest.mark.django_db
def test_reference_leads_back_to_the_first_place_on_the_page_that_cites_it(client):
    overview = make_overview(
        references=[make_reference(key="berg")],
        findings=[{"statement_sv": "Tolk hjälper [@berg]."}], implications=[{"text_sv": "Boka tolk [@berg]."}],
    )  # fmt: skip

    html = client.get(overview.get_absolute_url()).content.decode()

    first = html.index('href="#ref-berg"')
    assert html.index('id="cite-berg"') == first + len('href="#ref-berg" ')
