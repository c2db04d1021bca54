from django.shortcuts import render

from events.forms import EventFilters
from events.models import Event
from lmh_portal.core.detail import row_page


def event_list(request):
    upcoming = Event.objects.upcoming().from_first_upcoming()
    filters = EventFilters(request.GET, upcoming, request.user, section="upcoming")
    page = filters.page("starts_at", "pk")
    return render(request, "events/event_list.html", {"filters": filters, "page": page})


def event_archive(request):
    filters = EventFilters(request.GET, Event.objects.past(), request.user, section="past")
    page = filters.page("-starts_at", "-pk")
    return render(request, "events/event_archive.html", {"filters": filters, "page": page})


def event_detail(request, slug):
    def around(event):
        return {
            "programme": event.programme.all(),
            "co_organizers": event.co_organizers.visible_to(request.user).by_name(),
        }

    return row_page(request, Event.objects, slug, "events/event_detail.html", around)
