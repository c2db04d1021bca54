"""Messages from visitors: received, announced to the editors, forgotten."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmh_portal.core.jobs import enqueue
from lmh_portal.feedback import emails
from lmh_portal.feedback.models import Message

KEPT_DAYS = 365  # after a message is done
AT_MOST_AN_HOUR = 60  # from everybody together: nothing is kept that would tell visitors apart


@transaction.atomic
def receive_message(*, kind: str, text: str, page: str, email: str, language: str) -> Message:
    """Put a message into the inbox and have the editors told that it is there."""
    an_hour_ago = timezone.now() - dt.timedelta(hours=1)
    if Message.objects.filter(received_at__gte=an_hour_ago).count() >= AT_MOST_AN_HOUR:
        raise ValidationError(_("Very many messages have come in this hour. Please send yours a little later."))
    message = Message(kind=kind, text=text, page=page, email=email, language=language)
    message.full_clean()
    message.save()
    enqueue("lmh_portal.feedback.jobs.announce_message", message_id=message.pk)
    return message


def announce_message(message_id: int) -> None:
    """Tell the editors, unless the message is gone already."""
    if message := Message.objects.filter(pk=message_id).first():
        emails.send_notice(message)


def forget_old_messages() -> int:
    """Delete messages that were done more than a year ago; how many."""
    last_day = timezone.localdate() - dt.timedelta(days=KEPT_DAYS)
    return Message.objects.filter(state=Message.State.DONE, done_on__lt=last_day).delete()[0]
