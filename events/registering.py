"""The key of a participant's personal link."""

from django.core import signing

from events.models import Registration

_link = signing.Signer(salt="events.registration", sep=".")


def token_of(registration: Registration) -> str:
    return _link.sign(f"{registration.pk}.{registration.key}")


def registration_of(token: str) -> Registration | None:
    """Whose personal link it is; none for a link that the portal never wrote or that a colleague's has replaced."""
    try:
        number, _dot, key = _link.unsign(token).partition(".")
        return Registration.objects.select_related("event").get(pk=int(number), key=key)
    except (signing.BadSignature, ValueError, Registration.DoesNotExist):
        return None
