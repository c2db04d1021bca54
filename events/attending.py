"""Who was there: noted by the coordinator, or by participants with the code that is shown in the room."""

import datetime as dt
import unicodedata
from typing import NamedTuple

from django.db import connection
from django.db.models import Case, Count, Exists, F, Func, OuterRef, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Collate
from django.urls import reverse
from django.utils import timezone

from events.links import seal, sealed_registration
from events.models import Attendance, Certificate, Event, Occasion, Registration, start_of_today
from events.registering import token_of

State = Registration.State
TRIES_A_DAY = 200  # of one network address and kind of browser: a whole room may share both
ARRIVAL = "arrival"  # purpose of the key in a participant's QR code, which opens nothing without signing in


def of_today(occasions: QuerySet) -> QuerySet:
    today = start_of_today()
    return occasions.filter(starts_at__lt=today + dt.timedelta(days=1), ends_at__gte=today)


def is_today(occasion: Occasion) -> bool:
    today = timezone.localdate()
    return timezone.localdate(occasion.starts_at) <= today <= timezone.localdate(occasion.ends_at)


# --- by the coordinator


def with_figures(occasions: QuerySet) -> QuerySet:
    """Annotates how many have a seat and how many were there."""
    seated = Q(event__registrations__state=State.CONFIRMED)
    return occasions.annotate(
        seated=Count("event__registrations", filter=seated, distinct=True),
        present=Count("attendances", distinct=True),
    )


def expected_at(occasion: Occasion) -> QuerySet:
    """Those who may come, by name: who has a seat, then who waits. `is_present` says who is there."""
    noted = Attendance.objects.filter(registration=OuterRef("pk"), occasion=occasion)
    name = Collate(Func(F("name"), function="portal_sort_key", output_field=TextField()), "C")
    may_come = Q(state__in=Registration.ACTIVE) & ~Q(state=State.UNCONFIRMED)
    return (
        Registration.objects.filter(event=occasion.event_id)
        .annotate(is_present=Exists(noted))
        .filter(may_come | Q(is_present=True))
        .annotate(rank=Case(When(state=State.CONFIRMED, then=Value(0)), default=Value(1)))
        .order_by("rank", name, "pk")
    )


def note(occasion: Occasion, registration: Registration, *, is_present: bool) -> None:
    """Whoever notes it twice notes it once."""
    if is_present:
        row = Attendance(occasion=occasion, registration=registration, door=Attendance.Door.DESK)
        Attendance.objects.bulk_create([row], ignore_conflicts=True)
    else:
        Attendance.objects.filter(occasion=occasion, registration=registration).delete()


def arrival_token(registration: Registration) -> str:
    return seal(ARRIVAL, registration.pk, registration.key)


def arriving(token: str) -> Registration | None:
    """Whose QR code it is."""
    return sealed_registration(token, ARRIVAL)


# --- by the code in the room


def plain_code(text: str) -> str:
    """As it was shown, however it was typed: small letters, spaces, Arabic digits."""
    letters = unicodedata.normalize("NFKC", text).upper()
    return "".join(str(unicodedata.digit(letter, letter)) for letter in letters if letter.isalnum())


def check_in(registration: Registration, code: str) -> Occasion | None:
    """Note that a participant is at today's meeting whose code it is; none where it is of no such meeting."""
    meetings = of_today(Occasion.objects.filter(event=registration.event_id, check_in_code=plain_code(code)))
    occasion = meetings.first()
    if occasion and registration.state == State.CONFIRMED:
        row = Attendance(occasion=occasion, registration=registration, door=Attendance.Door.CODE)
        Attendance.objects.bulk_create([row], ignore_conflicts=True)
    return occasion


def check_in_by_email(email: str, code: str) -> Occasion | None:
    """The meeting of today whose code it is. Neither the answer nor the work for it tells whether somebody with the
    address is expected there: whoever is, is noted in the same statement that finds nobody else."""
    meetings = list(of_today(Occasion.objects.filter(check_in_code=plain_code(code))).select_related("event"))
    if meetings:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO events_attendance (registration_id, occasion_id, door, noted_at)"
                " SELECT one.id, meeting.id, 'code', now() FROM events_occasion meeting"
                " JOIN events_registration one ON one.event_id = meeting.event_id"
                " WHERE meeting.id = ANY(%s) AND one.state = 'confirmed' AND lower(one.email) = lower(%s)"
                " AND one.email <> '' ON CONFLICT DO NOTHING",
                [[meeting.pk for meeting in meetings], email],
            )
    return meetings[0] if meetings else None


# --- on the personal page


class Meeting(NamedTuple):
    occasion: Occasion
    is_present: bool
    is_today: bool


class MyAttendance(NamedTuple):
    """What components/my_attendance.html shows to a participant."""

    token: str
    has_seat: bool
    is_online: bool
    meetings: list[Meeting]
    arrival: str  # path of the page that a coordinator's phone opens
    certificate: Certificate | None

    @property
    def was_there(self) -> bool:
        return any(meeting.is_present for meeting in self.meetings)

    @property
    def may_check_in(self) -> bool:
        return self.has_seat and any(meeting.is_today and not meeting.is_present for meeting in self.meetings)

    @property
    def is_expected(self) -> bool:
        """Whether somebody is still to meet the coordinator, who can scan a QR code."""
        return self.has_seat and not self.is_online and not self.is_over

    @property
    def is_over(self) -> bool:
        return all(meeting.occasion.ends_at <= timezone.now() for meeting in self.meetings)

    @property
    def says_something(self) -> bool:
        """Not to somebody online before the first day."""
        return self.was_there or self.may_check_in or self.is_expected or self.is_over or self.certificate is not None


def my_attendance(registration: Registration) -> MyAttendance:
    noted = Attendance.objects.filter(registration=registration, occasion=OuterRef("pk"))
    occasions = Occasion.objects.filter(event=registration.event_id).annotate(is_present=Exists(noted))
    return MyAttendance(
        token=token_of(registration),
        has_seat=registration.state == State.CONFIRMED,
        is_online=registration.attendance_mode == Event.AttendanceMode.ONLINE,
        meetings=[Meeting(occasion, occasion.is_present, is_today(occasion)) for occasion in occasions],
        arrival=reverse("admin:events_arrival", args=[arrival_token(registration)]),
        certificate=Certificate.objects.filter(registration=registration, revoked_at=None).first(),
    )
