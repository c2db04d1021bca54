"""When an event is, in words."""

import json

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import ngettext, pgettext

from events.models import Event, Occasion
from events.schema_org import schema_org
from lmh_portal.core.templatetags.portal import clock, day, iso

register = template.Library()
ESCAPED = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}  # nothing ends a script


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


@register.filter
def month(event: Event) -> str:
    """What an event is listed under: its month, or the year if no more is known."""
    return day(event.day, "F Y" if event.is_on_a_day else "Y")


@register.filter
def meeting_time(occasion: Occasion, event: Event) -> SafeString:
    """When one of several meetings is, as exactly as the event's date is known."""
    starts_at, ends_at = localtime(occasion.starts_at), localtime(occasion.ends_at)
    date = f'<time datetime="{iso(starts_at)}">{day(starts_at, "l j F Y")}</time>'
    if event.date_precision != Event.DatePrecision.MINUTE:
        return SafeString(date)
    separator = pgettext("list separator", ", ")
    return SafeString(f"{date}{separator}<bdi>{clock(starts_at)}–{clock(ends_at)}</bdi>")


@register.simple_tag
def json_ld(event: Event, parts: dict) -> SafeString:
    """The event for machines: data that no browser runs, so the Content-Security-Policy lets it be."""
    return format_html(
        '<script type="application/ld+json">{}</script>',
        SafeString(json.dumps(schema_org(event, parts), ensure_ascii=False).translate(ESCAPED)),
    )


@register.filter
def accessibility(event: Event) -> list[str]:
    """What makes it easier to take part, in words."""
    return [str(label) for value, label in Event.AccessibilityFeature.choices if value in event.accessibility_features]
