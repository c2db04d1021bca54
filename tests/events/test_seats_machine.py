"""Random histories of an event: whatever is done in whatever order, the rules of seats and of the line hold.

Held after every step: no form of attendance and no quota has more seats than it had places when the seat was given;
nobody waits who could sit; the line is in order of arrival; everybody with a seat was told so, and nobody else.
"""

import datetime as dt
from contextlib import suppress

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from events import copying, registering
from events.models import Event, Quota, Registration, RegistrationForm
from events.registering import Refused
from lmh_portal.core import version
from lmh_portal.letters.models import Letter
from tests.make import make_event, make_organization, make_sign_up_form, make_unconfirmed

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
pytestmark = pytest.mark.django_db
WHO = st.integers(0, 20)
ARRIVE = st.tuples(st.just("arrive"), WHO, st.sampled_from(["offline", "online"]), st.booleans(), st.booleans())
STEP = st.one_of(
    ARRIVE,
    st.tuples(st.just("confirm"), WHO),
    st.tuples(st.just("cancel"), WHO),
    st.tuples(st.just("accept"), WHO),
    st.tuples(st.just("substitute"), WHO, WHO),
    st.tuples(st.just("move"), WHO, st.sampled_from(["offline", "online"])),
    st.tuples(st.just("capacity"), st.integers(0, 4), st.integers(0, 3)),
    st.tuples(st.just("copy")),
    st.tuples(st.just("hours"), st.sampled_from([1, 25, 100])),
    st.tuples(st.just("status"), st.sampled_from(["scheduled", "postponed", "cancelled", "rescheduled"])),
)
HISTORIES = st.tuples(st.lists(ARRIVE, min_size=4, max_size=8), st.lists(STEP, min_size=4, max_size=20))


class History:
    """One event and what happens to it."""

    def __init__(self, clock):
        self.clock = clock
        self.hospital = make_organization()
        self.event = make_event(starts_at=timezone.now() + 9 * DAY, attendance_mode="mixed")
        self.form = make_sign_up_form(
            self.event, maximum_physical_attendee_capacity=2, maximum_virtual_attendee_capacity=1
        )
        self.quota = Quota.objects.create(event=self.event, organization=self.hospital, places=1)

    def rows(self):
        return Registration.objects.filter(event=self.event)

    def row(self, who: int) -> Registration:
        """One of those who have signed up, most often one who still takes part."""
        rows = list(self.rows().active().order_by("pk")) or list(self.rows().order_by("pk"))
        return rows[who % len(rows)]

    def arrive(self, who, mode, is_of_hospital, confirms):
        row = make_unconfirmed(
            self.event,
            email=f"{who}@example.org",
            attendance_mode=mode,
            organization=self.hospital if is_of_hospital else None,
        )
        if confirms:
            registering.confirm(row)

    def confirm(self, who):
        registering.confirm(self.row(who))

    def cancel(self, who):
        registering.cancel(self.row(who))

    def accept(self, who):
        registering.accept(self.row(who))

    def substitute(self, who, colleague):
        registering.substitute(self.row(who), name="Kollega", email=f"{colleague}@example.org")

    def move(self, who, mode):
        registering.change(self.row(who), attendance_mode=mode)

    def capacity(self, on_site, online):
        """Raised or lowered as a coordinator does, who throws nobody out."""
        self.form.refresh_from_db()
        self.form.maximum_physical_attendee_capacity = on_site
        self.form.maximum_virtual_attendee_capacity = online
        self.form.save()
        registering.promote(self.event)

    def status(self, status):
        Event.objects.filter(pk=self.event.pk).update(event_status=status)
        registering.promote(self.event)

    def copy(self):
        """A copy asks the same and knows nobody."""
        copied = copying.copy(self.event, starts_at=self.event.starts_at + 30 * DAY, coordinator=None)
        assert (
            copied.registration_form.maximum_physical_attendee_capacity
            == self._form().maximum_physical_attendee_capacity
        )
        assert not copied.registrations.exists()

    def _form(self):
        return RegistrationForm.objects.get(event=self.event)

    def hours(self, hours):
        self.clock.shift(hours * HOUR)
        registering.expire()

    # --- what must hold

    def check(self, before: dict[int, bool]):
        event = Event.objects.select_related("registration_form").get(pk=self.event.pk)
        form = event.registration_form
        seated = list(self.rows().filter(holds_seat=True))
        for mode in ["offline", "online"]:
            new = [row for row in seated if row.attendance_mode == mode and not before.get(row.pk)]
            taken = sum(row.attendance_mode == mode for row in seated)
            assert not new or taken <= form.capacity(mode), "over-booked"
        of_hospital = [row for row in seated if row.organization_id == self.hospital.pk]
        assert len(of_hospital) <= self.quota.places, "a quota was exceeded"
        self._check_nobody_waits_in_vain(event, seated)
        self._check_letters()
        numbers = self.rows().exclude(queue_number=None).order_by("pk").values_list("queue_number", flat=True)
        assert list(numbers) == sorted(numbers), "the line is not in order of arrival"
        assert form.has_free_places == any(
            sum(row.attendance_mode == mode for row in seated) < form.capacity(mode) for mode in ["offline", "online"]
        )

    def _check_nobody_waits_in_vain(self, event, seated):
        if event.event_status in {"cancelled", "postponed"} or event.starts_at <= timezone.now():
            return
        for row in self.rows().filter(state="waiting"):
            taken = sum(one.attendance_mode == row.attendance_mode for one in seated)
            is_full = taken >= event.registration_form.capacity(row.attendance_mode)
            has_quota = row.organization_id == self.hospital.pk
            assert is_full or (has_quota and any(one.organization_id == self.hospital.pk for one in seated))

    def _check_letters(self):
        told = {
            kind: set(Letter.objects.filter(kind=f"events.{kind}").values_list("about", flat=True))
            for kind in ["confirmed", "offer", "waiting"]
        }
        for row in self.rows():
            about = f"events.registration:{row.pk}"
            assert (about in told["confirmed"]) == (row.confirmed_at is not None), "who has a seat was told"
            assert row.state != "offered" or about in told["offer"]
            assert row.state != "waiting" or about in told["waiting"]


@settings(max_examples=15, deadline=None)
@given(HISTORIES)
def test_whatever_happens_seats_and_line_keep_their_rules(steps):
    version.forget()  # what an earlier history made is rolled back
    with transaction.atomic():
        with time_machine.travel(timezone.now()) as clock:
            history = History(clock)
            for name, *arguments in steps[0] + steps[1]:
                before = dict(history.rows().values_list("pk", "holds_seat"))
                if name in {"arrive", "capacity", "copy", "hours", "status"} or before:
                    with suppress(Refused):
                        getattr(history, name)(*arguments)
                history.check(before)
        transaction.set_rollback(True)
