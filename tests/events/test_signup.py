"""Signing up as a visitor: what the form asks, takes and refuses, and that it never tells who is signed up."""

import datetime as dt
import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override

from events import registering
from events.models import Event, ProtectedData, Registration
from events.outlook import outlook_of
from events.signup_forms import NOTICE, SignUpForm
from lmh_portal.core import version
from lmh_portal.core.languages import LANGUAGES
from lmh_portal.home import pages
from lmh_portal.letters.models import Letter
from lmh_portal.vocabulary import models as vocabulary
from tests import make
from tests.reading import Elements, Page, read

pytestmark = pytest.mark.django_db
Mode, State = Event.AttendanceMode, Registration.State
HOUR = dt.timedelta(hours=1)


def address(event, view="events:sign_up") -> str:
    return reverse(view, args=[event.slug])


def filled(event, **changes) -> dict:
    """What a browser would send ten seconds after it opened the form."""
    with time_machine.travel(timezone.now() - dt.timedelta(seconds=10), tick=False):
        stamp = SignUpForm.stamp_for(event)
    values = {"name": "Anna Berg", "email": "anna@example.org", "language": "sv", "stamp": stamp}
    return {name: value for name, value in (values | changes).items() if value is not None}


def send(client, event, *, headers=None, **changes):
    return client.post(address(event), filled(event, **changes), headers=headers or {})


def refusals(response) -> str:
    page = Page(response)
    assert (page.status, page.faults) == (200, [])
    assert Registration.objects.filter(email="anna@example.org").count() == 0
    return page.words


@pytest.fixture
def event(db):
    event = make.make_event(slug="tolk", name_sv="Samtal via tolk", name_ar="الحديث عبر مترجم")
    make.make_sign_up_form(event)
    return event


@pytest.fixture
def hybrid(db):
    """On site and online, with everything that a form can ask."""
    event = make.make_event(slug="hybrid", attendance_mode="mixed")
    make.make_sign_up_form(
        event, maximum_virtual_attendee_capacity=1, asks_diet=True, join_url="https://meet.example.org/abc"
    )
    make.make_question(event, text_sv="Vad vill du lära dig?", purpose_sv="Så planerar vi.", kept_days=14)
    make.make_question(event, kind="yes_no", text_sv="Har du gått tidigare?", is_required=True)
    make.make_question(event, kind="choice", text_sv="Grupp?", choices_sv="Röd\nBlå", choices_ar="أحمر\nأزرق")
    return event


# --- the form


@pytest.mark.parametrize("language", LANGUAGES)
def test_form_is_sound_in_every_language(client, event, hybrid, language):
    with override(language):
        for one in [event, hybrid]:
            page = read(client, address(one))
            assert '<meta name="robots" content="noindex">' in page.html
            assert reverse("home:privacy") in page.links
    assert "no-store" in client.get(address(event)).headers["Cache-Control"]


def test_form_asks_no_more_than_the_event_does(client, event):
    event.registration_form.asks_access_needs = False
    event.registration_form.save()

    html = client.get(address(event)).content.decode()

    names = [attrs["name"] for tag, attrs in Elements(html).found if tag in {"input", "select", "textarea"}]
    assert sorted(set(names) - {"q"}) == [
        "email", "language", "municipality", "name", "nickname", "organization_name", "staff_group", "stamp",
    ]  # fmt: skip


def test_each_question_says_why_and_how_long_and_protected_data_who_and_how_long(client, hybrid):
    page = read(client, address(hybrid))

    assert "Vad vill du lära dig?" in page.words
    assert "Så planerar vi. Raderas 14 dagar efter aktiviteten." in page.words
    assert page.words.count(gettext("For example a sign language interpreter or a place for a wheelchair.")) == 1
    assert gettext("What you cannot eat; no reason is needed.") in page.words


def test_texts_that_have_no_translation_say_their_language(client, hybrid):
    with override("ar"):
        html = read(client, address(hybrid)).html

    assert '<span lang="sv" dir="ltr">Vad vill du lära dig?</span>' in html
    assert '<option value="Blå">أزرق</option>' in html


def test_form_says_what_is_left_in_each_form_of_attendance(client, hybrid):
    make.make_registration(hybrid, attendance_mode="online")

    words = read(client, address(hybrid)).words

    assert "På plats: 2 platser kvar" in words
    assert "Digitalt: " + gettext("full, you would be number %(number)s on the waiting list") % {"number": 1} in words


def test_letters_come_in_the_language_of_the_page_unless_told_otherwise(client, event):
    with override("ar"):
        html = client.get(address(event)).content.decode()

    assert '<option value="ar" selected>' in html


def test_version_of_the_notice_is_the_day_that_it_was_changed_last():
    assert str(pages.page("privacy").updated_on) == NOTICE


# --- sent


def test_sign_up_holds_a_seat_and_sends_a_letter_with_no_cookie(client, event):
    staff, place = make.make_term(vocabulary.StaffGroup), make.make_area()

    response = send(
        client, event, organization_name="Vårdcentralen", staff_group=staff.pk, municipality=place.pk, language="ar",
        access_needs="Hörslinga",
    )  # fmt: skip

    assert response.headers["Location"] == address(event, "events:sign_up_sent")
    assert not response.cookies
    row = Registration.objects.get()
    assert (row.name, row.email, row.organization_name, row.staff_group, row.municipality, row.language) == (
        "Anna Berg", "anna@example.org", "Vårdcentralen", staff, place, "ar",
    )  # fmt: skip
    assert (row.state, row.holds_seat, row.attendance_mode, row.consent_version) == (
        "unconfirmed", True, "offline", NOTICE,
    )  # fmt: skip
    assert row.protected_data.access_needs == "Hörslinga"
    assert [letter.recipient for letter in Letter.objects.all()] == ["anna@example.org"]


def test_answers_are_kept_in_the_words_of_the_source_language(client, hybrid):
    text, yes_no, choice = hybrid.questions.all()
    with override("ar"):
        send(
            client, hybrid, attendance_mode="online", diet="Vegan",
            **{f"question_{text.pk}": "Mer", f"question_{yes_no.pk}": "yes", f"question_{choice.pk}": "Blå"},
        )  # fmt: skip

    row = Registration.objects.get()
    assert {answer.question: answer.text for answer in row.answers.all()} == {text: "Mer", yes_no: "yes", choice: "Blå"}
    assert row.protected_data.diet == "Vegan"
    with override("ar"):
        assert row.answers.get(question=choice).words == ("أزرق", "ar")


def test_organisations_with_a_quota_are_chosen_from_and_others_written(client, event):
    organization = make.make_organization(name_sv="Kommunen")
    make.make_quota(event, organization=organization)

    assert gettext("Places are shared out by organisation.") in read(client, address(event)).words
    send(client, event, organization=organization.pk)
    send(client, event, organization="other", organization_name="Huset", email="bo@example.org")
    refused = send(client, event, organization="other", email="cia@example.org")

    rows = Registration.objects.order_by("pk").values_list("organization", "organization_name")
    assert list(rows) == [(organization.pk, "Kommunen"), (None, "Huset")]
    assert gettext("Write which organisation you come from.") in Page(refused).words


def test_quota_by_staff_group_makes_it_a_must(client, event):
    make.make_quota(event, staff_group=make.make_term(vocabulary.StaffGroup))

    assert gettext("Staff group") in refusals(send(client, event))


WRONG = {
    "no name": {"name": " "},
    "long name": {"name": "x" * 10_000},
    "no address": {"email": ""},
    "half an address": {"email": "anna@"},
    "header in the address": {"email": "anna@example.org\nBcc: bo@example.org"},
    "long address": {"email": "a" * 300 + "@example.org"},
    "no such group": {"staff_group": "999999"},
    "no number": {"municipality": "'; DROP TABLE"},
    "no such language": {"language": "xx"},
    "long needs": {"access_needs": "x" * 10_000},
    "robot": {"nickname": "robot"},
    "no stamp": {"stamp": None},
    "forged": {"stamp": "1:2026:ab:1vN0:forged"},
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", WRONG)
def test_wrong_input_is_refused_in_words_and_nothing_is_lost(client, event, what, language):
    changes = {"organization_name": "Vårdcentralen <b>"} | WRONG[what]

    with override(language):
        words = refusals(send(client, event, **changes))
        response = send(client, event, **changes)
        assert gettext("You are not signed up yet.") in words

    html = response.content.decode()
    assert 'value="Vårdcentralen &lt;b&gt;"' in html
    assert Letter.objects.count() == 0
    faults = re.findall(r'<li><a href="#(\w+)">', html)
    assert all(f'id="{fault}"' in html for fault in faults)
    assert bool(faults) == (what not in {"robot", "no stamp", "forged"})


def test_summary_leads_to_the_first_radio_button(client, hybrid):
    html = send(client, hybrid).content.decode()

    assert 'href="#attendance_mode_0"' in html
    assert 'id="attendance_mode_0"' in html


@pytest.mark.parametrize("age", [dt.timedelta(seconds=1), dt.timedelta(hours=25)])
def test_form_that_was_open_too_short_or_too_long_can_be_sent_again(client, event, age):
    with time_machine.travel(timezone.now() - age, tick=False):
        stamp = SignUpForm.stamp_for(event)

    response = send(client, event, stamp=stamp)

    assert refusals(response)
    assert response.context["form"]["stamp"].value() != stamp


def test_stamp_of_another_event_is_refused(client, event, hybrid):
    assert gettext("You are not signed up yet.") in refusals(send(client, event, stamp=filled(hybrid)["stamp"]))


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", "http://testserver.evil.example"])
def test_form_on_another_site_is_refused(client, event, origin):
    assert send(client, event, headers={"origin": origin}).status_code == 403
    assert Registration.objects.count() == 0


@pytest.mark.parametrize("method", ["get", "head", "options", "put", "delete", "patch"])
def test_nothing_but_a_sent_form_signs_up(client, event, method):
    getattr(client, method)(address(event), filled(event))

    assert Registration.objects.count() == 0


def test_sign_up_leaves_the_content_version_as_it_is(client, event):
    before = version.current()

    send(client, event)

    assert version.current() == before


def test_form_sent_twice_signs_up_once(client, event):
    sent = filled(event)

    answers = [client.post(address(event), sent) for _ in "123"]

    assert {answer.headers["Location"] for answer in answers} == {address(event, "events:sign_up_sent")}
    assert Registration.objects.count() == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_answer_says_to_look_for_the_letter(client, event, language):
    with override(language):
        page = read(client, address(event, "events:sign_up_sent"))
        assert gettext("Look in your e-mail") in page.words
    assert "24" in page.words


# --- nobody learns who is signed up


KNOWN = {
    "unconfirmed": lambda event: make.make_unconfirmed(event, email="Anna@Example.org"),
    "with a seat": lambda event: make.make_registration(event, email="Anna@Example.org"),
}


def answer(client, event, email: str) -> tuple[int, str, int]:
    sent = filled(event, email=email)
    with CaptureQueriesContext(connection) as captured:
        response = client.post(address(event), sent)
    html = re.sub(r'name="(stamp|email)" value="[^"]*"', "", response.content.decode())
    return response.status_code, response.headers.get("Location", html), len(captured)


@pytest.mark.parametrize("state", KNOWN)
@pytest.mark.parametrize("is_full", [False, True])
def test_known_address_is_answered_as_an_unknown_one(client, event, state, is_full):
    KNOWN[state](event)
    answer(client, event, "nobody@example.org")
    if is_full:
        Registration.objects.filter(email="nobody@example.org").update(
            state="expired", holds_seat=False, expires_at=None
        )
        make.make_registration(event)

    known, unknown = (answer(client, event, email) for email in ["anna@example.org", "bo@example.org"])

    assert known[:2] == unknown[:2]
    assert abs(known[2] - unknown[2]) <= 1
    assert Registration.objects.filter(email__iexact="anna@example.org").count() == 1
    assert Letter.objects.filter(recipient__iexact="anna@example.org").count() >= 2


def test_full_quota_without_waiting_list_refuses_known_and_unknown_alike(client, event):
    organization = make.make_organization()
    make.make_quota(event, organization=organization)
    type(event.registration_form).objects.update(waiting_list_maximum=0)
    make.make_registration(event, organization=organization, email="anna@example.org")
    letters = Letter.objects.count()

    answers = [
        Page(send(client, event, organization=organization.pk, email=email)).words
        for email in ["anna@example.org", "bo@example.org"]
    ]

    assert answers[0] == answers[1]
    assert gettext("All places are taken, and so are those on the waiting list.") in answers[0]
    assert Letter.objects.count() == letters


def test_one_address_and_one_network_sign_up_so_often_a_day_and_no_more(client, event, settings):
    settings.SIGN_UPS_FROM_AN_ADDRESS = 12
    for number in range(10):
        assert send(client, event).status_code == 302, number

    assert (
        gettext("This e-mail address has been used many times today. Please write to us, or try tomorrow.")
        in Page(send(client, event, email="ANNA@example.org")).words
    )
    assert send(client, event, email="bo@example.org").status_code == 302
    assert (
        gettext("Very many sign-ups have come from your network today. Please write to us, or try tomorrow.")
        in Page(send(client, event, email="cia@example.org")).words
    )
    assert send(client, event, email="bo@example.org", headers={"user-agent": "other"}).status_code == 200


# --- when it is not open


def shut(**fields):
    def change(event):
        type(event.registration_form).objects.update(**fields)

    return change


def moved(**fields):
    return lambda event: Event.objects.filter(pk=event.pk).update(**fields)


def filled_up(event):
    shut(waiting_list_maximum=0)(event)
    for _ in range(2):
        make.make_registration(event)


def waited_up(event):
    shut(waiting_list_maximum=1)(event)
    for _ in range(3):
        make.make_registration(event)


def over(event):
    start = timezone.now() - dt.timedelta(days=3)
    moved(starts_at=start, ends_at=start + HOUR)(event)


def started(event):
    moved(starts_at=timezone.now() - HOUR, ends_at=timezone.now() + HOUR)(event)


CLOSED = {
    "early": (lambda event: shut(opens_at=timezone.now() + HOUR)(event), "Anmälan öppnar"),
    "closed": (lambda event: shut(closes_at=timezone.now() - HOUR)(event), "Anmälan är stängd."),
    "closed by hand": (moved(registration="closed"), "Anmälan är stängd."),
    "invited": (shut(is_by_invitation=True), "inbjudan"),
    "full": (filled_up, "ingen väntelista"),
    "full line": (waited_up, "väntelistan"),
    "cancelled": (moved(event_status="cancelled"), "inställd"),
    "postponed": (moved(event_status="postponed"), "uppskjut"),
    "past": (over, "har redan varit"),
    "started": (started, "har redan börjat"),
    "no sign-up": (lambda event: event.registration_form.delete(), "ingen anmälan"),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", CLOSED)
def test_closed_sign_up_says_why_and_takes_nothing(client, event, state, language):
    sent = filled(event)
    change, words = CLOSED[state]
    change(event)
    before = Registration.objects.count()

    with override(language):
        page = read(client, address(event))
        answered = Page(client.post(address(event), sent))

    assert "<form class=" not in page.html
    assert (answered.status, answered.faults, answered.words) == (200, [], page.words)
    assert Registration.objects.count() == before
    if language == "sv":
        assert words.lower() in page.words.lower()


def test_full_event_with_a_waiting_list_says_the_number(client, event):
    for _ in range(4):
        make.make_registration(event)

    words = read(client, address(event)).words
    send(client, event)

    assert "nummer 3" in words
    row = registering.confirm(Registration.objects.get(email="anna@example.org"))
    assert (row.state, registering.position(row)) == ("waiting", 3)


def test_application_says_that_somebody_chooses(client, event):
    shut(needs_approval=True)(event)

    words = read(client, address(event)).words

    assert (
        gettext("The organiser chooses among those who apply. You are told by letter whether you have a place.")
        in words
    )
    assert gettext("Send my application") in words


@pytest.mark.parametrize("view", ["sign_up", "sign_up_sent", "sign_up_erased", "sign_up_handed_over"])
def test_draft_has_no_sign_up(client, view):
    event = make.make_event(status="draft")
    make.make_sign_up_form(event)

    assert client.get(address(event, f"events:{view}")).status_code == 404


def test_last_seat_taken_while_the_form_was_open_leads_to_the_waiting_list_or_is_told(client, event):
    sent = filled(event)
    filled_up(event)

    response = client.post(address(event), sent)

    assert "ingen väntelista" in refusals(response)


@pytest.mark.parametrize("how_many", [1, 3, 30])
def test_form_costs_the_same_however_much_there_is(client, event, how_many, django_assert_num_queries):
    shut(maximum_physical_attendee_capacity=100)(event)
    for _ in range(how_many):
        make.make_question(event)
        make.make_quota(event, organization=make.make_organization())
        make.make_registration(event)
    client.get(address(event))

    with django_assert_num_queries(5):
        client.get(address(event))


def test_outlook_of_an_event_without_limit_is_open(event):
    shut(maximum_physical_attendee_capacity=None)(event)

    outlook = outlook_of(Event.objects.get(pk=event.pk))

    assert (outlook.takes_sign_ups, outlook.is_full, outlook.words("offline")) == (True, False, gettext("places left"))


def test_protected_data_is_not_stored_in_the_clear(client, event):
    send(client, event, access_needs="Rullstolsplats")

    with connection.cursor() as cursor:
        cursor.execute("SELECT access_needs FROM events_protecteddata")
        assert "Rullstol" not in cursor.fetchone()[0]
    assert ProtectedData.objects.get().access_needs == "Rullstolsplats"


@pytest.mark.parametrize("value", ["\x00", "a" * 10_000, "-1", "9" * 400, "<script>", "٣", "\u202eabc", "{{x}}"])
def test_garbage_in_any_field_gives_a_page_or_a_letter(client, hybrid, value):
    fields = [name for name in SignUpForm(hybrid, outlook_of(hybrid)).fields if name != "stamp"]

    for name in fields:
        answer = client.post(address(hybrid), filled(hybrid, attendance_mode="offline") | {name: value})
        assert answer.status_code in {200, 302}, name
        assert answer.status_code == 302 or Page(answer).faults == []
