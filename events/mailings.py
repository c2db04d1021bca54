"""Letters to many about one event: drafted, reviewed, sent once; and those that the clock sends.

What makes them go out once is a row: a Mailing is sent under its lock, and one of the clock has a cause of which
there is one. Its letters are posted in the same transaction, so that a job that is killed or run twice loses and
repeats nothing.
"""

import datetime as dt
from collections import Counter

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value, prefetch_related_objects
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from events import emails
from events.models import Attendance, Event, Invitation, Mailing, Occasion, Registration, RegistrationForm
from events.models.mailing import Kind
from lmh_portal.core.jobs import enqueue
from lmh_portal.letters.models import Letter

Audience = Mailing.Audience
State = Registration.State
Status = Event.EventStatus
STATES = {  # none whose address is not confirmed: it may be somebody else's
    Audience.SEATED: [State.CONFIRMED],
    Audience.ACTIVE: [State.CONFIRMED, State.OFFERED, State.WAITING, State.APPLIED],
    Audience.PRESENT: Registration.State.values,
}
LATER = dt.timedelta(days=91)
PATIENCE = dt.timedelta(days=14)  # how late a stopped worker may still send what it missed
INVITATIONS_WAIT = dt.timedelta(days=7)
LETTERS_AT_A_TIME = 100  # in one transaction


# --- written to many


def recipients(mailing: Mailing) -> QuerySet[Registration]:
    found = Registration.objects.filter(event=mailing.event_id, state__in=STATES[mailing.audience]).exclude(email="")
    if mailing.audience == Audience.PRESENT:
        found = found.filter(Exists(Attendance.objects.filter(registration=OuterRef("pk"))))
    return found.order_by("pk")


def recipients_by_language(mailing: Mailing) -> Counter:
    return Counter(recipients(mailing).values_list("language", flat=True))


@transaction.atomic
def send(mailing: Mailing) -> int | None:
    """Hand a draft's letters over for sending; to how many, None if that was done or discarded before."""
    draft = Mailing.objects.select_for_update().filter(pk=mailing.pk, state=Mailing.State.DRAFT).first()
    return None if draft is None else _hand_over(draft)


@transaction.atomic
def discard(mailing: Mailing) -> bool:
    """Put a draft away; whether it was one."""
    drafts = Mailing.objects.filter(pk=mailing.pk, state=Mailing.State.DRAFT)
    return bool(drafts.update(state=Mailing.State.DISCARDED))


def _hand_over(mailing: Mailing, occasion: Occasion | None = None) -> int:
    """Post a mailing's letters, all in this transaction."""
    event = Event.objects.select_related("organizer", "registration_form", "municipality").get(pk=mailing.event_id)
    prefetch_related_objects([event], "occasions", "mail_texts", "materials")
    count = 0
    for registration in recipients(mailing).iterator(chunk_size=500):
        registration.event = event
        emails.tell(registration, mailing.kind, mailing=mailing, occasion=occasion)
        count += 1
    mailing.state, mailing.sent_at, mailing.recipients = Mailing.State.SENT, timezone.now(), count
    mailing.save(update_fields=["state", "sent_at", "recipients"])
    return count


# --- drafted with their cause


def draft_after(event: Event, sequence_before: int | None) -> Mailing | None:
    """Draft what participants must be told after an event was saved: calendars and people need to know the same."""
    is_news = sequence_before is not None and event.sequence > sequence_before
    if not is_news or event.is_draft or event.finishes_at <= timezone.now():
        return None
    is_cancelled = event.event_status == Status.CANCELLED
    return draft_cancellation(event) if is_cancelled else draft_change(event)


def draft_change(event: Event) -> Mailing | None:
    """Draft the letter that tells participants of a new time or place; one draft, however often it changes."""
    return _draft(event, Kind.CHANGE)


@transaction.atomic
def draft_cancellation(event: Event) -> Mailing | None:
    """Draft the letter that the event is cancelled, in place of any about changes."""
    _drafts(event, Kind.CHANGE).update(state=Mailing.State.DISCARDED)
    return _draft(event, Kind.CANCELLATION)


@transaction.atomic
def _draft(event: Event, kind: str) -> Mailing | None:
    """The event's open draft of this kind; none where nobody would read it."""
    form = RegistrationForm.objects.select_for_update().filter(pk=event.pk).first()  # two who save draft one
    if form is None:
        return None
    draft = Mailing(event=event, kind=kind, audience=Audience.ACTIVE)
    if not recipients(draft).exists():
        return None
    open_draft = _drafts(event, kind).first()
    if open_draft is None:
        draft.save()
    return open_draft or draft


def _drafts(event: Event, kind: str) -> QuerySet[Mailing]:
    return Mailing.objects.filter(event=event, kind=kind, state=Mailing.State.DRAFT)


# --- by the clock


def due_reminders(today: dt.date | None = None) -> list[tuple[str, int]]:
    """Kind of letter and number of each meeting of which participants are to be reminded now.

    A week before the first and a day before each. Whoever was stopped for a day makes up for it.
    """
    today = today or timezone.localdate()
    meetings = Occasion.objects.filter(event__in=_on_their_way()).select_related("event")
    days = {Kind.REMINDER_WEEK: (5, 7), Kind.REMINDER_DAY: (0, 1)}
    found = []
    for kind, (nearest, farthest) in days.items():
        ahead = meetings.filter(
            starts_at__gt=timezone.now(),
            starts_at__gte=_midnight(today + dt.timedelta(days=nearest)),
            starts_at__lt=_midnight(today + dt.timedelta(days=farthest + 1)),
        )
        if kind == Kind.REMINDER_WEEK:
            ahead = ahead.filter(position=1)
        sent = Mailing.objects.filter(kind=kind).values_list("event", "cause")
        known = set(sent.filter(event__in=ahead.values("event")))
        found += [(str(kind), row.pk) for row in ahead if (row.event_id, _cause(row)) not in known]
    return found


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def _on_their_way() -> QuerySet[Event]:
    """Events that people are waiting for."""
    is_on = Q(event_status__in=[Status.SCHEDULED, Status.RESCHEDULED])
    return Event.objects.published().filter(is_on, registration_form__isnull=False).exclude(date_precision="year")


def _cause(meeting: Occasion) -> str:
    """A meeting at its day: one that moves is a new cause."""
    return f"meeting {meeting.position}, {timezone.localdate(meeting.starts_at)}"


@transaction.atomic
def remind(kind: str, occasion_id: int) -> int:
    """Remind all with a seat of a meeting, once; how many."""
    meeting = Occasion.objects.select_related("event").filter(pk=occasion_id, event__in=_on_their_way()).first()
    if meeting is None or meeting.starts_at <= timezone.now():
        return 0
    return _send_once(meeting.event, kind, _cause(meeting), Audience.SEATED, meeting)


def _send_once(event: Event, kind: str, cause: str, audience: str, meeting: Occasion | None = None) -> int:
    """Send a mailing of this cause, if there is none; the constraint has a second job wait for the first."""
    mailing, is_new = Mailing.objects.get_or_create(
        event=event, kind=kind, cause=cause, defaults={"audience": audience}
    )
    return _hand_over(mailing, meeting) if is_new else 0


def due_thanks(now: dt.datetime | None = None) -> list[tuple[str, int]]:
    """Kind of letter and number of each event that is to be thanked for now, or asked about three months later."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    later = Q(registration_form__asks_evaluation=True)
    return [
        *_over(Kind.THANKS, today, Q()),
        *_over(Kind.LATER, today - LATER, later),
    ]


def _over(kind: str, until: dt.datetime, condition: Q) -> list[tuple[str, int]]:
    """Events that have ended before a day, not long before, of which no such letter was written."""
    written = Mailing.objects.filter(event=OuterRef("pk"), kind=kind, cause=kind)
    over = Event.objects.published().filter(
        condition,
        ~Exists(written),
        finishes_at__lt=until,
        finishes_at__gte=until - PATIENCE,
        event_status__in=[Status.SCHEDULED, Status.RESCHEDULED],
        registration_form__isnull=False,
    )
    return [(str(kind), pk) for pk in over.order_by("pk").values_list("pk", flat=True)]


@transaction.atomic
def thank(kind: str, event_id: int) -> int:
    """Thank those who were there, once; as long as there is no material, the letter waits as a draft. How many."""
    event = Event.objects.get(pk=event_id)
    were_noted = Attendance.objects.filter(registration__event=event).exists()
    audience = Audience.PRESENT if were_noted else Audience.SEATED
    if kind == Kind.LATER or event.materials.published().exists():
        return _send_once(event, kind, kind, audience)
    if recipients(Mailing(event=event, audience=audience)).exists():
        Mailing.objects.get_or_create(event=event, kind=kind, cause=kind, defaults={"audience": audience})
    return 0


@transaction.atomic
def remind_invited() -> int:
    """Remind those who have not answered within a week, once, as long as they can still sign up; how many."""
    now = timezone.now()
    is_open = Q(event__registration_form__closes_at=None) | Q(event__registration_form__closes_at__gt=now)
    signed_up = Registration.objects.active().filter(event=OuterRef("event"), email__iexact=OuterRef("email"))
    due = Invitation.objects.exclude(email="").filter(
        is_open,
        ~Exists(signed_up),
        declined_at=None,
        registration=None,
        event__in=_on_their_way(),
        event__starts_at__gt=now,
        sent_at__lte=now - INVITATIONS_WAIT,
        reminded_at=None,
    )
    due = due.select_related("event__organizer", "event__registration_form").order_by("pk")
    rows = list(due.select_for_update(of=["self"], skip_locked=True)[:LETTERS_AT_A_TIME])
    for invitation in rows:
        emails.remind(invitation)
        invitation.reminded_at = now
        invitation.save(update_fields=["reminded_at"])
    if len(rows) == LETTERS_AT_A_TIME:
        enqueue("events.jobs.remind_invited")
    return len(rows)


# --- followed


def given_up(event: Event) -> QuerySet[Letter]:
    """Letters about an event that could not be sent."""
    causes = Q()
    for name, rows in {
        "registration": Registration.objects.filter(event=event),
        "invitation": Invitation.objects.filter(event=event),
        "mailing": Mailing.objects.filter(event=event),
    }.items():
        about = Concat(Value(f"events.{name}:"), Cast("pk", CharField()))
        causes |= Q(about__in=rows.order_by().values_list(about))
    return Letter.objects.filter(causes, state=Letter.State.FAILED).order_by("-queued_at")


def on_their_way(mailing: Mailing) -> Counter:
    """How many of a mailing's letters are in which state."""
    letters = Letter.objects.filter(about=f"events.mailing:{mailing.pk}")
    return Counter(letters.order_by().values_list("state", flat=True))
