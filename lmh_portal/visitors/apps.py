from django.apps import AppConfig


class VisitorsConfig(AppConfig):
    """What forms of visitors without an account need; nothing that editors see."""

    name = "lmh_portal.visitors"
    label = "visitors"
