from django.apps import AppConfig


class StarterConfig(AppConfig):
    name = "lmh_portal.starter"
    label = "starter"
