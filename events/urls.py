from django.urls import path
from django.utils.translation import pgettext_lazy

from events import signup_views, views

app_name = "events"
urlpatterns = [
    path(pgettext_lazy("URL path", "events/"), views.event_list, name="event_list"),
    path(pgettext_lazy("URL path", "events/past/"), views.event_archive, name="event_archive"),
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
]
