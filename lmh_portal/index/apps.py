from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import pgettext_lazy


class IndexConfig(AppConfig):
    name = "lmh_portal.index"
    label = "index"
    verbose_name = pgettext_lazy("app", "Search index")

    def ready(self):
        from lmh_portal.index.install import install

        post_migrate.connect(install, sender=self)
