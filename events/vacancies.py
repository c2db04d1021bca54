"""What an event's page says of signing up here: whether it is open, and how many places are left this moment.

Who may read the page ready drawn depends on it, so it costs one query, and only while sign-up is open.
"""

import datetime as dt
from typing import NamedTuple

from events.models import Event, RegistrationForm
from events.registering import Window, modes, places, window
from lmh_portal.core.version import remembered

Mode = Event.AttendanceMode
NOT_HELD = {Window.ELSEWHERE, Window.CANCELLED, Window.PAUSED}  # the page says why, and nothing of signing up


class Left(NamedTuple):
    """The places left in one form of attendance; none if there is no limit."""

    mode: str
    number: int | None

    @property
    def label(self) -> str:
        return Mode(self.mode).label


class Vacancies(NamedTuple):
    window: Window
    opens_at: dt.datetime | None
    closes_at: dt.datetime
    needs_approval: bool
    left: tuple[Left, ...] = ()
    has_waiting_list: bool = False

    @property
    def is_full(self) -> bool:
        return bool(self.left) and all(one.number == 0 for one in self.left)

    @property
    def is_closed_to_all(self) -> bool:
        """Whether nobody gets even into the line."""
        return self.is_full and not self.has_waiting_list


def vacancies(slug: str) -> Vacancies | None:
    """Of an event that has a form of ours and is still to take place."""
    form = remembered(("sign-up form", slug), lambda: _form(slug))
    now = window(form.event) if form else Window.ELSEWHERE
    if now in NOT_HELD or form.event.is_past:
        return None
    told = Vacancies(now, form.opens_at, form.closes_at or form.event.starts_at, form.needs_approval)
    return told._replace(**_places(form)) if now == Window.OPEN else told


def _form(slug: str) -> RegistrationForm | None:
    """The form is content, so it is remembered; only the seats taken are not."""
    return RegistrationForm.objects.select_related("event").filter(event__slug=slug).first()


def _places(form: RegistrationForm) -> dict:
    """Counted anew at each visit, but where there is no limit."""
    offered = modes(form.event)
    if all(form.capacity(mode) is None for mode in offered):
        return {"left": tuple(Left(mode, None) for mode in offered)}
    rooms, longest = places(form.event), form.waiting_list_maximum
    waiting = sum(room.waiting for room in rooms.values())
    return {
        "left": tuple(Left(mode, room.left) for mode, room in rooms.items()),
        "has_waiting_list": longest is None or waiting < longest,
    }
