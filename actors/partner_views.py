"""What partners do without an account: propose changes and new actors, follow a proposal, confirm the facts.

Pages behind links of letters are kept by no cache and found by no search engine, and their addresses are told to
nobody (Referrer-Policy). Opening such a link changes nothing, for mail scanners open links too.
"""

from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache

from actors import confirming, proposing
from actors.models import Address, Location, Organization, Service, VerificationRequest
from actors.models.entry import Entry
from actors.partner_forms import AnswerForm, ProposalForm
from actors.proposable import facts
from lmh_portal.core.plain_input import without_controls
from lmh_portal.visitors.services import visitor
from lmh_portal.visitors.views import secret_page, takes_visitors_forms

Answer = VerificationRequest.Answer


# --- proposals


@never_cache
@takes_visitors_forms
def propose_organization(request, slug):
    return _propose(request, get_object_or_404(Organization.objects.published(), slug=slug))


@never_cache
@takes_visitors_forms
def propose_service(request, slug):
    return _propose(request, get_object_or_404(Service.objects.published(), slug=slug))


@never_cache
@takes_visitors_forms
def propose_new(request):
    return _propose(request, None)


def _propose(request, record: Entry | None) -> HttpResponse:
    if request.method == "POST":
        form = ProposalForm(record, without_controls(request.POST))
        if form.is_valid():
            try:
                _receive(request, form)
                return redirect("actors:proposal_sent")
            except ValidationError as refusal:
                form.add_error(None, refusal.messages)
        form.renew(form.fresh_stamp())
    else:
        form = ProposalForm(record, initial=_proposer(request.GET.get("by", "")))
    return render(request, "actors/propose.html", {"form": form, "record": record})


def _proposer(token: str) -> dict:
    """What the form knows of somebody whom a letter of ours led here."""
    asked = confirming.proposer_of(token)
    return {"by": token, "sender_email": asked.contact.email, "sender_function": asked.confirmed_by} if asked else {}


def _receive(request, form: ProposalForm):
    sent = form.cleaned_data
    asked = confirming.proposer_of(sent["by"])
    is_theirs = asked is not None and asked.contact.email.lower() == sent["sender_email"]
    return proposing.receive(
        visitor=visitor(request),
        stamp=sent["stamp"],
        record=form.record,
        language=get_language(),
        base=form.seen,
        proposed=form.proposed,
        email=sent["sender_email"],
        function=sent["sender_function"],
        comment=sent["comment"],
        request=asked if is_theirs else None,
    )


def proposal_sent(request):
    return render(request, "actors/proposal_sent.html")


# --- behind links of letters


@secret_page
def proposal(request, token):
    """Where a proposal stands, and the way to take it back."""
    found = proposing.proposal_of(token)
    if found is None:
        return render(request, "actors/link_void.html", {"reason": "unknown"}, status=404)
    refusals = []
    if request.method == "POST":
        try:
            proposing.withdraw(found)
            return redirect("actors:proposal", token=token)
        except ValidationError as refusal:
            refusals = refusal.messages
            found.refresh_from_db()
    context = {"proposal": found, "differences": proposing.differences(found), "refusals": refusals}
    return render(request, "actors/proposal.html", context)


@secret_page
def confirm(request, token):
    """The facts of an organisation, and one of three answers to whether they hold."""
    asked = confirming.request_of(token)
    if asked is None:
        return render(request, "actors/link_void.html", {"reason": "unknown"}, status=404)
    form = AnswerForm(without_controls(request.POST)) if request.method == "POST" else AnswerForm()
    if request.method == "POST" and asked.is_open and form.is_valid():
        try:
            return _answered(asked, form, token)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
            asked = confirming.request_of(token)
    if not asked.is_open and not asked.answered_at:
        reason = "revoked" if asked.revoked_at or not asked.is_expired else "expired"
        return render(request, "actors/link_void.html", {"reason": reason}, status=410)
    return render(request, "actors/confirm.html", {"asked": asked, "form": form, **_entries(asked)})


def _answered(asked: VerificationRequest, form: AnswerForm, token: str) -> HttpResponse:
    said = form.cleaned_data["answer"]
    about = _named(asked, form.cleaned_data["about"]) if said == Answer.CHANGED else None
    confirming.answer(asked, said=said, sentence=form.cleaned_data["sentence"])
    return HttpResponseRedirect(_proposal_address(asked, about)) if about else redirect("actors:confirm", token=token)


def _named(asked: VerificationRequest, name: str) -> Entry:
    """The entry that has changed: one of the service's slugs, else the organisation."""
    return asked.organization.services.published().filter(slug=name).first() or asked.organization


def _proposal_address(asked: VerificationRequest, record: Entry) -> str:
    address = reverse(f"actors:propose_{record._meta.model_name}", args=[record.slug])
    return f"{address}?{urlencode({'by': confirming.proposer_token(asked)})}"


def _entries(asked: VerificationRequest) -> dict:
    """What the public pages say, for the contact to look through; after an answer the ways to say more."""
    organization = asked.organization
    services = list(organization.services.published().by_name())
    entries = [organization, *services]
    if not asked.is_open:
        return {"changes": [(entry, _proposal_address(asked, entry)) for entry in entries]}
    addresses = {row.pk: str(row) for row in Address.objects.filter(location__organization=organization)}
    places = Location.objects.filter(organization=organization).order_by("pk")
    return {
        "entries": [(entry, facts(entry)) for entry in entries],
        "places": [(place, addresses.get(place.pk, "")) for place in places],
        "contacts": organization.contacts.shown(),
    }
