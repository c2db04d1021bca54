"""Forgetting who a participant was: what is left are counts."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from events.models import Invitation, ProtectedData, Registration
from events.registering import Refused
from lmh_portal.letters.services import forget_letters_about


@transaction.atomic
def erase(registration: Registration) -> None:
    """Erase somebody's data now, as they ask. Refused while they hold a seat or a place in line."""
    row = Registration.objects.select_for_update(of=["self"]).select_related("event").get(pk=registration.pk)
    if row.is_active and row.event.finishes_at > timezone.now():
        raise Refused(_("You are still signed up. Cancel first, then erase your data."))
    ProtectedData.objects.filter(registration=row).delete()
    row.answers.all().delete()
    Invitation.objects.filter(registration=row).update(email="", organization_name="")
    row.name = row.email = row.organization_name = ""
    row.anonymized_at = timezone.now()
    row.save(update_fields=["name", "email", "organization_name", "anonymized_at"])
    forget_letters_about(f"events.registration:{row.pk}")
