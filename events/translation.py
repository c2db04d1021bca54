from modeltranslation.translator import TranslationOptions, register

from events.models import Event, Mailing, MailText, Occasion, ProgrammeItem, Question, WorkshopInput


@register(Event)
class EventTranslation(TranslationOptions):
    fields = ["name", "description", "prerequisites", "venue", "date_note", "notes"]
    required_languages = {"sv": ["name"], "default": []}


@register(ProgrammeItem)
class ProgrammeItemTranslation(TranslationOptions):
    fields = ["name", "performer"]
    required_languages = {"sv": ["name"], "default": []}


@register(Occasion)
class OccasionTranslation(TranslationOptions):
    fields = ["venue"]


@register(Question)
class QuestionTranslation(TranslationOptions):
    fields = ["text", "choices", "purpose"]
    required_languages = {"sv": ["text", "purpose"], "default": []}


@register(MailText)
class MailTextTranslation(TranslationOptions):
    fields = ["subject", "body"]


@register(Mailing)
class MailingTranslation(TranslationOptions):
    fields = ["subject", "body"]


@register(WorkshopInput)
class WorkshopInputTranslation(TranslationOptions):
    fields = ["reply"]
