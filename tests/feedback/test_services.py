"""A message is received, announced without what it says, and forgotten in time."""

import datetime as dt

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from lmh_portal.feedback import services
from lmh_portal.feedback.models import Message
from lmh_portal.letters.models import Letter
from tests.jobs import forget_jobs, run_jobs, waiting_jobs

WRITTEN = {
    "kind": "correction",
    "text": "Our telephone number is wrong.",
    "page": "/sv/aktorer/",
    "email": "anna@example.org",
    "language": "ar",
}


@pytest.fixture
def real_jobs(transactional_db):
    forget_jobs()
    yield
    forget_jobs()


def make_message(**fields) -> Message:
    return Message.objects.create(**WRITTEN | fields)


@pytest.mark.django_db
def test_message_is_kept_and_its_notice_enqueued():
    message = services.receive_message(**WRITTEN)

    assert {name: getattr(message, name) for name in WRITTEN} == WRITTEN
    assert (message.pk, message.state) == (Message.objects.get().pk, "new")
    letter = Letter.objects.get()
    assert (letter.kind, letter.about) == ("feedback.new_message", f"feedback.message:{message.pk}")
    assert waiting_jobs() == [("lmh_portal.letters.jobs.send_letter", {"letter_id": letter.pk})]


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"kind": "praise"}, {"email": "anna"}, {"text": ""}])
def test_message_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValidationError):
        services.receive_message(**WRITTEN | wrong)

    assert waiting_jobs() == []


def test_no_notice_of_a_message_that_was_rolled_back(real_jobs):
    with transaction.atomic():
        services.receive_message(**WRITTEN)
        transaction.set_rollback(True)

    run_jobs()

    assert mail.outbox == []


def test_editors_are_told_where_the_message_is_and_not_what_it_says(real_jobs, settings):
    settings.EDITORS_EMAIL, settings.SITE_ADDRESS = "editors@example.org", "https://portal.example.org"
    message = services.receive_message(**WRITTEN)

    run_jobs()

    [notice] = mail.outbox
    whole = notice.message().as_string() + notice.body
    assert notice.to == ["editors@example.org"]
    assert f"https://portal.example.org/admin/feedback/message/{message.pk}/change/" in notice.body
    assert str(message.pk) in notice.subject
    assert not any(secret in whole for secret in [WRITTEN["text"], WRITTEN["email"], WRITTEN["page"]])


@pytest.mark.django_db
def test_messages_are_forgotten_a_year_after_they_are_done():
    today = timezone.localdate()
    make_message(state="done", done_on=today - dt.timedelta(days=366))
    kept = [
        make_message(state="done", done_on=today - dt.timedelta(days=365)),
        make_message(state="assigned", done_on=today - dt.timedelta(days=366)),
        make_message(),
    ]

    count = services.forget_old_messages()

    assert count == 1
    assert set(Message.objects.all()) == set(kept)
