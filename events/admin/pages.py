"""What the pages around an event have in common: who may open them, and their frame."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse

from events.models import Event


class EventPages:
    """Mixed into the events' model admin; every page asks `get_queryset` which events are this coordinator's."""

    def event_path(self, name: str, view):
        """`/<event>/<name>/`, called `admin:events_event_<name>` with underscores."""
        words = name.replace("<int:number>", "one").replace("/", "_").replace("-", "_")
        return path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"events_event_{words}")

    def asked(self, request, pk: int, *permissions: str) -> Event:
        """The event, for those who may see it and have the permissions, such as `add_event`."""
        if not request.user.has_perms([f"events.{name}" for name in permissions]):
            raise PermissionDenied
        event = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_view_permission(request, event):
            raise PermissionDenied
        return event

    def address(self, event: Event, page: str = "change") -> str:
        return reverse(f"admin:events_event_{page}", args=[event.pk])

    def to(self, event: Event, page: str = "change") -> HttpResponseRedirect:
        return HttpResponseRedirect(self.address(event, page))

    def page(self, request, name: str, title: str, event: Event | None = None, **context) -> TemplateResponse:
        context |= self.admin_site.each_context(request) | {"title": title, "opts": self.opts, "event": event}
        return TemplateResponse(request, f"admin/events/event/{name}.html", context)
