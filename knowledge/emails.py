from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from knowledge.models import Overview
from lmh_portal.core.languages import SOURCE_LANGUAGE
from lmh_portal.letters.services import post


def post_review_letter(overviews: list[Overview], owner) -> None:
    """Tell the owner which overviews to review; the editors, where there is no owner."""
    today = timezone.localdate()
    rows = [
        {"overview": overview, "days": (today - overview.review_due).days, "address": _address(overview)}
        for overview in overviews
    ]
    post(
        to=owner.email if owner else settings.EDITORS_EMAIL,
        kind="knowledge.review_due",
        template="reviews_due",
        context={"rows": rows, "owner": owner},
        language=SOURCE_LANGUAGE,
    )


def _address(overview: Overview) -> str:
    return f"{settings.SITE_ADDRESS}{reverse('admin:knowledge_overview_change', args=[overview.pk])}"
