"""The certificate behind the personal link, and the check of its code for everybody."""

from django import forms
from django.core import signing
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from events import certifying
from events.registering import registration_of
from lmh_portal.core.plain_input import without_controls
from lmh_portal.visitors.forms import StampedForm
from lmh_portal.visitors.services import times_today, visitor
from lmh_portal.visitors.views import secret_page, takes_visitors_forms


class CheckForm(StampedForm):
    """The code is sent in the form, so that no log and no history of a browser holds it."""

    signer = signing.TimestampSigner(salt="events.certificate check")
    code = forms.CharField(
        label=_("Code of the certificate"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"}),
    )

    def __init__(self, data=None, **kwargs):
        super().__init__(data, auto_id="%s", **kwargs)


@never_cache
@takes_visitors_forms
def certificate_check(request):
    is_valid = None
    if request.method == "POST":
        form = CheckForm(without_controls(request.POST))
        if form.is_valid():
            if times_today("certificate check", *visitor(request)) > certifying.CHECKS_A_DAY:
                form.add_error(None, _("Too many codes were checked from here today. Please come back tomorrow."))
            else:
                is_valid = certifying.is_valid(form.cleaned_data["code"])
        form.renew(CheckForm.new_stamp())
    else:
        form = CheckForm(initial={"stamp": CheckForm.new_stamp()})
    return render(request, "events/certificate_check.html", {"form": form, "is_valid": is_valid})


def _certificate(token: str):
    registration = registration_of(token)
    return registration and certifying.certificate_of(registration)


@secret_page
def certificate(request, token):
    found = _certificate(token)
    if found is None:
        return render(request, "events/link_gone.html", status=404)
    context = {
        "statement": certifying.statement_of(found),
        "event": found.registration.event,
        "token": token,
        "is_undrawable": "print" in request.GET,
    }
    return render(request, "events/certificate.html", context)


@secret_page
def certificate_pdf(request, token):
    found = _certificate(token)
    if found is None:
        return render(request, "events/link_gone.html", status=404)
    try:
        content = certifying.as_pdf(found)
    except certifying.NotDrawable:
        return HttpResponseRedirect(f"{reverse('events:certificate', args=[token])}?print=1")
    headers = {"Content-Disposition": f'attachment; filename="certificate-{found.registration.event.day}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
