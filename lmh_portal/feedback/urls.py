from django.urls import path
from django.utils.translation import pgettext_lazy

from lmh_portal.feedback import views

app_name = "feedback"
urlpatterns = [
    path(pgettext_lazy("URL path", "contact/"), views.contact, name="contact"),
    path(pgettext_lazy("URL path", "contact/thank-you/"), views.contact_sent, name="contact_sent"),
    path(pgettext_lazy("URL path", "helpful/<slug:kind>/<slug:slug>/"), views.helpful, name="helpful"),
    path(
        pgettext_lazy("URL path", "helpful/<slug:kind>/<slug:slug>/comment/"),
        views.helpful_comment,
        name="helpful_comment",
    ),
    path(
        pgettext_lazy("URL path", "helpful/<slug:kind>/<slug:slug>/thank-you/"),
        views.helpful_sent,
        name="helpful_sent",
    ),
]
