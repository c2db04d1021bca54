from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class StatsConfig(AppConfig):
    name = "lmh_portal.stats"
    label = "stats"
    verbose_name = pgettext_lazy("app", "Health of the content")
