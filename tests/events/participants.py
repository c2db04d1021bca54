"""Participants in any state, without the letters that lead there."""

import datetime as dt

from django.utils import timezone

from events.models import Registration

JOIN = "https://meet.example.org/room-7"
NAMES = {"name_sv": "Trauma och tolk", "name_en": "Trauma and interpreters", "name_ar": "الصدمة والترجمة الشفوية"}


def registered(event, state="confirmed", **fields) -> Registration:
    """Anna Berg, signed up for an event."""
    values = {
        "holds_seat": state in {"confirmed", "offered"}, "name": "Anna Berg", "email": "anna@example.org",
        "language": "sv", "attendance_mode": "offline",
        "expires_at": timezone.now() + dt.timedelta(hours=24) if state in {"unconfirmed", "offered"} else None,
        "queue_number": 3 if state == "waiting" else None,
        "confirmed_at": timezone.now() if state in {"confirmed", "cancelled"} else None,
    }  # fmt: skip
    return Registration.objects.create(event=event, state=state, **values | fields)
