from modeltranslation.translator import TranslationOptions, register

from actors.models import Contact, Location, Organization, Schedule, Service


@register(Organization)
class OrganizationTranslation(TranslationOptions):
    fields = ["name", "description"]
    required_languages = {"sv": ["name"], "default": []}


@register(Service)
class ServiceTranslation(TranslationOptions):
    fields = ["name", "description", "eligibility_description", "application_process", "fees_description", "alert"]
    required_languages = {"sv": ["name"], "default": []}


@register(Location)
class LocationTranslation(TranslationOptions):
    fields = ["name", "transportation", "accessibility"]
    required_languages = {"sv": ["name"], "default": []}


@register(Contact)
class ContactTranslation(TranslationOptions):
    fields = ["name", "title", "department"]
    required_languages = {"sv": ["name"], "default": []}


@register(Schedule)
class ScheduleTranslation(TranslationOptions):
    fields = ["notes"]
    required_languages = {"default": []}
