"""What a participant's own page says and offers."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from events import registering
from events.models import Answer, Event, Occasion, Registration
from knowledge.models import Resource
from lmh_portal.core.translated import translated

Mode, State = Event.AttendanceMode, Registration.State


class Kept(NamedTuple):
    """Something that we know of a participant, and the day on which it is erased."""

    what: str
    until: dt.date


@dataclass(frozen=True)
class Personal:
    """One sign-up, as its participant may see it at this moment."""

    registration: Registration
    now: dt.datetime

    @property
    def event(self) -> Event:
        return self.registration.event

    @property
    def state(self) -> str:
        """What is held no longer has ended, though nobody may have noted it yet."""
        until = self.registration.expires_at
        return State.EXPIRED if until and until <= self.now else self.registration.state

    @property
    def is_active(self) -> bool:
        return self.state in Registration.ACTIVE

    @property
    def is_over(self) -> bool:
        return self.event.finishes_at <= self.now

    @property
    def is_cancelled(self) -> bool:
        return self.event.event_status == Event.EventStatus.CANCELLED

    @property
    def is_postponed(self) -> bool:
        return self.event.event_status == Event.EventStatus.POSTPONED

    @property
    def is_online(self) -> bool:
        return self.registration.attendance_mode == Mode.ONLINE

    @property
    def may_change(self) -> bool:
        return self.is_active and not self.is_over and not self.is_cancelled

    @property
    def may_hand_over(self) -> bool:
        return self.state == State.CONFIRMED and self.event.starts_at > self.now and not self.is_cancelled

    @property
    def may_cancel(self) -> bool:
        """An offer is declined beside the button that takes it."""
        return self.is_active and not self.is_over and self.state not in {State.UNCONFIRMED, State.OFFERED}

    @property
    def may_erase(self) -> bool:
        return not self.is_active or self.is_over

    @property
    def may_sign_up_again(self) -> bool:
        return not self.is_active and registering.is_open(self.event)

    @property
    def join_url(self) -> str:
        """The link to the meeting, for those with a seat online, until it is over."""
        if self.state != State.CONFIRMED or not self.is_online or self.is_over or self.is_cancelled:
            return ""
        return self.event.registration_form.join_url

    @property
    def held_until(self) -> dt.datetime | None:
        return self.registration.expires_at

    @cached_property
    def position(self) -> int | None:
        """The place in line of those who wait."""
        is_in_line = self.state == State.WAITING or (
            self.state == State.UNCONFIRMED and self.registration.queue_number is not None
        )
        return registering.position(self.registration) if is_in_line else None

    @cached_property
    def meetings(self) -> list[Occasion]:
        return list(self.event.occasions.all())

    @cached_property
    def materials(self) -> list[Resource]:
        return list(self.event.materials.published()) if self.is_over else []

    @property
    def notes(self) -> str:
        return translated(self.event, "notes").value if self.is_over else ""

    @cached_property
    def answers(self) -> list[Answer]:
        given = self.registration.answers.exclude(text="").select_related("question")
        return list(given.order_by("question__position", "question"))

    @cached_property
    def kept(self) -> list[Kept]:
        form, last_day = self.event.registration_form, timezone.localdate(self.event.finishes_at)

        def until(days: int) -> dt.date:
            return last_day + dt.timedelta(days=days)

        kept = [Kept(_("Name, e-mail address, organisation"), until(form.persons_kept_days))]
        if form.asks_access_needs or form.asks_diet:
            kept.insert(0, Kept(_("Diet and what you need to take part"), until(form.protected_kept_days)))
        longest = self.event.questions.aggregate(days=models.Max("kept_days"))["days"]
        if longest is not None:
            kept.append(Kept(_("Your answers to the event's own questions, at the latest"), until(longest)))
        return sorted(kept, key=lambda one: one.until)
