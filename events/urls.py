from django.urls import path
from django.utils.translation import pgettext_lazy

from events import (
    attending_views,
    certifying_views,
    contributing_views,
    evaluating_views,
    feeds,
    signup_views,
    views,
)

app_name = "events"
urlpatterns = [
    path(pgettext_lazy("URL path", "events/"), views.event_list, name="event_list"),
    path(pgettext_lazy("URL path", "events/past/"), views.event_archive, name="event_archive"),
    path(pgettext_lazy("URL path", "events/feed/"), feeds.EventFeed(), name="feed"),
    path(pgettext_lazy("URL path", "events/calendar.ics"), views.calendar, name="calendar"),
    path(pgettext_lazy("URL path", "events/<slug:slug>/event.ics"), views.event_file, name="event_file"),
    path(pgettext_lazy("URL path", "events/<slug:slug>/"), views.event_detail, name="event_detail"),
    path(pgettext_lazy("URL path", "events/<slug:slug>/sign-up/"), signup_views.sign_up, name="sign_up"),
    path(
        pgettext_lazy("URL path", "events/<slug:slug>/sign-up/sent/"),
        signup_views.sign_up_done,
        {"what": "sent"},
        name="sign_up_sent",
    ),
    path(
        pgettext_lazy("URL path", "events/<slug:slug>/sign-up/handed-over/"),
        signup_views.sign_up_done,
        {"what": "handed over"},
        name="sign_up_handed_over",
    ),
    path(
        pgettext_lazy("URL path", "events/<slug:slug>/sign-up/erased/"),
        signup_views.sign_up_done,
        {"what": "erased"},
        name="sign_up_erased",
    ),
    path(
        pgettext_lazy("URL path", "confirm-sign-up/<str:token>/"),
        signup_views.confirm_registration,
        name="confirm_registration",
    ),
    path(pgettext_lazy("URL path", "my-sign-up/<str:token>/"), signup_views.my_registration, name="my_registration"),
    path(
        pgettext_lazy("URL path", "my-sign-up/<str:token>/change/"),
        signup_views.change_registration,
        name="change_registration",
    ),
    path(pgettext_lazy("URL path", "my-sign-up/<str:token>/colleague/"), signup_views.hand_over, name="hand_over"),
    path(pgettext_lazy("URL path", "invitation/<str:token>/"), signup_views.invitation, name="invitation"),
    path(
        pgettext_lazy("URL path", "invitation/<str:token>/decline/"),
        signup_views.decline_invitation,
        name="decline_invitation",
    ),
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
