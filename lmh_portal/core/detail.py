"""Pages about one row: visitors get the main part ready drawn, once for each language and content version."""

import datetime as dt
from collections.abc import Callable, Hashable
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from lmh_portal.core.models import PublishableQuerySet
from lmh_portal.core.translated import page_language, translated
from lmh_portal.core.version import is_to_come, remembered


class DrawnRow(NamedTuple):
    """What the frame of the page, detail.html, says of the row."""

    title: str
    description: str
    robots: str
    main: SafeString
    asks: tuple[str, str, int] | None = None  # kind, slug and version to ask readers about: did this help?
    feed: str = ""  # address of what is new about the row
    until: dt.datetime | None = None  # when it must be drawn anew, should that be before the day is over

    def is_current(self) -> bool:
        return is_to_come(self.until)


def row_page(
    request: HttpRequest,
    rows: PublishableQuerySet,
    slug: str,
    template: str,
    around: Callable[..., dict] = lambda row: {},
    lede: str = "description",
    beside: Hashable = None,
) -> HttpResponse:
    """Answer with the row's page: `template` draws its main part, `around(row)` gives what it needs beside the row.

    What it gives as `until` is the time from which the page would be another, though nothing is changed.
    `beside` is what the main part depends on besides the content, such as something in the address.
    """

    def draw() -> DrawnRow:
        row = get_object_or_404(rows.visible_to(request.user).for_detail(), slug=slug)
        context = {row._meta.model_name: row, **around(row)}
        robots = "noindex" if row.is_draft else ""
        main = render_to_string(template, context)
        return DrawnRow(str(row), translated(row, lede).value, robots, main, until=context.get("until"))

    key = ("row page", template, page_language(), slug, beside)
    is_for_all = not request.user.is_staff  # who may see drafts, on the page and around it
    drawn = remembered(key, draw, DrawnRow.is_current) if is_for_all else draw()
    return render(request, "detail.html", {"drawn": drawn})
