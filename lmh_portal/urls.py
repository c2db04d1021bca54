"""The site's table of contents."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from knowledge.views import resources
from lmh_portal.home import views as home
from lmh_portal.home.admin import pages_found
from lmh_portal.search import views as search

urlpatterns = [
    path("", home.choose_language, name="choose_language"),
    path("health/", home.health, name="health"),
    path("resources/files/<uuid:public_id>/<str:filename>", resources.download, name="resource_file"),
    path("api/search", search.search_api, name="search_api"),
    path("api/suggest", search.suggest, name="suggest"),
    path("admin/related-pages/", admin.site.admin_view(pages_found), name="related_pages"),
    path("admin/", admin.site.urls),
]
urlpatterns += i18n_patterns(
    path("", include("lmh_portal.home.urls")),
    path("", include("knowledge.urls")),
    path("", include("actors.urls")),
    path("", include("events.urls")),
    path("", include("lmh_portal.search.urls")),
    path("", include("lmh_portal.feedback.urls")),
)
