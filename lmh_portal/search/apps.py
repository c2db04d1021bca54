from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "lmh_portal.search"
    label = "search"
