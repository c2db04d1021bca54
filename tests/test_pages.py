"""Every public page, in every language, with and without content."""

import pytest

from lmh_portal.core.languages import LANGUAGES
from tests.make import (
    make_area,
    make_event,
    make_glossary_term,
    make_organization,
    make_overview,
    make_reference,
    make_service,
    make_term,
    make_topic,
)
from tests.reading import read
from tests.sites import addresses, all_addresses, public_views


def make_something_of_everything():
    """Rows that share topics, so that pages show each other."""
    from lmh_portal.vocabulary import models as vocabulary

    topic = make_topic(name_en="Trauma", definition_sv="x")
    group, staff = make_term(vocabulary.TargetGroup), make_term(vocabulary.StaffGroup)
    setting = make_term(vocabulary.CareSetting)
    language = make_term(vocabulary.Language, code="ti", autonym="ትግርኛ", script="Ethi")
    place = make_area(outline="M0,0 9,0 9,9Z")
    about = {"topics": [topic], "target_groups": [group]}
    parent = make_organization(**about, municipality=place, website="https://example.org", languages=[language])
    make_organization(parent_organization=parent, name_en="Unit")
    make_service(**about, organization=parent, areas=[place], certainty="generic", website="https://example.org")
    preferred = make_glossary_term(name_sv="tolk", synonyms_sv="språktolk", name_ar="مترجم", definition_ar="شرح")
    make_glossary_term(name_sv="översättare", use_instead=preferred)
    make_overview(
        **about, staff_groups=[staff], references=[make_reference(key="berg2020", doi="10.1/x")], is_demo=True,
        body_sv="## Bakgrund\n\nText om tolk [@berg2020].", question_sv="Hur?", key_messages_sv="Ett.\nTvå.",
        practice_sv="Gör [@berg2020].", gaps_sv="Mycket.", methods_sv="Så.", license="CC-BY-4.0",
        review_function_sv="Handläggare",
        findings=[{"certainty": "low", "studies": 2, "reasons_sv": "Få studier."}, {"statement_en": "Found."}],
        implications=[{"settings": [setting], "staff_groups": [staff]}, {"action": "avoid", "text_sv": "Låt bli."}],
        title_ar="عنوان", summary_ar="ملخص", review_due="2020-01-01",
    )  # fmt: skip
    make_event(**about, staff_groups=[staff], organizer=parent, municipality=place, programme=["Start"], is_demo=True,
               maximum_attendee_capacity=20, fee_sek=0, meetings=3, languages=[language])  # fmt: skip
    past = make_event(organizer=parent, date_precision="year", event_status="cancelled", participants_reported=40)
    type(past).objects.filter(pk=past.pk).update(starts_at="2018-03-14T00:00Z", ends_at="2018-03-14T22:00Z")


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("view", public_views())
def test_page_is_sound_with_content(client, view, language):
    make_something_of_everything()

    for url in addresses(view, language):
        read(client, url)


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_are_sound_without_content(client, language):
    for view in public_views():
        for url in addresses(view, language):
            read(client, url)


@pytest.mark.django_db
def test_every_link_leads_somewhere(client):
    make_something_of_everything()

    pages = [url for url in all_addresses() if "/komponenter/" not in url and "/components/" not in url]
    links = {link.split("#")[0] for url in pages for link in read(client, url).links}

    inside = sorted(link for link in links if link.startswith("/"))
    assert [link for link in inside if client.get(link).status_code != 200] == []
    assert len(inside) > 60


@pytest.mark.django_db
@pytest.mark.parametrize(("asked", "given"), [("ar,en;q=0.5", "/ar/"), ("en-GB", "/en/"), ("de", "/sv/"), ("", "/sv/")])
def test_bare_address_chooses_the_language_of_the_browser(client, asked, given):
    response = client.get("/", headers={"accept-language": asked})

    assert response.headers["Location"] == given
    assert "Accept-Language" in response.headers["Vary"]


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_missing_page_says_so_in_the_visitors_language(client, language):
    read(client, f"/{language}/no-such-page/", status=404)
