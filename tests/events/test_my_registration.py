"""Behind the links of letters: confirming, the personal page and its deeds, and invitations."""

import datetime as dt
import logging

import pytest
import time_machine
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override

from events import inviting, registering, retention
from events.models import Answer, Event, Invitation, Occasion, ProtectedData, Registration
from events.registering import Refused
from events.signup_forms import NOTICE, SignUpForm
from lmh_portal.core.languages import LANGUAGES
from lmh_portal.letters.models import Letter
from tests import make
from tests.reading import Page, read

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
PERSONAL = ["confirm_registration", "my_registration", "change_registration", "hand_over"]


def address(registration, view="my_registration") -> str:
    return reverse(f"events:{view}", args=[registering.token_of(registration)])


def invitation_address(invitation, view="invitation") -> str:
    return reverse(f"events:{view}", args=[inviting.token_of(invitation)])


def moved(event, **fields) -> Event:
    Event.objects.filter(pk=event.pk).update(**fields)
    return Event.objects.get(pk=event.pk)


def passed(event) -> Event:
    return moved(event, starts_at=timezone.now() - DAY, ends_at=timezone.now() - DAY + HOUR)


def state(registration) -> str:
    return Registration.objects.get(pk=registration.pk).state


@pytest.fixture
def event(db):
    event = make.make_event(slug="tolk", name_sv="Samtal via tolk", venue_sv="Storgatan 1")
    make.make_sign_up_form(event)
    return event


@pytest.fixture
def hybrid(db):
    event = make.make_event(slug="hybrid", attendance_mode="mixed")
    make.make_sign_up_form(
        event, maximum_physical_attendee_capacity=1, maximum_virtual_attendee_capacity=2, asks_diet=True,
        join_url="https://meet.example.org/abc",
    )  # fmt: skip
    make.make_question(event, text_sv="Vad vill du lära dig?")
    return event


def in_every_state(event) -> dict[str, Registration]:
    """A sign-up in each state, at an event for one."""
    type(event.registration_form).objects.update(maximum_physical_attendee_capacity=1)
    rows = {"confirmed": make.make_registration(event), "waiting": make.make_registration(event)}
    rows |= {name: make.make_unconfirmed(event) for name in ["unconfirmed", "applied", "refused", "expired", "offered"]}
    rows["cancelled"] = registering.cancel(make.make_registration(event))
    for name in ["applied", "refused", "expired"]:
        Registration.objects.filter(pk=rows[name].pk).update(state=name, holds_seat=False, expires_at=None)
    until = timezone.now() + HOUR
    Registration.objects.filter(pk=rows["offered"].pk).update(state="offered", holds_seat=True, expires_at=until)
    return {name: Registration.objects.get(pk=row.pk) for name, row in rows.items()}


# --- links


@pytest.mark.parametrize("language", LANGUAGES)
def test_personal_page_says_every_state_in_every_language(client, event, language):
    rows = in_every_state(event)

    with override(language):
        pages = {name: read(client, address(row)) for name, row in rows.items()}

    assert len({page.words.split("Samtal via tolk")[0] for page in pages.values()}) == len(rows)
    for name, page in pages.items():
        assert '<meta name="robots" content="noindex, nofollow">' in page.html, name
        assert 'rel="canonical"' not in page.html
        assert rows[name].email not in page.title


def test_answers_behind_links_are_kept_by_nobody_and_tell_nobody_their_address(client, event):
    row = make.make_registration(event)
    invited = make.make_invitation(event)

    for url in [*(address(row, view) for view in PERSONAL), invitation_address(invited)]:
        headers = client.get(url).headers
        assert "no-store" in headers["Cache-Control"], url
        assert (headers["Referrer-Policy"], headers["X-Robots-Tag"]) == ("no-referrer", "noindex, nofollow")
        assert "Set-Cookie" not in headers


def forged(row) -> dict[str, str]:
    token = registering.token_of(row)
    other = make.make_registration(row.event)
    number, key, signature = token.split(".")
    return {
        "cut": token[:-1],
        "other number": f"{other.pk}.{key}.{signature}",
        "other key": f"{number}.{other.key}.{signature}",
        "other salt": signing.Signer(salt="actors.proposal", sep=".").sign(f"{row.pk}.{row.key}"),
        "invitation": inviting.token_of(make.make_invitation(row.event)),
        "no row": signing.Signer(salt="events.registration", sep=".").sign("999999999.x"),
        "no number": signing.Signer(salt="events.registration", sep=".").sign("x.y"),
        "garbage": "1.%00\ud800".encode(errors="replace").decode(),
        "long": "1." + "a" * 5000,
    }


@pytest.mark.parametrize("view", [*PERSONAL, "invitation", "decline_invitation"])
def test_forged_links_open_nothing_and_are_logged_without_their_key(client, event, view, caplog):
    row = make.make_registration(event)

    for what, token in forged(row).items():
        if what == "invitation" and "invitation" in view:
            continue
        url = reverse(f"events:{view}", args=[token])
        with caplog.at_level(logging.DEBUG):
            answers = [client.get(url), client.post(url, {"deed": "cancel"})]
        for answer in answers:
            assert answer.status_code in {404, 302} if view == "decline_invitation" else answer.status_code == 404, what
            assert row.email not in answer.content.decode()
    assert state(row) == "confirmed"
    assert row.key not in caplog.text


def test_link_of_a_place_that_was_handed_over_says_so(client, event):
    row = make.make_registration(event)
    url = address(row)
    registering.substitute(row, name="Bo", email="bo@example.org")

    page = read(client, url, status=410)

    assert gettext("This link has been replaced") in page.words
    assert "bo@example.org" not in page.html


OPENED = {
    "a reader": {"method": "get"},
    "HEAD": {"method": "head"},
    "OPTIONS": {"method": "options"},
    "prefetch": {"method": "get", "headers": {"sec-purpose": "prefetch;prerender"}},
    "deed in the address": {"method": "get", "data": {"deed": "cancel"}},
}


@pytest.mark.parametrize("how", OPENED)
def test_opening_links_changes_nothing(client, event, how):
    rows, invited = in_every_state(event), make.make_invitation(event)
    before, letters = list(Registration.objects.order_by("pk").values()), Letter.objects.count()
    sent = dict(OPENED[how])
    urls = [address(row, view) for row in rows.values() for view in PERSONAL]

    for url in [*urls, invitation_address(invited), invitation_address(invited, "decline_invitation")]:
        getattr(client, sent["method"])(url, **{key: value for key, value in sent.items() if key != "method"})

    assert list(Registration.objects.order_by("pk").values()) == before
    assert Letter.objects.count() == letters
    assert Invitation.objects.get().declined_at is None


def test_buttons_work_without_a_cookie_but_not_from_other_sites(event):
    client, row = Client(enforce_csrf_checks=True), make.make_registration(event)

    for origin in ["https://evil.example", ""]:
        answer = client.post(address(row), {"deed": "cancel"}, headers={"origin": origin})
        assert (answer.status_code, state(row)) == (403, "confirmed")
    client.post(address(row), {"deed": "cancel"}, headers={"origin": "null"})  # as browsers send it from such a page

    assert state(row) == "cancelled"


# --- confirming


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_button_confirms(client, event, language):
    row = make.make_unconfirmed(event)

    with override(language):
        page = read(client, address(row, "confirm_registration"))
        answer = client.post(address(row, "confirm_registration"))
        mine = read(client, answer.headers["Location"])
        assert gettext("You have a place") in mine.words

    assert page.html.count('<form method="post"') == 1
    assert state(row) == "confirmed"


def test_confirming_tells_the_place_in_line(client, event):
    for _ in range(2):
        make.make_registration(event)
    first, second = make.make_unconfirmed(event), make.make_unconfirmed(event)

    answers = [client.post(address(row, "confirm_registration"), follow=True) for row in [second, first]]

    assert "nummer 2 på väntelistan" in Page(answers[0]).words
    assert "nummer 1 på väntelistan" in Page(answers[1]).words


def test_confirming_an_application_awaits_approval(client, event):
    type(event.registration_form).objects.update(needs_approval=True)
    row = make.make_unconfirmed(event)

    page = Page(client.post(address(row, "confirm_registration"), follow=True))

    assert gettext("Your application awaits an answer") in page.words


def test_confirming_too_late_offers_to_sign_up_again(client, event):
    row = make.make_unconfirmed(event)

    with time_machine.travel(timezone.now() + dt.timedelta(hours=25), tick=False):
        opened = Page(client.get(address(row, "confirm_registration"), follow=True))
        pressed = Page(client.post(address(row, "confirm_registration"), follow=True))

    for page in [opened, pressed]:
        assert gettext("Your sign-up has ended") in page.words
        assert reverse("events:sign_up", args=["tolk"]) in page.links
    assert not Registration.objects.get().holds_seat or Registration.objects.get().state == "unconfirmed"


def test_confirming_twice_changes_nothing(client, event):
    row = make.make_unconfirmed(event)
    answers = [client.post(address(row, "confirm_registration")) for _ in "12"]

    assert {answer.headers["Location"] for answer in answers} == {address(row)}
    assert state(row) == "confirmed"
    assert Letter.objects.count() == 2


# --- the personal page


def test_page_says_when_and_where(client, event):
    Occasion.objects.create(
        event=event, position=2, starts_at=event.starts_at + DAY, ends_at=event.ends_at + DAY, venue_sv="Lillgatan 2"
    )

    page = read(client, address(make.make_registration(event)))

    assert page.html.partition("</dl>")[0].count("<time datetime=") == 2
    assert "Storgatan 1" in page.words
    assert "Lillgatan 2" in page.words


@pytest.mark.parametrize("mode", ["offline", "online"])
def test_link_to_join_is_for_those_with_a_seat_online(client, hybrid, mode):
    row = make.make_registration(hybrid, attendance_mode=mode)
    unconfirmed = make.make_unconfirmed(hybrid, attendance_mode="online")

    assert ("meet.example.org" in client.get(address(row)).content.decode()) == (mode == "online")
    assert "meet.example.org" not in client.get(address(unconfirmed, "my_registration")).content.decode()
    registering.cancel(row)
    assert "meet.example.org" not in client.get(address(row)).content.decode()


def test_material_comes_after_the_day(client, event):
    event.materials.set([make.make_resource(title_sv="Bilder"), make.make_resource(title_sv="Utkast", status="draft")])
    row = make.make_registration(event)
    before = client.get(address(row)).content.decode()
    passed(event)

    page = read(client, address(row))

    assert "Bilder" not in before
    assert "Bilder" in page.words
    assert "Utkast" not in page.words
    assert gettext("Cancel my place") not in page.words


@pytest.mark.parametrize("name", ["waiting", "confirmed", "applied", "offered"])
def test_place_is_given_back_with_one_press(client, event, name):
    row = in_every_state(event)[name]

    page = Page(client.post(address(row), {"deed": "cancel"}, follow=True))

    assert (page.status, state(row)) == (200, "cancelled")
    assert gettext("You have cancelled") in page.words


def test_offer_is_taken_in_time_and_not_later(client, event):
    row = in_every_state(event)["offered"]

    with time_machine.travel(timezone.now() + 2 * HOUR, tick=False):
        late = Page(client.post(address(row), {"deed": "accept"}))
    row = in_every_state(make_another(event))["offered"]
    taken = Page(client.post(address(row), {"deed": "accept"}, follow=True))

    assert gettext("The offer is over: the seat has gone to the next in line.") in late.words
    assert gettext("You have a place") in taken.words


def make_another(event):
    other = make.make_event()
    make.make_sign_up_form(other)
    return other


@pytest.mark.parametrize("deed", ["", "nonsense", "\x00", "change", "accept' --"])
def test_no_such_deed_changes_nothing(client, event, deed):
    row = make.make_registration(event)

    assert client.post(address(row), {"deed": deed}).status_code == 302
    assert state(row) == "confirmed"


def test_page_of_a_cancelled_event_says_so(client, event):
    row = make.make_registration(event)
    moved(event, event_status="cancelled")

    page = read(client, address(row))

    assert page.words.count(gettext("The event is cancelled")) == 1
    assert gettext("You have a place") not in page.words


@pytest.mark.parametrize("how_many", [1, 3, 30])
def test_personal_pages_cost_the_same_however_much_there_is(client, hybrid, how_many, django_assert_num_queries):
    type(hybrid.registration_form).objects.update(maximum_physical_attendee_capacity=100)
    row = make.make_registration(hybrid)
    for number in range(how_many):
        Answer.objects.create(registration=row, question=make.make_question(hybrid), text="x")
        make.make_registration(hybrid)
        start = hybrid.starts_at + (number + 1) * DAY
        Occasion.objects.create(event=hybrid, position=number + 2, starts_at=start, ends_at=start + HOUR)
    for view in ["my_registration", "change_registration"]:
        client.get(address(row, view))

    with django_assert_num_queries(6):
        client.get(address(row))
    with django_assert_num_queries(7):
        client.get(address(row, "change_registration"))


# --- changing


def changes(row, **fields) -> dict:
    values = {"name": row.name, "language": "sv", "attendance_mode": row.attendance_mode, "organization_name": ""}
    return values | fields


def test_what_was_told_is_put_right(client, hybrid):
    question = hybrid.questions.get()
    row = make.make_registration(hybrid, access_needs="Ramp", answers={question: "Mycket"})
    html = client.get(address(row, "change_registration")).content.decode()

    answer = client.post(
        address(row, "change_registration"),
        changes(row, name="Nytt Namn", organization_name="Huset", language="ar", diet="Vegan", access_needs="",
                attendance_mode="online", **{f"question_{question.pk}": "Lite"}),
    )  # fmt: skip

    assert answer.headers["Location"] == address(row)
    assert "Ramp" in html
    assert 'value="Mycket"' in html
    row.refresh_from_db()
    assert (row.name, row.organization_name, row.language, row.attendance_mode) == (
        "Nytt Namn", "Huset", "ar", "online",
    )  # fmt: skip
    assert (row.protected_data.diet, row.protected_data.access_needs) == ("Vegan", "")
    assert row.answers.get().text == "Lite"


def test_form_of_attendance_changes_only_to_a_free_place(client, hybrid):
    make.make_registration(hybrid)
    row = make.make_registration(hybrid, attendance_mode="online")

    page = Page(client.post(address(row, "change_registration"), changes(row, attendance_mode="offline", name="Ny")))

    assert gettext("No place is free there. Your present place is kept.") in page.words
    row.refresh_from_db()
    assert (row.attendance_mode, row.name != "Ny") == ("online", True)


def test_who_waits_gets_the_free_place_of_the_other_form(client, hybrid):
    make.make_registration(hybrid)
    row = make.make_registration(hybrid)

    page = Page(client.post(address(row, "change_registration"), changes(row, attendance_mode="online"), follow=True))

    assert gettext("You have a place") in page.words


def test_organisation_that_a_coordinator_knows_stays_with_its_name(client, event):
    organization = make.make_organization()
    row = make.make_registration(event, organization=organization, organization_name="Huset")

    client.post(address(row, "change_registration"), changes(row, organization_name="Huset", name="Ny"))
    row.refresh_from_db()
    kept = row.organization
    client.post(address(row, "change_registration"), changes(row, organization_name="Annat"))
    row.refresh_from_db()

    assert (kept, row.organization, row.name) == (organization, None, "Ny")


@pytest.mark.parametrize("language", LANGUAGES)
def test_wrong_changes_are_refused_and_kept_on_the_page(client, event, language):
    row = make.make_registration(event)

    with override(language):
        page = Page(client.post(address(row, "change_registration"), changes(row, name="", organization_name="<b>x")))

    assert (page.status, page.faults) == (200, [])
    assert 'href="#name"' in page.html
    assert "&lt;b&gt;x" in page.html


@pytest.mark.parametrize("view", ["change_registration", "hand_over"])
@pytest.mark.parametrize("name", ["cancelled", "refused", "expired"])
def test_nothing_is_left_to_change_when_it_has_ended(client, event, view, name):
    row = in_every_state(event)[name]

    answers = [client.get(address(row, view)), client.post(address(row, view), {"name": "x", "email": "x@example.org"})]

    assert {answer.headers["Location"] for answer in answers} == {address(row)}
    assert Registration.objects.filter(email="x@example.org").count() == 0


# --- a colleague instead


@pytest.mark.parametrize("known", ["", "unconfirmed", "waiting", "confirmed"])
def test_colleague_takes_over_and_the_old_link_ends_whoever_it_is(client, event, known):
    if known:
        colleague = in_every_state(event)[known]
        Registration.objects.filter(pk=colleague.pk).update(email="Bo@Example.org")
    type(event.registration_form).objects.update(maximum_physical_attendee_capacity=30)
    row = make.make_registration(event, access_needs="Ramp")
    url = address(row)

    answer = client.post(address(row, "hand_over"), {"name": "Bo", "email": "bo@example.org"})

    assert answer.headers["Location"] == reverse("events:sign_up_handed_over", args=["tolk"])
    assert gettext("This link has been replaced") in read(client, url, status=410).words
    seated = Registration.objects.filter(email__iexact="bo@example.org", holds_seat=True)
    assert seated.count() == 1
    assert not ProtectedData.objects.filter(registration=seated.get()).exists()
    assert Letter.objects.filter(recipient__iexact="bo@example.org").exists()


def test_wrong_address_of_a_colleague_is_told(client, event):
    row = make.make_registration(event)

    page = Page(client.post(address(row, "hand_over"), {"name": "Bo", "email": "bo@"}))
    own = Page(client.post(address(row, "hand_over"), {"name": "Bo", "email": row.email.upper()}))

    assert 'href="#email"' in page.html
    assert gettext("That is your own address.") in own.words
    assert read(client, address(row)).status == 200


# --- erasing


def test_data_is_erased_once_the_event_is_over(client, hybrid):
    question = hybrid.questions.get()
    row = make.make_registration(
        hybrid, name="Anna Berg", email="anna@example.org", diet="Vegan", answers={question: "x"}
    )
    Letter.objects.update(state="sent", sent_at=timezone.now())
    refused = Page(client.post(address(row), {"deed": "erase"}))
    passed(hybrid)

    answer = client.post(address(row), {"deed": "erase"})

    assert gettext("You are still signed up. Cancel first, then erase your data.") in refused.words
    assert answer.headers["Location"] == reverse("events:sign_up_erased", args=["hybrid"])
    row.refresh_from_db()
    assert (row.name, row.email, row.organization_name, row.state) == ("", "", "", "confirmed")
    assert set(Answer.objects.values_list("text", flat=True)) == {""}
    assert not ProtectedData.objects.exists()
    assert set(Letter.objects.values_list("recipient", "subject", "body")) == {("", "", "")}
    assert gettext("Your data is erased") in read(client, address(row), status=410).words


def test_page_offers_to_erase_what_was_cancelled_and_says_until_when_it_is_kept(client, event):
    row = make.make_registration(event)
    before = read(client, address(row)).words
    registering.cancel(row)

    after = read(client, address(row)).words

    assert gettext("Erase my data now") not in before
    assert gettext("Erase my data now") in after
    assert after.count(gettext("Name, e-mail address, organisation")) == 1


def test_nobody_is_erased_who_still_comes(event):
    row = make.make_registration(event)

    with pytest.raises(Refused):
        retention.erase(row)

    assert Registration.objects.get().email == row.email


# --- invitations


def filled(event, **fields) -> dict:
    with time_machine.travel(timezone.now() - dt.timedelta(seconds=10), tick=False):
        return {"name": "Anna", "language": "sv", "stamp": SignUpForm.stamp_for(event)} | fields


@pytest.fixture
def invited(event):
    type(event.registration_form).objects.update(is_by_invitation=True)
    return make.make_invitation(event, email="anna@example.org", organization_name="Vårdcentralen")


@pytest.mark.parametrize("language", LANGUAGES)
def test_invitation_has_two_answers(client, invited, language):
    with override(language):
        page = read(client, invitation_address(invited))
        assert gettext("I want to come") in page.words
        assert gettext("No, I cannot come") in page.words

    assert "anna@example.org" in page.words
    assert 'value="Vårdcentralen"' in page.html


def test_invited_person_has_the_seat_without_confirming(client, invited):
    answer = client.post(invitation_address(invited), filled(invited.event, email="other@example.org"))

    row = Registration.objects.get()
    assert answer.headers["Location"] == address(row)
    assert (row.email, row.state, row.consent_version, row.invitation) == (
        "anna@example.org", "confirmed", NOTICE, invited,
    )  # fmt: skip
    assert address(row) in read(client, invitation_address(invited)).links


def test_invitation_does_not_lead_to_the_page_of_a_colleague(client, invited):
    client.post(invitation_address(invited), filled(invited.event))
    registering.substitute(Registration.objects.get(), name="Bo", email="bo@example.org")

    page = read(client, invitation_address(invited))

    assert gettext("This invitation has been accepted.") in page.words
    assert address(Registration.objects.get()) not in page.links
    assert not [link for link in page.links if "min-anmalan" in link]


def test_invitation_is_declined_with_one_press_and_may_still_be_accepted(client, invited):
    answer = client.post(invitation_address(invited, "decline_invitation"), follow=True)
    at = Invitation.objects.get().declined_at
    client.post(invitation_address(invited, "decline_invitation"))

    assert gettext("You have declined. If you have changed your mind, you can still sign up.") in Page(answer).words
    assert Invitation.objects.get().declined_at == at
    client.post(invitation_address(invited), filled(invited.event))
    assert (Invitation.objects.get().declined_at, Registration.objects.get().state) == (None, "confirmed")


def test_who_is_signed_up_cannot_decline(client, invited):
    client.post(invitation_address(invited), filled(invited.event))

    page = Page(client.post(invitation_address(invited, "decline_invitation"), follow=True))

    assert gettext("This invitation has been accepted.") in page.words
    assert (Invitation.objects.get().declined_at, Registration.objects.get().state) == (None, "confirmed")


def test_wrong_answer_to_an_invitation_loses_nothing(client, invited):
    page = Page(client.post(invitation_address(invited), filled(invited.event, name="", organization_name="Huset")))

    assert (page.status, page.faults) == (200, [])
    assert 'value="Huset"' in page.html
    assert Registration.objects.count() == 0


@pytest.mark.parametrize("change", [{"event_status": "cancelled"}, {"registration": "closed"}])
def test_invitation_to_what_is_closed_says_why(client, invited, change):
    moved(invited.event, **change)

    page = read(client, invitation_address(invited))
    client.post(invitation_address(invited), filled(invited.event))

    assert gettext("Sign me up") not in page.words
    assert Registration.objects.count() == 0


def test_invitation_of_an_erased_person_opens_nothing(client, invited):
    url = invitation_address(invited)
    Invitation.objects.update(email="")

    assert client.get(url).status_code == 404
