"""Invitations to an event on the desk: pasted, looked at, sent, and sent again to those who are silent."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from events import invitation_lists, registering
from events.invitation_lists import AT_ONCE, CONDITIONS, State
from lmh_portal.core.admin import language_name
from lmh_portal.core.languages import SOURCE_LANGUAGE

PAGE_SIZE = 100
LONGEST = 60_000  # characters
MAY_INVITE = ["view_invitation", "add_invitation"]


class InvitationsForm(forms.Form):
    addresses = forms.CharField(
        label=gettext_lazy("E-mail addresses"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off"}),
        help_text=gettext_lazy("Paste them from anywhere: one on each line, or with commas. Names are left out."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the letter"), choices=settings.LANGUAGES, initial=SOURCE_LANGUAGE
    )
    organization_name = forms.CharField(
        label=gettext_lazy("Organisation"),
        required=False,
        max_length=150,
        help_text=gettext_lazy("If all of them come from the same."),
    )


class Invitations:
    """Mixed into the events' model admin."""

    def get_urls(self):
        return [
            self.event_path("invitations", self.invitations),
            self.event_path("invitations/remind", require_POST(self.remind_invited)),
            *super().get_urls(),
        ]

    def invitations(self, request, pk):
        """First what would happen, then the letters."""
        is_sent = request.method == "POST"
        event = self.asked(request, pk, *(MAY_INVITE if is_sent else MAY_INVITE[:1]))
        form = InvitationsForm(request.POST if is_sent else None)
        plan = None
        if is_sent and self._takes(event) and form.is_valid():
            plan = invitation_lists.plan(event, form.cleaned_data["addresses"])
            if "create" in request.POST and not plan.is_too_long:
                return self._invited(request, event, form.cleaned_data)
        rows = event.invitations.order_by("-sent_at", "-pk")
        chosen = request.GET.get("state", "")
        if chosen in State.values:
            rows = rows.filter(CONDITIONS[State(chosen)])
        page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
        for one in page.object_list:
            one.state, one.language_name = invitation_lists.state_of(one), language_name(one.language)
        return self.page(
            request,
            "invitations",
            _("Invitations"),
            event,
            form=form if self._takes(event) and request.user.has_perm("events.add_invitation") else None,
            plan=plan,
            at_once=AT_ONCE,
            page=page,
            chosen=chosen if chosen in State.values else "",
            figures=figures(event),
            silent=invitation_lists.unanswered(event).count() if self._takes(event) else 0,
            may_remind=request.user.has_perm("events.change_invitation"),
        )

    def _takes(self, event) -> bool:
        """Whether those invited could sign up, now or when it opens."""
        windows = registering.Window
        return registering.window(event) in {windows.OPEN, windows.EARLY, windows.INVITED}

    def _invited(self, request, event, given: dict):
        count = invitation_lists.invite(
            event, given["addresses"], language=given["language"], organization_name=given["organization_name"]
        )
        self.log_change(request, event, _("Invited: %(count)d") % {"count": count})
        text = ngettext("%(count)d invitation was sent.", "%(count)d invitations were sent.", count)
        messages.success(request, text % {"count": count})
        return self.to(event, "invitations")

    def remind_invited(self, request, pk):
        event = self.asked(request, pk, "view_invitation", "change_invitation")
        if not self._takes(event):
            raise PermissionDenied
        count = invitation_lists.remind(event)
        self.log_change(request, event, _("Reminded: %(count)d") % {"count": count})
        text = ngettext("%(count)d reminder was sent.", "%(count)d reminders were sent.", count)
        messages.success(request, text % {"count": count})
        return self.to(event, "invitations")


def figures(event) -> list[tuple]:
    counted = event.invitations.aggregate(
        **{state.value: Count("pk", filter=condition) for state, condition in CONDITIONS.items()}
    )
    return [(state.value, state.label, counted[state.value]) for state in State]
