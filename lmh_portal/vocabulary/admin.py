"""The vocabularies on the editors' desk."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from taggit.models import Tag

from lmh_portal.core.admin import TranslatedAdmin, TranslationFilter
from lmh_portal.core.translated import columns
from lmh_portal.vocabulary import models
from lmh_portal.vocabulary.services import flatten_hierarchies

admin.site.unregister(Tag)  # the tags of this portal are its topics

_help_texts = {
    "name": _("As visitors see it in filters and on pages."),
    "definition": _("One or two sentences: what the term covers, and what it does not."),
    "position": _("Order in lists; equal numbers are sorted by code."),
}


@admin.register(
    models.TargetGroup,
    models.StaffGroup,
    models.CareSetting,
    models.OrganizationType,
    models.EventType,
    models.ResourceType,
    models.InterventionLevel,
)
class TermAdmin(TranslatedAdmin):
    list_display = ["heading", "code", "position", "translations"]
    list_filter = [TranslationFilter]
    search_fields = ["code", *columns("name")]
    fieldsets = [(_("In lists and addresses"), {"fields": ["code", "position"]})]
    help_texts = _help_texts | {
        "code": _("Stable; used in addresses and files. Small letters a–z, digits and hyphens.")
    }

    def get_readonly_fields(self, request, obj=None):
        """A code in use is part of addresses and files: it stays."""
        return ["code"] if obj else []


@admin.register(models.Language)
class LanguageAdmin(TermAdmin):
    list_display = ["heading", "autonym", "code", "direction", "translations"]
    search_fields = [*TermAdmin.search_fields, "autonym"]
    fieldsets = [(_("The language"), {"fields": ["code", "autonym", "direction", "script", "position"]})]
    help_texts = TermAdmin.help_texts | {"code": _("BCP 47 tag, for example sv, ar or so.")}


@admin.register(models.GlossaryTerm)
class GlossaryTermAdmin(TermAdmin):
    translated_fields = ["name", "definition", "synonyms"]
    optional_translations = ["synonyms"]
    list_display = ["heading", "code", "use_instead", "translations"]
    list_select_related = ["use_instead"]
    search_fields = ["code", *columns("name", "synonyms")]
    autocomplete_fields = ["use_instead"]
    fieldsets = [(_("In the glossary"), {"fields": ["code", "use_instead"]})]
    help_texts = TermAdmin.help_texts | {
        "name": _("As texts write it, in its basic form. Usual endings are recognised."),
        "definition": _("One or two plain sentences. Readers see them where a text first uses the word."),
        "synonyms": _("Other words and forms that texts use for the same, one on each line."),
        "use_instead": _("Only if texts should avoid this word: the one that they should use."),
    }

    def view_on_site(self, term):
        return term.get_absolute_url()


@admin.register(models.Concept)
class ConceptAdmin(TranslatedAdmin):
    translated_fields = ["terms"]
    list_display = ["__str__", "code", "topic", "translations"]
    list_select_related = ["topic"]
    search_fields = ["code", "misspellings", "other_languages", *columns("terms")]
    autocomplete_fields = ["topic"]
    fieldsets = [(_("Search"), {"fields": ["code", "topic", "misspellings", "other_languages"]})]
    help_texts = {
        "terms": _("Words that people may use for the same, one on each line; the usual one first."),
        "misspellings": _("One on each line. Small typing errors are recognised anyway."),
        "other_languages": _("One on each line, with the language before it, for example “so: turjumaan”."),
    }


class HierarchyAdmin(TranslatedAdmin):
    """Terms within wider terms: what is saved takes effect in searches at once."""

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        flatten_hierarchies()


@admin.register(models.Topic)
class TopicAdmin(HierarchyAdmin):
    list_display = ["heading", "broader", "slug", "position", "translations"]
    list_filter = [TranslationFilter]
    list_select_related = ["broader"]
    search_fields = ["slug", *columns("name")]
    autocomplete_fields = ["broader"]
    fieldsets = [(_("In lists and addresses"), {"fields": ["slug", "broader", "position"]})]
    help_texts = _help_texts | {
        "slug": _("Stable; used in addresses and files. Small letters a–z, digits and hyphens."),
        "broader": _("What carries this topic is also found under the broader one."),
    }

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else {"slug": ["name_sv"]}


@admin.register(models.Area)
class AreaAdmin(HierarchyAdmin):
    translated_fields = ["name"]
    list_display = ["heading", "kind", "code", "within", "translations"]
    list_filter = ["kind", TranslationFilter]
    list_select_related = ["within"]
    search_fields = ["code", "official_name", "brand_name", *columns("name")]
    autocomplete_fields = ["within"]
    fieldsets = [
        (_("The place"), {"fields": ["kind", "code", "within", "website"]}),
        (_("Other names and position"), {"fields": ["official_name", "brand_name", "latitude", "longitude"]}),
    ]
    help_texts = _help_texts | {
        "code": _("The official code: ISO 3166 for countries, SCB's code for counties and municipalities."),
        "within": _("What serves the wider area is also found for this one."),
    }

    def get_readonly_fields(self, request, obj=None):
        """Official codes do not change; a new municipality is a new row."""
        return ["kind", "code"] if obj else []
