"""Related pages on the editors' desk: what a page's panel always shows, and what never."""

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.contenttypes.admin import GenericTabularInline
from django.contrib.contenttypes.forms import BaseGenericInlineFormSet
from django.db.models import Q
from django.http import JsonResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lmh_portal.core.admin import PartOfPage
from lmh_portal.core.models import Publishable
from lmh_portal.core.translated import columns
from lmh_portal.home.models import RelatedChoice
from lmh_portal.home.related import KINDS

Status = Publishable.Status
FOUND = 6  # pages of each kind that a search offers
MODELS = {model._meta.label_lower: model for model, *_rest in KINDS}


def key_of(page) -> str:
    return f"{page._meta.label_lower}:{page.pk}"


def page_of(key: str):
    """The page with this key, whether it is public or not; None where there is none."""
    kind, _colon, pk = key.partition(":")
    if kind not in MODELS or not (pk.isascii() and pk.isdecimal() and len(pk) < 19):
        return None
    return MODELS[kind].objects.filter(pk=pk).first()


def title_of(page) -> str:
    return f"{page} ({page._meta.verbose_name})"


def pages_found(request):
    """Public pages whose title has every word that was typed, for the field in which one is chosen."""
    words = request.GET.get("term", "").split()[:8]
    found = [page for model, title, *_rest in KINDS for page in _with_words(model, title, words)[:FOUND]]
    results = [{"id": key_of(page), "text": title_of(page)} for page in found]
    return JsonResponse({"results": results, "pagination": {"more": False}})


def _with_words(model, title: str, words: list[str]):
    rows = model.objects.published().only(*columns(title))
    for word in words:
        rows = rows.filter(Q.create([(f"{column}__icontains", word) for column in columns(title)], Q.OR))
    return rows.order_by("-pk")


class PageSelect(AutocompleteSelect):
    """Django's own field for searching, which asks us instead of one model."""

    def get_url(self):
        return reverse("related_pages")

    def optgroups(self, name, value, attr=None):
        chosen = [page for key in value if key and (page := page_of(key))]
        options = [("", "", False)] + [(key_of(page), title_of(page), True) for page in chosen]
        return [
            (None, [self.create_option(name, key, label, selected, number)], number)
            for number, (key, label, selected) in enumerate(options)
        ]


class PageField(forms.CharField):
    def clean(self, value):
        key = super().clean(value)
        page = page_of(key)
        if key and page is None:
            raise forms.ValidationError(_("This page does not exist any more."))
        return page


class ChoiceForm(forms.ModelForm):
    other = PageField(label=_("page"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field, page = self.fields["other"], self.instance.target
        field.required = page is not None or not self.instance.pk  # a page that is gone does not hinder the others
        field.widget = PageSelect(RelatedChoice._meta.get_field("target_type"), admin.site)
        field.widget.is_required = field.required
        if page:
            self.initial["other"] = key_of(page)

    def clean_other(self):
        page = self.cleaned_data["other"]
        if page and "other" in self.changed_data and page.status != Status.PUBLISHED:
            raise forms.ValidationError(_("This page is not published."))
        if page:
            self.instance.target = page
        return page


class ChoiceFormSet(BaseGenericInlineFormSet):
    def clean(self):
        """No page twice: those that another editor has added meanwhile count too."""
        super().clean()
        ours = {form.instance.pk for form in self.initial_forms}
        taken = {choice.target for choice in self.get_queryset() if choice.pk not in ours}
        for form in self.forms:
            page = form.cleaned_data.get("other")
            if page is None or self._should_delete_form(form):
                continue
            if page == self.instance:
                form.add_error("other", gettext("A page is not related to itself."))
            elif page in taken:
                form.add_error("other", gettext("This page is in the list already."))
            taken.add(page)


class RelatedInline(PartOfPage, GenericTabularInline):
    model = RelatedChoice
    form = ChoiceForm
    formset = ChoiceFormSet
    ct_field, ct_fk_field = "page_type", "page_id"
    fields = ["decision", "other"]
    verbose_name_plural = _("related pages that the panel always shows, or never")

    def get_queryset(self, request):
        """Whether somebody may see them depends on the page, which Django does not name here."""
        return RelatedChoice.objects.prefetch_related("target")

    def may_edit(self, request, obj=None) -> bool:
        """Of a page that exists; the next version of one has no panel of its own."""
        return obj is not None and not getattr(obj, "revises_id", None) and super().may_edit(request, obj)

    has_add_permission = has_change_permission = has_delete_permission = may_edit

    def has_view_permission(self, request, obj=None):
        return self.may_edit(request, obj)


for model in MODELS.values():
    page_admin = admin.site.get_model_admin(model)
    page_admin.inlines = [*page_admin.inlines, RelatedInline]
