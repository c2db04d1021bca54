"""What an event lacks before it can be published, and what would be good to have."""

from collections.abc import Iterator
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from events.models import Event
from lmh_portal.core.admin import language_name
from lmh_portal.core.languages import LANGUAGES, SOURCE_LANGUAGE

Mode = Event.AttendanceMode


class Checklist(NamedTuple):
    """Sentences: without the first an event is not published, the others are advice."""

    must: list[str]
    better: list[str]


def checklist(event: Event) -> Checklist:
    return Checklist(hindrances(event), list(_advice(event)))


def hindrances(event: Event) -> list[str]:
    """Why a draft cannot be published; of an event that is public already, why it cannot stay so as it is."""
    found = [*_without_texts(event), *_without_place(event)]
    return found if event.status == Event.Status.PUBLISHED else [*_as_template(event), *found, *_too_late(event)]


def _as_template(event: Event) -> Iterator[str]:
    if event.is_template:
        yield _("This is a template: start a new event from it.")


def _without_texts(event: Event) -> Iterator[str]:
    language = language_name(SOURCE_LANGUAGE)
    if not getattr(event, f"name_{SOURCE_LANGUAGE}"):
        yield _("The name is missing in %(language)s.") % {"language": language}
    if not getattr(event, f"description_{SOURCE_LANGUAGE}"):
        yield _("The description is missing in %(language)s.") % {"language": language}


def _without_place(event: Event) -> Iterator[str]:
    is_said = bool(getattr(event, f"venue_{SOURCE_LANGUAGE}"))
    if event.attendance_mode != Mode.ONLINE and not is_said:
        yield _("Say where it is: the venue is missing.")
    if event.attendance_mode == Mode.ONLINE and not is_said and not _join_url(event):
        yield _("Say how to join: give the link in the sign-up, or a sentence as the venue.")


def _too_late(event: Event) -> Iterator[str]:
    now = timezone.now()
    if (event.finishes_at or event.ends_at) <= now and not _has_result(event):
        yield _("The time has passed. Give the right time, or what came of the event: participants, notes or material.")
        return
    form = getattr(event, "registration_form", None)
    if form and form.closes_at and form.closes_at <= now < event.starts_at:
        yield _("Sign-up has closed already: give a later time, or none.")
    if form and form.opens_at and form.opens_at >= event.starts_at:
        yield _("Sign-up opens after the event has started.")


def _has_result(event: Event) -> bool:
    notes = getattr(event, f"notes_{SOURCE_LANGUAGE}")
    return bool(event.participants_reported or notes or event.materials.exists())


def _advice(event: Event) -> Iterator[str]:
    for code in LANGUAGES:
        if code != SOURCE_LANGUAGE and not (getattr(event, f"name_{code}") and getattr(event, f"description_{code}")):
            yield _("Name and description in %(language)s.") % {"language": language_name(code)}
    if not event.topic_items.exists():
        yield _("Topics: they lead readers of overviews here.")
    if not event.staff_groups.exists():
        yield _("Staff groups: for whom it is.")
    if not event.languages.exists():
        yield _("The language spoken.")
    if event.attendance_mode != Mode.ONLINE and not event.municipality_id:
        yield _("The municipality: the calendar is filtered by it.")
    if not event.accessibility_features:
        yield _("Access: what is there for those who need it.")
    if not (event.coordinator and event.coordinator.email):
        yield _("A coordinator with an e-mail address, for questions.")
    if event.organizer.is_draft:
        yield _("The organiser is a draft: the page does not name it.")
    yield from _advice_on_sign_up(event)


def _advice_on_sign_up(event: Event) -> Iterator[str]:
    form = getattr(event, "registration_form", None)
    if form is None:
        if event.registration != Event.Registration.CLOSED:
            yield _("Sign-up here: tick it, or say in the description how one signs up.")
        return
    if event.attendance_mode != Mode.ONLINE and form.maximum_physical_attendee_capacity is None:
        yield _("The number of places on site: now there is no limit.")
    if event.attendance_mode == Mode.MIXED and not form.join_url:
        yield _("The link to join online.")
    offered = event.maximum_attendee_capacity
    if offered is not None and sum(quota.places for quota in event.quotas.all()) > offered:
        yield _("The quotas have more places than the event.")


def _join_url(event: Event) -> str:
    form = getattr(event, "registration_form", None)
    return form.join_url if form else ""
