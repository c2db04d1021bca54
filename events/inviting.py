"""Invitations: the link in their letter, and the answer “no”; who says yes signs up with the same link."""

import hmac

from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext as _

from events.models import Invitation, Registration
from events.registering import Refused

_link = signing.Signer(salt="events.invitation", sep=".")


def token_of(invitation: Invitation) -> str:
    """What the address in the letter ends with."""
    return _link.sign(f"{invitation.pk}.{invitation.key}")


def invitation_of(token: str) -> Invitation | None:
    """The invitation that a link is for, as long as it is known who was invited."""
    try:
        number, _dot, key = _link.unsign(token).partition(".")
        rows = Invitation.objects.select_related("event__registration_form", "registration").exclude(email="")
        invitation = rows.get(pk=int(number))
    except (signing.BadSignature, ValueError, Invitation.DoesNotExist):
        return None
    return invitation if hmac.compare_digest(invitation.key, key) else None


def sign_up_of(invitation: Invitation) -> Registration | None:
    """The sign-up that an invitation has led to, or that the invited address has made by itself."""
    if invitation.registration and invitation.registration.is_active:
        return invitation.registration
    return invitation.event.registrations.active().filter(email__iexact=invitation.email).first()


def decline(invitation: Invitation) -> None:
    """Note that somebody will not come; a second time changes nothing. Refused while they are signed up."""
    if sign_up_of(invitation):
        raise Refused(_("You are signed up: cancel on your personal page instead."))
    Invitation.objects.filter(pk=invitation.pk, declined_at=None).update(declined_at=timezone.now())
