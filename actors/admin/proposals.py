"""Partners' proposals on the editors' desk: what is proposed beside what is there, and the decision."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import F
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actors import proposing
from actors.models import ChangeProposal, Organization
from lmh_portal.core.admin import Todo, language_name, list_address

State = ChangeProposal.State
MAY_DECIDE = "actors.decide_changeproposal"


class DecisionForm(forms.Form):
    """Which parts to take over, and what to tell the proposer."""

    take = forms.MultipleChoiceField(required=False)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("To the proposer"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Goes out with the letter, in the language of the proposal. Needed when you reject."),
    )

    def __init__(self, data, found: list[proposing.Difference]):
        super().__init__(data, initial={"seen": proposing.seen(found)})
        self.fields["take"].choices = [(one.part.name, one.label) for one in found]
        self.looks_again = False

    def is_ticked(self, one: proposing.Difference) -> bool:
        """As it was sent; at first, and when the page has changed meanwhile, what nobody else has changed."""
        if self.is_bound and not self.looks_again:
            return one.part.name in self.data.getlist("take")
        return not one.is_conflict and not one.is_done


class KindFilter(admin.SimpleListFilter):
    title = gettext_lazy("what it is about")
    parameter_name = "about"
    conditions = {
        "organization": {"organization__isnull": False},
        "service": {"service__isnull": False},
        "new": {"organization": None, "service": None},
    }

    def lookups(self, request, model_admin):
        return [("organization", _("Organisation")), ("service", _("Service")), ("new", _("New actor"))]

    def queryset(self, request, queryset):
        return queryset.filter(**self.conditions.get(self.value(), {}))


@admin.register(ChangeProposal)
class ProposalAdmin(admin.ModelAdmin):
    """The change page is our own: it shows differences, and decides."""

    list_display = ["about", "kind", "state_badge", "proposed_by", "language_label", "created_at", "decided_by"]
    list_filter = ["state", KindFilter, "language"]
    list_select_related = ["organization", "service", "decided_by"]
    list_per_page = 50
    search_fields = ["email", "function", "organization__name_sv", "service__name_sv"]

    def get_ordering(self, request):
        """What waits comes first, the oldest on top."""
        return [F("decided_at").desc(nulls_first=True), "created_at", "pk"]

    def has_add_permission(self, request):
        return False

    has_change_permission = has_delete_permission = lambda self, request, obj=None: False

    def todo(self):
        waiting = ChangeProposal.objects.open().count()
        yield Todo(_("Proposals from partners"), waiting, list_address(ChangeProposal, state__exact=State.OPEN))

    @admin.display(description=gettext_lazy("what it is about"))
    def about(self, proposal):
        return str(proposal)

    @admin.display(description=gettext_lazy("kind"))
    def kind(self, proposal):
        if proposal.is_new or proposal.record is None:
            return _("New actor")
        return capfirst(proposal.record._meta.verbose_name)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_badge(self, proposal):
        return format_html('<span class="badge badge--{}">{}</span>', proposal.state, proposal.get_state_display())

    @admin.display(description=gettext_lazy("organisation and function"))
    def proposed_by(self, proposal):
        return proposal.function or "–"

    @admin.display(description=gettext_lazy("language"), ordering="language")
    def language_label(self, proposal):
        return language_name(proposal.language)

    # --- one proposal

    def change_view(self, request, object_id, form_url="", extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not object_id.isdecimal():
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        proposal = get_object_or_404(ChangeProposal.objects.for_desk(), pk=object_id)
        found = proposing.differences(proposal)
        form = DecisionForm(request.POST if request.method == "POST" else None, found)
        if request.method == "POST":
            if not request.user.has_perm(MAY_DECIDE):
                raise PermissionDenied
            if form.is_valid():
                try:
                    return self._decided(request, proposal, form)
                except ValidationError as refusal:
                    form.add_error(None, refusal.messages)
                    form.looks_again = getattr(refusal, "code", "") == "changed"
                    proposal = ChangeProposal.objects.for_desk().get(pk=proposal.pk)
                    found = proposing.differences(proposal)
        return TemplateResponse(
            request,
            "admin/actors/changeproposal/change_form.html",
            self.admin_site.each_context(request) | self._page(request, proposal, form, found),
        )

    def _page(self, request, proposal, form, found) -> dict:
        record = None if proposal.is_new and proposal.is_open else proposal.record
        return {
            "title": _("Proposal: %(about)s") % {"about": proposal},
            "opts": self.opts,
            "proposal": proposal,
            "record_address": self._record_address(record) if record else "",
            "kind": self.kind(proposal),
            "language": language_name(proposal.language),
            "form": form,
            "seen": proposing.seen(found),
            "rows": [(one, form.is_ticked(one)) for one in found],
            "conflicts": sum(one.is_conflict for one in found),
            "may_decide": proposal.is_open and request.user.has_perm(MAY_DECIDE),
        }

    def _record_address(self, record) -> str:
        return reverse(f"admin:actors_{record._meta.model_name}_change", args=[record.pk])

    def _decided(self, request, proposal, form):
        reason = form.cleaned_data["reason"]
        if "approve" in request.POST:
            record = proposing.approve(
                proposal,
                names=form.cleaned_data["take"],
                seen_before=form.cleaned_data["seen"],
                reason=reason,
                editor=request.user,
            )
            address = self._record_address(record) if isinstance(record, Organization) and record.is_draft else ""
            done = _("The proposal was approved, and its sender is told.")
        elif "reject" in request.POST:
            proposing.reject(proposal, reason=reason, editor=request.user)
            done, address = _("The proposal was rejected, and its sender is told."), ""
        else:
            raise ValidationError(_("Press approve or reject."))
        messages.success(request, done)
        return HttpResponseRedirect(address or reverse("admin:actors_changeproposal_changelist"))
