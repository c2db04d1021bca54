"""Knowledge overviews on the editors' desk: writing, and what happens to what is written."""

from collections.abc import Iterator
from itertools import islice

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.admin.views.main import ChangeList
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path, reverse, reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from knowledge import readability, text, text_checks
from knowledge.admin.files import Files
from knowledge.admin.workflow import Workflow
from knowledge.editions import EXPLAINED, MARKDOWN, OF_FINDING, OF_IMPLICATION, named_texts, texts_of
from knowledge.models import (
    Citation,
    Finding,
    Implication,
    Overview,
    OverviewTranslation,
    Reference,
    TranslationState,
)
from knowledge.services import list_cited_references
from lmh_portal.core.admin import (
    PartOfPage,
    PublishableAdmin,
    Todo,
    TranslatedStack,
    TranslationFilter,
    language_name,
    list_address,
)
from lmh_portal.core.languages import LANGUAGES, SOURCE_LANGUAGE
from lmh_portal.core.translated import columns
from lmh_portal.vocabulary.glossary import explain

Status = Overview.Status
WARNINGS_SHOWN = 10


def keys_of_references(keys) -> set[str]:
    """Those of the keys that are a reference's."""
    return set(Reference.objects.filter(key__in=keys).values_list("key", flat=True))


def kind_of_mark(state: TranslationState) -> str:
    return "complete" if state == TranslationState.UP_TO_DATE else "missing"


def explained(data, html: SafeString) -> SafeString:
    """The HTML of a text with its terms marked and what they mean, if a page explains such a text."""
    field, language = data.get("field", ""), data.get("language", "")
    if language not in LANGUAGES or field not in columns(*EXPLAINED):
        return html
    with override(language):  # in which readers meet it
        marked, words = explain(html, language)
        return marked + render_to_string("components/term_definitions.html", {"words": words})


def refuse_unknown_citations(form: forms.ModelForm, fields: list[str]) -> None:
    """Refuse a text that cites what is not a reference."""
    cited = {name: text.cited_keys(form.cleaned_data.get(name) or "") for name in fields}
    known = keys_of_references({key for keys in cited.values() for key in keys})
    message = gettext(
        "The text in %(language)s cites @%(key)s, but there is no reference with that key."
        " Add the reference first, or correct the key."
    )
    for name, keys in cited.items():
        for key in [key for key in keys if key not in known]:
            form.add_error(name, message % {"language": language_name(name.rpartition("_")[2]), "key": key})


def refuse_unreadable(form: forms.ModelForm, fields: list[str]) -> None:
    """Refuse a text that is too long or too deep."""
    for name in fields:
        for refusal in text_checks.refusals(form.cleaned_data.get(name) or ""):
            form.add_error(name, refusal)


class OverviewForm(forms.ModelForm):
    """`seen` is the edition that the writer opened: what others save meanwhile is never overwritten unnoticed."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    followed_in = forms.MultipleChoiceField(
        label=_("Translations that follow this change"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(code, language.name) for code, language in LANGUAGES.items() if code != SOURCE_LANGUAGE],
        help_text=_("Tick a language whose text you have changed too. The others are marked as in need of an update."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "seen" in self.fields:
            self.fields["seen"].initial = self.instance.edition

    def clean(self):
        super().clean()
        names = [name for name in columns(*MARKDOWN) if name in self.fields]
        refuse_unknown_citations(self, names)
        refuse_unreadable(self, names)
        if self.instance.pk and "seen" in self.fields:
            self._compare_editions()
        return self.cleaned_data

    def _compare_editions(self):
        """Tell the second of two writers; their next save is then one that knows of the first."""
        now = Overview.objects.select_for_update().get(pk=self.instance.pk)
        if now.edition == self.cleaned_data.get("seen"):
            return
        self.data = self.data.copy()
        self.data[self.add_prefix("seen")] = now.edition
        self.add_error(None, self._who_was_first())

    def _who_was_first(self) -> str:
        entries = LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(Overview), object_id=str(self.instance.pk)
        )
        last = entries.select_related("user").order_by("-action_time").first()
        message = gettext(
            "%(name)s saved this text at %(time)s, after you had opened it. Nothing of yours is lost: it is still in"
            " this form. Look at what they wrote (open the text in another tab), then save again to replace it."
        )
        time = timezone.localtime(last.action_time) if last else timezone.localtime()
        name = last.user.get_username() if last else gettext("Somebody")
        return message % {"name": name, "time": date_format(time, "TIME_FORMAT")}


class PartForm(forms.ModelForm):
    texts: list[str] = []

    def clean(self):
        super().clean()
        names = [name for name in columns(*self.texts) if name in self.fields]
        refuse_unknown_citations(self, names)
        refuse_unreadable(self, names)
        return self.cleaned_data


class FindingForm(PartForm):
    texts = OF_FINDING


class ImplicationForm(PartForm):
    texts = OF_IMPLICATION


class OnlyInDrafts(PartOfPage):
    """Parts of a text that is in review or public stay as they are."""

    def may_edit(self, request, obj=None) -> bool:
        return super().may_edit(request, obj) and (obj is None or obj.status == Status.DRAFT)

    has_add_permission = has_change_permission = has_delete_permission = may_edit


class FindingInline(OnlyInDrafts, TranslatedStack):
    model = Finding
    form = FindingForm
    fields = ["statement", "certainty", "scale", "studies", "reasons", "position", "code"]
    help_texts = {
        "statement": _("One or two sentences. Cite as in the text: [@karliner2007]."),
        "certainty": _("Only as a GRADE panel rated it. Where nobody has: not rated."),
        "scale": _("GRADE-CERQual for findings of qualitative studies."),
        "reasons": _("Why it is not rated higher, in a sentence."),
    }


class ImplicationInline(OnlyInDrafts, TranslatedStack):
    model = Implication
    form = ImplicationForm
    fields = ["action", "text", "settings", "staff_groups", "finding", "position", "code"]
    autocomplete_fields = ["settings", "staff_groups"]
    help_texts = {
        "text": _("One plain sentence that somebody can act on."),
        "settings": _("Where it applies; readers list advice by setting."),
        "finding": _("Choose one after the findings have been saved."),
    }

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "finding":
            pk = request.resolver_match.kwargs.get("object_id")
            kwargs["queryset"] = Finding.objects.filter(overview=pk) if pk else Finding.objects.none()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class CitationInline(OnlyInDrafts, admin.TabularInline):
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
        return [("overdue", _("Overdue")), ("soon", _("Due in the next 60 days")), ("none", _("No date"))]

    def queryset(self, request, queryset):
        if self.value() == "overdue":
            return queryset.review_overdue()
        if self.value() == "soon":
            return queryset.review_due_soon()
        return queryset.filter(review_due=None) if self.value() == "none" else queryset


class OverviewList(ChangeList):
    def get_queryset(self, *args, **kwargs):
        return super().get_queryset(*args, **kwargs).defer(*columns(*MARKDOWN))


@admin.register(Overview)
class OverviewAdmin(Workflow, Files, PublishableAdmin):
    form = OverviewForm
    inlines = [FindingInline, ImplicationInline, CitationInline]
    actions = ["export_selected"]
    translated_fields = [
        "title", "question", "summary", "key_messages", "practice", "body", "gaps", "methods", "review_function",
        "change_note",
    ]  # fmt: skip
    list_display = [
        "heading", "status_badge", "translations", "owner", "published_on", "review_due", "updated", "page_link",
    ]  # fmt: skip
    list_filter = [
        "status",
        ReviewFilter,
        TranslationFilter,
        "is_demo",
        ("owner", admin.RelatedOnlyFieldListFilter),
        ("topic_items__tag", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["owner", "revises"]
    search_fields = ["slug", *columns("title", "summary", "body")]
    date_hierarchy = "published_on"
    ordering = ["-published_on", "-pk"]
    autocomplete_fields = ["target_groups", "staff_groups"]
    writing = [
        (_("About the text"), {"fields": ["overview_type", "license", "searched_until", "seen"]}),
        (_("What it is about"), {"fields": ["topics", "target_groups", "staff_groups"]}),
        (_("This version"), {"fields": ["significance", "followed_in"]}),
        (_("Publication"), {"fields": ["slug", "owner", "review_months", "is_demo"]}),
    ]
    keeping = [(_("Review"), {"fields": ["owner", "review_months", "review_due", "seen"]})]
    help_texts = {
        "title": _("What the text answers, in a few words. Shown in lists and search results."),
        "question": _("The question that the overview answers, in one sentence."),
        "summary": _("Two or three plain sentences, without Markdown: what a reader in a hurry must know."),
        "key_messages": _("At most three, one on each line, without Markdown. Readers see them first."),
        "practice": _("Markdown: what the findings mean for those who work with people. Headings start at ###."),
        "body": _(
            "Markdown: ## before a heading, - before each item of a list, an empty line between paragraphs."
            " Cite a reference by its key, [@karliner2007], several with semicolons. The list of references"
            " is made and numbered when you save."
        ),
        "gaps": _("Markdown: what nobody knows yet."),
        "methods": _("Markdown: how studies were looked for, chosen and weighed."),
        "review_function": _("A function, not a person: who sees to it that the text is reviewed."),
        "change_note": _("What is new in this version, in a sentence. Readers see it in the list of versions."),
        "searched_until": _("Up to what day studies were looked for."),
        "significance": _("Decides what translators are asked and readers are told. Not needed for a first version."),
        "license": _("How others may use the text. Needed before it is published."),
        "owner": _("Who is reminded when the text should be reviewed."),
        "review_months": _("After so many months the text is due for a new review."),
        "review_due": _("After this day the page says that a review is overdue."),
    }

    class Media:
        js = [
            forms.Script("admin_desk/markdown-preview.js", defer=True),
            forms.Script("admin_desk/citation-picker.js", defer=True),
        ]

    # --- forms

    def has_delete_permission(self, request, obj=None):
        """What was once public keeps its address: it is archived, not deleted."""
        return super().has_delete_permission(request, obj) and (obj is None or not obj.version)

    def get_fieldsets(self, request, obj=None):
        if obj and obj.status != Status.DRAFT:
            return self.keeping if obj.status == Status.PUBLISHED else [(None, {"fields": ["seen"]})]
        panels = [self.language_panel(language) for language in LANGUAGES.values()]
        return [*panels, *self.writing]

    def get_readonly_fields(self, request, obj=None):
        """The address of a page that is public already stays what it is."""
        return ["slug"] if obj and obj.revises_id else []

    def get_inline_instances(self, request, obj=None):
        """While the text is in review or public, only what is not a part of it."""
        inlines = super().get_inline_instances(request, obj)
        if obj is None or obj.status == Status.DRAFT:
            return inlines
        return [inline for inline in inlines if not isinstance(inline, OnlyInDrafts)]

    def render_change_form(self, request, context, obj=None, **kwargs):
        context |= self.workflow_context(request, obj)
        response = super().render_change_form(request, context, obj=obj, **kwargs)
        if obj and obj.status != Status.DRAFT:
            response.context_data["language_tabs"] = None
        return response

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in columns(*MARKDOWN):
            field.widget.attrs |= {
                "rows": 24 if db_field.name in columns("body") else 8,
                "data-citations": reverse_lazy("admin:knowledge_reference_search"),
                "data-citations-label": _("Cite a reference: type an author, a title or a year"),
                "data-citations-none": _("No reference found."),
                "data-citations-found": _("{count} found. Choose with the arrow keys and Enter."),
                "data-preview": reverse_lazy("admin:knowledge_overview_preview"),
                "data-preview-show": _("Preview"),
                "data-preview-failed": _("The preview could not be fetched. Are you still signed in?"),
            }
        elif db_field.name in columns("summary", "key_messages"):
            field.widget.attrs["rows"] = 4
        return field

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "owner":  # a menu: to search, editors would need to see all accounts
            kwargs["queryset"] = db_field.related_model.objects.filter(is_staff=True, is_active=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request, obj, form, change):
        obj.edition += 1
        super().save_model(request, obj, form, change)
        if obj.status == Status.DRAFT:
            obj.written_by.add(request.user)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if form.instance.status == Status.DRAFT:
            list_cited_references(form.instance)
            self.warn_of_problems(request, form.instance)

    def warn_of_problems(self, request, overview):
        """Say what the texts should have better; the first few, as a list too long is not read."""
        for problem in islice(self.problems_of(overview), WARNINGS_SHOWN):
            messages.warning(request, problem)

    def problems_of(self, overview) -> Iterator[str]:
        content = texts_of(overview)
        for code in LANGUAGES:
            texts = named_texts(content, code)
            for name, problem in text_checks.problems({name: one.text for name, one in texts.items()}, code):
                yield f"{language_name(code)}, {texts[name].label}: {problem}"

    # --- lists

    def get_queryset(self, request):
        translations = Prefetch("translations", OverviewTranslation.objects.all(), to_attr="all_translations")
        return super().get_queryset(request).prefetch_related(translations)

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, row):
        badge = super().status_badge(row)
        return format_html("{} {}", badge, gettext("next version")) if row.revises_id else badge

    def language_mark(self, row, language):
        """For a published overview how far the translation follows it; else what is missing."""
        known = {one.language: one for one in row.all_translations}
        if language.code not in known:
            return super().language_mark(row, language)
        translation = known[language.code]
        translation.overview = row
        return format_html(
            '<li class="language-mark language-mark--{}"><abbr title="{}">{}</abbr> {}</li>',
            kind_of_mark(translation.state), language_name(language.code), language.code, translation.state.label,
        )  # fmt: skip

    def language_states(self, row):
        """Those of the published text, which a next version is to replace."""
        return {
            one.language: format_html(
                '<span class="language-mark language-mark--{}">{}</span>', kind_of_mark(one.state), one.state.label
            )
            for one in (row.revises or row).translations.select_related("overview")
        }

    @admin.display(description=_("page"))
    def page_link(self, row):
        label = gettext("View on site")
        return format_html('<a href="{}" title="{}">{}</a>', self.view_on_site(row), label, gettext("View"))

    def view_on_site(self, row):
        return reverse("knowledge:overview_draft", args=[row.slug]) if row.revises_id else row.get_absolute_url()

    def todo(self):
        yield from super().todo()
        in_review = Overview.objects.filter(status=Status.IN_REVIEW).count()
        yield Todo(gettext("Texts to approve"), in_review, list_address(Overview, status__exact=Status.IN_REVIEW))
        overdue = Overview.objects.review_overdue().count()
        yield Todo(gettext("Overviews whose review is overdue"), overdue, list_address(Overview, review="overdue"))
        soon = Overview.objects.review_due_soon().count()
        yield Todo(gettext("Overviews to review in the next 60 days"), soon, list_address(Overview, review="soon"))

    # --- preview

    def get_urls(self):
        view = self.admin_site.admin_view(self.preview)
        return [path("preview/", view, name="knowledge_overview_preview"), *super().get_urls()]

    @method_decorator(require_POST)
    def preview(self, request):
        """The text as readers will see it, as a piece of HTML."""
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        body = request.POST.get("body", "")
        figure = readability.lix(body) if request.POST.get("language") == "sv" else None
        cited = text.cited_keys(body)
        known = keys_of_references(cited)
        numbers = {key: number for number, key in enumerate((key for key in cited if key in known), 1)}
        context = {
            "html": explained(request.POST, text.with_citations(text.render(body), numbers)),
            "unknown": [key for key in cited if key not in known],
            "refusals": text_checks.refusals(body),
            "lix": figure,
            "level": readability.level(figure) if figure else "",
        }
        return render(request, "admin/knowledge/overview/_preview.html", context)
