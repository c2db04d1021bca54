import hashlib

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from events.calendars import Subscription, changed_at, event_calendar, list_calendar
from events.feeds import list_name, with_query
from events.forms import EventFilters, PastEventFilters
from events.models import Event
from events.parts import events_with_parts, parts_of_event
from events.vacancies import vacancies
from lmh_portal.core.detail import row_page
from lmh_portal.core.translated import page_language
from lmh_portal.core.version import remembered


def event_list(request):
    upcoming = Event.objects.upcoming().from_first_upcoming()
    filters = EventFilters(request.GET, upcoming, request.user, section="upcoming")
    page = filters.page("starts_at", "pk")
    return render(request, "events/event_list.html", {"filters": filters, "page": page})


def event_archive(request):
    filters = PastEventFilters(request.GET, Event.objects.past(), request.user, section="past")
    page = filters.page("-starts_at", "-pk")
    return render(request, "events/event_archive.html", {"filters": filters, "page": page})


def event_detail(request, slug):
    told = vacancies(slug)

    def around(event):
        parts = parts_of_event(event)
        return {"parts": parts, "vacancies": told, **parts}

    return row_page(request, events_with_parts(), slug, "events/event_detail.html", around, beside=told)


def calendar(request):
    """What the list with the same filters shows, for calendars to subscribe to."""
    filters = EventFilters(request.GET, Event.objects.for_calendar(), AnonymousUser(), section="calendar")
    key = ("calendar", page_language(), *filters.key)
    text, changed = remembered(key, lambda: _read(filters))
    return _calendar(request, text, changed)


def _read(filters: EventFilters) -> tuple[str, float]:
    subscription = Subscription(
        list_name(filters), with_query("events:calendar", filters), with_query("events:event_list", filters)
    )
    chosen = Event.objects.filter(pk__in=filters.narrowed().order_by().values("pk")).for_calendar()
    text, changed = list_calendar(chosen, subscription)
    return text.decode(), changed.timestamp()


def event_file(request, slug):
    text, changed = remembered(("event file", page_language(), slug), lambda: _read_one(slug))
    response = _calendar(request, text, changed)
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}.ics"'
    return response


def _read_one(slug: str) -> tuple[str, float]:
    dated = Event.objects.published().exclude(date_precision=Event.DatePrecision.YEAR)
    event = get_object_or_404(dated, slug=slug)
    return event_calendar(event).decode(), changed_at(event).timestamp()


def _calendar(request: HttpRequest, text: str, changed: float) -> HttpResponse:
    """To be asked for again each time, and sent only if something is new."""
    content = text.encode()
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    for name, value in [("ETag", etag), ("Last-Modified", http_date(changed)), ("Cache-Control", "no-cache")]:
        response.headers[name] = value
    return get_conditional_response(request, etag=etag, last_modified=int(changed), response=response)
