"""Letters to many: drafted with their cause, sent once whoever asks and however often, and by the clock."""

import datetime as dt
from threading import Barrier, Thread

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.utils import timezone

from events import jobs, mailings
from events.models import Attendance, Event, Invitation, Mailing, Occasion
from events.models.mailing import Kind
from lmh_portal.letters.models import Letter
from tests import make
from tests.events.participants import registered
from tests.jobs import forget_jobs, run_jobs

pytestmark = pytest.mark.usefixtures("evaluation")
State = Mailing.State
DAY = dt.timedelta(days=1)


def at(year, month, day, hour=6) -> dt.datetime:
    return timezone.make_aware(dt.datetime(year, month, day, hour))


def make_participants(event) -> dict:
    states = ["confirmed", "offered", "waiting", "applied", "unconfirmed", "cancelled", "refused", "expired"]
    return {state: registered(event, state, email=f"{state}@example.org") for state in states}


def read_by() -> list[str]:
    return sorted(Letter.objects.values_list("recipient", flat=True))


def make_mailing(event, **fields) -> Mailing:
    values = {"kind": Kind.MESSAGE, "subject_sv": "Sal 7", "body_sv": "Vi ses i **sal 7**, {name}."}
    return Mailing.objects.create(event=event, **values | fields)


@pytest.fixture
def real_jobs(transactional_db):
    forget_jobs()
    yield
    forget_jobs()


# --- to whom


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("audience", "readers"),
    [
        ("seated", ["confirmed"]),
        ("active", ["applied", "confirmed", "offered", "waiting"]),
        ("present", ["cancelled"]),
    ],
)
def test_letter_goes_to_its_audience_and_never_to_an_unconfirmed_address(event, audience, readers):
    people = make_participants(event)
    Attendance.objects.create(registration=people["cancelled"], occasion=event.occasions.get())
    registered(event, email="", name="")

    count = mailings.send(make_mailing(event, audience=audience))

    assert read_by() == [f"{state}@example.org" for state in readers]
    assert count == len(readers)


@pytest.mark.django_db
def test_message_is_read_in_the_best_language_that_it_has(event):
    for language in ["sv", "en", "ar"]:
        registered(event, language=language, email=f"{language}@example.org")

    mailings.send(make_mailing(event, subject_en="Room 7", body_en="We meet in room 7, {name}."))

    letters = {letter.recipient[:2]: letter for letter in Letter.objects.all()}
    assert {code: letter.language for code, letter in letters.items()} == {"sv": "sv", "en": "en", "ar": "en"}
    assert "Vi ses i sal 7, Anna Berg." in letters["sv"].body
    assert "When: Thursday 10 December 2037" in letters["ar"].body


# --- once


@pytest.mark.django_db
def test_draft_is_sent_once_and_what_is_discarded_never(event):
    registered(event)
    sent, discarded = make_mailing(event), make_mailing(event)

    counts = [mailings.send(sent), mailings.send(sent), mailings.discard(sent)]
    refusals = [mailings.discard(discarded), mailings.send(discarded)]

    sent.refresh_from_db()
    assert (counts, refusals) == ([1, None, False], [True, None])
    assert (sent.state, sent.recipients, sent.sent_at is None, Letter.objects.count()) == (State.SENT, 1, False, 1)


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_who_press_at_the_same_time_send_once(event):
    for number in range(5):
        registered(event, email=f"{number}@example.org")
    mailing, start, counts = make_mailing(event), Barrier(2), []

    def press():
        try:
            start.wait()
            counts.append(mailings.send(mailing))
        finally:
            connection.close()

    threads = [Thread(target=press), Thread(target=press)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(counts, key=str) == [5, None]
    assert Letter.objects.count() == 5
    forget_jobs()


@pytest.mark.django_db(transaction=True)
def test_two_workers_remind_once(event):
    registered(event)
    start, counts = Barrier(2), []
    meeting = event.occasions.get()

    def work():
        try:
            start.wait()
            counts.append(mailings.remind(Kind.REMINDER_WEEK, meeting.pk))
        finally:
            connection.close()

    threads = [Thread(target=work), Thread(target=work)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(counts) == [0, 1]
    assert (Letter.objects.count(), Mailing.objects.count()) == (1, 1)
    forget_jobs()


@pytest.mark.django_db
def test_job_killed_in_the_middle_sends_nothing_and_then_all(event, monkeypatch):
    for number in range(3):
        registered(event, email=f"{number}@example.org")
    meeting, tell, calls = event.occasions.get(), mailings.emails.tell, []

    def dies(*args, **options):
        calls.append(tell(*args, **options))
        if len(calls) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(mailings.emails, "tell", dies)
    with pytest.raises(KeyboardInterrupt):
        mailings.remind(Kind.REMINDER_WEEK, meeting.pk)
    left = (Letter.objects.count(), Mailing.objects.count())
    monkeypatch.setattr(mailings.emails, "tell", tell)

    assert left == (0, 0)
    assert mailings.remind(Kind.REMINDER_WEEK, meeting.pk) == 3
    assert mailings.remind(Kind.REMINDER_WEEK, meeting.pk) == 0
    assert Letter.objects.count() == 3


# --- drafted with their cause


@pytest.mark.django_db
def test_change_is_drafted_once_and_tells_what_holds_when_it_is_sent(event):
    registered(event)
    registered(event, "waiting", email="waiting@example.org")

    first = mailings.draft_change(event)
    event.starts_at += 7 * DAY
    event.ends_at += 7 * DAY
    event.save()
    second = mailings.draft_change(event)
    mailings.send(second)
    third = mailings.draft_change(event)

    assert first == second != third
    assert [letter.subject for letter in Letter.objects.all()] == ["Ändrat: Trauma och tolk"] * 2
    assert "När: torsdag 17 december 2037" in Letter.objects.first().body


@pytest.mark.django_db
def test_cancellation_takes_the_place_of_a_change(event):
    registered(event)
    change = mailings.draft_change(event)

    cancellation = mailings.draft_cancellation(event)
    again = mailings.draft_cancellation(event)

    change.refresh_from_db()
    assert (change.state, cancellation) == (State.DISCARDED, again)
    mailings.send(cancellation)
    assert Letter.objects.get().subject == "Inställt: Trauma och tolk"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "before", "kind"),
    [
        ({"sequence": 3}, 2, Kind.CHANGE),
        ({"sequence": 3, "event_status": "postponed"}, 2, Kind.CHANGE),
        ({"sequence": 3, "event_status": "cancelled"}, 2, Kind.CANCELLATION),
        ({"sequence": 3}, 3, None),
        ({"sequence": 3}, None, None),
        ({"sequence": 3, "status": "draft"}, 2, None),
        ({"sequence": 3, "finishes_at": at(2020, 1, 1)}, 2, None),
    ],
)
def test_saving_what_participants_must_know_drafts_a_letter(event, fields, before, kind):
    registered(event)
    for name, value in fields.items():
        setattr(event, name, value)

    draft = mailings.draft_after(event, before)

    assert (draft.kind if draft else None) == kind


@pytest.mark.django_db
def test_nothing_is_drafted_for_nobody(event):
    registered(event, "unconfirmed")
    without_sign_up = make.make_event()

    assert [mailings.draft_change(event), mailings.draft_cancellation(without_sign_up)] == [None, None]
    assert Mailing.objects.count() == 0


# --- by the clock: a meeting on Thursday 10 December and one a week later


@pytest.fixture
def course(event):
    starts_at = event.starts_at + 7 * DAY
    Occasion.objects.create(event=event, position=2, starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=3))
    event.refresh_from_db()
    registered(event)
    registered(event, "waiting", email="waiting@example.org")
    return event


def run_due(now: dt.datetime) -> list[str]:
    """What the morning's job sends, run twice."""
    before = set(Letter.objects.values_list("pk", flat=True))
    with time_machine.travel(now, tick=False):
        for _time in range(2):
            for kind, number in mailings.due_reminders():
                mailings.remind(kind, number)
            for kind, number in mailings.due_thanks():
                mailings.thank(kind, number)
    return [letter.kind for letter in Letter.objects.exclude(pk__in=before).order_by("pk")]


@pytest.mark.django_db
def test_each_letter_has_its_day(course):
    course.materials.add(make.make_resource())
    days = [at(2037, 12, 1) + number * DAY for number in range(120)]

    found = {now.strftime("%m-%d"): kinds for now in days if (kinds := run_due(now))}

    assert found == {
        "12-03": ["events.reminder_week"],
        "12-09": ["events.reminder_day"],
        "12-16": ["events.reminder_day"],
        "12-18": ["events.thanks"],
        "03-19": ["events.later"],
    }
    assert read_by() == ["anna@example.org"] * 5


@pytest.mark.django_db
def test_reminder_tells_its_own_meeting(course):
    run_due(at(2037, 12, 16))

    letter = Letter.objects.get()
    assert letter.subject == "Påminnelse: Trauma och tolk, torsdag 17 december 2037, 09.00–12.00"
    assert "10 december" not in letter.body


@pytest.mark.django_db
def test_worker_that_was_stopped_makes_up_for_it_but_not_for_ever(course):
    late = [run_due(at(2037, 12, 5)), run_due(at(2037, 12, 10)), run_due(at(2037, 12, 10, 10))]

    assert late == [["events.reminder_week"], ["events.reminder_day"], []]
    assert run_due(at(2038, 1, 20)) == []


@pytest.mark.django_db
def test_meeting_that_moves_is_reminded_of_again(course):
    run_due(at(2037, 12, 9))
    course.starts_at += 2 * DAY
    course.ends_at += 2 * DAY
    course.save()

    assert run_due(at(2037, 12, 11)) == ["events.reminder_day"]


@pytest.mark.django_db
@pytest.mark.parametrize("fields", [{"event_status": "cancelled"}, {"event_status": "postponed"}, {"status": "draft"}])
def test_nobody_is_reminded_of_what_does_not_take_place(course, fields):
    Event.objects.filter(pk=course.pk).update(**fields)

    assert run_due(at(2037, 12, 9)) + run_due(at(2037, 12, 18)) == []
    assert Mailing.objects.count() == 0


@pytest.mark.django_db
def test_thanks_wait_for_material(course):
    assert run_due(at(2037, 12, 18)) == []
    draft = Mailing.objects.get()
    course.materials.add(make.make_resource(title_sv="Bilderna"))
    mailings.send(draft)

    assert (draft.state, draft.kind) == (State.DRAFT, Kind.THANKS)
    assert "Bilderna" in Letter.objects.get().body
    assert run_due(at(2037, 12, 19)) == []


@pytest.mark.django_db
def test_where_attendance_was_noted_those_are_thanked_who_came(course):
    came = registered(course, email="came@example.org")
    Attendance.objects.create(registration=came, occasion=course.occasions.first())
    course.materials.add(make.make_resource())

    run_due(at(2037, 12, 18))

    assert read_by() == ["came@example.org"]


@pytest.mark.django_db
def test_event_without_evaluation_asks_nothing_later(course):
    course.registration_form.asks_evaluation = False
    course.registration_form.save()
    course.materials.add(make.make_resource())

    assert run_due(at(2037, 12, 18)) == ["events.thanks"]
    assert "frågorna" not in Letter.objects.get().body
    assert run_due(at(2038, 3, 19)) == []


def test_clock_sends_through_the_worker(real_jobs, event, monkeypatch):
    registered(event)

    with time_machine.travel(at(2037, 12, 9)):
        jobs.send_due_mailings()
        jobs.send_due_mailings()
        run_jobs()

    assert [message.subject for message in mail.outbox] == [
        "Påminnelse: Trauma och tolk, torsdag 10 december 2037, 09.00–12.00"
    ]


# --- invitations


@pytest.mark.django_db
def test_who_has_not_answered_in_a_week_is_reminded_once(event):
    sent_at = at(2037, 11, 20)
    asked = Invitation.objects.create(event=event, email="asked@example.org", language="sv", sent_at=sent_at)
    counts = []
    for day in [26, 27, 27, 28]:
        with time_machine.travel(at(2037, 11, day), tick=False):
            counts.append(mailings.remind_invited())

    asked.refresh_from_db()
    letter = Letter.objects.get()
    assert counts == [0, 1, 0, 0]
    assert (letter.kind, letter.about) == ("events.invitation_again", f"events.invitation:{asked.pk}")
    assert asked.reminded_at == at(2037, 11, 27)


@pytest.mark.django_db
def test_nobody_is_reminded_of_an_invitation_that_is_answered_or_over(event):
    sent_at = at(2037, 11, 20)
    came = registered(event)
    Invitation.objects.create(event=event, email="a@example.org", language="sv", sent_at=sent_at, registration=came)
    Invitation.objects.create(event=event, email="no@example.org", language="sv", sent_at=sent_at, declined_at=sent_at)
    registered(event, "waiting", email="By.Herself@example.org")
    Invitation.objects.create(event=event, email="by.herself@example.org", language="sv", sent_at=sent_at)
    closed = make.make_sign_up_form(closes_at=at(2037, 11, 25)).event
    Invitation.objects.create(event=closed, email="b@example.org", language="sv", sent_at=sent_at)
    cancelled = make.make_sign_up_form(make.make_event(event_status="cancelled")).event
    Invitation.objects.create(event=cancelled, email="c@example.org", language="sv", sent_at=sent_at)

    with time_machine.travel(at(2037, 11, 28), tick=False):
        assert mailings.remind_invited() == 0


# --- followed


@pytest.mark.django_db
def test_letters_of_an_event_that_were_given_up_are_found(event):
    registration = registered(event)
    invitation = Invitation.objects.create(event=event, email="b@example.org", language="sv")
    mailing = make_mailing(event)
    causes = [
        f"events.registration:{registration.pk}",
        f"events.invitation:{invitation.pk}",
        f"events.mailing:{mailing.pk}",
    ]
    failed = [make.make_letter(about=cause, state="failed") for cause in causes]
    make.make_letter(about=causes[0])
    make.make_letter(about="events.registration:0", state="failed")

    assert set(mailings.given_up(event)) == set(failed)
    assert mailings.on_their_way(mailing) == {"failed": 1}
