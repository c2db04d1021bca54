"""Coming events as Atom, the latest changed first: all of them, or those that a filtered list shows."""

from django.contrib.auth.models import AnonymousUser
from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from events.forms import EventFilters
from events.models import Event
from events.templatetags.events import when
from lmh_portal.core.feeds import ENTRIES, Atom, identity, plain
from lmh_portal.core.templatetags.portal import label
from lmh_portal.core.translated import page_language, translated


def list_name(filters: EventFilters) -> str:
    """What a list is called where one subscribes to it."""
    chosen = [plain(one.text.value) for one in filters.active]
    return ": ".join([_("Training and meetings"), *([", ".join(chosen)] if chosen else [])])


def with_query(view: str, filters: EventFilters) -> str:
    return reverse(view) + (f"?{filters.query()}" if filters.parameters else "")


class EventFeed(Feed):
    feed_type = Atom

    def get_object(self, request):
        upcoming = Event.objects.upcoming().from_first_upcoming()
        return EventFilters(request.GET, upcoming, AnonymousUser(), section="upcoming")  # drafts are no news

    def title(self, filters):
        return list_name(filters)

    def subtitle(self):
        return _("Coming events, and what has changed in them.")

    def author_name(self):
        return _("Learning Centre for Migration and Health")

    def link(self, filters):
        return with_query("events:event_list", filters)

    def feed_url(self, filters):
        return with_query("events:feed", filters)

    def feed_guid(self, filters):
        return identity(f"events/{page_language()}/feed?{filters.query()}")

    def items(self, filters):
        chosen = Event.objects.filter(pk__in=filters.narrowed().order_by().values("pk"))
        return chosen.order_by("-updated_at", "-pk")[:ENTRIES]

    def item_title(self, event):
        name = plain(translated(event, "name").value)
        if event.event_status == Event.EventStatus.SCHEDULED:
            return name
        return pgettext("calendar entry", "%(status)s: %(name)s") % {
            "status": label(event, "event_status"), "name": name,
        }  # fmt: skip

    def item_extra_kwargs(self, event):
        return {"title_language": translated(event, "name").language}

    def item_description(self, event):
        """HTML, which can say what language it is in."""
        text = translated(event, "description")
        said = format_html('<p lang="{}" dir="{}">{}</p>', text.language, text.direction, plain(text.value))
        return format_html("<p>{}</p>{}", when(event, "l j F Y"), said)

    def item_link(self, event):
        return event.get_absolute_url()

    def item_guid(self, event):
        return identity(f"events/{page_language()}/{event.uid}")

    def item_pubdate(self, event):
        return event.created_at

    def item_updateddate(self, event):
        return max(event.updated_at, event.sequence_raised_at or event.updated_at)
