"""What awaits somebody who signs up to an event now."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Event
from events.registering import Room, Window, places, window


@dataclass(frozen=True)
class Outlook:
    """Whether sign-up is open, and what is left in each form of attendance."""

    window: Window
    rooms: dict[str, Room]
    waiting_list_maximum: int | None
    needs_approval: bool
    is_invited: bool = False

    @property
    def is_open(self) -> bool:
        return self.window == Window.OPEN or (self.is_invited and self.window == Window.INVITED)

    @property
    def in_line(self) -> int:
        return sum(room.waiting for room in self.rooms.values())

    @property
    def next_number(self) -> int:
        return self.in_line + 1

    @property
    def takes_waiting(self) -> bool:
        return self.waiting_list_maximum is None or self.in_line < self.waiting_list_maximum

    @property
    def is_full(self) -> bool:
        """Whether no form of attendance has a seat left; who approves each sign-up may still choose among them."""
        return not self.needs_approval and all(room.left == 0 for room in self.rooms.values())

    @property
    def takes_sign_ups(self) -> bool:
        return self.is_open and (self.takes_waiting or not self.is_full)

    @property
    def only_words(self) -> str:
        """How likely a seat is, where there is one form of attendance and so no choice that says it."""
        return self.words(*self.rooms) if len(self.rooms) == 1 else ""

    def words(self, mode: str) -> str:
        """How likely a seat in this form of attendance is."""
        left = self.rooms[mode].left
        if left is None:
            return _("places left")
        if left:
            return ngettext("%(left)s place left", "%(left)s places left", left) % {"left": left}
        if self.takes_waiting:
            return _("full, you would be number %(number)s on the waiting list") % {"number": self.next_number}
        return _("full, and so is the waiting list")


def outlook_of(event: Event, is_invited: bool = False) -> Outlook:
    """Of an event that has a sign-up of its own here, or none."""
    form = getattr(event, "registration_form", None)
    if form is None:
        return Outlook(Window.ELSEWHERE, {}, 0, False)
    return Outlook(window(event), places(event), form.waiting_list_maximum, form.needs_approval, is_invited)
