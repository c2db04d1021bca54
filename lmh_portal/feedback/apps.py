from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class FeedbackConfig(AppConfig):
    name = "lmh_portal.feedback"
    label = "feedback"
    verbose_name = pgettext_lazy("app", "Messages from visitors")
