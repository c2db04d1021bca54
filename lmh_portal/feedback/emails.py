from django.conf import settings
from django.urls import reverse

from lmh_portal.core.languages import SOURCE_LANGUAGE
from lmh_portal.feedback.models import Message
from lmh_portal.letters.services import post


def post_notice(message: Message) -> None:
    """Tell the editors that there is a message, and nothing of what it says or who wrote it."""
    path = reverse("admin:feedback_message_change", args=[message.pk])
    post(
        to=settings.EDITORS_EMAIL,
        kind="feedback.new_message",
        template="new_message",
        context={"message": message, "address": f"{settings.SITE_ADDRESS}{path}"},
        language=SOURCE_LANGUAGE,
        about=f"feedback.message:{message.pk}",
    )
