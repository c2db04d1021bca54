"""One person's data, given out or erased as they ask, and what is due to be erased.

The address is sent in a form alone: it never stands in an address, a log or the history.
"""

import datetime as dt

from django import forms
from django.contrib import messages
from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect, JsonResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from events import retention
from events.models import Registration
from lmh_portal.core.templatetags.portal import clock, day

PARTS = {
    "registrations": gettext_lazy("Sign-ups"),
    "invitations": gettext_lazy("Invitations"),
    "letters": gettext_lazy("Letters"),
}
LABELS = {
    "event": gettext_lazy("Event"),
    "event_starts": gettext_lazy("Event starts"),
    "name": gettext_lazy("Name"),
    "email": gettext_lazy("E-mail"),
    "organization": gettext_lazy("Organisation"),
    "staff_group": gettext_lazy("Staff group"),
    "municipality": gettext_lazy("Municipality"),
    "form": gettext_lazy("Form"),
    "state": gettext_lazy("State"),
    "signed_up": gettext_lazy("Signed up"),
    "privacy_notice": gettext_lazy("Version of the privacy notice"),
    "diet": gettext_lazy("Diet"),
    "access_needs": gettext_lazy("What is needed to take part"),
    "answers": gettext_lazy("Answers"),
    "attended": gettext_lazy("Meetings attended"),
    "certificate": gettext_lazy("Certificate"),
    "subject": gettext_lazy("Subject"),
    "written": gettext_lazy("Written"),
    "sent": pgettext_lazy("when a letter was", "sent"),
}
DUE = {
    "protected_data": gettext_lazy("Diet and access needs, of so many persons"),
    "answers": gettext_lazy("Answers to the events' own questions"),
    "persons": gettext_lazy("Names and addresses, of so many sign-ups"),
    "invitations": gettext_lazy("Addresses of invited persons"),
}


class PersonForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy(
            "Make sure that it is the person who asks. The address stands in no history; that somebody was looked at"
            " does."
        ),
    )


class Persons:
    """Mixed into the events' model admin."""

    def get_urls(self):
        view = sensitive_post_parameters()(self.admin_site.admin_view(self.person))
        return [path("person/", view, name="events_person"), *super().get_urls()]

    def person(self, request):
        """Looking comes first, and erasing is asked for twice."""
        if not request.user.has_perm("events.erase_registration"):
            raise PermissionDenied
        deed = request.POST.get("deed", "")
        if deed == "erase_due":
            return self._erased_due(request)
        form = PersonForm(request.POST if request.method == "POST" else None)
        given = retention.data_of(form.cleaned_data["email"]) if form.is_valid() else None
        if given and deed in {"download", "erase"}:
            return {"download": self._downloaded, "erase": self._erased}[deed](request, form, given)
        if given:
            _note(request, CHANGE, _("A person's data was looked at"))
        return self.page(
            request,
            "person",
            _("A person's data"),
            form=form,
            held=_shown(given) if given else None,
            is_asked=deed == "ask",
            due=[(DUE[name], count) for name, count in retention.due().counts()._asdict().items()],
        )

    def _downloaded(self, request, form, given):
        _note(request, CHANGE, _("A person's data was downloaded"))
        headers = {"Content-Disposition": 'attachment; filename="person.json"'}
        return JsonResponse(given, json_dumps_params={"ensure_ascii": False, "indent": 2}, headers=headers)

    def _erased(self, request, form, given):
        count = retention.erase_person(form.cleaned_data["email"])
        text = ngettext(
            "A person's data was erased: %(count)d sign-up", "A person's data was erased: %(count)d sign-ups", count
        )
        _note(request, DELETION, text % {"count": count})
        messages.success(request, text % {"count": count})
        return HttpResponseRedirect(reverse("admin:events_person"))

    def _erased_due(self, request):
        done = retention.erase_due()
        text = ", ".join(f"{DUE[name]}: {count}" for name, count in done._asdict().items())
        _note(request, DELETION, _("What was due was erased: %(counts)s") % {"counts": text})
        messages.success(request, _("What was due was erased: %(counts)s") % {"counts": text})
        return HttpResponseRedirect(reverse("admin:events_person"))


def _note(request, action: int, sentence: str) -> None:
    """In the history of all participants, for one of their own would name them."""
    LogEntry.objects.create(
        user=request.user,
        content_type=ContentType.objects.get_for_model(Registration),
        object_repr=str(Registration._meta.verbose_name_plural),
        action_flag=action,
        change_message=sentence,
    )


def _shown(given: dict[str, list[dict]]) -> list[tuple]:
    """Each part that holds something, with its rows as labels and texts."""
    return [
        (PARTS[part], [[(LABELS[name], _text(value)) for name, value in row.items() if value] for row in rows])
        for part, rows in given.items()
        if rows
    ]


def _text(value) -> str:
    if isinstance(value, dt.datetime):
        return f"{day(value)} {clock(value)}"
    if isinstance(value, dict):
        return "; ".join(f"{name} {text}" for name, text in value.items() if text)
    return "; ".join(map(_text, value)) if isinstance(value, list) else str(value)
