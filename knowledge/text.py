"""An overview's text: rendered once when it is saved, citations numbered when it is shown."""

import re
from typing import NamedTuple

from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe

from lmh_portal.core import markdown

CITATION = re.compile(r"\[(@[\w-]+(?:[;,]\s*@[\w-]+)*)\]")
LINK_OR_CITATION = re.compile(rf"<a\b.*?</a>|{CITATION.pattern}", re.DOTALL)
HEADING = re.compile(r'<h2 id="([^"]+)">(.*?)</h2>', re.DOTALL)


class Heading(NamedTuple):
    id: str
    title: SafeString


def render(body: str) -> str:
    return markdown.to_html(body)


def headings(html: str) -> list[Heading]:
    """The text's sections, for its table of contents."""
    return [
        Heading(id_, mark_safe(CITATION.sub("", strip_tags(title)).strip()))  # noqa: S308 (sanitised on save)
        for id_, title in HEADING.findall(html)
    ]


def cited_keys(body: str) -> list[str]:
    """The keys of all references that the text cites, in order of first mention."""
    groups = CITATION.findall(body)
    return list(dict.fromkeys(key.strip().lstrip("@") for group in groups for key in re.split("[;,]", group)))


def with_citations(html: str, numbers: dict[str, int]) -> SafeString:
    """Turn `[@key]` into numbered links to the reference list; the first of each key can be returned to."""
    seen: set[str] = set()

    def link(key: str) -> str:
        if key not in numbers:
            return "?"
        anchor = "" if key in seen else f' id="cite-{key}"'
        seen.add(key)
        return f'<a href="#ref-{key}"{anchor}>{numbers[key]}</a>'  # a key is letters, digits, - and _ only

    def group(match: re.Match) -> str:
        if match[1] is None:
            return match[0]  # a link stays as it is
        links = ", ".join(link(key.strip().lstrip("@")) for key in re.split("[;,]", match[1]))
        return f'<span class="citation">[{links}]</span>'

    return mark_safe(LINK_OR_CITATION.sub(group, html))  # noqa: S308 (sanitised on save)
