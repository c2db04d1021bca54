from django.urls import path
from django.utils.translation import pgettext_lazy

from events import attending_views, certifying_views, contributing_views, evaluating_views, views

app_name = "events"
urlpatterns = [
    path(pgettext_lazy("URL path", "events/"), views.event_list, name="event_list"),
    path(pgettext_lazy("URL path", "events/past/"), views.event_archive, name="event_archive"),
    path(pgettext_lazy("URL path", "events/<slug:slug>/"), views.event_detail, name="event_detail"),
    # after sign-up: attendance, certificates, evaluation, contributions
    path(pgettext_lazy("URL path", "check-in/"), attending_views.check_in, name="check_in"),
    path(pgettext_lazy("URL path", "check-in/<str:token>/"), attending_views.check_in_own, name="check_in_own"),
    path(pgettext_lazy("URL path", "certificate/"), certifying_views.certificate_check, name="certificate_check"),
    path(pgettext_lazy("URL path", "certificate/<str:token>/"), certifying_views.certificate, name="certificate"),
    path(
        pgettext_lazy("URL path", "certificate/<str:token>/certificate.pdf"),
        certifying_views.certificate_pdf,
        name="certificate_pdf",
    ),
    path(pgettext_lazy("URL path", "evaluation/<str:token>/"), evaluating_views.evaluate, name="evaluate"),
    path(pgettext_lazy("URL path", "note/<str:token>/"), contributing_views.note, name="note"),
]
