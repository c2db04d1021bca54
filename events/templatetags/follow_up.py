"""Charts, drawn on the server."""

from django import template
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from lmh_portal.core.languages import LANGUAGES
from lmh_portal.core.translated import page_language

register = template.Library()
WIDTH, LONGEST, STEP = 400, 330, 46  # of the drawing, of a bar, from bar to bar
SHORT = 46  # characters that fit in a line above a bar


@register.inclusion_tag("components/bar_chart.html")
def bar_chart(title: str, bars: list, label_head: str = "") -> dict:
    """Bars from the side where reading starts; each under its label, its number at the end."""
    most = max((bar.number for bar in bars), default=0) or 1
    drawn = [_drawn(bar, place, round(LONGEST * bar.number / most)) for place, bar in enumerate(bars)]
    label_head = label_head or _("Answer")
    return {"title": title, "bars": drawn, "height": STEP * len(bars), "label_head": label_head}


def _drawn(bar, place: int, length: int) -> dict:
    is_rtl = LANGUAGES[page_language()].direction == "rtl"
    top = place * STEP
    return {
        "label": bar.label, "short": Truncator(bar.label).chars(SHORT), "number": bar.number, "percent": bar.percent,
        "start": WIDTH if is_rtl else 0, "label_y": top + 16, "x": WIDTH - length if is_rtl else 0, "y": top + 22,
        "length": max(length, 2), "number_x": WIDTH - length - 8 if is_rtl else length + 8, "number_y": top + 34,
    }  # fmt: skip
