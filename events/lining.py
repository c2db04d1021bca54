"""Who gets the next seat, and why the others wait: a look that changes nothing."""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from events.models import Event, Quota, Registration
from events.registering import Seats, modes

SHOWN_AT_MOST = 50


class Waiting(NamedTuple):
    """Somebody in line: the place, why there is no seat yet, and whether a freed seat in the same form is theirs."""

    place: int
    registration: Registration
    reason: str
    is_next: bool


class Look(Seats):
    """The seats as they are."""

    def _expire(self) -> None:
        """Left to those who change something."""

    def full_quotas(self, registration: Registration) -> list[Quota]:
        quotas = self._quotas_of(registration.organization_id, registration.staff_group_id)
        return [quota for quota in quotas if self._taken_of(quota) >= quota.places]

    def why_not(self, registration: Registration) -> str:
        if not self.is_giving():
            return _("No seats are given now: the event is cancelled, postponed or has started.")
        if registration.attendance_mode not in modes(self.event):
            return _("The event does not offer this form any more.")
        if not self._has_room_in(registration.attendance_mode):
            return _("No place is free in this form.")
        names = ", ".join(whose(quota) for quota in self.full_quotas(registration))
        return _("The quota is full: %(names)s.") % {"names": names} if names else ""


def whose(quota: Quota) -> str:
    return str(quota.organization or quota.staff_group or pgettext("whose quota", "all others"))


def line(event: Event) -> list[Waiting]:
    """The first in line, each with the reason."""
    return list(islice(_line(event), SHOWN_AT_MOST)) if hasattr(event, "registration_form") else []


def _line(event: Event) -> Iterator[Waiting]:
    seats, served = Look(event.registration_form), set()
    seats.quotas = list(event.quotas.select_related("organization", "staff_group"))
    for place, registration in enumerate(seats.registrations.in_line(), 1):
        mode = registration.attendance_mode
        is_next = mode not in served and mode in modes(event) and not seats.full_quotas(registration)
        if is_next:
            served.add(mode)
        yield Waiting(place, registration, seats.why_not(registration), is_next)
