from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from lmh_portal.core.translated import page_language
from lmh_portal.feedback.forms import question_stamp
from lmh_portal.feedback.models import HelpfulCount
from lmh_portal.feedback.pages import Subject

STAMP = "a-stamp-to-replace"
register = template.Library()


@register.simple_tag
def helpful(kind: str, slug: str, version: int = 0) -> SafeString:
    """“Did this help you?” for a page of a kind in feedback.pages; asks the database nothing.

    Its stamp tells the time, so it stands outside of what is remembered of a page.
    """
    stamp = question_stamp(Subject(kind, slug, version))
    html = _drawn(kind, slug, page_language()).replace(STAMP, stamp)
    return mark_safe(html)  # noqa: S308 (a stamp is a slug, numbers and base64)


@lru_cache(maxsize=2048)
def _drawn(kind: str, slug: str, language: str) -> str:
    url = reverse("feedback:helpful", args=[kind, slug])
    return render_to_string("components/helpful.html", {"url": url, "stamp": STAMP})


@register.inclusion_tag("admin/feedback/_helpful_results.html")
def helpful_results(kind: str, slug: str) -> dict:
    """For editors: how many found a page of help, and its newest version that anybody answered to."""
    counts = list(HelpfulCount.objects.by_version(kind, slug))
    return {
        "kind": kind,
        "slug": slug,
        "yes": sum(one["yes_sum"] for one in counts),
        "no": sum(one["no_sum"] for one in counts),
        "newest": counts[0] if counts else None,
    }
