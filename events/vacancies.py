"""What an event's page says of signing up here: whether it is open, and how many places are left this moment.

Who may read the page ready drawn depends on it, so it costs one query, and only while sign-up is open.
"""

import datetime as dt
from typing import NamedTuple

from django.db.models import Count, Q
from django.utils import timezone

from events.models import Event, Registration, RegistrationForm, start_of_today
from lmh_portal.core.version import remembered

Mode = Event.AttendanceMode
NOT_HELD = {Event.EventStatus.CANCELLED, Event.EventStatus.POSTPONED}


class Left(NamedTuple):
    """The places left in one form of attendance; none if there is no limit."""

    mode: str
    number: int | None

    @property
    def label(self) -> str:
        return Mode(self.mode).label


class Vacancies(NamedTuple):
    state: str  # coming, open, closed or invitation
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
    if form is None:
        return None
    closes_at = form.closes_at or form.event.starts_at
    state = _state(form, closes_at)
    told = Vacancies(state, form.opens_at, closes_at, form.needs_approval)
    return told._replace(**_places(form)) if state == "open" else told


def _form(slug: str) -> RegistrationForm | None:
    """The form is content, so it is remembered; only the seats taken are not."""
    forms = RegistrationForm.objects.select_related("event").filter(event__finishes_at__gte=start_of_today())
    return forms.exclude(event__event_status__in=NOT_HELD).filter(event__slug=slug).first()


def _state(form: RegistrationForm, closes_at: dt.datetime) -> str:
    now = timezone.now()
    if now >= closes_at:
        return "closed"
    if form.opens_at and now < form.opens_at:
        return "coming"
    return "invitation" if form.is_by_invitation else "open"


def _places(form: RegistrationForm) -> dict:
    modes = [Mode.OFFLINE, Mode.ONLINE] if form.event.attendance_mode == Mode.MIXED else [form.event.attendance_mode]
    limited = [mode for mode in modes if form.capacity(mode) is not None]
    if not limited:
        return {"left": tuple(Left(mode, None) for mode in modes)}
    taken = Registration.objects.filter(event=form.event).aggregate(
        waiting=Count("pk", filter=Q(state=Registration.State.WAITING)),
        **{mode: Count("pk", filter=Q(holds_seat=True, attendance_mode=mode)) for mode in limited},
    )
    left = {mode: max(0, form.capacity(mode) - taken[mode]) for mode in limited}
    return {
        "left": tuple(Left(str(mode), left.get(mode)) for mode in modes),
        "has_waiting_list": form.waiting_list_maximum is None or taken["waiting"] < form.waiting_list_maximum,
    }
