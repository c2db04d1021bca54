from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import override

from lmh_portal.core.languages import SOURCE_LANGUAGE
from lmh_portal.feedback.models import Message


def send_notice(message: Message) -> None:
    """Tell the editors that there is a message, and nothing of what it says or who wrote it."""
    with override(SOURCE_LANGUAGE):
        path = reverse("admin:feedback_message_change", args=[message.pk])
        context = {"message": message, "address": f"{settings.SITE_ADDRESS}{path}"}
        subject = render_to_string("emails/new_message.subject", context).strip()
        text = render_to_string("emails/new_message.txt", context)
    send_mail(subject, text, None, [settings.EDITORS_EMAIL])
