from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from knowledge.models import Overview
from lmh_portal.core.languages import SOURCE_LANGUAGE


def send_review_letter(overviews: list[Overview], owner) -> None:
    """Tell the owner which overviews to review; the editors, where there is no owner."""
    with override(SOURCE_LANGUAGE):
        today = timezone.localdate()
        rows = [
            {"overview": overview, "days": (today - overview.review_due).days, "address": _address(overview)}
            for overview in overviews
        ]
        context = {"rows": rows, "owner": owner}
        subject = " ".join(render_to_string("emails/reviews_due.subject", context).split())
        text = render_to_string("emails/reviews_due.txt", context)
    send_mail(subject, text, None, [owner.email if owner else settings.EDITORS_EMAIL])


def _address(overview: Overview) -> str:
    return f"{settings.SITE_ADDRESS}{reverse('admin:knowledge_overview_change', args=[overview.pk])}"
