"""Seats: given, held, offered and freed nowhere else, and always under the lock of the event's RegistrationForm row.

Whoever signs up holds a seat, or a number in the queue, until the e-mail address is confirmed. Whatever changes
ends with settling: the first in line who fits gets what is free. Nobody is passed by but where a quota or the form
of attendance is full. Letters are written in the transaction of what they tell.
"""

import datetime as dt
import hmac
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from django.core import signing
from django.db import models, transaction
from django.db.models import Count, Max, Q, Value
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _

from actors.models import Organization
from events import emails
from events.models import Answer, Event, Invitation, ProtectedData, Question, Quota, Registration, RegistrationForm
from events.models.mailing import Kind
from lmh_portal.vocabulary.models import Area, StaffGroup

Mode = Event.AttendanceMode
State = Registration.State
IN_QUEUE = Q(state=State.WAITING) | Q(state=State.UNCONFIRMED, queue_number__isnull=False)
_link = signing.Signer(salt="events.registration", sep=".")


class Refused(Exception):
    """What was asked for cannot be; the message is a sentence for whoever asked."""


# --- links


def token_of(registration: Registration) -> str:
    """What the personal address ends with, in every letter; void once a colleague has taken over."""
    return _link.sign(f"{registration.pk}.{registration.key}")


def registration_of(token: str) -> Registration | None:
    """The sign-up that a personal link is for; none for a link that was forged or has been replaced."""
    registration, key = _signed(token)
    is_current = registration is not None and hmac.compare_digest(registration.key, key)
    return registration if is_current else None


def is_replaced(token: str) -> bool:
    """Whether the link was one of ours until a colleague took the seat over."""
    registration, key = _signed(token)
    return registration is not None and not hmac.compare_digest(registration.key, key)


def _signed(token: str) -> tuple[Registration | None, str]:
    try:
        number, _dot, key = _link.unsign(token).partition(".")
        return Registration.objects.select_related("event__registration_form").get(pk=int(number)), key
    except (signing.BadSignature, ValueError, Registration.DoesNotExist):
        return None, ""


# --- what is open, what is left


class Window(models.TextChoices):
    """Whether an event takes sign-ups now."""

    OPEN = "open"
    EARLY = "early"
    OVER = "over"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    STARTED = "started"
    INVITED = "invited"  # only who is invited
    ELSEWHERE = "elsewhere"  # not here


def window(event: Event) -> Window:
    form, now = getattr(event, "registration_form", None), timezone.now()
    if form is None or event.is_draft:
        return Window.ELSEWHERE
    if event.event_status == Event.EventStatus.CANCELLED:
        return Window.CANCELLED
    if event.starts_at <= now:
        return Window.STARTED
    if event.event_status == Event.EventStatus.POSTPONED:
        return Window.PAUSED
    if event.registration == Event.Registration.CLOSED or (form.closes_at and form.closes_at <= now):
        return Window.OVER
    if form.opens_at and form.opens_at > now:
        return Window.EARLY
    return Window.INVITED if form.is_by_invitation else Window.OPEN


def is_open(event: Event) -> bool:
    return window(event) == Window.OPEN


def _why_closed(now: Window) -> str:
    return {
        Window.EARLY: _("Sign-up has not opened yet."),
        Window.OVER: _("Sign-up is closed."),
        Window.PAUSED: _("The event is postponed. Sign-up opens again when the new date is known."),
        Window.CANCELLED: _("The event is cancelled."),
        Window.STARTED: _("The event has already started."),
        Window.INVITED: _("This event is for those who have an invitation."),
        Window.ELSEWHERE: _("There is no sign-up for this event here."),
    }[now]


def modes(event: Event) -> list[str]:
    """The forms of attendance that one can choose from."""
    return [Mode.OFFLINE, Mode.ONLINE] if event.attendance_mode == Mode.MIXED else [event.attendance_mode]


class Room(NamedTuple):
    """Seats in one form of attendance; `capacity` and `left` are None where there is no limit."""

    capacity: int | None
    taken: int
    left: int | None
    waiting: int


def places(event: Event) -> dict[str, Room]:
    """By form of attendance, as of now, in one query besides the form."""
    counts = {
        row["attendance_mode"]: row
        for row in event.registrations.values("attendance_mode").annotate(
            taken=Count("pk", filter=_holds_now()), waiting=Count("pk", filter=IN_QUEUE)
        )
    }
    nobody = {"taken": 0, "waiting": 0}
    return {mode: _room(event.registration_form.capacity(mode), counts.get(mode, nobody)) for mode in modes(event)}


def _room(capacity: int | None, counts: Mapping[str, int]) -> Room:
    left = None if capacity is None else max(0, capacity - counts["taken"])
    return Room(capacity, counts["taken"], left, counts["waiting"])


def _holds_now() -> Q:
    """What is held no longer is free, though nobody has noted it yet."""
    return Q(holds_seat=True) & (Q(expires_at=None) | Q(expires_at__gt=timezone.now()))


def position(registration: Registration) -> int:
    """The honest place in line: one more than those who stand before."""
    before = Registration.objects.filter(IN_QUEUE, event=registration.event_id)
    return before.filter(queue_number__lt=registration.queue_number).count() + 1


# --- the lock


class Seats:
    """The seats of one event, counted once, while nobody else can change them."""

    def __init__(self, form: RegistrationForm):
        self.form, self.event, self.now = form, form.event, timezone.now()  # the event knows its form, too
        self.registrations = Registration.objects.filter(event=self.event)
        self.quotas = list(Quota.objects.filter(event=self.event))
        self._expire()
        groups = self.registrations.seated().values_list("attendance_mode", "organization", "staff_group")
        self.taken = Counter({tuple(group): number for *group, number in groups.annotate(number=Count("pk"))})

    def row(self, registration: Registration) -> Registration:
        """The sign-up as it is now, under the lock."""
        row = self.registrations.get(pk=registration.pk)
        row.event = self.event
        return row

    def _rows(self, registrations: models.QuerySet) -> Iterator[Registration]:
        """Sign-ups of the event that is known already: to read it with each would cost more than all the others."""
        for row in registrations:
            row.event = self.event
            yield row

    def signed_up(self, email: str) -> Registration | None:
        """The address's sign-up. PostgreSQL compares, by the rule of the constraint."""
        rows = self.registrations.active().alias(low=Lower("email")).filter(low=Lower(Value(email)))
        return next(self._rows(rows), None)

    def has_room_for(self, registration: Registration) -> bool:
        """Whether a seat is free in the form of attendance and in every quota that counts the person."""
        mode, *group = _group(registration)
        quotas = self._quotas_of(*group)
        return self._has_room_in(mode) and all(self._taken_of(quota) < quota.places for quota in quotas)

    def may_seat(self, registration: Registration) -> bool:
        """Whether a free seat may be given without passing anybody by, who while nothing is given still waits."""
        is_next = self.is_giving() or not self.registrations.in_line().exists()
        return is_next and self.has_room_for(registration)

    def _quotas_of(self, organization_id: int | None, staff_group_id: int | None) -> list[Quota]:
        own = [
            quota
            for quota in self.quotas
            if (quota.organization_id and quota.organization_id == organization_id)
            or (quota.staff_group_id and quota.staff_group_id == staff_group_id)
        ]
        return own or [quota for quota in self.quotas if not (quota.organization_id or quota.staff_group_id)]

    def _taken_of(self, quota: Quota) -> int:
        return sum(n for (_mode, *group), n in self.taken.items() if quota in self._quotas_of(*group))

    def set(
        self, registration: Registration, state: str, *, until: dt.datetime | None = None, seat: bool = False
    ) -> None:
        """Give a sign-up its state and, with `seat`, a seat; the count follows."""
        self.taken[_group(registration)] += seat - registration.holds_seat
        registration.state, registration.expires_at, registration.holds_seat = state, until, seat
        if state == State.CONFIRMED:
            registration.confirmed_at = registration.confirmed_at or self.now
        if not registration.is_active:
            registration.ended_at = self.now
        registration.save()

    def next_number(self) -> int:
        return (self.registrations.aggregate(last=Max("queue_number"))["last"] or 0) + 1

    @contextmanager
    def writing(self, *, is_undone: bool) -> Iterator[None]:
        """Write, or go through the motions: neither the cost nor a refusal tells whether an address is known."""
        taken, savepoint = self.taken.copy(), transaction.savepoint()
        yield
        if is_undone:
            transaction.savepoint_rollback(savepoint)
            self.taken = taken
        else:
            transaction.savepoint_commit(savepoint)

    def takes_waiting(self) -> bool:
        longest = self.form.waiting_list_maximum
        return longest is None or self.registrations.filter(IN_QUEUE).count() < longest

    def held_until(self, hours: int) -> dt.datetime:
        """So many hours from now, but never longer than until the event starts."""
        return max(min(self.now + dt.timedelta(hours=hours), self.event.starts_at), self.now)

    def settle(self) -> None:
        """Give what is free to those in line, and say whether anything is left."""
        if self.is_giving() and self.has_any_room():
            for registration in self._rows(self.registrations.in_line()):
                if not self.has_any_room():
                    break
                if self.has_room_for(registration):
                    self._give(registration)
        is_free = self.has_any_room()
        if self.form.has_free_places != is_free:  # seldom: every page of the calendar is drawn anew
            self.form.has_free_places = is_free
            self.form.save(update_fields=["has_free_places"])

    def is_giving(self) -> bool:
        status = Event.EventStatus
        is_on = self.event.event_status in {status.SCHEDULED, status.RESCHEDULED}
        return is_on and self.event.starts_at > self.now

    def has_any_room(self) -> bool:
        return any(self._has_room_in(mode) for mode in modes(self.event))

    def _has_room_in(self, mode: str) -> bool:
        capacity = self.form.capacity(mode)
        return capacity is None or sum(n for (taken, *_), n in self.taken.items() if taken == mode) < capacity

    def _give(self, registration: Registration) -> None:
        is_near = self.event.starts_at - self.now < dt.timedelta(days=self.form.offer_within_days)
        if is_near:
            self.set(registration, State.OFFERED, until=self.held_until(self.form.offer_hours), seat=True)
            emails.tell(registration, Kind.OFFER)
        else:
            self.set(registration, State.CONFIRMED, seat=True)
            emails.tell(registration, Kind.CONFIRMED)

    def _expire(self) -> None:
        """End what was held for too long; whoever never confirmed the address gets no letter."""
        due = list(self._rows(self.registrations.filter(expires_at__lte=self.now)))
        self.registrations.filter(pk__in=[row.pk for row in due]).update(
            state=State.EXPIRED, holds_seat=False, expires_at=None, ended_at=self.now
        )
        for registration in due:
            was_offered = registration.state == State.OFFERED
            registration.refresh_from_db(fields=["state", "holds_seat", "expires_at", "ended_at"])
            if was_offered:
                emails.tell(registration, Kind.EXPIRED)


def _group(registration: Registration) -> tuple[str, int | None, int | None]:
    """What seats are counted by."""
    return registration.attendance_mode, registration.organization_id, registration.staff_group_id


@contextmanager
def _seats(event_id: int) -> Iterator[Seats]:
    """Hold the event's seats; settle them when done. A refusal leaves nothing changed but what had expired."""
    refused = None
    with transaction.atomic():
        form = RegistrationForm.objects.select_for_update().get(pk=event_id)  # its event is read after the wait
        seats = Seats(form)
        try:
            with transaction.atomic():
                yield seats
        except Refused as refusal:
            refused = refusal
            seats = Seats(form)
        seats.settle()
    if refused:
        raise refused


# --- what participants do


def sign_up(
    event: Event,
    *,
    name: str,
    email: str,
    attendance_mode: str,
    language: str,
    organization_name: str = "",
    organization: Organization | None = None,
    staff_group: StaffGroup | None = None,
    municipality: Area | None = None,
    consent_version: str = "",
    answers: Mapping[Question, str] | None = None,
    diet: str = "",
    access_needs: str = "",
    invitation: Invitation | None = None,
    is_by_coordinator: bool = False,
) -> Registration:
    """Hold a seat or a number in the queue until the address is confirmed.

    An address that is signed up already is told so by letter, and its sign-up returned: the page must not tell.
    Who is invited, or added by a coordinator, need not confirm. Raises Refused.
    """
    with _seats(event.pk) as seats:
        _check_may_sign_up(seats, attendance_mode, invitation, is_by_coordinator)
        known = seats.signed_up(email)
        registration = Registration(
            event=seats.event,
            name=name,
            email="" if known else email,
            attendance_mode=attendance_mode,
            language=language,
            organization_name=organization_name,
            organization=organization,
            staff_group=staff_group,
            municipality=municipality,
            consent_version=consent_version,
        )
        needs_approval = seats.form.needs_approval and not is_by_coordinator
        with seats.writing(is_undone=known is not None):
            _hold(seats, registration, needs_approval)
            _note_answers(registration, answers or {}, diet or None, access_needs or None)  # nothing is to be erased
        if known:
            emails.tell(known, _status_letter(known), is_again=True)
            return known
        if invitation:
            Invitation.objects.filter(pk=invitation.pk).update(registration=registration, declined_at=None)
        if invitation or is_by_coordinator:
            _confirm(seats, registration, needs_approval)
        else:
            emails.tell(registration, Kind.CONFIRM)
        return registration


def _status_letter(registration: Registration) -> Kind:
    return {
        State.UNCONFIRMED: Kind.CONFIRM,
        State.APPLIED: Kind.APPLIED,
        State.WAITING: Kind.WAITING,
        State.OFFERED: Kind.OFFER,
        State.CONFIRMED: Kind.CONFIRMED,
    }[State(registration.state)]


def _check_may_sign_up(seats: Seats, mode: str, invitation: Invitation | None, is_by_coordinator: bool) -> None:
    if mode not in modes(seats.event):
        raise Refused(_("Please choose how you will take part."))
    allowed = {Window.OPEN}
    if invitation:
        allowed |= {Window.INVITED}
    if is_by_coordinator:
        allowed |= {Window.INVITED, Window.EARLY, Window.OVER, Window.PAUSED}
    now = window(seats.event)
    if now not in allowed:
        raise Refused(_why_closed(now))


def _hold(seats: Seats, registration: Registration, needs_approval: bool) -> None:
    until = seats.held_until(seats.form.confirm_within_hours)
    if needs_approval:
        seats.set(registration, State.UNCONFIRMED, until=until)
    elif seats.may_seat(registration):
        seats.set(registration, State.UNCONFIRMED, until=until, seat=True)
    elif seats.takes_waiting():
        registration.queue_number = seats.next_number()
        seats.set(registration, State.UNCONFIRMED, until=until)
    else:
        raise Refused(_("All places are taken, and so are those on the waiting list."))


def _note_answers(
    registration: Registration, answers: Mapping[Question, str], diet: str | None, access_needs: str | None
) -> None:
    """Keep what was answered; None leaves what is there, an empty text erases it."""
    for question, text in answers.items():
        Answer.objects.update_or_create(registration=registration, question=question, defaults={"text": text})
    told = {"diet": diet, "access_needs": access_needs}
    told = {name: text for name, text in told.items() if text is not None}
    if any(told.values()):
        ProtectedData.objects.update_or_create(registration=registration, defaults=told)
    elif told:
        ProtectedData.objects.filter(registration=registration).update(**told)
        ProtectedData.objects.filter(registration=registration, diet="", access_needs="").delete()


def confirm(registration: Registration) -> Registration:
    """The address is right: give the seat that was held, or the place in line. Raises Refused when it is too late."""
    with _seats(registration.event_id) as seats:
        row = seats.row(registration)
        if row.state == State.UNCONFIRMED:
            _confirm(seats, row, needs_approval=seats.form.needs_approval)
        elif not row.is_active:
            raise Refused(_("This sign-up has ended. You are welcome to sign up again."))
        return row


def _confirm(seats: Seats, row: Registration, needs_approval: bool) -> None:
    if needs_approval:
        seats.set(row, State.APPLIED)
        emails.tell(row, Kind.APPLIED)
    elif row.holds_seat or seats.may_seat(row):
        seats.set(row, State.CONFIRMED, seat=True)
        emails.tell(row, Kind.CONFIRMED)
    else:
        seats.set(row, State.WAITING)
        emails.tell(row, Kind.WAITING)


def accept(registration: Registration) -> Registration:
    """Take the seat that is offered. Raises Refused when the offer is over."""
    with _seats(registration.event_id) as seats:
        row = seats.row(registration)
        if row.state == State.OFFERED:
            seats.set(row, State.CONFIRMED, seat=True)
            emails.tell(row, Kind.CONFIRMED)
        elif row.state != State.CONFIRMED:
            raise Refused(_("The offer is over: the seat has gone to the next in line."))
        return row


def cancel(registration: Registration) -> Registration:
    """Give the seat back, leave the line or decline an offer; a second time changes nothing."""
    with _seats(registration.event_id) as seats:
        row = seats.row(registration)
        if not row.is_active:
            return row
        if seats.event.finishes_at <= seats.now:
            raise Refused(_("The event is over."))
        seats.set(row, State.CANCELLED)
        emails.tell(row, Kind.CANCELLED)
        return row


def change(
    registration: Registration,
    *,
    answers: Mapping[Question, str] | None = None,
    diet: str | None = None,
    access_needs: str | None = None,
    **fields,
) -> Registration:
    """Change what a participant told us. Raises Refused where no seat is free in the form or group changed to."""
    with _seats(registration.event_id) as seats:
        row = seats.row(registration)
        if not row.is_active:
            raise Refused(_("This sign-up has ended. You are welcome to sign up again."))
        before = _group(row)
        for name, value in fields.items():
            setattr(row, name, value)
        if row.attendance_mode not in modes(seats.event):
            raise Refused(_("Please choose how you will take part."))
        if row.holds_seat and _group(row) != before:
            seats.taken[before] -= 1
            if not seats.has_room_for(row):
                raise Refused(_("No place is free there. Your present place is kept."))
            seats.taken[_group(row)] += 1
        row.save()
        _note_answers(row, answers or {}, diet, access_needs)
        return row


def substitute(registration: Registration, *, name: str, email: str) -> Registration:
    """Hand the seat to a colleague, at a new personal link; what was told of the person before is erased.

    A colleague who has a seat already keeps that one, and this one is freed: nobody learns who is signed up.
    """
    with _seats(registration.event_id) as seats:
        row = seats.row(registration)
        if row.state != State.CONFIRMED or seats.event.starts_at <= seats.now:
            raise Refused(_("Only a seat at an event that has not started can be handed over."))
        colleague = seats.signed_up(email)
        if colleague and colleague.pk == row.pk:
            raise Refused(_("That is your own address."))
        emails.tell(row, Kind.CANCELLED, is_handed_over=True)
        row.key = Registration._meta.get_field("key").get_default()  # whoever the colleague is: the link tells nothing
        if colleague and colleague.holds_seat:
            seats.set(row, State.CANCELLED)
            emails.tell(colleague, _status_letter(colleague))
            return row
        if colleague:
            seats.set(colleague, State.CANCELLED)
        ProtectedData.objects.filter(registration=row).delete()
        row.answers.all().delete()
        row.name, row.email = name, email
        seats.set(row, State.CONFIRMED, seat=True)
        emails.tell(row, Kind.CONFIRMED, is_handed_over=True)
        return row


# --- what coordinators and the clock do


def approve(registration: Registration) -> Registration:
    """Give an applicant a seat, or where none is free a place in line. Raises Refused where nothing is to approve."""
    with _seats(registration.event_id) as seats:
        row = _applied(seats, registration)
        if not seats.may_seat(row):
            row.queue_number = seats.next_number()
        _confirm(seats, row, needs_approval=False)
        return row


def refuse(registration: Registration, reason: str = "") -> Registration:
    """Turn an applicant down, with a reason for the letter."""
    with _seats(registration.event_id) as seats:
        row = _applied(seats, registration)
        seats.set(row, State.REFUSED)
        emails.tell(row, Kind.REFUSED, reason=reason)
        return row


def _applied(seats: Seats, registration: Registration) -> Registration:
    row = seats.row(registration)
    if row.state != State.APPLIED:
        raise Refused(_("This sign-up does not await approval any more."))
    return row


def promote(event: Event) -> None:
    """Settle the seats after capacity, quotas, dates or status were changed."""
    if RegistrationForm.objects.filter(pk=event.pk).exists():
        with _seats(event.pk):
            pass


def expire(now: dt.datetime | None = None) -> int:
    """End what was held for too long and give it to the next in line; of how many events."""
    due = Registration.objects.filter(expires_at__lte=now or timezone.now())
    events = list(due.order_by("event").values_list("event", flat=True).distinct())
    for event in events:
        with _seats(event):
            pass
    return len(events)
