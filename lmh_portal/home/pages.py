"""The portal's own pages: Markdown files with front matter, one a language, read once."""

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import override

from lmh_portal.core import markdown
from lmh_portal.core.languages import text_order
from lmh_portal.core.translated import Text, page_language

FOLDER = Path(__file__).parent / "pages"
LINKS = {
    "about": "home:about",
    "accessibility": "home:accessibility",
    "privacy": "home:privacy",
    "cookies": "home:cookies",
    "contact": "feedback:contact",
    "knowledge": "knowledge:overview_list",
    "actors": "actors:organization_list",
    "services": "actors:service_list",
    "events": "events:event_list",
}


@dataclass(frozen=True)
class Page:
    title: Text
    summary: Text
    body: SafeString
    updated_on: dt.date


def page(name: str) -> Page:
    """The page in the language of the request, else in the next best; KeyError where there is none."""
    return _read(name, page_language())


@cache
def _read(name: str, language: str) -> Page:
    for code in text_order(language):
        path = FOLDER / f"{name}.{code}.md"
        if path.exists():
            _, front_matter, body = path.read_text(encoding="utf-8").split("---\n", 2)
            facts = yaml.safe_load(front_matter)
            return Page(
                title=Text(facts["title"], code),
                summary=Text(facts["summary"], code),
                body=mark_safe(markdown.to_html(_with_links(body, language))),  # noqa: S308 (our own files, sanitised)
                updated_on=dt.date.fromisoformat(facts["updated"]),
            )
    raise KeyError(name)


def _with_links(body: str, language: str) -> str:
    """Put addresses for `{url:contact}`; a second word is the kind of message: `{url:contact-accessibility}`."""

    def address(match: re.Match) -> str:
        name, _, kind = match[1].partition("-")
        return reverse(LINKS[name]) + (f"?kind={kind}" if kind else "")

    with override(language):
        return re.sub(r"\{url:([a-z-]+)\}", address, body)
