from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class LettersConfig(AppConfig):
    name = "lmh_portal.letters"
    label = "letters"
    verbose_name = pgettext_lazy("app", "Outgoing mail")
