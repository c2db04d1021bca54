"""An event on the desk: one page, few required fields, published when it is ready."""

import datetime as dt
import re
from html import unescape

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from events.models import Event, Occasion, ProgrammeItem, Question, Quota, RegistrationForm
from events.registering import sign_up
from lmh_portal.vocabulary.models import EventType
from tests import make
from tests.deskform import fields_of, rows

ADD = "/admin/events/event/add/"
DAY = dt.timedelta(days=1)


@pytest.fixture
def editor(db, client):
    editor = make.make_editor(email="anna@example.org")
    client.force_login(editor)
    return editor


@pytest.fixture
def centre(db):
    return make.make_organization(slug="vgr-lmh")


@pytest.fixture
def filled_in(client, editor, centre) -> dict:
    """What a coordinator sends who types no more than is needed to publish."""
    day = (timezone.localtime() + 20 * DAY).date()
    typed = {
        "name_sv": "Workshop om tolk",
        "description_sv": "Om samtal via tolk.",
        "venue_sv": "Regionens hus",
        "starts_at_0": f"{day}",
        "starts_at_1": "09:00",
        "event_type": make.make_term(EventType).pk,
    }
    return fields_of(client.get(ADD)) | typed


def change(event) -> str:
    return reverse("admin:events_event_change", args=[event.pk])


def errors(response) -> list[str]:
    """Every sentence about something to correct."""
    return list(response.context["errors"])


def at(days: int, hour: int = 9) -> dt.datetime:
    return (timezone.localtime() + days * DAY).replace(hour=hour, minute=0, second=0, microsecond=0)


def times(name: str, moment: dt.datetime) -> dict[str, str]:
    return {f"{name}_0": f"{moment:%Y-%m-%d}", f"{name}_1": f"{moment:%H:%M}"}


def make_open_event(**settings):
    """A public event with sign-up on site."""
    event = make.make_event(
        name_sv="Workshop", description_sv="Om tolk.", venue_sv="Regionens hus", organizer=make.make_organization()
    )
    RegistrationForm.objects.create(event=event, **settings)
    return event


def sign_up_many(event, count: int, **fields):
    given = {"attendance_mode": "offline", "language": "sv", "is_by_coordinator": True} | fields
    return [sign_up(event, name=f"Person {n}", email=f"p{n}@example.org", **given) for n in range(count)]


# --- few fields


def test_event_is_published_with_at_most_eight_fields_filled_in(client, filled_in):
    suggested = fields_of(client.get(ADD))
    typed = [name for name, value in filled_in.items() if suggested.get(name) != value]

    response = client.post(ADD, filled_in | {"_publish": "1"})

    assert response.status_code == 302
    assert Event.objects.get().status == "published"
    assert len(typed) == 6  # date and time counted each by itself


def test_what_is_left_empty_is_filled_in_sensibly(client, editor, centre, filled_in):
    client.post(ADD, filled_in)

    event = Event.objects.get()
    assert event.ends_at - event.starts_at == dt.timedelta(hours=3)
    assert (event.coordinator, event.organizer, event.slug) == (editor, centre, "workshop-om-tolk")
    assert event.is_draft
    assert not RegistrationForm.objects.exists()


def test_address_that_is_taken_gets_the_day(client, filled_in):
    make.make_event(slug="workshop-om-tolk", event_type_id=filled_in["event_type"])

    client.post(ADD, filled_in)

    assert Event.objects.filter(slug=f"workshop-om-tolk-{filled_in['starts_at_0']}").exists()


def test_organiser_is_suggested_when_there_is_no_choice(client, editor, centre):
    def suggested():
        return fields_of(client.get(ADD)).get("organizer")

    other, third = make.make_organization(), make.make_organization()

    assert suggested() == [str(centre.pk)]
    make.make_event(organizer=other, coordinator=editor)
    make.make_event(organizer=other, coordinator=editor)
    make.make_event(organizer=centre)
    assert suggested() == [str(other.pk)]
    make.make_event(organizer=third, coordinator=editor)
    assert suggested() in [None, [""]]


def test_event_of_many_parts_is_registered_on_one_page(client, filled_in):
    first = at(20)
    parts = (
        rows("occasions", times("starts_at", first + 7 * DAY) | {"venue_sv": "Sal 2"})
        | rows(
            "registration_form",
            {
                "is_on": "on",
                "maximum_physical_attendee_capacity": "40",
                "confirm_within_hours": "24",
                "offer_within_days": "7",
                "offer_hours": "24",
                "protected_kept_days": "7",
                "persons_kept_days": "180",
            },
        )
        | rows("quotas", {"organization": make.make_organization().pk, "places": "10"}, {"places": "5"})
        | rows(
            "questions",
            {"text_sv": "Varför?", "purpose_sv": "För planeringen", "kind": "text", "kept_days": "30"},
            {
                "text_sv": "Grupp?",
                "purpose_sv": "För borden",
                "kind": "choice",
                "choices_sv": "A\nB",
                "kept_days": "9",
            },
        )
        | rows(
            "programme",
            {"name_sv": "Samtal", "performer_name": "Berit Berg", "consented_on": "2026-11-01"},
            {"name_sv": "Fika", "performer_sv": "dietist"},
        )
    )

    response = client.post(ADD, filled_in | parts | {"_publish": "1"})

    assert response.status_code == 302, errors(response)
    event = Event.objects.get()
    meetings = list(event.occasions.order_by("position"))
    assert [one.position for one in meetings] == [1, 2]
    assert meetings[1].ends_at - meetings[1].starts_at == dt.timedelta(hours=3)
    assert (event.meetings, event.maximum_attendee_capacity) == (2, 40)
    assert event.registration_form.maximum_physical_attendee_capacity == 40
    assert list(event.quotas.order_by("places").values_list("places", flat=True)) == [5, 10]
    assert list(event.questions.values_list("position", "kept_days")) == [(1, 30), (2, 9)]
    assert [item.performer_name for item in event.programme.all()] == ["Berit Berg", ""]


# --- what is typed stays


@pytest.mark.parametrize(
    "wrong",
    [
        rows("programme", {"name_sv": "Samtal", "performer_name": "Berit Berg"}),
        rows("occasions", times("starts_at", at(5))),
        rows("quotas", {"places": "5"}, {"places": "6"}),
        rows("questions", {"text_sv": "Varför?", "kind": "text", "kept_days": "30"}),
        rows("questions", {"text_sv": "V?", "purpose_sv": "P", "kind": "choice", "choices_sv": "A", "kept_days": "9"}),
        {"ends_at_0": "2020-01-01", "ends_at_1": "09:00"},
    ],
    ids=["named without consent", "before the first", "same quota", "no purpose", "one choice", "ends before"],
)
def test_error_keeps_everything_that_was_typed(client, filled_in, wrong):
    typed = filled_in | wrong

    response = client.post(ADD, typed)

    assert response.status_code == 200
    assert errors(response)
    assert not Event.objects.exists()
    sent = {name: value if isinstance(value, list) else [str(value)] for name, value in typed.items()}
    kept = fields_of(response)
    assert {name: kept.get(name) for name in sent if sent[name] != [""]} == {
        name: value for name, value in sent.items() if value != [""]
    }


def test_choices_are_as_many_in_every_language(client, filled_in):
    question = {"text_sv": "V?", "purpose_sv": "P", "kind": "choice", "kept_days": "9", "choices_sv": "A\nB"}

    response = client.post(ADD, filled_in | rows("questions", question | {"choices_en": "A\nB\nC"}))

    assert errors(response)
    assert not Question.objects.exists()


# --- programme


def test_programme_sorts_itself_by_time(client, filled_in):
    items = [
        {"name_sv": "Samtal", "starts": "10:30", "ends": "12:00", "performer_sv": "dietist"},
        {"name_sv": "Välkommen", "starts": "09:00"},
        {"name_sv": "Fika", "starts": "10:00"},
    ]

    client.post(ADD, filled_in | rows("programme", *items))

    assert list(Event.objects.get().programme.values_list("position", "name_sv")) == [
        (1, "Välkommen"), (2, "Fika"), (3, "Samtal"),
    ]  # fmt: skip


def test_new_item_finds_its_place_among_the_old(editor, client):
    event = make.make_event()
    for position, (name, hour) in enumerate([("Först", 9), ("Sist", 11)], 1):
        ProgrammeItem.objects.create(event=event, position=position, name_sv=name, starts=dt.time(hour))
    form = fields_of(client.get(change(event)))

    client.post(change(event), form | rows("programme", {"name_sv": "Mitt", "starts": "10:00"}, old=2))

    assert list(event.programme.values_list("position", "name_sv")) == [(1, "Först"), (2, "Mitt"), (3, "Sist")]


# --- meetings and sign-up


def test_page_shows_the_first_meeting_as_the_event_itself(editor, client):
    event = make.make_event(description_sv="Om tolk.", venue_sv="Sal 1")
    Occasion.objects.create(event=event, starts_at=at(30), ends_at=at(30, 12))

    form = fields_of(client.get(change(event)))
    client.post(change(event), form | {"occasions-0-DELETE": "on"})

    assert form["occasions-TOTAL_FORMS"] == ["1"]
    assert [one.position for one in event.occasions.all()] == [1]


def test_sign_up_is_off_until_it_is_ticked(client, filled_in):
    client.post(ADD, filled_in | {"registration_form-0-maximum_physical_attendee_capacity": "40"})

    assert not RegistrationForm.objects.exists()


def test_sign_up_goes_when_it_is_unticked_but_not_once_people_have_signed_up(editor, client):
    event, other = make_open_event(), make_open_event()
    sign_up_many(other, 1)

    def untick(event):
        form = fields_of(client.get(change(event)))
        del form["registration_form-0-is_on"]
        return client.post(change(event), form)

    assert untick(event).status_code == 302
    assert errors(untick(other))
    assert list(RegistrationForm.objects.values_list("event", flat=True)) == [other.pk]


def test_more_places_are_given_to_those_in_line_at_once(editor, client):
    event = make_open_event(maximum_physical_attendee_capacity=1)
    sign_up_many(event, 3)
    form = fields_of(client.get(change(event)))

    client.post(change(event), form | {"registration_form-0-maximum_physical_attendee_capacity": "2"})

    states = list(event.registrations.order_by("pk").values_list("state", flat=True))
    assert states == ["confirmed", "confirmed", "waiting"]


def test_higher_quota_is_given_to_those_in_line_at_once(editor, client):
    event = make_open_event()
    Quota.objects.create(event=event, places=1)
    sign_up_many(event, 2)
    form = fields_of(client.get(change(event)))

    client.post(change(event), form | {"quotas-0-places": "2"})

    assert set(event.registrations.values_list("state", flat=True)) == {"confirmed"}


def test_fewer_places_than_seats_are_allowed_and_explained(editor, client):
    event = make_open_event(maximum_physical_attendee_capacity=3)
    sign_up_many(event, 3)
    form = fields_of(client.get(change(event)))

    response = client.post(
        change(event), form | {"registration_form-0-maximum_physical_attendee_capacity": "2"}, follow=True
    )

    assert event.registrations.seated().count() == 3
    [sentence] = [str(one) for one in response.context["messages"] if one.level_tag == "warning"]
    assert "3" in sentence
    assert "2" in sentence


def test_change_of_form_says_whose_seat_has_none_any_more(editor, client):
    event = make_open_event()
    sign_up_many(event, 2)
    form = fields_of(client.get(change(event)))

    response = client.post(change(event), form | {"attendance_mode": "online"}, follow=True)

    stranded, letter = [str(one) for one in response.context["messages"] if one.level_tag == "warning"]
    assert "2" in stranded
    assert "brev" in letter  # about the change, waits for review


# --- publishing


def test_event_that_lacks_something_is_not_published_and_nothing_is_lost(client, filled_in):
    response = client.post(ADD, filled_in | {"venue_sv": "", "_publish": "1"})

    assert response.status_code == 200
    assert len(errors(response)) == 1
    assert not Event.objects.exists()
    assert fields_of(response)["description_sv"] == ["Om samtal via tolk."]


def test_public_event_cannot_lose_what_it_must_have(editor, client):
    event = make_open_event()
    form = fields_of(client.get(change(event)))

    response = client.post(change(event), form | {"description_sv": ""})

    assert len(errors(response)) == 1
    event.refresh_from_db()
    assert event.description_sv == "Om tolk."


def test_publishing_and_taking_back_are_in_the_history(client, filled_in):
    client.post(ADD, filled_in | {"_publish": "1"})
    event = Event.objects.get()

    form = fields_of(client.get(change(event)))
    client.post(change(event), form | {"_unpublish": "1"})

    event.refresh_from_db()
    assert event.is_draft
    assert "status" in LogEntry.objects.order_by("pk").first().change_message


def test_list_publishes_those_that_are_ready(editor, client):
    ready = make.make_event(status="draft", description_sv="Om tolk.", venue_sv="Regionens hus")
    make.make_event(status="draft", name_sv="Utan beskrivning")
    ids = list(Event.objects.values_list("pk", flat=True))

    response = client.post("/admin/events/event/", {"action": "publish", "_selected_action": ids}, follow=True)

    assert list(Event.objects.published()) == [ready]
    [sentence] = [str(one) for one in response.context["messages"] if one.level_tag == "warning"]
    assert "Utan beskrivning" in sentence


# --- lists


def test_event_that_ends_before_it_starts_is_refused(client, filled_in):
    response = client.post(ADD, filled_in | times("ends_at", at(2)))

    assert errors(response)
    assert not Event.objects.exists()


def test_times_are_shown_in_swedish_time(editor, client):
    event = make.make_event(starts_at=dt.datetime(2026, 7, 1, 7, tzinfo=dt.UTC))

    page = client.get(change(event)).content.decode()

    assert 'name="starts_at_1" value="09:00"' in page


def test_list_can_show_what_comes_and_what_was(editor, client):
    past = make.make_event(starts_at=dt.datetime(2020, 1, 1, 9, tzinfo=dt.UTC))
    coming = make.make_event(event_status="cancelled")

    def shown(when):
        return list(client.get("/admin/events/event/", {"when": when}).context["cl"].result_list)

    assert shown("past") == [past]
    assert shown("coming") == [coming]
    assert "badge--broken" in client.get("/admin/events/event/").content.decode()


# --- from the event to its work


def test_every_page_of_an_events_work_opens_from_its_own(editor, client):
    event = make_open_event()
    sign_up_many(event, 1)

    page = client.get(change(event)).content.decode()
    deeds = page.partition('<div class="deeds">')[2].partition("</div>")[0]
    addresses = [unescape(address) for address in re.findall(r'<a class="[^"]*" href="([^"]+)"', deeds)]

    assert len(addresses) == 10
    assert {address: client.get(address).status_code for address in addresses} == dict.fromkeys(addresses, 200)
