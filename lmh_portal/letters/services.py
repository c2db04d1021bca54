"""Letters: written with their cause, sent by a worker, tried again, and forgotten in time.

A letter is posted in the transaction of its cause, so that a change that is kept always sends its letter and one
that is rolled back never. The worker holds the row while it sends: two never send one letter. One that dies between
sending and noting it sends the letter again, with the same Message-ID, by which mail programs know it.
Neither the log nor a job ever holds an address, a subject or a text.
"""

import datetime as dt
import smtplib
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import override

from lmh_portal.core.jobs import RETRY, enqueue
from lmh_portal.letters import writing
from lmh_portal.letters.models import Letter

State = Letter.State
AT_MOST = RETRY.max_attempts + 1  # the first attempt is no repetition
SUBJECT_LENGTH = Letter._meta.get_field("subject").max_length


class NotSent(Exception):
    """Has the worker try again; names the reason's class alone, for reasons quote addresses."""


def post(*, template: str, context: Mapping[str, Any], language: str, **envelope) -> Letter:
    """Write a letter from templates/emails/, which hold plain text; the envelope is that of `post_text`."""
    with override(language):
        subject = render_to_string(f"emails/{template}.subject", dict(context))
        text = render_to_string(f"emails/{template}.txt", dict(context))
    return _post(subject=subject, body=text, markdown=writing.as_markdown(text), language=language, **envelope)


def post_text(*, subject: str, markdown: str, language: str, **envelope) -> Letter:
    """Write a letter whose text is Markdown, in which what visitors wrote stands as `literal`."""
    return _post(subject=subject, body=writing.as_text(markdown), markdown=markdown, language=language, **envelope)


@transaction.atomic
def _post(
    *,
    to: str,
    kind: str,
    subject: str,
    body: str,
    markdown: str,
    language: str,
    about: str = "",
    attachments: Iterable[Mapping[str, str]] = (),
) -> Letter:
    """Have a letter sent once the current transaction is committed."""
    validate_email(to)
    subject = " ".join(subject.split())[:SUBJECT_LENGTH]
    letter = Letter(
        kind=kind,
        about=about,
        language=language,
        recipient=to,
        subject=subject,
        body=body,
        html=writing.as_html(subject, markdown, language),
        attachments=[dict(attachment) for attachment in attachments],
    )
    letter.clean_fields(exclude=["message_id"])
    letter.save()
    _enqueue(letter)
    return letter


def _enqueue(letter: Letter) -> None:
    enqueue("lmh_portal.letters.jobs.send_letter", letter_id=letter.pk)


def send(letter_id: int) -> None:
    """Send a letter, if it waits for that; raises NotSent where it is to be tried again."""
    with transaction.atomic():
        letter = Letter.objects.select_for_update().filter(pk=letter_id, state=State.QUEUED).first()
        if letter is None:
            return
        _try(letter)
        letter.save(update_fields=["state", "attempts", "last_error", "sent_at"])
    if letter.state == State.QUEUED:
        raise NotSent(letter.last_error)


def _try(letter: Letter) -> None:
    letter.attempts += 1
    try:
        _message(letter).send()
    except (OSError, ValueError) as failure:  # SMTPException is an OSError; ValueErrors are addresses and headers
        letter.last_error = type(failure).__name__
        if letter.attempts >= AT_MOST or _is_final(failure):
            letter.state = State.FAILED
    else:
        letter.state, letter.sent_at, letter.last_error = State.SENT, timezone.now(), ""


def _is_final(failure: Exception) -> bool:
    """Whether the next attempt would fail as well: nobody has the address, or it is none."""
    if isinstance(failure, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _reason in failure.recipients.values())
    return isinstance(failure, ValueError)


def _message(letter: Letter) -> EmailMultiAlternatives:
    headers = {
        "Message-ID": letter.message_id,
        "Content-Language": letter.language,
        "Auto-Submitted": "auto-generated",  # no machine answers that somebody is on holiday
    }
    message = EmailMultiAlternatives(letter.subject, letter.body, None, [letter.recipient], headers=headers)
    if letter.html:
        message.attach_alternative(letter.html, "text/html")
    for attachment in letter.attachments:
        message.attach(attachment["name"], attachment["content"], attachment["content_type"])
    return message


@transaction.atomic
def send_again(letters) -> list[Letter]:
    """Have those sent that were not, at once and with all attempts before them; those that will be."""
    chosen = list(letters.sendable().select_for_update(skip_locked=True))  # what a worker holds is on its way
    _set(chosen, state=State.QUEUED, attempts=0)
    for letter in chosen:
        _enqueue(letter)
    return chosen


@transaction.atomic
def withdraw(letters) -> list[Letter]:
    """Keep those from being sent that still wait; which."""
    waiting = list(letters.filter(state=State.QUEUED).select_for_update(skip_locked=True))
    _set(waiting, state=State.WITHDRAWN)
    return waiting


def _set(letters: list[Letter], **values) -> None:
    Letter.objects.filter(pk__in=[letter.pk for letter in letters]).update(**values)


def old_letters():
    """Letters whose text and recipient are to be forgotten."""
    return Letter.objects.older_than(dt.timedelta(days=settings.LETTERS_KEPT_DAYS))


def forget_old_letters() -> int:
    """Erase to whom old letters went and what they said; of how many. Kind, state and times stay for figures."""
    return _erase(old_letters())


def forget(letters) -> int:
    """Erase at once what these letters say and to whom they go; what waits is not sent. Of how many."""
    told = letters.exclude(recipient="")
    told.filter(state=State.QUEUED).update(state=State.WITHDRAWN)
    return _erase(told)


def _erase(letters) -> int:
    return letters.update(recipient="", subject="", body="", html="", attachments=[])
