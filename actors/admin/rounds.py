"""Confirmation rounds on the editors' desk: planned, started, followed, revoked."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from actors import confirming
from actors.models import Organization, Verification, VerificationRequest, VerificationRound
from lmh_portal.vocabulary.terms import terms

Answer = VerificationRequest.Answer
SHOWN_AT_MOST = 200  # organisations without a contact, in a preview
PAGE_SIZE = 100


class RoundForm(forms.Form):
    """Which organisations are asked; nothing chosen: all that are published."""

    organization_type = forms.ChoiceField(label=gettext_lazy("Type of organisation"), required=False)
    municipality = forms.ChoiceField(label=gettext_lazy("Seat in municipality"), required=False)
    topic = forms.ChoiceField(label=gettext_lazy("Topic"), required=False)
    verification = forms.MultipleChoiceField(
        label=gettext_lazy("Confirmation"),
        required=False,
        choices=Verification.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    before = forms.DateField(
        label=gettext_lazy("Not confirmed since"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Those, too, that were never confirmed."),
    )
    paths = {
        "organization_type": "organization_type",
        "municipality": "municipality",
        "topic": "topic_items__tag__ancestors",
    }

    def __init__(self, data=None):
        super().__init__(data)
        kinds = {"organization_type": "organization_type", "municipality": "area", "topic": "topic"}
        for name, kind in kinds.items():
            rows = [(str(pk), str(term)) for pk, term in terms(kind).items() if self._fits(name, term)]
            self.fields[name].choices = [("", _("All")), *rows]

    def _fits(self, name: str, term) -> bool:
        return name != "municipality" or term.detail == "municipality"

    def organizations(self):
        rows = Organization.objects.published()
        for name, path in self.paths.items():
            if chosen := self.cleaned_data[name]:
                rows = rows.filter(pk__in=Organization.objects.filter(**{path: chosen}).values("pk"))
        if states := self.cleaned_data["verification"]:
            rows = rows.filter(verification__in=states)
        if day := self.cleaned_data["before"]:
            rows = rows.filter(Q(assured_on=None) | Q(assured_on__lt=day))
        return rows

    @property
    def scope(self) -> str:
        """What was chosen, in words that stay with the round."""
        found = [self._named(name) for name in self.fields if self.cleaned_data[name]]
        return "; ".join(found) or _("All published organisations")

    def _named(self, name: str) -> str:
        field, value = self.fields[name], self.cleaned_data[name]
        if name == "before":
            return f"{field.label} {date_format(value, 'SHORT_DATE_FORMAT')}"
        labels = dict(field.choices)
        values = value if isinstance(value, list) else [value]
        return f"{field.label}: {', '.join(str(labels[one]) for one in values)}"


@admin.register(VerificationRound)
class RoundAdmin(admin.ModelAdmin):
    """Both pages are our own: one plans and starts a round, the other follows it."""

    list_display = ["scope", "started_at", "started_by", "asked", "answered", "rate", "waiting", "expires_at"]
    list_select_related = ["started_by"]
    list_per_page = 50
    search_fields = ["scope"]

    def get_queryset(self, request):
        return super().get_queryset(request).with_figures()

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=gettext_lazy("asked"))
    def asked(self, started):
        return started.asked

    @admin.display(description=gettext_lazy("answered"))
    def answered(self, started):
        return started.answered

    @admin.display(description=gettext_lazy("response rate"))
    def rate(self, started):
        return f"{started.response_rate} %"

    @admin.display(description=gettext_lazy("waiting"))
    def waiting(self, started):
        return started.waiting

    # --- planned and started

    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = RoundForm(request.GET if "preview" in request.GET else None)
        plan = confirming.plan(form.organizations()) if form.is_bound and form.is_valid() else None
        if request.method == "POST" and plan:
            return self._started(request, form, plan)
        context = self.admin_site.each_context(request) | {
            "title": _("Start a confirmation round"),
            "opts": self.opts,
            "form": form,
            "query": request.GET.urlencode(),
            "plan": plan and self._preview(form, plan),
        }
        return TemplateResponse(request, "admin/actors/verificationround/add_form.html", context)

    def _preview(self, form, plan) -> dict:
        return {
            "scope": form.scope,
            "letters": plan.contacts.count(),
            "waiting": plan.waiting.count(),
            "silent": plan.silent.count(),
            "shown": list(plan.silent[:SHOWN_AT_MOST]),
        }

    def _started(self, request, form, plan):
        """Start what was previewed; where the number of letters is another by now, show it once more."""
        if request.POST.get("letters") != str(plan.contacts.count()):
            messages.warning(request, _("The register has changed since the preview: look at the number again."))
            return HttpResponseRedirect(request.get_full_path())
        try:
            started = confirming.start_round(
                organizations=form.organizations(), scope=form.scope, started_by=request.user
            )
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            return HttpResponseRedirect(request.get_full_path())
        self.log_addition(request, started, [{"added": {}}])
        messages.success(request, _("The round has started. Its letters go out in the background."))
        return HttpResponseRedirect(self._address(started))

    def _address(self, started) -> str:
        return reverse("admin:actors_verificationround_change", args=[started.pk])

    # --- followed

    def change_view(self, request, object_id, form_url="", extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not object_id.isdecimal():
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        started = get_object_or_404(self.get_queryset(request).select_related("started_by"), pk=object_id)
        if request.method == "POST":
            return self._revoked(request, started)
        show = request.GET.get("show", "waiting")
        rows = started.requests.select_related("organization", "contact").order_by("pk").filter(*self._chosen(show))
        context = self.admin_site.each_context(request) | {
            "title": _("Confirmation round"),
            "opts": self.opts,
            "round": started,
            "figures": self._figures(started, show),
            "show": show,
            "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
            "may_revoke": self.has_change_permission(request),
        }
        return TemplateResponse(request, "admin/actors/verificationround/change_form.html", context)

    def _figures(self, started, show: str) -> list[tuple]:
        """Name, label, number and whether it is shown, of each kind of request."""
        labels = {
            "waiting": _("Waiting for an answer"),
            **{answer.value: str(answer.label) for answer in Answer},
            "expired": _("Expired without an answer"),
            "revoked": _("Revoked"),
        }
        numbers = {answer: getattr(started, f"answered_{answer}") for answer in Answer.values}
        numbers |= {name: getattr(started, name) for name in ["waiting", "expired", "revoked"]}
        return [(name, label, numbers[name], name == show) for name, label in labels.items()]

    def _chosen(self, show: str) -> list[Q]:
        now = timezone.now()
        if show in Answer.values:
            return [Q(answer=show)]
        if show == "revoked":
            return [Q(revoked_at__isnull=False)]
        in_time = Q(expires_at__lte=now) if show == "expired" else Q(expires_at__gt=now)
        return [Q(answer="", revoked_at=None), in_time]

    def _revoked(self, request, started):
        """Revoke one link or, with the other button, all that wait."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        number = request.POST.get("revoke", "")
        if number != "all" and not (number.isascii() and number.isdecimal() and len(number) < 19):
            raise PermissionDenied
        chosen = started.requests.all() if number == "all" else started.requests.filter(pk=number)
        count = confirming.revoke(chosen)
        text = ngettext("%(count)d link was revoked.", "%(count)d links were revoked.", count) % {"count": count}
        self.log_change(request, started, text)
        messages.success(request, text)
        return HttpResponseRedirect(self._address(started))
