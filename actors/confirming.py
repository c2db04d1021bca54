"""Confirmation rounds: contacts are asked whether the facts still hold, reminded twice, and believed.

A link holds a secret of its own letter, of which the database keeps a hash, and a signature. It takes one answer,
until it expires or is revoked. An entry is unlisted only when its facts have been unconfirmed for long and its
contact, asked and reminded twice, has been silent for as long.
"""

import datetime as dt
import hashlib
import hmac
import secrets
from typing import NamedTuple

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from actors import emails
from actors.models import (
    ChangeProposal,
    Contact,
    Organization,
    Service,
    Verification,
    VerificationRequest,
    VerificationRound,
)
from actors.models.entry import CONFIRMED_FOR, DUE_BEFORE, Entry
from actors.proposing import propose
from lmh_portal.core.jobs import enqueue
from lmh_portal.core.languages import SOURCE_LANGUAGE

Answer = VerificationRequest.Answer
LETTERS_AT_A_TIME = 100  # in one transaction
PROPOSER_FOR = 2 * 24 * 60 * 60  # seconds in which an answer leads to the forms for changes
_link = signing.Signer(salt="actors.verification", sep=".")
_CONFIRMED_SINCE = Q(organization__assured_on__gte=TruncDate("sent_at"))  # as somebody else has answered
_proposer = signing.TimestampSigner(salt="actors.verification proposer")


# --- links


def new_token(request: VerificationRequest) -> str:
    """A link's secret part; the caller saves its hash with the request."""
    secret = secrets.token_urlsafe(24)
    request.token_hashes.append(_hash(secret))
    return _link.sign(f"{request.pk}.{secret}")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def request_of(token: str) -> VerificationRequest | None:
    """The request that a link is for, whatever its state; none for a link that the portal never wrote."""
    try:
        number, _dot, secret = _link.unsign(token).partition(".")
        request = VerificationRequest.objects.select_related("organization", "contact").get(pk=int(number))
    except (signing.BadSignature, ValueError, VerificationRequest.DoesNotExist):
        return None
    is_known = [hmac.compare_digest(_hash(secret), known) for known in request.token_hashes]
    return request if any(is_known) else None


def proposer_token(request: VerificationRequest) -> str:
    """Lets the form for changes know whose answer led to it."""
    return _proposer.sign(str(request.pk))


def proposer_of(token: str) -> VerificationRequest | None:
    try:
        number = int(_proposer.unsign(token, max_age=PROPOSER_FOR))
    except (signing.BadSignature, ValueError):
        return None
    found = VerificationRequest.objects.select_related("contact").filter(pk=number, revoked_at=None)
    return found.exclude(contact=None).first()


# --- started


class Plan(NamedTuple):
    """Who would be asked: contacts; those whose last link is still open are not; and organisations that have none."""

    contacts: QuerySet
    waiting: QuerySet
    silent: QuerySet


def plan(organizations: QuerySet) -> Plan:
    contacts = Contact.objects.filter(confirms=True, organization__in=organizations.values("pk")).order_by("pk")
    has_link = Exists(_open_requests(timezone.now()).filter(contact=OuterRef("pk")))
    has_contact = Exists(Contact.objects.filter(confirms=True, organization=OuterRef("pk")))
    return Plan(contacts.exclude(has_link), contacts.filter(has_link), organizations.filter(~has_contact).by_name())


@transaction.atomic
def start_round(*, organizations: QuerySet, scope: str, started_by) -> VerificationRound:
    """Make a request for each contact; a job posts their letters, some at a time."""
    with connection.cursor() as cursor:  # of two who start at the same time the second asks nobody again
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('actors.start_round'))")
    contacts = list(plan(organizations).contacts.only("organization_id"))
    if not contacts:
        raise ValidationError(_("Nobody would be asked: nobody there confirms, or all have a link that is open still."))
    now = timezone.now()
    until = now + dt.timedelta(days=settings.CONFIRMATION_LINK_DAYS)
    started = VerificationRound.objects.create(started_by=started_by, started_at=now, scope=scope, expires_at=until)
    requests = (
        VerificationRequest(round=started, organization_id=contact.organization_id, contact=contact, expires_at=until)
        for contact in contacts
    )
    VerificationRequest.objects.bulk_create(requests, batch_size=1000)
    enqueue("actors.jobs.post_requests", round_id=started.pk)
    return started


@transaction.atomic
def post_requests(round_id: int) -> int:
    """Post some of a round's letters and have the job go on until all are; how many were posted."""
    unsent = (
        _open_requests(timezone.now())
        .filter(round_id=round_id, sent_at=None)
        .select_for_update(of=["self"], skip_locked=True)
    )
    requests = list(unsent[:LETTERS_AT_A_TIME])
    for request in requests:
        _post(request, "sent_at")
    if len(requests) == LETTERS_AT_A_TIME:
        enqueue("actors.jobs.post_requests", round_id=round_id)
    return len(requests)


def _post(request: VerificationRequest, *noted: str) -> None:
    """Post a letter with a link of its own, and note the time of it."""
    token = new_token(request)
    for field in noted:
        setattr(request, field, timezone.now())
    request.save(update_fields=["token_hashes", *noted])
    emails.post_request(request, token, is_reminder=noted != ("sent_at",))


def _open_requests(now: dt.datetime) -> QuerySet:
    """Those that still take an answer, with a contact who may give it."""
    return (
        VerificationRequest.objects.filter(answered_at=None, revoked_at=None, expires_at__gt=now)
        .filter(contact__confirms=True, organization__status=Organization.Status.PUBLISHED)
        .select_related("organization", "contact")
        .order_by("pk")
    )


# --- answered


@transaction.atomic
def answer(request: VerificationRequest, *, said: str, sentence: str = "") -> VerificationRequest:
    """Note the one answer of a link and do what follows from it."""
    locked = VerificationRequest.objects.select_for_update(of=["self"])
    request = locked.select_related("organization", "contact").get(pk=request.pk)
    if not request.is_open:
        raise ValidationError(_("This link takes no answer any more."), code="closed")
    request.answer, request.answered_at = said, timezone.now()
    request.save(update_fields=["answer", "answered_at"])
    if said == Answer.OK:
        _confirm(request.organization_id, by=request.confirmed_by)
    elif said == Answer.CEASED:
        _propose_ceased(request, sentence)
    return request


def _confirm(organization_id: int, by: str) -> None:
    """The organisation and all that it offers in public are right today."""
    organization = Organization.objects.select_for_update().get(pk=organization_id)
    services = organization.services.published().select_for_update(of=["self"]).order_by("pk")
    for entry in [organization, *services]:
        entry.confirm(by=by)
        entry.save(update_fields=["assured_on", "assured_by", "verification"])


def _propose_ceased(request: VerificationRequest, sentence: str) -> None:
    """Ask the editors to have the organisation ceased, in what its contact has proposed already if anything waits."""
    email = request.contact.email.lower()
    waiting = (
        ChangeProposal.objects.select_for_update().open().filter(organization=request.organization_id, email=email)
    )
    if proposal := waiting.first():
        proposal.base |= {"has_ceased": False}
        proposal.proposed |= {"has_ceased": True}
        proposal.comment = f"{proposal.comment}\n\n{sentence}".strip()
        proposal.verification_request = request
        proposal.save()
        return
    propose(
        record=request.organization,
        language=SOURCE_LANGUAGE,
        base={"has_ceased": False},
        proposed={"has_ceased": True},
        email=email,
        function=request.confirmed_by,
        comment=sentence,
        request=request,
    )


# --- revoked


def revoke(requests: QuerySet) -> int:
    """Let links that wait for an answer take none; how many."""
    return requests.filter(answered_at=None, revoked_at=None).update(revoked_at=timezone.now())


# --- by the clock


@transaction.atomic
def remind() -> int:
    """Post the reminders whose day has come; whoever missed the first gets the second alone. How many."""
    now = timezone.now()
    second = now - dt.timedelta(days=settings.SECOND_REMINDER_DAYS)
    first = now - dt.timedelta(days=settings.FIRST_REMINDER_DAYS)
    to_second = Q(sent_at__lte=second, reminded_second_at=None)
    to_first = Q(sent_at__lte=first, reminded_first_at=None)
    due = _open_requests(now).filter(to_second | to_first).exclude(_CONFIRMED_SINCE)
    requests = list(due.select_for_update(of=["self"], skip_locked=True)[:LETTERS_AT_A_TIME])
    for request in requests:
        steps = {
            "reminded_first_at": request.reminded_first_at is None,
            "reminded_second_at": request.sent_at <= second,
        }
        _post(request, *[field for field, is_due in steps.items() if is_due])
    if len(requests) == LETTERS_AT_A_TIME:
        enqueue("actors.jobs.remind_of_confirmations")
    return len(requests)


@transaction.atomic
def keep_verification() -> int:
    """Bring `verification` of all entries in step with the day; how many have changed."""
    return _keep(Organization, OuterRef("pk")) + _keep(Service, OuterRef("organization"))


def _keep(model: type[Entry], organization: OuterRef) -> int:
    today = timezone.localdate()
    lapsed_on, due_on = today - CONFIRMED_FOR, today - CONFIRMED_FOR + DUE_BEFORE
    entries = model.objects.order_by("pk")
    lapsed = entries.filter(Q(assured_on=None) | Q(assured_on__lt=lapsed_on))
    return (
        _set(entries.filter(assured_on__gte=due_on), Verification.CONFIRMED)
        + _set(entries.filter(assured_on__gte=lapsed_on, assured_on__lt=due_on), Verification.DUE)
        + _set(lapsed.exclude(verification=Verification.UNLISTED), Verification.UNCONFIRMED)
        + _set(_silent(lapsed, organization), Verification.UNLISTED)
    )


def _silent(lapsed: QuerySet, organization: OuterRef) -> QuerySet:
    """Entries that have been unconfirmed, and whose contacts have been silent, for as long as lists bear with."""
    patience = dt.timedelta(days=settings.UNLISTED_AFTER_DAYS)
    now = timezone.now()
    requests = VerificationRequest.objects.filter(organization=organization)
    unanswered = requests.filter(answered_at=None, revoked_at=None, reminded_second_at__lte=now - patience)
    answered = requests.filter(answered_at__gt=now - patience - dt.timedelta(days=settings.SECOND_REMINDER_DAYS))
    long_ago = timezone.localdate() - CONFIRMED_FOR - patience
    return lapsed.filter(
        Q(assured_on=None) | Q(assured_on__lt=long_ago),
        Exists(unanswered),
        ~Exists(answered),
        verification=Verification.UNCONFIRMED,
        created_at__lt=now - patience,
    )


def _set(entries: QuerySet, state: Verification) -> int:
    """One update for all; the rows are locked in the order in which answers lock them."""
    locked = entries.exclude(verification=state).select_for_update(of=["self"]).values_list("pk", flat=True)
    return entries.model.objects.filter(pk__in=list(locked)).update(verification=state)
