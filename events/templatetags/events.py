"""When an event is, in words."""

from django import template
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import ngettext, pgettext

from events.models import Event
from lmh_portal.core.templatetags.portal import clock, day

register = template.Library()


@register.filter
def when(event: Event, style: str = "DATE_FORMAT") -> SafeString:
    """The date and time, as exactly as they are known, and the number of meetings; `l j F Y` names the weekday."""
    separator = pgettext("list separator", ", ")
    if event.date_precision == Event.DatePrecision.YEAR:
        parts = [f'<time datetime="{event.day.year}">{event.day.year}</time>']
    elif event.date_precision == Event.DatePrecision.DAY:
        parts = [f'<time datetime="{event.day}">{day(event.day, style)}</time>']
    else:
        starts_at, ends_at = localtime(event.starts_at), localtime(event.ends_at)
        parts = [
            f'<time datetime="{starts_at.isoformat(timespec="minutes")}">{day(event.day, style)}</time>',
            f"<bdi>{clock(starts_at.time())}–{clock(ends_at.time())}</bdi>",
        ]
    if event.meetings > 1:
        meetings = ngettext("%(meetings)s meeting", "%(meetings)s meetings", event.meetings)
        parts.append(meetings % {"meetings": event.meetings})
    return SafeString(separator.join(parts))  # dates and numbers: nothing that anybody wrote
