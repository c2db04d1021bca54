"""An overview's texts: rendered once when it is saved, citations numbered when it is shown."""

import re
from collections.abc import Iterable
from html import unescape
from typing import NamedTuple

from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe

from lmh_portal.core import markdown
from lmh_portal.core.templatetags.portal import absolute

CITATION = re.compile(r"\[(@[\w-]+(?:[;,]\s*@[\w-]+)*)\]")
LINK_OR_CITATION = re.compile(rf"<a\b.*?</a>|{CITATION.pattern}", re.DOTALL)
HEADING_ID = re.compile(r'(<h[2-4] id=")s-')
LINK = re.compile(r'<a\b[^>]*?\bhref="((?:https?:/)?/[^"]+)"[^>]*>(.*?)</a>', re.DOTALL)
HEADING = re.compile(r'<h2 id="([^"]+)">(.*?)</h2>', re.DOTALL)


class Heading(NamedTuple):
    id: str
    title: SafeString


def render(body: str, prefix: str = "s") -> str:
    """Sanitised HTML; the prefix keeps the headings' addresses apart from those of a page's other texts."""
    return HEADING_ID.sub(rf"\1{prefix}-", markdown.to_html(body.replace("\ue000", "")))


def headings(html: str) -> list[Heading]:
    """The text's sections, for its table of contents."""
    return [
        Heading(id_, mark_safe(CITATION.sub("", strip_tags(title)).strip()))  # noqa: S308 (sanitised on save)
        for id_, title in HEADING.findall(html)
    ]


def links(html: str) -> dict[str, SafeString]:
    """Addresses that the text links to, each once and in order, and the words of its first link."""
    found: dict[str, SafeString] = {}
    for address, words in LINK.findall(html):
        whole = absolute(address) if address.startswith("/") else address
        found.setdefault(unescape(whole), mark_safe(strip_tags(words).strip()))  # noqa: S308 (sanitised on save)
    return found


def cited_keys(*texts: str) -> list[str]:
    """The keys of all references that the texts cite, in order of first mention."""
    groups = (group for text in texts for group in CITATION.findall(text))
    return list(dict.fromkeys(key.strip().lstrip("@") for group in groups for key in re.split("[;,]", group)))


class Citations:
    """Numbers the citations of a page: links to its reference list, and back to the first of each key."""

    def __init__(self, numbers: dict[str, int], seen: Iterable[str] = ()):
        self.numbers = numbers
        self.seen = set(seen)

    def linked(self, html: str) -> SafeString:
        """Sanitised HTML with a numbered link for each `[@key]`."""
        return mark_safe(LINK_OR_CITATION.sub(self._group, html))  # noqa: S308 (sanitised on save)

    def _group(self, match: re.Match) -> str:
        if match[1] is None:
            return match[0]  # a link stays as it is
        links = ", ".join(self._link(key.strip().lstrip("@")) for key in re.split("[;,]", match[1]))
        return f'<span class="citation">[{links}]</span>'

    def _link(self, key: str) -> str:
        if key not in self.numbers:
            return "?"
        anchor = "" if key in self.seen else f' id="cite-{key}"'
        self.seen.add(key)
        return f'<a href="#ref-{key}"{anchor}>{self.numbers[key]}</a>'  # a key is letters, digits, - and _ only


def with_citations(html: str, numbers: dict[str, int]) -> SafeString:
    """One text alone with its citations numbered."""
    return Citations(numbers).linked(html)
