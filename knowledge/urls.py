from django.urls import path
from django.utils.translation import pgettext_lazy

from knowledge import views

app_name = "knowledge"
urlpatterns = [
    path(pgettext_lazy("URL path", "knowledge/"), views.overview_list, name="overview_list"),
    path(pgettext_lazy("URL path", "knowledge/<slug:slug>/"), views.overview_detail, name="overview_detail"),
]
