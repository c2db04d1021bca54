"""Contributions of a workshop: noted at the tables on the day, answered by the centre later.

Whoever has the event's link of the day may note; it opens nothing on any other day.
"""

from django.db.models import QuerySet
from django.utils import timezone

from events.attending import of_today
from events.links import is_sealed, number_in, seal
from events.models import Event, WorkshopInput

NOTE = "note"  # purpose of the key in a note-taker's link
AT_MOST = 500  # contributions to an event


def note_token(event: Event) -> str:
    """What a note-taker's address ends with: `reverse("events:note", args=[note_token(event)])`."""
    return seal(NOTE, event.pk, str(event.uid))


def event_of_note(token: str) -> Event | None:
    event = Event.objects.filter(pk=number_in(token), is_template=False).first()
    return event if event and is_sealed(token, NOTE, event.pk, str(event.uid)) else None


def is_day_of(event: Event) -> bool:
    return of_today(event.occasions).exists()


def note(event: Event, *, text: str, language: str, topic: int | None = None, table: str = "") -> WorkshopInput | None:
    """Keep a contribution; none where it stands there already, or where nobody can want so many."""
    known = WorkshopInput.objects.filter(event=event)
    if known.filter(text=text, table=table).exists() or known.count() >= AT_MOST:
        return None
    return WorkshopInput.objects.create(event=event, text=text, language=language, topic_id=topic, table=table)


def newest_inputs(event: Event) -> QuerySet:
    return WorkshopInput.objects.filter(event=event).order_by("-pk")


def publish(inputs: QuerySet, is_public: bool = True) -> int:
    return inputs.exclude(is_public=is_public).update(is_public=is_public)


def mark_replied(contribution: WorkshopInput, has_reply: bool) -> None:
    """The time of the first answer; none where the answer was taken away. The caller saves."""
    if has_reply:
        contribution.replied_at = contribution.replied_at or timezone.now()
    else:
        contribution.replied_at = None
