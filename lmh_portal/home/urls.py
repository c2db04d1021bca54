from django.urls import path
from django.utils.translation import pgettext_lazy

from lmh_portal.home import views

app_name = "home"
urlpatterns = [
    path("", views.front_page, name="front_page"),
    path(pgettext_lazy("URL path", "about/"), views.page, {"name": "about"}, name="about"),
    path(
        pgettext_lazy("URL path", "accessibility/"),
        views.page,
        {"name": "accessibility"},
        name="accessibility",
    ),
    path(pgettext_lazy("URL path", "personal-data/"), views.page, {"name": "privacy"}, name="privacy"),
    path(pgettext_lazy("URL path", "cookies/"), views.page, {"name": "cookies"}, name="cookies"),
    path(pgettext_lazy("URL path", "certainty/"), views.page, {"name": "certainty"}, name="certainty"),
    path(pgettext_lazy("URL path", "glossary/"), views.glossary, name="glossary"),
    path(pgettext_lazy("URL path", "components/"), views.gallery, name="gallery"),
]
