from modeltranslation.translator import TranslationOptions, register

from knowledge.models import Finding, Implication, Overview, OverviewVersion, Resource, ResourceFile


@register(Overview)
class OverviewTranslationOptions(TranslationOptions):
    fields = [
        "title", "question", "summary", "key_messages", "practice", "body", "gaps", "methods", "review_function",
        "words", "change_note",
    ]  # fmt: skip
    required_languages = {"sv": ["title", "summary"], "default": []}


@register(Finding)
class FindingTranslation(TranslationOptions):
    fields = ["statement", "reasons"]
    required_languages = {"sv": ["statement"], "default": []}


@register(Implication)
class ImplicationTranslation(TranslationOptions):
    fields = ["text"]
    required_languages = {"sv": ["text"], "default": []}


@register(OverviewVersion)
class OverviewVersionTranslation(TranslationOptions):
    fields = ["change_note"]


@register(Resource)
class ResourceTranslation(TranslationOptions):
    fields = ["title", "description", "license_note"]
    required_languages = {"sv": ["title"], "default": []}


@register(ResourceFile)
class ResourceFileTranslation(TranslationOptions):
    fields = ["note"]
