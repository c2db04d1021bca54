"""What the calendar's addresses may ask."""

from django.utils.translation import gettext_lazy as _

from events.models import Event
from lmh_portal.vocabulary.facets import Filters, TermFacet, ValueFacet


class EventFilters(Filters):
    facets = [
        TermFacet("type", _("Type of event"), "event_type", kind="event_type"),
        TermFacet("topic", _("Topic"), "topic_items__tag__ancestors", kind="topic"),
        TermFacet("staff", _("Staff group"), "staff_groups", kind="staff_group"),
        ValueFacet("form", _("Form"), "attendance_mode", options=Event.AttendanceMode),
        TermFacet(
            "municipality",
            _("Municipality"),
            "municipality",
            kind="area",
            area_kind="municipality",
            is_long=True,
        ),
        TermFacet("language", _("Language"), "languages", kind="language"),
    ]
