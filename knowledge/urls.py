from django.urls import path
from django.utils.translation import pgettext_lazy

from knowledge.views import citing, overviews

app_name = "knowledge"
urlpatterns = [
    path(pgettext_lazy("URL path", "knowledge/"), overviews.overview_list, name="overview_list"),
    path(pgettext_lazy("URL path", "knowledge/cite.<slug:format>"), citing.citations, name="citations"),
    path(
        pgettext_lazy("URL path", "knowledge/<slug:slug>/cite.<slug:format>"),
        citing.overview_citation,
        name="overview_citation",
    ),
    path(pgettext_lazy("URL path", "knowledge/<slug:slug>/"), overviews.overview_detail, name="overview_detail"),
]
