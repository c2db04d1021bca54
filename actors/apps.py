from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class ActorsConfig(AppConfig):
    name = "actors"
    verbose_name = pgettext_lazy("app", "Actors")
