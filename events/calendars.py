"""Events as iCalendar files."""

from django.conf import settings
from django.utils import timezone

from events.models import Event


def event_calendar(event: Event, *, with_join_url: str | None = None) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//LMH//portal//SV"]
    for meeting in event.occasions.all():
        lines += [
            "BEGIN:VEVENT",
            f"UID:{event.uid}-{meeting.position}",
            f"SEQUENCE:{event.sequence}",
            f"DTSTAMP:{timezone.now():%Y%m%dT%H%M%SZ}",
            f"DTSTART:{meeting.starts_at:%Y%m%dT%H%M%SZ}",
            f"DTEND:{meeting.ends_at:%Y%m%dT%H%M%SZ}",
            f"SUMMARY:{event}",
            "STATUS:CONFIRMED",
            *([f"URL:{with_join_url}"] if with_join_url else [f"URL:{settings.SITE_ADDRESS}"]),
            "END:VEVENT",
        ]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()
