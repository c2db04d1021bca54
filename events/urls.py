from django.urls import path
from django.utils.translation import pgettext_lazy

from events import feeds, views

app_name = "events"
urlpatterns = [
    path(pgettext_lazy("URL path", "events/"), views.event_list, name="event_list"),
    path(pgettext_lazy("URL path", "events/past/"), views.event_archive, name="event_archive"),
    path(pgettext_lazy("URL path", "events/feed/"), feeds.EventFeed(), name="feed"),
    path(pgettext_lazy("URL path", "events/calendar.ics"), views.calendar, name="calendar"),
    path(pgettext_lazy("URL path", "events/<slug:slug>/event.ics"), views.event_file, name="event_file"),
    path(pgettext_lazy("URL path", "events/<slug:slug>/"), views.event_detail, name="event_detail"),
]
