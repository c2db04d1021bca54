"""An event's page: before, while one can sign up, and after the day."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from events.models import Event, ProgrammeItem, RegistrationForm, WorkshopInput
from events.vacancies import vacancies
from tests import make
from tests.reading import read

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def page_of(client, event):
    return read(client, event.get_absolute_url())


def passed(event, days=20):
    """The event some days ago."""
    Event.objects.filter(pk=event.pk).update(starts_at=event.starts_at - days * DAY, ends_at=event.ends_at - days * DAY)
    return event


# --- what, for whom, who


def test_page_says_for_whom_it_is_and_what_makes_it_easier_to_come(client):
    event = make.make_event(
        level="advanced", prerequisites_sv="Grundkursen.", accessibility_features=["hearing_loop", "captions"]
    )

    page = page_of(client, event)

    for words in ["Fördjupning", "Grundkursen.", "Hörslinga", "Direkttextning"]:
        assert words in page.words
    assert "Stegfritt" not in page.words


def test_speaker_is_a_function_or_a_name_with_consent_and_an_organisation_that_is_public(client):
    event = make.make_event()
    public, hidden = make.make_organization(name_sv="Universitetet"), make.make_organization(
        name_sv="Hemlig", status="draft"
    )  # fmt: skip
    items = [
        {"performer_sv": "Dietist", "organization": hidden},
        {"performer_name": "Karin Ek", "consented_on": "2026-01-01", "organization": public},
    ]
    for position, values in enumerate(items, 1):
        ProgrammeItem.objects.create(event=event, position=position, name_sv=f"Del {position}", **values)

    page = page_of(client, event)

    assert "Del 1 Dietist" in page.words
    assert "Del 2 Karin Ek , Universitetet" in page.words
    assert "Hemlig" not in page.words
    assert "Karin Ek" not in page.title


def test_all_meetings_are_listed_with_their_places(client):
    event = make.make_event(starts_at=timezone.now() + DAY)
    make.make_occasion(event, days=7, venue_sv="Biblioteket")

    page = page_of(client, event)

    assert "Alla tillfällen" in page.words
    assert "Biblioteket" in page.words
    assert page.html.count("<time datetime=") >= 3


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("cancelled", "Inställd. Aktiviteten blir inte av."),
        ("postponed", "Uppskjuten. Något nytt datum är inte bestämt."),
        ("rescheduled", "Nytt datum. Aktiviteten har flyttats till datumet nedan."),
    ],
)
def test_status_is_said_in_a_sentence(client, status, words):
    assert words in page_of(client, make.make_event(event_status=status)).words


def test_series_shows_its_other_coming_dates_and_the_state_of_each(client):
    first = make.make_event()
    second = make.make_event(super_event=first, starts_at=first.starts_at + 30 * DAY, event_status="cancelled")
    third = make.make_event(super_event=first, starts_at=first.starts_at + 60 * DAY)
    old = make.make_event(super_event=first, starts_at=first.starts_at - 60 * DAY)
    draft = make.make_event(super_event=first, status="draft")

    links = [set(page_of(client, one).links) for one in [first, second]]

    assert {second.get_absolute_url(), third.get_absolute_url()} <= links[0]
    assert {first.get_absolute_url(), third.get_absolute_url()} <= links[1]
    assert not {old.get_absolute_url(), draft.get_absolute_url()} & (links[0] | links[1])


# --- for machines


def test_machines_are_told_the_same(client, settings):
    settings.SITE_ADDRESS = "https://portal.example.org"
    partner = make.make_organization(name_sv="Medarrangör")
    event = make.make_event(
        name_sv='</script><b>"&', event_status="postponed", attendance_mode="mixed", venue_sv="Aulan", fee_sek=0,
        municipality=make.make_area(name_sv="Borås"), starts_at=dt.datetime(2027, 7, 1, 7, tzinfo=dt.UTC),
        accessibility_features=["step_free"], level="basic",
    )  # fmt: skip
    event.co_organizers.set([partner])

    (data,) = page_of(client, event).data

    assert (data["@type"], data["name"]) == ("EducationEvent", '</script><b>"&')
    assert data["url"] == f"https://portal.example.org{event.get_absolute_url()}"
    assert (data["startDate"], data["endDate"]) == ("2027-07-01T09:00+02:00", "2027-07-01T12:00+02:00")
    assert data["eventStatus"] == "https://schema.org/EventPostponed"
    assert data["eventAttendanceMode"] == "https://schema.org/MixedEventAttendanceMode"
    assert [one["@type"] for one in data["location"]] == ["Place", "VirtualLocation"]
    assert data["location"][0]["amenityFeature"][0]["name"] == "Stegfritt"
    assert [one["name"] for one in data["organizer"]] == [event.organizer.name_sv, "Medarrangör"]
    assert data["isAccessibleForFree"] is True


@pytest.mark.parametrize(("precision", "start"), [("day", "2027-07-01"), ("year", "2027")])
def test_machines_are_told_no_more_of_the_date_than_is_known(client, precision, start):
    event = make.make_event(starts_at=dt.datetime(2027, 7, 1, 7, tzinfo=dt.UTC), date_precision=precision)

    assert page_of(client, event).data[0]["startDate"] == start


# --- signing up


def test_places_left_are_true_at_every_visit(client):
    event = make.make_event(attendance_mode="mixed")
    make.make_sign_up_form(event, maximum_physical_attendee_capacity=10, maximum_virtual_attendee_capacity=2)
    told = []
    for mode in ["offline", "online", "online"]:
        make.make_registration(event, attendance_mode=mode)
        told.append(page_of(client, event).words)

    assert "På plats: 9 platser kvar Digitalt: 2 platser kvar" in told[0]
    assert "På plats: 9 platser kvar Digitalt: 1 plats kvar" in told[1]
    assert "På plats: 9 platser kvar Digitalt: fullbokat" in told[2]


def test_only_the_seats_are_counted_anew(client, django_assert_num_queries):
    event = make.make_event()
    make.make_sign_up_form(event)
    page_of(client, event)

    with django_assert_num_queries(2):  # the content version and the seats
        client.get(event.get_absolute_url())


@pytest.mark.parametrize(
    ("fields", "waiting", "words"),
    [
        ({}, 0, "Du kan ställa dig på väntelistan"),
        ({"waiting_list_maximum": 1}, 1, "Väntelistan är också full."),
        ({"waiting_list_maximum": 0}, 0, "Väntelistan är också full."),
    ],
)
def test_full_event_says_whether_one_can_wait(client, fields, waiting, words):
    event = make.make_event()
    make.make_sign_up_form(event, maximum_physical_attendee_capacity=1, **fields)
    make.make_registration(event)
    for _number in range(waiting):
        make.make_registration(event)

    page = page_of(client, event)

    assert "fullbokat" in page.words
    assert words in page.words


def test_event_without_limit_has_places_for_all_and_counts_nothing(client, django_assert_num_queries):
    event = make.make_event()
    make.make_sign_up_form(event, maximum_physical_attendee_capacity=None)

    assert "plats finns för alla" in page_of(client, event).words
    with django_assert_num_queries(1):
        client.get(event.get_absolute_url())


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"opens_at": timezone.now() + DAY}, "Anmälan öppnar "),
        ({"closes_at": timezone.now() - DAY}, "Anmälan är stängd."),
        ({"is_by_invitation": True}, "Bara de som är inbjudna kan anmäla sig"),
        ({"closes_at": timezone.now() + DAY, "needs_approval": True}, "Arrangören godkänner varje anmälan."),
    ],
    ids=["before", "after", "invited", "approved"],
)
def test_page_says_when_and_for_whom_sign_up_is_open(client, fields, words):
    event = make.make_event()
    make.make_sign_up_form(event, **fields)

    assert words in page_of(client, event).words


def test_sign_up_opens_and_closes_to_the_minute_without_a_change(client):
    event = make.make_event()
    form = make.make_sign_up_form(event, opens_at=timezone.now() + DAY / 2)
    states = []
    for moment in [timezone.now(), form.opens_at, event.starts_at - dt.timedelta(seconds=1), event.starts_at]:
        with time_machine.travel(moment, tick=False):
            states.append(vacancies(event.slug).window)

    assert states == ["early", "open", "open", "started"]


def test_page_and_form_agree_on_what_is_open_and_free(client):
    closed, held = make.make_event(registration="closed"), make.make_event()
    for event in [closed, held]:
        make.make_sign_up_form(event, maximum_physical_attendee_capacity=1)
    make.make_unconfirmed(held)

    assert "fullbokat" in page_of(client, held).words
    with time_machine.travel(timezone.now() + 1.1 * DAY):  # nobody has confirmed, and no job has noted it
        assert "1 plats kvar" in page_of(client, held).words
    assert "Anmälan är stängd." in page_of(client, closed).words


@pytest.mark.parametrize("fields", [{"event_status": "cancelled"}, {"event_status": "postponed"}, {"days": 20}])
def test_nobody_signs_up_to_what_will_not_be_or_has_been(client, fields):
    event = make.make_event(event_status=fields.get("event_status", "scheduled"))
    make.make_sign_up_form(event)
    if days := fields.get("days"):
        passed(event, days)

    page = page_of(client, event)

    assert vacancies(event.slug) is None
    assert "platser kvar" not in page.words


# --- after the day


def test_page_keeps_what_came_of_the_event(client):
    topic = make.make_topic(name_sv="Tolkning")
    event = passed(make.make_event(notes_sv="Vi enades om ett nästa steg."))
    resource = make.make_resource(title_sv="Bilderna")
    upload = make.make_upload(resource=resource)
    hidden = make.make_resource(title_sv="Ofärdigt", status="draft")
    event.materials.set([resource, hidden])
    said = {"event": event, "language": "sv", "topic": topic}
    WorkshopInput.objects.create(text="Boka tolk tidigare.", reply_sv="Bokningen är nu öppen.", is_public=True, **said)
    WorkshopInput.objects.create(text="Fler språk.", is_public=True, **said)
    WorkshopInput.objects.create(text="Läses av ingen.", **said)

    page = page_of(client, event)

    for words in [
        "Aktiviteten har redan varit.", "Vi enades om ett nästa steg.", "Bilderna",
        "Tolkning Boka tolk tidigare. Bokningen är nu öppen. Fler språk. Inte besvarat än",
    ]:  # fmt: skip
        assert words in page.words
    assert {resource.get_absolute_url(), upload.get_absolute_url()} <= set(page.links)
    assert "Ofärdigt" not in page.words
    assert "Läses av ingen." not in page.words


def test_what_comes_of_an_event_is_not_shown_before_its_day(client):
    event = make.make_event(notes_sv="Utkast till anteckningar.")

    assert "Utkast till anteckningar." not in page_of(client, event).words


def test_passed_event_leads_to_the_next_ones_on_its_topics(client):
    topic = make.make_topic()
    event = passed(make.make_event([topic]))
    near, far = make.make_event([topic], name_sv="Nära"), make.make_event(name_sv="Annat ämne")

    page = page_of(client, event)

    following = page.html.partition('id="next"')[2].partition("</section>")[0]
    assert near.get_absolute_url() in following
    assert far.get_absolute_url() not in following


def test_event_has_not_passed_before_its_last_meeting(client):
    event = make.make_event()
    make.make_occasion(event, days=30)
    passed(event)

    assert "Aktiviteten har redan varit." not in page_of(client, event).words


# --- lists


def listed(client, query="", view="events:event_list"):
    return [event.name_sv for event in client.get(reverse(view) + query).context["page"]]


def test_list_is_narrowed_by_level_organiser_and_free_places(client):
    make.make_organization(name_sv="Centrum")
    university = make.make_organization(slug="gu", name_sv="Universitetet")
    make.make_event(name_sv="Utan anmälan", level="basic", organizer=university)
    free, full = make.make_event(name_sv="Ledigt", level="basic"), make.make_event(name_sv="Fullt", level="advanced")
    make.make_sign_up_form(free)
    make.make_sign_up_form(full)
    RegistrationForm.objects.filter(event=full).update(has_free_places=False)

    assert listed(client, "?level=basic") == ["Utan anmälan", "Ledigt"]
    assert listed(client, "?organizer=gu") == ["Utan anmälan"]
    assert listed(client, "?free=yes") == ["Ledigt"]
    assert listed(client, "?free=no") == ["Fullt"]
    assert listed(client, "?free=yes&level=advanced") == []
    html = client.get(reverse("events:event_list")).content.decode()
    assert '<option value="gu">Universitetet (1)</option>' in html
    assert html.count(">Fullbokad<") == 1


def test_organiser_that_is_not_public_is_no_choice(client):
    make.make_event(organizer=make.make_organization(slug="dold", name_sv="Dold aktör", status="draft"))

    assert "Dold aktör" not in client.get(reverse("events:event_list")).content.decode()


def test_templates_are_in_no_list_not_even_for_editors(client):
    event = make.make_event(name_sv="Mall", status="draft", is_template=True)
    make.make_event(name_sv="Utkast", status="draft")
    client.force_login(make.make_editor())

    assert listed(client) == ["Utkast"]
    assert client.get(event.get_absolute_url()).status_code == 404


def test_event_of_which_only_the_year_is_known_stands_under_its_year(client):
    with override("en"):
        make.make_event(starts_at=dt.datetime(2099, 5, 11, tzinfo=dt.UTC), date_precision="year")
        make.make_event(starts_at=dt.datetime(2099, 5, 12, tzinfo=dt.UTC))

        html = client.get(reverse("events:event_list")).content.decode()

    assert [part.partition("<")[0] for part in html.split('<h3 class="month">')[1:]] == ["2099", "May 2099"]
