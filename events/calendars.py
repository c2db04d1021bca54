"""Events as iCalendar (RFC 5545, 5546, 7986): one event, a list to subscribe to, an attachment of a letter.

Every meeting is an entry of its own with a UID of its own: that of the event, then `…-2`, `…-3`. Nothing here knows
the link to join but by `with_join_url`, which letters to those with a seat give.
"""

import datetime as dt
from email.utils import parseaddr
from typing import NamedTuple

from django.conf import settings
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from icalendar import Calendar, Component, Timezone, vCalAddress, vRecur, vText, vUri
from icalendar import Event as Entry

from actors.models import Organization
from events.models import Event, Occasion, start_of_today
from events.parts import occasions_of
from lmh_portal.core.alongside import alongside
from lmh_portal.core.feeds import plain
from lmh_portal.core.templatetags.portal import absolute
from lmh_portal.core.translated import Text, columns, page_language, translated
from lmh_portal.vocabulary.terms import terms

ENTRIES_AT_MOST = 1000  # events of a list
READ_AGAIN_AFTER = dt.timedelta(hours=6)
STATUS = {Event.EventStatus.CANCELLED: "CANCELLED", Event.EventStatus.POSTPONED: "TENTATIVE"}
MINUTE = Event.DatePrecision.MINUTE
ZONE = Timezone.from_ical(  # the rule of the European Union since 1996; what libraries make ends in 2038
    """BEGIN:VTIMEZONE
TZID:Europe/Stockholm
BEGIN:DAYLIGHT
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
""".replace("\n", "\r\n")
)


class Subscription(NamedTuple):
    """A list as a calendar reads it again and again."""

    name: str
    address: str  # of the calendar
    page: str  # of the list


def event_calendar(event: Event, *, with_join_url: str | None = None) -> bytes:
    """All meetings of the event; for somebody with a seat with the link to join."""
    (row,) = _with_parts(Event.objects.filter(pk=event.pk))
    return _calendar([row], with_join_url).to_ical()


def list_calendar(events: QuerySet, subscription: Subscription) -> tuple[bytes, dt.datetime]:
    """The events, and when they last changed, in words of the page's language."""
    rows = list(_with_parts(events)[:ENTRIES_AT_MOST])
    calendar = _calendar(rows)
    for name in ["NAME", "X-WR-CALNAME"]:
        calendar.add(name, vText(_line(subscription.name)))
    calendar.add("X-WR-TIMEZONE", ZONE["TZID"])
    calendar.add("URL", vUri(absolute(subscription.page)))
    calendar.add("SOURCE", vUri(absolute(subscription.address)), parameters={"VALUE": "URI"})
    calendar.add("REFRESH-INTERVAL", READ_AGAIN_AFTER, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", READ_AGAIN_AFTER)
    return calendar.to_ical(), _last_change()


def _last_change() -> dt.datetime:
    """Of any event, for what is unpublished leaves the list; at midnight what is too old leaves it."""
    changes = Event.objects.aggregate(edited=Max("updated_at"), raised=Max("sequence_raised_at"))
    return max(filter(None, [start_of_today(), *changes.values()]))


def _with_parts(events: QuerySet) -> QuerySet:
    """What entries say, in one query."""
    occasions = Occasion.objects.filter(event=OuterRef("pk"))
    return events.select_related("organizer").with_ids(topic_ids="topic_items").annotate(
        occasion_rows=alongside(occasions, "position", "starts_at", "ends_at", *columns("venue")),
        is_first_of_series=Exists(Event.objects.filter(super_event=OuterRef("pk"))),
    )  # fmt: skip


def _calendar(events: list[Event], join_url: str | None = None) -> Calendar:
    calendar = Calendar()
    calendar.add("PRODID", f"-//Migration and health//LMH portal//{page_language().upper()}")
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("METHOD", "PUBLISH")
    calendar.add_component(ZONE)
    for event in events:
        meetings = occasions_of(event)
        for number, meeting in enumerate(meetings, 1):
            calendar.add_component(_entry(event, meeting, (number, len(meetings)), join_url))
    return calendar


def _entry(event: Event, meeting: Occasion, place: tuple[int, int], join_url: str | None) -> Entry:
    entry = Entry()
    entry.add("UID", str(event.uid) if meeting.position == 1 else f"{event.uid}-{meeting.position}")
    entry.add("DTSTAMP", changed_at(event))
    entry.add("LAST-MODIFIED", changed_at(event))
    entry.add("CREATED", event.created_at)
    entry.add("SEQUENCE", event.sequence)
    entry.add("STATUS", STATUS.get(event.event_status, "CONFIRMED"))
    entry.add("CLASS", "PUBLIC")
    entry.add("TRANSP", "OPAQUE" if event.date_precision == MINUTE else "TRANSPARENT")
    entry.add("URL", vUri(absolute(event.get_absolute_url())))
    _add_time(entry, event, meeting)
    _add_text(entry, "SUMMARY", _summary(event, place))
    _add_text(entry, "DESCRIPTION", _description(event, join_url))
    _add_text(entry, "LOCATION", _location(event, meeting))
    entry.add("ORGANIZER", _organizer(event.organizer))
    entry.add("CATEGORIES", [_line(str(one)) for one in _categories(event)])
    if join_url:
        entry.add("CONFERENCE", vUri(join_url), parameters={"VALUE": "URI", "FEATURE": "VIDEO"})
    return entry


def changed_at(event: Event) -> dt.datetime:
    return max(event.updated_at, event.sequence_raised_at or event.updated_at).replace(microsecond=0)


# --- when


def _add_time(entry: Component, event: Event, meeting: Occasion) -> None:
    """In Swedish time; a day as a day, whose end is the first day after it."""
    starts_at, ends_at = timezone.localtime(meeting.starts_at), timezone.localtime(meeting.ends_at)
    if event.date_precision == MINUTE:
        moments = _moments(starts_at, ends_at)
    else:
        last = (ends_at - dt.timedelta(microseconds=1)).date()
        moments = starts_at.date(), last + dt.timedelta(days=1)
    for name, moment in zip(["DTSTART", "DTEND"], moments, strict=True):
        entry.add(name, moment)
    if event.recurrence and not (event.is_first_of_series or event.super_event_id or meeting.position > 1):
        rule = vRecur.from_ical(event.recurrence)
        entry.add("RRULE", rule | {"COUNT": [event.meetings]} if event.meetings > 1 else rule)


def _moments(starts_at: dt.datetime, ends_at: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """In UTC within the hour that comes twice, of which local time names but the first."""
    if starts_at.fold or ends_at.fold:
        return starts_at.astimezone(dt.UTC), ends_at.astimezone(dt.UTC)
    return starts_at, ends_at


# --- what and where


def _add_text(entry: Component, name: str, text: Text) -> None:
    if text.value:
        entry.add(name, vText(text.value), parameters={"LANGUAGE": text.language})


def _summary(event: Event, place: tuple[int, int]) -> Text:
    """The name; what is called off says so, for not every calendar shows the status."""
    name, language = translated(event, "name")
    name = _line(name)
    number, total = place
    if total > 1:
        name = _("%(name)s (meeting %(number)s of %(total)s)") % {"name": name, "number": number, "total": total}
    if event.event_status in STATUS:
        said = event.get_event_status_display()
        name = pgettext("calendar entry", "%(status)s: %(name)s") % {"status": said, "name": name}
    return Text(name, language)


def _description(event: Event, join_url: str | None) -> Text:
    text, language = translated(event, "description")
    join = _("Join online: %(link)s") % {"link": join_url} if join_url else ""
    return Text("\n\n".join(filter(None, [_lines(text), join, absolute(event.get_absolute_url())])), language)


def _location(event: Event, meeting: Occasion) -> Text:
    venue, language = translated(meeting, "venue") if meeting.venue_sv else translated(event, "venue")
    municipality = str(terms("area")[event.municipality_id]) if event.municipality_id else ""
    mode = "" if event.attendance_mode == Event.AttendanceMode.OFFLINE else event.get_attendance_mode_display()
    parts = [venue, municipality if municipality not in venue else "", mode]
    return Text(", ".join(_line(one) for one in parts if one), language if venue else page_language())


def _organizer(organization: Organization) -> vCalAddress:
    """An organisation's function; the portal where it is not public or has no address."""
    is_public = organization.status == Organization.Status.PUBLISHED
    address = organization.email if is_public else ""
    organizer = vCalAddress(f"mailto:{address or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}")
    name = translated(organization, "name").value if is_public else _("Learning Centre for Migration and Health")
    organizer.params["CN"] = _line(name)
    return organizer


def _categories(event: Event) -> list:
    return [terms("event_type")[event.event_type_id], *(terms("topic")[pk] for pk in event.topic_ids)]


def _lines(text: str) -> str:
    """The text with nothing that could end or break a line of the file."""
    return plain("\n".join(text.splitlines())).replace("\t", " ")


def _line(text: str) -> str:
    return " ".join(plain(text).split())
