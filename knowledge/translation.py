from modeltranslation.translator import TranslationOptions, register

from knowledge.models import Overview


@register(Overview)
class OverviewTranslation(TranslationOptions):
    fields = ["title", "summary", "body", "body_html", "words", "review_function"]
    required_languages = {"sv": ["title", "summary"], "default": []}
