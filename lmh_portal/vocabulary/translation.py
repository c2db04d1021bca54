from modeltranslation.translator import TranslationOptions, register

from lmh_portal.vocabulary import models


@register(
    [
        models.TargetGroup,
        models.StaffGroup,
        models.CareSetting,
        models.OrganizationType,
        models.EventType,
        models.ResourceType,
        models.InterventionLevel,
        models.Language,
        models.Topic,
    ]
)
class TermTranslation(TranslationOptions):
    fields = ["name", "definition"]
    required_languages = {"sv": ["name"], "default": []}


@register(models.GlossaryTerm)
class GlossaryTermTranslation(TranslationOptions):
    fields = ["name", "definition", "synonyms"]
    required_languages = {"sv": ["name"], "default": []}


@register(models.Concept)
class ConceptTranslation(TranslationOptions):
    fields = ["terms"]
    required_languages = {"default": []}


@register(models.Area)
class AreaTranslation(TranslationOptions):
    fields = ["name"]
    required_languages = {"sv": ["name"], "default": []}
