"""The floor that pages are measured against: a bare Django view under the portal's own server settings.

Django's default middleware and LocaleMiddleware, a template with 50 translated strings, 20 rows from one
query, 40 dates through the date filter, 11 kB. Every figure of the bench is a ratio to it: leave it alone.
"""

import django
from django.conf import global_settings, settings

from tests.bench import settings as portal

STRINGS = [name for _code, name in global_settings.LANGUAGES][:50]  # Django's own catalogues translate them
TEMPLATE = """{% load i18n %}<!doctype html>
<html lang="sv">
  <head><meta charset="utf-8"><title>{% translate "Swedish" %}</title></head>
  <body>
    <ul>
      STRINGS
    </ul>
    {% for row in rows %}
      <article class="card">
        <h2 class="card__title"><a href="/sv/rows/{{ row.slug }}/">{{ row.title }}</a></h2>
        <p class="meta">
          <time>{{ row.starts_at|date:"DATETIME_FORMAT" }}</time> –
          <time>{{ row.ends_at|date:"DATETIME_FORMAT" }}</time>
        </p>
        <p>{{ row.summary }}</p>
      </article>
    {% endfor %}
  </body>
</html>
""".replace("STRINGS", "\n      ".join(f'<li>{{% translate "{name}" %}}</li>' for name in STRINGS))

settings.configure(
    ROOT_URLCONF=__name__,
    SECRET_KEY="bench",
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.locale.LocaleMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    (
                        "django.template.loaders.cached.Loader",
                        [("django.template.loaders.locmem.Loader", {"bare.html": TEMPLATE})],
                    )
                ],
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ],
            },
        }
    ],
    **{
        name: getattr(portal, name)
        for name in ["ALLOWED_HOSTS", "DATABASES", "DEBUG", "LANGUAGE_CODE", "TIME_ZONE", "USE_TZ"]
    },
)
django.setup()

from django.conf.urls.i18n import i18n_patterns  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.urls import path  # noqa: E402


class Row(models.Model):
    slug = models.SlugField()
    title = models.CharField(max_length=200)
    summary = models.TextField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        app_label = "bench"
        db_table = "bench_row"  # see database.py
        managed = False

    def __str__(self):
        return self.title


def bare(request):
    return render(request, "bare.html", {"rows": Row.objects.order_by("-starts_at", "-id")[:20]})


urlpatterns = i18n_patterns(path("", bare))
application = get_wsgi_application()
