"""Letters to those who have signed up."""

from typing import Any

from events.models import Registration
from lmh_portal.letters.models import Letter
from lmh_portal.letters.services import post


def tell(registration: Registration, kind: str, **extra: Any) -> Letter:
    """Write to a participant in the current transaction."""
    return post(
        to=registration.email,
        kind=f"events.{kind}",
        template="event_letter",
        context={"registration": registration, "event": registration.event, "kind": kind} | extra,
        language=registration.language,
        about=f"events.registration:{registration.pk}",
    )
