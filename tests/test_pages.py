"""Every public page, in every language, with and without content."""

import datetime as dt

import pytest
from django.utils import timezone

from events.models import WorkshopInput
from lmh_portal.core.languages import LANGUAGES
from tests.make import (
    make_area,
    make_contact,
    make_event,
    make_glossary_term,
    make_location,
    make_occasion,
    make_organization,
    make_overview,
    make_question,
    make_quota,
    make_reference,
    make_registration,
    make_resource,
    make_schedule,
    make_service,
    make_sign_up_form,
    make_term,
    make_topic,
    make_upload,
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
    make_rich_service(about, parent, place, language)
    make_service(organization=parent, ends_on="2020-01-31", kind="project", starts_on="2019-01-01", alert_sv="Sent.")
    make_service(organization=parent, operation="paused", verification="unlisted", certainty="generic")
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
    resource = make_resource(
        **about, staff_groups=[staff], levels=[make_term(vocabulary.InterventionLevel)], languages=[language],
        publisher="WHO", year=2016, url="https://example.org/om", valid_from="2019-01-01", valid_until="2020-01-01",
        license_note_sv="Fråga först.", is_demo=True,
    )  # fmt: skip
    make_upload(resource=resource, language=language, has_captions=True, is_accessible=True, note_sv="lättläst")
    make_upload(resource=resource)
    make_rich_events(about, staff, parent, place, language, resource)
    past = make_event(organizer=parent, date_precision="year", event_status="cancelled", participants_reported=40)
    type(past).objects.filter(pk=past.pk).update(starts_at="2018-03-14T00:00Z", ends_at="2018-03-14T22:00Z")


def make_rich_sign_up(event, organization):
    """Everything that a form of sign-up can ask."""
    make_sign_up_form(
        event, asks_diet=True, maximum_virtual_attendee_capacity=0, join_url="https://example.org/hemligt"
    )
    make_question(event, is_required=True)
    make_question(event, kind="choice", choices_sv="Röd\nBlå", text_ar="أي لون؟")
    make_question(event, kind="yes_no")
    make_quota(event, organization=organization)
    make_registration(event)


def make_rich_events(about, staff, organizer, place, language, resource):
    """Events with everything that their page can show: sign-up, several meetings, a series, what came of it."""
    event = make_event(
        **about, staff_groups=[staff], organizer=organizer, municipality=place, programme=["Start"], is_demo=True,
        maximum_attendee_capacity=20, fee_sek=0, languages=[language], attendance_mode="mixed", level="advanced",
        prerequisites_sv="Grundkurs.", accessibility_features=["hearing_loop"], venue_sv="Aulan",
    )  # fmt: skip
    event.programme.update(performer_sv="Dietist", organization=organizer, starts="09:00", ends="10:00")
    make_occasion(event, venue_ar="القاعة")
    make_rich_sign_up(event, organizer)
    make_event(**about, super_event=event, recurrence="FREQ=MONTHLY", event_status="postponed")
    make_event(event_status="rescheduled", date_precision="day")
    past = make_event(**about, notes_sv="Så blev det.", starts_at=timezone.now() - dt.timedelta(days=40))
    past.materials.set([resource])
    said = {"event": past, "text": "Mer tolk.", "language": "sv", "is_public": True}
    WorkshopInput.objects.create(**said, reply_ar="نعم", topic_id=past.topics.first().pk)


def make_rich_service(about, organization, place, language):
    """A service with everything that its page can show, places of each visibility among it."""
    from lmh_portal.vocabulary.models import InterventionLevel

    service = make_service(
        **about, organization=organization, areas=[place], languages=[language], certainty="generic", is_demo=True,
        website="https://example.org", email="insats@example.org", level=make_term(InterventionLevel),
        access_facts=["free", "no-papers"], verification="confirmed", assured_on="2026-10-02",
        assured_by="enhetschefen", eligibility_description_sv="Alla.", application_process_sv="Ring.",
        fees_description_ar="مجاني", minimum_age=13, maximum_age=25, alert_sv="Stängt i juli.",
        alert_until="2099-07-31",
    )  # fmt: skip
    street = {"attention": "c/o", "address_1": "Storgatan 1", "postal_code": "503 30", "city": "Borås"}
    texts = {"transportation_sv": "Buss 1", "accessibility_sv": "Hiss", "municipality": place}
    for visibility in ["public", "area", "hidden"]:
        make_location([service], street, organization=organization, visibility=visibility, **texts)
    make_location([service], organization=organization, location_type="virtual", url="https://example.org/mote")
    make_contact([service], organization=organization, phone="033-12 34 56", title_sv="Samordnare")
    make_contact(organization=organization, name_ar="الاستقبال", department_sv="Enheten")
    make_schedule(service=service, byday=["MO", "TU", "WE"], notes_sv="Drop-in")
    make_schedule(service=service, freq="MONTHLY", bysetpos=1, valid_to="2099-01-01")
    return service


@pytest.mark.django_db
@pytest.mark.parametrize("view", public_views())
def test_page_is_sound_with_content(client, view):
    make_something_of_everything()

    for language in LANGUAGES:
        for url in addresses(view, language):
            read(client, url)


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_are_sound_without_content(client, language):
    for view in public_views():
        for url in addresses(view, language):
            read(client, url)


def status(client, url: str) -> int:
    response = client.get(url)
    response.getvalue()  # a download holds its file open until it is read
    return response.status_code


@pytest.mark.django_db
def test_every_link_leads_somewhere(client):
    make_something_of_everything()

    pages = [url for url in all_addresses() if "/komponenter/" not in url and "/components/" not in url]
    links = {link.split("#")[0] for url in pages for link in read(client, url).links}

    inside = sorted(link for link in links if link.startswith("/"))
    assert [link for link in inside if status(client, link) != 200] == []
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
