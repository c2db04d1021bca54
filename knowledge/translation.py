from modeltranslation.translator import TranslationOptions, register

from knowledge.models import Finding, Implication, Overview, OverviewVersion


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
