"""Many are invited at once: addresses read from what somebody pasted, letters written once for each."""

import datetime as dt
import re
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from events import emails
from events.models import Event, Invitation, Registration, RegistrationForm

AT_ONCE = 500
QUIET = dt.timedelta(days=1)  # nobody gets a second letter sooner
BETWEEN = re.compile(r"[,;<]|mailto:")
AROUND = "<>()[]\"'.,;:"  # what stands around an address in lists


class State(models.TextChoices):
    """How far an invitation has come."""

    SENT = "sent", pgettext_lazy("state of an invitation", "Sent")
    REMINDED = "reminded", pgettext_lazy("state of an invitation", "Reminded")
    ANSWERED = "answered", pgettext_lazy("state of an invitation", "Signed up")
    DECLINED = "declined", pgettext_lazy("state of an invitation", "Declined")


CONDITIONS = {
    State.ANSWERED: Q(registration__isnull=False),
    State.DECLINED: Q(registration=None, declined_at__isnull=False),
    State.REMINDED: Q(registration=None, declined_at=None, reminded_at__isnull=False),
    State.SENT: Q(registration=None, declined_at=None, reminded_at=None),
}


def state_of(invitation: Invitation) -> State:
    if invitation.registration_id:
        return State.ANSWERED
    if invitation.declined_at:
        return State.DECLINED
    return State.REMINDED if invitation.reminded_at else State.SENT


class Plan(NamedTuple):
    """What would become of what was pasted."""

    new: list[str]
    invited: list[str]
    signed_up: list[str]
    wrong: list[str]

    @property
    def is_too_long(self) -> bool:
        return len(self.new) > AT_ONCE


def plan(event: Event, text: str) -> Plan:
    """Each address once, in the order in which they stand; a line without any is wrong."""
    found, wrong = _addresses(text)
    invited, signed_up = _known(event)
    taken = invited | signed_up
    return Plan(
        [one for one in found if one.lower() not in taken],
        [one for one in found if one.lower() in invited],
        [one for one in found if one.lower() in signed_up - invited],
        wrong,
    )


def _addresses(text: str) -> tuple[list[str], list[str]]:
    found, wrong = {}, []
    for line in text.splitlines():
        words = [word.strip(AROUND) for word in BETWEEN.sub(" ", line).split()]
        tried = [word for word in words if "@" in word]
        good = [word for word in tried if _is_address(word)]
        for word in good:
            found.setdefault(word.lower(), word)
        if words and (not good or len(good) < len(tried)):
            wrong.append(line.strip()[:100])
    return list(found.values()), wrong


def _is_address(word: str) -> bool:
    try:
        validate_email(word)
    except ValidationError:
        return False
    return len(word) <= Invitation._meta.get_field("email").max_length


def _known(event: Event) -> tuple[set[str], set[str]]:
    invited = event.invitations.exclude(email="").values_list(Lower("email"), flat=True)
    signed_up = event.registrations.active().values_list(Lower("email"), flat=True)
    return set(invited), set(signed_up)


@transaction.atomic
def invite(event: Event, text: str, *, language: str, organization_name: str = "") -> int:
    """Invite the new ones of what was pasted; how many. Nobody is invited twice, whoever else does so meanwhile."""
    RegistrationForm.objects.select_for_update().get(pk=event.pk)
    new = plan(event, text).new[:AT_ONCE]
    for email in new:
        emails.invite(
            Invitation.objects.create(
                event=event,
                email=email,
                language=language,
                organization_name=organization_name,
                sent_at=timezone.now(),
            )
        )
    return len(new)


def unanswered(event: Event):
    """Whom a reminder would reach: invited, silent, and not written to in the last day."""
    before = timezone.now() - QUIET
    silent = event.invitations.filter(registration=None, declined_at=None).exclude(email="")
    signed_up = Registration.objects.active().filter(event=event).values(low=Lower("email"))
    silent = silent.alias(low=Lower("email")).exclude(low__in=signed_up)
    return silent.filter(Q(reminded_at=None, sent_at__lt=before) | Q(reminded_at__lt=before))


@transaction.atomic
def remind(event: Event) -> int:
    """Write once more to those who have not answered; to how many."""
    rows = list(unanswered(event).select_for_update().order_by("pk")[:AT_ONCE])
    for invitation in rows:
        invitation.reminded_at = timezone.now()
        invitation.save(update_fields=["reminded_at"])
        emails.remind(invitation)
    return len(rows)
