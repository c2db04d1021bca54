"""Knowledge overviews on the editors' desk."""

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.urls import path, reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from knowledge import text
from knowledge.models import Citation, Overview, Reference
from knowledge.services import list_cited_references
from lmh_portal.core.admin import (
    PartOfPage,
    PublishableAdmin,
    Todo,
    TranslationFilter,
    language_name,
    list_address,
)
from lmh_portal.core.languages import LANGUAGES
from lmh_portal.core.translated import columns


def keys_of_references(keys) -> set[str]:
    """Those of the keys that are a reference's."""
    return set(Reference.objects.filter(key__in=keys).values_list("key", flat=True))


class OverviewForm(forms.ModelForm):
    def clean(self):
        """Refuse a text that cites what is not a reference."""
        cited = {code: text.cited_keys(self.cleaned_data.get(f"body_{code}") or "") for code in LANGUAGES}
        known = keys_of_references({key for keys in cited.values() for key in keys})
        for code, keys in cited.items():
            for key in keys:
                if key not in known:
                    self.add_error(f"body_{code}", self.unknown_key(code, key))
        return self.cleaned_data

    def unknown_key(self, code: str, key: str) -> str:
        message = gettext(
            "The text in %(language)s cites @%(key)s, but there is no reference with that key."
            " Add the reference first, or correct the key."
        )
        return message % {"language": language_name(code), "key": key}


class CitationInline(PartOfPage, admin.TabularInline):
    model = Citation
    fields = ["number", "reference"]
    readonly_fields = ["number"]
    autocomplete_fields = ["reference"]
    verbose_name_plural = _("references in the list under the text")

    @admin.display(description=_("number"))
    def number(self, citation):
        return citation.position if citation.pk else ""

    def has_change_permission(self, request, obj=None):
        """A row is added or removed; to change it would be both."""
        return False

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("reference")


class ReviewFilter(admin.SimpleListFilter):
    title = _("review")
    parameter_name = "review"

    def lookups(self, request, model_admin):
        return [("overdue", _("Overdue")), ("none", _("No date"))]

    def queryset(self, request, queryset):
        if self.value() == "overdue":
            return queryset.filter(review_due__lt=timezone.localdate())
        return queryset.filter(review_due=None) if self.value() == "none" else queryset


class OverviewList(ChangeList):
    def get_queryset(self, *args, **kwargs):
        return super().get_queryset(*args, **kwargs).defer(*columns("body_html"))


@admin.register(Overview)
class OverviewAdmin(PublishableAdmin):
    form = OverviewForm
    inlines = [CitationInline]
    translated_fields = ["title", "summary", "body", "review_function"]
    list_display = [
        "heading", "status_badge", "translations", "published_on", "review_due", "updated", "page_link",
    ]  # fmt: skip
    list_filter = [
        "status",
        ReviewFilter,
        TranslationFilter,
        "is_demo",
        ("topic_items__tag", admin.RelatedOnlyFieldListFilter),
    ]
    search_fields = ["slug", *columns("title", "summary", "body")]
    date_hierarchy = "published_on"
    ordering = ["-published_on", "-pk"]
    autocomplete_fields = ["target_groups", "staff_groups"]
    fieldsets = [
        (_("About the text"), {"fields": ["published_on", "searched_until", "reviewed_on", "review_due"]}),
        (_("What it is about"), {"fields": ["topics", "target_groups", "staff_groups"]}),
        PublishableAdmin.publication,
    ]
    help_texts = {
        "title": _("What the text answers, in a few words. Shown in lists and search results."),
        "summary": _("Two or three plain sentences, without Markdown: what a reader in a hurry must know."),
        "body": _(
            "Markdown: ## before a heading, - before each item of a list, an empty line between paragraphs."
            " Cite a reference by its key, [@karliner2007], several with semicolons. The list of references"
            " is made and numbered when you save."
        ),
        "review_function": _("A function, not a person: who sees to it that the text is reviewed."),
        "published_on": _("The day that readers see as the day of publication."),
        "searched_until": _("Up to what day studies were looked for."),
        "reviewed_on": _("The last day somebody checked that the text still holds."),
        "review_due": _("After this day the page says that a review is overdue."),
    }

    class Media:
        js = [
            forms.Script("admin_desk/markdown-preview.js", defer=True),
            forms.Script("admin_desk/citation-picker.js", defer=True),
        ]

    def get_changelist(self, request, **kwargs):
        return OverviewList

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in columns("body"):
            field.widget.attrs |= {
                "rows": 24,
                "data-citations": reverse_lazy("admin:knowledge_reference_search"),
                "data-citations-label": _("Cite a reference: type an author, a title or a year"),
                "data-citations-none": _("No reference found."),
                "data-citations-found": _("{count} found. Choose with the arrow keys and Enter."),
                "data-preview": reverse_lazy("admin:knowledge_overview_preview"),
                "data-preview-show": _("Preview"),
                "data-preview-failed": _("The preview could not be fetched. Are you still signed in?"),
            }
        elif db_field.name in columns("summary"):
            field.widget.attrs["rows"] = 4
        return field

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        list_cited_references(form.instance)

    def todo(self):
        yield from super().todo()
        overdue = Overview.objects.filter(review_due__lt=timezone.localdate()).count()
        yield Todo(gettext("Overviews to review"), overdue, list_address(Overview, review="overdue"))

    def get_urls(self):
        view = self.admin_site.admin_view(self.preview)
        return [path("preview/", view, name="knowledge_overview_preview"), *super().get_urls()]

    @method_decorator(require_POST)
    def preview(self, request):
        """The text as readers will see it, as a piece of HTML."""
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        body = request.POST.get("body", "")
        cited = text.cited_keys(body)
        known = keys_of_references(cited)
        numbers = {key: number for number, key in enumerate((key for key in cited if key in known), 1)}
        context = {
            "html": text.with_citations(text.render(body), numbers),
            "unknown": [key for key in cited if key not in known],
        }
        return render(request, "admin/knowledge/overview/_preview.html", context)
