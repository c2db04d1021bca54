from django.urls import path
from django.utils.translation import pgettext_lazy

from knowledge.feeds import NewsOfList, NewsOfOverview
from knowledge.views import citing, overviews, resources

app_name = "knowledge"
urlpatterns = [
    path(pgettext_lazy("URL path", "knowledge/"), overviews.overview_list, name="overview_list"),
    path(pgettext_lazy("URL path", "knowledge/in-practice/"), overviews.implication_list, name="implication_list"),
    path(pgettext_lazy("URL path", "knowledge/resources/"), resources.resource_list, name="resource_list"),
    path(
        pgettext_lazy("URL path", "knowledge/resources/<slug:slug>/"),
        resources.resource_detail,
        name="resource_detail",
    ),
    path(pgettext_lazy("URL path", "knowledge/feed/"), NewsOfList(), name="feed"),
    path(pgettext_lazy("URL path", "knowledge/cite.<slug:format>"), citing.citations, name="citations"),
    path(
        pgettext_lazy("URL path", "knowledge/<slug:slug>/cite.<slug:format>"),
        citing.overview_citation,
        name="overview_citation",
    ),
    path(pgettext_lazy("URL path", "knowledge/<slug:slug>/"), overviews.overview_detail, name="overview_detail"),
    path(
        pgettext_lazy("URL path", "knowledge/<slug:slug>/v/<int:number>/"),
        overviews.overview_version,
        name="overview_version",
    ),
    path(
        pgettext_lazy("URL path", "knowledge/<slug:slug>/versions/"),
        overviews.overview_changes,
        name="overview_changes",
    ),
    path(pgettext_lazy("URL path", "knowledge/<slug:slug>/draft/"), overviews.overview_draft, name="overview_draft"),
    path(pgettext_lazy("URL path", "knowledge/<slug:slug>/feed/"), NewsOfOverview(), name="overview_feed"),
]
