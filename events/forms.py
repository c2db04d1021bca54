"""What the calendar's addresses may ask."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from actors.models import Organization
from events.models import Event
from lmh_portal.core.translated import Text, columns, page_language, sort_column, translated
from lmh_portal.core.version import remembered
from lmh_portal.vocabulary.facets import Choice, Facet, Filters, TermFacet, ValueFacet, YesNoFacet


@dataclass(frozen=True)
class OrganizerFacet(Facet):
    """Filters by those organisations of the register that arrange something."""

    is_long: bool = True

    def choices(self):
        for pk, slug, name in remembered(("organisers", page_language()), _organizers):
            yield Choice(slug, str(pk), name)


def _organizers() -> list[tuple[int, str, Text]]:
    arranged = Event.objects.published().filter(organizer=OuterRef("pk"))
    found = Organization.objects.published().filter(Exists(arranged)).order_by(sort_column("name"), "pk")
    return [(one.pk, one.slug, translated(one, "name")) for one in found.only("slug", *columns("name"))]


class PastEventFilters(Filters):
    facets = [
        TermFacet("type", _("Type of event"), "event_type", kind="event_type"),
        TermFacet("topic", _("Topic"), "topic_items__tag__ancestors", kind="topic"),
        TermFacet("staff", _("Staff group"), "staff_groups", kind="staff_group"),
        ValueFacet("level", _("Level"), "level", options=Event.Level),
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
        OrganizerFacet("organizer", _("Organiser"), "organizer"),
    ]


class EventFilters(PastEventFilters):
    facets = [
        *PastEventFilters.facets,
        YesNoFacet(
            "free", _("Places"), "registration_form__has_free_places", yes=_("Places are free"), no=_("Fully booked")
        ),
    ]
