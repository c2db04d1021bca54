from django.urls import path
from django.utils.translation import pgettext_lazy

from lmh_portal.feedback import views

app_name = "feedback"
urlpatterns = [
    path(pgettext_lazy("URL path", "contact/"), views.contact, name="contact"),
    path(pgettext_lazy("URL path", "contact/thank-you/"), views.contact_sent, name="contact_sent"),
]
