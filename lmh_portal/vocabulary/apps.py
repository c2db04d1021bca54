from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class VocabularyConfig(AppConfig):
    name = "lmh_portal.vocabulary"
    label = "vocabulary"
    verbose_name = pgettext_lazy("app", "Vocabularies")
