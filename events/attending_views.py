"""Participants say that they are there: with the code shown in the room, on the day of the meeting alone."""

from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from events import attending
from events.attending_forms import CheckInForm, OwnCheckInForm
from events.registering import registration_of
from lmh_portal.core.plain_input import without_controls
from lmh_portal.visitors.services import times_today, visitor
from lmh_portal.visitors.views import secret_page, takes_visitors_forms

WRONG_CODE = _("This is not the code of a meeting today. Codes hold only on the day itself.")
TOO_OFTEN = _("Too many codes were tried from here today. Please tell the coordinator that you are here.")


def _is_too_often(request) -> bool:
    return times_today("check in", *visitor(request)) > attending.TRIES_A_DAY


@never_cache
@takes_visitors_forms
def check_in(request):
    """For those without their personal link at hand; the answer is the same whether or not the address is known."""
    meeting = None
    if request.method == "POST":
        form = CheckInForm(without_controls(request.POST))
        if form.is_valid():
            if _is_too_often(request):
                form.add_error(None, TOO_OFTEN)
            elif meeting := attending.check_in_by_email(form.cleaned_data["email"], form.cleaned_data["code"]):
                return render(request, "events/checked_in.html", {"event": meeting.event})
            else:
                form.add_error("code", WRONG_CODE)
        form.renew(CheckInForm.new_stamp())
    else:
        form = CheckInForm(initial={"code": request.GET.get("code", "")[:40], "stamp": CheckInForm.new_stamp()})
    return render(request, "events/check_in.html", {"form": form})


@secret_page
def check_in_own(request, token):
    """The same behind the personal link: one field and one button."""
    registration = registration_of(token)
    if registration is None:
        return render(request, "events/link_gone.html", status=404)
    form = OwnCheckInForm(without_controls(request.POST)) if request.method == "POST" else OwnCheckInForm()
    if request.method == "POST" and form.is_valid():
        if _is_too_often(request):
            form.add_error(None, TOO_OFTEN)
        elif attending.check_in(registration, form.cleaned_data["code"]):
            return redirect("events:check_in_own", token=token)
        else:
            form.add_error("code", WRONG_CODE)
    context = {"event": registration.event, "mine": attending.my_attendance(registration), "form": form}
    return render(request, "events/check_in_own.html", context)
