"""The editors' desk: Django's admin, and what our model admins share."""

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import (
    AdminSplitDateTime,
    AdminTimeWidget,
    AutocompleteSelectMultiple,
    RelatedFieldWidgetWrapper,
)
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Q
from django.forms import ModelMultipleChoiceField, Script
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import get_language_info, gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin, TranslationStackedInline, TranslationTabularInline
from modeltranslation.fields import TranslationField
from taggit.managers import TaggableManager

from lmh_portal.core.languages import LANGUAGES, SOURCE_LANGUAGE, Language
from lmh_portal.core.models import Publishable
from lmh_portal.core.translated import sort_key, translated

Status = Publishable.Status
TIME_FORMAT = "%H:%M"


class Todo(NamedTuple):
    """Something that waits for an editor: a line on the desk's first page."""

    label: str
    count: int
    url: str


class FoundRows(AutocompleteJsonView):
    """Rows by the name that their model admin gives them in `label_of`, if it does; else as `str()` has it."""

    def serialize_result(self, obj, to_field_name):
        label = getattr(self.model_admin, "label_of", str)
        return super().serialize_result(obj, to_field_name) | {"text": label(obj)}


class EditorsDesk(admin.AdminSite):
    site_header = _("Editors' desk")
    site_title = _("Editors' desk")
    index_title = _("What would you like to work on?")
    enable_nav_sidebar = False  # lists need the width; every page has the menu of templates/admin/base_site.html
    app_order = ["knowledge", "events", "actors", "feedback", "letters", "stats", "vocabulary", "accounts", "auth"]

    def index(self, request, extra_context=None):
        return super().index(request, {"todo": list(self.todo(request))} | (extra_context or {}))

    def todo(self, request) -> Iterator[Todo]:
        """What waits, of all that this editor may see; a model admin offers its share in `todo`."""
        for model_admin in self._registry.values():
            if hasattr(model_admin, "todo") and model_admin.has_view_permission(request):
                yield from (item for item in model_admin.todo() if item.count)

    def autocomplete_view(self, request):
        return FoundRows.as_view(admin_site=self)(request)

    def get_app_list(self, request, app_label=None):
        """What editors open most comes first."""

        apps = [app | {"name": capfirst(app["name"])} for app in super().get_app_list(request, app_label)]
        places = {label: place for place, label in enumerate(self.app_order)}
        return sorted(apps, key=lambda app: places.get(app["app_label"], len(places)))


def list_address(model, **filters: str) -> str:
    """The address of a model's list in the desk, filtered."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{address}?{urlencode(filters)}" if filters else address


def in_its_language(row, field: str) -> str:
    """A translated text, marked with its language where that is not the page's."""
    text = translated(row, field)
    if not text.is_fallback:
        return text.value
    return format_html('<span lang="{}" dir="{}">{}</span>', text.language, text.direction, text.value)


def language_name(code: str) -> str:
    """The language's name in the language of the page."""
    return get_language_info(code)["name_translated"]


# --- forms


class DeskInputs:
    """Form fields as editors need them, in model admins and inlines alike.

    `help_texts` replaces or adds help by field name. Topics are chosen from the vocabulary, never typed;
    where several of a few values hold, each has its box.
    """

    help_texts: dict[str, str] = {}

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if isinstance(db_field, models.URLField):
            kwargs.setdefault("assume_scheme", "https")
        if isinstance(db_field, TaggableManager):
            field = self.formfield_for_topics(db_field)
        elif isinstance(db_field, ArrayField) and db_field.base_field.choices:
            field = self.formfield_for_boxes(db_field)
        else:
            field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is None:
            return None
        original = getattr(db_field, "translated_field", db_field)
        field.help_text = self.help_texts.get(original.name, field.help_text)
        if isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_change_related = field.widget.can_delete_related = field.widget.can_view_related = False
        if isinstance(field.widget, AdminSplitDateTime):
            field.widget.widgets[1].format = TIME_FORMAT
        if isinstance(field.widget, AdminTimeWidget):
            field.widget.format = TIME_FORMAT
        if isinstance(db_field, TranslationField):
            language = LANGUAGES[db_field.language]
            field.widget.attrs |= {
                "lang": language.code, "dir": language.direction, "data-language": language.code
            }  # fmt: skip
        return field

    def formfield_for_topics(self, db_field: TaggableManager) -> ModelMultipleChoiceField:
        return ModelMultipleChoiceField(
            db_field.remote_field.model._default_manager.all(),
            widget=AutocompleteSelectMultiple(db_field, self.admin_site),
            label=capfirst(db_field.verbose_name),
            help_text=_("Choose from the vocabulary; type to search."),
            required=not db_field.blank,
        )

    def formfield_for_boxes(self, db_field: ArrayField) -> forms.MultipleChoiceField:
        return forms.MultipleChoiceField(
            choices=db_field.base_field.choices,
            widget=forms.CheckboxSelectMultiple,
            label=capfirst(db_field.verbose_name),
            help_text=db_field.help_text,
            required=not db_field.blank,
            initial=list,
        )


class PartOfPage(DeskInputs):
    """An inline whose rows may be edited by whoever may edit the page that they belong to."""

    extra = 0

    def may_edit(self, request, obj=None) -> bool:
        page = self.admin_site.get_model_admin(self.parent_model)
        return page.has_change_permission(request, obj) or (obj is None and page.has_add_permission(request))

    def has_view_permission(self, request, obj=None):
        return self.admin_site.get_model_admin(self.parent_model).has_view_permission(request, obj)

    def has_add_permission(self, request, obj=None):
        return self.may_edit(request, obj)

    has_change_permission = has_delete_permission = may_edit


class TranslatedInline(PartOfPage, TranslationTabularInline):
    """Rows with translated columns, of which the language tabs show one language at a time."""


class TranslatedStack(PartOfPage, TranslationStackedInline):
    """The same with a field on each line, for long texts."""


class TranslatedAdmin(DeskInputs, TranslationAdmin):
    """A model with translated fields: one tab per language, before all other fields.

    `translated_fields` names the fields in the tabs, the one that serves as title first;
    `optional_translations` those of them that no language need have because another has.
    """

    translated_fields: list[str] = ["name", "definition"]
    optional_translations: list[str] = []
    list_per_page = 50
    save_on_top = True

    class Media:
        js = [Script("admin_desk/language-tabs.js", defer=True)]

    def get_fieldsets(self, request, obj=None):
        panels = [self.language_panel(language) for language in LANGUAGES.values()]
        return [*panels, *super().get_fieldsets(request, obj)]

    def language_panel(self, language: Language) -> tuple:
        heading = format_html('<span lang="{}">{}</span>', language.code, language.name)
        fields = [f"{field}_{language.code}" for field in self.translated_fields]
        return heading, {"fields": fields, "classes": ["language-panel", f"language-{language.code}"]}

    def render_change_form(self, request, context, **kwargs):
        states = self.language_states(kwargs["obj"]) if kwargs.get("obj") else {}
        tabs = [(language, states.get(language.code, "")) for language in LANGUAGES.values()]
        context |= {"language_tabs": tabs, "source_language": SOURCE_LANGUAGE}
        return super().render_change_form(request, context, **kwargs)

    def language_states(self, row) -> dict[str, str]:
        """By language a mark of how far the translation follows its source, where that is known."""
        return {}

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(sort_title=sort_key(self.translated_fields[0]))

    def lookup_allowed(self, lookup, value, request):
        """Not by what refers to a row, but for filters: from the answer one could tell rows that one may not see."""
        try:
            is_own = self.opts.get_field(lookup.partition("__")[0]).concrete
        except FieldDoesNotExist:
            is_own = True
        filters = [item[0] if isinstance(item, tuple) else item for item in self.get_list_filter(request)]
        is_filter = any(isinstance(name, str) and f"{lookup}__".startswith(f"{name}__") for name in filters)
        return (is_own or is_filter) and super().lookup_allowed(lookup, value, request)

    @admin.display(description=_("title"), ordering="sort_title")
    def heading(self, row):
        return in_its_language(row, self.translated_fields[0])

    @admin.display(description=_("translations"))
    def translations(self, row):
        """For each language whether every text that the source language has is there."""
        marks = ((self.language_mark(row, language),) for language in LANGUAGES.values())
        return format_html('<ul class="language-marks">{}</ul>', format_html_join("", "{}", marks))

    def language_mark(self, row, language: Language) -> str:
        missing = self.untranslated(row, language.code)
        sign = gettext("{count} missing").format(count=missing) if missing else "✓"
        return format_html(
            '<li class="language-mark language-mark--{}"><abbr title="{}">{}</abbr> {}</li>',
            "missing" if missing else "complete", language_name(language.code), language.code, sign,
        )  # fmt: skip

    def untranslated(self, row, code: str) -> int:
        """How many texts exist in the source language and not in this one."""
        return sum(
            bool(getattr(row, f"{field}_{SOURCE_LANGUAGE}")) and not getattr(row, f"{field}_{code}")
            for field in self.translated_fields
            if field not in self.optional_translations
        )


class TranslationFilter(admin.SimpleListFilter):
    """Rows without a title in a language."""

    title = _("translation")
    parameter_name = "missing"

    def __init__(self, request, params, model, model_admin):
        self.field = model_admin.translated_fields[0]
        super().__init__(request, params, model, model_admin)

    def lookups(self, request, model_admin):
        return [
            (code, gettext("Missing in %(language)s") % {"language": language_name(code)})
            for code in LANGUAGES
            if code != SOURCE_LANGUAGE
        ]

    def queryset(self, request, queryset):
        if self.value() not in LANGUAGES:
            return queryset
        column = f"{self.field}_{self.value()}"
        return queryset.filter(Q(**{column: None}) | Q(**{column: ""}))


class PublishableAdmin(TranslatedAdmin):
    """A page that is drafted, published and looked at."""

    actions = ["publish", "unpublish"]
    publication = (_("Publication"), {"fields": ["status", "slug", "is_demo"]})
    translated_fields = ["name", "description"]

    def get_prepopulated_fields(self, request, obj=None):
        """A page that exists keeps its address when its title changes."""
        return {} if obj else {"slug": [f"{self.translated_fields[0]}_{SOURCE_LANGUAGE}"]}

    def view_on_site(self, row):
        return row.get_absolute_url()

    def get_search_results(self, request, queryset, search_term):
        """What Django finds in the columns, and what visitors would find."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if search_term and hasattr(queryset, "matching"):
            found |= queryset.matching(search_term)
        return found, may_repeat

    def todo(self) -> Iterator[Todo]:
        drafts = self.model._default_manager.filter(status=Status.DRAFT).count()
        label = gettext("Drafts: %(kind)s") % {"kind": self.opts.verbose_name_plural}
        yield Todo(label, drafts, list_address(self.model, status__exact=Status.DRAFT))

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, row):
        status = format_html('<span class="badge badge--{}">{}</span>', row.status, row.get_status_display())
        example = format_html(' <span class="badge">{}</span>', pgettext("short mark in a list", "Example"))
        return status + example if row.is_demo else status

    @admin.display(description=_("last updated"), ordering="updated_at")
    def updated(self, row):
        return date_format(timezone.localtime(row.updated_at), "SHORT_DATE_FORMAT")

    @admin.display(description=_("page"))
    def page_link(self, row):
        label = gettext("View on site")
        return format_html('<a href="{}" title="{}">{}</a>', row.get_absolute_url(), label, gettext("View"))

    @admin.action(description=_("Publish the selected"), permissions=["change"])
    def publish(self, request, queryset):
        count = self.set_status(request, queryset, Status.PUBLISHED)
        text = ngettext("%(count)d page was published.", "%(count)d pages were published.", count)
        self.message_user(request, text % {"count": count})

    @admin.action(description=_("Make the selected drafts again"), permissions=["change"])
    def unpublish(self, request, queryset):
        count = self.set_status(request, queryset, Status.DRAFT)
        text = ngettext("%(count)d page is a draft again.", "%(count)d pages are drafts again.", count)
        self.message_user(request, text % {"count": count})

    def set_status(self, request, queryset, status: Status) -> int:
        """Give the status to those that have another, and note it in their history."""
        rows = list(queryset.exclude(status=status))
        changed = self.model._default_manager.filter(pk__in=[row.pk for row in rows])
        changed.update(status=status, updated_at=timezone.now())
        if rows:
            note = [{"changed": {"fields": ["status"]}}]
            LogEntry.objects.log_actions(request.user.pk, rows, CHANGE, note)
        return len(rows)
