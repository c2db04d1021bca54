"""An event for machines: JSON-LD in the terms of schema.org, from what its page shows."""

from django.utils import timezone

from actors.models import Organization
from events.models import Event, Occasion, ProgrammeItem
from lmh_portal.core.templatetags.portal import absolute
from lmh_portal.core.translated import translated
from lmh_portal.vocabulary.terms import terms

Mode = Event.AttendanceMode
SCHEMA = "https://schema.org"
STATUS = {status: f"{SCHEMA}/Event{status.capitalize()}" for status in Event.EventStatus.values}
MODES = {mode: f"{SCHEMA}/{mode.capitalize()}EventAttendanceMode" for mode in Mode.values}


def schema_org(event: Event, parts: dict) -> dict:
    """The event as an EducationEvent; what is not known is left out."""
    arranged_by = [event.organizer] if event.organizer.status == Organization.Status.PUBLISHED else []
    found = {
        "@context": SCHEMA,
        "@type": "EducationEvent",
        "@id": absolute(event.get_absolute_url()),
        "identifier": str(event.uid),
        "url": absolute(event.get_absolute_url()),
        **_texts(event, "name", "description"),
        **_times(event, event.starts_at, event.finishes_at or event.ends_at),
        "eventStatus": STATUS[event.event_status],
        "eventAttendanceMode": MODES[event.attendance_mode],
        "location": _locations(event),
        "organizer": [_organization(one) for one in [*arranged_by, *parts["co_organizers"]]],
        "inLanguage": [terms("language")[pk].code for pk in event.language_ids],
        "educationalLevel": event.level and str(event.get_level_display()),
        "audience": [_audience(pk) for pk in event.staff_group_ids],
        "about": [str(terms("topic")[pk]) for pk in event.topic_ids],
        "maximumAttendeeCapacity": event.maximum_attendee_capacity,
        "isAccessibleForFree": None if event.fee_sek is None else event.fee_sek == 0,
        "subEvent": _sub_events(event, parts),
    }
    return {name: value for name, value in found.items() if value not in ("", None, [])}


def _texts(row, *fields: str) -> dict[str, str]:
    return {field: text.value for field in fields if (text := translated(row, field)).value}


def _times(event: Event, starts_at, ends_at) -> dict[str, str]:
    """As exactly as they are known."""
    if event.date_precision == Event.DatePrecision.MINUTE:
        style = {"timespec": "minutes"}
        starts, ends = (timezone.localtime(one).isoformat(**style) for one in [starts_at, ends_at])
    else:
        starts, ends = (timezone.localtime(one).date().isoformat() for one in [starts_at, ends_at])
    if event.date_precision == Event.DatePrecision.YEAR:
        starts, ends = starts[:4], ends[:4]
    return {"startDate": starts, "endDate": ends}


def _locations(event: Event) -> list[dict]:
    online = {"@type": "VirtualLocation", "url": absolute(event.get_absolute_url())}
    if event.attendance_mode == Mode.ONLINE:
        return [online]
    return [_place(event), online] if event.attendance_mode == Mode.MIXED else [_place(event)]


def _place(event: Event) -> dict:
    municipality = str(terms("area")[event.municipality_id]) if event.municipality_id else ""
    address = {"@type": "PostalAddress", "addressLocality": municipality, "addressCountry": "SE"}
    place = {"@type": "Place", "name": translated(event, "venue").value or municipality, "address": address}
    features = [
        {"@type": "LocationFeatureSpecification", "name": str(label), "value": True}
        for value, label in Event.AccessibilityFeature.choices
        if value in event.accessibility_features
    ]
    found = place | {"amenityFeature": features, "address": address if municipality else None}
    return {name: value for name, value in found.items() if value}


def _organization(organization: Organization) -> dict:
    return {
        "@type": "Organization",
        **_texts(organization, "name"),
        "url": absolute(organization.get_absolute_url()),
    }


def _audience(pk: int) -> dict:
    return {"@type": "EducationalAudience", "audienceType": str(terms("staff_group")[pk])}


def _sub_events(event: Event, parts: dict) -> list[dict]:
    """The meetings where there are several, else what stands in the programme with a time."""
    occasions: list[Occasion] = parts["occasions"]
    if len(occasions) > 1:
        return [
            {"@type": "Event", **_texts(event, "name"), **_times(event, one.starts_at, one.ends_at)}
            for one in occasions
        ]
    return [_sub_event(event, item) for item in parts["programme"] if item.starts]


def _sub_event(event: Event, item: ProgrammeItem) -> dict:
    day = event.day.isoformat()
    ends = {"endDate": f"{day}T{item.ends:%H:%M}"} if item.ends else {}
    return {"@type": "Event", **_texts(item, "name"), "startDate": f"{day}T{item.starts:%H:%M}", **ends}
