"""Pages about one row: visitors get the main part ready drawn, once for each language and content version."""

from collections.abc import Callable, Hashable
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from lmh_portal.core.models import PublishableQuerySet
from lmh_portal.core.translated import page_language, translated
from lmh_portal.core.version import remembered


class DrawnRow(NamedTuple):
    """What the frame of the page, detail.html, says of the row."""

    title: str
    description: str
    robots: str
    main: SafeString
    asks: tuple[str, str, int] | None = None  # kind, slug and version to ask readers about: did this help?
    feed: str = ""  # address of what is new about the row


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

    `beside` is what the main part depends on besides the content, such as something in the address.
    """

    def draw() -> DrawnRow:
        row = get_object_or_404(rows.visible_to(request.user).for_detail(), slug=slug)
        main = render_to_string(template, {row._meta.model_name: row, **around(row)})
        return DrawnRow(str(row), translated(row, lede).value, "noindex" if row.is_draft else "", main)

    key = ("row page", template, page_language(), slug, beside)
    is_for_all = not request.user.is_staff  # who may see drafts, on the page and around it
    drawn = remembered(key, draw) if is_for_all else draw()
    return render(request, "detail.html", {"drawn": drawn})
