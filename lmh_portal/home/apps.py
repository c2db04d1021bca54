from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "lmh_portal.home"
    label = "home"
