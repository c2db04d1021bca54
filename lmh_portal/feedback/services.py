"""Messages from visitors: received, announced to the editors, forgotten; and answers, which are counted."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmh_portal.feedback import emails
from lmh_portal.feedback.models import HelpfulCount, Message
from lmh_portal.feedback.pages import Subject
from lmh_portal.visitors.services import Visitor, times_today

KEPT_DAYS = 365  # after a message is done
AT_MOST_AN_HOUR = 60  # messages from everybody together: nothing is kept that would tell visitors apart
ANSWERS_AN_HOUR = 600  # from everybody together
ANSWERS_FROM_AN_ADDRESS = 20  # a day to one version: the staff of a hospital may share an address
COMMENTS_FROM_AN_ADDRESS = 20  # a day


@transaction.atomic
def receive_message(*, kind: str, text: str, page: str, email: str, language: str, **about_page) -> Message:
    """Put a message into the inbox and have the editors told that it is there."""
    an_hour_ago = timezone.now() - dt.timedelta(hours=1)
    if Message.objects.filter(received_at__gte=an_hour_ago).count() >= AT_MOST_AN_HOUR:
        raise ValidationError(_("Very many messages have come in this hour. Please send yours a little later."))
    message = Message(kind=kind, text=text, page=page, email=email, language=language, **about_page)
    message.full_clean()
    message.save()
    emails.post_notice(message)
    return message


@transaction.atomic
def count_answer(*, subject: Subject, answer: str, language: str, visitor: Visitor) -> bool:
    """Count an answer to “Did this help you?”; whether it is counted, which each visitor's is once a day."""
    if times_today("answer", *subject, *visitor) > 1:
        return False
    if times_today("answers", *subject, visitor.address) > ANSWERS_FROM_AN_ADDRESS:
        return False
    if times_today("answers", timezone.now().hour) > ANSWERS_AN_HOUR:
        raise ValidationError(_("Very many answers have come in this hour. Please send yours a little later."))
    HelpfulCount.objects.add(answer, **subject._asdict(), language=language, day=timezone.localdate())
    return True


@transaction.atomic
def receive_comment(*, stamp: str, visitor: Visitor, **message) -> Message:
    """Put a comment on a page into the inbox: one for each form that was given out."""
    if times_today("comment", stamp) > 1:
        raise ValidationError(_("Your comment has reached us already. Use the contact page to tell us more."))
    if times_today("comments", visitor.address) > COMMENTS_FROM_AN_ADDRESS:
        raise ValidationError(_("Many comments have come from your network today. Please use the contact page."))
    return receive_message(kind=Message.Kind.HELPFUL, email="", **message)


def forget_old_messages() -> int:
    """Delete messages that were done more than a year ago; how many."""
    last_day = timezone.localdate() - dt.timedelta(days=KEPT_DAYS)
    return Message.objects.filter(state=Message.State.DONE, done_on__lt=last_day).delete()[0]
