from modeltranslation.translator import TranslationOptions, register

from actors.models import Organization, Service


@register([Organization, Service])
class ActorTranslation(TranslationOptions):
    fields = ["name", "description"]
    required_languages = {"sv": ["name"], "default": []}
