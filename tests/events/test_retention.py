"""What is kept of participants goes in its time, and whatever was counted stays."""

import datetime as dt
import json

import pytest
import time_machine
from django.core.management import call_command
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from events import emails, mailings, registering, retention
from events.models import Answer, Attendance, Invitation, Mailing, ProtectedData, Question, Registration
from lmh_portal.letters.models import Letter
from tests.make import make_event, make_registration, make_sign_up_form, make_unconfirmed

DAY = dt.timedelta(days=1)
MARKS = ["Maryam Markering", "marked@example.org", "Vårdcentralen Markerad", "Nötallergi", "Hörslinga", "Svar 17"]
NOTHING = {"registrations": [], "invitations": [], "letters": []}
pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    event = make_event(starts_at=timezone.now() + 10 * DAY)
    make_sign_up_form(event, protected_kept_days=7, persons_kept_days=100)
    return event


@pytest.fixture
def registration(event):
    question = Question.objects.create(event=event, text_sv="Nummer?", purpose_sv="Plats.", kept_days=30)
    name, email, organization_name, diet, access_needs, answer = MARKS
    return make_registration(
        event, name=name, email=email, organization_name=organization_name, diet=diet, access_needs=access_needs,
        answers={question: answer},
    )  # fmt: skip


def everything() -> str:
    """All that the tables hold of participants and their letters, as text."""
    rows = [Registration, Answer, Letter, Invitation]
    texts = [str(list(model.objects.values())) for model in rows]
    return "".join(texts) + str([(row.diet, row.access_needs) for row in ProtectedData.objects.all()])


def left(days: int, event) -> list[str]:
    """The marks that are found so many days after the event, when the job has run each night."""
    with time_machine.travel(event.ends_at + days * DAY):
        retention.erase_due()
    return [mark for mark in MARKS if mark in everything()]


def test_each_kind_of_data_is_erased_in_its_time(event, registration):
    assert left(6, event) == MARKS
    assert left(8, event) == [*MARKS[:3], "Svar 17"]
    assert left(31, event) == MARKS[:3]
    assert left(101, event) == []


def test_what_was_counted_stays(event, registration):
    Attendance.objects.create(registration=registration, occasion=event.occasions.get())
    left(101, event)

    registration.refresh_from_db()

    assert (registration.state, registration.attendance_mode) == ("confirmed", "offline")
    assert registration.attendances.count() == 1
    assert registration.anonymized_at is not None


def test_who_never_confirmed_is_forgotten_after_a_week(event):
    registration = make_unconfirmed(event)

    with time_machine.travel(timezone.now() + 2 * DAY):
        registering.expire()
        assert retention.due().counts().persons == 0
    with time_machine.travel(timezone.now() + 10 * DAY):
        retention.erase_due()

    registration.refresh_from_db()
    assert (registration.name, registration.email) == ("", "")


def test_a_dry_run_erases_nothing_and_counts_the_same(event, registration, capsys):
    Invitation.objects.create(event=event, email="invited@example.org", language="sv")
    with time_machine.travel(event.ends_at + 101 * DAY):
        call_command("erase_participants", dry_run=True)
        dry = capsys.readouterr().out
        assert all(mark in everything() for mark in MARKS)
        call_command("erase_participants")
        done = capsys.readouterr().out

    counts = ["protected data: 1", "answers: 1", "persons: 1", "invitations: 1"]
    assert all(count in dry and count in done for count in counts)
    assert "Left over: 0" in done


def test_a_persons_data_can_be_given_out(event, registration):
    given = json.dumps(retention.data_of("MARKED@example.org"), cls=DjangoJSONEncoder, ensure_ascii=False)

    assert [mark for mark in MARKS if mark not in given] == []
    assert retention.data_of("other@example.org") == NOTHING


def test_a_persons_data_can_be_erased_and_the_seat_is_freed(event, registration):
    other = make_registration(event)
    waiting = make_registration(event)
    Invitation.objects.create(event=event, email="marked@example.org", language="sv")

    assert retention.erase_person("Marked@example.org ") == 1

    assert [mark for mark in MARKS if mark in everything()] == []
    waiting.refresh_from_db(), other.refresh_from_db()
    assert (waiting.state, other.name != "") == ("confirmed", True)
    assert retention.data_of("marked@example.org") == NOTHING


def write_to_many(event) -> Mailing:
    mailing = Mailing.objects.create(event=event, kind="message", audience="seated", body_sv="Hej {name}")
    mailings.send(mailing)
    return mailing


def test_letters_to_many_go_with_the_person(event, registration):
    write_to_many(event)
    assert Letter.objects.filter(kind="events.message", recipient="marked@example.org").exists()

    assert left(101, event) == []


def test_letters_to_others_stay_when_one_person_is_erased(event, registration):
    other = make_registration(event)
    write_to_many(event)

    retention.erase_person("marked@example.org")

    assert set(Letter.objects.filter(kind="events.message").values_list("recipient", flat=True)) == {"", other.email}


def test_letters_of_invitations_go_with_the_address(event):
    invitation = Invitation.objects.create(event=event, email="marked@example.org", language="sv")
    emails.invite(invitation)

    assert left(101, event) == []
    assert Letter.objects.get(kind="events.invitation").state == "withdrawn"


def test_letters_to_who_handed_the_seat_over_are_found_and_erased(event, registration):
    registering.substitute(registration, name="Kollega", email="colleague@example.org")
    given = retention.data_of("marked@example.org")
    assert (given["registrations"], len(given["letters"]) > 1) == ([], True)

    retention.erase_person("marked@example.org")

    assert retention.data_of("marked@example.org") == NOTHING
    assert [mark for mark in MARKS[:2] if mark in everything()] == []
