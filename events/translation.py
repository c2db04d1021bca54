from modeltranslation.translator import TranslationOptions, register

from events.models import Event, ProgrammeItem


@register(Event)
class EventTranslation(TranslationOptions):
    fields = ["name", "description", "venue", "date_note"]
    required_languages = {"sv": ["name"], "default": []}


@register(ProgrammeItem)
class ProgrammeItemTranslation(TranslationOptions):
    fields = ["name", "performer"]
    required_languages = {"sv": ["name"], "default": []}
