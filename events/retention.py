"""What is kept of participants, until when, and what is left afterwards: counts without persons.

Diet and access needs go first, then answers to the event's own questions, then names and addresses; each so many days
after the last meeting as the event's form says. Whoever never confirmed an address is forgotten after a week.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone
from django.utils.translation import gettext as _

from events import registering
from events.models import Answer, Invitation, Mailing, ProtectedData, Registration, RegistrationForm
from events.registering import Refused
from lmh_portal.letters import services as letters
from lmh_portal.letters.models import Letter

NEVER_CONFIRMED_DAYS = 7
DAY = dt.timedelta(days=1)
AT_A_TIME = 500  # persons in one transaction
_default = RegistrationForm._meta.get_field("persons_kept_days").default


class Due(NamedTuple):
    """What has been kept long enough: querysets, or after erasing how many rows each had."""

    protected_data: Any
    answers: Any
    persons: Any
    invitations: Any

    def counts(self) -> "Due":
        return Due(*(rows.count() for rows in self))


def _kept(rows: QuerySet, event: str, days: Any) -> QuerySet:
    until = ExpressionWrapper(F(f"{event}__finishes_at") + days * Value(DAY), output_field=DateTimeField())
    return rows.alias(kept_until=until).filter(kept_until__lt=timezone.now())


def due() -> Due:
    """What is to be erased now."""
    form = "registration__event__registration_form"
    persons_days = Coalesce(F("event__registration_form__persons_kept_days"), Value(_default))
    kept = Registration.objects.filter(anonymized_at=None)
    never_confirmed = kept.filter(
        state=Registration.State.EXPIRED, confirmed_at=None, ended_at__lt=timezone.now() - NEVER_CONFIRMED_DAYS * DAY
    )
    past = _kept(kept, "event", persons_days)
    return Due(
        _kept(ProtectedData.objects.all(), "registration__event", F(f"{form}__protected_kept_days")),
        _kept(Answer.objects.exclude(text=""), "registration__event", F("question__kept_days")),
        Registration.objects.filter(Q(pk__in=past.values("pk")) | Q(pk__in=never_confirmed.values("pk"))),
        _kept(Invitation.objects.exclude(email=""), "event", persons_days),
    )


def erase_due() -> Due:
    """Erase what has been kept long enough; of how many rows. Each batch is a transaction, so a stop loses nothing."""
    rows = due()
    counts = [rows.protected_data.delete()[0], rows.answers.update(text=""), 0]
    while batch := list(rows.persons.values_list("pk", flat=True)[:AT_A_TIME]):
        counts[2] += anonymize(Registration.objects.filter(pk__in=batch))
    return Due(*counts, _forget_invited(rows.invitations))


@transaction.atomic
def anonymize(registrations: QuerySet) -> int:
    """Erase who these participants were, in letters too. What they were counted by stays; of how many."""
    chosen = list(registrations.filter(anonymized_at=None).values_list("pk", flat=True))
    rows = Registration.objects.filter(pk__in=chosen)
    ProtectedData.objects.filter(registration__in=chosen).delete()
    Answer.objects.filter(registration__in=chosen).update(text="")
    _forget_invited(Invitation.objects.filter(registration__in=chosen))
    _forget_letters(rows)
    return rows.update(name="", email="", organization_name="", anonymized_at=timezone.now())


def _forget_letters(rows: QuerySet) -> None:
    """Those to one participant, and of those to many the copies that went to these."""
    told = list(rows.values_list("pk", "event", "email"))
    mailings = Mailing.objects.filter(event__in={event for _pk, event, _email in told})
    letters.forget(_letters_about("registration", (pk for pk, *_rest in told)))
    to_many = _letters_about("mailing", mailings.values_list("pk", flat=True))
    letters.forget(to_many.filter(recipient__in={email for *_rest, email in told}))


@transaction.atomic
def _forget_invited(rows: QuerySet) -> int:
    chosen = list(rows.values_list("pk", flat=True))
    letters.forget(_letters_about("invitation", chosen))
    return Invitation.objects.filter(pk__in=chosen).update(email="", organization_name="")


def _letters_about(kind: str, numbers: Iterable[int]) -> QuerySet:
    return Letter.objects.filter(about__in=[f"events.{kind}:{number}" for number in numbers])


def erase(registration: Registration) -> None:
    """Erase a participant's data now, as they ask. Refused while they hold a seat or a place in line."""
    row = Registration.objects.select_related("event").get(pk=registration.pk)
    if row.is_active and row.event.finishes_at > timezone.now():
        raise Refused(_("You are still signed up. Cancel first, then erase your data."))
    anonymize(Registration.objects.filter(pk=row.pk))


# --- one person, by e-mail address


def registrations_of(email: str) -> QuerySet:
    return _of(Registration.objects.select_related("event"), email)


def _of(rows: QuerySet, email: str) -> QuerySet:
    return rows.alias(low=Lower("email")).filter(low=Lower(Value(email.strip()))).exclude(email="")


def letters_to(email: str) -> QuerySet:
    """Those about events, to somebody who has handed a seat to a colleague too."""
    rows = Letter.objects.filter(kind__startswith="events.").alias(low=Lower("recipient"))
    return rows.filter(low=Lower(Value(email.strip()))).exclude(recipient="")


def data_of(email: str) -> dict[str, list[dict]]:
    """Everything the portal's events hold of an address, as plain values for JSON."""
    return {
        "registrations": [_exported(row) for row in registrations_of(email).order_by("created_at")],
        "invitations": [
            {"event": str(row.event), "organization": row.organization_name, "sent": row.sent_at}
            for row in _of(Invitation.objects.select_related("event"), email)
        ],
        "letters": [
            {"subject": row.subject, "written": row.queued_at, "sent": row.sent_at}
            for row in letters_to(email).order_by("queued_at")
        ],
    }


def _exported(row: Registration) -> dict[str, Any]:
    protected = ProtectedData.objects.filter(registration=row).first()
    certificate = getattr(row, "certificate", None)
    return {
        "event": str(row.event),
        "event_starts": row.event.starts_at,
        "name": row.name,
        "email": row.email,
        "organization": row.organization_name,
        "staff_group": row.staff_group and str(row.staff_group),
        "municipality": row.municipality and str(row.municipality),
        "form": row.get_attendance_mode_display(),
        "state": row.get_state_display(),
        "signed_up": row.created_at,
        "privacy_notice": row.consent_version,
        "diet": protected.diet if protected else "",
        "access_needs": protected.access_needs if protected else "",
        "answers": {str(answer.question): answer.text for answer in row.answers.select_related("question")},
        "attended": list(row.attendances.order_by("occasion__starts_at").values_list("occasion__starts_at", flat=True)),
        "certificate": certificate and certificate.code,
    }


def erase_person(email: str) -> int:
    """Cancel what is to come and erase all of the address, letters that wait included; of how many sign-ups."""
    for row in registrations_of(email).active():
        if row.event.finishes_at > timezone.now():
            registering.cancel(row)
    count = anonymize(registrations_of(email))
    _forget_invited(_of(Invitation.objects.all(), email))
    letters.forget(letters_to(email))
    return count
