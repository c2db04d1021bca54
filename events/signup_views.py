"""What those who come do without an account: sign up, confirm, and see to their sign-up behind the link in a letter.

Opening a link of a letter changes nothing, for mail scanners open links too: each deed is a button.
"""

from contextlib import suppress
from functools import wraps

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from events import attending, inviting, registering, retention
from events.models import Event, Invitation, Registration
from events.outlook import Outlook, outlook_of
from events.personal import Personal
from events.registering import Refused
from events.signup_forms import ChangeForm, ColleagueForm, SignUpForm
from lmh_portal.core.plain_input import without_controls
from lmh_portal.visitors.services import times_today, visitor
from lmh_portal.visitors.views import secret_page, takes_visitors_forms

OF_AN_EMAIL = 10  # a day: whoever has that address is written to each time
State = Registration.State


# --- signing up


@never_cache
@takes_visitors_forms
def sign_up(request, slug):
    event = _event(slug)
    outlook = outlook_of(event)
    if not outlook.takes_sign_ups:
        return _closed(request, event, outlook)
    form = SignUpForm(event, outlook, _sent(request))
    if request.method == "POST":
        if form.is_valid():
            try:
                _receive(request, form)
                return redirect("events:sign_up_sent", slug=slug)
            except Refused as refusal:
                form.add_error(None, str(refusal))
        form.renew(SignUpForm.stamp_for(event))
    return render(request, "events/signup.html", {"event": event, "outlook": outlook, "form": form})


def _event(slug: str) -> Event:
    return get_object_or_404(Event.objects.published().select_related("registration_form"), slug=slug)


def _sent(request):
    return without_controls(request.POST) if request.method == "POST" else None


def _closed(request, event: Event, outlook: Outlook) -> HttpResponse:
    return render(request, "events/signup_closed.html", {"event": event, "outlook": outlook})


def _receive(request, form: SignUpForm) -> Registration:
    email = form.cleaned_data["email"]
    _count(request, email)
    return registering.sign_up(form.event, email=email, consent_version=form.notice, **form.told)


def _count(request, email: str) -> None:
    """Refuse what is too often, in transactions of their own: counts do not wait for the disk, sign-ups do."""
    if times_today("sign-ups", visitor(request).address) > settings.SIGN_UPS_FROM_AN_ADDRESS:
        raise Refused(_("Very many sign-ups have come from your network today. Please write to us, or try tomorrow."))
    if times_today("sign-ups of", email.lower()) > OF_AN_EMAIL:
        raise Refused(_("This e-mail address has been used many times today. Please write to us, or try tomorrow."))


def sign_up_done(request, slug, what):
    """What has happened, in words that are the same for every address."""
    event = _event(slug)
    hours = getattr(event, "registration_form", None) and event.registration_form.confirm_within_hours
    return render(request, "events/signup_done.html", {"event": event, "what": what, "hours": hours})


# --- behind links of letters


def personal_page(view):
    """A view for the participant whose link it is; what became of a link that opens nothing is said in words."""

    @secret_page
    @wraps(view)
    def opened(request, token) -> HttpResponse:
        registration = registering.registration_of(token)
        if registration and not registration.anonymized_at:
            return view(request, registration, token)
        if registration:
            return _void(request, "erased")
        return _void(request, "replaced" if registering.is_replaced(token) else "unknown")

    return opened


def _void(request, reason: str) -> HttpResponse:
    status = 404 if reason == "unknown" else 410
    return render(request, "events/signup_void.html", {"reason": reason}, status=status)


@personal_page
def confirm_registration(request, registration, token):
    """One button; where it is too late, the personal page says so and offers to sign up again."""
    mine = Personal(registration, timezone.now())
    if request.method == "POST" and mine.state == State.UNCONFIRMED:
        with suppress(Refused):
            registering.confirm(registration)
    elif mine.state == State.UNCONFIRMED:
        return render(request, "events/signup_confirm.html", {"mine": mine})
    return redirect("events:my_registration", token=token)


@personal_page
def my_registration(request, registration, token):
    """Where a sign-up stands; its buttons take an offered seat, give a seat back, and erase what we know."""
    refusal = ""
    if request.method == "POST":
        try:
            return _done(request.POST.get("deed"), registration, token)
        except Refused as refused:
            refusal = str(refused)
            registration = registering.registration_of(token)
    context = {"mine": Personal(registration, timezone.now()), "token": token, "refusal": refusal}
    if registration.state == State.CONFIRMED:
        context["attendance"] = attending.my_attendance(registration)
    return render(request, "events/my_registration.html", context)


def _done(deed: str | None, registration: Registration, token: str) -> HttpResponse:
    if deed == "erase":
        retention.erase(registration)
        return redirect("events:sign_up_erased", slug=registration.event.slug)
    if deed == "accept":
        registering.accept(registration)
    elif deed == "cancel":
        registering.cancel(registration)
    return redirect("events:my_registration", token=token)


@personal_page
def change_registration(request, registration, token):
    """What a participant told us, to be put right."""
    mine = Personal(registration, timezone.now())
    if not mine.may_change:
        return redirect("events:my_registration", token=token)
    form = ChangeForm(registration, outlook_of(mine.event), _sent(request))
    if form.is_valid():
        try:
            registering.change(registration, **form.told)
            return redirect("events:my_registration", token=token)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "events/change_registration.html", {"mine": mine, "token": token, "form": form})


@personal_page
def hand_over(request, registration, token):
    """A colleague comes instead. The answer is the same whether or not the colleague was signed up."""
    mine = Personal(registration, timezone.now())
    if not mine.may_hand_over:
        return redirect("events:my_registration", token=token)
    form = ColleagueForm(_sent(request))
    if form.is_valid():
        try:
            _hand_over(request, registration, form.cleaned_data)
            return redirect("events:sign_up_handed_over", slug=mine.event.slug)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "events/hand_over.html", {"mine": mine, "token": token, "form": form})


def _hand_over(request, registration: Registration, colleague: dict) -> None:
    _count(request, colleague["email"])
    registering.substitute(registration, **colleague)


@secret_page
def invitation(request, token):
    """Sign up with the address that was written to, which the link proves."""
    asked = inviting.invitation_of(token)
    if asked is None:
        return _void(request, "unknown")
    if registration := inviting.sign_up_of(asked):
        return _accepted_already(request, asked, registration)
    outlook, form = outlook_of(asked.event, is_invited=True), None
    if outlook.takes_sign_ups:
        initial = {"organization_name": asked.organization_name}
        form = SignUpForm(asked.event, outlook, _sent(request), initial)
        if form.is_valid():
            try:
                return _accepted(asked, form)
            except Refused as refusal:
                form.add_error(None, str(refusal))
        if form.is_bound:
            form.renew(SignUpForm.stamp_for(asked.event))
    context = {"asked": asked, "event": asked.event, "outlook": outlook, "form": form, "token": token}
    return render(request, "events/invitation.html", context)


def _accepted_already(request, asked: Invitation, registration: Registration) -> HttpResponse:
    """The way to the personal page is told as long as no colleague has taken over."""
    is_theirs = registration.email.lower() == asked.email.lower()
    personal = registering.token_of(registration) if is_theirs else ""
    return render(request, "events/invitation_accepted.html", {"event": asked.event, "personal": personal})


@secret_page
def decline_invitation(request, token):
    """One click; who is signed up is told so by the invitation's page."""
    asked = inviting.invitation_of(token)
    if asked and request.method == "POST":
        with suppress(Refused):
            inviting.decline(asked)
    return redirect("events:invitation", token=token)


def _accepted(asked: Invitation, form: SignUpForm) -> HttpResponse:
    registration = registering.sign_up(
        asked.event, email=asked.email, invitation=asked, consent_version=form.notice, **form.told
    )
    return redirect("events:my_registration", token=registering.token_of(registration))
