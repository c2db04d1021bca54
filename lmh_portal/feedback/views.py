from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt

from lmh_portal.core.plain_input import without_controls
from lmh_portal.feedback import services
from lmh_portal.feedback.forms import ContactForm, new_stamp


@csrf_exempt  # visitors have no cookie: the signed time and the Origin header take its place
def contact(request):
    if request.method == "POST":
        _refuse_other_sites(request)
        form = ContactForm(without_controls(request.POST))
        if form.is_valid():
            try:
                services.receive_message(language=get_language(), **_fields(form))
                return redirect("feedback:contact_sent")
            except ValidationError as refusal:
                form.add_error(None, refusal)
        form.data = form.data.copy()
        form.data["stamp"] = new_stamp()
    else:
        asked = {"kind": request.GET.get("kind"), "page": request.GET.get("page", "")[:500]}
        form = ContactForm(initial=asked | {"stamp": new_stamp()})
    return render(request, "feedback/contact.html", {"form": form})


def contact_sent(request):
    return render(request, "feedback/contact_sent.html")


def _fields(form):
    return {name: form.cleaned_data[name] for name in ["kind", "text", "page", "email"]}


def _refuse_other_sites(request):
    origin = request.headers.get("Origin")
    if origin is not None and origin.partition("://")[2] != request.get_host():
        raise PermissionDenied
