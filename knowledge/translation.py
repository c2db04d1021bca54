from modeltranslation.translator import TranslationOptions, register

from knowledge.models import Overview, Resource, ResourceFile


@register(Overview)
class OverviewTranslation(TranslationOptions):
    fields = ["title", "summary", "body", "body_html", "words", "review_function"]
    required_languages = {"sv": ["title", "summary"], "default": []}


@register(Resource)
class ResourceTranslation(TranslationOptions):
    fields = ["title", "description", "license_note"]
    required_languages = {"sv": ["title"], "default": []}


@register(ResourceFile)
class ResourceFileTranslation(TranslationOptions):
    fields = ["note"]
