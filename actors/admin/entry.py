"""What organisations and services have in common on the editors' desk."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from actors.admin.exporting import Exportable
from actors.admin.links import change_address, links
from actors.admin.merging import MERGED_AT_MOST, merge_page
from actors.duplicates import NEAR, similar_to, with_double
from actors.models import FormerAddress, Verification
from actors.models.entry import Entry
from actors.models.place import may_see_protected
from lmh_portal.core.admin import PublishableAdmin, Status, Todo, list_address
from lmh_portal.core.translated import columns, sort_column

CENTRE = "LMH"  # who confirms, when an editor of ours does: never a person's name
DECIDES = {*columns("name"), "organization_number", *NEAR.values()}  # on these it depends what is similar


class EntryForm(forms.ModelForm):
    def _post_clean(self):
        """When all else is well, ask about entries that may be this one; saving again with the box ticked overrules."""
        super()._post_clean()
        if self.errors or "save_anyway" in self.data or not DECIDES & set(self.changed_data):
            return
        if similar := list(similar_to(self.instance)):
            self.add_error(None, forms.ValidationError(question_about(similar), code="similar"))

    def clean_assured_on(self):
        day = self.cleaned_data["assured_on"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(gettext("This day is still to come."))
        return day


def question_about(similar: list[Entry]) -> str:
    """Names the similar entries, with a box that says that this is another one."""
    return format_html(
        '{}{}<label><input type="checkbox" name="save_anyway"> {}</label>',
        gettext("Is it in the register already? These are similar:"),
        links(similar, note=lambda row: getattr(row, NEAR[type(row)]) or row.slug),
        gettext("It is another one: save it."),
    )


class DoubleFilter(admin.SimpleListFilter):
    title = _("possible duplicates")
    parameter_name = "double"

    def lookups(self, request, model_admin):
        return [("yes", _("A similar one is there"))]

    def queryset(self, request, queryset):
        return with_double(queryset) if self.value() == "yes" else queryset


class EntryAdmin(Exportable, PublishableAdmin):
    form = EntryForm
    change_form_template = "admin/actors/entry_change_form.html"
    actions = [*PublishableAdmin.actions, "confirm_selected", "merge_selected"]
    search_fields = ["slug", *columns("name", "description")]
    confirmation = (
        _("Confirmation"),
        {
            "fields": ["certainty", "assured_on", "assured_by", "verification_now"],
            "description": _(
                "“Confirm today” on top of the page fills this in. Write here what you learn on other ways."
            ),
        },
    )
    help_texts = {
        "name": _("As the organisation writes it itself. Leave a language empty if there is no name in it."),
        "description": _("Two to five plain sentences: what it does, for whom, and what it costs."),
        "website": _("The page that visitors should land on, with https://."),
        "certainty": _("Shown on the page. Choose the first only if you have looked it up yourself."),
        "assured_on": _("When somebody last said that the facts are right. Half a year later it is time again."),
        "slug": _(
            "The last part of the page's address, the same in every language. If you change it, the old address leads"
            " to the new one."
        ),
    }  # fmt: skip

    def get_ordering(self, request):
        return [sort_column("name"), "pk"]

    def has_delete_permission(self, request, obj=None):
        """Places go along: whoever deletes must be able to see them all."""
        return may_see_protected(request.user) and super().has_delete_permission(request, obj)

    def has_merge_permission(self, request) -> bool:
        label = self.opts.model_name
        return request.user.has_perms([f"actors.change_{label}", f"actors.delete_{label}"])

    def save_model(self, request, obj, form, change):
        if "assured_on" in form.changed_data:
            obj.verification = obj.verification_on(timezone.localdate())
        super().save_model(request, obj, form, change)
        if change and "slug" in form.changed_data:
            FormerAddress.objects.keep(obj, form.initial["slug"])

    def todo(self):
        yield from super().todo()
        plural = self.opts.verbose_name_plural
        unconfirmed = {"status__exact": Status.PUBLISHED, "verification__exact": Verification.UNCONFIRMED}
        count = self.model.objects.published().filter(verification=Verification.UNCONFIRMED).count()
        yield Todo(
            gettext("Not confirmed: %(kind)s") % {"kind": plural}, count, list_address(self.model, **unconfirmed)
        )
        doubles = with_double(self.model.objects.order_by()).count()
        label = gettext("Possible duplicates: %(kind)s") % {"kind": plural}
        yield Todo(label, doubles, list_address(self.model, double="yes"))

    # --- what the facts are worth

    def get_urls(self):
        view, name = self.admin_site.admin_view, f"actors_{self.opts.model_name}"
        return [
            path("<int:pk>/confirm/", view(require_POST(self.confirm)), name=f"{name}_confirm"),
            path("merge/", view(self.merge), name=f"{name}_merge"),
            *super().get_urls(),
        ]

    def render_change_form(self, request, context, **kwargs):
        obj = kwargs.get("obj")
        may_confirm = bool(obj and self.has_change_permission(request, obj))
        confirm = reverse(f"admin:actors_{self.opts.model_name}_confirm", args=[obj.pk]) if may_confirm else ""
        return super().render_change_form(request, context | {"confirm_address": confirm}, **kwargs)

    def confirm(self, request, pk):
        row = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        self._confirm(request, [row])
        messages.success(request, gettext("Confirmed: the facts are right today."))
        return HttpResponseRedirect(change_address(row))

    @admin.action(description=_("Confirm today: the facts are right"), permissions=["change"])
    def confirm_selected(self, request, queryset):
        rows = list(queryset)
        self._confirm(request, rows)
        text = ngettext("%(count)d entry was confirmed.", "%(count)d entries were confirmed.", len(rows))
        messages.success(request, text % {"count": len(rows)})

    def _confirm(self, request, rows: list[Entry]) -> None:
        for row in rows:
            row.confirm(CENTRE)
            row.save(update_fields=["assured_on", "assured_by", "verification", "updated_at"])
            self.log_change(request, row, gettext("Confirmed by %(who)s") % {"who": CENTRE})

    @admin.display(description=_("confirmation"), ordering="verification")
    def verification_badge(self, row):
        return format_html('<span class="badge badge--{}">{}</span>', row.verification, row.get_verification_display())

    @admin.display(description=_("confirmation"))
    def verification_now(self, row):
        return self.verification_badge(row) if row.pk else "–"

    # --- the same twice

    @admin.action(description=_("Merge the selected into one"), permissions=["merge"])
    def merge_selected(self, request, queryset):
        ids = list(queryset.values_list("pk", flat=True)[: MERGED_AT_MOST + 1])
        if not 2 <= len(ids) <= MERGED_AT_MOST:
            text = gettext("Choose two entries to merge, or up to %(count)d.") % {"count": MERGED_AT_MOST}
            return messages.error(request, text)
        address = reverse(f"admin:actors_{self.opts.model_name}_merge")
        return HttpResponseRedirect(f"{address}?ids={','.join(map(str, ids))}")

    def merge(self, request):
        return merge_page(self, request)
