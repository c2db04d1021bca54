from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.db.models.signals import post_migrate
from django.utils.translation import pgettext_lazy


class CoreConfig(AppConfig):
    name = "lmh_portal.core"
    label = "core"
    verbose_name = pgettext_lazy("app", "Foundation")
    default = True

    def ready(self):
        from lmh_portal.core.version import watch_content_tables

        post_migrate.connect(watch_content_tables, sender=self)


class EditorsDeskConfig(admin_apps.AdminConfig):
    """Django's admin with the portal's name and look."""

    default = False
    default_site = "lmh_portal.core.admin.EditorsDesk"
