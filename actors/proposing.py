"""Proposals of partners: received, withdrawn, decided, and their proposers forgotten.

A record is changed by an editor's approval and by nothing else. Approving locks the proposal, then the record: of
two editors the second is told. What has changed since the proposal was made is taken over only where the editor
says so for that part, and only if it has not changed again since the editor looked.
"""

import datetime as dt
import hashlib
import json
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from actors import emails
from actors.models import ChangeProposal, Organization, Service, VerificationRequest
from actors.models.entry import Entry
from actors.proposable import Part, model_of, parts_of, values_of, write
from lmh_portal.visitors.services import Visitor, times_today

State = ChangeProposal.State
FROM_AN_ADDRESS = 40  # a day: staff of a whole town may share one
TO_AN_EMAIL = 10  # a day: whoever has that address is written to each time
AN_HOUR = 500
_link = signing.Signer(salt="actors.proposal", sep=".")


# --- received


@transaction.atomic
def receive(*, visitor: Visitor, stamp: str, email: str, **proposal) -> ChangeProposal:
    """Take a proposal from the public form, one for each form that was given out."""
    if times_today("proposal", stamp) > 1:
        raise ValidationError(_("Your proposal has reached us already."))
    if times_today("proposals", visitor.address) > FROM_AN_ADDRESS or times_today("proposals of", email) > TO_AN_EMAIL:
        raise ValidationError(_("Many proposals have come from you or your network today. Please go on tomorrow."))
    if times_today("proposals", timezone.now().hour) > AN_HOUR:
        raise ValidationError(_("Very many proposals have come in this hour. Please send yours a little later."))
    return propose(email=email, **proposal)


@transaction.atomic
def propose(
    *,
    record: Entry | None,
    language: str,
    base: dict[str, Any],
    proposed: dict[str, Any],
    email: str,
    function: str,
    comment: str,
    request: VerificationRequest | None = None,
) -> ChangeProposal:
    """Keep a proposal for the editors and thank for it by letter; a record has one open of each proposer."""
    proposal = ChangeProposal(
        organization=record if isinstance(record, Organization) else None,
        service=record if isinstance(record, Service) else None,
        language=language,
        base={name: base[name] for name in proposed} if record else {},
        proposed=proposed,
        email=email.lower(),
        function=function,
        comment=comment,
        verification_request=request,
    )
    proposal.full_clean(validate_constraints=False)
    try:
        with transaction.atomic():
            proposal.save()
    except IntegrityError as error:
        raise ValidationError(
            _(
                "A proposal from this e-mail address about the same page is waiting already. Withdraw it with the link"
                " in the letter that you got, or wait until it is decided."
            )
        ) from error
    emails.post_receipt(proposal, link_token(proposal))
    return proposal


def link_token(proposal: ChangeProposal) -> str:
    """What the proposer's letters have in their link. It opens as long as the proposer is known."""
    return _link.sign(str(proposal.pk))


def proposal_of(token: str) -> ChangeProposal | None:
    try:
        number = int(_link.unsign(token))
    except (signing.BadSignature, ValueError):
        return None
    return ChangeProposal.objects.for_desk().filter(pk=number).exclude(email="").first()


@transaction.atomic
def withdraw(proposal: ChangeProposal) -> None:
    """Take it back, as its proposer asks."""
    proposal = _open(proposal)
    proposal.state, proposal.decided_at = State.WITHDRAWN, timezone.now()
    proposal.save(update_fields=["state", "decided_at"])


def _open(proposal: ChangeProposal) -> ChangeProposal:
    """The proposal, locked; refused if somebody has decided it already."""
    locked = ChangeProposal.objects.select_for_update().get(pk=proposal.pk)
    if not locked.is_open:
        raise ValidationError(
            _("This proposal has been decided already: %(state)s.") % {"state": locked.get_state_display()},
            code="decided",
        )
    return locked


# --- compared


class Difference(NamedTuple):
    """One part of a proposal: what the proposer saw, wants, and what is there now."""

    part: Part
    label: str
    base: Any
    proposed: Any
    now: Any

    @property
    def is_done(self) -> bool:
        return self.now == self.proposed

    @property
    def is_conflict(self) -> bool:
        """Whether somebody else has changed it meanwhile, to something else."""
        return self.now != self.base and not self.is_done

    @property
    def words(self) -> list[str]:
        return [self.part.words(value) for value in [self.base, self.proposed, self.now]]


def differences(proposal: ChangeProposal) -> list[Difference]:
    record = None if proposal.is_new else proposal.record
    now, model = values_of(record, proposal.language), model_of(record)
    return [
        Difference(part, part.label(model), proposal.base.get(name, part.empty), proposal.proposed[name], now[name])
        for name, part in parts_of(proposal).items()
    ]


def seen(found: list[Difference]) -> str:
    """A fingerprint of what is there now, by which to know later whether it is there still."""
    now = json.dumps({one.part.name: one.now for one in found}, sort_keys=True)
    return hashlib.sha256(now.encode()).hexdigest()


# --- decided


@transaction.atomic
def approve(proposal: ChangeProposal, *, names: list[str], seen_before: str, reason: str, editor) -> Entry:
    """Take the named parts over into the record; a new organisation becomes a draft."""
    proposal = _open(proposal)
    record = _locked_record(proposal)
    found = differences(proposal)
    if seen(found) != seen_before:
        raise ValidationError(_("Somebody has changed the page since you opened this one: look again."), code="changed")
    taken = [one for one in found if one.part.name in names and not one.part.is_by_hand]
    if not taken and any(not one.part.is_by_hand for one in found):
        raise ValidationError(_("Choose what to take over, or reject the proposal."))
    values = {one.part.name: one.proposed for one in taken}
    write(record, [one.part for one in taken], proposal.language, values)
    if proposal.verification_request and not proposal.is_new and not values.get("has_ceased"):
        record.confirm(by=proposal.verification_request.confirmed_by)
        record.save()
    if proposal.is_new:
        proposal.organization = record
    _note(record, editor, [one.label for one in taken], ADDITION if proposal.is_new else CHANGE)
    by_hand = [one.part.name for one in found if one.part.is_by_hand]  # which the editor has seen to
    _decide(proposal, State.APPROVED, reason, editor, [*values, *by_hand])
    return record


@transaction.atomic
def reject(proposal: ChangeProposal, *, reason: str, editor) -> None:
    """Leave the record as it is and tell the proposer why."""
    if not reason.strip():
        raise ValidationError(_("Say why: the proposer gets your words in a letter."))
    _decide(_open(proposal), State.REJECTED, reason, editor, [])


def _locked_record(proposal: ChangeProposal) -> Entry:
    if proposal.is_new:
        return Organization(slug=_free_slug(proposal), status=Organization.Status.DRAFT)
    record = proposal.record
    locked = type(record).objects.select_for_update().get(pk=record.pk)
    setattr(proposal, record._meta.model_name, locked)
    return locked


def _free_slug(proposal: ChangeProposal) -> str:
    slug = slugify(proposal.proposed["name"])[:100] or "organisation"
    return f"{slug}-{proposal.pk}" if Organization.objects.filter(slug=slug).exists() else slug


def _note(record: Entry, editor, labels: list[str], flag: int) -> None:
    """In the record's history on the desk."""
    note = [{"added": {}}] if flag == ADDITION else [{"changed": {"fields": labels}}]
    LogEntry.objects.log_actions(editor.pk, [record], flag, note)


def _decide(proposal: ChangeProposal, state: State, reason: str, editor, taken: list[str]) -> None:
    proposal.state, proposal.reason = state, reason.strip()
    proposal.decided_at, proposal.decided_by = timezone.now(), editor
    proposal.full_clean(validate_constraints=False)
    proposal.save()
    LogEntry.objects.log_actions(editor.pk, [proposal], CHANGE, [{"changed": {"fields": [str(state.label)]}}])
    emails.post_decision(proposal, link_token(proposal), taken)


# --- forgotten


def forget_proposers() -> int:
    """Erase who proposed what was decided long ago, and what they wrote about it; of how many."""
    last = timezone.now() - dt.timedelta(days=settings.PROPOSERS_KEPT_DAYS)
    old = ChangeProposal.objects.filter(decided_at__lt=last).exclude(email="")
    return old.update(email="", function="", comment="")
